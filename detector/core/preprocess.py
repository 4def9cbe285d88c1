"""From a picture of any size to the planar bytes that the network eats, and boxes back again.

The picture is scaled so that its longer side fills the input, and centred on grey. The input is a
rectangle: its shorter side is the smallest multiple of the stride that holds the picture, because
a 16:9 frame in a square wastes 44 % of the arithmetic on grey.

Every pixel counts when the picture shrinks (:mod:`detector.core.shrink`): distant smoke is a few
pixels wide.

Coordinates are edges: 0 is the left edge of the first pixel, ``width`` the right edge of the last.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.core.buffers import Buffers
from detector.core.shrink import scale_into
from models.errors import FrameCorrupt
from models.units import BoxesXYXY, ImageBGR

__all__ = ["MAX_PIXELS", "Letterbox", "check_picture", "check_size", "write_planes"]

MAX_PIXELS = 100_000_000
_SHAPE = "Give (height, width, 3) bytes: blue, green, red."
GREY = 114  # what the network saw around its training pictures


def check_picture(image: object) -> None:
    """Refuse what is not a picture.

    Raises:
        FrameCorrupt: not (height, width, 3) uint8, without pixels, or above 100 megapixels.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = getattr(image, "dtype", type(image).__name__)
        raise FrameCorrupt(f"A picture must be an array of uint8, not {kind}.", remedy=_SHAPE)
    if image.ndim != 3 or image.shape[2] != 3:
        raise FrameCorrupt(
            f"A picture must have three colour channels, not shape {image.shape}.", remedy=_SHAPE
        )
    check_size(image.shape[1], image.shape[0])


def check_size(width_px: int, height_px: int) -> None:
    """Refuse a size that no picture should have.

    Raises:
        FrameCorrupt: without pixels, or above 100 megapixels.
    """
    if width_px < 1 or height_px < 1:
        raise FrameCorrupt(f"A picture of {width_px} x {height_px} has no pixels.", remedy=_SHAPE)
    if width_px * height_px > MAX_PIXELS:
        raise FrameCorrupt(
            f"A picture of {width_px} x {height_px} is above 100 megapixels.",
            remedy="Scale it down or cut it into tiles.",
        )


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside the network's input, all in pixels.

    Attributes:
        picture_width: of the picture as it came.
        picture_height: of the picture as it came.
        width: of the input, a multiple of the stride.
        height: of the input, a multiple of the stride.
        content_width: of the scaled picture.
        content_height: of the scaled picture.
        left: grey columns before it.
        top: grey rows above it.
    """

    picture_width: int
    picture_height: int
    width: int
    height: int
    content_width: int
    content_height: int
    left: int
    top: int

    @classmethod
    def fit(
        cls, picture_width: int, picture_height: int, *, longer_side_px: int, stride_px: int
    ) -> "Letterbox":
        """Lay a picture into the smallest rectangle whose longer side is given.

        Args:
            picture_width: at least 1.
            picture_height: at least 1.
            longer_side_px: of the input, a multiple of the stride.
            stride_px: of the network.
        """
        scale = longer_side_px / max(picture_width, picture_height)
        content_width = max(1, round(picture_width * scale))
        content_height = max(1, round(picture_height * scale))
        width = -(-content_width // stride_px) * stride_px
        height = -(-content_height // stride_px) * stride_px
        return cls(
            picture_width=picture_width,
            picture_height=picture_height,
            width=width,
            height=height,
            content_width=content_width,
            content_height=content_height,
            left=(width - content_width) // 2,
            top=(height - content_height) // 2,
        )

    @property
    def scale_x(self) -> float:
        """Input pixels per picture pixel; rounding makes it differ a little from ``scale_y``."""
        return self.content_width / self.picture_width

    @property
    def scale_y(self) -> float:
        """Input pixels per picture pixel, downwards."""
        return self.content_height / self.picture_height

    def to_input(self, boxes_xyxy: BoxesXYXY) -> BoxesXYXY:
        """Boxes of the picture in pixels of the input, (n, 4) float32."""
        boxes = boxes_xyxy.astype(np.float64)
        boxes[:, 0::2] = boxes[:, 0::2] * self.scale_x + self.left
        boxes[:, 1::2] = boxes[:, 1::2] * self.scale_y + self.top
        return boxes.astype(np.float32)

    def to_picture(self, boxes_xyxy: BoxesXYXY) -> BoxesXYXY:
        """Boxes of the input in pixels of the picture, clipped to its borders, (n, 4) float32.

        A box that lies in the grey comes back without width or height.
        """
        boxes = boxes_xyxy.astype(np.float64)
        boxes[:, 0::2] = (boxes[:, 0::2] - self.left) / self.scale_x
        boxes[:, 1::2] = (boxes[:, 1::2] - self.top) / self.scale_y
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, self.picture_width)
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, self.picture_height)
        return boxes.astype(np.float32)


def write_planes(
    image: ImageBGR, letterbox: Letterbox, planes: NDArray[np.uint8], buffers: Buffers
) -> None:
    """Scale, centre and split a picture without allocating.

    Args:
        image: checked by :func:`check_picture`; of the letterbox's picture size, or that picture
            made smaller.
        letterbox: where it goes.
        planes: (3, height, width) contiguous; receives red, green and blue.
        buffers: of this thread.
    """
    canvas = buffers.take("canvas", (letterbox.height, letterbox.width, 3))
    bottom = letterbox.top + letterbox.content_height
    right = letterbox.left + letterbox.content_width
    canvas[: letterbox.top] = GREY
    canvas[bottom:] = GREY
    canvas[:, : letterbox.left] = GREY
    canvas[:, right:] = GREY
    content = canvas[letterbox.top : bottom, letterbox.left : right]
    scale_into(image, content, buffers)
    cv2.split(canvas, [planes[2], planes[1], planes[0]])
