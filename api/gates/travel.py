"""From the gates of the land to where a fire may be: how far, and how long one drives and walks.

A way along roads is the quickest of :class:`geo.land.RoadNet`. Where the land knows none, there may
be one that it does not know: the straight line is then taken at :data:`STRAIGHT_KM_H`, the speed of
a road of no known class. So short a time keeps the end of the window late, and nobody who could
have been there falls out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import shapely

from geo.joint import JointPlace
from geo.land import LandAsker
from geo.land.region import FireRegion
from geo.land.roads import WALK_KM_H
from models.land import LandFeature, Layer

__all__ = ["MOST_GATES", "STRAIGHT_KM_H", "NearGate", "nearest_gates"]

MOST_GATES: Final = 5
STRAIGHT_KM_H: Final = 25.0

_TRIED: Final = 60
"""So many that are nearest in a straight line are tried along roads."""

By = Literal["road", "straight"]


@dataclass(frozen=True, slots=True)
class NearGate:
    """A gate as it lies to a fire.

    Attributes:
        feature: of the land.
        lon_deg: WGS 84, of its place nearest to the fire.
        lat_deg: likewise.
        distance_m: to the best place, along the way that ``by`` names.
        travel_s: likewise.
        quickest_s: the least over all places that the fire may be at.
        slowest_s: the greatest over them.
        by: how one comes to the best place.
    """

    feature: LandFeature
    lon_deg: float
    lat_deg: float
    distance_m: float
    travel_s: float
    quickest_s: float
    slowest_s: float
    by: By


def nearest_gates(
    asker: LandAsker, places: Sequence[JointPlace], most: int = MOST_GATES
) -> list[NearGate]:
    """The gates that are quickest to where a fire may be, the quickest first.

    Args:
        asker: of the land.
        places: where it may be, the best first; none gives no gate.
        most: gates.
    """
    layer = asker.land.layers.get(Layer.CHECKPOINT)
    if layer is None or not places:
        return []
    region = FireRegion(places, asker.land.frame)
    near = layer.near(region.point.x, region.point.y, _TRIED)
    shapes = layer.shapes[near]
    ends = region.ends(shapes)
    straight_m = [
        shapely.distance(shapes, shapely.Point(middle)).tolist() for middle in region.middles
    ]
    straight_m[0] = [reach.distance_m for reach in region.reaches(shapes)]
    ways = [
        _ways(asker, place, ends, apart_m)
        for place, apart_m in zip(places, straight_m, strict=True)
    ]
    found = []
    for row, index in enumerate(near.tolist()):
        seconds = [of_place[row].seconds for of_place in ways]
        way = ways[0][row]
        lon_deg, lat_deg = ends[row]
        found.append(
            NearGate(
                feature=layer.features[index],
                lon_deg=lon_deg,
                lat_deg=lat_deg,
                distance_m=way.distance_m,
                travel_s=way.seconds,
                quickest_s=min(seconds),
                slowest_s=max(seconds),
                by=way.by,
            )
        )
    return sorted(found, key=lambda gate: (gate.travel_s, gate.feature.code))[:most]


@dataclass(frozen=True, slots=True, order=True)
class _Way:
    seconds: float
    distance_m: float
    by: By

    @classmethod
    def straight(cls, distance_m: float, km_h: float) -> "_Way":
        """At a speed."""
        return cls(distance_m * 3.6 / km_h, distance_m, "straight")


def _ways(
    asker: LandAsker,
    place: JointPlace,
    ends: Sequence[tuple[float, float]],
    straight_m: Sequence[float],
) -> list[_Way]:
    """From each gate to one place."""
    roads = asker.roads
    routes = (
        [None] * len(ends)
        if roads is None
        else roads.routes((place.lon_deg, place.lat_deg), list(ends))
    )
    return [
        _Way.straight(apart_m, STRAIGHT_KM_H)
        if route is None
        else min(
            _Way(60.0 * route.minutes, route.road_m + route.off_road_m, "road"),
            _Way.straight(apart_m, WALK_KM_H),
        )
        for route, apart_m in zip(routes, straight_m, strict=True)
    ]
