"""Memory that is asked for once: a fresh array of a megabyte costs as much as filling it."""

import math
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Buffers"]

KEPT_BYTES = 2**25
"""A larger one (of a picture above 40 megapixels) is given back: rare, and not worth holding."""


class Buffers(threading.local):
    """One thread's byte arrays by name, grown to the largest size that was asked for.

    Args:
        kept: told of every array that is kept, see :class:`detector.core.page_lock.PageLock`.
    """

    def __init__(self, kept: Callable[[NDArray[np.uint8]], object] | None = None) -> None:
        self._held: dict[str, NDArray[np.uint8]] = {}
        self._kept = kept

    def take(self, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """A contiguous array with undefined contents, valid until the name is taken again."""
        size = math.prod(shape)
        held = self._held.get(name)
        if held is None or held.size < size:
            held = np.empty(size, np.uint8)
            if size <= KEPT_BYTES:
                self._held[name] = held
                if self._kept is not None:
                    self._kept(held)
        return held[:size].reshape(shape)
