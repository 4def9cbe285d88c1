"""Places of heat in the visible picture, by the homography, and where a plume's fire may be.

Smoke rises and leans with the wind; its fire stands at its foot, beside it as far as the plume is
wide, or below it behind crowns. So heat is looked for in the plume and around its lower third.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.detection import Box, Label
from models.dual import PairRegistration
from models.heat_event import HeatEvent

__all__ = ["Rectangle", "Region", "box_of_heat", "fire_region", "is_in_view", "touches"]

FOOT_SHARE: Final = 1.0 / 3.0
DOUBTS: Final = 2.0
"""Standard deviations of the registration by which places are widened."""
LEAST_W: Final = 1e-9
WHOLE: Final = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
EDGE: Final = 0.005
"""Of the picture of heat: rounding at its very edge is no blindness."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Part of the visible picture, pixels."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def corners(self) -> tuple[Point, ...]:
        """All four."""
        return tuple((x, y) for x in (self.x_min, self.x_max) for y in (self.y_min, self.y_max))

    def clipped(self, size_px: tuple[int, int]) -> "Rectangle":
        """What of it lies in the picture; without area where nothing does."""
        width, height = float(size_px[0]), float(size_px[1])
        return Rectangle(
            min(max(self.x_min, 0.0), width),
            min(max(self.y_min, 0.0), height),
            min(max(self.x_max, 0.0), width),
            min(max(self.y_max, 0.0), height),
        )


Region = tuple[Rectangle, ...]
"""Parts of the visible picture that may overlap."""


def fire_region(box: Box, doubt_px: float) -> Region:
    """Where the fire of a plume may stand: in the plume, and around its lower third.

    Args:
        box: of the plume, pixels of the visible picture.
        doubt_px: standard deviation of the registration there, pixels.
    """
    width, height = max(0.0, box.x_max - box.x_min), max(0.0, box.y_max - box.y_min)
    margin = DOUBTS * max(0.0, doubt_px)
    return (
        Rectangle(box.x_min - margin, box.y_min - margin, box.x_max + margin, box.y_max + margin),
        Rectangle(
            box.x_min - width - margin,
            box.y_max - FOOT_SHARE * height - margin,
            box.x_max + width + margin,
            box.y_max + height + margin,
        ),
    )


def box_of_heat(
    event: HeatEvent,
    heat_size_px: tuple[int, int],
    registration: PairRegistration,
    size_px: tuple[int, int],
) -> Box | None:
    """Where heat lies in the visible picture, pixels; None where it does not lie in it.

    Args:
        event: with its place in the picture of heat.
        heat_size_px: width and height of that picture.
        registration: of the pair at this preset.
        size_px: width and height of the visible picture.
    """
    spot = event.spot
    corners = [
        (x / heat_size_px[0], y / heat_size_px[1])
        for x in (spot.x_min, spot.x_max)
        for y in (spot.y_min, spot.y_max)
    ]
    found = _mapped(np.array(registration.matrix, np.float64).reshape(3, 3), corners)
    if found is None:
        return None
    x = [place[0] * size_px[0] for place in found]
    y = [place[1] * size_px[1] for place in found]
    if max(x) < 0.0 or max(y) < 0.0 or min(x) > size_px[0] or min(y) > size_px[1]:
        return None
    share = 1.0 / (1.0 + math.exp(-min(50.0, max(-50.0, event.log_odds))))
    return Box(Label.FLAME, share, min(x), min(y), max(x), max(y))


def touches(region: Region, box: Box) -> bool:
    """Whether a box meets any part of a region; edges count."""
    return any(
        part.x_min <= box.x_max
        and box.x_min <= part.x_max
        and part.y_min <= box.y_max
        and box.y_min <= part.y_max
        for part in region
    )


def is_in_view(region: Region, registration: PairRegistration, size_px: tuple[int, int]) -> bool:
    """Whether the camera of heat looks at all of a region, as far as the visible picture shows it.

    Args:
        region: pixels of the visible picture.
        registration: of the pair at this preset.
        size_px: width and height of the visible picture.
    """
    matrix = np.array(registration.matrix, np.float64).reshape(3, 3)
    try:
        back = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return False
    if _mapped(matrix, WHOLE) is None:
        return False  # no lens shows its picture in front of the other one and behind it
    corners = [
        (x / size_px[0], y / size_px[1])
        for part in region
        for x, y in part.clipped(size_px).corners
    ]
    found = _mapped(back, corners)
    return found is not None and all(
        -EDGE <= x <= 1.0 + EDGE and -EDGE <= y <= 1.0 + EDGE for x, y in found
    )


def _mapped(matrix: np.ndarray, places: Sequence[Point]) -> list[Point] | None:
    """Places by a homography; None where one of them lies on or behind its horizon."""
    middle = float(matrix[2] @ (0.5, 0.5, 1.0))
    if not math.isfinite(middle) or abs(middle) < LEAST_W:
        return None
    found = []
    for x, y in places:
        across, down, depth = (float(value) for value in matrix @ (x, y, 1.0))
        if not math.isfinite(depth) or depth / middle < LEAST_W:
            return None
        found.append((across / depth, down / depth))
    return found
