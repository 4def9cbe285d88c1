"""How long a transfer waits, by how fast its line answers.

A radio of 1,200 baud answers in seconds and a cable in milliseconds: a fixed time is too short for
one and too long for the other. What was measured sets the next wait, as RFC 6298 does it for TCP
(sections 2.2 to 2.4); an answer to something that was said twice is not measured (Karn).
"""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["Patience", "RoundTrip"]

_SMOOTH: Final = 1 / 8
_SPREAD: Final = 1 / 4
_TIMES: Final = 4.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits of a transfer. Defaults follow the developer guide where it names them.

    Attributes:
        first_s: for the first answer, as long as nothing is measured.
        item_s: the least wait before an item is asked for again.
        longest_s: the longest wait before something is said again.
        repeats: of the first word.
        item_repeats: of one item's request.
        quiet_s: without a request, after which a vehicle has given up; 10 round trips if longer.
        stalled_s: without a new item, after which a transfer is lost, whatever is said meanwhile.
        space_s: after NO_SPACE in answer to the first word; an autopilot that has just started says
            so.
        space_repeats: how often.
        attempts: of a whole transfer.
    """

    first_s: float = 1.5
    item_s: float = 0.25
    longest_s: float = 8.0
    repeats: int = 5
    item_repeats: int = 12
    quiet_s: float = 6.0
    stalled_s: float = 30.0
    space_s: float = 2.0
    space_repeats: int = 5
    attempts: int = 5


@dataclass(slots=True)
class RoundTrip:
    """What was measured on one line.

    Attributes:
        patience: its bounds.
    """

    patience: Patience
    _mean_s: float | None = field(default=None, init=False)
    _spread_s: float = field(default=0.0, init=False)

    def measured(self, took_s: float) -> None:
        """One answer to something that was said once."""
        if self._mean_s is None:
            self._mean_s, self._spread_s = took_s, took_s / 2
            return
        self._spread_s += _SPREAD * (abs(took_s - self._mean_s) - self._spread_s)
        self._mean_s += _SMOOTH * (took_s - self._mean_s)

    @property
    def wait_s(self) -> float:
        """For the answer to a first word."""
        return min(max(self.patience.first_s, self._measured_s()), self.patience.longest_s)

    @property
    def item_wait_s(self) -> float:
        """For one item; without any measure as long as for a first word."""
        least_s = self.patience.first_s if self._mean_s is None else self.patience.item_s
        return min(max(least_s, self._measured_s()), self.patience.longest_s)

    @property
    def quiet_s(self) -> float:
        """Until a vehicle that asks for nothing has given up."""
        return max(self.patience.quiet_s, 10.0 * (self._mean_s or 0.0))

    def _measured_s(self) -> float:
        return 0.0 if self._mean_s is None else self._mean_s + _TIMES * self._spread_s
