import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.closer.command import main
from benchmarks.closer.contenders import Answers, closer_look, full_frame
from benchmarks.closer.sequences import Event, frames_of, judge
from models.config import AttentionRule
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
    assert verdicts[1] / verdicts[0] == pytest.approx(3.0)
