"""In and out: from any known system to WGS 84, and back for those who ask for another.

Degrees come in the order longitude, latitude, and planes as easting, northing, whatever order an
authority's register has. A direct transformation between CGCS2000 and WGS 84 is not published (the
library would call it a ballpark); here they are taken as equal, which is true to a few decimetres.
"""

import re
from typing import TypeVar, overload

from geo.crs.mars import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, wgs84_to_gcj02
from geo.crs.places import Bd09, Cgcs2000, Gcj02, Place, Wgs84
from geo.crs.plane import GAUSS_KRUEGER, Plane, plane_of, unprojected
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["from_wgs84", "tagged", "to_wgs84"]

DegreesT = TypeVar("DegreesT", Cgcs2000, Gcj02, Bd09)

_NAMES: dict[str, type[Place]] = {
    "WGS84": Wgs84,
    "4326": Wgs84,
    "CRS84": Wgs84,
    "CGCS2000": Cgcs2000,
    "4490": Cgcs2000,
    "GCJ02": Gcj02,
    "BD09": Bd09,
}
_OLD = frozenset({"4214", "4610", "4555", "BEIJING54", "BEIJING1954", "XIAN80", "XIAN1980"})


def tagged(system: str, first: float | FloatArray, second: float | FloatArray) -> Place | Plane:
    """Give numbers the system that somebody states for them.

    Args:
        system: ``WGS84``, ``CGCS2000``, ``GCJ-02``, ``BD-09``, an EPSG code (``EPSG:4545``), or
            ``GK`` for Gauss-Krueger whose eastings have their zone in front.
        first: longitudes in degrees, or eastings in metres.
        second: latitudes or northings.

    Raises:
        InputRefused: no system is stated (``coordinates_untagged``), it is not known here, or the
            values cannot be in it.
    """
    name = re.sub(r"[\s_:-]", "", system.strip().upper()).removeprefix("EPSG")
    if not name:
        raise InputRefused(
            "Coordinates do not say which system they are in.",
            remedy="State it: WGS84, CGCS2000, GCJ-02, BD-09 or an EPSG code.",
            code="coordinates_untagged",
        )
    if name in _NAMES:
        return _NAMES[name].at(first, second)
    if name in _OLD:
        raise InputRefused(
            f"{system} is a system of Beijing 1954 or Xian 1980, which lie up to 150 m off.",
            remedy="Ask for the data in CGCS2000; the parameters between them are not public.",
            code="system_old",
        )
    if name == "GK" or (name.isdecimal() and len(name) <= 6 and int(name) != GAUSS_KRUEGER):
        epsg = GAUSS_KRUEGER if name == "GK" else int(name)
        return Plane(epsg, first, second)  # type: ignore[arg-type]  # it takes numbers too
    raise InputRefused(
        f"{system[:40]} is no coordinate system that is known here.",
        remedy="State WGS84, CGCS2000, GCJ-02, BD-09 or an EPSG code.",
        code="system_unknown",
    )


def to_wgs84(place: Cgcs2000 | Gcj02 | Bd09 | Plane) -> Wgs84:
    """Let coordinates in, once.

    The types say what may come; what no checker saw is looked at here as well.

    Raises:
        InputRefused: they are in already (``coordinates_twice``), are bare numbers
            (``coordinates_untagged``), or come out where they cannot be.
    """
    if isinstance(place, Plane):
        return Wgs84(*unprojected(place))
    if isinstance(place, Cgcs2000):
        return Wgs84(place.lon_deg, place.lat_deg)
    if isinstance(place, Gcj02):
        return Wgs84(*gcj02_to_wgs84(place.lon_deg, place.lat_deg))
    if isinstance(place, Bd09):
        return Wgs84(*gcj02_to_wgs84(*bd09_to_gcj02(place.lon_deg, place.lat_deg)))
    raise _not_to_be_let_in(place)


@overload
def from_wgs84(place: Wgs84, system: int) -> Plane: ...


@overload
def from_wgs84(place: Wgs84, system: type[DegreesT]) -> DegreesT: ...


def from_wgs84(place: Wgs84, system: type[DegreesT] | int) -> DegreesT | Plane:
    """Give coordinates out in another system.

    Args:
        place: what is to go out; anything else is refused as in :func:`to_wgs84`.
        system: a type of degrees, or an EPSG code of a plane.

    Raises:
        InputRefused: the place is not WGS 84, or cannot be expressed in that system.
    """
    if not isinstance(place, Wgs84):
        raise _not_to_be_let_out(place)
    lon_deg, lat_deg = place.lon_deg, place.lat_deg
    if isinstance(system, int):
        return plane_of(system, lon_deg, lat_deg)
    if system is not Cgcs2000:
        Gcj02(lon_deg, lat_deg)  # outside China there is no shift, and no such system
        lon_deg, lat_deg = wgs84_to_gcj02(lon_deg, lat_deg)
    if system is Bd09:
        lon_deg, lat_deg = gcj02_to_bd09(lon_deg, lat_deg)
    return system(lon_deg, lat_deg)


def _not_to_be_let_in(what: object) -> InputRefused:
    if isinstance(what, Wgs84):
        return InputRefused(
            "These coordinates are WGS 84 already.",
            remedy="Do not transform them again: each time moves them by half a kilometre.",
            code="coordinates_twice",
        )
    return _untagged(what)


def _not_to_be_let_out(what: object) -> InputRefused:
    if isinstance(what, Place | Plane):
        return InputRefused(
            f"A {type(what).__name__} is not WGS 84.",
            remedy="Let it in first.",
            code="coordinates_twice",
        )
    return _untagged(what)


def _untagged(what: object) -> InputRefused:
    return InputRefused(
        f"A {type(what).__name__} does not say which coordinate system it is in.",
        remedy="Tag it where it comes in, where that is still known.",
        code="coordinates_untagged",
    )
