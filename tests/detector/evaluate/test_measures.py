import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.evaluate.measures import (
    Judged,
    Scene,
    average_precision,
    box_iou,
    group_interval,
    judge,
    recall_at_budget,
)
from detector.evaluate.report import differences, report


def make_scenes(seed: int, count: int = 12) -> list[Scene]:
    """Pictures with up to four true boxes and up to twelve detections near and far of them."""
    random = np.random.default_rng(seed)
    answer = []
    for number in range(count):
        truths = int(random.integers(0, 5)) if number % 3 else 0
        corner = random.uniform(0, 400, (truths, 2))
        true_boxes = np.concatenate([corner, corner + random.uniform(20, 150, (truths, 2))], 1)
        near = np.repeat(true_boxes, random.integers(0, 3, truths), axis=0)
        near = near + random.normal(0, 8, near.shape)
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 5)  # no box is turned inside out
        far = random.uniform(0, 400, (int(random.integers(0, 4)), 2))
        boxes = np.concatenate([near, np.concatenate([far, far + 40], 1)])
        answer.append(
            Scene(
                name=f"p{number}",
                group=f"g{number // 2}",
                view="tower" if truths else "neg_sky",
                source="s",
                true_classes=random.integers(0, 2, truths),
                true_boxes=true_boxes,
                classes=random.integers(0, 2, len(boxes)),
                scores=random.uniform(0.001, 1, len(boxes)).round(2),  # rounding makes ties
                boxes=boxes,
            )
        )
    return answer


def plain_iou(a: list[float], b: list[float]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return wide * tall / (both - wide * tall)


def plain_average_precision(scenes: list[Scene], label: int, least_iou: float) -> float:
    """The definition, written out: no arrays, no shared code."""
    marks: list[tuple[float, bool]] = []
    truths = 0
    for scene in scenes:
        true_boxes = [
            b.tolist()
            for b, c in zip(scene.true_boxes, scene.true_classes, strict=True)
            if c == label
        ]
        truths += len(true_boxes)
        found = [
            (s, b.tolist())
            for s, b, c in zip(scene.scores, scene.boxes, scene.classes, strict=True)
            if c == label
        ]
        found.sort(key=lambda pair: -pair[0])
        taken: set[int] = set()
        for score, box in found[:100]:
            best, place = least_iou, -1
            for index, true_box in enumerate(true_boxes):
                if index not in taken and plain_iou(box, true_box) >= best:
                    best, place = plain_iou(box, true_box), index
            if place >= 0:
                taken.add(place)
            marks.append((score, place >= 0))
    if truths == 0:
        return float("nan")
    marks.sort(key=lambda mark: -mark[0])
    points = []
    hits = 0
    for number, (_, hit) in enumerate(marks, start=1):
        hits += hit
        points.append((hits / truths, hits / number))
    total = 0.0
    for step in range(101):
        total += max((p for r, p in points if r >= np.linspace(0, 1, 101)[step]), default=0.0)
    return total / 101


@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.75]))
@settings(max_examples=40, deadline=None)
def test_average_precision_is_the_definition(seed: int, least_iou: float) -> None:
    scenes = make_scenes(seed)
    for label in (0, 1):
        ours = average_precision([judge(scene, label, least_iou) for scene in scenes])
        theirs = plain_average_precision(scenes, label, least_iou)
        assert ours == pytest.approx(theirs, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_agrees_with_faster_coco_eval(seed: int) -> None:
    scenes = make_scenes(seed, 40)
    for label in (0, 1):
        ours = average_precision([judge(scene, label, 0.5) for scene in scenes])
        assert ours == pytest.approx(coco_average_precision(scenes, label), abs=1e-9)


def coco_average_precision(scenes: list[Scene], label: int) -> float:
    """The same figure by an independent implementation."""
    truth: dict[str, list[dict[str, object]]] = {
        "images": [{"id": number} for number in range(len(scenes))],
        "categories": [{"id": label}],
        "annotations": [],
    }
    found = []
    for number, scene in enumerate(scenes):
        for box in scene.true_boxes[scene.true_classes == label].tolist():
            bbox = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
            row = {"image_id": number, "category_id": label, "bbox": bbox, "iscrowd": 0}
            size = {"id": len(truth["annotations"]) + 1, "area": bbox[2] * bbox[3]}
            truth["annotations"].append({**row, **size})
        mine = scene.classes == label
        for box, score in zip(scene.boxes[mine].tolist(), scene.scores[mine].tolist(), strict=True):
            bbox = [box[0], box[1], box[2] - box[0], box[3] - box[1]]
            row = {"image_id": number, "category_id": label, "bbox": bbox, "score": score}
            found.append(row)
    known = COCO(truth)
    judge_of_coco = COCOeval_faster(known, known.loadRes(found), "bbox", print_function=str)
    judge_of_coco.params.iouThrs = np.array([0.5])
    judge_of_coco.evaluate()
    judge_of_coco.accumulate()
    precision = judge_of_coco.eval["precision"][0, :, 0, 0, -1]
    return float(precision.mean())


def judged(scores: list[float], hits: list[bool], truths: int, group: str = "g") -> Judged:
    return Judged(group, np.array(scores), np.array(hits, np.bool_), truths)


def test_recall_at_a_budget_is_the_best_score_of_a_scan() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        shown = [
            judged(sorted(random.random(4), reverse=True), list(random.random(4) < 0.5), 3)
            for _ in range(6)
        ]
        quiet = [
            judged(sorted(random.random(int(random.integers(0, 3))), reverse=True), [], 0)
            for _ in range(20)
        ]
        recall, score = recall_at_budget(shown, quiet, 0.1)
        best = 0.0
        every = [s for one in (*shown, *quiet) for s in one.scores]
        for limit in (*every, 2.0):
            if sum((one.scores >= limit).sum() for one in quiet) <= 0.1 * len(quiet):
                hits = sum((one.hits & (one.scores >= limit)).sum() for one in shown)
                best = max(best, hits / 18)
        assert recall == pytest.approx(best)
        assert sum((one.scores >= score).sum() for one in quiet) <= 2


def test_without_false_boxes_every_score_counts() -> None:
    recall, score = recall_at_budget([judged([0.002], [True], 2)], [judged([], [], 0)], 0.05)
    assert (recall, score) == (0.5, 0.0)


def test_without_truths_there_is_no_figure() -> None:
    assert np.isnan(average_precision([judged([0.5], [False], 0)]))
    assert np.isnan(recall_at_budget([], [judged([0.5], [False], 0)], 0.05)[0])
    assert average_precision([judged([], [], 2)]) == 0.0


def test_iou_of_touching_and_empty_boxes_is_zero() -> None:
    boxes = np.array([[0.0, 0, 2, 2], [2, 0, 4, 2], [1, 1, 1, 1]])
    assert box_iou(boxes, boxes)[0].tolist() == [1.0, 0.0, 0.0]
    assert box_iou(boxes[2:], boxes[2:]).tolist() == [[0.0]]


def test_an_interval_draws_groups_and_not_pictures() -> None:
    values = np.repeat([0.0, 1.0, 0.0, 1.0], 100)
    groups = [f"g{index // 100}" for index in range(400)]
    low, high = group_interval(groups, lambda drawn: float(values[drawn].mean()))
    assert (low, high) == (0.0, 1.0)  # four groups tell next to nothing
    alone = [f"p{index}" for index in range(400)]
    low, high = group_interval(alone, lambda drawn: float(values[drawn].mean()))
    assert 0.43 < low < 0.47
    assert 0.53 < high < 0.57


def test_an_interval_without_figures_is_not_a_number() -> None:
    assert all(np.isnan(group_interval(["a"], lambda _: float("nan"), draws=3)))


def test_a_report_names_counts_and_every_kind_of_negative() -> None:
    scenes = make_scenes(5, 30)
    answer = report(scenes, draws=50)
    names = [row["name"] for row in answer["measures"]]
    assert names[0] == "tower smoke AP50"
    assert "tower smoke recall at IoU 0.3 with at most 0.05 false boxes a negative picture" in names
    for row in answer["measures"]:
        assert row["low"] <= row["value"] <= row["high"]
    quiet = [scene for scene in scenes if len(scene.true_classes) == 0]
    assert [row["pictures"] for row in answer["negatives"]] == [len(quiet)]
    assert answer["negatives"][0]["false_boxes"] <= 0.05 * len(quiet)


def test_the_same_weights_differ_by_nothing() -> None:
    scenes = make_scenes(6, 30)
    for row in differences(scenes, scenes, draws=20):
        assert (row["value"], row["low"], row["high"]) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="different pictures"):
        differences(scenes, scenes[1:])
