"""Labels of any known format."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from detector.footage import coco, cvat, figlib, furg, voc, yolo
from detector.footage.label_tree import LabelTree, open_tree
from detector.footage.labelled import Classes, LabelFormat, Labelled, Meaning
from models.errors import InputRefused

__all__ = ["read_labels"]

_READERS: Mapping[
    LabelFormat, Callable[[LabelTree, Classes], Iterator[Labelled | InputRefused]]
] = {
    LabelFormat.COCO: coco.read,
    LabelFormat.YOLO: yolo.read,
    LabelFormat.VOC: voc.read,
    LabelFormat.FIGLIB: figlib.read,
    LabelFormat.FURG: furg.read,
    LabelFormat.CVAT: cvat.read,
}


def read_labels(
    path: Path,
    kind: LabelFormat,
    *,
    classes: Mapping[str, Meaning] | None = None,
    on_refused: Callable[[InputRefused], None] | None = None,
) -> list[Labelled]:
    """Read what people drew with another tool.

    Args:
        path: a file, a folder of files, or a zip of them.
        kind: which tool's.
        classes: what class names mean that are neither smoke, flame nor fire; case does not count.
        on_refused: is told of a picture with a wrong label, and the rest is read; without it the
            first one refuses the whole.

    Returns:
        Pictures in the order of their files.

    Raises:
        InputRefused: nothing could be read, a picture stands twice, a class has no meaning
            (``unknown_class``), or, without ``on_refused``, anything is wrong.
    """
    given = {name.strip().casefold(): meaning for name, meaning in (classes or {}).items()}
    known = Classes(given)
    answer: dict[str, Labelled] = {}
    refused = 0
    with open_tree(path) as tree:
        for found in _READERS[kind](tree, known):
            if isinstance(found, Labelled) and found.name not in answer:
                answer[found.name] = found
                continue
            error = _twice(path, found.name) if isinstance(found, Labelled) else found
            if on_refused is None:
                raise error
            refused += 1
            on_refused(error)
    known.check()
    if not answer:
        why = f"all {refused} of its pictures are refused" if refused > 0 else "it names no picture"
        raise InputRefused(
            f"{path} holds no {kind} labels: {why}.",
            remedy="Check the format, or name another file.",
            code="no_labels",
        )
    return list(answer.values())


def _twice(path: Path, name: str) -> InputRefused:
    return InputRefused(
        f"{path}: the picture {name[:200]!r} stands twice.",
        remedy="Keep one of its labels.",
        code="label_file_damaged",
    )
