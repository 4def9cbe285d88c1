"""The benchmark of drills: a fire from pixel to place by the real detector, and its figures."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.drilling.command import main
from benchmarks.drilling.figures import measures_of
from benchmarks.drilling.watching import Answer, Watch
from benchmarks.support.report import Measure
from detector.attention import AttentiveScorer
from detector.replay.drill import DrillFire, drill_fires
from geo.relief import drill_relief
from models.config import Settings
from models.zoo import load_card

RELIEF = drill_relief()


@pytest.fixture(scope="module")
def watch() -> Watch:
    settings = Settings()
    scorer = AttentiveScorer.open(load_card(settings.model_card), settings.attention, threads=2)
    return Watch(RELIEF, scorer, settings)


def small(fire: DrillFire) -> DrillFire:
    return replace(fire, setting=replace(fire.setting, size_px=(640, 360)))


def test_fires_of_one_view_are_seen_and_their_places_found(watch: Watch) -> None:
    """Two that were chosen by their distance alone, the nearest in sight beyond 1 km."""
    fires = [fire for fire in drill_fires(RELIEF, 8, 1) if not fire.is_hidden]
    fires.sort(key=lambda fire: abs(fire.sight.range_m - 1_000.0))
    for fire in fires[:2]:
        answer = watch.answer(small(fire))
        assert answer.unseen == ""
        assert answer.first_visible_s is not None
        assert answer.alert_s is not None
        assert 0.0 <= answer.alert_s <= answer.first_visible_s + 120.0
        assert answer.false_alarms == 0
        assert answer.located == "located"
        assert answer.error_m is not None
        assert answer.holds_95
        assert answer.boxes
        assert answer.off_deg is not None
        assert abs(answer.off_deg[1]) < 1.0


def row(name: str, **facts: Any) -> dict[str, Any]:  # noqa: ANN401
    usual = Answer(
        name=name,
        scene="s",
        range_m=2_000.0,
        is_hidden=False,
        light="day",
        sky="clear",
        season="summer",
        visibility_m=20_000.0,
        sigma_deg=0.1,
        unseen="",
        first_visible_s=30.0,
        alert_s=90.0,
        false_alarms=0,
        located="located",
        error_m=50.0,
        r90_m=100.0,
        holds_90=True,
        holds_95=True,
        behind=False,
        off_deg=(0.0, 0.0),
        boxes=(),
    )
    return usual.row() | facts


MISSED = {"alert_s": None, "located": "", "error_m": None, "holds_90": None, "holds_95": None}


def test_what_counts_is_counted_by_hand() -> None:
    rows = [row(str(number)) for number in range(16)]
    rows += [
        row("missed", **MISSED, range_m=10_000.0),
        row("beside", holds_90=False, holds_95=False, error_m=900.0, sky="haze"),
        row("almost", holds_90=False, error_m=300.0),
        row("ridge", is_hidden=True, holds_90=False, holds_95=False),
        row("sky", located="sky", error_m=None, holds_90=None, holds_95=None, false_alarms=2),
        row("nobody", **MISSED, unseen="haze", first_visible_s=None),
        row("night", **MISSED, light="night"),
    ]
    told = {measure.name: measure for measure in measures_of(rows)}
    assert told["drill_fires"].value == 22
    assert "21 of them visible" in told["drill_fires"].against
    assert told["drill_alerted"].value == pytest.approx(20 / 21, abs=1e-4)
    assert told["drill_alerted"].holds is True
    region = told["drill_region95_holds"]
    assert region.value == pytest.approx(17 / 18, abs=1e-4)
    assert region.holds is True
    assert "17 of 18" in region.against
    assert told["drill_region90_holds"].value == pytest.approx(16 / 18, abs=1e-4)
    assert told["drill_located"].value == pytest.approx(19 / 20, abs=1e-4)
    assert told["drill_delay_median"].value == 60.0
    assert told["drill_error_median"].value == 50.0
    assert told["drill_false_alarms"].value == 2
    assert told["drill_alerted_9_12km"].value == 0.0
    assert told["drill_alerted_haze"].value == 1.0
    assert told["drill_region95_haze"].value == 0.0
    assert told["drill_alerted_over_ridge"].value == 1.0
    assert told["drill_alerted_night_infrared"].value == 0.0
    assert told["drill_nobody_could_see"].value == 1
    assert told["drill_nobody_could_see"].against == "1 haze"


@pytest.mark.parametrize(
    ("held", "of", "holds"), [(92, 100, False), (93, 100, True), (97, 100, True), (98, 100, False)]
)
def test_a_region_that_holds_too_much_fails_as_one_that_holds_too_little(
    held: int, of: int, *, holds: bool
) -> None:
    rows = [row(str(number), holds_95=number < held) for number in range(of)]
    (region,) = [one for one in measures_of(rows) if one.name == "drill_region95_holds"]
    assert region.holds is holds


def test_nothing_measured_says_nothing() -> None:
    names = [measure.name for measure in measures_of([])]
    assert names == ["drill_fires", "drill_false_alarms", "drill_nobody_could_see"]


def test_a_run_goes_on_from_what_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep, report = tmp_path / "kept.jsonl", tmp_path / "report.json"
    fires = drill_fires(RELIEF, 3, 5)
    lines = [json.dumps(row(fire.name)) for fire in fires]
    keep.write_text("\n".join(["{half a li", *lines]) + "\n", encoding="ascii")
    arguments = ["--fires", "3", "--night", "0", "--seed", "5", "--keep", str(keep)]
    assert main([*arguments, "--json", str(report)]) == 1  # all three regions hold: too many
    written = json.loads(report.read_text(encoding="utf-8"))
    measures = {one["name"]: Measure(**one) for one in written["measures"]}
    assert measures["drill_fires"].value == 3
    assert measures["drill_alerted"].holds is True
    assert measures["drill_region95_holds"].holds is False
    assert "drill_alerted" in capsys.readouterr().out
    assert len(keep.read_text(encoding="ascii").splitlines()) == 4
