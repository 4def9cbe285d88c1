import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_rig import make_scenes

from detector.measures.boxes import Judged, Scene, box_iou, box_within, judge
from detector.measures.intervals import group_interval
from detector.measures.precision import (
    average_precision,
    drawn_precision,
    precision_recall,
    recall_at_budget,
)


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


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_a_draw_is_the_figure_of_its_pictures(seed: int) -> None:
    """Scores are told apart: of equal ones, COCO's rule depends on the order of the pictures."""
    random = np.random.default_rng(seed)
    every = [
        judged(np.sort(random.random(count))[::-1].tolist(), [], 0, f"s{place // 2}")
        for place, count in enumerate(random.integers(0, 6, 8).tolist())
    ]
    shown = [
        Judged(one.group, one.scores, random.random(len(one.scores)) < 0.5, int(hits))
        for one, hits in zip(every, random.integers(3, 9, 8), strict=True)
    ]
    scenes = sorted({one.group for one in shown})
    draws = random.integers(0, 4, (12, len(scenes))).astype(np.float64)
    draws[0] = 1.0
    draws[1] = 0.0
    answers = drawn_precision(shown, scenes, draws)
    for row, answer in zip(draws, answers, strict=True):
        times = dict(zip(scenes, row.astype(int).tolist(), strict=True))
        drawn = [one for one in shown for _ in range(times[one.group])]
        assert answer == pytest.approx(average_precision(drawn), abs=1e-12, nan_ok=True)


def test_draws_without_detections_or_truths() -> None:
    empty, none = judged([], [], 3, "a"), judged([0.4], [False], 0, "b")
    draws = np.array([[1.0, 1.0], [0.0, 2.0]])
    answers = drawn_precision([empty, none], ["a", "b"], draws).tolist()
    assert answers[0] == 0.0
    assert np.isnan(answers[1])
    assert np.isnan(drawn_precision([], ["a"], np.ones((1, 1)))).all()


def test_many_draws_are_computed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [judged([0.9, 0.5, 0.4], [True, False, True], 4, name) for name in "abc"]
    draws = np.random.default_rng(0).integers(0, 3, (40, 3)).astype(np.float64)
    whole = drawn_precision(shown, list("abc"), draws)
    monkeypatch.setattr("detector.measures.precision.MOST_CELLS", 20)
    np.testing.assert_array_equal(drawn_precision(shown, list("abc"), draws), whole)


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_a_curve_is_what_one_gets_at_every_limit(seed: int) -> None:
    scenes = make_scenes(seed)
    every = [judge(scene, 0, 0.5) for scene in scenes]
    truths = sum(one.truths for one in every)
    curve = precision_recall(every)
    limits = sorted({score for one in every for score in one.scores.tolist()}, reverse=True)
    if truths == 0:
        assert curve == []
        return
    assert [score for *_, score in curve] == limits
    for recall, precision, limit in curve:
        counted = sum(int((one.scores >= limit).sum()) for one in every)
        found = sum(int((one.hits & (one.scores >= limit)).sum()) for one in every)
        assert (recall, precision) == pytest.approx((found / truths, found / counted))


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    scores = np.linspace(1, 0.001, 5000).tolist()
    curve = precision_recall([judged(scores, [True] * 5000, 5000)])
    assert len(curve) == 200
    assert (curve[0][2], curve[-1][2]) == (1.0, 0.001)
    assert curve[-1][0] == 1.0


def test_the_share_of_a_box_within_another() -> None:
    boxes = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 5, 5]])
    assert box_within(boxes, boxes[:1])[:, 0].tolist() == [1.0, 0.5, 0.0]
