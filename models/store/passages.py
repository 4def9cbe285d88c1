"""Who passed the gates, as it was told; kept for as long as is settled and then forgotten.

What stands here of a plate or a code is a mark and a sealed text; this module can open neither.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from models.audit import SYSTEM
from models.clock import Clock
from models.passage import Passage, SealedDraft
from models.store import audit
from models.store.answers import mark as mark_request
from models.store.database import Database
from models.store.tables import passage

__all__ = ["PassageRepository", "PassagesAdded"]

_LARGEST: Final = 2**63 - 1
_AT_ONCE: Final = 500  # keys asked for, and rows written, in one statement
_FORGOTTEN_AT_ONCE: Final = 5000  # in one transaction: alerts wait for it


@dataclass(frozen=True, slots=True)
class PassagesAdded:
    """What became of passages.

    Attributes:
        new: how many were written down.
        known: how many were there already, by their keys.
    """

    new: int
    known: int


class PassageRepository:
    """The passages of one store.

    Args:
        database: to work on.
        clock: for the times of receipt and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, drafts: Iterable[SealedDraft], *, origin: str, author: str = "") -> PassagesAdded:
        """Write passages down, all or none of them.

        Args:
            drafts: in any order. One with a key that is there already, or that came before in the
                same call, is known and changes nothing; one without a key is always new.
            origin: name of the program or of the file that told them.
            author: user name of who imports a file, who gets one line in the audit log; empty for
                what a program pushes, which gets none.
        """
        wanted = list(drafts)
        now = self._clock.now()
        with self._database.write() as connection:
            seen = _known_keys(connection, [one.key for one in wanted if one.key])
            rows: list[dict[str, Any]] = []
            for one in wanted:
                if one.key in seen:
                    continue
                if one.key:
                    seen.add(one.key)
                rows.append(_row(one, now, origin))
            for first in range(0, len(rows), _AT_ONCE):
                connection.execute(insert(passage), rows[first : first + _AT_ONCE])
            added = PassagesAdded(len(rows), len(wanted) - len(rows))
            if author:
                audit.append(
                    connection,
                    self._clock,
                    actor=author,
                    action="passages.imported",
                    subject=origin,
                    details={"new": added.new, "known": added.known},
                )
            else:  # asked again with the same key, a push is known to be done, as a deed would be
                mark_request(connection, self._clock, origin)
        return added

    def between(
        self, gates: Collection[str], from_at: datetime, until_at: datetime, limit: int = 500
    ) -> list[Passage]:
        """Who passed some gates in a span of time (UTC, both ends included), newest first.

        Args:
            gates: as they were told; of none nothing is answered.
            from_at: UTC.
            until_at: UTC.
            limit: at most so many.
        """
        if not gates:
            return []
        table = passage.c
        return self._newest_of(
            limit, table.gate.in_(sorted(set(gates))), table.at >= from_at, table.at <= until_at
        )

    def of_mark(
        self,
        mark: str,
        limit: int,
        *,
        from_at: datetime | None = None,
        until_at: datetime | None = None,
    ) -> list[Passage]:
        """Where the same plate or code was, newest first.

        Args:
            mark: of it; the empty one of counts is nobody's.
            limit: at most so many.
            from_at: UTC, included; None for all.
            until_at: UTC, included; None for all.
        """
        if not mark:
            return []
        table = passage.c
        wanted = [table.mark == mark]
        if from_at is not None:
            wanted.append(table.at >= from_at)
        if until_at is not None:
            wanted.append(table.at <= until_at)
        return self._newest_of(limit, *wanted)

    def newest(self) -> dict[str, datetime]:
        """When each gate was passed last (UTC), by gate."""
        table = passage.c
        query = select(table.gate, func.max(table.at)).group_by(table.gate).order_by(table.gate)
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

    def forget(self, before: datetime, *, actor: str = SYSTEM) -> int:
        """Forget who passed before a moment (UTC); how many is in the audit log.

        Many are forgotten in several transactions, each with its line: nothing else waits long.

        Returns:
            How many there were.
        """
        forgotten = 0
        while count := self._forget_some(before, actor):
            forgotten += count
        return forgotten

    def _forget_some(self, before: datetime, actor: str) -> int:
        table = passage.c
        some = select(table.passage_id).where(table.at < before).limit(_FORGOTTEN_AT_ONCE)
        with self._database.write() as connection:
            gone = connection.execute(delete(passage).where(table.passage_id.in_(some)))
            count = int(gone.rowcount)
            if count:
                audit.append(
                    connection,
                    self._clock,
                    actor=actor,
                    action="passages.forgotten",
                    subject="passages",
                    details={"count": count, "before": before.isoformat(timespec="seconds")},
                )
        return count

    def _newest_of(self, limit: int, *wanted: ColumnElement[bool]) -> list[Passage]:
        table = passage.c
        query = (
            select(*(table[name] for name in _SHOWN))
            .where(*wanted)
            .order_by(table.at.desc(), table.passage_id.desc())
            .limit(min(max(limit, 0), _LARGEST))
        )
        with self._database.read() as connection:
            return [Passage(*row) for row in connection.execute(query)]


_SHOWN: Final = (
    *("passage_id", "gate", "at", "way", "kind"),
    *("mark", "sealed", "received_at", "origin"),
)


def _known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for first in range(0, len(keys), _AT_ONCE):
        some = passage.c.key.in_(keys[first : first + _AT_ONCE])
        known.update(connection.execute(select(passage.c.key).where(some)).scalars())
    return known


def _row(draft: SealedDraft, now: datetime, origin: str) -> dict[str, Any]:
    return {
        "gate": draft.gate,
        "at": draft.at,
        "way": draft.way,
        "kind": draft.kind,
        "mark": draft.mark,
        "sealed": draft.sealed,
        "received_at": now,
        "origin": origin,
        "key": draft.key or None,
    }
