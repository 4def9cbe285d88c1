"""Which tables a database has, and bringing them to those of this program.

Migrations run through Alembic without an ``alembic.ini``: the scripts lie beside this file, also in
an installed wheel. A new one::

    from alembic import command
    with engine.connect() as connection:  # of a database at head
        command.revision(configuration(connection), "what it does", autogenerate=True)
"""

import threading
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from models.errors import StoreDamaged
from models.store.engine import KEEP, check_references, examining_engine, migrating_engine
from models.store.tables import audit_head, metadata

__all__ = ["configuration", "current", "head", "upgrade"]

SCRIPTS: Final = Path(__file__).parent / "migrations"
_ALEMBIC: Final = threading.Lock()  # its context is one for the whole process


def configuration(connection: Connection) -> Config:
    """Alembic's settings for work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this program knows."""
    return str(ScriptDirectory(str(SCRIPTS)).get_current_head())


def current(path: Path) -> str:
    """The revision of a database, after a look that changes nothing.

    Raises:
        StoreDamaged: damaged, another program's, a newer version's, or tables are missing.
    """
    with examining_engine(path) as engine, engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        if not {"alembic_version", audit_head.name} <= tables:
            raise StoreDamaged(f"The database {path} is not one of Firewatch's.", remedy=KEEP)
        revision = MigrationContext.configure(connection).get_current_revision()
    known = [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()]
    if revision not in known:
        raise StoreDamaged(
            f"The database {path} was written by a newer Firewatch (revision {revision}).",
            remedy="Run that version; the file was left as it is.",
        )
    missing = set(metadata.tables) - tables
    if revision == known[0] and missing:
        raise StoreDamaged(
            f"The database {path} is incomplete: no table {min(missing)}.", remedy=KEEP
        )
    return revision


def upgrade(path: Path) -> None:
    """Bring a database to the newest revision in one transaction: wholly, or not at all."""
    engine = migrating_engine(path)
    try:
        with _ALEMBIC, engine.connect() as connection, connection.begin():
            command.upgrade(configuration(connection), "head")
            check_references(connection, path)
    finally:
        engine.dispose()
