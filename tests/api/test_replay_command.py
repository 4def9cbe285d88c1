"""``firewatch replay`` as its user types it."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import run_firewatch
from replay_rig import Hillside, hillside

from api.commands.replay import in_words
from models.detection import Box, Label
from models.footage import Conditions
from models.replay import Played, PlayedAlert, PlayedFrame

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
CODE = """
import signal
import typer
from api.commands.replay import replay
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
app = typer.Typer()
app.command()(replay)
app()
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "RUN.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wrong_run_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(tmp_path, 'name = "a"\n[[footage]]\npath = "x"\nevry = 2\n')
    assert run_firewatch(monkeypatch, "replay", run, "--out", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "footage.0.evry is not known" in told.err


def test_what_cannot_be_judged_is_named_and_nothing_else_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(tmp_path, 'name = "a"\n[[footage]]\npath = "gone"\n')
    assert run_firewatch(monkeypatch, "replay", run, "--out", tmp_path / "out") == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "gone" in told[0]
    assert "no footage that could be judged" in told[1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("rate", ["nan", "-1", "inf"])
def test_a_rate_that_is_none_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: str
) -> None:
    run = written(tmp_path, 'name = "a"\n[[footage]]\npath = "x"\n')
    arguments = ("replay", run, "--out", tmp_path / "out", f"--rate={rate}")
    assert run_firewatch(monkeypatch, *arguments) == 2


def test_a_run_tells_one_line_a_recording_and_nothing_on_the_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hill = Hillside(tmp_path)
    for minute in range(2):
        hill.put(minute, hillside(minute))
    run = written(tmp_path, 'name = "a"\ndevice = "cpu"\n[[footage]]\npath = "ridge"\n')
    assert run_firewatch(monkeypatch, "replay", run, "--out", tmp_path / "out") == 0
    told = capsys.readouterr()
    assert told.out == "ridge: 2 frames, no alert\n"
    assert told.err == ""
    assert (tmp_path / "out" / "result.json").is_file()


def test_ctrl_c_ends_it_with_130_and_no_process_stays(tmp_path: Path) -> None:
    """Slower than life, so that it has not ended when it is interrupted."""
    hill = Hillside(tmp_path)
    for minute in range(3):
        hill.put(minute, hillside(minute))
    run = written(tmp_path, 'name = "a"\ndevice = "cpu"\n[[footage]]\npath = "ridge"\n')
    command = [sys.executable, "-c", CODE, str(run), "--out", str(tmp_path / "out")]
    with subprocess.Popen(  # noqa: S603  # our own command
        [*command, "--rate", "0.01", "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        ends_s = time.monotonic() + 60.0
        while not _children(process.pid):
            assert process.poll() is None
            assert time.monotonic() < ends_s
            time.sleep(0.02)  # the other process works
        children = _children(process.pid)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        try:
            out, err = process.communicate(timeout=60.0)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == ""
    assert err == "firewatch: interrupted; the same command goes on from here.\n"
    while any(map(_runs, children)):
        assert time.monotonic() < ends_s
        time.sleep(0.02)  # they end themselves when nobody listens any more


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [
        int(child)
        for child in found
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def test_what_came_of_a_recording_in_words() -> None:
    box = Box(Label.FLAME, 0.9, 0.0, 0.0, 2.0, 2.0)
    alert = PlayedAlert(0, 60.0, START, Label.FLAME, 0.9, 3.0, 4.0, (), 2, 9.0, box, 70.0, 2)
    frames = (PlayedFrame(60.0, START), PlayedFrame(61.0, START, "frozen"))
    played = Played("a", "a", (9, 9), Conditions(), None, is_dated=True, frames=frames, alerts=())
    assert in_words(played) == "a: 1 frames, no alert, 1 frames refused"
    told = Played(
        "a", "a", (9, 9), Conditions(), None, is_dated=True, frames=frames[:1], alerts=(alert,)
    )
    assert in_words(told) == "a: 1 frames, alerts: flame at +60 s"
