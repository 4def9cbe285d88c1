"""Make a score a probability: fit a slope and an offset on logits, and measure what is left.

``p = sigmoid(slope * logit(score) + offset)`` (Platt 1999) keeps the order of the scores, so that
average precision and recall do not move. The slope alone is temperature scaling (Guo et al. 2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.measures.boxes import Judged

__all__ = [
    "LEAST_SCORE",
    "Calibration",
    "chance_error",
    "expected_error",
    "fit",
    "held_out_error",
    "pool",
    "reliability",
]

Floats = NDArray[np.float64]
LEAST_SCORE = 0.05
"""Detections below it are noise that nobody reads; a fit would be about them only."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone map of scores.

    Attributes:
        slope: of the logit, above 0; 1 / slope is the temperature.
        offset: added to the logit.
    """

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, scores: Floats) -> Floats:
        """Probabilities in 0..1."""
        inner = np.clip(scores, 1e-7, 1 - 1e-7)
        logits = self.slope * np.log(inner / (1 - inner)) + self.offset
        return 1 / (1 + np.exp(-logits))


def pool(judged: Sequence[Judged], least_score: float = LEAST_SCORE) -> tuple[Floats, Floats]:
    """Scores and hits (0 or 1) of all detections from a score on."""
    scores = np.concatenate([one.scores for one in judged])
    hits = np.concatenate([one.hits for one in judged]).astype(np.float64)
    wanted = scores >= least_score
    return scores[wanted], hits[wanted]


def fit(scores: Floats, hits: Floats) -> Calibration:
    """Slope and offset of the highest likelihood, by Newton's method.

    A weak pull towards slope 1, worth one detection, keeps the answer finite when hits and misses
    do not overlap. Too few to fit, no hits or no misses: the map that changes nothing.
    """
    if len(scores) < 20 or hits.min() == hits.max():
        return Calibration()
    inner = np.clip(scores, 1e-7, 1 - 1e-7)
    features = np.stack([np.log(inner / (1 - inner)), np.ones_like(inner)], axis=1)
    weights = np.array([1.0, 0.0])
    prior = np.diag([1.0, 1e-6])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (probability - hits) + prior @ (weights - (1.0, 0.0))
        curve = (features * (probability * (1 - probability))[:, None]).T @ features + prior
        change = np.linalg.solve(curve, slope)
        weights = weights - np.clip(change, -1.0, 1.0)
        if np.abs(change).max() < 1e-10:
            break
    return Calibration(float(max(weights[0], 1e-3)), float(weights[1]))


def reliability(scores: Floats, hits: Floats) -> list[tuple[float, float, int]]:
    """Mean score, share of hits and count in each tenth of the scale that is not empty."""
    place = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    return [
        (
            float(scores[place == one].mean()),
            float(hits[place == one].mean()),
            int((place == one).sum()),
        )
        for one in range(BINS)
        if np.any(place == one)
    ]


def expected_error(scores: Floats, hits: Floats) -> float:
    """Expected calibration error: mean distance of score and share of hits, by detections."""
    rows = reliability(scores, hits)
    return sum(abs(score - share) * count for score, share, count in rows) / max(1, len(scores))


def chance_error(scores: Floats, draws: int = 2000) -> tuple[float, float, float]:
    """What :func:`expected_error` shows of scores that are probabilities exactly, by chance alone.

    Where detections are few it is far from 0 (Bröcker and Smith 2007, "Increasing the reliability
    of reliability diagrams"): a figure within the interval says nothing against the scores.

    Returns:
        Mean, and the 5 % and 95 % quantile.
    """
    random = np.random.default_rng(0)
    errors = [
        expected_error(scores, (random.random(len(scores)) < scores).astype(np.float64))
        for _ in range(draws)
    ]
    low, high = np.quantile(errors, (0.05, 0.95))
    return float(np.mean(errors)), float(low), float(high)


def held_out_error(judged: Sequence[Judged], folds: int = 5) -> float:
    """Calibration error when each fold of groups is mapped by a fit of the others."""
    groups = sorted({one.group for one in judged})
    mapped, truth = [], []
    for fold in range(folds):
        mine = set(groups[fold::folds])
        away = [one for one in judged if one.group not in mine]
        here = [one for one in judged if one.group in mine]
        if not away or not here:
            continue
        scores, hits = pool(here)
        mapped.append(fit(*pool(away)).apply(scores))
        truth.append(hits)
    return expected_error(np.concatenate(mapped), np.concatenate(truth))
