"""What the network says of pictures that are made anew each time; asked once, kept in a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from detector.core import Detector
from models.detection import Detections
from models.units import ImageBGR

__all__ = ["FLOOR_SCORE", "Answers"]

FLOOR_SCORE = 0.005
"""Below it nothing is read: a tenth of what the watch reads."""


class Answers:
    """Asks the detector, or remembers.

    Args:
        detector: open.
        folder: of what is kept, one file of lines for these weights; nothing is kept without one.
            A run that is stopped goes on where it was.
    """

    def __init__(self, detector: Detector, folder: Path | None) -> None:
        self._detector = detector
        self._path: Path | None = None
        self._known: dict[str, Detections] = {}
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{detector.reference.sha256[:12]}.jsonl"
        lines = self._path.read_text().splitlines() if self._path.is_file() else []
        for line in lines:
            try:
                row = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was stopped
            self._known[row["name"]] = Detections(
                np.array(row["boxes"], np.float32).reshape(-1, 4),
                np.array(row["scores"], np.float32),
                np.array(row["labels"], np.int64),
            )

    def of(self, name: str, make: Callable[[], ImageBGR]) -> Detections:
        """What is found in a picture, in its pixels.

        Args:
            name: another one for every picture and way of making it.
            make: makes it, where the network was not asked yet.
        """
        known = self._known.get(name)
        if known is not None:
            return known
        (found,) = self._detector.detect([make()], floor_score=FLOOR_SCORE)
        self._known[name] = found
        if self._path is not None:
            row = {
                "name": name,
                "boxes": found.boxes_xyxy.astype(np.float64).round(2).tolist(),
                "scores": found.scores.astype(np.float64).round(6).tolist(),
                "labels": found.labels.tolist(),
            }
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        return found
