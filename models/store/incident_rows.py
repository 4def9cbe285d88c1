"""Fires between their tables and the domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, update

from models.alert import Alert
from models.clock import Clock
from models.errors import NotFound
from models.events import EventKind
from models.incident import Incident
from models.observation import Observation
from models.store import events
from models.store.alert_rows import load_alerts
from models.store.incident_history import entries_of
from models.store.observation_rows import load_observations
from models.store.tables import alert, incident, observation

__all__ = ["change", "load_incidents", "one_incident", "standing_for"]

_LARGEST: Final = 2**63 - 1
_BATCH: Final = 400  # values in one list of a query; every database takes more


def load_incidents(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Incident]:
    """The fires that meet every condition, newest first, with evidence and history.

    Args:
        connection: inside a transaction, so that all tables tell of one moment.
        wanted: conditions on the table ``incident``.
        limit: at most so many; None for all.
    """
    chosen = select(incident).where(*wanted).order_by(incident.c.incident_id.desc())
    if limit is not None:
        chosen = chosen.limit(min(limit, _LARGEST))
    rows = connection.execute(chosen).all()
    found: list[Incident] = []
    for start in range(0, len(rows), _BATCH):
        found += _whole(connection, rows[start : start + _BATCH])
    return found


def one_incident(connection: Connection, incident_id: int) -> Incident:
    """One fire.

    Raises:
        NotFound: no such fire.
    """
    number = incident_id if 0 < incident_id <= _LARGEST else 0
    found = load_incidents(connection, incident.c.incident_id == number)
    if not found:
        raise NotFound(f"There is no fire {incident_id}.")
    return found[0]


def standing_for(connection: Connection, incident_id: int) -> Incident:
    """The fire that a number stands for by now: itself, or what it was merged into.

    Raises:
        NotFound: no such fire.
    """
    found = one_incident(connection, incident_id)
    while found.merged_into is not None:  # never a ring: only what stands for itself is merged
        found = one_incident(connection, found.merged_into)
    return found


def change(
    connection: Connection,
    clock: Clock,
    incident_id: int,
    values: Mapping[str, object] | None = None,
    kind: EventKind = EventKind.INCIDENT_CHANGED,
) -> Incident:
    """Write columns of a fire, raise its version and tell of it.

    Returns:
        The fire as it is then.
    """
    connection.execute(
        update(incident)
        .where(incident.c.incident_id == incident_id)
        .values(changed_at=clock.now(), version=incident.c.version + 1, **(values or {}))
    )
    events.append(connection, clock, kind, incident_id)
    return one_incident(connection, incident_id)


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[Incident]:
    numbers = [row.incident_id for row in rows]
    entries = entries_of(connection, numbers)
    alerts = defaultdict[int, list[Alert]](list)
    for one in load_alerts(connection, alert.c.incident_id.in_(numbers)):
        alerts[one.incident_id].append(one)
    told = defaultdict[int | None, list[Observation]](list)
    for each in load_observations(connection, observation.c.incident_id.in_(numbers)):
        told[each.incident_id].append(each)
    return [
        Incident(
            incident_id=row.incident_id,
            state=row.state,
            is_drill=row.is_drill,
            opened_at=row.opened_at,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            changed_at=row.changed_at,
            version=row.version,
            merged_into=row.merged_into,
            proposal=row.proposal,
            urgency=row.urgency,
            alerts=tuple(reversed(alerts[row.incident_id])),
            observations=tuple(reversed(told[row.incident_id])),
            entries=tuple(entries[row.incident_id]),
        )
        for row in rows
    ]
