import ctypes
import gc
from typing import Any

import numpy as np
import pytest

from detector.core import page_lock
from detector.core.buffers import KEPT_BYTES, Buffers
from detector.core.page_lock import PageLock, cuda_runtime


class Runtime:
    """What the CUDA runtime is asked for, by address."""

    def __init__(self, answer: int = 0) -> None:
        self.answer = answer
        self.locked: dict[int, int] = {}
        self.released: list[int] = []

    def cudaHostRegister(self, address: Any, size: Any, flags: Any) -> int:  # noqa: ANN401, N802
        assert flags.value == 1
        if self.answer == 0:
            self.locked[address.value] = size.value
        return self.answer

    def cudaHostUnregister(self, address: Any) -> int:  # noqa: ANN401, N802
        self.released.append(address.value)
        del self.locked[address.value]
        return 0


def test_an_array_is_locked_until_its_last_view_goes() -> None:
    runtime = Runtime()
    array = np.zeros(4096, np.uint8)
    address = array.ctypes.data
    assert PageLock(runtime)(array)
    assert runtime.locked == {address: 4096}
    view = array[:10].reshape(2, 5)
    del array
    gc.collect()
    assert runtime.released == []
    del view
    gc.collect()
    assert runtime.released == [address]


def test_what_cannot_be_locked_stays_as_it_is() -> None:
    refusing = Runtime(answer=2)  # cudaErrorMemoryAllocation
    array = np.zeros(4096, np.uint8)
    assert not PageLock(refusing)(array)
    assert not PageLock(None)(array)
    del array
    gc.collect()
    assert refusing.released == []


def test_the_newest_runtime_that_loads_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(name: str) -> str:
        asked.append(name)
        if name.endswith("13"):
            raise OSError(name)
        return "twelve"

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert cuda_runtime() == "twelve"
    assert asked == ["libcudart.so.13", "libcudart.so.12"]
    monkeypatch.setattr(page_lock, "_RUNTIMES", ("libcudart.so.13",))
    assert cuda_runtime() is None


def test_buffers_lock_what_they_keep_and_release_what_they_outgrow() -> None:
    runtime = Runtime()
    buffers = Buffers(PageLock(runtime))
    small = buffers.take("planes", (1, 3, 32, 32))
    assert list(runtime.locked.values()) == [3072]
    assert buffers.take("planes", (3, 32, 16)).base is small.base  # the same memory again
    del small
    buffers.take("planes", (2, 3, 32, 32))
    gc.collect()
    assert list(runtime.locked.values()) == [6144]
    buffers.take("huge", (KEPT_BYTES + 1,))
    assert list(runtime.locked.values()) == [6144]
