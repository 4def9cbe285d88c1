"""What of the history of a fire is told to people who do not sit at the console."""

from enum import StrEnum
from typing import Final

from models.incident import Entry, EntryKind, IncidentState

__all__ = ["URGENT_OCCASIONS", "USUAL_OCCASIONS", "Occasion", "occasion_of"]


class Occasion(StrEnum):
    """Why a notice goes out."""

    OPENED = "opened"
    SPLIT = "split"  # a part of a fire is one of its own now
    RAISED = "raised"  # one more independent sensor speaks for it
    JOINED = "joined"  # one more piece of evidence
    ACKNOWLEDGED = "acknowledged"
    PROPOSED = "proposed"  # a verdict waits for a second person
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    CONTROLLED = "controlled"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    UNDONE = "undone"  # a verdict was taken back: what was told last does not hold
    REOPENED = "reopened"
    MERGED = "merged"  # it is another one
    CALLED = "called"  # somebody is sent to look at it: told by orders, not by its history


USUAL_OCCASIONS: Final = tuple(
    one
    for one in Occasion
    if one not in {Occasion.JOINED, Occasion.ACKNOWLEDGED, Occasion.DECLINED, Occasion.CALLED}
)
"""What a channel tells unless somebody chose otherwise."""

URGENT_OCCASIONS: Final = frozenset({Occasion.CONFIRMED, Occasion.UNDONE, Occasion.REOPENED})
"""These wait for no quiet hours: it burns, or what was told last is wrong."""

_KINDS: Final = {
    EntryKind.OPENED: Occasion.OPENED,
    EntryKind.SPLIT_OFF: Occasion.SPLIT,
    EntryKind.RAISED: Occasion.RAISED,
    EntryKind.JOINED: Occasion.JOINED,
    EntryKind.PROPOSED: Occasion.PROPOSED,
    EntryKind.DECLINED: Occasion.DECLINED,
    EntryKind.UNDONE: Occasion.UNDONE,
    EntryKind.REOPENED: Occasion.REOPENED,
    EntryKind.MERGED: Occasion.MERGED,
}


def occasion_of(entry: Entry) -> Occasion | None:
    """What an entry of the history is told as; None for one that stays in the house.

    What is told twice in the history (a merge, by both fires; evidence that leaves one and joins
    the other) is told once.
    """
    if entry.kind is EntryKind.STEPPED and entry.to_state not in {None, IncidentState.OPEN}:
        return Occasion(str(entry.to_state))
    return _KINDS.get(entry.kind)
