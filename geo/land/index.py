"""Set a fix against the land: whose township is it, and what is near.

Every number is told for the whole fix, not for its best point: a township has the probability of
the places that lie in it, a distance has the range that it takes over the 90 % outlines.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from geo.joint import JointPlace
from geo.land.batch import LandBatch
from geo.land.metric import MetricLand
from geo.land.region import FireRegion, places_of
from geo.land.shares import shares_of
from models.fix import Fix
from models.land import FACILITIES, UNITS, LandAnswer, LandFeature, Layer, NearestAsset, UnitShare

__all__ = ["LandIndex"]

MOST_KEPT: Final = 5000
"""Places whose townships are remembered."""


class LandIndex:
    """Land features, ready to be asked; never changed after it was built.

    Args:
        features: of all layers. They are searched in one metric frame around their common middle,
            true to 1e-4 for features up to 150 km from it; the distance and bearing told are then
            measured from the fire itself.

    Attributes:
        land: the same in metres.
    """

    def __init__(self, features: Iterable[LandFeature]) -> None:
        self.land = MetricLand(features)
        self._townships: dict[tuple[JointPlace, ...], tuple[UnitShare, ...]] = {}

    @cached_property
    def batch(self) -> LandBatch:
        """For questions by the thousand."""
        return LandBatch(self.land)

    def answer(self, fix: Fix) -> LandAnswer:
        """Townships and nearest assets of a fix; empty for a fix without a place."""
        return self.around(places_of(fix))

    def townships(self, places: Sequence[JointPlace]) -> tuple[UnitShare, ...]:
        """Townships of :meth:`around` alone; lists ask for the same places again and again."""
        key = tuple(places)
        known = self._townships.get(key)
        if known is None:
            known = self._townships_of(key)
            if len(self._townships) >= MOST_KEPT:
                self._townships.clear()
            self._townships[key] = known
        return known

    def _townships_of(self, places: Sequence[JointPlace]) -> tuple[UnitShare, ...]:
        if not places or Layer.TOWNSHIP not in self.land.layers:
            return ()
        region = FireRegion(places, self.land.frame)
        return shares_of(self.land.layers[Layer.TOWNSHIP], region)[0]

    def around(self, places: Sequence[JointPlace]) -> LandAnswer:
        """The same of any places with their weights, the best first; empty without one."""
        if not places:
            return LandAnswer()
        region = FireRegion(places, self.land.frame)
        layers = [self.land.layers[one] for one in (*UNITS, *FACILITIES) if one in self.land.layers]
        townships: tuple[UnitShare, ...] = ()
        if Layer.TOWNSHIP in self.land.layers:
            townships, _ = shares_of(self.land.layers[Layer.TOWNSHIP], region)
        first = [int(layer.near(region.point.x, region.point.y, 1)[0]) for layer in layers]
        shapes = np.empty(len(layers), dtype=object)
        shapes[:] = [layer.shapes[index] for layer, index in zip(layers, first, strict=True)]
        nearest = []
        for layer, index, reach in zip(layers, first, region.reaches(shapes), strict=True):
            feature = layer.features[index]
            nearest.append(
                NearestAsset(
                    layer=feature.layer,
                    code=feature.code,
                    name=feature.name,
                    distance_m=reach.distance_m,
                    distance_min_m=reach.distance_min_m,
                    distance_max_m=reach.distance_max_m,
                    bearing_deg=reach.bearing_deg,
                    drill=feature.drill,
                )
            )
        return LandAnswer(townships, tuple(nearest))
