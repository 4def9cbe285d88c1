"""From files of elevation to the one grid that the watch stands on.

The grid is WGS 84 longitude and latitude with square cells, heights above sea level. Files that
are on such a grid already are copied cell by cell; everything else is read between its own cell
centres, once. What is missing stays missing: no void is filled, and heights of different datum are
not mixed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from geo.crs import HeightSystem, Wgs84, geoid_m
from geo.dem.files import DemFile, open_dem
from geo.dem.lattice import Lattice, lattices
from geo.dem.mixing import COARSE_M, cell_m_of, check_agreement, finest_first
from geo.dem.stored import StoredSource, StoredTerrain, write_terrain
from geo.terrain import METRES_PER_DEGREE, Heights, Terrain
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["COARSE_M", "DemReport", "Wish", "import_dem"]

MOST_CELLS: Final = 400_000_000
_BLOCK_CELLS: Final = 1_000_000
_ZERO_SHARE: Final = 1e-4
_ZERO_CLIFF_M: Final = 30.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says about the files.

    Attributes:
        name: shown with every position; the first file's name when empty.
        system: coordinate system of files that do not say theirs.
        heights: what the heights are above, for files that do not say; ``GROUND`` and ``TAKE_OFF``
            make no sense of a terrain.
        nodata: a value that means no height and is not declared.
        synthetic: the relief is invented; every position says so.
        bounds_deg: west, south, east, north of what is wanted; everything when None.
    """

    name: str = ""
    system: str = ""
    heights: HeightSystem | None = None
    nodata: float | None = None
    synthetic: bool = False
    bounds_deg: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class DemReport:
    """What came of an import.

    Attributes:
        terrain: as it is now stored.
        void_share: of the grid's cells without a height, 0 to 1.
        lowest_m: lowest height.
        highest_m: highest height.
        heights: what the files' heights were above.
        resampled: whether heights were read between cell centres; otherwise they are copies.
        cells_m: sizes of the cells of the models that were put together, the finest first.
        filled_share: of the known cells, how many are from others than the first of these.
    """

    terrain: Terrain
    void_share: float
    lowest_m: float
    highest_m: float
    heights: HeightSystem
    resampled: bool
    cells_m: tuple[float, ...]
    filled_share: float


@dataclass(frozen=True, slots=True)
class _Grid:
    west_deg: float
    north_deg: float
    cell_deg: float
    rows: int
    columns: int

    def centres(self, top: int, bottom: int) -> Wgs84:
        """Cell centres of some rows."""
        lon_deg = self.west_deg + (np.arange(self.columns) + 0.5) * self.cell_deg
        lat_deg = self.north_deg - (np.arange(top, bottom) + 0.5) * self.cell_deg
        return Wgs84(*np.meshgrid(lon_deg, lat_deg))


def import_dem(
    paths: Sequence[Path],
    folder: Path,
    *,
    wish: Wish,
    now: datetime,
    progress: Callable[[float], None] = lambda _share: None,
) -> DemReport:
    """Read elevation models and keep them as the watch's terrain, in place of an older one.

    Args:
        paths: GeoTIFF and ``.hgt`` files; where several have a height, the finer wins, and
            of equals the first.
        folder: of the stored terrain, see :mod:`geo.dem.stored`; made when missing.
        wish: what a person says about the files.
        now: aware UTC.
        progress: told the share that is done, 0 to 1.

    Raises:
        InputRefused: names the file or the contradiction; the older terrain is untouched then.
    """
    files = [open_dem(path, system=wish.system, nodata=wish.nodata) for path in paths]
    if not files:
        raise InputRefused("No file is named.", remedy="Name GeoTIFF or .hgt files.")
    heights = _height_system(files, wish)
    groups = finest_first(lattices(files))
    grid, is_copy = _grid(groups, wish)
    check_agreement(groups, grid.rows, lambda row: grid.centres(row, row + 1))
    filled = 0
    with write_terrain(folder, (grid.rows, grid.columns)) as writing:
        values = writing.values
        step = max(1, _BLOCK_CELLS // grid.columns)
        for top in range(0, grid.rows, step):
            bottom = min(grid.rows, top + step)
            places = grid.centres(top, bottom)
            block, from_others = _first_known(groups, places)
            filled += from_others
            if heights is HeightSystem.ELLIPSOID:
                block -= geoid_m(places)
            values[top:bottom] = block
            progress(bottom / grid.rows)
        void_share, lowest_m, highest_m = _judged(values, wish, files[0].path)
        name = wish.name.strip() or files[0].path.stem
        stored = StoredTerrain(
            name=name,
            west_deg=grid.west_deg,
            north_deg=grid.north_deg,
            cell_deg=grid.cell_deg,
            caution=_caution(grid, wish, name),
            heights=heights,
            imported_at=now,
            sources=tuple(_source(file) for file in files),
        )
        terrain = writing.keep(stored)
    filled_share = filled / (values.size * (1.0 - void_share))
    cells_m = tuple(cell_m_of(group) for group in groups)
    return DemReport(
        terrain, void_share, lowest_m, highest_m, heights, not is_copy, cells_m, filled_share
    )


def _height_system(files: list[DemFile], wish: Wish) -> HeightSystem:
    """What all heights are above.

    EGM96 and 1985 are taken as one.
    """
    silent = [file.path for file in files if file.heights is None]
    told = {file.heights for file in files if file.heights is not None}
    if wish.heights is not None:
        told.add(wish.heights)
    if len({each is HeightSystem.ELLIPSOID for each in told}) > 1:
        raise InputRefused(
            f"Heights above {' and above '.join(sorted(told))} do not mix.",
            remedy="Look what the files' heights are above; import those of one kind.",
            code="dem_heights",
        )
    if silent and wish.heights is None:
        raise InputRefused(
            f"{silent[0]} does not say what its heights are above.",
            remedy="Say --heights 1985 or egm96 (sea level: SRTM, Copernicus, state surveys), or "
            "ellipsoid (raw GNSS); they differ by 33 to 38 m here.",
            code="dem_heights",
        )
    return wish.heights or min(told)


def _grid(groups: list[Lattice], wish: Wish) -> tuple[_Grid, bool]:
    """Cells that hold everything, on the files' own grid where that is possible."""
    sizes = [size for group in groups for size in group.files[0].cells_m]
    first = groups[0].files[0]
    a, b, c, d, e, f = first.affine
    square = b == 0.0 and d == 0.0 and a > 0.0 > e and abs(a + e) < 1e-6 * a
    is_copy = len(groups) == 1 and first.system.is_degrees and square
    cell_deg = a if is_copy else min(sizes) / METRES_PER_DEGREE
    west, south, east, north = _bounds(groups, wish)
    origin = (c, f) if is_copy else (west, north)
    left = round(np.floor((west - origin[0]) / cell_deg + 1e-3))
    top = round(np.floor((origin[1] - north) / cell_deg + 1e-3))
    grid = _Grid(
        origin[0] + left * cell_deg,
        origin[1] - top * cell_deg,
        cell_deg,
        round(np.ceil((origin[1] - south) / cell_deg - 1e-3)) - top,
        round(np.ceil((east - origin[0]) / cell_deg - 1e-3)) - left,
    )
    if grid.rows * grid.columns > MOST_CELLS:
        raise InputRefused(
            f"The terrain would have {grid.rows} x {grid.columns} cells, more than {MOST_CELLS}.",
            remedy="Take a part of it: --bounds WEST,SOUTH,EAST,NORTH in degrees.",
            code="dem_size",
        )
    return grid, is_copy


def _bounds(groups: list[Lattice], wish: Wish) -> tuple[float, float, float, float]:
    outlines = [group.outline_lonlat() for group in groups]
    lon_deg = np.concatenate([lon for lon, _ in outlines])
    lat_deg = np.concatenate([lat for _, lat in outlines])
    west, south, east, north = (
        *(float(lon_deg.min()), float(lat_deg.min())),
        *(float(lon_deg.max()), float(lat_deg.max())),
    )
    if wish.bounds_deg is None:
        return west, south, east, north
    wanted = wish.bounds_deg
    west, south = max(west, wanted[0]), max(south, wanted[1])
    east, north = min(east, wanted[2]), min(north, wanted[3])
    if not (west < east and south < north):
        raise InputRefused(
            f"The files hold nothing between {wanted[0]}, {wanted[1]} and {wanted[2]}, "
            f"{wanted[3]}.",
            remedy="Give the bounds as WEST,SOUTH,EAST,NORTH in degrees.",
            code="dem_bounds",
        )
    return west, south, east, north


def _first_known(groups: list[Lattice], places: Wgs84) -> tuple[FloatArray, int]:
    """Heights, and how many of them are not the first one's."""
    found = groups[0].heights_at(places)
    of_first = int(np.count_nonzero(~np.isnan(found)))
    for group in groups[1:]:
        missing = np.isnan(found)
        found[missing] = group.heights_at(Wgs84(places.lon_deg[missing], places.lat_deg[missing]))
    return found, int(np.count_nonzero(~np.isnan(found))) - of_first


def _judged(values: Heights, wish: Wish, path: Path) -> tuple[float, float, float]:
    """Share of voids, lowest and highest; refuse what is no relief."""
    known = np.count_nonzero(~np.isnan(values))
    if not known:
        raise InputRefused(
            f"{path} and the files with it hold no height at all.",
            remedy="Look at their no-data value; state another one with --nodata.",
            code="dem_empty",
        )
    lowest_m, highest_m = float(np.fmin.reduce(values, None)), float(np.fmax.reduce(values, None))
    zeros = np.count_nonzero(values == 0.0)
    if wish.nodata is None and lowest_m == 0.0 and _ZERO_SHARE * known < zeros < known:
        above_m = float(np.fmin.reduce(values, None, where=values > 0.0, initial=np.inf))
        if above_m > _ZERO_CLIFF_M:
            raise InputRefused(
                f"{zeros} cells of {path} are exactly 0 m, and the next lowest {above_m:.0f} m.",
                remedy="They are voids: say --nodata 0. (For true sea say --nodata -9999.)",
                code="dem_zero",
            )
    return 1.0 - known / values.size, lowest_m, highest_m


def _caution(grid: _Grid, wish: Wish, name: str) -> str:
    invented = any(word in name.lower() for word in ("synthetic", "合成", "模拟"))
    if wish.synthetic or invented:
        return "synthetic"
    return "coarse" if grid.cell_deg * METRES_PER_DEGREE > COARSE_M else ""


def _source(file: DemFile) -> StoredSource:
    with file.path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return StoredSource(
        file=file.path.name,
        sha256=digest,
        system=file.system.name,
        cell_m=round(max(file.cells_m), 2),
    )
