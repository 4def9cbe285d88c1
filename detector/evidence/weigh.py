"""Weighs what a track has shown over time: is this a fire, and why.

Evidence is a sum of log-odds, one term a frame, so that the same footage means the same at any
cadence:

- a frame's score counts as ``logit(score) - logit(NEUTRAL_SCORE)``, bounded; a frame in which the
  track was missed counts a little against it;
- frames close in time are not independent: a frame counts ``1 - exp(-gap / MEMORY_S)``. Live video
  of a wisp of mist is one observation seen many times, not many;
- smoke stands on its fire, mist does not stand on anything: evidence for a fire counts in full when
  a lower corner of the box stays where it was, and turns a little against it when both wander.
  Measured on recorded footage, as a share of the box's diagonal: 0.02 to 0.04 for a column on a
  hill side, 0.1 to 0.4 for mist on a ridge. A score beyond anything that mist has reached (0.63)
  counts whatever the box does: a strong score never decays into a drop.

The numbers below are chosen by hand on the footage named in ``docs/detector.md``; weights fitted
and cross-validated by site replace them with the temporal evidence to come. The floor under the sum
bounds how long earlier silence can hold back a growing plume: it never keeps a later one down.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from detector.tracker import Track
from models.alert import Finding, FrameScore
from models.config import EvidenceRule
from models.detection import Box

__all__ = ["Weighing", "growth_of", "unsteadiness_of", "weigh"]

NEUTRAL_SCORE = 0.22
"""A score that speaks neither for nor against: the starter's operating threshold lies at 0.17."""

MAX_FRAME_LOG_ODDS = 3.0
MISS_LOG_ODDS = -0.5
FLOOR_LOG_ODDS = -1.0
MEMORY_S = 20.0
STEADY = 0.07
"""Wandering of the steadier lower corner, as a share of the diagonal, at which half is left."""

WANDERING = -0.2
"""Share of a frame's evidence that is left when nothing of the box stays: it speaks against a fire,
so that twenty minutes of strong mist end where they began."""

BEYOND_MIST = (0.65, 0.85)
"""Between these scores the steadiness of the box stops to matter."""

RECENT_HITS = 6
STRONG_SCORE = 0.6
GROWN = 1.5


@dataclass(frozen=True, slots=True)
class Weighing:
    """The state of a track's evidence after its last frame.

    Attributes:
        log_odds: natural logarithm.
        alerts: it reached the threshold with enough hits.
        findings: what spoke for and against.
    """

    log_odds: float
    alerts: bool
    findings: tuple[Finding, ...]


def weigh(track: Track, rule: EvidenceRule) -> Weighing:
    """Weigh a whole track.

    Args:
        track: with at least one hit.
        rule: threshold and number of hits that it takes.

    Returns:
        The evidence after the last remembered frame. It is recomputed from the track each time, so
        it never depends on when the pipeline was restarted.
    """
    log_odds = 0.0
    seen: list[Box] = []
    previous: FrameScore | None = None
    for score in track.scores:
        weight = 1.0 if previous is None else _novelty(previous, score)
        previous = score
        if score.box is None:
            log_odds += weight * MISS_LOG_ODDS
        else:
            seen.append(score.box)
            log_odds += weight * _frame_log_odds(score.score, seen[-RECENT_HITS:])
        log_odds = max(log_odds, FLOOR_LOG_ODDS)
    hits = track.hits
    return Weighing(
        log_odds=log_odds,
        alerts=log_odds >= rule.alert_log_odds and len(hits) >= rule.min_hits,
        findings=tuple(_findings(hits, rule)),
    )


def unsteadiness_of(boxes: Sequence[Box]) -> float:
    """How far the steadier lower corner wanders, as a share of the boxes' diagonal.

    Args:
        boxes: of one track in time order, at least one.

    Returns:
        Mean step of the corner between neighbours over the mean diagonal; 0 for a single box.
    """
    if len(boxes) < 2:
        return 0.0
    diagonal = sum(math.hypot(box.x_max - box.x_min, box.y_max - box.y_min) for box in boxes)
    steps = {
        side: sum(
            math.hypot(getattr(second, side) - getattr(first, side), second.y_max - first.y_max)
            for first, second in pairwise(boxes)
        )
        / (len(boxes) - 1)
        for side in ("x_min", "x_max")
    }
    return min(steps.values()) / max(diagonal / len(boxes), 1.0)


def growth_of(hits: Sequence[FrameScore]) -> float:
    """Median area of the last three hits over that of the first three; 1 for fewer than four."""
    areas = [hit.box.area_px for hit in hits if hit.box is not None]
    if len(areas) < 4:
        return 1.0
    first, last = sorted(areas[:3])[1], sorted(areas[-3:])[1]
    return last / max(first, 1.0)


def _novelty(previous: FrameScore, current: FrameScore) -> float:
    gap_s = abs((current.captured_at - previous.captured_at).total_seconds())
    return 1.0 - math.exp(-gap_s / MEMORY_S)


def _frame_log_odds(score: float, boxes: Sequence[Box]) -> float:
    bounded = min(max(score, 1e-3), 1.0 - 1e-3)
    log_odds = min(_logit(bounded) - _logit(NEUTRAL_SCORE), MAX_FRAME_LOG_ODDS)
    if log_odds <= 0.0:
        return log_odds
    steady = 1.0 / (1.0 + (unsteadiness_of(boxes) / STEADY) ** 4)
    low, high = BEYOND_MIST
    beyond = min(max((score - low) / (high - low), 0.0), 1.0)
    return log_odds * max(WANDERING + (1.0 - WANDERING) * steady, beyond)


def _logit(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def _findings(hits: Sequence[FrameScore], rule: EvidenceRule) -> list[Finding]:
    boxes = [hit.box for hit in hits[-RECENT_HITS:] if hit.box is not None]
    findings = []
    if len(hits) >= rule.min_hits:
        findings.append(Finding.PERSISTED)
    if max(hit.score for hit in hits) >= STRONG_SCORE:
        findings.append(Finding.STRONG)
    if growth_of(hits) >= GROWN:
        findings.append(Finding.GREW)
    if len(boxes) >= 2:
        unsteady = unsteadiness_of(boxes) > STEADY
        findings.append(Finding.DRIFTED if unsteady else Finding.STOOD_STILL)
    return findings
