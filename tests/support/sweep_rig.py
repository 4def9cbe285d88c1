"""Targets, aircraft and relief to plan sweeps with; what a plan must keep, by plain arithmetic."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import (
    Aircraft,
    Autopilot,
    BatteryPoint,
    Camera,
    Home,
    PlanPoint,
    SweepPlan,
    SweepTask,
)

GEOD = Geod(ellps="WGS84")
LON, LAT = 106.65, 29.03
FRAME = LocalFrame(LON, LAT)
CAMERA = Camera("wide", 71.0, 56.3, 4000, 3000)
QUAD = Aircraft(
    name="quad",
    model="test",
    autopilot=Autopilot.PX4,
    speed_ms=12.0,
    cameras=(CAMERA,),
    most_airspeed_ms=20.0,
    most_wind_ms=12.0,
    climb_ms=5.0,
    descent_ms=4.0,
    battery=(BatteryPoint(0.0, 1_800.0), BatteryPoint(12.0, 2_400.0), BatteryPoint(20.0, 1_500.0)),
    usable_share=0.8,
    ceiling_m=500.0,
    turnaround_s=300.0,
)


def lonlat(shape: BaseGeometry) -> BaseGeometry:
    """A shape in metres around the middle of the relief, as WGS 84."""
    return FRAME.geometry_to_lonlat(shape)


def hills(amplitude_m: float, wave_m: float = 900.0, base_m: float = 500.0) -> Terrain:
    """Smooth hills, 30 m cells, 11 km wide."""
    cell_deg = 1.0 / 3_600.0
    count = 380
    north = (count / 2 - np.arange(count) - 0.5) * cell_deg * 111_000.0
    east = (np.arange(count) + 0.5 - count / 2) * cell_deg * 97_000.0
    x_m, y_m = np.meshgrid(east, north)
    waves = np.sin(x_m / wave_m * math.tau) + np.cos(y_m / (1.3 * wave_m) * math.tau)
    values = (base_m + amplitude_m / 2.0 * waves).astype(np.float32)
    half_deg = count * cell_deg / 2.0
    return Terrain("hills", values, LON - half_deg, LAT + half_deg, cell_deg)


def wish(target: BaseGeometry, home_m: tuple[float, float] = (-100.0, -100.0)) -> SweepTask:
    """A task for one quadcopter at 100 m, target in metres."""
    lon_deg, lat_deg = FRAME.to_lonlat(*home_m)
    return SweepTask("test", lonlat(target), (QUAD,), Home(lon_deg, lat_deg), 100.0)


def with_(task: SweepTask, **changes: object) -> SweepTask:
    """The task with something else in it."""
    return replace(task, **changes)  # type: ignore[arg-type]


def legs(plan: SweepPlan) -> Iterator[tuple[PlanPoint, PlanPoint]]:
    """Every leg of every flight."""
    for sortie in plan.sorties:
        yield from pairwise(sortie.points)


def sampled(plan: SweepPlan, step_m: float = 2.0) -> np.ndarray:
    """(n, 3) longitude, latitude, height above sea every few metres along all flights."""
    parts = []
    for here, there in legs(plan):
        away_m = GEOD.inv(here.lon_deg, here.lat_deg, there.lon_deg, there.lat_deg)[2]
        shares = np.linspace(0.0, 1.0, max(2, int(away_m / step_m) + 1))[:, None]
        start = np.array([here.lon_deg, here.lat_deg, here.above_sea_m])
        end = np.array([there.lon_deg, there.lat_deg, there.above_sea_m])
        parts.append(start + shares * (end - start))
    return np.vstack(parts)
