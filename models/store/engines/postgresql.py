"""A store in a database of a PostgreSQL server, where a bureau outgrows one file.

Its tables are made and changed in one transaction, so they are there wholly or not at all. Readers
see one moment (``REPEATABLE READ``), writers queue at one row of the store, each reading what the
one before has left (``READ COMMITTED``). No wait is without an end: connecting, a statement, a lock
and an idle transaction each have theirs, and a connection that the server has dropped is replaced.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from models.errors import InputRefused, StoreUnreachable, WatchError
from models.store.engines.home import Home, Serving
from models.store.failures import as_watch_errors

__all__ = ["OLDEST", "PostgresqlHome"]

OLDEST: Final = 15
"""The oldest version of the server that the contract suite has been run on."""

_LOCK: Final = 0x66697265  # "fire": one opener at a time
_OPTIONS: Final = frozenset(
    {
        "channel_binding",
        "connect_timeout",
        "host",
        "passfile",
        "port",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "ssl_min_protocol_version",
    }
)
"""What may stand behind ``?``: where the server is, how long to wait, and how it is encrypted."""

_SERVING_S: Final = {
    "statement_timeout": 60,
    "lock_timeout": 5,  # as long as a writer waits for a file of SQLite
    "idle_in_transaction_session_timeout": 120,  # who hangs lets the others write again
}
_MIGRATING_S: Final = {"lock_timeout": 30}
_WAITING_S: Final = {"lock_timeout": 600}  # another process may be migrating


class PostgresqlHome:
    """A database of a server; it exists, and its owner is the one who signs in.

    Args:
        url: with ``postgresql+psycopg`` in front.
    """

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    @classmethod
    def of(cls, url: URL) -> "PostgresqlHome":
        """The database behind a URL.

        Raises:
            InputRefused: no database is named, or an option that is not allowed.
        """
        if not url.database:
            raise InputRefused(
                "The database URL names no database.",
                remedy="Write postgresql+psycopg://user@host/database.",
            )
        strange = sorted(set(url.query) - _OPTIONS)
        if strange:
            raise InputRefused(
                f"The database URL has options that are not taken: {', '.join(strange)}.",
                remedy=f"Allowed are {', '.join(sorted(_OPTIONS))}.",
            )
        return cls(url)

    @property
    def name(self) -> str:
        """Database and server."""
        host = self._url.host or self._url.query.get("host") or "this machine"
        port = self._url.port or self._url.query.get("port") or 5432
        return f"{self._url.database} on {host}:{port}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time creates, examines or migrates the database.

        Raises:
            StoreUnreachable: the server does not answer, or has no connection left.
            InputRefused: it does not let us in, the database is not there, of another encoding or
                of too old a server, or we may make no tables.
            Conflict: another process keeps the lock for more than ten minutes.
        """
        engine = self._engine(_WAITING_S)
        try:
            with as_watch_errors(self.name), self._entered(engine) as connection:
                self._check(connection)
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
                connection.commit()  # the lock is the session's, and goes with it
                yield
        finally:
            engine.dispose()

    def is_there(self) -> bool:
        """Whether there is any table."""
        with self.examining() as connection:
            return bool(inspect(connection).get_table_names())

    def make(self, fill: Callable[[Home], None]) -> None:
        """Fill the empty database; the transaction is that of :meth:`migrating`."""
        fill(self)

    @contextmanager
    def examining(self) -> Iterator[Connection]:
        """A connection that cannot write."""
        engine = self._engine(_MIGRATING_S)
        try:
            reading = engine.execution_options(postgresql_readonly=True)
            with as_watch_errors(self.name), self._entered(reading) as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction that may change tables; the server checks every reference itself."""
        engine = self._engine(_MIGRATING_S)
        try:
            with self._entered(engine) as connection, connection.begin():
                yield connection
                _compare_by_code_point(connection)
        finally:
            engine.dispose()

    def serve(self) -> Serving:
        """Engines for any number of threads."""
        # A server has some hundred connections for everybody: at most a third of them are ours.
        engine = create_engine(
            self._url,
            connect_args=_arguments(_SERVING_S, self._url),
            pool_size=8,
            max_overflow=24,
            pool_timeout=10.0,
            pool_pre_ping=True,
            pool_recycle=3600,
        )
        return Serving(
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            engine.execution_options(isolation_level="READ COMMITTED"),
        )

    def _engine(self, limits_s: dict[str, int]) -> Engine:
        return create_engine(
            self._url,
            connect_args=_arguments(limits_s, self._url),
            poolclass=NullPool,
            isolation_level="READ COMMITTED",
        )

    @contextmanager
    def _entered(self, engine: Engine) -> Iterator[Connection]:
        try:
            connection = engine.connect()
        except DBAPIError as error:
            # Not chained: what the driver says is repeated below, without what may be secret.
            raise _not_entered(str(error.orig), self.name, self._url.password) from None
        with connection:
            yield connection

    def _check(self, connection: Connection) -> None:
        version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
        if version < OLDEST * 10_000:
            raise InputRefused(
                f"The server of {self.name} is PostgreSQL {version // 10_000}.",
                remedy=f"Firewatch needs PostgreSQL {OLDEST} or newer.",
            )
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise InputRefused(
                f"The database {self.name} keeps text as {encoding}.",
                remedy="Make it with: createdb -T template0 -E UTF8 NAME.",
            )
        standby, may_create = connection.exec_driver_sql(
            "SELECT pg_is_in_recovery(),"
            " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)"
        ).one()
        if standby:  # pragma: no cover -- takes a second server that follows a first
            raise InputRefused(
                f"The server of {self.name} only follows another one and takes no changes.",
                remedy="Name the leading server.",
            )
        if not may_create:
            raise InputRefused(
                f"The user of {self.name} may make no tables there.",
                remedy="Make the database theirs: ALTER DATABASE name OWNER TO user.",
            )


def _arguments(limits_s: dict[str, int], url: URL) -> dict[str, Any]:
    options = [f"-c {name}={seconds * 1000}" for name, seconds in limits_s.items()]
    options.append("-c synchronous_commit=on")  # whatever the server's own file says
    return {
        "application_name": "firewatch",
        "client_encoding": "utf8",
        "options": " ".join(options),
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **({} if "connect_timeout" in url.query else {"connect_timeout": 5}),
    }


def _compare_by_code_point(connection: Connection) -> None:
    """Give every text column the order of its characters' numbers, as SQLite has it.

    The language of the server would sort Chinese and marks otherwise, and an index that was sorted
    by it breaks silently when the system under the server learns new rules.
    """
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND data_type = 'text'"
            " AND collation_name IS DISTINCT FROM 'C' ORDER BY table_name, ordinal_position"
        )
    ).all()
    quoted = connection.dialect.identifier_preparer.quote
    changes: dict[str, list[str]] = {}
    for table, column in columns:
        changes.setdefault(quoted(table), []).append(
            f'ALTER COLUMN {quoted(column)} TYPE text COLLATE "C"'
        )
    for table, parts in changes.items():
        connection.exec_driver_sql(f"ALTER TABLE {table} {', '.join(parts)}")


_NOT_ENTERED: Final = (
    (
        (
            r"password authentication failed|no password supplied|pg_hba\.conf"
            r"|peer authentication|role .+ does not exist|not permitted to log in"
            r"|认证失败|角色.*不存在"
        ),
        "does not let this user in",
        "Check user, password and pg_hba.conf.",
    ),
    (
        r"database .+ does not exist|数据库.*不存在",
        "has no such database",
        "Make it with: createdb -T template0 -E UTF8 -O USER NAME.",
    ),
    (
        r"permission denied for database|CONNECT privilege|权限不够",
        "does not let this user into that database",
        "Make the database theirs: ALTER DATABASE name OWNER TO user.",
    ),
    (
        r"SSL|certificate|channel binding",
        "and this program do not agree on encryption",
        "Check sslmode, sslrootcert and the server's certificate.",
    ),
)


def _not_entered(said: str, name: str, password: str | None) -> WatchError:
    if password:
        said = said.replace(password, "***")
    line = " ".join(said.split())[:300]
    for pattern, what, remedy in _NOT_ENTERED:
        if re.search(pattern, said, re.IGNORECASE):
            return InputRefused(f"The server of {name} {what}: {line}.", remedy=remedy)
    return StoreUnreachable(
        f"The server of {name} cannot be reached: {line}.",
        remedy="Start it, or check host, port and the network between.",
    )
