from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.pictures import encode_jpeg
from detector.core import Picture
from detector.evaluate.events import FireEvent
from detector.evaluate.footage import Moment, Sampling
from detector.evidence import TrackEvidence
from detector.evidence.features import NAMES, FrameReader
from detector.evidence.weights import WEIGHTS, read_weights
from detector.pipeline import View
from models.alert import FrameScore, PlaceChange
from models.detection import Box, Detections, Label, ModelReference
from models.errors import FrameCorrupt
from training.evidence import SEEN_NEWS, SIGNS, fit, judge, left_out, write
from training.observations import Fire, Later, Observed, ObservedTrack, observe, read_fire

START = datetime(2016, 6, 4, 20, 0, tzinfo=UTC)
EVENT = FireEvent(first_visible_s=60.0, clear_s=120.0, cadence_s=60.0)
SMOKE = Box(Label.SMOKE, 0.7, 200, 100, 240, 130)
HAZE = Box(Label.SMOKE, 0.2, 20, 60, 60, 80)


class Ridge:
    """Twelve minutes of one view, ten of them before the ignition."""

    name = "20160604_FIRE_ridge"
    has_known_times = True

    def moments(self, sampling: Sampling) -> Iterator[Moment]:  # noqa: ARG002  # of the seam
        random = np.random.default_rng(3)
        rough = random.integers(60, 120, (24, 64, 3)).astype(np.uint8)
        calm = cv2.resize(rough, (512, 192))
        for minute in range(-10, 6):
            picture = np.vstack([np.full((96, 512, 3), 220, np.uint8), calm]).astype(np.uint8)
            if minute >= 1:
                picture[100:130, 200:240] = 210
            data: bytes | FrameCorrupt = encode_jpeg(picture)
            if minute == -5:
                data = FrameCorrupt("torn")
            yield Moment(60.0 * minute, START + timedelta(minutes=minute), data)


class Told:
    """Finds haze everywhere, and smoke from the minute in which there is some."""

    def __init__(self) -> None:
        self.asked = -1

    @property
    def reference(self) -> ModelReference:
        return ModelReference("told", "1", "0" * 64)

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,  # noqa: ARG002  # of the seam
        views: Sequence[View],  # noqa: ARG002
        hurried: bool,  # noqa: ARG002
    ) -> list[Detections | FrameCorrupt]:
        self.asked += 1
        boxes = [SMOKE, HAZE] if self.asked >= 10 else [HAZE]
        assert len(pictures) == 1
        return [
            Detections(
                np.array(
                    [(box.x_min, box.y_min, box.x_max, box.y_max) for box in boxes], np.float32
                ),
                np.array([box.score for box in boxes], np.float32),
                np.zeros(len(boxes), np.int64),
            )
        ]


def seen(fire: Fire | None) -> Observed:
    return observe(Ridge(), Told(), Sampling(), site="ridge", fire=fire, floor_score=0.05)


FIRE = Fire(EVENT, ((60.0, SMOKE), (120.0, SMOKE)))


def test_the_fire_is_told_from_haze_and_from_the_time_before() -> None:
    haze, smoke = seen(FIRE).tracks
    assert set(smoke.burns[smoke.at_s >= 60.0]) == {1}
    assert set(haze.burns[haze.at_s < 0.0]) == {0}
    assert set(haze.burns[haze.at_s >= 0.0]) == {-1}
    assert smoke.rows[smoke.seen][1:, NAMES.index("change")].max() > 1.0
    assert haze.rows[haze.seen][:, NAMES.index("change")].max() <= 0.0


def test_without_a_fire_all_is_something_else() -> None:
    assert {kind for track in seen(None).tracks for kind in track.burns} == {0}


def test_a_watch_that_begins_late_sees_the_rest() -> None:
    later = Later(Ridge(), 120.0)
    moments = list(later.moments(Sampling()))
    assert [moment.at_s for moment in moments] == [120.0, 180.0, 240.0, 300.0]
    assert later.name == "20160604_FIRE_ridge from +120 s"


def test_labels_of_a_larger_picture_are_scaled(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("offset_s,x,y,w,h\n60,400,200,80,60\n120,,,,\n", encoding="utf-8")
    fire = read_fire(EVENT, path, 0.5)
    assert fire.boxes == ((60.0, Box(Label.SMOKE, 1.0, 200, 100, 240, 130)),)


def made(name: str, site: str, *, burns: bool, change: float, seed: int) -> Observed:
    random = np.random.default_rng(seed)
    rows = np.zeros((8, len(NAMES)))
    rows[:, 0] = 1.0
    rows[:, NAMES.index("score")] = random.normal(0.5 if burns else -1.0, 0.5, 8)
    rows[:, NAMES.index("change")] = random.normal(change, 0.2, 8)
    track = ObservedTrack(
        rows=rows,
        news=np.full(8, 0.95),
        stands=np.ones(8),
        seen=np.ones(8, bool),
        at_s=60.0 * np.arange(8),
        burns=np.full(8, int(burns)),
    )
    return Observed(name, site, FIRE if burns else None, late=False, tracks=(track,))


def test_fitted_weights_tell_fires_from_the_rest_on_sites_left_out() -> None:
    fires = [made(f"fire {n}", f"site {n}", burns=True, change=1.5, seed=n) for n in range(4)]
    quiet = [
        made(f"quiet {n}", f"site {n}", burns=False, change=-0.5, seed=9 + n) for n in range(4)
    ]
    weights = fit([*fires, *quiet])
    for name, sign in SIGNS.items():
        assert sign * weights[NAMES.index(name)] >= 0.0
    verdicts = left_out([*fires, *quiet], 2.0)
    for one in fires:
        alert_s = verdicts[one.name].alert_s
        assert alert_s is not None
        assert alert_s <= 120.0
    assert all(verdicts[one.name].false_s is None for one in quiet)


def test_an_alarm_before_the_ignition_is_false_and_the_fire_is_judged() -> None:
    early = made("early", "site", burns=True, change=1.5, seed=1)
    (track,) = early.tracks
    shifted = ObservedTrack(
        track.rows, track.news, track.stands, track.seen, track.at_s - 240.0, np.zeros(8, np.int64)
    )
    verdict = judge(
        Observed("early", "site", FIRE, late=False, tracks=(shifted,)),
        np.full(len(NAMES), 1.0),
        threshold=2.0,
    )
    assert verdict.false_s == -180.0
    assert verdict.alert_s == 0.0


def test_what_is_written_is_what_the_watch_reads(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    write(path, np.linspace(-1, 1, len(NAMES)), "2026.11.9", "firewatch-yolo11n")
    weights = read_weights(path)
    assert weights.version == "2026.11.9"
    assert weights.of["seen"] == pytest.approx(-1.0)
    assert weights.of["flame"] == pytest.approx(1.0)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 0.99), st.floats(0.3, 20.0), st.booleans()),
        min_size=2,
        max_size=12,
    )
)
def test_the_judge_adds_up_as_the_watch_does(frames: list[tuple[float, float, bool]]) -> None:
    reader, watch = FrameReader(Label.SMOKE), TrackEvidence(Label.SMOKE)
    read, seen, sums = [], [], [0.0]
    for number, (score, times_usual, is_seen) in enumerate([(0.5, 2.0, True), *frames]):
        box = Box(Label.SMOKE, score, 10, 10, 40 + number, 30 + number % 3) if is_seen else None
        change = PlaceChange(times_usual, 1.0, 0.1, -0.1, 2.0) if is_seen else None
        moment = START + timedelta(minutes=number)
        frame = FrameScore(number, moment, score, box, change, box, 60.0 * number)
        read.append((*reader.read(frame), reader.stands))
        seen.append(is_seen)
        watch.add(frame)
        if is_seen and sum(seen) > 1 and watch.seen_news >= SEEN_NEWS:
            sums.append(watch.log_odds)
    track = ObservedTrack(
        rows=np.array([row for row, _, _ in read]),
        news=np.array([news for _, news, _ in read]),
        stands=np.array([stands for _, _, stands in read]),
        seen=np.array(seen),
        at_s=60.0 * np.arange(len(seen)),
        burns=np.zeros(len(seen), np.int64),
    )
    weights = np.array([WEIGHTS.of[name] for name in NAMES])
    verdict = judge(Observed("one", "site", None, late=False, tracks=(track,)), weights, 1e9)
    assert max(verdict.most_quiet, 0.0) == pytest.approx(max(sums))
