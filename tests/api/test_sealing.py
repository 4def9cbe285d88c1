"""Plates are sealed: the same is known to be the same, and only the key opens them."""

import hashlib
import hmac
import logging
import os
import shutil
import stat
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import run_firewatch
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from small_disk import fill, small_disk

from api.gates.sealing import Seal
from api.retention import Retention
from models.audit import SYSTEM
from models.clock import ManualClock
from models.config import GatesRule, SecurityRule
from models.errors import InputRefused, StorageFull, StoreDamaged
from models.passage import PassageDraft, PassageKind, Way
from models.store import Store

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
PLATE = "渝A·12345"
CAR = PassageDraft("k1", NOON, Way.IN, PassageKind.PLATE, PLATE, "7")
SECRET = bytes(range(32))
SEAL = Seal(lambda: SECRET)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gates.key"


def derived(purpose: str, length: int) -> bytes:
    """RFC 5869 as it is written there, without salt."""
    zeros, info = bytes(32), f"firewatch gates 1 {purpose}".encode()
    extracted = hmac.digest(zeros, SECRET, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


def test_a_key_is_made_for_its_owner_only_and_read_again(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    umask = os.umask(0)
    try:
        seal = Seal.at(path)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert [file.name for file in path.parent.iterdir()] == ["gates.key"]
    assert "no backup holds it" in caplog.text
    caplog.clear()
    again = Seal.at(path)
    assert again.open(seal.close(PLATE)) == PLATE
    assert again.mark(PLATE) == seal.mark(PLATE)
    assert not caplog.records


def test_every_key_is_another(tmp_path: Path) -> None:
    seals = [Seal.at(tmp_path / f"{n}.key") for n in range(8)]
    assert len({seal.mark(PLATE) for seal in seals}) == 8


def test_a_key_that_is_needed_later_is_made_later(path: Path) -> None:
    seal = Seal.later(path)
    assert not path.exists()
    assert seal.open(seal.close(PLATE)) == PLATE
    assert path.exists()


MAKER = """
import sys, time
from pathlib import Path
from api.gates.sealing import Seal
print("ready", flush=True)
sys.stdin.readline()
print(Seal.at(Path(sys.argv[1])).mark("x"), flush=True)
"""


def test_two_processes_at_once_have_one_key(path: Path) -> None:
    makers = [
        subprocess.Popen(  # noqa: S603  # our own text
            [sys.executable, "-c", MAKER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for maker in makers:
        assert maker.stdout is not None
        assert maker.stdout.readline() == "ready\n"
    for maker in makers:
        assert maker.stdin is not None
        maker.stdin.write("\n")
        maker.stdin.flush()
    marks = {maker.communicate()[0].strip() for maker in makers}
    assert marks == {Seal.at(path).mark("x")}
    assert [file.name for file in path.parent.iterdir()] == ["gates.key"]


@pytest.mark.parametrize("round_", range(10))
def test_many_threads_at_once_have_one_key(path: Path, round_: int) -> None:
    del round_
    marks: set[str] = set()
    barrier = threading.Barrier(6)

    def make() -> None:
        barrier.wait()
        marks.add(Seal.at(path).mark("x"))

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks == {Seal.at(path).mark("x")}


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"x" * 4096])
def test_what_is_no_key_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(StoreDamaged, match="32 bytes") as refused:
        Seal.at(path)
    assert refused.value.code == "seal_key"
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "none" / "gates.key", tmp_path, loop):
        with pytest.raises(InputRefused, match=r"gates\.key_file") as refused:
            Seal.at(path)
        assert refused.value.code == "seal_key"


def test_a_link_leads_to_the_key(tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    link = tmp_path / "gates.key"
    link.symlink_to(tmp_path / "safe" / "k")
    mark = Seal.at(link).mark("x")
    assert Seal.at(tmp_path / "safe" / "k").mark("x") == mark
    assert link.is_symlink()


def test_a_key_that_others_may_read_is_warned_of(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(SECRET)
    for mode, warned in ((0o600, False), (0o640, False), (0o644, True), (0o660, True)):
        path.chmod(mode)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            Seal.at(path)
        assert ("chmod 600" in caplog.text) is warned


def test_on_a_full_disk_no_half_key_is_left(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "1m") as folder:
        fill(folder)
        with pytest.raises(StorageFull):
            Seal.at(folder / "gates.key")
        assert not any("gates.key" in file.name for file in folder.iterdir())


@given(st.text(max_size=64))
def test_what_is_sealed_is_opened_as_it_was(who: str) -> None:
    sealed = SEAL.close(who)
    assert SEAL.open(sealed) == who
    assert SEAL.close(who) != sealed
    if len(who.encode(errors="surrogatepass")) > 3:  # shorter ones are in any noise
        assert who.encode(errors="surrogatepass") not in sealed


def test_it_is_what_the_standards_say(path: Path) -> None:
    """HKDF and HMAC by hand, AES-GCM by its own call: not through the code under test."""
    path.write_bytes(SECRET)
    path.chmod(0o600)
    seal = Seal.at(path)
    mark = hmac.new(derived("mark", 32), "渝A12345".encode(), hashlib.sha256).hexdigest()
    assert seal.mark(PLATE) == mark
    sealed = seal.close(PLATE)
    head, nonce, rest = sealed[:5], sealed[5:17], sealed[17:]
    assert head == b"\x01" + derived("name", 4)
    assert AESGCM(derived("seal", 32)).decrypt(nonce, rest, head) == PLATE.encode()


def test_nonces_do_not_come_again() -> None:
    assert len({SEAL.close("x")[5:17] for _ in range(2000)}) == 2000


@given(st.sampled_from("渝川粤"), st.text("ABCDEFGH0123456789", min_size=5, max_size=7), st.data())
def test_marks_are_equal_however_a_plate_is_written(
    province: str, rest: str, data: st.DataObject
) -> None:
    apart = data.draw(st.sampled_from(["", " ", "·", "•", "-", "\u3000", "."]))
    written = data.draw(st.sampled_from([str.upper, str.lower]))(province + apart + rest)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in province + rest)
    assert SEAL.mark(written) == SEAL.mark(wide) == SEAL.mark(province + rest)
    assert SEAL.mark(province + rest) != SEAL.mark(province + rest + "0")
    assert rest not in SEAL.mark(written)


def test_another_key_is_told_and_tells_nothing(tmp_path: Path) -> None:
    sealed = SEAL.close(PLATE)
    with pytest.raises(StoreDamaged, match="another key") as refused:
        Seal.at(tmp_path / "other.key").open(sealed)
    assert refused.value.code == "seal_foreign"
    assert "12345" not in f"{refused.value!r}{refused.value}"


SEALED = SEAL.close(PLATE)


@pytest.mark.parametrize(
    "harmed",
    [
        *(b"", SEALED[:32], SEALED[:-1], SEALED + b"\0", b"\x02" + SEALED[1:]),
        *(PLATE.encode() * 4, b"\x01" + PLATE.encode() * 4),  # never sealed at all
    ],
    ids=("nothing", "cut", "short", "long", "another form", "a plate", "a plate of the form"),
)
def test_what_was_not_sealed_so_is_told_and_tells_nothing(harmed: bytes) -> None:
    with pytest.raises(StoreDamaged) as refused:
        SEAL.open(harmed)
    foreign = harmed[:1] == b"\x01" and harmed[1:5] != SEALED[1:5]
    assert refused.value.code == ("seal_foreign" if foreign else "seal_damaged")
    assert "12345" not in f"{refused.value!r}{refused.value}{refused.value.__cause__!r}"


def test_every_bit_that_flips_is_found() -> None:
    sealed = SEAL.close(PLATE)
    for bit in range(len(sealed) * 8):
        harmed = bytearray(sealed)
        harmed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(StoreDamaged) as refused:
            SEAL.open(bytes(harmed))
        named = 8 <= bit < 40  # the name of the key
        assert refused.value.code == ("seal_foreign" if named else "seal_damaged")


def test_a_draft_holds_nothing_of_the_plate() -> None:
    sealed = SEAL.draft(replace(CAR, key=f"2026-{PLATE}"))
    assert (sealed.gate, sealed.at, sealed.way, sealed.kind) == ("k1", NOON, Way.IN, CAR.kind)
    assert sealed.mark == SEAL.mark("渝a12345")
    assert SEAL.open(sealed.sealed) == PLATE
    assert all("12345" not in f"{getattr(sealed, name)!r}" for name in sealed.__slots__)
    nobody = SEAL.draft(replace(CAR, kind=PassageKind.COUNT, who="", key=""))
    assert (nobody.mark, nobody.sealed, nobody.key) == ("", b"", "")
    assert repr(SECRET)[2:-1] not in repr(SEAL)


def test_a_record_is_known_by_its_gate_its_minute_and_its_key() -> None:
    def key(**changes: object) -> str:
        return SEAL.draft(replace(CAR, **changes)).key  # type: ignore[arg-type]

    same = key()
    assert len(same) == 64
    assert key(who="川B1", way=Way.OUT, at=NOON + timedelta(seconds=59)) == same
    assert key(at=NOON + timedelta(days=1)) != same  # gates count from 1 every day
    assert key(gate="k2") != same
    assert key(key="8") != same
    assert key(gate="k1 ", key="7") != key(gate="k1", key=" 7")
    assert Seal(lambda: bytes(32)).draft(CAR).key != same


def test_nobody_can_read_it_in_the_database_and_it_goes_when_its_days_are_over(
    tmp_path: Path,
) -> None:
    clock = ManualClock(NOON)
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    seal = Seal.at(tmp_path / "gates.key")
    store.passages.add([seal.draft(CAR)], origin="gate", author="li")
    written = b"".join(file.read_bytes() for file in tmp_path.glob("firewatch.db*"))
    assert seal.mark(PLATE).encode() in written
    for form in (PLATE, "渝A12345", "12345"):
        assert form.encode() not in written
    retention = Retention(store, clock, SecurityRule(), GatesRule(keep_days=1.0))
    clock.advance(timedelta(days=1).total_seconds())
    retention.sweep()
    (kept,) = store.passages.of_mark(seal.mark("渝A 12345"), 9)
    assert seal.open(kept.sealed) == PLATE
    clock.advance(1.0)
    retention.sweep()
    assert store.passages.newest() == {}
    (deed, _) = store.audit.entries(9, noun="passages")
    assert (deed.actor, deed.action) == (SYSTEM, "passages.forgotten")
    assert deed.details["count"] == 1
    store.close()


def test_no_backup_holds_the_key_and_a_restore_beside_it_is_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, backup = tmp_path / "old", tmp_path / "new", tmp_path / "one.tar"
    old.mkdir()
    seal = Seal.at(old / "gates.key")
    with closing(Store.open(f"sqlite:///{old / 'firewatch.db'}", clock=ManualClock(NOON))) as store:
        store.passages.add([seal.draft(CAR)], origin="gate")
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(old))
    assert run_firewatch(monkeypatch, "backup", backup) == 0
    written = backup.read_bytes()
    assert seal.mark(PLATE).encode() in written
    assert (old / "gates.key").read_bytes() not in written
    assert b"12345" not in written
    new.mkdir()
    shutil.copy2(old / "gates.key", new)  # before the restore, or after it
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(new))
    assert run_firewatch(monkeypatch, "restore", backup) == 0
    with closing(Store.open(f"sqlite:///{new / 'firewatch.db'}", clock=ManualClock(NOON))) as store:
        (passage,) = store.passages.of_mark(Seal.at(new / "gates.key").mark(PLATE), 9)
    assert Seal.at(new / "gates.key").open(passage.sealed) == PLATE
    with pytest.raises(StoreDamaged) as refused:
        Seal.at(tmp_path / "made-anew.key").open(passage.sealed)
    assert refused.value.code == "seal_foreign"
