"""Eastings and northings: CGCS2000 Gauss-Krueger with and without zone prefix, and UTM.

The same point has the eastings 368,261 (EPSG:4545), 36,368,261 (4524, with its zone in front) and
661,018 (4544, the neighbour's meridian). Files say one and hold the other. The magnitude of an
easting tells whether a zone is in front, and the zone tells the meridian: what contradicts the
stated system is refused, and so is an easting without a zone where no meridian is stated, because
a district that straddles 106.5 degrees east uses two.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from pyproj import Proj

from geo.crs.places import checked
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["GAUSS_KRUEGER", "Plane", "front_m", "meridian_of", "plane_of", "unprojected"]

GAUSS_KRUEGER: Final = 0
"""In place of a code: Gauss-Krueger, the meridian told by the zone in front of the easting."""

_ZONE_M = 1_000_000.0
_NORTHERNMOST_M, _UTM_NORTHERNMOST_M = 6_200_000.0, 9_400_000.0  # of China; of UTM
_EASTINGS_M = (100_000.0, 900_000.0)  # of a zone of its own and well into its neighbours
FARTHEST_DEG: Final = 4.0
"""From a central meridian; beyond it a value belongs to another zone."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Places in a projected system.

    Attributes:
        epsg: CGCS2000 Gauss-Krueger (4491 to 4554), WGS 84 / UTM north (32601 to 32660), or
            :data:`GAUSS_KRUEGER`.
        easting_m: float64 of any shape; a number becomes an array without dimensions. With or
            without the zone in front, whatever the code says.
        northing_m: of the same shape.

    Raises:
        InputRefused: the code is none of these (``system_unknown``, ``system_old``), easting and
            northing are exchanged (``coordinates_swapped``), the zone contradicts the code or is
            missing (``coordinates_zone``), or the values lie outside (``coordinates_range``).
    """

    epsg: int
    easting_m: FloatArray
    northing_m: FloatArray

    def __post_init__(self) -> None:
        """Take numbers too, and look whether the values can be what the code says."""
        easting_m, northing_m = checked(self.easting_m, self.northing_m)
        object.__setattr__(self, "easting_m", easting_m)
        object.__setattr__(self, "northing_m", northing_m)
        stated_deg = _meridian(self.epsg)
        if easting_m.size == 0:
            return
        northernmost_m = _UTM_NORTHERNMOST_M if self.is_utm else _NORTHERNMOST_M
        zone = int(easting_m.flat[0] // _ZONE_M)
        meridian_deg = None if self.is_utm else _zone_meridian(zone)
        in_zone = zone == 0 or meridian_deg is not None
        if not in_zone and 0.0 <= easting_m.flat[0] <= northernmost_m:
            raise InputRefused(
                f"{self} looks like a northing and an easting.",
                remedy="Exchange them: many Chinese tables call the northing X and put it first.",
                code="coordinates_swapped",
            )
        degrees = bool(np.all(np.abs(easting_m) <= 180.0))  # no metres of any zone
        outside = not bool(np.all((northing_m >= 0.0) & (northing_m <= northernmost_m)))
        if not in_zone or degrees or outside:
            raise InputRefused(
                f"{self} cannot be an easting and a northing.",
                remedy="Look which coordinate system the values are in.",
                code="coordinates_range",
            )
        if stated_deg is None and meridian_deg is None:
            raise InputRefused(
                f"{self} has no zone in front of its easting, so its meridian is not known.",
                remedy="State it: EPSG:4544 for 105 degrees east, EPSG:4545 for 108.",
                code="coordinates_zone",
            )
        if meridian_deg is not None and stated_deg not in (None, meridian_deg):
            raise InputRefused(
                f"{self} is in zone {zone} ({meridian_deg:g} degrees east), and EPSG:{self.epsg} "
                f"is {stated_deg:g} degrees east.",
                remedy="State the system that the zone in front of the easting tells.",
                code="coordinates_zone",
            )
        inside_m = easting_m - zone * _ZONE_M
        if not bool(np.all((inside_m >= _EASTINGS_M[0]) & (inside_m <= _EASTINGS_M[1]))):
            raise InputRefused(
                f"Eastings from {easting_m.min():.0f} to {easting_m.max():.0f} do not lie in one "
                "zone.",
                remedy="Export the layer in one zone, or in degrees.",
                code="coordinates_zone",
            )

    @property
    def is_utm(self) -> bool:
        """Whether this is UTM and not Gauss-Krueger."""
        return self.epsg > 32_600

    def __str__(self) -> str:
        """The first place, for a message."""
        return f"{self.easting_m.flat[0]:.10g}, {self.northing_m.flat[0]:.10g}"


def unprojected(plane: Plane) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude on the system's own ellipsoid, degrees."""
    easting_m = plane.easting_m
    if plane.is_utm:
        meridian_deg = _utm_meridian(plane.epsg)
    else:
        zone = int(easting_m.flat[0] // _ZONE_M) if easting_m.size else 0
        meridian_deg = _zone_meridian(zone) or _meridian(plane.epsg) or 0.0  # the last: no place
        easting_m = easting_m - zone * _ZONE_M
    projection = _projection(meridian_deg, utm=plane.is_utm)
    lon_deg, lat_deg = projection(easting_m, plane.northing_m, inverse=True)
    return np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)


def plane_of(epsg: int, lon_deg: FloatArray, lat_deg: FloatArray) -> Plane:
    """Eastings (with the zone in front where the code has it) and northings.

    Raises:
        InputRefused: the code is unknown or names no meridian, or a place lies too far from it.
    """
    meridian_deg = _meridian(epsg)
    if meridian_deg is None:
        raise InputRefused(
            "Gauss-Krueger needs a meridian.",
            remedy="State it: EPSG:4544 for 105 degrees east, EPSG:4545 for 108.",
            code="coordinates_zone",
        )
    away_deg = np.abs(lon_deg - meridian_deg)
    if not bool(np.all(away_deg <= FARTHEST_DEG)):
        raise InputRefused(
            f"A place is {away_deg.max():.1f} degrees from the meridian of EPSG:{epsg}.",
            remedy="Choose the zone that the place lies in.",
            code="coordinates_zone",
        )
    projection = _projection(meridian_deg, utm=epsg > 32_600)
    easting_m, northing_m = projection(lon_deg, lat_deg)
    return Plane(epsg, np.asarray(easting_m) + front_m(epsg), np.asarray(northing_m))


def _projection(meridian_deg: float, *, utm: bool) -> Proj:
    return Proj(
        proj="tmerc",
        lon_0=meridian_deg,
        k=0.9996 if utm else 1.0,
        x_0=500_000.0,
        ellps="WGS84" if utm else "GRS80",
    )


def _zone_meridian(zone: int) -> float | None:
    """Central meridian that a zone number in front of an easting tells; the two kinds differ."""
    if 13 <= zone <= 23:
        return 6.0 * zone - 3.0
    return 3.0 * zone if 25 <= zone <= 45 else None


def _utm_meridian(epsg: int) -> float:
    return 6.0 * (epsg - 32_600) - 183.0


def _meridian(epsg: int) -> float | None:
    """Central meridian of a code, degrees; None when the code leaves it open."""
    if epsg == GAUSS_KRUEGER:
        return None
    if 32_601 <= epsg <= 32_660:
        return _utm_meridian(epsg)
    for first, last, west_deg, step_deg in (
        (4491, 4501, 75.0, 6.0),  # 6-degree zones 13 to 23, zone in front
        (4502, 4512, 75.0, 6.0),
        (4513, 4533, 75.0, 3.0),  # 3-degree zones 25 to 45, zone in front
        (4534, 4554, 75.0, 3.0),
    ):
        if first <= epsg <= last:
            return west_deg + step_deg * (epsg - first)
    if 2327 <= epsg <= 2442 or 4568 <= epsg <= 4822 or 21_413 <= epsg <= 21_463:
        raise InputRefused(
            f"EPSG:{epsg} is a system of Beijing 1954 or Xian 1980, which lie up to 150 m off.",
            remedy="Ask for the layer in CGCS2000; the parameters between them are not public.",
            code="system_old",
        )
    raise InputRefused(
        f"EPSG:{epsg} is no system that is known here.",
        remedy="Give WGS 84, CGCS2000, GCJ-02, BD-09, CGCS2000 Gauss-Krueger or WGS 84 / UTM.",
        code="system_unknown",
    )


def meridian_of(epsg: int) -> float:
    """Central meridian of a code, degrees; 0 for Gauss-Krueger without a code."""
    return _meridian(epsg) or 0.0


def front_m(epsg: int) -> float:
    """What stands in front of an easting of this code, metres."""
    if 4491 <= epsg <= 4501:
        return (epsg - 4491 + 13) * _ZONE_M
    return (epsg - 4513 + 25) * _ZONE_M if 4513 <= epsg <= 4533 else 0.0
