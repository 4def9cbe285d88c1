"""From when until when a row of a roster is, as offices write it.

A day alone is that whole day of the site's clock. Times of a day go on into the next one where the
end is not later than the beginning: 8:00 to 8:00 is a day and a night.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.cells import is_empty, moment_of, text_of
from api.moments import FIRST_YEAR, LAST_YEAR
from models.errors import InputRefused

__all__ = ["span_of"]

ONE_DAY: Final = timedelta(days=1)
_CLOCK: Final = re.compile(
    r"(次日|翌日|第二天)?\s*(\d{1,2})(?::|时|点)(?:(\d{1,2})分?)?(?::(\d{1,2})秒?)?"
)
_MIDNIGHT_OF_EXCEL: Final = datetime(1900, 1, 1)  # noqa: DTZ001  # how it hands over 24:00


def span_of(
    day: object, from_cell: object, until_cell: object, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """The span of a row.

    Args:
        day: cell of the day; may be empty where the others state whole moments.
        from_cell: a time of that day or a whole moment; empty, with the other, for the whole day.
        until_cell: likewise; a time may be 24:00, or say 次日.
        zone: of the site.

    Returns:
        From (included) and until (not included), UTC. Whether it ends later is for
        :func:`models.duty.check_shift` to say.

    Raises:
        InputRefused: something is missing (``duty_moment_missing``), or cannot be understood or
            contradicts the day (``duty_moment``).
    """
    stated = None if is_empty(day) else _day_of(day, zone)
    if is_empty(from_cell) and is_empty(until_cell):
        if stated is None:
            raise _missing()
        return _at(stated, timedelta(), zone), _at(stated, ONE_DAY, zone)
    if is_empty(from_cell) or is_empty(until_cell):
        raise _missing()
    begins = _clock_of(from_cell)
    if begins is None:
        local = _moment_of(from_cell, zone)
        if stated is not None and local.date() != stated:
            raise _unclear(f"{text_of(from_cell)} is not on the day of the row")
        stated, begins = local.date(), _clock_time(local)
        from_at = local.astimezone(UTC)
    elif stated is None:
        raise _missing()
    elif begins >= ONE_DAY:
        raise _unclear(f"{text_of(from_cell)} is no time of a day")
    else:
        from_at = _at(stated, begins, zone)
    ends = _clock_of(until_cell)
    if ends is None:
        return from_at, _moment_of(until_cell, zone).astimezone(UTC)
    return from_at, _at(stated, ends if ends > begins else ends + ONE_DAY, zone)


def _day_of(cell: object, zone: ZoneInfo) -> date:
    at = _moment_of(cell, zone)
    if at.time() != time():
        raise _unclear(f"{text_of(cell)} is a moment where a day should stand")
    return at.date()


def _moment_of(cell: object, zone: ZoneInfo) -> datetime:
    at = moment_of(cell, zone)
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _unclear(f"{text_of(cell)[:40]} is no day or time")
    return at


def _clock_of(cell: object) -> timedelta | None:
    """Time since midnight, of the day after with a day more; None for what is no time of a day."""
    if isinstance(cell, time):
        return _clock_time(cell)
    if isinstance(cell, timedelta):
        return cell if timedelta() <= cell <= ONE_DAY else None
    if cell == _MIDNIGHT_OF_EXCEL:
        return ONE_DAY
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text_of(cell)))
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if clock > ONE_DAY or minutes >= 60 or seconds >= 60:  # of an hour, a minute
        return None
    return clock + ONE_DAY if match[1] else clock


def _clock_time(at: datetime | time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _at(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    """So long after midnight by the clock on the wall, also where the zone changes in between."""
    return (datetime.combine(day, time()) + clock).replace(tzinfo=zone).astimezone(UTC)


def _missing() -> InputRefused:
    return InputRefused(
        "The row does not say when.",
        remedy="Give the day; or beginning and end, both, as times of it or as whole moments.",
        code="duty_moment_missing",
    )


def _unclear(what: str) -> InputRefused:
    return InputRefused(
        f"{what}.",
        remedy="Write days as 2026-04-05 and times as 8:00; 24:00 is the end of the day.",
        code="duty_moment",
    )
