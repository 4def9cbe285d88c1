"""Which known nuisances lie where a fire is seen."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from detector.incidents.placing import IncidentPlace
from detector.sighting import reference_boxes
from detector.suppression.sensors import ground_distance_m
from detector.tracker import boxes_touch
from models.alert import Alert
from models.detection import Box
from models.incident import Incident
from models.ledger import EntryKind, GroundPlace, LedgerEntry, ViewPlace
from models.site import HeightDatum, Position

__all__ = ["nuisances_at"]


def nuisances_at(
    incident: Incident,
    place: IncidentPlace,
    ledger: Iterable[LedgerEntry],
    now: datetime,
    zone: ZoneInfo,
) -> tuple[str, ...]:
    """What the ledger's nuisances of now say about a fire's place, each in its own words.

    One on the ground is meant where the likeliest place lies inside its circle; one in a view where
    the last box of an alert of that view touches it.

    Args:
        incident: with its evidence.
        place: of it.
        ledger: entries; burns, and those that do not hold now, are passed over.
        now: UTC.
        zone: of the site's clock, for the hours of entries.
    """
    return tuple(
        entry.draft.note or str(entry.draft.reason)
        for entry in ledger
        if entry.draft.kind is EntryKind.NUISANCE
        and entry.in_span(now)
        and entry.draft.times.cover(now, zone)
        and _covers(entry.draft.place, incident, place)
    )


def _covers(where: ViewPlace | GroundPlace, incident: Incident, place: IncidentPlace) -> bool:
    if isinstance(where, ViewPlace):
        return any(_touches(alert, where) for alert in incident.alerts)
    best = place.best
    if best is None:
        return False
    at = Position(best.lon_deg, best.lat_deg, 0.0, HeightDatum.GROUND)
    return ground_distance_m(at, where.lon_deg, where.lat_deg) <= where.radius_m


def _touches(alert: Alert, where: ViewPlace) -> bool:
    if (alert.draft.camera_id, alert.draft.preset) != (where.camera_id, where.preset):
        return False
    boxes = reference_boxes(alert.draft.decision.scores, 1)
    if not boxes or not alert.evidence:
        return False
    width_px, height_px = alert.evidence[-1].width_px, alert.evidence[-1].height_px
    declared = Box(
        alert.draft.label,
        0.0,
        where.x_min * width_px,
        where.y_min * height_px,
        where.x_max * width_px,
        where.y_max * height_px,
    )
    return boxes_touch(declared, boxes[0])
