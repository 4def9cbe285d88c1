"""Runs that a watch has written: recordings by a name of their own, terrain that was imported."""

from pathlib import Path

import pytest
from replay_rig import Hillside, hillside

from detector.replay.drills import terrain_of
from detector.replay.plan import Order, Refused, dem_digest, plan
from detector.replay.run_file import FootageEntry, RunFile
from models.errors import InputRefused


def test_a_recording_has_the_name_that_the_run_gives_it_also_when_it_is_refused(
    tmp_path: Path,
) -> None:
    hill = Hillside(tmp_path)
    hill.put(0, hillside(0))
    run = RunFile(
        name="a",
        footage=(
            FootageEntry(path=str(tmp_path / "ridge"), name="北坡.zip"),
            FootageEntry(path=str(tmp_path / "gone"), name="valley.mp4"),
        ),
    )
    found, gone = plan(run, leave_out=tmp_path / "out")
    assert isinstance(found, Order)
    assert isinstance(gone, Refused)
    assert (found.name, gone.name) == ("北坡.zip", "valley.mp4")
    assert found.what.recording.name == "北坡.zip"  # type: ignore[union-attr]


def test_a_folder_of_several_keeps_their_own_names(tmp_path: Path) -> None:
    for name in ("east", "west"):
        Hillside(tmp_path / "towers", name).put(0, hillside(0))
    entry = FootageEntry(path=str(tmp_path / "towers"), name="both")
    found = plan(RunFile(name="a", footage=(entry,)), leave_out=tmp_path / "out")
    assert [one.name for one in found] == ["east", "west"]


def test_a_folder_without_imported_terrain_is_refused(tmp_path: Path) -> None:
    assert dem_digest("") == ""
    for ask in (dem_digest, lambda dem: terrain_of(dem, None)):
        with pytest.raises(InputRefused) as refused:
            ask(str(tmp_path))
        assert refused.value.code == "replay_dem"
