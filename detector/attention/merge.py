"""One answer from the full frame's boxes and the tiles' boxes.

Three things happen, in this order:

1. **Joining.** A tile's border cuts plumes. Two cut boxes of one class that meet across such a
   border, or overlap, are one box with the better score. A cut box without its other half counts
   less, because half a plume is less sure and its place is wrong by as much as was cut off.
2. **One place.** Where a tile and the full frame see the same, the full frame says where and the
   better score counts: tiles come and go, and a box that jumps between two observers looks like
   mist to the evidence over time (it cost one ignition a frame). The full frame must be sure enough
   of it (:data:`SAYS_WHERE`): its faintest boxes lie anywhere.
3. **Suppression**, greedy and per class as in the core: a box goes when a better one overlaps it,
   and a tile's box also when it lies inside a better one: it is a piece of it.

The answer does not depend on the order of boxes or tiles, merging it again changes nothing, the
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

__all__ = ["Calibration", "Seen", "from_tile", "merge"]

CUT_REACH = 0.02
"""A box is cut when it ends within this share of the tile's side from an inner border."""
MEETING = 0.5
"""Share of the shorter of two cut sides that must face each other for the boxes to be one."""
PIECE = 0.8
"""Share of a tile's box inside a better one from which it is a piece of it."""
SAYS_WHERE = 0.10
"""Score from which a box of the full frame says where something is."""
MOST = 300
"""Most boxes of one answer, the best first, as in the core."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a tile's score is worth on the full frame's scale.

    A tile shows texture larger, so its background scores higher; measured in ``docs/detector.md``.

    Attributes:
        tile_log_odds: added to the log-odds of every tile's box.
        cut_log_odds: added once more for a cut box that found no other half; 0 or less.
    """

    tile_log_odds: float
    cut_log_odds: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Boxes from the full frame or from tiles, in pixels of the picture.

    Attributes:
        boxes: (n, 4) float64, x_min y_min x_max y_max.
        scores: (n,) float64, 0 to 1, on the full frame's scale.
        labels: (n,) int64.
        cut: (n,) whether the box ends at an inner border of its tile.
        near: (n,) whether it comes from a tile.
    """

    boxes: FloatArray
    scores: FloatArray
    labels: NDArray[np.int64]
    cut: NDArray[np.bool_]
    near: NDArray[np.bool_]

    @classmethod
    def from_frame(cls, found: Detections) -> "Seen":
        """The full frame's boxes: nothing of them is cut."""
        none = np.zeros(len(found), np.bool_)
        return cls(
            found.boxes_xyxy.astype(np.float64),
            found.scores.astype(np.float64),
            found.labels.astype(np.int64),
            none,
            none,
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
            self.cut[chosen],
            self.near[chosen],
        )


def from_tile(
    found: Detections, tile: Tile, width_px: int, height_px: int, calibration: Calibration
) -> Seen:
    """A tile's boxes, moved to their place in the picture, their scores on the frame's scale.

    Args:
        found: in pixels of the tile.
        tile: where it lies.
        width_px: of the picture.
        height_px: of the picture.
        calibration: of the scores.
    """
    corner = np.array([tile.x_min, tile.y_min, tile.x_min, tile.y_min], np.float64)
    boxes = found.boxes_xyxy.astype(np.float64) + corner
    reach_x = CUT_REACH * (tile.x_max - tile.x_min)
    reach_y = CUT_REACH * (tile.y_max - tile.y_min)
    cut = np.zeros(len(found), np.bool_)
    if tile.x_min > 0:
        cut |= boxes[:, 0] <= tile.x_min + reach_x
    if tile.y_min > 0:
        cut |= boxes[:, 1] <= tile.y_min + reach_y
    if tile.x_max < width_px:
        cut |= boxes[:, 2] >= tile.x_max - reach_x
    if tile.y_max < height_px:
        cut |= boxes[:, 3] >= tile.y_max - reach_y
    return Seen(
        boxes,
        _shifted(found.scores.astype(np.float64), calibration.tile_log_odds),
        found.labels.astype(np.int64),
        cut,
        np.ones(len(found), np.bool_),
    )


def merge(
    parts: Sequence[Seen],
    *,
    calibration: Calibration,
    largest_px: float,
    nms_iou: float,
    floor_score: float,
) -> Detections:
    """Join, suppress, and order by falling score.

    Args:
        parts: of the full frame and of the tiles, in any order.
        calibration: for cut boxes without their other half.
        largest_px: area, square pixels, above which a tile's box is left to the full frame.
        nms_iou: overlap (intersection over union) above which the weaker box goes.
        floor_score: boxes below it are left out of the answer, 0 to 1.
    """
    if not parts:
        return Detections.empty()
    everything = Seen(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.cut for part in parts]),
        np.concatenate([part.near for part in parts]),
    )
    whole = everything[~everything.cut]
    source = np.repeat(np.arange(len(parts)), [len(part.scores) for part in parts])
    joined = _join(everything[everything.cut], source[everything.cut], calibration)
    together = Seen(
        np.concatenate([whole.boxes, joined.boxes]),
        np.concatenate([whole.scores, joined.scores]),
        np.concatenate([whole.labels, joined.labels]),
        np.concatenate([whole.cut, joined.cut]),
        np.concatenate([whole.near, joined.near]),
    )
    # Rounded before they are compared: the answer, merged again, is compared with the same numbers.
    rounded = Seen(
        together.boxes.astype(np.float32).astype(np.float64),
        together.scores.astype(np.float32).astype(np.float64),
        together.labels,
        together.cut,
        together.near,
    )
    wanted = ~rounded.near | (_areas(rounded) <= largest_px)
    placed = _in_one_place(rounded[wanted], nms_iou)
    # Not before: how low a caller reads must not change what stands above.
    kept = _suppress(_ordered(placed[placed.scores >= floor_score]), nms_iou)
    # Who saw a box no longer matters: equal scores are ordered by place alone.
    kept = _ordered(Seen.from_frame(kept.detections()))
    return kept.detections()


def _join(cut: Seen, source: NDArray[np.int64], calibration: Calibration) -> Seen:
    """Cut boxes of different tiles that meet become one; those that meet none count less."""
    group = np.arange(len(cut.scores))
    for first in range(len(group)):
        for second in range(first + 1, len(group)):
            alike = cut.labels[first] == cut.labels[second] and source[first] != source[second]
            if alike and _meet(cut.boxes[first], cut.boxes[second]):
                group[group == group[second]] = group[first]
    boxes, scores, labels = [], [], []
    for number in np.unique(group):
        members = group == number
        best = float(cut.scores[members].max())
        alone = int(members.sum()) == 1
        low, high = cut.boxes[members, :2].min(axis=0), cut.boxes[members, 2:].max(axis=0)
        boxes.append(np.concatenate([low, high]))
        scores.append(_shifted(np.array([best]), calibration.cut_log_odds)[0] if alone else best)
        labels.append(int(cut.labels[members][0]))
    none = np.zeros(len(boxes), np.bool_)
    return Seen(
        np.array(boxes, np.float64).reshape(-1, 4),
        np.array(scores, np.float64),
        np.array(labels, np.int64),
        none,
        ~none,
    )


def _in_one_place(seen: Seen, nms_iou: float) -> Seen:
    """The full frame's boxes with the scores of the tiles' boxes that mean the same."""
    seen = _ordered(seen)
    scores = seen.scores.copy()
    areas = _areas(seen)
    for index in np.flatnonzero(seen.near):
        rivals = np.flatnonzero(
            ~seen.near & (seen.labels == seen.labels[index]) & (seen.scores >= SAYS_WHERE)
        )
        shared = _shared(seen.boxes[index], seen.boxes[rivals])
        union = areas[index] + areas[rivals] - shared
        same = np.flatnonzero(shared > nms_iou * union)
        if len(same) > 0:
            best = rivals[same[np.argmax(shared[same] / union[same])]]
            scores[best] = max(scores[best], seen.scores[index])
    return Seen(seen.boxes, scores, seen.labels, seen.cut, seen.near)


def _meet(first: FloatArray, second: FloatArray) -> bool:
    """Whether two cut boxes are parts of one: they touch, and face each other along a side."""
    shared = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    shorter = np.minimum(first[2:] - first[:2], second[2:] - second[:2])
    reach = CUT_REACH * np.maximum(first[2:] - first[:2], second[2:] - second[:2]).max()
    faces = shared >= MEETING * shorter
    return bool((shared >= -max(reach, 1.0)).all() and faces.any())


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


def _shifted(scores: FloatArray, log_odds: float) -> FloatArray:
    """Scores with something added to their log-odds; 0 and 1 stay what they are."""
    odds = scores * np.exp(log_odds)
    shifted: FloatArray = odds / (odds + (1.0 - scores))
    return shifted
