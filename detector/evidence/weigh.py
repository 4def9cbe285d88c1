"""Weighs what a track has shown over time: is this a fire, and why.

Evidence is a sum of log-odds, one term a frame, so that the same footage means the same at any
cadence (sequential test: Wald 1947; Bayes' rule in odds form):

- a frame's term is a weighted sum of what it says (:mod:`detector.evidence.features`): the
  detector's score, change against a slow background of the view, steadiness of the foot, growth,
  rise, texture, colour, flicker. The weights are fitted, not chosen: ``training/evidence.py``;
- what speaks for a fire counts as far as the smoke stands on its fire
  (:attr:`~detector.evidence.features.FrameReader.stands`): weights could not learn this from the
  one recorded mist that the detector takes for smoke, when that is left out;
- frames close in time are not independent: a frame counts by how much of it is news. Live video of
  a wisp of mist is one observation seen many times, not many;
- the sum has a floor, so that earlier silence can hold back a growing plume for a bounded time
  only: a long quiet track never becomes deaf. It has no ceiling and no decay: a strong score is
  never talked away by time, only by frames that speak against it;
- a track alerts when the sum reaches the rule's threshold and it was seen for long enough that what
  passes by (birds, cars, a wisp) is gone.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from detector.evidence.features import NAMES, STEADY, FrameReader
from detector.evidence.weights import WEIGHTS, Weights
from models.alert import Finding, FrameScore, PlaceChange
from models.config import EvidenceRule
from models.detection import Label

__all__ = ["TrackEvidence", "Weighing"]

STRONG_SCORE = 0.6
GROWN = 1.5
CHANGED = 2.0
"""Change of a place from which it is said to have changed; before ignitions 1.9 is rarely seen."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """The state of a track's evidence after its last frame.

    Attributes:
        log_odds: natural logarithm.
        alerts: it reached the threshold, in enough frames over enough time.
        findings: what spoke for and against.
    """

    log_odds: float
    alerts: bool
    findings: tuple[Finding, ...]


class TrackEvidence:
    """The evidence of one track, frame by frame.

    Args:
        label: of the track.
        weights: the fitted ones unless another set is being judged.
    """

    def __init__(self, label: Label, weights: Weights = WEIGHTS) -> None:
        self._weights = weights
        self._by_name = np.array([weights.of[name] for name in NAMES])
        self._reader = FrameReader(label)
        self._log_odds = 0.0
        self._hits = 0
        self._seen_news = 0.0
        self._best_score = 0.0
        self._change: PlaceChange | None = None

    @property
    def log_odds(self) -> float:
        """Of all frames so far."""
        return self._log_odds

    @property
    def seen_news(self) -> float:
        """News of all sightings so far, in independent frames."""
        return self._seen_news

    def add(self, score: FrameScore) -> None:
        """Take the track's next frame, seen or missed."""
        row, novelty = self._reader.read(score)
        term = float(row @ self._by_name)
        if term > 0.0 and score.box is not None:
            term *= self._reader.stands
        self._log_odds = max(self._log_odds + novelty * term, self._weights.floor_log_odds)
        if score.box is not None:
            self._hits += 1
            self._seen_news += novelty
            self._best_score = max(self._best_score, score.score)
            self._change = score.change

    def inherit(self, younger: Self) -> None:
        """Take over what spoke for a plume that grew into this one."""
        self._log_odds = max(self._log_odds, younger.log_odds)
        self._seen_news = max(self._seen_news, younger.seen_news)

    def weighing(self, rule: EvidenceRule) -> Weighing:
        """What all frames so far come to.

        Args:
            rule: threshold and number of hits that it takes.
        """
        persisted = self._hits >= rule.min_hits and self._seen_news >= self._weights.seen_news
        return Weighing(
            log_odds=self._log_odds,
            alerts=persisted and self._log_odds >= rule.alert_log_odds,
            findings=tuple(self._findings(persisted=persisted)),
        )

    def _findings(self, *, persisted: bool) -> list[Finding]:
        findings = []
        if persisted:
            findings.append(Finding.PERSISTED)
        if self._change is not None:
            changed = self._change.times_usual >= CHANGED
            findings.append(Finding.CHANGED if changed else Finding.LOOKED_SAME)
        if self._best_score >= STRONG_SCORE:
            findings.append(Finding.STRONG)
        if self._reader.growth >= GROWN:
            findings.append(Finding.GREW)
        if self._hits >= 2:
            unsteady = self._reader.foot_wander > STEADY
            findings.append(Finding.DRIFTED if unsteady else Finding.STOOD_STILL)
        return findings
