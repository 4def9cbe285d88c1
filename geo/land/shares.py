"""Whose land a fire is on, with probability, where its region straddles a border."""

from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from geo.land.metric import MetricLayer
from geo.land.region import FireRegion
from models.land import UnitShare

__all__ = ["LEAST_PROBABILITY", "shares_of"]

LEAST_PROBABILITY: Final = 0.001
"""A sliver below it is not told."""
_AREA: Final = 2


def shares_of(layer: MetricLayer, region: FireRegion) -> tuple[tuple[UnitShare, ...], float]:
    """Units by falling probability, and the probability that the fire lies in none of them.

    The weight of each place is shared out by area. Units that overlap each have their share, so
    that a fault of a layer shows as a sum above 1; units that are points hold nothing.

    Args:
        layer: of units.
        region: of the fire.
    """
    found: dict[int, float] = {}
    outside = 0.0
    for outline, weight in zip(region.outlines, region.weights, strict=True):
        hits = layer.tree.query(outline, predicate="intersects")
        shapes = layer.shapes[hits]
        areal = shapely.get_dimensions(shapes) == _AREA
        hits, shapes = hits[areal], shapes[areal]
        shapely.prepare(shapes)  # once for as long as the land stays: thousands of corners
        covering = shapely.covers(shapes, outline)
        parts = [
            outline if whole else _common(shape, outline)
            for shape, whole in zip(shapes, covering.tolist(), strict=True)
        ]
        for index, part in zip(hits.tolist(), parts, strict=True):
            found[index] = found.get(index, 0.0) + weight * part.area / outline.area
        held = 1.0 if covering.any() else float(shapely.union_all(parts).area) / outline.area
        outside += weight * max(0.0, 1.0 - held)
    shares = [
        UnitShare(layer.features[index].code, layer.features[index].name, min(1.0, probability))
        for index, probability in found.items()
        if probability >= LEAST_PROBABILITY
    ]
    told = tuple(sorted(shares, key=lambda share: (-share.probability, share.code)))
    return told, outside if outside >= LEAST_PROBABILITY else 0.0


def _common(shape: BaseGeometry, outline: BaseGeometry) -> BaseGeometry:
    """What lies in both. A township has thousands of corners: those far away are cut off first."""
    west, south, east, north = outline.bounds
    near = shapely.clip_by_rect(shape, west - 1.0, south - 1.0, east + 1.0, north + 1.0)
    return shapely.intersection(near if near.is_valid else shape, outline)
