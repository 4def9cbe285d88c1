"""Ground heights all around a tower, along every azimuth: what rays, skyline and viewshed share.

Heights, not angles, are kept: a mast that grows, another refraction, a pose or terrain that is off
by its sigma all read the same profiles, and the running maximum of the angle along all of them
costs 40 ms. Between two azimuths heights are interpolated; at the longest range they lie a cell
apart, so that a profile is as fine as the grid that it was read from.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.terrain import Heights, TowerTerrain
from models.units import FloatArray

__all__ = ["FINEST_CELL_M", "PolarGround"]

FINEST_CELL_M: Final = 10.0
"""Smaller cells are read as this: 20 km of them would fill 400 MB a tower and place no better."""

LEAST_AZIMUTHS: Final = 3600
_BLOCK_SAMPLES: Final = 65_536  # of float32: a block and its neighbours stay in the cache


@dataclass(frozen=True, eq=False)
class PolarGround:
    """Ground heights at equal steps along equally spaced azimuths.

    Attributes:
        values_m: (azimuths, steps); row 0 is true north and rows go clockwise; column 0 is the
            ground below the tower. NaN for voids and everything outside.
        step_m: ground distance between columns.
        cell_m: of the grid that was read.
    """

    values_m: Heights
    step_m: float
    cell_m: float

    @property
    def azimuth_count(self) -> int:
        """Rows."""
        return int(self.values_m.shape[0])

    @property
    def range_m(self) -> FloatArray:
        """Ground distance of each column."""
        return np.arange(self.values_m.shape[1], dtype=np.float64) * self.step_m

    @property
    def ground_m(self) -> float:
        """Height of the ground below the tower; NaN when it stands on a void or outside."""
        return float(self.values_m[0, 0])

    @cached_property
    def is_hill_top(self) -> bool:
        """Whether no ground within two and a half cells is higher than that below the tower."""
        return bool(np.fmax.reduce(self.values_m[:, :6], None) <= self.ground_m)

    @cached_property
    def ceiling_m(self) -> float:
        """Highest ground in reach; NaN without any."""
        return float(np.fmax.reduce(self.values_m, None))

    @classmethod
    def of(cls, terrain: TowerTerrain, radius_m: float) -> "PolarGround":
        """Read the profiles from a tower's grid.

        Args:
            terrain: around the tower.
            radius_m: how far, at most the grid's own.
        """
        cell_m = terrain.cell_m
        step_m = cell_m / 2.0
        azimuths, steps = cls.shape_for(cell_m, radius_m)
        values = np.empty((azimuths, steps), np.float32)
        bearing = np.arange(azimuths) * (2.0 * np.pi / azimuths)
        east, north = np.sin(bearing).astype(np.float32), np.cos(bearing).astype(np.float32)
        range_cells = np.arange(steps, dtype=np.float32) * np.float32(step_m / cell_m)
        rows_a_block = max(1, _BLOCK_SAMPLES // steps)
        for first in range(0, azimuths, rows_a_block):
            block = slice(first, first + rows_a_block)
            values[block] = _read(
                terrain, east[block, None] * range_cells, north[block, None] * range_cells
            )
        values[:, 0] = terrain.ground_m  # a node of the grid, whatever voids lie beside it
        return cls(values, step_m, cell_m)

    @staticmethod
    def shape_for(cell_m: float, radius_m: float) -> tuple[int, int]:
        """Azimuths and steps of the profiles over a grid."""
        azimuths = max(LEAST_AZIMUTHS, round(2.0 * np.pi * radius_m / cell_m))
        return azimuths, int(radius_m / (cell_m / 2.0)) + 1

    def rows_of(self, azimuth_deg: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The row before each azimuth, and the weight of the row after it, [0, 1)."""
        place = np.mod(azimuth_deg, 360.0) * (self.azimuth_count / 360.0)
        before = np.floor(place)
        weight = (place - before).astype(np.float32)
        return before.astype(np.intp) % self.azimuth_count, weight

    def profiles(
        self,
        rows: NDArray[np.intp],
        weight: NDArray[np.float32],
        first: int,
        last: int,
    ) -> Heights:
        """Heights along azimuths between the rows, from one column to before another."""
        before = self.values_m[rows, first:last]
        after = self.values_m[(rows + 1) % self.azimuth_count, first:last]
        return before + (after - before) * weight[:, None]


def _read(terrain: TowerTerrain, x_cells: Heights, y_cells: Heights) -> Heights:
    """Bilinear heights at cells east and north of the middle, in as few passes as may be.

    NaN outside: the index is clipped to the grid, and what lay outside is blotted out after.
    """
    values, half = terrain.values_m, terrain.half
    side = values.shape[1]
    columns, rows = x_cells + np.float32(half), np.float32(half) - y_cells
    outside = (columns < 0) | (rows < 0) | (columns > side - 1) | (rows > side - 1)
    left = np.clip(columns.astype(np.int32), 0, side - 2)
    top = np.clip(rows.astype(np.int32), 0, side - 2)
    columns -= left
    rows -= top
    flat = values.ravel()
    index = top * np.int32(side) + left
    upper, beside = flat.take(index), flat.take(index + 1)
    beside -= upper
    beside *= columns
    upper += beside
    index += np.int32(side)
    lower, beside = flat.take(index), flat.take(index + 1)
    beside -= lower
    beside *= columns
    lower += beside
    lower -= upper
    lower *= rows
    upper += lower
    upper[outside] = np.nan
    return upper
