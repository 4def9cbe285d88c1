"""The land in one metric plane: what every question is measured in."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import LocalFrame
from models.land import LandFeature, Layer
from models.units import FloatArray

__all__ = ["MetricLand", "MetricLayer"]

_LAST_DIGITS = 1e-9


@dataclass(frozen=True, eq=False)
class MetricLayer:
    """The features of one layer with their shapes in metres.

    Attributes:
        layer: which.
        features: in the order in which they were given.
        shapes: (features,) of geometries.
    """

    layer: Layer
    features: tuple[LandFeature, ...]
    shapes: NDArray[np.object_]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def boxes(self) -> FloatArray:
        """(features, 4): west, south, east, north."""
        boxes: FloatArray = shapely.bounds(self.shapes)
        return boxes

    @cached_property
    def _sides(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        west, south, east, north = np.ascontiguousarray(self.boxes.T)
        return west, south, east, north

    def near(self, x_m: float, y_m: float, count: int) -> NDArray[np.intp]:
        """The features nearest to a place by their true distances, the nearest first.

        Args:
            x_m: in the land's frame.
            y_m: likewise.
            count: how many, at most.
        """
        west, south, east, north = self._sides
        apart_x = np.maximum(np.maximum(west - x_m, x_m - east), 0.0)
        apart_y = np.maximum(np.maximum(south - y_m, y_m - north), 0.0)
        least_m = np.hypot(apart_x, apart_y)
        point = shapely.Point(x_m, y_m)
        chosen = np.arange(len(least_m))
        if count < len(least_m):
            chosen = np.argpartition(least_m, count - 1)[:count]
        reach_m = float(shapely.distance(self.shapes[chosen], point).max())
        # A box lies no farther than what is in it: whose box is farther than reached is no rival.
        # Two ways to reckon a distance differ in its last digits.
        reach_m += _LAST_DIGITS * max(1.0, reach_m)
        chosen = np.flatnonzero(least_m <= reach_m)
        exact_m = shapely.distance(self.shapes[chosen], point)
        return chosen[np.argsort(exact_m, kind="stable")[:count]]


class MetricLand:
    """All layers in one plane around their common middle, true to 1e-5 within 50 km of it.

    Args:
        features: of all layers.
    """

    def __init__(self, features: Iterable[LandFeature]) -> None:
        by_layer: dict[Layer, list[LandFeature]] = {layer: [] for layer in Layer}
        for feature in features:
            by_layer[feature.layer].append(feature)
        shapes = [one.geometry for group in by_layer.values() for one in group]
        west, south, east, north = shapely.total_bounds(shapes) if shapes else (0.0,) * 4
        self.frame = LocalFrame(float(west + east) / 2.0, float(south + north) / 2.0)
        self.layers = {
            layer: MetricLayer(layer, tuple(group), self._metric(group))
            for layer, group in by_layer.items()
            if group
        }

    def _metric(self, group: list[LandFeature]) -> NDArray[np.object_]:
        """One transformation for all vertices of a layer: thousands of small ones take seconds."""
        shapes = np.array([one.geometry for one in group], dtype=object)
        flat = shapely.force_2d(shapes)

        def moved(vertices: FloatArray) -> FloatArray:
            return np.column_stack(self.frame.to_metric(vertices[:, 0], vertices[:, 1]))

        metric: NDArray[np.object_] = shapely.transform(flat, moved)
        return metric
