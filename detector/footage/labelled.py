"""What a file of labels says of one picture, whatever tool wrote it.

Boxes become shares of the picture, 0 to 1 from the upper left corner. What sticks out by rounding
is cut; what sticks out further is refused, for then the file speaks of another picture.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from models.detection import Label
from models.errors import InputRefused

__all__ = [
    "BUILT_IN",
    "Classes",
    "LabelFormat",
    "Labelled",
    "LabelledBox",
    "Meaning",
    "Sides",
    "sides_of_pixels",
    "sides_of_shares",
]

Sides = tuple[float, float, float, float]
"""Left, upper, right and lower edge: of a box here always as shares of width and height."""
EDGE_SHARE: Final = 1e-3
EDGE_PX: Final = 1.000001
"""How far a box may stick out: rounding to whole pixels or to 4 digits, nothing else."""
_MOST_NAMED = 20


class LabelFormat(StrEnum):
    """Whose file it is."""

    COCO = "coco"  # one JSON of pictures, categories and annotations
    YOLO = "yolo"  # a text file for each picture
    VOC = "voc"  # an XML file for each picture
    FIGLIB = "figlib"  # nothing but names: seconds from ignition
    FURG = "furg"  # an OpenCV XML for each video
    CVAT = "cvat"  # XML 1.1 for images or for video


class Meaning(StrEnum):
    """What a class of theirs is for us."""

    SMOKE = "smoke"
    FLAME = "flame"
    IGNORED = "ignored"  # neither right nor false there
    NOTHING = "nothing"  # as if the box were not drawn


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """Smoke or flame in one picture.

    Attributes:
        label: which of both.
        sides: shares of the picture.
        track: what ties it to boxes in other frames; empty when nothing does.
    """

    label: Label
    sides: Sides
    track: str = ""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is said of one picture or frame.

    Attributes:
        name: of the picture in its file, unique there.
        size_px: width and height that the file tells; None when it tells none.
        at_s: seconds from the zero of its recording; None when the file does not tell them.
        boxes: of smoke and flame.
        ignored: parts of the picture that are neither right nor false.
        frame: number of the decoded frame in its video, from 0; None for a picture.
        is_boxed: every smoke and flame in it has a box; where False nobody drew any.
        burns: whether the file says, beside any boxes, that something burns in it.
    """

    name: str
    size_px: tuple[int, int] | None
    at_s: float | None
    boxes: tuple[LabelledBox, ...] = ()
    ignored: tuple[Sides, ...] = ()
    frame: int | None = None
    is_boxed: bool = True
    burns: bool | None = None


BUILT_IN: Final[Mapping[str, Meaning]] = {
    "smoke": Meaning.SMOKE,
    "flame": Meaning.FLAME,
    "fire": Meaning.FLAME,
}
"""What needs no mapping. Sets that say ``fire`` draw their boxes around flames."""


@dataclass(slots=True)
class Classes:
    """What classes mean, and which nobody explained.

    Attributes:
        given: meanings by lower-case class name, over the built-in ones.
        unknown: class names without a meaning, and where each was met first.
    """

    given: Mapping[str, Meaning] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def meaning(self, name: str, where: str) -> Meaning:
        """Of a class name; an unknown one is noted and means nothing until :meth:`check`."""
        key = name.strip().casefold()
        known = self.given.get(key, BUILT_IN.get(key))
        if known is None:
            self.unknown.setdefault(key, where)
            return Meaning.NOTHING
        return known

    def put(
        self,
        name: str,
        sides: Sides,
        where: str,
        *,
        boxes: list[LabelledBox],
        ignored: list[Sides],
        track: str = "",
    ) -> None:
        """Add a box to those that it belongs to, if to any."""
        meaning = self.meaning(name, where)
        if meaning is Meaning.IGNORED:
            ignored.append(sides)
        elif meaning is not Meaning.NOTHING:
            boxes.append(LabelledBox(Label[meaning.name], sides, track))

    def check(self) -> None:
        """Refuse what was read if a class had no meaning.

        Raises:
            InputRefused: with code ``unknown_class``; it names the classes.
        """
        if not self.unknown:
            return
        named = [f"{name[:80]!r} ({where})" for name, where in self.unknown.items()]
        more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
        raise InputRefused(
            f"Classes that nobody explained: {', '.join(named[:_MOST_NAMED])}{more}.",
            remedy=f"Say of each which it is: {', '.join(Meaning)}.",
            code="unknown_class",
        )


def sides_of_pixels(sides_px: Sides, size_px: tuple[int, int], where: str) -> Sides:
    """Shares of a box in pixels.

    Args:
        sides_px: edges of it, from 0 to width and height.
        size_px: of the picture, both at least 1.
        where: file and line, for the refusal.

    Raises:
        InputRefused: it is empty, no number, or sticks out by more than rounding.
    """
    width, height = size_px
    x_min, y_min, x_max, y_max = sides_px
    return _checked(
        (x_min / width, y_min / height, x_max / width, y_max / height),
        max(EDGE_SHARE, EDGE_PX / width),
        max(EDGE_SHARE, EDGE_PX / height),
        where,
    )


def sides_of_shares(sides: Sides, where: str) -> Sides:
    """A box in shares, cut at the border.

    Raises:
        InputRefused: it is empty, no number, or sticks out by more than rounding.
    """
    return _checked(sides, EDGE_SHARE, EDGE_SHARE, where)


def _checked(sides: Sides, slack_x: float, slack_y: float, where: str) -> Sides:
    x_min, y_min, x_max, y_max = sides
    if not all(map(math.isfinite, sides)) or x_min >= x_max or y_min >= y_max:
        raise InputRefused(
            f"{where}: the box is empty.", remedy="Mend or remove it.", code="label_box"
        )
    if min(x_min, 1.0 - x_max) < -slack_x or min(y_min, 1.0 - y_max) < -slack_y:
        raise InputRefused(
            f"{where}: the box lies beyond the picture.",
            remedy="Check that the labels belong to pictures of this size.",
            code="label_box",
        )
    cut = (max(0.0, x_min), max(0.0, y_min), min(1.0, x_max), min(1.0, y_max))
    if cut[0] >= cut[2] or cut[1] >= cut[3]:  # it lay wholly in what is cut
        raise InputRefused(
            f"{where}: the box is empty.", remedy="Mend or remove it.", code="label_box"
        )
    return cut
