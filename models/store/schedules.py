"""When sweeps are flown: schedules in all their versions, and the windows that they make.

Whether a schedule makes sense is for :mod:`drone_jobs.calendar` to say before it is kept. A change
of what is flown, or when, cancels the flights of windows that have not opened, and windows are made
anew from now on; a schedule that is switched off or retired cancels also what waits in an open one.
Nothing that has been told to start is touched.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.flight import KeptSchedule, Run, RunCause, RunReason, RunState, RunStep, Schedule
from models.store import audit, events
from models.store.database import Database
from models.store.leases import check_fence
from models.store.run_rows import (
    LARGEST,
    UNSTARTED,
    add_run,
    flown_sweep,
    write_step,
)
from models.store.tables import flight_run, schedule, schedule_version

__all__ = ["ScheduleRepository"]


class ScheduleRepository:
    """The schedules of one store.

    Every method that takes an author raises InputRefused with code ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of versions, steps, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(
        self,
        wanted: Schedule,
        *,
        author: str,
        schedule_id: int | None = None,
        version: int | None = None,
    ) -> KeptSchedule:
        """Keep a schedule, or a further version of one; the same again changes nothing.

        Args:
            wanted: as checked.
            author: user name.
            schedule_id: whose version this is; None for a new one.
            version: of it that was looked at; None for a new one.

        Raises:
            InputRefused: nobody has said which aircraft flies one of the sweep's flights, or it
                names a flight that the sweep does not have; code ``schedule_aircraft``.
            NotFound: no such schedule, or it was retired (``no_such_schedule``); no such sweep, or
                that was retired (``no_such_sweep``).
            Conflict: it has another version by now; code ``schedule_changed``.
        """
        _check_author(author)
        with self._database.write() as connection:
            now = self._clock.now()
            before = None if schedule_id is None else _there(connection, schedule_id, version)
            if before is not None and before.schedule == wanted:
                return before
            _check_sweep(connection, wanted)
            if before is None:
                new = insert(schedule).values(version=1, windows_until_at=now)
                written = new.returning(schedule.c.schedule_id)
                number, following = int(connection.execute(written).scalar_one()), 1
            else:
                number, following = before.schedule_id, before.version + 1
                changes: dict[str, Any] = {"version": following}
                if not _is_same_flying(before.schedule, wanted):
                    self._cancel(connection, number, author, open_too=not wanted.is_enabled)
                    changes["windows_until_at"] = now
                mine = schedule.c.schedule_id == number
                connection.execute(update(schedule).where(mine).values(**changes))
            connection.execute(
                insert(schedule_version).values(
                    schedule_id=number,
                    version=following,
                    sweep_id=wanted.sweep_id,
                    schedule=wanted,
                    changed_at=now,
                    changed_by=author,
                )
            )
            details: audit.Details = {"version": following, "name": wanted.name}
            self._told(connection, author, "schedule.saved", number, details)
            return _kept(_newest(connection, number))

    def get(self, schedule_id: int) -> KeptSchedule:
        """The newest version, also of one that was retired.

        Raises:
            NotFound: no such schedule; code ``no_such_schedule``.
        """
        with self._database.read() as connection:
            return _kept(_newest(connection, schedule_id))

    def versions(self, schedule_id: int) -> list[KeptSchedule]:
        """Every version, the newest first.

        Raises:
            NotFound: no such schedule; code ``no_such_schedule``.
        """
        with self._database.read() as connection:
            _newest(connection, schedule_id)
            query = _joined().where(schedule.c.schedule_id == schedule_id)
            rows = connection.execute(query.order_by(schedule_version.c.version.desc()))
            return [_kept(row) for row in rows]

    def all(self) -> list[KeptSchedule]:
        """The newest version of each that was not retired, by number, the switched off as well."""
        query = _joined().where(
            schedule.c.version == schedule_version.c.version, schedule.c.retired_at.is_(None)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(schedule.c.schedule_id))
            return [_kept(row) for row in rows]

    def retire(self, schedule_id: int, *, version: int, author: str) -> None:
        """Take a schedule off the list; its versions and flights stay, and none of them is due.

        Raises:
            NotFound: no such schedule, or it was retired before; code ``no_such_schedule``.
            Conflict: it has another version by now; code ``schedule_changed``.
        """
        _check_author(author)
        with self._database.write() as connection:
            now = self._clock.now()
            number = _there(connection, schedule_id, version).schedule_id
            self._cancel(connection, number, author, open_too=True)
            mine = schedule.c.schedule_id == number
            connection.execute(update(schedule).where(mine).values(retired_at=now))
            self._told(connection, author, "schedule.retired", number, {"version": version})

    def make_windows(
        self,
        schedule_id: int,
        windows: Sequence[tuple[datetime, datetime]],
        until_at: datetime,
        *,
        version: int,
        fence: int,
    ) -> int:
        """Write windows into the table, a run for each flight of the sweep as it is now.

        What stands there is left as it is, so that the same again makes nothing. Windows that have
        not opened also get the flights that their sweep has gained since they were made.

        Args:
            schedule_id: whose windows these are.
            windows: (opens, closes), UTC, by the opening; those before the schedule's
                ``windows_until_at`` were made before, and are passed over.
            until_at: UTC; all windows that open before it are among them.
            version: of the schedule that they were reckoned from.
            fence: of the lease :data:`models.store.leases.FLIGHTS`.

        Returns:
            Number of runs that were made.

        Raises:
            InputRefused: a window that ends before it begins, or opens at ``until_at`` or later;
                code ``run_time``.
            NotFound: no such schedule, or it was retired; code ``no_such_schedule``.
            Conflict: it has another version by now (``schedule_changed``), or another process leads
                (``lease_lost``).
        """
        for due_at, ends_at in windows:
            if not due_at < min(ends_at, until_at):
                raise InputRefused(
                    f"A window from {due_at} to {ends_at} is none.",
                    remedy="Give one that ends later, and opens before the last moment.",
                    code="run_time",
                )
        with self._database.write() as connection:
            check_fence(connection, fence)
            kept = _there(connection, schedule_id, version)
            wanted = [one for one in windows if one[0] >= kept.windows_until_at]
            made = self._make(connection, kept, wanted)
            later = max(until_at, kept.windows_until_at)
            mine = schedule.c.schedule_id == kept.schedule_id
            connection.execute(update(schedule).where(mine).values(windows_until_at=later))
            if made:
                events.append(connection, self._clock, EventKind.SCHEDULE_CHANGED, schedule_id)
            return made

    def _make(
        self,
        connection: Connection,
        kept: KeptSchedule,
        wanted: Sequence[tuple[datetime, datetime]],
    ) -> int:
        now, flying = self._clock.now(), kept.schedule
        flown = flown_sweep(connection, flying.sweep_id, flying.sweep_version)
        spans = dict(wanted) if flying.is_enabled else {}
        there = set()
        for run in _made(connection, kept.schedule_id, min([now, *spans])):
            there.add((run.due_at, run.sortie))
            if run.due_at > now:
                spans.setdefault(run.due_at, run.until_at)
        named = dict(flying.aircraft)
        made = 0
        for due_at, until_at in sorted(spans.items()):
            for sortie in range(1, flown.sorties + 1):
                if (due_at, sortie) not in there:
                    aircraft = named.get(sortie, flown.aircraft[sortie - 1])
                    new = _planned(kept, sortie, aircraft, due_at, until_at)
                    add_run(connection, self._clock, new, SYSTEM)
                    made += 1
        return made

    def _cancel(self, connection: Connection, number: int, author: str, *, open_too: bool) -> None:
        table, now = flight_run.c, self._clock.now()
        wanted = [table.schedule_id == number, table.state.in_(UNSTARTED)]
        if not open_too:
            wanted.append(table.due_at > now)
        reason = RunReason.SWITCHED_OFF if open_too else RunReason.NONE
        note = "" if open_too else "The schedule was changed before the window."
        for row in connection.execute(select(table.run_id).where(*wanted)).all():
            step = RunStep(now, RunState.CANCELLED, reason, author, note)
            write_step(connection, self._clock, row.run_id, step, ended_at=now)

    def _told(
        self,
        connection: Connection,
        author: str,
        action: str,
        number: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(number),
            details=details,
        )
        events.append(connection, self._clock, EventKind.SCHEDULE_CHANGED, number)


def _check_sweep(connection: Connection, wanted: Schedule) -> None:
    flown = flown_sweep(connection, wanted.sweep_id, wanted.sweep_version)
    if flown.is_retired:
        raise NotFound(f"Sweep {wanted.sweep_id} was retired.", code="no_such_sweep")
    named = dict(wanted.aircraft)
    flights = range(1, flown.sorties + 1)
    untold = [at for at in flights if not named.get(at, flown.aircraft[at - 1])]
    if untold or not set(named) <= set(flights) or len(named) < len(wanted.aircraft):
        raise InputRefused(
            f"Sweep {wanted.sweep_id} has {flown.sorties} flights; each needs one aircraft.",
            remedy="Name one for each flight to which the plan gives none, and for no other.",
            code="schedule_aircraft",
        )


def _is_same_flying(before: Schedule, after: Schedule) -> bool:
    """Whether only that differs which is read anew before each flight, and makes no windows."""
    return after == replace(
        before,
        name=after.name,
        note=after.note,
        approval_number=after.approval_number,
        approved_from_at=after.approved_from_at,
        approved_until_at=after.approved_until_at,
        needs_approval=after.needs_approval,
        needs_release=after.needs_release,
    )


def _planned(
    kept: KeptSchedule, sortie: int, aircraft: str, due_at: datetime, until_at: datetime
) -> Run:
    return Run(
        run_id=0,
        cause=RunCause.SCHEDULE,
        schedule_id=kept.schedule_id,
        incident_id=None,
        sweep_id=kept.schedule.sweep_id,
        sweep_version=kept.schedule.sweep_version,
        sortie=sortie,
        aircraft=aircraft,
        due_at=due_at,
        until_at=until_at,
        state=RunState.PLANNED,
        reason=RunReason.NONE,
        released_by="",
        released_at=None,
        started_at=None,
        ended_at=None,
        fence=0,
    )


def _made(connection: Connection, schedule_id: int, from_at: datetime) -> list[Row[Any]]:
    """Flights that hold their place in a window, of windows that open at a moment or later."""
    table = flight_run.c
    query = select(table.due_at, table.until_at, table.sortie).where(
        table.schedule_id == schedule_id,
        table.due_at >= from_at,
        table.state != RunState.CANCELLED,
    )
    return list(connection.execute(query))


def _check_author(author: str) -> None:
    if not author.strip():
        raise InputRefused("A schedule needs somebody who keeps it.", code="author_missing")


def _there(connection: Connection, schedule_id: int, version: int | None) -> KeptSchedule:
    kept = _kept(_newest(connection, schedule_id))
    if kept.retired_at is not None:
        raise _missing(schedule_id)
    if version != kept.version:
        raise Conflict(
            f"Schedule {schedule_id} was changed last by {kept.changed_by}.",
            remedy="Look at its newest version, and change that.",
            code="schedule_changed",
        )
    return kept


def _newest(connection: Connection, schedule_id: int) -> Row[Any]:
    query = _joined().where(
        schedule.c.schedule_id == max(0, min(schedule_id, LARGEST)),
        schedule.c.version == schedule_version.c.version,
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _missing(schedule_id)
    return row


def _joined() -> Select[Any]:
    table = schedule_version.c
    return select(
        table.schedule_id,
        table.version,
        table.schedule,
        schedule.c.windows_until_at,
        table.changed_at,
        table.changed_by,
        schedule.c.retired_at,
    ).join(schedule, schedule.c.schedule_id == table.schedule_id)


def _kept(row: Row[Any]) -> KeptSchedule:
    return KeptSchedule(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name


def _missing(schedule_id: int) -> NotFound:
    return NotFound(f"There is no schedule {schedule_id}.", code="no_such_schedule")
