"""Why orders of a fire are opened: the entry of its history by which it came to need them."""

from typing import Final

from models.incident import OPEN_STATES, Entry, EntryKind, Incident, IncidentState

__all__ = ["cause_of", "is_joined"]

_PATH: Final = tuple(state for state in IncidentState if state in OPEN_STATES)
_NO_CHANGE: Final = frozenset({EntryKind.PROPOSED, EntryKind.DECLINED})
"""These name a state that the fire does not have."""


def cause_of(incident: Incident, from_state: IncidentState) -> Entry | None:
    """The entry by which a fire came to a state and stayed in it or beyond; None where it has not.

    One that was taken back, settled or reopened comes to it anew, by another entry.

    Args:
        incident: the fire.
        from_state: of those that need people.
    """
    if incident.merged_into is not None or not _reaches(incident.state, from_state):
        return None
    first = next(iter(incident.entries), None)
    # Fires begin open, and most ways of beginning name no state.
    found = first if _reaches(IncidentState.OPEN, from_state) else None
    for entry in incident.entries:
        if entry.to_state is None or entry.kind in _NO_CHANGE:
            continue
        if not _reaches(entry.to_state, from_state):
            found = None
        elif found is None:
            found = entry
    return found or first


def is_joined(entry: Entry) -> bool:
    """Whether another fire brought its state along, and with it the orders that it had."""
    return entry.kind is EntryKind.ABSORBED


def _reaches(state: IncidentState, wanted: IncidentState) -> bool:
    return state in OPEN_STATES and _PATH.index(state) >= _PATH.index(wanted)
