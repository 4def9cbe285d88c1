"""Transactions: many readers, one writer.

Safe to use from any number of threads. A reader sees one moment of the database for as long as its
block lasts and never waits for a writer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select

from models.store.failures import as_watch_errors
from models.store.tables import audit_head

__all__ = ["WRITES", "Database"]

WRITES = "firewatch_writes"
"""Execution option of a connection whose transaction is going to write."""


class Database:
    """Hands out transactions.

    Args:
        engine: from :func:`models.store.engine.connect`.
        name: of the database, for messages; holds no password.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        # Waiting here costs nothing; waiting inside SQLite is polling, unfair, and ends in "busy".
        self._writer = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, never written through."""
        self._refuse_closed()
        # SQLite's transactions see one moment by themselves; PostgreSQL's need REPEATABLE READ.
        with as_watch_errors(self._name), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is on the disk when the block ends, or none of it."""
        with self._writer, as_watch_errors(self._name):
            self._refuse_closed()
            connection = self._engine.connect().execution_options(**{WRITES: True})
            with connection, connection.begin():
                # Where several processes write at once (PostgreSQL), this row makes them queue, so
                # that events become visible in the order of their sequence and the log one chain.
                connection.execute(select(audit_head.c.singleton).with_for_update())
                yield connection

    def close(self) -> None:
        """Wait for the writer and let every connection go."""
        with self._writer:
            self._closed = True
            self._engine.dispose()

    def _refuse_closed(self) -> None:
        if self._closed:
            msg = f"the store {self._name} is closed"
            raise RuntimeError(msg)
