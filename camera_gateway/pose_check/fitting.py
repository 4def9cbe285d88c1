"""Few unknowns from many shifts of which some are wrong: least squares that outvotes them.

Reweighted with the weight of Geman and McClure, ``1 / (1 + (r / c)^2)^2``: what lies far from the
others has no say, however much of it there is short of half. How well the unknowns are known comes
from leaving out each part of the picture in turn (jackknife): shadows, a hedge in the wind or a
wrong lens put whole parts off together, and counting single places would not see it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = ["Fitted", "fit_robustly"]

ROUNDS: Final = 12
LEAST_SCATTER_PX: Final = 0.08  # finer than any place is found
BEND: Final = 2.0  # scatters at which a place counts a quarter
AGREES_WITHIN: Final = 3.0  # scatters
AGREES_AT_LEAST_PX: Final = 0.5
LEAST_BLOCKS: Final = 4


@dataclass(frozen=True, slots=True)
class Fitted:
    """The outcome.

    Attributes:
        values: (k,) unknowns.
        sigmas: (k,) their standard deviations.
        agrees: (n,) shifts that lie where they should.
    """

    values: FloatArray
    sigmas: FloatArray
    agrees: NDArray[np.bool_]


def fit_robustly(
    effects: FloatArray, shifts: FloatArray, weight: FloatArray, block: NDArray[np.int64]
) -> Fitted | None:
    """Fit.

    Args:
        effects: (n, 2, k) pixels by which one unit of each unknown moves each place.
        shifts: (n, 2) pixels by which each place was seen to be moved.
        weight: (n,) how much each counts, above 0.
        block: (n,) part of the picture in which each lies.

    Returns:
        None where the places lie in too few parts, or do not determine the unknowns.
    """
    numbers = np.unique(block)
    if numbers.size < LEAST_BLOCKS:
        return None
    # Unknowns of one size: a zoom is a small number, a degree is not.
    scale = np.maximum(np.sqrt(np.mean(effects**2, axis=(0, 1))), 1e-12)
    parts = effects / scale
    # The middle of all shifts is where the first two unknowns begin; the others begin at none.
    start = np.median(shifts, axis=0)
    values: FloatArray = np.zeros(effects.shape[2])
    left = np.asarray(shifts - start, np.float64)
    for _ in range(ROUNDS):
        counts = weight * _say(left)
        normal, right = _sums(parts, shifts, counts)
        if np.linalg.cond(normal) > 1e10:
            return None
        values = np.asarray(np.linalg.solve(normal, right), np.float64)
        left = np.asarray(shifts - parts @ values, np.float64)
    counts = weight * _say(left)
    normal, _ = _sums(parts, shifts, counts)
    without = []
    for number in numbers:
        inside = block == number
        its_normal, its_right = _sums(parts[inside], left[inside], counts[inside])
        rest = normal - its_normal
        if np.linalg.cond(rest) > 1e10:
            return None
        without.append(np.linalg.solve(rest, its_right))
    spread = np.array(without)
    share = (numbers.size - 1) / numbers.size
    sigmas = np.sqrt(share * np.sum(spread**2, axis=0))
    within = max(AGREES_WITHIN * _scatter(left), AGREES_AT_LEAST_PX)
    agrees = np.hypot(left[:, 0], left[:, 1]) <= within
    return Fitted(values / scale, sigmas / scale, agrees)


def _scatter(left: FloatArray) -> float:
    """Standard deviation of one coordinate, from the middle of the distances."""
    return max(float(np.median(np.hypot(left[:, 0], left[:, 1]))) / 1.177, LEAST_SCATTER_PX)


def _say(left: FloatArray) -> FloatArray:
    distance = np.hypot(left[:, 0], left[:, 1]) / (BEND * _scatter(left))
    say: FloatArray = 1.0 / (1.0 + distance**2) ** 2
    return say


def _sums(
    parts: FloatArray, shifts: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Normal equations."""
    weighted = parts * counts[:, None, None]
    normal: FloatArray = np.einsum("nij,nik->jk", weighted, parts)
    right: FloatArray = np.einsum("nij,ni->j", weighted, shifts)
    return normal, right
