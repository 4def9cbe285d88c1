import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.measures.boxes import Judged
from training.calibration import (
    Calibration,
    chance_error,
    expected_error,
    fit,
    held_out_error,
    pool,
)


def test_calibration_finds_the_map_that_spoilt_the_scores() -> None:
    random = np.random.default_rng(0)
    truth = random.uniform(0.02, 0.98, 20_000)
    hits = (random.random(20_000) < truth).astype(float)
    spoilt = Calibration(slope=2.0, offset=-0.7).apply(truth)
    found = fit(spoilt, hits)
    assert found.slope == pytest.approx(0.5, abs=0.03)
    assert found.offset == pytest.approx(0.35, abs=0.05)
    assert expected_error(spoilt, hits) > 0.1
    assert expected_error(found.apply(spoilt), hits) < 0.02


def test_calibration_keeps_the_order() -> None:
    scores = np.linspace(0, 1, 101)
    assert np.all(np.diff(Calibration(0.4, -1.0).apply(scores)) > 0)


def test_calibration_of_too_little_changes_nothing() -> None:
    scores = np.linspace(0.1, 0.9, 30)
    assert fit(scores[:5], np.array([0.0, 1, 0, 1, 1])) == Calibration()
    assert fit(scores, np.ones(30)) == Calibration()
    apart = fit(scores, (scores > 0.5).astype(float))
    assert 1.0 < apart.slope < 100.0


def test_held_out_error_maps_no_group_by_itself() -> None:
    random = np.random.default_rng(1)
    rows = []
    for number in range(40):
        scores = np.sort(random.uniform(0.02, 0.98, 50))[::-1]
        rows.append(Judged(f"g{number}", scores, random.random(50) < scores, 9))
    assert held_out_error(rows) < 0.04
    scores, _ = pool(rows, least_score=0.5)
    assert scores.min() >= 0.5
    assert len(list(itertools.chain.from_iterable(one.scores for one in rows))) == 2000


@given(count=st.integers(30, 400), seed=st.integers(0, 9))
def test_exact_probabilities_err_by_chance_and_less_the_more_there_are(
    count: int, seed: int
) -> None:
    scores = np.random.default_rng(seed).random(count)
    mean, low, high = chance_error(scores, draws=60)
    assert 0 <= low < mean < high <= 1
    many = chance_error(np.tile(scores, 16), draws=60)[0]
    assert many < mean  # it falls with the root of their number


def test_one_probability_errs_as_the_binomial_distribution_says() -> None:
    # One bin of n at p: the mean distance is about sqrt(2 p (1 - p) / (pi n)) (De Moivre).
    mean, _, _ = chance_error(np.full(400, 0.35))
    assert mean == pytest.approx(np.sqrt(2 * 0.35 * 0.65 / (np.pi * 400)), rel=0.05)
