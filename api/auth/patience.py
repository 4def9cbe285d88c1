"""How long somebody who guesses passwords has to wait, without locking anybody else out.

Three things are counted, in the store, so that a restart forgives nothing:

* failures in a row of one account at one address: from the fifth on the next attempt waits one
  minute, then two, four, eight, fifteen;
* failures of all accounts at one address, and of one account at all addresses, within an hour: from
  the thirtieth on strangers get one attempt in twenty seconds there.

Whoever has signed in from an address within a month is no stranger: a whole bureau behind one
address keeps signing in while somebody in it, or outside, guesses. Nobody is ever locked out for
good, and an account that does not exist is treated as one that does.
"""

import threading
from collections import OrderedDict
from typing import Final

from api.errors import TooManyAttempts
from models.clock import Clock
from models.store.sign_ins import SignInRepository

__all__ = ["Patience"]

FREE: Final = 5
FIRST_S: Final = 60.0
LONGEST_S: Final = 900.0
MOST_FAILURES: Final = 30
STRANGERS_EVERY_S: Final = 20.0
MOST_REMEMBERED: Final = 10_000


class Patience:
    """Counts attempts to sign in.

    Args:
        memory: where they are counted.
        clock: for waiting.
    """

    def __init__(self, memory: SignInRepository, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._strangers: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Let an attempt pass, or not yet.

        Raises:
            TooManyAttempts: code ``too_many_attempts``; the remedy says how long to wait.
        """
        tries = self._memory.tries(name, address)
        if tries.failures >= FREE and tries.failed_at is not None:
            wait_s = min(FIRST_S * 2.0 ** min(tries.failures - FREE, 10), LONGEST_S)
            left_s = wait_s - (self._clock.now() - tries.failed_at).total_seconds()
            if left_s > 0.0:
                raise _not_yet(left_s)
        if tries.is_known:
            return
        for key, failures in ((f"at {address}", tries.of_address), (f"as {name}", tries.of_name)):
            if failures >= MOST_FAILURES:
                self._take_turn(key)

    def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        self._memory.failed(name, address)

    def succeeded(self, name: str, address: str) -> None:
        """The account is known at that address from now on."""
        self._memory.succeeded(name, address)

    def _take_turn(self, key: str) -> None:
        now_s = self._clock.monotonic_s()
        with self._lock:
            last_s = self._strangers.get(key)
            if last_s is not None and now_s - last_s < STRANGERS_EVERY_S:
                raise _not_yet(STRANGERS_EVERY_S - (now_s - last_s))
            self._strangers[key] = now_s
            self._strangers.move_to_end(key)
            if len(self._strangers) > MOST_REMEMBERED:
                self._strangers.popitem(last=False)


def _not_yet(left_s: float) -> TooManyAttempts:
    return TooManyAttempts("Too many wrong passwords.", remedy=f"Wait {left_s:.0f} s.")
