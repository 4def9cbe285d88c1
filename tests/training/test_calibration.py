import itertools

import numpy as np
import pytest

from detector.evaluate.measures import Judged
from training.calibration import Calibration, expected_error, fit, held_out_error, pool


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
