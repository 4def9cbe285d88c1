import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence import TrackEvidence, Weighing, foot_wander_of
from detector.evidence.features import NAMES, FrameReader
from detector.evidence.weights import WEIGHTS
from models.alert import Finding, FrameScore, PlaceChange
from models.config import EvidenceRule
from models.detection import Box, Label

START = datetime(2018, 7, 28, 22, 7, tzinfo=UTC)
RULE = EvidenceRule()
SAME = PlaceChange(1.1, 0.9, 0.0, 0.0, 0.5)
NEW = PlaceChange(6.0, 1.0, 0.1, -0.1, 4.0)


def frame(
    at_s: float, box: Box | None, change: PlaceChange | None = None, index: int = 0
) -> FrameScore:
    score = 0.0 if box is None else box.score
    moment = START + timedelta(seconds=at_s)
    return FrameScore(index, moment, score, box, change, box, at_s)


def standing(score: float, size: float = 40.0, label: Label = Label.SMOKE) -> Box:
    """A plume whose lower left corner never moves."""
    return Box(label, score, 1400, 890 - size, 1400 + 2 * size, 890)


def series(
    scores: Sequence[float | None],
    gap_s: float,
    change: PlaceChange | None = None,
    from_s: float = 0.0,
    growth: float = 1.0,
) -> list[FrameScore]:
    return [
        frame(
            from_s + index * gap_s,
            None if score is None else standing(score, 40.0 * growth**index),
            None if score is None else change,
            index,
        )
        for index, score in enumerate(scores)
    ]


def weigh(history: Sequence[FrameScore], label: Label = Label.SMOKE) -> Weighing:
    evidence = TrackEvidence(label)
    for score in history:
        evidence.add(score)
    return evidence.weighing(RULE)


def first_alert(history: Sequence[FrameScore]) -> int | None:
    evidence = TrackEvidence(Label.SMOKE)
    for index, score in enumerate(history):
        evidence.add(score)
        if evidence.weighing(RULE).alerts:
            return index
    return None


def test_new_smoke_where_nothing_was_alerts_with_its_second_frame() -> None:
    # Scores and changes of the om-e ignition, +240 s to +360 s: 15 of 1,024 pixels.
    history = [
        frame(240, standing(0.33, 16), PlaceChange(5.3, 1.3, 0.2, 0.0, 8.0)),
        frame(300, standing(0.56, 18), PlaceChange(7.9, 1.2, 0.4, 0.0, 9.0)),
    ]
    assert first_alert(history) == 1
    assert Finding.CHANGED in weigh(history).findings


def test_what_has_always_looked_like_that_never_alerts() -> None:
    # Haze on the pi-s ridge: the detector gives it 0.1 to 0.25 in every frame.
    scores = [0.12, 0.2, 0.16, 0.25, 0.11, 0.19] * 200
    weighing = weigh(series(scores, 60.0, SAME))
    assert not weighing.alerts
    assert Finding.LOOKED_SAME in weighing.findings


def test_strong_smoke_alerts_without_any_background() -> None:
    # The watch began, or the camera turned here, when it already burnt.
    index = first_alert(series([0.8] * 5, 60.0))
    assert index is not None
    assert index <= 3


def test_one_frame_never_alerts_however_strong() -> None:
    assert not weigh(series([0.99], 60.0, NEW)).alerts


@pytest.mark.parametrize("gap_s", [0.04, 1.0, 5.0, 60.0])
def test_the_same_plume_alerts_at_any_cadence_within_a_minute_and_a_frame(gap_s: float) -> None:
    index = first_alert(series([0.6] * int(200 / gap_s), gap_s, NEW))
    assert index is not None
    assert index * gap_s <= 60.0 + gap_s


def mist(at_s: float) -> Box:
    """A bank of mist whose lower edge rises and sinks by up to half its height in seconds."""
    foot = 430.0 + sum(40.0 * math.sin(2.0 * math.pi * at_s / wave_s) for wave_s in (3.7, 5.3, 8.9))
    return Box(Label.SMOKE, 0.55, 200, 190, 1200, foot)


@pytest.mark.parametrize("gap_s", [0.04, 0.2, 1.0, 5.0, 60.0])
def test_mist_wanders_at_any_cadence(gap_s: float) -> None:
    """From one frame of live video to the next even mist stands still; that must not count."""
    stirred = PlaceChange(3.0, 2.0, 0.0, 0.0, 3.0)
    history = [
        frame(n * gap_s, mist(n * gap_s), stirred, n) for n in range(min(int(600 / gap_s), 3000))
    ]
    assert first_alert(history) is None
    assert Finding.DRIFTED in weigh(history).findings


def test_live_video_of_one_wisp_is_not_many_observations() -> None:
    # The same 4 s seen in 100 frames or in 3 say the same, and too little.
    many = weigh(series([0.5] * 101, 0.04, NEW))
    few = weigh(series([0.5] * 3, 2.0, NEW))
    assert many.log_odds == pytest.approx(few.log_odds, rel=0.1)
    assert not many.alerts
    assert not few.alerts


def test_a_plume_that_fades_keeps_what_it_showed() -> None:
    strong = series([0.8] * 4, 60.0, NEW)
    faint = series([0.3] * 10, 60.0, NEW, from_s=240.0)
    assert weigh([*strong, *faint]).alerts


@given(
    st.lists(st.one_of(st.none(), st.floats(0.0, 1.0)), min_size=1, max_size=100),
    st.sampled_from([2.0, 10.0, 60.0]),
    st.sampled_from([None, SAME]),
)
def test_growth_after_any_silence_alerts_within_three_frames(
    before: list[float | None], gap_s: float, change: PlaceChange | None
) -> None:
    """However long it was weak, growing smoke opens an alert: no silent permanent miss."""
    history = series(before, gap_s, change)
    from_s = history[-1].elapsed_s + 60.0
    grown = series([0.8] * 3, 60.0, NEW, from_s=from_s, growth=1.3)
    assert weigh([*history, *grown]).alerts


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 1.0)), min_size=1, max_size=60))
def test_evidence_is_finite_and_floored(scores: list[float | None]) -> None:
    weighing = weigh(series(scores, 60.0, SAME))
    assert math.isfinite(weighing.log_odds)
    assert weighing.log_odds >= WEIGHTS.floor_log_odds


def test_missed_frames_weaken() -> None:
    seen = series([0.7, 0.7], 60.0, NEW)
    assert weigh([*seen, frame(120.0, None)]).log_odds < weigh(seen).log_odds


def test_a_plume_that_grows_into_another_leaves_it_its_evidence() -> None:
    older, younger = TrackEvidence(Label.SMOKE), TrackEvidence(Label.SMOKE)
    older.add(frame(0, standing(0.1), SAME))
    for score in series([0.8] * 3, 60.0, NEW):
        younger.add(score)
    older.inherit(younger)
    assert older.log_odds == younger.log_odds
    older.add(frame(180, standing(0.5), NEW))
    assert older.weighing(RULE).alerts


def test_growth_needs_four_sightings_and_is_a_ratio_of_areas() -> None:
    reader = FrameReader(Label.SMOKE)
    growths = []
    for index, size in enumerate([10.0, 10.0, 10.0, 20.0, 20.0, 20.0]):
        reader.read(frame(60.0 * index, standing(0.5, size)))
        growths.append(reader.growth)
    assert growths[:3] == [1.0] * 3
    assert growths[-1] == pytest.approx(4.0)
    grown = [frame(60.0 * n, standing(0.7, 10.0 + 10 * n), NEW) for n in range(6)]
    findings = weigh(grown).findings
    assert {Finding.GREW, Finding.STRONG, Finding.PERSISTED, Finding.STOOD_STILL} <= set(findings)


@pytest.mark.parametrize("gap_s", [0.04, 1.0])
def test_growth_is_the_same_at_any_frame_rate(gap_s: float) -> None:
    reader = FrameReader(Label.SMOKE)
    for n in range(int(20.0 / gap_s) + 1):
        reader.read(frame(n * gap_s, standing(0.5, 10.0 + n * gap_s), NEW, n))
    assert reader.growth == pytest.approx(29.0**2 / 11.0**2, rel=0.05)


def test_a_wandering_box_is_said_to_drift() -> None:
    boxes = [Box(Label.SMOKE, 0.5, 100 + 90 * n, 50, 200 + 90 * n, 80 + 25 * n) for n in range(4)]
    findings = weigh([frame(2.0 * n, box, NEW) for n, box in enumerate(boxes)]).findings
    assert Finding.DRIFTED in findings


def test_a_plume_that_widens_leans_and_grows_stands_and_mist_does_not() -> None:
    leaning = [
        Box(Label.SMOKE, 0.5, 100 - 30 * n, 400 - 25 * n, 140 + 60 * n, 430) for n in range(6)
    ]
    assert foot_wander_of(leaning) == 0.0
    trembling = [Box(Label.SMOKE, 0.3, 500, 380, 515, 395 + n % 2) for n in range(6)]
    assert foot_wander_of(trembling) == 0.0
    mist = [Box(Label.SMOKE, 0.6, 200, 190, 1200, 430 + 90 * (n % 2)) for n in range(6)]
    assert foot_wander_of(mist) > 0.2
    point = [Box(Label.SMOKE, 0.5, 5, 5, 5, 5)] * 2
    assert foot_wander_of(point) == 0.0


@given(
    st.floats(0, 1),
    st.tuples(*[st.floats(-1e4, 1e4)] * 4),
    st.tuples(*[st.floats(0, 1e3)] * 2, *[st.floats(-20, 20)] * 2, st.floats(0, 255)),
    st.sampled_from(Label),
)
def test_every_feature_is_bounded(
    score: float,
    corners: tuple[float, float, float, float],
    change: tuple[float, float, float, float, float],
    label: Label,
) -> None:
    x, y = sorted(corners[:2]), sorted(corners[2:])
    reader = FrameReader(label)
    for index in range(6):
        scale = 1.0 + index * score
        box = Box(label, score, x[0], y[0], x[1] * scale, y[1] * scale)
        row, novelty = reader.read(frame(7.0 * index, box, PlaceChange(*change)))
        assert row.shape == (len(NAMES),)
        assert (abs(row) <= 5.0).all()
        assert 0.0 <= novelty <= 1.0


def test_a_lamp_does_not_flicker_and_a_flame_does() -> None:
    def flicker(grey: float, label: Label) -> float:
        change = PlaceChange(1.0, 1.0, 0.0, 0.0, grey)
        row, _ = FrameReader(label).read(frame(0, standing(0.5, label=label), change))
        return float(row[NAMES.index("flicker")])

    assert flicker(0.0, Label.FLAME) < flicker(20.0, Label.FLAME)
    assert flicker(20.0, Label.SMOKE) == 0.0
