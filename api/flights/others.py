"""Other flights of ours, where they are now and where they will be."""

import math
from datetime import datetime, timedelta
from typing import Final

from api.flights.ordering import PreparedFlight
from drone_jobs.calendar import FlightPoint, OwnFlight
from drone_jobs.heights import HeightDesk
from geo.crs import geodesic
from geo.terrain import Terrain
from models.errors import InputRefused
from models.flight import IN_THE_AIR, AircraftState, FlightPhase, Run, RunCause

__all__ = ["flight_of", "hovering", "place_of"]

STAYS: Final = timedelta(minutes=15)
"""So long one that is in the air for an unknown time is taken to stay where it is."""
_HOMEWARDS: Final = frozenset({FlightPhase.RETURNING, FlightPhase.LANDING})


def flight_of(
    run: Run,
    flight: PreparedFlight,
    state: AircraftState | None,
    now: datetime,
    *,
    start_at: datetime,
    terrain: Terrain | None,
) -> OwnFlight:
    """A flight as it is planned, or as it goes on.

    Args:
        run: itself.
        flight: as prepared.
        state: of its aircraft, fresh; None where it is not heard.
        now: UTC.
        start_at: UTC, of the take-off of one that has not started.
        terrain: for heights above ground.
    """
    is_flying = run.state in IN_THE_AIR
    points = flight.timeline.flown_from(start_at)
    if is_flying:
        points = _remaining(run, flight, state, now, terrain)
    return OwnFlight(
        run_id=run.run_id,
        aircraft=run.aircraft,
        points=points,
        turnaround_s=flight.aircraft.turnaround_s,
        is_verification=run.cause is RunCause.VERIFICATION,
        is_in_the_air=is_flying,
    )


def _remaining(
    run: Run,
    flight: PreparedFlight,
    state: AircraftState | None,
    now: datetime,
    terrain: Terrain | None,
) -> tuple[FlightPoint, ...]:
    timeline = flight.timeline
    planned = timeline.flown_from(run.started_at or now)
    take_off_m = float(timeline.way_m[0, 2])
    here = None if state is None else place_of(state, now, terrain, take_off_m)
    if state is None or here is None:
        if planned[-1].at > now:
            return planned
        end = planned[-1]  # late, and not heard: nobody knows more than that it comes home
        return hovering(FlightPoint(now, end.lon_deg, end.lat_deg, end.above_sea_m))
    if state.phase is FlightPhase.MISSION and state.mission_point is not None:
        number = min(max(state.mission_point, 0), len(timeline.point_s) - 1)
        reached_s = float(timeline.point_s[number])
        there_m = timeline.place_at(reached_s)
        here_m = timeline.frame.to_metric(here.lon_deg, here.lat_deg)
        leg_m = math.hypot(here_m[0] - there_m[0], here_m[1] - there_m[1])
        arrives_s = max(1.0, leg_m / flight.aircraft.speed_ms)
        shifted = timeline.flown_from(now + timedelta(seconds=arrives_s - reached_s))
        ahead_at = now + timedelta(seconds=arrives_s - 0.001)
        return (here, *(point for point in shifted if point.at >= ahead_at))
    if state.phase in _HOMEWARDS and flight.home is not None:
        lon_deg, lat_deg = flight.home
        away_m = geodesic(here.lon_deg, here.lat_deg, lon_deg, lat_deg)[2]
        over_at = now + timedelta(seconds=max(1.0, away_m / flight.aircraft.speed_ms))
        down_m = max(0.0, here.above_sea_m - take_off_m)
        down_at = over_at + timedelta(seconds=1.0 + down_m / (flight.aircraft.descent_ms or 1.0))
        return (
            here,
            FlightPoint(over_at, lon_deg, lat_deg, here.above_sea_m),
            FlightPoint(down_at, lon_deg, lat_deg, take_off_m),
        )
    return hovering(here)


def hovering(here: FlightPoint) -> tuple[FlightPoint, ...]:
    """One that stays where it is, for as long as nobody knows better."""
    later = FlightPoint(here.at + STAYS, here.lon_deg, here.lat_deg, here.above_sea_m)
    return here, later


def place_of(
    state: AircraftState, now: datetime, terrain: Terrain | None, take_off_m: float | None
) -> FlightPoint | None:
    """Where an aircraft says that it is; None where it does not tell place or height.

    Args:
        state: what it told.
        now: UTC.
        terrain: for heights above ground.
        take_off_m: ground at its take-off, above sea level; None where it is not known.
    """
    lon_deg, lat_deg = state.lon_deg, state.lat_deg
    if lon_deg is None or lat_deg is None:
        return None
    if not (math.isfinite(lon_deg) and math.isfinite(lat_deg)):
        return None
    above_m = None
    if state.height is not None:
        try:
            above_m = HeightDesk(terrain, take_off_m).above_sea_m(state.height, lon_deg, lat_deg)
        except InputRefused:
            above_m = None
    if above_m is None and state.above_take_off_m is not None and take_off_m is not None:
        above_m = take_off_m + state.above_take_off_m
    if above_m is None or not math.isfinite(above_m):
        return None
    return FlightPoint(now, lon_deg, lat_deg, above_m)
