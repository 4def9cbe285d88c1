"""Where a store is kept: one file of SQLite, or a database of a PostgreSQL server.

Everything that only one of them has stands in its module; the repositories know neither.
"""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import InputRefused
from models.store.engines.home import Home, Serving
from models.store.engines.postgresql import PostgresqlHome
from models.store.engines.sqlite import SqliteHome

__all__ = ["Home", "PostgresqlHome", "Serving", "SqliteHome", "home_of"]

_REMEDY = "Write sqlite:////path/to/firewatch.db or postgresql+psycopg://user@host/database."


def home_of(url: str) -> Home:
    """The place behind a URL; nothing is opened yet.

    Raises:
        InputRefused: not a URL, another kind of database, an option that is not allowed, or a
            store in memory, which keeps no alert. No part of a password is told.
    """
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        # Not chained: the driver's words hold the URL, and that may hold a password.
        raise InputRefused("The database URL cannot be read.", remedy=_REMEDY) from None
    if parts.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteHome.of(parts)
    if parts.drivername in {"postgresql", "postgresql+psycopg"}:
        return PostgresqlHome.of(parts)
    raise InputRefused(
        f"This version stores in SQLite or PostgreSQL, not in {parts.drivername}.", remedy=_REMEDY
    )
