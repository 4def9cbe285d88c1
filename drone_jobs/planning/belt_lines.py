"""Lines along a belt: its middle line moved sideways, so that all its swaths together are as wide.

The middle line is first drawn in the fewest straight legs (:mod:`drone_jobs.legs`) that leave it by
a part of what the swaths see beyond the belt. Then each line is pulled taut within the rest of
it: at every bend it may leave its place by the same distance to either side without an edge or an
overlap being lost, and the shortest line is taken. Its length is a convex function of those
distances, so the shortest is found by descent.

At a bend the ground outside the corner is seen ahead and behind as long as the bend is gentle. At a
sharper one the line is cut in two, each flown on past the corner until it is seen. Whether all of
the belt is seen is measured in the end: where it is not, the lines keep closer to the middle.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import minimize
from shapely.geometry.base import BaseGeometry

from drone_jobs.legs import fewest_legs
from drone_jobs.planning.area_lines import area_lines
from drone_jobs.planning.belt import BeltShape
from drone_jobs.planning.joined import joined
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.stretch import flight_line, level_strips
from drone_jobs.planning.swath import Swath, line_count
from models.units import FloatArray

__all__ = ["belt_lines"]

ROUNDS: Final = 3
STAY_SWATHS: Final = 2.0  # from a bend, where a taut line is back at its place
LEGS_SHARE: Final = 0.5  # of the spare width that fewer legs may use
FAR_M: Final = 1e6
MISSED_SHARE: Final = 1e-5  # of a belt, over level ground
EDGE_M: Final = 1e-3
LAST_DIGITS: Final = 1e-9


def belt_lines(
    shape: BeltShape, swath: Swath, spacing_m: float, *, home_m: FloatArray | None = None
) -> tuple[FlightLine, ...]:
    """Lay lines along a belt.

    Args:
        shape: of the belt.
        swath: of a line at the lowest height that it may be flown at, of some width.
        spacing_m: between neighbouring lines, (0, the swath's width]; see
            :func:`drone_jobs.planning.swath.spacing_for`.
        home_m: (2,) where one aircraft that flies all of it starts: neighbouring lines are joined
            at the end of the belt that lies farther from there (see :mod:`.joined`). None keeps
            every line by itself, for several aircraft to share.

    Returns:
        From left to right, each from the beginning of the belt to its end; several in a row where
        it bends sharply. Strips, as over an area, where it bends so that such lines miss some.
    """
    half_m = min(swath.left_m, swath.right_m)  # sides change with the direction of flight
    count = line_count(2.0 * shape.half_width_m, 2.0 * half_m, spacing_m)
    beyond_m = half_m + (count - 1) * spacing_m / 2.0 - shape.half_width_m
    between_m = half_m - spacing_m / 2.0 if count > 1 else beyond_m
    spare_m = max(0.0, min(beyond_m, between_m))
    # To the left of the middle.
    places_m = ((count - 1) / 2.0 - np.arange(count, dtype=np.float64)) * spacing_m
    for legs_m, most_m in ((LEGS_SHARE * spare_m, spare_m), (0.0, spare_m), (0.0, 0.0)):
        ways = _laid(shape, swath, places_m, legs_m, most_m)
        lines = tuple(flight_line(way, swath) for way in ways)
        if len(lines) > 0 and _missed(shape.ground_m, lines, swath) <= MISSED_SHARE:
            break
    else:  # it bends too sharply for what its lines see
        return area_lines(shape.ground_m, swath, spacing_m, None).lines
    if home_m is None or len(ways) != count or not swath.near_m < 0.0 < swath.far_m:
        return lines
    return tuple(flight_line(way, swath) for way in joined(ways, swath, home_m))


def _missed(ground: BaseGeometry, lines: Sequence[FlightLine], swath: Swath) -> float:
    """Share of level ground that is not seen at full width, flown there or flown back."""
    shares = []
    for back in (False, True):
        strips = [level_strips(line.flown(backward=back), swath) for line in lines]
        # The last digits of an edge are no ground.
        seen = shapely.union_all(np.concatenate(strips)).buffer(EDGE_M, join_style="mitre")
        shares.append(ground.difference(seen).area / ground.area)
    return float(max(shares))


def _laid(
    shape: BeltShape, swath: Swath, places_m: FloatArray, legs_m: float, spare_m: float
) -> list[FloatArray]:
    """Stretches of ground along a belt; none where its middle bends too tightly.

    Args:
        shape: of the belt.
        swath: of a line.
        places_m: (lines,) from the middle, to its left.
        legs_m: by which fewer legs may leave the middle.
        spare_m: by which lines may leave their places, fewer legs included.
    """
    middle = shape.line_m[fewest_legs(shape.line_m, legs_m)]
    off_m = float(shapely.distance(shapely.points(shape.line_m), shapely.LineString(middle)).max())
    stays = np.zeros(len(middle), bool)
    if swath.near_m < 0.0 < swath.far_m:  # one that looks ahead is cut at every corner
        middle, stays = _with_stays(middle, STAY_SWATHS * swath.width_m)
    mitres, legs = _mitres(middle), np.diff(middle, axis=0)
    ways: list[FloatArray] = []
    for offset in _taut(middle, mitres, places_m, max(0.0, spare_m - off_m), stays):
        line = middle + offset[:, None] * mitres
        if (np.einsum("ij,ij->i", np.diff(line, axis=0), legs) <= 0.0).any():
            return []  # a leg is turned round by moving its ends
        ways += _runs(line, middle, shape.half_width_m + off_m, swath, shape.ground_m)
    return ways


def _with_stays(middle: FloatArray, near_m: float) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Places on long legs, as far as ``near_m`` from both ends, at which lines keep their places.

    Pulled taut from bend to bend a line would run along the edge of what may be missed all the way,
    for a metre less; between these places it has as much to spare on either side.
    """
    places, stays = [middle[:1]], [False]
    for start, end in pairwise(middle):
        length_m = float(np.hypot(*(end - start)))
        if length_m > 3.0 * near_m:
            ahead = near_m / length_m * (end - start)
            places.append(np.array([start + ahead, end - ahead]))
            stays += [True, True]
        places.append(end[None])
        stays.append(False)
    return np.vstack(places), np.array(stays)


def _mitres(middle: FloatArray) -> FloatArray:
    """(n, 2): where a vertex goes per metre that the line is moved to its left."""
    legs = np.diff(middle, axis=0)
    unit = legs / np.hypot(*legs.T)[:, None]
    left = np.column_stack((-unit[:, 1], unit[:, 0]))
    before, after = np.vstack((left[:1], left)), np.vstack((left, left[-1:]))
    # Legs that fold back have no mitre: the vertex would go to infinity.
    mitres: FloatArray = (before + after) / np.maximum(
        1.0 + np.einsum("ij,ij->i", before, after), 1e-6
    )[:, None]
    return mitres


def _taut(
    middle: FloatArray,
    mitres: FloatArray,
    places_m: FloatArray,
    spare_m: float,
    stays: NDArray[np.bool_],
) -> FloatArray:
    """(lines, vertices): offsets to the left with the least length, ways between lines included.

    One line after the other is pulled taut between its neighbours; a few rounds find the least for
    all of them together, or close to it.
    """
    offsets = np.repeat(places_m[:, None], len(middle), axis=1)
    last = len(places_m) - 1
    if spare_m == 0.0:
        return offsets
    spacing_m = float(places_m[0] - places_m[-1]) / last if last else 0.0
    # At a bend the inner line is ahead of the outer one, and its place has changed that much.
    legs_m = np.hypot(*np.diff(middle, axis=0).T)
    slope = 2.0 * (last + 1) * spare_m / float(legs_m.min())
    ahead_m = spacing_m * float(np.sqrt((mitres**2).sum(axis=1).max() - 1.0 + LAST_DIGITS))
    apart_m = spacing_m + 2.0 * spare_m - slope * ahead_m
    if last and apart_m < spacing_m:
        return offsets
    for _ in range(ROUNDS):
        for line in range(last + 1):
            high = offsets[line + 1] + apart_m if line < last else places_m[line] + spare_m
            low = offsets[line - 1] - apart_m if line else places_m[line] - spare_m
            if line == 0:  # the edge of the belt must be seen
                low = places_m[0] - spare_m
            if line == last:
                high = places_m[last] + spare_m
            # Where they were is always allowed: the last digits of a bound are not.
            bounds = (
                np.where(stays, offsets[line], np.minimum(low, offsets[line])),
                np.where(stays, offsets[line], np.maximum(high, offsets[line])),
            )
            # At its ends somebody flies in from home or across from a neighbour.
            pull = float(np.sign(places_m[line])) if line in {0, last} else 0.0
            offsets[line] = _shortest(middle, mitres, offsets[line], bounds, pull)
    return offsets


def _shortest(
    middle: FloatArray,
    mitres: FloatArray,
    offset: FloatArray,
    bounds: Sequence[FloatArray],
    pull: float,
) -> FloatArray:
    """Offsets of one line between bounds, of least length and least ``pull`` times both ends."""

    def length(offsets: FloatArray) -> tuple[float, FloatArray]:
        legs = np.diff(middle + offsets[:, None] * mitres, axis=0)
        long = np.maximum(np.hypot(*legs.T), 1e-9)
        unit = legs / long[:, None]
        slope = np.zeros(len(offsets))
        slope[[0, -1]] = pull
        slope[1:] += (unit * mitres[1:]).sum(axis=1)
        slope[:-1] -= (unit * mitres[:-1]).sum(axis=1)
        return float(long.sum() + pull * (offsets[0] + offsets[-1])), slope

    found = minimize(
        length, offset, jac=True, bounds=list(zip(*bounds, strict=True)), method="L-BFGS-B"
    )
    shortest: FloatArray = found.x
    return shortest


def _runs(
    line_m: FloatArray, middle: FloatArray, around_m: float, swath: Swath, ground: BaseGeometry
) -> list[FloatArray]:
    """Ways along the ground that must be seen, cut at sharp bends, ends moved to the belt's ends.

    Args:
        line_m: (n, 2) line.
        middle: (n, 2) that it runs along.
        around_m: within which of the middle all ground of the belt lies.
        swath: seen from the line.
        ground: of the belt.
    """
    half_m = min(swath.left_m, swath.right_m)
    legs = np.diff(line_m, axis=0)
    unit = legs / np.hypot(*legs.T)[:, None]
    before, after, off = unit[:-1], unit[1:], (middle - line_m)[1:-1]
    turn = np.arctan2(
        before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], (before * after).sum(axis=1)
    )
    # What is outside of a bend reaches past its corner as far as a strip's edge is led on straight,
    # and no farther than the belt reaches around the corner of its middle.
    edge_m = half_m * np.tan(np.abs(turn) / 2.0)
    past_m = np.clip((off * before).sum(axis=1) + around_m, 0.0, edge_m)
    ahead_of_m = np.clip(around_m - (off * after).sum(axis=1), 0.0, edge_m)
    cuts = np.flatnonzero(np.maximum(past_m, ahead_of_m) > min(swath.far_m, -swath.near_m)) + 1
    limits = [0, *cuts.tolist(), len(line_m) - 1]
    runs = []
    for first, last in pairwise(limits):
        run = line_m[first : last + 1].copy()
        run[0] -= unit[first] * (
            ahead_of_m[first - 1]
            if first
            else _beyond_m(run[0], -legs[0], half_m, ground, middle[0])
        )
        run[-1] += unit[last - 1] * (
            past_m[last - 1]
            if last < len(line_m) - 1
            else _beyond_m(run[-1], legs[-1], half_m, ground, middle[-1])
        )
        runs.append(run)
    return runs


def _beyond_m(
    end: FloatArray, leg: FloatArray, half_m: float, ground: BaseGeometry, belt_end: FloatArray
) -> float:
    """How far ground in the strip reaches beyond the end of its last leg; negative before it."""
    length_m = float(np.hypot(*leg))
    outward = leg / length_m
    left = np.array([-outward[1], outward[0]]) * half_m
    tail, ahead = end - 0.9 * leg, end + FAR_M * outward
    strip = shapely.Polygon([tail + left, ahead + left, ahead - left, tail - left])
    pieces = shapely.get_parts(ground.intersection(strip))
    if len(pieces) == 0:
        return 0.0
    # A belt that winds may come back: only what hangs together with its end counts.
    here = pieces[shapely.distance(pieces, shapely.Point(belt_end)).argmin()]
    return float(((shapely.get_coordinates(here) - end) @ outward).max())
