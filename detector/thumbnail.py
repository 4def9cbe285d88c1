"""A small picture of one place in a frame, a few kB, for looking through many."""

from typing import Final

import cv2
import numpy as np

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from models.detection import Box

__all__ = ["thumbnail_of"]

AROUND: Final = 1.5
"""The crop is so many times the box, each way, so that what stands around it shows."""

LEAST_PX: Final = 192
LONGEST_PX: Final = 256
LARGEST_BYTES: Final = 12 * 1024
QUALITIES: Final = (80, 60, 40, 20)


def thumbnail_of(jpeg: bytes, box: Box, name: str) -> bytes | None:
    """Cut a place out of a camera's JPEG.

    Args:
        jpeg: the camera's own file.
        box: of the place, pixels of the upright picture.
        name: of the frame, for messages.

    Returns:
        A JPEG of at most :data:`LONGEST_PX` a side and :data:`LARGEST_BYTES`; None when even the
        coarsest one is larger.

    Raises:
        FrameCorrupt: the picture is damaged.
    """
    side_px = max(AROUND * (box.x_max - box.x_min), AROUND * (box.y_max - box.y_min), LEAST_PX)
    # Decoding at half or quarter size costs less than half, and nothing of it would be seen.
    reduction = max(step for step in (1, 2, 4) if step == 1 or side_px / step >= LONGEST_PX)
    image = decode_jpeg(jpeg, name, reduction=reduction)
    height, width = image.shape[:2]
    side = min(max(round(side_px / reduction), 1), height, width)
    left = _start((box.x_min + box.x_max) / 2.0 / reduction, side, width)
    top = _start((box.y_min + box.y_max) / 2.0 / reduction, side, height)
    crop = image[top : top + side, left : left + side]
    if side > LONGEST_PX:
        small = cv2.resize(crop, (LONGEST_PX, LONGEST_PX), interpolation=cv2.INTER_AREA)
        crop = small.astype(np.uint8, copy=False)
    for quality in QUALITIES:
        coded = encode_jpeg(crop, quality)
        if len(coded) <= LARGEST_BYTES:
            return coded
    return None


def _start(centre: float, side: int, length: int) -> int:
    return min(max(round(centre - side / 2.0), 0), length - side)
