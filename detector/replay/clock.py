"""The clock of a replay: it shows when the frame in hand was made.

So whatever asks for the time, a judge of frozen pictures first of all, is answered as it would have
been on the tower; how fast the machine is shows nowhere.
"""

import asyncio
import math
from datetime import datetime

from detector.evaluate.footage import SOME_DAY
from models.clock import require_utc

__all__ = ["ReplayClock"]


class ReplayClock:
    """See :class:`models.clock.Clock`.

    Time passes between frames alone. Whoever waits for a moment between two of them does not wait,
    for a replay loses nothing; whoever waits for ever does.
    """

    def __init__(self) -> None:
        self._start: datetime | None = None
        self._now = SOME_DAY
        self._passed_s = 0.0

    def now(self) -> datetime:
        """Capture time of the frame in hand; some day before the first."""
        return self._now

    def monotonic_s(self) -> float:
        """Seconds from the first frame to the latest; a frame from before it changes nothing."""
        return self._passed_s

    @property
    def scale(self) -> str:
        """Each replay is its own."""
        return f"replay {id(self)}"

    def show(self, captured_at: datetime) -> None:
        """The next frame is in hand.

        Args:
            captured_at: aware.

        Raises:
            ValueError: it carries no time zone.
        """
        self._now = require_utc(captured_at)
        if self._start is None:
            self._start = self._now
        self._passed_s = max(self._passed_s, (self._now - self._start).total_seconds())

    async def sleep(self, duration_s: float) -> None:
        """Let others go on; for ever, where that was asked for."""
        if math.isinf(duration_s) and duration_s > 0.0:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
