"""Finds where the picture of heat lies in the visible one, and says whether it still lies there.

**Found** roughly first: the directions of the edges of the whole picture (:mod:`likeness`) are laid
at every place, at several sizes and turns. The best places are then settled part by part
(:mod:`blocks`), each time more finely, and of all of them that one is taken on which most parts
agree and at which one picture tells most of the other by mutual information. Where too few agree,
nothing is found: fog, night without light, a lens under snow.

**Confirmed** is a registration when its parts are found where it says; **elsewhere**, when they
agree as clearly on another place; else nothing is known. Only what is found is told: a picture that
shows too little neither confirms nor blames.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.dual.blocks import WITHIN_PX, Blocks, agreed, look_for
from detector.dual.homography import (
    Found,
    Matrix,
    from_lenses,
    from_targets,
    inverted,
    mapped,
    normal,
)
from detector.dual.likeness import Directions, Outline, directions, information, laid, ranked
from models.thermal import HeatLevels
from models.units import FloatArray

__all__ = [
    "Confirmation",
    "Found",
    "Matrix",
    "Says",
    "confirm",
    "displaced_share",
    "from_lenses",
    "from_targets",
    "inverted",
    "mapped",
    "register",
]

ROUGH_PX: Final = 80
FINE_PX: Final = 160
"""Columns of the raster, also of finer sensors: on real pairs 240 columns found fewer parts, heat
and light share their coarse edges."""
REACH_SHARE: Final = 0.14
"""Of the raster's width, how far parts are looked for at first."""
NARROW_PX: Final = (7, 4)
CANDIDATES: Final = 10

LEAST_AGREE: Final = 7
"""Of 30 parts 10 to 13 agree on real pairs; on pictures of other places, or turned over, 5 at the
most."""
FIRST_AGREE: Final = 5
"""Before it is settled, when it may be so much turned or larger that few parts fit."""
LEAST_HERE: Final = 5
"""Parts found where a registration says that confirm it. Nothing is chosen then: each part hits its
own place by chance once in 160 times, five of thirty once in a hundred thousand."""
LEAST_SHARE: Final = 0.2
"""Parts of those that say something which must agree."""
LEAST_SPREAD: Final = 0.4
"""Share of the thermal picture's width over which they must lie, and of its height half as much."""
TOLD_SHARE: Final = 0.0125
"""Share of the visible picture's width from which a registration is elsewhere at the least."""
DOUBTS: Final = 3.0
LEAST_DOUBT: Final = 0.002
"""Share of the visible picture's width: heat has other edges than light has, by as much."""
_LEAST_PX: Final = 24


class Says(StrEnum):
    """What two pictures say of a registration."""

    CONFIRMED = "confirmed"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"  # they show too little in common


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How a registration stands to two pictures.

    Attributes:
        says: the verdict.
        off_share: by how much places lie beside where it puts them, share of the visible picture's
            width, root mean square over the thermal picture; None where nothing is known.
        score: share of the parts that agree, 0 to 1.
        found: where the pictures say that it lies; None where nothing is known.
    """

    says: Says
    off_share: float | None
    score: float
    found: Found | None


def register(
    visible_grey: NDArray[np.uint8],
    thermal: HeatLevels,
    start: Matrix | None = None,
    *,
    hidden: Sequence[Outline] = (),
) -> Found | None:
    """Find where the picture of heat lies in the visible one.

    Args:
        visible_grey: (height, width), some 960 pixels wide are enough.
        thermal: levels of a frame made within minutes of it.
        start: roughly where, as :func:`from_lenses` tells or as it was; None for anywhere, at a
            third to all of the visible picture's width.
        hidden: what is painted over in the visible picture.

    Returns:
        None where both show too little in common to say.
    """
    if min(*visible_grey.shape, *thermal.shape) < _LEAST_PX or _is_flat(visible_grey, thermal):
        return None
    best: tuple[float, Found] | None = None
    for candidate in _candidates(visible_grey, thermal, start, hidden):
        settled = _settled(visible_grey, thermal, candidate, hidden)
        if settled is not None and (best is None or settled[0] > best[0]):
            best = settled
    return None if best is None else best[1]


def confirm(
    visible_grey: NDArray[np.uint8],
    thermal: HeatLevels,
    matrix: Matrix,
    *,
    doubt_share: float = 0.0,
    hidden: Sequence[Outline] = (),
) -> Confirmation:
    """Say whether a registration still holds.

    Args:
        visible_grey: as of :func:`register`.
        thermal: likewise.
        matrix: of the registration.
        doubt_share: its own standard deviation; what lies within three of them is no other place.
        hidden: what is painted over in the visible picture.
    """
    nothing = Confirmation(Says.UNKNOWN, None, 0.0, None)
    if min(*visible_grey.shape, *thermal.shape) < _LEAST_PX or _is_flat(visible_grey, thermal):
        return nothing
    settled = _settled(visible_grey, thermal, matrix, hidden)
    if settled is None:
        here = _seen_here(visible_grey, thermal, matrix, hidden)
        if here is not None:
            return Confirmation(Says.CONFIRMED, here.doubt_share, here.score, None)
    found = (
        register(visible_grey, thermal, matrix, hidden=hidden) if settled is None else settled[1]
    )
    if found is None:
        return nothing
    off = displaced_share(matrix, found.matrix, visible_grey.shape[1::-1])
    limit = max(TOLD_SHARE, DOUBTS * math.hypot(doubt_share, found.doubt_share))
    says = Says.ELSEWHERE if off > limit else Says.CONFIRMED
    return Confirmation(says, off, found.score, found)


def _seen_here(
    grey: NDArray[np.uint8], thermal: HeatLevels, matrix: Matrix, hidden: Sequence[Outline]
) -> Found | None:
    """Whether some parts lie just where a registration says, too few to find it by."""
    size = _raster(thermal, FINE_PX)
    heat = directions(ranked(thermal, size))
    blocks = _looked(grey, heat, matrix, round(REACH_SHARE * size[0]), hidden)
    left_px = np.linalg.norm(blocks.moved, axis=1)
    here: NDArray[np.bool_] = left_px <= WITHIN_PX
    if not _enough(blocks, here, size, LEAST_HERE):
        return None
    pixel_share = math.sqrt(_covered(matrix, grey.shape[1::-1]) / (size[0] * size[1]))
    doubt = math.hypot(float(np.sqrt((left_px[here] ** 2).mean())) * pixel_share, LEAST_DOUBT)
    return Found(matrix, doubt, float(here.sum()) / max(1, blocks.told))


def displaced_share(one: Matrix, other: Matrix, visible_px: Sequence[int]) -> float:
    """How far two registrations lie apart, root mean square over the thermal picture.

    Returns:
        Share of the visible picture's width; infinite where one of them maps nothing.
    """
    x, y = np.meshgrid(*(np.linspace(0.1, 0.9, 5),) * 2)
    places = np.stack([x.ravel(), y.ravel()], 1)
    apart = (mapped(one, places) - mapped(other, places)) * (1.0, visible_px[1] / visible_px[0])
    off = float(np.sqrt((apart**2).sum(axis=1).mean()))
    return off if math.isfinite(off) else math.inf


def _is_flat(visible_grey: NDArray[np.uint8], thermal: HeatLevels) -> bool:
    return float(np.ptp(thermal)) <= 0.0 or int(np.ptp(visible_grey)) < 4


def _raster(thermal: HeatLevels, columns: int) -> tuple[int, int]:
    rows, wide = thermal.shape
    return columns, max(_LEAST_PX, round(columns * rows / wide))


def _candidates(
    grey: NDArray[np.uint8],
    thermal: HeatLevels,
    start: Matrix | None,
    hidden: Sequence[Outline],
) -> list[Matrix]:
    """Where the picture of heat may lie, the likeliest first."""
    size = _raster(thermal, ROUGH_PX)
    heat = directions(ranked(thermal, size))
    found: list[tuple[float, Matrix]] = []
    for matrix, margin_px in _tried(grey, size, start):
        wide = laid(grey, matrix, size, margin_px, hidden)
        alike = cv2.matchTemplate(directions(wide.grey, wide.seen), heat, cv2.TM_CCOEFF_NORMED)
        alike = np.where(np.isfinite(alike) & (abs(alike) <= 1.0), alike, 0.0)
        for _ in range(2):
            row, column = divmod(int(alike.argmax()), alike.shape[1])
            peak = float(alike[row, column])
            moved = np.array([[1, 0, column - margin_px], [0, 1, row - margin_px]], np.float64)
            found.append((peak, _moved(matrix, moved, size)))
            alike[max(0, row - 6) : row + 7, max(0, column - 6) : column + 7] = -1.0
    found.sort(key=lambda one: -one[0])
    chosen: list[Matrix] = [] if start is None else [start]
    for _, matrix in found:
        near = (displaced_share(matrix, known, grey.shape[1::-1]) < 0.02 for known in chosen)
        if not any(near):
            chosen.append(matrix)
        if len(chosen) >= CANDIDATES:
            break
    return chosen


def _tried(
    grey: NDArray[np.uint8], size: tuple[int, int], start: Matrix | None
) -> Iterator[tuple[Matrix, int]]:
    """Sizes and turns at which the whole picture is laid everywhere, and how far around."""
    middle = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    back = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    shape = size[1] / size[0]
    if start is not None:
        table = np.asarray(start, np.float64).reshape(3, 3)
        for zoom in 1.08 ** np.arange(-4, 5):
            for turn_deg in (-4.0, 0.0, 4.0):
                yield normal(table @ middle @ _turned(zoom, turn_deg, shape) @ back), 24
        return
    # Of square pixels in both: the height follows from the width.
    shape_seen = grey.shape[0] / grey.shape[1]
    for share in 0.28 * 1.09 ** np.arange(16):
        table = np.array([[share, 0, 0.5], [0, share * shape / shape_seen, 0.5], [0, 0, 1.0]])
        margin_px = max(12, round(0.5 * size[0] * max(0.0, 1.0 / share - 1.0)) + 12)
        for turn_deg in (-4.0, 0.0, 4.0):
            yield normal(table @ _turned(1.0, turn_deg, shape) @ back), margin_px


def _turned(zoom: float, turn_deg: float, shape: float) -> FloatArray:
    """About the middle, of shares of a picture so much as high as it is wide."""
    cosine, sine = zoom * math.cos(math.radians(turn_deg)), zoom * math.sin(math.radians(turn_deg))
    return np.array([[cosine, -sine * shape, 0], [sine / shape, cosine, 0], [0, 0, 1.0]])


def _moved(matrix: Matrix, table: FloatArray, size: tuple[int, int]) -> Matrix:
    """The registration by which places of the raster lie where an affine map takes them first."""
    scale = np.diag([1.0 / size[0], 1.0 / size[1], 1.0])
    inner = scale @ np.vstack([table, [0.0, 0.0, 1.0]]) @ np.linalg.inv(scale)
    return normal(np.asarray(matrix, np.float64).reshape(3, 3) @ inner)


def _settled(
    grey: NDArray[np.uint8], thermal: HeatLevels, matrix: Matrix, hidden: Sequence[Outline]
) -> tuple[float, Found] | None:
    """A registration near a guess, with how good it is; None where too few parts agree."""
    size = _raster(thermal, FINE_PX)
    ranks = ranked(thermal, size)
    heat = directions(ranks)
    wide_px = round(REACH_SHARE * size[0])
    agreement = None
    # Over a narrow reach parts agree by chance: only a wide one is asked whether enough do.
    for reach_px, least in (
        (wide_px, FIRST_AGREE),
        *((each, 0) for each in NARROW_PX),
        (wide_px, LEAST_AGREE),
    ):
        blocks = _looked(grey, heat, matrix, reach_px, hidden)
        found = agreed(blocks)
        if least and (found is None or not _enough(blocks, found.agrees, size, least)):
            return None
        if found is not None:
            agreement = found
            matrix = _moved(matrix, found.table, size)
    if agreement is None:
        return None
    told = information(ranks, laid(grey, matrix, size, 0, hidden)) - 1.0
    # A pixel of the raster, as wide as it is in the visible picture.
    pixel_share = math.sqrt(_covered(matrix, grey.shape[1::-1]) / (size[0] * size[1]))
    doubt = math.hypot(agreement.rms_px * pixel_share, LEAST_DOUBT)
    likeness = float(blocks.like[agreement.agrees].sum())
    share = min(1.0, agreement.count / max(1, blocks.told))
    return likeness * (1.0 + 10.0 * told), Found(matrix, doubt, share)


def _looked(
    grey: NDArray[np.uint8],
    heat: Directions,
    matrix: Matrix,
    reach_px: int,
    hidden: Sequence[Outline],
) -> Blocks:
    wide = laid(grey, matrix, heat.shape[1::-1], reach_px, hidden)
    return look_for(heat, directions(wide.grey, wide.seen), reach_px)


def _enough(blocks: Blocks, agrees: NDArray[np.bool_], size: tuple[int, int], least: int) -> bool:
    """Whether as many parts agree as never meet by chance, and not in one corner alone."""
    there, count = blocks.at[agrees], int(agrees.sum())
    if count < max(least, LEAST_SHARE * blocks.told if least > FIRST_AGREE else 0.0):
        return False
    spread = (there.max(axis=0) - there.min(axis=0)) / size
    return float(spread[0]) >= LEAST_SPREAD and float(spread[1]) >= LEAST_SPREAD / 2.0


def _covered(matrix: Matrix, visible_px: Sequence[int]) -> float:
    """Area that the picture of heat covers in the visible one, squares of the latter's width."""
    corners = np.array([[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]])
    places = mapped(matrix, corners) * (1.0, visible_px[1] / visible_px[0])
    area = float(np.linalg.det(np.array([places[1] - places[0], places[2] - places[0]])))
    return 4.0 * abs(area) if math.isfinite(area) else 0.0
