"""The skyline that the terrain shows over a part of the horizon, as finely as its cells tell it.

A tower's kept profiles are read at half a cell from a copy of the relief: they lose up to a metre
of a crest, 0.02 degrees at 3 km. Here the stored cells themselves are read at a quarter of a cell
along geodesics, over the view alone.
"""

import math
from typing import Final

import numpy as np

from geo.calibration.terrain_line import Skyline
from geo.crs import LocalFrame, position_above_sea_m
from geo.horizon.horizon import CLEARED_M, REFRACTION
from geo.terrain import EARTH_RADIUS_M, Terrain
from models.errors import InputRefused
from models.site import Pose, Position
from models.units import FloatArray

__all__ = ["skyline_around"]

AZIMUTH_STEP_DEG: Final = 0.05
SPARE_DEG: Final = 5.0
"""On either side of the view: three that the start may be off, and a little."""
REACH_M: Final = 20_000.0
NEAREST_M: Final = 40.0
NEAR_M: Final = 1_000.0
"""Up to there a crest is a large angle, and is read four times finer."""
EXACT_EVERY_M: Final = 500.0
LEAST_STEP_M: Final = 5.0
_BLOCK: Final = 32


def skyline_around(
    terrain: Terrain,
    lens: Position,
    view: Pose,
    *,
    canopy_m: float = 0.0,
    refraction: float = REFRACTION,
) -> Skyline:
    """Highest ground over a view and five degrees on either side.

    Args:
        terrain: under and around the lens.
        lens: of the camera, its height in any datum.
        view: about where it looks.
        canopy_m: height of the trees on the ridges.
        refraction: coefficient k.

    Raises:
        InputRefused: code ``skyline_terrain``, the ground below the lens is not known; or its
            height is above the ellipsoid where the geoid is not known.
    """
    ground_m = terrain.height_at(lens.lon_deg, lens.lat_deg)
    if math.isnan(ground_m):
        raise InputRefused(
            "The terrain is not known where the lens stands.",
            remedy="Load terrain to at least 15 km around the lens.",
            code="skyline_terrain",
        )
    lens_m = position_above_sea_m(lens, ground_m)
    half_deg = view.horizontal_fov_deg / 2.0 + SPARE_DEG
    count = 2 * round(half_deg / AZIMUTH_STEP_DEG)
    offsets = np.arange(count + 1, dtype=np.float64) - count / 2.0
    azimuths = view.azimuth_deg + offsets * AZIMUTH_STEP_DEG
    frame = LocalFrame(lens.lon_deg, lens.lat_deg)
    step_m = max(LEAST_STEP_M, terrain.cell_m / 4.0)
    near, far = np.arange(NEAREST_M, NEAR_M, step_m / 4.0), np.arange(NEAR_M, REACH_M, step_m)
    steps = np.concatenate((near, far)).astype(np.float64)
    bend = (1.0 - refraction) / (2.0 * EARTH_RADIUS_M)
    trees = np.where(steps > CLEARED_M, canopy_m, 0.0)
    highest, range_m = np.empty((2, len(azimuths)))
    for first in range(0, len(azimuths), _BLOCK):
        block = slice(first, first + _BLOCK)
        heights = _heights(terrain, frame, azimuths[block], steps)
        tangents = (heights + trees - lens_m) / steps - bend * steps
        tangents[np.isnan(tangents)] = -np.inf
        column = tangents.argmax(axis=1)
        highest[block], range_m[block] = tangents[np.arange(len(column)), column], steps[column]
    known = np.isfinite(highest)
    elevation_deg = np.degrees(np.arctan(np.where(known, highest, np.nan)))
    return Skyline(azimuths, elevation_deg, np.where(known, range_m, np.nan))


def _heights(
    terrain: Terrain, frame: LocalFrame, azimuth_deg: FloatArray, steps: FloatArray
) -> FloatArray:
    """(azimuths, steps) of the ground; places are exact every 500 m and interpolated between."""
    exact_m = np.arange(0.0, steps[-1] + EXACT_EVERY_M, EXACT_EVERY_M)
    turn = np.radians(azimuth_deg)[:, None]
    places = frame.to_lonlat(exact_m * np.sin(turn), exact_m * np.cos(turn))
    index = np.minimum((steps / EXACT_EVERY_M).astype(np.intp), len(exact_m) - 2)
    share = steps / EXACT_EVERY_M - index
    lon_deg, lat_deg = (
        each[:, index] * (1.0 - share) + each[:, index + 1] * share for each in places
    )
    return terrain.height_at(lon_deg, lat_deg)
