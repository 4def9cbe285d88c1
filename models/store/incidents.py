"""Fires: the lists that people work from, notes, and how urgent a fire is.

Verdicts are :mod:`models.store.verdicts`; how evidence finds its fire is
:mod:`models.store.incident_links`; how fires are joined and parted by hand
:mod:`models.store.incident_joins`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused
from models.incident import (
    OPEN_STATES,
    EntryKind,
    Incident,
    IncidentPage,
    IncidentState,
    Photo,
    Urgency,
)
from models.store.database import Database
from models.store.incident_history import write_entry
from models.store.incident_rows import change, load_incidents, one_incident, tell_change
from models.store.incident_shelf import IncidentShelf
from models.store.tables import alert, incident

__all__ = ["IncidentRepository", "checked_note", "standing"]

LONGEST_NOTE: Final = 4000
_LARGEST: Final = 2**63 - 1
_OPEN: Final = sorted(OPEN_STATES)
_STANDS: Final = incident.c.merged_into.is_(None)


class IncidentRepository:
    """The fires of one store.

    Args:
        database: to work on.
        clock: for the times of entries, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._shelf = IncidentShelf()

    def get(self, incident_id: int) -> Incident:
        """One fire; one that was merged says so and has no evidence of its own.

        Raises:
            NotFound: no such fire.
        """
        with self._database.read() as connection:
            return self._shelf.one(connection, incident_id)

    def of_alert(self, alert_id: int) -> Incident:
        """The fire that an alert is evidence of.

        Raises:
            NotFound: no such alert.
        """
        number = select(alert.c.incident_id).where(alert.c.alert_id == min(alert_id, _LARGEST))
        with self._database.read() as connection:
            return self._shelf.one(connection, connection.execute(number).scalar() or 0)

    def working(self) -> list[Incident]:
        """Every fire that still needs people, whatever its age, newest first."""
        with self._database.read() as connection:
            return self._shelf.load(connection, incident.c.state.in_(_OPEN), _STANDS)

    def settled_since(self, since: datetime) -> list[Incident]:
        """Fires that were seen at or after a moment (UTC) and need nobody now, newest first."""
        with self._database.read() as connection:
            return self._shelf.load(
                connection,
                incident.c.last_seen_at >= since,
                incident.c.state.not_in(_OPEN),
                _STANDS,
            )

    def seen_between(self, from_at: datetime, until_at: datetime) -> list[Incident]:
        """Fires in any state that were in sight at some time of a span, newest first.

        Args:
            from_at: UTC capture time.
            until_at: UTC capture time, included like the other.
        """
        with self._database.read() as connection:
            return load_incidents(
                connection,
                incident.c.last_seen_at >= from_at,
                incident.c.first_seen_at <= until_at,
                _STANDS,
            )

    def page(
        self,
        limit: int,
        *,
        before_id: int | None = None,
        states: Collection[IncidentState] = (),
        from_at: datetime | None = None,
        until_at: datetime | None = None,
    ) -> IncidentPage:
        """Fires that stand for themselves, newest first.

        Args:
            limit: at most so many, at least 1.
            before_id: only fires with a smaller number; None for all.
            states: only these; empty for any.
            from_at: UTC, only those seen at or after it.
            until_at: UTC, only those first seen at or before it.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} fires is none.", remedy="Ask for 1 or more.")
        below = _LARGEST if before_id is None else max(0, min(before_id, _LARGEST))
        wanted: list[ColumnElement[bool]] = [_STANDS, incident.c.incident_id < below]
        if states:
            wanted.append(incident.c.state.in_(sorted(states)))
        if from_at is not None:
            wanted.append(incident.c.last_seen_at >= from_at)
        if until_at is not None:
            wanted.append(incident.c.first_seen_at <= until_at)
        with self._database.read() as connection:
            found = load_incidents(connection, *wanted, limit=min(limit, _LARGEST - 1) + 1)
        more = len(found) > limit
        return IncidentPage(tuple(found[:limit]), found[limit - 1].incident_id if more else None)

    def note(
        self, incident_id: int, *, author: str, note: str, photo: Photo | None = None
    ) -> Incident:
        """Add a note, a photo or both to the history.

        Raises:
            NotFound: no such fire.
            Conflict: it was merged; code ``incident_merged``.
            InputRefused: no author, neither note nor photo (``note_missing``), or a note that
                cannot be stored.
        """
        note = checked_note(note, author)
        if not note and photo is None:
            raise InputRefused("A note needs words or a photo.", code="note_missing")
        with self._database.write() as connection:
            standing(connection, incident_id)
            write_entry(
                connection,
                self._clock,
                incident_id,
                EntryKind.NOTED,
                author=author,
                note=note,
                photo=photo,
            )
            return change(connection, self._clock, incident_id)

    def rank(self, incident_id: int, urgency: Urgency) -> bool:
        """Keep how urgent a fire is; a level above the one before is told in its history.

        Returns:
            Whether it is another than before, its time left aside.

        Raises:
            NotFound: no such fire.
        """
        with self._database.write() as connection:
            before = self._shelf.one(connection, incident_id)
            old = before.urgency
            if old is not None and replace(old, at=urgency.at) == urgency:
                return False
            if old is not None and old.level is not urgency.level:
                levels = list(type(urgency.level))
                if levels.index(urgency.level) > levels.index(old.level):
                    note = str(urgency.level)
                    write_entry(
                        connection,
                        self._clock,
                        incident_id,
                        EntryKind.RAISED,
                        author=SYSTEM,
                        note=note,
                    )
            tell_change(connection, self._clock, incident_id, {"urgency": urgency})
            return True


def checked_note(note: str, author: str) -> str:
    """The note without spaces around it.

    Raises:
        InputRefused: no author (``author_missing``), or it cannot be stored (``note_refused``).
    """
    if not author.strip():
        raise InputRefused("A verdict needs its author.", code="author_missing")
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise InputRefused(
            f"A note is text of at most {LONGEST_NOTE} characters.", code="note_refused"
        )
    return note.strip()


def standing(connection: Connection, incident_id: int) -> Incident:
    """A fire that stands for itself.

    Raises:
        NotFound: no such fire.
        Conflict: it was merged; code ``incident_merged``.
    """
    found = one_incident(connection, incident_id)
    if found.merged_into is not None:
        raise Conflict(
            f"Fire {incident_id} was merged into fire {found.merged_into}.",
            remedy="Go on with that one.",
            code="incident_merged",
        )
    return found
