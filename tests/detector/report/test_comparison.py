"""Two runs side by side: what is lost stands first, and chance is not taken for a difference."""

import copy
import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Element, read_page
from replayed_rig import RecordingMade, alert_at, result_of, three_recordings

from detector.measures.comparing import compare
from detector.report import write_comparison
from detector.report.differences import Difference, read_comparison
from detector.report.shape import Measure
from models.errors import InputRefused
from models.footage import TrueFire, Truth
from models.replay import Played


def runs() -> tuple[list[Played], list[Played]]:
    """The second loses the fire of the ridge, finds that of the valley and has another alarm."""
    first = three_recordings()
    ridge, valley, quiet = first
    found = replace(valley, alerts=(alert_at(10, box=(330.0, 370.0, 470.0, 530.0)),))
    deaf = replace(ridge, alerts=ridge.alerts[:1])
    loud = replace(quiet, alerts=(alert_at(30, findings=("strong",)),))
    return first, [deaf, found, loud]


def written(out: Path, first: list[Played], second: list[Played]) -> Element:
    old, new = result_of(first, "autumn"), result_of(second, "winter", settings={"evidence": {}})
    write_comparison(out, old, new, compare(first, second))
    return read_page((out / "comparison.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("compared")
    written(out, *runs())
    return out


def tables(page: Element) -> list[list[str]]:
    return [
        [row.words("en") for row in one.one("tbody").all("tr")]
        for one in page.all("table", class_="changes")
    ]


def test_what_was_lost_and_gained_is_named_with_its_reason(folder: Path) -> None:
    page = read_page((folder / "comparison.html").read_text(encoding="utf-8"))
    first = page.one("ul", class_="short").all("li")[0]
    assert first.attributes["class"] == "lost"
    assert first.words("en") == "Fires that the first run found and the second lost: 1."
    ((lost,), (gained,), (new,), (gone,)) = tables(page)
    assert lost.startswith("ridgenorth slope")
    assert "evidence reached +2.4" in lost
    assert gained.startswith("valleybarn")
    assert "seen 4\u00d7 in 3 min" in gained
    assert new.startswith("quiet+30 min")
    assert new.endswith("Very high score.")
    assert gone.startswith("quiet+8 min")
    assert "Drifted like fog" in gone
    assert "So few recordings prove little" in page.one("main").words("en")
    assert "evidence.alert_log_odds" in page.one("main").words("en")


def test_the_sheet_and_the_json_say_what_was_compared(folder: Path) -> None:
    comparison = compare(*runs())
    told = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(comparison))
    data = (folder / "comparison.csv").read_text(encoding="utf-8-sig")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(data))}
    for measure in comparison["measures"]:
        row = rows[measure["name"]]
        for key in ("first", "second", "difference", "low", "high", "p"):
            assert (None if row[key] == "" else float(row[key])) == measure[key]
    assert rows["event_recall"]["verdict"] == "same"


def test_a_run_compared_with_itself_has_changed_nothing(tmp_path: Path) -> None:
    first = three_recordings()
    page = written(tmp_path, first, first)
    assert page.one("main").words("en").count("None.") == 4
    verdicts = [
        row.all("td")[-1].words("en")
        for row in page.one("table", class_="differences").one("tbody").all("tr")
    ]
    assert set(verdicts) == {"not told apart", "cannot be told"}
    for name in ("comparison.html", "comparison.csv", "comparison.json"):
        before = (tmp_path / name).read_bytes()
        written(tmp_path, first, first)
        assert (tmp_path / name).read_bytes() == before


def test_a_clear_difference_over_many_scenes_is_called_one(tmp_path: Path) -> None:
    def made(*, alerts: bool) -> list[Played]:
        truth = Truth((TrueFire("fire", 0.0),))
        return [
            RecordingMade(
                f"r{index:02d}", frames=12, truth=truth, alerts=[alert_at(3)] if alerts else []
            ).played()
            for index in range(24)
        ]

    page = written(tmp_path, made(alerts=False), made(alerts=True))
    row = page.one("table", class_="differences").one("tbody").all("tr")[0]
    assert row.words("en").startswith("Fires found0.0 %100.0 %+100.0 %")
    assert row.all("td")[-1].words("en") == "better"
    assert row.all("td")[-1].attributes["class"] == "number better"
    assert "So few" not in page.one("main").words("en")


def test_recordings_of_one_run_only_are_named(tmp_path: Path) -> None:
    first, second = runs()
    page = written(tmp_path, first, second[:2])
    assert "Left out: 1, of which the first are quiet." in page.one("main").words("en")
    with pytest.raises(InputRefused) as refused:
        compare(first[:1], second[1:])
    assert refused.value.code == "compare_footage"


def difference(value: float | None, p: float | None, test: str, **ends: float) -> str:
    measure = Measure(
        "x", value, ends.get("low"), ends.get("high"), None, None, "", str(ends.get("better", ""))
    )
    better = replace(measure, better="lower" if ends.get("is_lower") else "higher")
    return Difference(better, 0.0, value, p, test).verdict


@pytest.mark.parametrize(
    ("value", "p", "test", "ends", "verdict"),
    [
        (0.2, 0.01, "mcnemar", {}, "better"),
        (-0.2, 0.01, "mcnemar", {}, "worse"),
        (0.2, 0.05, "mcnemar", {"low": 0.1, "high": 0.3}, "same_word"),
        (0.2, 0.04, "bootstrap", {"low": 0.1, "high": 0.3}, "better"),
        (0.2, 0.04, "bootstrap", {"low": 0.1, "high": 0.3, "is_lower": 1.0}, "worse"),
        (-2.0, 0.04, "bootstrap", {"low": -3.0, "high": -1.0, "is_lower": 1.0}, "better"),
        (0.2, 0.9, "bootstrap", {"low": -0.1, "high": 0.3}, "same_word"),
        (0.2, 0.04, "bootstrap", {"low": 0.0, "high": 0.3}, "same_word"),
        (0.2, 0.04, "bootstrap", {}, "same_word"),
        (0.0, 0.01, "mcnemar", {}, "same_word"),
        (None, 0.01, "mcnemar", {}, "no_telling"),
        (0.2, None, "", {}, "no_telling"),
    ],
)
def test_better_and_worse_are_said_only_where_chance_is_ruled_out(
    value: float | None, p: float | None, test: str, ends: dict[str, float], verdict: str
) -> None:
    assert difference(value, p, test, **ends) == verdict


COMPARED = json.loads(json.dumps(compare(*runs())))
OLD, NEW = (result_of(one) for one in runs())


@settings(max_examples=40)
@given(
    st.sampled_from(["fires", "false_alarms"]),
    st.sampled_from(["gained", "lost"]),
    st.sampled_from(["sequence", "fire", "alert", "at_s"]),
    st.one_of(st.none(), st.integers(-5, 10**9), st.text(max_size=5), st.just([])),
)
def test_a_lying_comparison_is_refused_or_shown_without_reason(
    tmp_path_factory: pytest.TempPathFactory, part: str, side: str, key: str, junk: object
) -> None:
    changed: dict[str, Any] = copy.deepcopy(COMPARED)
    changed[part][side][0][key] = junk
    out = tmp_path_factory.mktemp("lying")
    try:
        write_comparison(out, OLD, NEW, changed)
    except InputRefused as error:
        refused: InputRefused | None = error
    else:
        refused = None
    assert (out / "comparison.html").exists() == (refused is None)


def test_many_changes_are_cut_with_a_word(tmp_path: Path) -> None:
    changed = copy.deepcopy(COMPARED)
    changed["fires"]["lost"] = [{"sequence": f"s{i}", "fire": "f"} for i in range(250)]
    write_comparison(tmp_path, OLD, NEW, changed)
    page = read_page((tmp_path / "comparison.html").read_text(encoding="utf-8"))
    assert len(tables(page)[0]) == 200
    assert "Left out here: 50 more" in page.one("main").words("en")
    assert len(read_comparison(changed).fires_lost) == 250
