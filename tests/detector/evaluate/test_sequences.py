"""Sequences through the watch's own pipeline, and what the file says of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from detector_rig import ScriptedScorer, jpeg_with_mark, smoke

from detector.evaluate.events import FireEvent
from detector.evaluate.footage import Sampling
from detector.evaluate.sequences import Listener, evaluate_sequences
from models.config import Settings
from models.detection import Box, Label
from models.errors import InputRefused

MINUTE_0 = 1532815626  # ignition
EVENT = FireEvent(60.0, 120.0, 60.0)


@dataclass
class Bench:
    """A folder of pictures, one a minute, and a scorer that knows them by their marks."""

    folder: Path
    out: Path
    scorer: ScriptedScorer = field(default_factory=ScriptedScorer)
    refused: list[InputRefused] = field(default_factory=list)
    frames: list[tuple[str, int]] = field(default_factory=list)

    def picture(self, minute: int, *boxes: Box, name: str = "ridge") -> Path:
        mark = 4 * (minute + 20)
        self.scorer.script[mark] = boxes
        place = self.folder / name / f"{MINUTE_0 + 60 * minute}_{60 * minute:+06d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(jpeg_with_mark(mark))
        return place

    def judge(
        self, sampling: Sampling | None = None, events: dict[str, FireEvent] | None = None
    ) -> list[dict[str, Any]]:
        figures = evaluate_sequences(
            self.scorer,
            [self.folder],
            self.out,
            Settings(),
            sampling=sampling or Sampling(),
            events=events or {},
            listener=Listener(
                on_frame=lambda name, done: self.frames.append((name, done)),
                on_refused=self.refused.append,
            ),
        )
        written = json.loads((self.out / "sequences.json").read_text(encoding="utf-8"))
        assert written == json.loads(json.dumps(figures))
        rows: list[dict[str, Any]] = written["sequences"]
        return rows


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "footage", tmp_path / "out")


def plume(minute: int) -> Box:
    return smoke(0.9, width=40.0 + 6 * minute)


def test_a_plume_alerts_once_and_says_why(bench: Bench) -> None:
    for minute in range(-3, 8):
        bench.picture(minute, *([plume(minute)] if minute >= 1 else []))
    (row,) = bench.judge(events={"ridge": EVENT})
    assert (row["sequence"], row["looked_at"], row["damaged"]) == ("ridge", 11, 0)
    (alert,) = row["alerts"]
    assert (alert["category"], alert["at_s"], alert["frame"]) == ("smoke", 120.0, 5)
    assert alert["time"] == "2018-07-28T22:09:06.000Z"
    assert (alert["hits"], alert["seen_for_s"], alert["sightings"]) == (2, 60.0, 6)
    assert "persisted" in alert["findings"]
    assert alert["log_odds"] >= Settings().evidence.alert_log_odds
    assert alert["most_log_odds"] > alert["log_odds"]
    assert alert["last_at_s"] == 420.0
    assert alert["bbox"] == [300.0, 224.0, 52.0, 26.0]
    fire = row["fire"]
    assert fire["from_first_visible"] == {"seconds": 60.0, "frames": 1}
    assert fire["from_clear"] == {"seconds": 0.0, "frames": 0}
    assert fire["false_alarms"] == 0
    assert [frame["at_s"] for frame in row["frames"]] == [60.0 * n for n in range(-3, 8)]
    assert [frame["smoke"] for frame in row["frames"][:5]] == pytest.approx(
        [0.0, 0.0, 0.0, 0.0, 0.9]
    )
    assert [frame["log_odds"] is None for frame in row["frames"]] == [True] * 4 + [False] * 7
    assert row["frames"][4]["log_odds"] < row["frames"][5]["log_odds"] == alert["log_odds"]
    assert bench.frames[-1] == ("ridge", 11)


def test_an_early_alarm_is_false_and_the_fire_elsewhere_is_still_judged(bench: Bench) -> None:
    for minute in range(-6, 8):
        early = [smoke(0.9, x_min=20.0)] if minute < -3 else []
        bench.picture(minute, *early, *([plume(minute)] if minute >= 1 else []))
    (row,) = bench.judge(events={"ridge": EVENT})
    assert [alert["at_s"] for alert in row["alerts"]] == [-300.0, 120.0]
    assert (row["fire"]["false_alarms"], row["fire"]["alert_at_s"]) == (1, 120.0)


def test_two_tracks_that_touch_are_one_alert_and_two_far_apart_are_two(bench: Bench) -> None:
    for minute in range(8):
        boxes = [smoke(0.9), smoke(0.9, x_min=30.0), Box(Label.FLAME, 0.8, 310, 230, 330, 250)]
        if minute >= 3:
            boxes[1:2] = []
        bench.picture(minute, *boxes)
    (row,) = bench.judge()
    assert sorted(alert["category"] for alert in row["alerts"]) == ["flame", "smoke", "smoke"]
    assert "fire" not in row


def test_a_plume_that_comes_back_where_it_alerted_is_the_same_alert(bench: Bench) -> None:
    for minute in range(-3, 30):
        bench.picture(minute, *([] if 2 < minute < 24 else [smoke(0.9)]))
    (row,) = bench.judge()
    (alert,) = row["alerts"]
    assert alert["last_at_s"] == 60.0 * 29


def test_a_video_without_a_time_in_its_name_tells_differences_only(bench: Bench) -> None:
    bench.folder.mkdir()
    with av.open(str(bench.folder / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            image = np.zeros((48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    (row,) = bench.judge()
    assert [frame["at_s"] for frame in row["frames"]] == [0.0, 0.2, 0.4]
    assert all("time" not in frame for frame in row["frames"])


def test_scores_below_the_floor_are_told_but_not_tracked(bench: Bench) -> None:
    for minute in range(8):
        bench.picture(minute, smoke(0.05))
    (row,) = bench.judge()
    assert [frame["smoke"] for frame in row["frames"]] == [0.05] * 8
    assert row["alerts"] == []


def test_damage_is_counted_and_the_run_goes_on(bench: Bench) -> None:
    for minute in range(8):
        place = bench.picture(minute, smoke(0.9))
        if minute == 1:
            place.write_bytes(place.read_bytes()[:-500])
    (row,) = bench.judge()
    assert (row["looked_at"], row["damaged"]) == (7, 1)
    assert "cannot be used" in row["frames"][1]["damaged"]
    assert row["alerts"][0]["at_s"] == 120.0


def test_what_cannot_be_judged_is_told_and_the_rest_is_judged(bench: Bench) -> None:
    bench.picture(0, name="good")
    bench.picture(0, name="torn").write_bytes(jpeg_with_mark(0)[:-500])
    (bench.folder / "clip.mp4").write_bytes(b"no video")
    unnamed = bench.folder / "unnamed" / "IMG_1.jpg"
    unnamed.parent.mkdir()
    unnamed.write_bytes(jpeg_with_mark(0))
    rows = bench.judge()
    assert [row["sequence"] for row in rows] == ["good"]
    assert sorted(error.code for error in bench.refused) == [
        "no_readable_picture",
        "no_time_in_name",
        "not_a_video",
    ]


def empty(_folder: Path) -> None:
    """Nothing there."""


def only_torn(folder: Path) -> None:
    (folder / "20260405T030000Z.jpg").write_bytes(jpeg_with_mark(0)[:-500])


@pytest.mark.parametrize("fill", [empty, only_torn])
def test_nothing_to_judge_is_refused_and_nothing_written(
    bench: Bench, fill: Callable[[Path], None]
) -> None:
    bench.folder.mkdir()
    fill(bench.folder)
    with pytest.raises(InputRefused, match="no sequence that could be judged"):
        bench.judge()
    assert len(bench.refused) == 1
    assert not bench.out.exists()


def test_thinned_frames_decide_the_same_a_cadence_later(bench: Bench) -> None:
    for minute in range(-2, 17):
        bench.picture(minute, *([plume(minute)] if minute >= 1 else []))
    at_s = [
        bench.judge(sampling)[0]["alerts"][0]["at_s"]
        for sampling in (Sampling(), Sampling(every=2), Sampling(fps=1 / 180))
    ]
    assert at_s[0] == 120.0
    assert at_s[1] == 240.0  # seen at +120 s and +240 s
    assert at_s[2] <= 540.0


def test_a_known_fire_is_found_by_the_last_part_of_a_name(bench: Bench) -> None:
    bench.picture(0, name="site/ridge")
    (row,) = bench.judge(events={"ridge": EVENT})
    assert row["fire"]["alert_at_s"] is None
