"""Photos, whole, damaged and hostile: what is read of them and what is refused."""

import struct
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drone_rig import FLIGHT, app1, drone_photo, exif_block, frame, xmp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.drone import Attitude, RtkState, read_photo
from models.errors import InputRefused

END = b"\xff\xda\x00\x02"


def refused(path: Path) -> str:
    with pytest.raises(InputRefused) as error:
        read_photo(path)
    return error.value.code


def test_a_photo_tells_what_its_flight_told(tmp_path: Path) -> None:
    photo = read_photo(drone_photo(tmp_path / "a.jpg"))
    assert photo.gimbal == Attitude(30.0, -45.0, 0.0)
    assert photo.airframe == Attitude(-70.0, 1.0, 0.0)
    assert photo.place == (106.65, 28.85)
    assert (photo.heights.absolute_m, photo.heights.relative_m) == (1010.0, 100.0)
    assert photo.heights.rtk is RtkState.NONE
    assert (photo.optics.width_px, photo.optics.height_px) == (5472, 3648)
    assert photo.optics.focal_px == pytest.approx(3666.67, abs=0.01)
    assert (photo.edited_by, photo.orientation, photo.hangs_up) == ("", 1, False)
    assert photo.taken_at is None
    assert photo.place_sigma_m == 3.0


@pytest.mark.parametrize("elements", [False, True])
def test_values_stand_as_attributes_or_elements_under_any_prefix(
    tmp_path: Path,
    *,
    elements: bool,
) -> None:
    packet = xmp(FLIGHT, elements=elements, prefix="dr")
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + app1(packet) + frame(40, 30) + END)
    assert read_photo(path).gimbal == Attitude(30.0, -45.0, 0.0)


def test_other_namespaces_with_the_same_names_are_not_taken(tmp_path: Path) -> None:
    packet = xmp(FLIGHT).replace(b"http://www.dji.com/drone-dji/1.0/", b"http://other/")
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + app1(packet) + frame(40, 30) + END)
    assert read_photo(path).gimbal is None


def test_several_packets_are_one_telling_unless_they_contradict(tmp_path: Path) -> None:
    first, second = dict(FLIGHT), {"GimbalYawDegree": "+30.00", "RtkFlag": "50"}
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + app1(xmp(first)) + app1(xmp(second)) + frame(40, 30) + END)
    assert read_photo(path).heights.rtk is RtkState.FIXED
    second["GimbalYawDegree"] = "+31.00"
    path.write_bytes(b"\xff\xd8" + app1(xmp(first)) + app1(xmp(second)) + frame(40, 30) + END)
    assert refused(path) == "drone_xmp"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<x><y></x>",
        b'<?xml version="1.0" encoding="nobody-knows"?><x/>',
        b"<x>" * 40 + b"</x>" * 40,
        b"",
        b"\xff\xfe\x00",
    ],
)
def test_hostile_and_broken_packets_are_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.jpg"
    packet = app1(b"http://ns.adobe.com/xap/1.0/\x00" + body)
    path.write_bytes(b"\xff\xd8" + packet + frame(40, 30) + END)
    assert refused(path) == "drone_xmp"


@pytest.mark.parametrize("text", ["north", "nan", "inf", "1e999"])
def test_values_that_are_no_numbers_are_refused(tmp_path: Path, text: str) -> None:
    path = drone_photo(tmp_path / "a.jpg", {"GimbalYawDegree": text})
    assert refused(path) == "drone_value"


def test_a_value_of_endless_digits_is_cut_and_refused(tmp_path: Path) -> None:
    path = drone_photo(tmp_path / "a.jpg", {"GimbalYawDegree": "9" * 5000})
    assert read_photo(path).gimbal is not None  # a number still; its range is looked at later
    path = drone_photo(tmp_path / "b.jpg", {"GimbalYawDegree": "1" * 300 + "x"})
    assert read_photo(path).gimbal is not None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "drone_photo"),
        (b"GIF89a", "drone_photo"),
        (b"\xff\xd8", "drone_photo"),
        (b"\xff\xd8\xff", "drone_photo"),
        (b"\xff\xd8" + END, "drone_photo"),  # no picture
        (b"\xff\xd8" + frame(0, 30) + END, "drone_photo"),
        (b"\xff\xd8\xff\xe1\x00", "drone_photo"),
        (b"\xff\xd8\xff\xe1\x00\x01" + END, "drone_photo"),
        (b"\xff\xd8\xff\xe1\xff\xffEx", "drone_photo"),
        (b"\xff\xd8" + b"\xff\xc0\x00\x04\x00\x00" + END, "drone_photo"),
        (b"\xff\xd8" + b"\xff\xfe\x00\x02" * 3000 + frame(40, 30) + END, "drone_photo"),
        (b"\xff\xd8abcd", "drone_photo"),
    ],
)
def test_what_is_no_whole_jpeg_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert refused(path) == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.jpg") == "drone_photo"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_no_cut_or_flipped_byte_does_more_than_be_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    whole = drone_photo(tmp_path / "a.jpg", exif={0x920A: [(88, 10)]}).read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    flipped = bytearray(whole[:cut])
    if flipped:
        flipped[data.draw(st.integers(0, cut - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "b.jpg"
    path.write_bytes(bytes(flipped))
    with suppress(InputRefused):
        read_photo(path)


def test_fill_bytes_between_segments_are_no_segments(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xff" + frame(40, 30) + END)
    assert read_photo(path).optics.width_px == 40


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_tells_the_place_where_xmp_does_not(tmp_path: Path, order: str) -> None:
    gps = {
        1: "S",
        2: [(20, 1), (13, 1), (580667, 10000)],
        3: "W",
        4: [(43, 1), (29, 1), (28954, 1000)],
        5: 1,
        6: [(125, 10)],
    }
    facts = {key: value for key, value in FLIGHT.items() if not key.startswith(("Gps", "Abs"))}
    path = tmp_path / "a.jpg"
    path.write_bytes(
        b"\xff\xd8"
        + app1(exif_block({0x0110: "FLIR"}, {}, gps, order))
        + app1(xmp(facts))
        + frame(640, 512)
        + END
    )
    photo = read_photo(path)
    assert photo.place == pytest.approx((-43.49137611, -20.23279630))
    assert photo.heights.absolute_m == -12.5  # below the sea: mapillary/OpenSfM#647


def test_a_misspelt_longitude_is_one(tmp_path: Path) -> None:
    facts = {"GpsLongitude": None, "GpsLongtitude": "106.7"}
    assert read_photo(drone_photo(tmp_path / "a.jpg", facts)).place == (106.7, 28.85)


@pytest.mark.parametrize(
    ("facts", "gps"),
    [
        ({"GpsLatitude": "0.0", "GpsLongitude": "0.0"}, {}),
        ({"GpsStatus": "Invalid"}, {}),
        ({}, {9: "V"}),
        ({"GpsLatitude": None}, {}),
        ({"GpsLatitude": None}, {1: "N", 2: [(1, 1), (0, 1), (1, 0)]}),
    ],
)
def test_no_fix_is_no_place(
    tmp_path: Path, facts: dict[str, str | None], gps: dict[int, object]
) -> None:
    assert read_photo(drone_photo(tmp_path / "a.jpg", facts, gps=gps)).place is None


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"RtkFlag": "0"}, RtkState.NONE),
        ({"RtkFlag": "16"}, RtkState.SINGLE),
        ({"RtkFlag": "34"}, RtkState.FLOAT),
        ({"RtkFlag": "50", "RtkStdHgt": "0.02"}, RtkState.FIXED),
        ({"RtkFlag": "7"}, RtkState.SINGLE),
        ({"AltitudeType": "RtkAlt"}, RtkState.SINGLE),
        ({"AltitudeType": "GpsFusionAlt"}, RtkState.NONE),
        ({"AltitudeType": "RtkAlt", "RtkFlag": "0"}, RtkState.NONE),  # the flag is believed
    ],
)
def test_the_flag_says_what_heights_are_above(
    tmp_path: Path, facts: dict[str, str | None], state: RtkState
) -> None:
    assert read_photo(drone_photo(tmp_path / "a.jpg", facts)).heights.rtk is state


def test_rtk_says_how_well_it_knows_the_place(tmp_path: Path) -> None:
    facts = {"RtkStdLon": "0.02", "RtkStdLat": "0.03"}
    assert read_photo(drone_photo(tmp_path / "a.jpg", facts)).place_sigma_m == 0.03


def test_an_attitude_needs_yaw_and_pitch(tmp_path: Path) -> None:
    assert read_photo(drone_photo(tmp_path / "a.jpg", {"GimbalYawDegree": None})).gimbal is None
    assert read_photo(drone_photo(tmp_path / "b.jpg", {"GimbalPitchDegree": None})).gimbal is None
    photo = read_photo(drone_photo(tmp_path / "c.jpg", {"GimbalRollDegree": None}))
    assert photo.gimbal == Attitude(30.0, -45.0, 0.0)


def test_the_lens_is_read_from_exif(tmp_path: Path) -> None:
    tags = {0x920A: [(91, 10)], 0xA405: 40, 0xA404: [(2, 1)], 0xA002: 1280, 0xA003: 1024}
    facts = {"ImageSource": "InfraredCamera", "CalibratedFocalLength": None}
    path = drone_photo(tmp_path / "a.jpg", facts, exif=tags, image={0x0110: "m30t"})
    optics = read_photo(path).optics
    assert (optics.model, optics.infrared, optics.sensor_px) == ("M30T", True, (1280, 1024))
    assert (optics.focal_mm, optics.equivalent_mm, optics.digital_zoom) == (9.1, 40.0, 2.0)
    other = read_photo(drone_photo(tmp_path / "b.jpg", {"ImageSource": "WideCamera"})).optics
    assert other.infrared is False
    assert (other.sensor_px, other.focal_mm, other.digital_zoom) == (None, None, 1.0)


def test_a_zoom_of_nothing_by_nothing_is_none(tmp_path: Path) -> None:
    path = drone_photo(
        tmp_path / "a.jpg",
        {"CalibratedFocalLength": "0"},
        exif={0xA404: [(0, 0)], 0x920A: [(0, 1)]},
    )
    optics = read_photo(path).optics
    assert (optics.digital_zoom, optics.focal_mm, optics.focal_px) == (1.0, None, None)


@pytest.mark.parametrize(
    ("image", "exif", "by"),
    [
        (
            {0x0131: "Microsoft Windows Photo Viewer 10.0"},
            {},
            "Microsoft Windows Photo Viewer 10.0",
        ),
        ({0x0131: "10.00.89.16"}, {}, ""),
        (
            {0x0131: "v01.23.4920", 0x0132: "2016:06:23 16:31:59"},
            {0x9003: "2016:06:23 16:31:59"},
            "",
        ),
        (
            {0x0131: "", 0x0132: "2016:06:23 19:24:40"},
            {0x9003: "2016:06:23 16:32:50"},
            "something at 2016:06:23 19:24:40",
        ),
    ],
)
def test_a_file_that_was_written_anew_says_so(
    tmp_path: Path, image: dict[int, str], exif: dict[int, str], by: str
) -> None:
    assert read_photo(drone_photo(tmp_path / "a.jpg", image=image, exif=exif)).edited_by == by


def test_times_need_their_offset(tmp_path: Path) -> None:
    moment = datetime(2025, 7, 9, 8, 50, 29, tzinfo=UTC)
    local = {0x9003: "2025:07:09 10:50:29"}
    alone = read_photo(drone_photo(tmp_path / "a.jpg", exif=local))
    assert (alone.taken_at, alone.taken_local) == (None, "2025:07:09 10:50:29")
    offset = read_photo(drone_photo(tmp_path / "b.jpg", exif=local | {0x9011: "+02:00"}))
    assert offset.taken_at == moment
    assert offset.taken_at.utcoffset() == timedelta(hours=2)
    created = {"xmp:CreateDate": "2025-07-09T10:50:29+02:00"}
    assert read_photo(drone_photo(tmp_path / "c.jpg", created, exif=local)).taken_at == moment
    day_only = {"xmp:CreateDate": "2025-07-09"}
    assert read_photo(drone_photo(tmp_path / "d.jpg", day_only, exif=local)).taken_at is None
    stars = {0x1D: "2025:07:09", 7: [(8, 1), (50, 1), (29, 1)]}
    assert read_photo(drone_photo(tmp_path / "e.jpg", exif=local, gps=stars)).taken_at == moment
    odd = {0x1D: "2025:07:09", 7: [(25, 1), (50, 1), (29, 1)]}
    assert read_photo(drone_photo(tmp_path / "f.jpg", gps=odd)).taken_at is None


def test_exif_that_breaks_off_leaves_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    for exif in (b"Exif\x00\x00XX*\x00", b"Exif\x00\x00II*\x00\xff\xff\xff\xff"):
        path.write_bytes(b"\xff\xd8" + app1(exif) + app1(xmp(FLIGHT)) + frame(40, 30) + END)
        assert read_photo(path).gimbal == Attitude(30.0, -45.0, 0.0)


def test_tags_of_strange_kinds_and_sizes_are_left_out(tmp_path: Path) -> None:
    head = struct.pack("<2sHI", b"II", 42, 8)
    entries = [
        struct.pack("<HHII", 0x0110, 99, 1, 0),  # no such kind
        struct.pack("<HHII", 0x0131, 2, 4_000_000_000, 0),  # a text without end
        struct.pack("<HHII", 0x0112, 4, 0, 0),  # a number that is not there
        struct.pack("<HHII", 0x8769, 2, 4, 0),  # a pointer that is text
        struct.pack("<HHII", 0x0132, 4, 1, 5),  # a number where a text should be
    ]
    block = head + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8" + app1(b"Exif\x00\x00" + block) + frame(40, 30) + END)
    photo = read_photo(path)
    assert (photo.optics.model, photo.orientation, photo.edited_by) == ("", 1, "")
