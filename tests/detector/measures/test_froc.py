"""Recall against false alarms is what a count at every limit gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import alert, recording, recordings

from detector.measures.events import Outcome, Verdict, judge_recording
from detector.measures.froc import froc
from models.footage import TrueFire, Truth
from models.replay import Played


@given(st.lists(recordings(), min_size=1, max_size=3))
@settings(max_examples=40)
def test_every_point_is_a_run_with_fewer_alerts(run: list[Played]) -> None:
    curve = froc([(one, judge_recording(one)) for one in run])
    watched = [judge_recording(one) for one in run]
    days = sum(one.judged_s for one in watched) / 86_400
    fires = sum(fire.outcome is not Outcome.UNSEEN for one in watched for fire in one.fires)
    if days == 0 or fires == 0:
        assert curve == []
        return
    judged = {
        shown.most_log_odds
        for one, judge in zip(run, watched, strict=True)
        for shown, verdict in zip(one.alerts, judge.verdicts, strict=True)
        if verdict not in {Verdict.UNJUDGED, Verdict.IGNORED}
    }
    assert [limit for *_, limit in curve] == sorted(judged, reverse=True)
    for rate, recall, limit in curve:
        false = found = 0
        for one in run:
            fewer = [shown for shown in one.alerts if shown.most_log_odds >= limit]
            again = judge_recording(recording(one.truth, fewer, scene=one.scene, of=one.frames))
            false += sum(verdict.is_false for verdict in again.verdicts)
            found += sum(fire.outcome is Outcome.FOUND for fire in again.fires)
        assert rate == pytest.approx(false / days)
        assert recall == pytest.approx(found / fires)


def test_it_ends_where_the_run_was() -> None:
    truth = Truth((TrueFire("a", 600.0),))
    played = recording(
        truth, [alert(0.0, most=4.0), alert(660.0, most=2.0), alert(720.0, most=9.0)]
    )
    curve = froc([(played, judge_recording(played))])
    days = 34 * 60 / 86_400
    assert curve == [(0.0, 1.0, 9.0), (1 / days, 1.0, 4.0), (1 / days, 1.0, 2.0)]


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    truth = Truth((TrueFire("a", 600.0),))
    alerts = [alert(0.0, most=place / 100) for place in range(1, 1001)]
    played = recording(truth, [*alerts, alert(660.0, most=0.001)])
    curve = froc([(played, judge_recording(played))])
    assert len(curve) == 200
    assert (curve[0][2], curve[-1][2]) == (10.0, 0.001)
