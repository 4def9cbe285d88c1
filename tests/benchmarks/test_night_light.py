import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from benchmarks.night_light.answers import Answers
from benchmarks.night_light.command import fitted, main
from benchmarks.night_light.confusing import play
from benchmarks.night_light.labelled import look_at_made, read_again
from detector.evaluate.labelled_set import Picture
from detector.measures.boxes import Scene
from models.detection import Detections, ModelReference
from models.units import ImageBGR
from models.zoo import InfraredUse, ScoreMap
from training.near_infrared import Made
from training.night_confusers import Confuser

NIGHT = np.full((180, 320, 3), 30, np.uint8)


class Bright:
    """Takes everything that is burnt out for a flame; no network."""

    reference = ModelReference("bright", "1", "a" * 64)

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        self.asked += 1
        assert floor_score < 0.05
        rows, columns = np.nonzero(images[0][..., 0] > 200)
        if len(rows) == 0:
            return [Detections.empty()]
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        return [
            Detections(
                np.array([box], np.float32), np.array([0.7], np.float32), np.array([1], np.int64)
            )
        ]


def answers(folder: Path | None = None) -> tuple[Answers, Bright]:
    bright = Bright()
    return Answers(bright, folder), bright  # type: ignore[arg-type]


def test_without_pictures_the_report_says_so(tmp_path: Path) -> None:
    report = tmp_path / "out" / "report.json"
    assert main(["--quick", "--data", str(tmp_path), "--json", str(report)]) == 0
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["benchmark"], written["quick"]) == ("near-infrared", True)
    (measure,) = written["measures"]
    assert measure["value"] is None


def test_what_was_asked_is_kept_and_a_torn_line_is_asked_again(tmp_path: Path) -> None:
    first, bright = answers(tmp_path)
    white = np.full((20, 30, 3), 255, np.uint8)
    before = first.of("a", lambda: white)
    assert first.of("a", lambda: white) is before
    kept = next(tmp_path.glob("*.jsonl"))
    kept.write_text(kept.read_text() + '{"name": "b", "bo')
    again, other = answers(tmp_path)
    assert again.of("a", lambda: white).to_boxes() == before.to_boxes()
    assert (bright.asked, other.asked) == (1, 0)
    assert len(again.of("b", lambda: white)) == 1


def test_a_sequence_counts_where_it_was_drawn() -> None:
    asked, _ = answers()
    told = play(Confuser.LAMP, [("one", lambda: NIGHT)], asked, None, 0.5)
    assert (told.sequences, told.shown, told.taken) == (1, 6, 6)
    assert (told.alerts, told.elsewhere) == (1, 0)
    doubting = InfraredUse(0.5, ScoreMap(1.0, -4.0), ScoreMap(1.0, -4.0), "a test")
    quiet = play(Confuser.LAMP, [("one", lambda: NIGHT)], asked, doubting, 0.5)
    assert (quiet.taken, quiet.alerts) == (0, 0)


def test_a_picture_is_turned_the_same_way_each_time(tmp_path: Path) -> None:
    path = tmp_path / "one.jpg"
    assert cv2.imwrite(str(path), np.full((48, 64, 3), (40, 90, 250), np.uint8))
    picture = Picture(
        "a/one", path, "g", "s", "ground", "val", np.array([1]), np.array([[0.0, 0.0, 1.0, 1.0]])
    )
    asked, _ = answers()
    first, second = (look_at_made([picture], Made.NIGHT, one)[0] for one in (asked, answers()[0]))
    assert first.boxes.tolist() == second.boxes.tolist()
    assert first.true_boxes.tolist() == [[0.0, 0.0, 64.0, 48.0]]


def scenes(count: int) -> list[Scene]:
    """Scores that promise twice what they hold."""
    random = np.random.default_rng(1)
    answer = []
    for number in range(count):
        hit = random.random() < 0.4
        box = np.array([[10.0, 10.0, 30.0, 30.0]])
        answer.append(
            Scene(
                f"p{number}",
                f"g{number}",
                "ground",
                "s",
                np.array([0], np.int64) if hit else np.zeros(0, np.int64),
                box if hit else np.zeros((0, 4)),
                np.array([0], np.int64),
                np.array([0.8]),
                box,
            )
        )
    return answer


def test_the_section_that_is_told_makes_scores_what_they_hold() -> None:
    told = fitted(scenes(200))
    section = told.splitlines()
    values = SimpleNamespace(**dict(line.split(" = ") for line in section[2:5] if " = " in line))
    use = InfraredUse(
        0.5, ScoreMap(float(values.slope), float(values.offset)), ScoreMap(1.0, 0.0), "a test"
    )
    (read, *_) = read_again(scenes(200), use)
    assert read.scores[0] == pytest.approx(0.4, abs=0.08)
    assert read_again(scenes(1), None)[0].scores[0] == 0.8
