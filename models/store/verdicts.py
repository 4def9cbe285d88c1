"""Verdicts: what people say a fire is, step by step, with a second person and a way back.

Every verdict writes its entry in the fire's history, its event and its audit entry in the same
transaction.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotPermitted
from models.incident import (
    OPEN_STATES,
    DismissReason,
    Entry,
    EntryKind,
    Incident,
    IncidentState,
    Photo,
    Proposal,
    check_step,
)
from models.store.database import Database
from models.store.incident_history import write_entry
from models.store.incident_rows import change
from models.store.incidents import checked_note, standing

__all__ = ["UNDO_WITHIN", "VerdictRepository", "last_verdict"]

UNDO_WITHIN: Final = timedelta(minutes=10)
"""For so long the author of a verdict may take it back."""

_SHORTCUTS: Final = frozenset({IncidentState.CONFIRMED, IncidentState.DISMISSED})
_CHANGES: Final = frozenset({EntryKind.STEPPED, EntryKind.REOPENED, EntryKind.ABSORBED})


class VerdictRepository:
    """Verdicts on the fires of one store.

    Args:
        database: to work on.
        clock: for the times of entries, events and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

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
