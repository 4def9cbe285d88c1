"""Shortest ways inside free ground: a visibility graph with tangents only.

A shortest way around obstacles bends at their corners, and only at corners that stick out into the
free ground, and there it lies on the corner's tangents (Lozano-Perez and Wesley, 1979: An algorithm
for planning collision-free paths among polyhedral obstacles). Edges that are no tangents are left
out before anything is intersected: some thirtieth of them remain.

Ground that is only dear (not closed) bends ways as light bends. That is not followed: ways cross it
straight, or go round by its corners, whichever is cheaper.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["Corners", "corners_of", "least_ways"]

Indices = NDArray[np.intp]

AHEAD: Final = 1e-9  # a zero in a graph is no edge
STRAIGHT: Final = 1e-12  # sine below which a corner is none
TANGENT_M2: Final = 1e-6  # how far a neighbour may lie behind a tangent, by the edge's length


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """Corners at which a way may bend.

    Attributes:
        at_m: (c, 2).
        before_m: (c, 2), the corner before each on its ring.
        after_m: (c, 2), the one after.
        is_hard: (c,), whether ways only pass it along a tangent; beside dear ground they may not.
    """

    at_m: FloatArray
    before_m: FloatArray
    after_m: FloatArray
    is_hard: NDArray[np.bool_]


def corners_of(free: BaseGeometry, dear: BaseGeometry) -> Corners:
    """Corners of obstacles that stick out into free ground, and those of dear ground.

    Args:
        free: (multi)polygon where ways may lead; obstacles are what it leaves out.
        dear: (multi)polygon, may be empty.
    """
    rings = [
        ring for part in shapely.get_parts(shapely.orient_polygons(free)) for ring in _of(part)
    ]
    hard = _reflex(rings)
    soft_rings = [ring for part in shapely.get_parts(dear) for ring in _of(part)]
    soft = shapely.get_coordinates(soft_rings) if soft_rings else np.empty((0, 2))
    return Corners(
        at_m=np.vstack((hard[0], soft)),
        before_m=np.vstack((hard[1], soft)),
        after_m=np.vstack((hard[2], soft)),
        is_hard=np.repeat([True, False], [len(hard[0]), len(soft)]),
    )


def _of(polygon: BaseGeometry) -> list[BaseGeometry]:
    return [] if polygon.is_empty else list(shapely.get_rings(polygon))


def _reflex(rings: list[BaseGeometry]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corners where the free ground, left of each ring, spans more than half a turn."""
    found = []
    for ring in rings:
        at = shapely.get_coordinates(ring)[:-1]
        before, after = np.roll(at, 1, axis=0), np.roll(at, -1, axis=0)
        arriving, leaving = at - before, after - at
        turn = _cross(arriving, leaving)
        sticks_out = turn < -STRAIGHT * _length(arriving) * _length(leaving)
        found.append((at[sticks_out], before[sticks_out], after[sticks_out]))
    if not found:
        return np.empty((0, 2)), np.empty((0, 2)), np.empty((0, 2))
    at, before, after = (np.vstack(each) for each in zip(*found, strict=True))
    return at, before, after


def least_ways(
    points_m: FloatArray,
    corners: Corners,
    free: BaseGeometry,
    dear: BaseGeometry,
    times: float,
) -> tuple[FloatArray, NDArray[np.int32], FloatArray]:
    """Least ways between points.

    Args:
        points_m: (k, 2), no two equal.
        corners: of ``free`` and ``dear``; may lie a little inside of ``free``.
        free: prepared; every edge must be covered by it.
        dear: prepared; what lies in it counts ``times`` as long.
        times: >= 1.

    Returns:
        (k, k) cost, inf without a way; (k, k + c + k) predecessors, -9999 for none, numbered points
        as starts, corners, points as ends; (k + c + k, 2) where those are.
    """
    k, c = len(points_m), len(corners.at_m)
    places = np.vstack((points_m, corners.at_m, points_m))
    tangent = _tangents(places[: k + c], corners, k)
    one, other = (each.astype(np.intp) for each in np.nonzero(np.triu(tangent)))
    lines = np.asarray(shapely.linestrings(np.stack((places[one], places[other]), axis=1)))
    seen = shapely.covers(free, lines)
    one, other, lines = one[seen], other[seen], lines[seen]
    cost = _length(places[one] - places[other])
    if not dear.is_empty:
        inside = shapely.intersects(dear, lines)
        cost[inside] += (times - 1.0) * shapely.length(shapely.intersection(lines[inside], dear))
    graph = _graph(one, other, np.maximum(cost, AHEAD), k, c)
    starts = np.arange(k)
    far, before = dijkstra(graph, indices=starts, return_predecessors=True)
    return far[:, k + c :], before, places


def _tangents(places: FloatArray, corners: Corners, k: int) -> NDArray[np.bool_]:
    """(k + c, k + c): whether the line between two places passes both along a tangent."""
    at = corners.at_m
    towards = places[None, :, :] - at[:, None, :]
    left = _cross(towards, (corners.before_m - at)[:, None, :])
    right = _cross(towards, (corners.after_m - at)[:, None, :])
    # Both neighbours on one side; a neighbour on the line itself is no obstacle.
    slack = TANGENT_M2 * _length(towards)
    fits = ((left >= -slack) & (right >= -slack)) | ((left <= slack) & (right <= slack))
    fits |= ~corners.is_hard[:, None]
    allowed = np.ones((len(places), len(places)), dtype=np.bool_)
    allowed[k:, :] &= fits
    allowed[:, k:] &= fits.T
    allowed[k:, k:] &= ~np.eye(len(at), dtype=np.bool_)
    return allowed


def _graph(one: Indices, other: Indices, cost: FloatArray, k: int, c: int) -> csr_matrix:
    """Edges from starts, between corners and to ends: no way leads over a third point."""
    end = k + c  # ends are the points again
    one_is_point, other_is_point = one < k, other < k  # one <= other: points come first
    both, mixed, inner = other_is_point, one_is_point & ~other_is_point, ~one_is_point
    parts = (
        (one[both], other[both] + end, cost[both]),
        (other[both], one[both] + end, cost[both]),
        (one[mixed], other[mixed], cost[mixed]),
        (other[mixed], one[mixed] + end, cost[mixed]),
        (one[inner], other[inner], cost[inner]),
        (other[inner], one[inner], cost[inner]),
    )
    start = np.concatenate([part[0] for part in parts])
    stop = np.concatenate([part[1] for part in parts])
    price = np.concatenate([part[2] for part in parts])
    # A point with itself is told twice above, and doubles are summed: keep one of each.
    _, first = np.unique(start * (end + k) + stop, return_index=True)
    shape = (end + k, end + k)
    return csr_matrix((price[first], (start[first], stop[first])), shape=shape)


def _cross(first: FloatArray, second: FloatArray) -> FloatArray:
    product: FloatArray = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
    return product


def _length(vectors: FloatArray) -> FloatArray:
    length: FloatArray = np.hypot(vectors[..., 0], vectors[..., 1])
    return length
