"""Shifts and leave, and who is called first for a place at a moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.duty.people import DISTRICT, DutyPerson, Post
from models.errors import InputRefused

__all__ = [
    "LONGEST_SHIFT",
    "Leave",
    "LeaveDraft",
    "OnDuty",
    "Reach",
    "Roster",
    "Shift",
    "ShiftDraft",
    "check_leave",
    "check_shift",
    "ladder",
]

LONGEST_SHIFT: Final = timedelta(days=7)
"""Longer than any shift: what is longer is a slip of a date."""

LONGEST_LEAVE: Final = timedelta(days=400)
MOST_DEPUTIES: Final = 9


@dataclass(frozen=True, slots=True)
class ShiftDraft:
    """When somebody is on.

    Attributes:
        person_id: of whom.
        from_at: UTC, included.
        until_at: UTC, not included.
        deputy: 0 for who is called first, 1 for their deputy, and so on up to 9.
    """

    person_id: int
    from_at: datetime
    until_at: datetime
    deputy: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as the store knows it.

    Attributes:
        shift_id: number, rising.
        draft: what is written down.
    """

    shift_id: int
    draft: ShiftDraft


@dataclass(frozen=True, slots=True)
class LeaveDraft:
    """When somebody cannot come, whatever the roster says.

    Attributes:
        person_id: of whom.
        from_at: UTC, included.
        until_at: UTC, not included.
        reason: free text.
    """

    person_id: int
    from_at: datetime
    until_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave as the store knows it.

    Attributes:
        leave_id: number, rising.
        draft: what is written down.
    """

    leave_id: int
    draft: LeaveDraft


class Reach(StrEnum):
    """How near to the place somebody's duty is, the nearest first."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on for a place.

    Attributes:
        person: who.
        shift: by which.
        reach: whether they are of its village, its township, or the district.
    """

    person: DutyPerson
    shift: Shift
    reach: Reach


@dataclass(frozen=True, slots=True)
class Roster:
    """People, shifts and leave of a span of time, as of one moment.

    Attributes:
        people: those that were not removed, by number.
        shifts: that touch the span.
        leaves: that touch it.
    """

    people: tuple[DutyPerson, ...]
    shifts: tuple[Shift, ...]
    leaves: tuple[Leave, ...]

    def on_at(self, at: datetime) -> list[tuple[DutyPerson, Shift]]:
        """Who is on at a moment (UTC), by number; who is on leave is not."""
        known = {one.person_id: one for one in self.people}
        away = {
            one.draft.person_id
            for one in self.leaves
            if one.draft.from_at <= at < one.draft.until_at
        }
        return [
            (known[one.draft.person_id], one)
            for one in sorted(self.shifts, key=lambda one: (one.draft.person_id, one.shift_id))
            if one.draft.from_at <= at < one.draft.until_at
            and one.draft.person_id in known
            and one.draft.person_id not in away
        ]


def ladder(
    on_now: Iterable[tuple[DutyPerson, Shift]], township: str, villages: Collection[str] = ()
) -> list[OnDuty]:
    """Whom to call for a place, in this order; the next one when one does not answer.

    First those of its villages, then those of its township, then the district's; within each the
    grid, the team, the station and the committee; within a post who is first before the deputies.

    Args:
        on_now: who is on, as :meth:`Roster.on_at` says.
        township: code of the place's; :data:`DISTRICT` for the duty room alone.
        villages: codes of villages that it may lie in.
    """
    found: list[OnDuty] = []
    seen: set[int] = set()
    for person, shift in on_now:
        draft = person.draft
        if draft.township == DISTRICT:
            reach = Reach.DISTRICT
        elif draft.township != township:
            continue
        elif not draft.village:
            reach = Reach.TOWNSHIP
        elif draft.village in villages:
            reach = Reach.VILLAGE
        else:
            continue
        found.append(OnDuty(person, shift, reach))
    order = list(Reach)
    posts = list(Post)
    found.sort(
        key=lambda one: (
            order.index(one.reach),
            posts.index(one.person.draft.post),
            one.shift.draft.deputy,
            one.shift.shift_id,
        )
    )
    first: list[OnDuty] = []
    for one in found:  # somebody with two shifts at once is called once
        if one.person.person_id not in seen:
            seen.add(one.person.person_id)
            first.append(one)
    return first


def check_shift(draft: ShiftDraft) -> None:
    """Refuse a span that is none.

    Raises:
        InputRefused: codes ``duty_span`` and ``duty_deputy``.
    """
    _check_span(draft.from_at, draft.until_at, LONGEST_SHIFT, "A shift")
    if not 0 <= draft.deputy <= MOST_DEPUTIES:
        raise InputRefused(
            f"Deputies are counted from 1 to {MOST_DEPUTIES}, who is first is 0.",
            code="duty_deputy",
        )


def check_leave(draft: LeaveDraft) -> None:
    """Refuse a span that is none.

    Raises:
        InputRefused: codes ``duty_span`` and ``duty_note``.
    """
    _check_span(draft.from_at, draft.until_at, LONGEST_LEAVE, "A leave")
    if len(draft.reason) > 200 or "\0" in draft.reason:
        raise InputRefused("A reason has at most 200 characters.", code="duty_note")


def _check_span(from_at: datetime, until_at: datetime, longest: timedelta, what: str) -> None:
    if not timedelta(0) < until_at - from_at <= longest:
        raise InputRefused(
            f"{what} ends after it begins, and within {longest.days} days.",
            remedy="Look at the dates and times again.",
            code="duty_span",
        )
