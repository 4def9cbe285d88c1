"""A frame of a recording that is looked at before its turn."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from detector.evaluate.footage import Moment
from detector.jpeg_picture import JpegPicture
from models.detection import Detections
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["Ahead", "MadePicture", "Pixels", "pixels_of"]

Pixels: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...]]
"""Where in memory, shape and strides."""


@dataclass(slots=True, eq=False)
class Ahead:
    """What is known of a frame before its turn comes.

    Attributes:
        moment: as the recording gave it.
        picture: of a frame that may be whole; None for one that is certainly not.
        whole: what its full frame shows.
        deep: the same to a lower score, of a frame that people have boxed.
        image: its pixels as bands need them, or what kept them from being made; never set where
            nobody needs them.
        small: the same at an eighth of the picture's size; likewise.
        bands: what was guessed to be asked about, by the very pixels.
        guessed: set when no more bands will be guessed.
    """

    moment: Moment
    picture: JpegPicture | None = None
    whole: Future[Detections | FrameCorrupt] | None = None
    deep: Future[Detections | FrameCorrupt] | None = None
    image: Future[ImageBGR] = field(default_factory=Future)
    small: Future[ImageBGR] = field(default_factory=Future)
    bands: dict[Pixels, Future[Detections]] = field(default_factory=dict)
    guessed: Event = field(default_factory=Event)

    @property
    def pixels(self) -> int:
        """Of the picture; 0 for a damaged one."""
        return 0 if self.picture is None else self.picture.width_px * self.picture.height_px


@dataclass(frozen=True, slots=True, eq=False)
class MadePicture:
    """A picture whose pixels are made already; see :class:`detector.core.Undecoded`.

    Attributes:
        ahead: the frame.
        picture: of it.
    """

    ahead: Ahead
    picture: JpegPicture

    @property
    def name(self) -> str:
        """Of the picture."""
        return self.picture.name

    @property
    def width_px(self) -> int:
        """Of the picture."""
        return self.picture.width_px

    @property
    def height_px(self) -> int:
        """Of the picture."""
        return self.picture.height_px

    def decode(self, reduction: int) -> ImageBGR:
        """The pixels that were made, or others where another reduction is asked for.

        Raises:
            FrameCorrupt: the file is damaged.
        """
        image = self.ahead.image.result()
        expected = (-(-self.height_px // reduction), -(-self.width_px // reduction))
        return image if image.shape[:2] == expected else self.picture.decode(reduction)

    def grey_of(self, image: ImageBGR) -> NDArray[np.uint8] | None:
        """See :class:`detector.attention.pixels.KeepsGrey`."""
        return self.picture.grey_of(image)


def pixels_of(image: ImageBGR) -> Pixels:
    """The very pixels; they stay where they are while their frame is in hand."""
    pointer: int = np.asarray(image).__array_interface__["data"][0]
    return pointer, image.shape, image.strides
