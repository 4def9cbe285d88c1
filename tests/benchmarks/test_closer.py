import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from benchmarks.closer import calibration
from benchmarks.closer.calibration import fitted_log_odds
from benchmarks.closer.command import main
from benchmarks.closer.contenders import Answers, closer_look, full_frame
from benchmarks.closer.pictures import look_at_all
from benchmarks.closer.sequences import Event, frames_of, judge
from detector.evaluate.labelled_set import Picture
from models.config import AttentionRule
from models.detection import Detections
from models.units import ImageBGR
from models.zoo import load_card


def test_without_pictures_the_report_says_so(tmp_path: Path) -> None:
    report = tmp_path / "out" / "report.json"
    assert main(["--quick", "--data", str(tmp_path), "--json", str(report)]) == 0
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["benchmark"], written["quick"]) == ("attention", True)
    (measure,) = written["measures"]
    assert measure["value"] is None
    assert str(tmp_path) in measure["against"]


def write_frame(folder: Path, name: str) -> None:
    assert cv2.imwrite(str(folder / name), np.full((48, 64, 3), 120, np.uint8))


def test_frames_carry_their_time_in_their_name(tmp_path: Path) -> None:
    for name in ("a_-00060.jpg", "a_+00120.jpg"):
        write_frame(tmp_path, name)
    assert sorted(at_s for at_s, _ in frames_of(tmp_path)) == [-60.0, 120.0]
    stills, moments = tmp_path / "stills", tmp_path / "moments"
    for folder, names in ((stills, ("a.jpg", "b.jpg")), (moments, ("20260101T000130Z.jpg",))):
        folder.mkdir()
        for name in names:
            write_frame(folder, name)
    assert [at_s for at_s, _ in frames_of(stills)] == [0.0, 60.0]
    assert [at_s for at_s, _ in frames_of(moments)] == [90.0]  # from the start of 2026


def test_the_cost_is_counted_where_it_is_spent_and_grey_is_quiet() -> None:
    card = load_card("firewatch-yolo11n")
    image = np.full((90, 160, 3), 120, np.uint8)
    event = Event(Path("nowhere"), 60.0, {60.0: (10.0, 10.0, 14.0, 14.0)})
    verdicts = []
    answers = Answers(0.01)
    rule = AttentionRule(cost=3.0)
    for way in (full_frame(card, 640, answers), closer_look(card, rule, answers)):
        verdict = judge(way, "v", [(0.0, image), (60.0, image)], event)
        assert (verdict.alert_s, verdict.frames, verdict.quiet_frames) == (None, 2, 1)
        assert verdict.small == (0.0,)
        verdicts.append(way.pixels)
    assert verdicts[1] / verdicts[0] == pytest.approx(2.983, abs=0.001)


def picture_of(folder: Path, name: str, boxes: list[tuple[float, float, float, float]]) -> Picture:
    write_frame(folder, f"{name}.jpg")
    classes = np.zeros(len(boxes), np.int64)
    table = np.array(boxes, np.float64).reshape(-1, 4)
    path = folder / f"{name}.jpg"
    return Picture(name, path, f"g-{name}", "made", "tower", "val", classes, table)


def test_answers_are_asked_for_once_and_kept(tmp_path: Path) -> None:
    card = load_card("firewatch-yolo11n")
    image = np.full((48, 64, 3), 120, np.uint8)

    class Asked:
        reference = card.reference
        times = 0

        def detect(self, images: list[object], *, floor_score: float) -> list[Detections]:
            self.times += len(images)
            row = np.array([[1, 2, 3, 4]], np.float32)
            return [Detections(row, np.array([floor_score], np.float32), np.array([0]))]

    detector = Asked()
    for answers, asked in (
        (Answers(0.25, tmp_path), 1),
        (Answers(0.25, tmp_path), 1),  # another run
        (Answers(0.5, tmp_path), 2),  # read to another depth
        (Answers(0.5), 3),  # keeps nothing
    ):
        for _ in range(2):
            found = answers.of(detector, 640, image).found  # type: ignore[arg-type]
            assert found.boxes_xyxy.tolist() == [[1, 2, 3, 4]]
        assert detector.times == asked
    Answers(0.5, tmp_path).of(detector, 1088, image)  # type: ignore[arg-type]
    Answers(0.5, tmp_path).of(detector, 640, image + np.uint8(1))  # type: ignore[arg-type]
    assert detector.times == 5


def test_from_the_end_is_the_same_and_boxes_of_sequences_join(tmp_path: Path) -> None:
    pictures = [
        picture_of(tmp_path, "burns", [(0.1, 0.1, 0.15, 0.15)]),
        picture_of(tmp_path, "quiet", []),
    ]

    class SeesAll:
        def look(self, image: object, view: str, floor_score: float) -> Detections:
            del image, floor_score
            box = [6.4, 4.8, 9.6, 7.2] if view == "burns" else [0, 0, 5, 5]
            scores = np.array([0.4 if view == "burns" else 0.2], np.float32)
            return Detections(np.array([box], np.float32), scores, np.array([0]))

    curve = look_at_all(SeesAll(), pictures)  # type: ignore[arg-type]
    backwards = look_at_all(SeesAll(), pictures, from_the_end=True)  # type: ignore[arg-type]
    assert curve.groups == backwards.groups == ("g-burns", "g-quiet")
    assert curve.recall(0.0) == backwards.recall(0.0)
    assert curve.recall(0.0)[0] == 1.0
    more = curve.with_boxes({"ignition": (0.9, 0.0, 0.1)})
    assert more.recall(0.0) == (0.5, curve.recall(0.0)[1])  # 0.1 lies below the quiet picture's box
    assert more.recall(1.0)[0] == 0.75  # what was never found is not found at any score
    assert more.groups[2:] == ("ignition",) * 3


def test_the_shift_is_what_lies_between_the_two_sides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pictures = [picture_of(tmp_path, f"quiet{number}", []) for number in range(12)]

    class Shifted:
        def of(self, _detector: object, width_px: int, image: ImageBGR) -> SimpleNamespace:
            rows = np.array([[0, image.shape[0] / 2, 1, image.shape[0] / 2 + 1]], np.float32)
            self.count = getattr(self, "count", 0) + 1
            odds = (self.count + 1) // 2 * (1.0 if width_px == 640 else np.exp(0.4))
            scores = np.array([odds / (1 + odds)], np.float32)
            return SimpleNamespace(found=Detections(rows, scores, np.array([0])))

    monkeypatch.setattr(calibration.Detector, "open", lambda *_args, **_facts: None)
    card = load_card("firewatch-yolo11n")
    shift, ranks = fitted_log_odds(card, 3.0, pictures, Shifted())  # type: ignore[arg-type]
    assert ranks == 5  # of twelve false boxes
    assert shift == pytest.approx(-0.4, abs=1e-6)
    assert fitted_log_odds(card, 3.0, pictures[:2], Shifted())[1] == 0  # type: ignore[arg-type]
