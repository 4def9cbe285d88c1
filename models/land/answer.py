"""What an alert says of the land around it, as it is kept with the alert."""

from dataclasses import dataclass

from models.land.layers import Layer

__all__ = ["LandAnswer", "NearestAsset", "UnitShare"]


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
