"""When a post of a township is staffed by nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models.duty.people import DutyPerson, Post
from models.duty.roster import Roster
from models.spans import Span, common, joined, without

__all__ = ["STAFFED", "Gap", "gaps_in"]

STAFFED: Final = (Post.TEAM, Post.STATION, Post.COMMITTEE)
"""Posts of which a township has somebody on at any time (1委+1站+1队)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on.

    Attributes:
        township: code.
        post: which is not staffed.
        from_at: UTC.
        until_at: UTC.
        on_leave: names of those who would be on and are on leave.
    """

    township: str
    post: Post
    from_at: datetime
    until_at: datetime
    on_leave: tuple[str, ...]


def gaps_in(
    roster: Roster, townships: Iterable[str], from_at: datetime, until_at: datetime
) -> list[Gap]:
    """Where the roster has a hole, by township in their order, post and time.

    Only who is on for the whole township counts: a ranger of one village does not staff a team.

    Args:
        roster: of at least the span.
        townships: codes of those that must be staffed.
        from_at: UTC.
        until_at: UTC, not included.
    """
    known = {one.person_id: one for one in roster.people if not one.draft.village}
    leaves: dict[int, list[Span]] = {}
    for leave in roster.leaves:
        span = leave.draft.from_at, leave.draft.until_at
        leaves.setdefault(leave.draft.person_id, []).append(span)
    planned: dict[tuple[str, Post], list[tuple[DutyPerson, Span]]] = {}
    for shift in roster.shifts:
        person = known.get(shift.draft.person_id)
        if person is not None:
            key = person.draft.township, person.draft.post
            span = shift.draft.from_at, shift.draft.until_at
            planned.setdefault(key, []).append((person, span))
    found: list[Gap] = []
    for township in townships:
        for post in STAFFED:
            on = planned.get((township, post), [])
            staffed = [
                there
                for person, span in on
                for there in without([span], leaves.get(person.person_id, ()))
            ]
            for hole in without([(from_at, until_at)], staffed):
                away = {person.draft.name for person, span in on if common(joined([span]), [hole])}
                found.append(Gap(township, post, *hole, tuple(sorted(away))))
    return found
