"""The contest's score, without the trap."""

import numpy as np
import pytest
from measures_rig import alert, recording

from detector.measures.events import judge_recording
from detector.measures.onfire import Onfire, drawn_onfire, onfire_of, onfire_score
from models.footage import Ignored, Span, TrueFire, Truth
from models.replay import Played

FIRE = Truth((TrueFire("a", 30.0, 0.0),))


def of(played: Played) -> Onfire:
    return onfire_of(played, judge_recording(played))


def test_an_early_alert_is_false_and_the_fire_is_judged() -> None:
    assert of(recording(FIRE, [alert(-60.0), alert(20.0)])) == Onfire(1, 0, 1, 20.0)
    assert of(recording(FIRE, [alert(-60.0)])) == Onfire(0, 1, 1, 0.0)


def test_five_seconds_before_the_fire_are_in_time_and_no_delay() -> None:
    assert of(recording(FIRE, [alert(-5.0)])) == Onfire(1, 0, 0, 0.0)
    assert of(recording(FIRE, [alert(-5.1)])) == Onfire(0, 1, 1, 0.0)


def test_a_recording_without_fire_votes_once() -> None:
    assert of(recording(Truth(), [alert(0.0), alert(60.0)])) == Onfire(0, 0, 1, 0.0)
    assert of(recording(Truth())) == Onfire()


def test_what_cannot_be_judged_does_not_vote() -> None:
    assert of(recording(None, [alert(0.0)])) == Onfire()
    assert of(recording(Truth((TrueFire("a", None, 0.0),)), [alert(60.0)])) == Onfire()
    part = Truth(ignored=(Ignored(Span(-300.0)),))
    assert of(recording(part, [alert(0.0)])) == Onfire()


def test_after_the_last_fire_is_out_an_alert_is_too_late() -> None:
    out = TrueFire("a", 30.0, until_s=300.0)
    assert of(recording(Truth((out,)), [alert(360.0)])) == Onfire(0, 1, 1, 0.0)
    both = Truth((out, TrueFire("b", 200.0, until_s=400.0)))
    assert of(recording(both, [alert(360.0)])) == Onfire(1, 0, 0, 330.0)
    lasting = Truth((out, TrueFire("b", 200.0)))
    assert of(recording(lasting, [alert(900.0)])) == Onfire(1, 0, 0, 870.0)


@pytest.mark.parametrize(
    ("sums", "score"),
    [
        (Onfire(4, 0, 0, 0.0), 1.0),
        (Onfire(4, 0, 0, 120.0), 0.5),  # 30 s on average, of 60
        (Onfire(4, 0, 0, 240.0), 0.0),
        (Onfire(4, 0, 0, 900.0), 0.0),
        (Onfire(3, 1, 1, 0.0), 0.75 * 0.75),
        (Onfire(0, 5, 3, 0.0), 0.0),
    ],
)
def test_the_score_by_hand(sums: Onfire, score: float) -> None:
    assert onfire_score(sums) == pytest.approx(score)


def test_what_it_costs_is_held_against_it_only_where_it_is_known() -> None:
    perfect = Onfire(4, 0, 0, 0.0)
    assert onfire_score(perfect, frames_per_s=20.0, memory_gb=2.0) == 1.0
    assert onfire_score(perfect, frames_per_s=5.0) == pytest.approx(1 / 2)
    assert onfire_score(perfect, memory_gb=6.0) == pytest.approx(1 / 1.5)
    assert onfire_score(perfect, frames_per_s=5.0, memory_gb=8.0) == pytest.approx(1 / 4)


def test_without_a_fire_there_is_no_score() -> None:
    assert np.isnan(onfire_score(Onfire(false=3)))


def test_a_draw_is_the_score_of_its_scenes() -> None:
    rows = np.array([[1.0, 1.0, 0.0, 20.0], [0.0, 0.0, 1.0, 0.0]])
    answers = drawn_onfire(rows, np.array([[1.0, 1.0], [0.0, 2.0], [2.0, 0.0]]))
    assert answers[0] == pytest.approx(onfire_score(Onfire(1, 1, 1, 20.0)))
    assert np.isnan(answers[1])
    assert answers[2] == pytest.approx(onfire_score(Onfire(2, 2, 0, 40.0)))
