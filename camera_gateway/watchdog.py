"""A limit from outside for what a source does: a call that never comes back is left behind.

A reader cannot watch itself: while it hangs it does nothing. So each call is a task of its own, and
somebody else, once a second, asks whether it is overdue. An overdue call is cancelled, not waited
for. What does not heed even that is counted, and a camera with too many of those gets no new reader
until one comes back: a stuck thread must not become a thousand.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final, TypeVar

from models.clock import Clock
from models.errors import SourceUnavailable

__all__ = ["MOST_HANGING", "Watchdog"]

_logger = logging.getLogger(__name__)
MOST_HANGING: Final = 3
T = TypeVar("T")


class Watchdog:
    """Watches one call at a time.

    Args:
        clock: measures.
        name: of the camera, for the log.
    """

    def __init__(self, clock: Clock, name: str) -> None:
        self._clock = clock
        self._name = name
        self._due_s = math.inf
        self._overdue: asyncio.Future[None] | None = None
        self._left: set[asyncio.Future[object]] = set()

    @property
    def hanging(self) -> int:
        """Calls that were left behind and have not come back."""
        return len(self._left)

    def check(self) -> None:
        """Leave the call behind if it is overdue; for the one outside, on the event loop."""
        if self._overdue is not None and self._clock.monotonic_s() >= self._due_s:
            self._due_s = math.inf
            if not self._overdue.done():
                self._overdue.set_result(None)

    async def within(self, limit_s: float, call: Awaitable[T], doing: str) -> T:
        """Wait for a call, no longer than it is allowed.

        Args:
            limit_s: seconds by the clock; infinity waits for ever.
            call: not yet begun, or begun as a task.
            doing: what it does, for the message, such as ``"reading"``.

        Raises:
            SourceUnavailable: overdue; code ``source_hangs``.
        """
        task = asyncio.ensure_future(call)
        overdue = asyncio.get_running_loop().create_future()
        self._overdue, self._due_s = overdue, self._clock.monotonic_s() + limit_s
        try:
            await asyncio.wait({task, overdue}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._leave(task)
            raise
        finally:
            if self._overdue is overdue:
                self._overdue, self._due_s = None, math.inf
            overdue.cancel()
        if task.done():
            return task.result()
        self._leave(task)
        _logger.warning("camera %s: %s did not come back in %g s", self._name, doing, limit_s)
        raise SourceUnavailable(
            f"Nothing came for {limit_s:g} s while {doing}.",
            remedy="Look at the camera and its line.",
            code="source_hangs",
        )

    async def certainly(self, limit_s: float, call: Awaitable[None], doing: str) -> None:
        """As :meth:`within`, also while this task is being cancelled; a failure is only logged."""
        # Begun at once: a loop that is torn down right now must not leave it unasked.
        begun = asyncio.ensure_future(self.within(limit_s, asyncio.ensure_future(call), doing))
        try:
            await asyncio.shield(begun)
        except asyncio.CancelledError:
            # The second cancellation goes on only after it is done.
            with suppress(Exception):
                await begun
            raise
        except Exception:
            _logger.exception("camera %s: %s failed", self._name, doing)

    def _leave(self, task: "asyncio.Future[T]") -> None:
        """Cancel it and go on; what it still brings is nobody's."""

        def back(done: "asyncio.Future[object]") -> None:
            self._left.discard(done)
            if not done.cancelled():
                done.exception()  # asked for, so that nobody complains of it

        task.cancel()
        self._left.add(task)  # type: ignore[arg-type]  # its result is not used
        task.add_done_callback(back)  # type: ignore[arg-type]
