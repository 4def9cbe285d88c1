from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.core.postprocess import (
    MAX_CANDIDATES,
    MAX_DETECTIONS,
    SAME_THING_IOU,
    candidates,
    check_predictions,
    suppress,
    vote,
)
from models.errors import ModelMismatch
from models.zoo import ModelCard


def naive_suppress(
    boxes: list[list[float]], scores: list[float], labels: list[int], nms_iou: float
) -> list[int]:
    """Look at every pair, in plain Python: the reference."""
    order = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
    kept: list[int] = []
    for index in order:
        for better in kept:
            if labels[better] != labels[index]:
                continue
            a, b = boxes[better], boxes[index]
            width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
            height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
            shared = width * height
            union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
            if union > 0.0 and shared / union > nms_iou:
                break
        else:
            kept.append(index)
    return kept


# Few distinct coordinates and scores make overlaps, ties and empty boxes common.
EDGES = st.integers(0, 12).map(float)
SCORES = st.integers(0, 6).map(lambda step: step / 6)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[float], float, int]:
    x = sorted(draw(st.tuples(EDGES, EDGES)))
    y = sorted(draw(st.tuples(EDGES, EDGES)))
    return [x[0], y[0], x[1], y[1]], draw(SCORES), draw(st.integers(0, 1))


@given(found=st.lists(rows(), max_size=40), nms_iou=st.sampled_from([0.1, 1 / 3, 0.5, 0.7, 0.99]))
def test_suppression_equals_the_naive_reference(
    found: list[tuple[list[float], float, int]], nms_iou: float
) -> None:
    boxes = np.array([row[0] for row in found], np.float32).reshape(-1, 4)
    scores = np.array([row[1] for row in found], np.float32)
    labels = np.array([row[2] for row in found], np.int64)
    kept = suppress(boxes, scores, labels, nms_iou)
    expected = naive_suppress(boxes.tolist(), scores.tolist(), labels.tolist(), nms_iou)
    assert kept.tolist() == expected


def naive_vote(
    boxes: list[list[float]], scores: list[float], labels: list[int], index: int
) -> list[float]:
    """Where the boxes of one thing say it is, in exact fractions: the reference."""
    limit = Fraction(SAME_THING_IOU)
    best = [Fraction(edge) for edge in boxes[index]]
    votes: list[tuple[Fraction, list[Fraction]]] = []
    for place, row in enumerate(boxes):
        other = [Fraction(edge) for edge in row]
        width = max(Fraction(0), min(best[2], other[2]) - max(best[0], other[0]))
        height = max(Fraction(0), min(best[3], other[3]) - max(best[1], other[1]))
        union = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (best, other)) - width * height
        same = union > 0 and width * height / union > limit
        if place == index or (labels[place] == labels[index] and same):
            votes.append((Fraction(scores[place]), other))
    total = sum((weight for weight, _ in votes), Fraction(0))
    sums = [sum((w * box[side] for w, box in votes), Fraction(0)) for side in range(4)]
    return [float(one / total) for one in sums]


@given(found=st.lists(rows(), min_size=1, max_size=30))
def test_votes_equal_the_exact_reference(found: list[tuple[list[float], float, int]]) -> None:
    boxes = np.array([row[0] for row in found], np.float32)
    scores = np.array([row[1] for row in found], np.float32) + np.float32(0.125)
    labels = np.array([row[2] for row in found], np.int64)
    kept = suppress(boxes, scores, labels, 0.5)
    moved = vote(boxes, scores, labels, kept)
    expected = [naive_vote(boxes.tolist(), scores.tolist(), labels.tolist(), k) for k in kept]
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved, np.array(expected), rtol=0, atol=1e-5)


def test_boxes_of_score_zero_vote_too() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 12]], np.float32)
    nothing = np.zeros(2, np.float32)
    moved = vote(boxes, nothing, np.zeros(2, np.int64), np.array([0]))
    assert moved.tolist() == [[0, 0, 10, 11]]


def test_a_box_that_nothing_overlaps_stays_where_it_is() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 5, 15, 15], [30, 30, 30, 30]], np.float32)
    moved = vote(boxes, np.ones(3, np.float32), np.zeros(3, np.int64), np.arange(3))
    assert moved.tolist() == boxes.tolist()


def test_smoke_does_not_suppress_flame() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], np.float32)
    kept = suppress(boxes, np.array([0.5, 0.9], np.float32), np.array([0, 1]), 0.5)
    assert kept.tolist() == [1, 0]


def test_an_overlap_exactly_on_the_limit_stays() -> None:
    boxes = np.array([[0, 0, 2, 1], [0, 0, 1, 1]], np.float32)
    scores = np.array([0.9, 0.8], np.float32)
    assert suppress(boxes, scores, np.zeros(2, np.int64), 0.5).tolist() == [0, 1]
    assert suppress(boxes, scores, np.zeros(2, np.int64), 0.49).tolist() == [0]


def test_nothing_in_nothing_out() -> None:
    kept = suppress(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, int), 0.5)
    assert kept.tolist() == []


def test_at_most_the_best_leave() -> None:
    count = MAX_DETECTIONS + 50
    corners = np.arange(count, dtype=np.float32)[:, None] * 10
    boxes = np.hstack([corners, corners, corners + 5, corners + 5])
    scores = np.linspace(0, 1, count, dtype=np.float32)
    kept = suppress(boxes, scores, np.arange(count) % 2, 0.5)
    assert kept.tolist() == list(range(count - 1, count - 1 - MAX_DETECTIONS, -1))


def test_candidates_decode_centres_and_sizes() -> None:
    prediction = np.array([[10, 50], [20, 60], [4, 8], [6, 2], [0.3, 0.05], [0.1, 0.9]], np.float32)
    boxes, scores, labels = candidates(prediction, 0.1)
    found = sorted(zip(labels.tolist(), scores.round(3).tolist(), boxes.tolist(), strict=True))
    assert found == [
        (0, pytest.approx(0.3), [8.0, 17.0, 12.0, 23.0]),
        (1, pytest.approx(0.1), [8.0, 17.0, 12.0, 23.0]),
        (1, pytest.approx(0.9), [46.0, 59.0, 54.0, 61.0]),
    ]
    assert (boxes.dtype, scores.dtype, labels.dtype) == (np.float32, np.float32, np.int64)


def test_floor_zero_takes_a_score_of_zero() -> None:
    assert len(candidates(np.zeros((6, 3), np.float32), 0.0)[1]) == 6


def test_at_most_the_best_candidates_enter() -> None:
    scores = np.random.default_rng(1).permutation(MAX_CANDIDATES).astype(np.float32)
    prediction = np.zeros((6, MAX_CANDIDATES), np.float32)
    prediction[4] = scores / MAX_CANDIDATES
    prediction[5] = scores / MAX_CANDIDATES / 2
    taken = candidates(prediction, 0.0)[1]
    assert len(taken) == MAX_CANDIDATES
    assert taken.min() == np.sort(prediction[4:].ravel())[-MAX_CANDIDATES]


def test_scores_are_brought_back_from_rounding(card: ModelCard) -> None:
    prediction = np.full((6, 1), 1.00001, np.float32)
    check_predictions(prediction[None], 1, card)
    assert candidates(prediction, 0.5)[1].max() == 1.0


def test_an_answer_without_anchors_is_an_answer(card: ModelCard) -> None:
    empty = np.zeros((1, 6, 0), np.float32)
    check_predictions(empty, 1, card)
    assert len(candidates(empty[0], 0.0)[1]) == 0


GOOD = np.full((2, 6, 5), 0.5, np.float32)


def with_value(value: float, row: int) -> np.ndarray:
    changed = GOOD.copy()
    changed[1, row, 3] = value
    return changed


@pytest.mark.parametrize(
    "predictions",
    [
        GOOD[:1],
        GOOD[:, :5],
        GOOD[0],
        GOOD.astype(np.float16),
        with_value(np.nan, 0),
        with_value(np.inf, 2),
        with_value(-np.inf, 5),
        with_value(1.5, 4),
        with_value(-0.2, 5),
    ],
)
def test_an_impossible_answer_is_refused(card: ModelCard, predictions: np.ndarray) -> None:
    check_predictions(GOOD, 2, card)
    with pytest.raises(ModelMismatch, match=card.file):
        check_predictions(predictions, 2, card)
