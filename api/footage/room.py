"""How much of the library's heavy work is done at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from models.errors import Conflict

__all__ = ["FootageRoom"]

RECEIVING: Final = 4
FRAMES: Final = 2
PATIENCE_S: Final = 20.0


def _turns(count: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(count)


@dataclass(frozen=True, slots=True)
class FootageRoom:
    """Turns of one process; any thread may take one.

    Attributes:
        placing: while a content is put under its digest, or removed.
    """

    placing: threading.Lock = field(default_factory=threading.Lock)
    _receiving: threading.BoundedSemaphore = field(default_factory=lambda: _turns(RECEIVING))
    _frames: threading.BoundedSemaphore = field(default_factory=lambda: _turns(FRAMES))
    _exports: threading.BoundedSemaphore = field(default_factory=lambda: _turns(1))

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """While a file comes, is cut or read.

        Raises:
            Conflict: too many come already; code ``footage_busy``.
        """
        with _turn(self._receiving, 0.0):
            yield

    @contextmanager
    def frame(self) -> Iterator[None]:
        """While a frame is decoded; waits for its turn. Raises as :meth:`receiving`."""
        with _turn(self._frames, PATIENCE_S):
            yield

    @contextmanager
    def export(self) -> Iterator[None]:
        """While a training set is made. Raises as :meth:`receiving`."""
        with _turn(self._exports, 0.0):
            yield


@contextmanager
def _turn(turns: threading.BoundedSemaphore, patience_s: float) -> Iterator[None]:
    if not turns.acquire(timeout=patience_s):
        raise Conflict(
            "Other footage is being read or written.",
            remedy="Wait a moment, then try again.",
            code="footage_busy",
        )
    try:
        yield
    finally:
        turns.release()
