"""Small pictures of edges, and how far two of them stand apart.

Light and weather change edges little, so phase correlation of them finds where one view lies in
another, and whether two pictures show the same view at all.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.truth.thumb import Thumb

__all__ = ["LEAST_PEAK", "NO_PEAK", "SAME_SHARE", "Edges", "Shift", "edges_of", "shift_between"]

Edges = NDArray[np.float32]
SIZE_PX: Final = (128, 72)
LEAST_PEAK: Final = 0.12
"""Of the correlation; from here on two pictures show the same scene."""

NO_PEAK: Final = 0.03
"""Below this they do not."""

SAME_SHARE: Final = 0.02
"""Share of the picture by which a view may be off and still be this view: 1.2 degrees of a field
of view of 60, 0.1 of one of 5."""

_WINDOW: Final = np.asarray(cv2.createHanningWindow(SIZE_PX, cv2.CV_32F), np.float32)


@dataclass(frozen=True, slots=True)
class Shift:
    """Where one picture lies in another.

    Attributes:
        x_share: to the right, share of the width.
        y_share: down, share of the height.
        peak: of the correlation, 0 to 1.
    """

    x_share: float
    y_share: float
    peak: float

    @property
    def share(self) -> float:
        """The larger of the two, without its sign."""
        return max(abs(self.x_share), abs(self.y_share))

    @property
    def is_same(self) -> bool:
        """Whether both show the same view."""
        return self.peak >= LEAST_PEAK and self.share <= SAME_SHARE

    @property
    def is_other(self) -> bool:
        """Whether they certainly do not."""
        return self.peak < NO_PEAK or (self.peak >= LEAST_PEAK and self.share > SAME_SHARE)


def edges_of(thumb: Thumb) -> Edges:
    """The edges of a picture, (72, 128)."""
    small = cv2.resize(thumb.luma, SIZE_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = small - cv2.GaussianBlur(small, (0, 0), 4.0)
    return np.asarray(np.clip(fine, -20.0, 20.0), np.float32)


def shift_between(known: Edges, seen: Edges) -> Shift:
    """How far what is seen stands from what is known."""
    (x_px, y_px), peak = cv2.phaseCorrelate(known, seen, _WINDOW)
    return Shift(x_px / SIZE_PX[0], y_px / SIZE_PX[1], peak)
