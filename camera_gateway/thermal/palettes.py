"""Levels out of a picture of heat that was painted in colours for people.

Most palettes (iron, hot, inferno, grey) grow brighter with heat, so that brightness orders them: on
pictures whose temperatures are known the ranks of both agree to 0.95 or better. Those of the
rainbow do not, and are turned back by the nearest of their 256 colours.
"""

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.thermal import HeatLevels
from models.units import ImageBGR

__all__ = ["is_grey", "levels_of_colours"]

_RAINBOWS: Final = (
    cv2.COLORMAP_JET,
    cv2.COLORMAP_RAINBOW,
    cv2.COLORMAP_TURBO,
    cv2.COLORMAP_HSV,
)
_RISING: Final = (
    cv2.COLORMAP_HOT,
    cv2.COLORMAP_INFERNO,
    cv2.COLORMAP_PLASMA,
)
"""Brighter with heat, and near to a rainbow in a part of their colours."""
_GREY_TO: Final = 12
"""JPEG's own colour error in a grey picture reaches so far."""
_NEAR: Final = 18.0
"""Pixels of a picture lie nearer than this to the colours of its palette on average, of 442."""


def is_grey(image: ImageBGR) -> bool:
    """Whether its colours are nothing but an error of its coding."""
    spread = image.max(axis=2) - image.min(axis=2)
    return bool(np.percentile(spread, 99.0) <= _GREY_TO)


def levels_of_colours(image: ImageBGR) -> HeatLevels:
    """Levels from 0 to 255 of a painted picture; what was drawn on top of it stays in them."""
    # Six bits a channel leave some thousand colours of a picture, which are looked up once each.
    code = (image.astype(np.int32) >> 2) @ np.array([1 << 12, 1 << 6, 1], np.int32)
    codes, places = np.unique(code, return_inverse=True)
    parts = (codes >> 12, codes >> 6, codes)
    colours = np.stack([part & 63 for part in parts], axis=1).astype(np.float32) * 4.0 + 2.0
    counts = np.bincount(places.ravel(), minlength=len(codes))
    best: tuple[float, NDArray[np.intp] | None] | None = None
    for palette in (*_RISING, *_RAINBOWS):
        distance_2 = np.square(colours[:, None] - _colours(palette)[None]).sum(axis=2)
        away = float(np.sqrt(distance_2.min(axis=1)) @ counts) / counts.sum()
        if away <= _NEAR and (best is None or away < best[0]):
            best = away, None if palette in _RISING else distance_2.argmin(axis=1)
    if best is None or best[1] is None:
        return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return best[1][places].reshape(image.shape[:2]).astype(np.float32)


@cache
def _colours(palette: int) -> NDArray[np.float32]:
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    return cv2.applyColorMap(ramp, palette)[:, 0].astype(np.float32)
