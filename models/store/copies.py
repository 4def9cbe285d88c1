"""Copies of a store in a file of SQLite: what is in one, and making one ready to be used again.

A copy is older than what was done after it. Numbers that were given in the meantime stand in
messages, on paper and in other people's programs: they must not get a second meaning, so a copy
that is put to use goes on well above the last number that it knows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import column, delete, func, inspect, select, table, update

from models.clock import Clock
from models.store import schema
from models.store.engines import SqliteHome, home_of
from models.store.store import Store
from models.store.tables import audit_head, event, session

__all__ = ["CopyFacts", "facts_of_copy", "is_kept_at", "make_ready", "place_of", "put_in_place"]

SKIPPED: Final = 1_000
"""So many numbers of fires, alerts and the like are passed over."""

SKIPPED_EVENTS: Final = 10_000_000
"""A week of a thousand changes a minute."""

_sequences: Final = table("sqlite_sequence", column("name"), column("seq"))


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What a copy holds.

    Attributes:
        revision: of its tables.
        counts: rows by table.
        audit_entries: length of the log of deeds.
        audit_sha256: its head.
    """

    revision: str
    counts: dict[str, int]
    audit_entries: int
    audit_sha256: str


def facts_of_copy(path: Path) -> CopyFacts:
    """Look into a copy without changing it.

    Raises:
        StoreDamaged: damaged, another program's or a newer version's.
    """
    home = SqliteHome(path)
    revision = schema.current(home)
    with home.examining() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        counts = {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in sorted(names)
        }
        head = connection.execute(select(audit_head.c.entries, audit_head.c.sha256)).one()
    return CopyFacts(revision, counts, head.entries, head.sha256)


def make_ready(path: Path) -> None:
    """Let a copy of this version go on above every number that was given after it was made.

    Nobody is signed in: who had signed out or lost their account since would be again.
    """
    seq = _sequences.c.seq
    with SqliteHome(path).migrating() as connection:
        connection.execute(delete(session))
        is_event = _sequences.c.name == event.name
        connection.execute(update(_sequences).where(~is_event).values(seq=seq + SKIPPED))
        connection.execute(update(_sequences).where(is_event).values(seq=seq + SKIPPED_EVENTS))


def place_of(url: str) -> str:
    """Where a store is, for messages; holds no password."""
    return home_of(url).name


def is_kept_at(url: str) -> bool:
    """Whether a store, or anything else, is at a URL already.

    Raises:
        WatchError: the place cannot be used.
    """
    home = home_of(url)
    with home.locked():
        return home.is_there()


def put_in_place(copy: Path, url: str, clock: Clock) -> None:
    """Make a copy of this version the store at a URL: wholly, or not at all.

    Args:
        copy: in use by nobody; it stays as it is.
        url: where nothing is kept yet.
        clock: of the installation.

    Raises:
        InputRefused: something is kept there, or the place cannot be used.
        StorageFull: its disk is full.
        StoreDamaged: it did not arrive as it left.
    """
    home = home_of(url)
    store = Store.open(f"sqlite:///{copy}", clock=clock)
    try:
        store.copy_to(home)
    finally:
        store.close()
