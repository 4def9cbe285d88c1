"""What of a picture is like sky and what like land: edges, texture, and the picture's own colours.

All works on a copy 512 columns wide. Nothing is learned from other pictures: what sky looks like
today is read above a first line, what land looks like below it.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from geo.calibration.paths import Path
from models.units import FloatArray, ImageBGR

__all__ = ["MOST_EDGE", "WIDTH_PX", "Likeness", "likeness_of"]

WIDTH_PX: Final = 512
MOST_EDGE: Final = 6.0
"""An edge of more counts no more: the faint far ridge shall win over the strong near one."""
BLACK: Final = 5.0
"""Lightness below which a border is no picture: a lens's corners, a strip with text."""
BORDER_PX: Final = 6
MOST_BLACK_SHARE: Final = 0.25
NEAR_ROWS, FAR_ROWS = 2, 5
RISE_WEIGHT: Final = 0.35
"""Of an edge below which it is brighter: snow seldom, the foot of a cloud's gap often."""
TEXTURE: Final = 3.0
SAMPLES: Final = 3000
RIDGE: Final = 30.0
MARGIN_ROWS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Of every place of the small picture; arrays are (rows, 512).

    Attributes:
        edge: how much changes from above a row's upper border to below it, 0 to 6 times what is
            noise.
        drop: of the lightness there, positive where it is darker below.
        crisp: the same over one row alone, against ``wide``.
        wide: the same over six rows.
        rough: 0 smooth to 1 textured.
        texture: standard deviation of the fine detail.
        black: no picture.
        colours: (rows * 512, terms) what tells sky from land.
    """

    edge: FloatArray
    drop: FloatArray
    crisp: FloatArray
    wide: FloatArray
    rough: FloatArray
    texture: FloatArray
    black: NDArray[np.bool_]
    colours: FloatArray

    def along(self, values: FloatArray, path: Path) -> FloatArray:
        """(512,) values on a path."""
        return np.asarray(values[np.clip(path, 0, len(values) - 1), np.arange(WIDTH_PX)])

    def sees(self, path: Path) -> NDArray[np.bool_]:
        """(512,) whether there is picture on a path."""
        return ~self.black[np.clip(path, 0, len(self.black) - 1), np.arange(WIDTH_PX)]

    def sky_odds(self, path: Path) -> FloatArray | None:
        """(rows, 512) logarithm of how much more a place looks like what is above the path.

        None when the path has too few sure columns to learn from.
        """
        slope = np.abs(np.gradient(cv2.blur(path[None].astype(np.float64), (5, 1))[0]))
        sure = (self.along(self.edge, path) > 1.0) & (slope <= 1.5)
        rows = np.arange(len(self.edge))[:, None]
        usable = sure & ~self.black
        sky = np.flatnonzero((rows < path - MARGIN_ROWS) & usable)
        land = np.flatnonzero((rows > path + MARGIN_ROWS) & usable)
        if sure.sum() < WIDTH_PX // 8 or min(len(sky), len(land)) < WIDTH_PX // 2:
            return None
        random = np.random.default_rng(0)
        chosen = [random.choice(some, SAMPLES) for some in (sky, land)]
        is_sky = np.repeat([1.0, 0.0], SAMPLES)
        weights = _logistic(self.colours[np.concatenate(chosen)], is_sky)
        return np.asarray((self.colours @ weights).reshape(self.edge.shape))


def likeness_of(picture: ImageBGR) -> Likeness:
    """Look at a picture of at least 32 x 32 pixels."""
    height = max(48, round(picture.shape[0] * WIDTH_PX / picture.shape[1]))
    shrinks = picture.shape[1] > WIDTH_PX
    small = cv2.resize(
        picture,
        (WIDTH_PX, height),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    unit = small.astype(np.float32) / np.float32(255.0)
    lab: FloatArray = np.asarray(cv2.cvtColor(unit, cv2.COLOR_BGR2LAB), np.float64)
    light: FloatArray = np.asarray(lab[..., 0])
    noise = _noise_of(light)
    black = cv2.dilate(_black_border(light), np.ones((2 * BORDER_PX + 1,) * 2, np.uint8)) > 0
    along: FloatArray = np.asarray(cv2.GaussianBlur(lab, (5, 1), 0), np.float64)
    edge, drop = np.zeros(light.shape), np.zeros(light.shape)
    for rows in (NEAR_ROWS, FAR_ROWS):
        change = _change(along, rows)
        size = np.sqrt(np.sum(change**2, axis=2))
        size *= np.where(change[..., 0] > -0.5, 1.0, RISE_WEIGHT)
        edge = np.maximum(edge, size)
        drop = np.where(np.abs(change[..., 0]) > np.abs(drop), change[..., 0], drop)
    edge = np.clip((edge - 1.0 - 2.0 * noise) / (1.0 + noise), 0.0, MOST_EDGE)
    median = cv2.medianBlur(light.astype(np.float32), 3).astype(np.float64)
    fine = median - cv2.GaussianBlur(median, (0, 0), 2.0)
    texture = np.sqrt(np.maximum(cv2.blur(fine * fine, (7, 7)), 0.0))
    rough = np.clip((texture - 0.6 - 1.2 * noise) / TEXTURE, 0.0, 1.0)
    edge[black] = rough[black] = 0.0
    blurred = cv2.GaussianBlur(lab, (0, 0), 1.0)
    colours = _terms(np.dstack([blurred, np.log(texture + 0.3)]).reshape(-1, 4))
    crisp, wide = (_change(np.asarray(along[..., 0]), rows) for rows in (1, 6))
    return Likeness(edge, drop, crisp, wide, rough, texture, black, colours)


def _noise_of(light: FloatArray) -> float:
    """Standard deviation of what neither slopes nor curves (Immerkaer 1996, by the median)."""
    kernel = np.array([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]])
    return max(0.25, 1.4826 / 6.0 * float(np.median(np.abs(cv2.filter2D(light, -1, kernel)))))


def _black_border(light: FloatArray) -> NDArray[np.uint8]:
    """1 in black areas that touch the border, and in black strips with text on top or bottom."""
    dark = (light < BLACK).astype(np.uint8)
    _, labels = cv2.connectedComponents(dark, connectivity=4)
    border = np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    black = np.isin(labels, border[border > 0])
    strip = np.median(light, axis=1) < BLACK
    most = int(MOST_BLACK_SHARE * len(light))
    for lines, rows in ((strip, slice(None)), (strip[::-1], slice(None, None, -1))):
        count = int(np.argmin(lines[:most])) if not lines[:most].all() else most
        black[rows][:count] = True
    return black.astype(np.uint8)


def _change(values: FloatArray, rows: int) -> FloatArray:
    """Mean of some rows above each row's upper border less the mean of as many below it."""
    sums = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
    row = np.arange(len(values))
    above, below = np.maximum(row - rows, 0), np.minimum(row + rows, len(values))
    wide = (-1,) + (1,) * (values.ndim - 1)
    before = (sums[row] - sums[above]) / np.maximum(row - above, 1).reshape(wide)
    after = (sums[below] - sums[row]) / (below - row).reshape(wide)
    change = before - after
    change[0] = 0.0
    return np.asarray(change)


def _terms(features: FloatArray) -> FloatArray:
    """Features of unit size, with their products."""
    unit = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-3)
    count = unit.shape[1]
    pairs = [unit[:, i] * unit[:, j] for i in range(count) for j in range(i, count)]
    return np.column_stack([np.ones(len(unit)), unit, *pairs])


def _logistic(terms: FloatArray, truth: FloatArray) -> FloatArray:
    """Weights of a logistic regression with a ridge, by Newton's steps."""
    weights = np.zeros(terms.shape[1])
    ridge = np.diag([1e-6, *np.full(terms.shape[1] - 1, RIDGE)])
    for _ in range(8):
        share = 1.0 / (1.0 + np.exp(-np.clip(terms @ weights, -30.0, 30.0)))
        slope = np.maximum(share * (1.0 - share), 1e-4)
        normal = (terms * slope[:, None]).T @ terms + ridge
        weights = weights - np.linalg.solve(normal, terms.T @ (share - truth) + ridge @ weights)
    return weights
