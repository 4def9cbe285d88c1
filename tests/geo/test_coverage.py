"""A network on the drill's relief, against asking every tower about every place by itself."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo.coverage import NOBODY, Coverage, cover, together, view_from
from geo.crs import LocalFrame
from geo.dem import write_coverage
from geo.horizon import Horizon, HorizonBook
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Position

TOWERS = [
    Position(-84.25583, 36.23666, 30.0, HeightDatum.GROUND),
    Position(-84.26917, 36.31166, 30.0, HeightDatum.GROUND),
]
LAND = (-84.30, 36.20, -84.20, 36.34)


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return drill_relief()


@pytest.fixture(scope="module")
def horizons(terrain: Terrain) -> dict[Position, Horizon]:
    book = HorizonBook(terrain, radius_m=9_000.0)
    grounds = {tower: book.around(tower.lon_deg, tower.lat_deg) for tower in TOWERS}
    return {tower: Horizon(each, each.ground_m + 30.0) for tower, each in grounds.items()}


@pytest.fixture(scope="module")
def network(terrain: Terrain, horizons: dict[Position, Horizon]) -> Coverage:
    return cover(terrain, TOWERS, horizons.get, bounds_deg=LAND, cell_m=180.0)


def test_every_cell_has_the_best_of_all_towers(
    terrain: Terrain, horizons: dict[Position, Horizon], network: Coverage
) -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, network.smoke_m.shape[0], 200)
    columns = rng.integers(0, network.smoke_m.shape[1], 200)
    for row, column in zip(rows, columns, strict=True):
        lon = network.grid.west_deg + (column + 0.5) * network.grid.cell_deg
        lat = network.grid.north_deg - (row + 0.5) * network.grid.cell_deg
        ground = np.array([terrain.height_at(lon, lat)])
        alone = []
        for tower in TOWERS:
            x, y = LocalFrame(tower.lon_deg, tower.lat_deg).to_metric(lon, lat)
            alone.append(
                float(horizons[tower].smoke_height_m(np.array([x]), np.array([y]), ground)[0])
            )
        known = [each for each in alone if not math.isnan(each)]
        least = min(known, default=math.inf)
        assert network.smoke_m[row, column] == pytest.approx(least, rel=1e-3, abs=0.01)
        if known:
            assert alone[network.best[row, column]] == pytest.approx(least, rel=1e-3, abs=0.01)
        else:
            assert network.best[row, column] == NOBODY


def test_a_place_is_asked_by_its_coordinates(network: Coverage) -> None:
    assert network.towers == 2
    assert network.smoke_at(TOWERS[0].lon_deg, TOWERS[0].lat_deg) == 0.0
    assert network.could_be_seen(TOWERS[0].lon_deg, TOWERS[0].lat_deg, 0.0) is True
    row, column = np.unravel_index(
        int(np.where(np.isfinite(network.smoke_m), network.smoke_m, 0.0).argmax()),
        network.smoke_m.shape,
    )
    lon = network.grid.west_deg + (column + 0.5) * network.grid.cell_deg
    lat = network.grid.north_deg - (row + 0.5) * network.grid.cell_deg
    assert network.could_be_seen(lon, lat, 20.0) is False
    assert network.could_be_seen(lon, lat, 5_000.0) is True
    for outside in [(-85.0, 36.3), (-84.25, 37.0), (-84.25, 36.0), (-84.0, 36.3)]:
        assert math.isnan(network.smoke_at(*outside))
        assert network.could_be_seen(*outside, 100.0) is None


def test_two_towers_see_more_than_one_and_higher_smoke_is_seen_more(
    terrain: Terrain, horizons: dict[Position, Horizon], network: Coverage
) -> None:
    alone = cover(terrain, TOWERS[:1], horizons.get, bounds_deg=LAND, cell_m=180.0)
    shares = [network.seen_share(height) for height in (0.0, 10.0, 50.0, 200.0)]
    assert shares == sorted(shares)
    assert 0.05 < shares[0] < shares[-1] <= 1.0
    assert alone.seen_share(10.0) < network.seen_share(10.0)


def test_unknown_ground_is_neither_seen_nor_blind(
    terrain: Terrain, horizons: dict[Position, Horizon]
) -> None:
    beyond = (-84.45, 36.20, -84.39, 36.24)  # the western edge of the relief lies within
    network = cover(terrain, TOWERS, horizons.get, bounds_deg=beyond, cell_m=400.0)
    assert np.isnan(network.smoke_m[:, 0]).all()
    assert (network.best[:, 0] == NOBODY).all()
    assert np.isinf(network.smoke_m[:, -1]).all()  # known, and out of everybody's reach
    assert network.seen_share(50.0) == 0.0
    nowhere = cover(
        terrain, TOWERS, horizons.get, bounds_deg=(-86.0, 36.2, -85.9, 36.3), cell_m=400.0
    )
    assert nowhere.seen_share(50.0) == 0.0


def test_a_tower_that_stands_nowhere_sees_nothing(terrain: Terrain) -> None:
    network = cover(terrain, TOWERS, lambda _tower: None, bounds_deg=LAND, cell_m=500.0)
    assert np.isinf(network.smoke_m).all()


@pytest.mark.parametrize(
    "bounds", [(0.0, 0.0, 0.0, 1.0), (0.0, 1.0, 1.0, 0.0), (-180.0, -90.0, 180.0, 90.0)]
)
def test_what_is_no_land_is_refused(
    terrain: Terrain, bounds: tuple[float, float, float, float]
) -> None:
    with pytest.raises(InputRefused) as caught:
        cover(terrain, TOWERS, lambda _tower: None, bounds_deg=bounds, cell_m=100.0)
    assert caught.value.code == "coverage_size"


def test_a_thousand_towers_are_the_most(terrain: Terrain) -> None:
    with pytest.raises(InputRefused) as caught:
        cover(terrain, TOWERS * 501, lambda _tower: None, bounds_deg=LAND, cell_m=500.0)
    assert caught.value.code == "coverage_size"


def test_what_one_tower_leaves_open_is_not_blind(
    terrain: Terrain, horizons: dict[Position, Horizon], network: Coverage
) -> None:
    """A void on the way is no ridge: nobody may be told that no tower could see the place."""
    views = []
    grid, ground_m = network.grid, network.grid.ground_m(terrain)
    for tower in TOWERS:
        view = view_from(grid, ground_m, tower, horizons[tower], 9_000.0)
        assert view is not None
        views.append(view)
    smoke = views[1].smoke_m.copy()
    smoke[:] = np.nan
    veiled = together(grid, ground_m, [views[0], replace(views[1], smoke_m=smoke)])
    blind = np.argwhere(network.blind(30.0) & (veiled.smoke_m > 30.0))
    assert len(blind) > 0
    row, column = (int(each) for each in blind[0])
    place = grid.centre_of(row, column)
    assert network.could_be_seen(*place, 30.0) is False
    assert veiled.could_be_seen(*place, 30.0) is None
    assert veiled.unknown(30.0)[row, column]
    assert not veiled.blind(30.0)[row, column]
    seen = np.argwhere(views_seen := (veiled.smoke_m <= 30.0))
    assert veiled.could_be_seen(*grid.centre_of(*seen[0]), 30.0) is True
    assert not (views_seen & veiled.unknown(30.0)).any()
    alone = together(grid, ground_m, [None, replace(views[1], smoke_m=smoke)])
    assert math.isnan(alone.smoke_at(*grid.centre_of(5, 5)))
    assert alone.towers == 2
    assert alone.seen_share(30.0) == 0.0
    west, south, east, north = grid.bounds_deg
    assert (west, north) == (LAND[0], LAND[3])
    assert south <= LAND[1]
    assert east >= LAND[2]


def test_a_network_is_written_as_any_gis_reads_it(tmp_path: Path, network: Coverage) -> None:
    path = tmp_path / "seen.tif"
    path.write_bytes(b"older")
    hole = replace(network, smoke_m=network.smoke_m.copy())
    hole.smoke_m[0, 0], hole.smoke_m[0, 1] = np.nan, np.inf
    write_coverage(hole, path, {"TOWER_0": "t1-red"})
    assert [each.name for each in tmp_path.iterdir()] == ["seen.tif"]
    with rasterio.open(path) as dataset:
        smoke_m, best = dataset.read()
        assert dataset.tags()["TOWER_0"] == "t1-red"
        lon, lat = dataset.xy(5, 7)
    assert np.isnan(smoke_m[0, 0])
    assert smoke_m[0, 1] == 9999.0
    np.testing.assert_array_equal(smoke_m[1:], hole.smoke_m[1:])
    np.testing.assert_array_equal(best, hole.best)
    assert network.smoke_at(lon, lat) == smoke_m[5, 7]
    with pytest.raises(InputRefused, match="cannot be written"):
        write_coverage(network, tmp_path / "no" / "seen.tif", {})
