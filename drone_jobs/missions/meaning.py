"""Whether two missions mean the same flight, however they are written down.

Formats say the same in different words: a heading is a point's or an order to turn there, the way
back to the first point is a finish or one more point, a speed holds until the next one or is told
at every point. Both missions are brought into one form first (:func:`plain`).

Not looked at, because no flight differs by it: names, notes, which autopilot the file is for, and
whether a take-off is an item of the file or goes without saying.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from drone_jobs.heights import HeightDesk
from models.errors import WatchError
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    FenceCircle,
    Finish,
    Mission,
    MissionPlace,
    MissionPoint,
    Ring,
)

__all__ = ["differences", "plain"]

SAME_DEG: Final = 1e-7
SAME_M: Final = 0.01
SAME_SPEED_MS: Final = 0.01
SAME_VALUE: Final = 0.01
SAME_HEADING_DEG: Final = 0.05
MOST_TOLD: Final = 50
_SLACK: Final = 1e-12  # degrees of rounding in the subtraction itself
_HOW: Final = {
    HeightSystem.ELLIPSOID: "above the ellipsoid",
    HeightSystem.EGM96: "above sea level",
    HeightSystem.NATIONAL_1985: "above sea level (1985)",
    HeightSystem.GROUND: "above ground",
    HeightSystem.TAKE_OFF: "above take-off",
}


def plain(mission: Mission) -> Mission:
    """The same flight with all that can be said in two ways said in one.

    Every point has its speed and no heading (it turns there instead); the way back to the first
    point is a point; what ends pictures that nothing began stays.
    """
    points = [_plain_point(point, mission.speed_ms) for point in mission.points]
    finish = mission.finish
    if finish is Finish.START and points:
        points.append(replace(points[0], speed_ms=points[-1].speed_ms, actions=()))
        finish = Finish.HOVER
    return replace(mission, points=tuple(points), finish=finish)


def _plain_point(point: MissionPoint, speed_ms: float | None) -> MissionPoint:
    actions = point.actions
    if point.heading_deg is not None:
        actions = (Action(ActionKind.YAW, point.heading_deg), *actions)
    return replace(
        point,
        speed_ms=speed_ms if point.speed_ms is None else point.speed_ms,
        heading_deg=None,
        actions=actions,
    )


def differences(one: Mission, other: Mission, desk: HeightDesk | None = None) -> list[str]:
    """What differs between two missions, in English; empty when they mean the same.

    Places are the same within 1e-7 degrees (11 mm), heights within 1 cm, speeds within 0.01 m/s.

    Args:
        one: a mission.
        other: another.
        desk: converts the other's heights where they are told in another system; without it, other
            systems are a difference.

    Returns:
        At most 50 sentences.
    """
    one, other = plain(one), plain(other)
    found = [
        *_of_whole(one, other),
        *_of_places("home", _some(one.home), _some(other.home), desk),
        *_of_places("gathering place", one.rally, other.rally, desk),
        *_of_rings("fence", one.fence, other.fence),
        *_of_rings("no-fly ring", one.no_fly, other.no_fly),
        *_of_circles(one.circles, other.circles),
    ]
    if len(one.points) != len(other.points):
        found.append(f"{len(one.points)} points, {len(other.points)} points")
    for at, (a, b) in enumerate(zip(one.points, other.points, strict=False), 1):
        found += [f"point {at}: {each}" for each in _of_points(a, b, desk)]
        if len(found) >= MOST_TOLD:
            break
    return found[:MOST_TOLD]


def _some(place: MissionPlace | None) -> tuple[MissionPlace, ...]:
    return () if place is None else (place,)


def _of_whole(one: Mission, other: Mission) -> list[str]:
    found = []
    for what, a, b, within in (
        ("speed", one.speed_ms, other.speed_ms, SAME_SPEED_MS),
        ("climb after take-off", one.climb_to_m, other.climb_to_m, SAME_M),
        ("height of the way back", one.return_to_m, other.return_to_m, SAME_M),
    ):
        if not _near(a, b, within):
            found.append(f"{what}: {_told(a)}, {_told(b)}")
    if one.finish is not other.finish:
        found.append(f"finish: {one.finish}, {other.finish}")
    if one.lost_link is not other.lost_link:
        found.append(f"lost link: {one.lost_link}, {other.lost_link}")
    return found


def _of_points(a: MissionPoint, b: MissionPoint, desk: HeightDesk | None) -> list[str]:
    found = []
    if not _same_place(a, b):
        found.append(f"place {_at(a)}, {_at(b)}")
    found += _of_heights(a.height, b.height, b, desk)
    if not _near(a.speed_ms, b.speed_ms, SAME_SPEED_MS):
        found.append(f"speed {_told(a.speed_ms)}, {_told(b.speed_ms)}")
    if a.turn is not b.turn:
        found.append(f"turn {a.turn}, {b.turn}")
    if len(a.actions) != len(b.actions) or not all(map(_same_action, a.actions, b.actions)):
        found.append(f"actions {_deeds(a.actions)}, {_deeds(b.actions)}")
    return found


def _of_heights(
    a: Height | None,
    b: Height | None,
    place: MissionPoint | MissionPlace,
    desk: HeightDesk | None,
) -> list[str]:
    if a is None or b is None:
        return [] if a is b else [f"height {_high(a)}, {_high(b)}"]
    value_m: float | None = b.value_m if _system(a) is _system(b) else None
    if value_m is None and desk is not None:
        try:
            value_m = desk.to(b, place.lon_deg, place.lat_deg, a.system)
        except WatchError as error:
            return [f"height {_high(a)}, {_high(b)}: {error.message}"]
    if value_m is not None and _near(a.value_m, value_m, SAME_M):
        return []
    return [f"height {_high(a)}, {_high(b)}"]


def _system(height: Height) -> HeightSystem:
    """The system that it is counted in: 1985's is taken as EGM96 everywhere here."""
    is_1985 = height.system is HeightSystem.NATIONAL_1985
    return HeightSystem.EGM96 if is_1985 else height.system


def _of_places(
    what: str,
    one: Sequence[MissionPlace],
    other: Sequence[MissionPlace],
    desk: HeightDesk | None,
) -> list[str]:
    if len(one) != len(other):
        return [f"{what}: {len(one)} told, {len(other)} told"]
    found = []
    for a, b in zip(one, other, strict=True):
        if not _same_place(a, b):
            found.append(f"{what}: {_at(a)}, {_at(b)}")
        found += [f"{what}: {each}" for each in _of_heights(a.height, b.height, b, desk)]
    return found


def _of_rings(what: str, one: Sequence[Ring], other: Sequence[Ring]) -> list[str]:
    if len(one) != len(other):
        return [f"{what}: {len(one)} told, {len(other)} told"]
    return [
        f"{what} {at}: other corners"
        for at, (a, b) in enumerate(zip(one, other, strict=True), 1)
        if len(a) != len(b)
        or any(abs(x - y) > SAME_DEG + _SLACK for x, y in zip(_flat(a), _flat(b), strict=True))
    ]


def _flat(ring: Ring) -> list[float]:
    return [value for corner in ring for value in corner]


def _of_circles(one: Sequence[FenceCircle], other: Sequence[FenceCircle]) -> list[str]:
    if len(one) != len(other):
        return [f"round fence: {len(one)} told, {len(other)} told"]
    return [
        f"round fence {at}: {a}, {b}"
        for at, (a, b) in enumerate(zip(one, other, strict=True), 1)
        if not _same_place(a, b)
        or not _near(a.radius_m, b.radius_m, SAME_M)
        or a.is_inclusion is not b.is_inclusion
    ]


def _same_place(
    a: MissionPoint | MissionPlace | FenceCircle, b: MissionPoint | MissionPlace | FenceCircle
) -> bool:
    within = SAME_DEG + _SLACK
    return abs(a.lat_deg - b.lat_deg) <= within and abs(a.lon_deg - b.lon_deg) <= within


def _same_action(a: Action, b: Action) -> bool:
    if a.kind is not b.kind:
        return False
    if a.kind is ActionKind.YAW:
        return abs(math.remainder(a.value - b.value, 360.0)) <= SAME_HEADING_DEG
    return _near(a.value, b.value, SAME_VALUE)


def _near(a: float | None, b: float | None, within: float) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= within + 1e-9


def _told(value: float | None) -> str:
    return "not told" if value is None else f"{value:.2f}"


def _at(place: MissionPoint | MissionPlace) -> str:
    return f"{place.lat_deg:.7f} {place.lon_deg:.7f}"


def _high(height: Height | None) -> str:
    return "not told" if height is None else f"{height.value_m:.2f} m {_HOW[height.system]}"


def _deeds(actions: Iterable[Action]) -> str:
    return " ".join(f"{each.kind}={each.value:g}" for each in actions) or "none"
