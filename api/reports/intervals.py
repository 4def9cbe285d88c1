"""Exact 95 % intervals of counts and shares, and quantiles.

Counts: Garwood, F. (1936), "Fiducial limits for the Poisson distribution", Biometrika 28, 437-442.
Shares: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413. Both always hold their
95 % and are therefore rather wide; neither is a guess from a normal curve, which is wrong for the
few events of a month.
"""

import math
from collections.abc import Sequence
from statistics import median as _median
from typing import Final

from scipy.special import betaincinv, gammaincinv

__all__ = ["clopper_pearson", "garwood", "median", "p95"]

TAIL: Final = 0.025
_P95: Final = 0.95


def garwood(count: int) -> tuple[float, float]:
    """Between what the mean of a Poisson count lies.

    Args:
        count: events, at least 0.

    >>> [round(end, 4) for end in garwood(0)], [round(end, 4) for end in garwood(10)]
    ([0.0, 3.6889], [4.7954, 18.3904])
    """
    low = float(gammaincinv(count, TAIL)) if count > 0 else 0.0
    return low, float(gammaincinv(count + 1, 1.0 - TAIL))


def clopper_pearson(count: int, of: int) -> tuple[float, float]:
    """Between what the chance behind a share lies.

    Args:
        count: at most ``of``, at least 0.
        of: at least 1.

    >>> [round(end, 4) for end in clopper_pearson(0, 10)]
    [0.0, 0.3085]
    """
    low = float(betaincinv(count, of - count + 1, TAIL)) if count > 0 else 0.0
    high = float(betaincinv(count + 1, of - count, 1.0 - TAIL)) if count < of else 1.0
    return low, high


def median(values: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two in the middle; None of nothing."""
    return float(_median(values)) if values else None


def p95(values: Sequence[float]) -> float | None:
    """The least of the values that at least 95 in 100 of them do not exceed; None of nothing.

    >>> p95([float(number) for number in range(1, 101)]), p95([7.0])
    (95.0, 7.0)
    """
    if not values:
        return None
    rank = math.ceil(_P95 * len(values) - 1e-9)
    return float(sorted(values)[rank - 1])
