"""The ledger of known false alarms and registered burns; nothing in it is ever deleted."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.ledger import GroundPlace, LedgerDraft, LedgerEntry, check_entry
from models.store import audit
from models.store.database import Database
from models.store.tables import ledger_entry

__all__ = ["LedgerRepository", "add_entry"]

_LARGEST: Final = 2**63 - 1


class LedgerRepository:
    """The ledger of one store.

    Args:
        database: to work on.
        clock: for the times of entries and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, draft: LedgerDraft, *, author: str) -> LedgerEntry:
        """Take an entry.

        Args:
            draft: what it says.
            author: user name.

        Raises:
            InputRefused: it cannot be, see :func:`models.ledger.check_entry`, or no author.
        """
        _check(draft, author)
        with self._database.write() as connection:
            return add_entry(connection, self._clock, draft, author=author)

    def change(self, entry_id: int, draft: LedgerDraft, *, author: str) -> LedgerEntry:
        """Say something else in an entry that has not ended.

        Raises:
            NotFound: no such entry.
            Conflict: it has ended; code ``ledger_ended``.
            InputRefused: it cannot be, or no author.
        """
        check_entry(draft)
        with self._database.write() as connection:
            self._running(connection, entry_id)
            connection.execute(
                update(ledger_entry)
                .where(ledger_entry.c.entry_id == entry_id)
                .values(draft=draft, until_at=draft.until_at)
            )
            _audited(connection, self._clock, author, "ledger.changed", (entry_id, draft))
            return _one(connection, entry_id)

    def end(self, entry_id: int, *, author: str) -> LedgerEntry:
        """End an entry now.

        Raises:
            NotFound: no such entry.
            Conflict: it has ended already; code ``ledger_ended``.
            InputRefused: no author.
        """
        with self._database.write() as connection:
            entry = self._running(connection, entry_id)
            now = self._clock.now()
            connection.execute(
                update(ledger_entry)
                .where(ledger_entry.c.entry_id == entry_id)
                .values(until_at=now, ended_by=author, ended_at=now)
            )
            _audited(connection, self._clock, author, "ledger.ended", (entry_id, entry.draft))
            return _one(connection, entry_id)

    def get(self, entry_id: int) -> LedgerEntry:
        """One entry.

        Raises:
            NotFound: no such entry.
        """
        with self._database.read() as connection:
            return _one(connection, entry_id)

    def unended(self, at: datetime) -> list[LedgerEntry]:
        """Entries that hold at the moment or later, newest first, also those of the future."""
        with self._database.read() as connection:
            return _load(connection, ledger_entry.c.until_at > at)

    def all(self) -> list[LedgerEntry]:
        """Every entry, newest first."""
        with self._database.read() as connection:
            return _load(connection)

    def _running(self, connection: Connection, entry_id: int) -> LedgerEntry:
        entry = _one(connection, entry_id)
        if entry.ended_at is not None or entry.draft.until_at <= self._clock.now():
            raise Conflict(
                f"Entry {entry_id} of the ledger has ended.",
                remedy="Write a new one.",
                code="ledger_ended",
            )
        return entry


def add_entry(
    connection: Connection, clock: Clock, draft: LedgerDraft, *, author: str
) -> LedgerEntry:
    """Within a writing transaction; see :meth:`LedgerRepository.add`."""
    _check(draft, author)
    (entry_id,) = connection.execute(
        insert(ledger_entry)
        .values(
            draft=draft,
            until_at=draft.until_at,
            author=author,
            created_at=clock.now(),
            ended_by="",
        )
        .returning(ledger_entry.c.entry_id)
    ).one()
    _audited(connection, clock, author, "ledger.added", (entry_id, draft))
    return _one(connection, entry_id)


def _check(draft: LedgerDraft, author: str) -> None:
    check_entry(draft)
    if not author.strip():
        raise InputRefused("An entry needs its author.", code="author_missing")


def _audited(
    connection: Connection, clock: Clock, actor: str, action: str, of: tuple[int, LedgerDraft]
) -> None:
    entry_id, draft = of
    place = draft.place
    where = (
        f"{place.lon_deg:.5f},{place.lat_deg:.5f} r{place.radius_m:.0f}"
        if isinstance(place, GroundPlace)
        else f"{place.camera_id}/{place.preset}"
    )
    audit.append(
        connection,
        clock,
        actor=actor,
        action=action,
        subject=str(entry_id),
        details={
            "kind": draft.kind,
            "place": where,
            "until": draft.until_at.isoformat(),
            "reason": draft.reason,
            "note": draft.note,
        },
    )


def _load(connection: Connection, *wanted: Any) -> list[LedgerEntry]:  # noqa: ANN401  # conditions
    rows = connection.execute(
        select(ledger_entry).where(*wanted).order_by(ledger_entry.c.entry_id.desc())
    )
    return [_entry(row) for row in rows]


def _one(connection: Connection, entry_id: int) -> LedgerEntry:
    found = _load(connection, ledger_entry.c.entry_id == max(0, min(entry_id, _LARGEST)))
    if not found:
        raise NotFound(f"There is no entry {entry_id} in the ledger.")
    return found[0]


def _entry(row: Row[Any]) -> LedgerEntry:
    return LedgerEntry(
        entry_id=row.entry_id,
        draft=row.draft,
        author=row.author,
        created_at=row.created_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
