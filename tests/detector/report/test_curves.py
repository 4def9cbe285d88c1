"""Curves are drawn where their numbers say."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Element, read_page
from replayed_rig import made_result

from detector.report.charts import MOST_POINTS, Axis, Line, chart, thinned
from detector.report.curves import curves_of
from detector.report.markup import Both
from detector.report.reading import read_result
from detector.report.shape import Measure, Result

NAME = Both("名", "name")
RESULT = read_result(made_result())
FINITE = st.floats(-1e6, 1e6)


def points_of(line: Element) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in line.attributes["points"].split()]
    return [(float(x), float(y)) for x, y in pairs]


def with_curves(**curves: object) -> Result:
    return replace(RESULT, **curves)  # type: ignore[arg-type]


def test_an_axis_places_and_marks_its_values() -> None:
    flat = Axis(0.0, 1.0, NAME)
    assert [flat.share(one) for one in (-1.0, 0.0, 0.25, 1.0, 7.0)] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert [text for _, text in flat.ticks()] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    log = Axis(0.01, 10.0, NAME, is_log=True, holds_less=True)
    assert [log.share(one) for one in (0.0, 0.01, 1.0, 10.0, 99.0)] == pytest.approx(
        [0.0, 0.0, 2 / 3, 1.0, 1.0]
    )
    assert [text for _, text in log.ticks()] == ["\u2264\u20090.01", "0.1", "1", "10"]
    assert Axis(0.1, 1.0, NAME, is_log=True).ticks()[0][1] == "0.1"


@settings(max_examples=40)
@given(st.lists(st.tuples(FINITE, FINITE), max_size=600))
def test_a_line_stays_inside_its_drawing_and_keeps_its_ends(
    points: list[tuple[float, float]],
) -> None:
    made = chart(Axis(0.0, 1.0, NAME), Axis(0.0, 1.0, NAME), [Line(points, "smoke")], named="n")
    lines = read_page(made).all("polyline")
    assert len(lines) == (1 if points else 0)
    for line in lines:
        drawn = points_of(line)
        assert len(drawn) <= MOST_POINTS
        assert all(46.0 <= x <= 348.0 and 10.0 <= y <= 256.0 for x, y in drawn)
    few = thinned(points)
    assert (few[:1], few[-1:]) == (points[:1], points[-1:])
    assert len(few) == min(len(points), MOST_POINTS)


def test_precision_over_recall_is_drawn_in_steps() -> None:
    result = with_curves(precision_recall={"smoke": ((0.0, 1.0, 0.9), (0.5, 0.5, 0.4))})
    first, *_ = read_page(curves_of([result])).all("figure")
    (line,) = first.all("polyline")
    # 302 by 246 within the axes; it keeps its height until the next point.
    assert points_of(line) == [(46.0, 10.0), (197.0, 10.0), (197.0, 133.0)]
    assert first.one("div", class_="legend").words("en") == "Smoke"


def test_dots_of_reliability_grow_with_what_they_rest_on() -> None:
    result = with_curves(reliability={"flame": ((0.1, 0.2, 25), (0.9, 0.8, 100))})
    _, second, _ = read_page(curves_of([result])).all("figure")
    small, large = second.all("circle", class_="flame")
    assert (float(small.attributes["r"]), float(large.attributes["r"])) == (4.5, 9.0)
    assert float(large.attributes["cx"]) == pytest.approx(46.0 + 0.9 * 302.0)
    assert len(second.all("polyline", class_="ideal")) == 1


def test_false_alarms_run_over_powers_of_ten_and_the_run_stands_in_its_ring() -> None:
    now = (
        Measure("false_alarms_per_camera_day", 1.0, None, None, 1, None, "1/camera-day", "lower"),
        Measure("event_recall", 0.5, None, None, 1, 2, "", "higher"),
    )
    curve = ((0.0, 0.25, 5.0), (0.1, 0.5, 2.0), (10.0, 1.0, 0.1))
    *_, third = read_page(curves_of([with_curves(froc=curve, headline=now)])).all("figure")
    assert [one.words() for one in third.all("text", class_="middle")] == [
        "\u2264 0.1",
        "1",
        "10",
    ]
    ring = third.one("circle", class_="now")
    assert float(ring.attributes["cx"]) == pytest.approx(46.0 + 0.5 * 302.0)
    assert float(ring.attributes["cy"]) == pytest.approx(256.0 - 0.5 * 246.0)
    *_, bare = read_page(curves_of([with_curves(froc=curve, headline=())])).all("figure")
    assert bare.all("circle", class_="now") == []


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)),
        max_size=5,
    )
)
def test_no_number_breaks_a_drawing(points: list[tuple[float, float, float]]) -> None:
    curve = tuple(points)
    result = with_curves(
        precision_recall={"smoke": curve}, reliability={"smoke": curve}, froc=curve
    )
    page = read_page(curves_of([result, result]))
    for one in page.inside():
        for key in ("x", "y", "cx", "cy", "r", "x1", "y1"):
            if key in one.attributes:
                assert math.isfinite(float(one.attributes[key]))
                assert abs(float(one.attributes[key])) < 1000.0


def test_two_runs_lie_over_each_other_with_their_names() -> None:
    other = replace(RESULT, run=replace(RESULT.run, name="winter"))
    curves = {"smoke": ((0.0, 1.0, 0.9),), "flame": ((0.0, 1.0, 0.9),)}
    both = [replace(one, precision_recall=curves) for one in (RESULT, other)]
    first, *_ = read_page(curves_of(both)).all("figure")
    assert len(first.all("polyline")) == 4
    entries = [one.words("en") for one in first.all("span", class_="entry")]
    assert entries == ["Smoke autumn", "Flame autumn", "Smoke winter", "Flame winter"]
