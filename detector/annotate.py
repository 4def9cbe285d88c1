"""Detections drawn into a copy of the picture."""

import cv2
import numpy as np

from models.detection import Box, Label
from models.units import ImageBGR

__all__ = ["draw_boxes"]

MAX_SIDE_PX = 65_500  # a JPEG ends at 65,535
# Blue green red. Told apart by people who do not see red and green, and against trees and sky.
COLOURS = {Label.SMOKE: (255, 178, 0), Label.FLAME: (0, 90, 255)}
_INK = (16, 16, 16)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_boxes(image: ImageBGR, boxes: tuple[Box, ...]) -> ImageBGR:
    """Draw every box with its class and score; the weakest first, so that the best stays readable.

    Args:
        image: (height, width, 3); not changed.
        boxes: in pixels of the picture, by falling score.

    Returns:
        A copy, scaled down when a side is longer than a JPEG can be.
    """
    height, width = image.shape[:2]
    scale = min(1.0, MAX_SIDE_PX / max(height, width))
    if scale < 1.0:
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        canvas = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    else:
        canvas = image.copy()
    line_px = max(1, round(max(canvas.shape[:2]) / 640))
    for box in reversed(boxes):
        _draw(canvas, box, scale, line_px)
    return canvas


def _draw(canvas: ImageBGR, box: Box, scale: float, line_px: int) -> None:
    colour = COLOURS[box.label]
    height, width = canvas.shape[:2]
    left, top = int(box.x_min * scale), int(box.y_min * scale)
    right, bottom = int(box.x_max * scale), int(box.y_max * scale)
    cv2.rectangle(
        canvas, (left, top), (min(right, width - 1), min(bottom, height - 1)), colour, line_px
    )
    text = f"{box.label.word} {box.score:.2f}"
    font_scale = 0.45 * line_px
    (text_width, text_height), base = cv2.getTextSize(text, _FONT, font_scale, line_px)
    # Above the box where there is room, else inside its upper edge.
    room = top - text_height - base >= 0
    baseline = top - base if room else min(top + text_height + base, height - 1)
    left = max(0, min(left, width - text_width))
    cv2.rectangle(
        canvas,
        (left, baseline - text_height - base // 2),
        (left + text_width, baseline + base),
        colour,
        cv2.FILLED,
    )
    cv2.putText(canvas, text, (left, baseline), _FONT, font_scale, _INK, line_px, cv2.LINE_AA)
