"""Textures of a forest, anchored to the ground: crowns near by, patches and gullies far away.

Every texture repeats seamlessly and is a pure function of its seed, so two runs show the same trees
and a frame's background never flickers.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Forest", "Texture", "fractal"]

Plane = NDArray[np.float32]

SIDE = 1024
CROWN_CELL_M = 0.25
PATCH_CELL_M = 6.0
CROWNS = 2100
CROWN_HEIGHT_M = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A square that repeats over the ground, with coarser copies for the distance.

    Attributes:
        levels: (side, side) float32 each, halved from level to level.
        cell_m: size of a cell of level 0.
    """

    levels: tuple[Plane, ...]
    cell_m: float

    @classmethod
    def of(cls, plane: Plane, cell_m: float) -> "Texture":
        """Build the coarser copies, down to 8 x 8."""
        levels = [plane]
        while levels[-1].shape[0] > 8:
            half = levels[-1].shape[0] // 2
            levels.append(
                np.asarray(cv2.resize(levels[-1], (half, half), interpolation=cv2.INTER_AREA))
            )
        return cls(tuple(levels), cell_m)

    def sample(self, east_m: Plane, north_m: Plane, footprint_m: Plane) -> Plane:
        """Values at places, from the copy whose cells are about as large as the footprint.

        Args:
            east_m: any shape.
            north_m: of the same shape.
            footprint_m: ground size of one pixel there, > 0.

        Returns:
            float32 of that shape.
        """
        wanted = np.log2(np.maximum(footprint_m / self.cell_m, 1.0))
        level = np.minimum(np.rint(wanted), len(self.levels) - 1).astype(np.int8)
        values = np.empty(east_m.shape, np.float32)
        for index, plane in enumerate(self.levels):
            here = level == index
            if here.any():
                per_m = np.float32(1.0 / (self.cell_m * 2.0**index))
                last = plane.shape[0] - 1  # sides are powers of two, so a mask repeats them
                column = np.floor(east_m[here] * per_m).astype(np.int32) & last
                row = np.floor(north_m[here] * per_m).astype(np.int32) & last
                values[here] = plane.ravel()[row * plane.shape[0] + column]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Everything that grows on the relief.

    Attributes:
        crowns: height of the canopy, 0 to 1 of :data:`CROWN_HEIGHT_M`.
        light: share of sunlight on the canopy, about 0.2 to 1.2.
        tone: difference of neighbouring crowns, -1 to 1.
        patches: clearings, stands and gullies, mean 0, deviation 1.
    """

    crowns: Texture
    light: Texture
    tone: Texture
    patches: Texture

    @classmethod
    def grow(cls, seed: int, sun_azimuth_deg: float, sun_elevation_deg: float) -> "Forest":
        """Grow one from a seed under a sun."""
        random = np.random.default_rng([seed, 1])
        crowns, tone = _crowns(random)
        crowns += 0.10 * fractal(random, 1.2)
        light = _light(crowns * CROWN_HEIGHT_M, sun_azimuth_deg, sun_elevation_deg)
        return cls(
            Texture.of(crowns, CROWN_CELL_M),
            Texture.of(light, CROWN_CELL_M),
            Texture.of(tone, CROWN_CELL_M),
            Texture.of(fractal(random, 2.2), PATCH_CELL_M),
        )


def fractal(random: np.random.Generator, slope: float, side: int = SIDE) -> Plane:
    """Seamless noise whose amplitude falls as frequency to the power ``-slope / 2 - 0.5``.

    Returns:
        (side, side) float32, mean 0, deviation 1.
    """
    row = np.fft.fftfreq(side)[:, None]
    column = np.fft.rfftfreq(side)[None, :]
    frequency = np.hypot(row, column)
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(random.standard_normal((side, side))) * frequency ** -(slope / 2 + 0.5)
    plane = np.fft.irfft2(spectrum, s=(side, side))
    return np.asarray((plane - plane.mean()) / plane.std(), np.float32)


def _crowns(random: np.random.Generator) -> tuple[Plane, Plane]:
    """Domes of many sizes, the higher one hiding the lower, each with a tone of its own."""
    height = np.zeros((SIDE, SIDE), np.float32)
    tone = np.zeros((SIDE, SIDE), np.float32)
    for _crown in range(CROWNS):
        radius = int(random.integers(9, 21))
        top = float(random.uniform(0.55, 1.0))
        shade = float(random.uniform(-1.0, 1.0))
        row, column = (int(place) for place in random.integers(0, SIDE, 2))
        offset = np.arange(-radius, radius + 1)
        square = (offset[:, None] ** 2 + offset[None, :] ** 2) / radius**2
        dome = (top * np.sqrt(np.maximum(0.0, 1.0 - square))).astype(np.float32)
        rows, columns = (row + offset) % SIDE, (column + offset) % SIDE
        place = np.ix_(rows, columns)
        higher = dome > height[place]
        height[place] = np.where(higher, dome, height[place])
        tone[place] = np.where(higher, shade, tone[place])
    return height, tone


def _light(canopy_m: Plane, azimuth_deg: float, elevation_deg: float) -> Plane:
    """Lambert's cosine on the canopy, darkened in the gaps between crowns."""
    east = (np.roll(canopy_m, -1, 1) - np.roll(canopy_m, 1, 1)) / (2.0 * CROWN_CELL_M)
    north = (np.roll(canopy_m, -1, 0) - np.roll(canopy_m, 1, 0)) / (2.0 * CROWN_CELL_M)
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    toward = (
        np.sin(azimuth) * np.cos(elevation),
        np.cos(azimuth) * np.cos(elevation),
        np.sin(elevation),
    )
    cosine = (toward[2] - east * toward[0] - north * toward[1]) / np.sqrt(1 + east**2 + north**2)
    sheltered = np.clip(canopy_m / CROWN_HEIGHT_M, 0.0, 1.0)
    lit = np.maximum(cosine, 0.0) / toward[2] * (0.35 + 0.65 * sheltered)
    return np.asarray(0.25 + 0.75 * lit, np.float32)
