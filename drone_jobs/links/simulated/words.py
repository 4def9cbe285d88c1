"""The MAVLink of the simulated vehicle: pymavlink's messages, and fields that it does not know yet.

The opaque ids of the mission protocol are extension fields (MAVLink mission microservice, "mission
and plan ids"). Extensions are appended and stand outside a message's checksum seed, so a reader
that does not know them passes over them.
"""

import struct
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

__all__ = ["COMPONENT", "Message", "mavlink", "packed", "with_ids"]

Message = Any
"""A message of pymavlink, which ships no types."""

COMPONENT = 1  # MAV_COMP_ID_AUTOPILOT1


def with_ids(message: Message, **ids: int) -> Message:
    """The message with opaque ids, each of 32 bits, in the order of its definition."""
    tail = b""
    for name, value in ids.items():
        if name in message.fieldnames:
            setattr(message, name, value)
        else:
            tail += struct.pack("<I", value)
    message.tail = tail
    return message


def packed(message: Message, packer: Message) -> bytes:
    """The bytes of a message; the packer counts it.

    Args:
        message: with numbers that its fields can hold.
        packer: pymavlink's ``MAVLink``.
    """
    data = bytes(message.pack(packer))
    tail = getattr(message, "tail", b"")
    if tail:
        whole = bytes(message.get_payload()).ljust(message.unpacker.size, b"\0") + tail
        data = bytes(message._pack(packer, message.crc_extra, whole))  # noqa: SLF001 -- its only way
    packer.seq = (packer.seq + 1) % 256
    return data
