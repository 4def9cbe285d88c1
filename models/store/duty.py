"""Who is on duty: people, shifts and leave, written down by hand or taken from a sheet.

A shift and a leave that were a slip are deleted, and the audit log says so.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from models.duty import (
    Leave,
    LeaveDraft,
    Roster,
    Shift,
    ShiftDraft,
    check_leave,
    check_shift,
)
from models.duty.plan import DutyTaken, PlannedShift, check_plan
from models.errors import InputRefused
from models.personal import without_numbers
from models.store import audit
from models.store.duty_people import DutyPeople
from models.store.duty_rows import (
    THERE,
    load_leaves,
    load_people,
    load_shifts,
    one_leave,
    one_shift,
    person_there,
    shift_values,
    take_plan,
    touching,
)
from models.store.tables import duty_leave, duty_person, duty_shift

__all__ = ["DutyRepository"]


class DutyRepository(DutyPeople):
    """The roster of one store.

    Every method that writes takes the user name of its author, and raises InputRefused with code
    ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of changes and of the audit log.
    """

    def shifts(
        self, from_at: datetime, until_at: datetime, township: str | None = None
    ) -> list[Shift]:
        """Shifts that touch a span of time, by their beginning.

        Those of people who were removed are among them: :meth:`person` still knows their names.

        Args:
            from_at: UTC.
            until_at: UTC, not included; the same moment asks for who is on at it.
            township: code; :data:`models.duty.DISTRICT` for the district's own, None for all.
        """
        wanted = [touching(duty_shift, from_at, until_at)]
        if township is not None:
            wanted.append(duty_person.c.township == township)
        with self._database.read() as connection:
            return load_shifts(connection, *wanted)

    def shift(self, shift_id: int) -> Shift:
        """One of them.

        Raises:
            NotFound: no such shift.
        """
        with self._database.read() as connection:
            return one_shift(connection, shift_id)

    def add_shifts(self, drafts: Iterable[ShiftDraft], *, author: str) -> list[Shift]:
        """Write shifts down, all or none of them.

        Raises:
            InputRefused: one that cannot be, see :func:`models.duty.check_shift`.
            NotFound: of nobody.
            Conflict: of somebody who was removed; code ``duty_person_gone``.
        """
        wanted = list(drafts)
        for draft in wanted:
            check_shift(draft)
        if not wanted:
            return []
        with self._database.write() as connection:
            for person_id in {draft.person_id for draft in wanted}:
                person_there(connection, person_id)
            added = []
            for draft in wanted:
                written = insert(duty_shift).values(shift_values(draft))
                query = written.returning(duty_shift.c.shift_id)
                added.append(Shift(connection.execute(query).scalar_one(), draft))
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="duty.shifts_added",
                subject=str(added[0].shift_id),
                details={
                    "shifts": len(added),
                    "person": wanted[0].person_id,
                    **_span(wanted[0]),
                },
            )
            return added

    def remove_shift(self, shift_id: int, *, author: str) -> Shift:
        """Strike a shift out.

        Raises:
            NotFound: no such shift.
        """
        with self._database.write() as connection:
            found = one_shift(connection, shift_id)
            connection.execute(delete(duty_shift).where(duty_shift.c.shift_id == shift_id))
            self._audited_span(connection, author, "duty.shift_removed", shift_id, found.draft)
            return found

    def leaves(self, from_at: datetime, until_at: datetime) -> list[Leave]:
        """Leaves that touch a span of time (UTC, its end not included), by their beginning."""
        with self._database.read() as connection:
            return load_leaves(connection, touching(duty_leave, from_at, until_at))

    def leave(self, leave_id: int) -> Leave:
        """One of them.

        Raises:
            NotFound: no such leave.
        """
        with self._database.read() as connection:
            return one_leave(connection, leave_id)

    def add_leave(self, draft: LeaveDraft, *, author: str) -> Leave:
        """Write down that somebody cannot come.

        Raises:
            InputRefused: it cannot be, see :func:`models.duty.check_leave`.
            NotFound: of nobody.
            Conflict: of somebody who was removed; code ``duty_person_gone``.
        """
        check_leave(draft)
        with self._database.write() as connection:
            person_there(connection, draft.person_id)
            written = insert(duty_leave).values(
                person_id=draft.person_id,
                from_at=draft.from_at,
                until_at=draft.until_at,
                reason=draft.reason,
            )
            query = written.returning(duty_leave.c.leave_id)
            leave_id = connection.execute(query).scalar_one()
            self._audited_span(connection, author, "duty.leave_added", leave_id, draft)
            return Leave(leave_id, draft)

    def remove_leave(self, leave_id: int, *, author: str) -> Leave:
        """Strike a leave out.

        Raises:
            NotFound: no such leave.
        """
        with self._database.write() as connection:
            found = one_leave(connection, leave_id)
            connection.execute(delete(duty_leave).where(duty_leave.c.leave_id == leave_id))
            self._audited_span(connection, author, "duty.leave_removed", leave_id, found.draft)
            return found

    def roster(self, from_at: datetime, until_at: datetime) -> Roster:
        """People, and the shifts and leave that touch a span of time, as of one moment.

        Args:
            from_at: UTC.
            until_at: UTC, not included; the same moment asks for who is on at it.
        """
        with self._database.read() as connection:
            return Roster(
                tuple(load_people(connection, THERE)),
                tuple(load_shifts(connection, touching(duty_shift, from_at, until_at))),
                tuple(load_leaves(connection, touching(duty_leave, from_at, until_at))),
            )

    def take(
        self, plan: Iterable[PlannedShift], *, author: str, origin: str, whole: bool = True
    ) -> DutyTaken:
        """Take a roster whole, or nothing of it.

        People are known by township, village, post and name; the telephones and kinds of team of
        those that are known are renewed, others are added. For every township, village and post of
        the plan, shifts that begin between its first beginning and its last end there are replaced.
        The same plan again changes nothing, and then nothing is audited.

        Args:
            plan: rows in any order; of somebody's telephones the last one counts.
            author: user name.
            origin: name of the file that it was read from.
            whole: the plan is all of it. Where rows of it were refused, a shift is replaced only if
                it begins within one of the plan: nobody is off duty for a slip of the pen.

        Raises:
            InputRefused: see :func:`models.duty.plan.check_plan`.
        """
        rows = list(plan)
        check_plan(rows)
        if not author.strip():
            raise InputRefused("A roster needs somebody who takes it.", code="author_missing")
        with self._database.write() as connection:
            taken = take_plan(connection, rows, self._clock.now(), whole=whole)
            counts = {
                "people_new": taken.people_new,
                "people_changed": taken.people_changed,
                "shifts_new": taken.shifts_new,
                "shifts_replaced": taken.shifts_replaced,
            }
            if any(counts.values()):
                audit.append(
                    connection,
                    self._clock,
                    actor=author,
                    action="duty.imported",
                    # Split, as a number before a dot is taken for part of a decimal one.
                    subject=".".join(map(without_numbers, origin.split("."))),
                    details={**counts},
                )
            return taken

    def _audited_span(
        self,
        connection: Connection,
        actor: str,
        action: str,
        number: int,
        draft: ShiftDraft | LeaveDraft,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(number),
            details={"person": draft.person_id, **_span(draft)},
        )


def _span(draft: ShiftDraft | LeaveDraft) -> dict[str, str]:
    return {"begins": draft.from_at.isoformat(), "until": draft.until_at.isoformat()}
