import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from postgresql_rig import PACKAGES, PostgresqlServer, PostgresqlShelf, why_no_postgresql

from models.store import schema
from models.store.engines import Home, SqliteHome, home_of

# A shared machine may stall a test for a second; how long an example takes proves nothing here.
settings.register_profile("firewatch", deadline=None)
settings.load_profile("firewatch")


@pytest.fixture(scope="session", autouse=True)
def tables_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """New databases of this process are copies of one that all migrations made.

    Making the tables takes four fifths of opening a new store (0.15 of 0.19 s), thousands of times.
    What exists already is brought up to date as ever, and so is what ``tests/store/test_schema.py``
    makes by name.
    """
    made = tmp_path_factory.mktemp("tables") / "made.db"
    upgrade = schema.upgrade

    def copied(home: Home) -> None:
        if not isinstance(home, SqliteHome) or not home.path.exists() or home.path.stat().st_size:
            upgrade(home)
            return
        if not made.exists():
            upgrade(SqliteHome(made))
        home.path.write_bytes(made.read_bytes())

    patch = pytest.MonkeyPatch()
    patch.setattr(schema, "upgrade", copied)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server of this process; only tests marked ``servers`` ask for it."""
    trouble = why_no_postgresql()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs PostgreSQL (apt-get install {PACKAGES}): {trouble}")
    server = PostgresqlServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgresql_shelf(postgresql: PostgresqlServer) -> PostgresqlShelf:
    """Databases in which all migrations have made the tables, and nothing is kept."""
    return PostgresqlShelf(postgresql, lambda name: schema.upgrade(home_of(postgresql.url(name))))
