"""Every recorded file of a drone: read as its text says, or refused for what is wrong with it.

The figures of the tables were read off the files by eye.
"""

import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import shapely
from pyproj import Geod

from drone_jobs.imagery.files import FootageKind, footage_kind
from drone_jobs.imagery.placing import view_of_look
from drone_jobs.imagery.stills import read_still
from drone_jobs.imagery.subtitles import Subtitles, read_subtitles
from drone_jobs.imagery.thermal import RawLayout, read_thermal
from drone_jobs.missions.reading import read_mission
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.flight import LookGap

DRONE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage" / "drone"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not DRONE.is_dir(), reason="needs the recorded footage"),
]
GEOD = Geod(ellps="WGS84")
Place = tuple[float, float] | None


class Srt(NamedTuple):
    """What stands in a file: entries, how many with a place, and of the first and last entry the
    place (longitude, latitude) and the height over the take-off; the site that is needed."""

    entries: int
    placed: int
    places: tuple[Place, Place]
    heights_m: tuple[float | None, float | None]
    site: tuple[float, float, float, float] | None = None


ARGENTINA = (-59.0, -35.0, -58.0, -34.0)
SRT = {
    "Mini5PRO_clip.SRT": Srt(5, 5, ((6.460719, 53.365108), (6.460718, 53.365109)), (6.0, 6.0)),
    "air3_clip.SRT": Srt(2, 2, ((18.2222, 59.1111), (18.2223, 59.1112)), (5.0, 5.1)),
    "avata2_clip.SRT": Srt(2, 2, ((116.391305, 39.906217), (116.391306, 39.906218)), (None, None)),
    "broken_incomplete.SRT": Srt(20, 19, ((-58.4563, -34.7383), None), (20.1, None), ARGENTINA),
    "broken_incomplete2.SRT": Srt(6, 4, ((-57.823395, -34.869950), None), (None, None)),
    "examples_DJI_sample.SRT": Srt(
        5, 5, ((18.203059, 59.302335), (18.203056, 59.302338)), (1.3, 1.5)
    ),
    "mavic_2_style.SRT": Srt(468, 468, ((149.0251, -20.2533), (149.0251, -20.2532)), (None, None)),
    "mavic_air.SRT": Srt(2, 0, (None, None), (None, None)),
    "mavic_air2.srt": Srt(25, 25, ((2.162162, 41.420684), (2.162162, 41.420686)), (None, None)),
    "mavic_mini.SRT": Srt(117, 117, ((-121.7458, 48.0771), (-121.7476, 48.0775)), (200.7, 200.8)),
    "mavic_pro.SRT": Srt(468, 468, ((149.0251, -20.2533), (149.0251, -20.2532)), (1.9, 0.0)),
    "mavic_pro_buggy.SRT": Srt(
        546, 530, ((-1.2218, 42.4668), (-1.2217, 42.4668)), (0.0, 15.8), (-2.0, 42.0, -1.0, 43.0)
    ),
    "mini4pro_clip.SRT": Srt(2, 2, ((18.0, 59.0), (18.0001, 59.0001)), (1.0, 2.0)),
    "mix_p4rtk_mavic2pro.srt": Srt(
        12, 12, ((-59.409424, -34.650200), (-59.409483, -34.651180)), (17.39, None)
    ),
    "old_format.SRT": Srt(468, 468, ((149.0251, -20.2533), (149.0251, -20.2532)), (1.9, 0.0)),
    "p4_rtk.SRT": Srt(55, 55, ((-58.851745, -34.237922), (-58.849196, -34.232349)), (85.8, 85.8)),
    "p4p_sample.SRT": Srt(
        5, 5, ((8.2090, 47.4692), (8.2090, 47.4692)), (45.6, 45.6), (8.0, 47.0, 9.0, 48.0)
    ),
}
BROKEN_SRT = {"broken_empty.SRT": "subtitles_empty", "broken_empty2.SRT": "subtitles_none"}

PLACE, HEIGHT, ANGLES = LookGap.PLACE, LookGap.HEIGHT, LookGap.ATTITUDE
LENS, TIME = LookGap.LENS, LookGap.TIME
STRIPPED = (PLACE, HEIGHT, ANGLES, LENS, TIME)
JPEG = {
    # gaps, layout of raw numbers, width and height of the sensor, whether the picture is whole
    "brighton_DJI_0025.JPG": ((ANGLES, TIME), RawLayout.NONE, None, True),
    "DJI_20250709105029_0012_T.JPG": ((PLACE,), RawLayout.DJI_APP3, (640, 512), True),
    "DJI_XT2.jpg": ((), RawLayout.FLIR, (640, 512), True),
    "DJI_XTR.jpg": ((), RawLayout.FLIR, (640, 512), True),
    "H20N_DJI_0002_R.JPG": (STRIPPED, RawLayout.DJI_APP3, (640, 512), True),
    "M2EA_DJI_0005_R.JPG": (STRIPPED, RawLayout.DJI_APP3, (640, 512), True),
    "XTS_DJI_0001_R.jpg": ((PLACE, HEIGHT, ANGLES, TIME), RawLayout.DJI_APP4, (640, 512), False),
    "XTS_DJI_0002_R.jpg": ((PLACE, HEIGHT, ANGLES, TIME), RawLayout.DJI_APP4, (640, 512), True),
}
MISSIONS = {
    # places to fly to, and the first and the last of them
    "seed_m3m_waypoint3x.kmz": (2, (-101.1483710, 49.7155415), (-101.1485513, 49.7144593)),
    "waypoint.kmz": (6, (113.9388310, 22.5788391), (113.9372659, 22.5784087)),
    "bpla_mission.plan": (2, (20.0, 10.0), (21.0, 11.0)),
    "mission_test_sitl.plan": (5, (149.1652514, -35.3625654), (149.1651127, -35.3620038)),
    "Plockton.waypoints": (10, (-5.583801, 57.405393), (-5.642853, 57.298338)),
    "indoor_misison.waypoints": (3, (149.1651964, -35.3633884), (149.1652051, -35.3631932)),
    "jump_tags_into_wind_landing.waypoints": (
        11,
        (149.1581261, -35.3629635),
        (149.1651079, -35.3624648),
    ),
}
REFUSED = {
    "ahmadkhanfar_test.tlog": "footage_log",
    "capture.mav2.battery_status.tlog": "footage_log",
    "AP_Logger_output.BIN": "footage_log",
    "Rome-30m-DEM.tif": "footage_tiff",
    "broken_empty.SRT": "footage_empty",
} | dict.fromkeys(MISSIONS, "footage_mission")


def path_of(name: str) -> Path:
    (path,) = DRONE.rglob(name)
    return path


def read(name: str, site: tuple[float, float, float, float] | None = None) -> Subtitles:
    return read_subtitles(path_of(name).read_bytes(), name, site=site)


def test_no_file_is_left_out() -> None:
    found = sorted(path.name for path in DRONE.rglob("*") if path.is_file())
    assert found == sorted({*SRT, *BROKEN_SRT, *JPEG, *REFUSED})


def test_every_file_is_of_its_kind_or_refused_by_its_name() -> None:
    kinds = dict.fromkeys(SRT, FootageKind.SUBTITLES) | dict.fromkeys(JPEG, FootageKind.STILL)
    for name, kind in kinds.items():
        assert footage_kind(path_of(name)) is kind, name
    for name, code in REFUSED.items():
        with pytest.raises(InputRefused) as refused:
            footage_kind(path_of(name))
        assert refused.value.code == code, name
    assert footage_kind(path_of("broken_empty2.SRT")) is FootageKind.SUBTITLES


@pytest.mark.parametrize("name", SRT)
def test_subtitles_say_what_stands_in_them(name: str) -> None:
    truth = SRT[name]
    entries = read(name, truth.site).entries
    assert len(entries) == truth.entries
    looks = [each.look for each in entries]
    places = [None if look.lat_deg is None else (look.lon_deg, look.lat_deg) for look in looks]
    assert sum(place is not None for place in places) == truth.placed
    assert (places[0], places[-1]) == truth.places
    assert (looks[0].above_take_off_m, looks[-1].above_take_off_m) == truth.heights_m
    assert all(look.height is None for look in looks)  # none of them tells above what
    written = {float(number) for number in re.findall(r"-?\d+\.\d+", path_of(name).read_text())}
    assert {number for place in places if place for number in place} <= written
    assert all(each.start_s <= each.end_s for each in entries)


@pytest.mark.parametrize("name", [name for name, truth in SRT.items() if truth.site])
def test_without_a_site_the_order_of_some_cannot_be_told(name: str) -> None:
    subtitles = read(name)
    assert sum(LookGap.ORDER in each.look.gaps for each in subtitles.entries) == SRT[name].placed
    assert all(each.look.lat_deg is None for each in subtitles.entries)
    assert any("latitude cannot be told" in note for note in subtitles.notes)


@pytest.mark.parametrize(("name", "code"), BROKEN_SRT.items())
def test_empty_subtitles_are_refused(name: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read(name)
    assert refused.value.code == code


def test_only_those_with_a_gimbal_lack_nothing_but_the_lens() -> None:
    placeable = {
        name
        for name, truth in SRT.items()
        if any(each.look.gaps == (LookGap.LENS,) for each in read(name, truth.site).entries)
    }
    assert placeable == {"p4_rtk.SRT", "mix_p4rtk_mavic2pro.srt"}
    looks = [each.look for each in read("p4_rtk.SRT").entries]
    assert (looks[0].yaw_deg, looks[0].pitch_deg, looks[0].roll_deg) == (110.4, -24.4, 0.0)
    assert (looks[-1].yaw_deg, looks[-1].pitch_deg, looks[-1].roll_deg) == (111.9, -24.4, 0.0)


def test_one_flight_in_three_spellings_is_one_flight() -> None:
    pro, old, two = (
        [(each.look.lon_deg, each.look.lat_deg) for each in read(name).entries]
        for name in ("mavic_pro.SRT", "old_format.SRT", "mavic_2_style.SRT")
    )
    assert pro == old == two


def test_the_places_of_the_survey_drone_are_as_far_from_home_as_it_says() -> None:
    distances = [
        float(found) for found in re.findall(r"D (\d+\.\d+)m", path_of("p4_rtk.SRT").read_text())
    ]
    entries = read("p4_rtk.SRT").entries
    assert len(distances) == len(entries)
    for each, told_m in zip(entries, distances, strict=True):
        assert each.home is not None
        assert each.look.lon_deg is not None
        assert each.look.lat_deg is not None
        apart_m = GEOD.inv(each.look.lon_deg, each.look.lat_deg, *each.home)[2]
        assert apart_m == pytest.approx(told_m, rel=0.005, abs=0.5)


def test_a_video_of_the_survey_drone_is_placed_by_its_subtitles_alone() -> None:
    """Level ground stands in for relief; the middle of the picture lies where a triangle says."""
    subtitles = read("p4_rtk.SRT")
    look = subtitles.look_at(0.0)
    assert look.lon_deg is not None
    assert look.lat_deg is not None
    west, north = look.lon_deg - 150 / 3600, look.lat_deg + 150 / 3600
    ground = Terrain("level", np.full((300, 300), 20.0, np.float32), west, north, 1 / 3600)
    view = view_of_look(look, (1920, 1080), ground, subtitles.home, stated_fov_deg=73.7)
    assert view.lens.height_m == pytest.approx(105.8, abs=0.01)
    (cluster,) = view.locate(Locator(ground), 960.0, 540.0).clusters
    away_m = 85.8 / math.tan(math.radians(24.4))
    true = GEOD.fwd(look.lon_deg, look.lat_deg, 110.4, away_m)[:2]
    assert shapely.Polygon(cluster.outline_lonlat).covers(shapely.Point(true))
    off_m = GEOD.inv(cluster.position.lon_deg, cluster.position.lat_deg, *true)[2]
    assert off_m < cluster.r90_m
    with pytest.raises(InputRefused) as refused:
        view_of_look(read("mavic_pro.SRT").look_at(1.0), (1920, 1080), ground)
    assert refused.value.code == "look_gaps"  # no angles: scored, and placed nowhere


def test_satellites_of_the_buggy_file_come_and_go() -> None:
    subtitles = read("mavic_pro_buggy.SRT", SRT["mavic_pro_buggy.SRT"].site)
    text = path_of("mavic_pro_buggy.SRT").read_text()
    without = [LookGap.PLACE in each.look.gaps for each in subtitles.entries]
    assert sum(without) == text.count("GPS(N/A")
    assert not without[-1]
    assert subtitles.home == (-1.2218, 42.4668)


@pytest.mark.parametrize("name", JPEG)
def test_photos_say_what_they_lack_and_what_sensor_they_are_of(name: str) -> None:
    gaps, layout, raw_px, is_whole = JPEG[name]
    assert read_still(path_of(name)).look.gaps == gaps
    thermal = read_thermal(path_of(name))
    assert (thermal.layout, thermal.raw_px, thermal.is_whole) == (layout, raw_px, is_whole)


def test_a_photo_that_an_editor_wrote_anew_has_no_angles_and_says_who_it_was() -> None:
    still = read_still(path_of("brighton_DJI_0025.JPG"))
    assert [message for gap, message in still.why if gap is ANGLES and "Windows" in message]
    xtr = read_still(path_of("DJI_XTR.jpg"))
    assert (xtr.look.yaw_deg, xtr.look.pitch_deg) == (153.600006, -8.3)


@pytest.mark.parametrize("name", MISSIONS)
def test_missions_are_missions(name: str) -> None:
    count, first, last = MISSIONS[name]
    points = read_mission(path_of(name).read_bytes(), name).points
    assert len(points) == count
    for point, place in ((points[0], first), (points[-1], last)):
        assert (point.lon_deg, point.lat_deg) == pytest.approx(place, abs=1e-7)


@pytest.mark.parametrize("name", [name for name in REFUSED if name.endswith((".tlog", ".BIN"))])
def test_logs_are_no_missions_either(name: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read_mission(path_of(name).read_bytes(), name)
    assert refused.value.code in {"file_encoding", "mission_unknown"}
