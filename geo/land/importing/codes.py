"""Codes for features whose file has none: the same when the same file comes again."""

import hashlib

import shapely
from shapely.geometry.base import BaseGeometry

from models.land import Layer

__all__ = ["made_code"]

_GRID_DEG = 1e-6  # a tenth of a metre: formats that round a little more or less agree


def made_code(layer: Layer, name: str, geometry: BaseGeometry) -> str:
    """A code of the layer's letters and a hash of name and place."""
    west, south, east, north = (round(value / _GRID_DEG) for value in geometry.bounds)
    middle = geometry.representative_point()
    text = f"{layer}|{name}|{west}|{south}|{east}|{north}|{shapely.get_num_coordinates(geometry)}"
    text += f"|{geometry.geom_type}|{round(middle.x, 5)}|{round(middle.y, 5)}"
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:10]
    letters = (
        "".join(part[0] for part in layer.value.split("_"))
        if "_" in layer.value
        else layer.value[:2]
    )
    return f"{letters.upper()}-{digest}"
