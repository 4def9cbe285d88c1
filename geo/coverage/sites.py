"""Where a further tower would see most of what nobody sees now.

Candidates are the hill tops of a rectangle: cells that nothing within 500 m overlooks. Each is
asked, with its own profiles, about every blind cell in its reach; then the best is taken, what it
sees counts no longer, and the next best is looked for. Taking the best each time yields at least
63 % of what the best set of so many sites would (Nemhauser et al., 1978).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage.grid import Grid
from geo.coverage.network import Coverage
from geo.crs import LocalFrame
from geo.horizon import HorizonBook
from geo.terrain import Heights, Terrain
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.site import HeightDatum, Position

__all__ = ["MOST_CANDIDATES", "NewSite", "SiteWish", "hill_tops", "new_sites"]

Cells = NDArray[np.bool_]
MOST_CANDIDATES: Final = 200
MOST_SITES: Final = 10
MOST_BLIND: Final = 2_000_000
APART_M: Final = 500.0
_RELATIVE_M: Final = 2_000.0


@dataclass(frozen=True, slots=True)
class SiteWish:
    """What is looked for.

    Attributes:
        count: how many sites, 1 to 10.
        smoke_m: a cell counts when smoke so high over it is not seen now, and would be.
        mast_m: height of the lens above the ground, > 0.
        reach_m: how far a tower looks.
        bounds_deg: west, south, east, north of where it may stand; anywhere when left out.
        road_m: at most so far from a road; anywhere when left out.
    """

    count: int = 3
    smoke_m: float = 50.0
    mast_m: float = 30.0
    reach_m: float = 15_000.0
    bounds_deg: tuple[float, float, float, float] | None = None
    road_m: float | None = None


@dataclass(frozen=True, slots=True)
class NewSite:
    """One site.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        ground_m: above sea level.
        gain_ha: blind land that it sees and no site before it.
        alone_ha: blind land that it sees, the others apart.
    """

    lon_deg: float
    lat_deg: float
    ground_m: float
    gain_ha: float
    alone_ha: float


def hill_tops(
    grid: Grid, ground_m: Heights, wish: SiteWish, roads: Sequence[LandFeature] = ()
) -> list[tuple[int, int]]:
    """Cells that nothing near them overlooks, those that stand out most first.

    Args:
        grid: cells.
        ground_m: their heights.
        wish: bounds and distance to a road.
        roads: land features; those of other layers are passed over.

    Raises:
        InputRefused: a distance to a road is wished for, and there is no road; ``site_roads``.
    """
    known = np.where(np.isnan(ground_m), np.float32(-9999.0), ground_m)
    side = 2 * max(1, round(APART_M / grid.cell_m)) + 1
    top = (known >= cv2.dilate(known, np.ones((side, side), np.uint8))) & ~np.isnan(ground_m)
    wide = 2 * max(1, round(_RELATIVE_M / grid.cell_m)) + 1
    relative = known - cv2.blur(known, (wide, wide))
    rows, columns = np.nonzero(top)
    if wish.bounds_deg is not None:
        west, south, east, north = wish.bounds_deg
        lon_deg, lat_deg = grid.lon_deg[columns], grid.lat_deg[rows]
        inside = (lon_deg >= west) & (lon_deg <= east) & (lat_deg >= south) & (lat_deg <= north)
        rows, columns = rows[inside], columns[inside]
    if wish.road_m is not None and len(rows):
        near = _near_road(grid, rows, columns, wish.road_m, roads)
        rows, columns = rows[near], columns[near]
    order = np.argsort(-relative[rows, columns], kind="stable")
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


def _near_road(
    grid: Grid,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    road_m: float,
    roads: Sequence[LandFeature],
) -> Cells:
    lines = [each.geometry for each in roads if each.layer is Layer.ROAD]
    if not lines:
        raise InputRefused(
            "A distance to a road was wished for, and no road is known.",
            remedy="Import the roads, or leave the distance out.",
            code="site_roads",
        )
    west, south, east, north = grid.bounds_deg
    frame = LocalFrame((west + east) / 2.0, (south + north) / 2.0)
    tree = shapely.STRtree([frame.geometry_to_metric(line) for line in lines])
    points = shapely.points(*frame.to_metric(grid.lon_deg[columns], grid.lat_deg[rows]))
    found, _ = tree.query_nearest(points, max_distance=road_m, all_matches=False)
    near = np.zeros(len(rows), np.bool_)
    near[found] = True
    return near


def new_sites(
    terrain: Terrain,
    coverage: Coverage,
    land: Cells,
    wish: SiteWish,
    *,
    roads: Sequence[LandFeature] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[NewSite, ...]:
    """Choose sites.

    Args:
        terrain: under them.
        coverage: of the towers that stand already.
        land: cells that count.
        wish: what is looked for.
        roads: for the distance to one.
        progress: told how many candidates of how many have been asked.

    Returns:
        As many as were wished for, the best first; fewer where the rest would see nothing new.

    Raises:
        InputRefused: more is wished for than can be computed (``site_size``), or no road is known.
    """
    grid = coverage.grid
    blind = coverage.blind(wish.smoke_m) & land
    if not (1 <= wish.count <= MOST_SITES and int(blind.sum()) <= MOST_BLIND and wish.mast_m > 0.0):
        raise InputRefused(
            f"{wish.count} sites for {int(blind.sum())} blind cells are not to be computed.",
            remedy=f"Ask for 1 to {MOST_SITES} sites, a mast above 0 m, and larger cells.",
            code="site_size",
        )
    ground_m = grid.ground_m(terrain)
    tops = hill_tops(grid, ground_m, wish, roads)[:MOST_CANDIDATES]
    cells = np.flatnonzero(blind)
    rows, columns = np.divmod(cells, grid.columns)
    lon_deg, lat_deg = grid.lon_deg[columns], grid.lat_deg[rows]
    ground, hectares = ground_m[rows, columns], grid.row_ha[rows]
    book = HorizonBook(terrain, radius_m=wish.reach_m, in_memory=1)
    seen: list[NDArray[np.intp]] = []
    for number, top in enumerate(tops):
        lens = Position(*grid.centre_of(*top), wish.mast_m, HeightDatum.GROUND)
        horizon, found = book.horizon(lens), np.empty(0, np.intp)
        window = grid.around(lens, wish.reach_m)
        if horizon is not None and window is not None:
            down, across = window
            near = np.flatnonzero(
                (rows >= down.start)
                & (rows < down.stop)
                & (columns >= across.start)
                & (columns < across.stop)
            )
            x_m, y_m = LocalFrame(lens.lon_deg, lens.lat_deg).to_metric(
                lon_deg[near], lat_deg[near]
            )
            smoke_m = horizon.smoke_height_m(x_m, y_m, ground[near])
            found = near[(smoke_m <= wish.smoke_m) & (np.hypot(x_m, y_m) <= wish.reach_m)]
        seen.append(found)
        progress(number + 1, len(tops))
    return _greedy(grid, ground_m, tops, seen, hectares, wish.count)


def _greedy(  # noqa: PLR0917 -- the parts of one table
    grid: Grid,
    ground_m: Heights,
    tops: Sequence[tuple[int, int]],
    seen: Sequence[NDArray[np.intp]],
    hectares: NDArray[np.float64],
    count: int,
) -> tuple[NewSite, ...]:
    left_ha, chosen = hectares.copy(), []
    for _ in range(count):
        gains = [float(left_ha[cells].sum()) for cells in seen]
        best = int(np.argmax(gains)) if gains else -1
        if best < 0 or gains[best] <= 0.0:
            break
        place = grid.centre_of(*tops[best])
        alone_ha = float(hectares[seen[best]].sum())
        chosen.append(NewSite(*place, float(ground_m[tops[best]]), gains[best], alone_ha))
        left_ha[seen[best]] = 0.0
    return tuple(chosen)
