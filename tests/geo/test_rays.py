import numpy as np
import pytest

from geo.crs import LocalFrame
from geo.horizon import PolarGround
from geo.rays import EARTH_RADIUS_M, Ending, Rays, walk
from geo.terrain import TowerTerrain

CELL_M, HALF = 90.0, 120
LENS_M = 100.0


def tower(values: np.ndarray) -> PolarGround:
    grid = TowerTerrain(LocalFrame(106.65, 28.85), values.astype(np.float32), CELL_M)
    return PolarGround.of(grid, HALF * CELL_M)


def flat() -> np.ndarray:
    return np.zeros((2 * HALF + 1, 2 * HALF + 1))


def rays(
    azimuth: list[float],
    elevation: list[float],
    *,
    refraction: float = 0.13,
    bias_m: float = 0.0,
    ramp_m: float = 0.0,
    lens_m: float = LENS_M,
) -> Rays:
    count = len(azimuth)
    return Rays(
        np.array(azimuth),
        np.array(elevation),
        np.full(count, lens_m),
        np.full(count, refraction),
        np.full(count, bias_m),
        ramp_m,
    )


@pytest.mark.parametrize("refraction", [0.0, 0.13, 1.0])
@pytest.mark.parametrize("range_m", [700.0, 3_000.0, 9_500.0])
def test_flat_ground_is_met_where_the_quadratic_says(refraction: float, range_m: float) -> None:
    bend = (1.0 - refraction) / (2.0 * EARTH_RADIUS_M)
    elevation = np.degrees(np.arctan(-(LENS_M + bend * range_m**2) / range_m))
    seen = walk(tower(flat()), rays([0.0, 123.0], [elevation] * 2, refraction=refraction), 10_000.0)
    assert seen.ending.tolist() == [Ending.GROUND, Ending.GROUND]
    np.testing.assert_allclose(seen.range_m, range_m, rtol=2e-4)


@pytest.mark.parametrize("elevation", [-0.8, -3.0, -20.0])
def test_how_fast_ray_and_flat_ground_close_is_the_tangent_of_the_depression(
    elevation: float,
) -> None:
    seen = walk(tower(flat()), rays([30.0], [elevation], refraction=1.0), 10_000.0)
    assert seen.closing[0] == pytest.approx(-np.tan(np.radians(elevation)), rel=1e-3)
    assert np.isnan(walk(tower(flat()), rays([30.0], [5.0]), 10_000.0).closing[0])


def test_a_wall_hides_what_is_behind_it() -> None:
    values = flat()
    values[:, HALF + 40] = 90.0  # 3600 m east of the tower
    seen = walk(tower(values), rays([90.0, 270.0], [-1.0, -1.0]), 10_000.0)
    assert seen.range_m[0] == pytest.approx(3_600.0, abs=CELL_M)
    assert seen.range_m[1] > 5_000.0


def test_endings() -> None:
    values = flat()
    values[:, HALF + 40 : HALF + 44] = np.nan
    seen = walk(tower(values), rays([90.0, 270.0, 270.0, 90.0], [-0.5, 3.0, -0.1, -10.0]), 10_000.0)
    assert seen.ending.tolist() == [Ending.OUTSIDE, Ending.SKY, Ending.OUTSIDE, Ending.GROUND]
    assert np.isnan(seen.range_m[:3]).all()


def test_a_void_far_below_the_ray_does_not_stop_it() -> None:
    values = flat()
    values[:, HALF + 20 : HALF + 24] = np.nan
    seen = walk(tower(values), rays([90.0], [-1.0]), 10_000.0)
    assert seen.ending.tolist() == [Ending.GROUND]


def test_ground_just_behind_a_void_is_not_taken_for_the_first() -> None:
    values = flat()
    values[:, HALF + 60] = np.nan
    values[:, HALF + 61 :] = 300.0
    seen = walk(tower(values), rays([90.0], [1.5]), 10_000.0)
    assert seen.ending.tolist() == [Ending.OUTSIDE]


def test_a_lens_below_the_ground_sees_nothing() -> None:
    seen = walk(tower(flat()), rays([0.0], [5.0], lens_m=-1.0), 5_000.0)
    assert seen.ending.tolist() == [Ending.UNDERGROUND]


def test_a_bias_that_grows_from_the_tower_leaves_its_own_ground_alone() -> None:
    steep = rays([0.0], [-20.0], bias_m=50.0, ramp_m=CELL_M, lens_m=5.0)
    assert walk(tower(flat()), steep, 5_000.0).range_m[0] == pytest.approx(
        5.0 / (np.tan(np.radians(20.0)) + 50.0 / CELL_M), abs=0.05
    )
    full = rays([0.0], [-1.0], bias_m=50.0, ramp_m=CELL_M)
    assert walk(tower(flat()), full, 5_000.0).range_m[0] == pytest.approx(2_897.3, abs=1.0)


def test_a_shared_fan_of_profiles_changes_nothing_that_matters() -> None:
    rng = np.random.default_rng(3)
    values = np.cumsum(np.cumsum(rng.normal(0.0, 1.0, (2 * HALF + 1,) * 2), 0), 1)
    values = 200.0 * (values - values.min()) / np.ptp(values)
    terrain = tower(values)
    azimuth = np.sort(rng.normal(45.0, 0.3, 400))
    lens = terrain.ground_m + 40.0
    together = walk(terrain, rays(azimuth.tolist(), [-0.8] * 400, lens_m=lens), 9_000.0)
    alone = [
        walk(terrain, rays([one], [-0.8], lens_m=lens), 9_000.0).range_m[0] for one in azimuth[::20]
    ]
    np.testing.assert_allclose(together.range_m[::20], alone, atol=25.0, equal_nan=True)
