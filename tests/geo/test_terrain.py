import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import geo.relief
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import TerrainReference

EARTH = Geod(ellps="WGS84")
CELL = 0.001


def plane(rows: int = 40, columns: int = 50) -> Terrain:
    """Rises 1 m per column to the east and 2 m per row to the south."""
    values = np.add.outer(2.0 * np.arange(rows), 1.0 * np.arange(columns)).astype(np.float32)
    return Terrain("plane", values, 106.0, 29.0, CELL)


@settings(deadline=None)
@given(st.floats(0.001, 48.999), st.floats(0.001, 38.999))
def test_bilinear_is_exact_on_a_plane(column: float, row: float) -> None:
    lon, lat = 106.0 + (column + 0.5) * CELL, 29.0 - (row + 0.5) * CELL
    assert plane().height_at(lon, lat) == pytest.approx(column + 2.0 * row, abs=1e-4)


def test_outside_the_outermost_cell_centres_there_is_no_height() -> None:
    terrain = plane()
    lon = np.array([106.0 + 0.4 * CELL, 106.05 - 0.4 * CELL, 106.02, 106.02, 100.0])
    lat = np.array([28.98, 28.98, 29.0 - 0.4 * CELL, 28.96 + 0.4 * CELL, 28.98])
    assert np.isnan(terrain.height_at(lon, lat)).all()
    assert math.isnan(terrain.height_at(0.0, 0.0))


def test_a_void_never_leaks_into_a_height() -> None:
    terrain = plane()
    terrain.values_m[10, 10] = np.nan
    beside = (106.0 + 10.9 * CELL, 29.0 - 10.9 * CELL)
    beyond = (106.0 + 11.6 * CELL, 29.0 - 10.5 * CELL)
    assert math.isnan(terrain.height_at(*beside))
    assert terrain.height_at(*beyond) == pytest.approx(11.1 + 20.0, abs=1e-3)


@pytest.mark.parametrize("void", [-32768.0, 32767.0, np.inf])
def test_unmarked_voids_are_refused(void: float) -> None:
    values = np.zeros((3, 3), np.float32)
    values[1, 1] = void
    with pytest.raises(InputRefused) as caught:
        Terrain("t", values, 0.0, 0.0, CELL)
    assert caught.value.code == "terrain_voids"


@pytest.mark.parametrize(
    ("shape", "west", "north", "cell", "code"),
    [
        ((1, 5), 0.0, 0.0, CELL, "terrain_grid"),
        ((3, 3), 0.0, 0.0, 0.0, "terrain_grid"),
        ((3, 3), 28.9, 106.0, CELL, "terrain_bounds"),
        ((3, 3), 179.999, 0.0, CELL, "terrain_bounds"),
    ],
)
def test_a_grid_that_cannot_be_read_honestly_is_refused(
    shape: tuple[int, int], west: float, north: float, cell: float, code: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        Terrain("t", np.zeros(shape, np.float32), west, north, cell)
    assert caught.value.code == code


def test_a_terrain_of_voids_only_is_a_terrain() -> None:
    assert math.isnan(
        Terrain("t", np.full((3, 3), np.nan, np.float32), 0.0, 0.0, CELL).height_at(0.0015, -0.0015)
    )


def test_around_a_tower_heights_lie_where_the_geodesic_says() -> None:
    terrain = drill_relief()
    lon, lat = -84.25583, 36.23666
    tower = terrain.around(lon, lat, 9_000.0, 90.0)
    assert tower.values_m.shape == (201, 201)
    assert tower.ground_m == pytest.approx(terrain.height_at(lon, lat), abs=1e-3)
    for bearing in range(0, 360, 24):
        # On a node of the metric grid nothing is interpolated twice.
        east = round(50 * math.sin(math.radians(bearing))) * 90.0
        north = round(50 * math.cos(math.radians(bearing))) * 90.0
        place = EARTH.fwd(lon, lat, math.degrees(math.atan2(east, north)), math.hypot(east, north))
        there = tower.height_at(np.array([east]), np.array([north]))[0]
        assert there == pytest.approx(terrain.height_at(place[0], place[1]), abs=0.05)


def test_beyond_the_terrain_the_tower_knows_nothing() -> None:
    terrain = drill_relief()
    tower = terrain.around(-84.40, 36.31333, 5_000.0, 100.0)
    assert np.isnan(tower.height_at(np.array([-4_000.0, 6_000.0]), np.array([0.0, 0.0]))).all()
    assert np.isfinite(tower.height_at(np.array([4_000.0]), np.array([0.0]))).all()


def test_hill_top_and_slope_are_told_apart() -> None:
    terrain = drill_relief()
    assert terrain.around(-84.25583, 36.23666, 1_000.0, 90.0).is_hill_top
    assert not terrain.around(-84.25, 36.24333, 1_000.0, 90.0).is_hill_top


def test_the_drill_relief_is_the_known_tile() -> None:
    terrain = drill_relief()
    assert terrain.values_m.shape == (344, 403)
    assert terrain.values_m.dtype == np.float32
    assert (terrain.values_m.min(), terrain.values_m.max()) == (236.0, 1076.0)
    assert terrain.bounds_deg == pytest.approx((-84.41375, 36.15958, -84.0779167, 36.4462500))
    assert terrain.reference == TerrainReference("Jacksboro 3 arcsec", 92.7, "drill")


def test_the_drill_relief_is_not_upside_down() -> None:
    """The Powell valley, low and flat, lies south-east of the Cumberland mountains."""
    terrain = drill_relief()
    south_east = terrain.values_m[-60:, -60:]
    assert south_east.mean() < 350.0
    assert south_east.std() < min(
        terrain.values_m[:60, :60].std(), terrain.values_m[-60:, :60].std()
    )
    assert terrain.height_at(-84.2308333, 36.19833) == pytest.approx(1076.0, abs=0.1)


def test_a_damaged_drill_relief_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "relief.npz"
    broken.write_bytes(b"PK\x03\x04 half a file")
    monkeypatch.setattr(geo.relief, "_sample_path", lambda: broken)
    with pytest.raises(InputRefused) as caught:
        drill_relief()
    assert str(broken) in caught.value.message
    assert "./run setup" in caught.value.remedy


def test_a_missing_distribution_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo.relief.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(InputRefused, match="not installed"):
        drill_relief()
