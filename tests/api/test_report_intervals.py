"""Exact intervals against published tables, and against what they promise."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reports.intervals import clopper_pearson, garwood, median, p95


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [  # Garwood (1936), as tabulated in every handbook of health statistics
        (0, 0.0, 3.69),
        (1, 0.0253, 5.57),
        (2, 0.242, 7.22),
        (5, 1.62, 11.67),
        (10, 4.80, 18.39),
        (20, 12.22, 30.89),
        (50, 37.11, 65.92),
        (100, 81.36, 121.63),
    ],
)
def test_counts_have_the_limits_of_the_tables(count: int, low: float, high: float) -> None:
    assert garwood(count) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # Clopper and Pearson (1934); 0 of n is 1 - 0.025 ** (1 / n)
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (4, 20, 0.0573, 0.4366),
        (81, 263, 0.2527, 0.3676),  # Newcombe (1998), table I
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_shares_have_the_limits_of_the_tables(count: int, of: int, low: float, high: float) -> None:
    assert clopper_pearson(count, of) == pytest.approx((low, high), abs=6e-5)


def poisson_upto(count: int, mean: float) -> float:
    return math.fsum(
        math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)
    )


def binomial_upto(count: int, of: int, chance: float) -> float:
    return math.fsum(
        math.comb(of, k) * chance**k * (1.0 - chance) ** (of - k) for k in range(count + 1)
    )


@given(st.integers(0, 200))
def test_at_its_ends_a_count_lies_in_either_tail(count: int) -> None:
    low, high = garwood(count)
    assert poisson_upto(count, high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert 1.0 - poisson_upto(count - 1, low) == pytest.approx(0.025, rel=1e-6)
    assert low <= count <= high


@given(st.integers(1, 80).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_at_its_ends_a_share_lies_in_either_tail(pair: tuple[int, int]) -> None:
    count, of = pair
    low, high = clopper_pearson(count, of)
    if count < of:
        assert binomial_upto(count, of, high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert 1.0 - binomial_upto(count - 1, of, low) == pytest.approx(0.025, rel=1e-6)
    assert low <= count / of <= high


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300))
def test_ninety_five_in_a_hundred_are_not_above_it_and_fewer_are_below(values: list[float]) -> None:
    found = p95(values)
    assert found in values
    assert 100 * sum(value <= found for value in values) >= 95 * len(values)
    assert 100 * sum(value < found for value in values) < 95 * len(values)


def test_of_nothing_there_is_no_quantile() -> None:
    assert p95([]) is None
    assert median([]) is None
    assert median([1.0, 4.0]) == 2.5
