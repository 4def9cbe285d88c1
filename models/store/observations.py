"""What people saw: written down, taken back, never deleted.

Every change writes its event and its audit entry in the same transaction, as verdicts do.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, update

from models.clock import Clock
from models.crossing import Bearing
from models.errors import Conflict, InputRefused
from models.events import EventKind
from models.incident import (
    OPEN_STATES,
    DismissReason,
    EntryKind,
    IncidentState,
    Link,
    Subject,
    SubjectKind,
)
from models.observation import Observation, ObservationDraft, check_observation
from models.store import audit, events
from models.store.database import Database
from models.store.incident_history import write_entry
from models.store.incident_links import place, tell_joined
from models.store.incident_rows import change, one_incident, raise_version
from models.store.observation_rows import load_observations, one_observation
from models.store.tables import observation

__all__ = ["ObservationRepository"]

_LARGEST: Final = 2**63 - 1


class ObservationRepository:
    """The observations of one store.

    Args:
        database: to work on.
        clock: for the times of entries, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        draft: ObservationDraft,
        *,
        author: str,
        key: str,
        link: Link | None = None,
        is_drill: bool = False,
    ) -> tuple[Observation, bool]:
        """Take an observation; it is on the disk when this returns.

        Args:
            draft: what was told.
            author: user name.
            key: of this entry, chosen by whoever hands it in: an answer that was lost on the way
                may be asked for again.
            link: the fire that it belongs to; one of its own when left out.
            is_drill: it is of an invented fire; it never joins a real one.

        Returns:
            The observation, and whether it is new: a key that is known gives what is stored and
            changes nothing.

        Raises:
            InputRefused: it cannot be, see :func:`models.observation.check_observation`; no author
                (``author_missing``) or no key (``observation_key``).
        """
        if not author.strip():
            raise InputRefused("An observation needs its author.", code="author_missing")
        if not key.strip():
            raise InputRefused("An observation needs a key.", code="observation_key")
        with self._database.write() as connection:
            return self.add_within(
                connection, draft, author=author, key=key, link=link, is_drill=is_drill
            )

    def add_within(
        self,
        connection: Connection,
        draft: ObservationDraft,
        *,
        author: str,
        key: str,
        link: Link | None = None,
        is_drill: bool = False,
    ) -> tuple[Observation, bool]:
        """As :meth:`add`, in a transaction of somebody who writes more than this."""
        known = load_observations(connection, observation.c.key == key)
        if known:
            return known[0], False
        now = self._clock.now()
        check_observation(draft, now)
        span = draft.seen_at, draft.seen_at
        incident_id, held = place(connection, self._clock, link, is_drill=is_drill, span=span)
        (observation_id,) = connection.execute(
            insert(observation)
            .values(
                key=key,
                source=draft.source,
                witness=draft.witness,
                seen_at=draft.seen_at,
                told=draft.told,
                words=draft.words,
                caller=draft.caller or None,
                author=author,
                entered_at=now,
                withdrawn_by="",
                incident_id=incident_id,
            )
            .returning(observation.c.observation_id)
        ).one()
        added = one_observation(connection, observation_id)
        self._told(connection, author, "observation.added", added, EventKind.OBSERVATION_ADDED)
        subject = Subject(SubjectKind.OBSERVATION, observation_id)
        tell_joined(
            connection,
            self._clock,
            incident_id,
            held,
            subject=subject,
            span=span,
            author=author,
        )
        return added, True

    def withdraw(self, observation_id: int, *, author: str) -> Observation:
        """Take one back: it stays in the list and is no witness any more.

        Raises:
            NotFound: no such observation.
            Conflict: it was taken back already; code ``observation_withdrawn``.
            InputRefused: no author; code ``author_missing``.
        """
        if not author.strip():
            raise InputRefused("Somebody has to take it back.", code="author_missing")
        with self._database.write() as connection:
            return self.withdraw_within(connection, observation_id, author=author)

    def withdraw_within(
        self, connection: Connection, observation_id: int, *, author: str
    ) -> Observation:
        """As :meth:`withdraw`, in a transaction of somebody who writes more than this."""
        if one_observation(connection, observation_id).withdrawn_at is not None:
            raise Conflict(
                f"Observation {observation_id} was taken back already.",
                remedy="Write down a new one.",
                code="observation_withdrawn",
            )
        connection.execute(
            update(observation)
            .where(observation.c.observation_id == observation_id)
            .values(withdrawn_by=author, withdrawn_at=self._clock.now())
        )
        after = one_observation(connection, observation_id)
        kind = EventKind.OBSERVATION_WITHDRAWN
        self._told(connection, author, "observation.retracted", after, kind)
        if after.incident_id is not None:
            self._left_alone(connection, after.incident_id, author)
        return after

    def _left_alone(self, connection: Connection, incident_id: int, author: str) -> None:
        """Dismiss a fire of which nothing but words that were taken back is left."""
        left = one_incident(connection, incident_id)
        still = left.alerts or any(one.withdrawn_at is None for one in left.observations)
        if still or left.state not in OPEN_STATES:
            change(connection, self._clock, incident_id)
            return
        write_entry(
            connection,
            self._clock,
            incident_id,
            EntryKind.STEPPED,
            author=author,
            from_state=left.state,
            to_state=IncidentState.DISMISSED,
            reason=DismissReason.MISTAKE,
        )
        change(
            connection,
            self._clock,
            incident_id,
            {"state": IncidentState.DISMISSED, "proposal": None},
        )

    def clear_callers(self, entered_before: datetime, *, actor: str) -> int:
        """Forget how to call back those who told something before a moment (UTC).

        Returns:
            How many were forgotten.
        """
        with self._database.write() as connection:
            old = observation.c.caller.is_not(None) & (observation.c.entered_at < entered_before)
            cleared = connection.execute(
                update(observation)
                .where(old)
                .values(caller=None)
                .returning(observation.c.incident_id)
            )
            of = cleared.scalars().all()
            for incident_id in set(of) - {None}:
                raise_version(connection, incident_id)
            if of:
                audit.append(
                    connection,
                    self._clock,
                    actor=actor,
                    action="observation.callers_cleared",
                    subject="observations",
                    details={
                        "count": len(of),
                        "before": entered_before.isoformat(timespec="seconds"),
                    },
                )
            return len(of)

    def get(self, observation_id: int) -> Observation:
        """One observation.

        Raises:
            NotFound: no such observation.
        """
        with self._database.read() as connection:
            return one_observation(connection, observation_id)

    def seen_between(self, from_at: datetime, until_at: datetime) -> list[Observation]:
        """Those of a span of time (UTC) that hold, newest first."""
        with self._database.read() as connection:
            return load_observations(
                connection,
                observation.c.seen_at >= from_at,
                observation.c.seen_at <= until_at,
                observation.c.withdrawn_at.is_(None),
            )

    def newest(self, limit: int, before_id: int | None = None) -> list[Observation]:
        """The newest, also those that were taken back.

        Args:
            limit: at most so many, at least 1.
            before_id: only those with a smaller number; None for all.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} is none.", remedy="Ask for 1 or more.")
        below = _LARGEST if before_id is None else max(0, min(before_id, _LARGEST))
        with self._database.read() as connection:
            return load_observations(
                connection, observation.c.observation_id < below, limit=min(limit, _LARGEST)
            )

    def _told(
        self,
        connection: Connection,
        actor: str,
        action: str,
        entry: Observation,
        kind: EventKind,
    ) -> None:
        witness, draft = entry.draft.witness, entry.draft
        if isinstance(witness, Bearing):
            at, sigma = witness.observer, f"{witness.bearing_deg:.2f} +- {witness.sigma_deg:g} deg"
        else:
            at, sigma = witness.position, f"+- {witness.sigma_m:.0f} m"
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(entry.observation_id),
            details={
                "source": draft.source,
                "place": f"{at.lon_deg:.6f},{at.lat_deg:.6f}",
                "witness": sigma,
                "seen": draft.seen_at.isoformat(),
                "told": draft.told,
                "note": draft.words,
            },
        )
        events.append(connection, self._clock, kind, entry.observation_id)
