from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence import growth_of, unsteadiness_of, weigh
from detector.evidence.weigh import FLOOR_LOG_ODDS
from detector.tracker import PlumeTracker, Track
from models.alert import Finding
from models.config import EvidenceRule
from models.detection import Box, Label

START = datetime(2018, 7, 28, 22, 7, tzinfo=UTC)
RULE = EvidenceRule()


def follow(sightings: list[tuple[float, float, Box | None]]) -> Track:
    """Sightings of (seconds since start, score, box); a box of None is a missed frame."""
    tracker = PlumeTracker(RULE.forget_s)
    for index, (second, _score, box) in enumerate(sightings):
        tracker.update([] if box is None else [box], index, START + timedelta(seconds=second))
    return tracker.tracks[0]


def standing(score: float, size: float = 40.0) -> Box:
    """A plume whose lower left corner never moves."""
    return Box(Label.SMOKE, score, 1400, 890 - size, 1400 + 2 * size, 890)


def series(scores: list[float], gap_s: float, size: float = 40.0) -> list[tuple[float, float, Box]]:
    return [(index * gap_s, score, standing(score, size)) for index, score in enumerate(scores)]


def test_a_steady_column_alerts_three_minutes_after_it_is_first_seen() -> None:
    # Scores of the starter on the recorded 2018 ignition, +180 s to +360 s.
    weighings = [
        weigh(follow(series([0.18, 0.46, 0.48, 0.69][:count], 60.0)), RULE)
        for count in (1, 2, 3, 4)
    ]
    assert [weighing.alerts for weighing in weighings] == [False, False, False, True]
    assert Finding.STOOD_STILL in weighings[-1].findings


def test_one_frame_never_alerts_however_strong() -> None:
    assert not weigh(follow(series([0.99], 60.0)), RULE).alerts


def test_live_video_of_one_wisp_is_not_many_observations() -> None:
    # The same 4 s seen in 100 frames or in 3 say the same.
    many = weigh(follow(series([0.5] * 101, 0.04)), RULE).log_odds
    few = weigh(follow(series([0.5] * 3, 2.0)), RULE).log_odds
    assert many == pytest.approx(few, rel=0.1)


def test_mist_that_stands_on_nothing_never_alerts() -> None:
    # Boxes of the fog-over-ridge clip, as found: neither lower corner stays.
    found = [
        (234, 204, 1280, 489), (0, 270, 234, 437), (175, 233, 1244, 526), (273, 187, 1278, 522),
        (256, 194, 1250, 538), (0, 270, 212, 431), (322, 188, 1279, 519), (1, 183, 1264, 546),
    ]  # fmt: skip
    history = [
        (index * 2.0, 0.6, Box(Label.SMOKE, 0.6, *map(float, found[index % len(found)])))
        for index in range(600)
    ]
    weighing = weigh(follow(history), RULE)
    assert not weighing.alerts
    assert Finding.DRIFTED in weighing.findings


def test_a_score_beyond_all_mist_alerts_even_when_the_box_jumps() -> None:
    history = [
        (
            index * 60.0,
            0.9,
            Box(Label.SMOKE, 0.9, 300.0 * (index % 2), 100, 900, 500 - 200 * (index % 2)),
        )
        for index in range(4)
    ]
    assert weigh(follow(history), RULE).alerts


@given(
    st.lists(st.floats(0.0, 0.3), min_size=1, max_size=100),
    st.sampled_from([2.0, 10.0, 60.0]),
)
def test_growth_after_any_silence_alerts_in_bounded_time(before: list[float], gap_s: float) -> None:
    """However long it was weak, growing strong frames open an alert: no silent permanent miss."""
    history = series(before, gap_s)
    base_s = history[-1][0]
    history += [
        (base_s + (index + 1) * 60.0, 0.8, standing(0.8, 40.0 + 8.0 * index)) for index in range(20)
    ]
    assert weigh(follow(history[: len(before) + 4]), RULE).alerts
    assert weigh(follow(history), RULE).alerts


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 1.0)), min_size=1, max_size=60))
def test_evidence_is_finite_floored_and_the_same_when_weighed_again(
    scores: list[float | None],
) -> None:
    history = [
        (index * 60.0, score or 0.0, None if score is None else standing(score))
        for index, score in enumerate([0.5, *scores])
    ]
    track = follow(history)
    first = weigh(track, RULE)
    assert first == weigh(track, RULE)
    assert first.log_odds >= FLOOR_LOG_ODDS


def test_missed_frames_weaken_and_say_nothing_new() -> None:
    seen = series([0.5, 0.5], 60.0)
    missed = [*seen, (120.0, 0.0, None)]
    assert weigh(follow(missed), RULE).log_odds < weigh(follow(seen), RULE).log_odds


def test_growth_needs_four_sightings_and_is_a_ratio_of_areas() -> None:
    assert growth_of(follow(series([0.5] * 3, 60.0)).hits) == 1.0
    sizes = [10.0, 10.0, 10.0, 20.0, 20.0, 20.0]
    grown = follow([(index * 60.0, 0.5, standing(0.5, size)) for index, size in enumerate(sizes)])
    assert growth_of(grown.hits) == pytest.approx(4.0)
    assert Finding.GREW in weigh(grown, RULE).findings


def test_unsteadiness_follows_the_steadier_corner() -> None:
    left_fixed = [Box(Label.SMOKE, 0.5, 100, 0, 140 + 30 * step, 80) for step in range(4)]
    assert unsteadiness_of(left_fixed) == 0.0
    right_fixed = [Box(Label.SMOKE, 0.5, 100 - 30 * step, 0, 180, 80) for step in range(4)]
    assert unsteadiness_of(right_fixed) == 0.0
    assert unsteadiness_of(left_fixed[:1]) == 0.0
    point = [Box(Label.SMOKE, 0.5, 5, 5, 5, 5)] * 2
    assert unsteadiness_of(point) == 0.0
