"""Files are whole or as they were."""

import os
from pathlib import Path

import pytest

from models.durable import flush_folder, write_whole


def test_a_file_takes_the_place_of_what_had_its_name(tmp_path: Path) -> None:
    target = tmp_path / "frame.png"
    write_whole(target, b"first")
    write_whole(target, b"second")
    assert target.read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["frame.png"]


def test_what_cannot_be_written_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "frame.png"
    write_whole(target, b"first")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"second")
    assert target.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["frame.png"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "frame.png", b"any")
    with pytest.raises(FileNotFoundError):
        flush_folder(tmp_path / "gone")
