"""Ways along known roads: from a fire to stations, gates, pools and whatever else stands near one.

How lines become a graph is told in :mod:`geo.land.noding`. A way is the quickest one: driving at
the speed of each road's class (:data:`SPEEDS_KM_H`, or its own ``speed_km_h``), and on foot
(:data:`WALK_KM_H`) from the road to the fire and to the facility. Roads that are unusable or only
planned are left out. Nobody gets on or off a motorway but at its ends.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import LocalFrame
from geo.land.helicopter import number_of
from geo.land.noding import RoadLine, noded
from geo.land.ways import WALK_KM_H, Reached, RoadGraph, Stop
from models.land import LandFeature, Layer, Route

__all__ = ["FIRE_REACH_M", "SPEEDS_KM_H", "STOP_REACH_M", "WALK_KM_H", "RoadNet"]

SPEEDS_KM_H: Final = {
    "motorway": 80.0,
    "national": 60.0,
    "provincial": 50.0,
    "county": 40.0,
    "township": 30.0,
    "village": 25.0,
    "forest": 20.0,
    "track": 12.0,
}
"""Of a loaded fire engine on mountain roads: our assumption, below the classes' design speeds. A
road's own ``speed_km_h`` counts before it."""

UNKNOWN_KM_H: Final = 25.0
STOP_REACH_M: Final = 500.0
"""A facility farther from every road has no known way."""

FIRE_REACH_M: Final = 3_000.0
"""Likewise of a fire."""

_FURTHER: Final = 2.0  # roads up to so many times as far as the nearest one
_FURTHER_M: Final = 500.0  # and so much more may still be the quicker way in


class RoadNet:
    """The roads of a land as a graph; built once, then asked from any number of threads.

    Args:
        features: of any layers; roads make the graph. Lengths are true to 1e-4 up to 150 km from
            their common middle.
    """

    def __init__(self, features: Iterable[LandFeature]) -> None:
        roads = [
            feature
            for feature in features
            if feature.layer is Layer.ROAD
            and feature.properties.get("state") not in ("unusable", "planned")
        ]
        west, south, east, north = (
            shapely.total_bounds([road.geometry for road in roads]) if roads else (0.0,) * 4
        )
        self._frame = LocalFrame(float(west + east) / 2.0, float(south + north) / 2.0)
        lines = [line for road in roads for line in _lines_of(road, self._frame)]
        self._entered = np.flatnonzero([not line.motorway for line in lines])
        self._shapes = np.array([line.shape for line in lines], dtype=object)
        self._tree = shapely.STRtree(self._shapes[self._entered])
        minutes_per_m = np.array([60.0 / (1000.0 * line.km_h) for line in lines])
        self._graph = RoadGraph(noded(lines), minutes_per_m)

    def routes(
        self, fire_lonlat: tuple[float, float], ends_lonlat: Sequence[tuple[float, float]]
    ) -> list[Route | None]:
        """The quickest way from each of several places to a fire; one search serves all of them.

        Args:
            fire_lonlat: WGS 84, the fire's best place.
            ends_lonlat: WGS 84, of facilities.

        Returns:
            One for each end; None where no road is known to lead from there: the fire or the end is
            too far from every road, or the roads beside them do not hang together.
        """
        ways_in = self._ways_in(fire_lonlat)
        stops = self._stops_near(ends_lonlat)
        if not ways_in or all(stop is None for stop in stops):
            return [None] * len(stops)
        reached = Reached(self._graph, ways_in)
        return [None if stop is None else reached.route(stop) for stop in stops]

    def quickest(
        self,
        fires_lonlat: Sequence[tuple[float, float]],
        ends_lonlat: Sequence[tuple[float, float]],
    ) -> list[Route | None]:
        """The quickest way to each of many fires from any of several places, by one search.

        Args:
            fires_lonlat: WGS 84, best places.
            ends_lonlat: WGS 84, of facilities.

        Returns:
            One for each fire; None where no road is known to lead there from any of them.
        """
        stops = [stop for stop in self._stops_near(ends_lonlat) if stop is not None]
        if not stops:
            return [None] * len(fires_lonlat)
        reached = Reached(self._graph, stops)
        found = []
        for fire_lonlat in fires_lonlat:
            ways = filter(None, map(reached.route, self._ways_in(fire_lonlat)))
            found.append(min(ways, key=lambda route: route.minutes, default=None))
        return found

    def _ways_in(self, fire_lonlat: tuple[float, float]) -> list[Stop]:
        """Where one may leave the road for the fire: each near road at its nearest place."""
        point = shapely.Point(self._frame.to_metric(*fire_lonlat))
        nearest = self._tree.query_nearest(point, max_distance=FIRE_REACH_M, all_matches=False)
        if not len(nearest):
            return []
        near_m = float(shapely.distance(point, self._shapes[self._entered[nearest[0]]]))
        within_m = min(FIRE_REACH_M, _FURTHER * near_m + _FURTHER_M)
        found = self._tree.query(point, predicate="dwithin", distance=within_m)
        return self._stops(self._entered[found], np.full(len(found), point))

    def _stops_near(self, ends_lonlat: Sequence[tuple[float, float]]) -> list[Stop | None]:
        """Where one gets on the road: at the nearest place of the nearest one."""
        lonlat = np.array(ends_lonlat, dtype=np.float64).reshape(-1, 2)
        spots_m = np.column_stack(self._frame.to_metric(lonlat[:, 0], lonlat[:, 1]))
        points = np.array(shapely.points(spots_m), dtype=object)
        rows, found = self._tree.query_nearest(points, max_distance=STOP_REACH_M, all_matches=False)
        stops: list[Stop | None] = [None] * len(lonlat)
        for row, stop in zip(
            rows.tolist(), self._stops(self._entered[found], points[rows]), strict=True
        ):
            stops[row] = stop
        return stops

    def _stops(self, lines: NDArray[np.intp], points: NDArray[np.object_]) -> list[Stop]:
        shapes = self._shapes[lines]
        positions_m = shapely.line_locate_point(shapes, points).tolist()
        apart_m = shapely.distance(shapes, points).tolist()
        return [
            Stop(line, self._graph.cuts.stretch(line, position_m), position_m, off_road_m)
            for line, position_m, off_road_m in zip(
                lines.tolist(), positions_m, apart_m, strict=True
            )
        ]


def _lines_of(road: LandFeature, frame: LocalFrame) -> list[RoadLine]:
    own_km_h = number_of(road, "speed_km_h")
    kind = road.properties.get("class")
    km_h = SPEEDS_KM_H.get(kind, UNKNOWN_KM_H) if isinstance(kind, str) else UNKNOWN_KM_H
    return [
        RoadLine(part, own_km_h if own_km_h > 0.0 else km_h, kind == "motorway")
        for part in shapely.get_parts(frame.geometry_to_metric(road.geometry)).tolist()
        if part.length > 0.0
    ]
