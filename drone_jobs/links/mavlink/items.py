"""A mission as the items that travel: flight, fence and gathering places.

A place travels as degrees times 1e7. ArduPilot's first item is home: an order put there is lost.
Every item is looked at before the first one is sent, because an autopilot that refuses the second
of three may have overwritten what it held.

Sources: MAVLink developer guide, "Mission Protocol", "Geofence", "Rally points".
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.commands import Command, Frame
from drone_jobs.missions.commands import MissionItem as Row
from drone_jobs.missions.items_write import home_above_sea_m, items_of
from drone_jobs.missions.limits import check_count
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Autopilot, FenceCircle, Mission, MissionPlace, Ring

__all__ = [
    "PLACED",
    "FenceCommand",
    "MissionItem",
    "MissionKind",
    "check_items",
    "fence_items",
    "mission_items",
    "rally_items",
]

E7: Final = 10_000_000
PLACED: Final = {0: 0, 5: 0, 3: 3, 6: 3, 10: 10, 11: 10}
"""Frames that have a place, and the frame that means the same."""

_FRAMES: Final = frozenset({*PLACED, int(Frame.MISSION)})
_LARGEST: Final = 3.4e38  # of 32 bits
_WHOLE: Final = 2**31
_MOST: Final = 0xFFFF
_TRIANGLE: Final = 3
_FLOWN_TO: Final = frozenset({Command.WAYPOINT, Command.SPLINE})


class MissionKind(IntEnum):
    """MAV_MISSION_TYPE."""

    MISSION = 0
    FENCE = 1
    RALLY = 2


class FenceCommand(IntEnum):
    """MAV_CMD of fences and gathering places."""

    RETURN_POINT = 5000
    CORNER_IN = 5001  # 1 number of corners of its ring
    CORNER_OUT = 5002
    CIRCLE_IN = 5003  # 1 radius, m
    CIRCLE_OUT = 5004
    RALLY = 5100


_CORNERS: Final = frozenset({FenceCommand.CORNER_IN, FenceCommand.CORNER_OUT})
_CIRCLES: Final = frozenset({FenceCommand.CIRCLE_IN, FenceCommand.CIRCLE_OUT})


@dataclass(frozen=True, slots=True)
class MissionItem:
    """One item, as MISSION_ITEM_INT carries it.

    Attributes:
        frame: MAV_FRAME.
        command: MAV_CMD.
        current: 1 for the item that is flown first, else 0.
        autocontinue: 1 to go on by itself.
        params: the first four; NaN where nothing is said. 32 bits on the line.
        x_e7: latitude times 1e7, or the fifth of an order without a place.
        y_e7: longitude times 1e7, or the sixth.
        z: metres of the frame, or the seventh. 32 bits on the line.
    """

    frame: int
    command: int
    current: int = 0
    autocontinue: int = 1
    params: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    x_e7: int = 0
    y_e7: int = 0
    z: float = 0.0


def mission_items(
    mission: Mission, desk: HeightDesk, autopilot: Autopilot, *, terrain_frame: bool = False
) -> tuple[MissionItem, ...]:
    """The flight, in the order in which it is numbered from 0; ArduPilot's begins with home.

    Args:
        mission: with at least one point, and its home.
        desk: converts heights.
        autopilot: PX4 or ArduPilot.
        terrain_frame: heights above ground, for an ArduPilot that has terrain.

    Raises:
        InputRefused: no home (``link_no_home``), no point (``mission_no_points``), terrain for PX4,
            which does not follow it (``mission_terrain_frame``), an aircraft that takes no items
            (``link_autopilot``), or a height that cannot be told (``height_*``, ``geoid_outside``).
    """
    if autopilot is Autopilot.DJI:
        raise InputRefused(
            f"{mission.name} is for an aircraft of DJI, which takes no items of MAVLink.",
            remedy="Give it to the dock, or as a KMZ file.",
            code="link_autopilot",
        )
    if not mission.points:
        raise InputRefused(
            f"{mission.name} has no point to fly to.",
            remedy="Plan it again.",
            code="mission_no_points",
        )
    if mission.home is None:
        raise InputRefused(
            f"{mission.name} does not say where it starts, so nobody can tell whether it is near.",
            remedy="Set its home, then send it again.",
            code="link_no_home",
        )
    if terrain_frame and autopilot is not Autopilot.ARDUPILOT:
        raise InputRefused(
            "PX4 follows no terrain in missions: a height above terrain would be flown as another.",
            remedy="Send heights above sea level; the points follow the ground already.",
            code="mission_terrain_frame",
        )
    rows = items_of(mission, desk, autopilot, terrain_frame=terrain_frame)
    if autopilot is Autopilot.ARDUPILOT:
        home = mission.home
        rows = (
            Row(
                Command.WAYPOINT,
                Frame.SEA,
                lat_deg=home.lat_deg,
                lon_deg=home.lon_deg,
                z_m=home_above_sea_m(home, desk),
            ),
            *rows,
        )
    return tuple(_of_row(row, is_first=at == 0) for at, row in enumerate(rows))


def fence_items(mission: Mission) -> tuple[MissionItem, ...]:
    """Rings and circles; empty for a mission without a fence, which clears the aircraft's."""
    return (
        *(item for ring in mission.fence for item in _corners(ring, FenceCommand.CORNER_IN)),
        *(item for ring in mission.no_fly for item in _corners(ring, FenceCommand.CORNER_OUT)),
        *(_circle(circle) for circle in mission.circles),
    )


def rally_items(mission: Mission, desk: HeightDesk) -> tuple[MissionItem, ...]:
    """Gathering places, heights above home in whole metres, rounded up.

    ArduPilot keeps no parts of a metre there, and a lower one would be a surprise.

    Raises:
        InputRefused: one has no height (``link_rally_height``), or it cannot be told above the
            take-off (``height_*``, ``geoid_outside``).
    """
    return tuple(_rally(place, at, desk) for at, place in enumerate(mission.rally, 1))


def _of_row(row: Row, *, is_first: bool) -> MissionItem:
    has_place = row.frame in PLACED
    return MissionItem(
        frame=int(row.frame),
        command=int(row.command),
        current=int(is_first),
        params=row.params,
        x_e7=round(row.lat_deg * E7) if has_place else round(row.lat_deg),
        y_e7=round(row.lon_deg * E7) if has_place else round(row.lon_deg),
        z=row.z_m,
    )


def _corners(ring: Ring, command: FenceCommand) -> Iterator[MissionItem]:
    for lon_deg, lat_deg in ring:
        yield MissionItem(
            frame=int(Frame.SEA),
            command=int(command),
            params=(float(len(ring)), 0.0, 0.0, 0.0),
            x_e7=round(lat_deg * E7),
            y_e7=round(lon_deg * E7),
        )


def _circle(circle: FenceCircle) -> MissionItem:
    command = FenceCommand.CIRCLE_IN if circle.is_inclusion else FenceCommand.CIRCLE_OUT
    return MissionItem(
        frame=int(Frame.SEA),
        command=int(command),
        params=(circle.radius_m, 0.0, 0.0, 0.0),
        x_e7=round(circle.lat_deg * E7),
        y_e7=round(circle.lon_deg * E7),
    )


def _rally(place: MissionPlace, at: int, desk: HeightDesk) -> MissionItem:
    if place.height is None:
        raise InputRefused(
            f"Gathering place {at} has no height, and the aircraft flies there at one.",
            remedy="Give it a height, or take it out.",
            code="link_rally_height",
        )
    high_m = desk.to(place.height, place.lon_deg, place.lat_deg, HeightSystem.TAKE_OFF)
    return MissionItem(
        frame=int(Frame.RELATIVE),
        command=int(FenceCommand.RALLY),
        x_e7=round(place.lat_deg * E7),
        y_e7=round(place.lon_deg * E7),
        z=float(math.ceil(high_m - 1e-6)),
    )


def check_items(items: tuple[MissionItem, ...], kind: MissionKind) -> None:
    """Refuse what an autopilot would refuse half way.

    Raises:
        InputRefused: the number of an item and what is wrong with it (``link_item``), or more than
            there can be (``mission_items``).
    """
    check_count(len(items), f"The {kind.name.lower()}")
    for at, item in enumerate(items):
        wrong = _wrong(item, at, kind)
        if wrong:
            raise _refused(at, kind, wrong)
    if kind is MissionKind.FENCE:
        _check_rings(items)


def _refused(at: int, kind: MissionKind, wrong: str) -> InputRefused:
    return InputRefused(
        f"Item {at} of the {kind.name.lower()} {wrong}; nothing was sent.",
        remedy="Plan it again; if it stays, tell the maintainers.",
        code="link_item",
    )


def _wrong(item: MissionItem, at: int, kind: MissionKind) -> str:
    """What is wrong with an item, empty for nothing."""
    looked_at = (
        (0 <= item.command <= _MOST, f"has the command {item.command}, which there is not"),
        (item.frame in _FRAMES, f"has the frame {item.frame}, which is no place on Earth"),
        (
            {item.current, item.autocontinue} <= {0, 1},
            "has a mark that is neither 0 nor 1",
        ),
        (
            not any(abs(each) > _LARGEST for each in item.params),  # NaN stands for nothing said
            "has an endless number",
        ),
        (abs(item.z) <= _LARGEST, "has a height that is no number"),
        (kind is _kind_of(item.command), f"has the command {item.command} of another list"),
    )
    return next((wrong for holds, wrong in looked_at if not holds), "") or _wrong_place(
        item, at, kind
    )


def _wrong_place(item: MissionItem, at: int, kind: MissionKind) -> str:
    if item.frame not in PLACED:
        if kind is not MissionKind.MISSION:
            return "has no place"
        is_whole = all(-_WHOLE <= each < _WHOLE for each in (item.x_e7, item.y_e7))
        return "" if is_whole else "has a number that is too large"
    if abs(item.x_e7) > 90 * E7 or abs(item.y_e7) > 180 * E7:
        return f"is at latitude {item.x_e7 / E7}, longitude {item.y_e7 / E7}, not on Earth"
    is_home = at == 0 and kind is MissionKind.MISSION
    if item.x_e7 == item.y_e7 == 0 and item.command in _FLOWN_TO and not is_home:
        return "is a point at latitude 0, longitude 0, which stands for no place"
    return ""


def _kind_of(command: int) -> MissionKind:
    if command == FenceCommand.RALLY:
        return MissionKind.RALLY
    return MissionKind.FENCE if command in frozenset(FenceCommand) else MissionKind.MISSION


def _check_rings(items: tuple[MissionItem, ...]) -> None:
    at = 0
    while at < len(items):
        item = items[at]
        size = item.params[0]
        if item.command in _CIRCLES and not (math.isfinite(size) and size > 0.0):
            raise _refused(at, MissionKind.FENCE, "is a circle without a radius")
        if item.command not in _CORNERS:
            at += 1
            continue
        corners = int(size) if math.isfinite(size) else 0
        ring = items[at : at + corners]
        is_whole = len(ring) == corners >= _TRIANGLE and size == corners
        if not is_whole or any(
            (each.command, each.params[0]) != (item.command, size) for each in ring
        ):
            raise _refused(at, MissionKind.FENCE, "begins a ring that is not whole")
        at += corners
