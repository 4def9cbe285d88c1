"""What subtitles of every family tell; real files are read in test_drone_footage_all."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from subtitle_rig import LINE, QIJIANG, THERMAL, file, first, place, read

from drone_jobs.imagery.subtitle_facts import SubtitleFamily
from drone_jobs.imagery.subtitles import read_subtitles
from models.errors import InputRefused
from models.flight import AttitudeSource, Look, LookGap

CHINA = ZoneInfo("Asia/Shanghai")


# The families


def test_labels_with_the_gimbal_can_be_placed_once_the_lens_is_stated() -> None:
    subtitles = read(THERMAL.format(1), zone=CHINA, stated_fov_deg=45.0)
    look = subtitles.entries[0].look
    assert look == Look(
        at=datetime(2026, 4, 12, 6, 43, 56, 810_000, UTC),
        lon_deg=106.65,
        lat_deg=28.85,
        height=None,
        above_take_off_m=75.645,
        yaw_deg=look.yaw_deg,
        pitch_deg=-49.1,
        roll_deg=0.0,
        horizontal_fov_deg=45.0,
        attitude=AttitudeSource.SUBTITLES,
        gaps=(),
    )
    assert look.yaw_deg == pytest.approx(283.2)
    assert subtitles.entries[0].absolute_m == 227.888
    assert subtitles.entries[0].family is SubtitleFamily.LABELLED
    assert subtitles.notes == ()


def test_one_line_tells_the_gimbal_and_not_the_airframe() -> None:
    entry = read(LINE, site=QIJIANG).entries[0]
    assert (entry.look.yaw_deg, entry.look.pitch_deg, entry.look.roll_deg) == (112.4, -24.4, 0.5)
    assert entry.look.above_take_off_m == 85.8
    assert place(entry.look) == (106.65, 28.85)
    assert entry.home == (106.651, 28.85)


@pytest.mark.parametrize("sign", ["\u00b0", "\ufffd", ""])
def test_the_sign_of_degrees_may_be_lost(sign: str) -> None:
    assert first(LINE.replace("\u00b0", sign)).pitch_deg == -24.4


def test_the_sign_of_degrees_may_be_in_another_encoding() -> None:
    data = file(LINE).decode().encode("latin-1")
    assert read_subtitles(data, "a.srt").entries[0].look.pitch_deg == -24.4


def test_an_airframe_within_labels_is_no_gimbal() -> None:
    look = first(
        "[focal_len : 240] [dzoom_ratio: 10000, delta:0],[latitude: 39.674253] "
        "[longtitude: 118.162311] [altitude: 143.076004] [Drone: Yaw:90.4, Pitch:0.8, Roll:-1.6]"
    )
    assert place(look) == (118.162311, 39.674253)
    assert look.attitude is AttitudeSource.NONE
    assert LookGap.ATTITUDE in look.gaps


def test_the_third_number_of_a_tuple_is_no_height() -> None:
    entry = read("HOME(106.6,28.8) 2026.7.3 10:15:03\nGPS(106.6,28.8,19) ISO:100").entries[0]
    assert entry.look.above_take_off_m is None
    assert LookGap.HEIGHT in entry.look.gaps


@pytest.mark.parametrize("text", ["BAROMETER:20.1", "BAROMETER: 20.1M", "Hb:20.1 Hs:3.0"])
def test_a_barometer_is_a_height_over_the_take_off(text: str) -> None:
    assert first(f"GPS(106.6,28.8,19) {text}").above_take_off_m == 20.1


def test_a_barometer_in_brackets_is_of_nobody_knows_what() -> None:
    look = first("GPS(28.85,106.65,69.8) BAROMETER(91.2) HOME(28.85,106.65)")
    assert look.above_take_off_m is None
    assert place(look) == (106.65, 28.85)


def test_exposure_alone_is_read_and_cannot_be_placed() -> None:
    subtitles = read("[iso : 100] [shutter : 1/240.0] [fnum : 280] [ev : 0] [ct : 5627] </font>")
    assert subtitles.entries[0].family is SubtitleFamily.EXPOSURE
    assert {LookGap.PLACE, LookGap.HEIGHT, LookGap.ATTITUDE} < set(subtitles.entries[0].look.gaps)
    assert subtitles.notes == ("It tells no place at all.",)


# drone.md, section 7, reports 25 and 26


def test_a_file_without_a_height_says_so_and_makes_none_up() -> None:
    look = first("[latitude : -20.2533] [longtitude : 149.0251] [iso : 100]")
    assert (look.height, look.above_take_off_m) == (None, None)
    assert LookGap.HEIGHT in look.gaps


def test_an_altitude_without_its_datum_is_kept_as_written_and_not_taken_for_a_height() -> None:
    entry = read("[latitude: 41.420684] [longitude: 2.162162] [altitude: 27.300000]").entries[0]
    assert entry.absolute_m == 27.3
    assert (entry.look.height, entry.look.above_take_off_m) == (None, None)


@pytest.mark.parametrize(
    "label", ["longitude", "longtitude", "longitude ", "longtitude ", "longtitude\t"]
)
def test_the_misspelt_longitude_is_read(label: str) -> None:
    assert place(first(f"[latitude : 28.85] [{label}: 106.65]")) == (106.65, 28.85)


@pytest.mark.parametrize("stray", ["</font>", "<b>", "{\\an8}", '<font size="36">', "&nbsp;"])
def test_stray_marks_do_not_hide_what_they_stand_beside(stray: str) -> None:
    look = first(f"{stray}[latitude: 28.85]{stray}[longitude: 106.65]{stray}")
    assert place(look) == (106.65, 28.85)


@pytest.mark.parametrize(
    "text",
    [
        "[latitude: 0.000000] [longitude: 0.000000]",
        "GPS(N/A,N/A,4) BAROMETER:0.0",
        "GPS(0.0000,0.0000,0) BAROMETER:0.0",
        "[latitude: ] [longitude: ]",
        "[latitude: 95.0] [longitude: 106.6]",
        "[latitude: 28.6] [longitude: 190.0]",
        "[latitude: nan] [longitude: 106.6]",
        "[latitude: 1e1] [longitude: 106.6]",
        "[latitude: 28,6] [longitude: 106,6]",
        "GPS(200.0,28.8,4) BAROMETER:0.0",
        "GPS(28.8) BAROMETER:0.0",
        "GPS(106,65,28,85,19) BAROMETER:0.0",
        "[latitude: 28.6] [longitude: 99999999999999999999]",
    ],
)
def test_no_fix_is_no_place(text: str) -> None:
    look = first(text, site=QIJIANG)
    assert place(look) == (None, None)
    assert LookGap.PLACE in look.gaps


def test_satellites_that_stop_leave_no_place_behind() -> None:
    told = "[latitude: 28.85] [longitude: 106.65] [rel_alt: 50.0 abs_alt: 90.0]"
    silent = "[iso: 100] [rel_alt: 50.0 abs_alt: 90.0]"
    subtitles = read(*[told] * 4, *[silent] * 6)
    assert [each.look.lon_deg for each in subtitles.entries] == [106.65] * 4 + [None] * 6
    assert "Its satellites stop 4.0 s after the beginning." in subtitles.notes
    assert place(subtitles.look_at(2.5)) == pytest.approx((106.65, 28.85))
    assert place(subtitles.look_at(3.5)) == (None, None)  # nothing is held or made up


@pytest.mark.parametrize("text", ["GPS(106.65,28.85,52.860M)", "GPS (106.65, 28.85, 52.8 m)"])
def test_units_within_the_tuple_do_no_harm(text: str) -> None:
    assert place(first(f"{text} BAROMETER:4.0M")) == (106.65, 28.85)


def test_both_heights_of_one_bracket_are_kept_apart() -> None:
    entry = read("[latitude: 28.8] [longitude: 106.6] [rel_alt: 1.700 abs_alt: -135.006]").entries[
        0
    ]
    assert entry.look.above_take_off_m == 1.7
    assert entry.absolute_m == -135.006
    assert entry.look.height is None  # 135 m below the sea is above nothing that is known


def test_a_value_of_satellites_that_stop_between_is_not_carried_over() -> None:
    texts = [
        "[latitude: 28.85] [longitude: 106.65]",
        "[iso: 1]",
        "[latitude: 28.86] [longitude: 106.65]",
    ]
    subtitles = read(*texts)
    assert [place(each.look)[1] for each in subtitles.entries] == [28.85, None, 28.86]
    assert all("stop" not in note for note in subtitles.notes)


# The gimbal: sign and unit (report 20)


def test_straight_down_is_minus_ninety() -> None:
    text = "[latitude: 28.8] [longitude: 106.6] [gb_yaw: 5.0 gb_pitch: -90.0 gb_roll: 0.0]"
    assert first(text).pitch_deg == -90.0


@pytest.mark.parametrize(
    "angles",
    [
        "gb_yaw: 0.0 gb_pitch: 0.0 gb_roll: 0.0",  # never written
        "gb_yaw: 3000 gb_pitch: -9000 gb_roll: 0",  # hundredths
        "gb_yaw: 30.0 gb_pitch: -900.0 gb_roll: 0.0",  # tenths
        "gb_yaw: 30.0",
        "gb_pitch: -30.0 gb_roll: 0.0",
        "gb_yaw: nan gb_pitch: -30.0",
    ],
)
def test_what_is_no_angle_of_a_gimbal_is_a_gap(angles: str) -> None:
    look = first(f"[latitude: 28.8] [longitude: 106.6] [{angles}]")
    assert (look.yaw_deg, look.pitch_deg, look.roll_deg) == (None, None, None)
    assert look.attitude is AttitudeSource.NONE
    assert LookGap.ATTITUDE in look.gaps


@pytest.mark.parametrize(
    "broken", ["G.PRY (-24.4, 0.0", "G.PRY (-24.4, 112.0)", "G.PRY (n/a, 0, 1)"]
)
def test_damaged_angles_of_the_line_are_a_gap(broken: str) -> None:
    look = first(LINE[: LINE.index("G.PRY")] + broken)
    assert LookGap.ATTITUDE in look.gaps


@given(yaw=st.floats(-360.0, 360.0))
@settings(max_examples=40)
def test_a_yaw_lies_within_a_turn(yaw: float) -> None:
    look = first(f"[latitude: 28.8] [longitude: 106.6] [gb_yaw: {yaw:.6f} gb_pitch: -10.0]")
    assert look.yaw_deg is not None
    assert 0.0 <= look.yaw_deg < 360.0
    assert (look.yaw_deg - yaw) % 360.0 == pytest.approx(0.0, abs=1e-5) or (
        (look.yaw_deg - yaw) % 360.0 == pytest.approx(360.0, abs=1e-5)
    )


def test_a_yaw_next_to_nothing_below_north_is_north() -> None:
    text = "[latitude: 28.8] [longitude: 106.6] [gb_yaw: -0.00000000000001 gb_pitch: -10.0]"
    assert first(text).yaw_deg == 0.0


# The lens


def test_a_stated_lens_does_not_hold_once_the_picture_is_zoomed() -> None:
    texts = [
        f"[focal_len: {focal}] [dzoom_ratio: {zoom}], [latitude: 28.8] [longitude: 106.6]"
        for focal, zoom in (
            ("24.00", "1.00"),
            ("24.00", "1.00"),
            ("24.00", "1.77"),
            ("48.0", "1.00"),
        )
    ]
    looks = [each.look for each in read(*texts, stated_fov_deg=71.0).entries]
    assert [look.horizontal_fov_deg for look in looks] == [71.0, 71.0, None, None]
    assert [LookGap.LENS in look.gaps for look in looks] == [False, False, True, True]


@pytest.mark.parametrize("degrees", [0.0, -5.0, 180.0, float("nan")])
def test_a_stated_lens_that_is_none_is_refused(degrees: float) -> None:
    with pytest.raises(InputRefused) as refused:
        read(THERMAL.format(1), stated_fov_deg=degrees)
    assert refused.value.code == "drone_lens"


# Times


@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2026-08-07 13:40:40,774,808", 774_808),
        ("2026-08-07 13:40:40.373", 373_000),
        ("2026-08-07 13:40:40,033", 33_000),
        ("2026.08.07 13:40:40,393,525,393,525", 393_525),
        ("2026.8.7 13:40:40", 0),
    ],
)
def test_every_way_of_writing_a_time(written: str, microsecond: int) -> None:
    entry = read(f"{written}\n[iso: 100]", zone=CHINA).entries[0]
    assert entry.local == datetime(2026, 8, 7, 13, 40, 40, microsecond)  # noqa: DTZ001
    assert entry.look.at == datetime(2026, 8, 7, 5, 40, 40, microsecond, UTC)


def test_a_time_without_a_zone_is_no_moment_and_that_is_told() -> None:
    subtitles = read("2026-08-07 13:40:40.373\n[latitude: 28.8] [longitude: 106.6]")
    assert subtitles.entries[0].look.at is None
    assert LookGap.TIME in subtitles.entries[0].look.gaps
    assert any("zone" in note for note in subtitles.notes)


@pytest.mark.parametrize(
    "written", ["2026-02-30 10:00:00", "2026-13-01 10:00:00", "0000-01-01 00:00:00"]
)
def test_a_date_that_is_none_is_no_moment(written: str) -> None:
    entry = read(f"{written}\n[iso: 100]", zone=CHINA).entries[0]
    assert entry.local is None
    assert entry.look.at is None


@pytest.mark.parametrize("written", ["2026-11-01 01:30:00", "2026-03-08 02:30:00"])
def test_an_hour_that_came_twice_or_never_is_no_moment(written: str) -> None:
    look = first(f"{written}\n[iso: 100]", zone=ZoneInfo("America/New_York"))
    assert look.at is None


def test_the_first_day_that_there_is_does_no_harm() -> None:
    assert first("0001-01-01 00:00:00\n[iso: 100]", zone=timezone(timedelta(hours=8))).at is None


def test_a_video_is_asked_by_its_own_time() -> None:
    texts = [
        f"2026-08-07 13:40:{second:02d}\n[latitude: 28.850{second}] [longitude: 106.65]"
        for second in range(4)
    ]
    subtitles = read(*texts, zone=CHINA)
    look = subtitles.look_at(1.5)
    assert look.lat_deg == pytest.approx(28.85015)
    assert look.at == datetime(2026, 8, 7, 5, 40, 1, 500_000, UTC)
    assert subtitles.look_at(3600.0).gaps[-2:] == (LookGap.LENS, LookGap.TIME)
    assert subtitles.home is None
