"""A scale of seconds that no change of the server's clock moves, also across restarts.

The wall's clock may be set while the watch runs: by a hand, by a time server that was out of reach
for weeks. A minute that somebody has to answer in must stay a minute. ``tick_s`` follows the
machine's monotonic clock, and an anchor in the store carries it over a restart: exactly while the
machine runs on, and by the wall's clock when it was booted anew (never backwards).
"""

from dataclasses import dataclass
from datetime import datetime

from models.clock import Clock

__all__ = ["Anchor", "ClockShift", "tick_s"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """One moment on every scale.

    Attributes:
        scale: of the monotonic clock, see :attr:`models.clock.Clock.scale`.
        monotonic_s: on it.
        tick_s: on the scale that never jumps; rises, is of the order of seconds since 1970.
        wall_at: UTC.
    """

    scale: str
    monotonic_s: float
    tick_s: float
    wall_at: datetime


@dataclass(frozen=True, slots=True)
class ClockShift:
    """That the server's clock was set, or ran on while the machine slept.

    Attributes:
        at: UTC, by the clock as it was set.
        tick_s: the same on the scale that never jumps.
        shift_s: by so many seconds; above 0 forward, below 0 back.
    """

    at: datetime
    tick_s: float
    shift_s: float


def tick_s(clock: Clock, anchor: Anchor | None) -> float:
    """Now, on the scale that never jumps.

    Args:
        clock: to read.
        anchor: an earlier moment; None for the first of all, which is the wall's.
    """
    if anchor is None:
        return clock.now().timestamp()
    if anchor.scale == clock.scale:
        return anchor.tick_s + (clock.monotonic_s() - anchor.monotonic_s)
    return anchor.tick_s + max(0.0, (clock.now() - anchor.wall_at).total_seconds())
