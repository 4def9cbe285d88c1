"""Recall of small tower smoke against false boxes, on labelled pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.closer.contenders import Way
from camera_gateway.pictures import read_picture
from detector.evaluate.images import scene_of
from detector.evaluate.labelled_set import SMOKE, Picture, read_index
from detector.measures.boxes import Judged, judge
from detector.measures.intervals import group_interval
from detector.measures.precision import recall_at_budget

__all__ = ["FLOOR_SCORE", "LEAST_IOU", "SMALL_SHARE", "Curve", "chosen", "look_at_all"]

SMALL_SHARE = 0.01
"""Share of the picture below which smoke is small."""
LEAST_IOU = 0.3
FLOOR_SCORE = 0.01


def chosen(data: Path, *, quick: bool) -> list[Picture]:
    """Validation pictures: towers with fire, and those without fire.

    Quickly: towers only, and of those with fire those with small smoke. A few false boxes decide at
    which score recall is read, so that a quick run shows whether something broke, not how good it
    is.
    """
    index = [picture for picture in read_index(data) if picture.split == "val"]
    quiet = [picture for picture in index if len(picture.classes) == 0]
    burning = [pic for pic in index if pic.view == "tower" and len(pic.classes) > 0]
    if quick:
        burning = [picture for picture in burning if _small(picture).any()]
        quiet = [picture for picture in quiet if "tower" in picture.view]
    return burning + quiet


def _small(picture: Picture) -> NDArray[np.bool_]:
    sides = picture.boxes[:, 2:] - picture.boxes[:, :2]
    small: NDArray[np.bool_] = (sides.prod(axis=1) < SMALL_SHARE) & (picture.classes == SMOKE)
    return small


@dataclass(frozen=True, slots=True)
class Curve:
    """What one way has found, judged.

    Attributes:
        groups: of the pictures.
        small: one entry a picture: its small smoke.
        smoke: one entry a picture: its smoke of any size.
        quiet: one entry a picture: its false boxes; None where something burns.
    """

    groups: tuple[str, ...]
    small: tuple[Judged, ...]
    smoke: tuple[Judged, ...]
    quiet: tuple[Judged | None, ...]

    def with_boxes(self, scores: Mapping[str, Sequence[float]]) -> "Curve":
        """The same with further small smoke: best score that finds each box, by its group.

        No picture without fire comes with it: at which score recall is read stays what it was.
        """
        more = [
            Judged(group, np.array([score] * found), np.ones(found, np.bool_), 1)
            for group, boxes in scores.items()
            for score in boxes
            for found in [int(score > 0.0)]
        ]
        return Curve(
            (*self.groups, *(one.group for one in more)),
            (*self.small, *more),
            (*self.smoke, *more),
            (*self.quiet, *([None] * len(more))),
        )

    def recall(self, budget: float, places: Sequence[int] | None = None) -> tuple[float, float]:
        """Recall and score at a budget of false boxes a negative picture."""
        places = range(len(self.groups)) if places is None else places
        quiet = [one for place in places if (one := self.quiet[place]) is not None]
        if not quiet:
            return float("nan"), 0.0
        return recall_at_budget([self.small[place] for place in places], quiet, budget)

    def recall_of_all(self, budget: float) -> float:
        """The same for smoke of any size."""
        return recall_at_budget(self.smoke, [one for one in self.quiet if one is not None], budget)[
            0
        ]

    def false_boxes(self, score: float) -> float:
        """Boxes a negative picture at or above a score."""
        quiet = [one for one in self.quiet if one is not None]
        return sum(int((one.scores >= score).sum()) for one in quiet) / len(quiet)

    def gain(self, other: "Curve", budget: float) -> tuple[float, float, float]:
        """Recall here less recall there, with the interval over groups, drawn in pairs."""

        def of(drawn: NDArray[np.int64]) -> float:
            places = drawn.tolist()
            return self.recall(budget, places)[0] - other.recall(budget, places)[0]

        low, high = group_interval(self.groups, of)
        return self.recall(budget)[0] - other.recall(budget)[0], low, high


def look_at_all(way: Way, pictures: Sequence[Picture], *, from_the_end: bool = False) -> Curve:
    """Every picture is a view of its own, seen once: there is no background and no rotation.

    Args:
        way: to look.
        pictures: to look at.
        from_the_end: look at the last picture first; the answer is the same.
    """
    looks = [_look_at(way, one) for one in (reversed(pictures) if from_the_end else pictures)]
    small, smoke, quiet = zip(*(reversed(looks) if from_the_end else looks), strict=True)
    return Curve(tuple(picture.group for picture in pictures), small, smoke, quiet)


def _look_at(way: Way, picture: Picture) -> tuple[Judged, Judged, Judged | None]:
    """Its small smoke, its smoke of any size, and its false boxes where nothing burns."""
    image = read_picture(picture.path)
    scene = scene_of(picture, image, way.look(image, picture.name, FLOOR_SCORE))
    mine = _small(picture)
    asked = replace(scene, true_classes=scene.true_classes[mine], true_boxes=scene.true_boxes[mine])
    false = Judged(scene.group, scene.scores, np.zeros(len(scene.scores), np.bool_), 0)
    small, smoke = (judge(one, SMOKE, LEAST_IOU) for one in (asked, scene))
    return small, smoke, false if len(picture.classes) == 0 else None
