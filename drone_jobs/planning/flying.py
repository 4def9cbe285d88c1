"""Shares lines out to batteries and flies each flight on paper until every one fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drone_jobs.planning.assembling import FlownHeights, drawn, sortie_of
from drone_jobs.planning.ground import SweepGround, take_off_m
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.prices import Pricing, priced
from drone_jobs.planning.routing import route
from models.errors import InputRefused
from models.mission import PointRole, Sortie
from models.units import FloatArray

__all__ = ["Flown", "fly"]

TRIES: Final = 4
OF_USABLE: Final = 0.985  # missions round speeds down to a tenth, so they take a little longer
ROUTE_S: Final = 0.15  # a plan is tried some five times, and a person waits


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """Flights.

    Attributes:
        sorties: by aircraft and time.
        ways_m: (m, 3) of each, in the plan's plane.
        looking_m: parts of them along which pictures are taken.
        dropped: (index of the line, code) of lines that found no battery.
        take_off_above_sea_m: ground at home.
    """

    sorties: tuple[Sortie, ...]
    ways_m: tuple[FloatArray, ...]
    looking_m: tuple[FloatArray, ...]
    dropped: tuple[tuple[int, str], ...]
    take_off_above_sea_m: float

    @property
    def length_m(self) -> float:
        """Over ground, of all flights."""
        return sum(sortie.length_m for sortie in self.sorties)


def fly(ground: SweepGround, lines: Sequence[FlightLine]) -> Flown:
    """Flights for lines.

    Raises:
        InputRefused: the elevation model has a void below home or a flight
            (``sweep_terrain_void``), or flights come out dearer than any battery, however they
            are shared out (``sweep_no_battery``).
    """
    pricing, task = ground.pricing, ground.task
    heights = FlownHeights(
        height_m=task.height_m,
        tolerance_m=task.tolerance_m,
        most_m=ground.band.most_m,
        take_off_above_sea_m=take_off_m(pricing),
        gimbal_pitch_deg=task.gimbal_pitch_deg,
        photo_distance_m=ground.photo_distance_m,
    )
    usable = {each.name: each.usable_share for each in pricing.aircraft}
    share = OF_USABLE
    for _ in range(TRIES):
        flown = _flown(lines, pricing, heights, share)
        if not flown.sorties:
            break
        dearest = max(
            (sortie.energy_share / usable[sortie.aircraft] for sortie in flown.sorties), default=0.0
        )
        if dearest <= OF_USABLE:
            return flown
        share *= 0.99 * OF_USABLE / dearest
    raise InputRefused(
        "Flights come out dearer than a battery, however the lines are shared out.",
        remedy="Start nearer, fly lower, or take an aircraft that flies longer.",
        code="sweep_no_battery",
    )


def _flown(
    lines: Sequence[FlightLine], pricing: Pricing, heights: FlownHeights, share: float
) -> Flown:
    problem, ways = priced(pricing, lines, share)
    routing = route(problem, time_limit_s=ROUTE_S)
    made = [
        sortie_of(
            number,
            pricing.aircraft[flight.aircraft],
            drawn(flight.passes, lines, ways),
            pricing,
            heights,
        )
        for number, flight in enumerate(routing.flights, start=1)
    ]
    return Flown(
        sorties=tuple(sortie for sortie, _ in made),
        ways_m=tuple(way_m for _, way_m in made),
        looking_m=tuple(part for sortie, way_m in made for part in _looking(sortie, way_m)),
        dropped=routing.dropped,
        take_off_above_sea_m=heights.take_off_above_sea_m,
    )


def _looking(sortie: Sortie, way_m: FloatArray) -> list[FloatArray]:
    """Parts of a flight between the start and the end of a line."""
    parts, start = [], None
    for k, point in enumerate(sortie.points):
        if point.role is PointRole.LINE_START:
            if start is not None:  # the end of a line is where the next one starts
                parts.append(way_m[start : k + 1])
            start = k
        elif point.role is PointRole.LINE_END and start is not None:
            parts.append(way_m[start : k + 1])
            start = None
    return parts
