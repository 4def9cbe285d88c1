"""Shortest ways on the ellipsoid: true azimuths and ground distances between two places."""

from typing import Final

import numpy as np
from pyproj import Geod

from models.units import FloatArray

__all__ = ["geodesic", "went", "went_each"]

_EARTH: Final = Geod(ellps="WGS84")


def geodesic(
    lon_deg: float, lat_deg: float, other_lon_deg: float, other_lat_deg: float
) -> tuple[float, float, float]:
    """From one WGS 84 place to another.

    Returns:
        True azimuth at the first place, true azimuth of the same way where it arrives, both in
        [-180, 180] degrees, and the distance in metres.
    """
    azimuth_deg, back_deg, distance_m = _EARTH.inv(lon_deg, lat_deg, other_lon_deg, other_lat_deg)
    arriving_deg = back_deg - 180.0 if back_deg > 0.0 else back_deg + 180.0
    return float(azimuth_deg), float(arriving_deg), float(distance_m)


def went(
    lon_deg: float, lat_deg: float, azimuth_deg: float, distance_m: float
) -> tuple[float, float]:
    """Longitude and latitude of where one arrives."""
    arrived_lon_deg, arrived_lat_deg, _ = _EARTH.fwd(lon_deg, lat_deg, azimuth_deg, distance_m)
    return float(arrived_lon_deg), float(arrived_lat_deg)


def went_each(
    lon_deg: float, lat_deg: float, azimuth_deg: float, distances_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Longitudes and latitudes along one way, (n,) for (n,) distances."""
    many = np.ones(distances_m.size)
    lons_deg, lats_deg, _ = _EARTH.fwd(
        lon_deg * many, lat_deg * many, azimuth_deg * many, distances_m
    )
    return np.asarray(lons_deg), np.asarray(lats_deg)
