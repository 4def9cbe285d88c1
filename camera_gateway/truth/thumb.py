"""A picture at a size at which it can be judged for next to nothing."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import decode_jpeg
from models.units import ImageBGR

__all__ = ["LEAST_SIDE_PX", "Thumb", "thumb_of"]

REDUCTION: Final = 8
WIDTH_PX: Final = 240  # what a reduction by 8 makes of 1080p
LEAST_SIDE_PX: Final = 16


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture; each of its cells is the mean of 8 x 8 pixels of the large one.

    Attributes:
        colour: (height, width, 3) uint8, blue green red, at most 240 pixels wide.
        luma: (height, width) uint8.
    """

    colour: ImageBGR
    luma: NDArray[np.uint8]

    @classmethod
    def of(cls, image: ImageBGR) -> "Thumb":
        """From a reduced picture of any size."""
        height, width = image.shape[:2]
        if width > WIDTH_PX:
            size = (WIDTH_PX, max(1, round(height * WIDTH_PX / width)))
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        return cls(image, np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8))

    @property
    def is_tiny(self) -> bool:
        """Whether it shows too little to be judged."""
        return bool(min(self.luma.shape) < LEAST_SIDE_PX)


def thumb_of(jpeg: bytes, name: str) -> Thumb:
    """Decode a camera's picture at an eighth of its size.

    Raises:
        FrameCorrupt: it does not decode to its end.
    """
    return Thumb.of(decode_jpeg(jpeg, name, reduction=REDUCTION))
