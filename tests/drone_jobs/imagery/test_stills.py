"""Photos as looks; they are built by the standards."""

import math
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from drone_rig import FLIGHT, app1, drone_photo, exif_block, frame, xmp

from drone_jobs.imagery.stills import read_still
from geo.crs import Origin, Wgs84, above_sea_m
from geo.drone import RtkState
from models.errors import InputRefused
from models.flight import AttitudeSource, LookGap
from models.height import Height, HeightSystem

CHINA = ZoneInfo("Asia/Shanghai")


def test_a_photo_tells_all_that_a_ray_needs(tmp_path: Path) -> None:
    photo = drone_photo(tmp_path / "a.jpg", exif={0x9003: "2026:04:12 14:43:56", 0x9011: "+08:00"})
    still = read_still(photo)
    look = still.look
    assert look.gaps == ()
    assert still.why == ()
    assert look.at == datetime(2026, 4, 12, 6, 43, 56, tzinfo=UTC)
    assert (look.lon_deg, look.lat_deg) == (106.65, 28.85)
    assert look.height == Height(1010.0, HeightSystem.EGM96)
    assert look.above_take_off_m == 100.0
    assert (look.yaw_deg, look.pitch_deg, look.roll_deg) == (30.0, -45.0, 0.0)
    assert look.attitude is AttitudeSource.XMP
    wide_deg = 2.0 * math.degrees(math.atan(5472.0 / 2.0 / 3666.666504))
    assert look.horizontal_fov_deg == pytest.approx(wide_deg)


# drone.md, section 7, reports 18, 19 and 27


@pytest.mark.parametrize("spelling", ["GpsLongitude", "GpsLongtitude"])
@pytest.mark.parametrize("elements", [False, True])
def test_old_and_new_spelling_as_attributes_and_as_elements(
    tmp_path: Path, spelling: str, *, elements: bool
) -> None:
    facts = {key: value for key, value in FLIGHT.items() if key != "GpsLongitude"}
    facts[spelling] = "+106.650000000"
    path = tmp_path / "a.jpg"
    path.write_bytes(
        b"\xff\xd8"
        + app1(exif_block({0x0110: "FC6310"}, {}, {}))
        + app1(xmp(facts, elements=elements))
        + frame(5472, 3648)
        + b"\xff\xda\x00\x02"
    )
    look = read_still(path).look
    assert (look.lon_deg, look.lat_deg) == (106.65, 28.85)
    assert look.pitch_deg == -45.0


@pytest.mark.parametrize(
    ("facts", "rtk", "system"),
    [
        ({}, RtkState.NONE, HeightSystem.EGM96),
        ({"RtkFlag": "0"}, RtkState.NONE, HeightSystem.EGM96),
        ({"RtkFlag": "34"}, RtkState.FLOAT, HeightSystem.ELLIPSOID),
        ({"RtkFlag": "50"}, RtkState.FIXED, HeightSystem.ELLIPSOID),
    ],
)
def test_the_flag_of_rtk_tells_what_a_height_is_above(
    tmp_path: Path, facts: dict[str, str], rtk: RtkState, system: HeightSystem
) -> None:
    still = read_still(drone_photo(tmp_path / "a.jpg", facts))
    assert still.rtk is rtk
    assert still.look.height == Height(1010.0, system)


def test_the_same_number_by_rtk_is_another_place_in_the_air(tmp_path: Path) -> None:
    """Sea level lies 26 to 43 m below the ellipsoid in this district."""
    above_sea = []
    for flag in ("0", "50"):
        height = read_still(drone_photo(tmp_path / "a.jpg", {"RtkFlag": flag})).look.height
        assert height is not None
        above_sea.append(above_sea_m(height, Wgs84.at(106.65, 28.85), Origin()))
    assert 26.0 < above_sea[1] - above_sea[0] < 43.0


@pytest.mark.parametrize("facts", [{"RtkFlag": "16"}, {"AltitudeType": "RtkAlt"}])
def test_rtk_without_a_solution_has_no_height_but_the_barometers(
    tmp_path: Path, facts: dict[str, str]
) -> None:
    still = read_still(drone_photo(tmp_path / "a.jpg", facts))
    assert still.look.height is None
    assert still.look.above_take_off_m == 100.0
    assert still.look.gaps == ()
    assert [gap for gap, _ in still.why] == [LookGap.HEIGHT]
    bare = read_still(drone_photo(tmp_path / "b.jpg", {**facts, "RelativeAltitude": None}))
    assert bare.look.gaps == (LookGap.HEIGHT,)


def test_a_height_below_the_sea_stays_below_it(tmp_path: Path) -> None:
    photo = drone_photo(
        tmp_path / "a.jpg",
        {"AbsoluteAltitude": None},
        gps={0x0005: 1, 0x0006: [(15400, 100)]},
    )
    assert read_still(photo).look.height == Height(-154.0, HeightSystem.EGM96)


def test_the_yaw_is_the_gimbals(tmp_path: Path) -> None:
    look = read_still(drone_photo(tmp_path / "a.jpg", {"GimbalYawDegree": "-30.0"})).look
    assert look.yaw_deg == 330.0
    gone = read_still(
        drone_photo(
            tmp_path / "b.jpg", {f"Gimbal{axis}Degree": None for axis in ("Yaw", "Pitch", "Roll")}
        )
    ).look
    assert gone.yaw_deg is None  # and not the airframe's -70
    assert gone.attitude is AttitudeSource.NONE
    assert LookGap.ATTITUDE in gone.gaps


# What cannot be placed


@pytest.mark.parametrize(
    ("facts", "image", "gap", "said"),
    [
        ({"GpsStatus": "Invalid"}, {}, LookGap.PLACE, ""),
        ({"GpsLatitude": "0.0", "GpsLongitude": "0.0"}, {}, LookGap.PLACE, ""),
        ({"GpsLatitude": "95.0"}, {}, LookGap.PLACE, "no place on earth"),
        ({"GpsLongitude": "190.0"}, {}, LookGap.PLACE, "no place on earth"),
        (
            {"GimbalYawDegree": "0", "GimbalPitchDegree": "0", "GimbalRollDegree": "0"},
            {},
            LookGap.ATTITUDE,
            "all zero",
        ),
        ({"GimbalPitchDegree": "-9000"}, {}, LookGap.ATTITUDE, "no angles"),
        ({"GimbalReverse": "1"}, {}, LookGap.ATTITUDE, "on top"),
        ({}, {0x0112: 6}, LookGap.ATTITUDE, "turned"),
        ({}, {0x0131: "Some Editor 3"}, LookGap.ATTITUDE, "Some Editor 3"),
        ({"CalibratedFocalLength": None}, {0x0110: "XYZ"}, LookGap.LENS, "XYZ"),
        ({"AbsoluteAltitude": None, "RelativeAltitude": None}, {}, LookGap.HEIGHT, ""),
    ],
)
def test_each_gap_has_its_reason(
    tmp_path: Path,
    facts: dict[str, str | None],
    image: dict[int, object],
    gap: LookGap,
    said: str,
) -> None:
    photo = drone_photo(
        tmp_path / "a.jpg",
        facts,
        image=image,
        exif={0x9003: "2026:04:12 14:43:56", 0x9011: "+08:00"},
    )
    still = read_still(photo)
    assert still.look.gaps == (gap,)
    messages = [message for told, message in still.why if told is gap]
    assert any(said in message for message in messages) if said else not messages


def test_a_time_without_a_zone_needs_a_stated_one(tmp_path: Path) -> None:
    photo = drone_photo(tmp_path / "a.jpg", exif={0x9003: "2026:04:12 14:43:56"})
    assert read_still(photo).look.at is None
    assert read_still(photo).look.gaps == ()  # it is placed by itself
    assert read_still(photo, zone=CHINA).look.at == datetime(2026, 4, 12, 6, 43, 56, tzinfo=UTC)
    lost = drone_photo(
        tmp_path / "b.jpg", {"GpsStatus": "Invalid"}, exif={0x9003: "2026:04:12 14:43:56"}
    )
    assert read_still(lost).look.gaps == (LookGap.PLACE, LookGap.TIME)
    assert read_still(lost, zone=CHINA).look.gaps == (LookGap.PLACE,)
    damaged = drone_photo(tmp_path / "c.jpg", exif={0x9003: "2026:04:31 14:43:56"})
    assert read_still(damaged, zone=CHINA).look.at is None


def test_a_stated_lens_counts(tmp_path: Path) -> None:
    photo = drone_photo(tmp_path / "a.jpg", {"CalibratedFocalLength": None}, image={0x0110: "X"})
    assert read_still(photo, stated_fov_deg=55.0).look.horizontal_fov_deg == 55.0
    with pytest.raises(InputRefused) as refused:
        read_still(photo, stated_fov_deg=500.0)
    assert refused.value.code == "drone_lens"


def test_a_damaged_photo_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe1")
    with pytest.raises(InputRefused) as refused:
        read_still(path)
    assert refused.value.code == "drone_photo"
