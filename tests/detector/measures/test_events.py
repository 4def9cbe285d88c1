"""Every alert is judged once, and every fire whatever was alerted before it."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import alert, frames, recording, recordings

from detector.measures.events import Chance, Outcome, Verdict, Watched, assign, judge_recording
from models.detection import Box, Label
from models.footage import Ignored, Span, TrueBox, TrueFire, Truth
from models.replay import Played

MIDDLE = Box(Label.SMOKE, 0.5, 400.0, 200.0, 500.0, 300.0)  # of 1000 x 500 pixels
FAR = Box(Label.SMOKE, 0.5, 0.0, 0.0, 50.0, 50.0)
THERE = (0.4, 0.4, 0.5, 0.6)  # the same place as MIDDLE, as shares
FIRE = TrueFire("a", 120.0, 0.0)


def words(watched: Watched) -> list[str]:
    return [verdict.value for verdict in watched.verdicts]


def outcomes(watched: Watched) -> list[str]:
    return [fire.outcome.value for fire in watched.fires]


def test_an_alert_before_ignition_is_false_and_the_fire_is_judged_all_the_same() -> None:
    early = judge_recording(recording(Truth((FIRE,)), [alert(-60.0)]))
    assert (words(early), outcomes(early)) == (["early"], ["missed"])
    later = judge_recording(recording(Truth((FIRE,)), [alert(-60.0), alert(240.0)]))
    assert (words(later), outcomes(later)) == (["early", "right"], ["found"])
    (fire,) = later.fires
    assert (fire.alert, fire.from_visible_s, fire.from_ignition_s) == (1, 120.0, 240.0)
    assert fire.from_visible_frames == 2


def test_an_alert_after_ignition_and_before_a_person_sees_is_right_and_sooner() -> None:
    (fire,) = judge_recording(recording(Truth((FIRE,)), [alert(60.0)])).fires
    assert (fire.from_visible_s, fire.from_visible_frames) == (-60.0, -1)


def test_a_frame_or_two_before_first_sight_is_not_early_where_nobody_saw_it_lit() -> None:
    unlit = TrueFire("a", 180.0)  # frames come once a minute
    before = judge_recording(recording(Truth((unlit,)), [alert(0.0)]))
    assert (words(before), outcomes(before)) == (["early"], ["missed"])
    sooner = judge_recording(recording(Truth((unlit,)), [alert(60.0)]))
    assert (words(sooner), outcomes(sooner)) == (["right"], ["found"])
    assert sooner.fires[0].from_visible_s == -120.0
    hours = [10_800.0 * place for place in range(5)]
    rare = judge_recording(
        recording(Truth((TrueFire("a", 21_600.0),)), [alert(10_800.0)], times=hours)
    )
    assert words(rare) == ["early"]
    (found,) = judge_recording(recording(Truth((unlit,)), [alert(180.0)])).fires
    assert (found.from_visible_s, found.from_ignition_s) == (0.0, None)


def test_frames_that_were_not_scored_are_no_delay() -> None:
    times = [60.0 * place for place in range(10)]
    shown = frames(times, refused={3, 4})
    (fire,) = judge_recording(recording(Truth((FIRE,)), [alert(300.0)], of=shown)).fires
    assert (fire.from_visible_s, fire.from_visible_frames) == (180.0, 1)


def test_after_a_fire_is_out_and_where_nothing_burns_alerts_are_false() -> None:
    out = TrueFire("a", 60.0, 0.0, until_s=300.0)
    ends = judge_recording(recording(Truth((out,)), [alert(300.0), alert(360.0)]))
    assert words(ends) == ["right", "false"]
    assert words(judge_recording(recording(Truth(), [alert(0.0)]))) == ["false"]


def test_between_two_fires_an_alert_is_false_and_not_early() -> None:
    fires = (TrueFire("a", 0.0, until_s=60.0), TrueFire("b", 600.0))
    watched = judge_recording(recording(Truth(fires), [alert(-180.0), alert(300.0)]))
    assert words(watched) == ["early", "false"]
    assert outcomes(watched) == ["missed", "missed"]


def test_without_truth_nothing_is_judged() -> None:
    watched = judge_recording(recording(None, [alert(0.0)]))
    assert (words(watched), watched.fires, watched.judged_s) == (["unjudged"], (), 0.0)
    assert watched.watched_s == 34 * 60.0


@pytest.mark.parametrize(
    ("box", "word"),
    [
        (MIDDLE, "right"),
        (FAR, "false"),
        # The true box is 100 wide and 100 tall: half as much again reaches 25 beyond each side.
        (Box(Label.FLAME, 0.5, 300.0, 200.0, 375.0, 300.0), "right"),
        (Box(Label.SMOKE, 0.5, 300.0, 200.0, 374.0, 300.0), "false"),
        (Box(Label.SMOKE, 0.5, 525.0, 200.0, 600.0, 300.0), "right"),
        (Box(Label.SMOKE, 0.5, 526.0, 200.0, 600.0, 300.0), "false"),
        (Box(Label.SMOKE, 0.5, 400.0, 100.0, 500.0, 175.5), "right"),
        (Box(Label.SMOKE, 0.5, 400.0, 100.0, 500.0, 174.0), "false"),
        (Box(Label.SMOKE, 0.5, 400.0, 324.5, 500.0, 400.0), "right"),
        (Box(Label.SMOKE, 0.5, 400.0, 326.0, 500.0, 400.0), "false"),
    ],
)
def test_where_a_frame_is_boxed_an_alert_must_touch_a_box(box: Box, word: str) -> None:
    truth = Truth((FIRE,), (TrueBox(240.0, Label.SMOKE, *THERE, "a"),), (240.0,))
    watched = judge_recording(recording(truth, [alert(240.0, box)]))
    assert words(watched) == [word]
    assert outcomes(watched) == ["found" if word == "right" else "missed"]


def test_only_a_boxed_frame_within_two_cadences_judges() -> None:
    truth = Truth((FIRE,), (TrueBox(240.0, Label.SMOKE, *THERE, "a"),), (240.0,))
    late = judge_recording(recording(truth, [alert(360.0, FAR), alert(420.0, FAR)]))
    assert words(late) == ["false", "right"]  # two minutes after the boxed frame, and three


def test_a_boxed_frame_without_boxes_shows_no_fire() -> None:
    truth = Truth((FIRE,), (), (240.0,))
    assert words(judge_recording(recording(truth, [alert(240.0)]))) == ["false"]


def test_the_nearest_boxed_frame_judges() -> None:
    truth = Truth((FIRE,), (TrueBox(240.0, Label.SMOKE, *THERE, "a"),), (240.0, 300.0))
    watched = judge_recording(recording(truth, [alert(250.0), alert(290.0)]))
    assert words(watched) == ["right", "false"]


def test_a_box_says_which_fire_was_found() -> None:
    fires = (FIRE, TrueFire("b", 120.0, 0.0))
    truth = Truth(fires, (TrueBox(240.0, Label.SMOKE, *THERE, "b"),), (240.0,))
    assert outcomes(judge_recording(recording(truth, [alert(240.0)]))) == ["missed", "found"]


def test_without_a_name_one_alert_finds_one_fire_the_first_lit() -> None:
    fires = (TrueFire("b", 120.0, 60.0), FIRE)
    one = judge_recording(recording(Truth(fires), [alert(240.0)]))
    assert outcomes(one) == ["missed", "found"]
    two = judge_recording(recording(Truth(fires), [alert(240.0), alert(300.0)]))
    assert [(fire.outcome.value, fire.alert) for fire in two.fires] == [("found", 1), ("found", 0)]
    box = TrueBox(240.0, Label.SMOKE, *THERE)
    unnamed = judge_recording(recording(Truth(fires, (box,), (240.0,)), [alert(240.0)]))
    assert outcomes(unnamed) == ["missed", "found"]


def test_what_nobody_could_see_is_no_miss() -> None:
    hidden = TrueFire("a", None, 0.0, unseen="ridge")
    watched = judge_recording(recording(Truth((hidden,)), [alert(-60.0), alert(60.0)]))
    assert (words(watched), outcomes(watched)) == (["false", "false"], ["unseen"])
    after = TrueFire("a", 10_000.0)
    assert outcomes(judge_recording(recording(Truth((after,))))) == ["unseen"]


def test_a_fire_in_refused_frames_is_missed() -> None:
    shown = frames([0.0, 60.0, 120.0, 180.0], refused={2, 3})
    assert outcomes(judge_recording(recording(Truth((FIRE,)), of=shown))) == ["missed"]


def test_in_an_ignored_part_an_alert_is_neither_right_nor_false() -> None:
    part = Ignored(Span(0.0, 300.0), 0.3, 0.3, 0.6, 0.7)
    watched = judge_recording(
        recording(
            Truth(ignored=(part,)),
            [alert(-60.0), alert(0.0), alert(240.0), alert(300.0), alert(240.0, FAR)],
        )
    )
    assert words(watched) == ["false", "ignored", "ignored", "false", "false"]
    assert watched.judged_s == watched.watched_s  # the rest of the picture is judged


@pytest.mark.parametrize(("x_max", "word"), [(0.45, "ignored"), (0.449, "false")])
def test_half_of_a_box_in_an_ignored_part_is_enough(x_max: float, word: str) -> None:
    part = Ignored(Span(-1000.0), 0.0, 0.0, x_max, 1.0)
    assert words(judge_recording(recording(Truth(ignored=(part,)), [alert(0.0)]))) == [word]


def test_a_time_that_is_ignored_is_no_camera_time_and_its_fire_no_miss() -> None:
    whole = Truth((FIRE,), ignored=(Ignored(Span(0.0, 600.0)),))
    watched = judge_recording(recording(whole, [alert(240.0)]))
    assert (words(watched), outcomes(watched)) == (["ignored"], ["unseen"])
    assert watched.watched_s - watched.judged_s == 600.0
    assert outcomes(judge_recording(recording(whole, [alert(240.0), alert(660.0)]))) == ["found"]
    assert outcomes(judge_recording(recording(whole))) == ["missed"]  # it burns on afterwards
    until_then = Truth((TrueFire("a", 120.0, 0.0, until_s=540.0),), ignored=whole.ignored)
    assert outcomes(judge_recording(recording(until_then))) == ["unseen"]


def test_a_still_every_three_hours_does_not_watch_three_hours() -> None:
    hours = recording(Truth(), times=[0.0, 10_800.0, 21_600.0])
    assert judge_recording(hours).watched_s == 1200.0
    seconds = recording(Truth(), times=[0.0, 0.2, 0.4])
    assert judge_recording(seconds).watched_s == pytest.approx(0.4)
    refused = recording(Truth(), of=frames([0.0, 60.0, 120.0], refused={1, 2}))
    assert judge_recording(refused).watched_s == 0.0
    assert judge_recording(recording(Truth(), of=frames([5.0]))).watched_s == 0.0


@given(recordings())
@settings(max_examples=40)
def test_every_alert_has_one_verdict_and_what_it_says_is_so(played: Played) -> None:
    watched = judge_recording(played)
    assert len(watched.verdicts) == len(played.alerts) == len(watched.chances)
    assert Counter(watched.verdicts).total() == len(played.alerts)
    if played.truth is None:
        assert set(watched.verdicts) <= {Verdict.UNJUDGED}
        return
    visible = [fire for fire in played.truth.fires if fire.first_visible_s is not None]
    for shown, verdict, chance in zip(
        played.alerts, watched.verdicts, watched.chances, strict=True
    ):
        burning = [
            fire
            for fire in visible
            if lit(fire, played) <= shown.at_s
            and (fire.until_s is None or shown.at_s <= fire.until_s)
        ]
        assert verdict is not Verdict.UNJUDGED
        assert bool(chance) == (verdict is Verdict.RIGHT)
        if verdict is Verdict.RIGHT:
            assert burning
        if verdict is Verdict.EARLY:
            assert visible
            assert all(shown.at_s < lit(fire, played) for fire in visible)
        if verdict is Verdict.FALSE and not played.truth.boxed_at_s:
            assert not burning
    for fire, outcome in zip(played.truth.fires, watched.fires, strict=True):
        assert fire.name == outcome.name
        if outcome.outcome is Outcome.FOUND:
            assert outcome.alert is not None
            assert watched.verdicts[outcome.alert] is Verdict.RIGHT  # never an early one
            assert played.alerts[outcome.alert].at_s >= lit(fire, played)
        else:
            assert outcome.alert is None
        if fire.first_visible_s is None:
            assert outcome.outcome is Outcome.UNSEEN


def lit(fire: TrueFire, played: Played) -> float:
    if fire.ignition_s is not None:
        return fire.ignition_s
    times = sorted(frame.at_s for frame in played.frames)
    gaps = np.diff(times)
    assert fire.first_visible_s is not None
    return fire.first_visible_s - (min(120.0, 2.0 * float(np.median(gaps))) if len(gaps) else 0.0)


@given(recordings(), st.integers(-300, -1).map(float))
@settings(max_examples=40)
def test_no_early_alert_changes_what_becomes_of_the_fires(played: Played, at_s: float) -> None:
    if played.truth is None:
        return
    lit_first = [lit(fire, played) for fire in played.truth.fires if fire.is_visible]
    if not lit_first or at_s >= min(lit_first):
        return
    more = recording(
        played.truth, [alert(at_s), *played.alerts], scene=played.scene, of=played.frames
    )
    before, after = judge_recording(played), judge_recording(more)
    assert after.verdicts[0] in {Verdict.EARLY, Verdict.IGNORED}
    assert after.verdicts[1:] == before.verdicts
    assert outcomes(after) == outcomes(before)


@given(
    st.lists(
        st.builds(
            Chance, st.just(()), st.sets(st.integers(0, 3)).map(lambda fires: tuple(sorted(fires)))
        ),
        max_size=6,
    ),
    st.integers(0, 6),
)
@settings(max_examples=40)
def test_one_alert_more_loses_no_fire(chances: list[Chance], left_out: int) -> None:
    """What lets recall be read along a falling limit of evidence."""
    every = list(enumerate(chances))
    fewer = [pair for pair in every if pair[0] != left_out]
    assert set(assign(fewer)) <= set(assign(every))
    assert len(set(assign(every).values())) == len(assign(every))  # none finds two
