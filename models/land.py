"""The land that a fire is set against: units, belts, water, roads, gates."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from shapely.geometry.base import BaseGeometry

__all__ = ["Fact", "LandAnswer", "LandFeature", "Layer", "NearestAsset", "UnitShare"]


Fact: TypeAlias = str | bool | int | float | None
"""A further fact of a feature, as GeoJSON carries it."""


class Layer(StrEnum):
    """Kinds of land features."""

    TOWNSHIP = "township"
    VILLAGE = "village"
    FOREST_BELT = "forest_belt"  # 林火阻隔带
    WATER_POINT = "water_point"  # 直升机取水点
    HELIPAD = "helipad"  # 停机坪
    HYDRANT = "hydrant"  # fire-water network
    ROAD = "road"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class LandFeature:
    """One feature of one layer.

    Attributes:
        layer: kind.
        code: stable key inside its layer (an official unit code for townships and villages).
        name: as the bureau calls it.
        geometry: WGS 84 lon, lat; never empty.
        drill: True for an invented feature: shown and exported as such.
        properties: further facts with units in their names (``depth_m``, ``width_m``).
    """

    layer: Layer
    code: str
    name: str
    geometry: BaseGeometry
    drill: bool
    properties: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitShare:
    """A township that may have the fire, with its probability (0, 1]."""

    code: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class NearestAsset:
    """The nearest feature of a layer, as seen from the fire.

    Attributes:
        layer: kind.
        code: key inside the layer.
        name: of the feature.
        distance_m: from the fix's best position.
        distance_min_m: over the fix's 90 % outline.
        distance_max_m: over the fix's 90 % outline.
        bearing_deg: from the fire to the nearest point of the feature; None when it lies inside.
        drill: the feature is invented.
    """

    layer: Layer
    code: str
    name: str
    distance_m: float
    distance_min_m: float
    distance_max_m: float
    bearing_deg: float | None
    drill: bool


@dataclass(frozen=True, slots=True)
class LandAnswer:
    """What the land says about a fix.

    Attributes:
        townships: by falling probability; several when the clusters lie in several units.
        nearest: one per layer that has features, in the order of :class:`Layer`.
    """

    townships: tuple[UnitShare, ...] = ()
    nearest: tuple[NearestAsset, ...] = ()
