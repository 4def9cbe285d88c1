"""Settings of the autopilot on which a flight depends, read, set and read back.

PX4 tells an integer by the bits of a float, ArduPilot by its value (MAVLink parameter protocol,
"parameter encoding"). Nothing is set that already is as wished, and a setting that does not come
back as wished is a refusal.
"""

import math
import struct
from collections.abc import Callable
from typing import Final

from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.commands import Wire, next_heard
from drone_jobs.links.mavlink.listening import Listening
from drone_jobs.links.mavlink.words import Message, dialect
from models.clock import Clock
from models.mission import Autopilot, LostLink

__all__ = ["LOST_LINK", "set_parameter"]

ANSWER_S: Final = 1.0
TRIES: Final = 5
_INTEGERS: Final = {1: "<Bxxx", 2: "<bxxx", 3: "<Hxx", 4: "<hxx", 5: "<I", 6: "<i"}
"""MAV_PARAM_TYPE as the bytes of a float."""

LOST_LINK: Final = {
    Autopilot.ARDUPILOT: (
        "FS_GCS_ENABLE",
        {LostLink.CONTINUE: 0, LostLink.HOME: 1, LostLink.LAND: 5, LostLink.HOVER: 7},
    ),
    Autopilot.PX4: (
        "NAV_DLL_ACT",
        {LostLink.CONTINUE: 0, LostLink.HOVER: 1, LostLink.HOME: 2, LostLink.LAND: 3},
    ),
}
"""What it does alone, as each autopilot numbers it."""


async def set_parameter(
    wire: Wire,
    clock: Clock,
    autopilot: Autopilot,
    name: str,
    wished: Callable[[int], int],
) -> int:
    """Make a whole-numbered setting what it should be.

    Args:
        wire: to the aircraft.
        clock: for waits.
        autopilot: whose encoding.
        name: up to 16 letters.
        wished: from what it is to what it should be.

    Returns:
        What it was.

    Raises:
        LinkRefused: it does not keep it, or tells no whole number (``link_parameter``).
        LinkLost: it does not answer; it may not know the setting (``link_silent``).
    """
    with wire.messages("PARAM_VALUE") as heard:
        route = wire.route
        ask = dialect.MAVLink_param_request_read_message(
            route.system, route.component, name.encode(), -1
        )
        found = await _told(wire, clock, heard, ask, name)
        value = _value(found, autopilot)
        if value is None:
            raise _refused(name, "tells no whole number")
        before, target = value, wished(value)
        if before == target:
            return before
        change = dialect.MAVLink_param_set_message(
            route.system,
            route.component,
            name.encode(),
            _packed(target, found.param_type, autopilot),
            found.param_type,
        )
        for _ in range(TRIES):
            value = _value(await _told(wire, clock, heard, change, name), autopilot)
            if value == target:
                return before
    raise _refused(name, f"stays at {value} instead of {target}")


async def _told(wire: Wire, clock: Clock, heard: Listening, ask: Message, name: str) -> Message:
    route = wire.route
    for _ in range(TRIES):
        wire.send(ask)
        ends_s = clock.monotonic_s() + ANSWER_S
        while True:
            message = await next_heard(heard, clock, ends_s - clock.monotonic_s())
            if message is None:
                break
            if message.param_id == name and message.get_srcComponent() == route.component:
                return message
    raise LinkLost(
        f"The aircraft does not tell its setting {name}.",
        remedy="Look whether its program knows it, and bring its radio nearer.",
        code="link_silent",
    )


def _value(message: Message, autopilot: Autopilot) -> int | None:
    kind = _INTEGERS.get(message.param_type)
    if autopilot is Autopilot.PX4 and kind is not None:
        (whole,) = struct.unpack(kind, struct.pack("<f", message.param_value))
        return int(whole)
    value = message.param_value
    return int(value) if math.isfinite(value) and value == int(value) else None


def _packed(value: int, param_type: int, autopilot: Autopilot) -> float:
    kind = _INTEGERS.get(param_type)
    if autopilot is not Autopilot.PX4 or kind is None:
        return float(value)
    (packed,) = struct.unpack("<f", struct.pack(kind, value))
    return float(packed)


def _refused(name: str, what: str) -> LinkRefused:
    return LinkRefused(
        f"The aircraft's setting {name} {what}.",
        remedy="Set it with the maker's own program, then try again.",
        code="link_parameter",
    )
