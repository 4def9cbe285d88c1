"""Train the classifier of hot spots, judge it on places and cameras left out, write its card.

    python -m training.heat FOOTAGE DETECTION --out models/zoo/heat --version 2026.11.1

Each place and each camera of the ground frames is left out in turn, with a third of the frames
without fire; the limit of a fold is set on the others. The prominence alone, by which spots are
candidates without it, is judged beside it. Two minutes on one core.
"""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detector.thermal.features import FEATURES
from models.units import FloatArray
from training.heat_frames import Seen, confusers, ground_frames, seen, variants
from training.heat_judging import Counts, cross_fitted, lowest_limit
from training.heat_trees import export, fit

__all__ = ["main"]

NAME = "firewatch-heat"
VARIANTS = 6
FIRE_VARIANTS = 18
SEED = 20261127
WEIGHT = 0.7
DATA = (
    ("FLAME-T of IFTH, a test fire from the ground, three places, three cameras",
     "CC BY-NC 4.0", True),
    ("HIT-UAV thermal pictures from a drone", "CC BY 4.0", False),
    ("DJI sample stills of thermal_parser", "MIT", False),
    ("FLIR samples of IRimage, Wikimedia", "CC0, CC BY-SA 3.0 and 4.0, public domain", False),
    ("FLIR samples of thermal_parser", "MIT", False),
    ("Thermimage's heron", "GPL", False),
)  # fmt: skip
NOTES = (
    "One test fire at three places by three cameras is all the fire that it knows.",
    (
        "A small camera of 160 columns before sky and sun-warmed rock loses a fire of one to four "
        "pixels that is no hotter than the rock: one place of three."
    ),
    "F1 0.9 is not reached on a place or a camera that it has never seen; see the figures.",
    "It sees one frame. What it says is one of several reasons of the heat watch.",
)


def main() -> int:
    """Train and judge as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("footage", type=Path, help="folder with infrared/")
    parser.add_argument("detection", type=Path, help="folder with images/hit_uav_ir/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    frames = gather(arguments.footage, arguments.detection)
    metrics: list[dict[str, Any]] = []
    limit = 0.0
    for key in ("point", "camera"):
        for name, score in (("trees", _trees), ("prominence alone", _prominence)):
            crossed, pooled, scored = cross_fitted(frames, key, score)
            metrics += _rows(name, key, crossed, pooled)
            if (name, key) == ("trees", "point"):
                limit = lowest_limit(scored)
    for row in metrics:
        print(row["value"], row["name"], "|", row["source"])
    arguments.out.mkdir(parents=True, exist_ok=True)
    network = arguments.out / f"{NAME}.onnx"
    export(fit(frames, seed=SEED), network, len(FEATURES))
    card = arguments.out / f"{NAME}.toml"
    card.write_text(_card(network, arguments.version, limit, metrics), encoding="utf-8")
    print(f"{network}: {network.stat().st_size} bytes, candidate from {limit:.1f}")
    return 0


def gather(footage: Path, detection: Path) -> list[Seen]:
    """All frames and their variants."""
    found = []
    everything = [*ground_frames(footage), *confusers(footage, detection)]
    for number, frame in enumerate(everything):
        found.append(seen(frame, is_variant=False))
        rng = np.random.default_rng((SEED, number))
        found += [
            seen(one, is_variant=True)
            for one in variants(frame, FIRE_VARIANTS if frame.boxes else VARIANTS, rng)
        ]
    return found


def _trees(frames: list[Seen]) -> Callable[[Seen], FloatArray]:
    trees = fit(frames, seed=SEED)
    return lambda one: trees.log_odds(one.features)


def _prominence(frames: list[Seen]) -> Callable[[Seen], FloatArray]:
    del frames  # nothing to learn
    return lambda one: np.log(np.maximum(one.prominence, 1e-3))


def _rows(name: str, key: str, crossed: Counts, pooled: Counts) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for counts, how in ((crossed, "limits set on the other folds"), (pooled, "one limit for all")):
        fires = counts.found + counts.missed
        source = (
            f"each {key} left out, {how}: {counts.found} of {fires} fires, {counts.rocks} of "
            f"{counts.rock_boxes} boxes of hot rock and roof, {counts.others} other spots of those "
            f"frames; {counts.false} false in {counts.frames} confuser frames, {counts.cut_false} "
            f"in {counts.cut_frames} cut and scaled ones; training/heat.py"
        )
        for what, value in (
            ("F1, labelled boxes", counts.f1),
            ("false candidates per 100 confuser frames", 100.0 * counts.false / counts.frames),
        ):
            words = f"{what}, {name}, by {key} left out, {how}"
            rows.append({"name": words, "value": round(value, 3), "source": source})
    return rows


def _card(network: Path, version: str, limit: float, metrics: list[dict[str, Any]]) -> str:
    def pair(key: str, value: object) -> str:
        return f"{key} = {json.dumps(value, ensure_ascii=False)}"

    lines = [
        "# Written by training/heat.py; read and checked by detector/thermal/classifier.py.",
        pair("name", NAME),
        pair("version", version),
        pair("file", network.name),
        pair("sha256", hashlib.sha256(network.read_bytes()).hexdigest()),
        pair("licence", "AGPL-3.0-or-later"),
        pair(
            "trained_with",
            f"training/heat.py, seed {SEED}, {FIRE_VARIANTS} variants of each frame with fire and "
            f"{VARIANTS} of each without, scikit-learn 1.9.1, "
            "about two minutes of one core",
        ),
        pair("features", list(FEATURES)),
        pair("weight", WEIGHT),
        pair("candidate_log_odds", round(WEIGHT * limit, 2)),
        pair("notes", list(NOTES)),
    ]
    for row in metrics:
        lines += ["", "[[metrics]]", *(pair(key, value) for key, value in row.items())]
    for name, licence, is_nc in DATA:
        lines += ["", "[[data]]", pair("name", name), pair("licence", licence)]
        lines.append(pair("non_commercial", is_nc))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
