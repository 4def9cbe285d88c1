"""One thing on the land."""

from dataclasses import dataclass, field
from typing import TypeAlias

from shapely.geometry.base import BaseGeometry

from models.land.layers import Layer

__all__ = ["Fact", "LandFeature"]

Fact: TypeAlias = str | bool | int | float | None
"""A further fact of a feature, as GeoJSON carries it."""


@dataclass(frozen=True, slots=True)
class LandFeature:
    """One feature of one layer.

    Attributes:
        layer: kind.
        code: stable key inside its layer (an official unit code for townships and villages).
        name: as the bureau calls it.
        geometry: WGS 84 lon, lat; never empty.
        drill: True for an invented feature: shown and exported as such.
        properties: further facts; those that :mod:`models.land.attributes` knows under its keys,
            with units in their names (``depth_m``, ``width_m``), others as they came.
    """

    layer: Layer
    code: str
    name: str
    geometry: BaseGeometry
    drill: bool
    properties: dict[str, Fact] = field(default_factory=dict)
