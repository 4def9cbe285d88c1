"""Read GeoJSON strictly: what cannot be meant is refused with its place, nothing is guessed.

Only RFC 7946 as a bureau's layer needs it: points, lines and polygons, in WGS 84 longitude and
latitude or in a system that is stated and known to :mod:`geo.crs`. A number that is not finite, a
coordinate off the Earth, a pair in the wrong order where that shows, and a geometry that stays
empty after mending are refused. A crossing ring is mended by structure (holes stay holes, nothing
is lost to a zero-width buffer) and said to be.
"""

import json
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.crs import Wgs84, tagged, to_wgs84
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["read_geometry", "read_json"]

LARGEST_BYTES = 200_000_000
_DEPTHS = {"Point": 0, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


def read_json(path: Path) -> Any:  # noqa: ANN401 -- JSON is anything until it was looked at
    """Parse a UTF-8 JSON file.

    Raises:
        InputRefused: missing, too large, not UTF-8, not JSON, or with NaN or Infinity.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputRefused(
                f"{path} has {path.stat().st_size} bytes, more than {LARGEST_BYTES}.",
                remedy="Simplify the layer or split it.",
                code="layer_size",
            )
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text, parse_constant=_no_constant)
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Name a readable file.",
            code="layer_unreadable",
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{path} is not JSON in UTF-8: {error}.",
            remedy="Export the layer as GeoJSON (RFC 7946, UTF-8).",
            code="layer_not_json",
        ) from error


def read_geometry(
    value: object, kinds: frozenset[str], where: str, system: str = "WGS84"
) -> tuple[Any, bool]:
    """Turn the ``geometry`` member of a feature into a shape.

    Args:
        value: as parsed from JSON.
        kinds: geometry types that are allowed.
        where: file and feature, for the message.
        system: that its coordinates are stated to be in, see :func:`geo.crs.tagged`.

    Returns:
        A shapely geometry (lon, lat), never empty, always valid, and whether it had to be mended.

    Raises:
        InputRefused: see the module.
    """
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind is None or value.get("coordinates") in (None, []):
        raise InputRefused(
            f"{where} has no geometry.",
            remedy="Draw it or take the feature out.",
            code="geometry_missing",
        )
    if kind not in kinds:
        raise InputRefused(
            f"{where} is a {str(kind)[:40]}; this layer holds {', '.join(sorted(kinds))}.",
            remedy="Put it into the layer that it belongs to, or change its geometry type.",
            code="geometry_type",
        )
    _check(value["coordinates"], _DEPTHS[str(kind)], where, degrees=system == "WGS84")
    try:
        geometry = shapely.force_2d(shape(value))
    except (ValueError, TypeError, shapely.errors.GEOSException) as error:
        raise InputRefused(
            f"{where} has a geometry that cannot be built: {error}.",
            remedy="A line needs 2 positions, a ring 4, the last equal to the first.",
            code="geometry_invalid",
        ) from error
    geometry = _let_in(geometry, system, where)
    if geometry.is_valid and not geometry.is_empty:
        return geometry, False
    mended = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if mended.is_empty or mended.geom_type not in kinds:
        raise InputRefused(
            f"{where} has a geometry that cannot be mended: {shapely.is_valid_reason(geometry)}.",
            remedy="Draw it again.",
            code="geometry_invalid",
        )
    return mended, True


def _let_in(geometry: BaseGeometry, system: str, where: str) -> BaseGeometry:
    """The same shape in WGS 84."""

    def moved(vertices: FloatArray) -> FloatArray:
        place = tagged(system, vertices[:, 0], vertices[:, 1])
        inside = place if isinstance(place, Wgs84) else to_wgs84(place)  # type: ignore[arg-type]
        return np.column_stack((inside.lon_deg, inside.lat_deg))

    try:
        return shapely.transform(geometry, moved)
    except InputRefused as error:
        raise InputRefused(
            f"{where}: {error.message}", remedy=error.remedy, code=error.code
        ) from error


def _check(value: object, depth: int, where: str, *, degrees: bool) -> None:
    """Walk nested coordinates down to positions and look at every number."""
    if not isinstance(value, list) or not value:
        raise InputRefused(
            f"{where} has coordinates that are not nested as its type asks.",
            remedy="Export the layer again as GeoJSON (RFC 7946).",
            code="geometry_invalid",
        )
    if depth > 0:
        for part in value:
            _check(part, depth - 1, where, degrees=degrees)
        return
    if len(value) not in (2, 3) or any(type(number) not in (int, float) for number in value):
        raise InputRefused(
            f"{where} has a position {str(value)[:60]} that is not two or three numbers.",
            remedy="A position is [longitude, latitude] or [longitude, latitude, height].",
            code="geometry_invalid",
        )
    lon_deg, lat_deg = value[0], value[1]
    if not degrees or (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
        return
    if -90.0 <= lon_deg <= 90.0 and -180.0 <= lat_deg <= 180.0:
        hint = "Latitude and longitude are swapped: GeoJSON wants longitude first."
    else:
        hint = "These look like metres: transform the layer to WGS 84 longitude and latitude."
    raise InputRefused(
        f"{where} has a position {str(value)[:60]} that is not on Earth.",
        remedy=hint,
        code="coordinates_range",
    )


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is not a number that JSON knows"
    raise ValueError(msg)
