"""Whether a camera still shows the view that it showed before; roughly, and only to be said.

Where exactly a picture lies in its view is found by the detector, frame by frame. This finds the
camera that somebody has turned, or that a storm has: by phase correlation of small pictures of
edges, which light and weather change little.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.truth.thumb import Thumb
from models.light import Light

__all__ = ["ViewCheck"]

SIZE_PX: Final = (128, 72)
LEAST_PEAK: Final = 0.12
NO_PEAK: Final = 0.03
MOVED_SHARE: Final = 0.06
SAME_SHARE: Final = 0.02
LEARNED: Final = 5
PICTURES: Final = 3
BLEND: Final = 0.05
Edges = NDArray[np.float32]


class ViewCheck:
    """One view: a camera at one preset, with a reference for each light."""

    def __init__(self) -> None:
        self._references: dict[Light | None, tuple[Edges, int]] = {}
        self._window = np.asarray(cv2.createHanningWindow(SIZE_PX, cv2.CV_32F), np.float32)
        self._elsewhere = 0

    def look(self, thumb: Thumb, light: Light | None) -> bool:
        """Whether the camera has moved; to be asked of pictures that show something."""
        edges = _edges_of(thumb)
        reference, seen = self._references.get(light, (edges, 0))
        (x_px, y_px), peak = cv2.phaseCorrelate(reference, edges, self._window)
        share = max(abs(x_px) / SIZE_PX[0], abs(y_px) / SIZE_PX[1])
        if peak >= LEAST_PEAK and share <= SAME_SHARE:
            blended = (1.0 - BLEND) * reference + BLEND * edges
            self._references[light] = (blended.astype(np.float32), seen + 1)
            self._elsewhere = 0
            return False
        if seen < LEARNED:  # nothing that was certain yet: begin anew with what it shows now
            self._references[light] = (edges, 1)
            self._elsewhere = 0
            return False
        if (peak >= LEAST_PEAK and share >= MOVED_SHARE) or peak < NO_PEAK:
            self._elsewhere += 1
        else:
            self._elsewhere = 0
        return self._elsewhere >= PICTURES


def _edges_of(thumb: Thumb) -> Edges:
    small = cv2.resize(thumb.luma, SIZE_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
    fine = small - cv2.GaussianBlur(small, (0, 0), 4.0)
    return np.asarray(np.clip(fine, -20.0, 20.0), np.float32)
