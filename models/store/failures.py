"""What the database driver says, told as an error that a caller can decide on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from models.errors import (
    Conflict,
    InputRefused,
    StorageFull,
    StoreDamaged,
    StoreUnreachable,
    WatchError,
)

__all__ = ["as_watch_errors", "from_postgresql", "from_sqlite"]

_PRIMARY_CODE: Final = 0xFF  # the low byte of SQLite's extended result codes


@contextmanager
def as_watch_errors(name: str) -> Iterator[None]:
    """Run a piece of work on the database called ``name``.

    Raises:
        StorageFull: the disk takes no more.
        StoreDamaged: the file is damaged or the disk fails.
        StoreUnreachable: the server is gone, or has no connection left.
        Conflict: another process holds the database for too long; code ``store_busy``.
        InputRefused: the file may not be written, or a value that no database can keep.
        ValueError: a value of the wrong kind, a fault of the caller's code.
    """
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, ValueError):  # refused by a column type, before the database
            raise error.orig from error
        told = _told(error.orig, name) if isinstance(error, DBAPIError) else None
        if told is None:
            raise
        raise told from error
    except NoConnectionLeft as error:
        raise _unreachable(name, "every connection is in use") from error
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


def from_postgresql(error: BaseException | None, name: str) -> WatchError | None:
    """The error to raise for one of psycopg's, None when it is a fault of our own."""
    match _kind_of(error):
        case "full":
            told: WatchError | None = StorageFull(
                f"The disk of the database {name} is full.",
                remedy="Make room; nothing that was confirmed is lost.",
            )
        case "damaged":
            told = StoreDamaged(
                f"The database {name} cannot be trusted: {_line(error)}.",
                remedy="Stop the server, keep its files, check the disk, restore the last backup.",
            )
        case "busy":
            told = Conflict(
                f"Another process holds the database {name}: {_line(error)}.",
                remedy="Try again; end the other process if it hangs.",
                code="store_busy",
            )
        case "forbidden":
            told = InputRefused(
                f"The database {name} cannot be written: {_line(error)}.",
                remedy="Make the database the user's own, on a server that takes changes.",
            )
        case "unreachable":
            # Not the driver's own words: they tell whoever asks of hosts and users.
            told = _unreachable(name, "its server is gone, or has no connection left")
        case "value":
            told = InputRefused(
                f"A value cannot be stored: {_line(error)}.",
                remedy="Use printable text and usual numbers.",
            )
        case _:
            told = None
    return told


def _kind_of(error: BaseException | None) -> str:
    state = getattr(error, "sqlstate", None)
    if state is None:  # not from the server: the connection is gone, or the value never left us
        return _WITHOUT_STATE.get(type(error).__name__, "")
    return next((kind for states, kind in _STATES if state.startswith(states)), "")


_WITHOUT_STATE: Final = {
    "DataError": "value",
    "InterfaceError": "unreachable",
    "OperationalError": "unreachable",
}
_STATES: Final = (
    (("53100",), "full"),
    (("XX001", "XX002", "58"), "damaged"),
    (("40001", "40P01", "55P03", "57014"), "busy"),
    (("42501", "25006", "28", "3D000"), "forbidden"),
    (("08", "53", "57P", "25P03", "25P04"), "unreachable"),
    (("22003", "22021", "22P05", "54"), "value"),
)
"""What the server says by the beginning of its five letters (appendix A of PostgreSQL's manual)."""


def _line(error: BaseException | None) -> str:
    return str(error).split("\n", 1)[0].rstrip(".")


def _told(error: BaseException | None, name: str) -> WatchError | None:
    if type(error).__module__.startswith("psycopg"):
        return from_postgresql(error, name)
    return from_sqlite(error, name)


def _unreachable(name: str, why: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"The database {name} does not answer: {why}.",
        remedy="Try again; look after its server if it stays so.",
    )
