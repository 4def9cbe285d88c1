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
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(shapely.get_parts(outline)))
    triangles = shapely.get_coordinates(shapely.get_parts(parts)).reshape(-1, 4, 2)[:, :3]
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
