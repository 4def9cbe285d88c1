"""Aircraft as files: three formats say the same, hostile ones are refused, published figures."""

import contextlib
import csv
import io
import json
import math
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.fleet import (
    FLEET_BYTES,
    FleetFormat,
    catalogue,
    find_aircraft,
    format_of,
    read_fleet,
    write_fleet,
)
from drone_jobs.fleet_fields import aircraft_from, plain_aircraft
from models.errors import InputRefused
from models.mission import (
    SURE_LIMITS,
    Aircraft,
    Autopilot,
    BatteryPoint,
    Camera,
    Registration,
    WpmlCodes,
    check_aircraft,
)

M4T = find_aircraft("Matrice 4T")
LETTERS = "ab'=+-@\"\\,; #[]{}队北é　“"
texts = st.text(LETTERS, max_size=12).map(str.strip)
names = texts.filter(bool)
positive = st.floats(1e-3, 40.0)
maybe = st.none() | positive


@st.composite
def batteries(draw: st.DrawFn) -> tuple[BatteryPoint, ...]:
    speeds = sorted(draw(st.sets(st.floats(0.0, 30.0), max_size=5)))
    return tuple(BatteryPoint(speed, draw(st.floats(1.0, 1e5))) for speed in speeds)


@st.composite
def fleets(draw: st.DrawFn) -> tuple[Aircraft, ...]:
    found = []
    for name in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        speed_ms = draw(positive)
        has_home = draw(st.booleans())
        cameras = tuple(
            Camera(
                camera, draw(st.floats(1.0, 179.0)), draw(st.floats(1.0, 179.0)),
                draw(st.integers(1, 9000)), draw(st.integers(1, 9000)),
                draw(st.booleans()), draw(texts),
            )
            for camera in draw(st.lists(names, min_size=1, max_size=3, unique=True))
        )  # fmt: skip
        found.append(
            Aircraft(
                name=name,
                model=draw(names),
                autopilot=draw(st.sampled_from(Autopilot)),
                speed_ms=speed_ms,
                cameras=cameras,
                most_airspeed_ms=draw(st.none() | st.floats(speed_ms, 50.0)),
                most_wind_ms=draw(st.none() | st.floats(0.0, 40.0)),
                climb_ms=draw(maybe),
                descent_ms=draw(maybe),
                battery=draw(batteries()),
                usable_share=draw(st.floats(0.01, 1.0)),
                ceiling_m=draw(maybe),
                turnaround_s=draw(st.floats(0.0, 1e4)),
                wpml=draw(
                    st.none() | st.builds(WpmlCodes, *[st.integers(0, 65535)] * 3, st.just(0))
                ),
                registration=Registration(
                    number=draw(texts), pilot=draw(texts), is_activated=draw(st.booleans())
                ),
                home_name=draw(texts),
                home_lon_deg=draw(st.floats(-180.0, 180.0)) if has_home else None,
                home_lat_deg=draw(st.floats(-90.0, 90.0)) if has_home else None,
                note=draw(texts),
            )
        )
    return tuple(found)


@pytest.mark.parametrize("format_", FleetFormat)
@settings(max_examples=60)
@given(fleet=fleets())
def test_what_is_written_is_read_back_to_the_last_bit(
    format_: FleetFormat, fleet: tuple[Aircraft, ...]
) -> None:
    for aircraft in fleet:
        check_aircraft(aircraft)
    read = read_fleet(write_fleet(fleet, format_), format_)
    assert read.refused == ()
    assert read.aircraft == fleet


@given(fleet=fleets())
@settings(max_examples=30)
def test_other_readers_see_the_same(fleet: tuple[Aircraft, ...]) -> None:
    """Of the standard library, which know nothing of aircraft."""
    plain = [plain_aircraft(one) for one in fleet]
    assert tomllib.loads(write_fleet(fleet, FleetFormat.TOML).decode())["aircraft"] == plain
    assert json.loads(write_fleet(fleet, FleetFormat.JSON))["aircraft"] == plain
    sheet = write_fleet(fleet, FleetFormat.CSV).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    shown = [f"'{one.name}" if one.name[0] in "=+-@'" else one.name for one in fleet]
    assert [row["name"] for row in rows] == shown
    assert [float(row["speed_ms"]) for row in rows] == [one.speed_ms for one in fleet]
    for row in rows:
        for cell in row.values():
            is_number = cell.lstrip("-").replace(".", "").replace("e-", "").isdigit()
            assert not cell.startswith(("=", "+", "@")), "a spreadsheet would reckon with it"
            assert not cell.startswith("-") or is_number


def test_excel_of_china_writes_gb18030() -> None:
    fleet = (replace(M4T, name="护林-01", note="林业局"),)
    sheet = write_fleet(fleet, FleetFormat.CSV).decode("utf-8-sig")
    assert read_fleet(sheet.encode("gb18030"), FleetFormat.CSV).aircraft == fleet


def test_an_aircraft_without_a_limit_is_read_and_names_it() -> None:
    told = plain_aircraft(M4T)
    for name in SURE_LIMITS:
        bare = aircraft_from({key: value for key, value in told.items() if key != name})
        assert bare.missing_limits == (name,)
        assert aircraft_from({**told, name: None}) == bare
    assert M4T.missing_limits == ()
    assert aircraft_from({**told, "most_wind_ms": 0}).missing_limits == (), "zero is a value"


def tables(*changed: dict[str, object]) -> bytes:
    told = plain_aircraft(M4T)
    return json.dumps({"aircraft": [{**told, **each} for each in changed]}).encode()


CAMERA = plain_aircraft(M4T)["cameras"][0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"speed_ms": "10"}, "aircraft_field"),
        ({"speed_ms": True}, "aircraft_field"),
        ({"speed_ms": None}, "aircraft_field"),
        ({"speed_ms": 10**400}, "aircraft_field"),
        ({"speed_ms": -1}, "aircraft_number"),
        ({"speed_ms": 0}, "aircraft_number"),
        ({"speed_ms": 1e9}, "aircraft_number"),
        ({"climb_ms": -2.0}, "aircraft_number"),
        ({"climb_ms": 0.0}, "aircraft_number"),
        ({"most_wind_ms": -0.1}, "aircraft_number"),
        ({"most_airspeed_ms": 9.9}, "aircraft_number"),
        ({"usable_share": 1.01}, "aircraft_number"),
        ({"turnaround_s": -1}, "aircraft_number"),
        ({"least_gimbal_deg": 60.0}, "aircraft_number"),
        ({"least_gimbal_deg": -181.0}, "aircraft_number"),
        ({"home_lon_deg": 181.0, "home_lat_deg": 0.0}, "aircraft_number"),
        ({"home_lon_deg": 100.0}, "aircraft_home"),
        ({"home_lat_deg": 0.0}, "aircraft_home"),
        ({"name": ""}, "aircraft_name"),
        ({"name": " x"}, "aircraft_name"),
        ({"name": "a/b"}, "aircraft_name"),
        ({"name": "x" * 41}, "aircraft_name"),
        ({"name": "a\u202eb"}, "aircraft_name"),
        ({"name": 7}, "aircraft_field"),
        ({"model": ""}, "aircraft_text"),
        ({"note": "x" * 1001}, "aircraft_text"),
        ({"note": "two\nlines"}, "aircraft_text"),
        ({"note": "two\u2028lines"}, "aircraft_text"),
        ({"home_name": "\ud800"}, "aircraft_text"),
        ({"autopilot": "pixhawk"}, "aircraft_field"),
        ({"autopilot": 3}, "aircraft_field"),
        ({"cameras": []}, "aircraft_cameras"),
        ({"cameras": {}}, "aircraft_field"),
        ({"cameras": [3]}, "aircraft_field"),
        ({"cameras": [CAMERA, CAMERA]}, "aircraft_cameras"),
        ({"cameras": [{**CAMERA, "name": ""}]}, "aircraft_cameras"),
        ({"cameras": [{**CAMERA, "horizontal_fov_deg": 180}]}, "aircraft_cameras"),
        ({"cameras": [{**CAMERA, "vertical_fov_deg": 0}]}, "aircraft_cameras"),
        ({"cameras": [{**CAMERA, "width_px": 0}]}, "aircraft_cameras"),
        ({"cameras": [{**CAMERA, "height_px": 3.5}]}, "aircraft_field"),
        ({"cameras": [{**CAMERA, "is_thermal": "no"}]}, "aircraft_field"),
        ({"cameras": [{**CAMERA, "zoom": 3}]}, "aircraft_field"),
        ({"cameras": [{**CAMERA, "name": f"{n}"} for n in range(9)]}, "aircraft_cameras"),
        ({"cameras": [CAMERA] * 101}, "aircraft_field"),
        ({"battery": [{"airspeed_ms": 0, "endurance_s": 0}]}, "aircraft_battery"),
        ({"battery": [{"airspeed_ms": -1, "endurance_s": 9}]}, "aircraft_battery"),
        ({"battery": [{"airspeed_ms": 5, "endurance_s": 9}] * 2}, "aircraft_battery"),
        (
            {"battery": [{"airspeed_ms": n, "endurance_s": 9} for n in range(25)]},
            "aircraft_battery",
        ),
        ({"battery": [{"airspeed_ms": 5}]}, "aircraft_field"),
        ({"wpml": {"drone": -1, "drone_sub": 0, "payload": 0}}, "aircraft_number"),
        ({"wpml": {"drone": 1, "drone_sub": 0, "payload": 65536}}, "aircraft_number"),
        ({"wpml": [1]}, "aircraft_field"),
        ({"registration": {"pilot": 3}}, "aircraft_field"),
        ({"clmb_ms": 3.0}, "aircraft_field"),
    ],
)
def test_what_cannot_be_is_told_and_left_out_and_the_rest_is_read(
    changed: dict[str, object], code: str
) -> None:
    read = read_fleet(tables({"name": "good"}, {"name": "bad"} | changed), FleetFormat.JSON)
    assert read.aircraft == (replace(M4T, name="good"),)
    (refused,) = read.refused
    assert refused.code == code
    assert refused.message
    assert refused.remedy
    refused.message.encode()  # a half letter is shown to nobody


def test_numbers_that_are_none() -> None:
    for text in ("nan", "inf", "-inf"):
        told = write_fleet([M4T], FleetFormat.TOML).decode().replace("= 10.0", f"= {text}", 1)
        read = read_fleet(told.encode(), FleetFormat.TOML)
        assert [one.code for one in read.refused] == ["aircraft_field"]
        sheet = write_fleet([M4T], FleetFormat.CSV).decode().replace(",10.0,", f",{text},", 1)
        read = read_fleet(sheet.encode(), FleetFormat.CSV)
        assert [one.code for one in read.refused] == ["aircraft_field"]


def test_two_of_one_name_are_both_left_out() -> None:
    read = read_fleet(tables({}, {"name": "x"}, {"speed_ms": 3.0}), FleetFormat.JSON)
    assert [one.name for one in read.aircraft] == ["x"]
    assert [(one.name, one.code) for one in read.refused] == [("Matrice 4T", "aircraft_twice")] * 2


def test_one_without_a_name_is_told_by_its_place() -> None:
    read = read_fleet(tables({"name": "x"}, {"name": None}, {"name": "a\0b"}), FleetFormat.JSON)
    assert [one.name for one in read.refused] == ["#2", "#3"]
    assert [one.name for one in read_fleet(b"[3, []]", FleetFormat.JSON).refused] == ["#1", "#2"]


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"", FleetFormat.JSON),
        (b"", FleetFormat.TOML),
        (b"", FleetFormat.CSV),
        (b"name,model\n", FleetFormat.CSV),
        (b"\xff\xfe\x00", FleetFormat.TOML),
        (b"\xff\xfe\x00", FleetFormat.JSON),
        (b"\xff", FleetFormat.CSV),
        (b"{}", FleetFormat.JSON),
        (b"3", FleetFormat.JSON),
        (b'{"aircraft": {}}', FleetFormat.JSON),
        (b'{"aircraft": [], "more": 1}', FleetFormat.JSON),
        (b'[{"name": "a", "name": "b"}]', FleetFormat.JSON),
        (b'[{"speed_ms": NaN}]', FleetFormat.JSON),
        (b'[{"speed_ms": Infinity}]', FleetFormat.JSON),
        (b"[" * 100_000, FleetFormat.JSON),
        (b"a=" + b"[" * 100_000, FleetFormat.TOML),
        (b"[1" + b"0" * 5000 + b"]", FleetFormat.JSON),
        (b"[" + b"{}," * 501 + b"{}]", FleetFormat.JSON),
        (b"aircraft = 3", FleetFormat.TOML),
        (b"name = 'x'", FleetFormat.TOML),
        (b"[[aircraft]]\nname = 'a'\nname = 'b'", FleetFormat.TOML),
        (b"name,name\na,b\n", FleetFormat.CSV),
        (b"name,\na,b\n", FleetFormat.CSV),
        (b"name\na,b\n", FleetFormat.CSV),
        (b'name\n"a', FleetFormat.CSV),
        (b"name\n" + b"x" * 200_000, FleetFormat.CSV),
        (b"x" * 10_000_000, FleetFormat.TOML),
        (b"x" * 10_000_000, FleetFormat.JSON),
        (b"x" * 10_000_000, FleetFormat.CSV),
        (b" " * FLEET_BYTES + b" ", FleetFormat.JSON),
    ],
    ids=range(30),
)
def test_a_file_that_is_none(data: bytes, format_: FleetFormat) -> None:
    with pytest.raises(InputRefused) as why:
        read_fleet(data, format_)
    assert why.value.code == "aircraft_file"
    assert why.value.remedy


@given(st.binary(max_size=200) | st.text(LETTERS).map(str.encode))
@settings(max_examples=100)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for format_ in FleetFormat:
        with contextlib.suppress(InputRefused):  # and raises nothing else
            assert read_fleet(data, format_).aircraft == ()


def test_cells_of_a_sheet_are_understood_as_people_write_them() -> None:
    sheet = (
        "name,model,autopilot,speed_ms,cameras.2.name,cameras.2.horizontal_fov_deg,"
        "cameras.2.vertical_fov_deg,cameras.2.width_px,cameras.2.height_px,cameras.2.is_thermal,"
        "registration.number,registration.is_activated,note,turnaround_s\n"
        " 7 ,M,px4, 8 ,w,70,50,640,512,是,0012,NO,'=1+1,0\n\n,,,\n"
    )
    (found,) = read_fleet(sheet.encode(), FleetFormat.CSV).aircraft
    assert found == Aircraft(
        "7", "M", Autopilot.PX4, 8.0, (Camera("w", 70.0, 50.0, 640, 512, is_thermal=True),),
        registration=Registration(number="0012"), note="=1+1", turnaround_s=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell"),
    [("registration.is_activated", "perhaps"), ("speed_ms", "fast"), ("cameras.x", "1")],
)
def test_cells_that_are_of_no_kind(column: str, cell: str) -> None:
    head, row = write_fleet([M4T], FleetFormat.CSV).decode("utf-8-sig").split("\r\n")[:2]
    columns, cells = head.split(","), next(csv.reader([row]))
    told = dict(zip(columns, cells, strict=True)) | {column: cell}
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([list(told), list(told.values())])
    (refused,) = read_fleet(file.getvalue().encode(), FleetFormat.CSV).refused
    assert refused.code == "aircraft_field"


def test_an_empty_fleet_can_be_written() -> None:
    assert tomllib.loads(write_fleet([], FleetFormat.TOML).decode()) == {"aircraft": []}
    assert json.loads(write_fleet([], FleetFormat.JSON)) == {"aircraft": []}
    assert write_fleet([], FleetFormat.CSV).decode("utf-8-sig") == "name\r\n"


@pytest.mark.parametrize(
    ("name", "format_"), [("a.toml", "toml"), ("b.c.JSON", "json"), ("队.Csv", "csv")]
)
def test_formats_by_their_endings(name: str, format_: str) -> None:
    assert format_of(name) == format_
    for other in ("toml", ".toml", "x.xlsx", "", "a."):
        with pytest.raises(InputRefused):
            format_of(other)


PUBLISHED = {
    "Matrice 30T": (41, (67, 1, 53), 84.0, 61.0),
    "Mavic 3T": (45, (77, 1, 67), 84.0, 61.0),
    "Matrice 3TD": (50, (91, 1, 81), 82.0, 61.0),
    "Matrice 4T": (49, (99, 1, 89), 82.0, 45.0),
    "Matrice 4TD": (54, (100, 1, 99), 82.0, 45.0),
}
"""Longest flight in minutes and WPML's numbers, of DJI's documentation; diagonal angles of view."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_catalogue_has_the_published_figures(name: str) -> None:
    minutes, codes, *diagonals = PUBLISHED[name]
    aircraft = find_aircraft(name)
    assert max(point.endurance_s for point in aircraft.battery) == minutes * 60
    assert aircraft.wpml is not None
    assert (aircraft.wpml.drone, aircraft.wpml.drone_sub, aircraft.wpml.payload) == codes
    assert [camera.name for camera in aircraft.cameras] == ["wide", "ir"]
    for camera, diagonal_deg in zip(aircraft.cameras, diagonals, strict=True):
        across, along = (
            math.tan(math.radians(angle / 2.0))
            for angle in (camera.horizontal_fov_deg, camera.vertical_fov_deg)
        )
        seen_deg = 2.0 * math.degrees(math.atan(math.hypot(across, along)))
        assert seen_deg == pytest.approx(diagonal_deg, abs=0.02)
        assert across / along == pytest.approx(camera.width_px / camera.height_px, abs=1e-3)
    assert [camera.is_thermal for camera in aircraft.cameras] == [False, True]
    assert f"{minutes} min" in aircraft.note
    assert "Ours" in aircraft.note
    assert aircraft.missing_limits == ()


def test_every_aircraft_of_the_catalogue_can_be_and_says_where_its_figures_are_from() -> None:
    assert len({aircraft.name for aircraft in catalogue()}) == len(catalogue()) == 7
    for aircraft in catalogue():
        check_aircraft(aircraft)
        assert aircraft.note
        assert aircraft.registration == Registration(), "nobody's papers are shipped"
        assert ("EXAMPLE" in aircraft.note) == (aircraft.autopilot is not Autopilot.DJI)
        assert (aircraft.wpml is None) == (aircraft.autopilot is not Autopilot.DJI)
    others = {one.autopilot for one in catalogue() if "example" in one.name}
    assert others == {Autopilot.PX4, Autopilot.ARDUPILOT}


def test_capitals_and_spaces_do_not_matter() -> None:
    assert find_aircraft("  matrice   4t ") is M4T


@pytest.mark.parametrize("name", ["", "Matrice", "\0", "x" * 10_000])
def test_an_unknown_aircraft_lists_those_there_are(name: str) -> None:
    with pytest.raises(InputRefused) as why:
        find_aircraft(name)
    assert why.value.code == "aircraft_unknown"
    assert "Matrice 4T" in str(why.value.remedy)
    assert len(str(why.value)) < 500
