"""Words of DJI's Cloud API over MQTT: topics, the envelope, and fields of what a stranger sent.

Who may write to the broker may write anything, so nothing here trusts a message: one that is too
large, too deep or no JSON is refused, and a field of another type or out of its range counts as not
told. Source: DJI Cloud API, dock to cloud, MQTT, topic definition.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from models.errors import InputRefused

__all__ = [
    "LARGEST_BYTES",
    "Envelope",
    "TopicKind",
    "choice",
    "number",
    "part",
    "parts",
    "read_envelope",
    "read_topic",
    "text",
    "topic",
    "whole",
    "write_envelope",
]

Word = TypeVar("Word")

LARGEST_BYTES: Final = 256 * 1024
"""Of one message; the longest that docks send, their capacity for live pictures, is 20 KiB."""
LARGEST_WHOLE: Final = 2**53
_LONGEST_WORD: Final = 128
_MOST_PARTS: Final = 200
_SERIAL: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class TopicKind(StrEnum):
    """Topics of one device; the value follows its serial number."""

    OSD = "osd"  # up, twice in four seconds
    STATE = "state"  # up, when it changes
    SERVICES = "services"  # down
    SERVICES_REPLY = "services_reply"  # up
    EVENTS = "events"  # up
    EVENTS_REPLY = "events_reply"  # down
    REQUESTS = "requests"  # up
    REQUESTS_REPLY = "requests_reply"  # down
    STATUS = "status"  # up, below sys/
    STATUS_REPLY = "status_reply"  # down, below sys/


_SYSTEM: Final = frozenset({TopicKind.STATUS, TopicKind.STATUS_REPLY})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message.

    Attributes:
        method: what it is about; empty in ``osd`` and ``state``.
        data: its content.
        tid: names the message and its reply; empty where none is told.
        bid: names the business that several messages are about.
        at_ms: since 1970 by the sender's clock; None when not told.
        gateway: serial number of the dock; may be empty.
        needs_reply: whether the sender waits for one.
    """

    method: str
    data: Mapping[str, Any]
    tid: str = ""
    bid: str = ""
    at_ms: int | None = None
    gateway: str = ""
    needs_reply: bool = False


def topic(kind: TopicKind, serial: str) -> str:
    """The topic of a device.

    Args:
        kind: which.
        serial: of the dock or the aircraft: 1 to 64 letters, digits, ``-`` and ``_``.

    Raises:
        InputRefused: no serial number (``dock_serial``); one with ``+``, ``#`` or ``/`` would
            listen to other people's devices.
    """
    if not _SERIAL.fullmatch(serial):
        raise InputRefused(
            f"{serial[:_LONGEST_WORD]!r} is no serial number of a dock or an aircraft.",
            remedy="Copy it from the label or from DJI Pilot.",
            code="dock_serial",
        )
    root = "sys" if kind in _SYSTEM else "thing"
    return f"{root}/product/{serial}/{kind}"


def read_topic(name: str) -> tuple[TopicKind, str] | None:
    """Kind and serial number; None for a topic that is none of these."""
    words = name.split("/")
    if len(words) != 4 or words[1] != "product" or not _SERIAL.fullmatch(words[2]):
        return None
    try:
        kind = TopicKind(words[3])
    except ValueError:
        return None
    return (kind, words[2]) if words[0] == ("sys" if kind in _SYSTEM else "thing") else None


def read_envelope(payload: bytes) -> Envelope:
    """A message.

    Raises:
        InputRefused: too large, no JSON object, or without content (``dock_message``).
    """
    if len(payload) > LARGEST_BYTES:
        raise _damaged(f"has {len(payload)} bytes")
    try:
        told = json.loads(payload, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _damaged("is no JSON") from error
    if not isinstance(told, dict):
        raise _damaged("is no JSON object")
    data = told.get("data")
    if data is not None and not isinstance(data, dict):
        raise _damaged("has a content that is no object")
    return Envelope(
        method=text(told, "method"),
        data=data or {},
        tid=text(told, "tid"),
        bid=text(told, "bid"),
        at_ms=whole(told, "timestamp", 0, LARGEST_WHOLE),
        gateway=text(told, "gateway"),
        needs_reply=told.get("need_reply") in (1, True),
    )


def write_envelope(envelope: Envelope) -> bytes:
    """The message as it is sent."""
    told: dict[str, Any] = {
        "tid": envelope.tid,
        "bid": envelope.bid,
        "timestamp": envelope.at_ms,
        "data": envelope.data,
    }
    if envelope.gateway:
        told["gateway"] = envelope.gateway
    if envelope.method:
        told["method"] = envelope.method
    if envelope.needs_reply:
        told["need_reply"] = 1
    return json.dumps(told, ensure_ascii=False, allow_nan=False).encode()


def number(data: Mapping[str, Any], name: str, least: float, most: float) -> float | None:
    """A number within ``[least, most]``; None where none is told."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return float(value) if least <= value <= most else None


def whole(data: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """A whole number within ``[least, most]``, also told as text; None where none is told."""
    value = data.get(name)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,16}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not least <= value <= most or value != int(value):
        return None
    return int(value)


def text(data: Mapping[str, Any], name: str, longest: int = _LONGEST_WORD) -> str:
    """A text of one line; empty where none is told, or one that is longer or cannot be shown."""
    value = data.get(name)
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        return ""
    return value


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What is told below a name; empty where nothing is."""
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def parts(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of such; at most 200 are looked at."""
    value = data.get(name)
    if not isinstance(value, list):
        return []
    return [each for each in value[:_MOST_PARTS] if isinstance(each, dict)]


def choice(data: Mapping[str, Any], name: str, words: Mapping[int, Word]) -> Word | None:
    """What a number stands for; None where none is told, or one without a meaning."""
    value = whole(data, name, -LARGEST_WHOLE, LARGEST_WHOLE)
    return None if value is None else words.get(value)


def _refuse(_: str) -> float:
    msg = "not a number"
    raise ValueError(msg)


def _damaged(what: str) -> InputRefused:
    return InputRefused(
        f"A message of a dock {what}.",
        remedy="Look who else may write to the broker.",
        code="dock_message",
    )
