"""Recall of small tower smoke against false boxes, on labelled pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.closer.contenders import Way
from camera_gateway.pictures import read_picture
from detector.evaluate.images import scene_of
from detector.evaluate.labelled_set import SMOKE, Picture, read_index
from detector.evaluate.measures import Judged, group_interval, judge, recall_at_budget

__all__ = ["LEAST_IOU", "SMALL_SHARE", "Curve", "chosen", "look_at_all"]

SMALL_SHARE = 0.01
"""Share of the picture below which smoke is small."""
LEAST_IOU = 0.3
FLOOR_SCORE = 0.01


def chosen(data: Path, *, quick: bool) -> list[Picture]:
    """Validation pictures: towers with fire, and those without fire.

    Quickly: of the towers those with small smoke. Those without fire are never thinned: a few false
    boxes decide at which score recall is read.
    """
    index = [picture for picture in read_index(data) if picture.split == "val"]
    quiet = [picture for picture in index if len(picture.classes) == 0]
    burning = [pic for pic in index if pic.view == "tower" and len(pic.classes) > 0]
    if quick:
        return [picture for picture in burning if _small(picture).any()] + quiet
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


def look_at_all(way: Way, pictures: Sequence[Picture]) -> Curve:
    """Every picture is a view of its own, seen once: there is no background and no rotation."""
    small, smoke, quiet = [], [], []
    for picture in pictures:
        image = read_picture(picture.path)
        found = way.look(image, picture.name, FLOOR_SCORE)
        scene = scene_of(picture, image, found)
        mine = _small(picture)
        asked = replace(
            scene, true_classes=scene.true_classes[mine], true_boxes=scene.true_boxes[mine]
        )
        small.append(judge(asked, SMOKE, LEAST_IOU))
        smoke.append(judge(scene, SMOKE, LEAST_IOU))
        is_quiet = len(picture.classes) == 0
        false = Judged(scene.group, scene.scores, np.zeros(len(scene.scores), np.bool_), 0)
        quiet.append(false if is_quiet else None)
    groups = tuple(picture.group for picture in pictures)
    return Curve(groups, tuple(small), tuple(smoke), tuple(quiet))
