"""Labels as YOLO has them: a text file for each picture, ``class cx cy w h`` in shares.

The format has no way of saying that a region is ignored; such a picture is refused.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from detector.footage.files import write_whole
from detector.footage.labelled import Labelled, LabelledBox
from models.detection import Label
from models.errors import InputRefused

__all__ = ["label_lines", "write_yolo"]


def label_lines(boxes: Sequence[LabelledBox]) -> str:
    """Content of a label file; empty where nothing burns.

    Six digits are a hundredth of a pixel of a picture of 10,000 pixels.
    """
    lines = []
    for box in boxes:
        x_min, y_min, x_max, y_max = box.sides
        numbers = ((x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min)
        lines.append(f"{int(box.label)} {' '.join(f'{number:.6f}' for number in numbers)}\n")
    return "".join(lines)


def write_yolo(labels: Iterable[Labelled], folder: Path) -> int:
    """Write ``labels/NAME.txt`` for each picture and ``classes.txt``.

    Returns:
        Pictures written.

    Raises:
        InputRefused: a picture has an ignored region, was never boxed, or its name leads out of the
            folder or is another's; the folder cannot be written.
        StorageFull: the disk takes no more.
    """
    names: set[str] = set()
    for label in labels:
        name = _file_name(label.name)
        if label.ignored or not label.is_boxed:
            raise InputRefused(
                f"The picture {label.name[:200]!r} has ignored regions or was never boxed, which "
                "YOLO cannot say.",
                remedy="Write COCO, or leave the picture out.",
                code="labels_unwritable",
            )
        if name in names:
            raise InputRefused(
                f"Two pictures have the name {name[:200]!r}.",
                remedy="Give them different names.",
                code="labels_unwritable",
            )
        names.add(name)
        write_whole(folder / "labels" / f"{name}.txt", label_lines(label.boxes).encode())
    write_whole(folder / "classes.txt", "".join(f"{each.word}\n" for each in Label).encode())
    return len(names)


def _file_name(name: str) -> str:
    """The picture's name without its suffix, if it stays inside the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_frame = "#" in path.name  # of a video: the number behind the mark is no suffix
    plain = path if is_frame else path.with_suffix("") if path.name else path
    if not path.name or path.is_absolute() or ".." in path.parts or "\0" in name or ":" in name:
        raise InputRefused(
            f"The picture's name {name[:200]!r} is none for a file.",
            remedy="Rename the picture.",
            code="labels_unwritable",
        )
    return plain.as_posix()
