"""Labels of YOLO: for each picture a text file with lines ``class cx cy w h`` in shares.

A line with the corners of a polygon instead (``class x y x y x y …``) becomes the box around it. A
line of six numbers is a detector's answer with its score, and refused: it is no truth. An empty
file shows nothing. Class names stand in ``data.yaml``, ``classes.txt`` or ``obj.names``; in a set
with our own ``index.csv`` 0 is smoke and 1 is flame; else a class is called by its number.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled, LabelledBox, Sides, sides_of_shares
from models.errors import InputRefused

__all__ = ["read"]

_OURS: Final = ("smoke", "flame")
_NAME_FILES: Final = ("classes.txt", "obj.names", "_darknet.labels")
_NO_LABELS: Final = frozenset({*_NAME_FILES, "train.txt", "val.txt", "valid.txt", "test.txt"})
_ROOM: Final = "labels"
_ITEM = re.compile(r"^\s*-\s*(.+?)\s*$")
_PAIR = re.compile(r"^\s*['\"]?(\d{1,4})['\"]?\s*:\s*(.+?)\s*$")
_MOST_CLASSES: Final = 10_000


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:
    """Every label file, and in its place a refusal for one with a wrong line."""
    try:
        words = _class_names(tree)
    except InputRefused as error:
        yield error
        return
    for name in _label_files(tree):
        try:
            yield _read_file(tree.read(name), name, tree.place(name), words, classes)
        except InputRefused as error:
            yield error


def _label_files(tree: LabelTree) -> list[str]:
    found = [
        name
        for name in tree.names(".txt")
        if PurePosixPath(name).name.lower() not in _NO_LABELS
        and not PurePosixPath(name).name.lower().startswith("readme")
    ]
    in_rooms = [name for name in found if _ROOM in PurePosixPath(name).parts[:-1]]
    return in_rooms or found


def _read_file(
    data: bytes, name: str, where: str, words: dict[int, str], classes: Classes
) -> Labelled:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise _wrong(where, "it is no text") from error
    boxes: list[LabelledBox] = []
    ignored: list[Sides] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            at = f"{where}, line {number}"
            index, sides = _box(line.split(), at)
            word = words.get(index, str(index))
            classes.put(word, sides_of_shares(sides, at), at, boxes=boxes, ignored=ignored)
    return Labelled(_picture_name(name), None, None, tuple(boxes), tuple(ignored))


def _box(parts: Sequence[str], at: str) -> tuple[int, Sides]:
    if len(parts) == 6:
        raise _wrong(at, "six numbers are a detector's answer with its score, not a label")
    is_polygon = len(parts) >= 7 and len(parts) % 2 == 1
    if len(parts) != 5 and not is_polygon:
        raise _wrong(at, "not 'class cx cy w h'")
    try:
        index, numbers = float(parts[0]), [float(part) for part in parts[1:]]
    except ValueError:
        raise _wrong(at, "not 'class cx cy w h'") from None
    if not (0 <= index < _MOST_CLASSES and index == int(index)):
        raise _wrong(at, f"class {parts[0][:20]} does not exist")
    if is_polygon:
        across, down = numbers[0::2], numbers[1::2]
        return int(index), (min(across), min(down), max(across), max(down))
    cx, cy, width, height = numbers
    return int(index), (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)


def _picture_name(name: str) -> str:
    """Path inside ``labels`` without the suffix; the same path lies inside ``images``."""
    parts = PurePosixPath(name).with_suffix("").parts
    if _ROOM in parts[:-1]:
        at = parts.index(_ROOM)
        parts = (*parts[:at], *parts[at + 1 :])
    return "/".join(parts)


def _class_names(tree: LabelTree) -> dict[int, str]:
    for name in tree.names(".yaml", ".yml"):
        found = _in_yaml(_text(tree, name))
        if found:
            return found
    for name in tree.files:
        if PurePosixPath(name).name.lower() in _NAME_FILES:
            lines = [line.strip() for line in _text(tree, name).splitlines()]
            return dict(enumerate(line for line in lines if line))
    if any(PurePosixPath(name).name == "index.csv" for name in tree.files):
        return dict(enumerate(_OURS))
    return {}


def _text(tree: LabelTree, name: str) -> str:
    return tree.read(name).decode("utf-8-sig", "replace")


def _in_yaml(text: str) -> dict[int, str]:
    """``names:`` of a data file, in each of the ways in which it is written.

    Only this one key is read: a whole YAML reader knows how to make objects, and this needs a list
    of words.
    """
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if re.match(r"names\s*:", line)), None)
    if start is None:
        return {}
    head = re.sub(r"\s+#.*$", "", lines[start].split(":", 1)[1]).strip()
    if head[:1] in {"[", "{"}:
        inside = re.split(r"[\]}]", " ".join([head[1:], *lines[start + 1 :]]), maxsplit=1)[0]
        return _items(inside.split(","), listed=head[0] == "[")
    rows: list[str] = []
    for line in lines[start + 1 :]:
        if line.strip() and not (line[0] in " \t" or line.startswith("-")):
            break
        rows.append(re.sub(r"\s+#.*$", "", line))
    items = [found[1] for row in rows if (found := _ITEM.match(row))]
    return _items(items, listed=True) if items else _items(rows, listed=False)


def _items(rows: Sequence[str], *, listed: bool) -> dict[int, str]:
    if listed:
        words = [row.strip().strip("'\"") for row in rows]
        return dict(enumerate(word for word in words if word))
    pairs = [found for row in rows if (found := _PAIR.match(row))]
    return {int(found[1]): found[2].strip("'\"") for found in pairs}


def _wrong(where: str, why: str) -> InputRefused:
    return InputRefused(f"{where}: {why}.", remedy="Mend or remove it.", code="label_file_damaged")
