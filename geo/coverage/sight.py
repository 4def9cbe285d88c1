"""From how high smoke over one place is seen from one lens, read off the relief between the two.

The answer is that of :meth:`geo.horizon.Horizon.smoke_height_m` within the grain of the relief,
without a tower's profiles: a line is read in a millisecond, so that a hundred towers can be asked
about one place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.crs import LocalFrame, position_above_sea_m
from geo.horizon.ground import FINEST_CELL_M
from geo.horizon.horizon import REFRACTION
from geo.terrain import EARTH_RADIUS_M, Terrain
from models.site import HeightDatum, Position
from models.units import FloatArray

__all__ = ["SightLine", "lens_above_sea_m", "sight_line"]

_DROP: Final = (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)
_OPEN_M: Final = 1.0  # a void that could hide no more than this leaves nothing open


@dataclass(frozen=True, slots=True)
class SightLine:
    """Between a lens and a place.

    Attributes:
        range_m: ground distance.
        bearing_deg: from the lens, true north.
        ground_m: height of the place above the lens; NaN unknown.
        smoke_m: least height above the place's ground at which smoke is seen, 0 where the ground
            is; NaN where the relief leaves it open.
    """

    range_m: float
    bearing_deg: float
    ground_m: float
    smoke_m: float


def lens_above_sea_m(terrain: Terrain, lens: Position) -> float:
    """Height of a lens above sea level; NaN where it needs a ground that is not known.

    Raises:
        InputRefused: it is above the ellipsoid where the geoid is not known.
    """
    ground_m = float(terrain.height_at(lens.lon_deg, lens.lat_deg))
    if lens.height_datum is HeightDatum.GROUND and np.isnan(ground_m):
        return float("nan")
    return position_above_sea_m(lens, ground_m)


def sight_line(terrain: Terrain, lens: Position, lon_deg: float, lat_deg: float) -> SightLine:
    """Look from a lens at a place.

    Args:
        terrain: between them.
        lens: of a tower.
        lon_deg: of the place, WGS 84.
        lat_deg: of the place.

    Raises:
        InputRefused: the lens's height is above the ellipsoid where the geoid is not known.
    """
    frame = LocalFrame(lens.lon_deg, lens.lat_deg)
    x_m, y_m = frame.to_metric(lon_deg, lat_deg)
    range_m = float(np.hypot(x_m, y_m))
    bearing_deg = float(np.degrees(np.arctan2(x_m, y_m)) % 360.0)
    lens_m = lens_above_sea_m(terrain, lens)
    ground_m = float(terrain.height_at(lon_deg, lat_deg)) - lens_m
    cell_m = max(terrain.cell_m, FINEST_CELL_M)
    step_m = cell_m / 2.0
    # The place itself, and what is nearer to it than a cell, does not hide it.
    along_m = np.arange(step_m, range_m - cell_m, step_m)
    if np.isnan(ground_m):
        return SightLine(range_m, bearing_deg, ground_m, ground_m)
    if len(along_m) == 0:
        return SightLine(range_m, bearing_deg, ground_m, 0.0)
    share = along_m / range_m
    heights_m = terrain.height_at(*frame.to_lonlat(share * x_m, share * y_m)) - lens_m
    void = np.isnan(heights_m)
    smoke_m = _hidden_m(heights_m[~void], along_m[~void], range_m, ground_m)
    if bool(void.any()):
        highest_m = float(np.fmax.reduce(terrain.values_m, None)) - lens_m
        worst_m = np.where(void, highest_m, heights_m)
        if _hidden_m(worst_m, along_m, range_m, ground_m) > smoke_m + _OPEN_M:
            smoke_m = float("nan")
    return SightLine(range_m, bearing_deg, ground_m, smoke_m)


def _hidden_m(heights_m: FloatArray, along_m: FloatArray, range_m: float, ground_m: float) -> float:
    """How far above the ground the line over the highest of the way passes."""
    if len(along_m) == 0:
        return 0.0
    tangent = float((heights_m / along_m - _DROP * along_m).max())
    return max(0.0, tangent * range_m + _DROP * range_m**2 - ground_m)
