"""Blind areas, new sites, the three verdicts on a miss, what is kept and what is drawn."""

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely

from benchmarks.ground.gdal import gdal_viewshed, is_here
from geo.coverage import (
    SEEN,
    WATCHED,
    Coverage,
    Grid,
    Look,
    Looked,
    PlaceSight,
    SeenVerdict,
    SiteWish,
    TowerView,
    ViewShelf,
    blind_areas,
    class_shares,
    coverage_png,
    footprints,
    hill_tops,
    land_cells,
    last_seen,
    names_at,
    new_sites,
    see_place,
    seen_classes,
    together,
    view_from,
    watched_classes,
    watchers,
)
from geo.coverage import sites as sites_module
from geo.crs import LocalFrame
from geo.horizon import Horizon, HorizonBook
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.patrol import PoseTrust
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.watching import LastLook

TOWER = Position(-84.25583, 36.23666, 30.0, HeightDatum.GROUND)
LAND = (-84.31, 36.19, -84.19, 36.29)
REACH_M = 6_000.0
NOW = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
NORTH = Pose(0.0, -4.0, 0.0, 60.0)


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    return drill_relief()


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid.of(LAND, 200.0)


@pytest.fixture(scope="module")
def horizon(terrain: Terrain) -> Horizon:
    found = HorizonBook(terrain, radius_m=REACH_M).horizon(TOWER)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def view(terrain: Terrain, grid: Grid, horizon: Horizon) -> TowerView:
    found = view_from(grid, grid.ground_m(terrain), TOWER, horizon, REACH_M)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def network(terrain: Terrain, grid: Grid, view: TowerView) -> Coverage:
    return together(grid, grid.ground_m(terrain), [view])


def feature(layer: Layer, name: str, geometry: shapely.Geometry) -> LandFeature:
    return LandFeature(layer, name, name, geometry, drill=True)


def test_blind_areas_are_the_connected_blind_cells(network: Coverage, grid: Grid) -> None:
    land = np.ones(grid.shape, np.bool_)
    report = blind_areas(network, land, 30.0, most=500)
    assert report.area_count == len(report.areas) > 3
    assert [area.hectares for area in report.areas] == sorted(
        (area.hectares for area in report.areas), reverse=True
    )
    blind = network.blind(30.0)
    assert report.blind_ha == pytest.approx(network.hectares(blind))
    assert sum(area.hectares for area in report.areas) == pytest.approx(report.blind_ha)
    total = network.hectares(land)
    assert report.blind_ha + report.seen_ha + report.unknown_ha == pytest.approx(total)
    # An independent flood from each centre finds the same cells.
    for area in report.areas[:5]:
        start = grid.cell_of(area.lon_deg, area.lat_deg)
        assert start is not None
        assert blind[start]
        reached, front = {start}, [start]
        while front:
            row, column = front.pop()
            for down, across in itertools.product((-1, 0, 1), repeat=2):
                cell = row + down, column + across
                inside = 0 <= cell[0] < grid.rows and 0 <= cell[1] < grid.columns
                if inside and cell not in reached and blind[cell]:
                    reached.add(cell)
                    front.append(cell)
        assert sum(grid.row_ha[row] for row, _ in reached) == pytest.approx(area.hectares)
        assert area.outline.covers(shapely.Point(area.lon_deg, area.lat_deg))
        frame = LocalFrame(area.lon_deg, area.lat_deg)
        outline_ha = frame.geometry_to_metric(area.outline).area / 1e4
        assert outline_ha == pytest.approx(area.hectares, rel=0.35)
    assert len(blind_areas(network, land, 30.0, most=2).areas) == 2


def test_land_is_what_lies_in_townships(grid: Grid, network: Coverage) -> None:
    west = feature(Layer.TOWNSHIP, "西镇", shapely.box(-84.31, 36.19, -84.25, 36.29))
    cells = land_cells(grid, [west, feature(Layer.VILLAGE, "v", shapely.Point(-84.2, 36.2))])
    assert cells[:, : grid.columns // 2 - 2].all()
    assert not cells[:, grid.columns // 2 + 2 :].any()
    assert land_cells(grid, []).all()
    half = blind_areas(network, cells, 30.0, most=500)
    assert all(area.lon_deg < -84.25 for area in half.areas)
    nothing = blind_areas(network, np.zeros(grid.shape, np.bool_), 30.0)
    assert (nothing.areas, nothing.area_count, nothing.blind_ha) == ((), 0, 0.0)


def test_a_place_has_the_names_that_people_know() -> None:
    land = [
        feature(Layer.VILLAGE, "远村", shapely.Point(106.6, 28.91)),
        feature(Layer.VILLAGE, "近村", shapely.box(106.6, 28.851, 106.61, 28.86)),
        feature(Layer.VILLAGE, "更远", shapely.Point(106.7, 28.99)),
        feature(Layer.TOWNSHIP, "古南", shapely.box(106.5, 28.8, 106.7, 28.9)),
        feature(Layer.TOWNSHIP, "文龙", shapely.box(106.5, 28.8, 106.7, 28.9)),
        feature(Layer.ROAD, "国道", shapely.LineString([(106.5, 28.8), (106.7, 28.9)])),
    ]
    township, village, village_m = names_at(land, 106.605, 28.85)
    assert (township, village) == ("古南", "近村")
    assert village_m == pytest.approx(111.0, abs=2.0)
    assert names_at(land, 106.605, 28.855)[2] == 0.0
    assert names_at(land, 100.0, 20.0) == ("", "", None)


def wish(**changes: object) -> SiteWish:
    return replace(SiteWish(count=3, smoke_m=30.0, reach_m=REACH_M), **changes)


def test_each_new_site_is_the_best_of_all_by_brute_force(
    terrain: Terrain, grid: Grid, network: Coverage
) -> None:
    ground_m, land = grid.ground_m(terrain), land_cells(grid, [])
    tops = hill_tops(grid, ground_m, wish())
    assert len(tops) > 10
    for row, column in tops:
        near = ground_m[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        assert np.nanmax(near) == ground_m[row, column]
    told: list[tuple[int, int]] = []
    found = new_sites(
        terrain, network, land, wish(), progress=lambda done, all_: told.append((done, all_))
    )
    assert told == [(number + 1, len(tops)) for number in range(len(tops))]
    assert len(found) == 3

    # Another way: the whole viewshed of every hill top, then every choice tried.
    seen = {}
    for top in tops:
        lens = Position(*grid.centre_of(*top), 30.0, HeightDatum.GROUND)
        horizon = HorizonBook(terrain, radius_m=REACH_M).horizon(lens)
        assert horizon is not None
        view = view_from(grid, ground_m, lens, horizon, REACH_M)
        assert view is not None
        seen[top] = together(grid, ground_m, [view]).seen(30.0)
    left = network.blind(30.0)
    for site in found:
        gains = {top: network.hectares(left & seen[top]) for top in tops}
        best = max(gains.values())
        assert site.gain_ha == pytest.approx(best, rel=2e-3)
        top = grid.cell_of(site.lon_deg, site.lat_deg)
        assert top is not None
        assert gains[top] == pytest.approx(best, rel=2e-3)
        assert site.alone_ha == pytest.approx(
            network.hectares(network.blind(30.0) & seen[top]), rel=2e-3
        )
        assert site.ground_m == pytest.approx(float(ground_m[top]))
        left &= ~seen[top]
    # No pair sees so much more than the first two that the bound of greed would be broken.
    blind = network.blind(30.0)
    pairs = max(
        network.hectares(blind & (seen[one] | seen[two]))
        for one, two in itertools.combinations(tops, 2)
    )
    assert 0.75 * pairs <= found[0].gain_ha + found[1].gain_ha <= pairs * 1.001


def test_what_a_new_site_would_see_is_what_gdal_says(
    terrain: Terrain, grid: Grid, network: Coverage
) -> None:
    if not is_here():
        pytest.skip("gdal_viewshed is not here (Debian's gdal-bin)")
    (site,) = new_sites(terrain, network, land_cells(grid, []), wish(count=1))
    finer = terrain.around(site.lon_deg, site.lat_deg, REACH_M, terrain.cell_m / 3.0)
    theirs, _ = gdal_viewshed(finer, mast_m=30.0, target_m=30.0, radius_m=REACH_M)
    rows, columns = np.nonzero(network.blind(30.0))
    frame = LocalFrame(site.lon_deg, site.lat_deg)
    x_m, y_m = frame.to_metric(grid.lon_deg[columns], grid.lat_deg[rows])
    near = np.hypot(x_m, y_m) < REACH_M
    down = np.rint(finer.half - y_m[near] / finer.cell_m).astype(int)
    across = np.rint(finer.half + x_m[near] / finer.cell_m).astype(int)
    gain_ha = float(((theirs[down, across] == 1) * grid.row_ha[rows[near]]).sum())
    assert site.gain_ha == pytest.approx(gain_ha, rel=0.04)


def test_sites_stand_where_they_may(terrain: Terrain, grid: Grid, network: Coverage) -> None:
    ground_m = grid.ground_m(terrain)
    box = (-84.28, 36.20, -84.24, 36.26)
    inside = hill_tops(grid, ground_m, wish(bounds_deg=box))
    assert 0 < len(inside) < len(hill_tops(grid, ground_m, wish()))
    for row, column in inside:
        lon, lat = grid.centre_of(row, column)
        assert box[0] <= lon <= box[2]
        assert box[1] <= lat <= box[3]
    line = shapely.LineString([(-84.31, 36.24), (-84.19, 36.24)])
    road = feature(Layer.ROAD, "路", line)
    near = hill_tops(grid, ground_m, wish(road_m=900.0), [road])
    frame = LocalFrame(-84.25, 36.24)
    metric = frame.geometry_to_metric(line)
    distances = {
        top: metric.distance(shapely.Point(frame.to_metric(*grid.centre_of(*top))))
        for top in hill_tops(grid, ground_m, wish())
    }
    assert set(near) == {top for top, distance_m in distances.items() if distance_m <= 900.0}
    with pytest.raises(InputRefused) as caught:
        hill_tops(grid, ground_m, wish(road_m=900.0), [])
    assert caught.value.code == "site_roads"
    nowhere = wish(bounds_deg=(0.0, 0.0, 1.0, 1.0), road_m=10.0)
    assert hill_tops(grid, ground_m, nowhere, []) == []
    assert new_sites(terrain, network, land_cells(grid, []), nowhere) == ()


def test_nothing_blind_needs_no_site_and_absurd_wishes_are_refused(
    terrain: Terrain, grid: Grid, network: Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = np.zeros(grid.shape, np.bool_)
    assert new_sites(terrain, network, none, wish(bounds_deg=(-84.26, 36.23, -84.25, 36.25))) == ()
    for absurd in (wish(count=0), wish(count=11), wish(mast_m=0.0)):
        with pytest.raises(InputRefused) as caught:
            new_sites(terrain, network, none, absurd)
        assert caught.value.code == "site_size"
    monkeypatch.setattr(sites_module, "MOST_BLIND", 10)
    with pytest.raises(InputRefused, match="blind cells"):
        new_sites(terrain, network, land_cells(grid, []), wish())


def test_a_hill_top_beside_a_void_sees_what_is_known(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    terrain = drill_relief()
    values = terrain.values_m.copy()
    values[:, :60] = np.nan
    holed = Terrain("holed", values, terrain.west_deg, terrain.north_deg, terrain.cell_deg)
    ground_m = grid.ground_m(holed)
    covered = together(grid, ground_m, [None])
    found = new_sites(holed, covered, land_cells(grid, []), wish(count=1))
    assert len(found) == 1
    assert not math.isnan(found[0].ground_m)
    monkeypatch.setattr(HorizonBook, "horizon", lambda _book, _lens: None)
    assert new_sites(holed, covered, land_cells(grid, []), wish(count=1)) == ()


def camera(*poses: Pose, key: str = "t1") -> Camera:
    presets = tuple(Preset(number, f"p{number}", pose) for number, pose in enumerate(poses))
    return Camera(key, key, CameraKind.TOWER, TOWER, presets)


def look(pose: Pose, minutes: float, key: str = "t1") -> LastLook:
    return LastLook(key, 0, pose, PoseTrust.VERIFIED, NOW - timedelta(minutes=minutes), 1)


def test_a_miss_is_one_of_three_cases(terrain: Terrain, network: Coverage, grid: Grid) -> None:
    south = replace(NORTH, azimuth_deg=180.0)
    ground_m = grid.ground_m(terrain)
    seen = network.seen(20.0) & ~np.isnan(ground_m)
    frame = LocalFrame(TOWER.lon_deg, TOWER.lat_deg)
    x_m, y_m = frame.to_metric(*np.meshgrid(grid.lon_deg, grid.lat_deg))
    ahead = (np.abs(x_m) < y_m / 3.0) & (y_m > 2_500.0) & (y_m < REACH_M)
    row, column = (int(value) for value in np.argwhere(seen & ahead)[0])
    visible = grid.centre_of(row, column)
    tower = camera(NORTH, south)
    sight = see_place(terrain, [tower], visible, smoke_m=30.0, reach_m=REACH_M)
    assert sight.could is True
    assert [one.number for one in sight.towers[0].presets] == [0]
    assert sight.verdict(watched=False) is SeenVerdict.NONE_LOOKED
    looks = [look(south, 1.0), look(NORTH, 9.0), look(NORTH, 5.0), look(NORTH, 1.0, "other")]
    at = watchers(sight, looks)
    assert [each.at for each in at] == [NOW - timedelta(minutes=5), NOW - timedelta(minutes=9)]
    assert sight.verdict(watched=bool(at)) is SeenVerdict.WATCHED
    # A picture that is four times as wide as high holds less of the slope.
    narrow = see_place(
        terrain,
        [tower],
        visible,
        smoke_m=0.0,
        reach_m=REACH_M,
        aspect_of=lambda _camera: 400.0,
    )
    assert narrow.towers[0].presets == ()

    hidden = np.argwhere((network.smoke_m > 60.0) & (np.hypot(x_m, y_m) < REACH_M - 500.0))[0]
    blind = see_place(
        terrain, [tower], grid.centre_of(*(int(v) for v in hidden)), smoke_m=30.0, reach_m=REACH_M
    )
    assert blind.could is False
    assert blind.verdict(watched=False) is SeenVerdict.NOBODY_COULD
    assert watchers(blind, looks) == []
    far = see_place(terrain, [tower], visible, smoke_m=30.0, reach_m=1_000.0)
    assert far == PlaceSight(30.0, far.ground_m, ())
    assert far.verdict(watched=False) is SeenVerdict.NOBODY_COULD
    outside = see_place(terrain, [tower], (-85.5, 36.2), smoke_m=30.0, reach_m=1e9)
    assert outside.verdict(watched=True) is SeenVerdict.UNKNOWN
    nowhere = see_place(terrain, [], (-85.5, 36.2), smoke_m=30.0, reach_m=1e9)
    assert nowhere.verdict(watched=False) is SeenVerdict.UNKNOWN


def test_towers_are_told_best_first_and_the_unknown_last(terrain: Terrain) -> None:
    place = (-84.25, 36.25)
    offside = replace(
        camera(key="void"), position=Position(-84.6, 36.25, 900.0, HeightDatum.SEA_LEVEL)
    )
    other = replace(camera(key="low"), position=replace(TOWER, height_m=2.0))
    sight = see_place(terrain, [offside, other, camera()], place, smoke_m=30.0, reach_m=100_000.0)
    assert sight.towers[-1].camera.camera_id == "void"
    heights = [tower.line.smoke_m for tower in sight.towers[:-1]]
    assert heights == sorted(heights)


def test_a_view_is_kept_for_its_relief_tower_and_cells(  # noqa: PLR0917 -- fixtures
    tmp_path: Path,
    terrain: Terrain,
    grid: Grid,
    view: TowerView,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    printed = replace(terrain, fingerprint="heights-1")
    shelf = ViewShelf(tmp_path / "coverage", printed, grid, REACH_M)
    assert shelf.get(TOWER) is None
    shelf.put(view)
    got = shelf.get(TOWER)
    assert got is not None
    np.testing.assert_array_equal(got.smoke_m, view.smoke_m)
    assert (got.rows, got.columns, got.lens) == (view.rows, view.columns, view.lens)
    assert got.lens_m == pytest.approx(view.lens_m, abs=0.01)
    for other in (
        ViewShelf(tmp_path / "coverage", replace(terrain, fingerprint="heights-2"), grid, REACH_M),
        ViewShelf(tmp_path / "coverage", printed, Grid.of(LAND, 210.0), REACH_M),
        ViewShelf(tmp_path / "coverage", printed, grid, 5_000.0),
        ViewShelf(tmp_path / "coverage", terrain, grid, REACH_M),  # it has no name: kept nowhere
        ViewShelf(None, printed, grid, REACH_M),
    ):
        assert other.get(TOWER) is None
    ViewShelf(None, printed, grid, REACH_M).put(view)
    ViewShelf(None, printed, grid, REACH_M).tidy([])
    assert shelf.get(Position(0.0, 0.0, 1.0, HeightDatum.GROUND)) is None

    (file,) = (tmp_path / "coverage").iterdir()
    for damage in (b"", file.read_bytes()[:200], b"\x93NUMPY\x01\x00"):
        file.write_bytes(damage)
        assert shelf.get(TOWER) is None
        assert "computed again" in caplog.text
        caplog.clear()
    with file.open("wb") as target:
        np.save(target, np.zeros((3, 3), np.float16))
    assert shelf.get(TOWER) is None
    shelf.put(view)
    shelf.tidy([TOWER])
    assert shelf.get(TOWER) is not None
    shelf.tidy([])
    assert list((tmp_path / "coverage").iterdir()) == []

    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geo.coverage.kept.np.save", full)
    shelf.put(view)
    assert "No space left" in caplog.text
    assert list((tmp_path / "coverage").iterdir()) == []


def drawn(grid: Grid, png: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image.shape == (grid.rows, grid.columns, 4)
    return image


def test_what_is_seen_is_drawn_class_by_class(network: Coverage, grid: Grid) -> None:
    land = np.ones(grid.shape, np.bool_)
    land[:, :3] = False
    smoke_m = network.smoke_m.copy()
    smoke_m[10, 10], smoke_m[10, 11], smoke_m[10, 12] = np.nan, 0.0, 100.0
    doubt = network.doubt.copy()
    doubt[20, 20], smoke_m[20, 20] = True, np.inf
    doubt[20, 21], smoke_m[20, 21] = True, 40.0
    odd = replace(network, smoke_m=smoke_m, doubt=doubt)
    classes = seen_classes(odd, land)
    keys = [SEEN[number].key for number in classes[10, 10:13]]
    assert keys == ["unknown", "ground", "smoke"]
    assert SEEN[classes[20, 20]].key == "unknown"
    assert (SEEN[classes[20, 21]].key, SEEN[classes[20, 21]].upto) == ("smoke", 50.0)
    assert (classes[:, :3] == 0).all()
    assert ((classes == 5) == (odd.blind(100.0) & land)).all()
    shares = class_shares(grid, classes, len(SEEN))
    assert sum(shares[1:]) == pytest.approx(odd.hectares(land))
    image = drawn(grid, coverage_png(grid, classes, SEEN))
    middle = grid.rows // 2  # a small rectangle: rows of both layouts agree within one
    for column in range(grid.columns):
        near = {SEEN[number].colour for number in classes[middle - 1 : middle + 2, column]}
        blue, green, red, alpha = image[middle, column].tolist()
        assert f"#{red:02x}{green:02x}{blue:02x}" in near
        assert alpha in {ink.alpha for ink in SEEN}


def test_rows_of_the_picture_are_those_of_web_mercator() -> None:
    tall = Grid.of((100.0, 20.0, 100.1, 50.0), 5_000.0)
    classes = np.zeros(tall.shape, np.uint8)
    row, _ = tall.cell_of(100.05, 35.0) or (0, 0)
    classes[row:] = 1  # all south of 35 degrees
    image = drawn(tall, coverage_png(tall, classes, SEEN))
    first = int(np.argmax(image[:, 0, 3] > 0)) / tall.rows
    mercator = [
        math.asinh(math.tan(math.radians(lat)))
        for lat in (tall.bounds_deg[3], 35.0, tall.bounds_deg[1])
    ]
    assert first == pytest.approx(
        (mercator[0] - mercator[1]) / (mercator[0] - mercator[2]), abs=0.005
    )


def test_the_last_watch_is_drawn_by_its_age(
    terrain: Terrain, network: Coverage, grid: Grid, view: TowerView
) -> None:
    land = np.ones(grid.shape, np.bool_)
    one, two = footprints(
        grid,
        grid.ground_m(terrain),
        view,
        [Look(NORTH), Look(replace(NORTH, azimuth_deg=90.0))],
    )
    seen = last_seen(grid, [Looked(one, 1_000.0), Looked(two, 1_000.0 - 45 * 60.0)], 30.0)
    classes = watched_classes(network, land, seen, now_s=1_060.0, smoke_m=30.0)
    flat = classes.ravel()
    fresh = np.setdiff1d(one.cells[one.smoke_m <= 30.0], two.cells)
    older = np.setdiff1d(two.cells[two.smoke_m <= 30.0], one.cells)
    assert {WATCHED[number].upto for number in flat[fresh]} == {10.0}
    assert {WATCHED[number].upto for number in flat[older]} == {60.0}
    never = np.isinf(seen.at_s)
    blind = network.blind(30.0)
    assert {WATCHED[number].key for number in classes[never & blind]} == {"blind"}
    assert {WATCHED[number].key for number in classes[never & network.seen(30.0)]} == {"unwatched"}
    days = watched_classes(network, land, seen, now_s=200_000.0, smoke_m=30.0).ravel()
    assert {WATCHED[number].key for number in days[fresh]} == {"unwatched"}
    ahead = watched_classes(network, ~land, seen, now_s=0.0, smoke_m=30.0)
    assert (ahead == 0).all()
    early = watched_classes(network, land, seen, now_s=0.0, smoke_m=30.0).ravel()
    assert {WATCHED[number].upto for number in early[fresh]} == {10.0}  # a clock that was set
