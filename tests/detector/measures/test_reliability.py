"""A score is a probability as far as its tenth of the scale is right that often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.measures.boxes import Judged
from detector.measures.reliability import calibration_error, drawn_error, reliability

Rows = list[list[tuple[float, bool]]]
ROWS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 100).map(lambda number: number / 100), st.booleans()), max_size=6
    ),
    max_size=5,
)


def judged(rows: Rows) -> list[Judged]:
    return [
        Judged(
            f"s{place % 3}",
            np.array([score for score, _ in row], np.float64),
            np.array([hit for _, hit in row], np.bool_),
            0,
        )
        for place, row in enumerate(rows)
    ]


def written_out(rows: Rows) -> tuple[list[tuple[float, float, int]], float]:
    """The definition, without arrays."""
    every = [pair for row in rows for pair in row if pair[0] >= 0.05]
    curve = []
    error = 0.0
    for tenth in range(10):
        mine = [pair for pair in every if min(int(pair[0] * 10), 9) == tenth]
        if mine:
            mean = sum(score for score, _ in mine) / len(mine)
            share = sum(hit for _, hit in mine) / len(mine)
            curve.append((mean, share, len(mine)))
            error += abs(mean - share) * len(mine) / len(every)
    return curve, error if every else float("nan")


@given(ROWS)
@settings(max_examples=60)
def test_it_is_the_definition(rows: Rows) -> None:
    curve, error = written_out(rows)
    assert calibration_error(judged(rows)) == pytest.approx(error, abs=1e-12, nan_ok=True)
    ours = reliability(judged(rows))
    assert len(ours) == len(curve)
    for point, theirs in zip(ours, curve, strict=True):
        assert point == pytest.approx(theirs)


@given(ROWS, st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=40)
def test_a_draw_is_the_error_of_its_pictures(rows: Rows, draws: list[list[int]]) -> None:
    answers = drawn_error(judged(rows), ["s0", "s1", "s2"], np.array(draws, np.float64))
    for draw, answer in zip(draws, answers, strict=True):
        drawn = [row for place, row in enumerate(rows) for _ in range(draw[place % 3])]
        assert answer == pytest.approx(written_out(drawn)[1], abs=1e-12, nan_ok=True)


def test_noise_that_nobody_reads_is_left_out() -> None:
    rows = [[(0.04, False)] * 1000 + [(0.95, True)]]
    assert calibration_error(judged(rows)) == pytest.approx(0.05)
    assert [count for *_, count in reliability(judged(rows))] == [1]
