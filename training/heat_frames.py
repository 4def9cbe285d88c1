"""Frames of heat with and without fire, and variants of them that hide which camera took them.

A classifier that sees whole data sets learns their sizes and their gain. So every frame is also
seen cut, scaled to a width drawn alike for fires and confusers, with other gain and noise.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from camera_gateway.thermal import read_thermal
from detector.thermal import find_spots
from detector.thermal.features import spot_features
from models.errors import InputRefused
from models.thermal import HeatLevels, HotSpot, ThermalImage, ThermalScale
from models.units import FloatArray

__all__ = ["Box", "Frame", "Seen", "confusers", "ground_frames", "seen", "variants"]

FIRE = "fire"
WIDTHS = (120.0, 400.0)
FIRE_SCALES = (0.6, 1.6)
SHAPE = 0.78
MARGIN_PX = 3.0


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled place: ``x``, ``y``, ``width``, ``height`` in pixels."""

    is_fire: bool
    x: float
    y: float
    width: float
    height: float

    def touches(self, spot: HotSpot) -> bool:
        """Whether they share a pixel."""
        return (
            spot.x_min < self.x + self.width
            and spot.x_max > self.x
            and spot.y_min < self.y + self.height
            and spot.y_max > self.y
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture with what is known of it; point and camera are empty for confusers."""

    name: str
    image: ThermalImage
    boxes: tuple[Box, ...]
    point: str = ""
    camera: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame's spots: features, which are fire, how prominent, and which touch each box."""

    frame: Frame
    is_variant: bool
    features: FloatArray
    is_fire: np.ndarray
    prominence: FloatArray
    boxes: tuple[tuple[bool, tuple[int, ...]], ...]


def ground_frames(footage: Path) -> list[Frame]:
    """The labelled test fire among hot rock and roofs: three places, three cameras."""
    boxes: dict[str, list[Box]] = defaultdict(list)
    table = footage / "infrared" / "ifth_flameT_boxes.csv"
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = (float(row[key]) for key in ("x", "y", "w", "h"))
            boxes[row["frame"]].append(Box(row["class"] == FIRE, *place))
    return [
        Frame(
            name,
            read_thermal((footage / name).read_bytes(), name),
            tuple(of_frame),
            Path(name).parent.name[-1],
            Path(name).name.split("_")[0],
        )
        for name, of_frame in sorted(boxes.items())
    ]


def confusers(footage: Path, detection: Path) -> list[Frame]:
    """Frames without fire: a drone's, hand-held cameras', trains of people and cars at night."""
    infrared = footage / "infrared"
    paths = [
        *sorted((detection / "images" / "hit_uav_ir").iterdir()),
        *sorted((infrared / "drone_thermal_nofire").iterdir()),
        *sorted((infrared / "flir_radiometric").iterdir()),
        infrared / "thermimage_IR_2412.jpg",
    ]
    frames = []
    for path in paths:
        try:
            frames.append(Frame(path.name, read_thermal(path.read_bytes(), path.name), ()))
        except InputRefused as error:
            print(error)
    return frames


def seen(frame: Frame, *, is_variant: bool) -> Seen:
    """Its spots."""
    spots = find_spots(frame.image)
    fires = [box for box in frame.boxes if box.is_fire]
    return Seen(
        frame,
        is_variant,
        spot_features(frame.image, spots).astype(np.float64),
        np.array([any(box.touches(spot) for box in fires) for spot in spots], bool),
        np.array([spot.prominence for spot in spots]),
        tuple(
            (box.is_fire, tuple(row for row, spot in enumerate(spots) if box.touches(spot)))
            for box in frame.boxes
        ),
    )


def variants(frame: Frame, count: int, rng: np.random.Generator) -> Iterator[Frame]:
    """Cut, scaled, mirrored, with another gain and other noise; its fire stays in it."""
    for _ in range(count):
        yield _variant(frame, rng)


def _variant(frame: Frame, rng: np.random.Generator) -> Frame:
    levels = frame.image.levels
    height, width = levels.shape
    wanted = rng.uniform(*WIDTHS)
    if frame.boxes:
        scale = float(np.exp(rng.uniform(*np.log(FIRE_SCALES))))
        cut_width = min(width, max(int(wanted / scale), width // 3))
    else:
        cut_width = int(width * rng.uniform(0.4, 1.0))
        scale = wanted / cut_width
    cut_height = min(height, int(cut_width * SHAPE))
    fire = next((box for box in frame.boxes if box.is_fire), None)
    left = _corner(rng, width, cut_width, None if fire is None else (fire.x, fire.width))
    top = _corner(rng, height, cut_height, None if fire is None else (fire.y, fire.height))
    size = max(40, round(cut_width * scale)), max(32, round(cut_height * scale))
    part = cv2.resize(
        levels[top : top + cut_height, left : left + cut_width],
        size,
        interpolation=cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR,
    )
    is_mirrored = bool(rng.random() < 0.5)
    boxes = []
    for box in frame.boxes:
        x, y = (box.x - left) * scale, (box.y - top) * scale
        box_width = box.width * scale
        if is_mirrored:
            x = size[0] - x - box_width
        boxes.append(Box(box.is_fire, x, y, box_width, box.height * scale))
    part = part[:, ::-1] if is_mirrored else part
    image = ThermalImage(_gained(np.asarray(part, np.float32), rng), ThermalScale.RELATIVE)
    return Frame(frame.name, image, tuple(boxes), frame.point, frame.camera)


def _corner(rng: np.random.Generator, side: int, cut: int, fire: tuple[float, float] | None) -> int:
    low, high = 0, side - cut
    if fire is not None:
        low = int(max(0.0, fire[0] + fire[1] + MARGIN_PX - cut))
        high = int(min(side - cut, max(fire[0] - MARGIN_PX, 0.0)))
    return min(int(rng.integers(low, max(low, high) + 1)), side - cut)


def _gained(levels: HeatLevels, rng: np.random.Generator) -> HeatLevels:
    """As a camera's automatic gain would show it in 8 bits."""
    low = np.percentile(levels, rng.uniform(0.0, 1.0))
    high = np.percentile(levels, 100.0 if rng.random() < 0.6 else rng.uniform(99.5, 100.0))
    share = np.clip((levels - low) / max(float(high - low), 1e-6), 0.0, 1.0)
    shown = share ** np.exp(rng.uniform(-0.3, 0.3)) * 255.0
    shown += rng.normal(0.0, rng.uniform(0.0, 1.5), shown.shape)
    return np.ascontiguousarray(np.rint(np.clip(shown, 0.0, 255.0)), np.float32)
