"""How near two aircraft come that fly straight from point to point: exact, not sampled.

Two are apart when 100 m lie between them over ground OR 30 m in height (drone.md, "Scheduler
needs"). Measured is the larger of the two shares of what is asked for: below 1 they are too near.
Between two points that either passes, their difference moves on a straight line; there both shares
are convex in time, and the least of the larger one lies at an end, where one of them is least, or
where both are equal.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Approach", "At", "Separation", "closest_approach"]


@dataclass(frozen=True, slots=True)
class At:
    """Where an aircraft is at a moment.

    Attributes:
        time_s: seconds on any scale common to both.
        x_m: east.
        y_m: north.
        z_m: up.
    """

    time_s: float
    x_m: float
    y_m: float
    z_m: float


@dataclass(frozen=True, slots=True)
class Separation:
    """What must lie between two aircraft: one of both.

    Attributes:
        horizontal_m: > 0.
        vertical_m: > 0.
    """

    horizontal_m: float = 100.0
    vertical_m: float = 30.0


@dataclass(frozen=True, slots=True)
class Approach:
    """The nearest that two come.

    Attributes:
        time_s: when; the first such moment.
        horizontal_m: between them over ground, then.
        vertical_m: between their heights, then, >= 0.
        share: the larger share of what is asked for; below 1 they are too near.
    """

    time_s: float
    horizontal_m: float
    vertical_m: float
    share: float


def closest_approach(
    first: Sequence[At], second: Sequence[At], asked: Separation
) -> Approach | None:
    """The nearest that two aircraft come while both are on their way.

    Args:
        first: by time, times rising.
        second: likewise.
        asked: what must lie between them.

    Returns:
        The nearest; None when they are never on their way together.
    """
    if not first or not second:
        return None
    begin = max(first[0].time_s, second[0].time_s)
    end = min(first[-1].time_s, second[-1].time_s)
    if begin > end:
        return None
    times = {begin, end} | {at.time_s for at in (*first, *second) if begin < at.time_s < end}
    moments = sorted(times)
    found: Approach | None = None
    places = list(zip(_places(first, moments), _places(second, moments), strict=True))
    gaps = [(a[0] - b[0], a[1] - b[1], a[2] - b[2]) for a, b in places]
    for k, start in enumerate(moments):
        last = min(k + 1, len(moments) - 1)
        for share in sorted(_candidates(gaps[k], gaps[last], asked)):
            x_m, y_m, z_m = (a + share * (b - a) for a, b in zip(gaps[k], gaps[last], strict=True))
            level_m, high_m = math.hypot(x_m, y_m), abs(z_m)
            near = max(level_m / asked.horizontal_m, high_m / asked.vertical_m)
            if found is None or near < found.share:
                at_s = start + share * (moments[last] - start)
                found = Approach(at_s, level_m, high_m, near)
    return found


Gap = tuple[float, float, float]


def _places(way: Sequence[At], moments: Sequence[float]) -> Iterator[Gap]:
    """Where it is at moments that rise and lie within its way."""
    leg = 0
    for moment in moments:
        while leg < len(way) - 2 and way[leg + 1].time_s < moment:
            leg += 1
        start, end = way[leg], way[min(leg + 1, len(way) - 1)]
        length_s = end.time_s - start.time_s
        share = (moment - start.time_s) / length_s if length_s > 0.0 else 0.0  # of one point
        yield (
            start.x_m + share * (end.x_m - start.x_m),
            start.y_m + share * (end.y_m - start.y_m),
            start.z_m + share * (end.z_m - start.z_m),
        )


def _candidates(gap: Gap, later: Gap, asked: Separation) -> set[float]:
    """Shares of a leg, [0, 1], at one of which the larger share is least."""
    x, y, z = (
        gap[0] / asked.horizontal_m,
        gap[1] / asked.horizontal_m,
        gap[2] / asked.vertical_m,
    )
    u, v, w = (
        later[0] / asked.horizontal_m - x,
        later[1] / asked.horizontal_m - y,
        later[2] / asked.vertical_m - z,
    )
    found = {0.0, 1.0}
    level = u * u + v * v
    if level > 0.0:
        found.add(-(x * u + y * v) / level)
    # At one height the share of the height is none: it is the larger one only where both are equal.
    # (x + u t)^2 + (y + v t)^2 = (z + w t)^2
    a, half_b, c = level - w * w, x * u + y * v - z * w, x * x + y * y - z * z
    root = half_b * half_b - a * c
    if root >= 0.0:
        # Not the textbook's two quotients: one of them loses all digits where a is small.
        q = -(half_b + math.copysign(math.sqrt(root), half_b))
        if a != 0.0:
            found.add(q / a)
        if q != 0.0:
            found.add(c / q)
    return {share for share in found if 0.0 <= share <= 1.0}
