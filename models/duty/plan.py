"""A roster as somebody hands it in whole: a month of a township, read from a sheet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from models.duty.people import PersonDraft, Post, check_person
from models.duty.roster import ShiftDraft, check_shift
from models.errors import InputRefused
from models.spans import Span, joined

__all__ = [
    "DutyTaken",
    "Group",
    "PersonKey",
    "PlannedShift",
    "check_plan",
    "group_of",
    "key_of",
    "people_of",
    "renewed",
    "windows_of",
]

Group: TypeAlias = tuple[str, str, Post]
"""Township, village and post: a column of a roster on a wall."""

PersonKey: TypeAlias = tuple[str, str, Post, str]
"""The same and a name: by this somebody is known, as sheets have no numbers of people."""


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A row of a roster.

    Attributes:
        person: who is on; of one who is known the telephone and the kind of team are renewed.
        from_at: UTC, included.
        until_at: UTC, not included.
        deputy: 0 for who is called first, 1 for their deputy, and so on up to 9.
    """

    person: PersonDraft
    from_at: datetime
    until_at: datetime
    deputy: int = 0


@dataclass(frozen=True, slots=True)
class DutyTaken:
    """What became of a roster.

    Attributes:
        people_new: who were not known.
        people_changed: who have another telephone or kind of team.
        shifts_new: that were not there.
        shifts_replaced: that were there and are not in the roster that was handed in.
        unchanged: shifts that were there already, as they are.
    """

    people_new: int
    people_changed: int
    shifts_new: int
    shifts_replaced: int
    unchanged: int


def group_of(person: PersonDraft) -> Group:
    """Where somebody stands in a roster."""
    return person.township, person.village, person.post


def key_of(person: PersonDraft) -> PersonKey:
    """By what somebody is known."""
    return *group_of(person), person.name


def check_plan(plan: Iterable[PlannedShift]) -> None:
    """Refuse a roster that cannot be taken whole.

    Raises:
        InputRefused: it is empty, code ``duty_plan_empty``; a row cannot be, see
            :func:`models.duty.check_person` and :func:`models.duty.check_shift`.
    """
    rows = 0
    for one in plan:
        check_person(one.person)
        check_shift(ShiftDraft(0, one.from_at, one.until_at, one.deputy))
        rows += 1
    if not rows:
        raise InputRefused(
            "There is no shift in this roster.",
            remedy="Look at whether it is the right file, and at the headings of its columns.",
            code="duty_plan_empty",
        )


def people_of(plan: Iterable[PlannedShift]) -> dict[PersonKey, PersonDraft]:
    """Everybody once; of several rows the last one counts, and what it does not say the others."""
    found: dict[PersonKey, PersonDraft] = {}
    for one in plan:
        key = key_of(one.person)
        found[key] = renewed(found.get(key, one.person), one.person)
    return found


def renewed(known: PersonDraft, told: PersonDraft) -> PersonDraft:
    """Somebody with what a roster says of them; that it is silent of the team says nothing."""
    return replace(known, phone=told.phone, team=known.team if told.team is None else told.team)


def windows_of(plan: Iterable[PlannedShift], *, whole: bool = True) -> dict[Group, list[Span]]:
    """For every group the spans that the roster is of.

    What begins within them, and is of that group, is as the roster says and not otherwise.

    Args:
        plan: the roster.
        whole: it says all: from its first beginning to its last end. Where rows of it are missing,
            only the time of its shifts is of it: an old shift is not struck for a slip of the pen.
    """
    found: dict[Group, list[Span]] = {}
    for one in plan:
        found.setdefault(group_of(one.person), []).append((one.from_at, one.until_at))
    if not whole:
        return {group: joined(spans) for group, spans in found.items()}
    return {
        group: [(min(start for start, _ in spans), max(end for _, end in spans))]
        for group, spans in found.items()
    }
