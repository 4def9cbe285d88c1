"""How well fires are found in pictures from drones, ours beside a detector that PyPI has.

The peer is fire_detector 1.0.3 (smoke and fire, 9.7 million parameters, no licence stated): to
compare with, never to ship. Pictures of the view ``drone`` that the set gives to training were seen
by our weights while they learned: the report says how many of them those are. So frames of clips
and stills that nobody trained on stand beside them (:mod:`benchmarks.above.held_back`).
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.above.held_back import held_back_pictures
from benchmarks.engine.environments import environment
from benchmarks.support.report import Measure, comparison, figure, machine, render, skipped, write
from detector.core import Detector
from detector.evaluate.images import look_at
from detector.evaluate.labelled_set import CLASSES, Picture, read_index
from detector.measures.boxes import Scene, judge
from detector.measures.precision import average_precision
from models.config import Settings
from models.zoo.registry import load_card

__all__ = ["main"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "detection"
FOOTAGE = DATA.parent / "footage"
PEER = "fire_detector"
PEER_SCRIPT = Path(__file__).with_name("peer_fire_detector.py")
HIT_IOU = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so."""
    parser = argparse.ArgumentParser(prog="./run bench drone_views", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: there are few pictures")
    parser.add_argument("--peers", action="store_true", help="make the peer's environment, 5 GB")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with index.csv")
    parser.add_argument("--footage", type=Path, default=FOOTAGE, help="folder with clips")
    parser.add_argument("--model", default=Settings().model_card, help="card of ours")
    options = parser.parse_args(arguments)
    about = machine()
    measures = _measure_both(options)
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json,
            benchmark="drone_views",
            about=about,
            quick=options.quick,
            measures=measures,
        )
    return 0


def _measure_both(options: argparse.Namespace) -> list[Measure]:
    measures: list[Measure] = []
    if (options.data / "index.csv").is_file():
        pictures = [picture for picture in read_index(options.data) if picture.view == "drone"]
        seen = sum(picture.split == "train" for picture in pictures)
        what = f"{len(pictures)} pictures, {seen} of them seen in training"
        measures += _measure(pictures, "drone", what, options)
    else:
        measures.append(
            skipped("drone_smoke_ap50", "AP50", f"no labelled pictures in {options.data}")
        )
    with tempfile.TemporaryDirectory() as folder:
        pictures = held_back_pictures(options.footage, Path(folder))
        if not pictures:
            name = "drone_held_back_smoke_ap50"
            return [*measures, skipped(name, "AP50", f"no footage in {options.footage}")]
        what = f"{len(pictures)} pictures that no training has seen"
        return measures + _measure(pictures, "drone_held_back", what, options)


def _measure(
    pictures: Sequence[Picture], prefix: str, what: str, options: argparse.Namespace
) -> list[Measure]:
    ours = look_at(pictures, Detector.open(load_card(options.model), device="cpu"))
    python = environment(PEER, may_make=options.peers)
    theirs = None if isinstance(python, str) else _of_peer(ours, pictures, python)
    measures = []
    for label, word in enumerate(CLASSES):
        name = f"{prefix}_{word}_ap50"
        boxes = sum(int((scene.true_classes == label).sum()) for scene in ours)
        if boxes == 0:
            measures.append(skipped(name, "AP50", f"no {word} in {what}"))
            continue
        value = _precision(ours, label)
        if theirs is None:
            measures += [
                figure(name, value, "AP50", f"{boxes} boxes, {what}"),
                skipped(f"{name}_vs_peer", "AP50", str(python)),
            ]
            continue
        peer = _precision(theirs, label)
        against = f"fire_detector 1.0.3 at {peer:.3f}; {boxes} boxes, {what}"
        # A peer that finds nothing is beaten by anything: the ratio must stay a number.
        ratio = value / max(peer, 1e-3)
        measures.append(comparison(f"{name}_vs_peer", value, "AP50", against, ratio=ratio, bar=1.0))
    return measures


def _precision(scenes: Sequence[Scene], label: int) -> float:
    return average_precision([judge(scene, label, HIT_IOU) for scene in scenes])


def _of_peer(ours: Sequence[Scene], pictures: Sequence[Picture], python: Path) -> list[Scene]:
    """What the peer sees in the same pictures: scores from 0.001, 640 px, by its own library."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "pictures.txt"
        wanted.write_text("\n".join(str(picture.path) for picture in pictures), encoding="utf-8")
        done = subprocess.run(
            [python, "-P", PEER_SCRIPT, wanted],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "YOLO_CONFIG_DIR": folder},
        )
    rows = json.loads(done.stdout.splitlines()[-1])
    scenes = []
    for scene, picture in zip(ours, pictures, strict=True):
        mine = [row for row in rows if row["path"] == str(picture.path)]
        scenes.append(
            replace(
                scene,
                classes=np.array([CLASSES.index(row["category"]) for row in mine], np.int64),
                scores=np.array([row["score"] for row in mine], np.float64),
                boxes=np.array([row["box"] for row in mine], np.float64).reshape(-1, 4),
            )
        )
    return scenes
