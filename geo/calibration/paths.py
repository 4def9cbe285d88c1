"""The best path from the left border of a picture to its right: dynamic programming.

Source: Viterbi (1967); as a skyline detector Lie, Lin, Hung (2005), Pattern Recognition Letters 26.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = ["Path", "best_path"]

Path = NDArray[np.intp]
MOST_STEP: Final = 4
"""Rows that a path may move a column: 76 degrees."""
STEP_COST: Final = 0.5


def best_path(gain: FloatArray) -> Path:
    """Row of the path that wins most.

    Args:
        gain: (rows, columns) what a path through each place wins; no NaN.
    """
    height, width = gain.shape
    steps = np.arange(-MOST_STEP, MOST_STEP + 1)
    cost = STEP_COST * np.abs(steps)
    came = np.zeros((width, height), np.int8)
    every = np.arange(height)
    total = gain[:, 0].copy()
    for column in range(1, width):
        padded = np.pad(total, MOST_STEP, constant_values=-np.inf)
        reached = np.lib.stride_tricks.sliding_window_view(padded, len(steps)) - cost
        best = reached.argmax(axis=1)
        came[column] = best - MOST_STEP
        total = reached[every, best] + gain[:, column]
    path = np.zeros(width, np.intp)
    path[-1] = int(total.argmax())
    for column in range(width - 1, 0, -1):
        path[column - 1] = path[column] + came[column, path[column]]
    return path
