"""Alerts: opened once, updated by the pipeline; each is evidence of a fire.

Every change writes its event in the same transaction, and the alert's fire is opened or joined in
it too. What people do about a fire is :mod:`models.store.incidents`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, insert, literal, or_, select, update

from models.alert import Alert, AlertDraft, EvidenceFrame
from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.events import EventKind
from models.frame import Provenance
from models.incident import OPEN_STATES, IncidentState, Link, Subject, SubjectKind
from models.store import events
from models.store.alert_rows import add_evidence, add_lost, draft_values, load_alerts
from models.store.columns import UtcTime
from models.store.database import Database
from models.store.incident_history import CHANGED_STATE
from models.store.incident_links import place, tell_joined
from models.store.incident_rows import raise_version
from models.store.tables import alert, incident, incident_entry

__all__ = ["AlertRepository"]

_LARGEST: Final = 2**63 - 1
_OPEN: Final = sorted(OPEN_STATES)
_SETTLED: Final = sorted(set(IncidentState) - OPEN_STATES)


class AlertRepository:
    """The alerts of one store.

    Args:
        database: to work on.
        clock: for the times of openings, verdicts and events.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open_alert(
        self,
        draft: AlertDraft,
        evidence: Sequence[EvidenceFrame],
        link: Link | None = None,
        *,
        lost_pictures: int = 0,
    ) -> tuple[Alert, bool]:
        """Take a new alert; it is on the disk when this returns.

        Args:
            draft: what the pipeline says.
            evidence: pictures so far, already in the vault.
            link: the fire that it belongs to; one of its own when left out.
            lost_pictures: that the vault did not take; the alert tells of them.

        Returns:
            The alert, and whether it is new: a key that is known already gives the alert as it
            stands and False, and changes nothing.
        """
        with self._database.write() as connection:
            known = load_alerts(connection, alert.c.idempotency_key == draft.idempotency_key)
            if known:
                return known[0], False
            span = draft.first_seen_at, draft.captured_at
            drill = draft.provenance is Provenance.DRILL
            incident_id, held = place(connection, self._clock, link, is_drill=drill, span=span)
            (alert_id,) = connection.execute(
                insert(alert)
                .values(
                    **draft_values(draft),
                    incident_id=incident_id,
                    opened_at=self._clock.now(),
                    last_seen_at=draft.captured_at,
                    clip_key="",
                )
                .returning(alert.c.alert_id)
            ).one()
            add_evidence(connection, alert_id, evidence)
            add_lost(connection, alert_id, lost_pictures, self._clock.now())
            events.append(connection, self._clock, EventKind.ALERT_OPENED, alert_id)
            subject = Subject(SubjectKind.ALERT, alert_id)
            tell_joined(connection, self._clock, incident_id, held, subject=subject, span=span)
            return _one(connection, alert_id), True

    def update(
        self,
        alert_id: int,
        draft: AlertDraft,
        evidence: Sequence[EvidenceFrame],
        last_seen_at: datetime,
        *,
        lost_pictures: int = 0,
    ) -> Alert:
        """Take newer knowledge of the same fire; never its state or its verdicts.

        Args:
            alert_id: of the alert, in whatever state.
            draft: what the pipeline says now. A late delivery, older than what is stored, adds its
                pictures and changes nothing else.
            evidence: further pictures; those that are kept already are left out.
            last_seen_at: UTC capture time of the last frame in which the track was seen.
            lost_pictures: further ones that the vault did not take.

        Raises:
            NotFound: no such alert.
            InputRefused: the draft has another idempotency key; code ``alert_mismatch``.
        """
        with self._database.write() as connection:
            stored = _one(connection, alert_id)
            if draft.idempotency_key != stored.draft.idempotency_key:
                raise InputRefused(
                    f"The update is about {draft.idempotency_key}, alert {alert_id} is about "
                    f"{stored.draft.idempotency_key}.",
                    code="alert_mismatch",
                )
            if last_seen_at >= stored.last_seen_at:
                connection.execute(
                    update(alert)
                    .where(alert.c.alert_id == alert_id)
                    .values(**draft_values(draft), last_seen_at=last_seen_at)
                )
            _touch(connection, stored.incident_id, last_seen_at)
            add_evidence(connection, alert_id, evidence)
            add_lost(connection, alert_id, lost_pictures, self._clock.now())
            return self._told(connection, alert_id, EventKind.ALERT_UPDATED)

    def set_clip(self, alert_id: int, clip_key: str) -> Alert:
        """Note where the evidence clip is.

        Raises:
            NotFound: no such alert.
        """
        with self._database.write() as connection:
            stored = _one(connection, alert_id)
            connection.execute(
                update(alert).where(alert.c.alert_id == alert_id).values(clip_key=clip_key)
            )
            raise_version(connection, stored.incident_id)
            return self._told(connection, alert_id, EventKind.ALERT_UPDATED)

    def get(self, alert_id: int) -> Alert:
        """One alert.

        Raises:
            NotFound: no such alert.
        """
        with self._database.read() as connection:
            return _one(connection, alert_id)

    def incident_of(self, alert_id: int) -> int:
        """Number of the fire that an alert belongs to; the cheapest question about it.

        Raises:
            NotFound: no such alert.
        """
        number = select(alert.c.incident_id).where(alert.c.alert_id == min(alert_id, _LARGEST))
        with self._database.read() as connection:
            found = connection.execute(number).scalar()
        if found is None:
            raise NotFound(f"There is no alert {alert_id}.")
        return int(found)

    def working(self) -> list[Alert]:
        """Every alert whose fire still needs people, whatever its age, newest first."""
        with self._database.read() as connection:
            return load_alerts(connection, incident.c.state.in_(_OPEN))

    def newest(self, limit: int, before_id: int | None = None) -> list[Alert]:
        """Alerts in any state, newest first.

        Args:
            limit: at most so many, at least 1.
            before_id: only alerts with a smaller number; None for all.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} alerts is none.", remedy="Ask for 1 or more.")
        below = _LARGEST if before_id is None else max(0, min(before_id, _LARGEST))
        with self._database.read() as connection:
            return load_alerts(connection, alert.c.alert_id < below, limit=limit)

    def seen_between(self, from_at: datetime, until_at: datetime) -> list[Alert]:
        """Alerts in any state that were in sight at some time of a span, newest first.

        Args:
            from_at: UTC capture time.
            until_at: UTC capture time, included like the other.
        """
        with self._database.read() as connection:
            return load_alerts(
                connection, alert.c.last_seen_at >= from_at, alert.c.first_seen_at <= until_at
            )

    def find_working(self, camera_id: str, preset: int) -> list[Alert]:
        """The alerts of one view that still need people, newest first."""
        with self._database.read() as connection:
            return load_alerts(
                connection,
                alert.c.camera_id == camera_id,
                alert.c.preset == preset,
                incident.c.state.in_(_OPEN),
            )

    def of_cameras(self, camera_ids: Collection[str], settled_since: datetime) -> list[Alert]:
        """The alerts of some cameras that need people or were settled lately, newest first.

        Args:
            camera_ids: of whatever preset.
            settled_since: UTC; dismissed or closed at this moment or later.
        """
        settled = select(incident_entry.c.incident_id).where(
            incident_entry.c.at >= settled_since,
            incident_entry.c.to_state.in_(_SETTLED),
            CHANGED_STATE,
        )
        with self._database.read() as connection:
            return load_alerts(
                connection,
                alert.c.camera_id.in_(sorted(camera_ids)),
                or_(incident.c.state.in_(_OPEN), alert.c.incident_id.in_(settled)),
            )

    def _told(self, connection: Connection, alert_id: int, kind: EventKind) -> Alert:
        events.append(connection, self._clock, kind, alert_id)
        return _one(connection, alert_id)


def _one(connection: Connection, alert_id: int) -> Alert:
    found = (
        load_alerts(connection, alert.c.alert_id == alert_id) if 0 < alert_id <= _LARGEST else []
    )
    if not found:
        raise NotFound(f"There is no alert {alert_id}.")
    return found[0]


def _touch(connection: Connection, incident_id: int, last_seen_at: datetime) -> None:
    """Let the fire know that its evidence has changed; the alert's own event tells of it."""
    seen, now = incident.c.last_seen_at, literal(last_seen_at, UtcTime)
    raise_version(connection, incident_id, {"last_seen_at": case((seen < now, now), else_=seen)})
