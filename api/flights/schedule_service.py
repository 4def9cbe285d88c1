"""Schedules: kept, changed, retired, and what windows they would open."""

from dataclasses import replace
from typing import Final

from api.context import Context
from api.flights.schedule_schemas import PreviewAnswer, ScheduleAnswer, ScheduleList
from api.flights.upcoming import AHEAD, Upcoming
from api.sweeps.fleet import aircraft_of
from drone_jobs.calendar import check_schedule
from models.flight import KeptSchedule, Schedule
from models.store import Store
from models.user import User

__all__ = ["MOST_WINDOWS", "add", "change", "check_kept", "list_all", "preview", "retire"]

MOST_WINDOWS: Final = 200


def list_all(context: Context) -> ScheduleList:
    """All that were not retired, each with its next window."""
    upcoming = _upcoming(context)
    return ScheduleList(
        schedules=tuple(_told(context, kept, upcoming) for kept in context.store.schedules.all())
    )


def add(context: Context, user: User, schedule: Schedule) -> ScheduleAnswer:
    """Keep a schedule.

    Raises:
        InputRefused: as :func:`drone_jobs.calendar.check_schedule`; an aircraft that nobody knows
            (``aircraft_unknown``).
        NotFound: no such sweep; code ``no_such_sweep``.
    """
    check_kept(context.store, schedule)
    kept = context.store.schedules.put(schedule, author=user.name)
    return _told(context, kept, _upcoming(context))


def change(
    context: Context, user: User, schedule_id: int, schedule: Schedule, version: int
) -> ScheduleAnswer:
    """Keep the next version of a schedule; flights that have not begun follow it.

    Raises:
        InputRefused: as :func:`add`.
        NotFound: no such schedule or sweep.
        Conflict: somebody was faster; code ``schedule_changed``.
    """
    check_kept(context.store, schedule)
    kept = context.store.schedules.put(
        schedule, author=user.name, schedule_id=schedule_id, version=version
    )
    return _told(context, kept, _upcoming(context))


def retire(context: Context, user: User, schedule_id: int, version: int) -> None:
    """Take a schedule off the list; what it has not begun is cancelled, all else is kept."""
    context.store.schedules.retire(schedule_id, version=version, author=user.name)


def preview(context: Context, schedule: Schedule) -> PreviewAnswer:
    """Windows of the next 14 days, also of a schedule that is switched off; nothing is kept."""
    enabled = replace(schedule, is_enabled=True)
    return PreviewAnswer.of(_upcoming(context).within(enabled, AHEAD)[:MOST_WINDOWS])


def check_kept(store: Store, schedule: Schedule) -> None:
    """Refuse a schedule that cannot be, or names an aircraft that nobody knows.

    Raises:
        InputRefused: as :func:`add`.
    """
    check_schedule(schedule)
    for name in sorted({name for _sortie, name in schedule.aircraft}):
        aircraft_of(store, [name])


def _told(context: Context, kept: KeptSchedule, upcoming: Upcoming) -> ScheduleAnswer:
    schedule = kept.schedule
    head = context.store.sweeps.get(schedule.sweep_id, schedule.sweep_version).head
    return ScheduleAnswer.of(kept, head.name, upcoming.next_due_at(schedule))


def _upcoming(context: Context) -> Upcoming:
    danger = context.dangers.now(context.store, context.clock, context.settings).reckoned
    zone = context.settings.time_zone
    return Upcoming(context.store, zone, danger, context.clock.now())
