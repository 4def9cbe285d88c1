"""``firewatch weather`` as its user types it."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_line import run_firewatch

from api.commands import weather as command
from api.commands.user import open_store
from models.patrol import DangerClass


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    return file


def table(days: int, *more: str, skip: int = -1) -> str:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()  # of the district, not of Greenwich
    rows = [f"{today - timedelta(days=age)},26,25,5,0" for age in range(days, 0, -1) if age != skip]
    return "\n".join(["时间,气温,湿度,风速,日降水量", *rows, *more])


def test_import_and_show(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "站.csv"
    file.write_text(table(6, "昨天,1,1,1,1", "2026-01-01,,,,", skip=3), encoding="utf-8")
    asked = ("--settings", settings)
    assert run_firewatch(monkeypatch, "weather", "show", *asked) == 0
    told = capsys.readouterr().out
    assert "No weather near noon is known." in told
    assert "not known; it is reckoned as class 3" in told
    assert run_firewatch(monkeypatch, "weather", "import", file, *asked) == 0
    said = capsys.readouterr()
    assert "5 readings added, 0 of them corrections; 0 known already; 2 rows left out." in said.out
    assert "row 7, 时间: weather_moment: 昨天" in said.err
    assert "Danger of the day: class" in said.out
    assert "from the weather of the district" in said.out
    assert run_firewatch(monkeypatch, "weather", "show", "--days", "4", *asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "the district"
    assert len([line for line in lines if line.startswith("  20")]) == 4
    assert any("after a hole from" in line for line in lines)


def test_a_file_without_a_good_row_fails(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "x.csv"
    file.write_text(table(0, *["x,1,1,1,1"] * 60), encoding="utf-8")
    assert run_firewatch(monkeypatch, "weather", "import", file, "--settings", settings) == 1
    said = capsys.readouterr()
    assert "... and 10 more" in said.err
    assert "No row of the file could be taken." in said.err
    missing = tmp_path / "none.csv"
    arguments = ("weather", "import", missing, "--settings", settings)
    assert run_firewatch(monkeypatch, *arguments) == 1
    assert "cannot be read" in capsys.readouterr().err
    monkeypatch.setattr(command, "LARGEST_BYTES", 3)
    assert run_firewatch(monkeypatch, "weather", "import", file, "--settings", settings) == 1
    assert "more than 50 MB" in capsys.readouterr().err


def test_an_entered_class_names_who_entered_it(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_store(settings)) as store:
        store.patrols.enter_danger(DangerClass.VERY_HIGH, author="wang")
    assert run_firewatch(monkeypatch, "weather", "show", "--settings", settings) == 0
    assert "class 4, orange, entered by wang." in capsys.readouterr().out
