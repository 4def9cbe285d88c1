"""Make a picture smaller without losing what is a few pixels wide, and quickly.

Distant smoke is a few pixels wide, so every pixel of the picture must weigh about equally in the
result. Averaging over areas does that for every ratio, but at any but whole ones it takes longer
than it has to: 4 ms from 1024 x 768 to 640 x 480, a tenth of the network's time. So:

1. the picture is halved by averaging 2 x 2 pixels while it is at least twice as large as wanted;
2. up to a ratio of 1.5 linear interpolation does the rest (at exactly 1.5, what 1080p and 4K leave
   for 640, it weighs pixels by 0.5 to 0.75), or of 1.25 when nothing was averaged before;
3. above, linear interpolation goes to twice the wanted size, and that is halved by averaging.

Measured on six ignitions (``docs/performance.md``): this tells frames with smoke from frames
without as well as areas do, and linear interpolation alone does not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.core.buffers import Buffers
from models.units import ImageBGR

__all__ = ["scale_into"]

LINEAR_UP_TO = 1.25
LINEAR_AFTER_AVERAGING_UP_TO = 1.5


def scale_into(
    image: ImageBGR, destination: NDArray[np.uint8], buffers: Buffers, *, averaged: bool = False
) -> None:
    """Scale a picture to the size of a destination.

    The last row or column of an odd side is left out when it is halved, less than one pixel of the
    result.

    Args:
        image: of any size.
        destination: (height, width, 3); its rows may lie apart.
        buffers: of this thread; two of them are used.
        averaged: the image is already the average of a larger one.
    """
    height, width = destination.shape[:2]
    place = 0
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        half = buffers.take(f"half {place % 2}", (rows, columns, 3))
        cv2.resize(
            image[: 2 * rows, : 2 * columns],
            (columns, rows),
            dst=half,
            interpolation=cv2.INTER_AREA,
        )
        image, averaged = half, True
        place += 1
    ratio = max(image.shape[0] / height, image.shape[1] / width)
    if ratio >= 2.0:
        # A strip that is a pixel high and long: nothing fast fits it.
        cv2.resize(image, (width, height), dst=destination, interpolation=cv2.INTER_AREA)
    elif ratio > (LINEAR_AFTER_AVERAGING_UP_TO if averaged else LINEAR_UP_TO):
        double = buffers.take(f"half {place % 2}", (2 * height, 2 * width, 3))
        cv2.resize(image, (2 * width, 2 * height), dst=double, interpolation=cv2.INTER_LINEAR)
        cv2.resize(double, (width, height), dst=destination, interpolation=cv2.INTER_AREA)
    else:
        cv2.resize(image, (width, height), dst=destination, interpolation=cv2.INTER_LINEAR)
