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

__all__ = ["NAMES", "STEADY", "FrameReader", "foot_wander_of"]

NAMES = (
    "seen",  # 1 in every frame in which the track was seen
    "missed",  # 1 in every other
    "score",  # logit of the detector's score
    "change",  # base 2 logarithm of the change of brightness there over twice the usual
    "whole",  # the same for the whole picture
    "unknown",  # 1 where the background knows nothing
    "steady",  # from -0.5, the foot wanders, to 0.5, it stands
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
STEP_S = 0.9
"""Least seconds between two sightings of which one can have wandered or grown from the other: from
one frame of live video to the next even mist stands still."""
STEADY = 0.05
"""Wandering of the foot, as a share of the height, at which half is left."""


WANDERING = -0.2
"""Share of what speaks for a fire that is left when nothing of the box stays: it speaks against
one, so that twenty minutes of strong mist end where they began."""
BEYOND_MIST = (0.75, 0.9)
"""Between these probabilities the steadiness of the box stops to matter: the one recorded mist that
looks like smoke has a median of 0.68 and passes 0.9 in one frame of ten."""


class FrameReader:
    """Reads one track frame by frame, in time order, and remembers little of it.

    Args:
        label: of the track.

    Attributes:
        stands: share of what speaks for a fire in the last frame that counts. Smoke stands on its
            fire, mist stands on nothing: 1 while the foot of the box stays, :data:`WANDERING`
            when it wanders; a score beyond mist counts whatever the box does.
    """

    def __init__(self, label: Label) -> None:
        self._label = label
        self._first: list[Box] = []  # as many as growth needs
        self._recent: list[Box] = []  # STEP_S apart
        self._stepped_s = -math.inf
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
        if score.elapsed_s - self._stepped_s >= STEP_S:
            self._stepped_s = score.elapsed_s
            if len(self._first) < GROWTH_OF:
                self._first.append(box)
            self._recent = [*self._recent, box][-RECENT_HITS:]
        row[0] = 1.0
        row[12] = float(self._label is Label.FLAME)
        row[2] = _bounded(_logit(score.score), -4.0, 5.0)
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
    def foot_wander(self) -> float:
        """See :func:`foot_wander_of`, of the last sightings; 0 before the second."""
        return foot_wander_of(self._recent) if len(self._recent) > 1 else 0.0

    @property
    def growth(self) -> float:
        """Median area of the last three sightings over that of the first three; 1 before that."""
        if len(self._recent) <= GROWTH_OF:
            return 1.0
        first = sorted(box.area_px for box in self._first)[GROWTH_OF // 2]
        last = sorted(box.area_px for box in self._recent[-GROWTH_OF:])[GROWTH_OF // 2]
        return max(last, 1.0) / max(first, 1.0)


def _rise(first: Box, box: Box) -> float:
    risen_px = (first.y_min - box.y_min) - max(first.y_max - box.y_max, 0.0)
    return risen_px / max(first.y_max - first.y_min, 1.0)


def _steady(boxes: Sequence[Box]) -> float:
    if len(boxes) < 2:
        return 0.0
    ratio = foot_wander_of(boxes) / STEADY
    return 1.0 / (1.0 + ratio**4) - 0.5 if ratio < 1e3 else -0.5


def foot_wander_of(boxes: Sequence[Box]) -> float:
    """How far the lower edge wanders up and down, as a share of the boxes' height.

    A plume widens, leans and grows from minute to minute, but its foot stays on its fire; mist has
    no foot.

    Args:
        boxes: of one track in time order, at least two.

    Returns:
        Mean step of the lower edge, less a pixel that every box trembles by, over the mean height.
    """
    steps = [max(abs(second.y_max - first.y_max) - 1.0, 0.0) for first, second in pairwise(boxes)]
    height = sum(box.y_max - box.y_min for box in boxes) / len(boxes)
    return sum(steps) / len(steps) / max(height, 1.0)


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
