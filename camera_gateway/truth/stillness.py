"""A sensor that no longer sees, behind an encoder that goes on: the noise is missing.

Each picture is compared with the last one that was believed. A frozen one differs from it in
nothing, far less than this camera's own noise. As soon as one cell differs by three grey levels,
which a plume of ten pixels does, the picture is believed again; so nothing that is new is refused.
"""

from collections import deque
from statistics import median
from typing import Final

import numpy as np

from camera_gateway.truth.thumb import Thumb

__all__ = ["StillnessWatch"]

MOST_CELL: Final = 2
MOST_MEAN: Final = 0.1
UNKNOWN_MEAN: Final = 0.002
NOISE_SHARE: Final = 0.25
FROZEN_PICTURES: Final = 5
FROZEN_AFTER_S: Final = 60.0
CLOCK_SHARE: Final = 0.02
STILL_PICTURES: Final = 10
STILL_AFTER_S: Final = 600.0
NOISES_KEPT: Final = 50
NOISES_NEEDED: Final = 10


class StillnessWatch:
    """One camera's noise, and when it goes missing."""

    def __init__(self) -> None:
        self._believed: np.ndarray[tuple[int, ...], np.dtype[np.int16]] | None = None
        self._noises: deque[float] = deque(maxlen=NOISES_KEPT)
        self._same_since_s = self._still_since_s = 0.0
        self._same = self._still = 0

    def look(self, thumb: Thumb, now_s: float) -> tuple[bool, bool]:
        """Judge the next picture.

        Returns:
            (frozen, still): the first is refused; the second is only said, for something small
            changes, such as the clock that the camera writes into its picture.
        """
        luma = thumb.luma.astype(np.int16)
        if self._believed is None or self._believed.shape != luma.shape:
            self._believed, self._same, self._still = luma, 0, 0
            return False, False
        change = np.abs(luma - self._believed)
        mean = float(change.mean())
        quiet = self._quiet_mean()
        same = int(change.max()) <= MOST_CELL and mean <= quiet
        loud = change > MOST_CELL
        rest = float(change[~loud].mean()) if not loud.all() else mean
        still = same or (float(loud.mean()) <= CLOCK_SHARE and rest <= quiet)
        self._same, self._same_since_s = _counted(same, self._same, self._same_since_s, now_s)
        self._still, self._still_since_s = _counted(still, self._still, self._still_since_s, now_s)
        frozen = self._same >= FROZEN_PICTURES and now_s - self._same_since_s >= FROZEN_AFTER_S
        if not frozen:
            self._believed = luma
            if not still:
                self._noises.append(rest)
        long_still = self._still >= STILL_PICTURES and now_s - self._still_since_s >= STILL_AFTER_S
        return frozen, long_still and not frozen

    def _quiet_mean(self) -> float:
        """Mean change below which this camera's noise is missing, grey levels."""
        if len(self._noises) < NOISES_NEEDED:
            return UNKNOWN_MEAN
        return min(MOST_MEAN, NOISE_SHARE * median(self._noises))


def _counted(
    holds: bool,  # noqa: FBT001  # private
    count: int,
    since_s: float,
    now_s: float,
) -> tuple[int, float]:
    if not holds:
        return 0, now_s
    return count + 1, since_s if count else now_s
