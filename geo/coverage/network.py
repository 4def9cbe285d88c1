"""What a network of towers sees together, on one grid: the least height at which smoke shows.

Of every cell of land it says which tower sees smoke there first and how high the smoke must rise,
so that blind areas, what another tower would add, and whether anybody could have seen a missed fire
are questions to one picture. It tells what can be seen, not what was looked at.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.coverage.grid import Grid
from geo.coverage.tower import TowerView, view_from
from geo.horizon import Horizon
from geo.terrain import Heights, Terrain
from models.errors import InputRefused
from models.site import Position

__all__ = ["NOBODY", "Coverage", "cover", "together"]

NOBODY: Final = -1
MOST_TOWERS: Final = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What a network sees of a rectangle of land.

    Attributes:
        grid: the cells.
        smoke_m: (rows, columns), row 0 in the north: least height above the ground at which smoke
            is known to be seen by any tower, 0 where the ground is; infinite where none is known to
            see that far, and NaN where the ground is not known.
        doubt: (rows, columns) whether a void on the way leaves open what some tower sees: it may be
            more than ``smoke_m`` says, and never less.
        best: (rows, columns) index of the tower that sees it lowest; :data:`NOBODY` for none.
        towers: how many were asked.
    """

    grid: Grid
    smoke_m: Heights
    doubt: NDArray[np.bool_]
    best: NDArray[np.int16]
    towers: int

    def smoke_at(self, lon_deg: float, lat_deg: float) -> float:
        """Least visible smoke height over a place; NaN where nothing is known, also outside."""
        cell = self.grid.cell_of(lon_deg, lat_deg)
        if cell is None:
            return float("nan")
        least_m = float(self.smoke_m[cell])
        return float("nan") if np.isinf(least_m) and self.doubt[cell] else least_m

    def could_be_seen(self, lon_deg: float, lat_deg: float, smoke_m: float) -> bool | None:
        """Whether any tower could see smoke so high over a place; None where nobody can tell."""
        cell = self.grid.cell_of(lon_deg, lat_deg)
        if cell is None or np.isnan(self.smoke_m[cell]):
            return None
        if self.smoke_m[cell] <= smoke_m:
            return True
        return None if self.doubt[cell] else False

    def seen(self, smoke_m: float) -> NDArray[np.bool_]:
        """(rows, columns) where smoke so high is known to be seen."""
        return self.smoke_m <= smoke_m

    def unknown(self, smoke_m: float) -> NDArray[np.bool_]:
        """(rows, columns) where nobody can tell whether smoke so high is seen."""
        return np.isnan(self.smoke_m) | (self.doubt & ~(self.smoke_m <= smoke_m))

    def blind(self, smoke_m: float) -> NDArray[np.bool_]:
        """(rows, columns) where it is known that nobody sees smoke so high."""
        return (self.smoke_m > smoke_m) & ~self.doubt

    def hectares(self, cells: NDArray[np.bool_]) -> float:
        """Area of some cells."""
        return float(np.count_nonzero(cells, axis=1) @ self.grid.row_ha)

    def seen_share(self, smoke_m: float) -> float:
        """Share of the land of which it is known where smoke so high is seen, 0 to 1, by area."""
        seen_ha, blind_ha = self.hectares(self.seen(smoke_m)), self.hectares(self.blind(smoke_m))
        known_ha = seen_ha + blind_ha
        return seen_ha / known_ha if known_ha > 0.0 else 0.0


def together(grid: Grid, ground_m: Heights, views: Iterable[TowerView | None]) -> Coverage:
    """Lay what towers see over one another.

    Args:
        grid: cells.
        ground_m: their heights.
        views: of every tower in the order of their numbers; None for one that sees nothing of it.
    """
    smoke_m = np.full(grid.shape, np.inf, np.float32)
    smoke_m[np.isnan(ground_m)] = np.nan
    doubt = np.zeros(grid.shape, np.bool_)
    best = np.full(grid.shape, NOBODY, np.int16)
    towers = 0
    for index, view in enumerate(views):
        towers += 1
        if view is None:
            continue
        part = smoke_m[view.rows, view.columns]
        better = view.smoke_m < part  # never where either is NaN
        part[better] = view.smoke_m[better]
        best[view.rows, view.columns][better] = index
        doubt[view.rows, view.columns] |= np.isnan(view.smoke_m) & ~np.isnan(part)
    doubt &= smoke_m > 0.0
    return Coverage(grid, smoke_m, doubt, best, towers)


def cover(
    terrain: Terrain,
    towers: Sequence[Position],
    horizon_of: Callable[[Position], Horizon | None],
    *,
    bounds_deg: tuple[float, float, float, float],
    cell_m: float,
    reach_m: float = np.inf,
) -> Coverage:
    """Ask every tower about every cell.

    Args:
        terrain: for the ground of the cells.
        towers: lenses.
        horizon_of: what a lens sees; None for one that stands where the terrain is not known.
        bounds_deg: west, south, east, north of the land.
        cell_m: size of the cells, > 0.
        reach_m: how far a tower looks; as far as its profiles go when left out.

    Raises:
        InputRefused: the rectangle is empty, or has more than 20 million cells or 1,000 towers.
    """
    if len(towers) > MOST_TOWERS:
        raise InputRefused(
            f"{len(towers)} towers are not to be covered.",
            remedy=f"Name at most {MOST_TOWERS} cameras.",
            code="coverage_size",
        )
    grid = Grid.of(bounds_deg, cell_m)
    ground_m = grid.ground_m(terrain)

    def views() -> Iterable[TowerView | None]:
        for tower in towers:
            horizon = horizon_of(tower)
            yield (
                None
                if horizon is None
                else view_from(grid, ground_m, tower, horizon, float(reach_m))
            )

    return together(grid, ground_m, views())
