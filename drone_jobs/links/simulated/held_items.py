"""Items as an autopilot holds them: what it refuses to take, and what it makes of the others."""

import math
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Final

from drone_jobs.links.simulated.quirks import Habits
from drone_jobs.links.simulated.words import Message, mavlink

__all__ = ["FENCE", "MISSION", "PLACED", "RALLY", "HeldItem", "id_of", "item_of", "kept", "refusal"]

MISSION: Final = int(mavlink.MAV_MISSION_TYPE_MISSION)
FENCE: Final = int(mavlink.MAV_MISSION_TYPE_FENCE)
RALLY: Final = int(mavlink.MAV_MISSION_TYPE_RALLY)

PLACED: Final = frozenset({16, 17, 19, 21, 22})
"""Commands of a mission that have a place."""

_FENCES: Final = frozenset({5000, 5001, 5002, 5003, 5004})
_RALLIES: Final = frozenset({5100})
_WAYPOINT: Final = 16
_MOUNT: Final = 205


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One item.

    Attributes:
        frame: MAV_FRAME.
        command: MAV_CMD.
        autocontinue: as sent.
        params: the first four.
        x_e7: latitude, or the fifth parameter.
        y_e7: longitude, or the sixth.
        z: metres of the frame, or the seventh.
    """

    frame: int
    command: int
    autocontinue: int
    params: tuple[float, float, float, float]
    x_e7: int
    y_e7: int
    z: float

    @property
    def lat_deg(self) -> float:
        """Of its place."""
        return self.x_e7 / 1e7

    @property
    def lon_deg(self) -> float:
        """Of its place."""
        return self.y_e7 / 1e7

    @property
    def has_place(self) -> bool:
        """Whether it names one: 0, 0 is wherever the aircraft is, as is PX4's INT32_MAX."""
        told = (self.x_e7, self.y_e7) != (0, 0)
        return told and abs(self.x_e7) <= 900_000_000 and abs(self.y_e7) <= 1_800_000_000


def item_of(message: Message) -> HeldItem | None:
    """The item of MISSION_ITEM_INT or MISSION_ITEM; None where its place is no number."""
    x, y = message.x, message.y
    if message.get_type() == "MISSION_ITEM":
        if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) > 214.0:
            return None
        x, y = round(x * 1e7), round(y * 1e7)
    params = (message.param1, message.param2, message.param3, message.param4)
    return HeldItem(
        int(message.frame),
        int(message.command),
        int(message.autocontinue),
        (float(params[0]), float(params[1]), float(params[2]), float(params[3])),
        int(x),
        int(y),
        float(message.z),
    )


def refusal(item: HeldItem, kind: int, habits: Habits) -> int:
    """MAV_MISSION_RESULT for an item: ACCEPTED, or why not."""
    commands = {MISSION: habits.commands, FENCE: _FENCES, RALLY: _RALLIES}[kind]
    if item.command not in commands:
        return int(mavlink.MAV_MISSION_UNSUPPORTED)
    if item.frame not in habits.frames:
        return int(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
    if kind == MISSION and item.command not in PLACED:
        return int(mavlink.MAV_MISSION_ACCEPTED)
    return _place_refusal(item)


def _place_refusal(item: HeldItem) -> int:
    nowhere = 2**31 - 1  # what PX4 takes for "where it is by then"
    result = mavlink.MAV_MISSION_ACCEPTED
    if abs(item.x_e7) > 900_000_000 and item.x_e7 != nowhere:
        result = mavlink.MAV_MISSION_INVALID_PARAM5_X
    elif abs(item.y_e7) > 1_800_000_000 and item.y_e7 != nowhere:
        result = mavlink.MAV_MISSION_INVALID_PARAM6_Y
    elif not math.isfinite(item.z):
        result = mavlink.MAV_MISSION_INVALID_PARAM7
    return int(result)


def kept(item: HeldItem, kind: int, habits: Habits) -> HeldItem:
    """What it holds of an item that it took; only ArduPilot's differs from what was sent."""
    if not habits.writes_in_place:
        return item
    params = [0.0 if math.isnan(each) else each for each in item.params]
    frame, z = item.frame, item.z
    if kind == FENCE or (kind == MISSION and item.command not in PLACED):
        frame = 0
    if item.command == _WAYPOINT:
        params[1] = 0.0
    elif item.command == _MOUNT:
        z = 0.0
    first, second, third, fourth = params
    return replace(item, frame=frame, params=(first, second, third, fourth), z=z)


def id_of(items: list[HeldItem]) -> int:
    """Opaque id of a list; 0 for an empty one."""
    if not items:
        return 0
    code = 0
    for item in items:
        numbers = (item.frame, item.command, item.autocontinue, item.x_e7, item.y_e7)
        code = zlib.crc32(struct.pack("<5q5f", *numbers, *item.params, item.z), code)
    return code or 1
