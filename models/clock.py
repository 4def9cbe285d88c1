"""Time is injected: the same pipeline runs live, in replay and in tests that never sleep.

Every moment is an aware UTC ``datetime``. ``monotonic_s`` measures waits and ages; it never jumps.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

__all__ = ["Clock", "ManualClock", "SystemClock", "require_utc"]

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What a component may ask about time."""

    def now(self) -> datetime:
        """Current moment, aware, UTC."""

    def monotonic_s(self) -> float:
        """Seconds on a scale that never goes back."""

    @property
    def scale(self) -> str:
        """Name of that scale: readings of one name may be compared, also between processes."""

    async def sleep(self, duration_s: float) -> None:
        """Wait; a non-positive duration only yields to other tasks."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Current moment in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()

    @property
    def scale(self) -> str:
        """The machine since it was booted; where it does not say when, this process."""
        return _boot()

    async def sleep(self, duration_s: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(max(0.0, duration_s))


class ManualClock:
    """A clock for tests: it moves only when told to, or when somebody sleeps on it."""

    def __init__(self, start: datetime) -> None:
        self._start = require_utc(start)
        self._elapsed_s = 0.0
        self._set_by = timedelta()
        self._scale = uuid4().hex

    def now(self) -> datetime:
        """Start plus what has been advanced, and what it was set by."""
        return self._start + timedelta(seconds=self._elapsed_s) + self._set_by

    def monotonic_s(self) -> float:
        """Seconds advanced so far."""
        return self._elapsed_s

    @property
    def scale(self) -> str:
        """This clock alone."""
        return self._scale

    def set_wall(self, by: timedelta) -> None:
        """Set the wall's clock forward or, by less than nothing, back; no time passes."""
        self._set_by += by

    def advance(self, duration_s: float) -> None:
        """Move forward.

        Raises:
            ValueError: for a negative duration.
        """
        if duration_s < 0:
            msg = f"a clock cannot go back: {duration_s} s"
            raise ValueError(msg)
        self._elapsed_s += duration_s

    async def sleep(self, duration_s: float) -> None:
        """Advance at once instead of waiting."""
        self.advance(max(0.0, duration_s))
        await asyncio.sleep(0)


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return uuid4().hex


def require_utc(moment: datetime) -> datetime:
    """Return the moment in UTC.

    Raises:
        ValueError: when it carries no time zone (a naive time is a guess), or when it is within a
            day of the calendar's ends, the years 1 and 9999, where another zone has no date for it.
    """
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} carries no time zone; give an aware datetime"
        raise ValueError(msg)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        msg = f"{moment.isoformat()} has no date in UTC; give a year from 2 to 9998"
        raise ValueError(msg) from error
