"""Places of a reference picture that can be found again in other pictures of the same view.

What is compared is the direction of every edge, not brightness: a gradient ``m`` becomes a vector
of length ``m / (m + SOFT)``, so that exposure, haze and dusk change little. One place is taken from
each cell of a grid over the picture, the one whose surroundings have edges in most directions: not
a plain slope, not a line along which everything looks alike.

Left out are the borders, where cameras write clock and name, and whatever is painted over: neither
moves with the land. Places low in the picture count less, for near trees move.

Sources: orientation correlation, Fitch, Kadyrov, Christmas and Kittler, BMVC 2002; places by the
smaller eigenvalue of the structure tensor, Shi and Tomasi 1994.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.truth.edges import edges_in
from models.units import FloatArray, ImageBGR

__all__ = [
    "HALF_PX",
    "Outline",
    "Scene",
    "edges_of",
    "grey_of",
    "scene_of",
    "small_edges",
    "work_size",
]

Edges: TypeAlias = NDArray[np.float32]
"""(rows, columns, 2) direction of the brightness gradient to the right and down, length 0 to 1."""

Outline: TypeAlias = tuple[tuple[float, float], ...]
"""Corners of a region in shares of width and height."""

LONGEST_PX: Final = 1280
"""Of the pictures that are compared. On frames of 2048 pixels, those of half the size say the same
to a hundredth of a degree: what limits is the scene and its shadows, not the pixels."""

HALF_PX: Final = 12  # a place's surroundings are squares of 25 pixels
SOFT: Final = 6.0  # grey values over two pixels at which an edge counts half
CELLS: Final = (24, 16)
BORDER_SHARE: Final = (0.03, 0.07)  # of width and height; clocks and names stand there
PAINT_MARGIN_PX: Final = 24  # the paint reaches beyond what was drawn
LEAST_STRENGTH: Final = 0.25
"""Of the median of all cells: noise in a clear sky has less."""

FIRM: Final = 1.0
"""Strength of what stands out by itself. By day the Roanoke footage has 236 to 333 such cells of
336, in fog 135 to 211."""

NEAR_FROM: Final = 0.4
"""Share of the way from the highest strong places down to the lower border at which a place counts
half. There trees stand before a tower: on the 16 days of the Roanoke footage they hang 1.5 pixels
lower in rain and fog."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A reference picture as it is compared.

    Attributes:
        edges: of the whole picture.
        x_px: (n,) columns of its places.
        y_px: (n,) rows.
        weight: (n,) how much each counts, 0 to 1.
        is_far: (n,) strong places in the upper half of all strong ones: hills, not the trees before
            the mast. They must be seen again before anything is said.
        block: (n,) number of the part of the picture; errors of one part go together.
        richness: cells of the grid with something firm in them: fog leaves fewer than half.
        usable: (height, width) where nothing is painted or written.
        small: edges of the whole picture at (72, 128), to begin with.
        width_px: of the compared picture.
        height_px: likewise.
    """

    edges: Edges
    x_px: NDArray[np.int64]
    y_px: NDArray[np.int64]
    weight: FloatArray
    is_far: NDArray[np.bool_]
    block: NDArray[np.int64]
    richness: int
    usable: NDArray[np.bool_]
    small: Edges
    width_px: int
    height_px: int


def work_size(*sizes_px: tuple[int, int]) -> tuple[int, int]:
    """Width and height at which pictures of one view are compared: the smallest's, or less.

    >>> work_size((3840, 2160), (1920, 1080)), work_size((1920, 1080), (640, 360))
    ((1280, 720), (640, 360))
    """
    width_px, height_px = min(sizes_px)
    shrunk = min(1.0, LONGEST_PX / max(width_px, height_px))
    return max(1, round(width_px * shrunk)), max(1, round(height_px * shrunk))


def grey_of(picture: ImageBGR, size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture in grey, at a size."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if grey.shape != size_px[::-1]:
        grey = cv2.resize(grey, size_px, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def edges_of(grey: NDArray[np.uint8]) -> Edges:
    """Edge directions of a grey picture."""
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    edges = np.zeros((*soft.shape, 2), np.float32)
    edges[:, 1:-1, 0] = soft[:, 2:] - soft[:, :-2]
    edges[1:-1, :, 1] = soft[2:] - soft[:-2]
    length = cv2.magnitude(edges[..., 0], edges[..., 1])
    edges /= (length + np.float32(SOFT))[..., None]
    return edges


def scene_of(grey: NDArray[np.uint8], hidden: Sequence[Outline] = ()) -> Scene:
    """Find the places of a reference picture; there may be none.

    Args:
        grey: at its :func:`work_size`.
        hidden: what is painted over in it, or in the pictures that will be compared.
    """
    height, width = grey.shape
    edges = edges_of(grey)
    strength = _strength(edges)
    usable = _usable(width, height, hidden)
    strength[~usable] = 0.0
    x_px, y_px, found = _strongest(strength)
    usual = float(np.median(found)) if found.size else 0.0
    kept = found > LEAST_STRENGTH * usual
    x_px, y_px, found = x_px[kept], y_px[kept], found[kept]
    strong = found > np.median(found) if found.size else np.zeros(0, np.bool_)
    rows = y_px[strong].astype(np.float64)
    top = float(np.percentile(rows, 5)) if rows.size else 0.0
    middle = float(np.median(rows)) if rows.size else 0.0
    down = np.clip((y_px - top) / max(1.0, height - top), 0.0, 1.0)
    weight = np.minimum(1.0, found / max(usual, 1e-9)) / (1.0 + (down / NEAR_FROM) ** 2)
    block = x_px * 6 // width + 10 * np.minimum((down * 3.0).astype(np.int64), 2)
    is_far = strong & (y_px <= middle)
    small = small_edges(grey, usable)
    richness = int((found > FIRM).sum())
    return Scene(edges, x_px, y_px, weight, is_far, block, richness, usable, small, width, height)


def small_edges(grey: NDArray[np.uint8], usable: NDArray[np.bool_]) -> Edges:
    """Edges of a whole picture at (72, 128); none where something is painted or written."""
    small = edges_in(grey)
    seen = cv2.resize(usable.astype(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(small * (seen > 0), np.float32)


def _strength(edges: Edges) -> NDArray[np.float32]:
    """How well each place is told from its neighbours in the worst direction."""
    size = (2 * HALF_PX + 1,) * 2
    across, both, down = (np.zeros(edges.shape[:2], np.float32) for _ in range(3))
    for channel in range(2):
        x = cv2.Sobel(edges[..., channel], cv2.CV_32F, 1, 0)
        y = cv2.Sobel(edges[..., channel], cv2.CV_32F, 0, 1)
        across += x * x
        both += x * y
        down += y * y
    a, b, c = (cv2.boxFilter(each, -1, size) for each in (across, both, down))
    lower: NDArray[np.float32] = (a + c) / 2.0 - np.sqrt(((a - c) / 2.0) ** 2 + b * b)
    return lower


def _usable(width: int, height: int, hidden: Sequence[Outline]) -> NDArray[np.bool_]:
    usable = np.zeros((height, width), np.uint8)
    left, top = (
        round(share * side) for share, side in zip(BORDER_SHARE, (width, height), strict=True)
    )
    left, top = max(left, HALF_PX + 1), top + HALF_PX
    usable[top : height - top, left : width - left] = 1
    for outline in hidden:
        corners = np.rint(np.array(outline, np.float64) * (width, height)).astype(np.int32)
        painted = np.zeros((height, width), np.uint8)
        cv2.fillPoly(painted, [corners], 1)
        reach = 2 * (HALF_PX + PAINT_MARGIN_PX) + 1
        usable[cv2.dilate(painted, np.ones((reach, reach), np.uint8)) > 0] = 0
    return usable > 0


def _strongest(
    strength: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """The strongest place of each cell that has one."""
    height, width = strength.shape
    found: list[tuple[int, int, float]] = []
    for row in range(CELLS[1]):
        top, bottom = row * height // CELLS[1], (row + 1) * height // CELLS[1]
        for column in range(CELLS[0]):
            left, right = column * width // CELLS[0], (column + 1) * width // CELLS[0]
            cell = strength[top:bottom, left:right]
            if cell.size and (best := float(cell.max())) > 0.0:
                y, x = divmod(int(cell.argmax()), right - left)
                found.append((left + x, top + y, best))
    table = np.array(found, np.float64).reshape(-1, 3)
    places = table[:, :2].astype(np.int64)
    return places[:, 0], places[:, 1], table[:, 2]
