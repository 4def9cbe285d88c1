"""Places spread evenly over a region, always the same."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["evenly_in"]

_STEPS: Final = 1.32471795724474602596 ** -np.arange(1.0, 3.0)
"""Of a sequence that fills a square evenly; the base is the real root of x^3 = x + 1: M. Roberts,
"The unreasonable effectiveness of quasirandom sequences" (2018)."""


def evenly_in(outline: BaseGeometry, count: int = 96) -> FloatArray:
    """(count, 2) places of an area: those of an even sequence over its oblong that lie in it.

    Args:
        outline: polygon or polygons, in metres.
        count: how many.
    """
    shapely.prepare(outline)
    corners = shapely.get_coordinates(outline)
    middle = corners.mean(axis=0)
    # Regions are long and narrow, and lie askew: the oblong is turned as they are.
    _, axes = np.linalg.eigh(np.cov(corners.T))
    low, high = ((corners - middle) @ axes).min(axis=0), ((corners - middle) @ axes).max(axis=0)
    tries = int(count * float(np.prod(high - low)) / outline.area) + count
    while True:
        share = np.mod(0.5 + np.arange(1, tries + 1)[:, None] * _STEPS, 1.0)
        places: FloatArray = middle + (low + share * (high - low)) @ axes.T
        places = places[shapely.intersects_xy(outline, places)]
        if len(places) >= count:
            return places[:count]
        tries *= 2
