"""Kept detections come back as they were, and nothing damaged is believed."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from detector_rig import REFERENCE, ScriptedScorer, jpeg_with_mark, smoke

from detector.core import Picture
from detector.evaluate.recorded_scorer import RECORD_FLOOR, RecordedScorer
from detector.jpeg_picture import JpegPicture
from detector.pipeline import View
from models.config import AttentionRule
from models.detection import Box, Detections, Label
from models.errors import FrameCorrupt, InputRefused

VIEW: View = ("t1", 0)


def picture(mark: int) -> JpegPicture:
    return JpegPicture.of(jpeg_with_mark(mark), "t1")


def ask(
    scorer: RecordedScorer,
    pictures: Sequence[Picture],
    floor: float = 0.1,
    *,
    hurried: bool = False,
) -> list[Detections | FrameCorrupt]:
    views = [VIEW] * len(pictures)
    return scorer.detect_each(pictures, floor_score=floor, views=views, hurried=hurried)


def boxes(answer: Detections | FrameCorrupt) -> tuple[Box, ...]:
    assert isinstance(answer, Detections)
    return answer.to_boxes()


@pytest.fixture
def scripted() -> ScriptedScorer:
    scorer = ScriptedScorer()
    flame = Box(Label.FLAME, 1 / 3, 0.1, 10 / 3, 20.7, 1e3)
    scorer.script = {10: (smoke(0.9), smoke(0.05, x_min=10.0)), 20: (flame,)}
    return scorer


def test_the_second_time_nobody_is_asked(scripted: ScriptedScorer, tmp_path: Path) -> None:
    first = RecordedScorer(scripted, tmp_path / "new" / "cache", AttentionRule())
    said = ask(first, [picture(10), picture(20), picture(30)])
    assert [len(boxes(one)) for one in said] == [1, 1, 0]
    asked = len(scripted.batches)
    again = RecordedScorer(scripted, tmp_path / "new" / "cache", AttentionRule())
    assert [boxes(one) for one in ask(again, [picture(30), picture(20), picture(10)])] == [
        boxes(one) for one in reversed(said)
    ]
    assert len(scripted.batches) == asked
    assert again.reference == REFERENCE
    # what lies below the floor was kept too
    assert len(boxes(ask(again, [picture(10)], RECORD_FLOOR)[0])) == 2
    assert len(scripted.batches) == asked


def test_only_what_is_missing_is_asked_for(scripted: ScriptedScorer, tmp_path: Path) -> None:
    scorer = RecordedScorer(scripted, tmp_path, AttentionRule())
    ask(scorer, [picture(20)])
    said = ask(scorer, [picture(10), picture(20)])
    assert scripted.batches == [1, 1]
    assert [box.label for one in said for box in boxes(one)] == [Label.SMOKE, Label.FLAME]


def test_a_deeper_floor_is_asked_for_anew(scripted: ScriptedScorer, tmp_path: Path) -> None:
    scripted.script[10] = (smoke(0.01),)
    scorer = RecordedScorer(scripted, tmp_path, AttentionRule())
    assert boxes(ask(scorer, [picture(10)])[0]) == ()
    assert len(boxes(ask(scorer, [picture(10)], 0.005)[0])) == 1
    assert len(boxes(ask(scorer, [picture(10)], 0.005)[0])) == 1
    assert scripted.batches == [1, 1]


def test_another_rule_or_other_weights_have_their_own_answers(
    scripted: ScriptedScorer, tmp_path: Path
) -> None:
    for rule in (AttentionRule(), AttentionRule(cost=1.0)):
        ask(RecordedScorer(scripted, tmp_path, rule), [picture(10)])
    assert scripted.batches == [1, 1]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        '{"floor": 0.02}',
        '{"floor": 0.02, "detections": [[1, 2]]}',
        '{"floor": 0.02, "detections": [[0, 1.5, 0, 0, 1, 1]]}',
        '{"floor": 0.02, "detections": [[7, 0.5, 0, 0, 1, 1]]}',
        '{"floor": 0.02, "detections": [[0, NaN, 0, 0, 1, 1]]}',
        '{"floor": 0.02, "detections": [[0, 0.5, 0, 0, 1, Infinity]]}',
        '{"floor": "x", "detections": []}',
        '{"floor": null, "detections": []}',
    ],
)
def test_a_damaged_entry_is_asked_for_and_written_anew(
    scripted: ScriptedScorer, tmp_path: Path, content: str
) -> None:
    scorer = RecordedScorer(scripted, tmp_path, AttentionRule())
    said = boxes(ask(scorer, [picture(10)])[0])
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(content, encoding="utf-8")
    assert boxes(ask(scorer, [picture(10)])[0]) == said
    assert boxes(ask(scorer, [picture(10)])[0]) == said
    assert scripted.batches == [1, 1]


def test_a_damaged_picture_is_never_kept(scripted: ScriptedScorer, tmp_path: Path) -> None:
    scorer = RecordedScorer(scripted, tmp_path, AttentionRule())
    whole = jpeg_with_mark(10)
    damaged = JpegPicture(whole[:-300], "t1", 640, 360)
    said = ask(scorer, [damaged, picture(10)])
    assert isinstance(said[0], FrameCorrupt)
    assert len(boxes(said[1])) == 1
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_a_hurried_look_and_a_picture_without_a_file_are_not_kept(
    scripted: ScriptedScorer, tmp_path: Path
) -> None:
    scorer = RecordedScorer(scripted, tmp_path, AttentionRule())
    ask(scorer, [picture(10)], hurried=True)
    assert scripted.hurried == [True]

    class Always:
        reference = REFERENCE

        def detect_each(self, pictures: Sequence[Picture], **_: object) -> list[Detections]:
            return [Detections.empty() for _ in pictures]

    scorer = RecordedScorer(Always(), tmp_path, AttentionRule())
    assert boxes(ask(scorer, [np.zeros((9, 16, 3), np.uint8)])[0]) == ()
    assert list(tmp_path.rglob("*.json")) == []


def test_numbers_survive_to_the_last_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)

    class Noisy:
        reference = REFERENCE

        def detect_each(self, pictures: Sequence[Picture], **_: object) -> list[Detections]:
            edges = rng.uniform(0, 4000, (50, 4)).astype(np.float32)
            scores = np.sort(rng.uniform(0.02, 1, 50).astype(np.float32))[::-1]
            return [Detections(edges, scores, rng.integers(0, 2, 50)) for _ in pictures]

    scorer = RecordedScorer(Noisy(), tmp_path, AttentionRule())
    first, second = ask(scorer, [picture(1)], 0.02)[0], ask(scorer, [picture(1)], 0.02)[0]
    assert boxes(first) == boxes(second)
    (entry,) = tmp_path.rglob("*.json")
    assert json.loads(entry.read_text(encoding="ascii"))["size"] == [640, 360]


def test_a_folder_that_cannot_be_is_refused(scripted: ScriptedScorer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputRefused, match="--cache"):
        RecordedScorer(scripted, tmp_path / "file", AttentionRule())
    scorer = RecordedScorer(scripted, tmp_path / "cache", AttentionRule())
    for folder in (tmp_path / "cache").iterdir():
        folder.rmdir()
    with pytest.raises(InputRefused, match="cannot be kept"):
        ask(scorer, [picture(10)])
