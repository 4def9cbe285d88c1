"""Schedules as they travel; unknown keys are refused by name.

The bounds of the numbers are those of any number here; whether a schedule can be is asked of
:func:`drone_jobs.calendar.check_schedule`, whose refusals say what is wrong.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.ledger.schemas import SeasonRequest
from api.moments import Moment
from models.flight import DangerEvery, KeptSchedule, Schedule, SunEvent, Timing, Weekday
from models.patrol import DangerClass
from models.spans import Span
from models.times import Season

__all__ = [
    "PreviewAnswer",
    "PreviewRequest",
    "ScheduleAnswer",
    "ScheduleBody",
    "ScheduleChange",
    "ScheduleList",
    "ScheduleRequest",
]

Minute = Annotated[int, Field(ge=0, le=24 * 60)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seconds = Annotated[float, Field(ge=-1e6, le=1e6)]


class DangerEveryBody(RequestBody):
    """How often it is flown from a danger class on; ``every_s`` null: not at all."""

    danger: DangerClass
    every_s: Seconds | None


class TimingBody(RequestBody):
    """When windows open; exactly one of minutes, sun and danger is given."""

    at_minutes: Annotated[tuple[Minute, ...], Field(max_length=1440)] = ()
    sun: SunEvent | None = None
    sun_offset_s: Seconds = 0.0
    by_danger: Annotated[tuple[DangerEveryBody, ...], Field(max_length=5)] = ()
    from_minute: Minute = 0
    until_minute: Minute = 1440
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    seasons: Annotated[tuple[SeasonRequest, ...], Field(max_length=12)] = ()

    def timing(self) -> Timing:
        """As the house calls it."""
        return Timing(
            at_minutes=self.at_minutes,
            sun=self.sun,
            sun_offset_s=self.sun_offset_s,
            by_danger=tuple(DangerEvery(one.danger, one.every_s) for one in self.by_danger),
            from_minute=self.from_minute,
            until_minute=self.until_minute,
            weekdays=self.weekdays,
            seasons=tuple(Season(**one.model_dump()) for one in self.seasons),
        )


class FlownBy(RequestBody):
    """Which aircraft flies a flight of the sweep, where the plan does not say or says another."""

    sortie: Annotated[int, Field(ge=1, le=1000)]
    aircraft: Annotated[str, Field(min_length=1, max_length=80)]


class ScheduleBody(RequestBody):
    """A schedule as somebody writes it; see :class:`models.flight.Schedule`."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    sweep_id: Number
    sweep_version: Number | None = None
    timing: TimingBody
    window_s: Seconds
    aircraft: Annotated[tuple[FlownBy, ...], Field(max_length=200)] = ()
    approval_number: Annotated[str, Field(max_length=120)] = ""
    approved_from_at: Moment | None = None
    approved_until_at: Moment | None = None
    needs_approval: bool = False
    needs_release: bool = True
    is_enabled: bool = True
    note: Annotated[str, Field(max_length=1000)] = ""

    def schedule(self) -> Schedule:
        """As the house calls it."""
        return Schedule(
            name=self.name,
            sweep_id=self.sweep_id,
            timing=self.timing.timing(),
            window_s=self.window_s,
            sweep_version=self.sweep_version,
            aircraft=tuple((one.sortie, one.aircraft) for one in self.aircraft),
            approval_number=self.approval_number,
            approved_from_at=self.approved_from_at,
            approved_until_at=self.approved_until_at,
            needs_approval=self.needs_approval,
            needs_release=self.needs_release,
            is_enabled=self.is_enabled,
            note=self.note,
        )


class ScheduleRequest(RequestBody):
    """A schedule to be kept."""

    schedule: ScheduleBody


class PreviewRequest(RequestBody):
    """A schedule whose windows are asked for; nothing is kept."""

    schedule: ScheduleBody


class ScheduleChange(RequestBody):
    """A schedule to be changed.

    Attributes:
        version: that was looked at.
    """

    schedule: ScheduleBody
    version: Number


class DangerEveryAnswer(BaseModel):
    """How often it is flown from a danger class on."""

    danger: DangerClass
    every_s: float | None


class TimingAnswer(BaseModel):
    """When windows open; see :class:`models.flight.Timing`."""

    at_minutes: tuple[int, ...]
    sun: SunEvent | None
    sun_offset_s: float
    by_danger: tuple[DangerEveryAnswer, ...]
    from_minute: int
    until_minute: int
    weekdays: tuple[Weekday, ...]
    seasons: tuple[Season, ...]


class FlownByAnswer(BaseModel):
    """Which aircraft flies a flight of the sweep."""

    sortie: int
    aircraft: str


class ScheduleAnswer(BaseModel):
    """A schedule as it is kept.

    Attributes:
        next_due_at: when its next window opens, as far as can be said today; None when it is
            switched off, or by danger beyond the next 14 days.
        sweep_name: of the version that it flies.
    """

    schedule_id: int
    version: int
    changed_at: datetime
    changed_by: str
    next_due_at: datetime | None
    sweep_name: str
    name: str
    sweep_id: int
    sweep_version: int | None
    timing: TimingAnswer
    window_s: float
    aircraft: tuple[FlownByAnswer, ...]
    approval_number: str
    approved_from_at: datetime | None
    approved_until_at: datetime | None
    needs_approval: bool
    needs_release: bool
    is_enabled: bool
    note: str

    @classmethod
    def of(
        cls, kept: KeptSchedule, sweep_name: str, next_due_at: datetime | None
    ) -> "ScheduleAnswer":
        """As it is kept."""
        one, timing = kept.schedule, kept.schedule.timing
        return cls(
            schedule_id=kept.schedule_id,
            version=kept.version,
            changed_at=kept.changed_at,
            changed_by=kept.changed_by,
            next_due_at=next_due_at,
            sweep_name=sweep_name,
            name=one.name,
            sweep_id=one.sweep_id,
            sweep_version=one.sweep_version,
            timing=TimingAnswer(
                at_minutes=timing.at_minutes,
                sun=timing.sun,
                sun_offset_s=timing.sun_offset_s,
                by_danger=tuple(
                    DangerEveryAnswer(danger=each.danger, every_s=each.every_s)
                    for each in timing.by_danger
                ),
                from_minute=timing.from_minute,
                until_minute=timing.until_minute,
                weekdays=timing.weekdays,
                seasons=timing.seasons,
            ),
            window_s=one.window_s,
            aircraft=tuple(FlownByAnswer(sortie=at, aircraft=who) for at, who in one.aircraft),
            approval_number=one.approval_number,
            approved_from_at=one.approved_from_at,
            approved_until_at=one.approved_until_at,
            needs_approval=one.needs_approval,
            needs_release=one.needs_release,
            is_enabled=one.is_enabled,
            note=one.note,
        )


class ScheduleList(BaseModel):
    """All schedules that were not retired, by number."""

    schedules: tuple[ScheduleAnswer, ...]


class WindowAnswer(BaseModel):
    """A flight may start from ``due_at`` until ``until_at``."""

    due_at: datetime
    until_at: datetime


class PreviewAnswer(BaseModel):
    """Windows of the next 14 days, at most 200; by danger as if the class stayed as it is now."""

    windows: tuple[WindowAnswer, ...]

    @classmethod
    def of(cls, spans: Sequence[Span]) -> "PreviewAnswer":
        """By time."""
        return cls(windows=tuple(WindowAnswer(due_at=due, until_at=end) for due, end in spans))
