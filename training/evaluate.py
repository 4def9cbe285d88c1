"""Evaluate weights that have no card yet: ``firewatch evaluate images`` for a file of a run."""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2

from detector.core import Detector
from detector.evaluate.images import look_at, rows
from detector.evaluate.labelled_set import Picture, read_index
from detector.evaluate.report import differences, in_words, report
from detector.measures.boxes import Scene
from models.errors import InputRefused
from models.zoo import ModelCard, load_card

__all__ = ["draft_card", "main", "scenes"]


def draft_card(weights: Path, *, nms_iou: float | None = None) -> ModelCard:
    """A card for weights that have none yet, so that the detection core takes them."""
    model = load_card("firewatch-yolo11n")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    operating = model.operating
    if nms_iou is not None:
        operating = replace(operating, nms_iou=nms_iou)
    return replace(
        model,
        name="draft",
        path=weights.resolve(),
        file=weights.name,
        sha256=digest,
        operating=operating,
    )


def scenes(
    pictures: Sequence[Picture], card: ModelCard, *, width_px: int = 640, threads: int = 1
) -> list[Scene]:
    """Look at every picture with weights that have a draft card only."""
    detector = Detector.open(card, device="cpu", threads=threads, width_px=width_px)
    return look_at(pictures, detector)


def main() -> int:
    """Evaluate as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with index.csv")
    parser.add_argument("weights", type=Path, help="ONNX file as training/export.py writes it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--nms-iou", type=float)
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture: a preview")
    parser.add_argument("--against", type=Path, help="weights to compare with, group by group")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        index = [p for p in read_index(arguments.data) if p.split == arguments.split]

        def look(weights: Path) -> list[Scene]:
            return scenes(
                index[:: arguments.every],
                draft_card(weights, nms_iou=arguments.nms_iou),
                width_px=arguments.width,
                threads=arguments.threads,
            )

        found = look(arguments.weights)
        before = [] if arguments.against is None else look(arguments.against)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "detections.json").write_text(json.dumps(rows(found)))
    figures = report(found)
    (arguments.out / "metrics.json").write_text(json.dumps(figures, indent=1))
    for row in figures["measures"]:
        print(in_words(row))
    for row in differences(before, found) if before else []:
        print(f"{row['name']}: {row['value']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
