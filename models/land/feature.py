"""One thing on the land."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry

from models.land.layers import Layer

__all__ = ["Fact", "LandFeature", "feature_tag", "same_feature"]

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


def same_feature(first: LandFeature | None, second: LandFeature | None) -> bool:
    """Whether two are the same to the last bit, heights and the types of their facts too.

    Plain ``==`` takes 1 for True and 1.0; a file that turned one into the other has changed it. The
    order of the facts says nothing.
    """
    if first is None or second is None:
        return first is second
    return _identity(first) == _identity(second)


def feature_tag(feature: LandFeature) -> str:
    """A short name of exactly this state; another state has another one."""
    layer, code, name, drill, wkb, facts = _identity(feature)
    text = json.dumps([layer, code, name, drill, wkb.hex(), facts])
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:20]


def _identity(feature: LandFeature) -> tuple[Layer, str, str, bool, bytes, str]:
    facts = json.dumps(feature.properties, sort_keys=True)
    wkb = bytes(shapely.to_wkb(feature.geometry, include_srid=False))
    return feature.layer, feature.code, feature.name, feature.drill, wkb, facts
