"""The real relief that geometry is measured on, and towers that stand on it."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import numpy as np

from geo.crs import HeightSystem
from geo.dem import Wish, import_dem
from geo.relief import drill_relief
from geo.terrain import Terrain

__all__ = ["Tower", "jacksboro", "qijiang_synthetic", "thirty_metres", "towers_on"]

_FOLDER = Path(__file__).resolve().parents[3] / "shared/data/geo/dem"
DEM = _FOLDER / "bigtujunga_30m.tif"
SYNTHETIC = _FOLDER / "qijiang_SYNTHETIC_3arcsec.tif"
Tower: TypeAlias = tuple[float, float]
APART_M = 2_500.0


def thirty_metres() -> Terrain | None:
    """Big Tujunga (California), 19 x 36 km of real 30 m cells; None where it is not at hand."""
    return _imported(DEM, Wish(name="Big Tujunga 30 m", heights=HeightSystem.EGM96))


def qijiang_synthetic() -> Terrain | None:
    """Qijiang's coarse shape with invented detail; None where it is not at hand."""
    wish = Wish(name="Qijiang synthetic", heights=HeightSystem.EGM96, synthetic=True)
    return _imported(SYNTHETIC, wish)


def _imported(file: Path, wish: Wish) -> Terrain | None:
    if not file.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        terrain = import_dem([file], Path(folder), wish=wish, now=datetime.now(UTC)).terrain
        values = np.array(terrain.values_m)  # the mapped file goes with the folder
    return Terrain(terrain.name, values, terrain.west_deg, terrain.north_deg, terrain.cell_deg)


def jacksboro() -> Terrain:
    """The drill's relief, 30 x 32 km of real 90 m cells."""
    return drill_relief()


def towers_on(terrain: Terrain, count: int) -> list[Tower]:
    """The highest places of the middle of a terrain, some kilometres from each other."""
    rows, columns = terrain.values_m.shape
    top, left = rows * 3 // 10, columns * 3 // 10
    inner = np.array(terrain.values_m[top : rows - top, left : columns - left], np.float64)
    inner[np.isnan(inner)] = -np.inf
    row_at, column_at = np.mgrid[: inner.shape[0], : inner.shape[1]] * terrain.cell_m
    found: list[Tower] = []
    for _ in range(count):
        row, column = np.unravel_index(int(inner.argmax()), inner.shape)
        lon_deg = terrain.west_deg + (left + column + 0.5) * terrain.cell_deg
        lat_deg = terrain.north_deg - (top + row + 0.5) * terrain.cell_deg
        found.append((float(lon_deg), float(lat_deg)))
        near = np.hypot(row_at - row * terrain.cell_m, column_at - column * terrain.cell_m)
        inner[near < APART_M] = -np.inf
    return found
