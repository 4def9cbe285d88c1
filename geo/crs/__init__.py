"""The only door for coordinates and heights: everything inside is WGS 84, in degrees or metres.

A value from outside carries its coordinate system in its type (:class:`Gcj02`, :class:`Plane`, …)
and passes :func:`to_wgs84` once; what has passed is :class:`Wgs84` and is not let in again. Numbers
without a system are refused, because half a kilometre of error looks like any other coordinate.
Whoever measures does so in a :class:`LocalFrame`. No other module asks pyproj for anything.
"""

from geo.crs.door import from_wgs84, tagged, to_wgs84
from geo.crs.egm96 import geoid_m
from geo.crs.frame import LocalFrame
from geo.crs.geodesic import geodesic, went, went_each
from geo.crs.heights import Height, HeightSystem, Origin, above_sea_m, position_above_sea_m
from geo.crs.maps import MapSystem
from geo.crs.places import Bd09, Cgcs2000, Gcj02, Place, Wgs84
from geo.crs.plane import Plane
from geo.crs.stated import prj_of, stated_system

__all__ = [
    "Bd09",
    "Cgcs2000",
    "Gcj02",
    "Height",
    "HeightSystem",
    "LocalFrame",
    "MapSystem",
    "Origin",
    "Place",
    "Plane",
    "Wgs84",
    "above_sea_m",
    "from_wgs84",
    "geodesic",
    "geoid_m",
    "position_above_sea_m",
    "prj_of",
    "stated_system",
    "tagged",
    "to_wgs84",
    "went",
    "went_each",
]
