"""Where aircraft may fly: inside the fence, clear of no-fly zones, and the shortest ways there.

Zones are widened by a margin with mitred corners, so a way round one stays at least the margin from
it. The fence is narrowed by a metre: a way along it would leave it by the rounding of a mission
file. Ground to keep away from is not closed, its metres count thrice.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.visibility import corners_of, least_ways
from models.units import FloatArray

__all__ = ["FreeSpace", "Ways"]

FENCE_INSET_M: Final = 1.0
KEEP_AWAY_TIMES: Final = 3.0
SHORTEST_PIECE_M: Final = 1.0  # aircraft refuse points closer than half a metre
MITRE_LIMIT: Final = 2.0
# Ways bend this far outside of what must not be touched, so that rounding never decides.
SLACK_M: Final = 1e-3
BOUNDLESS_M: Final = 1e6  # half the side of a square that nobody leaves


class Ways:
    """Shortest ways between points.

    Attributes:
        distance_m: (k, k) length, inf where no way leads; symmetric; zero from a point to itself
            where it may be flown over.
    """

    __slots__ = ("_before", "_number", "_places", "distance_m")

    def __init__(
        self,
        distance_m: FloatArray,
        number: NDArray[np.intp],
        before: NDArray[np.int32],
        places: FloatArray,
    ) -> None:
        self.distance_m = distance_m
        self._number = number
        self._before = before
        self._places = places

    def path(self, start: int, end: int) -> FloatArray:
        """The way from one point to another.

        Args:
            start: index of a point.
            end: index of a point.

        Returns:
            (n, 2), n >= 2, both points included.

        Raises:
            ValueError: no way leads there.
        """
        if not np.isfinite(self.distance_m[start, end]):
            raise ValueError(f"no way leads from point {start} to point {end}")
        first, last = int(self._number[start]), int(self._number[end])
        # Read from the lower number to the higher: there and back are the same way.
        low, high = min(first, last), max(first, last)
        at = len(self._places) - self._before.shape[0] + high
        way = [at]
        while way[-1] != low:
            way.append(int(self._before[low, way[-1]]))
        if first < last:
            way.reverse()
        return self._places[way]


class FreeSpace:
    """Ground above which aircraft may fly.

    Args:
        fence: (multi)polygon that no way leaves, metric; holes are outside. None for no fence.
        no_fly: (multi)polygons, metric.
        keep_away: (multi)polygons, metric, whose metres count thrice in choosing ways between
            lines; the lines themselves may lie in them.
        margin_m: kept from every no-fly zone, >= 0.

    Attributes:
        margin_m: as given.
    """

    __slots__ = ("_corners", "_dear", "_free", "_room", "margin_m")

    def __init__(
        self,
        fence: BaseGeometry | None,
        no_fly: Sequence[BaseGeometry],
        keep_away: Sequence[BaseGeometry],
        margin_m: float = 15.0,
    ) -> None:
        self.margin_m = margin_m
        self._free = _free(fence, no_fly, margin_m, SLACK_M)
        self._room = _free(fence, no_fly, margin_m, 2.0 * SLACK_M)
        self._dear = shapely.union_all(list(keep_away))
        # Corners of dear ground are taken a little outside of it: a way round it costs no more.
        self._corners = corners_of(
            self._room, self._dear.buffer(SLACK_M, join_style="mitre", mitre_limit=MITRE_LIMIT)
        )
        shapely.prepare(self._free)
        shapely.prepare(self._dear)

    def holds(self, path_m: FloatArray) -> bool:
        """Whether a path, (n, 2) with n >= 2, stays inside the fence and clear of all zones."""
        return bool(shapely.covers(self._free, shapely.LineString(path_m)))

    def clip(self, path_m: FloatArray) -> tuple[FloatArray, ...]:
        """Parts of a path that may be flown.

        Args:
            path_m: (n, 2), n >= 2.

        Returns:
            (m, 2) each, in the path's order and direction; parts under a metre are left out.
        """
        pieces: list[list[FloatArray]] = []
        for start, end in pairwise(path_m):
            for first, last in _inside(start, end, self._room):
                if pieces and (pieces[-1][-1] == first).all():
                    pieces[-1].append(last)
                else:
                    pieces.append([first, last])
        return tuple(
            way
            for way in map(np.array, pieces)
            if np.hypot(*np.diff(way, axis=0).T).sum() >= SHORTEST_PIECE_M
        )

    def ways(self, points_m: FloatArray) -> Ways:
        """Shortest ways between points, all pairs.

        Args:
            points_m: (k, 2), k >= 1. No way leads to one outside the fence or in a widened zone.
        """
        places_m, number = np.unique(np.asarray(points_m, float), axis=0, return_inverse=True)
        number = number.reshape(-1).astype(np.intp)
        cost, before, places = least_ways(
            places_m, self._corners, self._free, self._dear, KEEP_AWAY_TIMES
        )
        far_m = cost if self._dear.is_empty else _lengths(cost, before, places)
        # One triangle for both ways: they are the same to the last bit.
        far_m = np.triu(far_m, 1) + np.triu(far_m, 1).T
        far_m[np.diag_indices_from(far_m)] = np.where(np.isfinite(np.diagonal(cost)), 0.0, np.inf)
        return Ways(far_m[np.ix_(number, number)], number, before, places)


def _free(
    fence: BaseGeometry | None, no_fly: Sequence[BaseGeometry], margin_m: float, slack_m: float
) -> BaseGeometry:
    """Where a way may lead, ``slack_m`` short of what the rules allow."""
    inside = (
        shapely.box(-BOUNDLESS_M, -BOUNDLESS_M, BOUNDLESS_M, BOUNDLESS_M)
        if fence is None
        else fence.buffer(-FENCE_INSET_M - slack_m, join_style="mitre", mitre_limit=MITRE_LIMIT)
    )
    zones = shapely.buffer(
        np.array(no_fly, dtype=object),
        margin_m + slack_m,
        join_style="mitre",
        mitre_limit=MITRE_LIMIT,
    )
    return inside.difference(shapely.union_all(zones))


def _inside(
    start: FloatArray, end: FloatArray, room: BaseGeometry
) -> list[tuple[FloatArray, FloatArray]]:
    """Parts of a segment inside, from its start on; ends of the segment are kept exactly."""
    if (start == end).all():
        return []
    along = end - start
    parts = shapely.get_parts(room.intersection(shapely.LineString((start, end))))
    found = []
    for part in parts[shapely.length(parts) > 0.0]:
        share = (shapely.get_coordinates(part) - start) @ along / (along @ along)
        found.append((max(float(share.min()), 0.0), min(float(share.max()), 1.0)))
    merged: list[tuple[float, float]] = []
    for low, high in sorted(found):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return [(_at(start, end, low), _at(start, end, high)) for low, high in merged]


def _at(start: FloatArray, end: FloatArray, share: float) -> FloatArray:
    if share in {0.0, 1.0}:
        return end if share == 1.0 else start
    return start + share * (end - start)


def _lengths(cost: FloatArray, before: NDArray[np.int32], places: FloatArray) -> FloatArray:
    """(k, k): length of ways that were chosen by another cost."""
    k = len(cost)
    length = np.where(np.isfinite(cost), 0.0, np.inf)
    starts, ends = np.nonzero(np.isfinite(cost))
    at = ends + len(places) - k
    going = at != starts
    while going.any():
        rows = np.nonzero(going)[0]
        back = before[starts[rows], at[rows]]
        length[starts[rows], ends[rows]] += np.hypot(*(places[at[rows]] - places[back]).T)
        at[rows] = back
        going[rows] = back != starts[rows]
    return length
