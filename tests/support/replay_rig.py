"""Footage for replays: a hillside with noise, and a detector that finds what is bright in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from camera_gateway.pictures import encode_jpeg
from detector.core import Picture
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.units import ImageBGR

IGNITION = 1532815626
BRIGHT = 200


def hillside(
    number: int, plume: int = 0, *, score: float = 0.9, size: tuple[int, int] = (320, 240)
) -> ImageBGR:
    """A picture of its own noise; a plume so many pixels high where it burns."""
    width, height = size
    rows = np.linspace(150.0, 60.0, height)[:, None, None]
    rough = np.random.default_rng(7).normal(0.0, 12.0, (height, width, 1))
    noise = np.random.default_rng([7, number]).normal(0.0, 3.0, (height, width, 3))
    land = np.clip(rows + rough + noise + np.array([0.0, 6.0, 3.0]), 20, 190)
    image: ImageBGR = land.astype(np.uint8)
    if plume > 0:
        level = round(BRIGHT + 10 + score * 40)
        image[height // 2 - plume : height // 2, 100 : 100 + plume // 2 + 6] = level
    return image


@dataclass
class Hillside:
    """A folder of pictures, one a minute, times and ignition in their names."""

    folder: Path
    name: str = "ridge"
    written: list[Path] = field(default_factory=list)

    def put(self, minute: int, data: bytes | ImageBGR) -> Path:
        place = self.folder / self.name / f"{IGNITION + 60 * minute}_{60 * minute:+06d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else encode_jpeg(data, 95))
        self.written.append(place)
        return place

    def burn(self, first: int, last: int, *, size: tuple[int, int] = (320, 240)) -> Path:
        """Minutes of quiet before 0, a growing plume from then on."""
        for minute in range(first, last):
            plume = 0 if minute < 0 else 20 + 4 * minute
            self.put(minute, hillside(minute + 1000, plume, size=size))
        return self.folder / self.name


class BrightDetector:
    """Finds the one bright patch of a picture: smoke, the brighter the surer.

    A whole implementation of what the attention asks of a detector, without a network: an answer
    depends on the picture's pixels and on nothing else.
    """

    reference = ModelReference("bright", "1", "0" * 64)

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.bands = 0

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        self.bands += len(images)
        return [_bright(image, floor_score) for image in images]

    def detect_each(
        self, pictures: Sequence[Picture], *, floor_score: float
    ) -> list[Detections | FrameCorrupt]:
        if self.failure is not None:
            raise self.failure
        return [self._look(picture, floor_score) for picture in pictures]

    def _look(self, picture: Picture, floor_score: float) -> Detections | FrameCorrupt:
        if isinstance(picture, np.ndarray):
            return _bright(picture, floor_score)
        try:
            return _bright(picture.decode(1), floor_score)
        except FrameCorrupt as error:
            return error


def _bright(image: ImageBGR, floor_score: float) -> Detections:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    rows, columns = np.nonzero(grey > BRIGHT)
    if len(rows) < 20:
        return Detections.empty()
    score = min(1.0, (float(np.median(grey[rows, columns])) - BRIGHT - 10.0) / 40.0)
    if score < floor_score:
        return Detections.empty()
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return Detections(
        np.array([box], np.float32), np.array([score], np.float32), np.zeros(1, np.int64)
    )
