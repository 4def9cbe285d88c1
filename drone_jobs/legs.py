"""The fewest straight legs along a line that stay within a tolerance of it.

A leg may join two vertices of the line when every vertex between them lies within the tolerance of
the straight segment. That holds exactly when the leg, seen from either end, points into the cone
that each vertex's circle spans there (Chan and Chin, Approximation of polygonal curves with minimum
number of line segments or minimum error, 1996): two sweeps instead of a test for each triple. Of
the ways through with fewest legs the shortest is taken, so the answer does not depend on the
direction in which the line was drawn.
"""

import math

from models.units import FloatArray

__all__ = ["fewest_legs"]

Vertex = tuple[float, float]


def fewest_legs(line_m: FloatArray, tolerance_m: float) -> list[int]:
    """Choose the vertices at which the flight turns.

    Args:
        line_m: (n, 2) metres in a plane, n >= 2, no vertex equal to the one before it.
        tolerance_m: how far a vertex may lie from its leg, >= 0.

    Returns:
        Rising indices into ``line_m``, the first and the last vertex included.
    """
    vertices: list[Vertex] = [(float(x), float(y)) for x, y in line_m]
    last = len(vertices) - 1
    forward = [_seen_from(vertices, start, 1, tolerance_m) for start in range(last + 1)]
    backward = [_seen_from(vertices, start, -1, tolerance_m) for start in range(last + 1)]
    # Neighbours may always be joined, so every vertex is reached.
    best: list[tuple[int, float, int]] = [(0, 0.0, -1)]
    for end in range(1, last + 1):
        best.append(
            min(
                (
                    best[start][0] + 1,
                    best[start][1] + math.dist(vertices[start], vertices[end]),
                    start,
                )
                for start in backward[end]
                if end in forward[start]
            )
        )
    chosen = [last]
    while chosen[-1] > 0:
        chosen.append(best[chosen[-1]][2])
    return chosen[::-1]


def _seen_from(vertices: list[Vertex], start: int, step: int, tolerance_m: float) -> set[int]:
    """Vertices ahead of ``start`` whose ray passes all circles in between."""
    seen: set[int] = set()
    centre_rad, low_rad, high_rad = 0.0, -math.inf, math.inf  # the cone, relative to its first axis
    index = start + step
    while 0 <= index < len(vertices):
        distance_m = math.dist(vertices[start], vertices[index])
        axis_rad = math.atan2(
            vertices[index][1] - vertices[start][1], vertices[index][0] - vertices[start][0]
        )
        turn_rad = math.remainder(axis_rad - centre_rad, math.tau)
        # A vertex that is back at the start has no direction: no leg ends there.
        if distance_m > 0.0 and low_rad <= turn_rad <= high_rad:
            seen.add(index)
        if distance_m > tolerance_m:
            half_rad = math.asin(tolerance_m / distance_m)
            if low_rad == -math.inf:
                centre_rad, turn_rad = axis_rad, 0.0
            low_rad = max(low_rad, turn_rad - half_rad)
            high_rad = min(high_rad, turn_rad + half_rad)
            if low_rad > high_rad:
                break
        index += step
    return seen
