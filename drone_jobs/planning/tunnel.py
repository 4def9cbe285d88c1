"""The fewest straight stretches through a tunnel, seen from the side.

A tunnel is a floor and a roof over a distance, both straight between the same stations. It is to be
flown with the fewest turning points, anywhere along it and at any height.

Greedy is fewest here. The straight lines that can follow one stretch are a convex polygon in the
plane of (height, slope): every station cuts it by two half planes. When a station leaves nothing,
all lines fail on the same side, say all are below the floor. The one among them that stays longest,
the *window*, then parts the tunnel: what is reached with this many stretches lies below it or
before its end, so whoever gets on must cross the window upwards, and whoever crosses it may have
followed it to there. The next stretch is therefore any line that is below the window at its
beginning and above it at its end, again half planes. Each round gets as far as any way with as many
stretches, so the number of rounds is the least. This is Imai and Iri's minimum-link path of a
monotone tunnel (An optimal algorithm for approximating a piecewise linear function, J. Information
Processing 9, 1986), with windows as constraints in the dual plane instead of hulls.

Between legs (corners that are points in any case) it is enough to hand on the heights reached with
the fewest stretches: any other height costs one point more before the corner, and one point after
it reaches the same.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.units import FloatArray

__all__ = ["Leg", "Tunnel", "leg_through", "points_along"]

STEEPEST: Final = 1e3  # rise per metre, that bounds the polygons and nothing real
APART_M: Final = 1.0  # that turning points keep from corners, where they can
_TOUCH_M: Final = 1e-6
_Line = tuple[float, float]  # height at the reference, rise per metre
_Polygon = list[_Line]


@dataclass(frozen=True, slots=True, eq=False)
class Tunnel:
    """Floor and roof.

    Attributes:
        at_m: (k,) stations, rising, k >= 2.
        floor_m: (k,).
        roof_m: (k,) above the floor everywhere.
    """

    at_m: FloatArray
    floor_m: FloatArray
    roof_m: FloatArray


@dataclass(frozen=True, slots=True)
class _Window:
    """A line that ends a stretch.

    Attributes:
        line: height at distance 0 of the tunnel and slope.
        first_m: where it may be left at the earliest.
        last_m: where it may be left at the latest.
        up: whether it is left upwards.
    """

    line: _Line
    first_m: float
    last_m: float
    up: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """All that passes a tunnel with the fewest stretches.

    Attributes:
        windows: in order; one turning point lies on each.
        last: polygon of the last stretch's lines.
        length_m: of the tunnel.
        reached_m: lowest and highest height at its end.
    """

    windows: tuple[_Window, ...]
    last: tuple[_Line, ...]
    length_m: float
    reached_m: tuple[float, float]


def leg_through(tunnel: Tunnel, entry_m: tuple[float, float]) -> Leg:
    """Pass a tunnel.

    Args:
        tunnel: its first station is at 0.
        entry_m: lowest and highest height at its beginning, inside floor and roof.
    """
    at, low, high = tunnel.at_m.tolist(), tunnel.floor_m.tolist(), tunnel.roof_m.tolist()
    length_m = at[-1]
    earliest_m, latest_m = APART_M, length_m - APART_M
    windows: list[_Window] = []
    reference = 0.0
    polygon = _box(*entry_m)
    start_m = 0.0  # where the present stretch begins at the earliest
    before = (0.0, low[0], high[0])
    k = 1
    while k < len(at):
        here, floor, roof = at[k], low[k], high[k]
        gone = here - reference
        heights = [y + m * gone for y, m in polygon]
        least, most = min(heights), max(heights)
        if least >= floor and most <= roof:
            before = (here, floor, roof)
            k += 1
            continue
        if most >= floor and least <= roof:
            if most > roof:
                polygon = _cut(polygon, gone, roof, 1.0)
            if least < floor:
                polygon = _cut(polygon, gone, floor, -1.0)
            before = (here, floor, roof)
            k += 1
            continue
        up = most < floor
        window = _window(
            polygon,
            reference,
            tunnel,
            start_m=start_m,
            before=before,
            here=(here, floor, roof),
            up=up,
        )
        first_m, last_m = max(window.first_m, earliest_m), min(window.last_m, latest_m)
        if first_m <= last_m:
            window = _Window(window.line, first_m, last_m, up)
        windows.append(window)
        start_m, reference = window.first_m, window.last_m
        polygon, k = _after(window, tunnel, at)
        before = (reference, *_between(tunnel, reference))
    ends = [y + m * (length_m - reference) for y, m in polygon]
    last = tuple((y - m * reference, m) for y, m in polygon)
    return Leg(tuple(windows), last, length_m, (min(ends), max(ends)))


def points_along(leg: Leg, end_m: float) -> tuple[list[tuple[float, float]], float]:
    """Turning points of a way through a tunnel that ends at a height.

    Args:
        leg: passed.
        end_m: within what it reached.

    Returns:
        (distance, height) of each point between both ends, in order, and the height at its
        beginning.
    """
    line = _ending_at(leg, end_m)
    points: list[tuple[float, float]] = []
    for window in reversed(leg.windows):
        (y, m), (w, n) = line, window.line
        at_m = (w - y) / (m - n) if m != n else window.last_m
        at_m = min(max(at_m, window.first_m), window.last_m)
        points.append((at_m, w + n * at_m))
        line = window.line
    return points[::-1], line[0]


def _ending_at(leg: Leg, end_m: float) -> _Line:
    """The middle one of the last stretch's lines that end at a height."""
    rims: list[float] = []
    polygon = leg.last
    for k, (y, m) in enumerate(polygon):
        other_y, other_m = polygon[k - 1]
        one, other = y + m * leg.length_m - end_m, other_y + other_m * leg.length_m - end_m
        if one == 0.0:
            rims.append(m)
        if (one < 0.0 < other) or (other < 0.0 < one):
            rims.append(m + (other_m - m) * one / (one - other))
    if not rims:  # an end that rounding put a hair outside
        nearest = min(polygon, key=lambda each: abs(each[0] + each[1] * leg.length_m - end_m))
        rims.append(nearest[1])
    slope = (min(rims) + max(rims)) / 2.0
    return end_m - slope * leg.length_m, slope


def _box(lowest_m: float, highest_m: float) -> _Polygon:
    return [
        (lowest_m, -STEEPEST),
        (highest_m, -STEEPEST),
        (highest_m, STEEPEST),
        (lowest_m, STEEPEST),
    ]


def _cut(polygon: _Polygon, gone_m: float, bound_m: float, sign: float) -> _Polygon:
    """What of a polygon is below a bound (sign 1) or above it (sign -1) so far on."""
    over = [sign * (y + m * gone_m - bound_m) for y, m in polygon]
    kept: _Polygon = []
    for k, (y, m) in enumerate(polygon):
        now, then = over[k], over[k - 1]
        if (now < 0.0 < then) or (then < 0.0 < now):
            share = now / (now - then)
            other_y, other_m = polygon[k - 1]
            kept.append((y + share * (other_y - y), m + share * (other_m - m)))
        if now <= 0.0:
            kept.append((y, m))
    if kept:
        return kept
    k = over.index(min(over))  # a hair outside, by rounding
    return [polygon[k]]


def _window(
    polygon: _Polygon,
    reference: float,
    tunnel: Tunnel,
    *,
    start_m: float,
    before: tuple[float, float, float],
    here: tuple[float, float, float],
    up: bool,
) -> _Window:
    """The line that stays longest, from where it last touches the far side to where it leaves."""
    side = 1 if up else 2
    best, best_share = polygon[0], -1.0
    for y, m in polygon:
        inside = abs(y + m * (before[0] - reference) - before[side])
        outside = abs(y + m * (here[0] - reference) - here[side])
        share = inside / (inside + outside)
        if share > best_share:
            best, best_share = (y, m), share
    last_m = before[0] + best_share * (here[0] - before[0])
    line = (best[0] - best[1] * reference, best[1])
    first = int(np.searchsorted(tunnel.at_m, start_m, side="right"))
    stop = int(np.searchsorted(tunnel.at_m, last_m, side="right"))
    heights = line[0] + line[1] * tunnel.at_m[first:stop]
    far = tunnel.roof_m[first:stop] - heights if up else heights - tunnel.floor_m[first:stop]
    touching = np.flatnonzero(far <= _TOUCH_M)
    first_m = float(tunnel.at_m[first + touching[-1]]) if len(touching) > 0 else start_m
    return _Window(line, min(first_m, last_m), last_m, up)


def _after(window: _Window, tunnel: Tunnel, at: list[float]) -> tuple[_Polygon, int]:
    """Lines that cross a window, told at its end, and the next station to pass."""
    reference = window.last_m
    y, m = window.line
    sign = 1.0 if window.up else -1.0
    end_m = y + m * reference
    floor_m, roof_m = _between(tunnel, reference)
    polygon = _box(end_m, roof_m) if window.up else _box(floor_m, end_m)
    polygon = _cut(polygon, window.first_m - reference, y + m * window.first_m, sign)
    following = bisect_right(at, reference)
    for k in range(bisect_right(at, window.first_m), following):
        bound_m = float((tunnel.roof_m if window.up else tunnel.floor_m)[k])
        polygon = _cut(polygon, at[k] - reference, bound_m, sign)
    return polygon, following


def _between(tunnel: Tunnel, at_m: float) -> tuple[float, float]:
    k = int(np.clip(np.searchsorted(tunnel.at_m, at_m), 1, len(tunnel.at_m) - 1))
    share = (at_m - tunnel.at_m[k - 1]) / (tunnel.at_m[k] - tunnel.at_m[k - 1])
    floor_m = tunnel.floor_m[k - 1] + share * (tunnel.floor_m[k] - tunnel.floor_m[k - 1])
    roof_m = tunnel.roof_m[k - 1] + share * (tunnel.roof_m[k] - tunnel.roof_m[k - 1])
    return float(floor_m), float(roof_m)
