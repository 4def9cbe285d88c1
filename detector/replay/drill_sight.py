"""Whether a lens sees a place over the relief: a ray-cast of its own, along the geodesic.

It shares nothing with what renders the pictures or with what locates an alert but the stored cells:
so it can tell whether both are right. The ground is read every 15 m; curvature and refraction lower
what is far.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.crs import went, went_each
from geo.terrain import Terrain

__all__ = ["Sight", "sight_of"]

STEP_M: Final = 15.0
NEAR_FIRE_M: Final = 200.0
NEAREST_M: Final = 60.0
"""The mast's own hill is not looked at: its cells say nothing of the top that carries it."""
CANOPY_M: Final = 6.0
"""Of the trees among which it burns; smoke is seen from their tops on."""
TREES_M: Final = 14.0
"""Of the trees before them, and of what the cells do not know."""
REFRACTION: Final = 0.13
RADIUS_M: Final = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Sight:
    """A line of sight.

    Attributes:
        lon_deg: of the place.
        lat_deg: of the place.
        bearing_deg: from the lens.
        range_m: along the ground.
        elevation_deg: of the tree tops there as the lens sees them, or would.
        hidden_m: how far above the place a line over every tree before it passes; smoke is seen for
            certain once it has risen as high. Not above 0: the place itself is seen.
    """

    lon_deg: float
    lat_deg: float
    bearing_deg: float
    range_m: float
    elevation_deg: float
    hidden_m: float


def sight_of(  # noqa: PLR0917 -- from where, over what, where to
    terrain: Terrain, lon_deg: float, lat_deg: float, lens_m: float, bearing_deg: float, to_m: float
) -> Sight | None:
    """Look along a bearing.

    Args:
        terrain: the relief.
        lon_deg: of the lens.
        lat_deg: of the lens.
        lens_m: its height above sea level.
        bearing_deg: true.
        to_m: ground distance of the place, at least 100.

    Returns:
        None where the relief is not known all the way.
    """
    there_deg = went(lon_deg, lat_deg, bearing_deg, to_m)
    if np.isnan(terrain.height_at(*there_deg)):
        return None
    steps_m = np.append(np.arange(NEAREST_M, to_m - STEP_M / 2.0, STEP_M), to_m)
    ground_m = terrain.height_at(*went_each(lon_deg, lat_deg, bearing_deg, steps_m))
    if np.isnan(ground_m).any():
        return None
    drop_m = steps_m**2 * (1.0 - REFRACTION) / (2.0 * RADIUS_M)
    high_m = ground_m + TREES_M
    high_m[steps_m > to_m - NEAR_FIRE_M] -= TREES_M - CANOPY_M  # its own wood is no higher
    rise = (high_m - drop_m - lens_m) / steps_m
    above = float(rise[:-1].max())
    return Sight(
        *there_deg,
        bearing_deg,
        to_m,
        float(np.degrees(np.arctan(rise[-1]))),
        float((above - rise[-1]) * to_m),
    )
