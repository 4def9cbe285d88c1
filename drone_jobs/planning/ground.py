"""What stays the same however a sweep's lines are laid: target, heights, camera, free space."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.free_space import FreeSpace
from drone_jobs.planning.prices import Pricing
from drone_jobs.planning.swath import Swath, reach_of, swath_of
from drone_jobs.planning.target import Target, read_target
from drone_jobs.planning.wishes import Band, allowed_band, camera_of
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import Camera, SweepTask

__all__ = ["SweepGround", "sweep_ground", "take_off_m"]

ALONG_OVERLAP: Final = 0.6  # of a picture with the next: at bends less is seen
LEAST_ALONG_M: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class SweepGround:
    """Where and how a sweep is flown.

    Attributes:
        task: the wish.
        target: what must be seen.
        band: heights that are allowed.
        camera: the one that sees least, of all aircraft: a plan holds for all of them.
        reach_m: slant range to which its pictures count; None for the whole picture.
        swath: that a line sees at the lowest height that it may have.
        pricing: aircraft, wind, terrain and free space.
    """

    task: SweepTask
    target: Target
    band: Band
    camera: Camera
    reach_m: float | None
    swath: Swath
    pricing: Pricing

    @property
    def photo_distance_m(self) -> float | None:
        """Between pictures that overlap along the way; None where only a video sees every place."""
        along_m = self.swath.far_m - self.swath.near_m
        return along_m * (1.0 - ALONG_OVERLAP) if along_m >= LEAST_ALONG_M else None

    @property
    def widest(self) -> Swath:
        """What a line sees at the greatest height that it may have."""
        highest_m = min(self.task.height_m + self.task.tolerance_m, self.band.most_m)
        return swath_of(self.camera, highest_m, self.task.gimbal_pitch_deg, self.reach_m)


def sweep_ground(task: SweepTask, terrain: Terrain) -> SweepGround:
    """Read what a plan stands on.

    Raises:
        InputRefused: see :func:`drone_jobs.planning.planner.plan_sweep`.
    """
    band = allowed_band(task)
    cameras = [camera_of(aircraft, task.camera) for aircraft in task.aircraft]
    camera = min(cameras, key=lambda each: each.horizontal_fov_deg)  # a plan holds for all of them
    reach_m = None if task.plume_m is None else reach_of(camera, task.plume_m, task.recall)
    lowest_m = max(band.least_m, task.height_m - task.tolerance_m)
    swath = swath_of(camera, lowest_m, task.gimbal_pitch_deg, reach_m)
    home = (task.home.lon_deg, task.home.lat_deg)
    target = read_target(task.target, task.width_m, task.name, around=home)
    free = _free_space(task, target)
    home_m = np.array(target.frame.to_metric(*home))
    pricing = Pricing(target.frame, home_m, terrain, task.height_m, task.aircraft, task.wind, free)
    _check_places(task, target, pricing)
    return SweepGround(task, target, band, camera, reach_m, swath, pricing)


def take_off_m(pricing: Pricing) -> float:
    """Ground at home, above sea level.

    Raises:
        InputRefused: the elevation model has no height there (``sweep_terrain_void``).
    """
    home = pricing.frame.to_lonlat(float(pricing.home_m[0]), float(pricing.home_m[1]))
    ground_m = pricing.terrain.height_at(*home)
    if not np.isfinite(ground_m):
        raise InputRefused(
            f"The terrain {pricing.terrain.name} has no height at home, {home[0]:.5f}, "
            f"{home[1]:.5f}.",
            remedy="Move home, or load terrain that holds it.",
            code="sweep_terrain_void",
        )
    return ground_m


def _free_space(task: SweepTask, target: Target) -> FreeSpace:
    def metric(geometry: BaseGeometry) -> BaseGeometry:
        return target.frame.geometry_to_metric(geometry)

    return FreeSpace(
        None if task.fence is None else metric(task.fence),
        [metric(zone.geometry) for zone in task.no_fly if zone.is_hard],
        [metric(zone.geometry) for zone in task.no_fly if not zone.is_hard],
    )


def _check_places(task: SweepTask, target: Target, pricing: Pricing) -> None:
    home = shapely.Point(pricing.home_m)
    if task.fence is not None:
        fence = target.frame.geometry_to_metric(task.fence)
        if not fence.contains(home):
            raise InputRefused(
                "Home lies outside the fence.",
                remedy="Start from inside it, or choose a wider fence.",
                code="sweep_home_outside_fence",
            )
    zones = [zone for zone in task.no_fly if zone.is_hard]
    for zone in zones:
        if target.frame.geometry_to_metric(zone.geometry).distance(home) < pricing.free.margin_m:
            raise InputRefused(
                f"Home lies in the no-fly zone {zone.name}, or at its edge.",
                remedy=f"Start from a place at least {pricing.free.margin_m:g} m outside it.",
                code="sweep_home_no_fly",
            )
    closed = shapely.union_all([target.frame.geometry_to_metric(zone.geometry) for zone in zones])
    if zones and closed.covers(target.ground_m):
        raise InputRefused(
            f"{task.name} lies wholly in no-fly zones: {', '.join(zone.name for zone in zones)}.",
            remedy="Ask for leave to fly there, or choose another area.",
            code="sweep_all_no_fly",
        )
