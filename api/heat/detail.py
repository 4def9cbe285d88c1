"""How much fine detail a frame shows: a lens that gets dirty, wet or blind loses it."""

from typing import Final

import numpy as np

from models.thermal import ThermalImage, ThermalScale

__all__ = ["detail_of"]

STRONGEST: Final = 95.0
"""Percentile of the differences that stands for edges: most of a view is smooth."""
LEAST: Final = {ThermalScale.CELSIUS: 0.02, ThermalScale.RELATIVE: 0.25}
"""The least usual difference: what a file cannot tell apart would make any edge endless."""


def detail_of(image: ThermalImage) -> float:
    """Strong differences of neighbouring pixels over the usual ones of the finest scale, >= 0.

    The usual ones are the sensor's noise, which no dirt takes away; edges go with it.
    """
    levels = image.levels
    if min(levels.shape) < 3:
        return 0.0
    steps = np.abs(np.diff(levels, axis=1))
    bends = np.abs(levels[:, 2:] - 2.0 * levels[:, 1:-1] + levels[:, :-2])
    usual = max(float(np.median(bends)) / np.sqrt(3.0), LEAST[image.scale])
    return float(np.percentile(steps, STRONGEST) / usual)
