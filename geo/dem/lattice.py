"""Files that lie on one grid, read as one raster: without seams where they meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from geo.crs import Wgs84
from geo.dem.files import DemFile
from geo.terrain import Heights, bilinear
from models.units import FloatArray

__all__ = ["Lattice", "lattices"]

_SNAP_CELLS: Final = 0.01
_OUTLINE_POINTS: Final = 21  # a side of a map sheet bends less than a cell between them


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Files of one system whose cells fall on each other's; the first one's cells count from 0.

    Attributes:
        files: the first wins where several have a height.
        offsets: row and column of each file's first cell.
    """

    files: tuple[DemFile, ...]
    offsets: tuple[tuple[int, int], ...]

    def outline_lonlat(self) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes around all files."""
        share = np.linspace(0.0, 1.0, _OUTLINE_POINTS)[:, None]
        parts = []
        for file in self.files:
            rows, columns = file.shape
            corners = np.array(((0, 0), (columns, 0), (columns, rows), (0, rows), (0, 0)))
            for one, other in pairwise(corners):
                parts.append(file.to_map(*(one * (1.0 - share) + other * share).T))
        x, y = np.concatenate(parts, axis=1)
        places = self.files[0].system.to_wgs84(x, y)
        return places.lon_deg, places.lat_deg

    def heights_at(self, place: Wgs84) -> FloatArray:
        """Between the four cell centres around each place; at a centre, that cell's own height.

        Returns:
            Metres as the files have them, NaN where one of the four has none.
        """
        first = self.files[0]
        columns, rows = (each - 0.5 for each in first.to_grid(*first.system.from_wgs84(place)))
        top, left, bottom, right = self._extent
        reached = (rows >= top - 0.5) & (rows <= bottom - 0.5)
        reached &= (columns >= left - 0.5) & (columns <= right - 0.5)
        found = np.full(rows.shape, np.nan)
        if not reached.any():
            return found
        rows, columns = rows[reached], columns[reached]
        corner = (int(np.floor(rows.min())) - 1, int(np.floor(columns.min())) - 1)
        values = self._window(corner, int(rows.max()) + 3, int(columns.max()) + 3)
        rows, columns = rows - corner[0], columns - corner[1]
        nearest = values[np.rint(rows).astype(np.intp), np.rint(columns).astype(np.intp)]
        between = bilinear(values, rows, columns)
        on_centre = (np.abs(rows - np.rint(rows)) < _SNAP_CELLS) & (
            np.abs(columns - np.rint(columns)) < _SNAP_CELLS
        )
        found[reached] = np.where(on_centre, nearest, between)
        return found

    @property
    def _extent(self) -> tuple[int, int, int, int]:
        tops, lefts = zip(*self.offsets, strict=True)
        placed = zip(self.files, self.offsets, strict=True)
        ends = [(row + file.shape[0], column + file.shape[1]) for file, (row, column) in placed]
        return min(tops), min(lefts), max(row for row, _ in ends), max(column for _, column in ends)

    def _window(self, corner: tuple[int, int], bottom: int, right: int) -> Heights:
        """Cells from a corner up to a row and column, which may lie outside every file."""
        top, left = corner
        values = np.full((bottom - top, right - left), np.nan, np.float32)
        for file, (row, column) in zip(self.files, self.offsets, strict=True):
            inner_top, inner_left = max(top, row), max(left, column)
            inner_bottom = min(bottom, row + file.shape[0])
            inner_right = min(right, column + file.shape[1])
            if inner_top >= inner_bottom or inner_left >= inner_right:
                continue
            part = values[
                inner_top - top : inner_bottom - top, inner_left - left : inner_right - left
            ]
            read = file.read(
                inner_top - row, inner_left - column, inner_bottom - row, inner_right - column
            )
            np.copyto(part, read, where=np.isnan(part))
        return values


def lattices(files: Iterable[DemFile]) -> list[Lattice]:
    """Put files together that lie on one grid, in their order."""
    groups: list[tuple[list[DemFile], list[tuple[int, int]]]] = []
    for file in files:
        for members, offsets in groups:
            offset = _offset(members[0], file)
            if offset is not None:
                members.append(file)
                offsets.append(offset)
                break
        else:
            groups.append(([file], [(0, 0)]))
    return [Lattice(tuple(members), tuple(offsets)) for members, offsets in groups]


def _offset(first: DemFile, other: DemFile) -> tuple[int, int] | None:
    """Row and column of another file's first cell in the first one's grid; None off the grid."""
    systems = first.system, other.system
    if systems[0].name != systems[1].name or systems[0].shift_m != systems[1].shift_m:
        return None
    one, two = (np.array(file.affine)[[0, 1, 3, 4]] for file in (first, other))
    if np.abs(one - two).max() * max(*first.shape, *other.shape) > _SNAP_CELLS * np.abs(one).max():
        return None
    column, row = first.to_grid(*other.to_map(0.0, 0.0))
    whole = round(row.item()), round(column.item())
    if max(abs(row - whole[0]), abs(column - whole[1])) > _SNAP_CELLS:
        return None
    return whole
