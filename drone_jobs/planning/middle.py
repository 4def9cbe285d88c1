"""The line through the middle of a long thin polygon.

Every place of it is equally far from both sides: it is the longest way through the edges between
the Voronoi cells of points on the outline. Near a blunt end that way runs into a corner; there it
is cut off and led on straight to the end.

Source: Kirkpatrick, Efficient computation of continuous skeletons (1979): the medial axis of a
shape is a part of the Voronoi diagram of its sampled outline.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Voronoi
from shapely.geometry import LineString, Polygon
from shapely.ops import substring

from models.units import FloatArray

__all__ = ["middle_line"]

LONG_SHARE: Final = 2.0  # of the width: legs that are long enough to be fitted
FIT_POINTS: Final = 16
LEAST_BEND: Final = 0.02  # sine of an angle at which two legs meet somewhere near

STEP_SHARE: Final = 0.1  # of the width, between points on the outline
MOST_POINTS: Final = 4_000
END_SHARE: Final = 0.8  # of the width, that is cut off at both ends of the way
SIMPLER_SHARE: Final = 0.015  # of the width, by which the line may be simplified


def middle_line(area: Polygon, width_m: float) -> LineString | None:
    """The middle of an area.

    Args:
        area: valid, without holes, in metres.
        width_m: about how wide it is, > 0.

    Returns:
        A line from one end to the other; None where the area is too short to have one.
    """
    step_m = max(STEP_SHARE * width_m, area.length / MOST_POINTS)
    outline = shapely.get_coordinates(area.exterior.segmentize(step_m))[:-1]
    way = _longest_way(area, outline)
    if way is None or way.length < 4.0 * END_SHARE * width_m:
        return None
    cut_m = END_SHARE * width_m
    middle = shapely.get_coordinates(substring(way, cut_m, way.length - cut_m))
    line = LineString(_led_on(middle, width_m)).intersection(area)
    longest = max(shapely.get_parts(line), key=lambda part: part.length)
    simpler = longest.simplify(SIMPLER_SHARE * width_m)
    if not (isinstance(simpler, LineString) and simpler.is_simple):
        return None
    straight = LineString(_straight(longest, shapely.get_coordinates(simpler), width_m))
    edge = shapely.points(outline)
    return min(
        (line for line in (simpler, straight) if line.is_simple),
        key=lambda line: float(shapely.distance(edge, line).max()),
    )


def _straight(line: LineString, corners: FloatArray, width_m: float) -> FloatArray:
    """Corners where the straight parts of a line would meet.

    Within about a width of a bend the middle is rounded: it follows the outer edge's one corner and
    the inner edge's other. Long legs are fitted to what lies between their bends, and led on.
    """
    at_m = np.asarray(shapely.line_locate_point(line, shapely.points(corners)), np.float64)
    fitted: list[tuple[FloatArray, FloatArray]] = []
    for start_m, end_m in pairwise(at_m):
        if end_m - start_m < LONG_SHARE * width_m:
            continue
        along = np.linspace(start_m + width_m / 2.0, end_m - width_m / 2.0, FIT_POINTS)
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        middle = points.mean(axis=0)
        axis = np.linalg.svd(points - middle)[2][0]
        fitted.append((middle, axis if axis @ (points[-1] - points[0]) > 0.0 else -axis))
    if not fitted:
        return corners
    ends = [
        middle + axis * ((corner - middle) @ axis)
        for (middle, axis), corner in ((fitted[0], corners[0]), (fitted[-1], corners[-1]))
    ]
    meets = []
    for (first, ahead), (second, after) in pairwise(fitted):
        cross = ahead[0] * after[1] - ahead[1] * after[0]
        if abs(cross) < LEAST_BEND:
            meets.append((first + second) / 2.0)
            continue
        offset = second - first
        meets.append(first + ahead * ((offset[0] * after[1] - offset[1] * after[0]) / cross))
    return np.vstack((ends[0], *meets, ends[1]))


def _longest_way(area: Polygon, outline: FloatArray) -> LineString | None:
    cells = Voronoi(outline)
    ridges = np.array(cells.ridge_vertices)
    shapely.prepare(area)
    inside = np.asarray(shapely.contains_xy(area, *cells.vertices.T))
    ridges = ridges[(ridges >= 0).all(axis=1)]
    ridges = ridges[inside[ridges].all(axis=1)]
    if len(ridges) == 0:
        return None
    length_m = np.hypot(*(cells.vertices[ridges[:, 0]] - cells.vertices[ridges[:, 1]]).T)
    size = len(cells.vertices)
    graph = coo_array((np.maximum(length_m, 1e-9), ridges.T), shape=(size, size)).tocsr()

    def farthest(start: int) -> tuple[int, FloatArray]:
        far_m, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        return int(np.where(np.isfinite(far_m), far_m, -1.0).argmax()), before

    # The graph is a tree, as the area has no holes: the farthest from anywhere is an end.
    start, _ = farthest(int(ridges[length_m.argmax(), 0]))
    end, before = farthest(start)
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return LineString(cells.vertices[nodes]) if len(nodes) > 1 else None


def _led_on(middle: FloatArray, width_m: float) -> FloatArray:
    """With both ends led on straight, in the direction that they have over a width."""
    line = LineString(middle)
    ends = []
    for end, inner_m in ((middle[0], width_m), (middle[-1], line.length - width_m)):
        inner = shapely.get_coordinates(line.interpolate(max(inner_m, 0.0)))[0]
        outward = (end - inner) / np.hypot(*(end - inner))
        ends.append(end + 2.0 * width_m * outward)
    return np.vstack((ends[0], middle, ends[1]))
