"""The windows of a schedule: from when until when each flight may start.

Windows of one schedule never overlap: one ends at the latest where the next begins. What a call
gives for a span is the same as what several calls give for its parts, so that a horizon that moves
on neither repeats nor leaves out a window.

By danger, the day is divided by what is due at its class: counted from ``from_minute`` in seconds
that pass, a moment is due when it is a multiple of what the class *at that moment* asks for. A
class that rises is followed within its own time, whenever it rises.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from drone_jobs.calendar.checking import check_schedule
from drone_jobs.calendar.local_time import moment_of
from drone_jobs.calendar.sun_times import crossings
from models.errors import InputRefused
from models.flight import DangerEvery, Schedule, Timing, Weekday
from models.patrol import DangerClass
from models.spans import Span

__all__ = ["DangerAt", "windows"]

DangerAt = Callable[[datetime], DangerClass]
"""The class to reckon with at a moment, UTC; of one to come the best that is known of it."""

LONGEST: Final = timedelta(days=400)
FIRST: Final = datetime(1971, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where, and from when until when."""

    zone: ZoneInfo
    place: tuple[float, float]
    danger_at: DangerAt
    begin: datetime
    end: datetime

    def holds(self, due: datetime) -> bool:
        return self.begin <= due < self.end


def windows(  # noqa: PLR0917 -- what, when, where: each is of another type
    schedule: Schedule,
    from_at: datetime,
    until_at: datetime,
    zone: ZoneInfo,
    place: tuple[float, float],
    danger_at: DangerAt,
) -> list[Span]:
    """Windows that open in a span.

    Args:
        schedule: checked here again.
        from_at: with a zone.
        until_at: with a zone, not included.
        zone: of the site, on whose clock minutes, weekdays and seasons are meant.
        place: longitude and latitude, WGS 84, where the sun rises and sets.
        danger_at: asked only of schedules by danger.

    Returns:
        (due_at, until_at) of each, UTC, by time; none overlaps another. None for a schedule that
        is switched off.

    Raises:
        InputRefused: the schedule cannot be (:func:`check_schedule`), or the span is longer than
            400 days or not between 1971 and 2200 (``schedule_span``).
    """
    check_schedule(schedule)
    _check_span(from_at, until_at)
    if not schedule.is_enabled:
        return []
    begin, end = from_at.astimezone(UTC), until_at.astimezone(UTC)
    open_for = timedelta(seconds=schedule.window_s)
    # What comes right behind the span ends the last window of it.
    asked = _Asked(zone, place, danger_at, begin, end + open_for)
    found = _dues(schedule.timing, asked)
    nexts: Sequence[datetime] = [*found[1:], LAST + _DAY]
    return [
        (due, min(due + open_for, following))
        for due, following in zip(found, nexts, strict=False)
        if due < end
    ]


def _check_span(from_at: datetime, until_at: datetime) -> None:
    aware = from_at.tzinfo is not None and until_at.tzinfo is not None
    if not (aware and from_at >= FIRST and until_at <= LAST and until_at - from_at <= LONGEST):
        raise InputRefused(
            "No windows are made for such a span.",
            remedy=f"At most {LONGEST.days} days from {FIRST.year} to {LAST.year}, times with "
            "their zone.",
            code="schedule_span",
        )


def _dues(timing: Timing, asked: _Asked) -> list[datetime]:
    found: set[datetime] = set()
    # A due moment lies at most half a day from its day (sun), and a day at most one from UTC's.
    day = asked.begin.date() - 2 * _DAY
    while day <= asked.end.date() + 2 * _DAY:
        if _is_on(timing, day):
            found.update(filter(asked.holds, _of_day(timing, day, asked)))
        day += _DAY
    return sorted(found)


def _is_on(timing: Timing, day: date) -> bool:
    if timing.weekdays and _WEEKDAYS[day.weekday()] not in timing.weekdays:
        return False
    return not timing.seasons or any(s.covers(day.month, day.day) for s in timing.seasons)


def _of_day(timing: Timing, day: date, asked: _Asked) -> Iterator[datetime]:
    """Moments that belong to a day of the site's calendar; by the sun they may leave it."""
    if timing.sun is not None:
        starts, ends = moment_of(day, 0, asked.zone), moment_of(day + _DAY, 0, asked.zone)
        offset = timedelta(seconds=timing.sun_offset_s)
        yield from (at + offset for at in crossings(timing.sun, *asked.place, starts, ends))
    elif timing.by_danger:
        yield from _by_danger(timing, day, asked)
    else:
        yield from (moment_of(day, minute, asked.zone) for minute in timing.at_minutes)


def _by_danger(timing: Timing, day: date, asked: _Asked) -> Iterator[datetime]:
    first = moment_of(day, timing.from_minute, asked.zone)
    last = moment_of(day, timing.until_minute, asked.zone)
    over = moment_of(day + _DAY, 0, asked.zone)  # midnight is the next day's
    for every_s in {entry.every_s for entry in timing.by_danger} - {None}:
        step = timedelta(seconds=every_s or 0.0)
        due = first
        while due <= last and due < over:
            # The class is not asked of moments that nobody has asked for.
            if asked.holds(due) and _every_s(timing.by_danger, asked.danger_at(due)) == every_s:
                yield due
            due += step


def _every_s(entries: Sequence[DangerEvery], danger: DangerClass) -> float | None:
    """How often it is flown at a class; below the first entry not at all."""
    found = None
    for entry in entries:
        if entry.danger <= danger:
            found = entry.every_s
    return found
