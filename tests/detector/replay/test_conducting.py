"""A whole run with the real weights: the same bytes however it was played, also resumed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from replay_rig import Hillside, hillside
from small_disk import fill, small_disk

from camera_gateway.pictures import encode_jpeg
from detector.replay.conducting import RunListener, Wish, conduct
from detector.replay.result import canonical, played_from_json
from detector.replay.run_file import RunFile, read_run
from models.errors import InputRefused, ModelMismatch, StorageFull

CODE = """
import sys
from pathlib import Path
from detector.replay.conducting import RunListener, Wish, conduct
from detector.replay.run_file import read_run
conduct(read_run(Path(sys.argv[1])), Path(sys.argv[2]), Wish(here=True), RunListener())
"""


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ridges and a folder that cannot be played."""
    folder = tmp_path_factory.mktemp("footage")
    for name, minutes in (("a", 2), ("b", 3)):
        hill = Hillside(folder / "ridges", name)
        for minute in range(minutes):
            hill.put(minute, hillside(minute, 30 * minute))
    (folder / "nothing").mkdir()
    Hillside(folder, "cut").put(0, encode_jpeg(hillside(9))[:3000])
    (folder / "ridges" / "a.truth.json").write_text('{"firewatch_truth": 1, "fires": []}')
    run = folder / "RUN.toml"
    run.write_text(
        'name = "ridges"\ndevice = "cpu"\n[[footage]]\npath = "ridges"\n'
        '[[footage]]\npath = "nothing"\n[[footage]]\npath = "cut"\n',
        encoding="utf-8",
    )
    return run


def conducted(run: Path, out: Path, wish: Wish | None = None) -> tuple[bytes, list[str]]:
    told: list[str] = []
    listener = RunListener(
        on_planned=lambda count, kept, frames: told.append(f"{count} {kept} {frames}"),
        on_finished=lambda played: told.append(played.name),
        on_refused=lambda name, error: told.append(f"{name} {error.code}"),
    )
    conduct(read_run(run), out, wish or Wish(here=True), listener)
    return (out / "result.json").read_bytes(), told


@pytest.fixture(scope="module")
def whole(run_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out"
    result, told = conducted(run_file, out)
    assert told == [
        "nothing folder_without_pictures",
        "3 0 6",
        "b",
        "a",
        "cut no_readable_picture",
    ]
    return out, result


def test_it_says_what_was_run_and_what_came_of_it(whole: tuple[Path, bytes]) -> None:
    out, data = whole
    result: dict[str, Any] = json.loads(data)
    assert canonical(result) == data
    assert set(result) == {"format", "run", "figures", "sequences"}
    run = result["run"]
    assert (run["name"], run["model"]["name"]) == ("ridges", "firewatch-yolo26n")
    assert len(run["model"]["sha256"]) == 64
    assert set(run["settings"]) == {"evidence", "attention"}
    assert [one["name"] for one in run["footage"]] == ["a", "b", "cut"]
    assert run["refused"] == [
        {"name": "cut", "code": "no_readable_picture"},
        {"name": "nothing", "code": "folder_without_pictures"},
    ]
    assert [len(played_from_json(one).frames) for one in result["sequences"]] == [2, 3]
    assert result["figures"]["counts"]["frames"] == 5
    assert {path.name for path in out.iterdir()} == {
        "cost.json",
        "figures.csv",
        "parts",
        "report.html",
        "result.json",
    }
    cost = json.loads((out / "cost.json").read_text())
    assert (cost["frames"], cost["workers"]) == (5, min(2, len(os.sched_getaffinity(0))))
    assert cost["network_s"] > 0.0 < cost["decode_s"]
    # neither paths nor times of this machine
    assert str(out.parent).encode() not in data


def test_finished_parts_are_not_played_again_and_damaged_ones_are(
    run_file: Path, whole: tuple[Path, bytes]
) -> None:
    out, result = whole
    again, told = conducted(run_file, out)
    assert again == result
    assert told[1:] == ["3 2 1", "cut no_readable_picture"]
    part = min((out / "parts").iterdir())
    whole_part = part.read_bytes()
    part.write_bytes(whole_part[:-20])
    mended, told = conducted(run_file, out)
    assert mended == result
    assert len(told) == 4
    assert part.read_bytes() == whole_part
    fresh, told = conducted(run_file, out, Wish(fresh=True, here=True))
    assert fresh == result
    assert told[1] == "3 0 6"


def test_killed_and_begun_again_by_two_workers_it_says_the_same(
    run_file: Path, whole: tuple[Path, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", CODE, str(run_file), str(out)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603  # ours
        ends_s = time.monotonic() + 60.0
        while not list(out.glob("parts/*.json")):
            assert process.poll() is None
            assert time.monotonic() < ends_s
            time.sleep(0.01)  # the other process works
        process.send_signal(signal.SIGKILL)
    kept = len(list(out.glob("parts/*.json")))
    assert kept >= 1
    again, told = conducted(run_file, out, Wish(workers=2))
    assert again == whole[1]
    assert told[1] == f"3 {kept} {1 if kept == 2 else 3}"


def test_a_full_disk_is_said_and_room_makes_it_go_on(
    run_file: Path, whole: tuple[Path, bytes], tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        fill(disk)
        with pytest.raises(StorageFull):
            conducted(run_file, disk / "out")
        assert not list(disk.glob("out/parts/*.json"))
        (disk / "others").unlink()
        again, _ = conducted(run_file, disk / "out")
        assert again == whole[1]


def test_where_nothing_can_be_judged_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = RunFile.model_validate({"name": "a", "footage": [{"path": str(tmp_path / "empty")}]})
    with pytest.raises(InputRefused, match="no footage that could be judged"):
        conduct(run, tmp_path / "out", Wish(here=True), RunListener())
    assert not (tmp_path / "out").exists()


def test_what_the_run_names_and_is_not_there_is_said(tmp_path: Path) -> None:
    entry = {"path": str(tmp_path)}
    for key, kind in (("model", ModelMismatch), ("settings", InputRefused)):
        run = RunFile.model_validate({"name": "a", "footage": [entry], key: "/gone.toml"})
        with pytest.raises(kind, match="gone"):
            conduct(run, tmp_path / "out", Wish(here=True), RunListener())
