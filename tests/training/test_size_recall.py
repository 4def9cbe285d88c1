"""Size against recall: the counting agrees with the judge, the curve with its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evaluate.labelled_set import SMOKE
from detector.measures.boxes import Scene, judge
from training.size_recall import Sized, bins, found, rising, sized_boxes, wilson

shares = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)


def boxes_of(random: np.random.Generator, count: int) -> np.ndarray:
    corner = random.uniform(0.0, 60.0, (count, 2))
    return np.concatenate([corner, corner + random.uniform(5.0, 40.0, (count, 2))], axis=1)


@given(st.integers(0, 10_000))
def test_as_many_boxes_are_found_as_the_judge_counts(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(0, 12))
    scene = Scene(
        name="a/b",
        group="a",
        view="tower",
        source="a",
        true_classes=random.integers(0, 2, 5),
        true_boxes=boxes_of(random, 5),
        classes=random.integers(0, 2, count),
        scores=random.uniform(0.0, 1.0, count),
        boxes=boxes_of(random, count),
    )
    judged = judge(scene, SMOKE, 0.3)
    sized = sized_boxes(scene, longer_side_px=100, least_score=0.4)
    assert len(sized) == judged.truths
    assert sum(box.found for box in sized) == int((judged.hits & (judged.scores >= 0.4)).sum())


def test_a_size_is_that_in_the_network_whatever_the_picture() -> None:
    scene = Scene(
        name="a/b",
        group="a",
        view="tower",
        source="a",
        true_classes=np.array([SMOKE]),
        true_boxes=np.array([[0.0, 0.0, 90.0, 40.0]]),
        classes=np.zeros(0, np.int64),
        scores=np.zeros(0),
        boxes=np.zeros((0, 4)),
    )
    (box,) = sized_boxes(scene, longer_side_px=1920, least_score=0.4)
    assert box.side_px == pytest.approx(60.0 / 3)
    assert not box.found


def test_nothing_is_found_where_nothing_is() -> None:
    assert found(np.zeros((0, 4)), np.array([[0.0, 0.0, 1.0, 1.0]]), 0.3).shape == (0,)


@given(shares)
def test_the_rising_curve_rises_keeps_the_mean_and_leaves_a_rising_one_alone(
    values: list[float],
) -> None:
    weights = [float(1 + i % 3) for i in range(len(values))]
    curve = rising(values, weights)
    assert np.all(np.diff(curve) >= 0)
    assert np.average(curve, weights=weights) == pytest.approx(np.average(values, weights=weights))
    assert rising(sorted(values), weights) == pytest.approx(sorted(values))
    assert rising(curve, weights) == pytest.approx(curve)


def test_wilson_is_that_of_the_books() -> None:
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_bins_hold_equal_counts_in_the_order_of_size() -> None:
    boxes = [Sized("tower", f"g{i % 4}", float(20 - i), i < 10) for i in range(20)]
    curve = bins(boxes, 5)
    assert [one.count for one in curve] == [4] * 5
    assert [one.recall for one in curve] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert all(one.least_px <= one.side_px <= one.most_px for one in curve)
    assert all(one.low <= one.recall <= one.high for one in curve)
