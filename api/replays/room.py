"""How much of the heavy work on replays is done at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from models.errors import Conflict

__all__ = ["ReplayRoom"]

PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class ReplayRoom:
    """Turns of one process; any thread may take one."""

    _comparing: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """While two replays are compared; waits for its turn.

        Raises:
            Conflict: it takes too long; code ``replay_busy``.
        """
        if not self._comparing.acquire(timeout=PATIENCE_S):
            raise Conflict(
                "Other replays are being compared.",
                remedy="Wait a moment, then try again.",
                code="replay_busy",
            )
        try:
            yield
        finally:
            self._comparing.release()
