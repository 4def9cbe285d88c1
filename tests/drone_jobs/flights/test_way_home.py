"""The way home's price: by hand in still air, dearer against the wind, unknown where it is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drone_jobs.fleet import catalogue
from drone_jobs.flights.way_home import home_share
from geo.crs import LocalFrame
from models.flight import AircraftState
from models.mission import AirWind

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
HOME = 106.65, 29.02
AIRCRAFT = next(each for each in catalogue() if each.wpml is not None)


def away(north_m: float, up_m: float | None = 100.0, wind: AirWind | None = None) -> AircraftState:
    lon_deg, lat_deg = LocalFrame(*HOME).to_lonlat(0.0, north_m)
    return AircraftState(NOON, lon_deg=lon_deg, lat_deg=lat_deg, above_take_off_m=up_m, wind=wind)


def share(state: AircraftState, wind: AirWind = AirWind(), like: float = 1.0) -> float:  # noqa: B008
    found = home_share(AIRCRAFT, HOME, wind, 100.0, like)(state)
    assert found is not None
    return found


def test_a_kilometre_costs_its_time() -> None:
    """Two ways differ by a kilometre at cruise speed: its seconds over the battery's."""
    speed_ms = AIRCRAFT.speed_ms
    battery = {point.airspeed_ms: point.endurance_s for point in AIRCRAFT.battery}
    assert speed_ms in battery
    of_a_kilometre = 1000.0 / speed_ms / battery[speed_ms]
    assert share(away(3000.0)) - share(away(2000.0)) == pytest.approx(of_a_kilometre, rel=1e-3)


def test_climbing_to_the_height_of_the_return_costs() -> None:
    assert share(away(2000.0, 20.0)) > share(away(2000.0, 100.0))
    assert share(away(2000.0, None)) == pytest.approx(share(away(2000.0, 100.0)))


def test_a_head_wind_costs_more_and_the_stronger_of_two_counts() -> None:
    south = AirWind(180.0, 8.0)
    assert share(away(3000.0), south) > share(away(3000.0))
    assert share(away(3000.0, wind=south)) == pytest.approx(share(away(3000.0), south))
    assert share(away(3000.0, wind=AirWind(0.0, 1.0)), south) == pytest.approx(
        share(away(3000.0), south)
    )


def test_too_strong_a_wind_turns_it_at_once() -> None:
    assert share(away(3000.0), AirWind(180.0, 60.0)) == 1.0


def test_a_flight_that_is_dearer_than_planned_comes_home_dearer() -> None:
    assert share(away(2000.0), like=1.5) == pytest.approx(1.5 * share(away(2000.0)))
    assert share(away(2000.0), like=0.5) == share(away(2000.0))


def test_what_is_not_known_is_not_made_up() -> None:
    assert home_share(AIRCRAFT, HOME, AirWind(), 100.0)(AircraftState(NOON)) is None
    bare = replace(AIRCRAFT, battery=())
    assert home_share(bare, HOME, AirWind(), 100.0)(away(2000.0)) is None
