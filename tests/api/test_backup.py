"""``firewatch backup`` and ``restore`` as a person types them, also while a process writes."""

import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import run_firewatch
from fire_writer import WRITER, take_fires
from small_disk import fill, small_disk

from api.backup import check_backup, layout, making, restoring, targets, workshop
from api.backup.restoring import restore_backup
from api.backup.workshop import WORKSHOP
from camera_gateway.vault import EvidenceVault
from models.clock import ManualClock, SystemClock
from models.errors import Conflict, InputRefused, StorageFull, StoreDamaged, WatchError
from models.incident import Photo
from models.recording import Clearing, ClearingCause, KeptKind
from models.store import Store
from models.user import Role, User

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 11, 26, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with three fires."""
    folder = tmp_path / "data"
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(folder))
    with closing(opened(folder)) as store:
        take_fires(store, EvidenceVault(folder / "evidence"), 3)
        store.users.add(User("li", Role.MONITOR, "hash", must_change_password=False), actor="t")
        photo = Photo(
            "photos/1.jpg", EvidenceVault(folder / "evidence").put("photos/1.jpg", b"p"), 4, 3
        )
        store.incidents.note(1, author="li", note="", photo=photo)
    for name in (
        "references/a.jpg",
        "terrain/terrain.json",
        "views/t1.json",
        "land_reports/1.json",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "ring/t1").mkdir(parents=True)
    (folder / "ring/t1/now.mp4").write_bytes(b"video")
    (folder / "evidence/.strays").mkdir()
    (folder / "evidence/.strays/old.jpg").write_bytes(b"old")
    return folder


def opened(folder: Path) -> Store:
    folder.mkdir(parents=True, exist_ok=True)
    return Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=SystemClock())


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("firewatch.db")
    }


def at(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(folder))
    return folder


@pytest.mark.parametrize("name", ["one.tar", "many"])
def test_what_was_backed_up_is_there_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, name: str
) -> None:
    out = tmp_path / name
    assert run_firewatch(monkeypatch, "backup", out) == 0
    told = capsys.readouterr()
    assert "readable: keep it as safe" in told.out
    assert told.err == ""
    assert run_firewatch(monkeypatch, "restore", out, "--check") == 0
    assert "is whole, and could be restored" in capsys.readouterr().out
    new = at(monkeypatch, tmp_path / "new")
    assert run_firewatch(monkeypatch, "restore", out) == 0
    assert "3 fires, 3 alerts" in capsys.readouterr().out
    before, after = files_in(data), files_in(new)
    assert before.pop("ring/t1/now.mp4")
    assert before.pop("evidence/.strays/old.jpg")
    assert after == before
    assert not (new / WORKSHOP).exists()
    with closing(opened(data)) as old, closing(opened(new)) as store:
        old_fires = old.incidents.page(10).incidents
        assert store.incidents.page(10).incidents == old_fires
        assert store.users.get("li") == old.users.get("li")
        assert [one.action for one in old.audit.entries(1)] == ["backup.created"]
        restored = store.audit.entries(1)[0]
        assert (restored.action, restored.details["files"]) == ("backup.restored", len(after) + 1)
        store.audit.verify()
        # Numbers that were given after the backup stand on paper: they do not come again.
        take_fires(store, EvidenceVault(new / "evidence"), 1)
        assert store.incidents.page(1).incidents[0].incident_id > 1000
        assert store.events.latest() > 10_000_000
    assert run_firewatch(monkeypatch, "evidence", "verify") == 0


def test_a_restore_never_overwrites(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    out = tmp_path / "one.tar"
    assert run_firewatch(monkeypatch, "backup", out) == 0
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "backup", out) == 1
    assert "exists already" in capsys.readouterr().err
    before = files_in(data)
    assert run_firewatch(monkeypatch, "restore", out) == 1
    assert "There is a watch already" in capsys.readouterr().err
    assert files_in(data) == before
    (data / "firewatch.db").unlink()
    assert run_firewatch(monkeypatch, "restore", out) == 1
    assert str(data / "evidence") in capsys.readouterr().err
    assert files_in(data) == before


def test_a_backup_of_nothing_and_to_nowhere_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run_firewatch(monkeypatch, "backup", tmp_path / "x.zip") == 1
    assert "neither a new file .tar nor a folder" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, "backup", data / "firewatch.db") == 1
    assert "neither" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, "backup", "/proc/x.tar") == 1
    assert "cannot be used" in capsys.readouterr().err
    at(monkeypatch, tmp_path / "empty")
    assert run_firewatch(monkeypatch, "backup", tmp_path / "one.tar") == 1
    assert "There is no watch at" in capsys.readouterr().err
    assert not (tmp_path / "one.tar").exists()


def test_a_folder_keeps_what_has_not_changed_once(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    many = tmp_path / "many"
    clock = ManualClock(NOW)

    def make() -> making.Made:
        clock.advance(60.0)
        with closing(opened(data)) as store:
            return making.make_backup(store, data, many, clock, kept_in="sqlite")

    first = make()
    with closing(opened(data)) as store:
        take_fires(store, EvidenceVault(data / "evidence"), 1)
    (data / "references/a.jpg").write_bytes(b"another picture")
    second = make()
    assert second.shared == first.manifest.files - 2  # not the database, not the changed picture
    assert second.manifest.counts["alert"] == 4
    kept = sorted(many.iterdir())
    assert [one.name for one in kept] == [
        "firewatch-20261126T030100Z",
        "firewatch-20261126T030200Z",
    ]
    assert (kept[0] / "references/a.jpg").read_bytes() == b"references/a.jpg"
    assert (kept[1] / "references/a.jpg").read_bytes() == b"another picture"
    shutil.rmtree(kept[0])  # the one does not need the other
    assert check_backup(many, clock).manifest == second.manifest

    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(targets.os, "link", no_links)  # as on a disk of another system
    assert make().shared == 0
    (many / "firewatch-20261126T030300Z" / "SHA256SUMS").write_text("nonsense")
    monkeypatch.undo()
    assert make().shared == 0, "nothing of a damaged backup is used again"
    capsys.readouterr()


def test_the_hashes_are_those_of_sha256sum(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data.exists()
    assert run_firewatch(monkeypatch, "backup", tmp_path / "one.tar") == 0
    with tarfile.open(tmp_path / "one.tar") as tar:
        tar.extractall(tmp_path / "by-hand", filter="data")
    subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"],  # noqa: S607
        cwd=tmp_path / "by-hand",
        check=True,
        capture_output=True,
    )


def test_what_vanishes_while_it_is_copied_is_told(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Retention clears between database and files, one is gone for no reason, one was changed."""
    with closing(opened(data)) as store:
        gone = {one.alert_id: [e.key for e in one.evidence] for one in store.alerts.newest(10)}
    vault = EvidenceVault(data / "evidence")
    vault.path(gone[2][0]).unlink()
    vault.path(gone[2][1]).write_bytes(b"not that")
    real = making.facts_of_copy

    def clear_now(copy: Path) -> object:
        note = Clearing(1, KeptKind.STILLS, ClearingCause.RETENTION, NOW, 3, 3)
        with closing(opened(data)) as store:
            store.keeping.clear([note], actor="retention")
        for key in gone[1]:
            vault.remove(key)
        return real(copy)

    monkeypatch.setattr(making, "facts_of_copy", clear_now)
    out = tmp_path / "one.tar"
    assert run_firewatch(monkeypatch, "backup", out, "--json") == 0
    told = capsys.readouterr()
    facts = json.loads(told.out)
    assert facts["cleared"] == sorted(gone[1])
    assert facts["missing"] == [gone[2][0]]
    assert facts["changed"] == [gone[2][1]]
    assert told.err.count("cleared while it was copied: ") == len(gone[1])
    assert f"missing already: {gone[2][0]}" in told.err
    assert f"not what was stored once: {gone[2][1]}" in told.err
    at(monkeypatch, tmp_path / "new")
    assert run_firewatch(monkeypatch, "restore", out, "--json") == 0
    assert json.loads(capsys.readouterr().out)["lacking"] == sorted([*gone[1], gone[2][0]])


def test_a_file_that_goes_in_the_last_moment_is_left_out(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, kind in (("one.tar", targets.TarTarget), ("many", targets.FolderTarget)):
        real = kind.add

        def add(self: targets.Target, name: str, file: Path, told: targets.Told) -> object:
            if name == "references/a.jpg":
                file.unlink()
            return real(self, name, file, told)  # type: ignore[arg-type]  # noqa: B023

        monkeypatch.setattr(kind, "add", add)
        assert run_firewatch(monkeypatch, "backup", tmp_path / name) == 0
        monkeypatch.setattr(kind, "add", real)
        assert check_backup(tmp_path / name, SystemClock()).lacking == ()
        (data / "references/a.jpg").write_bytes(b"again")


def test_links_and_odd_names_are_left_out(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (data / "evidence/link.jpg").symlink_to("/etc/passwd")
    (data / "evidence/a\nb.jpg").write_bytes(b"x")
    assert run_firewatch(monkeypatch, "backup", tmp_path / "one.tar") == 0
    told = capsys.readouterr().err
    assert "left out, nobody here made it: evidence/link.jpg" in told
    assert "left out, nobody here made it: evidence/a?b.jpg" in told


def test_a_backup_without_credentials_holds_none(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert data.exists()
    out = tmp_path / "one.tar"
    assert run_firewatch(monkeypatch, "backup", out, "--without-credentials") == 0
    assert "have to be entered again" in capsys.readouterr().out
    at(monkeypatch, tmp_path / "new")
    assert run_firewatch(monkeypatch, "restore", out) == 0
    assert "enter those of the cameras" in capsys.readouterr().out


# --- hostile and damaged ------------------------------------------------------------------------


def remade(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup as somebody would forge it: changed, with hashes and sizes that fit."""
    with tarfile.open(source) as tar:
        files = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    manifest = json.loads(files.pop("manifest.json"))
    del files["SHA256SUMS"]
    change(files)
    if "manifest.json" not in files:
        sums = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()
        )
        files["SHA256SUMS"] = files.get("SHA256SUMS", sums.encode())
        manifest["sums_sha256"] = hashlib.sha256(files["SHA256SUMS"]).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(target, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target


@pytest.fixture
def made(data: Path, tmp_path: Path) -> Path:
    with closing(opened(data)) as store:
        making.make_backup(store, data, tmp_path / "one.tar", SystemClock(), kept_in="sqlite")
    return tmp_path / "one.tar"


def still(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("evidence/") and "photos" not in name)


def put(name: str, data: bytes = b"x") -> Callable[[dict[str, bytes]], None]:
    return lambda files: files.update({name: data})


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "up": (put("evidence/../../x"), "no backup of Firewatch's does"),
    "absolute": (put("/etc/cron.d/x"), "no backup of Firewatch's does"),
    "elsewhere": (put("ring/x"), "no backup of Firewatch's does"),
    "hidden": (put("evidence/.restoring"), "no backup of Firewatch's does"),
    "control": (put("evidence/a\nb"), "no backup of Firewatch's does"),
    "deep": (put("evidence/" + "a/" * 20 + "b"), "no backup of Firewatch's does"),
    "no_database": (lambda files: files.pop("firewatch.db"), "it has no database"),
    "no_still": (lambda files: files.pop(still(files)), "is missing"),
    "other_still": (lambda files: files.update({still(files): b"x"}), "is not what was stored"),
    "other_database": (put("firewatch.db"), "is not a database"),
    "no_list": (put("SHA256SUMS", b"\xff"), "list of hashes cannot be read"),
    "bad_list": (put("SHA256SUMS", b"x\n"), "list of hashes cannot be read"),
    "twice": (put("SHA256SUMS", f"{'0' * 64}  firewatch.db\n".encode() * 2), "cannot be read"),
    "listed": (put("SHA256SUMS", f"{'0' * 64}  ../x\n".encode()), "no backup of Firewatch's does"),
    "no_manifest": (put("manifest.json", b"{"), "is not a backup of Firewatch's"),
    "a_list": (put("manifest.json", b"[]"), "is not a backup of Firewatch's"),
    "endless": (put("manifest.json", b"[" * 100_000), "is not a backup of Firewatch's"),
    "huge": (put("manifest.json", b" " * (5 * 2**20)), "is not a backup of Firewatch's"),
    "newer": (
        put("manifest.json", b'{"format": "firewatch-backup", "version": 2}'),
        "another form (2)",
    ),
    "half": (
        put("manifest.json", b'{"format": "firewatch-backup", "version": 1}'),
        "its manifest has no usable",
    ),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_backup_is_refused_and_leaves_nothing(
    made: Path, tmp_path: Path, kind: str
) -> None:
    change, words = FORGED[kind]
    forged = remade(made, tmp_path / "forged.tar", change)  # type: ignore[arg-type]
    refused_without_a_trace(forged, tmp_path, words)


def refused_without_a_trace(backup: Path, tmp_path: Path, words: str) -> None:
    new = tmp_path / "new"
    url = f"sqlite:///{new}/firewatch.db"
    before = sorted(tmp_path.iterdir())
    for attempt in (
        lambda: restore_backup(backup, new, url, SystemClock(), actor="t"),
        lambda: check_backup(backup, SystemClock()),
    ):
        with pytest.raises((InputRefused, StoreDamaged)) as refused:
            attempt()
        assert words in str(refused.value)
        assert not new.exists() or list(new.iterdir()) == []
    assert [one for one in sorted(tmp_path.iterdir()) if one != new] == before


def test_links_devices_and_doubles_in_a_file_are_refused(made: Path, tmp_path: Path) -> None:
    for number, kind in enumerate(
        (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    ):
        forged = tmp_path / f"forged-{number}.tar"
        shutil.copy(made, forged)
        with tarfile.open(forged, "a") as tar:
            info = tarfile.TarInfo("evidence/x")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        refused_without_a_trace(forged, tmp_path, "no backup of Firewatch's does")
    with tarfile.open(made, "a") as tar:
        tar.addfile(tarfile.TarInfo("firewatch.db"))
    refused_without_a_trace(made, tmp_path, "no backup of Firewatch's does")


def test_a_link_in_a_folder_is_refused(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "by-hand"
    with tarfile.open(made) as tar:
        tar.extractall(folder, filter="data")
    (folder / "evidence/x").symlink_to("/etc")
    refused_without_a_trace(folder, tmp_path, "no backup of Firewatch's does")
    (folder / "evidence/x").unlink()
    (folder / "odd.txt").write_text("x")
    refused_without_a_trace(folder, tmp_path, "no backup of Firewatch's does")
    (folder / "odd.txt").unlink()
    assert check_backup(folder, SystemClock()).lacking == ()


def test_every_damaged_byte_and_every_cut_is_found(made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    damaged = tmp_path / "damaged.tar"
    names = {"firewatch.db", "manifest.json", "SHA256SUMS", "evidence/photos/1.jpg"}
    with tarfile.open(made) as tar:
        places = [one.offset_data + one.size // 2 for one in tar if one.name in names]
        places += [one.offset for one in tar]
    assert len(places) > 4
    for place in places[:12]:
        data = bytearray(whole)
        data[place] ^= 0x40
        damaged.write_bytes(data)
        with pytest.raises(WatchError):
            check_backup(damaged, SystemClock())
    for length in range(0, len(whole) - 11 * 1024, len(whole) // 9):
        damaged.write_bytes(whole[:length])
        with pytest.raises(WatchError):
            check_backup(damaged, SystemClock())


def test_what_is_no_backup_is_told_so(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "text.tar").write_text("hello")
    for path in (tmp_path / "text.tar", data, Path(__file__), Path(os.devnull)):
        assert run_firewatch(monkeypatch, "restore", path, "--check") == 1
        assert "is not a backup of Firewatch's" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, "restore", tmp_path / "none.tar") == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_broken_log_of_deeds_is_refused(made: Path, data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        connection.execute("UPDATE audit_entry SET actor = 'nobody' WHERE number = 1")
        connection.commit()
    with closing(opened(data)) as store:
        making.make_backup(store, data, tmp_path / "two.tar", SystemClock(), kept_in="sqlite")
    assert made.exists()
    refused_without_a_trace(tmp_path / "two.tar", tmp_path, "entry 1 was changed")


# --- kills, full disks, two at once -------------------------------------------------------------


def firewatch(*words: object, data: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  # ourselves
        [sys.executable, "-m", "api.cli", *map(str, words)],
        env={**os.environ, "FIREWATCH_DATA_DIR": str(data)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_when(
    process: "subprocess.Popen[str]", reached: Callable[[], bool], later_s: float = 0.0
) -> None:
    deadline = time.monotonic() + 60.0
    while not reached() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(later_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("name", ["one.tar", "many"])
def test_a_backup_that_is_killed_leaves_nothing_that_looks_whole(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with closing(opened(data)) as store:
        take_fires(store, EvidenceVault(data / "evidence"), 200)
    out = tmp_path / "out"
    out.mkdir()
    workshop = out / name / ".many.unfinished" if name == "many" else out / ".one.tar.unfinished"
    for wait_s in (0.0, 0.03):
        process = firewatch("backup", out / name, data=data)
        kill_when(process, workshop.exists, wait_s)
        for one in [*out.glob("one.tar"), *out.glob("many/firewatch-*")]:
            assert check_backup(one, SystemClock()).lacking == (), "it was faster than the kill"
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    assert run_firewatch(monkeypatch, "backup", out / name) == 0
    assert check_backup(out / name, SystemClock()).manifest.counts["alert"] == 203
    assert not workshop.exists()


def test_a_restore_that_is_killed_is_taken_back_by_the_next(
    data: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    new = at(monkeypatch, tmp_path / "new")
    reached: dict[str, Callable[[], bool]] = {
        "begun": (new / WORKSHOP).exists,
        "unpacked": (new / WORKSHOP / "unpacked/terrain").exists,
        "noted": (new / WORKSHOP / "placed.json").exists,
        "moved": (new / "evidence").exists,
    }
    for name, there in reached.items():
        kill_when(firewatch("restore", made, data=new), there)
        if not (new / "firewatch.db").exists():
            assert run_firewatch(monkeypatch, "user", "list") == 1, name
            assert "was broken off" in capsys.readouterr().err
        else:  # it was faster than the kill
            shutil.rmtree(new)
    assert run_firewatch(monkeypatch, "restore", made) == 0
    assert not (new / WORKSHOP).exists()
    assert files_in(new).keys() == {
        name for name in files_in(data) if not name.startswith(("ring/", "evidence/."))
    }
    assert run_firewatch(monkeypatch, "evidence", "verify") == 0


def test_a_restore_that_was_killed_after_its_last_step_is_done(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = at(monkeypatch, tmp_path / "new")
    assert run_firewatch(monkeypatch, "restore", made) == 0
    (new / WORKSHOP).mkdir()
    (new / WORKSHOP / "placed.json").write_text('["evidence"]')
    assert run_firewatch(monkeypatch, "evidence", "verify") == 0
    assert not (new / WORKSHOP).exists()


def test_a_place_that_fails_is_taken_back(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageFull("The disk of the database is full.")

    monkeypatch.setattr(restoring, "put_in_place", fail)
    new = tmp_path / "new"
    (new / "evidence").mkdir(parents=True)  # as the mounted disk of an installation
    with pytest.raises(StorageFull):
        restore_backup(made, new, f"sqlite:///{new}/firewatch.db", SystemClock(), actor="t")
    assert files_in(new) == {}
    monkeypatch.undo()
    restore_backup(made, new, f"sqlite:///{new}/firewatch.db", SystemClock(), actor="t")
    assert "evidence/photos/1.jpg" in files_in(new)


def test_two_at_once_do_not_meet(made: Path, data: Path, tmp_path: Path) -> None:
    with (
        targets.target_for(tmp_path / "two.tar", NOW),
        closing(opened(data)) as store,
        pytest.raises(Conflict) as busy,
    ):
        making.make_backup(store, data, tmp_path / "two.tar", SystemClock(), kept_in="sqlite")
    assert busy.value.code == "backup_busy"
    new = tmp_path / "new"
    (new / WORKSHOP).mkdir(parents=True)
    with workshop._locked(new / WORKSHOP) as is_free:
        assert is_free
        url = f"sqlite:///{new}/firewatch.db"
        with pytest.raises(Conflict) as busy:
            restore_backup(made, new, url, SystemClock(), actor="t")
        assert busy.value.code == "restore_busy"
        with pytest.raises(InputRefused):
            workshop.refuse_half_restored(new, url)


@pytest.mark.parametrize("name", ["one.tar", "many"])
def test_a_full_disk_leaves_nothing_half(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, name: str
) -> None:
    with small_disk(tmp_path / "small", "600k") as small:
        assert run_firewatch(monkeypatch, "backup", small / name) == 1
        assert "disk" in capsys.readouterr().err
        left = [one for one in small.rglob("*") if one.is_file()]
        assert left == []
    with closing(opened(data)) as store:
        store.audit.verify()


def test_a_restore_to_a_full_disk_leaves_nothing_half(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with small_disk(tmp_path / "small", "2m") as small:
        at(monkeypatch, small / "new")
        monkeypatch.setattr(restoring, "free_bytes", lambda _: 10**9)  # others fill it meanwhile
        fill(small)
        os.truncate(small / "others", 1_500_000)
        assert run_firewatch(monkeypatch, "restore", made) == 1
        assert "disk" in capsys.readouterr().err
        assert [one for one in small.rglob("*") if one.is_file()] == [small / "others"]
    monkeypatch.undo()
    at(monkeypatch, tmp_path / "new")
    monkeypatch.setattr(restoring, "free_bytes", lambda _: 1000)
    assert run_firewatch(monkeypatch, "restore", made) == 1
    assert "needs" in capsys.readouterr().err


def test_a_log_that_cannot_be_written_does_not_cost_the_backup(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr("models.store.audit.AuditRepository.record", full)
    assert data.exists()
    assert run_firewatch(monkeypatch, "backup", tmp_path / "one.tar") == 0
    assert "the backup is whole, but" in capsys.readouterr().err
    assert check_backup(tmp_path / "one.tar", SystemClock()).lacking == ()


# --- while the watch writes ---------------------------------------------------------------------


@pytest.fixture
def writing(data: Path) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-c",
        WRITER,
        str(Path(__file__).parent.parent / "support"),
        str(data),
    ]
    with subprocess.Popen(  # noqa: S603  # our own text
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_backups_while_a_process_writes_are_whole(
    data: Path,
    tmp_path: Path,
    writing: "subprocess.Popen[str]",
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    counts = []
    for number, name in enumerate(("a.tar", "many", "b.tar")):
        assert run_firewatch(monkeypatch, "backup", tmp_path / name, "--json") == 0
        facts = json.loads(capsys.readouterr().out)
        assert (facts["missing"], facts["changed"], facts["cleared"]) == ([], [], [])
        counts.append(facts["counts"]["alert"])
        new = tmp_path / f"new-{number}"
        url = f"sqlite:///{new}/firewatch.db"
        done = restore_backup(tmp_path / name, new, url, SystemClock(), actor="t")
        assert done.lacking == ()
        at(monkeypatch, new)
        assert run_firewatch(monkeypatch, "evidence", "verify") == 0
        capsys.readouterr()
        at(monkeypatch, data)
    assert writing.poll() is None, "it wrote all the time"
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_names_of_a_backup() -> None:
    assert layout.name_is_ours("evidence/火情/一.jpg")
    assert not layout.name_is_ours("evidence")
    assert not layout.name_is_ours("evidence//x")
    assert not layout.name_is_ours("evidence/" + "a" * 300)
