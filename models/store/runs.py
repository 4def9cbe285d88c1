"""Flights: one row for each flight of a window, whose steps and checks are only ever added to.

What must not happen is refused here, whoever asks: a step that does not follow, a start outside the
window or without a release, an aircraft in two flights, a write of who does not lead any more. Who
leads holds the lease :data:`models.store.leases.FLIGHTS`; its number, the fence, goes with every
write.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, update

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused
from models.events import EventKind
from models.flight import (
    FINAL,
    Gate,
    GateAnswer,
    GateCheck,
    Run,
    RunCause,
    RunReason,
    RunState,
    RunStep,
)
from models.store import audit, events
from models.store.database import Database
from models.store.leases import check_fence
from models.store.run_rows import (
    LARGEST,
    UNSTARTED,
    add_run,
    clean_check,
    flown_sweep,
    one_run,
    runs,
    write_step,
)
from models.store.run_rules import (
    IN_HAND,
    LONGEST_KEY,
    OPEN,
    check_author,
    check_follows,
    check_free,
    check_incident,
    check_mission,
    check_release,
    check_wish,
    outside,
    wrong_state,
)
from models.store.tables import flight_check, flight_run

__all__ = ["RunRepository"]


class RunRepository:
    """The flights of one store.

    Every method that takes an author raises InputRefused with code ``author_missing`` without one;
    every one that takes a fence raises Conflict with code ``lease_lost`` when another process leads
    by now; every one that takes the number of a run raises NotFound with code ``no_such_run``.

    Args:
        database: to work on.
        clock: for the times of steps, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, run_id: int) -> Run:
        """One flight."""
        with self._database.read() as connection:
            return one_run(connection, run_id)

    def page(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        schedule_id: int | None = None,
        incident_id: int | None = None,
    ) -> list[Run]:
        """Flights, the newest number first.

        Args:
            before: only those with a smaller number; None for all.
            limit: at most so many.
            schedule_id: only those of this schedule; None for all.
            incident_id: only those that look at this incident; None for all.
        """
        table = flight_run.c
        wanted = []
        for column, number in ((table.schedule_id, schedule_id), (table.incident_id, incident_id)):
            if number is not None:
                wanted.append(column == max(0, min(number, LARGEST)))
        if before is not None:
            wanted.append(table.run_id < max(0, min(before, LARGEST)))
        with self._database.read() as connection:
            return runs(connection, *wanted, newest=limit)

    def between(self, from_at: datetime, until_at: datetime) -> list[Run]:
        """Flights whose window shares time with a span, by window."""
        table = flight_run.c
        with self._database.read() as connection:
            return runs(connection, table.due_at < until_at, table.until_at > from_at)

    def waiting(self, at: datetime) -> list[Run]:
        """Flights that nobody has in hand, and whose window opens at a moment or before.

        Also those whose window is over: they want their last step, missed or skipped.
        """
        table = flight_run.c
        with self._database.read() as connection:
            return runs(connection, table.state.in_(OPEN), table.due_at <= at)

    def in_hand(self) -> list[Run]:
        """Flights between claimed and ended: after a restart each is held against its aircraft."""
        with self._database.read() as connection:
            return runs(connection, flight_run.c.state.in_(IN_HAND))

    def asked_under(self, key: str) -> Run | None:
        """The flight that was asked for under a key by :meth:`add_by_hand`; None for none."""
        with self._database.read() as connection:
            found = runs(connection, flight_run.c.key == key[: LONGEST_KEY + 1])
        return found[0] if found else None

    def claim(self, run_id: int, fence: int) -> Run:
        """Take a flight in hand, for its gates, its upload and its start; one of many wins.

        The version of its sweep is fixed from here on.

        Raises:
            Conflict: it is in hand or has ended (``run_state``), its window is over
                (``run_window``), its sweep was retired or has no such flight, or nobody has said
                which aircraft flies it (``run_no_mission``), or that aircraft is in another flight
                (``run_aircraft_busy``).
        """
        with self._database.write() as connection:
            check_fence(connection, fence)
            run = one_run(connection, run_id)
            check_follows(run, RunState.CLAIMED)
            now = self._clock.now()
            if now >= run.until_at:
                raise outside(run)
            flown = flown_sweep(connection, run.sweep_id, run.sweep_version)
            check_mission(run, flown)
            check_free(connection, run)
            write_step(
                connection,
                self._clock,
                run_id,
                RunStep(now, RunState.CLAIMED, RunReason.NONE, SYSTEM),
                fence=fence,
                sweep_version=flown.version,
            )
            return one_run(connection, run_id)

    def release(self, run_id: int, *, version: int, author: str) -> Run:
        """A person's word that this flight may start; it holds for what they looked at.

        A flight that was released before stays as it is, with who was first.

        Args:
            run_id: of the flight.
            version: of its sweep that was looked at; it is flown, whatever is kept later.
            author: user name; never ``system``.

        Raises:
            InputRefused: no person; code ``author_missing``.
            NotFound: the sweep has no version that could be looked at; code ``no_such_sweep``.
            Conflict: it has been told to start, or has ended (``run_state``); another version is
                flown (``sweep_changed``); there is no such flight to be flown (``run_no_mission``).
        """
        check_author(author)
        if author == SYSTEM:
            raise InputRefused("Only a person releases a flight.", code="author_missing")
        with self._database.write() as connection:
            run = one_run(connection, run_id)
            if run.state not in UNSTARTED:
                raise wrong_state(run, "released")
            flown = flown_sweep(connection, run.sweep_id, run.sweep_version)
            if flown.version != version:
                raise Conflict(
                    f"Version {flown.version} of sweep {run.sweep_id} is flown, not {version}.",
                    remedy="Look at that version, and release it.",
                    code="sweep_changed",
                )
            check_mission(run, flown)
            if run.released_at is not None:
                return run
            connection.execute(
                update(flight_run)
                .where(flight_run.c.run_id == run_id)
                .values(released_by=author, released_at=self._clock.now(), sweep_version=version)
            )
            self._audit(connection, author, "flight.released", run_id, {"version": version})
            events.append(connection, self._clock, EventKind.FLIGHT_CHANGED, run_id)
            return one_run(connection, run_id)

    def step(
        self,
        run_id: int,
        state: RunState,
        reason: RunReason = RunReason.NONE,
        *,
        author: str,
        note: str = "",
        fence: int | None,
    ) -> Run:
        """Bring a flight to a state that may follow.

        Args:
            run_id: of the flight.
            state: any but claimed, see :meth:`claim`.
            reason: why; for one that ends otherwise than landed it, or the note, must tell.
            author: user name, or ``system``.
            note: in English; what no store takes is left out, and 1000 letters are kept.
            fence: of who leads. None for a person who does not: their word ends a flight, be it
                before its start, or when nobody knows what became of it; it does nothing else.

        Raises:
            InputRefused: an end without a reason; code ``run_reason_missing``.
            Conflict: the state does not follow, or it is not for a person without the lease
                (``run_state``); it would start outside its window (``run_window``), or without a
                release (``run_not_released``).
        """
        check_author(author)
        ends_short = state in FINAL and state is not RunState.LANDED
        if ends_short and reason is RunReason.NONE and not note.strip():
            raise InputRefused(
                f"A flight that ends as {state} has a reason.",
                remedy="Give the reason, or tell it in words.",
                code="run_reason_missing",
            )
        with self._database.write() as connection:
            run = one_run(connection, run_id)
            if fence is not None:
                check_fence(connection, fence)
            elif author == SYSTEM or state not in FINAL:
                raise wrong_state(run, f"made {state} by {author}, who does not lead the flights,")
            if state is RunState.CLAIMED:
                raise wrong_state(run, "claimed by a mere step")
            check_follows(run, state)
            now = self._clock.now()
            values: dict[str, object] = {} if fence is None else {"fence": fence}
            if state is RunState.STARTING:
                if not run.due_at <= now < run.until_at:
                    raise outside(run)
                check_release(connection, run)
                values["started_at"] = now
            if state in FINAL:
                values["ended_at"] = now if run.started_at is None else max(now, run.started_at)
            step = RunStep(now, state, reason, author, note)
            write_step(connection, self._clock, run_id, step, **values)
            if author != SYSTEM or state is RunState.STARTING:
                details: audit.Details = {"from": run.state, "to": state, "reason": reason}
                self._audit(connection, author, "flight.stepped", run_id, details)
            return one_run(connection, run_id)

    def note(self, run_id: int, note: str, *, author: str, fence: int) -> Run:
        """Tell something of a flight that stays in its state; 1000 letters are kept.

        Raises:
            Conflict: it has ended; code ``run_state``.
        """
        check_author(author)
        with self._database.write() as connection:
            check_fence(connection, fence)
            run = one_run(connection, run_id)
            if run.state in FINAL:
                raise wrong_state(run, "told more of")
            told = RunStep(self._clock.now(), run.state, run.reason, author, note)
            write_step(connection, self._clock, run_id, told)
            return one_run(connection, run_id)

    def add_check(self, run_id: int, check: GateCheck, *, fence: int) -> bool:
        """Keep what the gates said, when it is not what they said last in that round.

        Returns:
            Whether it was kept: another gate answers otherwise than before.

        Raises:
            Conflict: the flight has been told to start, or has ended; code ``run_state``.
        """
        with self._database.write() as connection:
            check_fence(connection, fence)
            run = one_run(connection, run_id)
            if run.state not in UNSTARTED:
                raise wrong_state(run, "checked")
            said = [_answers(one) for one in run.checks if one.round is check.round]
            if said and said[-1] == _answers(check):
                return False
            kept = clean_check(check)
            connection.execute(insert(flight_check).values(run_id=run_id, gates=kept))
            events.append(connection, self._clock, EventKind.FLIGHT_CHANGED, run_id)
            return True

    def add_by_hand(
        self,
        sweep_id: int,
        version: int,
        sortie: int,
        aircraft: str,
        *,
        due_at: datetime,
        until_at: datetime,
        key: str,
        author: str,
        incident_id: int | None = None,
    ) -> Run:
        """A flight that no schedule asks for; it needs its release like every other.

        Args:
            sweep_id: what is flown.
            version: of it that was looked at; it is flown, whatever is kept later.
            sortie: number of the flight within it, from 1.
            aircraft: name of one that was not retired.
            due_at: UTC, from when on it may start.
            until_at: UTC, until when.
            key: of this wish: the same key again is the same flight; 1 to 200 letters.
            author: user name, or ``system`` for one that is proposed.
            incident_id: that it looks at; None for one that looks at none.

        Raises:
            InputRefused: a window that is none or is over, or no key; code ``run_time``.
            NotFound: no such sweep or version (``no_such_sweep``), or no such incident.
            Conflict: the sweep was retired or has no such flight, or no aircraft is named
                (``run_no_mission``); the key is of another wish (``run_key``).
        """
        check_author(author)
        with self._database.write() as connection:
            now = self._clock.now()
            if not (0 < len(key) <= LONGEST_KEY and key.isprintable() and due_at < until_at):
                raise _no_time(due_at, until_at)
            cause = RunCause.BY_HAND if incident_id is None else RunCause.VERIFICATION
            wish = Run(
                0, cause, None, incident_id, sweep_id, version, sortie, aircraft, due_at, until_at,
                RunState.PLANNED, RunReason.NONE, "", None, None, None, 0,
            )  # fmt: skip
            known = runs(connection, flight_run.c.key == key)
            if known:
                check_wish(known[0], wish)
                return known[0]
            if until_at <= now:
                raise _no_time(due_at, until_at)
            check_mission(wish, flown_sweep(connection, sweep_id, version))
            check_incident(connection, incident_id)
            run_id = add_run(connection, self._clock, wish, author, key=key)
            details: audit.Details = {"sweep": sweep_id, "version": version, "aircraft": aircraft}
            self._audit(connection, author, "flight.added", run_id, details)
            events.append(connection, self._clock, EventKind.FLIGHT_CHANGED, run_id)
            return one_run(connection, run_id)

    def _audit(
        self,
        connection: Connection,
        author: str,
        action: str,
        run_id: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(run_id),
            details=details,
        )


def _answers(check: GateCheck) -> list[tuple[Gate, GateAnswer]]:
    return [(reading.gate, reading.answer) for reading in check.readings]


def _no_time(due_at: datetime, until_at: datetime) -> InputRefused:
    return InputRefused(
        f"A flight from {due_at} to {until_at} cannot be asked for.",
        remedy="Give a window that ends later than it opens and than now, and a key.",
        code="run_time",
    )
