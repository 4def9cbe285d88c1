"""Which sightings of different cameras are of the same fire: by mast, by bearing, by place.

Two cameras of one mast see the same fire in the same direction, and agree about no more than one of
them alone. Cameras on two masts are two witnesses, where at least one of them has a place that the
other could be looking at; two bearings without a place nearly always cross somewhere and witness
nothing.
"""

import math
from functools import lru_cache
from typing import Final

from geo.crs import LocalFrame
from geo.triangulate import MAST_M
from models.fix import Fix, FixCluster
from models.site import Position

__all__ = ["ground_distance_m", "same_bearing", "same_mast", "same_place"]

LEAST_DEGREE_M: Final = 110_000.0
"""A degree of latitude is nowhere shorter (110,574 m at the equator of WGS 84)."""

BEARING_MARGIN_DEG: Final = 2.0
"""Parallax of a mast's cameras, and the width of a plume."""

PLACE_MARGIN_DEG: Final = 1.0
MOST_APART_M: Final = 3000.0
FARTHEST_M: Final = 25_000.0


def ground_distance_m(first: Position, lon_deg: float, lat_deg: float) -> float:
    """Metres on the ground between a position and a place."""
    return math.hypot(*LocalFrame(first.lon_deg, first.lat_deg).to_metric(lon_deg, lat_deg))


@lru_cache(maxsize=4096)  # positions are values: a camera that is moved is another pair
def same_mast(first: Position, second: Position) -> bool:
    """Whether two lenses stand together."""
    if abs(first.lat_deg - second.lat_deg) * LEAST_DEGREE_M > MAST_M:
        return False  # most of a district, without a projection for each of them
    return ground_distance_m(first, second.lon_deg, second.lat_deg) <= MAST_M


def same_bearing(first: Fix, second: Fix) -> bool:
    """Whether two lenses of one mast look at the same thing; False when a bearing is unknown."""
    if first.bearing_deg is None or second.bearing_deg is None:
        return False
    sigma_deg = math.hypot(_sigma_deg(first), _sigma_deg(second))
    return _turn_deg(first.bearing_deg, second.bearing_deg) <= BEARING_MARGIN_DEG + 2.0 * sigma_deg


def same_place(first: Fix, second: Fix) -> bool:
    """Whether two masts see the same place; symmetric, False when neither has one."""
    if first.clusters and second.clusters:
        return any(_meet(mine, yours) for mine in first.clusters for yours in second.clusters)
    return any(_looks_at(second, place) for place in first.clusters) or any(
        _looks_at(first, place) for place in second.clusters
    )


def _meet(first: FixCluster, second: FixCluster) -> bool:
    position = second.position
    apart_m = ground_distance_m(first.position, position.lon_deg, position.lat_deg)
    return apart_m <= min(first.r90_m + second.r90_m, MOST_APART_M)


def _looks_at(fix: Fix, place: FixCluster) -> bool:
    if fix.bearing_deg is None:
        return False
    frame = LocalFrame(fix.observer.lon_deg, fix.observer.lat_deg)
    east_m, north_m = frame.to_metric(place.position.lon_deg, place.position.lat_deg)
    margin_deg = PLACE_MARGIN_DEG + 2.0 * _sigma_deg(fix)
    bearing_deg = math.degrees(math.atan2(east_m, north_m)) % 360.0
    return (
        math.hypot(east_m, north_m) <= FARTHEST_M
        and _turn_deg(bearing_deg, fix.bearing_deg) <= margin_deg
    )


def _sigma_deg(fix: Fix) -> float:
    return 0.0 if fix.bearing_sigma_deg is None else fix.bearing_sigma_deg


def _turn_deg(first_deg: float, second_deg: float) -> float:
    """Smallest angle between two bearings, [0, 180]."""
    turn_deg = abs(first_deg - second_deg) % 360.0
    return min(turn_deg, 360.0 - turn_deg)
