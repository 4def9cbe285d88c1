"""The light of a fire itself, as a camera sees it at dusk and at night.

By day a young fire under trees shows smoke and no flame, and none is drawn. In the dark it
outshines everything: even a flame smaller than a pixel is full white, blooms in the lens, and
lights the smoke above it from below. Haze takes its light as it takes the land's. What a nearer
ridge hides stays hidden, bloom as well.

Sizes are invented but plausible: half a metre at ignition, four metres high and ten wide after five
minutes. A time always shows the same flame.
"""

from typing import Final

import numpy as np

from camera_gateway.scene.forest import Plane
from camera_gateway.scene.view import View, air_share
from models.footage import Light
from models.units import ImageBGR

__all__ = ["Flame"]

FIRST_M, HIGHEST_M, GROWN_AFTER_S = 0.5, 4.0, 300.0
WIDE: Final = 2.5  # width against height
LENS_PX: Final = 0.9  # standard deviation of the smallest spot that a lens draws
HALO: Final = 3.5  # of the bloom against the spot
GLOW_M: Final = 18.0  # height over which lit smoke fades
SUN_DEG: Final = (-8.0, -4.0, 0.0, 6.0)
OUTSHINES: Final = (60.0, 25.0, 1.5, 0.15)
"""Brightness of a flame that fills a pixel, against full white, by the height of the sun: 5,000
cd/m2, a twentieth of it between the trees, over a white sheet under 3, 30, 500 and 5,000 lux; the
gain of the camera ends before the first."""
SHARE_OF_HALO, SHARE_OF_GLOW = 0.30, 0.35
FOOT_SLACK_M: Final = 200.0  # as the plume's: trees just before it do not hide it
SPOT: Final = np.array([190.0, 232.0, 255.0], np.float32)
WARM: Final = np.array([40.0, 120.0, 255.0], np.float32)


class Flame:
    """Flame over one place, as one camera sees it.

    Args:
        base_px: pixel of the fire, (x, y).
        range_m: ground distance of the fire, > 0.
        pixels_per_metre: at that distance, > 0.
        seed: of its flicker.
    """

    def __init__(
        self, base_px: tuple[float, float], *, range_m: float, pixels_per_metre: float, seed: int
    ) -> None:
        self._base_px = base_px
        self._range_m = range_m
        self._scale = pixels_per_metre
        self._seed = seed

    def draw(self, image: ImageBGR, view: View, burning_s: float) -> ImageBGR:
        """The picture with the flame in it; itself by day and before ignition.

        Args:
            image: of the view, smoke drawn; not changed.
            view: tells the distance of what hides it, and the light.
            burning_s: since ignition.
        """
        if burning_s < 0.0 or view.weather.light is Light.DAY:
            return image
        grown = min(1.0, burning_s / GROWN_AFTER_S)
        high_px = self._scale * (FIRST_M + (HIGHEST_M - FIRST_M) * grown)
        wide_px = WIDE * high_px
        kept = 1.0 - float(air_share(np.asarray(self._range_m, np.float32), view.weather))
        outshines = float(
            np.exp(np.interp(view.weather.sun_elevation_deg, SUN_DEG, np.log(OUTSHINES)))
        )
        # What is smaller than the lens's spot is spread over it; what is larger is no brighter.
        filled = min(1.0, high_px * wide_px / (2.0 * np.pi * LENS_PX**2))
        shone = 255.0 * outshines * filled * kept * self._flicker(burning_s)
        spread = (np.hypot(LENS_PX, wide_px / 2.0), np.hypot(LENS_PX, high_px / 2.0))
        full = min(255.0, shone)
        light = np.zeros(image.shape, np.float32)
        centre = (self._base_px[0], self._base_px[1] - high_px / 2.0)
        _add(light, centre, spread, SPOT * (full / 255.0))
        wide = (HALO * spread[0], HALO * spread[1])
        _add(light, centre, wide, WARM * (SHARE_OF_HALO * full / 255.0))
        glow_px = max(LENS_PX, GLOW_M * self._scale)
        above = (centre[0], centre[1] - glow_px)
        _add(light, above, (glow_px, 1.3 * glow_px), WARM * (SHARE_OF_GLOW * full / 255.0 * grown))
        light *= (view.range_m > self._range_m - FOOT_SLACK_M)[..., None]
        return np.asarray(np.clip(image + light, 0.0, 255.0), np.uint8)

    def _flicker(self, burning_s: float) -> float:
        random = np.random.default_rng([self._seed, 6, round(burning_s * 1000.0)])
        return float(random.uniform(0.7, 1.3))


def _add(
    light: Plane, centre: tuple[float, float], spread: tuple[float, float], colour: Plane
) -> None:
    """Add a spot of light; separable, and only where it is brighter than nothing."""
    height, width = light.shape[:2]
    across = _bell(np.arange(width) + 0.5 - centre[0], spread[0])
    down = _bell(np.arange(height) + 0.5 - centre[1], spread[1])
    columns, rows = np.flatnonzero(across > 1e-3), np.flatnonzero(down > 1e-3)
    if columns.size and rows.size:
        bell = np.outer(down[rows], across[columns])[..., None] * colour
        light[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += bell


def _bell(away: Plane, sigma: float) -> Plane:
    return np.asarray(np.exp(-0.5 * (away / sigma) ** 2), np.float32)
