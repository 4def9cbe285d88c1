"""Finished recordings: kept whole or not at all, and never believed when they are damaged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_disk import fill, small_disk

from detector.replay.parts import Parts, code_version
from models.errors import InputRefused, StorageFull
from models.footage import Conditions
from models.replay import Played, PlayedFrame

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
KEY = "ab" * 32


def recording(frames: int = 2) -> Played:
    rows = tuple(PlayedFrame(1 / 3 + number, START) for number in range(frames))
    return Played("a", "a", (3, 2), Conditions(), None, is_dated=True, frames=rows, alerts=())


def test_a_part_comes_back_as_it_was_told(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    assert parts.recall(KEY) is None
    told = parts.keep(KEY, recording())
    assert told.frames[0].at_s == 0.333333
    assert Parts(tmp_path).recall(KEY) == told
    assert parts.recall("cd" * 32) is None
    assert [path.name for path in (tmp_path / "parts").iterdir()] == [f"{KEY}.json"]


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_part_is_none(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    Parts(folder).keep(KEY, recording())
    file = folder / "parts" / f"{KEY}.json"
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["cut", "flip", "drop"]))
    damaged = bytearray(whole)
    if kind == "cut":
        damaged = damaged[:place]
    elif kind == "flip":
        damaged[place] ^= data.draw(st.integers(1, 255))
    else:
        del damaged[place]
    file.write_bytes(damaged)
    assert Parts(folder).recall(KEY) is None


def test_a_disk_that_is_full_says_so_and_what_was_kept_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        parts = Parts(disk)
        told = parts.keep(KEY, recording())
        fill(disk)
        with pytest.raises(StorageFull):
            parts.keep("cd" * 32, recording(5000))
        assert parts.recall(KEY) == told
        assert parts.recall("cd" * 32) is None
        assert [path.name for path in (disk / "parts").iterdir()] == [f"{KEY}.json"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("a file", encoding="utf-8")
    with pytest.raises(InputRefused, match="cannot be written"):
        Parts(tmp_path).keep(KEY, recording())


def test_a_part_is_known_by_code_libraries_and_processor() -> None:
    told = code_version()
    assert len(told["code"]) == 64
    assert {"numpy", "opencv-python-headless"} <= set(told["libraries"])
    assert told["machine"]
