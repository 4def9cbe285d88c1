"""Which tables a database has, and bringing them to those of this program.

Migrations run through Alembic without an ``alembic.ini``: the scripts lie beside this file, also in
an installed wheel. A new one::

    from alembic import command
    with engine.connect() as connection:  # of a database at head
        command.revision(configuration(connection), "what it does", autogenerate=True)
"""

import threading
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from models.errors import StoreDamaged
from models.store.engines import Home
from models.store.tables import audit_head, metadata

__all__ = ["before", "configuration", "current", "downgrade", "head", "upgrade", "upgrade_within"]

SCRIPTS: Final = Path(__file__).parent / "migrations"
_KEEP: Final = "Move it away or restore a backup; it was left as it is."
_ALEMBIC: Final = threading.Lock()  # its context is one for the whole process


def configuration(connection: Connection) -> Config:
    """Alembic's settings for work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this program knows."""
    return next(iter(_steps()))


def before(revision: str) -> str | None:
    """The revision that one step back leads to; None from the first, and from an unknown one."""
    return _steps().get(revision)


def current(home: Home) -> str:
    """The revision of a database, after a look that changes nothing.

    Raises:
        StoreDamaged: damaged, another program's, a newer version's, or tables are missing.
    """
    with home.examining() as connection:
        tables = set(inspect(connection).get_table_names())
        if not {"alembic_version", audit_head.name} <= tables:
            raise StoreDamaged(f"The database {home.name} is not one of Firewatch's.", remedy=_KEEP)
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision not in _steps():
        raise StoreDamaged(
            f"The database {home.name} was written by a newer Firewatch (revision {revision}).",
            remedy="Run that version; the database was left as it is.",
        )
    missing = set(metadata.tables) - tables
    if revision == head() and missing:
        raise StoreDamaged(
            f"The database {home.name} is incomplete: no table {min(missing)}.", remedy=_KEEP
        )
    return revision


def upgrade(home: Home) -> None:
    """Bring a database to the newest revision in one transaction: wholly, or not at all."""
    with home.migrating() as connection:
        upgrade_within(connection)


def upgrade_within(connection: Connection) -> None:
    """The same inside a transaction of :meth:`models.store.engines.Home.migrating`."""
    with _ALEMBIC:
        command.upgrade(configuration(connection), "head")


def downgrade(home: Home, revision: str) -> None:
    """Bring a database back to an older revision in one transaction.

    What the older tables cannot say is lost.
    """
    with home.migrating() as connection, _ALEMBIC:
        command.downgrade(configuration(connection), revision)


@cache
def _steps() -> dict[str, str | None]:
    """Each revision and the one before it, the newest first.

    Read once in a process: Alembic runs every script to read it, 50 ms for twenty of them.
    """
    scripts = ScriptDirectory(str(SCRIPTS)).walk_revisions()
    return {
        each.revision: None if each.down_revision is None else str(each.down_revision)
        for each in scripts
    }
