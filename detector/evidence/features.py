"""What each frame of a track says, as numbers that the fitted weights are for.

One row a frame, in the order of :data:`NAMES`. All numbers are bounded, so that no frame ever says
more than a few units, and 0 where nothing is known.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from models.alert import FrameScore, PlaceChange
from models.detection import Box, Label
from models.units import FloatArray

__all__ = ["NAMES", "FrameReader", "unsteadiness_of"]

NAMES = (
    "seen",  # 1 in every frame in which the track was seen
    "missed",  # 1 in every other
    "score",  # logit of the detector's score
    "change",  # base 2 logarithm of the change of brightness there over twice the usual
    "whole",  # the same for the whole picture
    "unknown",  # 1 where the background knows nothing
    "steady",  # from -0.5, both lower corners wander, to 0.5, one stands
    "growth",  # logarithm of the area over that of the first sightings
    "rise",  # how far the top has risen, in first heights
    "texture",  # logarithm of the fine structure there over the usual one
    "colour",  # logarithm of the colourfulness there over the usual one
    "flicker",  # of a flame: logarithm of the change since the picture before
    "flame",  # 1 where a flame was seen
)
"""The columns, in their order."""

MEMORY_S = 20.0
"""Frames are independent when further apart than this."""
RECENT_HITS = 6
GROWTH_OF = 3
STEADY = 0.07
"""Wandering of the steadier lower corner, as a share of the diagonal, at which half is left.
Measured: 0.02 to 0.04 for columns on a hill side, 0.1 to 0.4 for mist on a ridge."""


WANDERING = -0.2
"""Share of what speaks for a fire that is left when nothing of the box stays: it speaks against
one, so that twenty minutes of strong mist end where they began."""
BEYOND_MIST = (0.65, 0.85)
"""Between these scores the steadiness of the box stops to matter: no mist has reached them."""


class FrameReader:
    """Reads one track frame by frame, in time order, and remembers little of it.

    Args:
        label: of the track.

    Attributes:
        stands: share of what speaks for a fire in the last frame that counts. Smoke stands on its
            fire, mist stands on nothing: 1 while a lower corner of the box stays,
            :data:`WANDERING` when both wander; a score beyond mist counts whatever the box does.
    """

    def __init__(self, label: Label) -> None:
        self._label = label
        self._first: list[Box] = []  # as many as growth needs
        self._recent: list[Box] = []
        self._elapsed_s: float | None = None
        self.stands = 1.0

    def read(self, score: FrameScore) -> tuple[FloatArray, float]:
        """Read the next frame.

        Returns:
            Its features, (:data:`NAMES`,), and how much of it is news, 0 to 1: frames close in time
            show the same wisp of mist again, so a frame counts ``1 - exp(-gap / MEMORY_S)``.
        """
        novelty = 1.0
        if self._elapsed_s is not None:
            novelty = 1.0 - math.exp(-(score.elapsed_s - self._elapsed_s) / MEMORY_S)
        self._elapsed_s = score.elapsed_s
        row = np.zeros(len(NAMES))
        box = score.box if score.reference_box is None else score.reference_box
        if box is None:
            row[1] = 1.0
            return row, novelty
        if len(self._first) < GROWTH_OF:
            self._first.append(box)
        self._recent = [*self._recent, box][-RECENT_HITS:]
        row[0] = 1.0
        row[12] = float(self._label is Label.FLAME)
        row[2] = _bounded(_logit(score.score), -4.0, 2.5)
        row[6] = _steady(self._recent)
        self.stands = 1.0
        if len(self._recent) > 1:
            low, high = BEYOND_MIST
            beyond = _bounded((score.score - low) / (high - low), 0.0, 1.0)
            self.stands = max(WANDERING + (1.0 - WANDERING) * (row[6] + 0.5), beyond)
        row[7] = _bounded(math.log(self.growth), -1.0, 2.0)
        row[8] = _bounded(_rise(self._first[0], box), -1.0, 2.0)
        if score.change is None:
            row[5] = 1.0
        else:
            row[3:5], row[9:12] = _changes(score.change, self._label)
        return row, novelty

    @property
    def unsteadiness(self) -> float:
        """See :func:`unsteadiness_of`, of the last sightings."""
        return unsteadiness_of(self._recent) if self._recent else 0.0

    @property
    def growth(self) -> float:
        """Median area of the last three sightings over that of the first three; 1 before that."""
        if len(self._recent) <= GROWTH_OF:
            return 1.0
        first = sorted(box.area_px for box in self._first)[GROWTH_OF // 2]
        last = sorted(box.area_px for box in self._recent[-GROWTH_OF:])[GROWTH_OF // 2]
        return max(last, 1.0) / max(first, 1.0)


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


def _rise(first: Box, box: Box) -> float:
    risen_px = (first.y_min - box.y_min) - max(first.y_max - box.y_max, 0.0)
    return risen_px / max(first.y_max - first.y_min, 1.0)


def _steady(boxes: Sequence[Box]) -> float:
    if len(boxes) < 2:
        return 0.0
    ratio = unsteadiness_of(boxes) / STEADY
    return 1.0 / (1.0 + ratio**4) - 0.5 if ratio < 1e3 else -0.5


def _changes(
    change: PlaceChange, label: Label
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    flicker = math.log1p(change.flicker) - 1.0 if label is Label.FLAME else 0.0
    return (
        (_doublings(change.times_usual), _doublings(change.whole)),
        (
            _bounded(change.texture, -1.0, 1.0),
            _bounded(change.colour, -1.0, 1.0),
            _bounded(flicker, -1.0, 2.0),
        ),
    )


def _doublings(times_usual: float) -> float:
    return _bounded(math.log2(max(times_usual, 1e-3) / 2.0), -1.5, 3.0)


def _logit(score: float) -> float:
    bounded = _bounded(score, 1e-3, 1.0 - 1e-3)
    return math.log(bounded / (1.0 - bounded))


def _bounded(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
