"""Cut a picture and its boxes into a canvas: letterbox, zoom, crop to or away from smoke, mosaic.

A box of which only a sliver stays visible would teach that smoke is nothing, so such a cut is
tried again, and the plain letterbox is the answer when all tries fail.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["GREY", "Labelled", "crop_away", "letterbox", "mosaic", "zoom"]

Canvas = NDArray[np.uint8]
GREY = 114
LEAST_VISIBLE = 0.35
TRIES = 8


@dataclass(frozen=True, slots=True)
class Labelled:
    """A canvas with its boxes.

    Attributes:
        image: (height, width, 3) uint8 BGR.
        classes: (n,) int64.
        boxes: (n, 4) float64, x0 y0 x1 y1 in pixels.
    """

    image: Canvas
    classes: NDArray[np.int64]
    boxes: NDArray[np.float64]


def letterbox(picture: Labelled, height: int, width: int) -> Labelled:
    """The whole picture, as large as it fits, centred on grey."""
    tall, wide = picture.image.shape[:2]
    scale = min(height / tall, width / wide)
    shift = ((width - wide * scale) / 2, (height - tall * scale) / 2)
    return _cut(picture, height, width, scale, shift, LEAST_VISIBLE)[0]


def zoom(
    picture: Labelled,
    height: int,
    width: int,
    random: np.random.Generator,
    scales: tuple[float, float],
) -> Labelled:
    """The picture at a random scale (1 is the letterbox) and place; boxes stay in sight."""
    tall, wide = picture.image.shape[:2]
    fit = min(height / tall, width / wide)
    for _ in range(TRIES):
        scale = fit * float(np.exp(random.uniform(*np.log(scales))))
        shift = (
            _slack(width - wide * scale, random),
            _slack(height - tall * scale, random),
        )
        placed = _place(picture, height, width, scale, shift)
        if placed is not None and (len(placed.boxes) > 0 or len(picture.boxes) == 0):
            return placed
    return letterbox(picture, height, width)


def crop_away(
    picture: Labelled, height: int, width: int, random: np.random.Generator
) -> Labelled | None:
    """A part of the picture in which no box is visible, filling the canvas; ``None`` if none."""
    tall, wide = picture.image.shape[:2]
    fill = max(height / tall, width / wide)
    for _ in range(3 * TRIES):
        scale = fill * random.uniform(1.0, 2.2)
        shift = (
            random.uniform(width - wide * scale, 0),
            random.uniform(height - tall * scale, 0),
        )
        placed = _place(picture, height, width, scale, shift, least_visible=0.0)
        if placed is not None and len(placed.boxes) == 0:
            return placed
    return None


def mosaic(parts: list[Labelled], height: int, width: int, random: np.random.Generator) -> Labelled:
    """Four pictures around a random centre, each zoomed into its quarter."""
    cx = int(random.uniform(0.35, 0.65) * width)
    cy = int(random.uniform(0.35, 0.65) * height)
    image = np.full((height, width, 3), GREY, np.uint8)
    classes, boxes = [], []
    corners = ((0, 0, cx, cy), (cx, 0, width, cy), (0, cy, cx, height), (cx, cy, width, height))
    for part, (x0, y0, x1, y1) in zip(parts, corners, strict=True):
        quarter = zoom(part, y1 - y0, x1 - x0, random, (0.9, 1.9))
        image[y0:y1, x0:x1] = quarter.image
        classes.append(quarter.classes)
        boxes.append(quarter.boxes + np.array((x0, y0, x0, y0)))
    return Labelled(image, np.concatenate(classes), np.concatenate(boxes))


def _slack(room: float, random: np.random.Generator) -> float:
    """Where to put the picture: anywhere inside when it is smaller, covering when larger."""
    return float(random.uniform(min(room, 0.0), max(room, 0.0)))


def _place(
    picture: Labelled,
    height: int,
    width: int,
    scale: float,
    shift: tuple[float, float],
    *,
    least_visible: float = LEAST_VISIBLE,
) -> Labelled | None:
    """Scale and shift onto grey; ``None`` when a box would stay as a sliver."""
    placed, clean = _cut(picture, height, width, scale, shift, least_visible)
    return placed if clean else None


def _cut(  # noqa: PLR0917 - the one place where a frame is cut
    picture: Labelled,
    height: int,
    width: int,
    scale: float,
    shift: tuple[float, float],
    least_visible: float,
) -> tuple[Labelled, bool]:
    """Scale and shift onto grey; whether no box was lost as a sliver."""
    boxes = picture.boxes * scale + (*shift, *shift)
    cut = np.clip(boxes, 0, (width, height, width, height))
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    sides = cut[:, 2:] - cut[:, :2]
    visible = np.prod(sides, axis=1) / np.maximum(area, 1e-9)
    keep = (visible > least_visible) & (sides.min(axis=1, initial=np.inf) >= 2.0)
    clean = not np.any((visible > 0) & ~keep)
    image = picture.image
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    if scale < 0.6:  # linear interpolation would skip pixels of a thin column
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = np.asarray(small, np.uint8)
        matrix[0, 0] = matrix[1, 1] = 1.0
    canvas = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3
    )
    return Labelled(np.asarray(canvas, np.uint8), picture.classes[keep], cut[keep]), clean
