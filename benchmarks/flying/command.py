"""``./run bench drone [--quick] [--json FILE]``: plans against a bound, seen by somebody else.

The bound is the target's area over the full width of one picture from the wished height: what an
aircraft would fly that never turns, never overlaps and starts on the spot. Lengths are from home to
home with all turns and ways. What is seen is counted by :mod:`benchmarks.flying.referee`, picture
by picture, on the relief.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.flying.cases import CAMERA, HEIGHT_M, Case, aircraft, cases
from benchmarks.flying.peer_ortools import ortools_s
from benchmarks.flying.referee import Raster, flown_m, seen_share
from benchmarks.ground.land import jacksboro, thirty_metres
from benchmarks.support.report import (
    Measure,
    comparison,
    conclude,
    figure,
    limit,
    machine,
    rate,
    skipped,
)
from drone_jobs.planning import plan_sweep
from drone_jobs.planning.area_lines import area_lines
from drone_jobs.planning.fitting import fitting
from drone_jobs.planning.flying import ROUTE_S
from drone_jobs.planning.ground import sweep_ground
from drone_jobs.planning.prices import priced
from drone_jobs.planning.routing import route
from geo.terrain import Terrain
from models.mission import Aircraft, SweepPlan

__all__ = ["main"]

SWATH_M = 2.0 * HEIGHT_M * math.tan(math.radians(CAMERA.horizontal_fov_deg / 2.0))
RATIO_BARS = {"field": 1.25, "belt": 1.15, "belt_line": 1.15}
SEEN_BARS = {"field": 0.995, "belt": 0.995, "belt_line": 0.995, "holes": 0.99}
PLAN_BAR_S = 2.0
CELL_M = 4.0
ROUNDS = 3
ROUTED_SPACING_M = 130.0
ORDER_BAR = 0.98  # theirs over ours: at most a fiftieth longer than what they find in a second


def measures(*, quick: bool) -> list[Measure]:
    """All figures: bars on the drill's relief, and the same on steeper land where it is at hand."""
    warm = cases(jacksboro())[1].task((aircraft(),))
    plan_sweep(warm, jacksboro())  # what is imported and compiled once is nobody's plan
    found = [each for case in cases(jacksboro()) for each in _of(case, jacksboro(), quick=quick)]
    found += _batteries(jacksboro())
    found += _orders(jacksboro())
    steep = None if quick else thirty_metres()
    if steep is None:
        return [*found, skipped("steep_coverage", "", "real 30 m relief is not at hand or --quick")]
    for case in cases(steep):
        found += _on_steep(case, steep)
    return found


def _of(case: Case, terrain: Terrain, *, quick: bool) -> list[Measure]:
    plan, took_s = _planned(case, terrain, (aircraft(),), 1 if quick else ROUNDS)
    seen = seen_share(plan, Raster.of(case.ground, terrain, CELL_M), CAMERA, terrain)
    ratio = flown_m(plan) * SWATH_M / case.area_m2
    on = f"Jacksboro, 90 m cells, {len(plan.sorties)} flights"
    against = f"area / {SWATH_M:.1f} m without overlap, turns and ways; {on}"
    name = case.name
    bar = RATIO_BARS.get(name)
    return [
        figure(f"{name}_length_ratio", ratio, "", against)
        if bar is None
        else limit(f"{name}_length_ratio", ratio, "", against, bar),
        rate(
            f"{name}_coverage", seen, "", f"picture by picture on {CELL_M:g} m", bar=SEEN_BARS[name]
        ),
        figure(f"{name}_coverage_said", plan.figures.covered_share, "", "the plan's own account"),
        limit(f"{name}_plan_s", took_s, "s", "median", PLAN_BAR_S),
        figure(f"{name}_above_ground_least_m", plan.figures.least_above_ground_m, "m"),
        figure(f"{name}_above_ground_most_m", plan.figures.most_above_ground_m, "m"),
    ]


def _batteries(terrain: Terrain) -> list[Measure]:
    """The concave target by two aircraft with 25 minutes each: no line may be lost unsaid."""
    case = cases(terrain)[-1]
    fleet = (aircraft("one", 25.0), aircraft("two", 25.0))
    plan, took_s = _planned(case, terrain, fleet, 1)
    flown = {line for sortie in plan.sorties for line in sortie.lines}
    told = {line.line for line in plan.dropped}
    lines = 1 + max(flown | told)
    seen = seen_share(plan, Raster.of(case.ground, terrain, CELL_M), CAMERA, terrain)
    what = f"two aircraft of 25 min: {len(plan.sorties)} flights, {len(told)} lines dropped"
    return [
        rate("holes_shared_coverage", seen, "", what, bar=SEEN_BARS["holes"]),
        limit("holes_unreported_lines", lines - len(flown | told), "lines", what, 0.0),
        limit("holes_shared_plan_s", took_s, "s", what, PLAN_BAR_S),
        figure("holes_shared_makespan_s", plan.figures.makespan_s, "s", what),
    ]


def _orders(terrain: Terrain) -> list[Measure]:
    """Flights of one battery put in order by ours and by OR-Tools, on the same prices."""
    found = []
    for case in (cases(terrain)[0], cases(terrain)[3]):
        ground = sweep_ground(case.task((aircraft(),)), terrain)
        lines = area_lines(ground.target.ground_m, ground.swath, ROUTED_SPACING_M, None).lines
        kept, _ = fitting(lines, ground.pricing)
        problem, _ = priced(ground.pricing, kept)
        start = time.perf_counter()
        ours_s = route(problem, time_limit_s=ROUTE_S).makespan_s
        took_s = time.perf_counter() - start
        theirs_s = ortools_s(problem)
        name, what = f"{case.name}_order_vs_ortools", f"{len(kept)} lines, ours took {took_s:.2f} s"
        if theirs_s is None:
            found.append(skipped(name, "s", "OR-Tools left a line out"))
            continue
        against = f"OR-Tools, 1 s, {theirs_s:.0f} s of flight; {what}"
        ratio = theirs_s / ours_s
        found.append(comparison(name, ours_s, "s", against, ratio=ratio, bar=ORDER_BAR))
    return found


def _on_steep(case: Case, terrain: Terrain) -> list[Measure]:
    plan, took_s = _planned(case, terrain, (aircraft(),), 1)
    seen = seen_share(plan, Raster.of(case.ground, terrain, CELL_M), CAMERA, terrain)
    return [
        figure(f"steep_{case.name}_coverage", seen, "", "Big Tujunga, 30 m cells"),
        figure(f"steep_{case.name}_length_ratio", flown_m(plan) * SWATH_M / case.area_m2, ""),
        figure(f"steep_{case.name}_plan_s", took_s, "s"),
        figure(f"steep_{case.name}_above_ground_most_m", plan.figures.most_above_ground_m, "m"),
    ]


def _planned(
    case: Case, terrain: Terrain, fleet: tuple[Aircraft, ...], rounds: int
) -> tuple[SweepPlan, float]:
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        plan = plan_sweep(case.task(fleet), terrain)
        took.append(time.perf_counter() - start)
    return plan, sorted(took)[len(took) // 2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench drone", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, the drill's relief alone")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    found = measures(quick=options.quick)
    return conclude(found, benchmark="drone", about=about, quick=options.quick, path=options.json)
