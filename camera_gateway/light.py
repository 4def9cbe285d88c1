"""Tells day, night and infrared from one picture, for that picture alone.

There is no state and nothing is shared: what one camera sees says nothing of another one.

A monochrome picture has the same chroma everywhere. JPEG and the camera's own processing put noise
of one to three levels around it, in blocks of up to 16 pixels, and may shift it as a whole; so
chroma is compared between the means of a few large cells, in which noise cancels and colour does
not. A grey, foggy day still has colour between its cells: sky, forest and road differ by more than
noise does. Measured on recorded pictures: ``docs/detector.md``.

Limits: a monochrome camera is "infrared" by day too, and a long exposure of a lit town is "day".
"""

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.light import Light
from models.units import ImageBGR

__all__ = ["LEAST_SIDE_PX", "light_of"]

CELLS: Final = (8, 5)
LEAST_SIDE_PX: Final = 16
MOST_SHIFT: Final = 6.0
"""Largest distance of the median chroma from neutral, grey levels; a false-colour palette and blue
dusk lie beyond."""

MOST_SPREAD: Final = 1.3
"""Largest distance from the median chroma that four cells of five may have, grey levels."""

SHARE: Final = 0.8
DARK: Final = 50.0
"""Median brightness below which a picture with colour was made in the dark."""


def light_of(image: ImageBGR) -> Light:
    """By what light a picture was made.

    Args:
        image: (height, width, 3) uint8, at any size; a reduced one does as well.

    Raises:
        ValueError: smaller than 16 pixels a side.
    """
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        raise ValueError(f"{width} x {height} pixels are too few to tell")
    cells = cv2.resize(image.astype(np.float32), CELLS, interpolation=cv2.INTER_AREA)
    blue, green, red = (cells[..., channel] for channel in range(3))
    brightness = 0.114 * blue + 0.587 * green + 0.299 * red
    chroma = np.stack([blue - brightness, red - brightness])
    middle = [_quantile(one, 0.5) for one in chroma]
    apart = np.hypot(chroma[0] - middle[0], chroma[1] - middle[1])
    if math.hypot(*middle) <= MOST_SHIFT and _quantile(apart, SHARE) <= MOST_SPREAD:
        return Light.INFRARED
    return Light.NIGHT if _quantile(brightness, 0.5) < DARK else Light.DAY


def _quantile(values: NDArray[np.floating], share: float) -> float:
    """As ``numpy.quantile``, which takes ten times as long for forty numbers."""
    ordered = np.sort(values, axis=None)
    place = share * (ordered.size - 1)
    lower = int(place)
    upper = min(lower + 1, ordered.size - 1)
    return float(ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower]))
