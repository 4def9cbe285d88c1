"""The region that a fire may lie in, and how features lie to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.joint import JointPlace
from geo.land.reach import farthest_m
from models.fix import Fix
from models.land import Asset, LandFeature, Route
from models.units import FloatArray, wrap_bearing_deg

__all__ = ["FireRegion", "Reach", "places_of", "round_place"]

SMALLEST_RADIUS_M: Final = 1.0
SMALLEST_AREA_M2: Final = 1.0
_CORNERS: Final = 64
_LEAST_CORNERS: Final = 4  # of a closed ring


@dataclass(frozen=True, slots=True)
class Reach:
    """How far something is from a fire.

    Attributes:
        distance_m: from the best place.
        distance_min_m: over the outlines and the best place.
        distance_max_m: likewise.
        bearing_deg: true, from the best place to its nearest point; None when it lies inside.
    """

    distance_m: float
    distance_min_m: float
    distance_max_m: float
    bearing_deg: float | None


def places_of(fix: Fix) -> list[JointPlace]:
    """The clusters of a fix as places, the best first; none without a place."""
    return [
        JointPlace(
            cluster.position.lon_deg,
            cluster.position.lat_deg,
            cluster.weight,
            cluster.r90_m,
            cluster.outline_lonlat,
        )
        for cluster in fix.clusters
    ]


def round_place(lon_deg: float, lat_deg: float, radius_m: float) -> JointPlace:
    """A place that somebody pointed at.

    Args:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        radius_m: that the fire lies within; below a metre it is taken for one.

    Raises:
        ValueError: no place on Earth.
    """
    radius_m = max(radius_m, SMALLEST_RADIUS_M)
    frame = LocalFrame(lon_deg, lat_deg)
    angles = np.linspace(0.0, 2.0 * math.pi, _CORNERS + 1)
    # Corners a little out, so that the sides touch the circle and nothing of it is left out.
    out_m = radius_m / math.cos(math.pi / _CORNERS)
    lon, lat = frame.to_lonlat(out_m * np.cos(angles), out_m * np.sin(angles))
    ring = list(zip(lon.tolist(), lat.tolist(), strict=True))
    ring[-1] = ring[0]
    return JointPlace(lon_deg, lat_deg, 1.0, radius_m, tuple(ring))


class FireRegion:
    """Places of a fire in the land's plane.

    Args:
        places: with their weights, the best first; at least one.
        frame: of the land.

    Attributes:
        best_lonlat: the best place.
        middles: of all places, metres.
        point: the best place, metres.
        weights: of the places.
        outlines: (places,) polygons, metres.
        corners: of all outlines, (n, 2).
        fire: a frame around the best place: true on the ellipsoid, and its north is north.
    """

    def __init__(self, places: Sequence[JointPlace], frame: LocalFrame) -> None:
        best = places[0]
        self.places = tuple(places)
        self.frame = frame
        self.best_lonlat = (best.lon_deg, best.lat_deg)
        lon_deg = np.array([place.lon_deg for place in places])
        lat_deg = np.array([place.lat_deg for place in places])
        x_m, y_m = frame.to_metric(lon_deg, lat_deg)
        self.middles: list[tuple[float, float]] = list(zip(x_m.tolist(), y_m.tolist(), strict=True))
        self.point = shapely.Point(self.middles[0])
        self.weights = [place.weight for place in places]
        self.outlines: NDArray[np.object_] = np.array(
            [_outline(place, frame) for place in places], dtype=object
        )
        self.corners: FloatArray = shapely.get_coordinates(self.outlines)
        itself = (frame.lon_deg, frame.lat_deg) == self.best_lonlat
        self.fire = frame if itself else LocalFrame(*self.best_lonlat)

    def reaches(self, shapes: NDArray[np.object_]) -> list[Reach]:
        """How far each of some shapes in the land's plane is."""
        if not len(shapes):
            return []
        lon_deg, lat_deg = self._ends(shapes)
        # Measured once more from the fire itself: true on the ellipsoid, and north is north.
        east_m, north_m = self.fire.to_metric(lon_deg, lat_deg)
        inside = shapely.intersects(shapes, self.point)
        distance_m = np.where(inside, 0.0, np.hypot(east_m, north_m))
        bearing = np.degrees(np.arctan2(east_m, north_m))
        near_m = shapely.distance(self.outlines[:, None], shapes).min(axis=0)
        far_m = self._far_m(shapes)
        return [
            Reach(
                distance_m=float(distance_m[row]),
                distance_min_m=float(min(distance_m[row], near_m[row])),
                distance_max_m=float(max(distance_m[row], far_m[row])),
                bearing_deg=None if inside[row] else wrap_bearing_deg(float(bearing[row])),
            )
            for row in range(len(shapes))
        ]

    def ends(self, shapes: NDArray[np.object_]) -> list[tuple[float, float]]:
        """The place of each shape that is nearest to the best place, (lon, lat)."""
        lon_deg, lat_deg = self._ends(shapes)
        return list(zip(lon_deg.tolist(), lat_deg.tolist(), strict=True))

    def _ends(self, shapes: NDArray[np.object_]) -> tuple[FloatArray, FloatArray]:
        ends = shapely.get_coordinates(shapely.shortest_line(self.point, shapes))[1::2]
        return self.frame.to_lonlat(ends[:, 0], ends[:, 1])

    def asset(self, feature: LandFeature, reach: Reach, route: Route | None = None) -> Asset:
        """A feature with its distances."""
        return Asset(
            layer=feature.layer,
            code=feature.code,
            name=feature.name,
            distance_m=reach.distance_m,
            distance_min_m=reach.distance_min_m,
            distance_max_m=reach.distance_max_m,
            bearing_deg=reach.bearing_deg,
            drill=feature.drill,
            route=route,
            facts=feature.properties,
        )

    def _far_m(self, shapes: NDArray[np.object_]) -> FloatArray:
        """The greatest distances; to a point it is taken at a corner, for many at once."""
        far_m = np.empty(len(shapes))
        points = shapely.get_dimensions(shapes) == 0
        at = shapely.get_coordinates(shapes[points])
        apart = self.corners[:, None] - at
        far_m[points] = np.hypot(apart[..., 0], apart[..., 1]).max(axis=0, initial=0.0)
        for row in np.flatnonzero(~points).tolist():
            far_m[row] = farthest_m(self.outlines, shapes[row])
        return far_m


def _outline(place: JointPlace, frame: LocalFrame) -> BaseGeometry:
    """The ring as an area; one that crosses itself or has none is mended, never dropped."""
    if len(place.outline_lonlat) >= _LEAST_CORNERS:
        ring = shapely.Polygon(place.outline_lonlat)
        outline: BaseGeometry = frame.geometry_to_metric(ring)
        if not outline.is_valid:
            outline = shapely.make_valid(outline, method="structure", keep_collapsed=False)
        if outline.area >= SMALLEST_AREA_M2:
            return outline
    return frame.geometry_to_metric(
        shapely.Polygon(round_place(place.lon_deg, place.lat_deg, place.r90_m).outline_lonlat)
    )
