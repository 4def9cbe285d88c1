"""Skyline, first hit, viewshed and smoke heights, against a march that shares no code with them."""

import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.crs import LocalFrame
from geo.horizon import Horizon, PolarGround
from geo.relief import drill_relief
from geo.terrain import TowerTerrain

CELL_M, HALF = 60.0, 100
RADIUS_M = CELL_M * HALF
MAST_M = 30.0
BEND = (1.0 - 0.13) / (2.0 * 6_371_000.0)


def rough(seed: int = 4) -> TowerTerrain:
    """Hills of several sizes, 0 to 600 m."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-HALF : HALF + 1, -HALF : HALF + 1] * CELL_M
    values = np.zeros(x.shape)
    for size_m in (4_000.0, 1_700.0, 800.0, 400.0):
        for _ in range(3):
            turn, shift = rng.uniform(0.0, 2.0 * np.pi, 2)
            values += (
                size_m
                / 30.0
                * np.sin((x * math.cos(turn) + y * math.sin(turn)) * 6.28 / size_m + shift)
            )
    values += 300.0 + 250.0 * np.exp(-(x**2 + y**2) / 2.0 / 1_500.0**2)  # the tower has a hill
    return TowerTerrain(LocalFrame(106.65, 28.85), values.astype(np.float32), CELL_M)


def ground_at(terrain: TowerTerrain, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights on the four corners from the south-west; nothing of the product's interpolation."""
    u, v = x / terrain.cell_m + terrain.half, y / terrain.cell_m + terrain.half
    grid = terrain.values_m[::-1].astype(np.float64)
    i, j = np.floor(u).astype(int), np.floor(v).astype(int)
    total = np.zeros(x.shape)
    for di in (0, 1):
        for dj in (0, 1):
            weight = np.abs(1 - di - (u - i)) * np.abs(1 - dj - (v - j))
            total += (
                weight * grid[np.minimum(j + dj, len(grid) - 1), np.minimum(i + di, len(grid) - 1)]
            )
    return total


def marched(terrain: TowerTerrain, azimuth_deg: float, step_m: float = 5.0) -> np.ndarray:
    """(n, 2): range and tangent of the ground's elevation from the lens, every few metres."""
    lens = float(terrain.values_m[HALF, HALF]) + MAST_M
    s = np.arange(step_m, RADIUS_M - CELL_M, step_m)
    bearing = math.radians(azimuth_deg)
    ground = ground_at(terrain, s * math.sin(bearing), s * math.cos(bearing))
    return np.column_stack((s, (ground - lens) / s - BEND * s))


def horizon_of(terrain: TowerTerrain) -> Horizon:
    ground = PolarGround.of(terrain, RADIUS_M - CELL_M)
    return Horizon(ground, ground.ground_m + MAST_M)


@pytest.fixture(scope="module")
def terrain() -> TowerTerrain:
    return rough()


@pytest.fixture(scope="module")
def horizon(terrain: TowerTerrain) -> Horizon:
    return horizon_of(terrain)


@pytest.mark.parametrize("azimuth", [0.0, 33.3, 90.0, 135.0, 211.7, 270.0, 359.95])
def test_the_skyline_is_the_highest_ground_that_a_march_meets(
    terrain: TowerTerrain, horizon: Horizon, azimuth: float
) -> None:
    profile = marched(terrain, azimuth)
    distance, tangent = profile[profile[:, 1].argmax()]
    skyline = np.interp(azimuth, horizon.azimuth_deg, horizon.skyline_deg, period=360.0)
    off = math.tan(math.radians(skyline)) - tangent
    # Steps of half a cell miss up to a metre of a crest, which is what it is at its own distance.
    assert abs(off) * distance < 1.0
    assert len(horizon.azimuth_deg) == len(horizon.skyline_deg) == 3600


def test_first_hits_are_those_of_a_march(terrain: TowerTerrain, horizon: Horizon) -> None:
    rng = np.random.default_rng(2)
    azimuth, elevation = rng.uniform(-180.0, 720.0, 300), rng.uniform(-8.0, 6.0, 300)
    hits = horizon.first_hit_m(azimuth, elevation)
    off, found = [], 0
    for one, angle, hit in zip(azimuth, elevation, hits, strict=True):
        profile = marched(terrain, one)
        below = profile[:, 1] >= math.tan(math.radians(angle))
        if not below.any():
            assert math.isnan(hit) or hit > RADIUS_M - 3 * CELL_M
            continue
        found += 1
        off.append(abs(hit - profile[below.argmax(), 0]))
    assert found > 150
    assert np.median(off) < 5.0  # the march's own step
    assert np.quantile(off, 0.95) < CELL_M


def test_a_ray_into_the_towers_own_foot_hits_at_the_first_step(horizon: Horizon) -> None:
    steep = horizon.first_hit_m(np.array([10.0]), np.array([-80.0]))
    assert 0.0 < steep[0] <= horizon.ground.step_m


def test_smoke_is_seen_from_the_height_that_a_march_tells(
    terrain: TowerTerrain, horizon: Horizon
) -> None:
    rng = np.random.default_rng(3)
    bearing, far = rng.uniform(0.0, 2 * np.pi, 400), rng.uniform(300.0, RADIUS_M - 200.0, 400)
    x, y = far * np.sin(bearing), far * np.cos(bearing)
    ground = ground_at(terrain, x, y)
    smoke = horizon.smoke_height_m(x, y, ground)
    lens = float(terrain.values_m[HALF, HALF]) + MAST_M
    expected = np.empty(len(x))
    for index, (one, distance) in enumerate(zip(np.degrees(bearing), far, strict=True)):
        profile = marched(terrain, one)
        before = profile[profile[:, 0] <= distance - CELL_M, 1].max()
        sight = lens + before * distance + BEND * distance**2
        expected[index] = max(0.0, sight - ground[index])
    off = np.abs(smoke - expected)
    assert 0.2 < (expected > 0.0).mean() < 0.95
    assert np.median(off) < 0.5
    assert np.quantile(off, 0.9) < 8.0
    assert ((smoke <= 10.0) != (expected <= 10.0)).mean() < 0.02


def test_a_wall_hides_what_is_behind_it_up_to_its_shadow() -> None:
    values = np.zeros((2 * HALF + 1, 2 * HALF + 1), np.float32)
    values[:, HALF + 50] = 90.0  # a wall 3000 m east; the lens stands at 30 m
    flat = TowerTerrain(LocalFrame(106.65, 28.85), values, CELL_M)
    horizon = horizon_of(flat)
    smoke = horizon.smoke_height_m(np.array([1_500.0, 4_500.0]), np.zeros(2), np.zeros(2))
    assert smoke[0] == 0.0
    # from the lens over the wall's top, straight on, and the ground falls away
    expected = 30.0 + (60.0 / 3_000.0 - BEND * 3_000.0) * 4_500.0 + BEND * 4_500.0**2
    assert smoke[1] == pytest.approx(expected, abs=1.5)
    assert horizon.smoke_height_m(np.array([0.0]), np.array([0.0]), np.zeros(1))[0] == 0.0


def test_curvature_and_refraction_are_in_it() -> None:
    values = np.zeros((2 * HALF + 1, 2 * HALF + 1), np.float32)
    ground = PolarGround.of(TowerTerrain(LocalFrame(106.65, 28.85), values, CELL_M), 5_900.0)
    for refraction in (0.0, 0.13, 1.0):
        horizon = Horizon(ground, 30.0, refraction)
        fall = (1.0 - refraction) / (2.0 * 6_371_000.0)
        distance = 5_000.0
        angle = np.degrees(np.arctan(-30.0 / distance - fall * distance))
        assert horizon.first_hit_m(np.array([45.0]), np.array([angle]))[0] == pytest.approx(
            distance, rel=2e-3
        )


def test_voids_are_never_seen_and_what_they_may_hide_is_left_open(terrain: TowerTerrain) -> None:
    """Void cells must not count as visible: the fast arithmetic of others lost the test for NaN."""
    values = terrain.values_m.copy()
    values[HALF - 3 : HALF + 4, HALF + 60 : HALF + 67] = values.max() + 50.0  # stands out
    terrain = TowerTerrain(terrain.frame, values.copy(), CELL_M)
    values[:, HALF + 40 : HALF + 43] = np.nan  # a strip of voids 2400 m east
    values[:20] = np.nan  # nothing is known in the far north
    holed = TowerTerrain(terrain.frame, values, CELL_M)
    ground = PolarGround.of(holed, RADIUS_M - CELL_M)
    lens = ground.ceiling_m + 100.0  # sees something behind the strip, were it ever so high
    horizon = Horizon(ground, lens)
    whole = Horizon(PolarGround.of(terrain, RADIUS_M - CELL_M), lens)
    smoke, true = horizon.smoke_over(holed), whole.smoke_over(terrain)
    assert np.isnan(smoke[:, HALF + 40 : HALF + 43]).all()
    assert np.isnan(smoke[:20]).all()
    west = smoke[20:, : HALF - 2]
    np.testing.assert_allclose(west, true[20:, : HALF - 2], atol=20.0)
    told = np.isfinite(smoke[:, HALF + 45 : -2])
    assert told[HALF - 3 : HALF + 4, 15:22].all()
    assert told.mean() < 0.1
    off = np.abs(smoke - true)[:, HALF + 45 : -2][told]
    assert np.quantile(off, 0.9) < 2.0  # what is told is what would be told without the voids
    north = horizon.skyline_deg[0]
    assert np.isfinite(north)


def test_a_tower_in_the_middle_of_nothing_knows_nothing() -> None:
    values = np.full((21, 21), np.nan, np.float32)
    values[10, 10] = 100.0
    nothing = TowerTerrain(LocalFrame(106.65, 28.85), values, CELL_M)
    ground = PolarGround.of(nothing, 500.0)
    assert ground.ground_m == 100.0
    assert ground.ceiling_m == 100.0
    horizon = Horizon(ground, 130.0)
    assert np.isnan(horizon.skyline_deg).all()
    assert np.isnan(horizon.first_hit_m(np.array([0.0, 90.0]), np.array([-5.0, -50.0]))).all()
    seen = horizon.smoke_over(nothing)
    assert seen[10, 10] == 0.0
    assert np.isnan(np.delete(seen.ravel(), 10 * 21 + 10)).all()


def test_profiles_lie_on_the_grid_they_were_read_from(terrain: TowerTerrain) -> None:
    ground = PolarGround.of(terrain, RADIUS_M)
    assert ground.values_m.shape == (3600, 2 * HALF + 1)
    assert ground.values_m.dtype == np.float32
    for row in (0, 450, 900, 1234, 3599):
        bearing = math.radians(row / 10.0)
        x, y = ground.range_m * math.sin(bearing), ground.range_m * math.cos(bearing)
        inside = slice(0, -2)
        np.testing.assert_allclose(
            ground.values_m[row][inside], ground_at(terrain, x, y)[inside], atol=0.02
        )


@pytest.mark.skipif(
    shutil.which("gdal_viewshed") is None, reason="gdal_viewshed (Debian's gdal-bin) is not here"
)
def test_the_viewshed_is_gdals(tmp_path: Path) -> None:
    """On 30 m cells; their own algorithm is an approximation of half a percent."""
    relief = drill_relief()
    terrain = relief.around(-84.25583, 36.23666, 6_000.0, 30.0)
    ground = PolarGround.of(terrain, 6_000.0)
    ours = Horizon(ground, ground.ground_m + MAST_M).smoke_over(terrain)
    edge = -(terrain.half + 0.5) * 30.0
    place = {"transform": from_origin(edge, -edge, 30.0, 30.0), "crs": "EPSG:32648"}
    side = len(terrain.values_m)
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "width": side, "height": side}
    source, result = tmp_path / "ground.tif", tmp_path / "seen.tif"
    with rasterio.open(source, "w", **options, **place) as dataset:
        dataset.write(terrain.values_m, 1)
    command = ["gdal_viewshed", "-q", "-ox", "0", "-oy", "0", "-oz", "30", "-tz", "10"]
    command += ["-md", "6000", "-cc", "0.87", str(source), str(result)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
    with rasterio.open(result) as dataset:
        seen = dataset.read(1) > 0
        top = round((-edge - dataset.transform.f) / 30.0)
        left = round((dataset.transform.c - edge) / 30.0)
    part = ours[top : top + seen.shape[0], left : left + seen.shape[1]]
    known = np.isfinite(part)
    assert known.sum() > 100_000
    assert ((part <= 10.0) != seen)[known].mean() < 0.01
