"""What the detector proposes for frames of the library, and what people make of it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from models.clock import Clock
from models.detection import ModelReference
from models.errors import Conflict, InputRefused, NotFound
from models.footage import Truth
from models.footage_library import (
    FootageState,
    KeptTruth,
    Proposal,
    ProposalDraft,
    ProposalState,
    ProposedBox,
)
from models.store.database import Database
from models.store.footage_rows import add_truth, load_footage
from models.store.tables import footage, footage_proposal

__all__ = ["MOST_FRAMES", "MOST_WAITING", "ProposalRepository"]

MOST_FRAMES: Final = 60
"""Of one proposal: with a closer look each, a minute of a processor."""

MOST_WAITING: Final = 20
"""Proposals that wait for the detector; it works for the live cameras first."""

_LARGEST: Final = 2**63 - 1


class ProposalRepository:
    """The proposals of one store.

    Args:
        database: to work on.
        clock: for times of asking and deciding, and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ask(self, draft: ProposalDraft, *, author: str) -> Proposal:
        """Have the detector look at some frames, in its turn.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
            Conflict: it is not ready (``footage_not_ready``), or too much waits already
                (``proposals_busy``).
            InputRefused: no frames, too many, or not in their order (``proposal_frames``).
        """
        numbers, times = list(draft.frames), draft.at_s
        if not 1 <= len(numbers) <= MOST_FRAMES or len(times) != len(numbers):
            raise _no_frames()
        if numbers != sorted(set(numbers)) or numbers[0] < 0:
            raise _no_frames()
        with self._database.write() as connection:
            known = load_footage(connection, draft.footage_id)
            if known.state is not FootageState.READY:
                raise Conflict(
                    f"Footage {draft.footage_id} is not ready.",
                    remedy="Wait until it was looked through.",
                    code="footage_not_ready",
                )
            waiting = connection.execute(
                select(func.count())
                .select_from(footage_proposal)
                .where(footage_proposal.c.state == ProposalState.QUEUED)
            ).scalar_one()
            if waiting >= MOST_WAITING:
                raise Conflict(
                    f"{waiting} proposals wait for the detector already.",
                    remedy="Ask again when some of them are there.",
                    code="proposals_busy",
                )
            row = connection.execute(
                insert(footage_proposal)
                .values(
                    footage_id=known.footage_id,
                    frames=draft.frames,
                    at_s=draft.at_s,
                    author=author,
                    asked_at=self._clock.now(),
                    state=ProposalState.QUEUED,
                    boxes=(),
                    code="",
                    message="",
                    decided_by="",
                )
                .returning(footage_proposal)
            ).one()
            return _proposal(row)

    def get(self, footage_id: int, proposal_id: int) -> Proposal:
        """One proposal of a recording.

        Raises:
            NotFound: no such one; code ``no_such_proposal`` or ``no_such_footage``.
        """
        with self._database.read() as connection:
            return _one(connection, footage_id, proposal_id)

    def of(self, footage_id: int) -> list[Proposal]:
        """Proposals of a recording, the newest first; at most 200.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
        """
        with self._database.read() as connection:
            known = load_footage(connection, footage_id)
            return _load(connection, footage_proposal.c.footage_id == known.footage_id)

    def next_queued(self) -> Proposal | None:
        """The proposal that waits longest, of a recording that is there; None when none does."""
        query = (
            select(footage_proposal)
            .join(footage, footage.c.footage_id == footage_proposal.c.footage_id)
            .where(footage_proposal.c.state == ProposalState.QUEUED, footage.c.removed_at.is_(None))
            .order_by(footage_proposal.c.proposal_id)
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _proposal(row)

    def finish(
        self,
        proposal_id: int,
        boxes: Sequence[ProposedBox],
        model: ModelReference,
        *,
        code: str = "",
        message: str = "",
    ) -> bool:
        """Keep what the detector saw.

        Args:
            proposal_id: of it.
            boxes: in the order of their times.
            model: which weights saw them.
            code: of damage; empty when every frame was looked at.
            message: likewise.

        Returns:
            Whether it was kept: of one that was finished, nothing is.
        """
        return self._finish(
            proposal_id,
            state=ProposalState.READY,
            boxes=tuple(boxes),
            model=model,
            code=code,
            message=message,
        )

    def refuse(self, proposal_id: int, *, code: str, message: str) -> bool:
        """Keep why there is none; see :meth:`finish`."""
        return self._finish(proposal_id, state=ProposalState.REFUSED, code=code, message=message)

    def accept(
        self,
        footage_id: int,
        proposal_id: int,
        truth: Truth,
        *,
        base: int,
        author: str,
        note: str = "",
    ) -> KeptTruth:
        """A person makes truth of a proposal: both are kept, or neither is.

        Args:
            footage_id: of the recording.
            proposal_id: of the proposal.
            truth: all that is true of the recording then.
            base: version that it goes on from; 0 for none.
            author: who says so.
            note: in their words.

        Raises:
            NotFound: no such proposal.
            Conflict: it is not ready, or decided already (``proposal_state``); somebody said
                something since (``truth_changed``).
            InputRefused: as for :meth:`models.store.FootageRepository.put_truth`.
        """
        with self._database.write() as connection:
            self._decide(connection, footage_id, proposal_id, ProposalState.ACCEPTED, author)
            known = load_footage(connection, footage_id)
            return add_truth(
                connection, self._clock, known, truth, base=base, author=author, note=note
            )

    def decline(self, footage_id: int, proposal_id: int, *, author: str) -> Proposal:
        """A person has no use for a proposal. Raises as :meth:`accept`."""
        with self._database.write() as connection:
            self._decide(connection, footage_id, proposal_id, ProposalState.DECLINED, author)
            return _one(connection, footage_id, proposal_id)

    def _decide(
        self,
        connection: Connection,
        footage_id: int,
        proposal_id: int,
        state: ProposalState,
        author: str,
    ) -> None:
        known = _one(connection, footage_id, proposal_id)
        if known.state is not ProposalState.READY:
            raise Conflict(
                f"Proposal {proposal_id} is {known.state}.",
                remedy="Ask for another one.",
                code="proposal_state",
            )
        connection.execute(
            update(footage_proposal)
            .where(footage_proposal.c.proposal_id == known.proposal_id)
            .values(state=state, decided_by=author, decided_at=self._clock.now())
        )

    def _finish(self, proposal_id: int, **values: object) -> bool:
        mine = (
            footage_proposal.c.proposal_id == proposal_id,
            footage_proposal.c.state == ProposalState.QUEUED,
        )
        with self._database.write() as connection:
            done = connection.execute(update(footage_proposal).where(*mine).values(**values))
            return done.rowcount == 1


def _no_frames() -> InputRefused:
    return InputRefused(
        f"A proposal is of 1 to {MOST_FRAMES} frames, in their order.",
        remedy="Choose frames by their numbers.",
        code="proposal_frames",
    )


def _one(connection: Connection, footage_id: int, proposal_id: int) -> Proposal:
    known = load_footage(connection, footage_id)
    found = _load(
        connection,
        footage_proposal.c.footage_id == known.footage_id,
        footage_proposal.c.proposal_id == max(0, min(proposal_id, _LARGEST)),
    )
    if not found:
        raise NotFound(
            f"Footage {footage_id} has no proposal {proposal_id}.", code="no_such_proposal"
        )
    return found[0]


def _load(connection: Connection, *wanted: ColumnElement[bool]) -> list[Proposal]:
    query = (
        select(footage_proposal)
        .where(*wanted)
        .order_by(footage_proposal.c.proposal_id.desc())
        .limit(200)
    )
    return [_proposal(row) for row in connection.execute(query)]


def _proposal(row: Row[Any]) -> Proposal:
    draft = ProposalDraft(row.footage_id, row.frames, row.at_s)
    return Proposal(
        row.proposal_id,
        draft,
        row.author,
        row.asked_at,
        row.state,
        row.boxes,
        row.model,
        row.code,
        row.message,
        row.decided_by,
        row.decided_at,
    )
