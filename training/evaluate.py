"""Run weights over a split and write what they found and how good that is, per view.

The pictures go through the product's own detection core, so the figures are those of the product:
rectangular letterbox, suppression as on the card. ``detections.json`` has one row a detection with
scores from 0.001; ``metrics.json`` has every figure with its counts and its 95 % interval over
groups.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from detector.core import Detector
from models.zoo import ModelCard, load_card
from training.evaluation import Scene
from training.index import CLASSES, Picture, read_index
from training.refused import Refused
from training.report import report

__all__ = ["draft_card", "main", "scenes"]

FLOOR = 0.001


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
    """Look at every picture.

    Raises:
        Refused: a file is not a picture.
    """
    detector = Detector.open(card, device="cpu", threads=threads, width_px=width_px)
    answers = []
    for picture in pictures:
        image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
        if image is None:
            raise Refused(f"{picture.path} is not a picture.", remedy="Restore it.")
        found = detector.detect([image], floor_score=FLOOR)[0]
        height, width = image.shape[:2]
        answers.append(
            Scene(
                name=picture.name,
                group=picture.group,
                view=picture.view,
                source=picture.source,
                true_classes=picture.classes,
                true_boxes=picture.boxes * (width, height, width, height),
                classes=found.labels.astype(np.int64),
                scores=found.scores.astype(np.float64),
                boxes=found.boxes_xyxy.astype(np.float64),
            )
        )
    return answers


def rows(found: Sequence[Scene]) -> list[dict[str, object]]:
    """One row a detection, pixels of the picture."""
    return [
        {
            "file_name": scene.name,
            "category": CLASSES[label],
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "score": score,
        }
        for scene in found
        for label, score, (x0, y0, x1, y1) in zip(
            scene.classes.tolist(), scene.scores.tolist(), scene.boxes.tolist(), strict=True
        )
    ]


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
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        index = [p for p in read_index(arguments.data) if p.split == arguments.split]
        found = scenes(
            index[:: arguments.every],
            draft_card(arguments.weights, nms_iou=arguments.nms_iou),
            width_px=arguments.width,
            threads=arguments.threads,
        )
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "detections.json").write_text(json.dumps(rows(found)))
    figures = report(found)
    (arguments.out / "metrics.json").write_text(json.dumps(figures, indent=1))
    for row in figures["measures"]:
        print("{name}: {value:.3f} [{low:.3f}, {high:.3f}] ({counts})".format(**row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
