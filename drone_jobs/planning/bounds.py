"""What no plan can beat: the figures printed beside every plan, so that nobody takes its word.

Length: each metre of a flight sees at most a swath's width of new ground, so the target takes at
least area / swath; and a flight out to its farthest ground and back takes twice that distance, less
what is seen ahead. Both without overlap, hops, turns and wind.
"""

import math
from collections.abc import Sequence
from typing import Final

from models.mission import Aircraft

__all__ = ["length_bound_m", "makespan_s", "sorties_bound"]

LEAST_SHARE: Final = 1e-9


def length_bound_m(area_m2: float, swath_m: float, farthest_m: float, sight_m: float) -> float:
    """Least length of all flights together.

    Args:
        area_m2: of the target.
        swath_m: full width that is seen at the greatest height that the plan may use.
        farthest_m: distance of the target's farthest ground from home.
        sight_m: farthest that a picture reaches from below the aircraft.
    """
    return max(area_m2 / swath_m, 2.0 * (farthest_m - sight_m), 0.0)


def sorties_bound(bound_m: float, aircraft: Sequence[Aircraft]) -> int:
    """Least number of flights: the bound by the aircraft that gets furthest on a battery."""
    reach_m = max(
        each.usable_share * max(point.endurance_s for point in each.battery) * each.speed_ms
        for each in aircraft
    )
    return max(1, math.ceil(bound_m / reach_m - LEAST_SHARE))


def makespan_s(flights: Sequence[tuple[str, float]], turnaround_s: dict[str, float]) -> float:
    """From the first take-off to the last landing.

    Args:
        flights: name of the aircraft and duration, in seconds, of each.
        turnaround_s: by name, between two flights of one aircraft.
    """
    busy: dict[str, float] = {}
    for name, duration_s in flights:
        busy[name] = busy[name] + turnaround_s[name] + duration_s if name in busy else duration_s
    return max(busy.values(), default=0.0)
