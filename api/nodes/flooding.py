"""How much one sender may push: so much a minute, and a burst of two minutes' worth."""

import threading
from collections import OrderedDict, deque
from typing import Final

from models.clock import Clock

__all__ = ["Buckets", "Misses"]

MOST_SENDERS: Final = 10_000
BURST_MINUTES: Final = 2.0
MISS_WINDOW_S: Final = 60.0
MOST_MISSES: Final = 30


class Buckets:
    """What each node has left; any thread may use it.

    Args:
        clock: for the minute.
        most_per_minute: pushes, at least 1.
    """

    def __init__(self, clock: Clock, most_per_minute: int) -> None:
        self._clock = clock
        self._per_s = most_per_minute / 60.0
        self._full = most_per_minute * BURST_MINUTES
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, sender: str) -> float:
        """Take one push of a sender.

        Returns:
            0 when it is let through; else the seconds until one would be, above 0.
        """
        now_s = self._clock.monotonic_s()
        with self._lock:
            left, since_s = self._left.pop(sender, (self._full, now_s))
            left = min(self._full, left + (now_s - since_s) * self._per_s)
            is_let = left >= 1.0
            self._left[sender] = (left - 1.0 if is_let else left, now_s)
            while len(self._left) > MOST_SENDERS:
                self._left.popitem(last=False)
        return 0.0 if is_let else (1.0 - left) / self._per_s


class Misses:
    """Who pushes what is refused, lately: of those the next is not even read.

    By address and node: behind one address may stand every node of a carrier, and one with a wrong
    key must not shut the others out.

    Args:
        clock: for the minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at_s: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def count(self, address: str, node_id: str) -> None:
        """Count one."""
        with self._lock:
            key = (address, node_id)
            times = self._at_s.pop(key, None) or deque(maxlen=MOST_MISSES)
            self._at_s[key] = times
            times.append(self._clock.monotonic_s())
            while len(self._at_s) > MOST_SENDERS:
                self._at_s.popitem(last=False)

    def wait_s(self, address: str, node_id: str) -> float:
        """Seconds until a push is read again; 0 for at once."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            times = self._at_s.get((address, node_id))
            if times is None or len(times) < MOST_MISSES:
                return 0.0
            return max(0.0, times[0] + MISS_WINDOW_S - now_s)
