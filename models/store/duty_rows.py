"""Rows of the roster: read, looked up, and taken whole from a plan."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from models.duty import DutyPerson, Leave, LeaveDraft, PersonDraft, Shift, ShiftDraft
from models.duty.plan import (
    DutyTaken,
    Group,
    PersonKey,
    PlannedShift,
    key_of,
    people_of,
    renewed,
    windows_of,
)
from models.errors import Conflict, NotFound
from models.spans import Span
from models.store.tables import duty_leave, duty_person, duty_shift

__all__ = [
    "THERE",
    "load_leaves",
    "load_people",
    "load_shifts",
    "one_leave",
    "one_person",
    "one_shift",
    "person_there",
    "shift_values",
    "take_plan",
    "touching",
    "values_of",
]

_LARGEST: Final = 2**63 - 1
_OF_PERSON: Final = ("name", "phone", "post", "township", "village", "team", "note")
THERE: Final = duty_person.c.removed_at.is_(None)


def touching(table: FromClause, from_at: datetime, until_at: datetime) -> ColumnElement[bool]:
    """Spans of a table that touch a span; of one without length those that hold that moment."""
    last = max(until_at, from_at + timedelta.resolution)
    return (table.c.until_at > from_at) & (table.c.from_at < last)


def load_people(connection: Connection, *wanted: ColumnElement[bool]) -> list[DutyPerson]:
    """People by number."""
    query = select(duty_person).where(*wanted).order_by(duty_person.c.person_id)
    return [_person(row) for row in connection.execute(query)]


def load_shifts(connection: Connection, *wanted: ColumnElement[bool]) -> list[Shift]:
    """Shifts by their beginning; the conditions may be of whose they are."""
    table = duty_shift.c
    query = (
        select(duty_shift).join(duty_person).where(*wanted).order_by(table.from_at, table.shift_id)
    )
    return [
        Shift(row.shift_id, ShiftDraft(row.person_id, row.from_at, row.until_at, row.deputy))
        for row in connection.execute(query)
    ]


def load_leaves(connection: Connection, *wanted: ColumnElement[bool]) -> list[Leave]:
    """Leaves by their beginning."""
    table = duty_leave.c
    query = select(duty_leave).where(*wanted).order_by(table.from_at, table.leave_id)
    return [
        Leave(row.leave_id, LeaveDraft(row.person_id, row.from_at, row.until_at, row.reason))
        for row in connection.execute(query)
    ]


def one_person(connection: Connection, person_id: int) -> DutyPerson:
    """Somebody, also one who was removed.

    Raises:
        NotFound: nobody has this number.
    """
    found = load_people(connection, duty_person.c.person_id == _bounded(person_id))
    if not found:
        raise NotFound(f"Nobody in the roster has the number {person_id}.")
    return found[0]


def one_shift(connection: Connection, shift_id: int) -> Shift:
    """A shift.

    Raises:
        NotFound: no such shift.
    """
    found = load_shifts(connection, duty_shift.c.shift_id == _bounded(shift_id))
    if not found:
        raise NotFound(f"There is no shift {shift_id}.")
    return found[0]


def one_leave(connection: Connection, leave_id: int) -> Leave:
    """A leave.

    Raises:
        NotFound: no such leave.
    """
    found = load_leaves(connection, duty_leave.c.leave_id == _bounded(leave_id))
    if not found:
        raise NotFound(f"There is no leave {leave_id}.")
    return found[0]


def person_there(connection: Connection, person_id: int) -> DutyPerson:
    """Somebody who was not removed.

    Raises:
        NotFound: nobody has this number.
        Conflict: they were removed; code ``duty_person_gone``.
    """
    found = one_person(connection, person_id)
    if found.removed_at is not None:
        raise Conflict(
            f"Person {person_id} of the roster was removed.",
            remedy="Add them again.",
            code="duty_person_gone",
        )
    return found


def values_of(draft: PersonDraft, now: datetime) -> dict[str, Any]:
    """What is written down of somebody, by column."""
    return {**{name: getattr(draft, name) for name in _OF_PERSON}, "changed_at": now}


def take_plan(
    connection: Connection, plan: Sequence[PlannedShift], now: datetime, *, whole: bool
) -> DutyTaken:
    """Make the roster what a plan says, see :meth:`models.store.duty.DutyRepository.take`."""
    numbers, new, changed = _take_people(connection, people_of(plan), now)
    wanted = {
        ShiftDraft(numbers[key_of(one.person)], one.from_at, one.until_at, one.deputy): None
        for one in plan
    }
    replaced: list[int] = []
    kept = 0
    for group, windows in windows_of(plan, whole=whole).items():
        for shift in (one for window in windows for one in _beginning(connection, group, window)):
            if shift.draft in wanted:
                del wanted[shift.draft]  # one that is there twice is kept once
                kept += 1
            else:
                replaced.append(shift.shift_id)
    if replaced:
        connection.execute(
            delete(duty_shift).where(duty_shift.c.shift_id == bindparam("gone")),
            [{"gone": number} for number in replaced],
        )
    if wanted:
        connection.execute(insert(duty_shift), [shift_values(one) for one in wanted])
    return DutyTaken(new, changed, len(wanted), len(replaced), kept)


def shift_values(draft: ShiftDraft) -> dict[str, Any]:
    """A shift by column."""
    return {
        "person_id": draft.person_id,
        "from_at": draft.from_at,
        "until_at": draft.until_at,
        "deputy": draft.deputy,
    }


def _take_people(
    connection: Connection, told: dict[PersonKey, PersonDraft], now: datetime
) -> tuple[dict[PersonKey, int], int, int]:
    """Everybody's number, how many are new, and of how many something changed."""
    known = {key_of(one.draft): one for one in load_people(connection, THERE)}
    numbers: dict[PersonKey, int] = {}
    changed = 0
    for key, draft in told.items():
        there = known.get(key)
        if there is None:
            written = insert(duty_person).values(values_of(draft, now))
            query = written.returning(duty_person.c.person_id)
            numbers[key] = connection.execute(query).scalar_one()
            continue
        numbers[key] = there.person_id
        after = renewed(there.draft, draft)
        if after != there.draft:
            changed += 1
            chosen = duty_person.c.person_id == there.person_id
            connection.execute(update(duty_person).where(chosen).values(values_of(after, now)))
    return numbers, len(told.keys() - known.keys()), changed


def _beginning(connection: Connection, group: Group, window: Span) -> list[Shift]:
    """Shifts of a group that begin within a span, also those of people who were removed."""
    township, village, post = group
    return load_shifts(
        connection,
        duty_person.c.township == township,
        duty_person.c.village == village,
        duty_person.c.post == post,
        duty_shift.c.from_at >= window[0],
        duty_shift.c.from_at < window[1],
    )


def _bounded(number: int) -> int:
    """A number that a database can look for; one that no row has stays one."""
    return min(max(number, 0), _LARGEST)


def _person(row: Row[Any]) -> DutyPerson:
    draft = PersonDraft(**{name: getattr(row, name) for name in _OF_PERSON})
    return DutyPerson(row.person_id, draft, row.changed_at, row.removed_at)
