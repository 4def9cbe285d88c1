"""What a view showed over its last dozen frames, and where the picture changed against that.

The evidence has a background of its own, :class:`detector.evidence.background.SlowBackground`, and
neither can do the other's work: this one is asked before the network has looked, where a frame is
not registered yet, for every frame of up to two thousand views, and must forget within a dozen
frames whatever it has pointed to; that one remembers half an hour by the clock, at four times the
width and with colour, because it weighs. It costs nearly twice the time and 25 times the memory.

It lives on a small grey picture. What must not look like change is taken out in turn:

- **exposure**: brightness is compared with its own surroundings (a mean over an eighth of the
  picture's width is subtracted), and the whole difference is centred on its median: a step of the
  camera's exposure or a cloud's shadow over the valley moves every pixel alike;
- **noise and leaves**: every cell knows how much it usually differs; a difference counts in units
  of that, never below a floor that JPEG and a small shake reach;
- **slow things**: the background follows the picture over :data:`MEMORY` frames, so that a cloud
  that takes an hour to pass is learnt while it passes, and a plume that grows is not.

It says where to look, never whether there is smoke. One view costs about 40 kB.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.levels import middle_of
from models.units import ImageBGR

__all__ = ["THINNED_PX", "RecentBackground", "small_grey", "thinned_grey"]

WIDTH_PX = 128
MEMORY = 12
"""Frames over which the background forgets: growth of a young plume, frame by frame, stands out."""
FLOOR_GREY = 3.0
"""Grey values of difference that are never change: JPEG, and a shake of a pixel on a soft slope."""
USUAL = 3.0
"""Change begins at this many times a cell's usual difference."""
LIMIT = 12.0  # a door that opens is no more interesting than a plume

THINNED_PX = 640
"""Width from which whole pixels are left out before brightness is looked at: 25 of them stand for
each cell of the background, which is enough, and a 1080p frame costs a third."""

Floats32 = NDArray[np.float32]
Stored = NDArray[np.float16]  # an eighth of a grey value is fine enough, and there are many views


def thinned_grey(image: ImageBGR) -> NDArray[np.uint8]:
    """Brightness of a picture, of every pixel or of every second, third ... of a large one.

    Args:
        image: at least one pixel.

    Returns:
        (height, width) uint8, :data:`THINNED_PX` to twice that wide where the picture is wider.
    """
    every = max(1, image.shape[1] // THINNED_PX)
    if every > 1:
        size = (-(-image.shape[1] // every), -(-image.shape[0] // every))
        image = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST).astype(
            np.uint8, copy=False
        )
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def small_grey(grey: NDArray[np.uint8]) -> Floats32:
    """The picture on the scale on which change is looked for, (height, width) float32."""
    height = min(max(1, round(grey.shape[0] * WIDTH_PX / grey.shape[1])), 4 * WIDTH_PX)
    small = cv2.resize(grey, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)


class RecentBackground:
    """What one view has just looked like; nothing is known before the first picture."""

    def __init__(self) -> None:
        self._usual: Stored | None = None
        self._spread: Stored = np.zeros((0, 0), np.float16)
        self._frames = 0

    def change(self, grey: NDArray[np.uint8]) -> Floats32 | None:
        """Compare a picture with the background, then let the background learn it.

        Args:
            grey: (height, width), always of the same view.

        Returns:
            (rows, :data:`WIDTH_PX`) change, 0 for none to :data:`LIMIT`; None when there is nothing
            to compare with: the first picture, or the first after the camera's picture changed its
            shape.
        """
        detail = _detail(small_grey(grey))
        if self._usual is None or self._usual.shape != detail.shape:
            self._usual = detail.astype(np.float16)
            self._spread = np.full(detail.shape, FLOOR_GREY, np.float16)
            self._frames = 1
            return None
        usual, spread = self._usual.astype(np.float32), self._spread.astype(np.float32)
        difference = detail - usual
        difference -= middle_of(difference)
        size = np.abs(difference)
        share = np.float32(1.0 / min(self._frames + 1, MEMORY))
        self._usual = (usual + share * difference).astype(np.float16)
        self._spread = np.maximum(spread + share * (size - spread), FLOOR_GREY).astype(np.float16)
        self._frames = min(self._frames + 1, MEMORY)
        change: Floats32 = np.clip(size / spread - USUAL, 0.0, LIMIT).astype(np.float32)
        return change


def _detail(small: Floats32) -> Floats32:
    side = WIDTH_PX // 8 + 1
    around = cv2.blur(small, (side, side), borderType=cv2.BORDER_REFLECT_101)
    softened = cv2.GaussianBlur(small, (3, 3), 0.0)
    detail: Floats32 = softened - around
    return detail
