"""Each thing that the driver can say becomes the error on which a caller can decide."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from models.errors import (
    Conflict,
    InputRefused,
    StorageFull,
    StoreDamaged,
    StoreUnreachable,
    WatchError,
)
from models.store import Store
from models.store.engines import SqliteHome
from models.store.engines.postgresql import _not_entered
from models.store.failures import as_watch_errors, from_postgresql, from_sqlite


def said(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("as SQLite words it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StorageFull),
        (sqlite3.SQLITE_IOERR_SHMSIZE, StorageFull),
        (sqlite3.SQLITE_IOERR_WRITE, StoreDamaged),
        (sqlite3.SQLITE_CORRUPT_VTAB, StoreDamaged),
        (sqlite3.SQLITE_NOTADB, StoreDamaged),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Conflict),
        (sqlite3.SQLITE_LOCKED, Conflict),
        (sqlite3.SQLITE_READONLY_DBMOVED, InputRefused),
        (sqlite3.SQLITE_CANTOPEN, InputRefused),
    ],
)
def test_a_code_and_its_error(code: int, kind: type[WatchError]) -> None:
    told = from_sqlite(said(code), "firewatch.db")
    assert type(told) is kind
    assert told is not None
    assert "firewatch.db" in told.message
    assert told.remedy


def of_server(state: str | None, name: str = "OperationalError") -> Exception:
    kind = type(name, (Exception,), {"__module__": "psycopg.errors", "sqlstate": state})
    error = kind("as the server words it.\nDETAIL: more of it")
    assert isinstance(error, Exception)
    return error


@pytest.mark.parametrize(
    ("state", "name", "kind", "code"),
    [
        ("53100", "DiskFull", StorageFull, "storage_full"),
        ("XX001", "DataCorrupted", StoreDamaged, "store_damaged"),
        ("58030", "IoError", StoreDamaged, "store_damaged"),
        ("40001", "SerializationFailure", Conflict, "store_busy"),
        ("55P03", "LockNotAvailable", Conflict, "store_busy"),
        ("57014", "QueryCanceled", Conflict, "store_busy"),
        ("42501", "InsufficientPrivilege", InputRefused, "input_refused"),
        ("25006", "ReadOnlySqlTransaction", InputRefused, "input_refused"),
        ("57P01", "AdminShutdown", StoreUnreachable, "store_unreachable"),
        ("53300", "TooManyConnections", StoreUnreachable, "store_unreachable"),
        ("22021", "CharacterNotInRepertoire", InputRefused, "input_refused"),
        (None, "OperationalError", StoreUnreachable, "store_unreachable"),
        (None, "DataError", InputRefused, "input_refused"),
    ],
)
def test_a_state_of_the_server_and_its_error(
    state: str | None, name: str, kind: type[WatchError], code: str
) -> None:
    told = from_postgresql(of_server(state, name), "fw on host:5432")
    assert type(told) is kind
    assert told is not None
    assert told.code == code
    assert "DETAIL" not in told.message
    assert told.remedy


def test_a_server_told_of_a_fault_of_our_own() -> None:
    assert from_postgresql(of_server("42P01", "UndefinedTable"), "x") is None
    assert from_postgresql(of_server(None, "ProgrammingError"), "x") is None
    error = of_server("53100", "DiskFull")
    with pytest.raises(StorageFull), as_watch_errors("x"):
        raise OperationalError("SELECT 1", None, error)
    with pytest.raises(StoreUnreachable, match="every connection"), as_watch_errors("x"):
        raise NoConnectionLeft


def test_a_fault_of_our_own_stays_what_it_is() -> None:
    assert from_sqlite(said(sqlite3.SQLITE_CONSTRAINT), "x") is None
    assert from_sqlite(sqlite3.ProgrammingError("no code"), "x") is None
    assert from_sqlite(None, "x") is None
    engine = create_engine("sqlite://")
    with (
        pytest.raises(OperationalError, match="no such table"),
        as_watch_errors("x"),
        engine.connect() as connection,
    ):
        connection.exec_driver_sql("SELECT * FROM absent")
    engine.dispose()


def test_a_number_beyond_64_bits_is_refused() -> None:
    engine = create_engine("sqlite://")
    with (
        pytest.raises(InputRefused, match="cannot be stored"),
        as_watch_errors("x"),
        engine.connect() as connection,
    ):
        connection.exec_driver_sql("SELECT ?", (2**64,))
    engine.dispose()


def test_a_writer_told_of_a_driver_error_raises_ours(tmp_path: object) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}")  # a folder
    with pytest.raises(InputRefused, match="cannot be written"), as_watch_errors("x"):
        engine.connect()
    engine.dispose()


def test_a_server_that_refuses_without_a_password_is_told_in_one_line() -> None:
    refused = _not_entered("fe_sendauth:\n no password supplied", "firewatch", None)
    assert "\n" not in refused.message
    assert refused.remedy


def test_a_copy_leaves_out_what_it_is_told_to(store: Store, tmp_path: Path) -> None:
    copied = store.copy_to(SqliteHome(tmp_path / "copy.db"), emptied=("camera_credential",))
    assert "camera_credential" not in copied
    assert "camera" in copied
