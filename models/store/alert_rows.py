"""Alerts between their three tables and the domain."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from models.alert import Alert, AlertDraft, EvidenceFrame, Verdict
from models.store.tables import alert, evidence, verdict

__all__ = ["add_evidence", "draft_values", "load"]

_DRAFT: Final = tuple(field.name for field in fields(AlertDraft))
_EVIDENCE: Final = tuple(field.name for field in fields(EvidenceFrame))
_VERDICT: Final = tuple(field.name for field in fields(Verdict))
_LARGEST: Final = 2**63 - 1


def draft_values(draft: AlertDraft) -> dict[str, Any]:
    """The columns of a draft."""
    return {name: getattr(draft, name) for name in _DRAFT}


def load(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Alert]:
    """The alerts that meet every condition, newest first, with evidence and verdicts.

    Args:
        connection: inside a transaction, so that the three tables tell of one moment.
        wanted: conditions on the table ``alert``.
        limit: at most so many; None for all.
    """
    chosen = select(alert).where(*wanted).order_by(alert.c.alert_id.desc())
    if limit is not None:
        chosen = chosen.limit(min(limit, _LARGEST))
    rows = connection.execute(chosen).all()
    if not rows:
        return []
    # The conditions hold for every alert from the oldest chosen one on: no long list of numbers.
    span = [alert.c.alert_id >= rows[-1].alert_id, *wanted]
    pictures: dict[int, list[EvidenceFrame]] = defaultdict(list)
    for row in connection.execute(
        select(evidence)
        .join(alert, alert.c.alert_id == evidence.c.alert_id)
        .where(*span)
        .order_by(evidence.c.captured_at, evidence.c.evidence_id)
    ):
        pictures[row.alert_id].append(EvidenceFrame(*_pick(row, _EVIDENCE)))
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    for row in connection.execute(
        select(verdict)
        .join(alert, alert.c.alert_id == verdict.c.alert_id)
        .where(*span)
        .order_by(verdict.c.verdict_id)
    ):
        verdicts[row.alert_id].append(Verdict(*_pick(row, _VERDICT)))
    return [
        Alert(
            alert_id=row.alert_id,
            draft=AlertDraft(*_pick(row, _DRAFT)),
            state=row.state,
            opened_at=row.opened_at,
            last_seen_at=row.last_seen_at,
            evidence=tuple(pictures[row.alert_id]),
            clip_key=row.clip_key,
            verdicts=tuple(verdicts[row.alert_id]),
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


def _pick(row: Row[Any], names: Iterable[str]) -> list[Any]:
    values = row._mapping  # noqa: SLF001  # SQLAlchemy's public name
    return [values[name] for name in names]
