"""``firewatch land answer`` as a duty officer types it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from command_line import run_firewatch
from land_rig import FIRE, belt, feature, village

from models.clock import SystemClock
from models.config import load_settings
from models.incident import DismissReason
from models.land import LandFeature, Layer
from models.ledger import EntryKind, GroundPlace, LedgerDraft
from models.store import Store
from models.times import ALWAYS

Captured = pytest.CaptureFixture[str]
LAND = [
    feature(Layer.TOWNSHIP, "500110001", shapely.box(-9_000.0, -9_000.0, 0.0, 9_000.0)),
    village("v", 2_500.0, 0.0),
    belt("b", [(1_000.0, -900.0), (1_000.0, 40.0)], width_m=20.0),
    belt("w", [(1_500.0, -900.0), (1_500.0, 900.0)], state="worn"),
    feature(Layer.FOREST_BELT, "in", shapely.box(-20.0, -900.0, 20.0, 900.0)),
    feature(Layer.WATER_POINT, "deep", shapely.Point(3_000.0, 0.0), depth_m=5.0),
    feature(Layer.WATER_POINT, "flat", shapely.Point(2_000.0, 0.0), depth_m=0.5),
    feature(Layer.WATER_POINT, "winter", shapely.Point(2_500.0, 9.0), depth_m=5.0,
            usable_from_month=11, usable_to_month=2),
    feature(Layer.ROAD, "r", shapely.LineString([(0.0, -300.0), (5_000.0, -300.0)])),
    feature(Layer.STATION, "s", shapely.Point(4_900.0, -290.0)),
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path))
    opened = Store.open(load_settings(None).store_url, clock=SystemClock())
    yield opened
    opened.close()


def keep(store: Store, features: list[LandFeature]) -> None:
    for layer in Layer:
        store.land.replace(layer, [one for one in features if one.layer is layer], actor="li")


def ask(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    return run_firewatch(monkeypatch, "land", "answer", *words)


def test_it_tells_all_in_lines(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    keep(store, LAND)
    now = datetime.now(UTC)
    store.ledger.add(
        LedgerDraft(
            EntryKind.BURN, GroundPlace(FIRE[0], FIRE[1] + 0.01, 200.0), now - timedelta(hours=1),
            now + timedelta(hours=1), ALWAYS, DismissReason.REGISTERED_BURN, "石角镇 张三", "",
        ),
        author="li",
    )  # fmt: skip
    assert ask(monkeypatch, *FIRE, "--month", "6", "--wind-from", "270") == 0
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert lines[0].split() == ["township", "50.0", "%", "name", "500110001", "(500110001)"]
    assert lines[1].split()[:3] == ["elsewhere", "50.0", "%"]
    assert "wind from 270 at 5 m/s, 0.0 h old; villages downwind first:" in lines
    assert "2.50 km E [2.40 to 2.60 km], 0 degrees off the wind's way; open" in told
    assert "name b (b) at 1.00 km: 20 m wide, holds, gap 60 m" in told
    assert "name w (w) at 1.50 km: width unknown, does not hold (worn)" in told
    assert "name in (in) at 0.00 km: 40 m wide, does not hold (the fire lies in it)" in told
    assert "- name flat (flat) 2.00 km E [1.90 to 2.10 km]: depth" in told
    assert "- name winter (winter) 2.50 km E [2.40 to 2.60 km]: month" in told
    assert "+ name deep (deep) 3.00 km E [2.90 to 3.10 km]: " in told
    assert "name in (in) here [0.00 to 0.08 km], straight line" in told
    assert "min by road (4.90 km, 0.31 km beside)" in told
    assert "registered burn 1: 0.91 km [0.81 to 1.01 km], 石角镇 张三, until" in told


def test_the_wind_that_was_entered_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    keep(store, LAND)
    assert ask(monkeypatch, *FIRE) == 0
    assert "wind: nobody has entered one" in capsys.readouterr().out
    store.winds.enter(0.0, 0.0, author="li")
    assert ask(monkeypatch, *FIRE) == 0
    assert "wind from 0 at 0 m/s, 0.0 h old; not used (old or calm):" in capsys.readouterr().out


def test_as_json_it_is_what_the_server_says(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    keep(store, [*LAND, *(drilled() for _ in range(1))])
    assert ask(monkeypatch, *FIRE, "--radius-m", "0", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["place"]["source"] == "asked"
    assert told["place"]["r90_m"] == 1.0
    assert told["report"]["land_version"] == store.land.version()
    assert told["report"]["drill"]
    assert ask(monkeypatch, *FIRE) == 0
    assert capsys.readouterr().out.startswith("DRILL 演练")


def drilled() -> LandFeature:
    return LandFeature(Layer.POST, "p", "演练哨", shapely.Point(*FIRE), drill=True)


@pytest.mark.parametrize(
    "words",
    [
        (FIRE[0], 95.0),
        (-181.0, 28.0),
        (*FIRE, "--radius-m", -1.0),
        (*FIRE, "--radius-m", 20_001.0),
        (*FIRE, "--month", 0),
        (*FIRE, "--month", 13),
        (*FIRE, "--wind-from", 360.0),
        (*FIRE, "--wind-from", 0.0, "--wind-speed", 61.0),
    ],
)
def test_what_cannot_be_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: Captured, words: tuple[object, ...]
) -> None:
    assert store.land.version() == 0
    assert ask(monkeypatch, *words) == 1
    assert capsys.readouterr().err.startswith("firewatch: ")
