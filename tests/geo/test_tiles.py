import math

import cv2
import numpy as np
import pytest

from geo.relief import drill_relief
from geo.terrain import Terrain
from geo.tiles import TILE_PX, terrarium_tile


def decoded(png: bytes | None) -> np.ndarray:
    assert png is not None
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (TILE_PX, TILE_PX, 3)
    blue, green, red = (picture[..., channel].astype(np.float64) for channel in range(3))
    return red * 256.0 + green + blue / 256.0 - 32_768.0


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """By the sphere's Mercator formula, written with tan and asinh instead of its inverse."""
    side = 2**zoom
    y = (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0
    return int((lon + 180.0) / 360.0 * side), int(y * side)


def pixel_of(lon: float, lat: float, zoom: int, column: int, row: int) -> tuple[int, int]:
    side = 2**zoom
    x = ((lon + 180.0) / 360.0 * side - column) * TILE_PX
    y = (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * side - row
    return int(y * TILE_PX), int(x)


@pytest.mark.parametrize("zoom", [11, 13, 15])
def test_a_tile_shows_the_terrains_heights_at_its_pixels_centres(zoom: int) -> None:
    terrain = drill_relief()
    column, row = tile_of(-84.2308333, 36.19833, zoom)
    heights = decoded(terrarium_tile(terrain, zoom, column, row))
    assert 500.0 < heights.max() <= 1076.0
    rng = np.random.default_rng(zoom)
    for y, x in rng.integers(0, TILE_PX, (50, 2)).tolist():
        lon = (column + (x + 0.5) / TILE_PX) / 2**zoom * 360.0 - 180.0
        north = math.pi * (1.0 - 2.0 * (row + (y + 0.5) / TILE_PX) / 2**zoom)
        lat = math.degrees(2.0 * math.atan(math.exp(north)) - math.pi / 2.0)
        assert heights[y, x] == pytest.approx(terrain.height_at(lon, lat), abs=0.003)


def test_the_summit_is_in_its_tile() -> None:
    lon, lat, zoom = -84.2308333, 36.19833, 16
    column, row = tile_of(lon, lat, zoom)
    heights = decoded(terrarium_tile(drill_relief(), zoom, column, row))
    assert heights[pixel_of(lon, lat, zoom, column, row)] == pytest.approx(1076.0, abs=1.5)


def test_neighbouring_tiles_meet_without_a_step() -> None:
    terrain = drill_relief()
    column, row = tile_of(-84.25, 36.29333, 13)
    one = decoded(terrarium_tile(terrain, 13, column, row))
    east = decoded(terrarium_tile(terrain, 13, column + 1, row))
    south = decoded(terrarium_tile(terrain, 13, column, row + 1))
    assert np.abs(one[:, -1] - east[:, 0]).max() < 25.0
    assert np.abs(one[-1] - south[0]).max() < 25.0


@pytest.mark.parametrize(
    ("zoom", "column", "row"),
    [(10, 0, 0), (10, 800, 400), (-1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (3, 2, -1)],
)
def test_where_the_terrain_is_not_there_is_no_tile(zoom: int, column: int, row: int) -> None:
    assert terrarium_tile(drill_relief(), zoom, column, row) is None


def test_a_tile_that_only_touches_the_edge_is_no_tile() -> None:
    side = 2**10
    west = 300 / side * 360.0 - 180.0
    terrain = Terrain("t", np.full((4, 4), 50.0, np.float32), west, 0.05, 0.01)
    assert terrarium_tile(terrain, 10, 299, 511) is None
    assert terrarium_tile(terrain, 10, 300, 511) is not None


def test_voids_and_the_outside_never_show_as_cliffs() -> None:
    rng = np.random.default_rng(1)
    values = rng.uniform(300.0, 310.0, (60, 60)).astype(np.float32)
    values[20:40, 10:50] = np.nan
    terrain = Terrain("t", values, 106.0, 29.0, 0.01)
    heights = decoded(terrarium_tile(terrain, 8, *tile_of(106.3, 28.7, 8)))
    assert heights.min() >= 300.0 - 0.01
    assert heights.max() <= 310.0 + 0.01


def test_a_missing_pixel_shows_its_nearest_neighbour() -> None:
    values = np.full((100, 100), 100.0, np.float32)
    values[:, 50:] = 200.0
    values[:, 40:60] = np.nan
    terrain = Terrain("t", values, 106.0, 29.0, 0.001)
    column, row = tile_of(106.05, 28.95, 12)
    heights = decoded(terrarium_tile(terrain, 12, column, row))
    left, right = heights[:, 0], heights[:, -1]
    y, x = pixel_of(106.047, 28.95, 12, column, row)
    assert 0 <= y < TILE_PX
    assert 0 <= x < TILE_PX
    assert heights[y, x] == 100.0
    assert set(np.unique(np.concatenate((left, right)))) <= {100.0, 200.0}


def test_a_tile_of_voids_is_sea_level() -> None:
    terrain = Terrain("t", np.full((60, 60), np.nan, np.float32), 106.0, 29.0, 0.01)
    heights = decoded(terrarium_tile(terrain, 10, *tile_of(106.3, 28.7, 10)))
    assert (heights == 0.0).all()


def test_heights_below_the_sea_and_fractions_survive() -> None:
    terrain = Terrain("t", np.full((60, 60), -154.25, np.float32), 89.0, 43.0, 0.01)
    heights = decoded(terrarium_tile(terrain, 10, *tile_of(89.3, 42.7, 10)))
    assert (heights == -154.25).all()
