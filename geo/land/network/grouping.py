"""Rows by their key."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["grouped"]


def grouped(keys: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    """The places of each key: ``grouped([1, 0, 1], 3)`` is ``[[1], [0, 2], []]``."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.searchsorted(keys[order], np.arange(1, count)))
