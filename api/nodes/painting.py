"""A frame of a node for people: painted, and as numbers for the spot read-out."""

import base64
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.thermal import HeatLevels, ThermalImage, ThermalScale

__all__ = ["Levels", "Painted", "levels_of", "paint"]

LEAST_SPAN_C: Final = 4.0
"""Degrees: below it the noise of the sensor, some 0.05, would look like the ground."""

COLD_SHARE, HOT_SHARE = 0.01, 0.999
_STEPS: Final = 65535

_IRON: Final = (
    (0.0, (0, 0, 0)),
    (0.14, (32, 0, 92)),
    (0.32, (128, 0, 152)),
    (0.5, (214, 40, 96)),
    (0.68, (248, 118, 20)),
    (0.86, (255, 208, 60)),
    (1.0, (255, 255, 244)),
)
"""Share of the range, and red, green, blue: each brighter than the one before, also in grey."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture and what its colours mean.

    Attributes:
        png: the file.
        low: level of the darkest colour, and of all below it.
        high: level of the brightest, and of all above it.
        scale: what levels are.
    """

    png: bytes
    low: float
    high: float
    scale: ThermalScale


@dataclass(frozen=True, slots=True)
class Levels:
    """Every level of a frame.

    Attributes:
        width_px: of it.
        height_px: of it.
        scale: what levels are.
        low: of step 0.
        high: of step 65535.
        steps_base64: steps by row from the top, unsigned 16 bits, little-endian.
    """

    width_px: int
    height_px: int
    scale: ThermalScale
    low: float
    high: float
    steps_base64: str


def paint(image: ThermalImage) -> Painted:
    """Paint a frame by an iron palette over the range in which nearly all of it lies."""
    low, high = (float(one) for one in np.quantile(image.levels, (COLD_SHARE, HOT_SHARE)))
    least = LEAST_SPAN_C if image.scale is ThermalScale.CELSIUS else 1.0
    if high - low < least:
        middle = (low + high) / 2.0
        low, high = middle - least / 2.0, middle + least / 2.0
    steps = _steps(image.levels, low, high, 255)
    painted = _palette()[steps]
    _, encoded = cv2.imencode(".png", painted)
    return Painted(encoded.tobytes(), low, high, image.scale)


def levels_of(image: ThermalImage) -> Levels:
    """Every level of a frame, to a 65535th of its range."""
    low, high = float(image.levels.min()), float(image.levels.max())
    steps = _steps(image.levels, low, high, _STEPS).astype("<u2")
    width, height = image.size_px
    told = base64.b64encode(steps.tobytes()).decode()
    return Levels(width, height, image.scale, low, high, told)


def _steps(levels: HeatLevels, low: float, high: float, top: int) -> NDArray[np.int64]:
    if high <= low:
        return np.zeros(levels.shape, np.int64)
    shares = (levels.astype(np.float64) - low) / (high - low)
    return np.rint(np.clip(shares, 0.0, 1.0) * top).astype(np.int64)


def _palette() -> NDArray[np.uint8]:
    """Blue, green, red for each of 256 steps."""
    shares = [share for share, _ in _IRON]
    wanted = np.linspace(0.0, 1.0, 256)
    channels = [np.interp(wanted, shares, [colour[n] for _, colour in _IRON]) for n in (2, 1, 0)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
