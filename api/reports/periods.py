"""Months and years of the site's clock."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from models.errors import InputRefused
from models.report import ReportKind

__all__ = ["Period", "period_of"]

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEAR: Final = re.compile(r"([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about.

    Attributes:
        kind: of the report.
        name: ``2026-11`` or ``2026``.
        from_at: UTC, included.
        until_at: UTC, not included; now, where the period is not over.
        is_whole: it is over.
    """

    kind: ReportKind
    name: str
    from_at: datetime
    until_at: datetime
    is_whole: bool


def period_of(kind: ReportKind, name: str, zone: ZoneInfo, now: datetime) -> Period:
    """The period of a name.

    Args:
        kind: of the report.
        name: ``2026-11`` for a month, ``2026`` for a year.
        zone: of the site's clock.
        now: UTC.

    Raises:
        InputRefused: it is none, or has not begun; code ``report_period``.
    """
    monthly = kind is ReportKind.MONTHLY
    found = (_MONTH if monthly else _YEAR).fullmatch(name)
    year = int(found[1]) if found else 0
    if found is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise _refused(name[:20], "is no month" if monthly else "is no year", monthly=monthly)
    month = int(found[2]) if monthly else 1
    following = (year, month + 1) if monthly and month < 12 else (year + 1, 1)
    from_at = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
    end_at = datetime(*following, 1, tzinfo=zone).astimezone(UTC)
    if now <= from_at:
        raise _refused(name, "has not begun", monthly=monthly)
    return Period(kind, name, from_at, min(end_at, now), end_at <= now)


def _refused(name: str, why: str, *, monthly: bool) -> InputRefused:
    example = "2026-11" if monthly else "2026"
    return InputRefused(
        f"{name!r} {why}.",
        remedy=f"Write it as {example}, and choose one that has begun.",
        code="report_period",
    )
