"""What the database driver says, told as an error that a caller can decide on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError

from models.errors import Conflict, InputRefused, StorageFull, StoreDamaged, WatchError

__all__ = ["as_watch_errors", "from_sqlite"]

_PRIMARY_CODE = 0xFF  # the low byte of SQLite's extended result codes


@contextmanager
def as_watch_errors(name: str) -> Iterator[None]:
    """Run a piece of work on the database called ``name``.

    Raises:
        StorageFull: the disk takes no more.
        StoreDamaged: the file is damaged or the disk fails.
        Conflict: another process holds the database for too long; code ``store_busy``.
        InputRefused: the file may not be written, or a value that no database can keep.
        ValueError: a value of the wrong kind, a fault of the caller's code.
    """
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, ValueError):  # refused by a column type, before the database
            raise error.orig from error
        told = from_sqlite(error.orig, name) if isinstance(error, DBAPIError) else None
        if told is None:
            raise
        raise told from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise InputRefused(
            f"A value cannot be stored: {error}.", remedy="Use printable text and usual numbers."
        ) from error


def from_sqlite(error: BaseException | None, name: str) -> WatchError | None:
    """The error to raise for one of SQLite's, None when it is a fault of our own."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # the disk is full where the shared index grows
        code = sqlite3.SQLITE_FULL
    match code & _PRIMARY_CODE:
        case sqlite3.SQLITE_FULL:
            return StorageFull(
                f"The disk of the database {name} is full.",
                remedy="Make room; nothing that was confirmed is lost.",
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_IOERR:
            return StoreDamaged(
                f"The database {name} cannot be trusted: {error}.",
                remedy="Stop, keep the file, check the disk, restore the last backup.",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Conflict(
                f"Another process holds the database {name}.",
                remedy="Try again; end the other process if it hangs.",
                code="store_busy",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return InputRefused(
                f"The database {name} cannot be written: {error}.",
                remedy="Give this user write access to the file and its folder.",
            )
    return None
