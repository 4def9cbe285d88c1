"""True boxes and ignored regions of a recording beside what was found in it, in pixels."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.measures.boxes import Scene, box_within
from models.detection import Box
from models.footage import Ignored, TrueBox, Truth
from models.replay import Played, PlayedFrame

__all__ = ["boxed_scenes", "is_ignored", "nearest", "touches"]

Floats = NDArray[np.float64]
SAME_FRAME_S: Final = 0.05
"""Times that differ by less name one frame: files round them to hundredths, frames of a camera are
0.04 s apart at the least."""
IGNORED_SHARE: Final = 0.5
"""Share of a box within an ignored region from which on the box belongs to it."""
GROWN: Final = 1.5
"""By which an alert may miss a true box: boxes of plumes are loose, and smoke drifts on between the
frame that was boxed and the one that alerted."""


def nearest(rising: Sequence[float], value: float, within: float) -> int | None:
    """Index of the nearest of rising numbers, of equals the earlier; None beyond ``within``."""
    place = bisect_left(rising, value)
    around = [one for one in (place - 1, place) if 0 <= one < len(rising)]
    if not around:
        return None
    best = min(around, key=lambda one: abs(rising[one] - value))
    return best if abs(rising[best] - value) <= within else None


def boxed_scenes(played: Played) -> list[Scene]:
    """The scored frames whose every smoke and flame was boxed, each with what was found in it.

    A frame that nobody scored is left out: it says nothing of the detector. Boxes that lie in an
    ignored region by half or more are left out on both sides.
    """
    truth = played.truth
    if truth is None or not min(played.size_px):
        return []
    frames = [frame for frame in played.frames if not frame.refused]
    times = [frame.at_s for frame in frames]
    drawn: dict[float, list[TrueBox]] = {}
    for box in truth.boxes:
        drawn.setdefault(box.at_s, []).append(box)
    answer: dict[int, Scene] = {}
    for at_s in truth.boxed_at_s:
        place = nearest(times, at_s, SAME_FRAME_S)
        if place is not None and place not in answer:
            answer[place] = _scene(played, truth, frames[place], drawn.get(at_s, []))
    return [answer[place] for place in sorted(answer)]


def _scene(played: Played, truth: Truth, frame: PlayedFrame, drawn: Sequence[TrueBox]) -> Scene:
    size = np.array([*played.size_px, *played.size_px], np.float64)
    true_boxes = _array((b.x_min, b.y_min, b.x_max, b.y_max) for b in drawn) * size
    boxes = _array((b.x_min, b.y_min, b.x_max, b.y_max) for b in frame.found)
    ignored = [one for one in truth.ignored if one.span.holds(frame.at_s)]
    kept_true = ~_ignored(true_boxes, ignored, played.size_px)
    kept = ~_ignored(boxes, ignored, played.size_px)
    return Scene(
        name=f"{played.name} {frame.at_s:g} s",
        group=played.scene or played.name,
        view="",
        source="",
        true_classes=np.array([int(box.label) for box in drawn], np.int64)[kept_true],
        true_boxes=true_boxes[kept_true],
        classes=np.array([int(box.label) for box in frame.found], np.int64)[kept],
        scores=np.array([box.score for box in frame.found], np.float64)[kept],
        boxes=boxes[kept],
    )


def is_ignored(box: Box, at_s: float, ignored: Iterable[Ignored], size_px: tuple[int, int]) -> bool:
    """Whether a box lies, by half or more, in a region that is ignored at that moment."""
    now = [one for one in ignored if one.span.holds(at_s)]
    place = _array([(box.x_min, box.y_min, box.x_max, box.y_max)])
    return bool(_ignored(place, now, size_px)[0])


def _ignored(
    boxes: Floats, ignored: Sequence[Ignored], size_px: tuple[int, int]
) -> NDArray[np.bool_]:
    if any((i.x_min, i.y_min, i.x_max, i.y_max) == (0.0, 0.0, 1.0, 1.0) for i in ignored):
        return np.ones(len(boxes), np.bool_)
    regions = _array((i.x_min, i.y_min, i.x_max, i.y_max) for i in ignored)
    shares = box_within(boxes, regions * np.array([*size_px, *size_px], np.float64))
    lies: NDArray[np.bool_] = shares.max(axis=1, initial=0.0) >= IGNORED_SHARE
    return lies


def touches(box: Box, true: TrueBox, size_px: tuple[int, int]) -> bool:
    """Whether a box touches a true one that was made half as wide and half as tall again."""
    wide, tall = size_px
    more_x = (GROWN - 1.0) / 2.0 * (true.x_max - true.x_min)
    more_y = (GROWN - 1.0) / 2.0 * (true.y_max - true.y_min)
    return (
        box.x_min <= (true.x_max + more_x) * wide
        and box.x_max >= (true.x_min - more_x) * wide
        and box.y_min <= (true.y_max + more_y) * tall
        and box.y_max >= (true.y_min - more_y) * tall
    )


def _array(rows: Iterable[tuple[float, float, float, float]]) -> Floats:
    return np.array(list(rows), np.float64).reshape(-1, 4)
