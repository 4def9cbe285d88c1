"""Decodes pictures for a closer look: no larger than a band needs, several side by side.

The core decodes what it looks at itself, as small as the full frame needs; a band needs more, and
one decoding must serve both.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from detector.attention.background import THINNED_PX, thinned_grey
from detector.core import Picture
from detector.core.undecoded import best_reduction
from models.detection import Detections
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["KeepsGrey", "decode_all", "grey_of", "on_picture"]

MOST_HANDS = 8


def decode_all(pictures: Sequence[Picture], width_px: int) -> list[ImageBGR | FrameCorrupt]:
    """Pixels of every picture, in their order, or why a picture has none.

    Args:
        pictures: of any sizes; those that are pixels already are left as they are.
        width_px: that a band needs; no picture that has as many is decoded to fewer.
    """
    decode = partial(_decode, width_px=width_px)
    if len(pictures) < 2:
        return [decode(picture) for picture in pictures]
    with ThreadPoolExecutor(min(len(pictures), MOST_HANDS)) as hands:
        return list(hands.map(decode, pictures))


@runtime_checkable
class KeepsGrey(Protocol):
    """A picture that keeps its brightness for all who look at it."""

    def grey_of(self, image: ImageBGR) -> NDArray[np.uint8] | None:
        """Of an image that it was decoded to; None where it keeps none."""


def grey_of(image: ImageBGR, picture: Picture) -> NDArray[np.uint8]:
    """As :func:`thinned_grey`, which whoever follows the view may have made already."""
    kept = picture.grey_of(image) if isinstance(picture, KeepsGrey) else None
    return thinned_grey(image) if kept is None or kept.shape[1] >= 2 * THINNED_PX else kept


def on_picture(found: Detections, image: ImageBGR, picture: Picture) -> Detections:
    """What was found in the decoded image, in pixels of the whole picture."""
    if isinstance(picture, np.ndarray):
        return found
    height_px, width_px = image.shape[:2]
    edges = np.array([picture.width_px, picture.height_px] * 2, np.float64)
    scale = edges / (width_px, height_px, width_px, height_px)
    boxes = np.minimum(found.boxes_xyxy.astype(np.float64) * scale, edges)
    return Detections(boxes.astype(np.float32), found.scores, found.labels)


def _decode(picture: Picture, width_px: int) -> ImageBGR | FrameCorrupt:
    if isinstance(picture, np.ndarray):
        return picture
    reduction = best_reduction(
        picture.width_px,
        picture.height_px,
        content_width=width_px,
        content_height=max(1, round(picture.height_px * width_px / picture.width_px)),
    )
    try:
        return picture.decode(reduction)
    except FrameCorrupt as error:
        return error
