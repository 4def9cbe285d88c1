"""What the routes of the roster do: read and change rows within somebody's rights, take a file."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.auth.scope import outside
from api.context import Context
from api.duty.rights import check_reads, check_writes, reads, writes
from api.duty.sheets import RefusedRow, read_roster
from api.duty.units import Units
from models.duty import (
    DutyPerson,
    DutyTaken,
    Leave,
    LeaveDraft,
    PersonDraft,
    PlannedShift,
    Shift,
    ShiftDraft,
)
from models.errors import InputRefused
from models.user import User

__all__ = [
    "LONGEST_GAPS",
    "LONGEST_LIST",
    "add_leave",
    "add_person",
    "add_shift",
    "change_person",
    "check_span",
    "leaves",
    "people",
    "remove_leave",
    "remove_person",
    "remove_shift",
    "shifts",
    "take_file",
]

LONGEST_LIST: Final = timedelta(days=400)
LONGEST_GAPS: Final = timedelta(days=62)


def check_span(from_at: datetime, until_at: datetime, longest: timedelta) -> None:
    """Refuse to list what has no end.

    Raises:
        InputRefused: the span is none, or longer; code ``duty_days``.
    """
    if not timedelta() < until_at - from_at <= longest:
        raise InputRefused(
            f"The time asked for ends after it begins, and within {longest.days} days.",
            remedy="Ask for less at a time.",
            code="duty_days",
        )


def people(context: Context, user: User, township: str | None) -> list[DutyPerson]:
    """Those that the asker sees; of one township where one is named."""
    if township is not None:
        check_reads(user, township)
    found = context.store.duty.people(township)
    return [one for one in found if reads(user, one.draft.township)]


def add_person(context: Context, user: User, draft: PersonDraft) -> DutyPerson:
    """Write somebody down."""
    check_writes(user, draft.township)
    _check_units(context, draft)
    return context.store.duty.add_person(draft, author=user.name)


def change_person(context: Context, user: User, person_id: int, draft: PersonDraft) -> DutyPerson:
    """Write something else down of somebody; from and to a township of the asker's."""
    known = context.store.duty.person(person_id)
    check_writes(user, known.draft.township, draft.township)
    _check_units(context, draft)
    return context.store.duty.change_person(person_id, draft, author=user.name)


def remove_person(context: Context, user: User, person_id: int) -> None:
    """Take somebody off the roster."""
    check_writes(user, context.store.duty.person(person_id).draft.township)
    context.store.duty.remove_person(person_id, author=user.name)


def shifts(
    context: Context, user: User, from_at: datetime, until_at: datetime, township: str | None
) -> list[tuple[Shift, DutyPerson]]:
    """Shifts that touch a span, with whose they are; also of who was removed since."""
    check_span(from_at, until_at, LONGEST_LIST)
    if township is not None:
        check_reads(user, township)
    found = context.store.duty.shifts(from_at, until_at, township)
    whose = _whose(context, (one.draft.person_id for one in found))
    rows = [(one, whose[one.draft.person_id]) for one in found]
    return [row for row in rows if reads(user, row[1].draft.township)]


def add_shift(context: Context, user: User, draft: ShiftDraft) -> tuple[Shift, DutyPerson]:
    """Write a shift down."""
    person = context.store.duty.person(draft.person_id)
    check_writes(user, person.draft.township)
    return context.store.duty.add_shifts([draft], author=user.name)[0], person


def remove_shift(context: Context, user: User, shift_id: int) -> None:
    """Strike a shift out."""
    shift = context.store.duty.shift(shift_id)
    check_writes(user, context.store.duty.person(shift.draft.person_id).draft.township)
    context.store.duty.remove_shift(shift_id, author=user.name)


def leaves(
    context: Context, user: User, from_at: datetime, until_at: datetime
) -> list[tuple[Leave, DutyPerson]]:
    """Leaves that touch a span, with whose they are."""
    check_span(from_at, until_at, LONGEST_LIST)
    found = context.store.duty.leaves(from_at, until_at)
    whose = _whose(context, (one.draft.person_id for one in found))
    rows = [(one, whose[one.draft.person_id]) for one in found]
    return [row for row in rows if reads(user, row[1].draft.township)]


def add_leave(context: Context, user: User, draft: LeaveDraft) -> tuple[Leave, DutyPerson]:
    """Write down that somebody cannot come."""
    person = context.store.duty.person(draft.person_id)
    check_writes(user, person.draft.township)
    return context.store.duty.add_leave(draft, author=user.name), person


def remove_leave(context: Context, user: User, leave_id: int) -> None:
    """Strike a leave out."""
    leave = context.store.duty.leave(leave_id)
    check_writes(user, context.store.duty.person(leave.draft.person_id).draft.township)
    context.store.duty.remove_leave(leave_id, author=user.name)


def take_file(
    context: Context, user: User, data: bytes, origin: str
) -> tuple[DutyTaken, list[RefusedRow]]:
    """Take the rows of a file that can be taken and are the asker's to write.

    Args:
        context: of the application.
        user: who hands it in.
        data: see :func:`api.duty.sheets.read_roster`.
        origin: name of the file.

    Returns:
        What became of them, and the rows that were left out.

    Raises:
        InputRefused: no roster, see there; one without a row, code ``duty_plan_empty``.
    """
    zone = ZoneInfo(context.settings.time_zone)
    units = Units.of(context.land_book.refresh().features)
    rows, refused = read_roster(data, zone=zone, units=units)
    plan: list[PlannedShift] = []
    for row in rows:
        if writes(user, row.shift.person.township):
            plan.append(row.shift)
        else:
            refused.append(RefusedRow(row.row, row.township_column, outside()))
    refused.sort(key=lambda one: one.row)
    if refused and not plan:
        return DutyTaken(0, 0, 0, 0, 0), refused
    taken = context.store.duty.take(plan, author=user.name, origin=origin, whole=not refused)
    return taken, refused


def _check_units(context: Context, draft: PersonDraft) -> None:
    units = Units.of(context.land_book.refresh().features)
    units.check(draft.township, draft.village)


def _whose(context: Context, person_ids: Iterable[int]) -> dict[int, DutyPerson]:
    """People by number; those that were removed are looked up one by one, for they are few."""
    known = {one.person_id: one for one in context.store.duty.people()}
    wanted = set(person_ids)
    gone = {number: context.store.duty.person(number) for number in wanted - known.keys()}
    return known | gone
