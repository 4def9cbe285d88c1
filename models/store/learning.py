"""What people said of alerts, read for learning; nothing is written here, and no drill is read."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, select

from models.alert import Alert
from models.incident import Incident, IncidentState
from models.store.alert_rows import load_alerts
from models.store.database import Database
from models.store.incident_rows import load_incidents
from models.store.tables import alert, incident

__all__ = ["LearningReads"]

_LARGEST: Final = 2**63 - 1
_MAY_BURN: Final = sorted(set(IncidentState) - {IncidentState.DISMISSED})


class LearningReads:
    """Reads of one store.

    Args:
        database: to read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def fires(
        self, from_at: datetime, until_at: datetime, *, before: int | None = None, limit: int = 200
    ) -> list[Incident]:
        """Fires of which a camera raised an alert in a span, in whatever state, newest first.

        Drills are left out, and fires that were merged: their alerts are with the one that stays.

        Args:
            from_at: UTC, included.
            until_at: UTC, not included.
            before: only those with a smaller number; None for all.
            limit: at most so many.
        """
        raised = select(alert.c.incident_id).where(
            alert.c.opened_at >= from_at, alert.c.opened_at < until_at
        )
        below = _LARGEST if before is None else max(0, min(before, _LARGEST))
        with self._database.read() as connection:
            return load_incidents(
                connection,
                incident.c.incident_id.in_(raised),
                incident.c.incident_id < below,
                incident.c.is_drill.is_(False),
                incident.c.merged_into.is_(None),
                limit=limit,
            )

    def not_dismissed(
        self,
        camera_ids: Collection[str],
        *,
        from_at: datetime | None = None,
        until_at: datetime | None = None,
    ) -> list[Alert]:
        """Alerts of some cameras that are fires or may be: nobody has dismissed them, newest first.

        Args:
            camera_ids: of whatever preset.
            from_at: UTC; only those seen at this moment or later. None for all.
            until_at: UTC; only those seen first at this moment or before. None for all.
        """
        wanted: list[ColumnElement[bool]] = [
            alert.c.camera_id.in_(sorted(camera_ids)),
            incident.c.is_drill.is_(False),
            incident.c.state.in_(_MAY_BURN),
        ]
        if from_at is not None:
            wanted.append(alert.c.last_seen_at >= from_at)
        if until_at is not None:
            wanted.append(alert.c.first_seen_at <= until_at)
        with self._database.read() as connection:
            return load_alerts(connection, *wanted)
