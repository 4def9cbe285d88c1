"""Places and footprints of drone pictures, against rays that are marched here."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from drone_rig import FLIGHT, drone_photo
from numpy.typing import NDArray
from pyproj import Geod

from geo.crs import LocalFrame
from geo.draws import Aloft
from geo.drone import (
    Attitude,
    DroneHeight,
    DroneView,
    FootprintEnd,
    HeightChain,
    pose_of,
    read_photo,
    view_of,
)
from geo.locate import Locator
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import FixOutcome, NoFixReason
from models.site import HeightDatum, Position

GEOD = Geod(ellps="WGS84")
WIDE, HIGH, FOV_DEG = 4000, 3000, 73.7
PLACE = (float(FLIGHT["GpsLongitude"]), float(FLIGHT["GpsLatitude"]))


def plain(height_m: float = 900.0, slope: float = 0.0) -> Terrain:
    """25 km of level ground around the flight, or ground that rises to the east."""
    row = height_m + slope * (np.arange(900) - 449.5) * 27.1
    values = np.broadcast_to(np.clip(row, 0.0, 5000.0).astype(np.float32), (900, 900)).copy()
    return Terrain("plain", values, PLACE[0] - 450 / 3600, PLACE[1] + 450 / 3600, 1 / 3600)


PLAIN = plain()
RISING = plain(slope=0.3)
DRILL = drill_relief()
OVER_DRILL = (-84.25, 36.32)


def rotated(gimbal: Attitude, body: NDArray[np.float64]) -> NDArray[np.float64]:
    """Body axes to north, east and down, one turn after the other."""
    forward, right, down = body
    for angle_deg, axis in (
        (gimbal.roll_deg, "roll"),
        (gimbal.pitch_deg, "pitch"),
        (gimbal.yaw_deg, "yaw"),
    ):
        cosine, sine = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        if axis == "roll":
            right, down = cosine * right - sine * down, sine * right + cosine * down
        elif axis == "pitch":
            forward, down = cosine * forward + sine * down, -sine * forward + cosine * down
        else:
            forward, right = cosine * forward - sine * right, sine * forward + cosine * right
    return np.array([forward, right, down])


def marched(  # noqa: PLR0917
    terrain: Terrain,
    lens: Position,
    gimbal: Attitude,
    x_px: float,
    y_px: float,
    far_m: float = 16_000.0,
) -> tuple[float, float]:
    """Where the ray of a pixel first meets ground, in steps of half a metre; on the ellipsoid."""
    focal_px = WIDE / 2.0 / math.tan(math.radians(FOV_DEG) / 2.0)
    body = np.array([focal_px, x_px - WIDE / 2.0, y_px - HIGH / 2.0])
    north, east, down = rotated(gimbal, body / np.linalg.norm(body))
    level = math.hypot(north, east)
    azimuth_deg = math.degrees(math.atan2(east, north))
    along_m = np.arange(1.0, far_m, 0.5) if level > 0.05 else np.arange(1.0, 400.0, 0.1)
    range_m = along_m * level
    lon, lat, _ = GEOD.fwd(
        *(np.full(len(along_m), each) for each in (lens.lon_deg, lens.lat_deg, azimuth_deg)),
        range_m,
    )
    ray_m = lens.height_m - along_m * down + range_m**2 * 0.87 / 2.0 / 6_371_000.0
    below = np.flatnonzero(ray_m <= terrain.height_at(lon, lat))
    return float(lon[below[0]]), float(lat[below[0]])


def view(
    gimbal: Attitude,
    terrain: Terrain = PLAIN,
    place: tuple[float, float] = PLACE,
    above_m: float = 100.0,
    aloft: Aloft | None = None,
) -> DroneView:
    height_m = terrain.height_at(*place) + above_m
    sigmas = aloft or Aloft(0.1, 0.1, 0.05)
    pose = pose_of(gimbal, FOV_DEG)
    if aloft is None:
        pose = replace(pose, azimuth_sigma_deg=0.05, tilt_sigma_deg=0.05)
    return DroneView(
        Position(*place, height_m, HeightDatum.SEA_LEVEL),
        pose,
        (WIDE, HIGH),
        sigmas,
        DroneHeight(height_m, sigmas.lens_sigma_m, HeightChain.TAKE_OFF, above_m),
        0.0,
    )


def apart_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    return float(GEOD.inv(*first, *second)[2])


@pytest.mark.parametrize("terrain", [PLAIN, RISING, DRILL], ids=["plain", "rising", "drill"])
@pytest.mark.parametrize(
    "gimbal",
    [
        Attitude(-132.0, -90.0, 0.0),
        Attitude(-132.0, -89.9, 180.0),
        Attitude(30.0, -45.0, 0.0),
        Attitude(200.0, -20.0, 7.0),
        Attitude(10.0, -100.0, 0.0),
        Attitude(190.0, -75.0, 180.0),
    ],
    ids=str,
)
@pytest.mark.parametrize("pixel", [(2000.0, 1500.0), (700.0, 2600.0), (3700.0, 1900.0)], ids=str)
def test_a_pixel_is_where_a_marched_ray_meets_the_ground(
    terrain: Terrain, gimbal: Attitude, pixel: tuple[float, float]
) -> None:
    place = OVER_DRILL if terrain is DRILL else PLACE
    drone = view(gimbal, terrain, place, above_m=150.0)
    fix = drone.locate(LOCATORS[terrain.name, terrain is RISING], *pixel)
    assert fix.outcome is FixOutcome.LOCATED
    found = fix.clusters[0].position
    true = marched(terrain, drone.lens, gimbal, *pixel)
    allowed_m = 3.0 + 0.02 * fix.clusters[0].range_m  # a profile is straight between half cells
    assert apart_m((found.lon_deg, found.lat_deg), true) < allowed_m


LOCATORS = {
    ("plain", False): Locator(PLAIN),
    ("plain", True): Locator(RISING),
    (DRILL.name, False): Locator(DRILL),
}


@pytest.mark.parametrize("pitch_deg", [-90.0, -60.0, -30.0])
def test_nine_truths_in_ten_lie_inside_the_outlines(pitch_deg: float) -> None:
    """The drone tells one attitude and place, and is at another, by its own sigmas."""
    random = np.random.default_rng(9)
    told = Attitude(40.0, pitch_deg, 0.0)
    sigmas = Aloft(7.0, 3.0)
    drone = view(told, aloft=sigmas)
    fix = drone.locate(LOCATORS["plain", False], 2600.0, 1700.0)
    outlines = [shapely.Polygon(each.outline_lonlat) for each in fix.clusters]
    frame = LocalFrame(*PLACE)
    held = 0
    for _ in range(300):
        east_m, north_m = random.normal(0.0, 3.0, 2)
        lon_deg, lat_deg = frame.to_lonlat(float(east_m), float(north_m))
        ground_m = random.normal(0.0, 5.0)  # what the relief is off
        lens_m = drone.lens.height_m + random.normal(0.0, 7.0) - ground_m
        lens = Position(lon_deg, lat_deg, lens_m, HeightDatum.SEA_LEVEL)
        yaw, pitch, roll = random.normal(0.0, (3.0, 0.5, 0.5))
        gimbal = Attitude(told.yaw_deg + yaw, told.pitch_deg + pitch, told.roll_deg + roll)
        across, down = random.normal(0.0, 2.0, 2)
        true = marched(PLAIN, lens, gimbal, 2600.0 + across, 1700.0 + down, 800.0)
        held += any(outline.covers(shapely.Point(true)) for outline in outlines)
    assert 255 <= held <= 291  # 90 %, within three standard deviations


def test_straight_down_the_place_is_below_the_drone_and_not_beside_it() -> None:
    """The bearing of what lies straight below means nothing; the middle of the hits does."""
    fix = view(Attitude(40.0, -90.0, 0.0), aloft=Aloft(7.0, 3.0)).locate(
        LOCATORS["plain", False], WIDE / 2.0, HIGH / 2.0
    )
    (cluster,) = fix.clusters
    assert apart_m((cluster.position.lon_deg, cluster.position.lat_deg), PLACE) < 0.5
    assert cluster.range_m < 0.5
    # 3 m of place on both axes, half a degree of pitch and roll over 100 m: 3.1 m an axis.
    assert cluster.r90_m == pytest.approx(3.13 * math.sqrt(2.0 * math.log(10.0)), rel=0.08)


def test_over_level_ground_a_drone_is_no_tower_on_a_hill_top() -> None:
    """A tower there refuses what is near; a drone does not stand on it."""
    gimbal = Attitude(40.0, -70.0, 0.0)
    drone = view(gimbal)
    tower = LOCATORS["plain", False].locate(drone.lens, drone.pose, 2000.0, 1500.0, WIDE, HIGH)
    assert tower.reason is NoFixReason.NEAR_FIELD
    assert drone.locate(LOCATORS["plain", False], 2000.0, 1500.0).outcome is FixOutcome.LOCATED


def test_a_pixel_above_the_horizon_is_sky() -> None:
    fix = view(Attitude(40.0, -10.0, 0.0)).locate(LOCATORS["plain", False], 2000.0, 100.0)
    assert (fix.outcome, fix.reason) == (FixOutcome.DIRECTION_ONLY, NoFixReason.SKY)


@pytest.mark.parametrize("pixel", [(-1.0, 10.0), (10.0, 3001.0), (math.nan, 10.0)])
def test_a_pixel_outside_the_picture_is_refused(pixel: tuple[float, float]) -> None:
    with pytest.raises(InputRefused) as refused:
        view(Attitude(40.0, -90.0, 0.0)).locate(LOCATORS["plain", False], *pixel)
    assert refused.value.code == "drone_pixel"


def test_from_above_a_box_is_its_middle_from_the_side_its_foot_and_between_them_between() -> None:
    locator = LOCATORS["plain", False]
    box = (1800.0, 1400.0, 2200.0, 1600.0)  # the middle of the picture, where the gimbal looks
    for pitch_deg, y_px, down_px in ((-90.0, 1500.0, 72.0), (-30.0, 1550.0, 46.0)):
        drone = view(Attitude(40.0, pitch_deg, 0.0))
        fix = drone.locate_box(locator, box)
        assert fix == drone.locate(locator, 2000.0, y_px, (144.0, down_px))
    drone = view(Attitude(40.0, -14.0, 0.0), above_m=30.0)
    assert drone.locate_box(locator, box) == drone.locate(locator, 2000.0, 1600.0, (144.0, 20.0))
    small = drone.locate_box(locator, (1998.0, 1490.0, 2002.0, 1510.0))
    assert small == drone.locate(locator, 2000.0, 1510.0, (2.0, 2.0))
    with pytest.raises(InputRefused) as refused:
        drone.locate_box(locator, (1800.0, 1000.0, 1800.0, 1600.0))
    assert refused.value.code == "drone_pixel"


@pytest.mark.parametrize("size_px", [(600.0, 60.0), (60.0, 600.0)], ids=["lying", "standing"])
def test_a_fire_at_either_end_of_a_long_plume_lies_inside_the_outline(
    size_px: tuple[float, float],
) -> None:
    """Seen from above, its smoke blown along the ground: only its box is known."""
    locator, random, held = LOCATORS["plain", False], np.random.default_rng(4), 0
    drone = view(Attitude(40.0, -80.0, 0.0), above_m=200.0)
    across, down = size_px
    left, upper = 2000.0 - across / 2.0, 1500.0 - down / 2.0
    fix = drone.locate_box(locator, (left, upper, left + across, upper + down))
    (outline,) = [shapely.Polygon(each.outline_lonlat) for each in fix.clusters]
    for _ in range(100):
        x_px, y_px = left + across * random.uniform(), upper + down * random.uniform()
        true = marched(PLAIN, drone.lens, Attitude(40.0, -80.0, 0.0), x_px, y_px)
        held += outline.covers(shapely.Point(true))
    assert held >= 85


def test_a_doubtful_lens_makes_the_corner_doubtful_and_leaves_the_middle() -> None:
    sure = view(Attitude(40.0, -90.0, 0.0))
    doubtful = replace(sure, focal_share=0.05)
    locator = LOCATORS["plain", False]
    middle = [each.locate(locator, 2000.0, 1500.0).clusters[0].r90_m for each in (sure, doubtful)]
    corner = [each.locate(locator, 3900.0, 100.0).clusters[0].r90_m for each in (sure, doubtful)]
    assert middle[0] == pytest.approx(middle[1])
    assert corner[1] > 1.5 * corner[0]  # what the relief is off is in both


def in_metres(rings: tuple[tuple[tuple[float, float], ...], ...]) -> shapely.Polygon:
    (ring,) = rings
    east_m, north_m = LocalFrame(*PLACE).to_metric(*np.array(ring).T)
    return shapely.Polygon(np.column_stack((east_m, north_m)))


def test_straight_down_the_footprint_is_the_picture_laid_on_the_ground() -> None:
    shown = view(Attitude(30.0, -90.0, 0.0)).footprint(LOCATORS["plain", False])
    assert shown.ends == frozenset()
    wide_m = 200.0 * math.tan(math.radians(FOV_DEG) / 2.0)
    assert shown.area_m2 == pytest.approx(wide_m**2 * HIGH / WIDE, rel=0.01)
    ground = in_metres(shown.outline_lonlat)
    assert ground.area == pytest.approx(shown.area_m2, rel=1e-6)
    # Its upper edge lies towards 30 degrees: half a picture's height that way is still inside.
    up = np.array([math.sin(math.radians(30.0)), math.cos(math.radians(30.0))])
    inside_m = wide_m * HIGH / WIDE / 2.0
    assert ground.contains(shapely.Point(up * inside_m * 0.98))
    assert not ground.contains(shapely.Point(up * inside_m * 1.02))
    assert ground.exterior.is_ccw


def test_an_oblique_footprint_has_the_corners_that_are_marched() -> None:
    gimbal = Attitude(75.0, -50.0, 4.0)
    drone = view(gimbal, RISING)
    shown = drone.footprint(LOCATORS["plain", True])
    assert shown.ends == frozenset()
    ground = in_metres(shown.outline_lonlat)
    for corner in ((0.0, 0.0), (WIDE, 0.0), (WIDE, HIGH), (0.0, HIGH)):
        true = marched(RISING, drone.lens, gimbal, *corner)
        point = shapely.Point(LocalFrame(*PLACE).to_metric(*true))
        assert ground.exterior.distance(point) < 3.0


def test_a_picture_with_sky_is_cut_at_the_horizon() -> None:
    over = view(Attitude(20.0, -12.0, 0.0), DRILL, OVER_DRILL, above_m=150.0)
    shown = over.footprint(LOCATORS[DRILL.name, False])
    assert FootprintEnd.SKY in shown.ends
    assert shown.area_m2 > 1e5
    parts = shapely.MultiPolygon([shapely.Polygon(ring) for ring in shown.outline_lonlat])
    assert not parts.contains(shapely.Point(OVER_DRILL))
    # Pixels that are placed lie inside; the picture's lower half shows ground throughout.
    for x_px, y_px in ((2000.0, 2500.0), (500.0, 2800.0), (3500.0, 2000.0)):
        true = marched(DRILL, over.lens, Attitude(20.0, -12.0, 0.0), x_px, y_px)
        assert parts.buffer(3e-4).contains(shapely.Point(true))


def test_ground_beyond_the_relief_is_not_shown() -> None:
    near_edge = (PLAIN.bounds_deg[2] - 0.001, PLACE[1])
    shown = view(Attitude(90.0, -60.0, 0.0), place=near_edge, above_m=150.0).footprint(
        LOCATORS["plain", False]
    )
    assert shown.ends == frozenset({FootprintEnd.RELIEF})
    assert max(lon for ring in shown.outline_lonlat for lon, _ in ring) <= PLAIN.bounds_deg[2]


def test_a_picture_of_the_sky_shows_no_ground() -> None:
    with pytest.raises(InputRefused) as refused:
        view(Attitude(90.0, 60.0, 0.0)).footprint(LOCATORS["plain", False])
    assert refused.value.code == "footprint_none"


def test_without_relief_there_is_no_footprint() -> None:
    with pytest.raises(InputRefused) as refused:
        view(Attitude(90.0, -60.0, 0.0)).footprint(Locator(None))
    assert refused.value.code == "no_terrain"


def test_a_photo_becomes_a_view(tmp_path: Path) -> None:
    seen = view_of(read_photo(drone_photo(tmp_path / "a.jpg")), PLAIN, take_off=PLACE)
    assert (seen.lens.lon_deg, seen.lens.lat_deg, seen.lens.height_m) == (*PLACE, 1000.0)
    assert seen.lens.height_datum is HeightDatum.SEA_LEVEL
    assert (seen.pose.azimuth_deg, seen.pose.tilt_deg) == (30.0, -45.0)  # never the airframe's -70
    assert seen.pose.horizontal_fov_deg == pytest.approx(73.5, abs=0.1)
    assert seen.aloft == Aloft(7.0, 3.0)
    assert seen.size_px == (5472, 3648)


@pytest.mark.parametrize(
    ("facts", "image", "code"),
    [
        ({"GimbalYawDegree": None}, {}, "drone_gimbal_missing"),
        (
            {"GimbalYawDegree": "0.0", "GimbalPitchDegree": "0.0", "GimbalRollDegree": "0.0"},
            {},
            "drone_gimbal_zeros",
        ),
        ({"GpsLatitude": "0", "GpsLongitude": "0"}, {}, "drone_place"),
        ({"GpsLatitude": "41.9", "GpsLongitude": "12.5"}, {}, "drone_outside"),
        ({"AbsoluteAltitude": None, "RelativeAltitude": None}, {}, "drone_height_missing"),
        ({"CalibratedFocalLength": None}, {0x0110: "NEW1"}, "drone_lens"),
        ({"GimbalReverse": "1"}, {}, "drone_upward"),
        ({}, {0x0112: 6}, "drone_turned"),
        ({}, {0x0131: "Some Editor 3.1"}, "drone_edited"),
    ],
)
def test_what_a_photo_lacks_is_said(
    tmp_path: Path, facts: dict[str, str | None], image: dict[int, object], code: str
) -> None:
    photo = read_photo(drone_photo(tmp_path / "a.jpg", facts, image=image))
    with pytest.raises(InputRefused) as refused:
        view_of(photo, PLAIN)
    assert refused.value.code == code


@pytest.mark.parametrize("turned_deg", [0, 90, 180, 270])
def test_a_picture_that_was_turned_shows_the_same_ground(tmp_path: Path, turned_deg: int) -> None:
    """Pixel (4000, 500) of 5472 x 3648, wherever the turn has put it."""
    original = view_of(read_photo(drone_photo(tmp_path / "a.jpg")), PLAIN)
    size = (3648, 5472) if turned_deg in {90, 270} else (5472, 3648)
    moved = {
        0: (4000.0, 500.0),
        90: (3648.0 - 500.0, 4000.0),
        180: (5472.0 - 4000.0, 3648.0 - 500.0),
        270: (500.0, 5472.0 - 4000.0),
    }[turned_deg]
    editor = {0x0131: "Some Editor 3.1"}
    photo = read_photo(drone_photo(tmp_path / "b.jpg", image=editor, size=size))
    turned = view_of(photo, PLAIN, turned_deg=turned_deg)
    locator = LOCATORS["plain", False]
    first = original.locate(locator, 4000.0, 500.0).clusters[0].position
    second = turned.locate(locator, *moved).clusters[0].position
    assert apart_m((first.lon_deg, first.lat_deg), (second.lon_deg, second.lat_deg)) < 2.0


def test_half_a_right_angle_is_no_turn(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        view_of(read_photo(drone_photo(tmp_path / "a.jpg")), PLAIN, turned_deg=45)
    assert refused.value.code == "drone_turned"


def test_a_stated_field_of_view_is_that_of_the_picture_as_it_is(tmp_path: Path) -> None:
    photo = read_photo(drone_photo(tmp_path / "a.jpg", size=(3648, 5472)))
    seen = view_of(photo, PLAIN, stated_fov_deg=50.0, turned_deg=90)
    assert seen.pose.horizontal_fov_deg == 50.0
