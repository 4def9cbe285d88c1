"""How a picture of one size is looked at closer under a budget: a band over its whole width.

The band is as wide as the picture and as high as the budget allows, so that it keeps the
surroundings by which a network knows smoke, and it is scored larger than inside the full frame,
whatever the camera's resolution: smoke that is small in the picture is what it is for. On cameras
with fewer pixels than that it is enlarged, which still helps.

How much larger follows from the budget: so that a band covers :data:`HEIGHT_SHARE` of a usual
picture. Small smoke stands a little above to far below the skyline, and what lies outside of the
band is not looked at closer; measured in ``docs/detector.md``.

The budget counts pixels of the network's input, full frame included.
"""

import math
from dataclasses import dataclass

from detector.attention.tiles import Tile, input_pixels

__all__ = ["FULL_WIDTH_PX", "Layout", "band_width_px"]

FULL_WIDTH_PX = 640
"""Longer side of the network's input for the full frame."""
STRIDE_PX = 32
HEIGHT_SHARE = 0.7
NARROWEST_PX = 960
"""Enlarged less than 1.5 times, smoke looks as in the full frame."""
WIDEST_PX = 1920
LEAST_HEIGHT = 0.1
"""Height of a band over its width below which it shows too little around smoke to be worth it."""
OVERLAP_SHARE = 0.15
"""Least overlap of the round's bands over their height: no plume is cut by all of them."""


def band_width_px(cost: float) -> int:
    """Width of the network's input for a band.

    Args:
        cost: most input pixels over those of the full frame alone, at least 1.

    >>> [band_width_px(cost) for cost in (1.0, 2.0, 3.0, 4.0, 100.0)]
    [960, 960, 1088, 1312, 1920]
    """
    width = FULL_WIDTH_PX * math.sqrt(max(0.0, cost - 1.0) / HEIGHT_SHARE)
    whole = round(width / STRIDE_PX) * STRIDE_PX
    return min(max(whole, NARROWEST_PX), WIDEST_PX)


@dataclass(frozen=True, slots=True)
class Layout:
    """The band of pictures of one size.

    Attributes:
        width_px: of the pictures.
        height_px: of the pictures.
        band_height_px: of the band, in the picture's pixels; 0 when the budget is too small for a
            band worth its name.
        cost: input pixels of a frame with its band over those of the full frame alone.
    """

    width_px: int
    height_px: int
    band_height_px: int
    cost: float

    @classmethod
    def within(cls, width_px: int, height_px: int, cost: float) -> "Layout":
        """The highest band that a budget allows.

        Args:
            width_px: of the pictures, at least 1.
            height_px: of the pictures, at least 1.
            cost: most input pixels over those of the full frame alone, at least 1.
        """
        full = _pixels(width_px, height_px, FULL_WIDTH_PX)
        left = int(cost * full + 1e-6) - full
        input_width = band_width_px(cost)
        rows = left // input_width // STRIDE_PX * STRIDE_PX
        # No higher than wide: the detector fits the longer side of what it is given.
        height = min(rows * width_px // input_width, height_px, width_px)
        if height < min(LEAST_HEIGHT * width_px, height_px) or height == 0:
            return cls(width_px, height_px, 0, 1.0)
        band = _pixels(width_px, height, input_width)
        return cls(width_px, height_px, height, (full + band) / full)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self.width_px, self.height_px

    def band_around(self, y_px: float, within: tuple[int, int]) -> Tile:
        """The band whose middle lies at a row, moved as little as keeps it within some rows.

        Args:
            y_px: row of the picture.
            within: first row and the row after the last; fewer than a band has make it lower.
        """
        top, bottom = within
        height = min(self.band_height_px, bottom - top)
        y_min = min(max(round(y_px - height / 2), top), bottom - height)
        return Tile(y_min, 0, y_min + height, self.width_px)

    def round(self, within: tuple[int, int]) -> tuple[Tile, ...]:
        """Bands that together cover some rows of the picture, from the top; none without a band.

        Args:
            within: first row and the row after the last.
        """
        if self.band_height_px == 0:
            return ()
        top, bottom = within
        room = max(0, bottom - top - self.band_height_px)
        step = max(1, self.band_height_px - round(self.band_height_px * OVERLAP_SHARE))
        count = 1 + -(-room // step)
        tops = [top + round(index * room / max(1, count - 1)) for index in range(count)]
        return tuple(
            Tile(y_min, 0, min(y_min + self.band_height_px, bottom), self.width_px)
            for y_min in tops
        )


def _pixels(width_px: int, height_px: int, longer_side_px: int) -> int:
    return input_pixels(width_px, height_px, longer_side_px=longer_side_px, stride_px=STRIDE_PX)
