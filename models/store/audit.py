"""The audit log: appended to in the transaction of the deed, chained by SHA-256, never changed.

Each entry is hashed together with the hash of the entry before it; a row of its own, the head,
remembers how many there are and the last hash. So an edit, a removal (of the last entry too) and a
change of order all show. Who can write the database could also compute a whole new chain: note the
last hash elsewhere to be safe from that.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.audit import AuditEntry
from models.clock import Clock
from models.errors import InputRefused, StoreDamaged
from models.personal import without_numbers
from models.store.answers import mark
from models.store.codec import canonical_json
from models.store.database import Database
from models.store.tables import audit_entry, audit_head

__all__ = ["GENESIS", "AuditRepository", "append"]

GENESIS = "0" * 64
"""What the first entry is chained to."""

_KEEP = "Keep the database and compare it with a backup."
Details = dict[str, str | int | None]


def append(
    connection: Connection,
    clock: Clock,
    *,
    actor: str,
    action: str,
    subject: str,
    details: Details | None = None,
) -> None:
    """Add an entry inside a writing transaction; telephone numbers in its words are masked.

    Raises:
        InputRefused: the actor is empty; code ``author_missing``.
        StoreDamaged: the head of the log is gone.
    """
    if not actor.strip():
        raise InputRefused("A deed needs somebody who did it.", code="author_missing")
    mark(connection, clock, subject)
    head = _head(connection)
    entry = {
        "number": head.entries + 1,
        "at": clock.now(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": canonical_json(_without_numbers(details or {})),
    }
    sha256 = _chained(head.sha256, **entry)
    connection.execute(insert(audit_entry).values(**entry, sha256=sha256))
    connection.execute(update(audit_head).values(entries=head.entries + 1, sha256=sha256))


class AuditRepository:
    """Reads and proves the log.

    Args:
        database: to work on.
        clock: for the time of entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(
        self, *, actor: str, action: str, subject: str, details: Details | None = None
    ) -> None:
        """Add an entry for a deed that changes nothing else here, such as signing in.

        Raises:
            InputRefused: the actor is empty; code ``author_missing``.
        """
        with self._database.write() as connection:
            append(
                connection,
                self._clock,
                actor=actor,
                action=action,
                subject=subject,
                details=details,
            )

    def entries(
        self, limit: int, before: int | None = None, noun: str | None = None
    ) -> list[AuditEntry]:
        """The newest entries, newest first.

        Args:
            limit: at most so many, at least 1.
            before: only entries with a smaller number; None for all.
            noun: of their action, such as ``camera``; None for all.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} entries is none.", remedy="Ask for 1 or more.")
        query = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_entry.c.number < before)
        if noun is not None:
            query = query.where(audit_entry.c.action.startswith(f"{noun}.", autoescape=True))
        with self._database.read() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def verify(self, noted: tuple[int, str] | None = None) -> tuple[int, str]:
        """Walk the whole chain.

        Args:
            noted: number and hash of an entry, as they were noted elsewhere once; 0 and
                :data:`GENESIS` for an empty log. Without it a chain that somebody computed anew
                looks whole.

        Returns:
            Number and hash of the last entry: the head, to be noted elsewhere.

        Raises:
            StoreDamaged: naming the first entry that is missing, added or changed.
        """
        expected, previous = 1, GENESIS
        with self._database.read() as connection:
            head = _head(connection)
            log = connection.execution_options(yield_per=1000)
            with log.execute(select(audit_entry).order_by(audit_entry.c.number)) as rows:
                for row in rows:
                    if row.number != expected:
                        raise _broken(expected, "is missing")
                    entry = {key: row._mapping[key] for key in _HASHED}  # noqa: SLF001  # public
                    previous = _chained(previous, number=row.number, **entry)
                    if previous != row.sha256:
                        raise _broken(expected, "was changed")
                    if noted is not None and row.number == noted[0] and previous != noted[1]:
                        raise _broken(expected, "is another than was noted")
                    expected += 1
        if head.entries < expected - 1:
            raise _broken(head.entries + 1, "was added by somebody else")
        if head.entries > expected - 1:
            raise _broken(expected, "is missing")
        if head.sha256 != previous:
            raise _broken(expected - 1, "was changed")
        if noted is not None and noted[0] >= expected:
            raise _broken(expected, "is missing")
        return expected - 1, previous

    def lines(self) -> Iterator[str]:
        """Every entry as a line of JSON with its hash, the oldest first, read as it is written."""
        with self._database.read() as connection:
            log = connection.execution_options(yield_per=1000)
            with log.execute(select(audit_entry).order_by(audit_entry.c.number)) as rows:
                for row in rows:
                    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
                    values["at"] = row.at.isoformat(timespec="microseconds")
                    yield canonical_json(values)


_WORDS = ("note", "told")
_HASHED = ("at", "actor", "action", "subject", "details")


def _without_numbers(details: Details) -> Details:
    """What is never cleared holds no number of a person."""
    return {
        name: without_numbers(value) if name in _WORDS and isinstance(value, str) else value
        for name, value in details.items()
    }


def _head(connection: Connection) -> Row[Any]:
    head = connection.execute(select(audit_head)).one_or_none()
    if head is None:
        raise StoreDamaged(
            "The audit log is broken: its head is missing.", remedy=_KEEP, code="audit_broken"
        )
    return head


def _chained(previous: str, **entry: Any) -> str:  # noqa: ANN401  # columns of one row
    text = canonical_json({**entry, "at": entry["at"].isoformat(timespec="microseconds")})
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    values = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    return AuditEntry(**{**values, "details": json.loads(values["details"])})


def _broken(number: int, what: str) -> StoreDamaged:
    return StoreDamaged(
        f"The audit log is broken: entry {number} {what}.",
        remedy=_KEEP,
        code="audit_broken",
    )
