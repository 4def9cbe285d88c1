"""What flights see, against pictures taken one by one over the same relief."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from drone_jobs.planning.relief_grid import ReliefGrid
from drone_jobs.planning.seen import seen
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import Camera
from tests.support.sight_rig import Ground, at_height, level, places_in, shown

CAMERA = Camera("wide", 71.0, 56.3, 4000, 3000)
FRAME = LocalFrame(110.0, 30.0)
CELL_DEG = 0.0003


def relief(amplitude_m: float, wave_m: float, ridge_m: float = 0.0) -> Terrain:
    """Waves around 300 m, and a ridge across the middle."""
    half = 90
    lon = 110.0 + (np.arange(2 * half) - half + 0.5) * CELL_DEG
    lat = 30.0 - (np.arange(2 * half) - half + 0.5) * CELL_DEG
    x, y = FRAME.to_metric(*np.meshgrid(lon, lat))
    values = 300.0 + amplitude_m * np.sin(x / wave_m) * np.cos(y / wave_m)
    values += ridge_m * np.exp(-((y / 60.0) ** 2))
    return Terrain(
        "r", values.astype(np.float32), 110.0 - half * CELL_DEG, 30.0 + half * CELL_DEG, CELL_DEG
    )


def ground_of(terrain: Terrain) -> Ground:
    def ground(x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
        return terrain.height_at(*FRAME.to_lonlat(x_m, y_m))

    return ground


def over(line_m: np.ndarray, terrain: Terrain, height_m: float) -> np.ndarray:
    """A way that follows the relief with a point every 60 m."""
    points = shapely.get_coordinates(shapely.LineString(line_m).segmentize(60.0))
    return np.column_stack((points, height_m + ground_of(terrain)(*points.T)))


AREA = Polygon([(-500, -400), (450, -380), (520, 300), (60, 120), (-420, 420)])
LINES = [np.array([[-600.0, y], [600.0, y + 90.0]]) for y in (-300.0, -100.0, 160.0)]


@given(
    st.sampled_from([-90.0, -88.0, -60.0, -30.0, -12.0]),
    st.sampled_from([None, 140.0, 320.0]),
    st.floats(60.0, 130.0),
    st.floats(0.0, 6.28),
)
@settings(max_examples=20, deadline=None)
def test_level_ground_is_seen_as_pictures_show_it(
    pitch_deg: float, reach_m: float | None, height_m: float, turn: float
) -> None:
    turned = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    ways = [at_height(line @ turned, height_m) for line in LINES[:2]]
    if reach_m is None and pitch_deg > -30.0:
        reach_m = 700.0
    found = seen(AREA, FRAME, ways, CAMERA, pitch_deg, reach_m, None)
    places = places_in(AREA, 3_000)
    brute = shown(places, ways, CAMERA, pitch_deg, reach_m=reach_m, step_m=2.0)
    assert found.share == pytest.approx(brute.mean(), abs=0.015)


@pytest.mark.parametrize("pitch_deg", [-90.0, -45.0])
@pytest.mark.parametrize("reach_m", [None, 260.0])
def test_slopes_narrow_and_ridges_hide(pitch_deg: float, reach_m: float | None) -> None:
    terrain = relief(25.0, 150.0, 55.0)
    line = np.array([[-600.0, -160.0], [600.0, -150.0]])
    ways = [
        over(line, terrain, 80.0),
        over(np.array([[0.0, -500.0], [30.0, 500.0]]), terrain, 70.0),
    ]
    found = seen(AREA, FRAME, ways, CAMERA, pitch_deg, reach_m, terrain)
    places = places_in(AREA, 5_000)
    brute = shown(
        places, ways, CAMERA, pitch_deg, reach_m=reach_m, ground=ground_of(terrain), step_m=4.0
    )
    assert found.share == pytest.approx(brute.mean(), abs=0.012)
    # Place by place: where both disagree is near an edge of what is seen.
    inside = shapely.contains_xy(found.strip, *places.T)
    wrong = places[inside != brute]
    edge = found.strip.boundary
    near = shapely.distance(edge, shapely.points(wrong)) < 12.0
    assert (~near).sum() <= 0.01 * len(places)


def test_a_ridge_hides_what_is_behind_it() -> None:
    terrain = relief(0.0, 100.0, 90.0)
    ways = [at_height(np.array([[-300.0, -200.0], [300.0, -200.0]]), 330.0)]
    behind = box(-100.0, 60.0, 100.0, 120.0)
    side = Camera("side", 160.0, 60.0, 4000, 3000)
    assert seen(behind, FRAME, ways, side, -90.0, None, terrain).share == 0.0
    flat = relief(0.0, 100.0)
    assert seen(behind, FRAME, ways, side, -90.0, None, flat).share == 0.0  # below 10 degrees
    higher = [way + np.array([0.0, 0.0, 120.0]) for way in ways]
    assert seen(behind, FRAME, higher, side, -90.0, None, flat).share == 1.0
    assert seen(behind, FRAME, higher, side, -90.0, None, terrain).share < 1.0


def test_an_uphill_side_is_narrower_than_a_downhill_side() -> None:
    half, slope = 60, 0.4
    lon = 110.0 + (np.arange(2 * half) - half + 0.5) * CELL_DEG
    x = FRAME.to_metric(lon, np.full_like(lon, 30.0))[0]
    values = np.broadcast_to(300.0 + slope * x, (2 * half, 2 * half)).astype(np.float32)
    terrain = Terrain("s", values, 110.0 - half * CELL_DEG, 30.0 + half * CELL_DEG, CELL_DEG)
    way = over(np.array([[0.0, -200.0], [0.0, 200.0]]), terrain, 100.0)
    strip = seen(box(-300, -100, 300, 100), FRAME, [way], CAMERA, -90.0, None, terrain).strip
    west, _, east, _ = strip.bounds
    tangent = math.tan(math.radians(35.5))
    # Where the ray meets the slope: x = (h - slope x) t and x = (h + slope x) t.
    assert east == pytest.approx(100.0 * tangent / (1.0 + slope * tangent), abs=3.0)
    assert -west == pytest.approx(100.0 * tangent / (1.0 - slope * tangent), abs=3.0)


def test_strip_and_unseen_are_the_whole() -> None:
    ways = [at_height(line, 100.0) for line in LINES]
    found = seen(AREA, FRAME, ways, CAMERA, -90.0, None, None)
    assert 0.2 < found.share < 0.9
    assert found.strip.area + found.unseen.area == pytest.approx(AREA.area, rel=1e-9)
    assert found.strip.area / AREA.area == pytest.approx(found.share, abs=0.01)
    assert found.strip.intersection(found.unseen).area < 1e-6
    assert AREA.covers(found.strip.buffer(-1e-6))


@given(st.integers(0, 3))
@settings(max_examples=4, deadline=None)
def test_more_flights_see_no_less(count: int) -> None:
    ways = [at_height(line, 100.0) for line in LINES]
    shares = [
        seen(AREA, FRAME, ways[:flown], CAMERA, -90.0, None, None).share
        for flown in (count, min(count + 1, 3))
    ]
    assert shares[0] <= shares[1]
    if count == 0:
        assert shares[0] == 0.0
        assert seen(AREA, FRAME, [], CAMERA, -90.0, None, None).strip.is_empty


def test_what_lies_on_a_void_is_not_seen() -> None:
    terrain = relief(0.0, 100.0)
    values = terrain.values_m.copy()
    values[87:93, 86:94] = np.nan
    holed = Terrain("v", values, terrain.west_deg, terrain.north_deg, terrain.cell_deg)
    ways = [over(np.array([[-300.0, 0.0], [300.0, 0.0]]), terrain, 100.0)]
    area = box(-250.0, -60.0, 250.0, 60.0)
    whole = seen(area, FRAME, ways, CAMERA, -90.0, None, terrain)
    assert whole.share == 1.0
    part = seen(area, FRAME, ways, CAMERA, -90.0, None, holed)
    assert 0.3 < part.share < 0.6
    assert not part.strip.contains(shapely.Point(0.0, 0.0))


def test_legs_of_no_length_and_cameras_below_the_ground_see_nothing() -> None:
    still = np.array([[0.0, 0.0, 100.0], [0.0, 0.0, 100.0]])
    assert seen(AREA, FRAME, [still], CAMERA, -90.0, None, None).share == 0.0
    below = at_height(LINES[0], -50.0)
    assert seen(AREA, FRAME, [below], CAMERA, -90.0, None, None).share == 0.0


def test_the_grid_has_the_heights_of_its_terrain() -> None:
    terrain = relief(30.0, 200.0)
    grid = ReliefGrid.of(terrain, FRAME, (-600.0, -500.0, 600.0, 500.0))
    places = places_in(box(-590.0, -490.0, 590.0, 490.0), 500)
    exact = ground_of(terrain)(*places.T)
    assert np.abs(grid.at(*places.T) - exact).max() < 0.5
    assert np.isnan(grid.at(np.array([9_000.0]), np.array([0.0]))).all()
    x, y = np.meshgrid(np.arange(-500.0, 500.0, 20.0), np.arange(-400.0, 400.0, 20.0))
    heights = ground_of(terrain)(x, y)
    rise = np.hypot(np.diff(heights, axis=1)[1:], np.diff(heights, axis=0)[:, 1:]).max() / 20.0
    assert rise * 0.9 <= grid.steepest
    flat = ReliefGrid.of(None, FRAME, (0.0, 0.0, 10.0, 5.0))
    assert flat.steepest == 0.0
    assert flat.at(np.array([3.0]), np.array([2.0])).tolist() == [0.0]


def test_level_is_level() -> None:
    assert level(np.array([1.0]), np.array([2.0])).tolist() == [0.0]
