"""Labels of COCO: one JSON with pictures, categories and annotations.

Only boxes are read (``bbox``: x, y, width, height in pixels). A picture without an annotation shows
nothing. A crowd (``iscrowd`` 1) is a region in which nobody is judged.

Source: the data format of the COCO data set, section "object detection".
"""

from collections.abc import Iterator, Mapping
from typing import Final

from detector.footage.files import parse_json
from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled, LabelledBox, Sides, sides_of_pixels
from models.errors import InputRefused

__all__ = ["read"]

_MOST_SIDE_PX: Final = 100_000
_Row = Mapping[str, object]


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:
    """Every picture of every JSON file, and in its place a refusal for one with a wrong box."""
    for name in tree.names(".json"):
        where = tree.place(name)
        try:
            yield from _read_file(tree.read(name), where, classes)
        except InputRefused as error:
            yield error


def _read_file(data: bytes, where: str, classes: Classes) -> Iterator[Labelled | InputRefused]:
    content = parse_json(data, where)
    pictures = {_id(row, "id", at): row for row, at in _rows(content, "images", where)}
    words = {
        _id(row, "id", at): _text(row, "name", at)
        for row, at in _rows(content, "categories", where)
    }
    mine: dict[int | str, list[tuple[_Row, str]]] = {key: [] for key in pictures}
    for row, at in _rows(content, "annotations", where):
        try:
            picture = _id(row, "image_id", at)
            if picture not in mine:
                raise _wrong(at, f"there is no picture {str(picture)[:80]!r}")
        except InputRefused as error:
            yield error
            continue
        mine[picture].append((row, at))
    for number, (key, row) in enumerate(pictures.items(), start=1):
        try:
            yield _one(row, f"{where}, picture {number}", mine[key], words, classes)
        except InputRefused as error:
            yield error


def _one(
    row: _Row,
    where: str,
    annotations: list[tuple[_Row, str]],
    words: Mapping[int | str, str],
    classes: Classes,
) -> Labelled:
    size_px = (_side(row, "width", where), _side(row, "height", where))
    boxes: list[LabelledBox] = []
    ignored: list[Sides] = []
    for annotation, at in annotations:
        x, y, width, height = _bbox(annotation, at)
        sides = sides_of_pixels((x, y, x + width, y + height), size_px, at)
        if annotation.get("iscrowd", 0) == 1:
            ignored.append(sides)
            continue
        category = _id(annotation, "category_id", at)
        word = words.get(category)
        if word is None:
            raise _wrong(at, f"there is no category {str(category)[:80]!r}")
        track = annotation.get("track_id", "")
        classes.put(word, sides, at, boxes=boxes, ignored=ignored, track=str(track)[:80])
    regions = tuple(dict.fromkeys(ignored))  # one of each class, where a tool wants crowds of both
    return Labelled(_text(row, "file_name", where), size_px, None, tuple(boxes), regions)


def _rows(content: object, key: str, where: str) -> Iterator[tuple[_Row, str]]:
    rows = content.get(key) if isinstance(content, Mapping) else None
    if not isinstance(rows, list):
        raise _wrong(where, f"it has no list of {key}")
    for number, row in enumerate(rows, start=1):
        at = f"{where}, {key} {number}"
        if not isinstance(row, Mapping):
            raise _wrong(at, "it is no object")
        yield row, at


def _id(row: _Row, key: str, where: str) -> int | str:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _wrong(where, f"{key} is neither a number nor a word")
    return value


def _text(row: _Row, key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise _wrong(where, f"{key} is no word")
    return value


def _side(row: _Row, key: str, where: str) -> int:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_SIDE_PX:
        raise _wrong(where, f"{key} is no number of pixels")
    return value


def _bbox(row: _Row, where: str) -> Sides:
    value = row.get("bbox")
    if not isinstance(value, list) or len(value) != 4:
        raise _wrong(where, "bbox is not [x, y, width, height]")
    if any(isinstance(edge, bool) or not isinstance(edge, int | float) for edge in value):
        raise _wrong(where, "bbox is not four numbers")
    try:
        x, y, width, height = map(float, value)
    except OverflowError:
        raise _wrong(where, "bbox is beyond all pictures") from None
    return x, y, width, height


def _wrong(where: str, why: str) -> InputRefused:
    return InputRefused(f"{where}: {why}.", remedy="Mend or remove it.", code="label_file_damaged")
