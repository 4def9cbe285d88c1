"""From the network's raw answer to few boxes, or a refusal when the answer is not one.

Suppression is greedy and per class: the best box stays, every box of its class that overlaps it by
more than the limit goes, and so on down (Dalal and Triggs 2005 practice). Smoke and flame never
suppress each other. Equal scores keep the network's order, so the answer is reproducible.

What was suppressed still has a say in where the edges are: a box that stays moves to the mean of
those that speak for the same thing. A plume has no edge, and one anchor's guess of it is worth less
than that of all.
"""

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelMismatch
from models.units import BoxesXYXY, FloatArray, Labels, Scores
from models.zoo.registry import ModelCard

__all__ = [
    "MAX_CANDIDATES",
    "MAX_DETECTIONS",
    "candidates",
    "check_predictions",
    "suppress",
    "vote",
]

MAX_CANDIDATES = 3000
"""Most boxes of one picture that enter suppression, the best first: bounds its time."""
MAX_DETECTIONS = 300
"""Most boxes of one picture that leave it, the best first."""
SAME_THING_IOU = 0.65
"""Overlap above which a box has a say in where another lies: 0.50 to 0.75 do as well on val."""
_ROUNDING = 1e-4


def check_predictions(predictions: NDArray[np.float32], pictures: int, card: ModelCard) -> None:
    """Refuse an answer that cannot come from the weights on the card.

    Args:
        predictions: raw answer.
        pictures: in the batch.
        card: whose weights answered.

    Raises:
        ModelMismatch: not (pictures, 4 + classes, anchors) float32, not finite, or a score
            outside 0..1; names the file.
    """
    remedy = "Export the weights again or choose another model card."
    shape, classes = predictions.shape, len(card.classes)
    if predictions.dtype != np.float32 or len(shape) != 3 or shape[:2] != (pictures, 4 + classes):
        raise ModelMismatch(
            f"{card.file} answered {predictions.dtype} {shape} for {pictures} pictures and "
            f"{classes} classes.",
            remedy=remedy,
        )
    if not np.isfinite(predictions).all():
        raise ModelMismatch(
            f"{card.file} answered with numbers that are not finite.", remedy=remedy
        )
    scores = predictions[:, 4:]
    if scores.size > 0 and (scores.min() < -_ROUNDING or scores.max() > 1.0 + _ROUNDING):
        raise ModelMismatch(
            f"{card.file} answered with scores from {scores.min():.3g} to {scores.max():.3g}, "
            "not 0 to 1.",
            remedy=remedy,
        )


def candidates(
    prediction: NDArray[np.float32], floor_score: float
) -> tuple[BoxesXYXY, Scores, Labels]:
    """Every box of one picture whose score reaches the floor.

    One anchor may speak for several classes. Above :data:`MAX_CANDIDATES` the best are taken.

    Args:
        prediction: (4 + classes, anchors), rows centre x, centre y, width, height, scores.
        floor_score: 0 to 1, itself included.

    Returns:
        Boxes in pixels of the input, scores and labels, in no particular order.
    """
    labels, anchors = np.nonzero(prediction[4:] >= np.float32(floor_score))
    scores = prediction[4 + labels, anchors]
    if len(scores) > MAX_CANDIDATES:
        best = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
        labels, anchors, scores = labels[best], anchors[best], scores[best]
    centre_x, centre_y, width, height = prediction[:4, anchors]
    boxes = np.stack(
        [
            centre_x - width / 2,
            centre_y - height / 2,
            centre_x + width / 2,
            centre_y + height / 2,
        ],
        axis=1,
    )
    return boxes, scores.clip(0.0, 1.0), labels.astype(np.int64)


def suppress(
    boxes_xyxy: BoxesXYXY, scores: Scores, labels: Labels, nms_iou: float
) -> NDArray[np.int64]:
    """Indices of the boxes that stay, by falling score, at most :data:`MAX_DETECTIONS`.

    Args:
        boxes_xyxy: (n, 4).
        scores: (n,).
        labels: (n,).
        nms_iou: overlap (intersection over union) above which the weaker box goes.
    """
    # In double precision, so that a box on the limit falls the same way on every machine.
    boxes = boxes_xyxy.astype(np.float64)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    for label in np.unique(labels):
        waiting = order[labels[order] == label]
        while len(waiting) > 0:
            best, waiting = waiting[0], waiting[1:]
            kept.append(int(best))
            overlap = _overlap(boxes[best], areas[best], boxes[waiting], areas[waiting])
            waiting = waiting[overlap <= nms_iou]
    chosen = np.sort(np.array(kept, dtype=np.int64))
    return chosen[np.argsort(-scores[chosen], kind="stable")][:MAX_DETECTIONS]


def vote(
    boxes_xyxy: BoxesXYXY, scores: Scores, labels: Labels, kept: NDArray[np.int64]
) -> BoxesXYXY:
    """Move each box that stays to where all that speak for it say, weighted by their scores.

    Box voting: Gidaris and Komodakis 2015, "Object detection via a multi-region and semantic
    segmentation-aware CNN model", section 5. Scores stay.

    Args:
        boxes_xyxy: (n, 4), all that entered suppression.
        scores: (n,).
        labels: (n,).
        kept: (m,) indices of the boxes that stay.

    Returns:
        (m, 4), in the order of ``kept``.
    """
    boxes = boxes_xyxy.astype(np.float64)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    best = kept[:, None]
    overlap = _overlap(boxes[best], areas[best], boxes[None], areas[None])
    voters = (labels[best] == labels) & (overlap > SAME_THING_IOU)
    voters[np.arange(len(kept)), kept] = True  # a box without area overlaps not even itself
    # A vote weighs as much as its score; boxes of score 0, if any, must still leave a mean.
    weights = voters * np.maximum(scores, np.finfo(np.float32).tiny).astype(np.float64)
    moved: BoxesXYXY = (weights @ boxes / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return moved


def _overlap(
    box: FloatArray, area: FloatArray, others: FloatArray, areas: FloatArray
) -> FloatArray:
    """Intersection over union of boxes (..., 4) with others, broadcast over the leading axes."""
    width = np.minimum(box[..., 2], others[..., 2]) - np.maximum(box[..., 0], others[..., 0])
    height = np.minimum(box[..., 3], others[..., 3]) - np.maximum(box[..., 1], others[..., 1])
    shared: FloatArray = width.clip(0.0, None) * height.clip(0.0, None)
    union = area + areas - shared
    # Two boxes without area share nothing, whatever 0 / 0 is.
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0.0)
