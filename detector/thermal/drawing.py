"""A picture of heat for people: grey, its hot spots framed, what is told of each beside it."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from models.thermal import HotSpot, ThermalImage, ThermalScale
from models.units import ImageBGR

__all__ = ["draw_spots", "spot_words"]

LEAST_SIDE_PX: Final = 640
"""Sensors have few pixels: smaller pictures are shown larger, by a whole factor."""
_COLOUR: Final = (0, 170, 255)
_INK: Final = (16, 16, 16)
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


def draw_spots(image: ThermalImage, spots: Sequence[HotSpot]) -> ImageBGR:
    """Draw it; grey spans the middle 99 % of its levels, and what is beyond is white or black.

    Args:
        image: as it was read.
        spots: of it; the first is drawn last, on top.
    """
    low, high = (float(level) for level in np.percentile(image.levels, (0.5, 99.5)))
    shares = (image.levels - low) / max(high - low, 1e-6)
    grey = np.rint(np.clip(shares, 0.0, 1.0) * 255.0).astype(np.uint8)
    factor = max(1, -(-LEAST_SIDE_PX // max(image.size_px)))
    grey = np.repeat(np.repeat(grey, factor, axis=0), factor, axis=1)
    canvas = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    for spot in reversed(spots):
        _frame(canvas, spot, factor, spot_words(spot, image.scale))
    return canvas


def spot_words(spot: HotSpot, scale: ThermalScale) -> str:
    """What may be told of its heat: a temperature only where there is one."""
    if scale is ThermalScale.CELSIUS:
        return f"{spot.peak:.0f} C"
    return f"{spot.prominence:.0f}x"


def _frame(canvas: ImageBGR, spot: HotSpot, factor: int, words: str) -> None:
    left, top = spot.x_min * factor - 3, spot.y_min * factor - 3
    right, bottom = spot.x_max * factor + 2, spot.y_max * factor + 2
    cv2.rectangle(canvas, (left, top), (right, bottom), _COLOUR, 1)
    (width, height), base = cv2.getTextSize(words, _FONT, 0.4, 1)
    # Above the frame where there is room, else below it.
    line = top - base if top - base - height >= 0 else bottom + base + height
    left = max(0, min(left, canvas.shape[1] - width))
    cv2.rectangle(canvas, (left, line - height - 1), (left + width, line + base), _COLOUR, -1)
    cv2.putText(canvas, words, (left, line), _FONT, 0.4, _INK, 1, cv2.LINE_AA)
