"""Boxes found in one picture, matched with the true ones by COCO's greedy rule.

Pure arithmetic, no network. Matching is done once a picture, so that a bootstrap over scenes only
adds up again what it draws.

Source of the rules: pycocotools' ``COCOeval``; the agreement with it and with faster-coco-eval is
tested.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ANY_SIZE", "Judged", "Scene", "box_iou", "box_within", "judge", "judge_each"]

Floats = NDArray[np.float64]
MAX_DETECTIONS: Final = 100
ANY_SIZE: Final = (0.0, float("inf"))


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
    shared = _shared(first, second)
    union = _areas(first)[:, None] + _areas(second)[None, :] - shared
    overlap: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlap


def box_within(first: Floats, second: Floats) -> Floats:
    """Share of the area of each of (n, 4) that lies within each of (m, 4), to (n, m)."""
    shared = _shared(first, second)
    area = np.broadcast_to(_areas(first)[:, None], shared.shape)
    share: Floats = np.divide(shared, area, out=np.zeros_like(shared), where=area > 0)
    return share


def _shared(first: Floats, second: Floats) -> Floats:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.clip(high - low, 0.0, None)
    area: Floats = sides[..., 0] * sides[..., 1]
    return area


def _areas(boxes: Floats) -> Floats:
    area: Floats = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return area


def judge(
    scene: Scene, label: int, least_iou: float, area_px: tuple[float, float] = ANY_SIZE
) -> Judged:
    """Match the detections of one class to its true boxes, best score first.

    A detection takes the free true box that it overlaps most, if by ``least_iou`` or more; of
    equals the later one, as COCO does. At most 100 detections of a picture count.

    Args:
        scene: the picture.
        label: the class.
        least_iou: 0 to 1.
        area_px: least and greatest area of the true boxes that count, square pixels. Others are
            no truth; a detection that takes one of them, or takes none and is of another size
            itself, counts neither way.
    """
    return judge_each(scene, label, (least_iou,), area_px)[0]


def judge_each(
    scene: Scene,
    label: int,
    least_ious: Sequence[float],
    area_px: tuple[float, float] = ANY_SIZE,
) -> tuple[Judged, ...]:
    """:func:`judge` at each of some overlaps, which shares what does not depend on it."""
    mine = np.flatnonzero(scene.classes == label)
    order = mine[np.argsort(-scene.scores[mine], kind="stable")][:MAX_DETECTIONS]
    scores, boxes = scene.scores[order], scene.boxes[order]
    true_boxes = scene.true_boxes[scene.true_classes == label]
    overlaps = box_iou(boxes, true_boxes)
    most = overlaps.max(axis=1, initial=-1.0)
    counts = _sized(true_boxes, area_px)
    other_size = ~_sized(boxes, area_px)
    answer = []
    for least_iou in least_ious:
        limit = min(least_iou, 1 - 1e-10)
        hits = np.zeros(len(order), np.bool_)
        passed_over = other_size.copy()
        free = np.ones(len(true_boxes), np.bool_)
        for row in np.flatnonzero(most >= limit):  # most detections are far from any truth
            taken = _taken(overlaps[row], limit, free, counts)
            if taken is not None:
                free[taken] = False
                hits[row], passed_over[row] = counts[taken], not counts[taken]
        kept = ~passed_over
        answer.append(Judged(scene.group, scores[kept], hits[kept], int(counts.sum())))
    return tuple(answer)


def _taken(
    overlap: Floats, limit: float, free: NDArray[np.bool_], counts: NDArray[np.bool_]
) -> int | None:
    """The true box that a detection takes: one that counts before any other, as in COCO."""
    for wanted in (free & counts, free & ~counts):
        left = np.where(wanted, overlap, -1.0)
        if left.max() >= limit:
            return len(left) - 1 - int(np.argmax(left[::-1]))
    return None


def _sized(boxes: Floats, area_px: tuple[float, float]) -> NDArray[np.bool_]:
    areas = _areas(boxes)
    fits: NDArray[np.bool_] = (areas >= area_px[0]) & (areas <= area_px[1])
    return fits
