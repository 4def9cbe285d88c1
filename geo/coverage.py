"""What a network of towers sees together, on one grid: the least height at which smoke shows.

Of every cell of land it says which tower sees smoke there first and how high the smoke must rise,
so that blind areas, what another tower would add, and whether anybody could have seen a missed fire
are questions to one picture. It tells what can be seen, not what was looked at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import LocalFrame
from geo.horizon import Horizon
from geo.terrain import METRES_PER_DEGREE, Heights, Terrain
from models.errors import InputRefused
from models.site import Position
from models.units import FloatArray

__all__ = ["NOBODY", "Coverage", "cover"]

NOBODY: Final = -1
MOST_TOWERS: Final = 1_000
MOST_CELLS: Final = 20_000_000
_BLOCK_ROWS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What a network sees of a rectangle of land.

    Attributes:
        west_deg: western edge.
        north_deg: northern edge.
        cell_deg: size of the square cells in degrees.
        smoke_m: (rows, columns), row 0 in the north: least height above the ground at which smoke
            is seen by any tower, 0 where the ground is; infinite where none sees that far, and NaN
            where the ground is not known.
        best: (rows, columns) index of the tower that sees it lowest; :data:`NOBODY` for none.
        towers: how many were asked.
    """

    west_deg: float
    north_deg: float
    cell_deg: float
    smoke_m: Heights
    best: NDArray[np.int16]
    towers: int

    def smoke_at(self, lon_deg: float, lat_deg: float) -> float:
        """Least visible smoke height over a place; NaN where nothing is known, also outside."""
        row = int(np.floor((self.north_deg - lat_deg) / self.cell_deg))
        column = int(np.floor((lon_deg - self.west_deg) / self.cell_deg))
        rows, columns = self.smoke_m.shape
        if not (0 <= row < rows and 0 <= column < columns):
            return float("nan")
        return float(self.smoke_m[row, column])

    def could_be_seen(self, lon_deg: float, lat_deg: float, smoke_m: float) -> bool | None:
        """Whether any tower could see smoke so high over a place; None where nobody can tell."""
        least_m = self.smoke_at(lon_deg, lat_deg)
        return None if np.isnan(least_m) else least_m <= smoke_m

    def seen_share(self, smoke_m: float) -> float:
        """Share of the known land where smoke so high is seen, 0 to 1, cells counted by area."""
        rows = np.arange(self.smoke_m.shape[0])
        area = np.cos(np.radians(self.north_deg - (rows + 0.5) * self.cell_deg))[:, None]
        known = ~np.isnan(self.smoke_m)
        total = float((known * area).sum())
        return float(((self.smoke_m <= smoke_m) * area).sum()) / total if total > 0.0 else 0.0


def cover(
    terrain: Terrain,
    towers: Sequence[Position],
    horizon_of: Callable[[Position], Horizon | None],
    *,
    bounds_deg: tuple[float, float, float, float],
    cell_m: float,
) -> Coverage:
    """Ask every tower about every cell.

    Args:
        terrain: for the ground of the cells.
        towers: lenses.
        horizon_of: what a lens sees; None for one that stands where the terrain is not known.
        bounds_deg: west, south, east, north of the land.
        cell_m: size of the cells, > 0.

    Raises:
        InputRefused: the rectangle is empty, or has more than 20 million cells or 1,000 towers.
    """
    west, south, east, north = bounds_deg
    cell_deg = cell_m / METRES_PER_DEGREE
    rows = int(np.ceil((north - south) / cell_deg)) if north > south else 0
    columns = int(np.ceil((east - west) / cell_deg)) if east > west else 0
    if not (0 < rows * columns <= MOST_CELLS and len(towers) <= MOST_TOWERS):
        raise InputRefused(
            f"{rows} x {columns} cells and {len(towers)} towers are not to be covered.",
            remedy="Choose a rectangle of land and larger cells.",
            code="coverage_size",
        )
    smoke_m = np.full((rows, columns), np.inf, np.float32)
    best = np.full((rows, columns), NOBODY, np.int16)
    lon_deg = west + (np.arange(columns, dtype=np.float64) + 0.5) * cell_deg
    lat_deg = north - (np.arange(rows, dtype=np.float64) + 0.5) * cell_deg
    for first in range(0, rows, _BLOCK_ROWS):
        block = slice(first, first + _BLOCK_ROWS)
        ground_m = terrain.height_at(*np.meshgrid(lon_deg, lat_deg[block]))
        smoke_m[block][np.isnan(ground_m)] = np.nan
    for index, tower in enumerate(towers):
        horizon = horizon_of(tower)
        if horizon is not None:
            centres_deg, picture = (lon_deg, lat_deg), (smoke_m, best)
            _add(terrain, centres_deg, picture, index=index, tower=tower, horizon=horizon)
    return Coverage(west, north, cell_deg, smoke_m, best, len(towers))


def _add(
    terrain: Terrain,
    centres_deg: tuple[FloatArray, FloatArray],
    picture: tuple[Heights, NDArray[np.int16]],
    *,
    index: int,
    tower: Position,
    horizon: Horizon,
) -> None:
    """Let one tower look at the cells in its reach."""
    frame = LocalFrame(tower.lon_deg, tower.lat_deg)
    smoke_m, best = picture
    lon_deg, lat_deg = centres_deg
    reach_deg = float(horizon.ground.range_m[-1]) / METRES_PER_DEGREE * 1.01
    wide_deg = reach_deg / max(0.01, float(np.cos(np.radians(tower.lat_deg))))
    rows = np.flatnonzero(np.abs(lat_deg - tower.lat_deg) <= reach_deg)
    columns = np.flatnonzero(np.abs(lon_deg - tower.lon_deg) <= wide_deg)
    if len(rows) == 0 or len(columns) == 0:
        return
    across = slice(int(columns[0]), int(columns[-1]) + 1)
    for first in range(int(rows[0]), int(rows[-1]) + 1, _BLOCK_ROWS):
        down = slice(first, min(first + _BLOCK_ROWS, int(rows[-1]) + 1))
        places = np.meshgrid(lon_deg[across], lat_deg[down])
        x_m, y_m = frame.to_metric(places[0], places[1])
        seen_m = horizon.smoke_height_m(x_m, y_m, terrain.height_at(places[0], places[1]))
        better = seen_m < smoke_m[down, across]  # never where either is NaN
        smoke_m[down, across][better] = seen_m[better]
        best[down, across][better] = index
