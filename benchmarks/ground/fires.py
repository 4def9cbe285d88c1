"""Simulated fires whose true place is known, seen with errors drawn from what a camera declares.

Along a random true azimuth the ground is read every ten metres of the geodesic, from the stored
cells and with an interpolation of its own; what rises above everything before it is seen. Lens,
terrain, refraction, pointing and the edge of the box are each off by a draw of their sigma.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from pyproj import Geod

from benchmarks.ground.land import Tower
from geo.camera import pixel_of_ray
from geo.terrain import Terrain
from models.site import Pose
from models.units import FloatArray

__all__ = [
    "BANDS_KM",
    "BOX_SIGMA_PX",
    "LENS_SIGMA_M",
    "MAST_M",
    "REFRACTION",
    "REFRACTION_SIGMA",
    "SIZE",
    "STEP_M",
    "TERRAIN_SIGMA_M",
    "Fire",
    "fires_of",
    "first_hit",
    "line_of",
    "recorded",
    "stored_m",
]

BANDS_KM: Final = ((2.0, 5.0), (5.0, 9.0), (9.0, 14.0))
MAST_M: Final = 30.0
LENS_SIGMA_M, TERRAIN_SIGMA_M, BOX_SIGMA_PX = 2.0, 5.0, 2.0
REFRACTION, REFRACTION_SIGMA = 0.13, 0.05
SIZE: Final = (1920, 1080)
STEP_M: Final = 10.0
FOV_DEG: Final = 60.0
_EARTH: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Fire:
    """A fire and how it was seen.

    Attributes:
        tower: where from.
        band: index of its range band.
        lon_deg: true place.
        lat_deg: true place.
        pose: as recorded, with its error.
        x_px: foot of the box, with its error.
        y_px: of the same.
    """

    tower: Tower
    band: int
    lon_deg: float
    lat_deg: float
    pose: Pose
    x_px: float
    y_px: float


def fires_of(
    terrain: Terrain, tower: Tower, sigma_deg: float, random: np.random.Generator
) -> Iterator[Fire]:
    """Fires without end around a tower, at most one of each band along an azimuth.

    Within a band they are spread evenly over the land that is seen.
    """
    foot_m = float(stored_m(terrain, np.array([tower[0]]), np.array([tower[1]]))[0])
    while True:
        azimuth_deg = float(random.uniform(0.0, 360.0))
        steps = np.arange(STEP_M, BANDS_KM[-1][1] * 1000.0, STEP_M)
        lon_deg, lat_deg, ground_m = line_of(terrain, tower, azimuth_deg, steps)
        lens_m = foot_m + MAST_M + random.normal(0.0, LENS_SIGMA_M)
        bias_m = random.normal(0.0, TERRAIN_SIGMA_M)
        bend = (1.0 - random.normal(REFRACTION, REFRACTION_SIGMA)) / (2.0 * 6_371_000.0)
        tangent = (ground_m + bias_m - lens_m) / steps - bend * steps
        known = ~np.isnan(ground_m)
        reach = len(steps) if known.all() else int((~known).argmax())  # before the first void
        before = np.maximum.accumulate(np.concatenate(([-np.inf], tangent[: reach - 1])))
        seen = np.flatnonzero(tangent[:reach] >= before[:reach]) if reach else np.zeros(0, int)
        for band, (near_km, far_km) in enumerate(BANDS_KM):
            there = seen[(steps[seen] >= near_km * 1000.0) & (steps[seen] < far_km * 1000.0)]
            if len(there):
                index = int(random.choice(there, p=steps[there] / steps[there].sum()))
                angle_deg = math.degrees(math.atan(tangent[index]))
                place = float(lon_deg[index]), float(lat_deg[index])
                ray_deg = azimuth_deg, angle_deg
                yield recorded(
                    tower, band, place, ray_deg=ray_deg, sigma_deg=sigma_deg, random=random
                )


def first_hit(terrain: Terrain, tower: Tower, azimuth_deg: float, angle_deg: float) -> Tower | None:
    """Where the nominal ray of a naive reader meets the ground first; None where it does not."""
    foot_m = float(stored_m(terrain, np.array([tower[0]]), np.array([tower[1]]))[0])
    steps = np.arange(STEP_M, 20_000.0, STEP_M)
    lon_deg, lat_deg, ground_m = line_of(terrain, tower, azimuth_deg, steps)
    bend = (1.0 - REFRACTION) / (2.0 * 6_371_000.0)
    ray_m = foot_m + MAST_M + math.tan(math.radians(angle_deg)) * steps + bend * steps**2
    below = ground_m >= ray_m
    if not below.any():
        return None
    index = int(below.argmax())
    return float(lon_deg[index]), float(lat_deg[index])


def recorded(
    tower: Tower,
    band: int,
    place: Tower,
    *,
    ray_deg: tuple[float, float],
    sigma_deg: float,
    random: np.random.Generator,
) -> Fire:
    """Point a camera about there, and record what it says."""
    true_azimuth = (ray_deg[0] + random.uniform(-20.0, 20.0)) % 360.0
    tilt = float(random.uniform(-4.0, 0.0))
    x_px, y_px = pixel_of_ray(*ray_deg, *SIZE, Pose(true_azimuth, tilt, 0.0, FOV_DEG))
    recorded = Pose(
        float(true_azimuth + random.normal(0.0, sigma_deg)) % 360.0,
        tilt + float(random.normal(0.0, sigma_deg)),
        0.0,
        FOV_DEG,
        azimuth_sigma_deg=sigma_deg,
        tilt_sigma_deg=sigma_deg,
    )
    x_px += float(random.normal(0.0, BOX_SIGMA_PX))
    y_px += float(random.normal(0.0, BOX_SIGMA_PX))
    return Fire(tower, band, *place, recorded, x_px, y_px)


def line_of(
    terrain: Terrain, tower: Tower, azimuth_deg: float, steps: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Places along a geodesic, and their ground."""
    many = np.ones(steps.shape)
    lon_deg, lat_deg, _ = _EARTH.fwd(tower[0] * many, tower[1] * many, azimuth_deg * many, steps)
    return lon_deg, lat_deg, stored_m(terrain, lon_deg, lat_deg)


def stored_m(terrain: Terrain, lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray:
    """Heights as weights on four corners of the stored cells, from the south-west; NaN outside."""
    rows, columns = terrain.values_m.shape
    u = (lon_deg - terrain.west_deg) / terrain.cell_deg - 0.5
    v = (lat_deg - terrain.north_deg + rows * terrain.cell_deg) / terrain.cell_deg - 0.5
    outside = (u < 0) | (v < 0) | (u > columns - 1) | (v > rows - 1)
    i = np.clip(np.floor(u).astype(int), 0, columns - 2)
    j = np.clip(np.floor(v).astype(int), 0, rows - 2)
    total = np.zeros(u.shape)
    for di in (0, 1):
        for dj in (0, 1):
            corner = terrain.values_m[rows - 1 - (j + dj), i + di].astype(np.float64)
            total += np.abs(1 - di - (u - i)) * np.abs(1 - dj - (v - j)) * corner
    return np.where(outside, np.nan, total)
