"""Fires between their tables and the domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, select, update

from models.clock import Clock
from models.errors import NotFound
from models.events import EventKind
from models.incident import Incident
from models.observation import Observation
from models.store import events
from models.store.alert_rows import BATCH, alerts_of_fires
from models.store.incident_history import entries_of
from models.store.observation_rows import observations_of_fires
from models.store.tables import incident

__all__ = [
    "LARGEST",
    "ONE",
    "change",
    "load_incidents",
    "one_incident",
    "raise_version",
    "standing_for",
    "tell_change",
    "whole_incidents",
]

LARGEST: Final = 2**63 - 1
ONE: Final = select(incident).where(incident.c.incident_id == bindparam("number"))
"""The row of one fire."""


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
        chosen = chosen.limit(min(limit, LARGEST))
    return whole_incidents(connection, connection.execute(chosen).all())


def whole_incidents(connection: Connection, rows: Sequence[Row[Any]]) -> list[Incident]:
    """The fires of some rows of the table ``incident``, in their order."""
    found: list[Incident] = []
    for start in range(0, len(rows), BATCH):
        found += _whole(connection, rows[start : start + BATCH])
    return found


def one_incident(connection: Connection, incident_id: int) -> Incident:
    """One fire.

    Raises:
        NotFound: no such fire.
    """
    number = incident_id if 0 < incident_id <= LARGEST else 0
    found = whole_incidents(connection, connection.execute(ONE, {"number": number}).all())
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
    tell_change(connection, clock, incident_id, values, kind)
    return one_incident(connection, incident_id)


def tell_change(
    connection: Connection,
    clock: Clock,
    incident_id: int,
    values: Mapping[str, object] | None = None,
    kind: EventKind = EventKind.INCIDENT_CHANGED,
) -> None:
    """As :func:`change`, for whoever does not read the fire again."""
    raise_version(connection, incident_id, {"changed_at": clock.now(), **(values or {})})
    events.append(connection, clock, kind, incident_id)


def raise_version(
    connection: Connection, incident_id: int, values: Mapping[str, object] | None = None
) -> None:
    """Write columns of a fire, and let everybody know that what they have read of it is old."""
    connection.execute(
        update(incident)
        .where(incident.c.incident_id == incident_id)
        .values(version=incident.c.version + 1, **(values or {}))
    )


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[Incident]:
    numbers = [row.incident_id for row in rows]
    histories = entries_of(connection, numbers)
    entries = {number: histories.get(number, []) for number in numbers}
    alerts = alerts_of_fires(connection, entries)
    told = defaultdict[int | None, list[Observation]](list)
    for one in observations_of_fires(connection, numbers):
        told[one.incident_id].append(one)
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
            alerts=tuple(alerts.get(row.incident_id, ())),
            observations=tuple(told[row.incident_id]),
            entries=tuple(entries[row.incident_id]),
        )
        for row in rows
    ]
