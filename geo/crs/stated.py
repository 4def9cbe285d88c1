"""What a vector file's ``.prj``, or the system of a GeoPackage, means: a code where there is one.

Programs name the same system differently, and the library's register knows few of the names, so the
code is told by what the words define: the datum, the meridian, the scale, what is in front.
"""

from typing import Final

from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs.plane import front_m, meridian_of

__all__ = ["prj_of", "stated_system"]

_CHINA_2000: Final = (
    "china 2000",
    "china_2000",
    "china geodetic coordinate system 2000",
    "cgcs2000",
)
_WGS_84: Final = ("world geodetic system 1984", "wgs_1984", "wgs 84", "wgs84")
_PARAMETERS: Final = (
    "Longitude of natural origin",
    "Latitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
)


def stated_system(text: str) -> str:
    """A system in the words of a file, as :func:`geo.crs.tagged` takes it where it can.

    Args:
        text: WKT of any dialect, or a code.

    Returns:
        ``EPSG:n`` where the words are those of a code that is known here; else the text itself,
        which :class:`geo.crs.MapSystem` takes or refuses.
    """
    try:
        stated = CRS.from_user_input(text)
    except CRSError:
        return text
    flat = (stated.sub_crs_list[0] if stated.is_compound else stated).to_2d()
    geodetic = flat.geodetic_crs
    datum = "" if geodetic is None or geodetic.datum is None else geodetic.datum.name.lower()
    is_chinese, is_wgs84 = (
        any(word in datum for word in names) for names in (_CHINA_2000, _WGS_84)
    )
    if flat.is_geographic and (is_chinese or is_wgs84):
        in_degrees = {axis.unit_name.lower() for axis in flat.axis_info} == {"degree"}
        return ("EPSG:4490" if is_chinese else "EPSG:4326") if in_degrees else text
    code = _plane_code(flat, is_chinese=is_chinese, is_wgs84=is_wgs84)
    return text if code is None else f"EPSG:{code}"


def _plane_code(flat: CRS, *, is_chinese: bool, is_wgs84: bool) -> int | None:
    """The code of a transverse Mercator that has one; None for another, a district's own say."""
    operation = flat.coordinate_operation
    units = {axis.unit_name.lower() for axis in flat.axis_info}
    if operation is None or not units <= {"metre", "meter"}:
        return None
    if operation.method_name not in ("Transverse Mercator", "Gauss Kruger"):
        return None
    values = {str(each.name): float(each.value) for each in operation.params}
    means = tuple(round(values.get(name, -1.0), 9) for name in _PARAMETERS)
    return next(
        (
            code
            for code in (*range(4534, 4555), *range(4491, 4534), *range(32_601, 32_661))
            if (is_wgs84 if code > 32_600 else is_chinese) and means == _parameters(code)
        ),
        None,
    )


def _parameters(code: int) -> tuple[float, ...]:
    if code > 32_600:
        return meridian_of(code), 0.0, 0.9996, 500_000.0, 0.0
    return meridian_of(code), 0.0, 1.0, front_m(code) + 500_000.0, 0.0


def prj_of(epsg: int) -> str:
    """The words of a code as a ``.prj`` file holds them."""
    return CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")
