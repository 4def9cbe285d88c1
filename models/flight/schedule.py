"""When a sweep is flown: named weekdays, seasons, sun and danger class, on the site's clock.

A schedule makes *windows*: a flight may start from ``due_at`` until ``until_at``, once, or not at
all with a reason. The table of windows is the truth; whatever wakes the scheduler is made from it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.patrol import DangerClass
from models.times import Season

__all__ = ["DangerEvery", "KeptSchedule", "Schedule", "SunEvent", "Timing", "Weekday"]


class Weekday(StrEnum):
    """Named: a number means another day to another reader (drone.md, APScheduler 0 is Monday)."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class SunEvent(StrEnum):
    """A moment of the day that the sun sets."""

    SUNRISE = "sunrise"
    SUNSET = "sunset"


@dataclass(frozen=True, slots=True)
class DangerEvery:
    """How often it is flown at a danger class.

    Attributes:
        danger: from this class on, until the next entry.
        every_s: between two windows; None: not at all.
    """

    danger: DangerClass
    every_s: float | None


@dataclass(frozen=True, slots=True)
class Timing:
    """When windows open, on the site's clock; exactly one of the three ways is given.

    Attributes:
        at_minutes: minutes after midnight, each [0, 1440), rising; empty for another way.
        sun: sunrise or sunset; None for another way.
        sun_offset_s: after the sun's moment; below 0 before it.
        by_danger: how often by the class of the day, rising classes; empty for another way.
        from_minute: by danger: first window of a day, [0, 1440).
        until_minute: by danger: no window opens after it, (0, 1440].
        weekdays: on which; empty: every day.
        seasons: in which; empty: all year.
    """

    at_minutes: tuple[int, ...] = ()
    sun: SunEvent | None = None
    sun_offset_s: float = 0.0
    by_danger: tuple[DangerEvery, ...] = ()
    from_minute: int = 0
    until_minute: int = 1440
    weekdays: tuple[Weekday, ...] = ()
    seasons: tuple[Season, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """One sweep, at its times.

    Attributes:
        name: shown to monitors.
        sweep_id: which is flown.
        sweep_version: which version of it; None for the newest at the time of the window.
        timing: when windows open.
        window_s: how long a window stays open after ``due_at``, > 0: late is flown until then.
        aircraft: (number of the sweep's flight, name of the aircraft that flies it) where another
            one than the plan's own; empty otherwise.
        approval_number: of the airspace; empty where none is needed or known.
        approved_from_at: UTC; None without an approval.
        approved_until_at: UTC; None without an approval.
        needs_approval: whether it may fly only within an approval.
        needs_release: whether a person must release each flight; without it a window of a DJI dock
            may start by the standing release of whoever kept the schedule.
        is_enabled: whether windows open.
        note: for people.
    """

    name: str
    sweep_id: int
    timing: Timing
    window_s: float
    sweep_version: int | None = None
    aircraft: tuple[tuple[int, str], ...] = ()
    approval_number: str = ""
    approved_from_at: datetime | None = None
    approved_until_at: datetime | None = None
    needs_approval: bool = False
    needs_release: bool = True
    is_enabled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptSchedule:
    """A schedule as the store knows it.

    Attributes:
        schedule_id: number.
        version: counts its changes from 1.
        schedule: itself.
        windows_until_at: UTC; its windows are in the table up to here.
        changed_at: UTC.
        changed_by: user name.
        retired_at: UTC; None while it is there.
    """

    schedule_id: int
    version: int
    schedule: Schedule
    windows_until_at: datetime
    changed_at: datetime
    changed_by: str
    retired_at: datetime | None = None
