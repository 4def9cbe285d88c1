"""A backup of one kind of database is a watch in the other, and back again."""

from contextlib import closing
from pathlib import Path

import pytest
from fire_writer import take_fires
from postgresql_rig import PostgresqlServer

from api.backup import make_backup, restore_backup
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.errors import InputRefused
from models.store import Store

pytestmark = pytest.mark.servers


@pytest.fixture
def empty(postgresql: PostgresqlServer) -> str:
    return postgresql.url(postgresql.database())


def test_there_and_back(empty: str, tmp_path: Path) -> None:
    clock, data = SystemClock(), tmp_path / "data"
    data.mkdir()
    with closing(Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=clock)) as store:
        take_fires(store, EvidenceVault(data / "evidence"), 3)
        fires = store.incidents.page(10).incidents
        make_backup(store, data, tmp_path / "one.tar", clock, kept_in="sqlite")
    there = tmp_path / "there"
    restore_backup(tmp_path / "one.tar", there, empty, clock, actor="t")
    with pytest.raises(InputRefused):
        restore_backup(tmp_path / "one.tar", tmp_path / "again", empty, clock, actor="t")
    with closing(Store.open(empty, clock=clock)) as store:
        assert store.incidents.page(10).incidents == fires
        store.audit.verify()
        take_fires(store, EvidenceVault(there / "evidence"), 1)
        newest = store.incidents.page(1).incidents[0]
        assert newest.incident_id > 1000
        make_backup(store, there, tmp_path / "two.tar", clock, kept_in="postgresql")
    back = tmp_path / "back"
    done = restore_backup(
        tmp_path / "two.tar", back, f"sqlite:///{back}/firewatch.db", clock, actor="t"
    )
    assert (done.manifest.kept_in, done.lacking) == ("postgresql", ())
    with closing(Store.open(f"sqlite:///{back}/firewatch.db", clock=clock)) as store:
        assert store.incidents.page(10).incidents == (newest, *fires)
        store.audit.verify()
