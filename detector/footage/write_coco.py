"""Labels as COCO has them: one JSON. An ignored region becomes a crowd of each class."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detector.footage.files import write_whole
from detector.footage.labelled import Labelled, Sides
from models.detection import Label
from models.errors import InputRefused

__all__ = ["coco_of", "write_coco"]

_FIRST_ID = 1  # 0 is taken for "no such picture" by evaluators
_DIGITS = 4


def coco_of(labels: Iterable[Labelled]) -> dict[str, Any]:
    """Content of the file; pixels with four digits.

    Raises:
        InputRefused: a picture's size is not known, or nobody boxed it.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for label in labels:
        if label.size_px is None or not label.is_boxed:
            raise InputRefused(
                f"The picture {label.name[:200]!r} has no known size or was never boxed, "
                "and COCO needs both.",
                remedy="Leave it out, or read the labels together with their pictures.",
                code="labels_unwritable",
            )
        picture = len(images) + _FIRST_ID
        width, height = label.size_px
        images.append({"id": picture, "file_name": label.name, "width": width, "height": height})
        drawn = [(box.label, box.sides, box.track, 0) for box in label.boxes]
        drawn += [(each, sides, "", 1) for sides in label.ignored for each in Label]
        for kind, sides, track, crowd in drawn:
            bbox = _bbox(sides, label.size_px)
            annotation: dict[str, Any] = {
                "id": len(annotations) + _FIRST_ID,
                "image_id": picture,
                "category_id": int(kind) + _FIRST_ID,
                "bbox": bbox,
                "area": round(bbox[2] * bbox[3], _DIGITS),
                "iscrowd": crowd,
            }
            annotations.append(annotation | ({"track_id": track} if track else {}))
    return {
        "info": {"description": "smoke and flame, drawn by people"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": int(each) + _FIRST_ID, "name": each.word} for each in Label],
    }


def write_coco(labels: Iterable[Labelled], path: Path) -> int:
    """Write the file, whole or not at all.

    Returns:
        Pictures written.

    Raises:
        InputRefused: as :func:`coco_of`, or the folder cannot be written.
        StorageFull: the disk takes no more.
    """
    content = coco_of(labels)
    write_whole(path, json.dumps(content, ensure_ascii=True, allow_nan=False).encode())
    return len(content["images"])


def _bbox(sides: Sides, size_px: tuple[int, int]) -> list[float]:
    width, height = size_px
    x_min, y_min, x_max, y_max = sides
    edges = (x_min * width, y_min * height, (x_max - x_min) * width, (y_max - y_min) * height)
    return [round(edge, _DIGITS) for edge in edges]
