"""Which box continues which track, which is a piece of a plume, and which is a plume of its own.

A plume stands on its foot: its lower edge stays while everything above it grows, leans and tears.
So two boxes are compared by the distance of their feet (the nearest of left, middle and right end
of the lower edge) relative to their size, and by how much of the smaller one the larger one covers.

All arrays hold boxes as (n, 4) float64 ``x_min y_min x_max y_max`` in one coordinate system.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.detection import Box
from models.units import FloatArray

__all__ = ["assign", "boxes_touch", "corners_of", "costs_of", "covered", "is_piece"]

REACH = 0.5
"""A box reaches this share of its own size beyond each edge: smoke that doubles between two frames
one minute apart still touches itself."""
FEET_APART = 0.8
"""Boxes that do not overlap continue each other up to this distance of their feet, in units of
their mean diagonal: a second plume a width beside the first is further off."""
OVERLAPS = 0.1
"""Covered share from which boxes overlap."""
PIECE_OF_BOX = 0.2
PIECE_OF_PLUME = 0.5
"""Covered share from which a box is a piece of a plume: of its best box, of all its boxes."""
COLUMN = 0.5
"""Share of the narrower box that stands above the other: one column of smoke, torn."""


def boxes_touch(first: Box, second: Box) -> bool:
    """Whether two boxes overlap once each reaches half its own size beyond its edges.

    Symmetric; a box always touches itself, a degenerate one included.
    """
    return bool(_touch(corners_of([first]), corners_of([second]), np.zeros(1))[0, 0])


def corners_of(boxes: Sequence[Box]) -> FloatArray:
    """Boxes as an array."""
    corners = [(box.x_min, box.y_min, box.x_max, box.y_max) for box in boxes]
    return np.array(corners, np.float64).reshape(-1, 4)


def covered(first: FloatArray, second: FloatArray) -> FloatArray:
    """How much of the smaller box lies in the other, (n, m), 0 to 1; 0 for a degenerate box."""
    sides = np.minimum(first[:, None, 2:], second[None, :, 2:]) - np.maximum(
        first[:, None, :2], second[None, :, :2]
    )
    shared = np.prod(np.maximum(sides, 0.0), axis=2)
    smaller = np.minimum(_areas(first)[:, None], _areas(second)[None, :])
    share: FloatArray = np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0.0)
    return np.minimum(share, 1.0)


def costs_of(tracks: FloatArray, boxes: FloatArray, slack_px: FloatArray) -> FloatArray:
    """What it costs to let a box continue a track, (tracks, boxes).

    Args:
        tracks: last boxes of tracks.
        boxes: of this frame.
        slack_px: (tracks,) how far beside its track's last box a thing may lie.

    Returns:
        Distance of the feet in mean diagonals plus the share that is not covered, from 0; infinite
        where the box cannot be the same plume.
    """
    share = covered(tracks, boxes)
    size = 0.5 * (_diagonals(tracks)[:, None] + _diagonals(boxes)[None, :])
    apart = np.maximum(_feet_apart(tracks, boxes) - slack_px[:, None], 0.0) / np.maximum(size, 1.0)
    possible = _touch(tracks, boxes, slack_px) & ((share >= OVERLAPS) | (apart <= FEET_APART))
    return np.where(possible, apart + 1.0 - share, np.inf)


def assign(costs: FloatArray) -> list[tuple[int, int]]:
    """Pairs of row and column, each used once, the cheapest pair first.

    Between equal costs the lower row and then the lower column wins, so that the caller's order of
    rows and columns decides, and nothing else.
    """
    rows, columns = np.nonzero(np.isfinite(costs))
    order = np.lexsort((columns, rows, costs[rows, columns]))
    pairs: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append((row, column))
    return pairs


def is_piece(box: FloatArray, best: FloatArray, plume: FloatArray) -> NDArray[np.bool_]:
    """Whether a box is a piece of plumes that are seen in the same frame.

    It is when it overlaps, or stands above the plume's box as the torn part of one column. A plume
    beside another, its foot on the ground, is neither.

    Args:
        box: (1, 4).
        best: (n, 4) the plumes' own boxes in this frame.
        plume: (n, 4) the plumes' boxes of the last frame and this one, together.

    Returns:
        (n,) for each plume.
    """
    overlaps = (covered(box, best)[0] >= PIECE_OF_BOX) | (covered(box, plume)[0] >= PIECE_OF_PLUME)
    shared = np.minimum(box[:, 2], best[:, 2]) - np.maximum(box[:, 0], best[:, 0])
    narrower = np.minimum(box[:, 2] - box[:, 0], best[:, 2] - best[:, 0])
    in_column = (shared > 0.0) & (shared >= COLUMN * narrower)
    gap = np.maximum(box[:, 1], best[:, 1]) - np.minimum(box[:, 3], best[:, 3])
    taller = np.maximum(box[:, 3] - box[:, 1], best[:, 3] - best[:, 1])
    piece: NDArray[np.bool_] = np.logical_or(overlaps, in_column & (gap <= REACH * taller))
    return piece


def _touch(first: FloatArray, second: FloatArray, slack_px: FloatArray) -> NDArray[np.bool_]:
    reach = REACH * (first[:, 2:] - first[:, :2])
    other = REACH * (second[:, 2:] - second[:, :2])
    low, high = (first[:, :2] - reach)[:, None], (first[:, 2:] + reach)[:, None]
    other_low, other_high = (second[:, :2] - other)[None], (second[:, 2:] + other)[None]
    slack = slack_px[:, None, None]
    near = (low <= other_high + slack) & (other_low <= high + slack)
    touching: NDArray[np.bool_] = np.all(near, axis=2)
    return touching


def _feet_apart(first: FloatArray, second: FloatArray) -> FloatArray:
    down = np.abs(first[:, None, 3] - second[None, :, 3])
    left, right = (np.abs(first[:, None, side] - second[None, :, side]) for side in (0, 2))
    middle = (
        np.abs((first[:, 0] + first[:, 2])[:, None] - (second[:, 0] + second[:, 2])[None]) / 2.0
    )
    return np.hypot(np.minimum(np.minimum(left, right), middle), down)


def _areas(boxes: FloatArray) -> FloatArray:
    areas: FloatArray = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0), axis=1)
    return areas


def _diagonals(boxes: FloatArray) -> FloatArray:
    return np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
