"""What a view watches, against marching up every column of smoke; and one line of sight."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.camera import pixel_of_ray
from geo.coverage import (
    Columns,
    Footprint,
    Grid,
    Look,
    Looked,
    TowerView,
    footprints,
    last_seen,
    sight_line,
    view_from,
    within_picture,
)
from geo.coverage.footprint import HIGHEST_SMOKE_M
from geo.crs import LocalFrame
from geo.horizon import Horizon, HorizonBook
from geo.relief import drill_relief
from geo.terrain import EARTH_RADIUS_M, Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position

TOWER = Position(-84.25583, 36.23666, 30.0, HeightDatum.GROUND)
LAND = (-84.34, 36.18, -84.17, 36.30)
REACH_M = 7_000.0

POSES = st.builds(
    Pose,
    azimuth_deg=st.floats(0.0, 359.9),
    tilt_deg=st.floats(-20.0, 5.0),
    roll_deg=st.floats(-12.0, 12.0),
    horizontal_fov_deg=st.floats(2.0, 75.0),
    radial_k1=st.sampled_from([0.0, -0.12, 0.1]),
)


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return drill_relief()


@pytest.fixture(scope="module")
def horizon(terrain: Terrain) -> Horizon:
    found = HorizonBook(terrain, radius_m=9_000.0).horizon(TOWER)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.of(LAND, 150.0)


@pytest.fixture(scope="module")
def view(terrain: Terrain, horizon: Horizon, grid: Grid) -> TowerView:
    found = view_from(grid, grid.ground_m(terrain), TOWER, horizon, REACH_M)
    assert found is not None
    return found


def marched_m(  # noqa: PLR0917 -- what stands between a lens and a picture
    azimuth_deg: float, range_m: float, rise_m: float, least_m: float, pose: Pose, aspect: float
) -> float:
    """The first height, in steps of half a metre, whose ray falls on the picture."""
    drop_m = range_m**2 * 0.87 / (2.0 * EARTH_RADIUS_M)
    for height_m in np.arange(least_m, HIGHEST_SMOKE_M + 0.25, 0.5):
        up = math.degrees(math.atan2(rise_m + height_m - drop_m, range_m))
        x, y = pixel_of_ray(azimuth_deg, up, 1600, round(1600 / aspect), pose)
        if 0.0 <= x <= 1600 and 0.0 <= y <= round(1600 / aspect):
            return float(height_m)
    return math.inf


@given(pose=POSES, aspect=st.sampled_from([16 / 9, 4 / 3, 0.75]), seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_cell_is_watched_from_where_its_smoke_enters_the_picture(  # noqa: PLR0917 -- fixtures
    terrain: Terrain, grid: Grid, view: TowerView, pose: Pose, aspect: float, seed: int
) -> None:
    ground_m = grid.ground_m(terrain)
    (print_,) = footprints(grid, ground_m, view, [Look(pose, aspect)])
    watched = dict(zip(print_.cells.tolist(), print_.smoke_m.tolist(), strict=True))
    assert np.all(np.diff(print_.cells) > 0)
    random = np.random.default_rng(seed)
    near = random.choice(print_.cells, min(25, len(print_.cells)), replace=False)
    any_ = random.integers(0, grid.rows * grid.columns, 40)
    frame = LocalFrame(TOWER.lon_deg, TOWER.lat_deg)
    for cell in (*near.tolist(), *any_.tolist()):
        row, column = divmod(cell, grid.columns)
        lon, lat = grid.centre_of(row, column)
        x_m, y_m = frame.to_metric(lon, lat)
        range_m = math.hypot(x_m, y_m)
        if not (view.rows.start <= row < view.rows.stop) or not (
            view.columns.start <= column < view.columns.stop
        ):
            assert cell not in watched
            continue
        least_m = float(view.smoke_m[row - view.rows.start, column - view.columns.start])
        if not least_m <= HIGHEST_SMOKE_M or range_m < 500.0:
            continue
        rise_m = float(ground_m[row, column]) - view.lens_m
        azimuth_deg = math.degrees(math.atan2(x_m, y_m))
        expected_m = marched_m(azimuth_deg, range_m, rise_m, least_m, pose, aspect)
        got_m = watched.get(cell, math.inf)
        if math.isinf(expected_m) or math.isinf(got_m):
            # A corner that is cut by less than half a metre of smoke may be told either way.
            finite_m = min(expected_m, got_m)
            assert (
                math.isinf(finite_m)
                or finite_m > HIGHEST_SMOKE_M - 3.0
                or _cuts_corner(azimuth_deg, range_m, rise_m, finite_m, pose, aspect)
            )
        else:
            assert got_m == pytest.approx(expected_m, abs=2.0)


def _cuts_corner(  # noqa: PLR0917 -- as above
    azimuth_deg: float, range_m: float, rise_m: float, height_m: float, pose: Pose, aspect: float
) -> bool:
    up = math.degrees(math.atan2(rise_m + height_m, range_m))
    height = round(1600 / aspect)
    x, y = pixel_of_ray(azimuth_deg, up, 1600, height, pose)
    return min(abs(x), abs(x - 1600), abs(y), abs(y - height)) < 12.0


def test_a_view_over_the_valley_does_not_watch_its_floor(
    terrain: Terrain, grid: Grid, view: TowerView
) -> None:
    ground_m = grid.ground_m(terrain)
    level, lowered = footprints(
        grid,
        ground_m,
        view,
        [Look(Pose(40.0, 4.0, 0.0, 20.0)), Look(Pose(40.0, -6.0, 0.0, 20.0))],
    )
    assert len(level.cells) < len(lowered.cells) / 2
    assert level.nbytes == level.cells.nbytes + level.smoke_m.nbytes


def test_behind_the_camera_and_under_the_mast_nothing_is_invented() -> None:
    pose = Pose(0.0, 0.0, 0.0, 60.0)
    behind = Columns(*(np.array([value]) for value in (180.0, 2_000.0, -50.0, 0.0)))
    assert np.isinf(within_picture(behind, Look(pose)))
    hidden = Columns(*(np.array([value]) for value in (0.0, 2_000.0, -50.0, 150.0)))
    assert np.isinf(within_picture(hidden, Look(pose)))
    # Its head is beyond what the lens bends to the picture: the foot alone tells.
    barrel = Pose(0.0, -10.0, 0.0, 40.0, radial_k1=-0.9)
    near = Columns(*(np.array([value]) for value in (0.0, 60.0, -12.0, 0.0)))
    assert within_picture(near, Look(barrel)) == 0.0


def test_the_later_look_wins_and_only_as_high_as_its_smoke() -> None:
    grid = Grid.of((106.0, 28.0, 106.01, 28.01), 300.0)
    one = Footprint(np.array([0, 1, 2], np.int32), np.array([0.0, 20.0, 90.0], np.float16))
    two = Footprint(np.array([1, 3], np.int32), np.array([5.0, 5.0], np.float16))
    seen = last_seen(grid, [Looked(two, 200.0), Looked(one, 100.0)], 30.0)
    assert seen.at_s.ravel()[:4].tolist() == [100.0, 200.0, -math.inf, 200.0]
    assert seen.view.ravel()[:4].tolist() == [1, 0, -1, 0]
    assert last_seen(grid, [Looked(one, 300.0), Looked(two, 200.0)], 30.0).at_s.ravel()[1] == 300.0


def test_one_line_of_sight_tells_what_the_profiles_tell(terrain: Terrain, horizon: Horizon) -> None:
    frame = LocalFrame(TOWER.lon_deg, TOWER.lat_deg)
    random = np.random.default_rng(3)
    differences = []
    for _ in range(300):
        x_m, y_m = random.uniform(-6_000.0, 6_000.0, 2)
        lon, lat = frame.to_lonlat(float(x_m), float(y_m))
        line = sight_line(terrain, TOWER, lon, lat)
        assert line.range_m == pytest.approx(math.hypot(x_m, y_m), abs=0.01)
        ground = np.array([terrain.height_at(lon, lat)])
        other = float(horizon.smoke_height_m(np.array([x_m]), np.array([y_m]), ground)[0])
        differences.append(abs(line.smoke_m - other))
    assert np.median(differences) < 2.0
    assert np.percentile(differences, 95) < 10.0  # beside a ridge a grid's grain is some metres


def test_what_a_line_cannot_know_it_leaves_open(terrain: Terrain) -> None:
    frame = LocalFrame(TOWER.lon_deg, TOWER.lat_deg)
    values = terrain.values_m.copy()
    place = frame.to_lonlat(0.0, 5_000.0)
    hole = frame.to_lonlat(0.0, 3_000.0)
    row = int((terrain.north_deg - hole[1]) / terrain.cell_deg)
    column = int((hole[0] - terrain.west_deg) / terrain.cell_deg)
    values[row - 2 : row + 3, column - 2 : column + 3] = np.nan
    holed = Terrain("holed", values, terrain.west_deg, terrain.north_deg, terrain.cell_deg)
    assert math.isnan(sight_line(holed, TOWER, *place).smoke_m)
    assert math.isnan(sight_line(holed, TOWER, *hole).smoke_m)  # its own ground
    # From far above the void hides nothing, whatever it is.
    high = Position(TOWER.lon_deg, TOWER.lat_deg, 4_000.0, HeightDatum.SEA_LEVEL)
    assert sight_line(holed, high, *place).smoke_m == 0.0
    # A lens above a ground that nobody knows is nowhere.
    assert math.isnan(sight_line(holed, Position(*hole, 30.0, HeightDatum.GROUND), *place).smoke_m)
    above = Position(*hole, 900.0, HeightDatum.SEA_LEVEL)
    assert sight_line(holed, above, *place).range_m == pytest.approx(2_000.0, abs=0.1)
    # Between the two nothing is known, and it may be anything up to the highest ground.
    flat = np.full((60, 60), 100.0, np.float32)
    flat[10:50] = np.nan
    torn = Terrain("torn", flat, 106.0, 29.0, 0.001)
    lens = Position(106.03, 29.0 - 0.0405, 5_000.0, HeightDatum.SEA_LEVEL)
    beyond = 106.03, 29.0 - 0.0094
    assert sight_line(torn, lens, *beyond).smoke_m == 0.0
    low = Position(lens.lon_deg, lens.lat_deg, 90.0, HeightDatum.SEA_LEVEL)
    assert math.isnan(sight_line(torn, low, *beyond).smoke_m)
    assert sight_line(terrain, TOWER, TOWER.lon_deg, TOWER.lat_deg + 0.0005).smoke_m == 0.0
    with pytest.raises(InputRefused):
        sight_line(terrain, Position(*hole, 900.0, HeightDatum.ELLIPSOID), *place)


def test_a_tower_out_of_reach_sees_none_of_it(terrain: Terrain, horizon: Horizon) -> None:
    far = Grid.of((-80.0, 36.18, -79.9, 36.30), 500.0)
    assert view_from(far, far.ground_m(terrain), TOWER, horizon, REACH_M) is None


def test_the_reach_is_a_circle(view: TowerView, grid: Grid) -> None:
    frame = LocalFrame(TOWER.lon_deg, TOWER.lat_deg)
    x_m, y_m = frame.to_metric(*np.meshgrid(grid.lon_deg[view.columns], grid.lat_deg[view.rows]))
    beyond = np.hypot(x_m, y_m) > REACH_M
    assert beyond.any()
    assert np.isinf(view.smoke_m[beyond]).all()
