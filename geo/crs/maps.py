"""The coordinate system that a raster file states in its own words (WKT), and the way into it.

Only the projection is applied, never a change of datum: CGCS2000 and the modern world-wide frames
are WGS 84 within decimetres here, and the old Chinese datums, for which no public parameters exist,
are refused by name.
"""

from typing import Final

import numpy as np
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from geo.crs.heights import HeightSystem
from geo.crs.places import Wgs84
from geo.crs.plane import Plane, front_m
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["MapSystem"]

_MODERN: Final = (
    *("world geodetic system 1984", "wgs_1984", "wgs 84", "wgs84"),
    *("china 2000", "china_2000", "china geodetic coordinate system 2000", "cgcs2000"),
    *("north american datum 1983", "north_american_datum_1983"),
    *("european terrestrial reference system 1989", "international terrestrial reference frame"),
)
_OLD: Final = ("beijing", "xian", "pulkovo")


class MapSystem:
    """What the x and y of a raster mean.

    Args:
        text: WKT, or a code as ``EPSG:4545``.

    Attributes:
        is_degrees: x and y are longitude and latitude.
        unit_m: length of one unit of x and y; of a degree of latitude when they are degrees.
        heights: what the system says of heights; None when it says nothing.
        name: for people.
        shift_m: what a raster's eastings have in front beyond what its code says, or lack.

    Raises:
        InputRefused: no such system (``system_unknown``), an old datum (``system_old``), or one
            that is not tied to the Earth.
    """

    def __init__(self, text: str) -> None:
        try:
            stated = CRS.from_user_input(text)
        except CRSError as error:
            raise InputRefused(
                f"{text[:60]!r} is no coordinate system.",
                remedy="Give an EPSG code, e.g. EPSG:4545 for CGCS2000 at 108 degrees east.",
                code="system_unknown",
            ) from error
        self.heights = _heights(stated)
        flat = stated.sub_crs_list[0] if stated.is_compound else stated
        self.name = flat.name
        _check_datum(flat)
        flat = flat.to_2d()
        self.is_degrees = flat.is_geographic
        units = {axis.unit_name for axis in flat.axis_info}
        if self.is_degrees and units != {"degree"}:
            raise InputRefused(
                f"{self.name} counts its angles in {', '.join(sorted(units))}.",
                remedy="Transform the raster to EPSG:4326.",
                code="system_unknown",
            )
        self.unit_m = (
            111_195.0 if self.is_degrees else float(flat.axis_info[0].unit_conversion_factor)
        )
        self._epsg = flat.to_epsg() or 0
        self._projection = None if self.is_degrees else Proj(flat)
        self.shift_m = 0.0

    def look_at(self, x: FloatArray, y: FloatArray) -> None:
        """Look whether a raster's corners can be in this system, before anything is read.

        A raster in a Gauss-Krueger zone whose eastings have or lack the zone in front, other than
        its code says, is understood; any other contradiction is refused.

        Raises:
            InputRefused: they cannot; see :class:`geo.crs.Plane` and :class:`geo.crs.Wgs84`.
        """
        if 4491 <= self._epsg <= 4554:
            Plane(self._epsg, x, y)
            zone_m = np.floor(float(x.flat[0]) / 1e6) * 1e6
            self.shift_m = zone_m - front_m(self._epsg)
        self.to_wgs84(x, y)

    def from_wgs84(self, place: Wgs84) -> tuple[FloatArray, FloatArray]:
        """Map coordinates of places; infinite where the projection does not reach."""
        if self._projection is None:
            return place.lon_deg, place.lat_deg
        x, y = self._projection(place.lon_deg, place.lat_deg)
        return np.asarray(x) + self.shift_m, np.asarray(y)

    def to_wgs84(self, x: FloatArray, y: FloatArray) -> Wgs84:
        """Places of x and y.

        Raises:
            InputRefused: they are nowhere on Earth.
        """
        if self._projection is None:
            return Wgs84(x, y)
        lon_deg, lat_deg = self._projection(x - self.shift_m, y, inverse=True)
        return Wgs84(np.asarray(lon_deg), np.asarray(lat_deg))


def _check_datum(system: CRS) -> None:
    geodetic = system.geodetic_crs
    datum = "" if geodetic is None or geodetic.datum is None else geodetic.datum.name
    known = datum.lower()
    if any(word in known for word in _OLD):
        raise InputRefused(
            f"{system.name} stands on {datum}, which lies up to 150 m off.",
            remedy="Ask for the data in CGCS2000; the parameters between them are not public.",
            code="system_old",
        )
    if not any(word in known for word in _MODERN):
        raise InputRefused(
            f"{system.name} stands on {datum or 'no datum'}, which is not known here.",
            remedy="Transform the raster to EPSG:4326, or state its true system.",
            code="system_unknown",
        )


def _heights(stated: CRS) -> HeightSystem | None:
    if not stated.is_compound:
        is_solid = stated.is_geographic and len(stated.axis_info) == 3
        return HeightSystem.ELLIPSOID if is_solid else None
    name = stated.sub_crs_list[1].name.lower()
    if "1985" in name or "yellow sea" in name:
        return HeightSystem.NATIONAL_1985
    if "egm" in name:  # EGM2008 differs from EGM96 by decimetres here
        return HeightSystem.EGM96
    return HeightSystem.ELLIPSOID if "ellips" in name else None
