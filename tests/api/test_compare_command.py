"""``firewatch compare`` as a person meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run_firewatch
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed_rig import (
    JUNK,
    RecordingMade,
    alert_at,
    made_result,
    result_of,
    three_recordings,
    ways_into,
    with_value,
)
from typer.testing import CliRunner

from api.cli import app
from models.errors import WatchError
from models.footage import TrueFire, Truth

MADE = made_result()
Shown = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def put(folder: Path, result: dict[str, Any]) -> Path:
    folder.mkdir()
    file = folder / "result.json"
    file.write_text(json.dumps(result), encoding="utf-8")
    return file


def test_two_runs_are_compared_by_file_or_folder(
    tmp_path: Path, monkeypatch: Patch, capsys: Shown
) -> None:
    ridge, valley, _ = three_recordings()
    put(tmp_path / "a", made_result())
    deaf = RecordingMade("ridge", from_s=-600.0, truth=ridge.truth, refused={3: "frozen"}).played()
    second = put(tmp_path / "b", result_of([deaf, valley]))
    out = tmp_path / "out"
    assert run_firewatch(monkeypatch, "compare", tmp_path / "a", second, "--out", out) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "2 recordings compared, 1 left out",
        "fires: 1 lost, 0 gained",
        "  lost: north slope in ridge",
        "false alarms: 0 new, 1 gone",
    ]
    assert shown.err == ""
    assert sorted(one.name for one in out.iterdir()) == [
        "comparison.csv",
        "comparison.html",
        "comparison.json",
    ]


def test_names_cannot_steer_the_terminal_and_long_lists_are_cut(
    tmp_path: Path, monkeypatch: Patch, capsys: Shown
) -> None:
    truth = Truth((TrueFire("f\x1b[2J\n", 0.0),))
    first, second = (
        [
            RecordingMade(f"r{i}\x07", truth=truth, alerts=[alert_at(3)] if found else []).played()
            for i in range(12)
        ]
        for found in (True, False)
    )
    put(tmp_path / "a", result_of(first))
    put(tmp_path / "b", result_of(second))
    code = run_firewatch(
        monkeypatch, "compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out"
    )
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "fires: 12 lost, 0 gained"
    assert lines[2] == "  lost: f?[2J? in r0?"
    assert lines[12] == "  and 2 more"
    assert "event_recall: 1 -> 0, worse" in lines


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (None, "result.json cannot be read"),
        ("{", "result.json is no JSON"),
        ("{}", "no recording in common"),
        ('{"sequences": [{"name": 1}]}', "no played recording"),
        ('{"sequences": 7}', "no recording in common"),
    ],
)
def test_what_is_no_result_is_one_line_and_exit_code_1(
    tmp_path: Path, monkeypatch: Patch, capsys: Shown, second: str | None, says: str
) -> None:
    put(tmp_path / "a", made_result())
    (tmp_path / "b").mkdir()
    if second is not None:
        (tmp_path / "b/result.json").write_text(second, encoding="utf-8")
    out = tmp_path / "out"
    assert run_firewatch(monkeypatch, "compare", tmp_path / "a", tmp_path / "b", "--out", out) == 1
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert line.startswith("firewatch: ")
    assert says in line
    assert not out.exists()


def test_a_result_of_another_format_is_refused(
    tmp_path: Path, monkeypatch: Patch, capsys: Shown
) -> None:
    put(tmp_path / "a", made_result())
    put(tmp_path / "b", made_result() | {"format": 9})
    code = run_firewatch(
        monkeypatch, "compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out"
    )
    assert code == 1
    assert "format" in capsys.readouterr().err


def test_wrong_use_is_exit_code_2(monkeypatch: Patch) -> None:
    assert run_firewatch(monkeypatch, "compare", "only-one") == 2


@settings(max_examples=40)
@given(st.sampled_from(ways_into(MADE)), JUNK)
def test_junk_anywhere_in_a_result_is_refused_or_compared(
    tmp_path_factory: pytest.TempPathFactory, way: tuple[Any, ...], junk: object
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    first = put(folder / "a", MADE)
    second = put(folder / "b", with_value(MADE, way, junk))
    out = folder / "out"
    result = CliRunner().invoke(app, ["compare", str(first), str(second), "--out", str(out)])
    assert result.exception is None or isinstance(result.exception, WatchError)
    assert (out / "comparison.html").exists() == (result.exception is None)
