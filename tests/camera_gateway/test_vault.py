import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_gateway.vault import EvidenceVault
from models.errors import InputRefused, NotFound, StorageFull

KEY = "2026/11/25/000012/0003.jpg"


def files(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def test_what_is_put_can_be_got(tmp_path: Path) -> None:
    vault = EvidenceVault(tmp_path / "deep" / "vault")
    assert vault.put(KEY, b"one") == hashlib.sha256(b"one").hexdigest()
    assert vault.get(KEY) == b"one"
    assert vault.path(KEY).read_bytes() == b"one"
    vault.put(KEY, b"")
    assert vault.get(KEY) == b""
    assert files(tmp_path / "deep" / "vault") == [KEY]


def test_absent_evidence_is_not_found(tmp_path: Path) -> None:
    vault = EvidenceVault(tmp_path)
    vault.put(KEY, b"one")
    for key in ("2026/other.jpg", "2026/11"):
        with pytest.raises(NotFound):
            vault.get(key)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/",
        ".hidden",
        "a/.new-x",
        "a\\b",
        "a\0b",
        "a\n",
        "C:/x",
        "é",
        "x" * 200,
        "/".join("a" * 11),
    ],
)
def test_keys_that_could_leave_the_vault_are_refused(tmp_path: Path, key: str) -> None:
    vault = EvidenceVault(tmp_path / "vault")
    for use in (lambda: vault.put(key, b"x"), lambda: vault.get(key), lambda: vault.path(key)):
        with pytest.raises(InputRefused, match="not allowed"):
            use()
    assert files(tmp_path) == []


@given(key=st.text(max_size=30))
def test_no_key_writes_outside(tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    root = tmp_path_factory.mktemp("outer")
    vault = EvidenceVault(root / "vault")
    try:
        vault.put(key, b"x")
    except InputRefused:
        return
    assert all(name.startswith("vault/") for name in files(root))


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, StorageFull), (errno.EIO, InputRefused)]
)
def test_a_failed_write_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
) -> None:
    vault = EvidenceVault(tmp_path)
    vault.put(KEY, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(expected):
        vault.put(KEY, b"new")
    assert vault.get(KEY) == b"old"
    assert files(tmp_path) == [KEY]


def test_a_real_limit_of_the_file_system_is_storage_full(tmp_path: Path) -> None:
    # The process may write no file above 4 kB: the kernel itself refuses the write.
    script = (
        "import resource, signal, sys; from pathlib import Path;"
        "from camera_gateway.vault import EvidenceVault;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "EvidenceVault(Path(sys.argv[1])).put('a.bin', bytes(10000))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert "StorageFull" in done.stderr
    assert files(tmp_path) == []


def test_a_vault_in_an_impossible_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputRefused):
        EvidenceVault(tmp_path / "file" / "vault")


def test_evidence_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = EvidenceVault(tmp_path)
    vault.put(KEY, b"x")

    def fail(_path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(InputRefused, match="Input/output"):
        vault.get(KEY)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab/.\\\0~ \u202e%2e-_A", max_size=40) | st.text(max_size=40))
def test_no_key_leaves_the_vault(tmp_path: Path, key: str) -> None:
    vault = EvidenceVault(tmp_path / "vault")
    try:
        vault.put(key, b"x")
    except InputRefused:
        return
    inside = (tmp_path / "vault").resolve()
    assert vault.path(key).resolve().is_relative_to(inside)
    assert {path.name for path in tmp_path.iterdir()} == {"vault"}
    vault.remove(key)


@pytest.mark.parametrize("link", ["2026", "2026/11", "2026/11/a.jpg"])
def test_a_symbolic_link_on_the_way_is_refused(tmp_path: Path, link: str) -> None:
    """Whoever can put one into the folder reads and writes nothing through it."""
    vault, outside = EvidenceVault(tmp_path / "vault"), tmp_path / "outside"
    (outside / "11").mkdir(parents=True)
    for file in (outside / "a.jpg", outside / "11" / "a.jpg"):
        file.write_bytes(b"secret")
    target = tmp_path / "vault" / link
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(outside / "a.jpg" if link.endswith("jpg") else outside)
    deeds = [
        lambda: vault.get("2026/11/a.jpg"),
        lambda: vault.put("2026/11/a.jpg", b"x"),
        lambda: vault.remove("2026/11/a.jpg"),
        lambda: vault.path("2026/11/a.jpg"),
    ]
    for deed in deeds:
        with pytest.raises(InputRefused) as refused:
            deed()
        assert refused.value.code == "evidence_link"
    assert (outside / "a.jpg").read_bytes() == b"secret"
    assert list(vault.files()) == []


def test_a_folder_that_cannot_even_be_looked_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server of files that is gone: the desk goes on without a picture, and not down."""
    vault = EvidenceVault(tmp_path / "evidence")
    vault.put("a/1.jpg", b"1")

    def gone(_path: Path) -> bool:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(Path, "is_file", gone)
    with pytest.raises(InputRefused, match="Stale"):
        vault.get("a/1.jpg")
    monkeypatch.setattr(Path, "is_symlink", gone)
    with pytest.raises(InputRefused, match="Stale"):
        vault.put("a/2.jpg", b"2")
