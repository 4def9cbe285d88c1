"""The relief as map tiles: terrarium-encoded PNG pictures in Web-Mercator squares.

A pixel's height in metres is ``red * 256 + green + blue / 256 - 32768``. Heights only colour and
shade the map; no position is ever read back from a tile, which is why voids may be painted over
here and nowhere else: a missing pixel shows the nearest known height, never -32768 and its cliffs.
"""

import struct
import zlib
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.terrain import Terrain
from models.units import FloatArray

__all__ = ["TILE_PX", "terrarium_tile"]

TILE_PX = 256
Pixels: TypeAlias = Annotated[NDArray[np.uint8], "(height, width, 3) red green blue"]


def terrarium_tile(terrain: Terrain, zoom: int, column: int, row: int) -> bytes | None:
    """One tile of the XYZ scheme (row 0 in the north).

    Args:
        terrain: its heights are read between cell centres.
        zoom: 0 for the whole Earth in one tile.
        column: from the west, 0 to 2^zoom - 1.
        row: from the north, 0 to 2^zoom - 1.

    Returns:
        A PNG file of 256 x 256 pixels; None for a tile that does not exist or that lies wholly
        outside the terrain. A tile of voids only is sea level.
    """
    side = 1 << max(zoom, 0)
    if zoom < 0 or not (0 <= column < side and 0 <= row < side):
        return None
    lon_deg = _longitude((column + np.array((0.0, 1.0))) / side)
    lat_deg = _latitude((row + np.array((1.0, 0.0))) / side)
    west, south, east, north = terrain.bounds_deg
    if lon_deg[1] <= west or lon_deg[0] >= east or lat_deg[1] <= south or lat_deg[0] >= north:
        return None
    centres = (np.arange(TILE_PX) + 0.5) / TILE_PX
    grid = np.meshgrid(_longitude((column + centres) / side), _latitude((row + centres) / side))
    return _png(_terrarium(_painted_over(terrain.height_at(grid[0], grid[1]))))


def _longitude(share: FloatArray) -> FloatArray:
    return share * 360.0 - 180.0


def _latitude(share: FloatArray) -> FloatArray:
    """Inverse Mercator on the sphere, as every web map has it."""
    return np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * share))))


def _painted_over(heights_m: FloatArray) -> FloatArray:
    """Fill NaN from the nearest known pixel of its row, whole rows from the nearest such row."""
    known = ~np.isnan(heights_m)
    if not known.any():
        return np.zeros_like(heights_m)
    rows_known = np.any(known, axis=1, keepdims=True).T
    rows, columns = _nearest(rows_known).T, _nearest(known)
    filled: FloatArray = heights_m[rows, columns[rows[:, 0]]]
    return filled


def _nearest(known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Index of the nearest True in each row; of the last when there is none."""
    count = known.shape[1]
    index = np.broadcast_to(np.arange(count), known.shape)
    far = 2 * count
    before = np.maximum.accumulate(np.where(known, index, -far), axis=1)
    after = np.minimum.accumulate(np.where(known, index, far)[:, ::-1], axis=1)[:, ::-1]
    return np.clip(np.where(index - before <= after - index, before, after), 0, count - 1)


def _terrarium(heights_m: FloatArray) -> Pixels:
    steps = np.rint((heights_m + 32_768.0) * 256.0).astype(np.uint32)
    return np.stack((steps >> 16, (steps >> 8) & 255, steps & 255), axis=-1).astype(np.uint8)


def _png(pixels: Pixels) -> bytes:
    """Write 8-bit RGB, each line filtered by difference to its left neighbour (PNG filter 1)."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    lines[:, 0] = 1
    lines[:, 1:4] = pixels[:, 0]
    lines[:, 4:] = (pixels[:, 1:] - pixels[:, :-1]).reshape(height, -1)  # uint8 wraps, as it must
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
