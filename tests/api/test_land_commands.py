"""``firewatch land history`` and ``land undo`` as somebody types them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from command_line import run_firewatch

from models.clock import SystemClock
from models.config import load_settings
from models.land import ChangeKind, LandEdit, LandFeature, Layer
from models.store import Store

Captured = pytest.CaptureFixture[str]
BELT = LandFeature(
    Layer.FOREST_BELT,
    "b/1",
    "一号带",
    shapely.LineString([(106.1, 29.1), (106.2, 29.3)]),
    drill=False,
    properties={"width_m": 30.0, "owner": "林场"},
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path))
    opened = Store.open(load_settings(None).store_url, clock=SystemClock())
    yield opened
    opened.close()


def land(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    return run_firewatch(monkeypatch, "land", *words)


def edited(store: Store, before: LandFeature | None, after: LandFeature | None) -> None:
    store.land.apply(
        [LandEdit(before, after)],
        kind=ChangeKind.EDITED,
        author="li",
        source="带\n.shp",
        note="年度",
    )


def test_changes_are_told_and_set_back(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert land(monkeypatch, "history") == 0
    assert "never changed" in capsys.readouterr().out
    edited(store, None, BELT)
    wider = replace(
        BELT,
        name="宽带",
        drill=True,
        geometry=shapely.Point(1, 2).buffer(0.1),
        properties={"width_m": 30, "state": "good", "owner": "林场"},
    )
    edited(store, BELT, wider)
    assert land(monkeypatch, "undo", 2, "--note", "误") == 0
    assert "Change 2 is set back by change 3: 1 changed." in capsys.readouterr().out
    assert store.land.all() == [BELT]

    assert land(monkeypatch, "history") == 0
    third, second, first = capsys.readouterr().out.splitlines()
    assert "command line: undone; forest_belt; 1 changed" in third
    assert "“误”; sets back 2" in third
    assert "li: edited; forest_belt; 1 changed; from 带?.shp" in second
    assert "SET BACK by 3" in second
    assert "1 added" in first

    assert land(monkeypatch, "history", "forest_belt", "b/1") == 0
    told = capsys.readouterr().out
    assert "    name 一号带 -> 宽带\n" in told
    assert "    drill False -> True\n" in told
    assert "    shape LineString at " in told
    assert "    width_m 30.0 -> 30\n" in told
    assert "    state (none) -> good\n" in told
    assert "    new: 一号带, LineString at" in told
    assert "owner ->" not in told
    assert land(monkeypatch, "history", "forest_belt", "b/1", "--most", "1") == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if line[4].isdigit()]) == 1


def test_a_feature_that_is_gone_keeps_its_history(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    edited(store, None, BELT)
    edited(store, BELT, None)
    assert land(monkeypatch, "history", "forest_belt", "b/1") == 0
    assert "taken away: 一号带" in capsys.readouterr().out


def test_a_feature_from_before_there_were_changes_has_none(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    edited(store, None, BELT)
    with sqlite3.connect(tmp_path / "firewatch.db") as raw:
        raw.execute("DELETE FROM land_edit")
    assert land(monkeypatch, "history", "forest_belt", "b/1") == 0
    assert "No change has touched forest_belt/b/1" in capsys.readouterr().out


def test_what_cannot_be_told_or_set_back_is_one_line(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    edited(store, None, BELT)
    edited(store, BELT, replace(BELT, name="x"))
    assert land(monkeypatch, "undo", 1) == 1
    assert "forest_belt/b/1 (x), last by li in change 2" in capsys.readouterr().err
    assert land(monkeypatch, "undo", 9) == 1
    assert "There is no change 9" in capsys.readouterr().err
    assert land(monkeypatch, "history", "pool", "p") == 1
    assert "never was" in capsys.readouterr().err
    assert land(monkeypatch, "history", "pool") == 2
    assert land(monkeypatch, "history", "lake", "p") == 2
