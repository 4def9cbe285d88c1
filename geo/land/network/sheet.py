"""The land as the network view asks it: in one plane, what holds, and whose it is."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import shapely

from geo.land.metric import MetricLand, MetricLayer
from geo.land.network.pieces import Pieces
from geo.land.risk import FAILING
from models.config import NetworkRule
from models.land import FindingKind, LandFeature, Layer, NotJudged

__all__ = ["ABSENT", "Sheet"]

ABSENT: Final = frozenset({"unusable", "planned"})
"""States of a facility that is not there to be used."""

GUARDING: Final = frozenset({"motorway", "national", "provincial", "county"})
"""Classes of road that are wide enough when nobody has stated a width."""

_AREA: Final = 2


class Sheet:
    """A land to be surveyed.

    Args:
        features: of all layers.
        rule: what counts.
    """

    def __init__(self, features: Iterable[LandFeature], rule: NetworkRule) -> None:
        self.land = MetricLand(features)
        self.rule = rule
        self.frame = self.land.frame
        self.stands = self._where(Layer.FOREST_STAND, frozenset())
        self.belts = self._where(Layer.FOREST_BELT, FAILING)
        self.roads = self._where(Layer.ROAD, ABSENT)
        self.wide_roads = _chosen(self.roads, [_guards(one, rule) for one in self.roads.features])
        water = self._where(Layer.WATER_POINT, ABSENT)
        self.waters = _chosen(water, (shapely.get_dimensions(water.shapes) == _AREA).tolist())
        self.barriers = Pieces(self.belts, self.wide_roads, self.waters)

    def layer(self, layer: Layer) -> MetricLayer:
        """All features of a layer; an empty one where there is none."""
        found = self.land.layers.get(layer)
        return MetricLayer(layer, (), np.array([], dtype=object)) if found is None else found

    def working(self, layer: Layer) -> MetricLayer:
        """Features of a layer that are there to be used."""
        return self._where(layer, ABSENT)

    def lacking(self, kind: FindingKind, *layers: Layer) -> list[NotJudged]:
        """One entry when none of the layers has a feature that is there to be used."""
        if any(len(self.working(layer).features) for layer in layers):
            return []
        return [NotJudged(kind, layers)]

    def _where(self, layer: Layer, without: frozenset[str]) -> MetricLayer:
        whole = self.layer(layer)
        return _chosen(
            whole, [each.properties.get("state") not in without for each in whole.features]
        )


def _chosen(layer: MetricLayer, wanted: Sequence[bool]) -> MetricLayer:
    kept = tuple(one for one, keep in zip(layer.features, wanted, strict=True) if keep)
    return MetricLayer(layer.layer, kept, layer.shapes[np.array(wanted, dtype=np.bool_)])


def _guards(road: LandFeature, rule: NetworkRule) -> bool:
    width_m = road.properties.get("width_m")
    if isinstance(width_m, int | float) and not isinstance(width_m, bool):
        return float(width_m) >= rule.road_width_m
    return road.properties.get("class") in GUARDING
