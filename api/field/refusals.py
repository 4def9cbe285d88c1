"""Links that are refused: each is written down, and whoever tries many is slowed down.

A right token is never held up: behind one address may stand a whole village's network. Ten
refusals a minute of one address, and a hundred of all together, are in the log of deeds; of what
follows only that it was slowed down, so that nobody fills the log by guessing. Nothing is guessed
in that time: a token has 256 bits of proof.
"""

import ipaddress
import threading
from collections import OrderedDict, deque
from typing import Final

from models.clock import Clock

__all__ = ["Refusals"]

WINDOW_S: Final = 60.0
MOST_OF_ONE: Final = 10
MOST_OF_ALL: Final = 100
MOST_ADDRESSES: Final = 10_000
_IPV6_NETWORK: Final = 64
"""Bits: a household, which has all addresses behind them."""


class Refusals:
    """Counts refusals of the last minute; any thread may use it.

    Args:
        clock: for the minute.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all: deque[float] = deque()
        self._of: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str) -> int:
        """Count one more refusal of an address.

        Returns:
            0 when it is allowed, 1 for the first that is not, 2 for those behind it.
        """
        now_s = self._clock.monotonic_s()
        key = _network_of(address)
        with self._lock:
            own = self._of.pop(key, None) or deque()
            self._of[key] = own  # who was heard of last is forgotten last
            while len(self._of) > MOST_ADDRESSES:
                self._of.popitem(last=False)
            over = _counted(own, MOST_OF_ONE, now_s)
            # Who is slowed down already uses up nothing of what all have together.
            return over if over > 1 else max(over, _counted(self._all, MOST_OF_ALL, now_s))


def _counted(times: deque[float], most: int, now_s: float) -> int:
    while times and now_s - times[0] >= WINDOW_S:
        times.popleft()
    if len(times) > most:  # the first that is too many is kept, and no more
        return 2
    times.append(now_s)
    return max(0, len(times) - most)


def _network_of(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
