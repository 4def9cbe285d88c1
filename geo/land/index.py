"""Set a fix against the land: whose township is it, and what is near.

Every number is told for the whole fix, not for its best point: a township has the probability of
the places that lie in it, a distance has the range that it takes over the 90 % outlines.
"""

import math
from collections.abc import Iterable, Sequence

import shapely

from geo.crs import LocalFrame
from geo.joint import JointPlace
from models.fix import Fix
from models.land import LandAnswer, LandFeature, Layer, NearestAsset, UnitShare
from models.units import wrap_bearing_deg

__all__ = ["LandIndex"]

LEAST_PROBABILITY = 0.001


class LandIndex:
    """Land features, ready to be asked; never changed after it was built.

    Args:
        features: of all layers. They are searched in one metric frame around their common middle,
            true to 1e-4 for features up to 150 km from it; the distance and bearing told are then
            measured from the fire itself.
    """

    def __init__(self, features: Iterable[LandFeature]) -> None:
        by_layer: dict[Layer, list[LandFeature]] = {layer: [] for layer in Layer}
        for feature in features:
            by_layer[feature.layer].append(feature)
        everything = [feature.geometry for group in by_layer.values() for feature in group]
        west, south, east, north = shapely.total_bounds(everything) if everything else (0.0,) * 4
        self._frame = LocalFrame(float(west + east) / 2.0, float(south + north) / 2.0)
        self._layers = [
            _LayerIndex(layer, group, self._frame) for layer, group in by_layer.items() if group
        ]

    def answer(self, fix: Fix) -> LandAnswer:
        """Townships and nearest assets of a fix; empty for a fix without a place."""
        return self.around(
            [
                JointPlace(
                    cluster.position.lon_deg,
                    cluster.position.lat_deg,
                    cluster.weight,
                    cluster.r90_m,
                    cluster.outline_lonlat,
                )
                for cluster in fix.clusters
            ]
        )

    def around(self, places: Sequence[JointPlace]) -> LandAnswer:
        """The same of any places with their weights, the best first; empty without one."""
        if not places:
            return LandAnswer()
        best = places[0]
        fire = LocalFrame(best.lon_deg, best.lat_deg)
        outlines = [
            self._frame.geometry_to_metric(shapely.Polygon(place.outline_lonlat))
            for place in places
        ]
        weights = [place.weight for place in places]
        point = shapely.Point(self._frame.to_metric(best.lon_deg, best.lat_deg))
        townships: tuple[UnitShare, ...] = ()
        nearest = []
        for layer in self._layers:
            if layer.layer is Layer.TOWNSHIP:
                townships = layer.shares(outlines, weights)
            nearest.append(layer.nearest(point, outlines, fire, self._frame))
        return LandAnswer(townships, tuple(nearest))


class _LayerIndex:
    """The features of one layer in the metric frame, with their tree."""

    def __init__(self, layer: Layer, features: list[LandFeature], frame: LocalFrame) -> None:
        self.layer = layer
        self._features = features
        self._geometries = [frame.geometry_to_metric(feature.geometry) for feature in features]
        self._tree = shapely.STRtree(self._geometries)

    def shares(
        self, outlines: list[shapely.Polygon], weights: list[float]
    ) -> tuple[UnitShare, ...]:
        """Probability of each unit: the clusters' weights, shared out by area."""
        found: dict[int, float] = {}
        for outline, weight in zip(outlines, weights, strict=True):
            for index in self._tree.query(outline, predicate="intersects").tolist():
                inside = self._geometries[index].intersection(outline).area / outline.area
                found[index] = found.get(index, 0.0) + weight * inside
        shares = [
            UnitShare(self._features[index].code, self._features[index].name, min(1.0, probability))
            for index, probability in found.items()
            if probability >= LEAST_PROBABILITY
        ]
        return tuple(sorted(shares, key=lambda share: (-share.probability, share.code)))

    def nearest(
        self,
        point: shapely.Point,
        outlines: list[shapely.Polygon],
        fire: LocalFrame,
        frame: LocalFrame,
    ) -> NearestAsset:
        """The feature nearest to the point, measured from the fire's own frame."""
        index = int(self._tree.nearest(point))
        feature, geometry = self._features[index], self._geometries[index]
        end = shapely.get_coordinates(shapely.shortest_line(point, geometry))[1]
        x_m, y_m = fire.to_metric(*frame.to_lonlat(float(end[0]), float(end[1])))
        inside = bool(geometry.intersects(point))
        distance_m = 0.0 if inside else math.hypot(x_m, y_m)
        corners = shapely.points(shapely.get_coordinates(outlines))
        return NearestAsset(
            layer=feature.layer,
            code=feature.code,
            name=feature.name,
            distance_m=distance_m,
            distance_min_m=min(distance_m, float(shapely.distance(outlines, geometry).min())),
            distance_max_m=max(distance_m, float(shapely.distance(corners, geometry).max())),
            bearing_deg=None if inside else wrap_bearing_deg(math.degrees(math.atan2(x_m, y_m))),
            drill=feature.drill,
        )
