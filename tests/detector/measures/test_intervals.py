"""Intervals are those of scipy, of the definition written out, or hold what they say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from detector.measures.intervals import (
    draw_scenes,
    drawn_median,
    garwood,
    mcnemar,
    middle,
    paired_chance,
    wilson,
)


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
@settings(max_examples=60)
def test_a_share_has_the_interval_of_scipy(hits_of: tuple[int, int]) -> None:
    hits, of = hits_of
    theirs = stats.binomtest(hits, of).proportion_ci(method="wilson")
    assert wilson(hits, of) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    narrow = stats.binomtest(hits, of).proportion_ci(0.8, method="wilson")
    assert wilson(hits, of, 0.8) == pytest.approx((narrow.low, narrow.high), abs=1e-12)


def test_a_share_of_nothing_may_be_any() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 9)[0] == 0.0
    assert wilson(9, 9)[1] == 1.0


def test_the_example_of_the_research_note() -> None:
    low, high = wilson(6, 151)  # 6 of 151 recordings without fire: "about 1.8 to 8.4 %"
    assert (round(low, 3), round(high, 3)) == (0.018, 0.084)


@given(st.integers(0, 3000))
@settings(max_examples=40)
def test_a_rate_has_the_interval_of_scipy(count: int) -> None:
    low = 0.0 if count == 0 else stats.chi2.ppf(0.025, 2 * count) / 2
    high = stats.chi2.ppf(0.975, 2 * count + 2) / 2
    assert garwood(count) == pytest.approx((low, high), rel=1e-9)


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60)
def test_mcnemar_is_the_sign_test_of_scipy(gained: int, lost: int) -> None:
    chance = mcnemar(gained, lost)
    if gained + lost == 0:
        assert chance == 1.0
        return
    assert chance == pytest.approx(stats.binomtest(gained, gained + lost, 0.5).pvalue, abs=1e-12)


def test_many_changed_fires_do_not_overflow() -> None:
    assert mcnemar(2000, 2000) == 1.0
    assert 0.0 < mcnemar(1900, 2100) < 0.01


def test_draws_are_seeded_and_draw_as_many_scenes_as_there_are() -> None:
    draws = draw_scenes(7)
    assert draws.shape == (1000, 7)
    assert set(draws.sum(axis=1)) == {7.0}
    np.testing.assert_array_equal(draws, draw_scenes(7))
    assert (draws != draw_scenes(7, seed=1)).any()
    # Each scene is drawn once on average; the deviation of the mean of 7000 draws is 0.03.
    assert np.abs(draws.mean(axis=0) - 1.0).max() < 0.15


@given(
    st.lists(st.integers(-5, 5).map(float), max_size=8),
    st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=5),
)
@settings(max_examples=60)
def test_the_median_of_a_draw(values: list[float], draws: list[list[int]]) -> None:
    columns = np.arange(len(values)) % 3
    answers = drawn_median(np.array(values), columns, np.array(draws, np.float64))
    for draw, answer in zip(draws, answers, strict=True):
        drawn = [value for place, value in enumerate(values) for _ in range(draw[place % 3])]
        expected = float(np.median(drawn)) if drawn else math.nan
        assert answer == pytest.approx(expected, nan_ok=True)


def test_the_middle_leaves_out_what_is_no_number() -> None:
    assert middle(np.array([np.nan, np.nan])) is None
    assert middle(np.array([np.nan, *np.arange(101.0)]), 0.9) == pytest.approx((5.0, 95.0))


def test_a_bootstrap_holds_the_truth_as_often_as_it_says() -> None:
    """Means of 30 scenes of a known mean; the percentile bootstrap is a little narrow there."""
    random = np.random.default_rng(5)
    draws = draw_scenes(30)
    held = 0
    for _ in range(300):
        scenes = random.exponential(1.0, 30)
        ends = middle(draws @ scenes / draws.sum(axis=1))
        assert ends is not None
        held += ends[0] <= 1.0 <= ends[1]
    assert 0.88 <= held / 300 <= 0.98


def test_a_paired_chance_is_small_where_all_differ_one_way() -> None:
    assert paired_chance(np.full(999, 0.1)) == pytest.approx(2 / 1000)
    assert paired_chance(np.zeros(999)) == 1.0
    assert paired_chance(np.array([np.nan])) is None
    assert paired_chance(np.array([-1.0] * 10 + [1.0] * 89)) == pytest.approx(2 * 11 / 100)


def test_a_paired_chance_is_uniform_where_nothing_differs() -> None:
    """Below 0.05 in about one of twenty, as a chance must be."""
    random = np.random.default_rng(9)
    draws = draw_scenes(40)
    chances = [paired_chance(draws @ random.normal(0, 1, 40)) for _ in range(300)]
    below = sum(one is not None and one < 0.05 for one in chances)
    assert 3 <= below <= 33
