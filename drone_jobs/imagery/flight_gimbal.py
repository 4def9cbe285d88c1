"""Where the camera looked by what the mission had ordered: the last resort, and it says so.

Ordinary videos of drones tell a place and no gimbal. While such an aircraft flies a mission of
ours, the pitch that the mission ordered is known, and the camera's yaw is that of the nose. What it
did is not known: the sigmas of :attr:`models.flight.AttitudeSource.MISSION` are wide. Where the
order changes, and while nothing was ordered, nothing is told.
"""

from dataclasses import dataclass, replace
from typing import Final

from drone_jobs.imagery.gaps import gaps_of, with_gaps
from geo.crs import geodesic
from models.flight import AttitudeSource, Look, LookGap
from models.mission import ActionKind, Mission, MissionPoint

__all__ = ["OrderedAttitude", "ordered_attitude", "with_mission_gimbal"]

AT_POINT_M: Final = 15.0
"""So near to a point its orders may be under way; satellites are off by some of it."""

_INTERVALS: Final = frozenset({ActionKind.PHOTO_EVERY_M, ActionKind.PHOTO_EVERY_S})


@dataclass(frozen=True, slots=True)
class OrderedAttitude:
    """What was ordered of the camera.

    Attributes:
        pitch_deg: of the gimbal, -90 straight down; None where no order was given or it changes.
        yaw_deg: of the nose, true north, [0, 360); None where nobody ordered it or it changes.
    """

    pitch_deg: float | None
    yaw_deg: float | None


def ordered_attitude(
    mission: Mission, towards: int, place: tuple[float, float], *, is_still: bool
) -> OrderedAttitude:
    """Pitch and yaw of the camera by the mission's orders.

    Args:
        mission: that is flown.
        towards: index of the point that the aircraft flies to or stands at.
        place: longitude and latitude of the aircraft.
        is_still: whether it took a picture by an order, which happens between the orders before and
            behind it; a moment of a video may lie within a turn.

    Returns:
        Nothing of either for an index that is no point's.
    """
    points = mission.points
    if not 0 <= towards < len(points):
        return OrderedAttitude(None, None)
    possible: list[OrderedAttitude] = []
    for index in (towards - 1, towards):
        if index >= 0 and _is_at(points[index], place):
            passing, pictures = _orders_at(points, index)
            possible += pictures if is_still and pictures else passing
    if not possible:
        possible = [OrderedAttitude(_pitch_before(points, towards), _yaw_to(points, towards))]
    pitches = {each.pitch_deg for each in possible}
    yaws = {each.yaw_deg for each in possible}
    return OrderedAttitude(
        pitches.pop() if len(pitches) == 1 else None, yaws.pop() if len(yaws) == 1 else None
    )


def with_mission_gimbal(
    look: Look,
    mission: Mission,
    towards: int | None,
    *,
    heading_deg: float | None = None,
    is_still: bool = False,
) -> Look:
    """The look with the ordered attitude, where nothing better is told.

    Args:
        look: with a place; one whose attitude is told stays as it is.
        mission: that was flown.
        towards: index of the point flown to; None when nobody knows.
        heading_deg: of the nose as the aircraft told it, true north; None: by the mission.
        is_still: see :func:`ordered_attitude`.
    """
    is_told = LookGap.ATTITUDE not in gaps_of(look)
    if is_told or towards is None or look.lon_deg is None or look.lat_deg is None:
        return with_gaps(look)
    place = look.lon_deg, look.lat_deg
    ordered = ordered_attitude(mission, towards, place, is_still=is_still)
    yaw_deg = ordered.yaw_deg if heading_deg is None else heading_deg % 360.0
    if ordered.pitch_deg is None or yaw_deg is None:
        return with_gaps(look)
    return with_gaps(
        replace(
            look,
            yaw_deg=yaw_deg,
            pitch_deg=ordered.pitch_deg,
            roll_deg=0.0,
            attitude=AttitudeSource.MISSION,
            # Joining with telemetry is no longer needed, unless for a height.
            gaps=tuple(
                gap
                for gap in look.gaps
                if gap is not LookGap.ATTITUDE
                and (gap is not LookGap.TIME or LookGap.HEIGHT in gaps_of(look))
            ),
        )
    )


def _is_at(point: MissionPoint, place: tuple[float, float]) -> bool:
    return geodesic(point.lon_deg, point.lat_deg, *place)[2] <= AT_POINT_M


def _pitch_before(points: tuple[MissionPoint, ...], index: int) -> float | None:
    """In force on the way to a point."""
    for point in reversed(points[:index]):
        for action in reversed(point.actions):
            if action.kind is ActionKind.GIMBAL:
                return action.value
    return None


def _yaw_to(points: tuple[MissionPoint, ...], index: int) -> float | None:
    """Of the nose on the way to a point: as ordered there, or along the way."""
    there = points[index]
    if there.heading_deg is not None:
        return there.heading_deg % 360.0
    if index == 0:
        return None
    here = points[index - 1]
    if any(action.kind is ActionKind.YAW for action in here.actions):
        return None  # whether the nose then follows the way is each autopilot's own affair
    azimuth_deg, _, apart_m = geodesic(here.lon_deg, here.lat_deg, there.lon_deg, there.lat_deg)
    return azimuth_deg % 360.0 % 360.0 if apart_m > 0.0 else None


def _orders_at(
    points: tuple[MissionPoint, ...], index: int
) -> tuple[list[OrderedAttitude], list[OrderedAttitude]]:
    """All that is in force at a point from arriving to leaving, and at its ordered pictures.

    Of the latter there are none where others are taken by the way besides.
    """
    now = OrderedAttitude(_pitch_before(points, index), _yaw_to(points, index))
    passing, pictures = [now], []
    for action in points[index].actions:
        if action.kind is ActionKind.GIMBAL:
            now = replace(now, pitch_deg=action.value)
        elif action.kind is ActionKind.YAW:
            now = replace(now, yaw_deg=action.value % 360.0)
        elif action.kind is ActionKind.PHOTO:
            pictures.append(now)
        passing.append(now)
    if index + 1 < len(points):
        passing.append(replace(now, yaw_deg=_yaw_to(points, index + 1)))
    return passing, [] if _takes_by_the_way(points, index) else pictures


def _takes_by_the_way(points: tuple[MissionPoint, ...], index: int) -> bool:
    """Whether pictures at intervals are ordered when it arrives at a point, or there."""
    every = dict.fromkeys(_INTERVALS, 0.0)
    for point in points[:index]:
        every |= {each.kind: each.value for each in point.actions if each.kind in _INTERVALS}
    here = [each.value for each in points[index].actions if each.kind in _INTERVALS]
    return any(value != 0.0 for value in (*every.values(), *here))
