"""Tables over a grid that shorten a question to a few candidates, without changing its answer.

Every cell of the grid names all pieces that can be the nearest one to a place in it: those whose
distance from the middle of the cell is within its diagonal of the least. Cells that would name many
are cut in four, down to the grid's own; a question is then a look-up and a few distances.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.land.pieces import IndexArray, Pieces
from models.units import FloatArray

__all__ = ["Grid", "NearTable", "UnitTable", "near_table", "unit_table"]

FEW: Final = 4
"""A cell that names no more is not cut further."""

LEVELS: Final = 4
"""Of cutting: a cell of the coarsest grid is 16 of the finest across."""

LEAST_CELL_M: Final = 250.0
MOST_CELLS: Final = 250_000

_AROUND_M: Final = 3_000.0
_LOOK: Final = -2
_UNIT_CELLS: Final = 2  # cells of the grid across one of a table of units


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells over a land.

    Attributes:
        west_m: its edge, in the land's frame.
        south_m: likewise.
        cell_m: of the finest cells.
        columns: of the finest cells, a multiple of 2**LEVELS.
        rows: likewise.
    """

    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int

    @classmethod
    def over(cls, boxes: FloatArray) -> "Grid":
        """Around shapes with some ground beside them.

        Args:
            boxes: (shapes, 4) bounds, metres; at least one.
        """
        west, south = boxes[:, :2].min(axis=0) - _AROUND_M
        east, north = boxes[:, 2:].max(axis=0) + _AROUND_M
        cell_m = max(LEAST_CELL_M, float(np.sqrt((east - west) * (north - south) / MOST_CELLS)))
        block = 2**LEVELS
        columns, rows = (
            block * max(1, int(np.ceil(size / (cell_m * block))))
            for size in (east - west, north - south)
        )
        return cls(float(west), float(south), cell_m, columns, rows)

    def cells(self, x_m: FloatArray, y_m: FloatArray) -> tuple[IndexArray, NDArray[np.bool_]]:
        """(places,) number of the cell that each lies in, and whether it lies in one."""
        column = np.floor((x_m - self.west_m) / self.cell_m)
        row = np.floor((y_m - self.south_m) / self.cell_m)
        inside = (column >= 0.0) & (column < self.columns) & (row >= 0.0) & (row < self.rows)
        number = np.where(inside, row * self.columns + column, 0.0)
        return number.astype(np.intp), inside

    def middles(self, cell: IndexArray, across: int) -> tuple[FloatArray, FloatArray]:
        """Middles of cells that are so many of the finest across, counted from the south-west."""
        size_m = self.cell_m * across
        row, column = np.divmod(cell, self.columns // across)
        return self.west_m + size_m * (column + 0.5), self.south_m + size_m * (row + 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class NearTable:
    """Which pieces can be the nearest, by cell.

    Attributes:
        leaf: (cells,) list of each finest cell.
        start: (lists,) where each begins in ``piece``.
        count: (lists,) how many it has, at least one.
        piece: all lists one after the other.
    """

    leaf: NDArray[np.int32]
    start: IndexArray
    count: NDArray[np.int32]
    piece: NDArray[np.int32]

    def nearest(
        self, pieces: Pieces, cell: IndexArray, x_m: FloatArray, y_m: FloatArray
    ) -> tuple[IndexArray, FloatArray]:
        """(places,) the nearest piece and the squared distance to it."""
        leaf = self.leaf[cell]
        start, count = self.start[leaf], self.count[leaf]
        best = self.piece[start].astype(np.intp)
        least = pieces.squared_m2(best, x_m, y_m)
        rank, rows = 1, np.flatnonzero(count > 1)
        while len(rows):
            piece = self.piece[start[rows] + rank].astype(np.intp)
            squared = pieces.squared_m2(piece, x_m[rows], y_m[rows])
            nearer = squared < least[rows]
            best[rows[nearer]] = piece[nearer]
            least[rows[nearer]] = squared[nearer]
            rank += 1
            rows = rows[count[rows] > rank]
        return best, least


def near_table(grid: Grid, pieces: Pieces, tree: shapely.STRtree) -> NearTable:
    """Make the table of a layer.

    Args:
        grid: over the land.
        pieces: of the layer's shapes.
        tree: of the same shapes.
    """
    across = 2**LEVELS
    leaf = np.full((grid.rows // across, grid.columns // across), -1, dtype=np.int32)
    pairs = _first_pairs(grid, pieces, tree)
    made = _Lists()
    while True:
        cell, piece = pairs
        numbers, count = np.unique(cell, return_counts=True)
        done = (count <= FEW) | (across == 1)
        leaf.ravel()[numbers[done]] = made.count + np.arange(int(done.sum()), dtype=np.int32)
        listed = np.repeat(done, count)
        made.add(piece[listed], count[done])
        if across == 1:
            return NearTable(leaf.ravel(), *made.joined())
        across //= 2
        leaf = leaf.repeat(2, axis=0).repeat(2, axis=1)
        pairs = _cut(grid, pieces, cell[~listed], piece[~listed], across)


class _Lists:
    """Candidates of cells, growing level by level."""

    def __init__(self) -> None:
        self.count = 0
        self._pieces: list[IndexArray] = []
        self._counts: list[IndexArray] = []

    def add(self, pieces: IndexArray, counts: IndexArray) -> None:
        """Lists one after the other, and how long each is."""
        self._pieces.append(pieces)
        self._counts.append(counts)
        self.count += len(counts)

    def joined(self) -> tuple[IndexArray, NDArray[np.int32], NDArray[np.int32]]:
        """Starts, counts and pieces."""
        counts = np.concatenate(self._counts)
        starts = np.cumsum(counts) - counts
        return starts, counts.astype(np.int32), np.concatenate(self._pieces).astype(np.int32)


def _first_pairs(
    grid: Grid, pieces: Pieces, tree: shapely.STRtree
) -> tuple[IndexArray, IndexArray]:
    """Cells of the coarsest grid with their candidates: pieces of shapes that can be nearest."""
    across = 2**LEVELS
    cells = (grid.rows // across) * (grid.columns // across)
    middles = shapely.points(np.column_stack(grid.middles(np.arange(cells), across)))
    found, apart_m = tree.query_nearest(middles, all_matches=False, return_distance=True)
    reach_m = np.empty(cells)
    reach_m[found[0]] = apart_m + np.sqrt(2.0) * grid.cell_m * across + 1e-6
    cell, shape = tree.query(middles, predicate="dwithin", distance=reach_m)
    order = np.argsort(cell, kind="stable")
    cell, shape = cell[order], shape[order]
    # The pieces of a shape lie side by side.
    begin = np.searchsorted(pieces.owner, shape, side="left")
    count = np.searchsorted(pieces.owner, shape, side="right") - begin
    ahead = np.cumsum(count) - count
    piece = np.arange(int(count.sum())) - np.repeat(ahead - begin, count)
    return _kept(grid, pieces, np.repeat(cell, count), piece, across)


def _cut(
    grid: Grid, pieces: Pieces, cell: IndexArray, piece: IndexArray, across: int
) -> tuple[IndexArray, IndexArray]:
    """Each cell in four, each with those candidates of the whole that can be its own."""
    columns = grid.columns // across
    row, column = np.divmod(cell, columns // 2)
    corner = 2 * row * columns + 2 * column
    cell = np.concatenate((corner, corner + 1, corner + columns, corner + columns + 1))
    order = np.argsort(cell, kind="stable")
    return _kept(grid, pieces, cell[order], np.tile(piece, 4)[order], across)


def _kept(
    grid: Grid, pieces: Pieces, cell: IndexArray, piece: IndexArray, across: int
) -> tuple[IndexArray, IndexArray]:
    """Pairs, in the order of their cells, without those that can be nearest to no place of it."""
    if not len(cell):
        return cell, piece
    apart_m = np.sqrt(pieces.squared_m2(piece, *grid.middles(cell, across)))
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    least_m = np.repeat(np.minimum.reduceat(apart_m, first), np.diff(first, append=len(cell)))
    kept = apart_m <= least_m + np.sqrt(2.0) * grid.cell_m * across + 1e-6
    return cell[kept], piece[kept]


@dataclass(frozen=True, slots=True, eq=False)
class UnitTable:
    """Which units can hold a place, by cell.

    Attributes:
        sole: (cells,) the one unit that covers the whole cell; -1 where none can hold a place of
            it; -2 where it takes a look.
        rivals: (cells, most) units that touch a cell that takes a look, in their order; -1 after
            the last.
        shapes: of the units, prepared.
    """

    sole: NDArray[np.int32]
    rivals: NDArray[np.int32]
    shapes: NDArray[np.object_]

    def holders(self, cell: IndexArray, x_m: FloatArray, y_m: FloatArray) -> IndexArray:
        """(places,) the first unit that holds each; -1 without one."""
        found = self.sole[cell].astype(np.intp)
        for rank in range(self.rivals.shape[1]):
            open_rows = np.flatnonzero(found == _LOOK)
            if not len(open_rows):
                break
            rival = self.rivals[cell[open_rows], rank]
            found[open_rows[rival < 0]] = -1
            order = np.argsort(rival, kind="stable")
            ends = np.flatnonzero(np.diff(rival[order])) + 1
            for group in np.split(order, ends):
                if len(group) and rival[group[0]] >= 0:
                    rows = open_rows[group]
                    unit = int(rival[group[0]])
                    held = shapely.intersects_xy(self.shapes[unit], x_m[rows], y_m[rows])
                    found[rows[held]] = unit
        found[found == _LOOK] = -1
        return found


def unit_table(grid: Grid, shapes: NDArray[np.object_]) -> UnitTable:
    """Make the table of a layer of units."""
    half_m = grid.cell_m * _UNIT_CELLS / 2.0
    cells = (grid.rows // _UNIT_CELLS) * (grid.columns // _UNIT_CELLS)
    x_m, y_m = grid.middles(np.arange(cells), _UNIT_CELLS)
    boxes = shapely.box(x_m - half_m, y_m - half_m, x_m + half_m, y_m + half_m)
    tree = shapely.STRtree(boxes)
    touching: list[list[int]] = [[] for _ in boxes]
    covering = np.full(len(boxes), -1, dtype=np.int32)
    for unit, shape in enumerate(shapes):
        shapely.prepare(shape)
        near = tree.query(shape)
        near = near[shapely.intersects(shape, boxes[near])]
        whole = near[shapely.covers(shape, boxes[near])]
        covering[whole[covering[whole] < 0]] = unit
        for cell in near.tolist():
            touching[cell].append(unit)
    most = max((len(units) for units in touching), default=0)
    rivals = np.full((len(boxes), max(1, most)), -1, dtype=np.int32)
    sole = np.full(len(boxes), -1, dtype=np.int32)
    for cell, units in enumerate(touching):
        rivals[cell, : len(units)] = units
        if units:
            sole[cell] = units[0] if covering[cell] == units[0] else _LOOK
    across = grid.columns // _UNIT_CELLS
    wide = sole.reshape(-1, across).repeat(_UNIT_CELLS, axis=0).repeat(_UNIT_CELLS, axis=1)
    number = np.arange(len(boxes)).reshape(-1, across)
    number = number.repeat(_UNIT_CELLS, axis=0).repeat(_UNIT_CELLS, axis=1)
    return UnitTable(wide.ravel(), rivals[number.ravel()], shapes)
