"""Whether a picture of heat shows anything: a capped, iced or fogged lens tells of no fire."""

from typing import Final

import cv2
import numpy as np

from models.thermal import ThermalImage, ThermalScale

__all__ = ["shows_something"]

CELLS: Final = (16, 12)
LEAST_SIDE_PX: Final = 24
TIMES_NOISE: Final = 4.0
"""Of what the noise of the finest scale leaves in a cell's mean."""
LEAST: Final = {ThermalScale.CELSIUS: 0.05, ThermalScale.RELATIVE: 0.5}
"""Differences between cells, degrees or levels; a sensor's own pattern is about as strong."""


def shows_something(image: ThermalImage) -> bool:
    """Whether there is a scene in it.

    Compared are the means of a few cells, in which noise cancels. What bends over the whole picture
    is taken out before: the lens and the housing warm its edges where nothing is seen.
    """
    levels = image.levels
    height, width = levels.shape
    if min(height, width) < LEAST_SIDE_PX:
        return False
    cells = cv2.resize(levels, CELLS, interpolation=cv2.INTER_AREA).astype(np.float64)
    across, down = np.meshgrid(np.linspace(-1.0, 1.0, CELLS[0]), np.linspace(-1.0, 1.0, CELLS[1]))
    ones = np.ones_like(across)
    bend = np.stack([ones, across, down, across * down, across**2, down**2], axis=-1).reshape(-1, 6)
    values = cells.reshape(-1)
    left = values - bend @ np.linalg.lstsq(bend, values, rcond=None)[0]
    steps = np.abs(levels[:, 2:] - 2.0 * levels[:, 1:-1] + levels[:, :-2])
    noise = float(np.median(steps)) / (0.6745 * np.sqrt(6.0))
    a_cell = height * width / (CELLS[0] * CELLS[1])
    return bool(np.std(left) > max(LEAST[image.scale], TIMES_NOISE * noise / np.sqrt(a_cell)))
