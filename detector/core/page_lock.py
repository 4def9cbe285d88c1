"""Memory that a GPU may read by itself.

A copy to a GPU from ordinary memory goes through a buffer of the driver's; from page-locked memory
it does not. A batch of 16 pictures of 384 x 640 is 12 MB: a run of it takes 4.5 ms instead of 5.5
on an H100 (``docs/performance.md``).
"""

import ctypes
import weakref

import numpy as np
from numpy.typing import NDArray

__all__ = ["PageLock", "cuda_runtime"]

_RUNTIMES = ("libcudart.so.13", "libcudart.so.12")
_PORTABLE = 1  # for every context of the process
_SUCCESS = 0


def cuda_runtime() -> ctypes.CDLL | None:
    """The CUDA runtime that onnxruntime works with, which is loaded once its provider is."""
    for name in _RUNTIMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


class PageLock:
    """Locks arrays in memory for as long as they live.

    Args:
        runtime: with ``cudaHostRegister`` and ``cudaHostUnregister``; without one, and where the
            system allows no more locked memory, arrays stay ordinary and only copies are slower.
    """

    def __init__(self, runtime: ctypes.CDLL | None) -> None:
        self._runtime = runtime

    def __call__(self, array: NDArray[np.uint8]) -> bool:
        """Lock an array that owns its memory.

        Returns:
            Whether it is locked now.
        """
        if self._runtime is None:
            return False
        address = ctypes.c_void_p(array.ctypes.data)
        size = ctypes.c_size_t(array.nbytes)
        if self._runtime.cudaHostRegister(address, size, ctypes.c_uint(_PORTABLE)) != _SUCCESS:
            return False
        # The last view gone, the array goes, and before its memory does, its lock.
        release = weakref.finalize(array, self._runtime.cudaHostUnregister, address)
        release.atexit = False  # the driver has left by then
        return True
