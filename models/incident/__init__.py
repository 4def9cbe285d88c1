"""One fire and everything about it: its evidence, its life, how urgent it is."""

from models.incident.history import Entry, EntryKind, Photo, Subject, SubjectKind
from models.incident.incident import Incident, IncidentPage, Link, LinkReason, Proposal
from models.incident.life import (
    FIRE_STATES,
    OPEN_STATES,
    RETIRED_REASONS,
    DismissReason,
    IncidentState,
    Verdict,
    check_step,
    merged_state,
)
from models.incident.urgency import Level, Urgency, UrgencyFactor, UrgencyReason

__all__ = [
    "FIRE_STATES",
    "OPEN_STATES",
    "RETIRED_REASONS",
    "DismissReason",
    "Entry",
    "EntryKind",
    "Incident",
    "IncidentPage",
    "IncidentState",
    "Level",
    "Link",
    "LinkReason",
    "Photo",
    "Proposal",
    "Subject",
    "SubjectKind",
    "Urgency",
    "UrgencyFactor",
    "UrgencyReason",
    "Verdict",
    "check_step",
    "merged_state",
]
