"""All crops of one track over a recording, for the training of the second stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.evidence.crops import CHANNELS, CROP_PX, Crop, CropHistory

__all__ = ["CropsTaken"]


@dataclass(slots=True, eq=False)
class CropsTaken:
    """What a track's history has held over time, not only the last few.

    Attributes:
        taken: all of them, oldest first.
        counts: how many there were after each frame of the recording, by its number.
    """

    taken: list[Crop] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)

    def take(self, history: CropHistory | None, frame: int) -> None:
        """After each frame: keep what is new."""
        if history is not None and history.taken > len(self.taken):
            self.taken.append(history.newest)
        self.counts[frame] = len(self.taken)

    def stack(self) -> NDArray[np.float16]:
        """(taken, channels, height, width)."""
        shape = (0, CHANNELS, CROP_PX, CROP_PX)
        return np.stack(self.taken) if self.taken else np.zeros(shape, np.float16)

    def counts_in(self, frames: Sequence[int]) -> NDArray[np.int64]:
        """How many had been taken in each of some frames; none where nobody kept any."""
        if not self.taken:
            return np.zeros(0, np.int64)
        # A track that took over another one has frames of that one, in which it took none.
        counts = np.array([self.counts.get(frame, 0) for frame in frames], np.int64)
        return np.maximum.accumulate(counts)
