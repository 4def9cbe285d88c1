"""Lines of sight by brute force: every few metres of every line, with an interpolation of its own.

This is the truth that fast ways are judged by; it shares no code with them.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.terrain import TowerTerrain
from models.units import FloatArray

__all__ = ["BEND", "ground_below", "seen_by_march"]

BEND: Final = (1.0 - 0.13) / (2.0 * 6_371_000.0)
_AT_ONCE: Final = 400


def ground_below(terrain: TowerTerrain, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
    """Heights as the sum of four weighted corners, counted from the south-west."""
    grid = terrain.values_m[::-1].astype(np.float64)
    u, v = x_m / terrain.cell_m + terrain.half, y_m / terrain.cell_m + terrain.half
    i = np.clip(np.floor(u).astype(int), 0, grid.shape[1] - 2)
    j = np.clip(np.floor(v).astype(int), 0, grid.shape[0] - 2)
    total = np.zeros(u.shape)
    for di in (0, 1):
        for dj in (0, 1):
            total += np.abs(1 - di - (u - i)) * np.abs(1 - dj - (v - j)) * grid[j + dj, i + di]
    return total


def seen_by_march(
    terrain: TowerTerrain, x_m: FloatArray, y_m: FloatArray, *, mast_m: float, target_m: float
) -> NDArray[np.bool_]:
    """Whether targets over places are seen; what is nearer to a place than a cell does not hide it.

    Args:
        terrain: around the tower, without voids where lines pass.
        x_m: (n,) east of the tower; on nodes of the grid.
        y_m: (n,) north of it.
        mast_m: height of the lens above the tower's ground.
        target_m: height of the targets above theirs.
    """
    lens_m = terrain.ground_m + mast_m
    distance_m = np.hypot(x_m, y_m)
    ground_m = ground_below(terrain, x_m, y_m)
    target = (ground_m + target_m - lens_m) / distance_m - BEND * distance_m
    seen = np.ones(len(x_m), np.bool_)
    step_m = terrain.cell_m / 4.0
    for first in range(0, len(x_m), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        far_m = distance_m[part, None]
        steps = np.arange(step_m, max(step_m, math.ceil(far_m.max())), step_m)
        share = np.minimum(steps / far_m, 1.0)
        line_m = ground_below(terrain, x_m[part, None] * share, y_m[part, None] * share)
        tangent = (line_m - lens_m) / steps - BEND * steps
        tangent[steps > far_m - terrain.cell_m * 0.999] = -np.inf
        seen[part] = tangent.max(axis=1) <= target[part]
    return seen
