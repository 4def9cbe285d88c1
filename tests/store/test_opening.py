"""Opening: a store is made whole, and what is not one of ours is left as it is."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from models.alert import AlertDraft
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, StorageFull, StoreDamaged
from models.site import Camera, CameraKind, HeightDatum, Position
from models.store import Store, schema
from models.store.engines import SqliteHome, sqlite

Reopen = Callable[[], Store]
Drafts = Callable[..., AlertDraft]


def refused_and_untouched(path: Path, reopen: Reopen, match: str) -> None:
    before = {file: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    with pytest.raises(StoreDamaged, match=match) as damage:
        reopen()
    assert damage.value.remedy
    assert str(path) in damage.value.message
    after = {file: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    assert after == before


@pytest.fixture
def filled(path: Path, reopen: Reopen, make_draft: Drafts) -> Path:
    store = reopen()
    for number in range(40):
        store.alerts.open_alert(make_draft(f"k{number}"), [])
    store.close()
    return path


def test_a_store_is_made_with_its_folder_for_this_user_only(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "new folder" / "100 %, 林火#1.db"
    store = Store.open(f"sqlite:///{path}", clock=clock)
    assert store.events.latest() == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.with_name(path.name + ".new").exists()
    store.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    Store.open(f"sqlite:///{path}", clock=clock).close()


def test_the_settings_that_keep_an_alert_through_a_power_cut(path: Path, store: Store) -> None:
    assert path.exists()
    with store._engine.connect() as connection:

        def ask(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

        assert ask("journal_mode") == "wal"
        assert ask("synchronous") == 2
        assert ask("foreign_keys") == 1
        assert ask("busy_timeout") == 5000


def test_what_was_stored_is_there_after_reopening(filled: Path, reopen: Reopen) -> None:
    assert filled.exists()
    store = reopen()
    assert len(store.alerts.working()) == 40
    assert store.events.latest() == 80  # an alert opens, and its fire
    store.close()


def test_a_closed_store_says_so(reopen: Reopen, make_draft: Drafts) -> None:
    store = reopen()
    store.close()
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.alerts.working()
    with pytest.raises(RuntimeError, match="closed"):
        store.alerts.open_alert(make_draft(), [])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"SQLite", "is not a database"),
        (b"\xff\xd8\xff\xe0 a picture", "is not a database"),
        (b"SQLite format 3\x00", "damaged|trusted"),
        (b"SQLite format 3\x00" + b"\x00" * 8000, "damaged|trusted"),
        (b"SQLite format 3\x00" + bytes(range(256)) * 64, "damaged|trusted"),
    ],
)
def test_a_file_that_is_no_database(path: Path, reopen: Reopen, content: bytes, match: str) -> None:
    path.write_bytes(content)
    refused_and_untouched(path, reopen, match)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_half_written_database(filled: Path, reopen: Reopen, share: float) -> None:
    whole = filled.read_bytes()
    filled.write_bytes(whole[: int(len(whole) * share)])
    refused_and_untouched(filled, reopen, "damaged|trusted")


def test_a_database_with_a_page_overwritten(filled: Path, reopen: Reopen) -> None:
    whole = bytearray(filled.read_bytes())
    whole[3 * 4096 : 4 * 4096] = b"\xa5" * 4096
    filled.write_bytes(whole)
    refused_and_untouched(filled, reopen, "damaged|trusted")


def test_a_database_of_another_program(path: Path, reopen: Reopen) -> None:
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("CREATE TABLE alert (alert_id INTEGER PRIMARY KEY)")
        foreign.commit()
    refused_and_untouched(path, reopen, "not one of Firewatch's")


def test_a_database_in_use_by_another_program(path: Path, reopen: Reopen) -> None:
    with closing(sqlite3.connect(path)) as foreign:
        foreign.execute("PRAGMA journal_mode = WAL")
        foreign.execute("CREATE TABLE alembic_version (version_num TEXT)")
        foreign.commit()
        content = path.read_bytes()
        with pytest.raises(StoreDamaged, match="not one of Firewatch's"):
            reopen()
        assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer Firewatch .revision 9999."),
        ("DELETE FROM alembic_version", "newer Firewatch .revision None."),
        ("DROP TABLE visit", "incomplete: no table visit"),
        ("DELETE FROM alert WHERE alert_id = 7", "a row of evidence belongs to nothing"),
    ],
)
def test_a_database_that_this_program_cannot_trust(  # noqa: PLR0917  # fixtures
    path: Path,
    reopen: Reopen,
    make_draft: Drafts,
    make_frame: Callable[..., object],
    statement: str,
    match: str,
) -> None:
    store = reopen()
    for number in range(8):
        store.alerts.open_alert(make_draft(f"k{number}"), [make_frame(0)])
    store.close()
    with closing(sqlite3.connect(path)) as hand:
        hand.execute(statement)
        hand.commit()
    refused_and_untouched(path, reopen, match)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "firewatch.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////tmp/x.db?mode=ro",
        "sqlite:////tmp/x\0.db",
        "mysql://root:secret@host/x",
        "sqlite+aiosqlite:////tmp/x.db",
    ],
)
def test_a_url_that_cannot_be_one(url: str, clock: ManualClock) -> None:
    with pytest.raises(InputRefused) as refused:
        Store.open(url, clock=clock)
    assert "secret" not in str(refused.value)
    assert "sqlite:////" in refused.value.remedy


def test_a_folder_that_cannot_be_written(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").write_text("x")
    # /proc refuses even root.
    for place in (tmp_path / "file" / "x.db", Path("/proc/x.db"), Path("/proc/new/x.db")):
        with pytest.raises(InputRefused, match="cannot be kept there") as refused:
            Store.open(f"sqlite:///{place}", clock=clock)
        assert refused.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_or_file(filled: Path, reopen: Reopen) -> None:
    filled.chmod(0o400)
    with pytest.raises(InputRefused, match="no permission on the file"):
        reopen()
    filled.chmod(0o600)
    filled.parent.chmod(0o500)
    try:
        with pytest.raises(InputRefused, match="no permission"):
            reopen()
    finally:
        filled.parent.chmod(0o700)


@pytest.mark.parametrize("forbidden", ["folder", "file"])
def test_permissions_are_asked_for_before_anything_is_opened(
    filled: Path, reopen: Reopen, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    no = filled.parent if forbidden == "folder" else filled
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path) != no)
    content = filled.read_bytes()
    with pytest.raises(InputRefused, match="no permission"):
        reopen()
    assert filled.read_bytes() == content


def test_a_name_that_is_a_folder_or_a_pipe(path: Path, reopen: Reopen) -> None:
    path.mkdir()
    with pytest.raises(InputRefused, match="is not a file"):
        reopen()
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(InputRefused, match="is not a file"):
        reopen()


def test_a_start_that_was_killed_leaves_nothing_in_the_way(path: Path, reopen: Reopen) -> None:
    path.with_name("firewatch.db.new").write_bytes(b"half of a database")
    path.with_name("firewatch.db.new-wal").write_bytes(b"half of a log")
    reopen().close()
    assert [file.name for file in path.parent.iterdir()] == ["firewatch.db"]


def test_a_start_that_fails_leaves_no_file(
    path: Path, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.store.schema.upgrade", fail)
    with pytest.raises(StorageFull, match="is full"):
        reopen()
    assert list(path.parent.iterdir()) == []


def test_two_stores_on_one_file_see_each_other(reopen: Reopen, make_draft: Drafts) -> None:
    first, second = reopen(), reopen()
    first.alerts.open_alert(make_draft("a"), [])
    second.alerts.open_alert(make_draft("b"), [])
    assert [alert.draft.idempotency_key for alert in first.alerts.working()] == ["b", "a"]
    first.close()
    assert len(second.alerts.working()) == 2
    second.close()


def test_many_openers_make_one_store(reopen: Reopen, make_draft: Drafts) -> None:
    ready = threading.Barrier(6)
    failures: list[BaseException] = []

    def start(number: int) -> None:
        ready.wait()
        try:
            store = reopen()
            store.alerts.open_alert(make_draft(f"k{number}"), [])
            store.close()
        except BaseException as error:  # noqa: BLE001  # shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = reopen()
    assert len(store.alerts.working()) == 6
    store.close()


def test_another_process_that_holds_the_database_is_named(
    path: Path, store: Store, make_draft: Drafts
) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")  # back in the pool for the next
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict) as conflict:
            store.alerts.open_alert(make_draft(), [])
        assert conflict.value.code == "store_busy"
        assert store.alerts.working() == []  # readers do not wait
        other.execute("ROLLBACK")
    assert store.alerts.open_alert(make_draft(), [])[1]


def test_a_backup_of_a_store_in_use_is_a_store(
    store: Store, tmp_path: Path, clock: ManualClock, make_draft: Drafts
) -> None:
    store.alerts.open_alert(make_draft("a"), [])
    target = tmp_path / "backups" / "one.db"
    store.backup_to(target)
    store.alerts.open_alert(make_draft("b"), [])
    with pytest.raises(InputRefused, match="exists already"):
        store.backup_to(target)
    with pytest.raises(InputRefused, match="cannot be kept there"):
        store.backup_to(Path("/proc/x.db"))
    copy = Store.open(f"sqlite:///{target}", clock=clock)
    assert [alert.draft.idempotency_key for alert in copy.alerts.working()] == ["a"]
    copy.close()
    assert [file.name for file in target.parent.iterdir()] == ["one.db"]


@pytest.mark.parametrize("kept", [True, False])
def test_a_backup_carries_the_passwords_of_cameras_only_where_it_is_to(
    store: Store,
    tmp_path: Path,
    clock: ManualClock,
    *,
    kept: bool,
) -> None:
    place = Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL)
    camera = Camera("north", "北塔", CameraKind.TOWER, place, ())
    link = CameraLink(Adapter.RTSP, "rtsp://10.0.0.5/1")
    for password in ("an-older-secret", "geheim-und-lang"):
        setup = CameraSetup(camera, link, Credential("wächter", password))
        store.links.put(setup, actor="li")
    target = tmp_path / "one.db"
    store.backup_to(target, with_credentials=kept)
    assert target.stat().st_mode & 0o077 == 0
    data = target.read_bytes()
    assert (b"geheim-und-lang" in data) is kept
    if not kept:  # nor what is left of the one before, nor the user
        assert b"an-older-secret" not in data
        assert "wächter".encode() not in data
    with closing(Store.open(f"sqlite:///{target}", clock=clock)) as copy:
        (found,) = copy.links.all()
        assert found.link == link
        assert (found.credential is not None) is kept


def test_a_backup_that_fails_leaves_no_file(
    path: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert path.exists()
    target = tmp_path / "backups" / "one.db"
    real = sqlite3.connect

    def small(*args: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args)
        connection.execute("PRAGMA max_page_count = 3")
        return connection

    monkeypatch.setattr(sqlite.sqlite3, "connect", small)
    with pytest.raises(StorageFull):
        store.backup_to(target)
    assert list(target.parent.iterdir()) == []


def test_a_restored_file_wins_over_nothing(filled: Path, reopen: Reopen) -> None:
    """A crashed store's file and log, copied together, are a store."""
    store = reopen()
    for suffix in ("", "-wal"):
        shutil.copy(f"{filled}{suffix}", f"{filled}.copy{suffix}")
    store.close()
    assert schema.current(SqliteHome(Path(f"{filled}.copy"))) == schema.head()
