"""Transactions: many readers, one writer.

Safe to use from any number of threads. A reader sees one moment of the database for as long as its
block lasts and never waits for a writer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from models.store.engines.home import Serving
from models.store.failures import as_watch_errors
from models.store.tables import audit_head

__all__ = ["Database"]


class Database:
    """Hands out transactions.

    Args:
        serving: from :meth:`models.store.engines.Home.serve`.
        name: of the database, for messages; holds no password.
    """

    def __init__(self, serving: Serving, name: str) -> None:
        self._serving = serving
        self._name = name
        # Waiting here costs nothing; waiting inside SQLite is polling, unfair, and ends in "busy".
        self._writer = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, never written through."""
        self._refuse_closed()
        with as_watch_errors(self._name), self._serving.reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is on the disk when the block ends, or none of it."""
        with self._writer, as_watch_errors(self._name):
            self._refuse_closed()
            with self._serving.writing.connect() as connection, connection.begin():
                # Where several processes write at once (PostgreSQL), this row makes them queue, so
                # that events become visible in the order of their sequence and the log one chain.
                connection.execute(select(audit_head.c.singleton).with_for_update())
                yield connection

    def close(self) -> None:
        """Wait for the writer and let every connection go."""
        with self._writer:
            self._closed = True
            self._serving.dispose()

    def _refuse_closed(self) -> None:
        if self._closed:
            msg = f"the store {self._name} is closed"
            raise RuntimeError(msg)
