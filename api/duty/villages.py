"""Which villages a fire may lie in."""

from collections.abc import Iterable
from typing import Final

import shapely

from geo.joint import JointPlace
from geo.land import LandIndex
from geo.land.region import FireRegion
from geo.land.shares import shares_of
from models.land import Layer

__all__ = ["NEAR_M", "villages_of"]

NEAR_M: Final = 2_000.0
"""A village that is drawn as a point may have the fire where its region comes so near to it."""


def villages_of(index: LandIndex, places: Iterable[JointPlace]) -> frozenset[str]:
    """Codes of villages that a fire may lie in.

    These are areas that its region touches, and points that it comes within :data:`NEAR_M` of.

    Args:
        index: of the land.
        places: of the fire, at least one.
    """
    layer = index.land.layers.get(Layer.VILLAGE)
    if layer is None:
        return frozenset()
    region = FireRegion(tuple(places), index.land.frame)
    inside = {share.code for share in shares_of(layer, region)[0]}
    near = layer.tree.query(region.outlines, predicate="dwithin", distance=NEAR_M)[1]
    points = {
        layer.features[number].code
        for number in near.tolist()
        if shapely.get_dimensions(layer.shapes[number]) == 0
    }
    return frozenset(inside | points)
