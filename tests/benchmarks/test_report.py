import json
from pathlib import Path

import pytest

from benchmarks.support.report import (
    comparison,
    figure,
    limit,
    machine,
    rate,
    render,
    skipped,
    write,
)

KEYS = ["name", "value", "unit", "against", "ratio", "bar", "holds"]
MEASURES = [
    comparison("faster", 50.0, "images/s", "the bare runtime", ratio=1.5, bar=1.3),
    comparison("slower", 50.0, "images/s", "the bare runtime", ratio=1.2999, bar=1.3),
    comparison("beside", 50.0, "images/s", "the bare runtime", ratio=0.0),
    limit("within", 0.7, "ms", "one thread", 0.7),
    limit("beyond", 0.7004, "ms", "one thread", 0.7),
    limit("none", 0, "cameras", "starved", 0),
    rate("reached", 100.0, "1/s", "alone", bar=100.0, ratio=3.0),
    rate("missed", 99.99, "1/s", "alone", bar=100.0),
    figure("known", 0.0, "share"),
    skipped("absent", "images/s", "no GPU"),
]


def test_the_report_has_the_shape_of_the_design(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    write(path, benchmark="detector", about=machine(), quick=True, measures=MEASURES)
    report = json.loads(path.read_text(encoding="utf-8"))
    assert list(report) == ["benchmark", "machine", "quick", "measures"]
    assert report["benchmark"] == "detector"
    assert report["quick"] is True
    assert report["machine"]["cores"] >= 1
    assert report["machine"]["packages"]["onnxruntime"]
    for measure in report["measures"]:
        assert list(measure) == KEYS
        assert isinstance(measure["name"], str)
        assert isinstance(measure["unit"], str)
        assert isinstance(measure["against"], str)
        for number in ("value", "ratio", "bar"):
            assert measure[number] is None or isinstance(measure[number], int | float)
        # A bar without a verdict, or the other way round, would say nothing.
        assert (measure["bar"] is None) == (measure["holds"] is None)


def test_a_bar_is_met_or_not() -> None:
    holds = {measure.name: measure.holds for measure in MEASURES}
    assert holds == {
        "faster": True,
        "slower": False,
        "beside": None,
        "within": True,
        "beyond": False,
        "none": True,
        "reached": True,
        "missed": False,
        "known": None,
        "absent": None,
    }


def test_what_is_skipped_has_no_number_and_says_why() -> None:
    absent = MEASURES[-1]
    assert (absent.value, absent.ratio, absent.bar) == (None, None, None)
    assert absent.against == "skipped: no GPU"
    assert "skipped: no GPU" in render(absent)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_line_for_a_person_has_the_name_and_the_verdict(measure: object) -> None:
    line = render(measure)  # type: ignore[arg-type]
    assert getattr(measure, "name") in line  # noqa: B009
    assert ("FAILS" in line) == (getattr(measure, "holds") is False)  # noqa: B009
