"""Finds the skyline in a picture: above it is smooth and bright, below it is not.

Distant smoke rises from far slopes, and far slopes lie under the skyline: it is where a tower's
pixels are worth most, and it can be seen in the picture itself, without a relief. The line is the
best path from the left border to the right through a small grey picture: brightness drops across
it, little texture lies above it, and it moves by few rows a column (dynamic programming after
Viterbi 1967). A picture without a skyline has a best path too: it is a place to look first, never
a reason to look nowhere else.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = ["skyline_of"]

WIDTH_PX = 96
"""The search runs on a picture this wide: a ridge is wider than one of its pixels."""
WINDOW = 4  # rows whose brightness is compared above and below
MAX_STEP = 3  # rows that the line may move a column
STEP_COST = 1.5  # grey values that a row of movement must win
TEXTURE_COST = 0.6
"""Grey values that a unit of mean texture above the line costs: a crest within the slope has the
darker ground on both sides, a skyline has smooth sky above it."""


def skyline_of(grey: NDArray[np.uint8], columns: int) -> FloatArray:
    """Height of the skyline along the picture.

    Args:
        grey: (height, width) picture, at least one pixel.
        columns: points wanted, at least 1.

    Returns:
        (columns,) rows of the line at the middles of that many equal columns, as shares of the
        picture's height from the top, 0 to 1.
    """
    height = max(2 * WINDOW + 2, round(grey.shape[0] * WIDTH_PX / grey.shape[1]))
    height = min(height, 4 * WIDTH_PX)
    small = cv2.resize(grey, (WIDTH_PX, height), interpolation=cv2.INTER_AREA).astype(np.float64)
    path = _best_path(_gain(small))
    middles = (np.arange(columns) + 0.5) * WIDTH_PX / columns - 0.5
    rows: FloatArray = np.interp(middles, np.arange(WIDTH_PX), path / height)
    return rows


def _gain(small: FloatArray) -> FloatArray:
    """What a line through each pixel's upper edge would win, (height, width)."""
    height = len(small)
    sums = np.vstack([np.zeros((1, small.shape[1])), np.cumsum(small, axis=0)])
    rows = np.arange(height)
    above, below = np.maximum(rows - WINDOW, 0), np.minimum(rows + WINDOW, height)
    before = (sums[rows] - sums[above]) / np.maximum(rows - above, 1)[:, None]
    after = (sums[below] - sums[rows]) / np.maximum(below - rows, 1)[:, None]
    drop = np.where(rows[:, None] > 0, before - after, 0.0)
    texture = np.abs(np.diff(small, axis=1, append=small[:, -1:]))
    # The rows of the edge itself are rough by nature; they are not what lies above it.
    rough = np.vstack([np.zeros((1, small.shape[1])), np.cumsum(texture, axis=0)])[above]
    gain: FloatArray = np.clip(drop, 0.0, 40.0) - TEXTURE_COST * rough / WINDOW
    return gain


def _best_path(gain: FloatArray) -> NDArray[np.int64]:
    """Row of the best path in each column."""
    height, width = gain.shape
    steps = np.arange(-MAX_STEP, MAX_STEP + 1)
    total = gain[:, 0].copy()
    came_from = np.zeros((width, height), np.int64)
    for column in range(1, width):
        padded = np.pad(total, MAX_STEP, constant_values=-np.inf)
        reached = np.lib.stride_tricks.sliding_window_view(padded, len(steps)) - STEP_COST * np.abs(
            steps
        )
        best = np.argmax(reached, axis=1)
        came_from[column] = np.arange(height) + steps[best]
        total = reached[np.arange(height), best] + gain[:, column]
    path = np.zeros(width, np.int64)
    path[-1] = int(np.argmax(total))
    for column in range(width - 1, 0, -1):
        path[column - 1] = came_from[column, path[column]]
    return path
