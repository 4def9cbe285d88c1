"""The report of a run: one page that needs nothing else and says what the figures say."""

import base64
import csv
import hashlib
import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Element, read_page
from replayed_rig import (
    RecordingMade,
    alert_at,
    made_result,
    result_of,
    three_recordings,
)
from small_disk import fill, small_disk

from detector.report import write_report
from detector.report.figures_csv import figures_csv
from detector.report.reading import read_result
from detector.report.report import MOST_TIMELINES, report_page
from detector.report.writing import write_whole
from models.errors import InputRefused, StorageFull
from models.footage import TrueFire, Truth
from models.replay import Played

CHEAP = settings(max_examples=30)


def page_of(result: dict[str, Any]) -> Element:
    return read_page(report_page(read_result(result), None).decode())


@pytest.fixture(scope="module")
def page() -> Element:
    return page_of(made_result())


def rows(page: Element, part: str) -> list[list[Element]]:
    """Cells of the rows of the first table after a heading."""
    table = next(
        one.all("table")[0]
        for one in page.all("section")
        if one.all("h2") and one.all("h2", id=part)
    )
    return [row.all("th") + row.all("td") for row in table.one("tbody").all("tr")]


def test_two_runs_write_the_same_files_and_nothing_else(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report(tmp_path / name, made_result())
    names = ["figures.csv", "report.html"]
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_page_fetches_nothing_and_runs_one_script_only(page: Element) -> None:
    addresses = [
        value
        for one in page.all()
        for key, value in one.attributes.items()
        if key in {"href", "src", "action", "srcset", "data"}
    ]
    assert addresses
    assert all(one.startswith(("#", "data:image/jpeg;base64,")) for one in addresses)
    style = "".join(page.one("style").text)
    assert not re.search(r"url\(|@import", style)
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for name in ("script", "style"):
        text = "".join(page.one(name).text)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not [one for one in page.all() if "style" in one.attributes]


def test_every_link_inside_leads_somewhere_and_no_id_stands_twice(page: Element) -> None:
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = [one.attributes["href"] for one in page.all("a")]
    assert {one.removeprefix("#") for one in links} <= set(ids)
    named = [value for one in page.all() if (value := one.attributes.get("aria-labelledby"))]
    assert set(named) <= set(ids)
    assert {one.attributes["for"] for one in page.all("label")} == {"lang-zh", "lang-en"}


def test_whatever_is_said_in_one_language_is_said_in_the_other(page: Element) -> None:
    for part in page.inside():
        sides = [one.attributes["lang"] for one in part.children if "lang" in one.attributes]
        assert sides == ["zh", "en"] * (len(sides) // 2)
    body = page.one("body")
    assert not re.search(r"[\u4e00-\u9fff]", body.one("main").words("en"))
    assert "发现率" in body.one("main").words("zh")


def test_the_figures_are_those_of_the_result(page: Element) -> None:
    result = made_result()
    shown = {
        row[0].words("en"): [cell.words("en") for cell in row[1:]] for row in rows(page, "headline")
    }
    figures = {one["name"]: one for one in result["figures"]["headline"]}
    assert len(shown) == len(figures)
    recall = figures["event_recall"]
    assert (recall["count"], recall["of"]) == (1, 2)
    assert shown["Fires found"][0] == "50.0 %"
    assert shown["Fires found"][2] == "1 of 2"
    assert shown["Delay from first sight"][0] == "3 min"
    assert shown["Alarms before ignition"][0] == "1"
    words = page.one("ul", class_="short").words("en")
    assert "1 of 2 fires that somebody could see were found." in words
    assert "False alarms: 2 in" in words
    assert "False alarms before ignition: 1." in words
    assert "Fires that nobody could see: 1." in words
    assert "Frames that were not looked at: 3 of 100 (corrupt; frozen)." in words


def test_every_slice_has_its_row(page: Element) -> None:
    result = made_result()
    cuts = {(one["by"], one["word"]) for one in result["figures"]["slices"]}
    tables = page.all("table", class_="parts")
    assert len(tables) == len({by for by, _ in cuts})
    assert sum(len(one.one("tbody").all("tr")) for one in tables) == len(cuts)
    assert "Night" in " ".join(one.words("en") for one in tables)


def test_each_recording_is_drawn_with_its_fires_and_alerts(page: Element) -> None:
    ridge, valley, quiet = page.all("section", class_="timeline")
    assert [one.attributes["class"] for one in ridge.all("text", class_="alert")] == [
        "alert early",
        "alert right",
    ]
    # 30 frames from -600 s to 1140 s: the alert at +300 s lies at 900 of 1740 s.
    assert ridge.all("text", class_="alert")[1].attributes["x"] == "51.72%"
    assert ridge.one("rect", class_="burning").attributes["x"] == "41.38%"
    assert ridge.one("line", class_="ignition").attributes["x1"] == "34.48%"
    assert ridge.one("line", class_="first-sight").attributes["x1"] == "41.38%"
    left_out = ridge.one("rect", class_="left-out")
    assert (left_out.attributes["x"], left_out.attributes["width"]) == ("86.21%", "3.45%")
    assert "2 not looked at (frozen)" in ridge.words("en")
    assert "north slope: found 3 min after first sight (frames: 3)" in ridge.words("en")
    assert "barn: missed" in valley.words("en")
    assert "behind: nobody could see it. behind the ridge" in valley.words("en")
    assert "nothing burns here" in quiet.words("en")
    assert not quiet.all("rect", class_="burning")


def test_the_gallery_tells_why(page: Element) -> None:
    missed, false, early = page.all("figure", class_="card")
    assert "Missed" in missed.words("en")
    assert "barn" in missed.words("en")
    assert (
        "It was followed and its evidence reached +0.9 of +2; best score 0.31, "
        "frames looked at: 14. Its frames that were not looked at: 1 of 15."
    ) in missed.words("en")
    assert "Drifted like fog; unheard of" in false.words("en")
    assert "evidence +3.8 (alerts from +2); seen 4\u00d7 in 3 min" in false.words("en")
    assert "Before ignition" in early.words("en")
    assert "整体平移" in false.words("zh")
    assert "picture cannot be had" in missed.words("en")


HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        [
            "</script><script>alert(1)</script>",
            '"><img src=http://evil/ onerror=alert(1)>',
            "</style><svg onload=alert(1)>",
            "<!--",
            "=HYPERLINK(1)",
            "\u202egnp\x00\x1b[2J\ud800",
        ]
    ),
)


BONES = {"a", "body", "figure", "head", "input", "main", "meta", "script", "section", "style", "tr"}


def renamed(value: object, names: dict[str, str]) -> object:
    """A document with other texts in the place of some."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


NAMES = ("the recording", "the fire", "the word")
TAME = result_of(
    [
        RecordingMade(
            NAMES[0],
            truth=Truth((TrueFire(NAMES[1], 60.0), TrueFire("unseen", None, unseen=NAMES[2]))),
            scene=NAMES[2],
            refused={3: NAMES[2]},
            alerts=[alert_at(5, findings=(NAMES[2],)), alert_at(0)],
        ).played()
    ],
    name=NAMES[0],
    config_version=NAMES[2],
    settings={NAMES[2]: NAMES[2]},
)


@cache
def tame_page() -> Element:
    return page_of(TAME)


@CHEAP
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_name_makes_an_element_or_an_attribute(name: str, fire: str, word: str) -> None:
    result = renamed(TAME, dict(zip(NAMES, (name, fire, word), strict=True)))
    assert isinstance(result, dict)
    hostile, tame = page_of(result), tame_page()
    assert [
        (one.name, sorted(one.attributes)) for one in hostile.inside() if one.name in BONES
    ] == [(one.name, sorted(one.attributes)) for one in tame.inside() if one.name in BONES]
    # A word that we know, such as "fog", is said in two languages: two elements more.
    assert {one.name for one in hostile.inside()} <= {one.name for one in tame.inside()}
    assert {key for one in hostile.inside() for key in one.attributes} == {
        key for one in tame.inside() for key in one.attributes
    }
    figures_csv(read_result(result)).decode()


def many(count: int) -> list[Played]:
    """Recordings of which each tenth has a false alarm."""
    return [
        RecordingMade(
            f"r{index:04d}", frames=10, alerts=[alert_at(8)] if index % 10 == 0 else []
        ).played()
        for index in range(count)
    ]


def test_a_large_run_keeps_its_page_small_and_shows_all_troubles() -> None:
    result = result_of(many(MOST_TIMELINES + 50))
    text = report_page(read_result(result), None).decode()
    assert len(text) < 2_500_000
    page = read_page(text)
    shown = [one.one("h3").words() for one in page.all("section", class_="timeline")]
    assert len(shown) == MOST_TIMELINES
    assert {f"r{index:04d}" for index in range(0, 250, 10)} <= set(shown)
    assert shown == sorted(shown)
    left_out = [one.words("en") for one in page.all("p", class_="more")]
    assert "Left out here: 50 more; result.json has them all." in left_out


def test_a_long_recording_is_thinned_and_its_highest_score_stays() -> None:
    recording = RecordingMade("day", frames=2400, smoke={1000: 0.99}, refused={2000: "frozen"})
    text = report_page(read_result(result_of([recording.played()])), None).decode()
    assert len(text) < 80_000
    drawing = read_page(text).one("svg", class_="time")
    # The bar of column 1000 / 2399 * 240 = 100, with a gap on both its sides.
    assert "M100.05 100v-99h0.9V100z" in drawing.one("path", class_="smoke").attributes["d"]
    assert drawing.one("path", class_="refused").attributes["d"].startswith("M200.05 ")


def test_a_run_without_fires_frames_or_truth_says_so() -> None:
    empty = RecordingMade("empty", frames=0)
    unknown = RecordingMade("unknown", frames=1, truth=None)
    page = page_of(result_of([empty.played(), unknown.played()], name=""))
    words = page.one("main").words("en")
    assert "No fire is known in this footage" in words
    assert "nothing is known of this recording" in words
    assert "Nothing to draw" in words
    nothing = page_of(result_of([])).one("main").words("en")
    assert "No fire is known in this footage" in nothing


def test_figures_are_in_the_sheet_as_they_were_reckoned(tmp_path: Path) -> None:
    recordings = three_recordings()
    recordings[2] = replace(recordings[2], scene="=2+5+cmd|' /C calc'!A0")
    result = result_of(recordings)
    write_report(tmp_path, result)
    data = (tmp_path / "figures.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    by_name = {one["name"]: one for one in table if one["by"] == "all"}
    for figure in result["figures"]["headline"]:
        row = by_name[figure["name"]]
        for key in ("value", "low", "high", "count", "of"):
            assert (None if row[key] == "" else float(row[key])) == figure[key]
    counts = {one["name"]: float(one["value"]) for one in table if one["by"] == "counts"}
    refused = result["figures"]["counts"].pop("refused")
    assert counts == result["figures"]["counts"]
    assert {one["word"]: int(one["value"]) for one in table if one["by"] == "refused"} == refused
    scenes = {one["word"] for one in table if one["by"] == "scene"}
    assert "'=2+5+cmd|' /C calc'!A0" in scenes
    assert not [word for word in scenes if word.startswith("=")]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    with pytest.raises(InputRefused, match="cannot be written") as refused:
        write_report(tmp_path / "file", made_result())
    assert refused.value.code == "output_refused"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        write_whole(disk, {"report.html": b"old"})
        fill(disk)
        with pytest.raises(StorageFull) as refused:
            write_whole(disk, {"figures.csv": b"new" * 100_000, "report.html": b"new" * 100_000})
        assert refused.value.remedy
        assert (disk / "report.html").read_bytes() == b"old"
        assert not [one for one in disk.iterdir() if one.name.startswith(".")]
