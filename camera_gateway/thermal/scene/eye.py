"""Lens and sensor of a node: which way each pixel looks, and where a place comes in the picture."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Eye", "Plane"]

Plane = NDArray[np.float32]
"""One number for each pixel, (height, width)."""


@dataclass(frozen=True, slots=True)
class Eye:
    """The lens and the sensor.

    Attributes:
        width_px: of the picture.
        height_px: of it.
        horizontal_fov_deg: full angle.
        height_m: of the lens above the ground.
        tilt_deg: of its axis; negative looks down.
        azimuth_deg: of its axis, true north.
        slope: rise of the ground ahead, metres a metre.
    """

    width_px: int = 160
    height_px: int = 120
    horizontal_fov_deg: float = 57.0
    height_m: float = 4.0
    tilt_deg: float = -12.0
    azimuth_deg: float = 140.0
    slope: float = 0.08

    @property
    def focal_px(self) -> float:
        """Pixels to the tangent of 45 degrees."""
        return self.width_px / 2.0 / math.tan(math.radians(self.horizontal_fov_deg) / 2.0)

    def rays(self) -> tuple[Plane, Plane, Plane]:
        """Right, ahead and up of each pixel's direction, of unit length."""
        columns = np.arange(self.width_px, dtype=np.float32) + 0.5 - self.width_px / 2.0
        rows = np.arange(self.height_px, dtype=np.float32) + 0.5 - self.height_px / 2.0
        right, down = np.meshgrid(columns / self.focal_px, rows / self.focal_px)
        tilt = math.radians(self.tilt_deg)
        ahead = math.cos(tilt) + down * math.sin(tilt)
        up = math.sin(tilt) - down * math.cos(tilt)
        length = np.sqrt(right * right + ahead * ahead + up * up)
        return right / length, ahead / length, up / length

    def project(
        self, right_m: NDArray[np.float64], ahead_m: NDArray[np.float64], up_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Column, row and range in metres of places; up counts from the foot of the mast.

        Places behind the lens get a column far outside.
        """
        tilt = math.radians(self.tilt_deg)
        rise = up_m - self.height_m
        depth = ahead_m * math.cos(tilt) + rise * math.sin(tilt)
        down = ahead_m * math.sin(tilt) - rise * math.cos(tilt)
        safe = np.maximum(depth, 1e-3)
        column = self.width_px / 2.0 + self.focal_px * right_m / safe
        row = self.height_px / 2.0 + self.focal_px * down / safe
        range_m = np.sqrt(right_m * right_m + ahead_m * ahead_m + rise * rise)
        return np.where(depth > 1e-3, column, -1e6), row, range_m

    def pixel_sr(self, column: NDArray[np.float64], row: NDArray[np.float64]) -> Plane:
        """Solid angle of pixels."""
        x = (column - self.width_px / 2.0) / self.focal_px
        y = (row - self.height_px / 2.0) / self.focal_px
        spread = (1.0 + x * x + y * y) ** 1.5
        return np.asarray(1.0 / (self.focal_px**2 * spread), np.float32)

    def ground_m(self, ahead_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the ground, from the foot of the mast."""
        return self.slope * ahead_m
