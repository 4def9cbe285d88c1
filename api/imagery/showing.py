"""A picture as it is kept for people: what was found drawn in, no wider than a screen."""

from typing import Final

import cv2
import numpy as np

from camera_gateway.pictures import encode_jpeg
from detector.annotate import draw_boxes
from models.detection import Box
from models.units import ImageBGR

__all__ = ["shown_jpeg"]

SHOWN_PX: Final = 1920


def shown_jpeg(image: ImageBGR, boxes: tuple[Box, ...]) -> bytes:
    """JPEG of a (height, width, 3) picture with its boxes, at most 1,920 px long."""
    drawn = draw_boxes(image, boxes)
    height, width = drawn.shape[:2]
    scale = SHOWN_PX / max(height, width)
    if scale < 1.0:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        drawn = np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(drawn)
