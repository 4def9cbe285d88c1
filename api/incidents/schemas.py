"""What a fire looks like on the wire."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from api.alerts.schemas import AlertAnswer
from api.incidents.entry_schemas import EntryAnswer
from api.observations.schemas import ObservationAnswer
from models.incident import (
    DismissReason,
    Incident,
    IncidentState,
    Level,
    Proposal,
    Urgency,
    UrgencyReason,
)
from models.land import UnitShare

__all__ = [
    "IncidentAnswer",
    "IncidentList",
    "NeighbourAnswer",
    "NeighbourList",
    "PlaceAnswer",
    "UndoAnswer",
]


class ProposalAnswer(BaseModel):
    """A verdict that waits for a second person."""

    entry_id: int
    to_state: IncidentState
    reason: DismissReason | None
    note: str
    author: str
    at: datetime

    @classmethod
    def of(cls, one: Proposal) -> "ProposalAnswer":
        """As it stands."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class UndoAnswer(BaseModel):
    """The verdict that the asker may take back.

    Attributes:
        entry_id: of it.
        until: UTC; null for an administrator, whose right does not end.
    """

    entry_id: int
    until: datetime | None


class FactorAnswer(BaseModel):
    """One reason of the urgency; see :class:`models.incident.UrgencyFactor`."""

    reason: UrgencyReason
    points: float
    values: dict[str, float]
    words: dict[str, str]


class UrgencyAnswer(BaseModel):
    """How urgent it is, and why."""

    points: float
    level: Level
    factors: tuple[FactorAnswer, ...]
    at: datetime

    @classmethod
    def of(cls, urgency: Urgency) -> "UrgencyAnswer":
        """As it was reckoned."""
        return cls(
            points=urgency.points,
            level=urgency.level,
            factors=tuple(
                FactorAnswer(
                    reason=one.reason, points=one.points, values=one.values, words=one.words
                )
                for one in urgency.factors
            ),
            at=urgency.at,
        )


class PlaceAnswer(BaseModel):
    """Where it is, by all its evidence together.

    Attributes:
        lon_deg: WGS 84; of a mere direction, where it is looked from.
        ring_lonlat: closed ring that holds nine in ten; of a mere direction empty.
        r90_m: radius that holds nine in ten; null of a mere direction.
        bearing_deg: of a mere direction, from true north; null of a place.
        townships: with their shares.
        direction_only: nothing meets yet: it lies somewhere in that direction.
    """

    lon_deg: float
    lat_deg: float
    ring_lonlat: tuple[tuple[float, float], ...]
    r90_m: float | None
    bearing_deg: float | None
    townships: tuple[UnitShare, ...]
    direction_only: bool


class IncidentAnswer(BaseModel):
    """One fire, whole.

    Attributes:
        version: rises with every change.
        merged_into: the fire that this one turned out to be.
        undo: the verdict that the asker may take back; null when there is none.
        place: null when nothing tells of one.
        entries: its history, oldest first.
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
    proposal: ProposalAnswer | None
    undo: UndoAnswer | None
    urgency: UrgencyAnswer | None
    place: PlaceAnswer | None
    alerts: tuple[AlertAnswer, ...]
    observations: tuple[ObservationAnswer, ...]
    entries: tuple[EntryAnswer, ...]

    @classmethod
    def of(
        cls,
        incident: Incident,
        *,
        alerts: Mapping[int, AlertAnswer],
        observations: Mapping[int, ObservationAnswer],
        place: PlaceAnswer | None,
        undo: UndoAnswer | None,
    ) -> "IncidentAnswer":
        """From its parts; evidence by number."""
        proposal, urgency = incident.proposal, incident.urgency
        return cls(
            incident_id=incident.incident_id,
            state=incident.state,
            is_drill=incident.is_drill,
            opened_at=incident.opened_at,
            first_seen_at=incident.first_seen_at,
            last_seen_at=incident.last_seen_at,
            changed_at=incident.changed_at,
            version=incident.version,
            merged_into=incident.merged_into,
            proposal=None if proposal is None else ProposalAnswer.of(proposal),
            undo=undo,
            urgency=None if urgency is None else UrgencyAnswer.of(urgency),
            place=place,
            alerts=tuple(alerts[one.alert_id] for one in incident.alerts),
            observations=tuple(observations[one.observation_id] for one in incident.observations),
            entries=tuple(EntryAnswer.of(one) for one in incident.entries),
        )


class IncidentList(BaseModel):
    """Fires, newest first, where the list and where the live feed go on from."""

    incidents: tuple[IncidentAnswer, ...]
    next_cursor: str | None
    last_event_sequence: int


class NeighbourAnswer(BaseModel):
    """A fire that may be the same one.

    Attributes:
        reason: why, a word of :class:`models.incident.LinkReason`.
        detail: its numbers in words; may be empty.
        distance_m: between the best places of both; null where one has only a direction.
    """

    incident_id: int
    state: IncidentState
    reason: str
    detail: str
    distance_m: float | None
    last_seen_at: datetime


class NeighbourList(BaseModel):
    """Fires that may be the same one, the likeliest first."""

    neighbours: tuple[NeighbourAnswer, ...]
