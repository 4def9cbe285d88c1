"""``firewatch land network`` as somebody types it."""

import json
from contextlib import closing
from pathlib import Path

import pytest
import shapely
from command_line import run_firewatch

from models.clock import SystemClock
from models.land import LandFeature, Layer
from models.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")
    stand = shapely.box(106.6, 28.8, 106.61, 28.81)
    road = shapely.LineString([(106.6, 28.7), (106.7, 28.7)])
    features = [
        LandFeature(Layer.FOREST_STAND, "s1", "一号小班", stand, drill=True),
        LandFeature(Layer.ROAD, "r1", "县道", road, drill=False),
        *(
            LandFeature(
                Layer.CHECKPOINT, f"c{at}", f"卡口{at}", shapely.Point(106.6, 28.8), drill=False
            )
            for at in range(3)
        ),
        LandFeature(
            Layer.WATER_POINT, "w1", "水库", shapely.Point(106.7, 28.9), drill=False,
            properties={"depth_m": 8.0, "usable_from_month": 3, "usable_to_month": 12},
        ),
    ]  # fmt: skip
    with closing(
        Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=SystemClock())
    ) as store:
        for layer in {each.layer for each in features}:
            store.land.replace(layer, [each for each in features if each.layer is layer])
    return file


def test_what_is_lacking_is_told_with_what_was_not_judged(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_firewatch(monkeypatch, "land", "network", "--settings", settings, "--most", 2) == 0
    said = capsys.readouterr().out
    assert "1 stands, water within 15 min; towers by distance only" in said
    assert "DRILL" in said
    assert "not judged: Stand without a belt" in said
    assert "not judged: Stand without water by road" in said
    assert "Checkpoint on no road 检查站不在路上: 3" in said
    assert "and 1 more" in said
    assert "卡口0 (c0)  -> 县道" in said
    assert "months 1 2" in said


def test_minutes_are_those_that_are_asked_for(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("land", "network", "--settings", settings, "--kind", "stand_no_air_water")
    assert run_firewatch(monkeypatch, *words, "--minutes", 2) == 0
    said = capsys.readouterr().out
    assert "water within 2 min" in said
    assert "months" not in said, "it holds always"
    assert run_firewatch(monkeypatch, *words, "--township", "500110001") == 0
    assert "nothing is lacking" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["plan.csv", "plan.XLSX", "plan.geojson"])
def test_a_file_holds_every_finding(
    settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out = tmp_path / name
    words = ("land", "network", "--settings", settings, "--out", out)
    assert run_firewatch(monkeypatch, *words) == 0
    written = out.read_bytes()
    if name == "plan.csv":
        assert written.decode("utf-8-sig").count("检查站不在路上") == 3
    elif name == "plan.geojson":
        kinds = [each["properties"]["kind"] for each in json.loads(written)["features"]]
        assert kinds == ["stand_no_air_water", *["checkpoint_no_road"] * 3]
    else:
        assert written.startswith(b"PK")


def test_a_file_that_cannot_be_is_refused(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("land", "network", "--settings", settings, "--out")
    assert run_firewatch(monkeypatch, *words, tmp_path / "plan.pdf") == 1
    assert "does not say what to write" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, *words, tmp_path / "none" / "plan.csv") == 1
    assert "cannot be written" in capsys.readouterr().err
