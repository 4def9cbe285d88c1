"""Read the detection set by its index, and refuse an index that cannot be trusted.

The set is a folder with ``index.csv`` (name, group, source, view, split), ``images/NAME.jpg`` or
``.webp``, and ``labels/NAME.txt`` (lines ``class cx cy w h``, normalised; empty: nothing burns).
Scenes, sequences and camera sites are groups, and a group lies in one split only: a picture of
the same hill on both sides would make every figure a lie. Nothing is repaired silently.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputRefused

__all__ = ["CLASSES", "FLAME", "SMOKE", "Picture", "read_index", "read_labels"]

CLASSES = ("smoke", "flame")
SMOKE, FLAME = 0, 1
COLUMNS = ["name", "group", "source", "view", "split"]
SUFFIXES = (".jpg", ".webp", ".png")
EDGE_TOLERANCE = 1e-3
"""Share of a side by which a label may stick out: rounding to 4 or 6 digits, nothing else."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the set.

    Attributes:
        name: in the index, ``source/stem``.
        path: of the file.
        group: scene, sequence or camera site.
        source: where it comes from.
        view: tower, ground, drone, thermal, or ``neg_*`` for a kind of negative.
        split: train, val or another name; a group lies in one split only.
        classes: (n,) int64, index in :data:`CLASSES`.
        boxes: (n, 4) float64, x0 y0 x1 y1 as shares of width and height, in 0..1.
    """

    name: str
    path: Path
    group: str
    source: str
    view: str
    split: str
    classes: NDArray[np.int64]
    boxes: NDArray[np.float64]


def read_labels(path: Path) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Read one label file.

    Returns:
        Classes (n,) and boxes (n, 4) as x0 y0 x1 y1 in 0..1; rounding beyond the border is cut.

    Raises:
        InputRefused: missing, not text of five numbers a line, a class that does not exist, or a
            box that is empty or outside the picture.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"The label file {path} cannot be read.",
            remedy="Restore it; a picture without fire needs an empty file.",
        ) from error
    classes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            label, cx, cy, width, height = (float(word) for word in line.split())
        except ValueError as error:
            raise InputRefused(
                f"{where}: not 'class cx cy w h'.", remedy="Mend or remove the line."
            ) from error
        if label not in range(len(CLASSES)):
            raise InputRefused(
                f"{where}: class {label:g} does not exist.",
                remedy=f"Use {', '.join(f'{i} {name}' for i, name in enumerate(CLASSES))}.",
            )
        box = (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)
        if not all(math.isfinite(side) for side in box) or width <= 0 or height <= 0:
            raise InputRefused(f"{where}: the box is empty.", remedy="Mend or remove the line.")
        if min(box) < -EDGE_TOLERANCE or max(box) > 1 + EDGE_TOLERANCE:
            raise InputRefused(
                f"{where}: the box lies outside the picture.",
                remedy="Coordinates are shares of width and height, from 0 to 1.",
            )
        classes.append(int(label))
        boxes.append(box)
    return (
        np.array(classes, np.int64),
        np.clip(np.array(boxes, np.float64).reshape(-1, 4), 0.0, 1.0),
    )


def read_index(directory: Path) -> tuple[Picture, ...]:
    """Read ``index.csv`` of a set and everything that it names.

    Raises:
        InputRefused: no index, other columns, a name twice or leading out of the folder, a group
            in two splits, a missing picture, or :func:`read_labels` refuses.
    """
    path = directory / "index.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = reader.fieldnames
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputRefused(
            f"The index {path} cannot be read.", remedy="Name the folder that holds index.csv."
        ) from error
    if columns != COLUMNS:
        raise InputRefused(
            f"The index {path} has the columns {columns}.", remedy=f"It needs {COLUMNS}."
        )
    pictures: list[Picture] = []
    split_of_group: dict[str, str] = {}
    seen: set[str] = set()
    for row in rows:
        name, group, split = row["name"], row["group"], row["split"]
        if name in seen:
            raise InputRefused(f"{path}: {name!r} stands twice.", remedy="Keep one of the rows.")
        seen.add(name)
        if split_of_group.setdefault(group, split) != split:
            raise InputRefused(
                f"{path}: the group {group!r} is in two splits ({name!r} is in {split}).",
                remedy="Move the whole group into one split: neighbours of a val picture leak.",
            )
        classes, boxes = read_labels(_inside(directory, "labels", f"{name}.txt"))
        pictures.append(
            Picture(
                name=name,
                path=_picture_file(directory, name),
                group=group,
                source=row["source"],
                view=row["view"],
                split=split,
                classes=classes,
                boxes=boxes,
            )
        )
    return tuple(pictures)


def _inside(directory: Path, room: str, name: str) -> Path:
    path = directory / room / name
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise InputRefused(
            f"The index names {name!r}, which leads out of the set.",
            remedy="Names are 'source/stem'.",
        )
    return path


def _picture_file(directory: Path, name: str) -> Path:
    for suffix in SUFFIXES:
        path = _inside(directory, "images", name + suffix)
        if path.is_file():
            return path
    raise InputRefused(
        f"The index names {name!r}, but there is no such picture in {directory / 'images'}.",
        remedy="Restore the file or remove the row.",
    )
