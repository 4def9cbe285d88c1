"""What changed inside a box of one picture, out of what the view's background knows."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.levels import levels_below
from models.alert import PlaceChange
from models.detection import Box

__all__ = ["COLOUR_SHRINK", "GREY_A_STEP", "PictureChange", "Stored"]

COLOUR_SHRINK = 4
"""Colour is measured on a picture whose sides are a quarter: JPEG keeps no more of it."""
LEAST_STRUCTURE = 0.5
LEAST_COLOUR = 3.0
"""Grey values that are added to both sides of a ratio: below them there is only noise."""

GREY_A_STEP = np.float32(1.0 / 64.0)
"""Of what is stored; exact, and multiplying by it takes two thirds of dividing."""

Floats32 = NDArray[np.float32]
Stored = NDArray[np.int16]  # in steps of 1/64 grey value: half the memory of floats


@dataclass(frozen=True, slots=True, eq=False)
class PictureChange:
    """One picture beside its view's background, all (rows, columns) in the background's pixels.

    Attributes:
        times_usual: change of brightness in units of what is usual at that place.
        whole: its 90th percentile over the picture.
        detail: brightness against its surroundings, grey values.
        difference: of it from what the background knows.
        last_detail: the same in the picture before, in steps of :data:`GREY_A_STEP`.
        colour: colourfulness, largest minus least channel; sides shrunk by :data:`COLOUR_SHRINK`.
        usual_colour: the same as the background knows it.
    """

    times_usual: Floats32
    whole: float
    detail: Floats32
    difference: Floats32
    last_detail: Stored
    colour: Floats32
    usual_colour: Floats32

    @property
    def usual_detail(self) -> Floats32:
        """Brightness against its surroundings as the background knows it."""
        return self.detail - self.difference

    def at(self, box: Box, width_px: int) -> PlaceChange:
        """Measure the change inside a box.

        The change of brightness is its 90th percentile, because smoke never fills its box.

        Args:
            box: in pixels of the upright picture.
            width_px: of that picture.
        """
        scale = self.times_usual.shape[1] / width_px
        place = _place(box, scale, self.times_usual.shape)
        colour_place = _place(box, scale / COLOUR_SHRINK, self.colour.shape)
        detail = self.detail[place]
        return PlaceChange(
            times_usual=levels_below(self.times_usual[place], 0.9)[0],
            whole=self.whole,
            texture=math.log(
                (_structure(detail) + LEAST_STRUCTURE)
                / (_structure(detail - self.difference[place]) + LEAST_STRUCTURE)
            ),
            colour=math.log(
                (float(self.colour[colour_place].mean()) + LEAST_COLOUR)
                / (float(self.usual_colour[colour_place].mean()) + LEAST_COLOUR)
            ),
            flicker=_mean_step(detail, self.last_detail[place] * GREY_A_STEP),
        )


def _place(box: Box, scale: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The box on a smaller picture, at least 2 by 2 of its pixels where there are as many."""
    rows, columns = shape[:2]
    x_min = min(max(math.floor(box.x_min * scale), 0), max(columns - 2, 0))
    y_min = min(max(math.floor(box.y_min * scale), 0), max(rows - 2, 0))
    x_max = max(x_min + 2, math.ceil(box.x_max * scale))
    y_max = max(y_min + 2, math.ceil(box.y_max * scale))
    return slice(y_min, y_max), slice(x_min, x_max)


def _structure(detail: Floats32) -> float:
    """Mean step between neighbours, across and down."""
    if min(detail.shape) < 2:
        return 0.0
    return _mean_step(detail[:, 1:], detail[:, :-1]) + _mean_step(detail[1:], detail[:-1])


def _mean_step(one: Floats32, other: Floats32) -> float:
    return float(cv2.mean(cv2.absdiff(one, other))[0])
