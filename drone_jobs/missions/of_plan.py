"""Makes missions of a plan: one a flight, with all that the aircraft must know.

How a point is passed is a matter of safety. An aircraft that flies a curve leaves the way on the
inside of the bend, where a no-fly zone lies when the way leads around one, and pictures end early
when a line's end is cut. So it stops at both ends of a line, above home, and wherever the way
bends; it flies on (:data:`~models.mission.Turn.CURVE`) only where a point was put into a straight
way to follow the ground.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drone_jobs.missions.fence_rings import fence_ring, no_fly_rings
from drone_jobs.missions.way_home import height_home
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import NotFound
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Aircraft,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    PlanPoint,
    PointRole,
    Sortie,
    SweepPlan,
    SweepTask,
    Turn,
)
from models.units import FloatArray

__all__ = ["missions_of"]

BEND_DEG: Final = 5.0  # from here on it is a turn
_STEP: Final = 0.1  # of speeds and of distances between pictures: rounded down, never up
_STOPS: Final = (PointRole.HOME, PointRole.LINE_START, PointRole.LINE_END, PointRole.LOOK)
LOOK_S: Final = 5.0  # before and after the picture: a look is ten seconds


def missions_of(
    plan: SweepPlan, task: SweepTask, terrain: Terrain | None = None
) -> tuple[Mission, ...]:
    """The missions of a plan, in the order of its flights.

    Heights are above sea level (EGM96). Pictures begin where a line begins and end where it ends;
    the camera is set at the first point and wherever its pitch changes. The fence is inside the
    plan's, with the flight inside it. Without a link the aircraft comes home, at a height that
    clears everything on the way (:func:`.way_home.height_home`; a note says where that cannot be
    below the ceiling everywhere).

    Args:
        plan: what is flown.
        task: what was asked for; holds the aircraft, home, zones and rules.
        terrain: elevation model that was planned with; without it the way home is judged by the
            ground below the flight alone.

    Raises:
        NotFound: the task has no aircraft of that name (``aircraft_unknown``).
    """
    frame = LocalFrame(task.home.lon_deg, task.home.lat_deg)
    return tuple(_mission(sortie, plan, task, frame, terrain) for sortie in plan.sorties)


def _mission(
    sortie: Sortie, plan: SweepPlan, task: SweepTask, frame: LocalFrame, terrain: Terrain | None
) -> Mission:
    aircraft = _aircraft(sortie.aircraft, task)
    way_m = _way_m(sortie, frame)
    speed_ms = _down(aircraft.speed_ms)
    back = height_home(sortie, plan.take_off_above_sea_m, task, frame, terrain)
    fence = fence_ring(plan.fence, way_m, frame)
    home = task.home
    return Mission(
        name=f"{plan.name} {sortie.number}/{len(plan.sorties)}".strip(),
        points=_points(sortie, way_m, speed_ms),
        speed_ms=speed_ms,
        home=MissionPlace(
            home.lon_deg, home.lat_deg, Height(plan.take_off_above_sea_m, HeightSystem.EGM96)
        ),
        has_take_off=True,
        climb_to_m=sortie.points[0].above_sea_m - plan.take_off_above_sea_m,
        return_to_m=back.height_m,
        finish=Finish.HOME,
        lost_link=LostLink.HOME,
        fence=fence.rings,
        no_fly=no_fly_rings(task.no_fly, plan.fence, way_m, frame),
        rally=(
            MissionPlace(home.lon_deg, home.lat_deg, Height(back.height_m, HeightSystem.TAKE_OFF)),
        ),
        autopilot=aircraft.autopilot,
        wpml=aircraft.wpml,
        notes=(*back.notes, *fence.notes),
    )


def _aircraft(name: str, task: SweepTask) -> Aircraft:
    for aircraft in task.aircraft:
        if aircraft.name == name:
            return aircraft
    raise NotFound(
        f"There is no aircraft {name} in the task.",
        remedy="Plan the sweep again.",
        code="aircraft_unknown",
    )


def _way_m(sortie: Sortie, frame: LocalFrame) -> FloatArray:
    lon_deg = np.array([point.lon_deg for point in sortie.points])
    lat_deg = np.array([point.lat_deg for point in sortie.points])
    return np.column_stack(frame.to_metric(lon_deg, lat_deg))


def _down(value: float) -> float:
    """Rounded down to a tenth; never to nothing."""
    return max(_STEP, round(math.floor(value / _STEP + 1e-6) * _STEP, 1))


@dataclass(slots=True)
class _Camera:
    """What the camera was told last."""

    pitch_deg: float | None = None
    is_on: bool = False


def _points(sortie: Sortie, way_m: FloatArray, speed_ms: float) -> tuple[MissionPoint, ...]:
    camera = _Camera()
    is_bend = _bends(way_m)
    points = []
    for point, bends in zip(sortie.points, is_bend, strict=True):
        own_ms = _down(point.speed_ms)
        stops = bool(bends) or point.role in _STOPS
        points.append(
            MissionPoint(
                lon_deg=point.lon_deg,
                lat_deg=point.lat_deg,
                height=Height(point.above_sea_m, HeightSystem.EGM96),
                speed_ms=None if own_ms == speed_ms else own_ms,
                heading_deg=point.heading_deg,
                turn=Turn.STOP if stops else Turn.CURVE,
                actions=tuple(_actions(point, sortie.photo_distance_m, camera)),
            )
        )
    return tuple(points)


def _actions(point: PlanPoint, photo_m: float | None, camera: _Camera) -> list[Action]:
    actions = []
    ends = point.role is PointRole.LINE_END
    if camera.is_on and (ends or point.role is PointRole.LINE_START):
        actions.append(_pictures(photo_m, begin=False))
        camera.is_on = False
    if camera.pitch_deg != point.gimbal_pitch_deg:
        actions.append(Action(ActionKind.GIMBAL, point.gimbal_pitch_deg))
        camera.pitch_deg = point.gimbal_pitch_deg
    if ends and photo_m is not None:  # what lies between the last picture and the line's end
        actions.append(Action(ActionKind.PHOTO))
    if point.role is PointRole.LOOK:
        actions += [Action(ActionKind.HOVER, LOOK_S), Action(ActionKind.PHOTO)]
        actions.append(Action(ActionKind.HOVER, LOOK_S))
    if point.role is PointRole.LINE_START:
        actions.append(_pictures(photo_m, begin=True))
        camera.is_on = True
    return actions


def _pictures(photo_m: float | None, *, begin: bool) -> Action:
    if photo_m is None:
        return Action(ActionKind.VIDEO_START if begin else ActionKind.VIDEO_STOP)
    return Action(ActionKind.PHOTO_EVERY_M, _down(photo_m) if begin else 0.0)


def _bends(way_m: FloatArray) -> list[bool]:
    """Whether the way turns at a point; the first and the last are no turns."""
    step = np.diff(way_m, axis=0)
    heading = np.degrees(np.arctan2(step[:, 0], step[:, 1]))
    turned = np.abs((np.diff(heading) + 180.0) % 360.0 - 180.0)
    return [False, *(turned > BEND_DEG).tolist(), False]
