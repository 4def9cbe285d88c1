"""The benchmark of ten days: infrared nodes under sun, rain and animals, each with one start.

Each node's frames are simulated (docs/infrared-scene.md), encoded as it would push them, read by
the gateway, and followed by the heat watch in force, at the intervals of the day's danger class.
Somebody answers each false look after half an hour. Two bars, over the nodes that send degrees:
minutes from 0.1 m2 above 150 degrees in view to the look, and false looks a node-day. Nodes that
send levels are told beside them.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2

from benchmarks.node_days.figures import measures_of
from benchmarks.node_days.following import Case, DaysOfNode, cases, follow_days
from benchmarks.support.report import conclude, machine
from detector.thermal.classifier import SpotClassifier
from models.config.heat import HeatRule

__all__ = ["main"]

NODES: Final = 30
DAYS: Final = 10
QUICK_S: Final = 35.0
"""When a quick run begins no further node."""
QUICK_DAYS: Final = 4
QUICK_LEAST_S: Final = 240


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench infrared-days", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="some nodes, four days, a frame in four minutes"
    )
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--seed", type=int, default=1, help="of the first node")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--unanswered", action="store_true", help="nobody answers its looks")
    parser.add_argument("--undrawn", action="store_true", help="no stove pipe was drawn as warm")
    parser.add_argument("--keep", type=Path, help="one line a node: go on from there, add to it")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    chosen = cases(options.nodes, options.seed, QUICK_DAYS if options.quick else DAYS)
    if options.quick:  # a fine node costs five times the time
        chosen = tuple(replace(case, is_fine=False) for case in chosen)
    rows = sorted(_rows(chosen, options), key=lambda row: row.name)
    for row in rows:
        for false in row.falses:
            print(f"  false look, node {row.name}: {false}")
    return conclude(
        measures_of(rows),
        benchmark="infrared_days",
        about=about,
        quick=options.quick,
        path=options.json,
    )


def _rows(chosen: Sequence[Case], options: argparse.Namespace) -> Iterator[DaysOfNode]:
    quick, workers = bool(options.quick), int(options.workers)
    keep: Path | None = None if quick else options.keep
    how = {"is_answered": not options.unanswered, "is_drawn": not options.undrawn}
    known = _known(keep)
    yield from (known[case.name] for case in chosen if case.name in known)
    left = [case for case in chosen if case.name not in known]
    least_s = QUICK_LEAST_S if quick else 0
    ends_s = time.monotonic() + QUICK_S if quick else float("inf")
    if workers == 1 or quick:
        for case in left:
            if time.monotonic() >= ends_s:
                return
            yield _kept(_one(case, least_s, **how), keep)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_one, case, least_s, **how) for case in left]
        for done in as_completed(waiting):
            yield _kept(done.result(), keep)


def _one(case: Case, least_s: int, **how: bool) -> DaysOfNode:
    cv2.setNumThreads(1)
    return follow_days(case, SpotClassifier.open(), HeatRule(), least_s=least_s, **how)


def _known(keep: Path | None) -> dict[str, DaysOfNode]:
    if keep is None or not keep.is_file():
        return {}
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in keep.read_text(encoding="ascii").splitlines()
    ]
    return {row["name"]: DaysOfNode(**{**row, "falses": tuple(row["falses"])}) for row in rows}


def _kept(row: DaysOfNode, keep: Path | None) -> DaysOfNode:
    if keep is not None:
        with keep.open("a", encoding="ascii") as file:
            file.write(json.dumps(row.row()) + "\n")
    return row
