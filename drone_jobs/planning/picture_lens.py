"""From where on a straight leg a camera shows a place: closed bounds, nothing tried out.

The camera looks ahead and down. Along a leg that climbs evenly, how far behind a place it is says
how high above it, too; so each edge of the picture bounds that distance linearly, and the reach by
a quadratic.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.units import FloatArray

__all__ = ["PictureLens"]

LEAST_HEIGHT_M: Final = 0.01  # of a camera above what it sees


@dataclass(frozen=True, slots=True)
class PictureLens:
    """A pinhole that looks ahead and down.

    Attributes:
        sine: of the angle below level.
        cosine: likewise.
        across: tangent of half the view across the way.
        upright: tangent of half the view along it.
        reach_m: slant range.
    """

    sine: float
    cosine: float
    across: float
    upright: float
    reach_m: float

    @property
    def widest_rad(self) -> float:
        """Angle from straight down to the farthest corner of a picture, at most level."""
        top = self.sine - self.upright * self.cosine  # of a ray through the upper corner, down
        side = math.hypot(self.across, self.cosine + self.upright * self.sine)
        return math.atan2(side, top) if top > 0.0 else math.pi / 2.0

    def rows(
        self, aside_m: FloatArray, along_m: FloatArray, over_m: FloatArray, leg: tuple[float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """How far behind a place the camera may be to show it: least and most, along a leg.

        At y behind it the camera is ``over + climb * (along - y)`` above it, so every edge of the
        picture is a linear bound of y, and the reach a quadratic one.

        Args:
            aside_m: of the place from the way, >= 0.
            along_m: from the start of the leg.
            over_m: the leg's start above the place; NaN where nobody knows.
            leg: its length, and what it climbs per metre.

        Returns:
            Where the least is not at most the most, no moment of the leg shows the place.
        """
        sine, cosine, upright = self.sine, self.cosine, self.upright
        length_m, climb = leg
        below_m = over_m + climb * along_m  # the camera, were it straight above
        least, most = along_m - length_m, along_m.copy()
        low, high = cosine - upright * sine, cosine + upright * sine
        for slope, bound in (
            (sine + upright * cosine + climb * low, below_m * low),  # above the lower edge
            (upright * cosine - sine - climb * high, -below_m * high),  # below the upper one
            (cosine - climb * sine, aside_m / self.across - below_m * sine),  # between the sides
            (-climb, LEAST_HEIGHT_M - below_m),  # above the ground
        ):
            if slope > 0.0:
                least = np.maximum(least, bound / slope)
            elif slope < 0.0:
                most = np.minimum(most, bound / slope)
            else:
                most = np.where(bound <= 0.0, most, -np.inf)
        # (1 + climb^2) y^2 - 2 climb below y + below^2 + aside^2 <= reach^2
        square = 1.0 + climb**2
        middle = climb * below_m / square
        inside = middle**2 - (below_m**2 + aside_m**2 - self.reach_m**2) / square
        half = np.sqrt(np.where(inside >= 0.0, inside, np.nan))
        return np.maximum(least, middle - half), np.minimum(most, middle + half)
