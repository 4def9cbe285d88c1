"""Where a view looks different because a mask began or ended, in the background's pixels."""

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.mask import ViewMask

__all__ = ["touched_by"]

REACH_SHARE: Final = 0.09
"""Of the width: brightness is compared with its surroundings over a sixteenth to each side, and a
mask is painted a little larger than it was drawn."""


def touched_by(masks: Iterable[ViewMask], rows: int, columns: int) -> NDArray[np.bool_]:
    """Which pixels of a small picture some masks change.

    Args:
        masks: that began or ended.
        rows: of the picture.
        columns: of the picture.
    """
    drawn = np.zeros((rows, columns), np.uint8)
    for mask in masks:
        corners = np.array(mask.polygon, np.float64) * (columns - 1, rows - 1)
        cv2.fillPoly(drawn, [np.rint(corners).astype(np.int32)], 1)
    reach = round(REACH_SHARE * columns)
    return cv2.dilate(drawn, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)).astype(np.bool_)
