"""A drawn landscape that a camera looks at from a known pointing, in pixels of 1080p."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import ImageBGR

WIDTH_PX, HEIGHT_PX = 1920, 1080
MARGIN_PX = 760
SMALL = (240, 135)


@dataclass(frozen=True)
class Landscape:
    """Sky above, wooded slopes below; seeded."""

    canvas: NDArray[np.uint8]

    @classmethod
    def grow(cls, seed: int) -> "Landscape":
        """Another seed is another valley."""
        random = np.random.default_rng(seed)
        width, height = WIDTH_PX + 2 * MARGIN_PX, HEIGHT_PX + 2 * MARGIN_PX
        land = np.zeros((height, width), np.float32)
        for cell in (12, 24, 60, 160):
            rough = random.normal(0.0, 1.0, (height // cell + 2, width // cell + 2))
            land += 9.0 * cv2.resize(rough.astype(np.float32), (width, height))
        ridge = cv2.resize(
            random.normal(0.0, 1.0, (1, width // 240 + 2)).astype(np.float32), (width, 1)
        )
        line = MARGIN_PX + 0.33 * HEIGHT_PX + 60.0 * ridge
        rows = np.arange(height, dtype=np.float32)[:, None]
        sky = 200.0 - 0.02 * rows
        canvas = np.where(rows < line, sky, 90.0 + land)
        return cls(np.clip(canvas, 0, 255).astype(np.uint8))

    def seen(self, dx_px: int = 0, dy_px: int = 0, zoom: float = 1.0) -> NDArray[np.float32]:
        """The small picture, (135, 240), when everything stands so far right and down in it."""
        width, height = round(WIDTH_PX / zoom), round(HEIGHT_PX / zoom)
        x = MARGIN_PX - dx_px + (WIDTH_PX - width) // 2
        y = MARGIN_PX - dy_px + (HEIGHT_PX - height) // 2
        view = self.canvas[y : y + height, x : x + width]
        return cv2.resize(view, SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)


def as_picture(grey: NDArray[np.floating]) -> ImageBGR:
    """Grey values as a camera's picture."""
    rounded = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return cv2.cvtColor(rounded, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


def noisy(grey: NDArray[np.floating], random: np.random.Generator, sigma: float) -> ImageBGR:
    """With the sensor's noise, standard deviation in grey values of the small picture."""
    return as_picture(grey + random.normal(0.0, sigma, grey.shape))
