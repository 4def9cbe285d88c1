"""Quickest ways in a graph of roads, with the ground beside roads on foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.land.noding import Cuts
from models.land import Route
from models.units import FloatArray

__all__ = ["WALK_KM_H", "Reached", "RoadGraph", "Stop"]

WALK_KM_H: Final = 2.5
"""Through forest uphill with gear: our assumption."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one gets on or off a road.

    Attributes:
        line: number of the road line.
        stretch: of it, as :class:`Cuts` counts them.
        position_m: along the line.
        off_road_m: from there, straight.
    """

    line: int
    stretch: int
    position_m: float
    off_road_m: float


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """How a node is come to from the fire."""

    minutes: float
    road_m: float
    walk_m: float


class RoadGraph:
    """Stretches between nodes, with minutes and metres.

    Args:
        cuts: of the lines.
        minutes_per_m: (lines,) of driving.
    """

    def __init__(self, cuts: Cuts, minutes_per_m: FloatArray) -> None:
        self.cuts = cuts
        self.minutes_per_m = minutes_per_m
        quickest = _quickest(cuts, minutes_per_m)
        pairs = sorted(quickest)
        starts = np.array([start for start, _ in pairs], dtype=np.int32)
        self.minutes = csr_array(
            (
                np.array([quickest[pair][0] for pair in pairs], dtype=np.float64),
                np.array([end for _, end in pairs], dtype=np.int32),
                np.searchsorted(starts, np.arange(cuts.nodes + 1)).astype(np.int32),
            ),
            shape=(cuts.nodes, cuts.nodes),
        )
        self.metres = {pair: quickest[pair][1] for pair in pairs}

    def sides(self, stop: Stop) -> list[tuple[int, float]]:
        """Both ends of a stop's stretch: the node, and metres to it along the road."""
        return [
            (int(self.cuts.node[cut]), abs(float(self.cuts.position_m[cut]) - stop.position_m))
            for cut in (stop.stretch, stop.stretch + 1)
        ]


class Reached:
    """How far every node is from a fire, by all of the ways that lead in.

    Args:
        graph: of the roads.
        ways_in: where the road may be left for the fire; at least one.
    """

    def __init__(self, graph: RoadGraph, ways_in: Sequence[Stop]) -> None:
        self._graph = graph
        self._ways_in: dict[int, list[Stop]] = {}
        for way in ways_in:
            self._ways_in.setdefault(way.stretch, []).append(way)
        self._source = graph.cuts.nodes
        self._entries: dict[int, _Entry] = {}
        for way in ways_in:
            for node, along_m in graph.sides(way):
                entry = self._entry(way, along_m)
                self._entries[node] = min(self._entries.get(node, entry), entry)
        self._minutes, self._before = dijkstra(
            _with_source(graph.minutes, self._entries),
            indices=self._source,
            return_predecessors=True,
        )

    def route(self, stop: Stop) -> Route | None:
        """The quickest way to a stop; None when none leads there."""
        pace = self._graph.minutes_per_m[stop.line]
        best = _Entry(np.inf, 0.0, 0.0)
        for node, along_m in self._graph.sides(stop):
            minutes = float(self._minutes[node] + along_m * pace)
            if minutes < best.minutes:
                entry = self._back(node)
                best = _Entry(minutes, entry.road_m + along_m, entry.walk_m)
        for way in self._ways_in.get(stop.stretch, ()):
            best = min(best, self._entry(way, abs(way.position_m - stop.position_m)))
        if not np.isfinite(best.minutes):
            return None
        return Route(
            road_m=best.road_m,
            off_road_m=best.walk_m + stop.off_road_m,
            minutes=best.minutes + _walking(stop.off_road_m),
        )

    def _entry(self, way: Stop, along_m: float) -> _Entry:
        driving = along_m * float(self._graph.minutes_per_m[way.line])
        return _Entry(_walking(way.off_road_m) + driving, along_m, way.off_road_m)

    def _back(self, node: int) -> _Entry:
        """Back along the way to a node, until where the fire's way in begins."""
        road_m = 0.0
        while (before := int(self._before[node])) != self._source:
            road_m += self._graph.metres[before, node]
            node = before
        entry = self._entries[node]
        return _Entry(entry.minutes, road_m + entry.road_m, entry.walk_m)


def _walking(distance_m: float) -> float:
    return distance_m / (WALK_KM_H * 1000.0 / 60.0)


def _quickest(cuts: Cuts, minutes_per_m: FloatArray) -> dict[tuple[int, int], tuple[float, float]]:
    """Minutes and metres of the quickest stretch between two nodes, in both directions."""
    line = np.repeat(np.arange(len(cuts.first) - 1), np.diff(cuts.first))
    stretches = np.flatnonzero(line[:-1] == line[1:])
    metres = np.diff(cuts.position_m)[stretches]
    minutes = metres * minutes_per_m[line[stretches]]
    quickest: dict[tuple[int, int], tuple[float, float]] = {}
    ends = cuts.node[stretches].tolist(), cuts.node[stretches + 1].tolist()
    for start, end, took, length_m in zip(*ends, minutes.tolist(), metres.tolist(), strict=True):
        if start != end:
            for pair in ((start, end), (end, start)):
                quickest[pair] = min(quickest.get(pair, (took, length_m)), (took, length_m))
    return quickest


def _with_source(minutes: csr_array, entries: dict[int, _Entry]) -> csr_array:
    """The graph with one more node, from which the entries are as far as they say."""
    nodes = sorted(entries)
    return csr_array(
        (
            np.concatenate((minutes.data, [entries[node].minutes for node in nodes])),
            np.concatenate((minutes.indices, np.array(nodes, dtype=np.int32))),
            np.append(minutes.indptr, np.int32(minutes.nnz + len(nodes))),
        ),
        shape=(minutes.shape[0] + 1, minutes.shape[0] + 1),
    )
