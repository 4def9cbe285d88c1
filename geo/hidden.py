"""Ground behind the ridge over which smoke shows: where the fire may be though no ray gets there.

A box whose foot lies on a ridge says that the fire is on it or behind it. Along the bearing, ground
is hidden while something nearer appears higher; the height of the ridge's line of sight above it is
how high the smoke must have risen.
"""

from dataclasses import dataclass

import numpy as np

from geo.crs import LocalFrame
from geo.horizon import PolarGround
from geo.terrain import EARTH_RADIUS_M
from models.fix import HiddenStretch

__all__ = ["HIGHEST_SMOKE_M", "Sight", "behind_ridges"]

HIGHEST_SMOKE_M = 100.0
"""Smoke that must have risen higher before it showed would have drifted away from its fire."""

SHORTEST_M = 150.0
SIGMAS = 2.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One line of sight.

    Attributes:
        lens_m: height of the lens above sea level.
        azimuth_deg: true north.
        elevation_deg: above the horizontal.
        sigma_deg: standard deviation of that elevation; a ridge within two of them is grazed.
        refraction: coefficient k.
    """

    lens_m: float
    azimuth_deg: float
    elevation_deg: float
    sigma_deg: float
    refraction: float


def behind_ridges(
    ground: PolarGround, frame: LocalFrame, sight: Sight
) -> tuple[HiddenStretch, ...]:
    """Hidden stretches whose ridge the sight grazes, by distance.

    A stretch ends at the next ground that is seen, or where smoke would have to rise higher than
    :data:`HIGHEST_SMOKE_M`.

    Args:
        ground: profiles around the tower.
        frame: around the tower.
        sight: of the foot of the smoke.
    """
    rows, weight = ground.rows_of(np.array([sight.azimuth_deg]))
    range_m = ground.range_m[1:]
    heights = ground.profiles(rows, weight, 1, len(range_m) + 1)[0].astype(np.float64)
    fall = (1.0 - sight.refraction) / (2.0 * EARTH_RADIUS_M)
    tangent = (heights - sight.lens_m) / range_m - fall * range_m
    before = np.concatenate(([-np.inf], np.fmax.accumulate(tangent)[:-1]))
    smoke_m = sight.lens_m + before * range_m + fall * range_m**2 - heights
    hidden = tangent < before  # a void is not hidden: nothing is known of it
    angle_deg = np.degrees(np.arctan(before))
    grazed = np.abs(angle_deg - sight.elevation_deg) <= SIGMAS * sight.sigma_deg
    told = hidden & grazed & (smoke_m <= HIGHEST_SMOKE_M)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], told.astype(np.int8), [0]))))
    bearing = np.radians(sight.azimuth_deg)
    east, north = float(np.sin(bearing)), float(np.cos(bearing))
    found = []
    for first, after in edges.reshape(-1, 2).tolist():
        ends_m = float(range_m[first]), float(range_m[after - 1])
        if ends_m[1] - ends_m[0] >= SHORTEST_M:
            near, far = (frame.to_lonlat(end_m * east, end_m * north) for end_m in ends_m)
            found.append(HiddenStretch(*ends_m, float(smoke_m[first:after].max()), (near, far)))
    return tuple(found)
