"""The second stage's samples, folds and verdict; the network itself needs torch and has none."""

import numpy as np
import pytest

from detector.evaluate.events import FireEvent
from detector.evidence.crops import CHANNELS, CROP_PX, MOST_CROPS, CropHistory
from detector.evidence.features import NAMES
from models.units import FloatArray
from training.crops_taken import CropsTaken
from training.evidence import Verdict, judge
from training.observations import Fire, Observed, ObservedTrack
from training.stage_judging import FOLDS, MOST_LOG_ODDS, beats, folds_of, opinions_of
from training.stage_samples import Samples, history_at, samples_of

EVENT = FireEvent(first_visible_s=60.0, clear_s=120.0, cadence_s=60.0)


def crops_of(number: int) -> CropsTaken:
    """A crop a minute from the third frame on."""
    history, taken = CropHistory(), CropsTaken()
    for frame in range(number):
        if frame >= 2:
            crop = np.full((CHANNELS, CROP_PX, CROP_PX), frame, np.float16)
            history.add(crop, 60.0 * frame)
        taken.take(history if frame >= 2 else None, frame)
    return taken


def observed(name: str, site: str, *, burns: bool, frames: int = 12) -> Observed:
    taken = crops_of(frames)
    rows = np.zeros((frames, len(NAMES)))
    rows[:, 0] = 1.0
    track = ObservedTrack(
        rows=rows,
        news=np.full(frames, 0.95),
        stands=np.ones(frames),
        seen=np.arange(frames) != 5,
        at_s=60.0 * np.arange(frames),
        burns=np.full(frames, int(burns)),
        crops=taken.stack(),
        crop_counts=taken.counts_in(range(frames)),
    )
    return Observed(name, site, Fire(EVENT, ()) if burns else None, late=False, tracks=(track,))


def test_what_was_taken_is_what_the_watch_would_show_at_each_frame() -> None:
    (track,) = observed("a", "a", burns=False).tracks
    assert track.crop_counts.tolist() == [0, 0, *range(1, 11)]
    assert history_at(track, 2) is None
    early, late = history_at(track, 4), history_at(track, 11)
    assert early is not None
    assert late is not None
    assert early[0][:, 0, 0, 0].tolist() == [0.0] * 5 + [2.0, 3.0, 4.0]
    assert early[1].tolist() == [0.0] * 5 + [1.0] * 3
    assert late[0][:, 0, 0, 0].tolist() == [float(n) for n in range(12 - MOST_CROPS, 12)]


def test_frames_taken_over_from_another_track_count_on() -> None:
    taken = crops_of(5)
    assert taken.counts_in([1, 3, 99, 4]).tolist() == [0, 2, 2, 3]
    assert CropsTaken().counts_in([1, 2]).tolist() == []
    assert CropsTaken().stack().shape == (0, CHANNELS, CROP_PX, CROP_PX)


def test_fires_and_the_rest_weigh_the_same_and_missed_frames_teach_nothing() -> None:
    samples = samples_of(
        [observed("f", "f", burns=True), *(observed(c, c, burns=False) for c in "abc")]
    )
    assert samples.burns.tolist().count(0.0) == 24
    assert samples.burns.tolist().count(1.0) == 8
    for kind in (0.0, 1.0):
        assert samples.weight[samples.burns == kind].sum() == pytest.approx(50.0)
    assert len(samples_of([]).burns) == 0


def test_every_site_has_one_fold_and_fires_are_shared_out() -> None:
    fires = [observed(f"f{n}", f"site {n}", burns=True) for n in range(5)]
    quiet = [observed(f"q{n}", f"quiet {n}", burns=False) for n in range(8)]
    folds = folds_of([*fires, *quiet])
    assert {folds[one.site] for one in fires} == set(range(FOLDS))
    assert len(folds) == 13


def test_opinions_are_bounded_and_only_where_there_are_crops() -> None:
    one = observed("f", "f", burns=True)

    def logits_of(samples: Samples) -> FloatArray:
        return 100.0 * (samples.there.sum(axis=1) - 4.5)

    (opinion,) = opinions_of(one, logits_of)
    assert opinion[:3].tolist() == [0.0] * 3
    assert opinion[5] == 0.0
    assert set(opinion[[3, 4, 6, 11]].tolist()) == {-MOST_LOG_ODDS, MOST_LOG_ODDS}
    assert opinions_of(observed("x", "x", burns=False, frames=2), logits_of)[0].tolist() == [0, 0]


def test_an_opinion_moves_an_alert_by_what_it_is_worth() -> None:
    one = observed("f", "f", burns=True)
    weights = np.zeros(len(NAMES))
    weights[0] = 0.5
    alone = judge(one, weights, 2.0)
    for_it = judge(one, weights, 2.0, [np.full(12, 1.0)], MOST_LOG_ODDS)
    against = judge(one, weights, 2.0, [np.full(12, -1.0)], MOST_LOG_ODDS)
    assert alone.alert_s is not None
    assert for_it.alert_s is not None
    assert against.alert_s is not None
    assert for_it.alert_s < alone.alert_s < against.alert_s


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [
        (Verdict(60.0, None, 0.0), Verdict(60.0, None, 1.0), False),
        (Verdict(60.0, None, 0.0), Verdict(0.0, None, 0.0), True),
        (Verdict(None, None, 0.0), Verdict(0.0, None, 0.0), True),
        (Verdict(60.0, None, 0.0), Verdict(120.0, None, 0.0), False),
        (Verdict(60.0, None, 0.0), Verdict(None, None, 0.0), False),
        (Verdict(60.0, -60.0, 3.0), Verdict(60.0, None, 1.0), True),
        (Verdict(60.0, None, 0.0), Verdict(0.0, -60.0, 3.0), False),
    ],
)
def test_better_is_something_better_and_nothing_worse(
    before: Verdict, after: Verdict, *, better: bool
) -> None:
    same = Verdict(30.0, None, 0.0)
    assert beats({"a": before, "b": same}, {"a": after, "b": same}) is better
