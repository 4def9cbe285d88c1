"""Which parts of a view are masked, as far as a closer look is concerned.

A masked region is not worth a closer look; the full frame sees it all the same, and whoever decides
knows what to do with what it finds there. So everything here errs on the side of looking: a part of
which a sliver is unmasked is not hidden.
"""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from models.mask import ViewMask

__all__ = ["MaskedRegion"]


class MaskedRegion:
    """The masked regions of one view, in pixels of its pictures.

    Args:
        masks: in force, of that view; of any kind.
        width_px: of the pictures.
        height_px: of the pictures.
    """

    def __init__(self, masks: Sequence[ViewMask], width_px: int, height_px: int) -> None:
        self._size_px = width_px, height_px
        self._region = shapely.union_all(
            [Polygon(), *(mask.region(width_px, height_px) for mask in masks)]
        )
        shapely.prepare(self._region)

    def hides(self, x_min_px: float, y_min_px: float, x_max_px: float, y_max_px: float) -> bool:
        """Whether no place of a rectangle is unmasked."""
        return bool(self._region.covers(box(x_min_px, y_min_px, x_max_px, y_max_px)))

    def hides_point(self, x_px: float, y_px: float) -> bool:
        """Whether a place is masked, its border included."""
        return bool(self._region.covers(shapely.Point(x_px, y_px)))

    def rows(self) -> tuple[int, int] | None:
        """First row with anything unmasked, and the row after the last; None when all is masked."""
        width_px, height_px = self._size_px
        left = box(0, 0, width_px, height_px).difference(self._region)
        if left.is_empty:
            return None
        _, y_min, _, y_max = left.bounds
        return math.floor(y_min), math.ceil(y_max)

    def cells(self, rows: int, columns: int) -> NDArray[np.bool_]:
        """Which cells of the picture, divided into so many rows and columns, are masked whole."""
        width_px, height_px = self._size_px
        x = np.linspace(0.0, width_px, columns + 1)
        y = np.linspace(0.0, height_px, rows + 1)
        squares = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
        masked: NDArray[np.bool_] = shapely.covers(self._region, squares)
        return masked
