import math

import pytest

import drone_jobs
from drone_jobs import AIRCRAFT, find_aircraft
from models.errors import InputRefused
from models.mission import Aircraft


def test_the_room_shows_a_sorted_surface_that_exists() -> None:
    assert drone_jobs.__all__ == sorted(drone_jobs.__all__)
    for name in drone_jobs.__all__:
        assert getattr(drone_jobs, name) is not None


def test_names_are_unique_whatever_their_capitals() -> None:
    names = [aircraft.name for aircraft in AIRCRAFT]
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize("aircraft", AIRCRAFT, ids=lambda aircraft: aircraft.name)
def test_every_figure_is_within_what_such_aircraft_can_do(aircraft: Aircraft) -> None:
    assert 0.0 < aircraft.speed_ms <= 15.0
    assert 0.0 < aircraft.climb_ms <= 5.0
    assert 20.0 * 60.0 < aircraft.endurance_s < 30.0 * 60.0
    assert aircraft.ceiling_m == 120.0
    assert 0.0 < aircraft.vertical_fov_deg < aircraft.horizontal_fov_deg < 180.0


@pytest.mark.parametrize(
    ("name", "diagonal_deg", "flight_min"),
    [("Matrice 4T", 45.0, 49.0), ("Mavic 3T visible", 84.0, 45.0), ("Matrice 30T", 61.0, 41.0)],
)
def test_angles_give_back_the_published_diagonal_and_the_reserve_is_off(
    name: str, diagonal_deg: float, flight_min: float
) -> None:
    aircraft = find_aircraft(name)
    across = math.tan(math.radians(aircraft.horizontal_fov_deg / 2.0))
    along = math.tan(math.radians(aircraft.vertical_fov_deg / 2.0))
    diagonal = 2.0 * math.degrees(math.atan(math.hypot(across, along)))
    assert diagonal == pytest.approx(diagonal_deg)
    assert aircraft.endurance_s == pytest.approx(0.6 * flight_min * 60.0)


def test_a_bare_name_is_the_camera_with_the_narrower_strip() -> None:
    for aircraft in AIRCRAFT:
        if not aircraft.name.endswith("visible"):
            visible = find_aircraft(f"{aircraft.name} visible")
            assert aircraft.horizontal_fov_deg < visible.horizontal_fov_deg


def test_capitals_and_spaces_do_not_matter() -> None:
    assert find_aircraft("  matrice   4t ").name == "Matrice 4T"


@pytest.mark.parametrize("name", ["", "Matrice", "x" * 10_000, "Matrice 4T\n; drop"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        find_aircraft(name)
    assert refused.value.code == "aircraft_unknown"
    assert len(refused.value.message) < 120
    for aircraft in AIRCRAFT:
        assert aircraft.name in refused.value.remedy
