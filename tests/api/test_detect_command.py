"""``firewatch detect`` as a person or a script meets it."""

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

from api.commands.detect import detect
from models.zoo.registry import ZOO_DIRECTORY

CARD = ZOO_DIRECTORY / "cards" / "firewatch-yolo11n.toml"
app = typer.Typer()
app.command()(detect)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    path = tmp_path / "a.jpg"
    path.write_bytes(cv2.imencode(".jpg", image)[1].tobytes())
    return path


def firewatch(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_done_is_silent_when_piped(source: Path, tmp_path: Path) -> None:
    result = firewatch(source, "--out", tmp_path / "out", "--floor", 0, "--width-px", 96)
    assert (result.exit_code, result.output) == (0, "")
    assert len(json.loads((tmp_path / "out" / "detections.json").read_text())) > 0


def test_a_bad_file_is_one_line_and_exit_code_1(source: Path, tmp_path: Path) -> None:
    bad = tmp_path / "two\nlines\x1b[31m.jpg"
    result = firewatch(bad, source, tmp_path / "none.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("firewatch: ") for line in lines)
    assert "two?lines?[31m.jpg does not exist" in lines[0]
    assert "none.mp4 does not exist" in lines[1]
    assert (tmp_path / "out" / "annotated" / "a.jpg").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.jpg",),
        ("--out", "out"),
        ("a.jpg", "--out", "out", "--floor", "1.1"),
        ("a.jpg", "--out", "out", "--floor", "nan"),
        ("a.jpg", "--out", "out", "--every-s", "-1"),
        ("a.jpg", "--out", "out", "--every-s", "inf"),
        ("a.jpg", "--out", "out", "--device", "tpu"),
        ("a.jpg", "--out", "out", "--what"),
    ],
)
def test_wrong_use_is_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert firewatch(*arguments).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_there_stops_before_anything_is_made(
    source: Path, tmp_path: Path
) -> None:
    result = firewatch(source, "--out", tmp_path / "out", "--model", "firewatch-none")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "firewatch-none" in result.stderr
    assert not (tmp_path / "out").exists()


def test_wrong_weights_stop_before_anything_is_made(source: Path, tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    card = tmp_path / "cards" / CARD.name
    card.write_bytes(CARD.read_bytes())
    (tmp_path / "firewatch-yolo11n.onnx").write_bytes(b"not these")
    result = firewatch(source, "--out", tmp_path / "out", "--model", card)
    assert result.exit_code == 1
    assert "sha256" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_card_may_be_named_by_its_file(source: Path, tmp_path: Path) -> None:
    result = firewatch(source, "--out", tmp_path / "out", "--model", CARD, "--width-px", 96)
    assert result.exit_code == 0


def test_a_width_that_no_network_takes(source: Path, tmp_path: Path) -> None:
    result = firewatch(source, "--out", tmp_path / "out", "--width-px", 100)
    assert result.exit_code == 1
    assert "multiple of 32" in result.stderr


def test_a_folder_of_somebody_else_is_refused(source: Path, tmp_path: Path) -> None:
    result = firewatch(source, "--out", tmp_path)
    assert result.exit_code == 1
    assert "has not made" in result.stderr


def read_to_the_end(control: int) -> bytes:
    """All that a terminal was sent: it comes in pieces, more of them on a slow machine."""
    shown = bytearray()
    with os.fdopen(control, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while piece := screen.read(65536):
            shown += piece
    return bytes(shown)  # the last writer's going is told as an input/output error


def test_a_terminal_shows_progress_and_a_summary(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    control, terminal = pty.openpty()
    with ThreadPoolExecutor(1) as reader, os.fdopen(terminal, "w") as stderr:
        screen = reader.submit(read_to_the_end, control)
        monkeypatch.setattr(sys, "stderr", stderr)
        with pytest.raises(typer.Exit) as caught:
            detect([source, tmp_path / "none.jpg"], out=tmp_path / "out", width_px=96)
        stderr.close()
        shown = screen.result().decode()
    assert caught.value.exit_code == 1
    assert "none.jpg does not exist" in shown
    assert "\x1b[" in shown  # the bar
    assert "detections in 1 pictures of 1 files, CPUExecutionProvider" in shown
