"""Two runs over the same footage: what differs, and whether chance would do as much."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import alert, recording, recordings

from detector.measures import compare
from detector.measures.headline import HEADLINE, figures_over
from detector.measures.recording import judged_recording
from models.detection import Box, Label
from models.errors import InputRefused
from models.footage import TrueFire, Truth
from models.replay import Played, PlayedAlert

FIRE = Truth((TrueFire("a", 60.0, 0.0),))
HERE = Box(Label.SMOKE, 0.5, 400.0, 200.0, 500.0, 300.0)
THERE = Box(Label.SMOKE, 0.5, 0.0, 0.0, 50.0, 50.0)


def run(*alerts: list[PlayedAlert], truth: Truth = FIRE) -> list[Played]:
    return [
        recording(truth, mine, name=f"r{place}", scene=f"s{place}")
        for place, mine in enumerate(alerts)
    ]


def row(comparison: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in comparison["measures"] if one["name"] == name]
    return dict(found)


def test_fires_gained_and_lost_are_told_apart_by_mcnemar() -> None:
    found, missed = [alert(120.0)], list[PlayedAlert]()
    first = run(*[found] * 3, *[missed] * 7)
    second = run(*[missed] * 1, *[found] * 9)
    comparison = compare(first, second)
    assert comparison["fires"]["lost"] == [{"sequence": "r0", "fire": "a"}]
    assert [one["sequence"] for one in comparison["fires"]["gained"]] == [
        f"r{place}" for place in range(3, 10)
    ]
    recall = row(comparison, "event_recall")
    assert (recall["first"], recall["second"], recall["difference"]) == (0.3, 0.9, 0.6)
    # 1 of 8 pairs against it: 2 * (1 + 8) / 256.
    assert (recall["test"], recall["p"]) == ("mcnemar", pytest.approx(18 / 256, abs=1e-6))
    assert recall["low"] < 0.6 < recall["high"]


def test_a_run_does_not_differ_from_itself() -> None:
    first = run([alert(120.0), alert(-60.0)], [alert(180.0)], [])
    comparison = compare(first, first[::-1])
    assert tuple(one["name"] for one in comparison["measures"]) == HEADLINE
    assert comparison["sequences"] == 3
    assert comparison["left_out"] == []
    assert comparison["fires"] == comparison["false_alarms"] == {"gained": [], "lost": []}
    for one in comparison["measures"]:
        if one["difference"] is not None:
            assert one["difference"] == 0.0
            assert (one["low"], one["high"], one["p"]) in {(0.0, 0.0, 1.0), (None, None, None)}


def test_times_are_of_fires_that_both_found() -> None:
    first = run([alert(120.0)], [alert(180.0)], [])
    second = run([alert(240.0)], [alert(300.0)], [alert(1200.0)])
    delay = row(compare(first, second), "time_to_detect_s")
    assert (delay["first"], delay["second"], delay["difference"]) == (90.0, 210.0, 120.0)
    assert (delay["low"], delay["high"]) == (120.0, 120.0)  # each was two minutes later
    assert delay["better"] == "lower"


def test_pairing_tells_apart_what_the_runs_alone_do_not() -> None:
    """Scenes differ by much, the runs by little and always the same way."""
    times = [60.0 * place for place in range(2, 22)]
    first = run(*([alert(at_s)] for at_s in times))
    second = run(*([alert(at_s + 30.0)] for at_s in times))
    delay = row(compare(first, second), "time_to_detect_s")
    assert (delay["difference"], delay["low"], delay["high"]) == (30.0, 30.0, 30.0)
    assert delay["p"] < 0.01


def test_false_alarms_are_the_same_where_they_meet() -> None:
    quiet = Truth()
    first = run([alert(0.0, HERE), alert(600.0, HERE), alert(900.0, THERE)], truth=quiet)
    second = run(
        [
            alert(120.0, replace(HERE, x_min=450.0)),  # the first, two minutes later
            alert(600.0, THERE),  # at the place of the third, too early to be it
            alert(800.0, HERE),  # at the place of the second, too late to be it
        ],
        truth=quiet,
    )
    changed = compare(first, second)["false_alarms"]
    assert changed["gained"] == [
        {"sequence": "r0", "alert": 1, "at_s": 600.0},
        {"sequence": "r0", "alert": 2, "at_s": 800.0},
    ]
    assert changed["lost"] == [
        {"sequence": "r0", "alert": 1, "at_s": 600.0},
        {"sequence": "r0", "alert": 2, "at_s": 900.0},
    ]
    lasting = run([alert(0.0, HERE, last_at_s=900.0)], truth=quiet)
    later = run([alert(900.0, HERE), alert(960.0, HERE)], truth=quiet)
    # One alert of the first run answers to one of the second.
    assert [one["alert"] for one in compare(lasting, later)["false_alarms"]["gained"]] == [1]


def test_only_what_both_have_seen_alike_is_compared() -> None:
    first = run([alert(120.0)], [alert(120.0)], [], [], [])
    second = run([], [], [], [], [])
    second[1] = replace(second[1], frames=second[1].frames[1:])
    second[2] = replace(second[2], truth=Truth())
    second[3] = replace(second[3], scene="elsewhere")
    second[4] = replace(second[4], name="r9")
    comparison = compare(first, second)
    assert comparison["sequences"] == 1
    assert comparison["left_out"] == ["r1", "r2", "r3", "r4", "r9"]
    assert comparison["fires"]["lost"] == [{"sequence": "r0", "fire": "a"}]


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(InputRefused, match="no recording in common") as refused:
        compare(run([]), [recording(FIRE, name="other")])
    assert refused.value.code == "compare_footage"
    assert refused.value.remedy


def test_one_scene_tells_no_interval() -> None:
    rate = row(compare(run([alert(0.0)], truth=Truth()), run([], truth=Truth())), "precision")
    assert rate == {
        "name": "precision",
        "first": 0.0,
        "second": None,
        "difference": None,
        "low": None,
        "high": None,
        "p": None,
        "test": None,
        "unit": "",
        "better": "higher",
        "verdict": "no_telling",
    }
    false = row(
        compare(run([alert(0.0)], truth=Truth()), run([], truth=Truth())),
        "false_alarms_per_camera_day",
    )
    assert (false["low"], false["p"], false["test"]) == (None, None, None)
    assert false["difference"] == pytest.approx(-86_400 / 2040)


@given(st.lists(st.tuples(recordings(), recordings()), min_size=2, max_size=4))
@settings(max_examples=30)
def test_turned_round_all_signs_turn_round(pairs: list[tuple[Played, Played]]) -> None:
    first, second = [], []
    for place, (one, other) in enumerate(pairs):
        name = f"r{place}"
        first.append(replace(one, name=name, scene=name))
        second.append(replace(one, name=name, scene=name, alerts=other.alerts))
    there, back = compare(first, second), compare(second, first)
    assert there["fires"] == {"gained": back["fires"]["lost"], "lost": back["fires"]["gained"]}
    for one, other in zip(there["measures"], back["measures"], strict=True):
        assert (one["first"], one["second"]) == (other["second"], other["first"])
        assert one["p"] == other["p"]
        if one["difference"] is not None:
            assert one["difference"] == pytest.approx(-other["difference"])
        if one["low"] is not None:
            assert one["low"] == pytest.approx(-other["high"], abs=2e-6)
    gained, lost = there["false_alarms"]["gained"], there["false_alarms"]["lost"]
    rate = row(there, "false_alarms_per_camera_day")
    if rate["difference"] is not None and first[0].truth is not None:
        assert np.sign(rate["difference"]) == np.sign(len(gained) - len(lost))


def test_a_difference_is_drawn_over_the_same_scenes() -> None:
    first = run([alert(120.0)], [], [alert(-60.0)], [alert(180.0)])
    second = run([], [alert(120.0)], [alert(180.0), alert(-60.0)], [alert(180.0)])
    sides = []
    for side in (first, second):
        judged = [judged_recording(one) for one in side]
        figures = figures_over(judged, fires=lambda one: one.watched.fires)
        sides.append(next(one.drawn for one in figures if one.name == "precision"))
    assert sides[0] is not None
    assert sides[1] is not None
    low, high = np.nanquantile(sides[1] - sides[0], [0.025, 0.975])
    precision = row(compare(first, second), "precision")
    assert (precision["low"], precision["high"]) == pytest.approx((low, high), abs=1e-6)
