"""One answer from the full frame's boxes and a band's boxes.

Two things happen, in this order:

1. **Worth.** A band's score is brought to the full frame's scale. A box that ends at the band's
   border counts less: half a plume is less sure, and its place is wrong by as much as was cut off.
2. **Suppression**, greedy and per class as in the core: a box goes when a better one overlaps it,
   and a band's box also when it lies inside a better one: it is a piece of it.

So whoever is surer says where. The full frame did before, for the sake of a place that does not
jump; but its pixels are too coarse for a plume of ten of them, and it moved half of the band's
finds off the smoke (measured in ``docs/detector.md``).

The answer does not depend on the order of boxes or parts, merging it again changes nothing, the
answer at a higher floor is the part of it above that floor, and no place loses score: for each box
of the full frame the answer has one as good that overlaps it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.attention.tiles import Tile
from models.detection import Detections
from models.units import FloatArray

__all__ = ["Seen", "from_band", "merge"]

CUT_REACH = 0.02
"""A box is cut when it ends within this share of the band's height from a border inside the
picture."""
CUT_LOG_ODDS = -0.7
"""Half the odds: a plume of which only a piece is seen."""
PIECE = 0.8
"""Share of a band's box inside a better one from which it is a piece of it."""
MOST = 300
"""Most boxes of one answer, the best first, as in the core."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Boxes from the full frame or from a band, in pixels of the picture.

    Attributes:
        boxes: (n, 4) float64, x_min y_min x_max y_max.
        scores: (n,) float64, 0 to 1, on the full frame's scale.
        labels: (n,) int64.
        near: (n,) whether it comes from a band.
    """

    boxes: FloatArray
    scores: FloatArray
    labels: NDArray[np.int64]
    near: NDArray[np.bool_]

    @classmethod
    def from_frame(cls, found: Detections) -> "Seen":
        """The full frame's boxes."""
        return cls(
            found.boxes_xyxy.astype(np.float64),
            found.scores.astype(np.float64),
            found.labels.astype(np.int64),
            np.zeros(len(found), np.bool_),
        )

    def detections(self) -> Detections:
        """The same boxes as an answer."""
        return Detections(
            self.boxes.astype(np.float32), self.scores.astype(np.float32), self.labels
        )

    def __getitem__(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> "Seen":
        """Some of the boxes."""
        return Seen(
            self.boxes[chosen],
            self.scores[chosen],
            self.labels[chosen],
            self.near[chosen],
        )


def from_band(found: Detections, band: Tile, height_px: int, log_odds: float) -> Seen:
    """A band's boxes, moved to their place in the picture, their scores on the frame's scale.

    Args:
        found: in pixels of the band.
        band: where it lies.
        height_px: of the picture.
        log_odds: added to the log-odds of every box: a band shows texture larger, so its background
            scores higher.
    """
    corner = np.array([band.x_min, band.y_min, band.x_min, band.y_min], np.float64)
    boxes = found.boxes_xyxy.astype(np.float64) + corner
    reach = CUT_REACH * (band.y_max - band.y_min)
    cut = np.zeros(len(found), np.bool_)
    if band.y_min > 0:
        cut |= boxes[:, 1] <= band.y_min + reach
    if band.y_max < height_px:
        cut |= boxes[:, 3] >= band.y_max - reach
    # Scores of 0 and 1 stay what they are.
    odds = found.scores.astype(np.float64) * np.exp(log_odds + CUT_LOG_ODDS * cut)
    return Seen(
        boxes,
        odds / (odds + (1.0 - found.scores.astype(np.float64))),
        found.labels.astype(np.int64),
        np.ones(len(found), np.bool_),
    )


def merge(
    parts: Sequence[Seen], *, largest_px: float, nms_iou: float, floor_score: float
) -> Detections:
    """Suppress what is seen twice, and order by falling score.

    Args:
        parts: of the full frame and of the band, in any order.
        largest_px: area, square pixels, above which a band's box is left to the full frame.
        nms_iou: overlap (intersection over union) above which the weaker box goes.
        floor_score: boxes below it are left out of the answer, 0 to 1.
    """
    if not parts:
        return Detections.empty()
    everything = Seen(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.near for part in parts]),
    )
    # Rounded before they are compared: the answer, merged again, is compared with the same numbers.
    rounded = Seen(
        everything.boxes.astype(np.float32).astype(np.float64),
        everything.scores.astype(np.float32).astype(np.float64),
        everything.labels,
        everything.near,
    )
    wanted = ~rounded.near | (_areas(rounded) <= largest_px)
    wanted &= rounded.scores >= floor_score
    kept = _suppress(_ordered(rounded[wanted]), nms_iou)
    # Who saw a box no longer matters: equal scores are ordered by place alone.
    kept = _ordered(Seen.from_frame(kept.detections()))
    return kept.detections()


def _ordered(seen: Seen) -> Seen:
    """By falling score; equal ones by label, the full frame first, and place: no order shows."""
    keys = (*seen.boxes.T[::-1], seen.near, seen.labels, -seen.scores)
    return seen[np.lexsort(keys)]


def _suppress(seen: Seen, nms_iou: float) -> Seen:
    kept: list[int] = []
    areas = _areas(seen)
    for index in range(len(seen.scores)):
        rivals = [other for other in kept if seen.labels[other] == seen.labels[index]]
        shared = _shared(seen.boxes[index], seen.boxes[rivals])
        union = areas[index] + areas[rivals] - shared
        inside = seen.near[index] & (shared >= PIECE * areas[index])
        if not ((shared > nms_iou * union) | inside).any():
            kept.append(index)
        if len(kept) == MOST:
            break
    return seen[np.array(kept, np.int64)]


def _areas(seen: Seen) -> FloatArray:
    areas: FloatArray = np.prod(seen.boxes[:, 2:] - seen.boxes[:, :2], axis=1)
    return areas


def _shared(box: FloatArray, others: FloatArray) -> FloatArray:
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared: FloatArray = np.prod(np.clip(high - low, 0.0, None), axis=1)
    return shared
