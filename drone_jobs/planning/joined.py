"""Neighbouring lines joined into one way at the end of a belt, with the camera on while it crosses.

A camera that looks straight down sees farther to its sides than ahead. So the way across at the end
of a belt, flown as far before the end as its side reaches, sees the end, and both lines become
shorter by the difference. Its corners are cut, by a part of that difference. What this gives up are
the two outer corners of the end: each at most a square as wide as the difference and the cut.
"""

from typing import Final

import numpy as np

from drone_jobs.planning.swath import Swath
from models.units import FloatArray

__all__ = ["joined"]

CUT_SHARE: Final = 0.7  # of what the lines became shorter, at each corner
MOST_CUT_SHARE: Final = 0.25  # of the way across, by each of its cut corners


def joined(ways: list[FloatArray], swath: Swath, home_m: FloatArray) -> list[FloatArray]:
    """Join the first with the second, the third with the fourth, and so on.

    Args:
        ways: (n, 2) stretches of ground along a belt, all in one direction, from left to right.
        swath: seen from them, ahead and behind.
        home_m: (2,) they are joined at their other ends.

    Returns:
        Half as many ways, and the last by itself where their number is odd; all of them as they
        were where the ways are too short to be joined.
    """
    firsts = np.array([way[0] for way in ways])
    lasts = np.array([way[-1] for way in ways])
    if np.hypot(*(firsts - home_m).T).mean() > np.hypot(*(lasts - home_m).T).mean():
        ways = [way[::-1] for way in ways]
    found: list[FloatArray] = []
    for first in range(0, len(ways) - 1, 2):
        there, back = _shortened(ways[first], swath), _shortened(ways[first + 1], swath)
        if there is None or back is None:
            return ways
        found.append(_around(there, back[::-1], swath))
    return [*found, *ways[len(found) * 2 :]]


def _half_m(swath: Swath) -> float:
    return min(swath.left_m, swath.right_m)


def _ahead_m(swath: Swath) -> float:
    return min(swath.far_m, -swath.near_m)


def _shortened(way: FloatArray, swath: Swath) -> FloatArray | None:
    """Less at its end what a way across sees of it; None where its last leg is not that long."""
    leg = way[-1] - way[-2]
    length_m = float(np.hypot(*leg))
    less_m = max(_half_m(swath), _ahead_m(swath))
    if length_m < 2.0 * less_m:
        return None
    return np.vstack((way[:-1], way[-1] - less_m / length_m * leg))


def _around(there: FloatArray, back: FloatArray, swath: Swath) -> FloatArray:
    across = back[0] - there[-1]
    wide_m = float(np.hypot(*across))
    cut_m = CUT_SHARE * max(0.0, _half_m(swath) - _ahead_m(swath))
    cut_m = min(cut_m, MOST_CUT_SHARE * wide_m)
    if cut_m == 0.0:
        return np.vstack((there, back))

    def toward(start: FloatArray, end: FloatArray) -> FloatArray:
        moved: FloatArray = start + cut_m * (end - start) / np.hypot(*(end - start))
        return moved

    corners = [
        toward(there[-1], there[-2]),
        toward(there[-1], back[0]),
        toward(back[0], there[-1]),
        toward(back[0], back[1]),
    ]
    return np.vstack((there[:-1], corners, back[1:]))
