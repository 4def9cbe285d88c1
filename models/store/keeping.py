"""Which files alerts have, how long they must be kept, and what of them is not there any more."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Delete, delete, func, insert, select, update

from models.clock import Clock
from models.events import EventKind
from models.incident import FIRE_STATES, OPEN_STATES
from models.recording import (
    HELD_STATES,
    Clearing,
    ClearingCause,
    KeptFile,
    KeptKind,
    Recording,
    RecordingState,
    Standing,
    state_of,
)
from models.store import audit, events
from models.store.database import Database
from models.store.incident_history import CHANGED_STATE
from models.store.incident_rows import raise_version
from models.store.recordings import load_recordings
from models.store.tables import alert, clearing, evidence, incident, incident_entry, recording

__all__ = ["KeepingRepository"]

_NOT_CLEARED: Final = (ClearingCause.MISSING, ClearingCause.UNWRITTEN)
_CLEARING: Final = tuple(field.name for field in fields(Clearing))
_WITH_PARTS: Final = sorted([*HELD_STATES, RecordingState.MISSING])


class KeepingRepository:
    """The files of one store's alerts, as they are written down; the files are elsewhere.

    Args:
        database: to work on.
        clock: for the times of events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def files(self) -> list[KeptFile]:
        """Every file that an alert has by what is written here, whether or not it is there."""
        cleared = select(clearing.c.alert_id).where(
            clearing.c.kind == KeptKind.STILLS, clearing.c.cause.not_in(_NOT_CLEARED)
        )
        with self._database.read() as connection:
            stills = connection.execute(
                select(evidence.c.key, evidence.c.alert_id, evidence.c.sha256).where(
                    evidence.c.alert_id.not_in(cleared)
                )
            )
            found = [KeptFile(row.key, KeptKind.STILLS, row.alert_id, row.sha256) for row in stills]
            clips = connection.execute(select(alert).where(alert.c.clip_key != ""))
            found += [KeptFile(row.clip_key, KeptKind.CLIP, row.alert_id, "") for row in clips]
            for one in load_recordings(connection, recording.c.state.in_(_WITH_PARTS)):
                found += _files_of(one)
        return found

    def photos(self) -> dict[str, str]:
        """Pictures given with entries of fires, sha256 by key; they are never cleared."""
        query = select(incident_entry.c.photo).where(incident_entry.c.photo.is_not(None))
        with self._database.read() as connection:
            return {row.photo.key: row.photo.sha256 for row in connection.execute(query)}

    def standings(self) -> dict[int, tuple[Standing, datetime]]:
        """How every alert's fire stands, and since when: its last verdict, else its opening."""
        last = (
            select(incident_entry.c.incident_id, func.max(incident_entry.c.at).label("at"))
            .where(CHANGED_STATE)
            .group_by(incident_entry.c.incident_id)
            .subquery()
        )
        confirmed = select(incident_entry.c.incident_id).where(
            incident_entry.c.to_state.in_(sorted(FIRE_STATES)), CHANGED_STATE
        )
        query = (
            select(
                alert.c.alert_id,
                incident.c.state,
                alert.c.opened_at,
                last.c.at,
                incident.c.incident_id.in_(confirmed).label("was_fire"),
            )
            .join(incident, incident.c.incident_id == alert.c.incident_id)
            .outerjoin(last, last.c.incident_id == alert.c.incident_id)
        )
        found = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                settled = Standing.FIRE if row.was_fire else Standing.FALSE_ALARM
                standing = Standing.OPEN if row.state in OPEN_STATES else settled
                found[row.alert_id] = (standing, row.at or row.opened_at)
        return found

    def clear(self, clearings: Iterable[Clearing], *, actor: str) -> None:
        """Note that evidence was cleared, with one entry in the audit log for all of it.

        Recordings and clips of these alerts say so from now on, pictures by their clearing.
        """
        chosen = list(clearings)
        if not chosen:
            return
        with self._database.write() as connection:
            for one in chosen:
                self._note(connection, one)
                if one.kind is KeptKind.VIDEO:
                    held = recording.c.state.in_(sorted(HELD_STATES))
                    its = recording.c.alert_id == one.alert_id
                    _settle(connection, its & held, RecordingState.CLEARED, one.at)
                elif one.kind is KeptKind.CLIP:
                    _forget_clip(connection, one.alert_id)
            audit.append(
                connection,
                self._clock,
                actor=actor,
                action="evidence.cleared",
                subject=str(chosen[0].cause),
                details={
                    "alerts": len({one.alert_id for one in chosen}),
                    "files": sum(one.files for one in chosen),
                    "megabytes": round(sum(one.size_bytes for one in chosen) / 1e6),
                },
            )

    def reconcile(self, missing: Collection[str]) -> int:
        """Note which files are not there, and forget that others were not.

        Args:
            missing: keys among those of :meth:`files` without a file.

        Returns:
            How many alerts lack something.
        """
        gone = set(missing)
        lacking: dict[tuple[int, KeptKind], int] = defaultdict(int)
        for file in self.files():
            if file.key in gone:
                lacking[file.alert_id, file.kind] += 1
        with self._database.write() as connection:
            self._reconcile_notes(connection, lacking)
            for one in load_recordings(connection, recording.c.state.in_(_WITH_PARTS)):
                state = RecordingState.MISSING
                if one.parts and gone.isdisjoint(part.key for part in one.parts):
                    state = state_of(one.from_at, one.until_at, one.parts)
                if state is not one.state:
                    _settle(connection, recording.c.recording_id == one.recording_id, state)
                    events.append(connection, self._clock, EventKind.ALERT_UPDATED, one.alert_id)
        return len({alert_id for alert_id, _ in lacking})

    def _reconcile_notes(
        self, connection: Connection, lacking: dict[tuple[int, KeptKind], int]
    ) -> None:
        before = _clearings(connection, clearing.c.cause == ClearingCause.MISSING)
        known = {(one.alert_id, one.kind): one.files for one in before}
        for (alert_id, kind), files in lacking.items():
            if known.get((alert_id, kind)) != files:
                now = self._clock.now()
                note = Clearing(alert_id, kind, ClearingCause.MISSING, now, files, 0)
                self._note(connection, note)
            if kind is KeptKind.CLIP:
                _forget_clip(connection, alert_id)
        for alert_id, kind in known.keys() - lacking.keys():
            if kind is not KeptKind.CLIP:  # its key is forgotten: nobody can tell
                connection.execute(_removal(alert_id, kind, ClearingCause.MISSING))

    def clearings(self, alert_ids: Collection[int]) -> dict[int, list[Clearing]]:
        """What of the evidence of some alerts is not there any more, by alert."""
        found: dict[int, list[Clearing]] = defaultdict(list)
        with self._database.read() as connection:
            for one in _clearings(connection, clearing.c.alert_id.in_(sorted(alert_ids))):
                found[one.alert_id].append(one)
        return dict(found)

    def _note(self, connection: Connection, note: Clearing) -> None:
        connection.execute(_removal(note.alert_id, note.kind, note.cause))
        values = {name: getattr(note, name) for name in _CLEARING}
        connection.execute(insert(clearing).values(**values))
        events.append(connection, self._clock, EventKind.ALERT_UPDATED, note.alert_id)


def _files_of(one: Recording) -> list[KeptFile]:
    found = []
    for part in one.parts:
        found.append(KeptFile(part.key, KeptKind.VIDEO, one.alert_id, part.sha256))
        if part.preview_key:
            found.append(
                KeptFile(part.preview_key, KeptKind.VIDEO, one.alert_id, part.preview_sha256)
            )
    return found


def _settle(
    connection: Connection,
    which: ColumnElement[bool],
    state: RecordingState,
    at: datetime | None = None,
) -> None:
    values = {"state": state} if at is None else {"state": state, "settled_at": at}
    connection.execute(update(recording).where(which).values(**values))


def _removal(alert_id: int, kind: KeptKind, cause: ClearingCause) -> Delete:
    table = clearing.c
    return delete(clearing).where(
        table.alert_id == alert_id, table.kind == kind, table.cause == cause
    )


def _forget_clip(connection: Connection, alert_id: int) -> None:
    forgotten = connection.execute(
        update(alert)
        .where(alert.c.alert_id == alert_id)
        .values(clip_key="")
        .returning(alert.c.incident_id)
    )
    for incident_id in forgotten.scalars().all():
        raise_version(connection, incident_id)


def _clearings(connection: Connection, *wanted: ColumnElement[bool]) -> list[Clearing]:
    query = select(clearing).where(*wanted).order_by(clearing.c.at, clearing.c.kind)
    return [
        Clearing(**{name: getattr(row, name) for name in _CLEARING})
        for row in connection.execute(query)
    ]
