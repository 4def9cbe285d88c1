"""The facts of a fire on one line: for maps, tables and files of other programs."""

from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from api.context import Context
from detector.incidents.placing import IncidentPlace
from geo.land.index import LandIndex
from models.incident import Entry, EntryKind, Incident

__all__ = ["INCIDENT_FACTS", "IncidentFacts", "facts_of", "incident_facts"]

INCIDENT_FACTS: Final = {
    "incident_id": "integer",
    "state": "string",
    "reason": "string",
    "is_drill": "boolean",
    "township": "string",
    "township_code": "string",
    "level": "string",
    "alerts": "integer",
    "observations": "integer",
    "direction_only": "boolean",
}
"""Those that may be asked for, to their JSON types."""


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """One fire on one line.

    Attributes:
        geometry: its best place, WGS 84, longitude first; None without one.
        values: facts by name, each a text, a number, true or false, or None.
        last_verdict: the last change of its state by a person; None before the first.
    """

    geometry: BaseGeometry | None
    values: dict[str, Any]
    last_verdict: Entry | None


def incident_facts(context: Context, incident: Incident) -> IncidentFacts:
    """What is told of a fire on one line."""
    place = context.places.of(incident, context.store.cameras.standpoints())
    return facts_of(incident, place, context.land_book.refresh().index)


def facts_of(incident: Incident, place: IncidentPlace, index: LandIndex) -> IncidentFacts:
    """The same from its parts.

    Args:
        incident: the fire.
        place: of it.
        index: of the land, for its townships.
    """
    best = place.best
    townships = () if best is None else index.townships(place.places)
    undone = {one.undoes for one in incident.entries}
    verdicts = [
        one
        for one in incident.entries
        if one.kind is EntryKind.STEPPED and one.entry_id not in undone
    ]
    last = verdicts[-1] if verdicts else None
    urgency, observer = incident.urgency, place.observer
    values: dict[str, Any] = {
        "incident_id": incident.incident_id,
        "state": incident.state.value,
        "reason": None if last is None or last.reason is None else last.reason.value,
        "is_drill": incident.is_drill,
        "opened_at": incident.opened_at.isoformat(),
        "first_seen_at": incident.first_seen_at.isoformat(),
        "last_seen_at": incident.last_seen_at.isoformat(),
        "changed_at": incident.changed_at.isoformat(),
        "township": townships[0].name if townships else None,
        "township_code": townships[0].code if townships else None,
        "r90_m": None if best is None else round(best.r90_m, 1),
        "direction_only": place.direction_only,
        "observer_lon_deg": None if best or observer is None else observer.lon_deg,
        "observer_lat_deg": None if best or observer is None else observer.lat_deg,
        "bearing_deg": None if best else place.bearing_deg,
        "urgency": None if urgency is None else round(urgency.points, 1),
        "level": None if urgency is None else urgency.level.value,
        "alerts": len(incident.alerts),
        "observations": len(incident.observations),
        "verdict_by": None if last is None else last.author,
        "verdict_at": None if last is None else last.at.isoformat(),
        "note": "" if last is None else last.note,
    }
    point = None if best is None else shapely.Point(best.lon_deg, best.lat_deg)
    return IncidentFacts(point, values, last)
