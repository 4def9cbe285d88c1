"""Times between two readings of the wall's clock, where that clock was not set in between."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from models.store.report_shapes import ShiftedClock

__all__ = ["Doubt"]


class Doubt:
    """Knows when the server's clock was set.

    A clock that is set back shows the same hour twice, so that nobody can tell on which side of the
    change a reading lies. Whoever has two readings with such an hour between them, or in it, has no
    time between them.

    Args:
        shifts: when it was set.

    Attributes:
        shifts: the same.
    """

    def __init__(self, shifts: Iterable[ShiftedClock]) -> None:
        self.shifts = tuple(shifts)

    def seconds(self, first: datetime, second: datetime) -> float | None:
        """Seconds from one reading to a later one; None where nobody can tell.

        Args:
            first: UTC by the server's clock.
            second: likewise; before the first, it tells nothing.
        """
        if second < first:
            return None
        for one in self.shifts:
            before = one.at - timedelta(seconds=one.shift_s)
            earliest, latest = min(before, one.at), max(before, one.at)
            if first <= latest and second >= earliest:
                return None
        return (second - first).total_seconds()
