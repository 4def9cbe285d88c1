"""Where other flights are and will be: as planned, and by what their aircraft tell in the air."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from mavlink_flight import GROUND_M, HOME, TERRAIN
from mavlink_flight import mission as mission_to
from room_rig import HEIGHT_M, MORNING, Office, lawful, office, running

from api.flights.ordering import PreparedFlight
from api.flights.others import STAYS, flight_of, place_of
from drone_jobs.calendar import FlightPoint
from geo.crs import geodesic
from models.flight import AircraftState, FlightPhase, Gate, GateAnswer, Run, RunState
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission, MissionPlace

FLYING_M = GROUND_M + HEIGHT_M
STARTED = MORNING + timedelta(minutes=1)


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, PreparedFlight]:
    """A flight, and how it is prepared."""

    async def prepared() -> tuple[Run, PreparedFlight]:
        async with office(tmp_path_factory.mktemp("others"), []) as made:
            made.aircraft("quad")
            run = made.by_hand(made.sweep("quad"), "quad")
            return run, made.room.preparing.of(run)

    return asyncio.run(prepared())


def flying(run: Run, state: RunState = RunState.FLYING) -> Run:
    return replace(run, state=state, started_at=STARTED)


def told(lon_deg: float, phase: FlightPhase, **more: object) -> AircraftState:
    height = Height(FLYING_M, HeightSystem.EGM96)
    state = AircraftState(MORNING, phase, lon_deg, HOME.lat_deg, height, HEIGHT_M)
    return replace(state, **more)  # type: ignore[arg-type]


def at(points: Sequence[FlightPoint], moment: datetime) -> tuple[float, float, float]:
    """Where it is then: longitude, latitude, above sea level."""
    seconds = [(point.at - points[0].at).total_seconds() for point in points]
    now_s = (moment - points[0].at).total_seconds()
    values = [(point.lon_deg, point.lat_deg, point.above_sea_m) for point in points]
    lon, lat, height = (np.interp(now_s, seconds, axis) for axis in zip(*values, strict=True))
    return float(lon), float(lat), float(height)


def apart_m(one: tuple[float, ...], lon_deg: float, lat_deg: float) -> float:
    return geodesic(one[0], one[1], lon_deg, lat_deg)[2]


def others(
    flown: tuple[Run, PreparedFlight],
    state: AircraftState | None,
    now: datetime,
    run_state: RunState = RunState.FLYING,
) -> tuple[FlightPoint, ...]:
    run, flight = flown
    own = flight_of(flying(run, run_state), flight, state, now, start_at=MORNING, terrain=TERRAIN)
    assert own.is_in_the_air
    assert own.points[0].at <= now or own.points[0].at == now
    return tuple(own.points)


def test_one_that_has_not_started_is_where_its_plan_says(
    flown: tuple[Run, PreparedFlight],
) -> None:
    run, flight = flown
    due = MORNING + timedelta(minutes=7)
    own = flight_of(run, flight, None, MORNING, start_at=due, terrain=TERRAIN)
    assert not own.is_in_the_air
    assert own.points == flight.timeline.flown_from(due)
    assert apart_m(at(own.points, due), HOME.lon_deg, HOME.lat_deg) < 1.0


def test_a_late_one_is_where_it_tells_and_flies_on_from_there(
    flown: tuple[Run, PreparedFlight],
) -> None:
    """A minute behind its plan, half way to its second point."""
    _, flight = flown
    points = mission_to(Autopilot.PX4).points
    lon_deg = (points[0].lon_deg + points[1].lon_deg) / 2
    now = STARTED + timedelta(seconds=float(flight.timeline.point_s[1]) + 60.0)
    found = others(flown, told(lon_deg, FlightPhase.MISSION, mission_point=1), now)
    assert apart_m(at(found, now), lon_deg, HOME.lat_deg) < 0.1
    leg_m = geodesic(lon_deg, HOME.lat_deg, points[1].lon_deg, HOME.lat_deg)[2]
    arrives = now + timedelta(seconds=leg_m / flight.aircraft.speed_ms)
    assert apart_m(at(found, arrives), points[1].lon_deg, points[1].lat_deg) < 2.0
    planned_s = flight.timeline.duration_s - float(flight.timeline.point_s[1])
    assert (found[-1].at - arrives).total_seconds() == pytest.approx(planned_s, abs=1.0)
    assert apart_m(at(found, found[-1].at), HOME.lon_deg, HOME.lat_deg) < 1.0
    assert all(after.at > before.at for before, after in pairwise(found))


@pytest.mark.parametrize("number", [-3, 99])
def test_a_point_that_is_none_is_taken_for_the_nearest(
    flown: tuple[Run, PreparedFlight], number: int
) -> None:
    now = STARTED + timedelta(seconds=30)
    found = others(flown, told(HOME.lon_deg, FlightPhase.MISSION, mission_point=number), now)
    assert found[-1].at > now


@pytest.mark.parametrize("phase", [FlightPhase.RETURNING, FlightPhase.LANDING])
def test_one_on_its_way_home_comes_straight_and_then_down(
    flown: tuple[Run, PreparedFlight], phase: FlightPhase
) -> None:
    now = STARTED + timedelta(seconds=30)
    found = others(flown, told(HOME.lon_deg + 0.002, phase), now, RunState.RETURNING)
    assert [apart_m(at(found, one.at), HOME.lon_deg, HOME.lat_deg) > 1.0 for one in found] == [
        True, False, False,
    ]  # fmt: skip
    assert [one.above_sea_m for one in found] == [FLYING_M, FLYING_M, pytest.approx(GROUND_M)]
    assert found[0].at < found[1].at < found[2].at


@pytest.mark.parametrize("phase", [FlightPhase.PAUSED, FlightPhase.BY_HAND, FlightPhase.UNKNOWN])
def test_one_that_stays_for_an_unknown_time_stays(
    flown: tuple[Run, PreparedFlight], phase: FlightPhase
) -> None:
    now = STARTED + timedelta(seconds=30)
    lon_deg = HOME.lon_deg + 0.001
    found = others(flown, told(lon_deg, phase, mission_point=1), now, RunState.PAUSED)
    assert found[-1].at - found[0].at == STAYS
    assert {(one.lon_deg, one.above_sea_m) for one in found} == {(lon_deg, FLYING_M)}


def test_one_that_is_not_heard_is_where_its_plan_says_and_then_at_home(
    flown: tuple[Run, PreparedFlight],
) -> None:
    _, flight = flown
    soon = STARTED + timedelta(seconds=30)
    assert others(flown, None, soon) == flight.timeline.flown_from(STARTED)
    nowhere = told(math.nan, FlightPhase.MISSION, mission_point=0)
    assert others(flown, nowhere, soon) == flight.timeline.flown_from(STARTED)
    late = STARTED + timedelta(seconds=flight.timeline.duration_s + 60.0)
    found = others(flown, None, late)
    assert found[-1].at - late == STAYS
    assert apart_m(at(found, late), HOME.lon_deg, HOME.lat_deg) < 1.0


@pytest.mark.parametrize(
    ("changes", "above_sea_m"),
    [
        ({}, FLYING_M),
        ({"height": None}, GROUND_M + 5.0 + HEIGHT_M),
        ({"height": Height(HEIGHT_M, HeightSystem.GROUND)}, FLYING_M),
        ({"height": Height(HEIGHT_M, HeightSystem.TAKE_OFF)}, GROUND_M + 5.0 + HEIGHT_M),
        ({"height": Height(FLYING_M - 35.4, HeightSystem.ELLIPSOID)}, FLYING_M),
        ({"height": None, "above_take_off_m": None}, None),
        ({"height": None, "above_take_off_m": math.inf}, None),
        ({"lat_deg": None}, None),
        ({"lon_deg": math.nan}, None),
        ({"lon_deg": math.inf}, None),
    ],
)
def test_where_an_aircraft_says_that_it_is(
    changes: dict[str, object], above_sea_m: float | None
) -> None:
    state = replace(told(HOME.lon_deg, FlightPhase.MISSION), **changes)  # type: ignore[arg-type]
    found = place_of(state, MORNING, TERRAIN, GROUND_M + 5.0)
    assert (found is None) is (above_sea_m is None)
    if found is not None:
        assert found.at == MORNING
        assert found.above_sea_m == pytest.approx(above_sea_m, abs=0.5)


def test_a_height_above_an_unknown_take_off_is_none() -> None:
    state = told(HOME.lon_deg, FlightPhase.MISSION, height=None)
    assert place_of(state, MORNING, TERRAIN, None) is None
    outside = told(HOME.lon_deg + 40.0, FlightPhase.MISSION)
    outside = replace(outside, height=Height(80.0, HeightSystem.GROUND), above_take_off_m=None)
    assert place_of(outside, MORNING, TERRAIN, GROUND_M) is None


def beside(north_deg: float) -> Mission:
    """The same way from another place to start."""
    home = MissionPlace(HOME.lon_deg, HOME.lat_deg + north_deg, HOME.height)
    return replace(lawful(mission_to(Autopilot.PX4)), home=home, circles=())


def test_two_on_one_way_are_never_near_each_other(tmp_path: Path) -> None:
    """Both are due at one time; the second starts when what the first tells leaves it room."""
    links = [
        {"aircraft": name, "kind": "simulated", "speedup": 4.0} for name in ("first", "second")
    ]

    async def day() -> None:
        async with office(tmp_path, links, speed=8.0) as made:
            runs = []
            for name, north_deg in (("first", 0.0), ("second", 0.003)):
                aircraft = made.aircraft(name)
                at_home = replace(aircraft, home_lat_deg=HOME.lat_deg + north_deg)
                made.store.aircraft.put(at_home, version=1, author="wang")
                sweep = made.sweep(name, mission=beside(north_deg))
                runs.append(made.by_hand(sweep, name).run_id)
            made.weather()
            async with running(made):
                await made.until(lambda: all(made.is_in(one, RunState.LANDED) for one in runs))
            assert closed(made, runs[1]), "it never waited: the test shows nothing"
            assert not closed(made, runs[0])
            tracks = [in_the_air(made.store.tracks.of(one)) for one in runs]
            assert all(len(track) > 5 for track in tracks)
            for one in tracks[0]:
                for other in tracks[1]:
                    if abs((one.at - other.at).total_seconds()) < 2.0:
                        assert not is_near(one, other)

    asyncio.run(day())


def closed(made: Office, run_id: int) -> bool:
    """Whether its gate was closed because of another flight."""
    checks = made.store.runs.get(run_id).checks
    readings = (reading for check in checks for reading in check.readings)
    return any(
        reading.gate is Gate.CONFLICT and reading.answer is GateAnswer.CLOSED
        for reading in readings
    )


def in_the_air(track: Sequence[AircraftState]) -> list[AircraftState]:
    return [state for state in track if state.is_in_the_air and state.lon_deg is not None]


def is_near(one: AircraftState, other: AircraftState) -> bool:
    assert one.lon_deg is not None
    assert one.lat_deg is not None
    assert other.lon_deg is not None
    assert other.lat_deg is not None
    away_m = geodesic(one.lon_deg, one.lat_deg, other.lon_deg, other.lat_deg)[2]
    rise_m = abs((one.above_take_off_m or 0.0) - (other.above_take_off_m or 0.0))
    return away_m < 100.0 and rise_m < 30.0
