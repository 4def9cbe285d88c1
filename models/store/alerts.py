"""Alerts: opened once, updated by the pipeline, stepped by people.

Every change writes its event, and every step its audit entry, in the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, or_, select, update

from models.alert import (
    OPEN_STATES,
    Alert,
    AlertDraft,
    AlertState,
    DismissReason,
    EvidenceFrame,
    check_step,
)
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.store import audit, events
from models.store.alert_rows import add_evidence, draft_values, load
from models.store.database import Database
from models.store.tables import alert, verdict

__all__ = ["AlertRepository"]

_LARGEST: Final = 2**63 - 1
_LONGEST_NOTE: Final = 4000
_SETTLED: Final = (AlertState.CLOSED, AlertState.DISMISSED)
_SHORTCUTS: Final = frozenset({AlertState.CONFIRMED, AlertState.DISMISSED})


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
        self, draft: AlertDraft, evidence: Sequence[EvidenceFrame]
    ) -> tuple[Alert, bool]:
        """Take a new alert; it is on the disk when this returns.

        Args:
            draft: what the pipeline says.
            evidence: pictures so far, already in the vault.

        Returns:
            The alert, and whether it is new: a key that is known already gives the alert as it
            stands and False, and changes nothing.
        """
        with self._database.write() as connection:
            known = load(connection, alert.c.idempotency_key == draft.idempotency_key)
            if known:
                return known[0], False
            (alert_id,) = connection.execute(
                insert(alert)
                .values(
                    **draft_values(draft),
                    state=AlertState.OPEN,
                    opened_at=self._clock.now(),
                    last_seen_at=draft.captured_at,
                    clip_key="",
                )
                .returning(alert.c.alert_id)
            ).one()
            add_evidence(connection, alert_id, evidence)
            return self._told(connection, alert_id, EventKind.ALERT_OPENED), True

    def update(
        self,
        alert_id: int,
        draft: AlertDraft,
        evidence: Sequence[EvidenceFrame],
        last_seen_at: datetime,
    ) -> Alert:
        """Take newer knowledge of the same fire; never its state or its verdicts.

        Args:
            alert_id: of the alert, in whatever state.
            draft: what the pipeline says now. A late delivery, older than what is stored, adds its
                pictures and changes nothing else.
            evidence: further pictures; those that are kept already are left out.
            last_seen_at: UTC capture time of the last frame in which the track was seen.

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
            add_evidence(connection, alert_id, evidence)
            return self._told(connection, alert_id, EventKind.ALERT_UPDATED)

    def set_clip(self, alert_id: int, clip_key: str) -> Alert:
        """Note where the evidence clip is.

        Raises:
            NotFound: no such alert.
        """
        with self._database.write() as connection:
            _one(connection, alert_id)
            connection.execute(
                update(alert).where(alert.c.alert_id == alert_id).values(clip_key=clip_key)
            )
            return self._told(connection, alert_id, EventKind.ALERT_UPDATED)

    def step(
        self,
        alert_id: int,
        *,
        expected: AlertState,
        to_state: AlertState,
        author: str,
        reason: DismissReason | None,
        note: str,
    ) -> Alert:
        """A person's verdict. Confirming or dismissing an open alert acknowledges it first.

        Args:
            alert_id: of the alert.
            expected: the state that the person saw.
            to_state: the state that they want.
            author: user name.
            reason: for a dismissal, and only there.
            note: free text, at most 4000 characters.

        Raises:
            NotFound: no such alert.
            Conflict: it is not in the expected state any more, or there is no such step; code
                ``alert_step``.
            InputRefused: no author (``author_missing``), the reason is missing or too many, a note
                is missing, or it cannot be stored (``note_refused``).
        """
        if not author.strip():
            raise InputRefused("A verdict needs its author.", code="author_missing")
        if len(note) > _LONGEST_NOTE or "\0" in note:
            raise InputRefused(
                f"A note is text of at most {_LONGEST_NOTE} characters.", code="note_refused"
            )
        with self._database.write() as connection:
            state = _one(connection, alert_id).state
            if state is not expected:
                raise Conflict(
                    f"Alert {alert_id} is {state} by now, not {expected}.",
                    remedy="Reload it: somebody was faster.",
                    code="alert_step",
                )
            if state is AlertState.OPEN and to_state in _SHORTCUTS:
                self._record(
                    connection,
                    alert_id,
                    from_state=state,
                    to_state=AlertState.ACKNOWLEDGED,
                    author=author,
                )
                state = AlertState.ACKNOWLEDGED
            self._record(
                connection,
                alert_id,
                from_state=state,
                to_state=to_state,
                author=author,
                reason=reason,
                note=note,
            )
            connection.execute(
                update(alert).where(alert.c.alert_id == alert_id).values(state=to_state)
            )
            return self._told(connection, alert_id, EventKind.ALERT_STEPPED)

    def get(self, alert_id: int) -> Alert:
        """One alert.

        Raises:
            NotFound: no such alert.
        """
        with self._database.read() as connection:
            return _one(connection, alert_id)

    def working(self) -> list[Alert]:
        """Every alert that still needs people, whatever its age, newest first."""
        with self._database.read() as connection:
            return load(connection, alert.c.state.in_(sorted(OPEN_STATES)))

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
            return load(connection, alert.c.alert_id < below, limit=limit)

    def seen_between(self, from_at: datetime, until_at: datetime) -> list[Alert]:
        """Alerts in any state that were in sight at some time of a span, newest first.

        Args:
            from_at: UTC capture time.
            until_at: UTC capture time, included like the other.
        """
        with self._database.read() as connection:
            return load(
                connection, alert.c.last_seen_at >= from_at, alert.c.first_seen_at <= until_at
            )

    def find_working(self, camera_id: str, preset: int) -> list[Alert]:
        """The alerts of one view that still need people, newest first."""
        with self._database.read() as connection:
            return load(
                connection,
                alert.c.camera_id == camera_id,
                alert.c.preset == preset,
                alert.c.state.in_(sorted(OPEN_STATES)),
            )

    def of_cameras(self, camera_ids: Collection[str], settled_since: datetime) -> list[Alert]:
        """The alerts of some cameras that need people or were settled lately, newest first.

        Args:
            camera_ids: of whatever preset.
            settled_since: UTC; dismissed or closed at this moment or later.
        """
        settled = select(verdict.c.alert_id).where(
            verdict.c.at >= settled_since, verdict.c.to_state.in_(_SETTLED)
        )
        with self._database.read() as connection:
            return load(
                connection,
                alert.c.camera_id.in_(sorted(camera_ids)),
                or_(alert.c.state.in_(sorted(OPEN_STATES)), alert.c.alert_id.in_(settled)),
            )

    def _told(self, connection: Connection, alert_id: int, kind: EventKind) -> Alert:
        events.append(connection, self._clock, kind, alert_id)
        return _one(connection, alert_id)

    def _record(
        self,
        connection: Connection,
        alert_id: int,
        *,
        from_state: AlertState,
        to_state: AlertState,
        author: str,
        reason: DismissReason | None = None,
        note: str = "",
    ) -> None:
        check_step(from_state, to_state, reason, note)
        connection.execute(
            insert(verdict).values(
                alert_id=alert_id,
                author=author,
                at=self._clock.now(),
                from_state=from_state,
                to_state=to_state,
                reason=reason,
                note=note,
            )
        )
        audit.append(
            connection,
            self._clock,
            actor=author,
            action="alert.stepped",
            subject=str(alert_id),
            details={"from": from_state, "to": to_state, "reason": reason, "note": note},
        )


def _one(connection: Connection, alert_id: int) -> Alert:
    found = load(connection, alert.c.alert_id == alert_id) if 0 < alert_id <= _LARGEST else []
    if not found:
        raise NotFound(f"There is no alert {alert_id}.")
    return found[0]
