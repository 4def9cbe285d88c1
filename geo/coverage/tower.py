"""What one tower sees: of every cell in its reach, how high smoke must rise to be seen from it."""

from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.coverage.grid import Grid
from geo.crs import LocalFrame
from geo.horizon import Horizon
from geo.terrain import Heights
from models.site import Position

__all__ = ["SmokeHeights", "TowerView", "view_from"]

SmokeHeights: TypeAlias = Annotated[
    NDArray[np.float16], "least visible smoke height, m; inf for out of sight, NaN for unknown"
]
_BLOCK_ROWS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class TowerView:
    """One lens and the cells in its reach.

    Attributes:
        lens: where it is.
        lens_m: its height above sea level.
        rows: of the grid that are held here.
        columns: of the grid that are held here.
        smoke_m: (rows, columns) least height above the ground at which smoke is seen, 0 where the
            ground is; infinite out of reach, NaN where a void on the way leaves it open or the
            ground is not known. Half precision: to 0.06 m at 100 m.
    """

    lens: Position
    lens_m: float
    rows: slice
    columns: slice
    smoke_m: SmokeHeights


def view_from(
    grid: Grid, ground_m: Heights, lens: Position, horizon: Horizon, reach_m: float
) -> TowerView | None:
    """Ask one tower about every cell.

    Args:
        grid: cells.
        ground_m: their heights.
        lens: of the tower.
        horizon: what it sees.
        reach_m: how far it is asked; infinite for as far as its profiles go.

    Returns:
        None for a tower that reaches no cell.
    """
    known_m = float(horizon.ground.range_m[-1])
    window = grid.around(lens, reach_m if np.isfinite(reach_m) else known_m)
    if window is None:
        return None
    rows, columns = window
    frame = LocalFrame(lens.lon_deg, lens.lat_deg)
    lon_deg, lat_deg = grid.lon_deg[columns], grid.lat_deg[rows]
    smoke_m = np.empty((len(lat_deg), len(lon_deg)), np.float16)
    for first in range(0, len(lat_deg), _BLOCK_ROWS):
        block = slice(first, first + _BLOCK_ROWS)
        places = np.meshgrid(lon_deg, lat_deg[block])
        x_m, y_m = frame.to_metric(places[0], places[1])
        ground = ground_m[rows, columns][block]
        seen_m = horizon.smoke_height_m(x_m, y_m, ground)
        beyond = np.hypot(x_m, y_m) > min(reach_m, known_m)
        seen_m[beyond & ~np.isnan(ground)] = np.inf
        with np.errstate(over="ignore"):  # 65 km of smoke is as good as none
            smoke_m[block] = seen_m
    return TowerView(lens, horizon.lens_m, rows, columns, smoke_m)
