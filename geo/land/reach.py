"""How near and how far a feature can be from a fire that lies somewhere in a region.

The least distance is that of two shapes. The greatest is the region's directed Hausdorff distance
to the feature, and that is not always taken at a corner: between the arms of a road that bends
around the region it is taken inside. It is found by halving triangles: within a triangle the
distance to one straight piece is convex, so no point of it is farther from the feature than the
farthest corner is from the best single piece.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["TOLERANCE_M", "farthest_m"]

TOLERANCE_M: Final = 0.5
_AREA: Final = 2  # dimension of polygons


def farthest_m(region: NDArray[np.object_], shape: BaseGeometry) -> float:
    """The greatest distance from a point of a region to a feature, true to :data:`TOLERANCE_M`.

    Args:
        region: polygons in metres, valid; all together are the region.
        shape: point, line or area in the same plane, not empty. Inside an area it is 0.
    """
    corners = shapely.get_coordinates(region)
    if isinstance(shape, shapely.Point):
        return float(np.hypot(corners[:, 0] - shape.x, corners[:, 1] - shape.y).max())
    pieces = _pieces(shape)
    apart_m = _apart_m(corners, pieces)
    if shapely.get_dimensions(shape) == _AREA:
        shapely.prepare(shape)
        inside = shapely.intersects_xy(shape, corners)
        if inside.all() and bool(shapely.covers(shape, region).all()):
            return 0.0
        apart_m[inside] = 0.0
    least_m = float(apart_m.min(axis=1).max())
    if float(apart_m.max(axis=0).min()) <= least_m + TOLERANCE_M:
        return least_m
    rest = region
    if shapely.get_dimensions(shape) == _AREA:
        rest = shapely.difference(region, shape)
    return _searched_m(_triangles(rest), pieces, least_m)


def _searched_m(triangles: FloatArray, pieces: FloatArray, least_m: float) -> float:
    while len(triangles):
        pieces = _rivals(triangles, pieces)
        apart_m = _apart_m(triangles.reshape(-1, 2), pieces).reshape(len(triangles), 3, -1)
        least_m = max(least_m, float(apart_m.min(axis=2).max()))
        most_m = apart_m.max(axis=1).min(axis=1)
        # Twice at once: what an array costs is its call, not its length.
        triangles = _halved(_halved(triangles[most_m > least_m + TOLERANCE_M]))
    return least_m


def _triangles(areas: NDArray[np.object_]) -> FloatArray:
    """(n, 3, 2) corners of triangles that make up the areas."""
    parts = shapely.get_parts(areas)
    parts = parts[shapely.area(parts) > 0.0]
    cut = shapely.get_parts(shapely.constrained_delaunay_triangles(parts))
    corners: FloatArray = shapely.get_coordinates(cut).reshape(-1, 4, 2)
    return corners[:, :3]


def _halved(triangles: FloatArray) -> FloatArray:
    """Each cut across its longest side."""
    if not len(triangles):
        return triangles
    sides = triangles - np.roll(triangles, -1, axis=1)
    longest = np.hypot(sides[..., 0], sides[..., 1]).argmax(axis=1)
    rows = np.arange(len(triangles))
    first, second = triangles[rows, longest], triangles[rows, (longest + 1) % 3]
    third = triangles[rows, (longest + 2) % 3]
    middle = (first + second) / 2.0
    return np.concatenate(
        (np.stack((first, middle, third), axis=1), np.stack((middle, second, third), axis=1))
    )


def _rivals(triangles: FloatArray, pieces: FloatArray) -> FloatArray:
    """The pieces that can be the nearest one to a point of the triangles."""
    west, south = triangles.reshape(-1, 2).min(axis=0)
    east, north = triangles.reshape(-1, 2).max(axis=0)
    middle = np.array([[(west + east) / 2.0, (south + north) / 2.0]])
    apart_m = _apart_m(middle, pieces)[0]
    across_m = float(np.hypot(east - west, north - south))
    near: FloatArray = pieces[apart_m <= apart_m.min() + across_m]
    return near


def _pieces(shape: BaseGeometry) -> FloatArray:
    """(n, 4) straight pieces of a feature: x, y of both ends; a point is one of no length."""
    if isinstance(shape, shapely.LineString):
        corners = shapely.get_coordinates(shape)
        return np.column_stack((corners[:-1], corners[1:]))
    found = []
    for part in shapely.get_parts(shape):
        rings = shapely.get_rings(part) if shapely.get_dimensions(part) == _AREA else [part]
        for ring in rings:
            corners = shapely.get_coordinates(ring)
            found.append(
                np.column_stack((corners[:-1], corners[1:]))
                if len(corners) > 1
                else np.column_stack((corners, corners))
            )
    return np.concatenate(found)


def _apart_m(points: FloatArray, pieces: FloatArray) -> FloatArray:
    """(points, pieces) distances."""
    start_x, start_y = pieces[:, 0], pieces[:, 1]
    along_x, along_y = pieces[:, 2] - start_x, pieces[:, 3] - start_y
    squared = along_x * along_x + along_y * along_y
    from_x, from_y = points[:, 0, None] - start_x, points[:, 1, None] - start_y
    share = np.clip(
        (from_x * along_x + from_y * along_y) / np.where(squared > 0.0, squared, 1.0), 0.0, 1.0
    )
    from_x -= share * along_x
    from_y -= share * along_y
    apart: FloatArray = np.sqrt(from_x * from_x + from_y * from_y)
    return apart
