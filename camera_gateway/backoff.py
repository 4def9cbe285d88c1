"""How long to wait before the next attempt, at most: see :mod:`camera_gateway.rest`.

Doubling, capped and jittered: forty cameras behind a mast that restarts must not all come back in
the same second.
"""

from collections.abc import Callable

__all__ = ["BackOff", "slow_lane"]


class BackOff:
    """Growing waits.

    Args:
        random: numbers in [0, 1), injected.
        first_s: longest first wait, > 0.
        cap_s: longest wait at all, >= ``first_s``.
    """

    def __init__(
        self, random: Callable[[], float], *, first_s: float = 1.0, cap_s: float = 60.0
    ) -> None:
        self._random = random
        self._first_s = first_s
        self._cap_s = cap_s
        self._failures = 0

    def next_wait_s(self) -> float:
        """Wait after one more failure: half of the doubled limit for certain, half by chance."""
        # The exponent is bounded: a camera that is gone for a year must not overflow a float.
        limit_s = min(self._cap_s, self._first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        return limit_s * (0.5 + 0.5 * self._random())

    def reset(self) -> None:
        """All is well: the next failure is the first one again."""
        self._failures = 0


def slow_lane(random: Callable[[], float]) -> BackOff:
    """Waits after a refusal: 2.5 to 15 minutes.

    Common cameras lock an address out after five to seven refusals within half an hour; six of ours
    take longer than that.
    """
    return BackOff(random, first_s=300.0, cap_s=900.0)
