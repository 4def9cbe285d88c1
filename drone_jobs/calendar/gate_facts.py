"""What the gates are asked with: all that is known at one moment, each with its time and source."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from drone_jobs.checks import MissionCheck
from models.flight import AircraftState, Gate, GateLimits
from models.mission import Aircraft
from models.weather import Reading

__all__ = ["DockFacts", "GateFacts", "Measured", "MeasuredBy", "usable"]

AHEAD: Final = timedelta(minutes=5)
"""By how much another clock may be ahead of ours."""
POSSIBLE: Final = {
    Gate.WIND: (0.0, 100.0),
    Gate.GUST: (0.0, 150.0),
    Gate.RAIN: (0.0, 500.0),
    Gate.VISIBILITY: (0.0, 1e6),
    Gate.TEMPERATURE: (-90.0, 70.0),
}
"""Numbers outside are a broken sensor's or a liar's, and tell nothing."""


class MeasuredBy(StrEnum):
    """Who told a number of the weather."""

    STATION = "station"
    PERSON = "person"
    DOCK = "dock"
    AIRCRAFT = "aircraft"  # reckoned from how it flies: it may close a gate, and opens none


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of the weather.

    Attributes:
        gate: what it is of: wind and gust in m/s, rain in mm/h, visibility in m, temperature in
            degrees Celsius.
        value: as told.
        at: UTC, when it was measured.
        by: who told it.
    """

    gate: Gate
    value: float
    at: datetime
    by: MeasuredBy


@dataclass(frozen=True, slots=True, kw_only=True)
class DockFacts:
    """A dock, as far as a flight asks for it; None is not told.

    Attributes:
        at: UTC, of its newest message.
        holds_aircraft: whether the aircraft is inside.
        is_free: whether it has nothing else to do.
        fault: in English, what is broken or in the way; empty for nothing.
    """

    at: datetime
    holds_aircraft: bool | None = None
    is_free: bool | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GateFacts:
    """Everything that the gates look at.

    Attributes:
        at: UTC, now.
        from_at: UTC, when it would take off.
        until_at: UTC, when it would have landed; after ``from_at``.
        place: longitude and latitude of home, WGS 84; None when not known.
        aircraft: that is to fly, with its limits and papers.
        state: the newest of it; None before it was heard of.
        weather: readings of stations and people; their rain of 24 hours is no rate and not used.
        measured: other numbers of the weather, a dock's, say.
        has_dock: whether it flies from a dock.
        dock: the newest of the dock; None before it was heard of.
        battery_needed_share: of a full battery, for the flight, without reserve; None where the
            check of the mission has judged it alone.
        check: the mission held against the rules of today, no-fly zones of today in them; None
            when it was not.
        checked_at: UTC, of the check.
        needs_approval: whether it may fly only within an approval of the airspace.
        approval_number: as issued; empty for none.
        approved_from_at: UTC.
        approved_until_at: UTC.
        conflicts: in English, each thing in the way (:func:`drone_jobs.calendar.conflicts`); None
            when nobody has looked.
        needs_release: whether a person must release this flight.
        released_by: user name; empty while nobody has.
        standing_release_by: user name of whoever keeps the schedule, for a dock's flights that
            need no release of their own; empty otherwise.
    """

    at: datetime
    from_at: datetime
    until_at: datetime
    place: tuple[float, float] | None
    aircraft: Aircraft
    state: AircraftState | None
    weather: tuple[Reading, ...] = ()
    measured: tuple[Measured, ...] = ()
    has_dock: bool = False
    dock: DockFacts | None = None
    battery_needed_share: float | None = None
    check: MissionCheck | None = None
    checked_at: datetime | None = None
    needs_approval: bool = False
    approval_number: str = ""
    approved_from_at: datetime | None = None
    approved_until_at: datetime | None = None
    conflicts: tuple[str, ...] | None = None
    needs_release: bool = True
    released_by: str = ""
    standing_release_by: str = ""

    def is_fresh(self, told_at: datetime | None, lasts_s: float) -> bool:
        """Whether what was told then still tells something; nothing of the future does."""
        if told_at is None:
            return False
        return timedelta(seconds=-lasts_s) <= told_at - self.at <= AHEAD

    def all_measured(self) -> Iterable[Measured]:
        """Numbers of the weather from wherever they come, fresh or not."""
        yield from self.measured
        for reading in self.weather:
            yield Measured(Gate.WIND, reading.wind_m_s, reading.at, MeasuredBy.STATION)
            yield Measured(Gate.TEMPERATURE, reading.temperature_c, reading.at, MeasuredBy.STATION)
        if self.state is not None and self.state.wind is not None:
            speed_ms = self.state.wind.speed_ms
            yield Measured(Gate.WIND, speed_ms, self.state.at, MeasuredBy.AIRCRAFT)


def usable(facts: GateFacts, limits: GateLimits, gate: Gate) -> list[Measured]:
    """Numbers of one gate that are fresh and can be."""
    least, most = POSSIBLE[gate]
    lasts_s = {
        MeasuredBy.STATION: limits.stale_weather_s,
        MeasuredBy.PERSON: limits.stale_weather_s,
        MeasuredBy.DOCK: limits.stale_state_s,
        MeasuredBy.AIRCRAFT: limits.stale_state_s,
    }
    return [
        one
        for one in facts.all_measured()
        if one.gate is gate
        and math.isfinite(one.value)
        and least <= one.value <= most
        and facts.is_fresh(one.at, lasts_s[one.by])
    ]
