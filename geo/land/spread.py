"""Places spread evenly over a region, always the same."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["evenly_in"]

_SPREAD: Final = 1.2207440846057596
"""The real root of x^4 = x + 1: M. Roberts, "The unreasonable effectiveness of quasirandom
sequences" (2018)."""


def evenly_in(outline: BaseGeometry, count: int = 48) -> FloatArray:
    """(count, 2) places of an area.

    Args:
        outline: polygon or polygons.
        count: how many.
    """
    triangles = _triangles(outline)
    side, other = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    sizes = np.abs(side[:, 0] * other[:, 1] - side[:, 1] * other[:, 0])
    steps = np.arange(1, count + 1)[:, None] * _SPREAD ** -np.arange(1.0, 4.0)
    pick, first, second = np.mod(0.5 + steps, 1.0).T
    chosen = np.searchsorted(np.cumsum(sizes) / sizes.sum(), pick).clip(max=len(sizes) - 1)
    beyond = first + second > 1.0
    first, second = np.where(beyond, 1.0 - first, first), np.where(beyond, 1.0 - second, second)
    found: FloatArray = (
        triangles[chosen, 0] + first[:, None] * side[chosen] + second[:, None] * other[chosen]
    )
    return found


def _triangles(outline: BaseGeometry) -> FloatArray:
    """(n, 3, 2) that make it up: a fan where it bulges everywhere, as most regions do."""
    hull_m2 = shapely.convex_hull(outline).area
    if outline.geom_type == "Polygon" and outline.area >= (1.0 - 1e-9) * hull_m2:
        ring = shapely.get_coordinates(outline)[:-1]
        return np.stack((np.broadcast_to(ring[0], ring[1:-1].shape), ring[1:-1], ring[2:]), axis=1)
    parts = shapely.constrained_delaunay_triangles(shapely.get_parts(outline))
    corners: FloatArray = shapely.get_coordinates(shapely.get_parts(parts)).reshape(-1, 4, 2)
    return corners[:, :3]
