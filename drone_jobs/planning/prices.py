"""What every line and every way between lines costs each aircraft: the numbers that are shared out.

Lines are priced over the real ground. Ways between them are many (the square of the lines), so they
are priced by direction and length with a surcharge for climbs; a flight is priced exactly once it
is put together (:mod:`drone_jobs.planning.assembling`), and shared out anew where that is dearer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely

from drone_jobs.planning.energy import climb_and_land, fly_cost
from drone_jobs.planning.free_space import FreeSpace, Ways
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.routing import RoutingProblem
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import Aircraft, AirWind
from models.units import FloatArray

__all__ = ["Pricing", "line_ends", "priced"]

DIRECTIONS: Final = 72
CLIMB_SURCHARGE: Final = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Pricing:
    """What prices depend on.

    Attributes:
        frame: of all metres.
        home_m: (2,).
        terrain: below.
        height_m: above it.
        aircraft: one price list each.
        wind: to fly in.
        free: where ways may lead.
    """

    frame: LocalFrame
    home_m: FloatArray
    terrain: Terrain
    height_m: float
    aircraft: tuple[Aircraft, ...]
    wind: AirWind
    free: FreeSpace

    def over_ground(self, way_m: FloatArray) -> FloatArray:
        """(m, 3): the way with a point every half cell, at the height above its ground.

        Voids take the height of the rest: what is planned in the end refuses them by name.
        """
        points = shapely.get_coordinates(
            shapely.LineString(way_m).segmentize(max(self.terrain.cell_m / 2.0, 1.0))
        )
        ground_m = self.terrain.height_at(*self.frame.to_lonlat(points[:, 0], points[:, 1]))
        known = np.isfinite(ground_m)
        ground_m = np.where(known, ground_m, ground_m[known].mean() if known.any() else 0.0)
        return np.column_stack((points, ground_m + self.height_m))


def line_ends(home_m: FloatArray, lines: Sequence[FlightLine]) -> FloatArray:
    """(1 + 4 n, 2): home, then of each line start and end forward, start and end backward."""
    ends = [home_m]
    for line in lines:
        for way_m in (line.forward_m, line.backward_m):
            ends.extend((way_m[0], way_m[-1]))
    return np.array(ends)


def priced(
    pricing: Pricing, lines: Sequence[FlightLine], share_of_budget: float = 1.0
) -> tuple[RoutingProblem, Ways]:
    """The problem of sharing out lines.

    Args:
        pricing: aircraft, ground, wind.
        lines: at least one.
        share_of_budget: of the usable battery, (0, 1]; less than 1 where flights came out dearer
            than they were priced.

    Returns:
        The problem, and the ways between :func:`line_ends`.
    """
    ways = pricing.free.ways(line_ends(pricing.home_m, lines))
    starts = np.append(1 + 2 * np.arange(2 * len(lines)), 0)  # of each pass, and home
    ends = np.append(starts[:-1] + 1, 0)
    points = line_ends(pricing.home_m, lines)
    offset = points[starts][None, :, :] - points[ends][:, None, :]
    distance_m = ways.distance_m[np.ix_(ends, starts)]
    bearing = np.arctan2(offset[..., 0], offset[..., 1]) % math.tau
    passes = [
        pricing.over_ground(line.flown(backward=back)) for line in lines for back in (False, True)
    ]
    rows = [_of_aircraft(pricing, each, passes, distance_m, bearing) for each in pricing.aircraft]
    vertical = [climb_and_land(each, pricing.height_m) for each in pricing.aircraft]
    usable = np.array([each.usable_share for each in pricing.aircraft])
    spent = np.array([cost.energy_share for cost in vertical])
    problem = RoutingProblem(
        pass_s=np.array([row[0] for row in rows]),
        pass_share=np.array([row[1] for row in rows]),
        hop_s=np.array([row[2] for row in rows]),
        hop_share=np.array([row[3] for row in rows]),
        budget_share=usable * share_of_budget - spent,
        turnaround_s=np.array(
            [
                each.turnaround_s + cost.duration_s
                for each, cost in zip(pricing.aircraft, vertical, strict=True)
            ]
        ),
    )
    return problem, ways


def _of_aircraft(
    pricing: Pricing,
    aircraft: Aircraft,
    passes: Sequence[FloatArray],
    distance_m: FloatArray,
    bearing: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    costs = [fly_cost(aircraft, pricing.wind, way, aircraft.speed_ms) for way in passes]
    fixed, per_metre = _by_direction(aircraft, pricing.wind)
    direction = np.rint(bearing / math.tau * DIRECTIONS).astype(np.intp) % DIRECTIONS
    with np.errstate(invalid="ignore"):
        hops = [
            np.where(
                distance_m > 0.0,
                fixed[k] + CLIMB_SURCHARGE * per_metre[k][direction] * distance_m,
                0.0,
            )
            for k in (0, 1)
        ]
    return (
        np.array([cost.duration_s for cost in costs]),
        np.array([cost.energy_share for cost in costs]),
        hops[0],
        hops[1],
    )


@lru_cache(maxsize=64)
def _by_direction(
    aircraft: Aircraft, wind: AirWind
) -> tuple[tuple[float, float], tuple[FloatArray, FloatArray]]:
    """What a way costs whatever its length, and each metre of it by direction: (s, share)."""
    near, far = 1_000.0, 2_000.0
    found = np.array(
        [
            [
                (cost.duration_s, cost.energy_share)
                for length in (near, far)
                for cost in (
                    fly_cost(
                        aircraft,
                        wind,
                        np.array(
                            [
                                [0.0, 0.0, 0.0],
                                [length * math.sin(angle), length * math.cos(angle), 0.0],
                            ]
                        ),
                        aircraft.speed_ms,
                    ),
                )
            ]
            for angle in np.arange(DIRECTIONS) * math.tau / DIRECTIONS
        ]
    )
    with np.errstate(invalid="ignore"):
        per_metre = (found[:, 1] - found[:, 0]) / (far - near)
        fixed = found[:, 0] - per_metre * near
    per_metre = np.where(np.isfinite(per_metre), per_metre, math.inf)
    flown = np.isfinite(fixed).all(axis=1)
    most = fixed[flown].max(axis=0) if flown.any() else np.zeros(2)
    return (float(most[0]), float(most[1])), (per_metre[:, 0], per_metre[:, 1])
