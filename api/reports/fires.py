"""Fires as reports see them: what they turned out to be, who told of them first, and when what was.

A fire counts for the period in which it was opened, as what it stands as when the report is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.incident import (
    FIRE_STATES,
    DismissReason,
    EntryKind,
    Incident,
    IncidentState,
)
from models.report import RowRef

__all__ = ["Became", "Fire", "Milestone", "fires_of"]


class Became(StrEnum):
    """What a fire turned out to be."""

    REAL = "real"  # somebody has said that it burns, and it stands
    DISMISSED = "dismissed"
    PENDING = "pending"  # nobody has said


@dataclass(frozen=True, slots=True)
class Milestone:
    """When a fire came to a state.

    Attributes:
        at: UTC.
        rows: that say so.
    """

    at: datetime
    rows: tuple[RowRef, ...]


@dataclass(frozen=True, slots=True)
class Fire:
    """One fire.

    Attributes:
        incident: as the store knows it.
        became: what it turned out to be.
        reason: of its dismissal; None of others.
        alerted: the first alert of a camera; None without one.
        told: the first report of a person that was not taken back; None without one.
        steps: the first verdict for each state that was not taken back.
    """

    incident: Incident
    became: Became
    reason: DismissReason | None
    alerted: Milestone | None
    told: Milestone | None
    steps: dict[IncidentState, Milestone]

    @property
    def is_drill(self) -> bool:
        """Invented, or dismissed as a drill: it counts for nothing."""
        return self.incident.is_drill or self.reason is DismissReason.DRILL

    @property
    def row(self) -> RowRef:
        """Of the fire."""
        return RowRef("incident", str(self.incident.incident_id))

    @property
    def told_first(self) -> bool:
        """A person told of it before any camera did."""
        if self.told is None:
            return False
        return self.alerted is None or self.told.at < self.alerted.at

    @property
    def opened_by_camera(self) -> bool:
        """A camera told of it, and nobody before."""
        return self.alerted is not None and not self.told_first


def fires_of(incidents: Iterable[Incident]) -> tuple[Fire, ...]:
    """Fires of the store as reports see them, in their order."""
    return tuple(_fire(one) for one in incidents)


def _fire(incident: Incident) -> Fire:
    alerts = [(one.opened_at, one.alert_id) for one in incident.alerts]
    told = [
        (one.entered_at, one.observation_id)
        for one in incident.observations
        if one.withdrawn_at is None
    ]
    return Fire(
        incident=incident,
        became=_became(incident.state),
        reason=_reason(incident),
        alerted=_first("alert", alerts),
        told=_first("observation", told),
        steps=_steps(incident),
    )


def _became(state: IncidentState) -> Became:
    if state in FIRE_STATES or state is IncidentState.CLOSED:
        return Became.REAL
    return Became.DISMISSED if state is IncidentState.DISMISSED else Became.PENDING


def _reason(incident: Incident) -> DismissReason | None:
    if incident.state is not IncidentState.DISMISSED:
        return None
    undone = {one.undoes for one in incident.entries}
    return next(
        (
            one.reason
            for one in reversed(incident.entries)
            if one.kind in {EntryKind.STEPPED, EntryKind.ABSORBED}
            and one.to_state is IncidentState.DISMISSED
            and one.reason is not None
            and one.entry_id not in undone
        ),
        None,
    )


def _first(table: str, moments: list[tuple[datetime, int]]) -> Milestone | None:
    if not moments:
        return None
    at, number = min(moments)
    return Milestone(at, (RowRef(table, str(number)),))


def _steps(incident: Incident) -> dict[IncidentState, Milestone]:
    undone = {one.undoes for one in incident.entries}
    found: dict[IncidentState, Milestone] = {}
    for one in incident.entries:
        if (
            one.kind is EntryKind.STEPPED
            and one.to_state is not None
            and one.entry_id not in undone
        ):
            found.setdefault(
                one.to_state, Milestone(one.at, (RowRef("incident_entry", str(one.entry_id)),))
            )
    return found
