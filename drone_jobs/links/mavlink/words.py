"""Words of the MAVLink mission protocol, and whom they are from and to.

Messages are pymavlink's, of the ArduPilot dialect, which holds the common set as well. Source: the
MAVLink developer guide, "Mission Protocol"; numbers are MAV_MISSION_TYPE and MAV_MISSION_RESULT.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as dialect

from drone_jobs.links.mavlink.items import MissionItem, MissionKind

__all__ = [
    "HEARD_OF_MISSIONS",
    "Message",
    "MissionResult",
    "Route",
    "ack_word",
    "count_word",
    "dialect",
    "is_for",
    "item_of",
    "item_word",
    "list_word",
    "opaque_id_of",
    "request_word",
]

Message = Any
"""A message of pymavlink, which has no types."""

HEARD_OF_MISSIONS: Final = (
    "MISSION_ACK",
    "MISSION_COUNT",
    "MISSION_ITEM_INT",
    "MISSION_REQUEST",
    "MISSION_REQUEST_INT",
)
"""What a vehicle says in a transfer."""

_SECOND: Final = 0xFD  # first byte of MAVLink 2
_HEAD: Final = {True: 10, False: 6}  # bytes before the payload, by whether it is MAVLink 2
_SIGNED: Final = 13
_AT: Final = {"MISSION_ACK": 4, "MISSION_COUNT": 5, "MISSION_CURRENT": 6}  # opaque_id begins at


class MissionResult(IntEnum):
    """What a vehicle answers to a transfer."""

    ACCEPTED = 0
    ERROR = 1
    UNSUPPORTED_FRAME = 2
    UNSUPPORTED = 3
    NO_SPACE = 4
    INVALID = 5
    INVALID_PARAM1 = 6
    INVALID_PARAM2 = 7
    INVALID_PARAM3 = 8
    INVALID_PARAM4 = 9
    INVALID_PARAM5_X = 10
    INVALID_PARAM6_Y = 11
    INVALID_PARAM7 = 12
    INVALID_SEQUENCE = 13
    DENIED = 14
    OPERATION_CANCELLED = 15


@dataclass(frozen=True, slots=True)
class Route:
    """Who speaks with whom.

    Attributes:
        own_system: ours, 1 to 255.
        own_component: ours.
        system: the autopilot's.
        component: the autopilot's.
    """

    own_system: int
    own_component: int
    system: int
    component: int


def count_word(route: Route, kind: MissionKind, count: int) -> Message:
    """How many items are coming; 0 clears."""
    return dialect.MAVLink_mission_count_message(route.system, route.component, count, kind)


def list_word(route: Route, kind: MissionKind) -> Message:
    """Ask how many it holds."""
    return dialect.MAVLink_mission_request_list_message(route.system, route.component, kind)


def request_word(route: Route, kind: MissionKind, seq: int) -> Message:
    """Ask for one item."""
    return dialect.MAVLink_mission_request_int_message(route.system, route.component, seq, kind)


def ack_word(route: Route, kind: MissionKind) -> Message:
    """Say that all was read."""
    return dialect.MAVLink_mission_ack_message(
        route.system, route.component, MissionResult.ACCEPTED, kind
    )


def item_word(route: Route, kind: MissionKind, seq: int, item: MissionItem) -> Message:
    """One item."""
    return dialect.MAVLink_mission_item_int_message(
        route.system,
        route.component,
        seq,
        item.frame,
        item.command,
        item.current,
        item.autocontinue,
        *item.params,
        item.x_e7,
        item.y_e7,
        item.z,
        kind,
    )


def item_of(message: Message) -> MissionItem:
    """The item of a MISSION_ITEM_INT, as it was sent."""
    return MissionItem(
        frame=int(message.frame),
        command=int(message.command),
        current=int(message.current),
        autocontinue=int(message.autocontinue),
        params=(
            float(message.param1),
            float(message.param2),
            float(message.param3),
            float(message.param4),
        ),
        x_e7=int(message.x),
        y_e7=int(message.y),
        z=float(message.z),
    )


def is_for(message: Message, route: Route, kind: MissionKind) -> bool:
    """Whether it is about such a transfer of ours; a line is shared with other stations."""
    return (
        int(message.mission_type) == kind
        and message.target_system in (route.own_system, 0)
        and message.target_component in (route.own_component, 0)
    )


def opaque_id_of(message: Message) -> int:
    """By which the vehicle names what it holds; 0 where it does not.

    Read from the bytes: it is an extension that is younger than pymavlink's own words.
    """
    begin, raw = _AT.get(message.get_type()), message.get_msgbuf()
    if begin is None or not raw:
        return 0
    is_second = raw[0] == _SECOND
    head = _HEAD[is_second]
    signed = _SIGNED if is_second and raw[2] & 1 else 0
    payload = bytes(raw[head : len(raw) - 2 - signed]).ljust(begin + 4, b"\0")  # zeros are not sent
    (found,) = struct.unpack_from("<I", payload, begin)
    return int(found)
