"""Times of a schedule as a line of cron and back: ``30 9 * 3-5 mon-fri``.

Weekdays are read and written by name only. A number means another day to another reader: in
crontab(5) 1 is Monday, in APScheduler 3 it is Tuesday, in Quartz Sunday. A list of days of the
month has no meaning here beside weekdays (crontab takes the one OR the other), so it is ``*``.
Months become seasons of whole months. A range that goes backward is refused: readers differ.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from drone_jobs.calendar.checking import DAYS_OF_MONTH, MOST_MINUTES
from models.errors import InputRefused
from models.flight import Timing, Weekday
from models.times import Season

__all__ = ["read_cron", "write_cron"]

LONGEST: Final = 1000
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_WEEKDAYS: Final = tuple(day.value for day in Weekday)


def read_cron(text: str) -> Timing:
    """Read a line of five fields: minute, hour, day of the month, month, weekday.

    Args:
        text: numbers, ``*``, lists, forward ranges and ``/`` steps; months also by name, weekdays
            only by name.

    Raises:
        InputRefused: it is no such line (``cron_text``), has a weekday by number
            (``cron_weekday_number``), or says what a schedule cannot (``cron_unsayable``).
    """
    fields = text.lower().split() if len(text) <= LONGEST and text.isascii() else []
    if len(fields) != 5:
        raise _no_line(text, "five fields: minute, hour, day of the month, month, weekday")
    minute, hour, day, month, weekday = fields
    if day != "*":
        raise InputRefused(
            f"The day of the month {day!r} cannot be said in a schedule.",
            remedy="Write * there; choose weekdays, and months for seasons.",
            code="cron_unsayable",
        )
    minutes = _numbers(minute, 0, 59, ())
    hours = _numbers(hour, 0, 23, ())
    times = tuple(60 * hour + minute for hour, minute in product(hours, minutes))
    if len(times) > MOST_MINUTES:
        raise InputRefused(
            f"{text!r} opens {len(times)} windows a day.",
            remedy=f"At most {MOST_MINUTES}, one every five minutes.",
            code="cron_unsayable",
        )
    months = _numbers(month, 1, 12, _MONTHS)
    return Timing(at_minutes=times, weekdays=_weekdays(weekday), seasons=_seasons(months))


def write_cron(timing: Timing) -> str:
    """Write times as one line that every reader of named weekdays takes the same way.

    Raises:
        InputRefused: one line cannot say it (``cron_unsayable``): by sun or danger, times that
            are not the same minutes of each hour, or seasons that are not whole months.
    """
    hours = sorted({minute // 60 for minute in timing.at_minutes})
    minutes = sorted({minute % 60 for minute in timing.at_minutes})
    if not hours or len(hours) * len(minutes) != len(timing.at_minutes):
        raise InputRefused(
            "One line of cron cannot say when it opens.",
            remedy="Only times of the day that are the same minutes of each hour can be written.",
            code="cron_unsayable",
        )
    weekdays = sorted({_WEEKDAYS.index(day) for day in timing.weekdays})
    return " ".join(
        (
            ",".join(map(str, minutes)),
            ",".join(map(str, hours)),
            "*",
            ",".join(map(str, _months(timing.seasons))) or "*",
            ",".join(_WEEKDAYS[day] for day in weekdays) or "*",
        )
    )


def _numbers(field: str, least: int, most: int, names: Sequence[str]) -> list[int]:
    found: set[int] = set()
    for part in field.split(","):
        body, has_step, step = part.partition("/")
        low, is_range, high = body.partition("-")
        if body == "*":
            first, last = least, most
        else:
            first = _number(low, least, names, field)
            last = _number(high, least, names, field) if is_range else first
        # A step behind a single number is read as "from there on" by some, and refused by others.
        is_plain = body != "*" and not is_range
        every = _number(step, 0, (), field) if has_step else 1
        if not least <= first <= last <= most or every < 1 or (has_step and is_plain):
            raise _no_line(field, f"numbers from {least} to {most}, ranges that go forward")
        found.update(range(first, last + 1, every))
    return sorted(found)


def _number(word: str, least: int, names: Sequence[str], field: str) -> int:
    if word in names:
        return names.index(word) + least
    if not word.isdigit() or len(word) > 2:
        raise _no_line(field, "numbers, *, lists, ranges and steps")
    return int(word)


def _weekdays(field: str) -> tuple[Weekday, ...]:
    if field == "*":
        return ()
    if any(letter.isdigit() for letter in field):
        raise InputRefused(
            f"The weekdays {field!r} are told by number, or with a step.",
            remedy="Write their names, mon to sun: 1 is Monday to one reader, Tuesday to another, "
            "Sunday to a third.",
            code="cron_weekday_number",
        )
    found: set[int] = set()
    for part in field.split(","):
        low, is_range, high = part.partition("-")
        ends = [low, high] if is_range else [low, low]
        if not all(word in _WEEKDAYS for word in ends):
            raise _no_line(field, "weekdays by name, mon to sun")
        first, last = (_WEEKDAYS.index(word) for word in ends)
        if first > last:
            raise _no_line(field, "ranges of weekdays from mon towards sun; list the days")
        found.update(range(first, last + 1))
    if len(found) == len(_WEEKDAYS):
        return ()
    return tuple(Weekday(_WEEKDAYS[day]) for day in sorted(found))


def _seasons(months: Sequence[int]) -> tuple[Season, ...]:
    """Whole months, neighbours joined, also over the new year; none for all twelve."""
    if len(months) == 12:
        return ()
    found = []
    for first in months:
        if (first - 2) % 12 + 1 in months:
            continue
        last = first
        while last % 12 + 1 in months:
            last = last % 12 + 1
        found.append(Season(first, 1, last, DAYS_OF_MONTH[last - 1]))
    return tuple(found)


def _months(seasons: Iterable[Season]) -> list[int]:
    """The months that they fill; empty for all."""
    found: set[int] = set()
    for season in seasons:
        first, last = season.from_month, season.to_month
        # To 28 February would leave out a day of every fourth year.
        if season.from_day != 1 or season.to_day != DAYS_OF_MONTH[last - 1]:
            raise InputRefused(
                "One line of cron cannot say a season that is not whole months.",
                remedy="Let it begin on the first and end on the last of a month (29 February).",
                code="cron_unsayable",
            )
        found.update((first - 1 + k) % 12 + 1 for k in range((last - first) % 12 + 1))
    return [] if len(found) == 12 else sorted(found)


def _no_line(text: str, wanted: str) -> InputRefused:
    return InputRefused(
        f"{text[:60]!r} is no time of cron.", remedy=f"Write {wanted}.", code="cron_text"
    )
