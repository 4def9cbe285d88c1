"""A store in one file of SQLite.

A store is born whole or not at all: it is built beside its place and then given its name. So an
empty or half-written file is never ours, and is refused as it is. A file that exists is examined
through a connection that cannot write before any that can is opened.

SQLite's settings: a write-ahead log, so that readers do not wait; ``synchronous=FULL``, because a
confirmed alert must outlive a power cut; foreign keys; ``BEGIN IMMEDIATE`` for what writes, so that
a transaction never loses its work by wanting the write lock too late.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from models.durable import flush_folder
from models.errors import InputRefused, StorageFull, StoreDamaged
from models.store.engines.home import WRITES, Home, Serving
from models.store.failures import as_watch_errors, from_sqlite

__all__ = ["SqliteHome", "copy_database"]

_KEEP: Final = "Move it away or restore a backup; it was left as it is."
_MAGIC: Final = b"SQLite format 3\x00"
_BUSY_TIMEOUT_MS: Final = 5000


class SqliteHome:
    """A file.

    Args:
        path: of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()

    @classmethod
    def of(cls, url: URL) -> "SqliteHome":
        """The file behind a URL.

        Raises:
            InputRefused: options, or a store in memory, which keeps no alert.
        """
        if url.query or url.database in {None, "", ":memory:"} or "\0" in str(url.database):
            raise InputRefused(
                "The database must be a plain file: no memory, no options, no '?' in its path.",
                remedy="Write sqlite:////path/to/firewatch.db.",
            )
        return cls(Path(str(url.database)))

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time creates, examines or migrates the file.

        Raises:
            InputRefused: the folder cannot be made or written, or the name is not one of a plain
                file.
            StorageFull: the disk takes no more.
        """
        with _folder_lock(self.path):
            yield

    def is_there(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def make(self, fill: Callable[[Home], None]) -> None:
        """Build a database beside the path, then give it its name in one step."""
        _create(self.path, lambda unborn: fill(SqliteHome(unborn)))

    @contextmanager
    def examining(self) -> Iterator[Connection]:
        """A connection that cannot write, once the file has proved to be sound.

        Raises:
            StoreDamaged: not a database, cut off, or damaged inside.
        """
        path = self.path
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
        if magic != _MAGIC:
            what = "is empty" if not magic else "is not a database"
            raise StoreDamaged(f"The file {path} {what}.", remedy=_KEEP)
        # Without a log, nobody has it open: "immutable" then keeps even lock files from being made.
        mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
        address = f"{path.as_uri()}?{mode}"
        engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool
        )
        try:
            with as_watch_errors(str(path)), engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                if found != "ok":
                    raise StoreDamaged(f"The database {path} is damaged: {found}.", remedy=_KEEP)
                _check_references(connection, path)
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that may change tables.

        SQLite changes a table by making it anew; with foreign keys on, dropping the old one would
        delete what points to it. They are checked as a whole before the commit instead.

        Raises:
            StoreDamaged: a row would belong to nothing.
        """
        engine = create_engine(_url(self.path), poolclass=NullPool)
        _set_up(engine, foreign_keys=False)
        try:
            writing = engine.execution_options(**{WRITES: True})
            with writing.connect() as connection, connection.begin():
                yield connection
                _check_references(connection, self.path)
        finally:
            engine.dispose()

    def serve(self) -> Serving:
        """Engines for any number of threads."""
        # A thread that waits for a connection would be a reader that waits: allow as many as there
        # are.
        engine = create_engine(_url(self.path), pool_size=8, max_overflow=-1)
        _set_up(engine, foreign_keys=True)
        return Serving(engine, engine.execution_options(**{WRITES: True}))


def copy_database(source: Engine, target: Path, *, emptied: Sequence[str] = ()) -> None:
    """Copy a database in use to ``target``, page by page, as of one moment.

    Args:
        source: to be copied.
        target: new file.
        emptied: tables of which the copy holds no row, nor what is left of one.

    Raises:
        InputRefused: the target exists or its folder cannot be written.
        StorageFull: its disk is full.
    """
    if target.exists():
        raise InputRefused(f"{target} exists already.", remedy="Name a new file for the backup.")

    def fill(unborn: Path) -> None:
        try:
            with closing(sqlite3.connect(unborn)) as copy, source.connect() as connection:
                driver = connection.connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)  # noqa: S101  # tells mypy
                driver.backup(copy)
                for table in emptied:
                    copy.execute(f'DELETE FROM "{table}"')  # noqa: S608  (a name of ours)
                copy.commit()
                if emptied:  # what was deleted still stands in pages that are free
                    copy.execute("VACUUM")
        except sqlite3.Error as error:
            raise (from_sqlite(error, str(target)) or error) from error
        with unborn.open("rb+") as file:
            os.fsync(file.fileno())

    with _folder_lock(target):
        _create(target, fill)


@contextmanager
def _folder_lock(path: Path) -> Iterator[None]:
    """See :meth:`SqliteHome.locked`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error
    try:
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise _unwritable(path, "no permission")
        if path.exists() and not path.is_file():
            raise InputRefused(f"{path} is not a file.", remedy="Name a file for the database.")
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            raise _unwritable(path, "no permission on the file")
        fcntl.flock(folder, fcntl.LOCK_EX)  # goes with the process, however it ends
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(
                f"The disk of the database {path} is full.", remedy="Make room and start again."
            ) from error
        raise _unwritable(path, error.strerror) from error
    finally:
        os.close(folder)


def _create(path: Path, fill: Callable[[Path], None]) -> None:
    """Build a database beside ``path``, then give it its name in one step.

    Args:
        path: does not exist; its folder is locked.
        fill: makes the tables in the file that it is given.
    """
    unborn = path.with_name(path.name + ".new")
    _remove(unborn)  # of a start that was killed
    try:
        # Password hashes live in it: for this user only. SQLite gives its other files the same.
        os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        fill(unborn)
        unborn.rename(path)
    finally:
        _remove(unborn)
    flush_folder(path.parent)


def _check_references(connection: Connection, path: Path) -> None:
    """Refuse a database in which a row points nowhere.

    Raises:
        StoreDamaged: naming the first such table.
    """
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreDamaged(
            f"The database {path} is damaged: a row of {broken[0]} belongs to nothing.",
            remedy=_KEEP,
        )


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _set_up(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # Python's driver would begin transactions by itself, too late and of the wrong kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        for setting in (
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _unwritable(path: Path, reason: str | None) -> InputRefused:
    return InputRefused(
        f"The database {path} cannot be kept there: {reason}.",
        remedy="Name a file in a folder that this user may write.",
    )
