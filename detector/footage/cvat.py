"""Labels of CVAT: its XML 1.1, of pictures (``image``) or of a video (``track``).

Boxes are read, and polygons as the box around them; another shape is refused by its name. Of a
video every frame of the task that no track shows has nothing in it; where the file does not tell
which frames the task has, only those with a box count.

Source: the manual of CVAT, "CVAT for image 1.1" and "CVAT for video 1.1".
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from camera_gateway.xml_reading import text_of
from detector.footage.label_tree import LabelTree
from detector.footage.labelled import Classes, Labelled, LabelledBox, Sides, sides_of_pixels
from detector.footage.xml_file import number_of, read_label_xml, size_of, wrong
from models.errors import InputRefused

__all__ = ["read"]

_MOST_FRAMES: Final = 1_000_000
_BOX: Final = ("xtl", "ytl", "xbr", "ybr")
_NO_SHAPES: Final = frozenset({"tag", "attribute"})


def read(tree: LabelTree, classes: Classes) -> Iterator[Labelled | InputRefused]:
    """Every picture or frame, and in its place a refusal for one with a wrong box."""
    for name in tree.names(".xml"):
        where = tree.place(name)
        try:
            root = read_label_xml(tree.read(name), where)
            if root.tag != "annotations":
                raise wrong(where, f"its outermost element is {root.tag[:40]!r}, not 'annotations'")
            if root.find("track") is not None or root.find("image") is None:
                yield from _video(root, where, classes)
            else:
                yield from _pictures(root, where, classes)
        except InputRefused as error:
            yield error


def _pictures(root: Element, where: str, classes: Classes) -> Iterator[Labelled | InputRefused]:
    for number, image in enumerate(root.iterfind("image"), start=1):
        at = f"{where}, image {number}"
        boxes: list[LabelledBox] = []
        ignored: list[Sides] = []
        try:
            size_px = size_of(_attributes(image), "width", "height", at)
            for shape in image:
                if shape.tag not in _NO_SHAPES:
                    sides = sides_of_pixels(_edges(shape, at), size_px, at)
                    classes.put(shape.get("label", ""), sides, at, boxes=boxes, ignored=ignored)
        except InputRefused as error:
            yield error
            continue
        yield Labelled(image.get("name", ""), size_px, None, tuple(boxes), tuple(ignored))


def _video(root: Element, where: str, classes: Classes) -> Iterator[Labelled | InputRefused]:
    task = _first(root, "meta/task", "meta/job")
    size = _first(root, "meta/task/original_size", "meta/original_size")
    if size is None:
        raise wrong(where, "it does not tell the size of the video")
    size_px = size_of(size, "width", "height", where)
    frames: dict[int, tuple[list[LabelledBox], list[Sides]]] = {
        number: ([], []) for number in ([] if task is None else _frames_of(task, where))
    }
    damaged: dict[int, InputRefused] = {}
    for number, track in enumerate(root.iterfind("track"), start=1):
        at = f"{where}, track {number}"
        for shape in track:
            if shape.tag in _NO_SHAPES:
                continue
            frame = _count(shape.get("frame", ""), "frame", at)
            boxes, ignored = frames.setdefault(frame, ([], []))
            if shape.get("outside") == "1":
                continue
            try:
                place = f"{at}, frame {frame}"
                sides = sides_of_pixels(_edges(shape, place), size_px, place)
            except InputRefused as error:
                damaged[frame] = error
                continue
            classes.put(
                track.get("label", ""),
                sides,
                at,
                boxes=boxes,
                ignored=ignored,
                track=track.get("id", str(number))[:80],
            )
    video = text_of(root, "meta/source") or text_of(root, "meta/task/source")
    for frame, (boxes, ignored) in sorted(frames.items()):
        yield damaged.get(frame) or Labelled(
            f"{video}#{frame}", size_px, None, tuple(boxes), tuple(ignored), frame=frame
        )


def _first(root: Element, *paths: str) -> Element | None:
    return next((found for path in paths if (found := root.find(path)) is not None), None)


def _frames_of(task: Element, where: str) -> range:
    """Numbers of the frames that the task has, as the video counts them."""
    if task.find("stop_frame") is None:
        return range(0)
    first = _count(text_of(task, "start_frame") or "0", "start_frame", where)
    last = _count(text_of(task, "stop_frame"), "stop_frame", where)
    chosen = text_of(task, "frame_filter").removeprefix("step=").strip() or "1"
    step = max(1, _count(chosen, "frame_filter", where))
    return range(first, last + 1, step)


def _count(text: str, what: str, where: str) -> int:
    value = number_of(text, what, where)
    if not 0 <= value <= _MOST_FRAMES or value != int(value):
        raise wrong(where, f"{what} counts no frame")
    return int(value)


def _edges(shape: Element, where: str) -> Sides:
    if shape.tag == "box":
        x_min, y_min, x_max, y_max = (number_of(shape.get(key, ""), key, where) for key in _BOX)
        return x_min, y_min, x_max, y_max
    if shape.tag != "polygon":
        raise wrong(where, f"a {shape.tag[:40]!r} is no box")
    points = [pair.split(",") for pair in shape.get("points", "").split(";")]
    if any(len(pair) != 2 for pair in points):
        raise wrong(where, "the points of a polygon are not 'x,y;x,y'")
    across = [number_of(pair[0], "a corner", where) for pair in points]
    down = [number_of(pair[1], "a corner", where) for pair in points]
    return min(across), min(down), max(across), max(down)


def _attributes(element: Element) -> Element:
    """The attributes as children, so that one reader of sizes does for both."""
    answer = Element(element.tag)
    for key, value in element.attrib.items():
        child = Element(key)
        child.text = value
        answer.append(child)
    return answer
