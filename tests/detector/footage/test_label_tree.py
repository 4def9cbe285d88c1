"""Labels lie in a file, a folder or a zip; no zip costs more than its bounds."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest
from label_rig import names_in, put, zipped

from detector.footage import label_tree
from detector.footage.files import MOST_BYTES, parse_json, read_bounded, sha256_of
from detector.footage.label_tree import open_tree
from models.errors import InputRefused

FILES = {"a/one.txt": "1", "b.TXT": "2", ".hidden": "3", "a/.x/two.txt": "4"}


def refusal(path: Path, name: str = "") -> InputRefused:
    with pytest.raises(InputRefused) as caught, open_tree(path) as tree:
        tree.read(name)
    return caught.value


def test_a_file_a_folder_and_a_zip_read_alike(tmp_path: Path) -> None:
    folder = put(tmp_path / "folder", FILES)
    packed = zipped(tmp_path / "packed.zip", FILES | {"__MACOSX/b.TXT": "5", "c\\d.txt": "6"})
    assert names_in(folder) == ["a/one.txt", "b.TXT"]
    assert names_in(packed) == ["a/one.txt", "b.TXT", "c/d.txt"]
    assert names_in(folder / "b.TXT") == ["b.TXT"]
    for path in (folder, packed):
        with open_tree(path) as tree:
            assert tree.read("a/one.txt") == b"1"
            assert tree.names(".txt")[:2] == ["a/one.txt", "b.TXT"]
            assert tree.place("b.TXT") == f"{path}: b.TXT"
    with open_tree(folder / "b.TXT") as tree:
        assert (tree.read("b.TXT"), tree.place("b.TXT")) == (b"2", str(folder / "b.TXT"))


def test_what_is_not_there_is_refused_when_it_is_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json", "none.json").code == "file_missing"
    assert refusal(tmp_path / ("x" * 300), "x" * 300).code == "file_unreadable"
    assert refusal(Path(os.devnull), Path(os.devnull).name).code == "file_is_folder"


def test_a_zip_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    assert refusal(path).code == "label_file_damaged"


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "twice.zip", {"a/b.txt": "1", "a\\b.txt": "2"})
    assert "stands twice" in refusal(path).message


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": "words of a label " * 50})
    data = bytearray(path.read_bytes())
    data[40:50] = bytes(10)
    path.write_bytes(bytes(data))
    assert refusal(path, "a.txt").code == "label_file_damaged"


def test_a_locked_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": "1"})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1  # the bit that says "encrypted"
    path.write_bytes(bytes(data))
    assert "password" in refusal(path, "a.txt").message


def test_a_zip_bomb_costs_no_more_than_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", bytes(MOST_BYTES + 1))
    assert path.stat().st_size < 100_000
    assert refusal(path, "zeros.txt").code == "label_file_too_large"


def test_all_files_of_a_zip_share_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_tree, "MOST_TOGETHER_BYTES", 15)
    path = zipped(tmp_path / "a.zip", {"a.txt": "x" * 10, "b.txt": "y" * 10})
    with open_tree(path) as tree:
        assert tree.read("a.txt") == b"x" * 10
        with pytest.raises(InputRefused, match="more than 5 bytes"):
            tree.read("b.txt")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_tree, "MOST_FILES", 2)
    files = {f"{number}.txt": "" for number in range(3)}
    assert refusal(zipped(tmp_path / "a.zip", files)).code == "label_file_too_large"
    assert refusal(put(tmp_path / "folder", files)).code == "label_file_too_large"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"x" * 11)
    assert read_bounded(path, 11) == b"x" * 11
    with pytest.raises(InputRefused) as caught:
        read_bounded(path, 10)
    assert caught.value.code == "label_file_too_large"


def test_json_with_a_mark_of_its_order_is_read() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 0}', "x") == {"a": 0}


def test_a_hash_is_the_one_of_the_whole_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1_000_000)
    assert sha256_of(path) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
    with pytest.raises(InputRefused) as caught:
        sha256_of(tmp_path)
    assert caught.value.code == "file_unreadable"
