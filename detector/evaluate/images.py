"""Run a detector over a split of labelled pictures, and write what it found and how good that is.

The pictures go through the product's own core, so the figures are those of the product: rectangular
letterbox, suppression as on the card. ``detections.json`` has one row a detection with scores from
0.001; ``metrics.json`` has every figure with its counts and its 95 % interval over groups.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from camera_gateway.pictures import read_picture
from detector.core import Detector
from detector.evaluate.labelled_set import CLASSES, Picture, read_index
from detector.evaluate.report import report
from detector.evaluate.results import write_results
from detector.measures.boxes import Scene
from models.detection import Detections
from models.errors import InputRefused
from models.units import ImageBGR

__all__ = ["FLOOR_SCORE", "evaluate_images", "look_at", "rows", "scene_of"]

FLOOR_SCORE = 0.001

Progress = Callable[[int, int], None]


def evaluate_images(
    detector: Detector, data: Path, split: str, out: Path, *, on_progress: Progress
) -> dict[str, Any]:
    """Evaluate one split.

    Args:
        detector: open.
        data: folder with ``index.csv``, ``images`` and ``labels``.
        split: name in the index.
        out: folder for ``metrics.json`` and ``detections.json``; made when it is not there.
        on_progress: told (done, total) after each picture.

    Returns:
        What ``metrics.json`` says.

    Raises:
        InputRefused: the set cannot be trusted, has no such split, or ``out`` cannot be written.
        StorageFull: the disk takes no more.
    """
    index = read_index(data)
    pictures = [picture for picture in index if picture.split == split]
    if not pictures:
        raise InputRefused(
            f"{data / 'index.csv'} has no picture in the split {split!r}.",
            remedy=f"It has {', '.join(sorted({picture.split for picture in index})) or 'none'}.",
            code="no_such_split",
        )
    scenes = look_at(pictures, detector, on_progress=on_progress)
    figures = {"model": detector.reference.name, "split": split, **report(scenes)}
    write_results(out, {"detections.json": rows(scenes), "metrics.json": figures})
    return figures


def look_at(
    pictures: Sequence[Picture],
    detector: Detector,
    *,
    on_progress: Progress = lambda _done, _total: None,
) -> list[Scene]:
    """Detect in every picture, in their order.

    Raises:
        InputRefused: a file is not a picture.
    """
    scenes = []
    for number, picture in enumerate(pictures, start=1):
        image = read_picture(picture.path)
        (found,) = detector.detect([image], floor_score=FLOOR_SCORE)
        scenes.append(scene_of(picture, image, found))
        on_progress(number, len(pictures))
    return scenes


def scene_of(picture: Picture, image: ImageBGR, found: Detections) -> Scene:
    """A labelled picture with what was found in it, in pixels of the upright picture."""
    height_px, width_px = image.shape[:2]
    return Scene(
        name=picture.name,
        group=picture.group,
        view=picture.view,
        source=picture.source,
        true_classes=picture.classes,
        true_boxes=picture.boxes * (width_px, height_px, width_px, height_px),
        classes=found.labels.astype(np.int64),
        scores=found.scores.astype(np.float64),
        boxes=found.boxes_xyxy.astype(np.float64),
    )


def rows(scenes: Sequence[Scene]) -> list[dict[str, object]]:
    """One row a detection, pixels of the upright picture."""
    return [
        {
            "file_name": scene.name,
            "frame": 0,
            "time": 0.0,
            "category": CLASSES[label],
            "bbox": [x_min, y_min, x_max - x_min, y_max - y_min],
            "score": score,
        }
        for scene in scenes
        for label, score, (x_min, y_min, x_max, y_max) in zip(
            scene.classes.tolist(), scene.scores.tolist(), scene.boxes.tolist(), strict=True
        )
    ]
