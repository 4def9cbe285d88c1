import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.crs import Wgs84, geoid_m
from geo.locate import Locator, Spread
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import FixOutcome, NoFixReason
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

EARTH = Geod(ellps="WGS84")
SIZE = (2048, 1536)
HILL_TOP = Position(-84.25583333, 36.23666666, 30.0, HeightDatum.GROUND)
POSE = Pose(40.0, -1.0, 0.0, 66.0, azimuth_sigma_deg=0.1, tilt_sigma_deg=0.1)
FOOT = (1480.0, 884.0)


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator(drill_relief())


def test_a_place_stands_on_the_terrain_along_its_bearing(locator: Locator) -> None:
    fix = locator.locate(HILL_TOP, POSE, *FOOT, *SIZE)
    assert fix.outcome is FixOutcome.LOCATED
    assert fix.reason is None
    assert fix.observer == HILL_TOP
    assert fix.terrain is not None
    assert fix.terrain.caution == "drill"
    assert fix.bearing_sigma_deg is not None
    assert 0.1 <= fix.bearing_sigma_deg < 0.14  # the pixel's own share on top of the pose's
    best = fix.clusters[0]
    azimuth, _, distance = EARTH.inv(
        HILL_TOP.lon_deg, HILL_TOP.lat_deg, best.position.lon_deg, best.position.lat_deg
    )
    assert azimuth % 360.0 == pytest.approx(fix.bearing_deg, abs=0.02)
    assert distance == pytest.approx(best.range_m, abs=0.1)
    assert best.range_min_m < best.range_m < best.range_max_m
    assert best.position.height_datum is HeightDatum.SEA_LEVEL
    ground = drill_relief().height_at(best.position.lon_deg, best.position.lat_deg)
    assert best.position.height_m == pytest.approx(ground, abs=15.0)
    weights = [cluster.weight for cluster in fix.clusters]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) + fix.unresolved_weight == pytest.approx(1.0)


@pytest.mark.parametrize("pose", [POSE, replace(POSE, tilt_deg=40.0), None])
def test_a_fix_and_a_refusal_tell_how_long_they_took_and_are_the_same_again(
    locator: Locator, pose: Pose | None
) -> None:
    began = time.perf_counter()
    first, second = (locator.locate(HILL_TOP, pose, *FOOT, *SIZE) for _ in range(2))
    most_ms = (time.perf_counter() - began) * 1e3
    assert first == second
    assert first.took_ms > 0.0
    assert second.took_ms > 0.0
    assert first.took_ms + second.took_ms <= most_ms


@pytest.mark.parametrize("azimuth", range(0, 360, 30))
def test_every_outline_is_a_closed_valid_ring_as_geojson_wants_it(
    locator: Locator, azimuth: float
) -> None:
    fix = locator.locate(HILL_TOP, replace(POSE, azimuth_deg=float(azimuth)), 1024.0, 830.0, *SIZE)
    for cluster in fix.clusters:
        ring = cluster.outline_lonlat
        assert ring[0] == ring[-1]
        polygon = shapely.Polygon(ring)
        assert polygon.is_valid
        assert polygon.exterior.is_ccw


def test_the_same_question_gets_the_same_answer(locator: Locator) -> None:
    first = locator.locate(HILL_TOP, POSE, *FOOT, *SIZE)
    locator.locate(HILL_TOP, POSE, 3.0, 900.0, *SIZE)
    assert locator.locate(HILL_TOP, POSE, *FOOT, *SIZE) == first
    assert Locator(drill_relief()).locate(HILL_TOP, POSE, *FOOT, *SIZE) == first


def test_a_camera_is_as_good_as_its_position(locator: Locator) -> None:
    camera = Camera("t1-red", "红岭塔", CameraKind.TOWER, HILL_TOP, (Preset(0, "", POSE),))
    assert locator.locate(camera, POSE, *FOOT, *SIZE) == locator.locate(
        HILL_TOP, POSE, *FOOT, *SIZE
    )


def test_a_mast_and_its_height_above_sea_level_are_the_same_lens(locator: Locator) -> None:
    ground = drill_relief().height_at(HILL_TOP.lon_deg, HILL_TOP.lat_deg)
    at_sea_level = replace(HILL_TOP, height_m=ground + 30.0, height_datum=HeightDatum.SEA_LEVEL)
    one = locator.locate(HILL_TOP, POSE, *FOOT, *SIZE).clusters[0]
    other = locator.locate(at_sea_level, POSE, *FOOT, *SIZE).clusters[0]
    assert one.range_m == pytest.approx(other.range_m, abs=5.0)


def test_an_ellipsoidal_height_is_refused_where_the_geoid_is_not_known(locator: Locator) -> None:
    observer = replace(HILL_TOP, height_datum=HeightDatum.ELLIPSOID)
    with pytest.raises(InputRefused) as caught:
        locator.locate(observer, POSE, *FOOT, *SIZE)
    assert caught.value.code == "geoid_outside"


def test_an_ellipsoidal_height_is_taken_where_the_geoid_is_known() -> None:
    """28.9 N 106.1 E: the ellipsoid is 38 m above the sea."""
    locator = Locator(two_steps())
    pose = Pose(0.0, -3.0, 0.0, 60.0)
    at_sea_level = Position(106.1, 28.9, 100.0, HeightDatum.SEA_LEVEL)
    geoid = float(geoid_m(Wgs84.at(106.1, 28.9)))
    assert geoid == pytest.approx(-37.9, abs=0.5)
    ellipsoidal = Position(106.1, 28.9, 100.0 + geoid, HeightDatum.ELLIPSOID)
    one = locator.locate(at_sea_level, pose, 1024.0, 768.0, *SIZE)
    other = locator.locate(ellipsoidal, pose, 1024.0, 768.0, *SIZE)
    assert one.clusters[0].range_m == pytest.approx(other.clusters[0].range_m)
    assert other.observer.height_datum is HeightDatum.SEA_LEVEL


def test_azimuth_zero_is_a_direction_like_any_other(locator: Locator) -> None:
    fix = locator.locate(HILL_TOP, replace(POSE, azimuth_deg=0.0), 1024.0, 884.0, *SIZE)
    assert fix.bearing_deg == 0.0
    assert fix.outcome is FixOutcome.LOCATED
    best = fix.clusters[0]
    turned = locator.locate(HILL_TOP, replace(POSE, azimuth_deg=0.001), 1024.0, 884.0, *SIZE)
    assert turned.clusters[0].range_m == pytest.approx(best.range_m, abs=5.0)


def refused(locator: Locator, observer: Position, pose: Pose, y_px: float) -> NoFixReason | None:
    fix = locator.locate(observer, pose, 1024.0, y_px, *SIZE)
    assert fix.outcome is FixOutcome.DIRECTION_ONLY
    assert fix.clusters == ()
    assert fix.bearing_deg == pytest.approx(pose.azimuth_deg)
    assert fix.elevation_deg is not None
    assert fix.unresolved_weight > 0.5
    return fix.reason


def test_the_sky_is_no_place(locator: Locator) -> None:
    assert refused(locator, HILL_TOP, POSE, 10.0) is NoFixReason.SKY


def test_the_towers_own_hill_top_is_no_place(locator: Locator) -> None:
    assert refused(locator, HILL_TOP, replace(POSE, tilt_deg=-40.0), 768.0) is (
        NoFixReason.NEAR_FIELD
    )


def test_a_lens_below_the_terrain_is_too_near_to_judge(locator: Locator) -> None:
    low = replace(HILL_TOP, height_m=700.0, height_datum=HeightDatum.SEA_LEVEL)
    assert refused(locator, low, POSE, 884.0) is NoFixReason.NEAR_FIELD


def test_what_lies_beyond_the_terrain_is_no_place(locator: Locator) -> None:
    edge = Position(-84.0835, 36.31333, 200.0, HeightDatum.GROUND)
    east = replace(POSE, azimuth_deg=90.0, tilt_deg=-2.0)
    assert refused(locator, edge, east, 768.0) is NoFixReason.OUTSIDE_TERRAIN


def test_a_tower_outside_the_terrain_has_no_place(locator: Locator) -> None:
    away = Position(106.65, 28.85, 30.0, HeightDatum.GROUND)
    assert refused(locator, away, POSE, 884.0) is NoFixReason.OUTSIDE_TERRAIN


def test_without_terrain_there_is_a_direction() -> None:
    locator = Locator(None)
    assert refused(locator, HILL_TOP, POSE, 884.0) is NoFixReason.NO_TERRAIN
    assert locator.locate(HILL_TOP, POSE, *FOOT, *SIZE).terrain is None


def test_without_a_pose_there_is_nothing(locator: Locator) -> None:
    fix = locator.locate(HILL_TOP, None, *FOOT, *SIZE)
    assert (fix.outcome, fix.reason) == (FixOutcome.UNKNOWN, NoFixReason.NO_POSE)
    assert (fix.bearing_deg, fix.bearing_sigma_deg, fix.elevation_deg) == (None, None, None)
    assert fix.unresolved_weight == 1.0


def two_steps() -> Terrain:
    """Flat land with a ridge at 3 km and a mountain side from 6 km, both to the north."""
    values = np.zeros((200, 200), np.float32)
    values[73:76, :] = 60.0
    values[:40, :] = np.linspace(400.0, 0.0, 40)[:, None]
    return Terrain("two steps", values, 106.0, 29.0, 0.001, "synthetic")


def test_a_ray_that_grazes_a_ridge_tells_both_places() -> None:
    locator = Locator(two_steps())
    observer = Position(106.1, 28.9, 100.0, HeightDatum.GROUND)
    pose = Pose(0.0, 0.0, 0.0, 60.0, azimuth_sigma_deg=0.1, tilt_sigma_deg=0.1)
    elevation = -np.arctan(40.0 / 2_800.0)
    y = 768.0 - np.tan(elevation) * 1024.0 / np.tan(np.radians(30.0))
    fix = locator.locate(observer, pose, 1024.0, float(y), *SIZE)
    assert len(fix.clusters) == 2
    near, far = sorted(fix.clusters, key=lambda cluster: cluster.range_m)
    assert near.range_m < 3_100.0
    assert far.range_m > 5_500.0
    assert min(near.weight, far.weight) > 0.2


def test_certain_inputs_still_give_a_region() -> None:
    certain = Locator(two_steps(), spread=Spread(0.0, 0.0, 0.13, 0.0))
    observer = Position(106.1, 28.9, 100.0, HeightDatum.GROUND)
    pose = Pose(0.0, -3.0, 0.0, 60.0, azimuth_sigma_deg=0.0, tilt_sigma_deg=0.0)
    fix = certain.locate(observer, pose, 1024.0, 768.0, *SIZE, box_sigma_px=0.0)
    (only,) = fix.clusters
    assert only.weight == 1.0
    assert only.r90_m == pytest.approx(0.0, abs=1e-6)
    flat_m = 100.0 / np.tan(np.radians(3.0))  # 1908 m, and the ground falls away below it
    assert only.range_m == pytest.approx(flat_m + 4.8, abs=1.0)
    assert shapely.Polygon(only.outline_lonlat).area > 0.0


def test_worse_pointing_means_a_larger_region(locator: Locator) -> None:
    radii = [
        locator.locate(
            HILL_TOP, replace(POSE, azimuth_sigma_deg=sigma, tilt_sigma_deg=sigma), *FOOT, *SIZE
        )
        .clusters[0]
        .r90_m
        for sigma in (0.02, 0.1, 0.3)
    ]
    assert radii[0] < radii[1] < radii[2]


def test_a_pose_that_is_hardly_known_still_answers(locator: Locator) -> None:
    fix = locator.locate(HILL_TOP, replace(POSE, azimuth_sigma_deg=20.0), *FOOT, *SIZE)
    assert fix.bearing_sigma_deg == pytest.approx(20.0, rel=0.02)


def test_a_fix_is_cheap(locator: Locator) -> None:
    """25 ms is the bar on one core; four times that here, for a machine that is busy."""
    locator.locate(HILL_TOP, POSE, *FOOT, *SIZE)
    times = []
    for _ in range(15):
        start = time.perf_counter()
        locator.locate(HILL_TOP, POSE, *FOOT, *SIZE)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.1


def test_a_larger_share_widens_the_outline_and_moves_nothing(locator: Locator) -> None:
    """Places, weights and radii rest on the same samples, whatever the outline holds."""
    wide = Locator(drill_relief(), held=0.95).locate(HILL_TOP, POSE, *FOOT, *SIZE)
    usual = locator.locate(HILL_TOP, POSE, *FOOT, *SIZE)
    assert [replace(each, outline_lonlat=()) for each in wide.clusters] == [
        replace(each, outline_lonlat=()) for each in usual.clusters
    ]
    for more, less in zip(wide.clusters, usual.clusters, strict=True):
        outer, inner = (shapely.Polygon(each.outline_lonlat) for each in (more, less))
        assert outer.area > 1.05 * inner.area
