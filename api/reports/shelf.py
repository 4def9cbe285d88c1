"""Reports as they were last made: to make one reads a month of rows, and pages ask twice."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from models.report import Report, ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ReportShelf"]

MOST_KEPT: Final = 24
FRESH: Final = timedelta(minutes=1)
"""Visits, receipts and shifts are written without an event: what is older is made again."""

Stamp = tuple[int, int]


class ReportShelf:
    """Reports by period; from any thread. One is made at a time: the watch goes before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._making = Lock()
        self._kept: OrderedDict[tuple[ReportKind, str], tuple[Stamp, Report]] = OrderedDict()

    def get(
        self,
        kind: ReportKind,
        period: str,
        *,
        stamp: Stamp,
        now: datetime,
        make: "Callable[[], Report]",
    ) -> Report:
        """The report of a period.

        Args:
            kind: which.
            period: its name.
            stamp: newest event, and version of the land; another one makes it again.
            now: UTC.
            make: makes it; what it raises is raised, and nothing is kept.
        """
        found = self._fresh(kind, period, stamp, now)
        if found is not None:
            return found
        with self._making:
            found = self._fresh(kind, period, stamp, now)  # somebody else may have made it
            if found is not None:
                return found
            made = make()
            with self._lock:
                self._kept[kind, period] = stamp, made
                self._kept.move_to_end((kind, period))
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            return made

    def _fresh(self, kind: ReportKind, period: str, stamp: Stamp, now: datetime) -> Report | None:
        with self._lock:
            known, report = self._kept.get((kind, period), (None, None))
        if report is None or known != stamp:
            return None
        return report if timedelta() <= now - report.made_at < FRESH else None
