"""From a stretch of ground that must be seen to the line that is flown to see it.

Rows of full width reach from ``near`` to ``far`` ahead of the aircraft. Flown from s to e it sees
s + near to e + far, so it begins ``near`` before the ground and ends ``far`` before its end: a
camera that looks straight down flies less than the ground is long, one that looks ahead begins
before it. On the way back the same holds from the other end.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.swath import Swath
from models.units import FloatArray

__all__ = ["flight_line", "level_strips"]

HOVER_STEP_M: Final = 2.0  # aircraft refuse points that lie nearer together than half a metre


def flight_line(ground_m: FloatArray, swath: Swath) -> FlightLine:
    """The line that sees a stretch of ground.

    Args:
        ground_m: (n, 2) way along the ground that must be seen, n >= 2.
        swath: of the line.

    Returns:
        Where the ground is shorter than what a picture shows at full width, both ways are a step of
        :data:`HOVER_STEP_M` over its middle.
    """
    return FlightLine(_flown(ground_m, swath), _flown(ground_m[::-1], swath))


def level_strips(way_m: FloatArray, swath: Swath) -> NDArray[np.object_]:
    """(legs,) of rectangles: level ground that is seen at full width from each leg of a way.

    Args:
        way_m: (n, 2), n >= 2, no place equal to the one before it.
        swath: seen from it.
    """
    starts, legs = way_m[:-1], np.diff(way_m, axis=0)
    ahead = legs / np.hypot(*legs.T)[:, None]
    left = np.column_stack((-ahead[:, 1], ahead[:, 0]))
    near, far = starts + swath.near_m * ahead, starts + legs + swath.far_m * ahead
    corners = np.stack(
        (
            near + swath.left_m * left,
            far + swath.left_m * left,
            far - swath.right_m * left,
            near - swath.right_m * left,
        ),
        axis=1,
    )
    return np.asarray(shapely.polygons(corners), np.object_)


def _flown(ground_m: FloatArray, swath: Swath) -> FloatArray:
    gone_m = np.append(0.0, np.cumsum(np.hypot(*np.diff(ground_m, axis=0).T)))
    start_m, end_m = -swath.near_m, float(gone_m[-1]) - swath.far_m
    if len(gone_m) > 2:  # round a bend a picture shows nothing: some of each end leg is flown
        start_m = min(start_m, _most_of(float(gone_m[1])))
        end_m = max(end_m, float(gone_m[-1]) - _most_of(float(gone_m[-1] - gone_m[-2])))
    if end_m - start_m < HOVER_STEP_M:
        middle_m = (start_m + end_m) / 2.0
        start_m, end_m = middle_m - HOVER_STEP_M / 2.0, middle_m + HOVER_STEP_M / 2.0
    inside = (gone_m > start_m + HOVER_STEP_M / 2.0) & (gone_m < end_m - HOVER_STEP_M / 2.0)
    inner = [ground_m[k] for k in np.flatnonzero(inside) if 0 < k < len(gone_m) - 1]
    return np.array([_place(ground_m, gone_m, start_m), *inner, _place(ground_m, gone_m, end_m)])


def _most_of(leg_m: float) -> float:
    return max(leg_m - HOVER_STEP_M, leg_m / 2.0)


def _place(way_m: FloatArray, gone_m: FloatArray, at_m: float) -> FloatArray:
    """The place at a distance along a way, on its first or last leg's straight outside it."""
    leg = int(np.clip(np.searchsorted(gone_m, at_m, side="right") - 1, 0, len(gone_m) - 2))
    while gone_m[leg + 1] == gone_m[leg] and leg > 0:
        leg -= 1
    length_m = gone_m[leg + 1] - gone_m[leg]
    share = (at_m - gone_m[leg]) / length_m if length_m > 0.0 else 0.0
    place: FloatArray = way_m[leg] + share * (way_m[leg + 1] - way_m[leg])
    return place
