"""Views from aircraft that no training has seen: frames of clips and stills, with boxes by hand.

The boxes (``held_back.csv``, shares of width and height) were drawn by one of us, to about 3 %,
with neither detector's answers in view. One of the clips has a part in the fit of the evidence,
which says nothing about boxes. The pictures lie beside the checkout.
"""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import av
import cv2
import numpy as np

from camera_gateway.pictures import read_picture
from detector.evaluate.labelled_set import CLASSES, Picture
from models.units import ImageBGR

__all__ = ["held_back_pictures"]

TABLE = Path(__file__).with_name("held_back.csv")


def held_back_pictures(footage: Path, folder: Path) -> list[Picture]:
    """Write the frames as pictures of their own, and say what is in them.

    Args:
        footage: folder of the clips and stills; what is not there is left out.
        folder: to write into.
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answer = []
    for name, of_file in groupby(rows, key=lambda row: row["file"]):
        if not (footage / name).is_file():
            continue
        boxes: dict[int, list[dict[str, str]]] = {}
        for row in of_file:
            boxes.setdefault(int(row["frame"]), []).append(row)
        for number, image in _frames(footage / name, set(boxes)):
            path = folder / f"{Path(name).stem}-{number}.png"
            cv2.imwrite(str(path), image)
            answer.append(
                Picture(
                    name=path.stem,
                    path=path,
                    group=name,
                    source="held back",
                    view="drone",
                    split="held back",
                    classes=np.array([CLASSES.index(row["class"]) for row in boxes[number]]),
                    boxes=np.array(
                        [
                            [float(row[side]) for side in ("x0", "y0", "x1", "y1")]
                            for row in boxes[number]
                        ]
                    ),
                )
            )
    return answer


def _frames(path: Path, wanted: set[int]) -> Iterator[tuple[int, ImageBGR]]:
    if path.suffix.lower() in {".jpg", ".jpeg"}:
        yield 0, read_picture(path)
        return
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number in wanted:
                yield number, frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
