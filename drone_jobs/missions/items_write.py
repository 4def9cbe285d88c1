"""From a mission to the MAVLink items that PX4 and ArduPilot fly.

The take-off comes first and its height is above home, whatever the points are in: a take-off above
terrain or sea is a sudden climb or dive where home is not what was planned. The rest is above sea
level (PX4 follows no terrain in missions, so the points themselves do), or above terrain for an
ArduPilot that is asked to follow it.

Dialects: PX4 turns the nose by a point's own yaw and refuses a mission with MAV_CMD_CONDITION_YAW;
ArduPilot does the reverse. Both stand still at a point that is held for a second.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.camera_orders import BY_ANGLES
from drone_jobs.missions.commands import FRAME_OF, Command, Frame, MissionItem
from drone_jobs.missions.items_read import STOP_S
from drone_jobs.missions.meaning import SAME_SPEED_MS, plain
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    Finish,
    Mission,
    MissionPlace,
    MissionPoint,
    Turn,
)

__all__ = ["home_above_sea_m", "items_of"]

NEAR_M: Final = 2.0  # a point where it stops is reached within this
_UNSAID: Final = math.nan


def items_of(
    mission: Mission, desk: HeightDesk, autopilot: Autopilot, *, terrain_frame: bool = False
) -> tuple[MissionItem, ...]:
    """The items, without home's row, numbered from 1.

    What has no item (see :func:`.holding.held`) is left out.

    Args:
        mission: with at least one point.
        desk: converts heights.
        autopilot: whose dialect.
        terrain_frame: heights above ground, for an ArduPilot that has terrain.

    Raises:
        InputRefused: a height cannot be told in the system that is written (``height_*``,
            ``geoid_outside``).
    """
    system = HeightSystem.GROUND if terrain_frame else HeightSystem.EGM96
    found = [_take_off(mission, desk, autopilot)]
    speed_ms = mission.speed_ms
    if speed_ms is not None:
        found.append(_speed(speed_ms))
    for point in plain(mission).points:
        found += _of_point(point, desk, system, autopilot)
        if point.speed_ms is not None and (
            speed_ms is None or abs(point.speed_ms - speed_ms) > SAME_SPEED_MS / 2
        ):
            found.append(_speed(point.speed_ms))
            speed_ms = point.speed_ms
    if mission.finish is Finish.HOME:
        found.append(MissionItem(Command.RETURN, Frame.MISSION))
    elif mission.finish is Finish.LAND:
        last = mission.points[-1]
        found.append(
            MissionItem(
                Command.LAND,
                Frame.RELATIVE,
                _params(autopilot, 0.0, 0.0, 0.0),
                last.lat_deg,
                last.lon_deg,
            )
        )
    return tuple(replace(item, seq=seq) for seq, item in enumerate(found, 1))


def home_above_sea_m(home: MissionPlace, desk: HeightDesk) -> float:
    """Ground at home above sea level; the desk's own where the mission does not tell it.

    Raises:
        InputRefused: nobody knows it.
    """
    height = home.height or Height(0.0, HeightSystem.TAKE_OFF)
    return desk.to(height, home.lon_deg, home.lat_deg, HeightSystem.EGM96)


def _params(
    autopilot: Autopilot, first: float, second: float, third: float, yaw_deg: float = _UNSAID
) -> tuple[float, float, float, float]:
    """The first four; an unsaid yaw is NaN to PX4 and 0 to ArduPilot, which has no other way."""
    is_px4 = autopilot is Autopilot.PX4
    return first, second, third, yaw_deg if is_px4 else 0.0


def _take_off(mission: Mission, desk: HeightDesk, autopilot: Autopilot) -> MissionItem:
    climb_m = mission.climb_to_m
    if climb_m is None:
        first = mission.points[0]
        climb_m = desk.to(first.height, first.lon_deg, first.lat_deg, HeightSystem.TAKE_OFF)
    params = _params(autopilot, 0.0, 0.0, 0.0)
    home = mission.home
    if home is None:
        nowhere = _UNSAID if autopilot is Autopilot.PX4 else 0.0
        return MissionItem(Command.TAKE_OFF, Frame.RELATIVE, params, nowhere, nowhere, climb_m)
    return MissionItem(
        Command.TAKE_OFF, Frame.RELATIVE, params, home.lat_deg, home.lon_deg, climb_m
    )


def _speed(speed_ms: float) -> MissionItem:
    return MissionItem(Command.SPEED, Frame.MISSION, (1.0, speed_ms, -1.0, 0.0))


def _of_point(
    point: MissionPoint, desk: HeightDesk, system: HeightSystem, autopilot: Autopilot
) -> Iterator[MissionItem]:
    """A point of a plain mission, and what is done there."""
    actions = list(point.actions)
    yaw_deg = _UNSAID
    if autopilot is Autopilot.PX4 and actions and actions[0].kind is ActionKind.YAW:
        yaw_deg = actions.pop(0).value
    stops = point.turn is Turn.STOP
    near_m = NEAR_M if stops and autopilot is Autopilot.PX4 else 0.0
    yield MissionItem(
        Command.WAYPOINT,
        FRAME_OF[system],
        _params(autopilot, STOP_S if stops else 0.0, near_m, 0.0, yaw_deg),
        point.lat_deg,
        point.lon_deg,
        desk.to(point.height, point.lon_deg, point.lat_deg, system),
    )
    for action in actions:
        item = _of_action(action)
        if item is not None and not (item.command == Command.YAW and autopilot is Autopilot.PX4):
            yield item


def _of_action(action: Action) -> MissionItem | None:
    value = action.value
    if action.kind is ActionKind.GIMBAL:
        return MissionItem(Command.MOUNT, Frame.MISSION, (value, 0.0, 0.0, 0.0), z_m=BY_ANGLES)
    if action.kind is ActionKind.PHOTO_EVERY_S and not value > 0.0:
        return MissionItem(Command.PHOTO_STOP, Frame.MISSION)
    written = _ORDERS.get(action.kind)
    if written is None:
        return None
    command, params = written
    first, second, third, fourth = (value if each is None else each for each in params)
    return MissionItem(command, Frame.MISSION, (first, second, third, fourth))


_ORDERS: Final[dict[ActionKind, tuple[Command, tuple[float | None, ...]]]] = {
    ActionKind.PHOTO: (Command.PHOTO, (0.0, 0.0, 1.0, 0.0)),
    ActionKind.PHOTO_EVERY_M: (Command.PHOTO_DISTANCE, (None, 0.0, 1.0, 0.0)),
    ActionKind.PHOTO_EVERY_S: (Command.PHOTO, (0.0, None, 0.0, 0.0)),
    ActionKind.VIDEO_START: (Command.VIDEO, (0.0, 0.0, 0.0, 0.0)),
    ActionKind.VIDEO_STOP: (Command.VIDEO_STOP, (0.0, 0.0, 0.0, 0.0)),
    ActionKind.YAW: (Command.YAW, (None, 0.0, 0.0, 0.0)),
    ActionKind.HOVER: (Command.DELAY, (None, -1.0, -1.0, -1.0)),
}
"""Command and first four parameters; None is the action's value."""
