"""What of a mission a file format can hold, and so what an aircraft is not told by it.

Nobody shall learn in the air that a fence was left out: :func:`losses` tells it beside every file.
"""

from dataclasses import replace
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.wpml_held import held_by_wpml
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    Finding,
    Gravity,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
)

__all__ = ["held", "losses", "spoken_autopilot"]

_MAVLINK: Final = (MissionFormat.QGC_PLAN, MissionFormat.WAYPOINTS)


def spoken_autopilot(mission: Mission, kind: MissionFormat) -> Autopilot:
    """Whose dialect of MAVLink a file is written in: a waypoint list is ArduPilot's."""
    if kind is MissionFormat.WAYPOINTS or mission.autopilot is Autopilot.ARDUPILOT:
        return Autopilot.ARDUPILOT
    return Autopilot.PX4


def held(mission: Mission, kind: MissionFormat, desk: HeightDesk | None = None) -> Mission:
    """The mission as such a file holds it; the same where the format holds everything.

    A plan and a waypoint list hold no height of the way back and no deed for a lost link (both are
    settings of the aircraft) and no zoom; a waypoint list has no fence and no gathering places;
    PX4 turns at a point before anything else is done there, or not at all. For DJI's file see
    :func:`.wpml_held.held_by_wpml`.

    Args:
        mission: with at least one point.
        kind: of file.
        desk: tells heights above the take-off, where DJI's file needs one that is not told.
    """
    if kind is MissionFormat.WPML:
        return held_by_wpml(mission, desk)
    if kind not in _MAVLINK:
        return mission
    autopilot = spoken_autopilot(mission, kind)
    mission = replace(
        mission,
        points=tuple(_held_points(mission, autopilot)),
        has_take_off=True,
        return_to_m=None,
        lost_link=LostLink.UNSAID,
        autopilot=autopilot,
    )
    if kind is MissionFormat.WAYPOINTS:
        return replace(mission, fence=(), no_fly=(), circles=(), rally=())
    first = mission.points[0]
    return replace(
        mission,
        home=mission.home or MissionPlace(first.lon_deg, first.lat_deg),
        rally=tuple(place for place in mission.rally if place.height is not None),
    )


def losses(
    mission: Mission, kind: MissionFormat, desk: HeightDesk | None = None
) -> tuple[Finding, ...]:
    """What such a file leaves out or says otherwise, one finding each, of code ``not_held``.

    Its fact ``what`` names it in English.
    """
    return tuple(
        Finding(
            "not_held",
            Gravity.WARNING,
            f"A {kind} file does not hold all of it: {each}.",
            "Set it on the aircraft, or take another format.",
            (("format", str(kind)), ("what", each)),
        )
        for each in differences(mission, held(mission, kind, desk), desk)
    )


def _held_points(mission: Mission, autopilot: Autopilot) -> list[MissionPoint]:
    points = []
    in_force_ms = mission.speed_ms
    for point in mission.points:
        told_ms = mission.speed_ms if point.speed_ms is None else point.speed_ms
        in_force_ms = in_force_ms if told_ms is None else told_ms  # a speed cannot be taken back
        actions = tuple(
            action
            for at, action in enumerate(point.actions)
            if action.kind is not ActionKind.ZOOM
            and (autopilot is Autopilot.ARDUPILOT or _turns_at_once(point, at, action))
        )
        points.append(replace(point, speed_ms=in_force_ms, actions=actions))
    return points


def _turns_at_once(point: MissionPoint, at: int, action: Action) -> bool:
    return action.kind is not ActionKind.YAW or (at == 0 and point.heading_deg is None)
