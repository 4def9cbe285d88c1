"""A drone's picture through the watch's detector: whole, and a still also in tiles.

A still has ten times as many pixels as the network takes; tiles of twice its width, overlapping by
a quarter, keep what is small. What is large is left to the whole picture, and a tile's score is
brought to the whole picture's scale, by the rules of :mod:`detector.attention.merge`.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final, Protocol, TypeAlias

import numpy as np

from detector.attention.merge import Seen, from_band, merge
from detector.attention.tiles import Tile
from detector.swapping import SwappingDetector
from models.detection import Box, Detections, ModelReference
from models.units import ImageBGR

__all__ = ["PictureDetector", "found_in", "settled", "tiles_of"]

FLOOR_SCORE: Final = 0.25
"""What scores less is not told: single frames of fog reach 0.3 now and then, of texture less."""

MOST_HITS: Final = 20  # of a picture
TILE_PX: Final = 1600
OVERLAP: Final = 0.25
MOST_A_SIDE: Final = 6
LARGEST_SHARE: Final = 0.02
PART_LOG_ODDS: Final = -0.5
NMS_IOU: Final = 0.5

_Span: TypeAlias = tuple[int, int]


class PictureDetector(Protocol):
    """What is asked of a detector: :class:`detector.core.Detector` is one."""

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> Sequence[Detections]:
        """One answer per picture, in their order."""


def settled(detector: PictureDetector) -> tuple[PictureDetector, ModelReference | None]:
    """The detector that is in force now, and its weights: one picture is looked at by one model."""
    if isinstance(detector, SwappingDetector):
        now = detector.settled()
        return now, now.reference
    reference: ModelReference | None = getattr(detector, "reference", None)
    return detector, reference


def found_in(
    detector: PictureDetector, image: ImageBGR, *, in_tiles: bool, tile_px: int = TILE_PX
) -> tuple[Box, ...]:
    """What is in a picture, by falling score.

    Args:
        detector: at work.
        image: upright.
        in_tiles: look at it closer, too.
        tile_px: about how wide and high a tile is, at least 100.
    """
    height, width = image.shape[:2]
    parts = [Seen.from_frame(detector.detect([image], floor_score=FLOOR_SCORE / 2.0)[0])]
    for tile in tiles_of(width, height, tile_px) if in_tiles else ():
        cut = np.ascontiguousarray(tile.cut(image))
        found = detector.detect([cut], floor_score=FLOOR_SCORE / 2.0)[0]
        parts.append(from_band(found, tile, height, PART_LOG_ODDS))
    answer = merge(
        parts,
        largest_px=LARGEST_SHARE * width * height,
        nms_iou=NMS_IOU,
        floor_score=FLOOR_SCORE,
    )
    boxes = (box for box in answer.to_boxes() if box.x_min < box.x_max and box.y_min < box.y_max)
    return tuple(boxes)[:MOST_HITS]


def tiles_of(width_px: int, height_px: int, tile_px: int = TILE_PX) -> list[Tile]:
    """Overlapping tiles that cover a picture; none for one that is hardly larger than a tile."""
    across, down = _spans(width_px, tile_px), _spans(height_px, tile_px)
    if len(across) * len(down) == 1:
        return []
    return [
        Tile(upper, left, lower, right) for (upper, lower), (left, right) in product(down, across)
    ]


def _spans(length_px: int, tile_px: int) -> list[_Span]:
    if length_px <= tile_px * (1.0 + OVERLAP):
        return [(0, length_px)]
    count = min(MOST_A_SIDE, -(-length_px // round(tile_px * (1.0 - OVERLAP))))
    # The same overlap everywhere: count x tile - (count - 1) x overlap x tile = length.
    tile = length_px / (count - (count - 1) * OVERLAP)
    step = tile * (1.0 - OVERLAP)
    return [(round(step * at), min(length_px, round(step * at + tile))) for at in range(count)]
