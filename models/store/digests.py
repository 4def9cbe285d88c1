"""Nightly digests of false alarms, and what people decide on what they propose.

A night has one digest, whoever makes it, and a proposal one decision. Accepting one writes the
entry of the ledger in the same transaction: either both are there or neither is.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.ledger import LedgerDraft
from models.nuisance_digest import Digest, NuisanceDraft, NuisanceProposal, NuisanceState
from models.store import audit
from models.store.database import Database
from models.store.ledger import add_entry
from models.store.tables import nuisance_digest, nuisance_proposal

__all__ = ["MOST_NOTE", "DigestRepository"]

MOST_NOTE: Final = 500
_LARGEST: Final = 2**63 - 1
_DEED: Final = {
    NuisanceState.ACCEPTED: "nuisance.accepted",
    NuisanceState.DECLINED: "nuisance.declined",
}
_DRAFT: Final = tuple(field.name for field in fields(NuisanceDraft))
_PROPOSAL: Final = tuple(field.name for field in fields(NuisanceProposal))


class DigestRepository:
    """The digests of one store.

    Args:
        database: to work on.
        clock: for times of digests and decisions, and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def has(self, night: date) -> bool:
        """Whether a night has its digest."""
        query = select(nuisance_digest.c.night).where(nuisance_digest.c.night == night.isoformat())
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def keep(
        self,
        night: date,
        drafts: Sequence[NuisanceDraft],
        *,
        dismissed: int,
        confirmed: int,
        overtaken: Collection[int] = (),
    ) -> Digest | None:
        """Keep a night's digest.

        Args:
            night: day, by the site's clock.
            drafts: what it proposes.
            dismissed: alerts that it looked at, and that people had dismissed.
            confirmed: likewise of fires.
            overtaken: numbers of open proposals that hold no longer.

        Returns:
            The digest; None when the night has one already: then nothing is kept.
        """
        with self._database.write() as connection:
            known = select(nuisance_digest).where(nuisance_digest.c.night == night.isoformat())
            if connection.execute(known).first() is not None:
                return None
            connection.execute(
                insert(nuisance_digest).values(
                    night=night.isoformat(),
                    made_at=self._clock.now(),
                    dismissed=dismissed,
                    confirmed=confirmed,
                )
            )
            for number in sorted(overtaken):
                self._overtake(connection, number)
            for draft in drafts:
                connection.execute(
                    insert(nuisance_proposal).values(
                        night=night.isoformat(),
                        state=NuisanceState.OPEN,
                        decided_by="",
                        **{name: getattr(draft, name) for name in _DRAFT},
                    )
                )
            (digest,) = _digests(connection, nuisance_digest.c.night == night.isoformat())
            return digest

    def newest(self, limit: int = 30) -> list[Digest]:
        """The last digests, the newest night first; at most so many."""
        with self._database.read() as connection:
            return _digests(connection, limit=limit)

    def page(
        self, *, state: NuisanceState | None = None, before: int | None = None, limit: int = 50
    ) -> list[NuisanceProposal]:
        """Proposals, the newest number first.

        Args:
            state: only those in it; None for all.
            before: only those with a smaller number; None for all.
            limit: at most so many.
        """
        wanted = []
        if state is not None:
            wanted.append(nuisance_proposal.c.state == state)
        if before is not None:
            wanted.append(nuisance_proposal.c.proposal_id < _number(before))
        query = (
            select(nuisance_proposal)
            .where(*wanted)
            .order_by(nuisance_proposal.c.proposal_id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_proposal(row) for row in connection.execute(query)]

    def known(self, since: datetime) -> list[NuisanceProposal]:
        """Proposals that wait, or were decided since (UTC), by number."""
        query = (
            select(nuisance_proposal)
            .where(
                or_(
                    nuisance_proposal.c.state == NuisanceState.OPEN,
                    nuisance_proposal.c.decided_at >= since,
                )
            )
            .order_by(nuisance_proposal.c.proposal_id)
        )
        with self._database.read() as connection:
            return [_proposal(row) for row in connection.execute(query)]

    def count_open(self) -> int:
        """How many proposals wait for a person."""
        query = select(func.count()).where(nuisance_proposal.c.state == NuisanceState.OPEN)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def get(self, proposal_id: int) -> NuisanceProposal:
        """One proposal.

        Raises:
            NotFound: no such one; code ``no_such_nuisance``.
        """
        with self._database.read() as connection:
            return _one(connection, proposal_id)

    def accept(self, proposal_id: int, draft: LedgerDraft, *, author: str) -> NuisanceProposal:
        """Write the entry of the ledger that was proposed, as a person wants it; once.

        Args:
            proposal_id: of the proposal.
            draft: of the entry.
            author: who accepts; the entry is theirs.

        Raises:
            NotFound: no such proposal; code ``no_such_nuisance``.
            Conflict: it is decided already; code ``nuisance_decided``.
            InputRefused: as for :meth:`LedgerRepository.add`.
        """
        with self._database.write() as connection:
            self._open(connection, proposal_id)
            entry = add_entry(connection, self._clock, draft, author=author)
            return self._decide(
                connection, proposal_id, NuisanceState.ACCEPTED, author, entry_id=entry.entry_id
            )

    def decline(self, proposal_id: int, *, author: str, note: str = "") -> NuisanceProposal:
        """Leave the ledger as it is.

        Args:
            proposal_id: of the proposal.
            author: who declines.
            note: why, up to 500 letters; for the audit log.

        Raises:
            NotFound: no such proposal; code ``no_such_nuisance``.
            Conflict: it is decided already; code ``nuisance_decided``.
            InputRefused: no author (``author_missing``), or the note cannot be stored
                (``note_refused``).
        """
        if not author.strip():
            raise InputRefused("A decision needs its author.", code="author_missing")
        if len(note) > MOST_NOTE or "\0" in note:
            raise InputRefused(f"A note has up to {MOST_NOTE} letters.", code="note_refused")
        with self._database.write() as connection:
            self._open(connection, proposal_id)
            return self._decide(connection, proposal_id, NuisanceState.DECLINED, author, note=note)

    def overtake(self, proposal_id: int) -> None:
        """Say that a proposal holds no longer; one that is decided stays as it is."""
        with self._database.write() as connection:
            self._overtake(connection, proposal_id)

    def _overtake(self, connection: Connection, proposal_id: int) -> None:
        connection.execute(
            update(nuisance_proposal)
            .where(
                nuisance_proposal.c.proposal_id == proposal_id,
                nuisance_proposal.c.state == NuisanceState.OPEN,
            )
            .values(state=NuisanceState.OVERTAKEN, decided_by=SYSTEM, decided_at=self._clock.now())
        )

    def _open(self, connection: Connection, proposal_id: int) -> None:
        known = _one(connection, proposal_id)
        if known.state is not NuisanceState.OPEN:
            raise Conflict(
                f"The proposal {proposal_id} is {known.state} already.",
                remedy="Load the list again.",
                code="nuisance_decided",
            )

    def _decide(
        self,
        connection: Connection,
        proposal_id: int,
        state: NuisanceState,
        author: str,
        *,
        entry_id: int | None = None,
        note: str = "",
    ) -> NuisanceProposal:
        connection.execute(
            update(nuisance_proposal)
            .where(nuisance_proposal.c.proposal_id == proposal_id)
            .values(state=state, decided_by=author, decided_at=self._clock.now(), entry_id=entry_id)
        )
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=_DEED[state],
            subject=str(proposal_id),
            details={"entry": entry_id, "note": note},
        )
        return _one(connection, proposal_id)


def _digests(connection: Connection, *wanted: Any, limit: int = 1) -> list[Digest]:  # noqa: ANN401  # conditions
    query = (
        select(nuisance_digest).where(*wanted).order_by(nuisance_digest.c.night.desc()).limit(limit)
    )
    rows = connection.execute(query).all()
    made: dict[str, list[int]] = {row.night: [] for row in rows}
    proposals = (
        select(nuisance_proposal.c.night, nuisance_proposal.c.proposal_id)
        .where(nuisance_proposal.c.night.in_(sorted(made)))
        .order_by(nuisance_proposal.c.proposal_id)
    )
    for row in connection.execute(proposals):
        made[row.night].append(row.proposal_id)
    return [
        Digest(
            date.fromisoformat(row.night),
            row.made_at,
            row.dismissed,
            row.confirmed,
            tuple(made[row.night]),
        )
        for row in rows
    ]


def _one(connection: Connection, proposal_id: int) -> NuisanceProposal:
    row = connection.execute(
        select(nuisance_proposal).where(nuisance_proposal.c.proposal_id == _number(proposal_id))
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no proposal {proposal_id}.", code="no_such_nuisance")
    return _proposal(row)


def _proposal(row: Row[Any]) -> NuisanceProposal:
    values = {name: getattr(row, name) for name in _PROPOSAL}
    return NuisanceProposal(**values | {"night": date.fromisoformat(row.night)})


def _number(number: int) -> int:
    return max(0, min(number, _LARGEST))
