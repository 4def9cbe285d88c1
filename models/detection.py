"""What a detector says about one picture."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from models.units import BoxesXYXY, Labels, Scores

__all__ = ["Box", "Detections", "Label", "ModelReference"]


class Label(IntEnum):
    """Classes of the detector; the value is the class index inside the network."""

    SMOKE = 0
    FLAME = 1

    @property
    def word(self) -> str:
        """Lower-case name used in files and on the wire."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which weights spoke, kept with every decision.

    Attributes:
        name: card name, e.g. ``firewatch-yolo11n``.
        version: card version, e.g. ``2026.11.0``.
        sha256: of the ONNX file, 64 hexadecimal digits.
    """

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Box:
    """One detection, for storing and showing.

    Attributes:
        label: smoke or flame.
        score: detector score, 0 to 1; 0 is a value.
        x_min: left edge, pixels of the upright picture, and so on for the other three.
    """

    label: Label
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def area_px(self) -> float:
        """Area in square pixels, 0 for a degenerate box."""
        return max(0.0, self.x_max - self.x_min) * max(0.0, self.y_max - self.y_min)


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """All detections in one picture, struct of arrays, ordered by falling score.

    Attributes:
        boxes_xyxy: (n, 4) float32 pixels of the upright picture, inside its borders.
        scores: (n,) float32, 0 to 1.
        labels: (n,) int64, values of :class:`Label`.
    """

    boxes_xyxy: BoxesXYXY
    scores: Scores
    labels: Labels

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        count = len(self.scores)
        if self.boxes_xyxy.shape != (count, 4) or self.labels.shape != (count,):
            msg = (
                f"boxes {self.boxes_xyxy.shape}, scores {self.scores.shape} and labels "
                f"{self.labels.shape} do not describe the same detections"
            )
            raise ValueError(msg)

    def __len__(self) -> int:
        """Number of detections."""
        return len(self.scores)

    @classmethod
    def empty(cls) -> "Detections":
        """A picture in which nothing was found."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))

    def to_boxes(self) -> tuple[Box, ...]:
        """The same detections as plain values, in the same order."""
        return tuple(
            Box(Label(int(label)), float(score), *(float(edge) for edge in box))
            for box, score, label in zip(self.boxes_xyxy, self.scores, self.labels, strict=True)
        )
