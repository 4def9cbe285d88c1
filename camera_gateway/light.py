"""Tells day, night and infrared from one picture, for that picture alone.

There is no state and nothing is shared: what one camera sees says nothing of another one.

A monochrome picture has the same chroma everywhere. JPEG and the camera's own processing put noise
of one to three levels around it, in blocks of up to 16 pixels, and may shift it as a whole; so
chroma is compared between the means of a few large cells, in which noise cancels and colour does
not. A grey, foggy day still has colour between its cells: sky, forest and road differ by more than
noise does. Measured on recorded pictures: ``docs/detector.md``.

Limits: a monochrome camera is "infrared" by day too, and a long exposure of a lit town is "day".
"""

from typing import Final

import cv2
import numpy as np

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

SHARE: Final = 80.0
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
    middle = np.median(chroma, axis=(1, 2))
    apart = np.hypot(*(chroma - middle[:, None, None]))
    if np.hypot(*middle) <= MOST_SHIFT and np.percentile(apart, SHARE) <= MOST_SPREAD:
        return Light.INFRARED
    return Light.NIGHT if float(np.median(brightness)) < DARK else Light.DAY
