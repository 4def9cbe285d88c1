"""A result that somebody hands in is checked to its last number."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replayed_rig import JUNK, made_result, ways_into, with_value

from detector.report.opening import open_result
from detector.report.reading import read_result
from detector.report.report import report_page
from models.errors import InputRefused

MADE = made_result()
PATHS = ways_into(MADE)


def changed(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    return with_value(MADE, path, value)


def test_what_was_played_comes_back() -> None:
    result = read_result(MADE)
    assert result.run.name == "autumn"
    assert result.run.alert_log_odds == 2.0
    assert [one.name for one in result.sequences] == ["ridge", "valley", "quiet"]
    ridge, valley, quiet = result.sequences
    assert [alert.verdict for alert in ridge.alerts] == ["early", "right"]
    assert [fire.outcome for fire in valley.fires] == ["missed", "unseen"]
    assert ridge.fires[0].from_visible_s == 180.0
    assert [(box.at_s, box.label, box.box) for box in valley.boxes] == [
        (600.0, "smoke", (0.25, 0.5, 0.375, 0.75))
    ]
    assert ridge.ignored[0].until_s == 960.0
    assert quiet.alerts[0].box == (600.0, 300.0, 680.0, 360.0)
    assert (ridge.from_s, ridge.until_s) == (-600.0, 1140.0)
    assert [one.troubles for one in result.sequences] == [1, 1, 1]
    assert result.refused == {"corrupt": 1, "frozen": 2}
    assert ridge.conditions == {"light": "day", "sky": "haze", "range_m": 3200.0}


@settings(max_examples=60)
@given(st.sampled_from(PATHS), JUNK)
def test_junk_anywhere_is_refused_by_its_place_or_harmless(
    path: tuple[Any, ...], junk: object
) -> None:
    refused = None
    try:
        page = report_page(read_result(changed(path, junk)), None)
    except InputRefused as error:
        refused, page = error, b""
    if refused is None:
        assert page.endswith(b"</html>\n")
    else:
        assert refused.code in {"replay_result", "replay_format"}
        assert "result" in str(refused)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (
            ("sequences", 0, "alerts", 1, "log_odds"),
            "much",
            "sequences[0].alerts[1].log_odds is no",
        ),
        (("sequences", 0, "frames", 3, "at_s"), -1e9, "sequences[0].frames is not in the order"),
        (("sequences", 1, "truth", "fires", 0, "name"), "other", "fires[0] is a fire without a"),
        (("sequences", 2, "name"), "other", "sequences[2] is a sequence without figures"),
        (("figures", "sequences", 1, "alerts"), ["right"], "2 alerts with 1 verdicts"),
        (("figures", "sequences", 1, "fires", 0, "alert"), 7, "found by alert 7, which is none"),
        (("figures", "headline", 0, "unit"), "miles", "headline[0].unit is none of"),
        (("figures", "curves", "froc"), [[1, 2]], "froc[0] is no point of three numbers"),
        (("figures", "counts", "refused"), {"frozen": 1.5}, "refused.frozen is no whole number"),
        (("figures", "counts"), 7, "figures.counts is no object"),
        (("figures", "slices"), "many", "figures.slices is no list"),
        (("sequences", 0, "is_dated"), "yes", "is_dated is neither true nor false"),
        (("run", "model", "sha256"), 7, "model.sha256 is no text"),
        (("sequences", 0, "alerts", 0, "score"), 10**400, "score is no number that can be"),
        (("sequences", 0, "alerts", 0, "score"), float("nan"), "score is no number that can be"),
        (("sequences", 0, "alerts", 0, "hits"), None, "hits is no whole number"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    path: tuple[Any, ...], value: object, says: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        read_result(changed(path, value))
    assert says in str(refused.value)


def test_another_format_and_no_object_are_refused() -> None:
    with pytest.raises(InputRefused, match="format") as refused:
        read_result(changed(("format",), 2))
    assert refused.value.code == "replay_format"
    with pytest.raises(InputRefused, match="the result is no object"):
        read_result([])  # type: ignore[arg-type]


def test_points_that_cannot_be_placed_are_left_out() -> None:
    result = read_result(changed(("figures", "curves", "froc"), [[None, 1, 2], [0.5, 1, None]]))
    assert result.froc == ((0.5, 1.0, 0.0),)


def test_settings_without_a_threshold_leave_it_open() -> None:
    for given_ in ({}, {"evidence": 1}, {"evidence": {"alert_log_odds": "2"}}):
        assert read_result(changed(("run", "settings"), given_)).run.alert_log_odds is None


def test_a_result_is_opened_by_its_file_or_its_folder(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(MADE), encoding="utf-8")
    assert open_result(tmp_path) == open_result(tmp_path / "result.json") == MADE


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_unreadable"),
        (b"", "replay_result"),
        (b"[1]", "replay_result"),
        (b"\xff\xfe{}", "replay_result"),
        (b'{"format": NaN}', "replay_result"),
        (b'{"format": 1e400}', "replay_result"),
        (b'{"format": -2e15}', "replay_result"),
        (b'{"format": 2000000000000000}', "replay_result"),
        (b"[" * 100_000, "replay_result"),
        (b'{"format": ' + b"9" * 5000 + b"}", "replay_result"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    file = tmp_path / "result.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        open_result(file)
    assert refused.value.code == code


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    with file.open("wb") as hole:
        hole.truncate(1_000_000_001)
    with pytest.raises(InputRefused, match="larger than 1 GB"):
        open_result(file)
