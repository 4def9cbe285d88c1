"""Fires joined and parted by hand: numbers and histories stay, and every way has its way back.

Work orders go along with a fire that is merged, and come back with it; of one that is split they
stay with the fire that they were opened for.
"""

from collections.abc import Collection

from sqlalchemy import Connection, Table, update

from models.clock import Clock
from models.errors import Conflict, InputRefused
from models.incident import (
    EntryKind,
    Incident,
    IncidentState,
    LinkReason,
    Subject,
    SubjectKind,
    merged_state,
)
from models.store.database import Database
from models.store.incident_history import write_entry
from models.store.incident_links import begin
from models.store.incident_rows import change, one_incident
from models.store.incidents import checked_note, standing
from models.store.order_rows import tell_of_orders
from models.store.tables import alert, incident, observation

__all__ = ["IncidentJoins"]

_TABLES: dict[SubjectKind, Table] = {
    SubjectKind.ALERT: alert,
    SubjectKind.OBSERVATION: observation,
}


class IncidentJoins:
    """Merges and splits the fires of one store.

    Args:
        database: to work on.
        clock: for the times of entries, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def merge(self, incident_id: int, into_id: int, *, author: str, note: str = "") -> Incident:
        """Say that one fire is another one: its evidence goes there, its number points there.

        Args:
            incident_id: the fire that is none of its own.
            into_id: the fire that it is.
            author: user name, or the watch itself.
            note: why; free text.

        Returns:
            The fire that it is, in the state of the two that needs people more.

        Raises:
            NotFound: no such fire.
            Conflict: one of them was merged already (``incident_merged``), they are one
                (``merge_itself``), or one is a drill and the other is not (``merge_drill``).
            InputRefused: no author, or a note that cannot be stored.
        """
        note = checked_note(note, author)
        with self._database.write() as connection:
            gone, stays = standing(connection, incident_id), standing(connection, into_id)
            if incident_id == into_id:
                raise Conflict(
                    "A fire cannot be merged into itself.",
                    remedy="Choose another one.",
                    code="merge_itself",
                )
            if gone.is_drill is not stays.is_drill:
                raise Conflict(
                    "A drill and a fire are never one.",
                    remedy="Dismiss the drill by itself.",
                    code="merge_drill",
                )
            write_entry(
                connection,
                self._clock,
                incident_id,
                EntryKind.MERGED,
                author=author,
                note=note,
                subject=Subject(SubjectKind.INCIDENT, into_id),
            )
            self._move(connection, _evidence(gone), incident_id, into_id, author)
            tell_of_orders(connection, self._clock, incident_id)
            state = merged_state(gone.state, stays.state)
            changed = state is not stays.state
            write_entry(
                connection,
                self._clock,
                into_id,
                EntryKind.ABSORBED,
                author=author,
                note=note,
                from_state=stays.state if changed else None,
                to_state=state if changed else None,
                subject=Subject(SubjectKind.INCIDENT, incident_id),
            )
            change(
                connection,
                self._clock,
                incident_id,
                {"merged_into": into_id, "proposal": None},
            )
            return change(connection, self._clock, into_id, {"state": state, **_span(gone, stays)})

    def unmerge(self, incident_id: int, *, author: str, note: str = "") -> Incident:
        """Take a merge back: what came from this fire and is still there returns to it.

        Returns:
            The fire of that number, in the state in which it was merged.

        Raises:
            NotFound: no such fire.
            Conflict: it was not merged, nothing of it is there any more, or nothing else would be
                left; code ``unmerge_refused``.
            InputRefused: no author, or a note that cannot be stored.
        """
        note = checked_note(note, author)
        with self._database.write() as connection:
            gone = one_incident(connection, incident_id)
            if gone.merged_into is None:
                raise _cannot_unmerge("It was not merged.")
            holder = one_incident(connection, gone.merged_into)
            had = {one.subject for one in gone.entries if one.kind is EntryKind.LEFT}
            back = [one for one in _evidence(holder) if one in had]
            if not back or len(back) == len(_evidence(holder)):
                raise _cannot_unmerge("There are no two fires to be parted there any more.")
            self._part(connection, holder, incident_id, back, author=author, note=note)
            after = change(connection, self._clock, incident_id, {"merged_into": None})
            tell_of_orders(connection, self._clock, incident_id)
            return after

    def split(
        self,
        incident_id: int,
        evidence: Collection[Subject],
        *,
        author: str,
        note: str = "",
    ) -> Incident:
        """Make a fire of its own of some of the evidence; it opens anew, for somebody must judge.

        Args:
            incident_id: of the fire that had it.
            evidence: some of its alerts and observations, not all.
            author: user name.
            note: why; free text.

        Returns:
            The new fire.

        Raises:
            NotFound: no such fire.
            Conflict: it was merged; code ``incident_merged``.
            InputRefused: none or all of the evidence, or some that is not there
                (``split_refused``); no author, or a note that cannot be stored.
        """
        note = checked_note(note, author)
        with self._database.write() as connection:
            before = standing(connection, incident_id)
            there, chosen = _evidence(before), list(dict.fromkeys(evidence))
            if not chosen or not set(chosen) < set(there):
                raise InputRefused(
                    "Some of the evidence of this fire goes, and some of it stays.",
                    remedy="Reload the fire and choose again.",
                    code="split_refused",
                )
            new_id = begin(
                connection,
                self._clock,
                is_drill=before.is_drill,
                span=(before.first_seen_at, before.last_seen_at),
            )
            self._part(
                connection,
                before,
                new_id,
                chosen,
                author=author,
                note=note,
                state=IncidentState.OPEN,
            )
            return change(connection, self._clock, new_id)

    def _part(
        self,
        connection: Connection,
        holder: Incident,
        other_id: int,
        evidence: Collection[Subject],
        *,
        author: str,
        note: str,
        state: IncidentState | None = None,
    ) -> None:
        write_entry(
            connection,
            self._clock,
            other_id,
            EntryKind.SPLIT_OFF,
            author=author,
            note=note,
            to_state=state,
            subject=Subject(SubjectKind.INCIDENT, holder.incident_id),
        )
        write_entry(
            connection,
            self._clock,
            holder.incident_id,
            EntryKind.SPLIT,
            author=author,
            note=note,
            subject=Subject(SubjectKind.INCIDENT, other_id),
        )
        self._move(connection, evidence, holder.incident_id, other_id, author)
        for number in (holder.incident_id, other_id):
            after = one_incident(connection, number)
            seen = [(one.draft.first_seen_at, one.last_seen_at) for one in after.alerts]
            seen += [(one.draft.seen_at, one.draft.seen_at) for one in after.observations]
            connection.execute(
                update(incident)
                .where(incident.c.incident_id == number)
                .values(
                    first_seen_at=min(first for first, _ in seen),
                    last_seen_at=max(last for _, last in seen),
                )
            )
        change(connection, self._clock, holder.incident_id)

    def _move(
        self,
        connection: Connection,
        evidence: Collection[Subject],
        from_id: int,
        to_id: int,
        author: str,
    ) -> None:
        for one in evidence:
            table = _TABLES[one.kind]
            connection.execute(
                update(table)
                .where(table.primary_key.columns[0] == one.number)
                .values(incident_id=to_id)
            )
            for number, kind in ((from_id, EntryKind.LEFT), (to_id, EntryKind.JOINED)):
                write_entry(
                    connection,
                    self._clock,
                    number,
                    kind,
                    author=author,
                    subject=one,
                    link=LinkReason.BY_HAND,
                )


def _evidence(of: Incident) -> list[Subject]:
    return [
        *(Subject(SubjectKind.ALERT, one.alert_id) for one in of.alerts),
        *(Subject(SubjectKind.OBSERVATION, one.observation_id) for one in of.observations),
    ]


def _span(first: Incident, second: Incident) -> dict[str, object]:
    return {
        "first_seen_at": min(first.first_seen_at, second.first_seen_at),
        "last_seen_at": max(first.last_seen_at, second.last_seen_at),
    }


def _cannot_unmerge(what: str) -> Conflict:
    return Conflict(what, remedy="Reload the fire; split it if need be.", code="unmerge_refused")
