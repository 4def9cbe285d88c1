"""How recall of smoke grows with its size: measured on labelled pictures, kept for drone planning.

    python -m training.size_recall DATA --out drone_jobs/size_recall.toml

The size of a box is the root of its area in pixels of the network's input. Boxes are sorted by size
and cut into bins of equal counts; a bin is stated at its median. An interval is the wider of two,
Wilson's over boxes and a bootstrap over groups: few groups fill a bin here, and a bin in which all
of them agree would else be certain. ``monotone`` is the closest rising curve (pool adjacent
violators, Ayer et al. 1955).
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import read_picture
from detector.core import Detector
from detector.evaluate.images import scene_of
from detector.evaluate.labelled_set import SMOKE, read_index
from detector.evaluate.report import RECALL_IOU
from detector.measures.boxes import Scene, box_iou
from detector.measures.intervals import group_interval
from drone_jobs.size_recall import NETWORK_PX
from models.config import Settings
from models.errors import InputRefused
from models.zoo import ModelCard, load_card

__all__ = ["Bin", "Sized", "bins", "found", "main", "rising", "sized_boxes", "wilson"]

Floats = NDArray[np.float64]
QUANTILE = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Sized:
    """One true box of smoke.

    Attributes:
        view: of its picture.
        group: of its picture.
        side_px: root of its area, pixels of the network's input.
        found: by a detection of its own.
    """

    view: str
    group: str
    side_px: float
    found: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Boxes of about one size.

    Attributes:
        side_px: median of their sizes.
        least_px: smallest of them.
        most_px: largest of them.
        recall: share of them that was found.
        monotone: the same on the closest rising curve.
        count: of boxes.
        groups: of pictures that they come from.
        low: end of the 95 % interval of ``recall``.
        high: the other end.
    """

    side_px: float
    least_px: float
    most_px: float
    recall: float
    monotone: float
    count: int
    groups: int
    low: float
    high: float


def found(true_boxes: Floats, boxes: Floats, least_iou: float) -> NDArray[np.bool_]:
    """Which true boxes are found, by the rule of :func:`detector.measures.boxes.judge`.

    Args:
        true_boxes: (n, 4).
        boxes: (m, 4), best score first.
        least_iou: overlap that a find takes.
    """
    taken = np.zeros(len(true_boxes), np.bool_)
    for overlap in box_iou(boxes, true_boxes):
        free = np.where(taken, -1.0, overlap)
        if len(free) > 0 and free.max() >= least_iou:
            taken[len(free) - 1 - int(np.argmax(free[::-1]))] = True
    return taken


def sized_boxes(scene: Scene, longer_side_px: int, least_score: float) -> list[Sized]:
    """The true boxes of smoke in one picture, with their sizes and whether they were found."""
    chosen = np.flatnonzero((scene.classes == SMOKE) & (scene.scores >= least_score))
    chosen = chosen[np.argsort(-scene.scores[chosen], kind="stable")]
    truths = scene.true_boxes[scene.true_classes == SMOKE]
    areas = np.prod(truths[:, 2:] - truths[:, :2], axis=1)
    sides = np.sqrt(areas) * NETWORK_PX / longer_side_px
    hits = found(truths, scene.boxes[chosen], RECALL_IOU)
    return [
        Sized(scene.view, scene.group, side_px, hit)
        for side_px, hit in zip(sides.tolist(), hits.tolist(), strict=True)
    ]


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (1927)."""
    square = QUANTILE**2
    middle = (hits + square / 2) / (count + square)
    half = math.sqrt(hits * (count - hits) / count + square / 4) * QUANTILE / (count + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence with the least weighted squares of differences."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        block = (value, weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            mean = (before[0] * before[1] + block[0] * block[1]) / total
            block = (mean, total, before[2] + block[2])
        blocks.append(block)
    return [mean for mean, _, length in blocks for _ in range(length)]


def _interval(boxes: Sequence[Sized]) -> tuple[float, float]:
    """The wider of the two on either side."""
    hits = np.array([box.found for box in boxes], np.float64)

    def share(drawn: NDArray[np.int64]) -> float:
        return float(hits[drawn].mean())

    least, most = wilson(int(hits.sum()), len(hits))
    low, high = group_interval([box.group for box in boxes], share)
    return min(low, least), max(high, most)


def bins(boxes: Sequence[Sized], count: int) -> list[Bin]:
    """Cut boxes into bins of equal counts by size.

    Args:
        boxes: at least as many as bins.
        count: of bins.
    """
    order = sorted(boxes, key=lambda box: box.side_px)
    parts = [[order[i] for i in part] for part in np.array_split(np.arange(len(order)), count)]
    shares = [sum(box.found for box in part) / len(part) for part in parts]
    monotone = rising(shares, [len(part) for part in parts])
    answer = []
    for part, share, smooth in zip(parts, shares, monotone, strict=True):
        low, high = _interval(part)
        sides = [box.side_px for box in part]
        answer.append(
            Bin(
                side_px=float(np.median(sides)),
                least_px=sides[0],
                most_px=sides[-1],
                recall=share,
                monotone=smooth,
                count=len(part),
                groups=len({box.group for box in part}),
                low=low,
                high=high,
            )
        )
    return answer


def _look(arguments: argparse.Namespace, card: ModelCard) -> list[Sized]:
    pictures = [
        picture
        for picture in read_index(arguments.data)
        if picture.split == arguments.split and SMOKE in picture.classes
    ]
    detector = Detector.open(card, device="cpu", threads=arguments.threads, width_px=NETWORK_PX)
    score = card.operating.report_score
    boxes = []
    for picture in pictures:
        image = read_picture(picture.path)
        (seen,) = detector.detect([image], floor_score=score)
        boxes += sized_boxes(scene_of(picture, image, seen), max(image.shape[:2]), score)
    held = sum(box.view == arguments.view for box in boxes)
    if not 1 <= arguments.bins <= held:
        raise InputRefused(
            f"The view {arguments.view!r} has {held} boxes of smoke in the split "
            f"{arguments.split!r}, which do not fill {arguments.bins} bins.",
            remedy=f"Views with smoke: {', '.join(sorted({b.view for b in boxes})) or 'none'}.",
        )
    return boxes


def _toml(curve: Sequence[Bin], arguments: argparse.Namespace, score: float) -> str:
    boxes = sum(one.count for one in curve)
    text = f"""\
# Written by training/size_recall.py, read by size_recall.py: recall of smoke by the side of its
# box, the root of its area in pixels of the network's input ({NETWORK_PX} px on the longer side).
# {boxes} boxes of the view {arguments.view!r}, split {arguments.split!r}. Each row is a bin of
# equal counts at its median, with a 95 % interval: the wider of Wilson's over boxes and a
# bootstrap over groups.
# Why this view, and what it does not say: docs/detector.md.
# python -m training.size_recall DATA --out FILE --view {arguments.view} --bins {arguments.bins}
model = "{arguments.model}"
score = {score}
iou = {RECALL_IOU}
"""
    lines = [text.rstrip()]
    for one in curve:
        lines += ["", "[[rows]]"]
        for name in ("side_px", "least_px", "most_px"):
            lines.append(f"{name} = {getattr(one, name):.1f}")
        for name in ("recall", "monotone", "low", "high"):
            lines.append(f"{name} = {getattr(one, name):.3f}")
        lines += [f"count = {one.count}", f"groups = {one.groups}"]
    return "\n".join(lines) + "\n"


def _tell(name: str, curve: Sequence[Bin]) -> None:
    print(name)
    for one in curve:
        print(
            f"  {one.least_px:.0f}-{one.most_px:.0f} px, median {one.side_px:.0f}: "
            f"{one.recall:.3f} [{one.low:.3f}, {one.high:.3f}], rising {one.monotone:.3f} "
            f"({one.count} boxes, {one.groups} groups)"
        )


def main() -> int:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with index.csv")
    parser.add_argument("--out", type=Path, required=True, help="TOML file to write")
    parser.add_argument("--model", default=Settings().model_card, help="name of a model card")
    parser.add_argument("--split", default="val")
    parser.add_argument("--view", default="tower", help="whose curve is written; all are printed")
    parser.add_argument("--bins", type=int, default=5, help="of every curve")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    try:
        card = load_card(arguments.model)
        boxes = _look(arguments, card)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    curves = {
        view: [box for box in boxes if box.view == view] for view in sorted({b.view for b in boxes})
    }
    for name, some in (*curves.items(), ("all views", boxes)):
        if len(some) >= arguments.bins:
            _tell(name, bins(some, arguments.bins))
    curve = bins(curves[arguments.view], arguments.bins)
    text = _toml(curve, arguments, card.operating.report_score)
    arguments.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
