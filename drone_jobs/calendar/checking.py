"""What a schedule may be, before it is kept or windows are made of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from models.errors import InputRefused
from models.flight import Schedule, Timing
from models.mission import LONGEST_AIRCRAFT_NAME
from models.times import Season

__all__ = ["DAYS_OF_MONTH", "MOST_MINUTES", "check_schedule"]

LONGEST_NAME: Final = 80
LONGEST_NOTE: Final = 1000
LONGEST_NUMBER: Final = 120
MINUTES: Final = 1440
MOST_MINUTES: Final = 288
"""Every five minutes of a day: more often no aircraft is turned round."""
DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of a leap year: 29 February is a day."""
MOST_SEASONS: Final = 12
MOST_SORTIES: Final = 200
SHORTEST_S: Final = 300.0
LONGEST_S: Final = 86_400.0
FARTHEST_FROM_SUN_S: Final = 43_200.0


def check_schedule(schedule: Schedule) -> None:
    """Refuse a schedule that cannot be.

    Raises:
        InputRefused: its texts (``schedule_text``), sweep (``schedule_sweep``), window
            (``schedule_window``), aircraft (``schedule_aircraft``), approval
            (``schedule_approval``) or timing: not exactly one way (``schedule_ways``), minutes
            (``schedule_minutes``), sun (``schedule_sun``), danger classes (``schedule_danger``),
            hours (``schedule_hours``), weekdays (``schedule_weekdays``), seasons
            (``schedule_seasons``).
    """
    name, note = schedule.name, schedule.note
    if not (name and name == name.strip() and len(name) <= LONGEST_NAME and name.isprintable()):
        raise InputRefused(
            f"{name[:LONGEST_NAME]!r} is no name of a schedule.",
            remedy=f"One line of 1 to {LONGEST_NAME} letters, without spaces around.",
            code="schedule_text",
        )
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise InputRefused(
            f"The note of the schedule {name} cannot be kept.",
            remedy=f"At most {LONGEST_NOTE} letters.",
            code="schedule_text",
        )
    numbers = (schedule.sweep_id, 1 if schedule.sweep_version is None else schedule.sweep_version)
    if not all(0 < number < 2**31 for number in numbers):
        raise InputRefused(
            f"The schedule {name} names no sweep.",
            remedy="Give the number of a kept sweep, and of its version or none.",
            code="schedule_sweep",
        )
    if not SHORTEST_S <= schedule.window_s <= LONGEST_S:
        raise InputRefused(
            f"A window of {schedule.window_s:g} s cannot be.",
            remedy="A window stays open for 5 minutes to 24 hours.",
            code="schedule_window",
        )
    _check_aircraft(schedule.aircraft)
    _check_approval(schedule)
    _check_timing(schedule.timing)


def _check_aircraft(aircraft: Sequence[tuple[int, str]]) -> None:
    numbers = [number for number, _name in aircraft]
    fits = (
        len(set(numbers)) == len(numbers)
        and all(0 < number <= MOST_SORTIES for number in numbers)
        and all(
            name == name.strip() and 0 < len(name) <= LONGEST_AIRCRAFT_NAME and name.isprintable()
            for _number, name in aircraft
        )
    )
    if not fits:
        raise InputRefused(
            "The aircraft of the flights cannot be so.",
            remedy=f"Each flight of the sweep, from 1 to {MOST_SORTIES}, has one aircraft by name.",
            code="schedule_aircraft",
        )


def _check_approval(schedule: Schedule) -> None:
    number = schedule.approval_number
    from_at, until_at = schedule.approved_from_at, schedule.approved_until_at
    fits = len(number) <= LONGEST_NUMBER and number == number.strip()
    fits = fits and (number == "" or number.isprintable())
    if from_at is None or until_at is None:
        fits = fits and from_at is None and until_at is None
    else:
        fits = fits and number != "" and _is_span(from_at, until_at)
    if not fits:
        raise InputRefused(
            "The approval of the airspace has no number, or no time from and until.",
            remedy="Give its number as it was issued, and both times with their zone.",
            code="schedule_approval",
        )


def _is_span(from_at: datetime, until_at: datetime) -> bool:
    if from_at.tzinfo is None or until_at.tzinfo is None:
        return False
    return from_at.astimezone(UTC) < until_at.astimezone(UTC)


def _check_timing(timing: Timing) -> None:
    if (len(timing.at_minutes) > 0) + (timing.sun is not None) + (len(timing.by_danger) > 0) != 1:
        raise InputRefused(
            "A schedule opens windows at times of the day, by the sun, or by the danger class.",
            remedy="Give exactly one of the three.",
            code="schedule_ways",
        )
    minutes = timing.at_minutes
    rises = all(before < after for before, after in pairwise(minutes))
    if len(minutes) > MOST_MINUTES or not rises or not all(0 <= m < MINUTES for m in minutes):
        raise InputRefused(
            "The times of the day cannot be so.",
            remedy=f"At most {MOST_MINUTES} times from 00:00 to 23:59, each later than the one "
            "before.",
            code="schedule_minutes",
        )
    if not abs(timing.sun_offset_s) <= FARTHEST_FROM_SUN_S:
        raise InputRefused(
            f"{timing.sun_offset_s:g} s from the sun's moment cannot be.",
            remedy="At most 12 hours before or after it.",
            code="schedule_sun",
        )
    classes = [entry.danger for entry in timing.by_danger]
    every = [entry.every_s for entry in timing.by_danger if entry.every_s is not None]
    if (
        not all(before < after for before, after in pairwise(classes))
        or not all(SHORTEST_S <= each <= LONGEST_S for each in every)
        or (classes and not every)
    ):
        raise InputRefused(
            "How often it is flown at a danger class cannot be so.",
            remedy="Each class once, rising, every 5 minutes to 24 hours, or not at all; at one "
            "class at least it is flown.",
            code="schedule_danger",
        )
    if not 0 <= timing.from_minute < timing.until_minute <= MINUTES:
        raise InputRefused(
            "The hours of the day cannot be so.",
            remedy="From 00:00 on until later on the same day, at most 24:00.",
            code="schedule_hours",
        )
    if len(set(timing.weekdays)) != len(timing.weekdays):
        raise InputRefused(
            "A weekday is named twice.", remedy="Name each once.", code="schedule_weekdays"
        )
    if len(timing.seasons) > MOST_SEASONS or not all(map(_is_season, timing.seasons)):
        raise InputRefused(
            "A season has a day that is none.",
            remedy=f"At most {MOST_SEASONS} seasons, each from a day of the year to a day.",
            code="schedule_seasons",
        )


def _is_season(season: Season) -> bool:
    return all(
        _is_day(month, day)
        for month, day in (
            (season.from_month, season.from_day),
            (season.to_month, season.to_day),
        )
    )


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= DAYS_OF_MONTH[month - 1]
