"""Pictures that show nothing whatever: black, white or one colour all over, or painted over.

Night is dark, and a night camera may show a flame. So black means black everywhere: one cell that
is a little brighter, and the picture is scored. A flame of 3 x 3 pixels is 9 grey
levels in its cell, even where four cells share it. Measured: ``docs/gateway.md``.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.truth.judgement import Fault
from camera_gateway.truth.thumb import Thumb
from models.units import ImageBGR

__all__ = ["emptiness_of", "painted_rows", "painted_share"]

BLACKEST: Final = 24
BLACK_SPREAD: Final = 4
WHITEST: Final = 250
WHITE_SPREAD: Final = 3
BLANK_SPREAD: Final = 1
GREEN_BY: Final = 80
GREEN_SHARE: Final = 0.2
GREEN_EVEN: Final = 6
ROW_STEP: Final = 1
ROW_MEAN: Final = 0.05
DARK_BAR: Final = 48
FILL: Final = 128
FILL_WITHIN: Final = 3
COLOURED: Final = 40
DRAWN: Final = 12


def emptiness_of(thumb: Thumb) -> Fault | None:
    """Whether the picture shows nothing at all."""
    low, high = int(thumb.luma.min()), int(thumb.luma.max())
    if high <= BLACKEST and high - low <= BLACK_SPREAD:
        return Fault.BLACK
    if low >= WHITEST and high - low <= WHITE_SPREAD:
        return Fault.WHITE
    if high - low <= BLANK_SPREAD and int(np.ptp(thumb.colour, axis=(0, 1)).max()) <= BLANK_SPREAD:
        return Fault.BLANK if _is_made_up(thumb.colour[0, 0]) else None
    return None


def painted_rows(thumb: Thumb) -> float:
    """Share of the height, from the bottom up, in which every row repeats the one above it.

    A decoder that lost the rest of a picture fills it with grey or draws its last row down. No lens
    does. A dark bar is a format, and a dark night may have rows alike; even fog is left alone too.
    """
    if not _repeats(thumb.colour[-2:]).all():
        return 0.0  # nearly every picture, and the whole of it takes 0.2 ms
    same = _repeats(thumb.colour)
    differing = np.flatnonzero(~same)
    first = 0 if differing.size == 0 else int(differing[-1]) + 1
    rows = len(same) - first
    band = thumb.luma[first:]
    if rows == 0 or int(band.max()) <= DARK_BAR:
        return 0.0
    drawn = int(np.ptp(band[0])) >= DRAWN
    if not drawn and not _is_made_up(thumb.colour[-1, 0]):
        return 0.0  # pale and even, as dense fog is
    return float((rows + 1) / thumb.luma.shape[0])


def _repeats(colour: ImageBGR) -> NDArray[np.bool_]:
    """Whether each row but the first is the one above it again."""
    steps = np.abs(np.diff(colour.astype(np.int16), axis=0))
    same: NDArray[np.bool_] = (steps.max(axis=(1, 2)) <= ROW_STEP) & (
        steps.mean(axis=(1, 2)) <= ROW_MEAN
    )
    return same


def _is_made_up(colour: NDArray[np.uint8]) -> bool:
    """Whether an even colour is a decoder's grey or a test screen's: fog has neither."""
    levels = [int(level) for level in colour]
    if max(levels) - min(levels) >= COLOURED:
        return True
    return all(abs(level - FILL) <= FILL_WITHIN for level in levels)


def painted_share(thumb: Thumb) -> float:
    """Share of the picture in the even green that stands for missing colour in a broken stream.

    A meadow in the sun is as green, and nowhere as even.
    """
    blue, green, red = cv2.split(thumb.colour)
    greener = cv2.subtract(green, cv2.max(blue, red))  # never below 0
    found = thumb.colour[greener >= GREEN_BY].astype(np.int16)
    if len(found) == 0:
        return 0.0
    even = np.abs(found - np.median(found, axis=0)).max(axis=1) <= GREEN_EVEN
    return float(even.sum() / greener.size)
