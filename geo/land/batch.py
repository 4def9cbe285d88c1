"""Many places at once: whose land each is on, and what is nearest to it of every facility layer.

For maps, statistics and plans over the whole district. Exact, as a single question is: tables over
a grid only leave out what cannot be the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from geo.land.metric import MetricLand, MetricLayer
from geo.land.pieces import IndexArray, Pieces, pieces_of
from geo.land.raster import Grid, NearTable, UnitTable, near_table, unit_table
from models.land import FACILITIES, Layer
from models.units import FloatArray

__all__ = ["LandBatch", "NearestOf", "PlacesAnswer"]

_TOGETHER: Final = 16_384  # places at a time, so that their arrays stay in the processor's cache
_AREA: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class NearestOf:
    """Of one layer, for each place.

    Attributes:
        feature: (places,) number of the nearest feature in its layer.
        distance_m: (places,) to it; 0 inside an area.
    """

    feature: IndexArray
    distance_m: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PlacesAnswer:
    """For each place.

    Attributes:
        unit: (places,) number of the township that holds it; -1 without one.
        nearest: by facility layer that has features.
    """

    unit: IndexArray
    nearest: dict[Layer, NearestOf]


class LandBatch:
    """A land ready for questions by the thousand; its tables are made at the first question.

    Args:
        land: in metres.
    """

    def __init__(self, land: MetricLand) -> None:
        self._land = land
        self._near: dict[Layer, _LayerBatch] = {}
        self._units: dict[Layer, UnitTable] = {}

    @cached_property
    def _grid(self) -> Grid:
        return Grid.over(np.concatenate([one.boxes for one in self._land.layers.values()]))

    def prepare(self) -> None:
        """Make every table that :meth:`query` needs."""
        for layer in (Layer.TOWNSHIP, *FACILITIES):
            metric = self._land.layers.get(layer)
            if metric is not None:
                _ = self._unit_table(metric) if layer is Layer.TOWNSHIP else self._batch(metric)

    def query(self, lonlat: FloatArray) -> PlacesAnswer:
        """The township and the nearest feature of every facility layer.

        Args:
            lonlat: (places, 2), WGS 84.
        """
        x_m, y_m = self._metric(lonlat)
        layers = [self._land.layers[layer] for layer in FACILITIES if layer in self._land.layers]
        nearest = {one.layer: _empty(len(x_m)) for one in layers}
        unit = np.full(len(x_m), -1, dtype=np.intp)
        townships = self._land.layers.get(Layer.TOWNSHIP)
        for part in _parts(len(x_m)):
            here = x_m[part], y_m[part]
            if townships is not None:
                unit[part] = self._units_at(townships, *here)
            for metric in layers:
                found = nearest[metric.layer]
                feature, distance_m = self._batch(metric).nearest(self._grid, *here)
                found.feature[part], found.distance_m[part] = feature, distance_m
        return PlacesAnswer(unit, nearest)

    def units_of(self, lonlat: FloatArray, layer: Layer = Layer.TOWNSHIP) -> IndexArray:
        """(places,) number of the feature of a layer of areas that holds each; -1 without one.

        Where several do, the first in the layer's order.
        """
        x_m, y_m = self._metric(lonlat)
        unit = np.full(len(x_m), -1, dtype=np.intp)
        metric = self._land.layers.get(layer)
        if metric is not None:
            for part in _parts(len(x_m)):
                unit[part] = self._units_at(metric, x_m[part], y_m[part])
        return unit

    def nearest_of(self, layer: Layer, lonlat: FloatArray) -> NearestOf | None:
        """The nearest feature of one layer; None when it has none."""
        metric = self._land.layers.get(layer)
        if metric is None:
            return None
        x_m, y_m = self._metric(lonlat)
        found = _empty(len(x_m))
        for part in _parts(len(x_m)):
            feature, distance_m = self._batch(metric).nearest(self._grid, x_m[part], y_m[part])
            found.feature[part], found.distance_m[part] = feature, distance_m
        return found

    def _metric(self, lonlat: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._land.frame.to_metric(
            np.ascontiguousarray(lonlat[:, 0], dtype=np.float64),
            np.ascontiguousarray(lonlat[:, 1], dtype=np.float64),
        )

    def _units_at(self, metric: MetricLayer, x_m: FloatArray, y_m: FloatArray) -> IndexArray:
        cell, inside = self._grid.cells(x_m, y_m)
        found = self._unit_table(metric).holders(cell, x_m, y_m)
        found[~inside] = -1  # the grid reaches beyond every feature
        return found

    def _unit_table(self, metric: MetricLayer) -> UnitTable:
        if metric.layer not in self._units:
            self._units[metric.layer] = unit_table(self._grid, metric.shapes)
        return self._units[metric.layer]

    def _batch(self, metric: MetricLayer) -> "_LayerBatch":
        if metric.layer not in self._near:
            self._near[metric.layer] = _LayerBatch(self._grid, metric)
        return self._near[metric.layer]


class _LayerBatch:
    """One layer with its table."""

    def __init__(self, grid: Grid, metric: MetricLayer) -> None:
        self._metric = metric
        self._pieces: Pieces = pieces_of(metric.shapes)
        self._table: NearTable = near_table(grid, self._pieces, metric.tree)
        areal = shapely.get_dimensions(metric.shapes) == _AREA
        self._areas: UnitTable | None = None
        if areal.any():
            self._area_number = np.flatnonzero(areal)
            self._areas = unit_table(grid, metric.shapes[areal])

    def nearest(
        self, grid: Grid, x_m: FloatArray, y_m: FloatArray
    ) -> tuple[IndexArray, FloatArray]:
        cell, inside = grid.cells(x_m, y_m)
        piece, squared = self._table.nearest(self._pieces, cell, x_m, y_m)
        feature, distance_m = self._pieces.owner[piece], np.sqrt(squared)
        if self._areas is not None:
            holder = self._areas.holders(cell, x_m, y_m)
            held = holder >= 0
            feature[held] = self._area_number[holder[held]]
            distance_m[held] = 0.0
        if not inside.all():
            self._far(np.flatnonzero(~inside), x_m, y_m, feature, distance_m)
        return feature, distance_m

    def _far(
        self,
        rows: IndexArray,
        x_m: FloatArray,
        y_m: FloatArray,
        feature: IndexArray,
        distance_m: FloatArray,
    ) -> None:
        """Places beyond the grid, one by one through the layer's tree."""
        points = shapely.points(np.column_stack((x_m[rows], y_m[rows])))
        found, apart_m = self._metric.tree.query_nearest(
            points, return_distance=True, all_matches=False
        )
        feature[rows[found[0]]] = found[1]
        distance_m[rows[found[0]]] = apart_m


def _parts(count: int) -> Iterator[slice]:
    return (slice(begin, begin + _TOGETHER) for begin in range(0, count, _TOGETHER))


def _empty(count: int) -> NearestOf:
    return NearestOf(np.zeros(count, dtype=np.intp), np.zeros(count))
