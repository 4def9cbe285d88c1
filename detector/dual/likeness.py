"""Two pictures of unlike light made comparable: edge directions, and what one tells of the other.

Warm rock may be bright or dark, a roof is hot by day and cold by night: brightness of both pictures
has no fixed relation, and often none at all. Two things remain. **Edges** lie where they lie, so
the direction of each is compared without its sign, as a complex number of twice its angle whose
length is ``m / (m + usual m)``: a strong edge weighs hardly more than a plain one. And whatever the
relation, one picture **tells of the other** where both are laid right: normalised mutual
information, ``(H(A) + H(B)) / H(A, B)``, 1 for none.

Sources: mutual information, Viola and Wells, IJCV 1997, and Maes et al., IEEE TMI 1997; normalised,
Studholme, Hill and Hawkes, Pattern Recognition 1999; with gradients, Pluim, Maintz and Viergever,
IEEE TMI 2000; directions as complex numbers, Fitch et al., BMVC 2002.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.dual.homography import Matrix
from models.thermal import HeatLevels

__all__ = ["Directions", "Laid", "Outline", "directions", "information", "laid", "ranked"]

Outline: TypeAlias = Sequence[tuple[float, float]]
"""Corners of something that is painted over, shares of the visible picture."""
Directions: TypeAlias = NDArray[np.float32]
"""(rows, columns, 2): cosine and sine of twice the angle of each edge, times its length 0 to 1."""
Grey: TypeAlias = NDArray[np.float32]

SOFT_PX: Final = 1.0
LEAST_EDGE: Final = 1.5
"""Grey levels over a pixel at which an edge counts half at the least: coding makes as much."""
PAINT_SHARE: Final = 0.01
"""Of the picture's width; the border of paint is an edge that the land does not have."""
BINS: Final = 16
RIM_PX: Final = 3
LEAST_PLACES: Final = 400


@dataclass(frozen=True, slots=True)
class Laid:
    """The visible picture as it lies on the raster of the thermal one.

    Attributes:
        grey: (rows, columns).
        seen: where the visible picture shows anything, and nothing is painted over.
    """

    grey: Grey
    seen: NDArray[np.bool_]


def ranked(levels: HeatLevels, size: tuple[int, int]) -> Grey:
    """A picture of heat at another size, as ranks 0 to 255: a fire of 800 degrees drowns nothing.

    Args:
        levels: of the frame.
        size: columns and rows.
    """
    small = cv2.resize(levels, size, interpolation=cv2.INTER_AREA)
    steps = np.quantile(small, np.linspace(0.0, 1.0, 257))
    if float(steps[-1]) <= float(steps[0]):
        return np.zeros(small.shape, np.float32)
    # Where many places have one level, the middle of its ranks.
    low, high = (np.searchsorted(steps, small, side=side) for side in ("left", "right"))
    return ((low + high) / 2.0 - 0.5).clip(0.0, 255.0).astype(np.float32)


def laid(
    grey: NDArray[np.uint8],
    matrix: Matrix,
    size: tuple[int, int],
    margin_px: int,
    hidden: Sequence[Outline] = (),
) -> Laid:
    """Lay the visible picture on the raster of the thermal one, and a margin around it.

    Args:
        grey: the visible picture, (height, width).
        matrix: where places of the thermal picture lie in it, shares.
        size: columns and rows of the raster without its margin.
        margin_px: of the raster, on each side.
        hidden: what is painted over in it.
    """
    seen = _shown(grey, hidden)
    scale = _pixels_each(matrix, size, grey.shape[1::-1])
    if scale > 1.5:  # else fine texture would turn into noise
        small = (max(8, round(grey.shape[1] / scale)), max(8, round(grey.shape[0] / scale)))
        grey = np.asarray(cv2.resize(grey, small, interpolation=cv2.INTER_AREA), np.uint8)
        seen = np.asarray(cv2.resize(seen, small, interpolation=cv2.INTER_NEAREST), np.uint8)
    height, width = grey.shape
    into_shares = np.array(
        [
            [1.0 / size[0], 0.0, (0.5 - margin_px) / size[0]],
            [0.0, 1.0 / size[1], (0.5 - margin_px) / size[1]],
            [0.0, 0.0, 1.0],
        ]
    )
    into_pixels = np.array([[width, 0.0, -0.5], [0.0, height, -0.5], [0.0, 0.0, 1.0]])
    table = into_pixels @ np.asarray(matrix, np.float64).reshape(3, 3) @ into_shares
    wide = (size[0] + 2 * margin_px, size[1] + 2 * margin_px)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpPerspective(
        grey.astype(np.float32), table, wide, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    inside = cv2.warpPerspective(seen, table, wide, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return Laid(np.asarray(picture, np.float32), np.asarray(inside, np.uint8) > 0)


def directions(grey: Grey, seen: NDArray[np.bool_] | None = None) -> Directions:
    """Directions of the edges of a picture; none where nothing is seen.

    Args:
        grey: 0 to 255.
        seen: of the same shape; None for all of it.
    """
    soft = cv2.GaussianBlur(grey, (0, 0), SOFT_PX)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    length = cv2.magnitude(across, down)
    known = length if seen is None else length[seen]
    usual = float(np.median(known)) if known.size else 0.0
    weight = 1.0 / ((length + np.float32(max(usual, LEAST_EDGE))) * np.maximum(length, 1e-6))
    both = cv2.merge([(across**2 - down**2) * weight, 2.0 * across * down * weight])
    field = np.asarray(both, np.float32)
    if seen is not None:
        rim = np.ones((2 * RIM_PX + 1,) * 2, np.uint8)
        field[cv2.erode(seen.astype(np.uint8), rim, borderValue=1) == 0] = 0.0
    return field


def information(heat: Grey, picture: Laid) -> float:
    """Normalised mutual information of both where both are seen, 1 to 2; 1 where too little is."""
    one, other = heat[picture.seen], picture.grey[picture.seen]
    if one.size < LEAST_PLACES:
        return 1.0
    cells = _binned(one) * BINS + _binned(other)
    table = np.bincount(cells, minlength=BINS * BINS).reshape(BINS, BINS) / one.size
    apart = _entropy(table.sum(axis=0)) + _entropy(table.sum(axis=1))
    together = _entropy(table.ravel())
    return apart / together if together > 0.0 else 1.0


def _binned(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Into bins of about as many places each."""
    steps = np.quantile(values, np.linspace(0.0, 1.0, BINS + 1)[1:-1])
    return np.searchsorted(steps, values, side="right").astype(np.int64)


def _entropy(shares: NDArray[np.float64]) -> float:
    there = shares[shares > 0.0]
    return float(-(there * np.log(there)).sum())


def _shown(grey: NDArray[np.uint8], hidden: Sequence[Outline]) -> NDArray[np.uint8]:
    height, width = grey.shape
    shown = np.ones((height, width), np.uint8)
    reach = 2 * max(1, round(PAINT_SHARE * width)) + 1
    for outline in hidden:
        corners = np.rint(np.asarray(outline, np.float64) * (width, height)).astype(np.int32)
        painted = np.zeros((height, width), np.uint8)
        cv2.fillPoly(painted, [corners], 1)
        shown[cv2.dilate(painted, np.ones((reach, reach), np.uint8)) > 0] = 0
    return shown


def _pixels_each(matrix: Matrix, size: tuple[int, int], visible_px: Sequence[int]) -> float:
    """Pixels of the visible picture that one place of the raster covers, to a side."""
    table = np.asarray(matrix, np.float64).reshape(3, 3)
    corners = np.array([[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]])
    taken = np.hstack([corners, np.ones((3, 1))]) @ table.T
    depth = taken[:, 2:]
    if (abs(depth) < 1e-9).any():
        return 1.0
    places = taken[:, :2] / depth * visible_px
    area = abs(float(np.linalg.det(np.array([places[1] - places[0], places[2] - places[0]]))))
    return float(np.sqrt(4.0 * area / (size[0] * size[1])))
