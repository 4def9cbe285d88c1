"""What one frame tells of each of its hot spots, in units that neither gain nor size sets.

Levels come from any device with any gain, so each number is a ratio: to the spot's own contrast, to
the range of the frame's ordinary ground, or to the usual of the same filter's answers in the frame.
The picture's size is not among them: with it a classifier tells data sets apart, not fires.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.thermal import HeatLevels, HotSpot, ThermalImage

__all__ = ["FEATURES", "spot_features"]

RINGS: Final = (3, 5, 9, 17, 33)
"""Sides of squares around the peak, pixels."""
FEATURES: Final = (
    "prominence",  # logarithm
    "lead",  # logarithm of it over that of the best other spot of the frame
    "outlying",  # logarithm of peak above the frame's 99th percentile, in ranges of its ground
    "height",  # logarithm of contrast in ranges of the ground
    "point",  # logarithm of the answer of a fine filter, in usual answers of the frame
    "coarse",  # likewise of a filter of twice the size
    "point_lead",  # logarithm of the fine answer over the best outside it, at least the usual
    *(f"fall_{side}" for side in RINGS),  # peak above the mean of a square, shares of contrast
    "area",  # logarithm, pixels
    "fill",  # share of its box
    "long",  # logarithm of the longer over the shorter side
    "near",  # logarithm of peak above a ring of 3 to 5 pixels, in the unrest of the ring
    "wide",  # likewise of a ring of 5 to 10 pixels
    "local",  # logarithm of contrast in standard deviations of a third of the width around it
    "upper",  # logarithm of peak above the median, in that of the 95th percentile
    "rare",  # logarithm of the share of the frame's pixels that are half as hot or more
    "alone",  # logarithm of how many other spots are at least half as prominent
    "rivals",  # likewise by the fine filter
    "top",  # peak as a share of the frame's highest level above its median
)


def spot_features(image: ThermalImage, spots: Sequence[HotSpot]) -> NDArray[np.float32]:
    """One row a spot, in the order of :data:`FEATURES`; all finite.

    Args:
        image: the frame.
        spots: all of it, for they are compared with one another.
    """
    if not spots:
        return np.zeros((0, len(FEATURES)), np.float32)
    levels = np.ascontiguousarray(image.levels, np.float32)
    rows = np.array([spot.peak_y for spot in spots])
    columns = np.array([spot.peak_x for spot in spots])
    peak = np.array([spot.peak for spot in spots])
    contrast = np.maximum([spot.contrast for spot in spots], 1e-6)
    prominence = np.maximum([spot.prominence for spot in spots], 1e-3)
    low, middle, high = (float(one) for one in np.percentile(levels, (5.0, 50.0, 95.0)))
    nearly = float(np.percentile(levels, 99.0))
    ground = max(high - low, 1e-3 * max(abs(high), 1.0))
    fine, usual_fine = _filtered(levels, 1.0)
    coarse, usual_coarse = _filtered(levels, 2.0)
    best_fine = _best_elsewhere(fine, spots)
    at_fine = np.array([_best(fine, spot) for spot in spots])
    at_coarse = np.array([_best(coarse, spot) for spot in spots])
    falls = [(peak - cv2.blur(levels, (side, side))[rows, columns]) / contrast for side in RINGS]
    near = _above_ring(levels, (5, 11), rows, columns)
    wide = _above_ring(levels, (11, 21), rows, columns)
    width = np.array([spot.x_max - spot.x_min for spot in spots])
    height = np.array([spot.y_max - spot.y_min for spot in spots])
    area = np.array([spot.area_px for spot in spots])
    table = [
        np.log(prominence),
        np.log(prominence / _others(prominence)),
        _log_share((peak - nearly) / ground),
        np.log(contrast / ground),
        np.log(np.maximum(at_fine, 1e-6) / usual_fine),
        np.log(np.maximum(at_coarse, 1e-6) / usual_coarse),
        np.log(np.maximum(at_fine, 1e-6) / np.maximum(best_fine, usual_fine)),
        *falls,
        np.log(area),
        area / (width * height),
        np.log(np.maximum(width, height) / np.minimum(width, height)),
        np.log(np.maximum(near, 0.1)),
        np.log(np.maximum(wide, 0.1)),
        np.log(np.maximum(contrast / _local(levels, rows, columns), 1e-3)),
        _log_share((peak - middle) / max(high - middle, 0.05 * ground)),
        np.log(_share_above(levels, peak - contrast / 2.0)),
        np.log1p(_as_good(prominence)),
        np.log1p(_as_good(at_fine)),
        (peak - middle) / max(float(levels.max()) - middle, 1e-6),
    ]
    return np.asarray(np.clip(np.stack(table, axis=1), -10.0, 10.0), np.float32)


def _filtered(levels: HeatLevels, sigma: float) -> tuple[HeatLevels, float]:
    """What stands out of its near surroundings like a point, and the usual answer of the frame."""
    inner = cv2.GaussianBlur(levels, (0, 0), sigma)
    outer = cv2.GaussianBlur(levels, (0, 0), 2.0 * sigma)
    answer = np.asarray(inner - outer, np.float32)
    usual = float(np.percentile(np.abs(answer), 90.0))
    return answer, max(usual, 1e-3 * max(float(np.ptp(levels)), 1e-3))


def _above_ring(
    levels: HeatLevels, sides: tuple[int, int], rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Peaks above the mean between two squares around them, in standard deviations there."""
    centred = np.asarray(levels - levels.mean(), np.float64)
    share = sides[0] ** 2 / sides[1] ** 2
    mean, square = (
        (
            cv2.blur(one, (sides[1],) * 2)[rows, columns]
            - share * cv2.blur(one, (sides[0],) * 2)[rows, columns]
        )
        / (1.0 - share)
        for one in (centred, centred * centred)
    )
    least = 1e-3 * max(float(np.ptp(centred)), 1e-3)
    unrest = np.sqrt(np.maximum(square - mean * mean, least**2))
    return np.asarray((centred[rows, columns] - mean) / unrest)


def _best(answer: HeatLevels, spot: HotSpot) -> float:
    y, x = spot.peak_y, spot.peak_x
    return float(answer[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].max())


def _best_elsewhere(answer: HeatLevels, spots: Sequence[HotSpot]) -> NDArray[np.float64]:
    """The best answer of the frame that is not of the spot itself nor within its own size of it."""
    best = np.zeros(len(spots))
    peaks = [_best(answer, spot) for spot in spots]
    for row, spot in enumerate(spots):
        reach = max(spot.x_max - spot.x_min, spot.y_max - spot.y_min, 4)
        best[row] = max(
            (
                peak
                for peak, other in zip(peaks, spots, strict=True)
                if abs(other.peak_x - spot.peak_x) > reach
                or abs(other.peak_y - spot.peak_y) > reach
            ),
            default=0.0,
        )
    return best


def _others(prominence: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(-prominence, kind="stable")
    best = np.full(len(prominence), prominence[order[0]])
    best[order[0]] = prominence[order[1]] if len(order) > 1 else 1.0
    return best


def _local(
    levels: HeatLevels, rows: NDArray[np.int_], columns: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Standard deviation in a third of the width around each peak."""
    side = max(9, levels.shape[1] // 3 | 1)
    centred = np.asarray(levels - levels.mean(), np.float64)
    mean = cv2.blur(centred, (side, side))[rows, columns]
    square = cv2.blur(centred * centred, (side, side))[rows, columns]
    least = 1e-3 * max(float(np.ptp(centred)), 1e-3)
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, least**2)))


def _share_above(levels: HeatLevels, limits: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.sort(levels, axis=None)
    above = levels.size - np.searchsorted(order, limits.astype(np.float32))
    return np.asarray(np.maximum(above, 1) / levels.size)


def _as_good(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many others reach half of each."""
    order = np.sort(values)
    return np.asarray(len(order) - 1.0 - np.searchsorted(order, values / 2.0)).clip(0.0)


def _log_share(share: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.maximum(share, 0.0) + 0.05)
