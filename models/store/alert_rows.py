"""Alerts between their tables and the domain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select, update

from models.alert import Alert, AlertDraft, EvidenceFrame
from models.incident import Entry, Verdict
from models.recording import ClearingCause, KeptKind
from models.store.incident_history import verdicts_in, verdicts_of
from models.store.tables import alert, clearing, evidence, incident

__all__ = [
    "BATCH",
    "add_evidence",
    "add_lost",
    "alerts_of_fires",
    "draft_values",
    "load_alerts",
]

_DRAFT: Final = tuple(field.name for field in fields(AlertDraft))
_EVIDENCE: Final = tuple(field.name for field in fields(EvidenceFrame))
_LARGEST: Final = 2**63 - 1

BATCH: Final = 400
"""Values in one list of a query; every database takes more."""

_ALERTS: Final = (
    select(alert, incident.c.state)
    .join(incident, incident.c.incident_id == alert.c.incident_id)
    .order_by(alert.c.alert_id.desc())
)
_OF_FIRES: Final = _ALERTS.where(alert.c.incident_id.in_(bindparam("numbers", expanding=True)))
_PICTURES: Final = (
    select(evidence)
    .where(evidence.c.alert_id.in_(bindparam("numbers", expanding=True)))
    .order_by(evidence.c.captured_at, evidence.c.evidence_id)
)


def draft_values(draft: AlertDraft) -> dict[str, Any]:
    """The columns of a draft."""
    return {name: getattr(draft, name) for name in _DRAFT}


def load_alerts(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Alert]:
    """The alerts that meet every condition, newest first, with pictures and their fires' verdicts.

    Args:
        connection: inside a transaction, so that all tables tell of one moment.
        wanted: conditions on the tables ``alert`` and ``incident``.
        limit: at most so many; None for all.
    """
    chosen = _ALERTS.where(*wanted)
    if limit is not None:
        chosen = chosen.limit(min(limit, _LARGEST))
    rows = connection.execute(chosen).all()
    found: list[Alert] = []
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        verdicts = verdicts_of(connection, {row.incident_id for row in some})
        found += _whole(connection, some, verdicts)
    return found


def alerts_of_fires(
    connection: Connection, histories: Mapping[int, Sequence[Entry]]
) -> dict[int, list[Alert]]:
    """The alerts of some fires, oldest first, by number; at most :data:`BATCH` fires at once.

    Args:
        connection: inside a transaction, so that all tables tell of one moment.
        histories: of the fires, whole.
    """
    found: dict[int, list[Alert]] = defaultdict(list)
    rows = connection.execute(_OF_FIRES, {"numbers": sorted(histories)}).all()
    verdicts = {number: verdicts_in(entries) for number, entries in histories.items()}
    for start in range(0, len(rows), BATCH):
        for one in _whole(connection, rows[start : start + BATCH], verdicts):
            found[one.incident_id].append(one)
    return {number: newest_first[::-1] for number, newest_first in found.items()}


def _whole(
    connection: Connection, rows: Sequence[Row[Any]], verdicts: Mapping[int, tuple[Verdict, ...]]
) -> list[Alert]:
    pictures: dict[int, list[EvidenceFrame]] = defaultdict(list)
    numbers = [row.alert_id for row in rows]
    for row in connection.execute(_PICTURES, {"numbers": numbers}):
        pictures[row.alert_id].append(EvidenceFrame(*_pick(row, _EVIDENCE)))
    return [
        Alert(
            alert_id=row.alert_id,
            draft=AlertDraft(*_pick(row, _DRAFT)),
            incident_id=row.incident_id,
            state=row.state,
            opened_at=row.opened_at,
            last_seen_at=row.last_seen_at,
            evidence=tuple(pictures[row.alert_id]),
            clip_key=row.clip_key,
            verdicts=verdicts.get(row.incident_id, ()),
        )
        for row in rows
    ]


def add_evidence(connection: Connection, alert_id: int, frames: Sequence[EvidenceFrame]) -> None:
    """Keep the pictures that the alert does not have yet; one it has stays as it is."""
    kept = {
        (row.frame_sequence, row.captured_at)
        for row in connection.execute(
            select(evidence.c.frame_sequence, evidence.c.captured_at).where(
                evidence.c.alert_id == alert_id
            )
        )
    }
    for frame in frames:
        if (frame.frame_sequence, frame.captured_at) not in kept:
            kept.add((frame.frame_sequence, frame.captured_at))
            values = {name: getattr(frame, name) for name in _EVIDENCE}
            connection.execute(insert(evidence).values(alert_id=alert_id, **values))


def add_lost(connection: Connection, alert_id: int, pictures: int, at: datetime) -> None:
    """Let the alert tell how many pictures of it could not be written, and when the last was."""
    if pictures == 0:
        return
    key = {
        "alert_id": alert_id,
        "kind": KeptKind.STILLS,
        "cause": ClearingCause.UNWRITTEN,
    }
    known = connection.execute(
        update(clearing).filter_by(**key).values(files=clearing.c.files + pictures, at=at)
    )
    if known.rowcount == 0:
        connection.execute(insert(clearing).values(**key, at=at, files=pictures, size_bytes=0))


def _pick(row: Row[Any], names: Iterable[str]) -> list[Any]:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's public name
    return [values[name] for name in names]
