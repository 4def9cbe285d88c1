"""``firewatch evaluate sequences`` as a person or a script meets it."""

import contextlib
import json
import os
import pty
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from api.cli import app
from api.commands.evaluate import sequences
from detector.evidence import decision_version
from models.config import Settings

FOOTAGE = Path(__file__).resolve().parents[3] / "shared/data/footage"


def firewatch(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", "sequences", *map(str, arguments)])


@pytest.fixture
def ridge(tmp_path: Path) -> Path:
    folder = tmp_path / "footage" / "ridge"
    folder.mkdir(parents=True)
    for minute in range(3):
        image = np.full((72, 128, 3), 90 + minute, np.uint8)
        data = cv2.imencode(".jpg", image)[1].tobytes()
        (folder / f"{1532815626 + 60 * minute}_{60 * minute:+06d}.jpg").write_bytes(data)
    return folder


def test_one_line_a_sequence_and_the_file(ridge: Path, tmp_path: Path) -> None:
    result = firewatch(ridge.parent, "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ridge: 3 frames, no alert\n"
    written = json.loads((tmp_path / "out" / "sequences.json").read_text(encoding="utf-8"))
    assert written["model"]["name"] == Settings().model_card
    assert written["config_version"] == decision_version(Settings())
    assert [frame["at_s"] for frame in written["sequences"][0]["frames"]] == [0.0, 60.0, 120.0]


def test_events_beside_the_sequence_are_used_and_kept_detections_too(
    ridge: Path, tmp_path: Path
) -> None:
    (ridge.parent / "events.csv").write_text(
        "sequence,first_visible_s,clear_s,cadence_s\nridge,0,60,60\n", encoding="utf-8"
    )
    cache = tmp_path / "cache"
    for named in (ridge, ridge.parent):
        result = firewatch(named, "--out", tmp_path / "out", "--cache", cache, "--every", 2)
        assert result.exit_code == 0
        assert result.stdout == (
            "ridge: 2 frames, no alert; the fire was missed; 0 false alarms before ignition\n"
        )
    assert len(list(cache.rglob("*.json"))) == 2


def test_settings_and_weights_are_those_that_are_named(ridge: Path, tmp_path: Path) -> None:
    file = tmp_path / "watch.toml"
    file.write_text("[attention]\ncost = 1.0\n[evidence]\nmin_hits = 4\n", encoding="utf-8")
    card = "firewatch-yolo26n"
    out = tmp_path / "out"
    result = firewatch(ridge, "--out", out, "--settings", file, "--model", card)
    assert result.exit_code == 0
    written = json.loads((out / "sequences.json").read_text(encoding="utf-8"))
    assert (written["evidence"]["min_hits"], written["attention"]["cost"]) == (4, 1.0)
    assert written["model"]["name"] == card


def test_what_cannot_be_judged_is_one_line_and_exit_code_1(ridge: Path, tmp_path: Path) -> None:
    bad = tmp_path / "two\nlines\x1b[31m.mp4"
    bad.write_bytes(b"no video")
    result = firewatch(ridge, bad, tmp_path / "none", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stdout == "ridge: 3 frames, no alert\n"
    lines = result.stderr.splitlines()
    assert [line.startswith("firewatch: ") for line in lines] == [True, True]
    assert "two?lines?[31m.mp4 is not a video" in lines[0]
    assert (tmp_path / "out" / "sequences.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--settings", "no.toml"), "no.toml cannot be read"),
        (("--events", "no.csv"), "no.csv cannot be read"),
        (("--model", "no-such-model"), "no-such-model"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(
    ridge: Path, tmp_path: Path, arguments: tuple[str, str], says: str
) -> None:
    result = firewatch(ridge, "--out", tmp_path / "out", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert says in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [(), ("--fps", "nan"), ("--video-s", "inf"), ("--every", 0), ("--fps", -1)]
)
def test_wrong_use_is_exit_code_2(ridge: Path, arguments: tuple[object, ...]) -> None:
    out = ("--out", ridge / "out") if arguments else ()
    assert firewatch(ridge, *out, *arguments).exit_code == 2


def read_to_the_end(control: int) -> bytes:
    shown = bytearray()
    with os.fdopen(control, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while piece := screen.read(65536):
            shown += piece
    return bytes(shown)  # the last writer's going is told as an input/output error


def test_a_terminal_shows_progress(
    ridge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    control, terminal = pty.openpty()
    with ThreadPoolExecutor(1) as reader, os.fdopen(terminal, "w") as stderr:
        screen = reader.submit(read_to_the_end, control)
        monkeypatch.setattr(sys, "stderr", stderr)
        with pytest.raises(typer.Exit):
            sequences([ridge, tmp_path / "none"], out=tmp_path / "out")
        stderr.close()
        shown = screen.result().decode()
    assert "\x1b[" in shown  # the bar
    assert "ridge" in shown
    assert "none does not exist" in shown


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no recorded footage beside the checkout")
def test_a_recorded_ignition_is_found(tmp_path: Path) -> None:
    folder = FOOTAGE / "sequences_1min" / "20160604_FIRE_rm-n-mobo-c"
    result = firewatch(folder, "--out", tmp_path)
    assert result.exit_code == 0
    (row,) = json.loads((tmp_path / "sequences.json").read_text(encoding="utf-8"))["sequences"]
    assert row["looked_at"] == 51
    assert row["fire"]["false_alarms"] == 0
    assert row["fire"]["from_clear"]["frames"] <= 2
