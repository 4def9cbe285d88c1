"""Labels of the FURG fire data set: for each video an XML in OpenCV's way of storing.

Every frame has its number from 0 and boxes ``x y width height`` in pixels; all of them are fire. A
frame without one shows nothing. The file's frame rate is a rounded one (29 for 29.97): times come
from the video itself.
"""

from collections.abc import Iterator

from camera_gateway.xml_reading import text_of
from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled, LabelledBox, Sides, sides_of_pixels
from detector.footage.xml_file import number_of, read_label_xml, size_of, wrong
from models.errors import InputRefused

__all__ = ["read"]

_CLASS = "fire"


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:
    """Every frame of every XML file, and in its place a refusal for one with a wrong box."""
    for name in tree.names(".xml"):
        try:
            yield from _read_file(tree.read(name), tree.place(name), classes)
        except InputRefused as error:
            yield error


def _read_file(data: bytes, where: str, classes: Classes) -> Iterator[Labelled | InputRefused]:
    root = read_label_xml(data, where)
    frames = root.find("frames")
    if root.tag != "opencv_storage" or frames is None:
        raise wrong(where, "it is no 'opencv_storage' with frames")
    size_px = size_of(root, "frameWidth", "frameHeight", where)
    video = text_of(root, "fileName")
    for place, frame in enumerate(frames, start=1):
        at = f"{where}, frame entry {place}"
        try:
            number = number_of(text_of(frame, "frameNumber"), "frameNumber", at)
            if number < 0 or number != int(number):
                raise wrong(at, "frameNumber counts no frame")
            boxes: list[LabelledBox] = []
            ignored: list[Sides] = []
            for drawn in frame.iterfind("annotations/_"):
                sides = sides_of_pixels(_edges(drawn.text or "", at), size_px, at)
                classes.put(_CLASS, sides, at, boxes=boxes, ignored=ignored)
        except InputRefused as error:
            yield error
            continue
        yield Labelled(
            f"{video}#{int(number)}",
            size_px,
            None,
            tuple(boxes),
            tuple(ignored),
            frame=int(number),
        )


def _edges(text: str, where: str) -> Sides:
    parts = text.split()
    if len(parts) != 4:
        raise wrong(where, "a box is not 'x y width height'")
    x, y, width, height = (number_of(part, "an edge", where) for part in parts)
    return x, y, x + width, y + height
