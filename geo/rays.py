"""Walk lines of sight over the terrain until they meet ground.

Height of a ray above sea level at ground distance ``s``::

    z(s) = lens + s tan(elevation) + s^2 (1 - k) / (2 R)

with R = 6371 km the Earth's radius and k the refraction coefficient (0.13 by day; Chinese and
European surveying practice). The last term is how far the ground falls away: 6.8 m at 10 km.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.terrain import TowerTerrain
from models.units import FloatArray

__all__ = ["EARTH_RADIUS_M", "Ending", "Rays", "Walk", "walk"]

EARTH_RADIUS_M = 6_371_000.0


class Ending(IntEnum):
    """How a walk ended."""

    GROUND = 0
    SKY = 1  # above the highest ground in reach, and rising
    OUTSIDE = 2  # reached a void, the terrain's edge or the longest range while ground may be there
    UNDERGROUND = 3  # the lens itself is not above the ground


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Lines of sight from one tower; every array is (n,).

    Attributes:
        azimuth_deg: true north, within half a turn of each other (not wrapped).
        elevation_deg: geometric, above the horizontal.
        lens_m: height of the lens above sea level.
        refraction: coefficient k.
        ground_bias_m: added to the terrain's heights.
        bias_ramp_m: distance over which that bias grows from nothing; 0 for none, where the lens's
            height is not tied to the terrain's own ground.
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    lens_m: FloatArray
    refraction: FloatArray
    ground_bias_m: FloatArray
    bias_ramp_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Where the rays ended; arrays are (n,).

    Attributes:
        range_m: ground distance of the first meeting; NaN unless the ending is GROUND.
        ending: values of :class:`Ending`.
    """

    range_m: FloatArray
    ending: NDArray[np.int8]


def walk(terrain: TowerTerrain, rays: Rays, max_range_m: float) -> Walk:
    """First meeting of every ray with the ground.

    Steps of half a cell, then one linear refinement. Rays share ground profiles that are never
    further apart than an eighth of a cell at the longest range, which is what makes hundreds of
    rays cost milliseconds. Voids and everything outside the terrain count as ground as high as the
    highest in reach: a ray that clears even that goes on, any other ends as OUTSIDE.

    Args:
        terrain: around the tower, with known ground below it.
        rays: lines of sight.
        max_range_m: where to stop, at most the radius of the terrain.
    """
    step_m = terrain.cell_m / 2.0
    range_m = np.arange(0.0, max_range_m + step_m / 2.0, step_m)
    ceiling_m = float(np.nanmax(terrain.values_m))
    profile_of_ray, ground_m = _profiles(terrain, rays.azimuth_deg, range_m)
    void = np.isnan(ground_m)
    ground_m = np.where(void, ceiling_m, ground_m)

    slope = np.tan(np.radians(rays.elevation_deg))
    drop = (1.0 - rays.refraction) / (2.0 * EARTH_RADIUS_M)
    ramp = (
        np.minimum(1.0, range_m / rays.bias_ramp_m)
        if rays.bias_ramp_m > 0.0
        else 1.0 + 0.0 * range_m
    )
    above_m = rays.lens_m[:, None] + slope[:, None] * range_m + drop[:, None] * range_m**2
    end_m = above_m[:, -1].copy()
    above_m -= ground_m[profile_of_ray]
    above_m -= rays.ground_bias_m[:, None] * ramp

    below = above_m <= 0.0
    met = below.any(axis=1)
    every = np.arange(len(slope))
    after = below.argmax(axis=1)
    before = np.maximum(after - 1, 0)
    high, low = above_m[every, before], above_m[every, after]
    share = np.divide(high, high - low, out=np.zeros_like(high), where=high > low)
    distance_m = range_m[before] + share * step_m

    rising = slope + 2.0 * drop * range_m[-1] >= 0.0
    ending = np.where((end_m > ceiling_m) & rising, Ending.SKY, Ending.OUTSIDE).astype(np.int8)
    unknown = void[profile_of_ray, after] | void[profile_of_ray, before]
    ending[met] = np.where(unknown, Ending.OUTSIDE, Ending.GROUND)[met]
    ending[met & (after == 0)] = Ending.UNDERGROUND
    return Walk(np.where(ending == Ending.GROUND, distance_m, np.nan), ending)


def _profiles(
    terrain: TowerTerrain, azimuth_deg: FloatArray, range_m: FloatArray
) -> tuple[NDArray[np.intp], FloatArray]:
    """Ground heights along a fan of azimuths, and which of them each ray uses."""
    first, last = float(azimuth_deg.min()), float(azimuth_deg.max())
    spacing_deg = np.degrees(terrain.cell_m / 8.0 / max(float(range_m[-1]), terrain.cell_m))
    count = int((last - first) / spacing_deg) + 2
    if count < len(azimuth_deg):
        fan_deg = np.linspace(first, last, count)
        index = np.rint((azimuth_deg - first) / max(last - first, 1e-12) * (count - 1))
        index = index.astype(np.intp)
    else:
        fan_deg, index = azimuth_deg, np.arange(len(azimuth_deg))
    east, north = np.sin(np.radians(fan_deg)), np.cos(np.radians(fan_deg))
    return index, terrain.height_at(east[:, None] * range_m, north[:, None] * range_m)
