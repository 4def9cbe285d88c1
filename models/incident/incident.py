"""A fire as the store knows it, and how evidence finds the fire that it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from models.incident.history import Entry
from models.incident.life import DismissReason, IncidentState
from models.incident.urgency import Urgency
from models.observation import Observation

if TYPE_CHECKING:
    from models.alert import Alert

__all__ = ["Incident", "IncidentPage", "Link", "LinkReason", "Proposal"]


class LinkReason(StrEnum):
    """Why a piece of evidence belongs to a fire."""

    FIRST = "first"  # the fire began with it
    SAME_PLUME = "same_plume"  # the same view sees the same plume again
    SAME_MAST = "same_mast"  # another camera of one mast, in the same direction: one direction
    CROSSING = "crossing"  # bearings meet in one place
    NEAR = "near"  # both are located, and the places agree
    HEAT = "heat"  # a node under the trees stands in the heat of it
    BY_HAND = "by_hand"  # a person said so


@dataclass(frozen=True, slots=True)
class Link:
    """Where a new piece of evidence belongs.

    Attributes:
        incident_id: of the fire; one that was merged stands for what it was merged into.
        reason: why.
        reopens: a settled fire becomes open again by it. Without this, evidence for a settled fire
            opens one of its own.
        detail: numbers of the reason in words, for the history; may be empty.
    """

    incident_id: int
    reason: LinkReason
    reopens: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A verdict that waits for a second person.

    Attributes:
        entry_id: of its entry in the history.
        to_state: what it becomes when somebody else agrees.
        reason: of a dismissal.
        note: free text.
        author: user name; cannot agree with themselves.
        at: UTC.
    """

    entry_id: int
    to_state: IncidentState
    reason: DismissReason | None
    note: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """One fire.

    Attributes:
        incident_id: number, given by the store, rising; it is never used again, also not after a
            merge.
        state: of its life.
        is_drill: its evidence is invented; a drill and a fire are never one.
        opened_at: UTC, when the store took it.
        first_seen_at: UTC capture time of the first sign of it.
        last_seen_at: UTC capture time of the last one.
        changed_at: UTC, of the last change of any kind.
        version: rises with every change; the ETag of its page.
        merged_into: the fire that this one turned out to be; None for one that stands for itself.
        proposal: a verdict that waits for a second person.
        urgency: as last reckoned; None before the first time.
        alerts: what cameras saw of it, by number.
        observations: what people told of it, by number.
        entries: its history, by number.
    """

    incident_id: int
    state: IncidentState
    is_drill: bool
    opened_at: datetime
    first_seen_at: datetime
    last_seen_at: datetime
    changed_at: datetime
    version: int
    merged_into: int | None
    proposal: Proposal | None
    urgency: Urgency | None
    alerts: "tuple[Alert, ...]"
    observations: tuple[Observation, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """A page of fires, newest first.

    Attributes:
        incidents: at most as many as were asked for.
        next_before: number to ask on from; None on the last page.
    """

    incidents: tuple[Incident, ...]
    next_before: int | None
