from dataclasses import dataclass

import numpy as np
import pytest

from detector.core.item import Item, pixels_of
from detector.core.preprocess import Letterbox
from models.errors import FrameCorrupt
from models.units import ImageBGR


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file that decodes to what it is given, whatever it says of itself."""

    image: ImageBGR
    name: str = "north frame 7"
    width_px: int = 64
    height_px: int = 48

    def decode(self, reduction: int) -> ImageBGR:
        assert reduction == 1
        return self.image


def item_of(image: ImageBGR) -> Item:
    return Item(0, Decoded(image), Letterbox.fit(64, 48, longer_side_px=64, stride_px=32))


def test_pixels_come_as_the_file_says() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    assert pixels_of(item_of(image)) is image


def test_what_a_codec_hands_out_is_checked_and_named() -> None:
    with pytest.raises(FrameCorrupt, match="north frame 7"):
        pixels_of(item_of(np.zeros((48, 64), np.uint8)))


def test_a_file_that_decodes_to_another_size_is_refused() -> None:
    with pytest.raises(FrameCorrupt, match="north frame 7 says 64 x 48 and decodes to 32 x 48"):
        pixels_of(item_of(np.zeros((48, 32, 3), np.uint8)))
