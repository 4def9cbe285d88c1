"""The command line of the detector's benchmark."""

import argparse
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engine.district import CLOSING_S, measure_district
from benchmarks.engine.memory import measure_memory
from benchmarks.engine.parts import measure_parts
from benchmarks.engine.throughput import (
    measure_bare,
    measure_batches,
    measure_gpu,
    measure_inputs,
    measure_peers,
)
from benchmarks.support.report import Measure, machine, render, skipped, write
from detector.core import Detector
from detector.core.machine import usable_cores
from models.config import Settings
from models.errors import WatchError
from models.zoo import ModelCard, card_names, load_card

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

BENCHMARK = "detector"
QUICK_S = 45.0
LOADING_S = 2.0
"""For the district's network and pictures."""
SECTIONS = ("bare", "parts", "district", "inputs", "batches", "gpu", "others", "memory")
_NOT_QUICK = "not in a quick run"
_NO_TIME = "this machine was too busy for it within a quick run"


def main(arguments: list[str] | None = None) -> int:
    """Measure as told; 0 when every bar that could be tried holds, 1 when one fails."""
    parser = argparse.ArgumentParser(
        prog="./run bench detector",
        description="How fast the detection core is, beside the bare runtime and beside others.",
    )
    parser.add_argument("--quick", action="store_true", help="answer within 50 s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument(
        "--peers",
        action="store_true",
        help="make the environments of ultralytics (5 GB) and OpenVINO (0.3 GB) in .tools/peers",
    )
    parser.add_argument("--model", default=Settings().model_card, help=f"{', '.join(card_names())}")
    parser.add_argument(
        "--threads", type=int, default=0, help="of the CPU; one per core if not given"
    )
    parser.add_argument(
        "--only", action="append", choices=SECTIONS, help="measure that; may be given again"
    )
    asked = parser.parse_args(arguments)
    if asked.quick and asked.peers:
        parser.error("--peers takes longer than --quick allows")
    # What the watch would log belongs to the watch, not into this table.
    logging.disable(logging.CRITICAL)
    try:
        measures = _measure(asked)
    except WatchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(measure.holds is not False for measure in measures) else 1


def _measure(asked: argparse.Namespace) -> list[Measure]:
    started_s = time.monotonic()
    about = machine()
    card = load_card(asked.model)
    threads = asked.threads or usable_cores()
    detector = Detector.open(card, threads=threads)
    about |= {"provider": detector.provider, "model": f"{card.name} {card.version}"}
    quick = asked.quick
    # Those with a bar come first: a quick run leaves out what a busy machine has no time for.
    sections: list[tuple[str, float, str, Callable[[], list[Measure]]]] = [
        (
            "bare",
            0.0,
            "detect_vs_bare",
            lambda: measure_bare(card, detector, threads, 9.0 if quick else 30.0),
        ),
        ("parts", 0.0, "preprocess_1080p_ms", lambda: measure_parts(2.0 if quick else 12.0)),
        (
            "district",
            0.0,
            "district_p99_cadences",
            lambda: _district(card, started_s, quick=quick),
        ),
        (
            "inputs",
            6.0,
            "detect_1080p_jpeg",
            lambda: measure_inputs(card, detector, threads, 3.0 if quick else 25.0),
        ),
        (
            "batches",
            3.0,
            "batch_8_vs_1",
            lambda: measure_batches(card, threads, 1.0 if quick else 20.0),
        ),
        ("gpu", 0.0, "cuda_detect_vs_bare", lambda: measure_gpu(card, 6.0 if quick else 30.0)),
        (
            "others",
            0.0,
            "detect_vs_ultralytics_ort",
            lambda: _peers(asked, card, detector, threads),
        ),
        ("memory", 0.0, "memory_growth_percent", lambda: _memory(asked, card, threads)),
    ]
    measures: list[Measure] = []
    for name, needs_s, measure_name, section in sections:
        if asked.only and name not in asked.only:
            continue
        elapsed_s = time.monotonic() - started_s
        if sys.stderr.isatty():
            print(f"[{elapsed_s:3.0f} s] {name}", file=sys.stderr)
        if quick and elapsed_s + needs_s > QUICK_S:
            found = [skipped(measure_name, "", _NO_TIME)]
        else:
            found = section()
        for measure in found:
            measures.append(measure)
            print(render(measure), flush=True)
    if asked.json is not None:
        write(asked.json, benchmark=BENCHMARK, about=about, quick=quick, measures=measures)
    return measures


def _peers(
    asked: argparse.Namespace, card: ModelCard, detector: Detector, threads: int
) -> list[Measure]:
    if asked.quick:
        return [
            skipped(name, "images/s", _NOT_QUICK)
            for name in (
                "detect_vs_ultralytics_ort",
                "detect_vs_ultralytics_best",
                "openvino_vs_plain",
            )
        ]
    return measure_peers(card, detector, threads, 45.0, may_make=asked.peers)


def _memory(asked: argparse.Namespace, card: ModelCard, threads: int) -> list[Measure]:
    if asked.quick:
        return [skipped("memory_growth_percent", "%", _NOT_QUICK)]
    return measure_memory(card, threads)


def _district(card: ModelCard, started_s: float, *, quick: bool) -> list[Measure]:
    # A slow machine spends more on what came before; the promise of a quick run is kept here.
    left_s = QUICK_S - LOADING_S - CLOSING_S - (time.monotonic() - started_s)
    seconds = min(12.0, max(5.0, left_s - 9.0)) if quick else 40.0
    cost = Settings().attention.cost
    measures = measure_district(card, seconds, cost=cost)
    if not quick:
        measures += measure_district(card, seconds, cost=1.0, name="district_full_frame")
    return measures
