"""A mission as a WPML file holds it: in the order in which it is flown, with every value said.

The format wants more than a mission may say, and has one way for what can be said in several.
What is filled in is chosen for safety: without a link the aircraft comes home; it comes home no
lower than it has flown.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Final

from drone_jobs.heights import HeightDesk
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    Turn,
)

__all__ = ["held_by_wpml"]

USUAL_TAKE_OFF_M: Final = 20.0
LEAST_RETURN_M: Final = 20.0
SMALLEST: Final = 0.001
"""Three decimals are written: a distance, time or factor below is none."""
_SERIES: Final = (ActionKind.PHOTO_EVERY_M, ActionKind.PHOTO_EVERY_S)
_NEEDS_MORE_THAN_NOTHING: Final = (ActionKind.HOVER, ActionKind.ZOOM)


def held_by_wpml(mission: Mission, desk: HeightDesk | None = None) -> Mission:
    """The mission as it is read back from the file that is written of it.

    Fences and gathering places are not held, nor a home without a height. A series of pictures ends
    where the next one of its kind begins, and at the last point. At each point series end first,
    then all else is done in its order, then series begin. The first and the last point are not
    passed in a curve (coordinated turns are refused there).

    Args:
        mission: any.
        desk: tells heights above the take-off, for the way back where the mission does not tell it.
    """
    return replace(
        mission,
        points=_in_order(_at_ends(mission.points)),
        speed_ms=_speed_ms(mission),
        home=_home(mission.home, desk),
        has_take_off=True,
        climb_to_m=USUAL_TAKE_OFF_M if mission.climb_to_m is None else mission.climb_to_m,
        return_to_m=_return_m(mission, desk),
        lost_link=LostLink.HOME if mission.lost_link is LostLink.UNSAID else mission.lost_link,
        fence=(),
        no_fly=(),
        circles=(),
        rally=(),
        autopilot=Autopilot.DJI,
    )


def _at_ends(points: tuple[MissionPoint, ...]) -> tuple[MissionPoint, ...]:
    last = len(points) - 1
    return tuple(
        replace(point, turn=Turn.STOP) if at in (0, last) else point
        for at, point in enumerate(points)
    )


def _speed_ms(mission: Mission) -> float | None:
    if mission.speed_ms is not None or not mission.points:
        return mission.speed_ms
    own_ms = [point.speed_ms for point in mission.points]
    return None if None in own_ms else own_ms[0]


def _home(home: MissionPlace | None, desk: HeightDesk | None) -> MissionPlace | None:
    if home is None or home.height is None:
        return None
    if desk is not None:
        try:
            desk.to(home.height, home.lon_deg, home.lat_deg, HeightSystem.ELLIPSOID)
        except InputRefused:
            return None
    return home


def _return_m(mission: Mission, desk: HeightDesk | None) -> float | None:
    """Above the take-off: as told, or no lower than the highest point; None where not known."""
    if mission.return_to_m is not None or desk is None or not mission.points:
        return mission.return_to_m
    try:
        highest_m = max(
            desk.to(point.height, point.lon_deg, point.lat_deg, HeightSystem.TAKE_OFF)
            for point in mission.points
        )
    except InputRefused:
        home = mission.home
        if home is None or home.height is None:
            return None
        try:
            highest_m = max(
                desk.to(point.height, point.lon_deg, point.lat_deg, HeightSystem.ELLIPSOID)
                for point in mission.points
            ) - desk.to(home.height, home.lon_deg, home.lat_deg, HeightSystem.ELLIPSOID)
        except InputRefused:
            return None
    return max(LEAST_RETURN_M, float(math.ceil(highest_m)))


@dataclass(slots=True)
class _Point:
    """Deeds of a point, sorted."""

    ends: list[ActionKind] = field(default_factory=list)
    deeds: list[Action] = field(default_factory=list)
    begins: dict[ActionKind, float] = field(default_factory=dict)

    def actions(self) -> tuple[Action, ...]:
        return (
            *(Action(kind, 0.0) for kind in _SERIES if kind in self.ends),
            *self.deeds,
            *(Action(kind, self.begins[kind]) for kind in _SERIES if kind in self.begins),
        )


def _in_order(points: tuple[MissionPoint, ...]) -> tuple[MissionPoint, ...]:
    running: set[ActionKind] = set()
    last = len(points) - 1
    found = []
    for at, point in enumerate(points):
        here = _Point()
        for action in point.actions:
            if action.kind in _SERIES:
                if action.kind in running:
                    here.ends.append(action.kind)
                    running.discard(action.kind)
                here.begins.pop(action.kind, None)
                if action.value >= SMALLEST and at != last:
                    here.begins[action.kind] = action.value
            elif action.kind not in _NEEDS_MORE_THAN_NOTHING or action.value >= SMALLEST:
                here.deeds.append(action)
        if at == last:
            here.ends += running
        running.update(here.begins)
        found.append(replace(point, actions=here.actions()))
    return tuple(found)
