"""Work that goes behind the live cameras: one thing at a time, while none of their frames waits."""

import asyncio
import logging
import math
import threading
from collections.abc import Callable
from typing import Final

from models.clock import Clock
from models.errors import WatchError

__all__ = ["Behind", "Stopped"]

logger = logging.getLogger(__name__)

LOOKS_EVERY_S: Final = 2.0
AGAIN_S: Final = 30.0
WAIT_S: Final = 0.2


class Stopped(Exception):
    """The watch ends; what was begun still waits."""


class Behind:
    """Goes on with a desk's work until the watch ends.

    Args:
        clock: for its pauses.
        backlog: how many live frames wait.
    """

    def __init__(self, clock: Clock, backlog: Callable[[], int]) -> None:
        self._clock = clock
        self._backlog = backlog
        self._stopping = threading.Event()

    async def run(self, work_once: Callable[[], bool], failed: str) -> None:
        """Work until cancelled.

        Args:
            work_once: does one thing in a thread aside, and says whether there was any.
            failed: what the log says when the store or the disk fails it; it is tried again.
        """
        self._stopping.clear()
        try:
            while True:
                try:
                    pause_s = 0.0 if await asyncio.to_thread(work_once) else LOOKS_EVERY_S
                except WatchError:
                    logger.exception(failed)
                    pause_s = AGAIN_S
                await self._clock.sleep(pause_s)
        finally:
            self.stop()

    def stop(self) -> None:
        """What works gives up at its next wait."""
        self._stopping.set()

    def wait(self, most_s: float = math.inf) -> None:
        """Let live frames go first; called between the parts of a work.

        Args:
            most_s: for about so long; what is live itself does not wait for ever.

        Raises:
            Stopped: the watch ends.
        """
        waited_s = 0.0
        while self.looks() and waited_s < most_s:
            self._stopping.wait(WAIT_S)
            waited_s += WAIT_S

    def looks(self) -> bool:
        """Whether a live frame waits now, for what cannot wait in its own thread.

        Raises:
            Stopped: the watch ends.
        """
        if self._stopping.is_set():
            raise Stopped
        return self._backlog() > 0
