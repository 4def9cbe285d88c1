"""Coordinate systems of the features, and the order of their axes.

CRS84 has longitude first. EPSG:4326 and EPSG:4490 (CGCS2000) have latitude first, and so do the
numbers of whoever asks in them, in bounding boxes as in geometries (OGC 18-058, part 2). Inside
longitude comes first, always.
"""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.ogc.refusals import refused
from geo.crs import Cgcs2000, Wgs84, from_wgs84
from models.units import FloatArray

__all__ = ["CRS84", "SYSTEMS", "given_out", "system_of", "taken_in"]

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"
EPSG_4490: Final = "http://www.opengis.net/def/crs/EPSG/0/4490"
SYSTEMS: Final = (CRS84, EPSG_4326, EPSG_4490)

_DIGITS: Final = 9  # of a degree: 0.1 mm


def system_of(text: str | None, parameter: str) -> str:
    """The system that a parameter names; CRS84 when it is left out.

    Raises:
        QueryRefused: it is none of :data:`SYSTEMS`.
    """
    if text is None:
        return CRS84
    if text not in SYSTEMS:
        raise refused(f"{parameter} is none of {', '.join(SYSTEMS)}.")
    return text


def given_out(geometry: BaseGeometry | None, system: str) -> BaseGeometry | None:
    """A geometry of WGS 84, longitude first, in a system with the axes in its order.

    Raises:
        InputRefused: it lies where the system is not defined (``coordinates_abroad``).
    """
    if geometry is None:
        return None

    def there(vertices: FloatArray) -> FloatArray:
        lon_deg, lat_deg = vertices[:, 0], vertices[:, 1]
        if system == EPSG_4490:
            place = from_wgs84(Wgs84(lon_deg, lat_deg), Cgcs2000)
            lon_deg, lat_deg = place.lon_deg, place.lat_deg
        axes = (lon_deg, lat_deg) if system == CRS84 else (lat_deg, lon_deg)
        return np.asarray(np.round(np.column_stack(axes), _DIGITS), np.float64)

    return shapely.transform(shapely.force_2d(geometry), there)


def taken_in(box: tuple[float, float, float, float], system: str) -> BaseGeometry:
    """What a bounding box covers: WGS 84, longitude first.

    Args:
        box: lower and upper corner, in the order of the system's axes.
        system: of :data:`SYSTEMS`; CGCS2000 equals WGS 84 within decimetres.

    Raises:
        QueryRefused: it is no box on Earth.
    """
    west, south, east, north = box if system == CRS84 else (box[1], box[0], box[3], box[2])
    on_earth = -180.0 <= west <= 180.0 and -180.0 <= east <= 180.0
    if not (on_earth and -90.0 <= south <= north <= 90.0):
        raise refused("bbox is no box on Earth; look at the order of its axes.")
    if west <= east:
        return shapely.box(west, south, east, north)
    # over the antimeridian (RFC 7946, 5.2)
    return shapely.union(
        shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)
    )
