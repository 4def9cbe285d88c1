"""The coordinate systems that files go out in."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Cgcs2000, Wgs84, from_wgs84
from geo.exchange.refusals import refused
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["DEGREES", "EPSG_NAMES", "epsg_of", "in_china", "moved"]

EPSG_NAMES: Final = {"WGS84": 4326, "EPSG:4326": 4326, "CGCS2000": 4490, "EPSG:4490": 4490}
DEGREES: Final = frozenset({4326, 4490})
"""Codes of the two systems in degrees: equal within decimetres, no better is published."""


def epsg_of(system: str, usual: int) -> int:
    """The code of a system that is written.

    Args:
        system: as a person says it; empty for the usual one.
        usual: code to take then.

    Raises:
        InputRefused: it is none that is written (``export_system``).
    """
    name = system.strip().upper()
    if not name:
        return usual
    code = EPSG_NAMES.get(name, 0) or (
        int(name[5:]) if name.startswith("EPSG:") and name[5:].isdecimal() else 0
    )
    if code in (4326, 4490) or 4491 <= code <= 4554 or 32_601 <= code <= 32_660:
        return code
    raise refused("export_system", f"{system[:40]} is no system that is written.")


def in_china(geometries: Sequence[BaseGeometry]) -> bool:
    """Whether CGCS2000 is defined where all of them lie."""
    places = shapely.get_coordinates(list(geometries))
    try:
        Cgcs2000(places[:, 0], places[:, 1])
    except InputRefused:
        return False
    return True


def moved(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    """A shape of WGS 84 in the coordinates of that system, the eastward axis first.

    Raises:
        InputRefused: it lies outside of the system's zone.
    """

    def there(vertices: FloatArray) -> FloatArray:
        plane = from_wgs84(Wgs84(vertices[:, 0], vertices[:, 1]), epsg)
        return np.column_stack((plane.easting_m, plane.northing_m))

    return geometry if epsg in DEGREES else shapely.transform(geometry, there)
