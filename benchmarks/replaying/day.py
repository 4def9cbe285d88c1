"""A camera-day of 1080p: real tower pictures, an hour each, every frame with a noise of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from camera_gateway.pictures import encode_jpeg, read_picture
from models.units import ImageBGR

__all__ = ["FRAMES", "sources", "write_day"]

FRAMES = 8_640
EVERY_S = 10
FRAMES_A_PICTURE = 360
SIZE_PX = (1920, 1080)
QUALITY = 85
NOISE_LEVELS = 2.0
MARGIN_PX = 97
START = datetime(2026, 4, 5, tzinfo=UTC)


def sources(footage: Path) -> list[ImageBGR]:
    """Tower pictures of that size among the recorded footage; none where there is none."""
    found = []
    for folder in ("sequences/alertwildfire_stills", "infrared/nir_night"):
        for path in sorted((footage / folder).glob("*.jpg")):
            image = read_picture(path)
            if (image.shape[1], image.shape[0]) == SIZE_PX:
                found.append(image)
    return found


def write_day(folder: Path, images: list[ImageBGR], count: int) -> Iterator[Path]:
    """Write the first so many frames of the day; capture times stand in their names.

    Args:
        folder: made when it is not there.
        images: at least one, all of one size.
        count: at most :data:`FRAMES`.

    Yields:
        Each file as it is written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    height, width = images[0].shape[:2]
    shape = (height + MARGIN_PX, width + MARGIN_PX, 3)
    noise = np.random.default_rng(3).normal(0.0, NOISE_LEVELS, shape).round().astype(np.int8)
    places = np.random.default_rng(4).integers(0, MARGIN_PX, (FRAMES, 2))
    for number in range(count):
        image = images[number // FRAMES_A_PICTURE % len(images)]
        down, right = places[number]
        own = noise[down : down + height, right : right + width]
        noisy = np.asarray(cv2.add(image, own, dtype=cv2.CV_8U), np.uint8)
        taken_at = START + timedelta(seconds=EVERY_S * number)
        path = folder / f"day_{taken_at:%Y%m%dT%H%M%SZ}.jpg"
        path.write_bytes(encode_jpeg(noisy, QUALITY))
        yield path
