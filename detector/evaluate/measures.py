"""How good detections are: average precision, recall at a budget of false boxes, intervals.

Pure arithmetic on boxes, no network. Matching is done once a picture (COCO's greedy rule), so that
a bootstrap over groups only adds up again what it draws. Pictures of one group look alike:
intervals that draw pictures would be far too narrow.

Source of the rules: pycocotools' ``COCOeval`` (area range all, 101 recall points); the agreement
with faster-coco-eval is tested.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Judged",
    "Scene",
    "average_precision",
    "box_iou",
    "group_interval",
    "judge",
    "recall_at_budget",
]

Floats = NDArray[np.float64]
MAX_DETECTIONS = 100
RECALL_POINTS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture with its truth and what was found in it.

    Attributes:
        name: of the picture.
        group: scene, sequence or camera site.
        view: of the picture, e.g. ``tower`` or ``neg_sky``.
        source: where it comes from.
        true_classes: (n,) class of each true box.
        true_boxes: (n, 4) x0 y0 x1 y1, pixels.
        classes: (m,) class of each box found.
        scores: (m,) in 0..1.
        boxes: (m, 4) x0 y0 x1 y1, pixels.
    """

    name: str
    group: str
    view: str
    source: str
    true_classes: NDArray[np.int64]
    true_boxes: Floats
    classes: NDArray[np.int64]
    scores: Floats
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """The detections of one class in one picture, judged.

    Attributes:
        group: of the picture.
        scores: (m,) falling.
        hits: (m,) whether each detection found a true box of its own.
        truths: number of true boxes.
    """

    group: str
    scores: Floats
    hits: NDArray[np.bool_]
    truths: int


def box_iou(first: Floats, second: Floats) -> Floats:
    """Intersection over union, (n, 4) and (m, 4) to (n, m)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    area = np.prod(first[:, 2:] - first[:, :2], axis=1)[:, None]
    other = np.prod(second[:, 2:] - second[:, :2], axis=1)[None, :]
    union = area + other - shared
    overlap: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlap


def judge(scene: Scene, label: int, least_iou: float) -> Judged:
    """Match the detections of one class to its true boxes, best score first.

    A detection takes the free true box that it overlaps most, if by ``least_iou`` or more; of
    equals the later one, as COCO does.
    """
    mine = np.flatnonzero(scene.classes == label)
    order = mine[np.argsort(-scene.scores[mine], kind="stable")][:MAX_DETECTIONS]
    true_boxes = scene.true_boxes[scene.true_classes == label]
    overlaps = box_iou(scene.boxes[order], true_boxes)
    hits = np.zeros(len(order), np.bool_)
    free = np.ones(len(true_boxes), np.bool_)
    limit = min(least_iou, 1 - 1e-10)
    for row, overlap in enumerate(overlaps):
        open_overlap = np.where(free, overlap, -1.0)
        if len(open_overlap) == 0 or open_overlap.max() < limit:
            continue
        taken = len(open_overlap) - 1 - int(np.argmax(open_overlap[::-1]))
        hits[row], free[taken] = True, False
    return Judged(scene.group, scene.scores[order], hits, len(true_boxes))


def average_precision(judged: Sequence[Judged]) -> float:
    """Mean of the precision envelope at 101 recalls; not a number without true boxes."""
    truths = sum(one.truths for one in judged)
    if truths == 0:
        return float("nan")
    scores = np.concatenate([one.scores for one in judged])
    hits = np.concatenate([one.hits for one in judged])[np.argsort(-scores, kind="stable")]
    if len(hits) == 0:
        return 0.0
    found = np.cumsum(hits)
    recall = found / truths
    precision = found / (np.arange(len(hits)) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, RECALL_POINTS, side="left")
    return float(np.append(envelope, 0.0)[np.minimum(places, len(envelope))].mean())


def recall_at_budget(
    judged: Sequence[Judged], negatives: Sequence[Judged], budget: float
) -> tuple[float, float]:
    """Recall at the lowest score that keeps false boxes within a budget.

    Args:
        judged: pictures whose true boxes count.
        negatives: one entry a picture without fire, classes together; every box is false.
        budget: most false boxes a negative picture.

    Returns:
        Recall in 0..1 and the score: detections at or above it count.
    """
    false_scores = np.sort(np.concatenate([one.scores for one in negatives]))[::-1]
    allowed = int(np.floor(budget * len(negatives) + 1e-9))
    score = 0.0
    if allowed < len(false_scores):
        score = float(np.nextafter(false_scores[allowed], 2.0))
    truths = sum(one.truths for one in judged)
    if truths == 0:
        return float("nan"), score
    found = sum(int((one.hits & (one.scores >= score)).sum()) for one in judged)
    return found / truths, score


def group_interval(
    groups: Sequence[str],
    measure: Callable[[NDArray[np.int64]], float],
    *,
    draws: int = 1000,
    seed: int = 0,
    share: float = 0.95,
) -> tuple[float, float]:
    """Percentile bootstrap over groups.

    Args:
        groups: group of each picture.
        measure: takes indices of pictures, with repeats, and answers a figure or not a number.
        draws: of the bootstrap.
        seed: of the draws; the same seed draws the same groups, so differences can be paired.
        share: of the draws that lie between the two answers.
    """
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(place == index) for index in range(len(names))]
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(draws):
        drawn = random.integers(len(names), size=len(names))
        figures.append(measure(np.concatenate([members[index] for index in drawn])))
    known = np.array(figures)[~np.isnan(figures)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
