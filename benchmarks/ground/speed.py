"""Time of a fix and of a viewshed, and whether the viewshed is right."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ground.gdal import gdal_viewshed, is_here, read_finer
from benchmarks.ground.land import Tower, jacksboro, thirty_metres, towers_on
from benchmarks.ground.march import seen_by_march
from benchmarks.support.report import Measure, conclude, figure, limit, machine, skipped
from geo.horizon import Horizon, HorizonBook, PolarGround
from geo.locate import Locator
from geo.terrain import Heights, Terrain, TowerTerrain
from models.fix import FixOutcome
from models.site import HeightDatum, Pose, Position

__all__ = ["main"]

RADIUS_M = 15_000.0
MAST_M, TARGET_M = 30.0, 10.0
RAYS = 500
FINER = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench geo", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer fixes and towers")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    fine = thirty_metres()
    terrain = fine or jacksboro()
    cell_m = terrain.cell_m if fine else 30.0
    land = f"{terrain.name}, {cell_m:.0f} m cells"
    towers = towers_on(terrain, 2 if options.quick else 6)
    measures = [
        *_fixes(terrain, towers, 60 if options.quick else 400, land),
        *_viewsheds(terrain, towers, cell_m, land, quick=options.quick),
    ]
    return conclude(measures, benchmark="geo", about=about, quick=options.quick, path=options.json)


def _fixes(terrain: Terrain, towers: list[Tower], count: int, land: str) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        known = replace(terrain, fingerprint="heights-bench")
        book = HorizonBook(known, folder=Path(folder))
        start = time.perf_counter()
        book.around(*towers[0])
        made_s = time.perf_counter() - start
        again = HorizonBook(known, folder=Path(folder))
        start = time.perf_counter()
        again.around(*towers[0])
        opened_s = time.perf_counter() - start
        locator = Locator(known, ray_count=RAYS, folder=Path(folder))
        times_ms = _timed(locator, towers, count)
    times_ms.sort()
    share = f"{RAYS} rays, {len(times_ms)} located fixes on {land}, 1 thread"
    return [
        limit("fix500_ms", statistics.median(times_ms), "ms", f"median, {share}", 10.0),
        figure("fix500_p95_ms", times_ms[int(0.95 * len(times_ms))], "ms", share),
        figure("tower_first_asked_s", made_s, "s", "20 km of profiles read and kept, once"),
        figure("tower_after_restart_ms", opened_s * 1e3, "ms", "mapped from disk"),
    ]


def _timed(locator: Locator, towers: list[Tower], count: int) -> list[float]:
    """Milliseconds of fixes that got a place."""
    random = np.random.default_rng(1)
    times_ms: list[float] = []
    while len(times_ms) < count:
        tower = towers[len(times_ms) % len(towers)]
        observer = Position(*tower, MAST_M, HeightDatum.GROUND)
        pose = Pose(
            float(random.uniform(0.0, 360.0)),
            -3.0,
            0.0,
            60.0,
            azimuth_sigma_deg=0.1,
            tilt_sigma_deg=0.1,
        )
        x_px, y_px = float(random.uniform(0, 1920)), float(random.uniform(400, 1000))
        start = time.perf_counter()
        fix = locator.locate(observer, pose, x_px, y_px, 1920, 1080)
        took_ms = (time.perf_counter() - start) * 1e3
        if fix.outcome is FixOutcome.LOCATED:
            times_ms.append(took_ms)
    return times_ms[len(towers) :]  # the first of each tower reads its profiles


def _viewsheds(
    terrain: Terrain, towers: list[Tower], cell_m: float, land: str, *, quick: bool
) -> list[Measure]:
    times_s: list[float] = []
    compared: list[_Compared] = []
    for tower in towers:
        around = terrain.around(*tower, RADIUS_M, cell_m)
        smoke_m = np.zeros(0, np.float32)
        for _ in range(2 if quick else 3):
            start = time.perf_counter()
            ground = PolarGround.of(around, RADIUS_M)
            smoke_m = Horizon(ground, ground.ground_m + MAST_M).smoke_over(around)
            times_s.append(time.perf_counter() - start)
        compared.append(_compared(around, smoke_m))
    where = f"{len(towers)} towers on {land}, 15 km, smoke of {TARGET_M:.0f} m"
    march = statistics.mean(each.ours_from_march for each in compared)
    measures = [
        limit("viewshed_s", statistics.median(times_s), "s", f"profiles and all, {where}", 0.5),
        figure("viewshed_march_differ", march, "%", "a brute-force march, 4,000 cells a tower"),
    ]
    if not is_here():
        reason = "gdal_viewshed is not here (Debian's gdal-bin)"
        return [*measures, skipped("viewshed_cells_differ", "%", reason)]
    cells = [each.cells for each in compared]
    spread = f"gdal_viewshed on that ground, read {FINER} times finer; "
    spread += f"{min(cells):.2f} to {max(cells):.2f}; {where}"
    same = statistics.mean(each.cells_same_grid for each in compared)
    gdal_march = statistics.mean(each.theirs_from_march for each in compared)
    sides = statistics.mean(each.march_with_us for each in compared)
    took_s = statistics.median(each.gdal_s for each in compared)
    return [
        *measures,
        limit("viewshed_cells_differ", statistics.mean(cells), "%", spread, 0.5),
        figure("viewshed_same_grid_differ", same, "%", "gdal_viewshed on our own grid"),
        figure("gdal_march_differ", gdal_march, "%", "gdal_viewshed on it, from the march"),
        figure("march_sides_with_us", sides, "%", "of the cells where it differs"),
        figure("gdal_viewshed_s", took_s, "s", "with its files"),
    ]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Shares of cells in percent."""

    ours_from_march: float
    cells: float = 0.0
    cells_same_grid: float = 0.0
    theirs_from_march: float = 0.0
    march_with_us: float = 0.0
    gdal_s: float = 0.0


def _compared(around: TowerTerrain, smoke_m: Heights) -> _Compared:
    ours = smoke_m <= TARGET_M
    known = np.isfinite(smoke_m)
    sample = _some(around, known)
    marched = _marched(around, sample)
    from_march = 100.0 * float((ours[sample] != marched).mean())
    if not is_here():
        return _Compared(from_march)
    theirs, took_s = gdal_viewshed(around, mast_m=MAST_M, target_m=TARGET_M, radius_m=RADIUS_M)
    finer, _ = gdal_viewshed(
        read_finer(around, FINER), mast_m=MAST_M, target_m=TARGET_M, radius_m=RADIUS_M
    )
    differs = _differing(ours, known, theirs)
    disputed = _some(around, differs)
    return _Compared(
        from_march,
        cells=_percent(_differing(ours, known, finer[::FINER, ::FINER]), known),
        cells_same_grid=_percent(differs, known),
        theirs_from_march=100.0 * float(((theirs[sample] == 1) != marched).mean()),
        march_with_us=100.0 * float((ours[disputed] == _marched(around, disputed)).mean()),
        gdal_s=took_s,
    )


def _differing(
    ours: NDArray[np.bool_], known: NDArray[np.bool_], theirs: NDArray[np.int8]
) -> NDArray[np.bool_]:
    """Cells of which both say something, and not the same."""
    differ: NDArray[np.bool_] = known & (theirs >= 0) & (ours != (theirs == 1))
    return differ


def _percent(some: NDArray[np.bool_], known: NDArray[np.bool_]) -> float:
    return 100.0 * float(some.sum() / known.sum())


def _some(around: TowerTerrain, wanted: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Rows and columns of at most 4,000 wanted nodes, none beside the tower."""
    random = np.random.default_rng(2)
    rows, columns = np.nonzero(wanted)
    away = np.hypot(rows - around.half, columns - around.half) > 2.0
    rows, columns = rows[away], columns[away]
    chosen = random.choice(len(rows), min(4_000, len(rows)), replace=False)
    return rows[chosen], columns[chosen]


def _marched(around: TowerTerrain, nodes: tuple[NDArray[np.intp], ...]) -> NDArray[np.bool_]:
    rows, columns = nodes
    x_m = (columns - around.half).astype(np.float64) * around.cell_m
    y_m = (around.half - rows).astype(np.float64) * around.cell_m
    return seen_by_march(around, x_m, y_m, mast_m=MAST_M, target_m=TARGET_M)
