"""Decodes pictures for a closer look: no larger than a strip needs, several side by side.

The core decodes what it looks at itself, as small as the full frame needs; a strip needs twice the
size, and one decoding must serve both.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from detector.attention.layout import STRIP_WIDTH_PX
from detector.core import Picture
from detector.core.undecoded import best_reduction
from models.detection import Detections
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["decode_all", "on_picture"]

MOST_HANDS = 8


def decode_all(pictures: Sequence[Picture]) -> list[ImageBGR | FrameCorrupt]:
    """Pixels of every picture, in their order, or why a picture has none."""
    if len(pictures) < 2:
        return [_decode(picture) for picture in pictures]
    with ThreadPoolExecutor(min(len(pictures), MOST_HANDS)) as hands:
        return list(hands.map(_decode, pictures))


def on_picture(found: Detections, image: ImageBGR, picture: Picture) -> Detections:
    """What was found in the decoded image, in pixels of the whole picture."""
    if isinstance(picture, np.ndarray):
        return found
    height_px, width_px = image.shape[:2]
    edges = np.array([picture.width_px, picture.height_px] * 2, np.float64)
    scale = edges / (width_px, height_px, width_px, height_px)
    boxes = np.minimum(found.boxes_xyxy.astype(np.float64) * scale, edges)
    return Detections(boxes.astype(np.float32), found.scores, found.labels)


def _decode(picture: Picture) -> ImageBGR | FrameCorrupt:
    if isinstance(picture, np.ndarray):
        return picture
    scale = STRIP_WIDTH_PX / max(picture.width_px, picture.height_px)
    reduction = best_reduction(
        picture.width_px,
        picture.height_px,
        content_width=round(picture.width_px * scale),
        content_height=round(picture.height_px * scale),
    )
    try:
        return picture.decode(reduction)
    except FrameCorrupt as error:
        return error
