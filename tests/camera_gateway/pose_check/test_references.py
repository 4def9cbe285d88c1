"""Reference pictures are kept whole, by a name that is theirs, until nobody needs them."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_disk import fill, small_disk

from camera_gateway.pose_check import ReferenceShelf
from models.errors import InputRefused, StorageFull

DAY = timedelta(days=1)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_picture_is_there_after_a_restart_under_a_name_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "references"
    first = ReferenceShelf(folder).keep(b"one")
    second = ReferenceShelf(folder).keep(b"two")
    assert first != second
    assert ReferenceShelf(folder).keep(b"one") == first
    assert ReferenceShelf(folder).jpeg(first) == b"one"
    assert ReferenceShelf(folder).jpeg(second) == b"two"
    assert names(folder) == sorted([first, second])


def test_a_folder_is_made_for_a_picture_and_for_nothing_else(tmp_path: Path) -> None:
    shelf = ReferenceShelf(tmp_path / "references")
    name = f"{'ab' * 16}.jpg"
    assert shelf.jpeg(name) is None
    shelf.forget(name)
    assert shelf.clear([], datetime.now(UTC)) == 0
    assert list(tmp_path.iterdir()) == []
    shelf.keep(b"one")
    assert shelf.jpeg(name) is None
    shelf.forget(name)
    assert len(names(tmp_path)) == 1


@pytest.mark.parametrize(
    "name", ["", "../secret", "/etc/passwd", "secret", f"{'AB' * 16}.jpg", f"{'ab' * 16}.jpg\n"]
)
def test_what_is_not_a_name_is_not_there_and_not_removed(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    shelf = ReferenceShelf(tmp_path / "references")
    kept = shelf.keep(b"one")
    (tmp_path / "references" / "secret").write_bytes(b"x")
    assert shelf.jpeg(name) is None
    shelf.forget(name)
    assert names(tmp_path) == sorted(["secret", "secret", kept])


@given(name=st.text(max_size=40))
def test_no_name_leaves_the_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    root = tmp_path_factory.mktemp("outer")
    shelf = ReferenceShelf(root / "references")
    kept = shelf.keep(b"one")
    assert shelf.jpeg(name) is None
    shelf.forget(name)
    assert names(root) == [kept]


def test_a_picture_is_forgotten(tmp_path: Path) -> None:
    shelf = ReferenceShelf(tmp_path)
    first, second = shelf.keep(b"one"), shelf.keep(b"two")
    shelf.forget(first)
    assert shelf.jpeg(first) is None
    assert shelf.jpeg(second) == b"two"


def test_what_nobody_names_is_cleared_but_not_what_has_just_been_kept(tmp_path: Path) -> None:
    shelf = ReferenceShelf(tmp_path)
    first, second, new = (shelf.keep(data) for data in (b"one", b"two", b"new"))
    (tmp_path / "notes.txt").write_text("not ours")
    now = datetime.now(UTC)
    for name in (first, second, "notes.txt"):
        os.utime(tmp_path / name, ((now - 2 * DAY).timestamp(),) * 2)
    assert shelf.clear([second], now) == 1
    assert names(tmp_path) == sorted([second, new, "notes.txt"])
    # Kept again, it is new again: the reference that names it may be under way.
    shelf.keep(b"two")
    assert shelf.clear([], now) == 0
    assert shelf.clear([], now + 2 * DAY) == 2
    assert names(tmp_path) == ["notes.txt"]


def test_a_picture_that_cannot_be_read_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = ReferenceShelf(tmp_path)
    name = shelf.keep(b"one")

    def fail(_path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert shelf.jpeg(name) is None


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputRefused):
        ReferenceShelf(tmp_path / "file" / "references").keep(b"one")
    assert ReferenceShelf(tmp_path / "file" / "references").jpeg(f"{'ab' * 16}.jpg") is None


def test_a_full_disk_keeps_what_it_has_and_nothing_by_half(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "256k") as small:
        shelf = ReferenceShelf(small / "references")
        kept = shelf.keep(b"one")
        fill(small)
        with pytest.raises(StorageFull):
            shelf.keep(bytes(200_000))
        assert shelf.jpeg(kept) == b"one"
        assert names(small / "references") == [kept]
