"""Labels of PASCAL VOC: an XML file for each picture.

``xmin`` to ``ymax`` count pixels from 1, the last one included, so that the left and upper edge lie
one before them. An object that is marked ``difficult`` is a region in which nobody is judged.

Source: the development kit of the PASCAL VOC challenge 2012, section 2.3.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from camera_gateway.xml_reading import text_of
from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled, LabelledBox, Sides, sides_of_pixels
from detector.footage.xml_file import number_of, read_label_xml, size_of, wrong
from models.errors import InputRefused

__all__ = ["read"]

_EDGES = ("bndbox/xmin", "bndbox/ymin", "bndbox/xmax", "bndbox/ymax")


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:
    """Every XML file, and in its place a refusal for one that is wrong."""
    for name in tree.names(".xml"):
        try:
            yield _read_file(tree.read(name), name, tree.place(name), classes)
        except InputRefused as error:
            yield error


def _read_file(data: bytes, name: str, where: str, classes: Classes) -> Labelled:
    root = read_label_xml(data, where)
    if root.tag != "annotation":
        raise wrong(where, f"its outermost element is {root.tag[:40]!r}, not 'annotation'")
    size_px = size_of(root, "size/width", "size/height", where)
    boxes: list[LabelledBox] = []
    ignored: list[Sides] = []
    for number, found in enumerate(root.findall("object"), start=1):
        at = f"{where}, object {number}"
        x_min, y_min, x_max, y_max = (
            number_of(text_of(found, path), path.removeprefix("bndbox/"), at) for path in _EDGES
        )
        sides = sides_of_pixels((x_min - 1.0, y_min - 1.0, x_max, y_max), size_px, at)
        if text_of(found, "difficult") == "1":
            ignored.append(sides)
        else:
            classes.put(text_of(found, "name"), sides, at, boxes=boxes, ignored=ignored)
    file_name = text_of(root, "filename") or PurePosixPath(name).stem
    return Labelled(file_name, size_px, None, tuple(boxes), tuple(ignored))
