"""Levels below which shares of some values lie, to the last bit as numpy gives them.

:func:`numpy.quantile` and :func:`numpy.median` check and prepare for 30 us before they look at
anything, several times a frame; and they partition, where sorting floats takes half as long.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["levels_below", "middle_of"]


def levels_below(values: NDArray[np.float32], *shares: float) -> tuple[float, ...]:
    """Between two values by their distance: method 7 of Hyndman and Fan 1996.

    Args:
        values: at least one, none of them not a number.
        shares: 0 to 1 each.
    """
    in_order = np.sort(values, axis=None)
    last = in_order.size - 1
    levels = []
    for share in shares:
        place = share * last
        low = int(place)
        below, above = in_order[low], in_order[min(low + 1, last)]
        part, step = place - low, above - below
        # From the nearer end, so that the last value itself is met exactly.
        level = above - step * (1.0 - part) if part >= 0.5 else below + step * part
        levels.append(float(level))
    return tuple(levels)


def middle_of(values: NDArray[np.float32]) -> np.float32:
    """The median.

    Args:
        values: at least one, none of them not a number.
    """
    in_order = np.sort(values, axis=None)
    half = in_order.size // 2
    if in_order.size % 2 == 1:
        return np.float32(in_order[half])
    return np.float32((in_order[half - 1] + in_order[half]) / np.float32(2.0))
