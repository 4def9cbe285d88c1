"""What the vehicle knows of the ground, asked block by block over MAVLink's terrain protocol.

A block is 7 x 8 grids of 4 x 4 heights; bit ``8 * north + east`` of the mask names a grid, its 16
heights run east first (MAVLink terrain microservice). Blocks overlap by one grid, so that every
place lies within one. What was never sent is unknown and never 0.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from drone_jobs.links.simulated.words import Message, mavlink
from geo.terrain import HIGHEST_M, LOWEST_M
from models.units import FloatArray

__all__ = ["GroundGrid"]

SPACING_M: Final = 100
_NORTH, _EAST = 7, 8  # grids of a block
_ROWS, _COLUMNS = 4 * _NORTH, 4 * _EAST
_STEP_NORTH, _STEP_EAST = 4 * (_NORTH - 1), 4 * (_EAST - 1)  # between neighbouring blocks
_M_PER_DEG: Final = 111_318.845  # ArduPilot's own, for the grid alone
_MOST_BLOCKS: Final = 400
_WHOLE: Final = (1 << _NORTH * _EAST) - 1


@dataclass(slots=True)
class _Block:
    lat_e7: int
    lon_e7: int
    heights_m: FloatArray = field(default_factory=lambda: np.full((_ROWS, _COLUMNS), np.nan))
    had: int = 0  # mask

    @property
    def missing(self) -> int:
        return _WHOLE & ~self.had


class GroundGrid:
    """Heights above sea level as they came.

    Args:
        lon_deg: WGS 84, from where blocks are counted.
        lat_deg: likewise, not at a pole.
    """

    def __init__(self, lon_deg: float, lat_deg: float) -> None:
        self._lon_deg, self._lat_deg = lon_deg, lat_deg
        self._blocks: dict[tuple[int, int], _Block] = {}

    @property
    def pending(self) -> int:
        """Grids that were needed and have not come."""
        return sum(each.missing.bit_count() for each in self._blocks.values())

    @property
    def loaded(self) -> int:
        """Grids that have come."""
        return sum(each.had.bit_count() for each in self._blocks.values())

    def need(self, lon_deg: float, lat_deg: float) -> None:
        """From now on ask for the block of a place."""
        key, _, _ = self._where(lon_deg, lat_deg)
        if key not in self._blocks and len(self._blocks) < _MOST_BLOCKS:
            row, column = key
            lat = self._lat_deg + row * _STEP_NORTH * SPACING_M / _M_PER_DEG
            lon = self._lon_deg + column * _STEP_EAST * SPACING_M / self._lon_scale(row)
            self._blocks[key] = _Block(round(lat * 1e7), round(lon * 1e7))

    def ask(self) -> Message | None:
        """TERRAIN_REQUEST for a block that is not whole; None when all are."""
        for block in self._blocks.values():
            if block.missing:
                return mavlink.MAVLink_terrain_request_message(
                    block.lat_e7, block.lon_e7, SPACING_M, block.missing
                )
        return None

    def heard(self, message: Message) -> None:
        """Take TERRAIN_DATA that was asked for; heights that are none on Earth are left out."""
        grid = int(message.gridbit)
        heights = np.array(message.data, float).reshape(4, 4)
        if grid >= _NORTH * _EAST or heights.min() < LOWEST_M or heights.max() > HIGHEST_M:
            return
        for block in self._blocks.values():
            told = (int(message.lat), int(message.lon), int(message.grid_spacing))
            if told == (block.lat_e7, block.lon_e7, SPACING_M):
                row, column = 4 * (grid // _EAST), 4 * (grid % _EAST)
                block.heights_m[row : row + 4, column : column + 4] = heights
                block.had |= 1 << grid

    def height_at(self, lon_deg: float, lat_deg: float) -> float:
        """Metres above sea level between the four nearest; NaN where they have not come."""
        key, north, east = self._where(lon_deg, lat_deg)
        block = self._blocks.get(key)
        if block is None:
            return math.nan
        row, column = int(north), int(east)
        low, high = block.heights_m[row : row + 2, column : column + 2]
        share = east - column
        south_m = low[0] + (low[1] - low[0]) * share
        north_m = high[0] + (high[1] - high[0]) * share
        return float(south_m + (north_m - south_m) * (north - row))

    def _where(self, lon_deg: float, lat_deg: float) -> tuple[tuple[int, int], float, float]:
        """Block of a place, and where it lies in it, in cells north and east of its corner."""
        north = (lat_deg - self._lat_deg) * _M_PER_DEG / SPACING_M
        row = math.floor(north / _STEP_NORTH)
        east = (lon_deg - self._lon_deg) * self._lon_scale(row) / SPACING_M
        column = math.floor(east / _STEP_EAST)
        return (row, column), north - row * _STEP_NORTH, east - column * _STEP_EAST

    def _lon_scale(self, row: int) -> float:
        """Metres in a degree of longitude, at the southern edge of a row of blocks."""
        lat_deg = self._lat_deg + row * _STEP_NORTH * SPACING_M / _M_PER_DEG
        return _M_PER_DEG * math.cos(math.radians(lat_deg))
