"""Bring a layer's coordinates in, whole or row by row, and mend axes that are surely exchanged."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import MapSystem, Wgs84, tagged, to_wgs84
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["fitting_systems", "let_in", "swapped"]

_IN_WORDS = ("PROJCS", "GEOGCS", "PROJCRS", "GEOGCRS", "COMPD_CS", "COMPOUNDCRS", "BOUNDCRS")


def let_in(geometries: Sequence[BaseGeometry], system: str) -> list[BaseGeometry]:
    """The same shapes in WGS 84.

    Args:
        geometries: in the file's coordinates, the eastward axis first.
        system: as :func:`geo.crs.tagged` takes it, or in the words of a ``.prj``.

    Raises:
        InputRefused: the system is not known or old, or a coordinate cannot be in it.
    """
    if system.lstrip().upper().startswith(_IN_WORDS):
        stated = MapSystem(system)

        def moved(vertices: FloatArray) -> FloatArray:
            if len(vertices):
                stated.look_at(vertices[:, 0], vertices[:, 1])
            place = stated.to_wgs84(vertices[:, 0], vertices[:, 1])
            return np.column_stack((place.lon_deg, place.lat_deg))
    else:

        def moved(vertices: FloatArray) -> FloatArray:
            tag = tagged(system, vertices[:, 0], vertices[:, 1])
            place = tag if isinstance(tag, Wgs84) else to_wgs84(tag)  # type: ignore[arg-type]
            if len(vertices):
                Wgs84(place.lon_deg, place.lat_deg)  # nowhere on Earth is refused by what came out
            return np.column_stack((place.lon_deg, place.lat_deg))

    return list(shapely.transform(list(geometries), moved))


def swapped(geometry: BaseGeometry) -> BaseGeometry:
    """The same shape with its axes exchanged."""
    exchanged: BaseGeometry = shapely.transform(geometry, lambda vertices: vertices[:, ::-1])
    return exchanged


def fitting_systems(
    geometries: Sequence[BaseGeometry], near: BaseGeometry, stated: str
) -> list[str]:
    """Systems in which nearly all of a layer would lie near the known land; for an advice.

    Args:
        geometries: in the file's coordinates.
        near: where they should be, WGS 84.
        stated: system that does not fit.
    """
    fits = []
    lon_deg = near.centroid.x
    meridians = sorted({3 * round(lon_deg / 3.0 + step) for step in (-1, 0, 1)})
    zones = [
        f"EPSG:{4534 + (meridian - 75) // 3}" for meridian in meridians if 75 <= meridian <= 135
    ]
    for system in ("WGS84", "GK", *zones, f"EPSG:{32601 + int((lon_deg + 180.0) // 6.0)}"):
        if system == stated:
            continue
        try:
            inside = let_in(geometries, system)
        except InputRefused:
            continue
        if float(np.mean(shapely.intersects(inside, near))) > 0.9:
            fits.append(system)
    return fits
