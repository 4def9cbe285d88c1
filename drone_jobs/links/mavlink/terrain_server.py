"""Answers an ArduPilot that asks for terrain (TERRAIN_REQUEST), from our elevation model.

A request names the south-western corner of 8 x 7 blocks (bit 0 there, rising to the east, then
north) of 4 x 4 heights each, and which blocks are wished (MAVLink terrain protocol). A block with
any void is not sent: a height of 0 in its place has flown an aircraft into a hill. The aircraft
then tells that it waits, and does not arm.

Metres are laid out on the autopilot's own sphere (equatorial radius, longitudes by the cosine at
the corner of the block), so that the aircraft finds each height where it was taken from.
"""

import math
from typing import Final

import numpy as np

from drone_jobs.links.mavlink.words import Message, dialect
from geo.terrain import Terrain
from models.clock import Clock
from models.units import FloatArray

__all__ = ["TerrainServer"]

BITS: Final = 56
COLUMNS: Final = 8
SIDE: Final = 4
MOST_REQUESTS: Final = 20  # in one second; it asks again for what it did not get
_METRES_PER_DEGREE: Final = 111_318.845
_HIGHEST_LAT_DEG: Final = 85.0  # a degree of longitude is worth nothing beyond


class TerrainServer:
    """Makes the answers; sends nothing itself.

    Args:
        terrain: above sea level; None answers nothing.
        clock: for the most requests in one second.
    """

    def __init__(self, terrain: Terrain | None, clock: Clock) -> None:
        self._terrain = terrain
        self._clock = clock
        self._second = -1
        self._asked = 0
        self.sent = 0
        self.voids = 0
        """Blocks that were asked for and are not known."""

    def answer(self, request: Message) -> list[Message]:
        """TERRAIN_DATA for the blocks of a TERRAIN_REQUEST that are known; empty for none."""
        second = int(self._clock.monotonic_s())
        self._asked = self._asked + 1 if second == self._second else 1
        self._second = second
        lat_deg, lon_deg = request.lat / 1e7, request.lon / 1e7
        is_place = abs(lat_deg) <= _HIGHEST_LAT_DEG and abs(lon_deg) <= 180.0
        if self._terrain is None or self._asked > MOST_REQUESTS or not is_place:
            return []
        if request.grid_spacing == 0:
            return []
        answers = []
        for bit in range(BITS):
            if not request.mask >> bit & 1:
                continue
            heights_m = _block(self._terrain, lon_deg, lat_deg, request.grid_spacing, bit)
            if np.isnan(heights_m).any():
                self.voids += 1
                continue
            data = [round(float(height_m)) for height_m in heights_m.ravel()]
            answers.append(
                dialect.MAVLink_terrain_data_message(
                    request.lat, request.lon, request.grid_spacing, bit, data
                )
            )
        self.sent += len(answers)
        return answers


def _block(
    terrain: Terrain, lon_deg: float, lat_deg: float, spacing_m: int, bit: int
) -> FloatArray:
    """(4, 4) heights of a block, from its south-west, rows to the north."""
    steps_m = np.arange(SIDE, dtype=np.float64) * spacing_m
    row, column = divmod(bit, COLUMNS)
    corner_lat, corner_lon = _moved(
        lat_deg, lon_deg, row * SIDE * spacing_m, column * SIDE * spacing_m
    )
    lats = corner_lat + steps_m / _METRES_PER_DEGREE
    lons = corner_lon + steps_m / (_METRES_PER_DEGREE * math.cos(math.radians(corner_lat)))
    lon_grid, lat_grid = np.meshgrid(lons, lats)
    heights_m = terrain.height_at(lon_grid, lat_grid)
    return np.asarray(heights_m, np.float64)


def _moved(lat_deg: float, lon_deg: float, north_m: float, east_m: float) -> tuple[float, float]:
    lat = lat_deg + north_m / _METRES_PER_DEGREE
    lon = lon_deg + east_m / (_METRES_PER_DEGREE * math.cos(math.radians(lat_deg)))
    return lat, lon
