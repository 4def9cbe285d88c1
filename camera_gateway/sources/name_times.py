"""Capture times that stand in file names.

Understood: ten digits of Unix seconds at the start (``1532815146_-00480.jpg``), and a date and time
of day anywhere, with or without separators and a trailing Z (``20180728T150706``,
``2026_0722_202000``, ``tower-1_2026-01-08_09-36-34``).
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

__all__ = ["UNDERSTOOD_NAMES", "time_in_name", "view_in_name"]

UNDERSTOOD_NAMES = "1532815146_anything.jpg (Unix seconds) or anything_20180728T150706Z.jpg"
_UNIX = re.compile(r"^(\d{10})(?:\.(\d{1,6}))?(?!\d)")
_CALENDAR = re.compile(
    r"(?<!\d)(\d{4})[-_]?(\d{2})[-_]?(\d{2})[T_ -]?(\d{2})[-_:]?(\d{2})[-_:]?(\d{2})"
    r"(?:\.(\d{1,6}))?(Z)?(?!\d)"
)
_EARLIEST_YEAR = 1990  # before any network camera: what looks earlier is a serial number


def time_in_name(name: str, zone: tzinfo = UTC) -> datetime | None:
    """Capture time in a file name.

    Args:
        name: without its folder.
        zone: of a calendar time that carries no Z; Unix seconds are always UTC.

    Returns:
        An aware UTC moment, or None when no time is understood.

    >>> time_in_name("1532815146_-00480.jpg").isoformat()
    '2018-07-28T21:59:06+00:00'
    >>> time_in_name("IMG_0042.jpg") is None
    True
    """
    found = _find(name, zone)
    return None if found is None else found[0]


def view_in_name(name: str) -> str:
    """What a file name says of the view: the text before its time, empty when there is none.

    >>> view_in_name("ca-alder-hill-1_20260108_093634.jpg")
    'ca-alder-hill-1'
    >>> view_in_name("1532815146_-00480.jpg")
    ''
    """
    found = _find(name, UTC)
    return "" if found is None else name[: found[1]].strip("_-. ")


def _find(name: str, zone: tzinfo) -> tuple[datetime, int] | None:
    """The capture time and where it begins in the name."""
    unix = _UNIX.match(name)
    if unix is not None:
        moment = datetime.fromtimestamp(int(unix[1]), UTC) + _fraction(unix[2])
        return (moment, 0) if moment.year >= _EARLIEST_YEAR else None
    for found in _CALENDAR.finditer(name):
        parts = [int(part) for part in found.groups()[:6]]
        try:
            moment = datetime(*parts, tzinfo=UTC if found[8] else zone)  # type: ignore[arg-type,misc]
        except ValueError:
            continue
        if moment.year >= _EARLIEST_YEAR:
            return (moment + _fraction(found[7])).astimezone(UTC), found.start()
    return None


def _fraction(digits: str | None) -> timedelta:
    return timedelta(seconds=float(f"0.{digits}")) if digits else timedelta(0)
