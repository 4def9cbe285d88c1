"""Send a recording at the cadence at which it was made, or faster by a known rate.

A late consumer (a slow disk, a busy machine) is never punished with a burst: the schedule is
shifted, and the cadence between the frames that follow stays.
"""

import math

from models.clock import Clock
from models.errors import InputRefused

__all__ = ["Pacer"]


class Pacer:
    """Waits until a recorded moment is due.

    Args:
        clock: measures and waits.
        rate: recorded seconds per second, > 0; 1 is real time, ``math.inf`` never waits.
        max_gap_s: longest single wait, in recorded seconds, >= 0; None for no limit.

    Raises:
        InputRefused: the rate or the limit is out of range.
    """

    def __init__(self, clock: Clock, rate: float, max_gap_s: float | None = None) -> None:
        if math.isnan(rate) or rate <= 0.0:
            raise InputRefused(
                f"A replay rate of {rate} is not possible.",
                remedy="Give a number above 0; 1 is the recorded pace.",
                code="replay_rate",
            )
        if max_gap_s is not None and not max_gap_s >= 0.0:
            raise InputRefused(
                f"A longest gap of {max_gap_s} s is not possible.",
                remedy="Give 0 or more recorded seconds.",
                code="replay_gap",
            )
        self._clock = clock
        self._rate = rate
        self._max_gap_s = math.inf if max_gap_s is None else max_gap_s
        self._last_recorded_s: float | None = None
        self._last_due_s = 0.0

    async def wait_for(self, recorded_s: float) -> None:
        """Return when that recorded moment is due; the first one is due at once.

        Args:
            recorded_s: on the recording's own scale; a step back counts as no gap.
        """
        now_s = self._clock.monotonic_s()
        if self._last_recorded_s is None:
            due_s = now_s
        else:
            recorded_gap_s = max(0.0, recorded_s - self._last_recorded_s)
            gap_s = min(recorded_gap_s, self._max_gap_s) / self._rate
            due_s = self._last_due_s + gap_s
            if now_s - due_s > gap_s:
                due_s = now_s
            await self._clock.sleep(due_s - now_s)
        # Only a completed wait counts: a cancelled one leaves the schedule as it was.
        self._last_recorded_s = recorded_s
        self._last_due_s = due_s
