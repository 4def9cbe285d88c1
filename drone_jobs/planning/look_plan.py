"""Plans a flight that looks at a place, to verify an alert: home, views, home."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.assembling import Drawn, FlownHeights, sortie_of
from drone_jobs.planning.battery import PowerCurve, power_of
from drone_jobs.planning.bounds import length_bound_m
from drone_jobs.planning.clearance import least_clearance
from drone_jobs.planning.free_space import Ways
from drone_jobs.planning.ground import SweepGround, sweep_ground, take_off_m
from drone_jobs.planning.look import LookRoom, LookView, Views, look_points
from drone_jobs.planning.reporting import fence_of, outside_s
from drone_jobs.planning.wishes import check_wishes
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import (
    GroundKind,
    PlanFigures,
    PlanPoint,
    PointRole,
    Sortie,
    SweepKind,
    SweepPlan,
    SweepTask,
)
from models.units import FloatArray

__all__ = ["LOOK_S", "LookPlace", "plan_look"]

LOOK_S: Final = 10.0  # standing at each view
LEAST_RADIUS_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class LookPlace:
    """What is to be looked at.

    Attributes:
        lon_deg: WGS 84, its middle.
        lat_deg: WGS 84.
        radius_m: within which it lies, >= 0; at least 10 m are looked at.
        views: from upwind, or once around.
    """

    lon_deg: float
    lat_deg: float
    radius_m: float
    views: Views = 3


def plan_look(task: SweepTask, place: LookPlace, terrain: Terrain) -> SweepPlan:
    """Plan one flight of the task's first aircraft; ``task.target`` is the place's surroundings.

    Raises:
        InputRefused: as :func:`drone_jobs.planning.planner.plan_sweep` and
            :func:`drone_jobs.planning.look.look_points`.
    """
    check_wishes(task)
    ground = sweep_ground(task, terrain)
    pricing, frame = ground.pricing, ground.target.frame
    aircraft = task.aircraft[0]
    region_m = np.array(frame.to_metric(place.lon_deg, place.lat_deg))
    room = LookRoom(
        frame=frame,
        terrain=terrain,
        camera=ground.camera,
        height_m=task.height_m,
        most_m=ground.band.most_m,
        reach_m=ground.reach_m,
        canopy_m=task.canopy_m if task.ground is GroundKind.BARE else 0.0,
        least_gimbal_deg=aircraft.least_gimbal_deg,
        most_gimbal_deg=aircraft.most_gimbal_deg,
        may_stand=lambda spot: pricing.free.holds(np.vstack((spot, spot))),
    )
    views = look_points(
        region_m,
        max(place.radius_m, LEAST_RADIUS_M),
        room,
        home_m=pricing.home_m,
        wind=task.wind,
        views=place.views,
    )
    views = _from_the_nearer_end(views, pricing.home_m)
    ways = pricing.free.ways(np.vstack((pricing.home_m, [view.place_m[:2] for view in views])))
    heights = _heights(ground, views)
    sortie, way_m = sortie_of(1, aircraft, _drawn(views, ways), pricing, heights)
    sortie = _looking(sortie, views, power_of(aircraft), task.wind.speed_ms)
    if sortie.energy_share > aircraft.usable_share:
        raise InputRefused(
            f"The {aircraft.name} does not get there, look and come home on one battery.",
            remedy="Start nearer, take fewer views, or an aircraft that flies longer.",
            code="sweep_no_battery",
        )
    fence_m = fence_of(ground, [way_m])
    figures = replace(
        _figures(ground, sortie, way_m, views),
        outside_fence_s=outside_s(fence_m, [sortie], [way_m]),
    )
    seen = shapely.union_all([_wedge(view, region_m, place) for view in views])
    return SweepPlan(
        name=task.name,
        kind=SweepKind.LOOK,
        sorties=(sortie,),
        figures=figures,
        dropped=(),
        findings=(),
        fence=frame.geometry_to_lonlat(fence_m) if task.fence is None else task.fence,
        strip=frame.geometry_to_lonlat(seen),
        unseen=shapely.Polygon(),
        take_off_above_sea_m=heights.take_off_above_sea_m,
    )


def _from_the_nearer_end(views: tuple[LookView, ...], home_m: FloatArray) -> tuple[LookView, ...]:
    away_m = [float(np.hypot(*(view.place_m[:2] - home_m))) for view in (views[0], views[-1])]
    return views if away_m[0] <= away_m[1] else views[::-1]


def _heights(ground: SweepGround, views: tuple[LookView, ...]) -> FlownHeights:
    """All at the height that the highest view needs."""
    task, terrain, frame = ground.task, ground.pricing.terrain, ground.target.frame
    above_m = [
        view.place_m[2] - terrain.height_at(*frame.to_lonlat(*map(float, view.place_m[:2])))
        for view in views
    ]
    return FlownHeights(
        height_m=min(max(task.height_m, *above_m), ground.band.most_m),
        tolerance_m=task.tolerance_m,
        most_m=ground.band.most_m,
        take_off_above_sea_m=take_off_m(ground.pricing),
        gimbal_pitch_deg=views[0].pitch_deg,
        photo_distance_m=None,
    )


def _drawn(views: tuple[LookView, ...], ways: Ways) -> Drawn:
    """Home, each view by the shortest way, home."""
    stops = [0, *range(1, len(views) + 1), 0]
    corners = [ways.path(0, 1)[:1]]
    roles, lines = [PointRole.HOME], [None]
    for here, there in pairwise(stops):
        if not math.isfinite(ways.distance_m[here, there]):
            raise InputRefused(
                "No way leads from home to the views and back.",
                remedy="Move home, open the fence, or look at the no-fly zones.",
                code="sweep_no_way",
            )
        way_m = ways.path(here, there)[1:]
        corners.append(way_m)
        roles += [PointRole.TRANSIT] * (len(way_m) - 1)
        roles.append(PointRole.HOME if there == 0 else PointRole.LOOK)
        lines += [None] * len(way_m)
    return Drawn(np.vstack(corners), tuple(roles), tuple(lines))


def _looking(
    sortie: Sortie, views: tuple[LookView, ...], power: PowerCurve, wind_ms: float
) -> Sortie:
    """The flight with heading and pitch of each view, and the time that it stands there."""
    points: list[PlanPoint] = []
    at = 0
    for point in sortie.points:
        view = views[min(at, len(views) - 1)]
        if point.role is PointRole.LOOK:
            points.append(_changed(point, view.pitch_deg, view.heading_deg))
            at += 1
        else:
            points.append(_changed(point, view.pitch_deg, None))
    standing_s = LOOK_S * len(views)
    still = np.array([0.0]), np.array([wind_ms])
    return replace(
        sortie,
        points=tuple(points),
        duration_s=sortie.duration_s + standing_s,
        energy_share=sortie.energy_share + standing_s * float(power.most_between(*still)[0]),
    )


def _changed(point: PlanPoint, pitch_deg: float, heading_deg: float | None) -> PlanPoint:
    return replace(point, gimbal_pitch_deg=pitch_deg, heading_deg=heading_deg)


def _figures(
    ground: SweepGround, sortie: Sortie, way_m: FloatArray, views: tuple[LookView, ...]
) -> PlanFigures:
    task, pricing = ground.task, ground.pricing
    off_m = max(float(np.hypot(*(view.place_m[:2] - pricing.home_m))) for view in views)
    bound_m = length_bound_m(0.0, 1.0, off_m, 0.0)
    crowns_m = task.canopy_m if task.ground is GroundKind.BARE else 0.0
    return PlanFigures(
        covered_share=1.0,
        target_m2=ground.target.area_m2,
        length_m=sortie.length_m,
        bound_m=bound_m,
        length_ratio=sortie.length_m / bound_m if bound_m > 0.0 else 1.0,
        makespan_s=sortie.duration_s,
        bound_s=bound_m / task.aircraft[0].speed_ms,
        sorties=1,
        sorties_bound=1,
        least_above_ground_m=sortie.least_above_ground_m,
        most_above_ground_m=sortie.most_above_ground_m,
        least_clearance_m=least_clearance(pricing.frame, way_m, pricing.terrain, 0.0, 0.0)
        - crowns_m,
        outside_fence_s=0.0,
        swath_m=0.0,
        spacing_m=0.0,
        angle_deg=None,
        dropped_m2=0.0,
    )


def _wedge(view: LookView, region_m: FloatArray, place: LookPlace) -> BaseGeometry:
    """From the aircraft to the place, as wide as the place."""
    region = shapely.Point(region_m).buffer(max(place.radius_m, LEAST_RADIUS_M))
    return shapely.union(region, shapely.Point(view.place_m[:2])).convex_hull
