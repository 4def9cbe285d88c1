"""The cells into which land is cut: squares of longitude and latitude, row 0 in the north."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from geo.terrain import METRES_PER_DEGREE, Heights, Terrain
from models.errors import InputRefused
from models.site import Position
from models.units import FloatArray

__all__ = ["MOST_CELLS", "Grid"]

MOST_CELLS: Final = 20_000_000
_BLOCK_ROWS: Final = 64


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of land in cells.

    Attributes:
        west_deg: western edge.
        north_deg: northern edge.
        cell_deg: size of the square cells in degrees, > 0.
        rows: from north to south, > 0.
        columns: from west to east, > 0.
    """

    west_deg: float
    north_deg: float
    cell_deg: float
    rows: int
    columns: int

    @classmethod
    def of(cls, bounds_deg: tuple[float, float, float, float], cell_m: float) -> Self:
        """Cut a rectangle.

        Args:
            bounds_deg: west, south, east, north.
            cell_m: size of the cells, > 0.

        Raises:
            InputRefused: it is empty, or has more than 20 million cells; code ``coverage_size``.
        """
        west, south, east, north = bounds_deg
        cell_deg = cell_m / METRES_PER_DEGREE
        rows = int(np.ceil((north - south) / cell_deg)) if north > south else 0
        columns = int(np.ceil((east - west) / cell_deg)) if east > west else 0
        if not 0 < rows * columns <= MOST_CELLS:
            raise InputRefused(
                f"{rows} x {columns} cells are not to be covered.",
                remedy="Choose a rectangle of land and larger cells.",
                code="coverage_size",
            )
        return cls(west, north, cell_deg, rows, columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def cell_m(self) -> float:
        """North-south size of a cell."""
        return self.cell_deg * METRES_PER_DEGREE

    @property
    def lon_deg(self) -> FloatArray:
        """(columns,) of the cells' centres."""
        return self.west_deg + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell_deg

    @property
    def lat_deg(self) -> FloatArray:
        """(rows,) of the cells' centres."""
        return self.north_deg - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_deg

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """West, south, east, north edge."""
        south = self.north_deg - self.rows * self.cell_deg
        return self.west_deg, south, self.west_deg + self.columns * self.cell_deg, self.north_deg

    @property
    def row_ha(self) -> FloatArray:
        """(rows,) area of one cell of each row, hectares."""
        return np.cos(np.radians(self.lat_deg)) * (self.cell_m**2 / 10_000.0)

    def cell_of(self, lon_deg: float, lat_deg: float) -> tuple[int, int] | None:
        """Row and column of the cell that holds a place; None outside."""
        row = int(np.floor((self.north_deg - lat_deg) / self.cell_deg))
        column = int(np.floor((lon_deg - self.west_deg) / self.cell_deg))
        inside = 0 <= row < self.rows and 0 <= column < self.columns
        return (row, column) if inside else None

    def centre_of(self, row: int, column: int) -> tuple[float, float]:
        """Longitude and latitude of a cell's centre."""
        return (
            self.west_deg + (column + 0.5) * self.cell_deg,
            self.north_deg - (row + 0.5) * self.cell_deg,
        )

    def around(self, lens: Position, reach_m: float) -> tuple[slice, slice] | None:
        """Rows and columns that hold all that is within reach of a lens; None for none."""
        reach_deg = reach_m / METRES_PER_DEGREE * 1.01
        wide_deg = reach_deg / max(0.01, float(np.cos(np.radians(lens.lat_deg))))
        rows = np.flatnonzero(np.abs(self.lat_deg - lens.lat_deg) <= reach_deg)
        columns = np.flatnonzero(np.abs(self.lon_deg - lens.lon_deg) <= wide_deg)
        if len(rows) == 0 or len(columns) == 0:
            return None
        return (
            slice(int(rows[0]), int(rows[-1]) + 1),
            slice(int(columns[0]), int(columns[-1]) + 1),
        )

    def ground_m(self, terrain: Terrain) -> Heights:
        """Heights of the cells' centres, NaN where they are not known."""
        ground = np.empty(self.shape, np.float32)
        lon_deg, lat_deg = self.lon_deg, self.lat_deg
        for first in range(0, self.rows, _BLOCK_ROWS):
            block = slice(first, first + _BLOCK_ROWS)
            ground[block] = terrain.height_at(*np.meshgrid(lon_deg, lat_deg[block]))
        return ground
