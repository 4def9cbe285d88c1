"""Fires: what people do about them, step by step, and the lists that they work from.

Every change writes its entry in the fire's history, its event and its audit entry in the same
transaction. How evidence finds its fire is :mod:`models.store.incident_links`; how fires are joined
and parted by hand :mod:`models.store.incident_joins`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotPermitted
from models.incident import (
    OPEN_STATES,
    DismissReason,
    Entry,
    EntryKind,
    Incident,
    IncidentPage,
    IncidentState,
    Photo,
    Proposal,
    Urgency,
    check_step,
)
from models.store.database import Database
from models.store.incident_history import write_entry
from models.store.incident_rows import change, load_incidents, one_incident
from models.store.tables import alert, incident

__all__ = ["UNDO_WITHIN", "IncidentRepository", "checked_note", "last_verdict"]

UNDO_WITHIN: Final = timedelta(minutes=10)
"""For so long the author of a verdict may take it back."""

LONGEST_NOTE: Final = 4000
_LARGEST: Final = 2**63 - 1
_OPEN: Final = sorted(OPEN_STATES)
_SHORTCUTS: Final = frozenset({IncidentState.CONFIRMED, IncidentState.DISMISSED})
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

    def get(self, incident_id: int) -> Incident:
        """One fire; one that was merged says so and has no evidence of its own.

        Raises:
            NotFound: no such fire.
        """
        with self._database.read() as connection:
            return one_incident(connection, incident_id)

    def of_alert(self, alert_id: int) -> Incident:
        """The fire that an alert is evidence of.

        Raises:
            NotFound: no such alert.
        """
        number = select(alert.c.incident_id).where(alert.c.alert_id == min(alert_id, _LARGEST))
        with self._database.read() as connection:
            return one_incident(connection, connection.execute(number).scalar() or 0)

    def working(self) -> list[Incident]:
        """Every fire that still needs people, whatever its age, newest first."""
        with self._database.read() as connection:
            return load_incidents(connection, incident.c.state.in_(_OPEN), _STANDS)

    def settled_since(self, since: datetime) -> list[Incident]:
        """Fires that were seen at or after a moment (UTC) and need nobody now, newest first."""
        with self._database.read() as connection:
            return load_incidents(
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

    def step(
        self,
        incident_id: int,
        *,
        expected: IncidentState,
        to_state: IncidentState,
        author: str,
        reason: DismissReason | None = None,
        note: str = "",
        photo: Photo | None = None,
        checked: Collection[IncidentState] = (),
    ) -> Incident:
        """A person's verdict. Confirming or dismissing an open fire acknowledges it first.

        Args:
            incident_id: of the fire.
            expected: the state that the person saw.
            to_state: the state that they want.
            author: user name.
            reason: for a dismissal, and only there.
            note: free text, at most 4000 characters.
            photo: given with it, already in the vault.
            checked: states that two people must agree on; a step to one of them is a proposal that
                waits for :meth:`agree`, and any other step takes its place.

        Raises:
            NotFound: no such fire.
            Conflict: it is not in the expected state any more (``incident_step``), there is no such
                step (``incident_step``), or it was merged (``incident_merged``).
            InputRefused: no author (``author_missing``), the reason is missing or too many, a note
                is missing, or it cannot be stored (``note_refused``).
        """
        note = checked_note(note, author)
        with self._database.write() as connection:
            before = standing(connection, incident_id)
            _expect(before, expected)
            state = before.state
            if state is IncidentState.OPEN and to_state in _SHORTCUTS:
                check_step(state, IncidentState.ACKNOWLEDGED, None, "")
                check_step(IncidentState.ACKNOWLEDGED, to_state, reason, note)
                self._enter(
                    connection,
                    before,
                    EntryKind.STEPPED,
                    author,
                    from_state=state,
                    to_state=IncidentState.ACKNOWLEDGED,
                )
                state = IncidentState.ACKNOWLEDGED
            check_step(state, to_state, reason, note)
            kind = EntryKind.PROPOSED if to_state in checked else EntryKind.STEPPED
            entry = self._enter(
                connection,
                before,
                kind,
                author,
                from_state=state,
                to_state=to_state,
                reason=reason,
                note=note,
                photo=photo,
            )
            if kind is EntryKind.STEPPED:
                return change(
                    connection, self._clock, incident_id, {"state": to_state, "proposal": None}
                )
            proposal = Proposal(entry.entry_id, to_state, reason, note, author, entry.at)
            return change(
                connection, self._clock, incident_id, {"state": state, "proposal": proposal}
            )

    def agree(self, incident_id: int, *, entry_id: int, author: str, note: str = "") -> Incident:
        """A second person agrees with the verdict that waits; it takes effect.

        Args:
            incident_id: of the fire.
            entry_id: of the proposal that the person saw.
            author: user name, of somebody else.
            note: free text.

        Raises:
            NotFound: no such fire.
            Conflict: that proposal does not wait any more; code ``proposal_gone``.
            NotPermitted: it is their own; code ``second_person``.
            InputRefused: no author, or a note that cannot be stored.
        """
        return self._judge_proposal(incident_id, entry_id, author, note, agrees=True)

    def decline(self, incident_id: int, *, entry_id: int, author: str, note: str = "") -> Incident:
        """A second person does not agree: the fire stays where it is. Raises as :meth:`agree`."""
        return self._judge_proposal(incident_id, entry_id, author, note, agrees=False)

    def undo(
        self, incident_id: int, *, entry_id: int, author: str, note: str = "", others: bool = False
    ) -> Incident:
        """Take the last verdict back: the fire stands where it stood before it.

        Args:
            incident_id: of the fire.
            entry_id: of the verdict, or of the proposal that waits.
            author: user name.
            note: why; free text.
            others: whether they may take back verdicts of others, and old ones.

        Raises:
            NotFound: no such fire.
            Conflict: that is not its last verdict; code ``undo_late``.
            NotPermitted: it is somebody else's or older than :data:`UNDO_WITHIN`; code
                ``undo_not_yours``.
            InputRefused: no author, or a note that cannot be stored.
        """
        note = checked_note(note, author)
        with self._database.write() as connection:
            before = standing(connection, incident_id)
            undone = last_verdict(before)
            if undone is None or undone.entry_id != entry_id:
                raise Conflict(
                    "That is not the last verdict on this fire any more.",
                    remedy="Reload it; what has happened since is in its history.",
                    code="undo_late",
                )
            fresh = self._clock.now() - undone.at <= UNDO_WITHIN
            if not others and not (undone.author == author and fresh):
                raise NotPermitted(
                    "A verdict is taken back by who gave it, within ten minutes.",
                    remedy="Ask an administrator, or give another verdict.",
                    code="undo_not_yours",
                )
            back_to = undone.from_state
            self._enter(
                connection,
                before,
                EntryKind.UNDONE,
                author,
                from_state=before.state,
                to_state=back_to,
                note=note,
                undoes=entry_id,
            )
            return change(
                connection, self._clock, incident_id, {"state": back_to, "proposal": None}
            )

    def reopen(self, incident_id: int, *, author: str, note: str) -> Incident:
        """Take up a settled or controlled fire again.

        Raises:
            NotFound: no such fire.
            Conflict: it is worked on; code ``incident_step``.
            InputRefused: no author, or no note (``note_missing``): somebody must say why.
        """
        note = checked_note(note, author)
        if not note:
            raise InputRefused("To reopen a fire, say why.", code="note_missing")
        with self._database.write() as connection:
            before = standing(connection, incident_id)
            if before.state in OPEN_STATES - {IncidentState.CONTROLLED}:
                raise Conflict(
                    "This fire is being worked on.",
                    remedy="Reload it: somebody may have been faster.",
                    code="incident_step",
                )
            self._enter(
                connection,
                before,
                EntryKind.REOPENED,
                author,
                from_state=before.state,
                to_state=IncidentState.OPEN,
                note=note,
            )
            state = IncidentState.OPEN
            return change(connection, self._clock, incident_id, {"state": state, "proposal": None})

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
            before = standing(connection, incident_id)
            self._enter(connection, before, EntryKind.NOTED, author, note=note, photo=photo)
            return change(connection, self._clock, incident_id)

    def rank(self, incident_id: int, urgency: Urgency) -> bool:
        """Keep how urgent a fire is; a level above the one before is told in its history.

        Returns:
            Whether it is another than before, its time left aside.

        Raises:
            NotFound: no such fire.
        """
        with self._database.write() as connection:
            before = one_incident(connection, incident_id)
            old = before.urgency
            if old is not None and replace(old, at=urgency.at) == urgency:
                return False
            if old is not None and old.level is not urgency.level:
                levels = list(type(urgency.level))
                if levels.index(urgency.level) > levels.index(old.level):
                    note = str(urgency.level)
                    self._enter(connection, before, EntryKind.RAISED, SYSTEM, note=note)
            change(connection, self._clock, incident_id, {"urgency": urgency})
            return True

    def _judge_proposal(
        self, incident_id: int, entry_id: int, author: str, note: str, *, agrees: bool
    ) -> Incident:
        note = checked_note(note, author)
        with self._database.write() as connection:
            before = standing(connection, incident_id)
            proposal = before.proposal
            if proposal is None or proposal.entry_id != entry_id:
                raise Conflict(
                    "That verdict does not wait for a second person any more.",
                    remedy="Reload the fire.",
                    code="proposal_gone",
                )
            if proposal.author == author:
                raise NotPermitted(
                    "A second person has to look at it.",
                    remedy="Ask a colleague; you may take your verdict back.",
                    code="second_person",
                )
            kind = EntryKind.STEPPED if agrees else EntryKind.DECLINED
            self._enter(
                connection,
                before,
                kind,
                author,
                from_state=before.state,
                to_state=proposal.to_state,
                reason=proposal.reason,
                note=note or proposal.note,
            )
            state = proposal.to_state if agrees else before.state
            return change(connection, self._clock, incident_id, {"state": state, "proposal": None})

    def _enter(
        self,
        connection: Connection,
        of: Incident,
        kind: EntryKind,
        author: str,
        **values: object,
    ) -> Entry:
        return write_entry(connection, self._clock, of.incident_id, kind, author=author, **values)


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


def _expect(before: Incident, expected: IncidentState) -> None:
    if before.state is not expected:
        raise Conflict(
            f"Fire {before.incident_id} is {before.state} by now, not {expected}.",
            remedy="Reload it: somebody was faster.",
            code="incident_step",
        )


def last_verdict(of: Incident) -> Entry | None:
    """The proposal that waits, else the last change of state if it was a verdict."""
    if of.proposal is not None:
        return next(one for one in of.entries if one.entry_id == of.proposal.entry_id)
    undone = {one.undoes for one in of.entries}
    for one in reversed(of.entries):
        if one.kind in _CHANGES and one.from_state is not None and one.entry_id not in undone:
            return one if one.kind is EntryKind.STEPPED else None
    return None


_CHANGES: Final = frozenset({EntryKind.STEPPED, EntryKind.REOPENED, EntryKind.ABSORBED})
