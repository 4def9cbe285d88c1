"""Make a picture smaller without losing what is a few pixels wide, and quickly.

Distant smoke is a few pixels wide, so every pixel of the picture must weigh the same in the result.
Averaging over areas does that at every ratio, and OpenCV does it slowly (2.7 ms from 1080p to 640
pixels, 8.7 ms to 1280) unless it may leave it to Intel's library, as it carries it: 0.6 and 1.2 ms.
OpenCV asks to be allowed because that library rounds a few pixels otherwise, by one level of 255;
the leave is given here for the one call and for this thread only. Where a build of OpenCV lacks the
library, the answer is the same and takes longer.

1. While the picture is at least four times as large as wanted, or exactly twice, it is halved by
   averaging 2 x 2 pixels: the fastest step of all.
2. What is left, 1.25 to 4 times, is averaged over areas.
3. Below 1.25 linear interpolation sees every pixel as well, at a third of the time.

Measured on six ignitions (``./run bench shrinking``, ``docs/performance.md``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.core.buffers import Buffers
from models.units import ImageBGR

__all__ = ["LINEAR_UP_TO", "scale_into"]

LINEAR_UP_TO = 1.25


def scale_into(image: ImageBGR, destination: NDArray[np.uint8], buffers: Buffers) -> None:
    """Scale a picture to the size of a destination.

    The last row or column of an odd side is left out when it is halved, less than half a pixel of
    the result.

    Args:
        image: of any size.
        destination: (height, width, 3); its rows may lie apart.
        buffers: of this thread; two of them are used.
    """
    height, width = destination.shape[:2]
    place = 0
    while _is_to_be_halved(image.shape[0] / height, image.shape[1] / width):
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        half = buffers.take(f"half {place % 2}", (rows, columns, 3))
        cv2.resize(
            image[: 2 * rows, : 2 * columns],
            (columns, rows),
            dst=half,
            interpolation=cv2.INTER_AREA,
        )
        image = half
        place += 1
    if max(image.shape[0] / height, image.shape[1] / width) <= LINEAR_UP_TO:
        cv2.resize(image, (width, height), dst=destination, interpolation=cv2.INTER_LINEAR)
    else:
        with _leave_to_round_otherwise():
            cv2.resize(image, (width, height), dst=destination, interpolation=cv2.INTER_AREA)


def _is_to_be_halved(ratio_y: float, ratio_x: float) -> bool:
    return min(ratio_y, ratio_x) >= 4.0 or ratio_y == ratio_x == 2.0


@contextmanager
def _leave_to_round_otherwise() -> Iterator[None]:
    """Let OpenCV use Intel's library where its results differ by a rounding; of this thread."""
    before = cv2.ipp.useIPP_NotExact()
    cv2.ipp.setUseIPP_NotExact(True)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP_NotExact(before)
