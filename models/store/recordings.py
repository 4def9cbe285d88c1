"""Recordings of alerts: what of their cameras' time is wanted, and what there is of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.events import EventKind
from models.frame import Provenance
from models.incident import OPEN_STATES
from models.recording import (
    HELD_STATES,
    Ask,
    Recording,
    RecordingPart,
    RecordingState,
    state_of,
)
from models.store import events
from models.store.database import Database
from models.store.tables import alert, incident, recording

__all__ = ["RecordingRepository", "load_recordings"]

_RECORDING: Final = tuple(field.name for field in fields(Recording))
_OPEN: Final = sorted(OPEN_STATES)


class RecordingRepository:
    """The recordings of one store.

    Args:
        database: to work on.
        clock: for the times of wishes, events and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def asks(self, since: datetime) -> list[Ask]:
        """Alerts of live cameras that want more of their camera's time than was asked for.

        Args:
            since: UTC; alerts that were opened before and have no recording ask for none.

        Returns:
            Those without a recording, and those that are worked on and were seen after the end of
            their last one; oldest first.
        """
        until_at = func.max(recording.c.until_at).label("until_at")
        asked = func.count(recording.c.recording_id).label("asked")
        # Chosen by indexes alone: alerts are large, and this is asked every other second.
        chosen = union(
            select(alert.c.alert_id).where(alert.c.opened_at >= since),
            select(alert.c.alert_id)
            .join(incident, incident.c.incident_id == alert.c.incident_id)
            .where(incident.c.state.in_(_OPEN)),
        )
        query = (
            select(
                alert.c.alert_id,
                alert.c.camera_id,
                alert.c.first_seen_at,
                alert.c.last_seen_at,
                until_at,
                asked,
            )
            .join(incident, incident.c.incident_id == alert.c.incident_id)
            .outerjoin(recording, recording.c.alert_id == alert.c.alert_id)
            .where(
                alert.c.provenance == Provenance.LIVE,
                alert.c.alert_id.in_(chosen),
            )
            .group_by(alert.c.alert_id, incident.c.state)
            .having(
                or_(
                    and_(asked == 0, alert.c.opened_at >= since),
                    and_(asked > 0, alert.c.last_seen_at > until_at, incident.c.state.in_(_OPEN)),
                )
            )
            .order_by(alert.c.alert_id)
        )
        with self._database.read() as connection:
            return [Ask(*row) for row in connection.execute(query)]

    def want(
        self, alert_id: int, camera_id: str, from_at: datetime, until_at: datetime
    ) -> Recording:
        """Ask for a span of a camera's time; it is on the disk when this returns.

        Raises:
            InputRefused: the span is empty; code ``recording_span``.
            NotFound: no such alert.
        """
        if until_at <= from_at:
            raise InputRefused("A recording needs some time.", code="recording_span")
        with self._database.write() as connection:
            known = select(alert.c.alert_id).where(alert.c.alert_id == alert_id)
            if connection.execute(known).first() is None:
                raise NotFound(f"There is no alert {alert_id}.")
            (number,) = connection.execute(
                insert(recording)
                .values(
                    alert_id=alert_id,
                    camera_id=camera_id,
                    from_at=from_at,
                    until_at=until_at,
                    state=RecordingState.WANTED,
                    parts=(),
                    wanted_at=self._clock.now(),
                )
                .returning(recording.c.recording_id)
            ).one()
            return self._told(connection, number)

    def extend(self, recording_id: int, until_at: datetime) -> Recording:
        """Want it to end later; an end that was settled or lies later already stays.

        Raises:
            NotFound: no such recording.
        """
        with self._database.write() as connection:
            known = _one(connection, recording_id)
            if known.state is not RecordingState.WANTED or until_at <= known.until_at:
                return known
            _set(connection, recording_id, until_at=until_at)
            return _one(connection, recording_id)

    def settle(self, recording_id: int, parts: Sequence[RecordingPart]) -> Recording:
        """Note what there is of it; its state follows from that.

        One that was cleared in the meantime stays so.

        Raises:
            NotFound: no such recording.
        """
        with self._database.write() as connection:
            known = _one(connection, recording_id)
            if known.state is RecordingState.CLEARED:
                return known
            state = state_of(known.from_at, known.until_at, parts)
            _set(
                connection,
                recording_id,
                state=state,
                parts=tuple(parts),
                settled_at=known.settled_at if state is known.state else self._clock.now(),
            )
            return self._told(connection, recording_id)

    def get(self, recording_id: int) -> Recording:
        """One recording.

        Raises:
            NotFound: no such recording.
        """
        with self._database.read() as connection:
            return _one(connection, recording_id)

    def last_seen(self, alert_ids: Collection[int]) -> dict[int, datetime]:
        """When the plume of each alert was last seen, UTC."""
        query = select(alert.c.alert_id, alert.c.last_seen_at)
        with self._database.read() as connection:
            rows = connection.execute(query.where(alert.c.alert_id.in_(sorted(alert_ids))))
            return {row.alert_id: row.last_seen_at for row in rows}

    def settled_since(self, at: datetime) -> list[Recording]:
        """Those with files that were settled at a moment or later, oldest first."""
        with self._database.read() as connection:
            return load_recordings(
                connection,
                recording.c.state.in_(sorted(HELD_STATES)),
                recording.c.settled_at >= at,
            )

    def wanted(self) -> list[Recording]:
        """All that are still to be cut, oldest first."""
        with self._database.read() as connection:
            return load_recordings(connection, recording.c.state == RecordingState.WANTED)

    def of_alerts(self, alert_ids: Collection[int]) -> dict[int, list[Recording]]:
        """Recordings by alert, in the order in which they were asked for."""
        found: dict[int, list[Recording]] = defaultdict(list)
        with self._database.read() as connection:
            for one in load_recordings(connection, recording.c.alert_id.in_(sorted(alert_ids))):
                found[one.alert_id].append(one)
        return dict(found)

    def overlapping(self, camera_id: str, from_at: datetime, until_at: datetime) -> list[Recording]:
        """Recordings of a camera with files, that share time with a span."""
        with self._database.read() as connection:
            return load_recordings(
                connection,
                recording.c.camera_id == camera_id,
                recording.c.state.in_(sorted(HELD_STATES)),
                recording.c.from_at < until_at,
                recording.c.until_at > from_at,
            )

    def _told(self, connection: Connection, recording_id: int) -> Recording:
        told = _one(connection, recording_id)
        events.append(connection, self._clock, EventKind.ALERT_UPDATED, told.alert_id)
        return told


def _set(connection: Connection, recording_id: int, **values: object) -> None:
    connection.execute(
        update(recording).where(recording.c.recording_id == recording_id).values(**values)
    )


def load_recordings(connection: Connection, *wanted: ColumnElement[bool]) -> list[Recording]:
    """The recordings that meet every condition, in the order in which they were asked for."""
    query = select(recording).where(*wanted).order_by(recording.c.recording_id)
    return [Recording(*_pick(row, _RECORDING)) for row in connection.execute(query)]


def _one(connection: Connection, recording_id: int) -> Recording:
    found = load_recordings(connection, recording.c.recording_id == recording_id)
    if not found:
        raise NotFound(f"There is no recording {recording_id}.")
    return found[0]


def _pick(row: Row[Any], names: Iterable[str]) -> list[Any]:
    return [getattr(row, name) for name in names]
