"""Flights of ours that are in each other's way: in the air, on a pad, or on one aircraft.

Reckoned with the times of the plans. A flight that is late, or slower than planned, is another
flight: this is asked again right before each start, with the flights in the air where they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Final

from drone_jobs.calendar.movers import Approach, At, Separation, closest_approach
from geo.crs import LocalFrame, geodesic
from models.errors import InputRefused
from models.spans import Span, common

__all__ = ["ConflictKind", "FlightConflict", "FlightPoint", "OwnFlight", "conflicts_of"]

SAME_PAD_M: Final = 20.0
AT_PAD: Final = timedelta(seconds=120)
"""So long a pad is used before and after a take-off, and before a landing."""
FARTHEST_M: Final = 50_000.0
"""Flights that begin farther apart do not meet; a plane is not true over longer ways."""
SEPARATION: Final = Separation()


class ConflictKind(StrEnum):
    """How two flights are in each other's way."""

    SEPARATION = "separation"  # too near in the air
    PAD = "pad"  # one place of take-off and landing at one time
    AIRCRAFT = "aircraft"  # one aircraft twice at one time


@dataclass(frozen=True, slots=True)
class FlightPoint:
    """Where a flight is.

    Attributes:
        at: UTC.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        above_sea_m: EGM96.
    """

    at: datetime
    lon_deg: float
    lat_deg: float
    above_sea_m: float


@dataclass(frozen=True, slots=True)
class OwnFlight:
    """A flight as it is planned, or as it goes on.

    Attributes:
        run_id: number; no two are equal.
        aircraft: name.
        points: by time, from take-off to landing, at least two; straight in between.
        turnaround_s: from landing to the aircraft's next take-off, >= 0.
        is_verification: whether it looks at an alert.
        is_in_the_air: whether it has taken off; then it yields to nobody.
    """

    run_id: int
    aircraft: str
    points: tuple[FlightPoint, ...]
    turnaround_s: float = 0.0
    is_verification: bool = False
    is_in_the_air: bool = False


@dataclass(frozen=True, slots=True)
class FlightConflict:
    """Two flights that cannot be flown so.

    Attributes:
        kind: how.
        run_id: the one that goes first.
        yields: number of the one that waits. One in the air goes first, then one that looks at an
            alert, then the earlier one, then the smaller number.
        at: UTC, when they come nearest, or when both have the pad or the aircraft.
        approach: the nearest that they come; None but for ``SEPARATION``.
        message: in English.
    """

    kind: ConflictKind
    run_id: int
    yields: int
    at: datetime
    approach: Approach | None
    message: str


def conflicts_of(flights: Sequence[OwnFlight]) -> list[FlightConflict]:
    """Every two flights that are in each other's way, by time.

    Args:
        flights: those that may be in the air within the time that is looked at.

    Raises:
        InputRefused: a flight has fewer than two points, or times that do not rise
            (``flight_way``).
    """
    for flight in flights:
        _check(flight)
    found = [
        conflict
        for one, other in combinations(sorted(flights, key=_precedence), 2)
        for conflict in _between(one, other)
    ]
    return sorted(found, key=lambda each: (each.at, each.run_id, each.yields, each.kind))


def _check(flight: OwnFlight) -> None:
    moments = [point.at for point in flight.points]
    if len(moments) < 2 or any(after <= before for before, after in pairwise(moments)):
        raise InputRefused(
            f"The way of the flight {flight.run_id} is none: it needs two points, by time.",
            remedy="Plan the sweep anew.",
            code="flight_way",
        )


def _precedence(flight: OwnFlight) -> tuple[bool, bool, datetime, int]:
    return (
        not flight.is_in_the_air,
        not flight.is_verification,
        flight.points[0].at,
        flight.run_id,
    )


def _between(first: OwnFlight, second: OwnFlight) -> Iterator[FlightConflict]:
    if first.aircraft == second.aircraft:
        shared = common([_has_aircraft(first)], [_has_aircraft(second)])
        if shared:
            yield FlightConflict(
                ConflictKind.AIRCRAFT,
                first.run_id,
                second.run_id,
                shared[0][0],
                None,
                f"The {first.aircraft} flies {first.run_id} then, or is made ready again.",
            )
        return  # it does not meet itself
    yield from _pads(first, second)
    begins = (first.points[0], second.points[0])
    away_m = geodesic(begins[0].lon_deg, begins[0].lat_deg, begins[1].lon_deg, begins[1].lat_deg)[2]
    if away_m > FARTHEST_M:
        return
    frame = LocalFrame(begins[0].lon_deg, begins[0].lat_deg)
    zero = begins[0].at
    approach = closest_approach(_way(first, frame, zero), _way(second, frame, zero), SEPARATION)
    if approach is not None and approach.share < 1.0:
        at = zero + timedelta(seconds=approach.time_s)
        yield FlightConflict(
            ConflictKind.SEPARATION,
            first.run_id,
            second.run_id,
            at,
            approach,
            f"Flight {second.run_id} comes within {approach.horizontal_m:.0f} m and "
            f"{approach.vertical_m:.0f} m of height of flight {first.run_id} at {at.isoformat()}.",
        )


def _has_aircraft(flight: OwnFlight) -> Span:
    return flight.points[0].at, flight.points[-1].at + timedelta(seconds=flight.turnaround_s)


def _pads(first: OwnFlight, second: OwnFlight) -> Iterator[FlightConflict]:
    for place, held in _on_pad(first):
        for other, wanted in _on_pad(second):
            apart_m = geodesic(place.lon_deg, place.lat_deg, other.lon_deg, other.lat_deg)[2]
            shared = common([held], [wanted])
            if apart_m <= SAME_PAD_M and shared:
                yield FlightConflict(
                    ConflictKind.PAD,
                    first.run_id,
                    second.run_id,
                    shared[0][0],
                    None,
                    f"Flight {first.run_id} has the pad then.",
                )
                return  # once for two flights


def _on_pad(flight: OwnFlight) -> tuple[tuple[FlightPoint, Span], tuple[FlightPoint, Span]]:
    start, end = flight.points[0], flight.points[-1]
    ready = timedelta(seconds=flight.turnaround_s)
    return (
        (start, (start.at - AT_PAD, start.at + AT_PAD)),
        (end, (end.at - AT_PAD, end.at + max(ready, AT_PAD))),
    )


def _way(flight: OwnFlight, frame: LocalFrame, zero: datetime) -> list[At]:
    return [
        At(
            (point.at - zero).total_seconds(),
            *frame.to_metric(point.lon_deg, point.lat_deg),
            point.above_sea_m,
        )
        for point in flight.points
    ]
