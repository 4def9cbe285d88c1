"""Sentences, tables and timelines say what there is, and what there is not."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from page_reader import Element, read_page
from replayed_rig import RecordingMade, made_result, result_of

from detector.report.reading import read_result
from detector.report.report import report_page
from detector.report.shape import Result
from detector.report.tables import headline, short, slices
from detector.report.timeline import timeline
from models.footage import TrueFire, Truth

MADE = made_result()
RESULT = read_result(MADE)


def sentences(result: Result) -> str:
    return read_page(short(result)).words("en")


def with_counts(**counts: float) -> Result:
    return replace(RESULT, counts=dict(RESULT.counts) | counts)


def with_verdict(**verdict: object) -> Mapping[str, Any]:
    """Of the fire of the ridge."""
    result: dict[str, Any] = copy.deepcopy(MADE)
    (row,) = [one for one in result["figures"]["sequences"] if one["name"] == "ridge"]
    row["fires"][0] |= verdict
    return result


def ridge(result: Mapping[str, Any]) -> Element:
    (row,) = [one for one in read_result(result).sequences if one.name == "ridge"]
    return read_page(timeline(row, 7))


def test_all_found_and_nothing_false_is_said_so() -> None:
    everything = with_counts(visible_fires=1, false_alarms=0, early_alarms=0, fires=1)
    said = sentences(everything)
    assert "All 1 fires that somebody could see were found." in said
    assert "No false alarm in" in said
    assert "before ignition" not in said
    assert "nobody could see" not in said


def test_a_wide_interval_is_warned_of_until_there_are_enough_fires() -> None:
    assert "With so few fires (29)" in sentences(with_counts(visible_fires=29))
    assert "so few fires" not in sentences(with_counts(visible_fires=30))
    assert "so few fires" not in sentences(with_counts(visible_fires=0))


def test_alerts_that_nobody_judges_are_counted() -> None:
    said = sentences(with_counts(unjudged_alerts=3, ignored_alerts=2))
    assert "Alerts in footage of which nothing is known: 3." in said
    assert "Alerts where nobody is judged: 2." in said


def test_false_alarms_without_a_rate_are_told_without_one() -> None:
    assert "\u2013 a camera-day" in sentences(replace(RESULT, headline=()))
    days = with_counts(camera_days=7.5)
    bare = {key: value for key, value in days.counts.items() if key != "judged_camera_days"}
    assert "in 7.5 camera-days" in sentences(replace(days, counts=bare))


def test_a_figure_that_nobody_has_words_for_is_shown_by_its_name() -> None:
    odd = replace(RESULT.headline[0], name="brand_new", value=0.25, unit="", count=7, of=None)
    (row,) = read_page(headline([odd])).one("tbody").all("tr")
    cells = [one.words("en") for one in row.all("td")]
    assert row.one("th").words() == "brand_new"
    assert (cells[0], cells[2], cells[3]) == ("0.250", "7", "")
    assert row.all("td")[0].attributes["data-value"] == "0.25"


def test_many_parts_are_cut_with_a_word() -> None:
    recordings = [RecordingMade(f"s{index:02d}", frames=3).played() for index in range(45)]
    page = read_page(slices(read_result(result_of(recordings))))
    assert len(page.one("table").one("tbody").all("tr")) == 40
    assert page.one("p", class_="more").words("en").startswith("Left out here: 5 more")
    assert read_page(slices(replace(RESULT, slices=()))).words("en") == "None."


def test_a_place_is_told_with_its_error_and_whether_its_region_held() -> None:
    inside = ridge(with_verdict(location_error_m=412.4, in_region=True)).words("en")
    assert "place off by 412 m \u00b7 inside the region told" in inside
    outside = ridge(with_verdict(location_error_m=1870.0, in_region=False)).words("en")
    assert "place off by 1.87 km \u00b7 outside the region told" in outside
    bare = ridge(with_verdict(from_visible_s=None, from_visible_frames=None))
    assert bare.one("li").words("en") == "north slope: found"


def test_what_lies_outside_the_recording_is_not_marked() -> None:
    late = RecordingMade("late", frames=5, truth=Truth((TrueFire("fire", 9000.0, -9000.0),)))
    page = read_page(timeline(read_result(result_of([late.played()])).sequences[0], 0))
    assert page.all("line", class_="ignition") == []
    assert page.all("line", class_="first-sight") == []


def test_words_of_many_fires_do_not_lie_over_each_other() -> None:
    fires = tuple(TrueFire(f"f{index}", 60.0 * index) for index in range(1, 4))
    many = RecordingMade("many", truth=Truth(fires))
    page = read_page(timeline(read_result(result_of([many.played()])).sequences[0], 0))
    assert len(page.all("rect", class_="burning")) == 3
    assert page.all("text", class_="word") == []
    assert len(page.all("li")) == 3


def test_drill_footage_is_marked_where_it_is_shown_and_warned_of() -> None:
    result: dict[str, Any] = copy.deepcopy(MADE)
    assert "Drill" not in read_page(report_page(read_result(result), None).decode()).words()
    (row,) = [one for one in result["run"]["footage"] if one["name"] == "valley"]
    row["is_drill"] = True
    page = read_page(report_page(read_result(result), None).decode()).one("main")
    assert "Drill footage, made and not taken: 1 of 3 recordings." in page.words("en")
    marked = [one.one("h3").words("zh") for one in page.all("section", class_="timeline")]
    assert marked == ["ridge", "valley 演练", "quiet"]


def test_footage_that_could_not_be_judged_is_named_with_its_trouble() -> None:
    assert "could not be judged" not in sentences(RESULT)
    result: dict[str, Any] = copy.deepcopy(MADE)
    result["run"]["refused"] = [
        {"name": f"<b>{index}", "code": "no_time_in_name"} for index in range(43)
    ]
    page = read_page(short(read_result(result)))
    assert "Footage that could not be judged: 43" in page.words("en")
    rows = page.one("table", class_="not-judged").one("tbody").all("tr")
    assert rows[0].words() == "<b>0no_time_in_name"
    assert len(rows) == 40
    assert "Left out here: 3 more" in page.words("en")
