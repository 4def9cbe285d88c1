"""Ground heights: a digital elevation model, and its copy around one tower.

Heights are metres above sea level, float32; a void is NaN and stays NaN through every
interpolation, as does everything outside the model. Nothing here fills, guesses or reprojects the
stored heights.
"""

from dataclasses import dataclass
from typing import Annotated, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from geo.crs import LocalFrame
from models.errors import InputRefused
from models.fix import TerrainReference
from models.units import FloatArray

__all__ = ["Heights", "Terrain", "TowerTerrain"]

Heights: TypeAlias = Annotated[NDArray[np.float32], "(rows, columns) metres above sea level, NaN"]

LOWEST_M, HIGHEST_M = -500.0, 9000.0
EARTH_RADIUS_M = 6_371_000.0
METRES_PER_DEGREE = 111_195.0  # of latitude, on that radius
_EXACT_EVERY = 16  # nodes of a tower's grid; between them places are interpolated, to 6 mm at 60 m


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """A digital elevation model on a grid of longitude and latitude.

    Attributes:
        name: shown with every position that stands on it.
        values_m: (rows, columns), row 0 in the north, column 0 in the west; at least 2 x 2.
        west_deg: western edge of the westernmost cells (not their centres).
        north_deg: northern edge of the northernmost cells.
        cell_deg: size of the square cells in degrees, > 0.
        caution: empty, or ``drill``, ``synthetic``, ``coarse``.
        fingerprint: differs for every import, so that what was computed from one is never taken for
            another's; empty for a terrain that is in memory only.

    Raises:
        InputRefused: the grid is too small or off the Earth, or heights lie outside -500 to 9000 m,
            which is how unmarked voids (-32768, 32767) show.
    """

    name: str
    values_m: Heights
    west_deg: float
    north_deg: float
    cell_deg: float
    caution: str = ""
    fingerprint: str = ""

    def __post_init__(self) -> None:
        """Refuse a grid from which no honest height can be read."""
        if self.values_m.ndim != 2 or min(self.values_m.shape) < 2 or self.cell_deg <= 0.0:
            raise InputRefused(
                f"The terrain {self.name} is not a grid of at least 2 x 2 cells.",
                remedy="Import another elevation model.",
                code="terrain_grid",
            )
        west, south, east, north = self.bounds_deg
        if not (west >= -180.0 and east <= 180.0 and south >= -90.0 and north <= 90.0):
            raise InputRefused(
                f"The terrain {self.name} reaches beyond the Earth: {west}, {south}, {east}, "
                f"{north}.",
                remedy="Give its edges as WGS 84 longitude and latitude.",
                code="terrain_bounds",
            )
        # fmin and fmax pass over NaN and copy nothing: the heights may be a mapped file.
        lowest, highest = np.fmin.reduce(self.values_m, None), np.fmax.reduce(self.values_m, None)
        if lowest < LOWEST_M or highest > HIGHEST_M:
            raise InputRefused(
                f"The terrain {self.name} has heights from {lowest} to {highest} m.",
                remedy="Mark its voids as NaN before it is used.",
                code="terrain_voids",
            )

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge."""
        rows, columns = self.values_m.shape
        return (
            self.west_deg,
            self.north_deg - rows * self.cell_deg,
            self.west_deg + columns * self.cell_deg,
            self.north_deg,
        )

    @property
    def cell_m(self) -> float:
        """North-south size of a cell in metres, the coarser of the two."""
        return self.cell_deg * METRES_PER_DEGREE

    @property
    def reference(self) -> TerrainReference:
        """What a fix says about the terrain that it stands on."""
        return TerrainReference(self.name, round(self.cell_m, 1), self.caution)

    @overload
    def height_at(self, lon_deg: float, lat_deg: float) -> float: ...
    @overload
    def height_at(self, lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray: ...
    def height_at(
        self, lon_deg: float | FloatArray, lat_deg: float | FloatArray
    ) -> float | FloatArray:
        """Bilinear height between the four nearest cell centres.

        Args:
            lon_deg: WGS 84, a number or an array of any shape.
            lat_deg: of the same shape.

        Returns:
            Metres above sea level; NaN where one of the four is a void, and outside the outermost
            cell centres.
        """
        columns = (np.asarray(lon_deg, np.float64) - self.west_deg) / self.cell_deg - 0.5
        rows = (self.north_deg - np.asarray(lat_deg, np.float64)) / self.cell_deg - 0.5
        heights = bilinear(self.values_m, rows, columns)
        return float(heights) if heights.ndim == 0 else heights

    def around(
        self, lon_deg: float, lat_deg: float, radius_m: float, cell_m: float
    ) -> "TowerTerrain":
        """The heights on a metric grid centred on a tower.

        Args:
            lon_deg: of the tower, WGS 84.
            lat_deg: of the tower.
            radius_m: half the side of the square, > 0.
            cell_m: spacing of the new grid, > 0.
        """
        frame = LocalFrame(lon_deg, lat_deg)
        half = int(np.ceil(radius_m / cell_m))
        wide = -(-half // _EXACT_EVERY) * _EXACT_EVERY
        exact_m = np.arange(-wide, wide + 1, _EXACT_EVERY, dtype=np.float64) * cell_m
        corners = frame.to_lonlat(*np.meshgrid(exact_m, -exact_m))
        steps = np.arange(wide - half, wide + half + 1) / _EXACT_EVERY
        heights = np.empty((len(steps), len(steps)), np.float32)
        for first in range(0, len(steps), _EXACT_EVERY):
            rows = steps[first : first + _EXACT_EVERY]
            heights[first : first + _EXACT_EVERY] = self.height_at(
                *(_between(corner, rows, steps) for corner in corners)
            )
        return TowerTerrain(frame, heights, cell_m)


@dataclass(frozen=True, slots=True, eq=False)
class TowerTerrain:
    """Heights on an azimuthal-equidistant grid whose middle node is the tower.

    Attributes:
        frame: whose origin is the tower.
        values_m: (2 n + 1, 2 n + 1), row 0 in the north.
        cell_m: spacing of the nodes.
    """

    frame: LocalFrame
    values_m: Heights
    cell_m: float

    @property
    def half(self) -> int:
        """Number of nodes from the middle to the edge."""
        return int(self.values_m.shape[0]) // 2

    @property
    def ground_m(self) -> float:
        """Height of the ground below the tower; NaN when it stands on a void or outside."""
        return float(self.values_m[self.half, self.half])

    @property
    def is_hill_top(self) -> bool:
        """Whether no node within two cells is higher than the ground below the tower."""
        near = slice(self.half - 2, self.half + 3)
        return bool(np.nanmax(self.values_m[near, near]) <= self.ground_m)

    def height_at(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Bilinear height at metres east and north of the tower; NaN at voids and outside."""
        return bilinear(self.values_m, self.half - y_m / self.cell_m, self.half + x_m / self.cell_m)


def _between(corner: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """A smooth grid at fractional rows by fractional columns, linear in both."""
    last_row, last_column = corner.shape[0] - 1, corner.shape[1] - 1
    top = np.clip(rows.astype(np.intp), 0, max(last_row - 1, 0))
    left = np.clip(columns.astype(np.intp), 0, max(last_column - 1, 0))
    down, right = (rows - top)[:, None], columns - left
    lines = corner[top] * (1.0 - down) + corner[np.minimum(top + 1, last_row)] * down
    between: FloatArray = (
        lines[:, left] * (1.0 - right) + lines[:, np.minimum(left + 1, last_column)] * right
    )
    return between


def bilinear(values: Heights, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Interpolate between the four nodes around each fractional row and column.

    Returns:
        float64 of the shape of ``rows``; NaN outside the grid or when one of the four is NaN.
    """
    row_count, column_count = values.shape
    inside = (rows >= 0) & (rows <= row_count - 1) & (columns >= 0) & (columns <= column_count - 1)
    rows = np.where(inside, rows, 0.0)
    columns = np.where(inside, columns, 0.0)
    top = np.minimum(rows.astype(np.intp), row_count - 2)
    left = np.minimum(columns.astype(np.intp), column_count - 2)
    down, right = rows - top, columns - left
    first = top * column_count + left
    flat = values.ravel()
    upper = flat[first] * (1.0 - right) + flat[first + 1] * right
    first += column_count
    lower = flat[first] * (1.0 - right) + flat[first + 1] * right
    return np.where(inside, upper * (1.0 - down) + lower * down, np.nan)
