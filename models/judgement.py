"""What people have said that a fire is, and who: read from its history.

A verdict that was taken back is none, and one that waits for a second person is none yet.
"""

from dataclasses import dataclass
from datetime import datetime

from models.incident import (
    FIRE_STATES,
    DismissReason,
    Entry,
    EntryKind,
    Incident,
    IncidentState,
)

__all__ = ["Judgement", "judgement_of"]

_FIRE = FIRE_STATES | {IncidentState.CLOSED}
_MOVES = frozenset({EntryKind.STEPPED, EntryKind.ABSORBED, EntryKind.REOPENED})


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict that stands.

    Attributes:
        is_fire: it burns, or burnt; False: it was dismissed.
        reason: of a dismissal; None of a fire.
        note: given with it, may be empty.
        author: user name.
        at: UTC, when it took effect.
        second: who agreed as the second person; empty where nobody was asked.
    """

    is_fire: bool
    reason: DismissReason | None
    note: str
    author: str
    at: datetime
    second: str = ""


def judgement_of(incident: Incident) -> Judgement | None:
    """What stands; None while people have not said, or have taken it back, or it was merged."""
    if incident.merged_into is not None or incident.proposal is not None:
        return None
    undone = {one.undoes for one in incident.entries}
    found: Judgement | None = None
    waits: Entry | None = None
    for entry in incident.entries:
        if entry.entry_id in undone:
            continue
        if entry.kind is EntryKind.PROPOSED:
            waits = entry
        elif entry.kind is EntryKind.DECLINED:
            waits = None
        elif entry.kind in _MOVES and entry.to_state is not None:
            found = _after(found, entry, waits)
            waits = None
    stands = found is not None and found.is_fire == (incident.state in _FIRE)
    return found if stands and incident.state in _FIRE | {IncidentState.DISMISSED} else None


def _after(before: Judgement | None, entry: Entry, waits: Entry | None) -> Judgement | None:
    """The judgement once an entry has moved the fire's state."""
    is_fire = entry.to_state in _FIRE
    if not is_fire and entry.to_state is not IncidentState.DISMISSED:
        return None
    if is_fire and before is not None and before.is_fire:
        return before  # people are on their way, or it is out: it was said before
    agreed = waits is not None and waits.to_state is entry.to_state
    author = waits.author if agreed and waits is not None else entry.author
    second = entry.author if agreed and entry.author != author else ""
    return Judgement(is_fire, entry.reason, entry.note, author, entry.at, second)
