"""Walk lines of sight over the terrain until they meet ground.

Height of a ray above sea level at ground distance ``s``::

    z(s) = lens + s tan(elevation) + s^2 (1 - k) / (2 R)

with R = 6371 km the Earth's radius and k the refraction coefficient (0.13 by day; Chinese and
European surveying practice). The last term is how far the ground falls away: 6.8 m at 10 km.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.horizon.ground import PolarGround
from geo.terrain import EARTH_RADIUS_M, Heights
from models.units import FloatArray

__all__ = ["EARTH_RADIUS_M", "Ending", "Rays", "Walk", "walk"]

_STEPS_A_STRIDE: Final = 96
"""Of all rays together, before those that met ground are left behind."""


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
        closing: how fast ray and ground come together there, metres a metre; NaN likewise. It is
            small where the ground is grazed: much of it then lies within a little angle.
        ending: values of :class:`Ending`.
    """

    range_m: FloatArray
    closing: FloatArray
    ending: NDArray[np.int8]


def walk(ground: PolarGround, rays: Rays, max_range_m: float) -> Walk:
    """First meeting of every ray with the ground.

    Steps of half a cell, then one linear refinement. Rays share ground profiles that are never
    further apart than an eighth of a cell at the longest range, and those that met ground or left
    it below for good walk no further: hundreds of rays cost milliseconds. Voids and everything
    outside the terrain count as ground as high as the highest in reach: a ray that clears even that
    goes on, any other ends as OUTSIDE.

    Args:
        ground: profiles around the tower, with known ground below it.
        rays: lines of sight.
        max_range_m: where to stop, at most the reach of the profiles.
    """
    fan = _Fan(ground, rays.azimuth_deg, max_range_m)
    range_m = ground.range_m[: int((max_range_m + ground.step_m / 2.0) / ground.step_m) + 1]
    ramp = np.ones(len(range_m), np.float32)
    if rays.bias_ramp_m > 0.0:
        ramp = np.minimum(1.0, range_m / rays.bias_ramp_m).astype(np.float32)
    drop = (1.0 - rays.refraction) / (2.0 * EARTH_RADIUS_M)
    slope = np.tan(np.radians(rays.elevation_deg))
    terms = np.stack((rays.lens_m, slope, drop, rays.ground_bias_m)).astype(np.float32)[..., None]

    ending = np.full(len(slope), Ending.OUTSIDE, np.int8)
    found_m, closing = np.full((2, len(slope)), np.nan)
    walking = np.arange(len(slope))
    carried = np.full((len(slope), 1), np.float32(np.inf))  # above the ground, at the step before
    carried_void = np.zeros((len(slope), 1), np.bool_)
    for first in range(0, len(range_m), _STEPS_A_STRIDE):
        stride = range_m[first : first + _STEPS_A_STRIDE].astype(np.float32)
        heights, void = fan.stride(walking, first, len(stride))
        lens, tangent, bend, bias = terms[:, walking]
        above = lens + tangent * stride + bend * (stride * stride)
        end_m = above[:, -1].copy()
        above -= heights
        above -= bias * ramp[first : first + len(stride)]

        below = above <= 0.0
        met = below.any(axis=1)
        every = np.flatnonzero(met)
        after = below[every].argmax(axis=1)
        above, void = np.hstack((carried, above)), np.hstack((carried_void, void))
        high, low = above[every, after], above[every, after + 1]
        share = np.divide(high, high - low, out=np.zeros_like(high), where=np.isfinite(high))
        column = first + after
        found_m[walking[every]] = (column - 1.0 + share) * ground.step_m
        closing[walking[every]] = (high - low) / ground.step_m
        unknown = void[every, after] | void[every, after + 1]
        ending[walking[every]] = np.where(unknown, Ending.OUTSIDE, Ending.GROUND)
        ending[walking[every[column == 0]]] = Ending.UNDERGROUND

        # What is above all ground, whatever its error, and rises will not come down again.
        end = float(stride[-1])
        rising = (tangent + 2.0 * bend * end)[:, 0] >= 0.0
        clear = rising & (end_m > ground.ceiling_m + np.maximum(bias[:, 0], 0.0))
        if first + len(stride) == len(range_m):
            clear = rising & (end_m > ground.ceiling_m)
        ending[walking[clear & ~met]] = Ending.SKY
        going = ~met & ~clear
        walking, carried, carried_void = walking[going], above[going, -1:], void[going, -1:]
        if len(walking) == 0:
            break
    no_place = ending != Ending.GROUND
    found_m[no_place] = closing[no_place] = np.nan
    return Walk(found_m, closing, ending)


class _Fan:
    """Profiles along a fan of azimuths, and which of them each ray uses."""

    def __init__(self, ground: PolarGround, azimuth_deg: FloatArray, max_range_m: float) -> None:
        first, last = float(azimuth_deg.min()), float(azimuth_deg.max())
        spacing_deg = np.degrees(ground.cell_m / 8.0 / max(max_range_m, ground.cell_m))
        count = int((last - first) / spacing_deg) + 2
        if count < len(azimuth_deg):
            fan_deg = np.linspace(first, last, count)
            index = np.rint((azimuth_deg - first) / max(last - first, 1e-12) * (count - 1))
            self._profile = index.astype(np.intp)
        else:
            fan_deg, self._profile = azimuth_deg, np.arange(len(azimuth_deg))
        self._ground = ground
        self._rows, self._weight = ground.rows_of(fan_deg)

    def stride(
        self, walking: NDArray[np.intp], first: int, count: int
    ) -> tuple[Heights, NDArray[np.bool_]]:
        """Heights below rays at some steps, voids as high as the ceiling; and which are void."""
        used, profile = np.unique(self._profile[walking], return_inverse=True)
        heights = self._ground.profiles(self._rows[used], self._weight[used], first, first + count)
        void = np.isnan(heights)
        heights[void] = self._ground.ceiling_m
        return heights[profile], void[profile]
