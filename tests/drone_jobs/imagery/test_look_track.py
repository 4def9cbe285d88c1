"""Looks between looks: evenly, the short way, and never made up."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from drone_jobs.imagery.look_track import LookTrack, between
from drone_jobs.imagery.telemetry_times import TelemetryTimes, VideoOverTelemetry, look_of_state
from models.flight import AircraftState, AttitudeSource, Look, LookGap
from models.height import Height, HeightSystem

AT = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
STATE = AircraftState(
    at=AT,
    lon_deg=106.65,
    lat_deg=28.85,
    height=Height(985.0, HeightSystem.ELLIPSOID),
    above_take_off_m=100.0,
    gimbal_pitch_deg=-30.0,
    gimbal_yaw_deg=350.0,
    gimbal_roll_deg=0.0,
)
LATER = replace(
    STATE,
    at=AT + timedelta(seconds=2),
    lon_deg=106.6502,
    lat_deg=28.8501,
    height=Height(989.0, HeightSystem.ELLIPSOID),
    above_take_off_m=104.0,
    gimbal_pitch_deg=-50.0,
    gimbal_yaw_deg=10.0,
    gimbal_roll_deg=4.0,
)
GEOD = Geod(ellps="WGS84")


def history(*states: AircraftState, ahead_s: float = 0.0) -> TelemetryTimes:
    return TelemetryTimes(states, horizontal_fov_deg=70.0, camera_ahead_s=ahead_s)


def test_half_way_everything_is_half_way_and_the_yaw_goes_over_north() -> None:
    look = history(LATER, STATE).look_at(AT + timedelta(seconds=1))
    assert look.at == AT + timedelta(seconds=1)
    assert look.lon_deg == pytest.approx(106.6501, abs=1e-7)
    assert look.lat_deg == pytest.approx(28.85005, abs=1e-7)
    assert look.height == Height(987.0, HeightSystem.ELLIPSOID)
    assert look.above_take_off_m == pytest.approx(102.0)
    assert min(look.yaw_deg or 0.0, 360.0 - (look.yaw_deg or 0.0)) == pytest.approx(0.0, abs=1e-9)
    assert look.pitch_deg == pytest.approx(-40.0)
    assert look.roll_deg == pytest.approx(2.0)
    assert (look.attitude, look.gaps) == (AttitudeSource.CLOUD, ())


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 359.9), st.floats(-119.0, 119.0), st.floats(0.0, 1.0))
def test_a_turn_goes_the_short_way_as_a_needle_would(
    yaw_deg: float, turn_deg: float, share: float
) -> None:
    look = history(
        replace(STATE, gimbal_yaw_deg=yaw_deg),
        replace(LATER, gimbal_yaw_deg=(yaw_deg + turn_deg) % 360.0),
    ).look_at(AT + timedelta(seconds=2.0 * share))
    assert look.yaw_deg is not None
    assert 0.0 <= look.yaw_deg < 360.0
    # By a needle on a circle: unit vectors turned by complex numbers.
    needle = np.exp(1j * math.radians(yaw_deg)) * np.exp(1j * math.radians(turn_deg * share))
    assert abs(np.exp(1j * math.radians(look.yaw_deg)) - needle) < 1e-4


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 1.0), st.sampled_from([106.65, 179.9999, -179.9999, -0.0001]))
def test_the_place_lies_on_the_way_over_the_date_line_too(share: float, lon_deg: float) -> None:
    other_deg = lon_deg + 0.0002 - (360.0 if lon_deg + 0.0002 > 180.0 else 0.0)
    look = between(Look(AT, lon_deg, 28.85), Look(AT, other_deg, 28.8501), share, apart_s=2.0)
    assert look.lon_deg is not None
    assert look.lat_deg is not None
    whole_m = GEOD.inv(lon_deg, 28.85, other_deg, 28.8501)[2]
    from_m = GEOD.inv(lon_deg, 28.85, look.lon_deg, look.lat_deg)[2]
    to_m = GEOD.inv(other_deg, 28.8501, look.lon_deg, look.lat_deg)[2]
    assert from_m + to_m == pytest.approx(whole_m, abs=1e-3)
    assert from_m == pytest.approx(share * whole_m, abs=1e-2)
    assert -180.0 <= look.lon_deg < 180.0


@pytest.mark.parametrize(
    ("offset_s", "is_told"),
    [
        (-0.2, True),
        (-0.3, False),
        (0.0, True),
        (2.0, True),
        (2.2, True),
        (2.3, False),
        (3e9, False),
    ],
)
def test_nothing_is_told_beyond_the_history(offset_s: float, *, is_told: bool) -> None:
    look = history(STATE, LATER).look_at(AT + timedelta(seconds=offset_s))
    assert (look.gaps == ()) is is_told
    if not is_told:
        assert LookGap.TIME in look.gaps
        assert look.lon_deg is None


def test_a_hole_is_not_bridged_and_its_rims_still_hold_for_a_moment() -> None:
    track = history(STATE, replace(LATER, at=AT + timedelta(seconds=20)))
    assert LookGap.TIME in track.look_at(AT + timedelta(seconds=10)).gaps
    assert track.look_at(AT + timedelta(seconds=0.2)).pitch_deg == -30.0
    assert track.look_at(AT + timedelta(seconds=19.8)).pitch_deg == -50.0


@pytest.mark.parametrize(
    ("later", "gap"),
    [
        (replace(LATER, lat_deg=28.90), LookGap.PLACE),  # 5 km in two seconds
        (replace(LATER, lat_deg=None), LookGap.PLACE),
        (replace(LATER, lat_deg=91.0), LookGap.PLACE),
        (replace(LATER, lon_deg=0.0, lat_deg=0.0), LookGap.PLACE),
        (replace(LATER, gimbal_yaw_deg=170.0), LookGap.ATTITUDE),  # which way round?
        (replace(LATER, gimbal_pitch_deg=None), LookGap.ATTITUDE),
        (replace(LATER, gimbal_yaw_deg=math.nan), LookGap.ATTITUDE),
        (replace(LATER, gimbal_roll_deg=170.0), LookGap.ATTITUDE),
        (
            replace(LATER, height=Height(1.0, HeightSystem.EGM96), above_take_off_m=None),
            LookGap.HEIGHT,
        ),
        (replace(LATER, height=None, above_take_off_m=math.inf), LookGap.HEIGHT),
    ],
)
def test_what_has_no_middle_is_a_gap(later: AircraftState, gap: LookGap) -> None:
    look = history(STATE, later).look_at(AT + timedelta(seconds=1))
    assert look.gaps == (gap,)


def test_a_roll_that_is_not_told_is_no_gap() -> None:
    look = history(STATE, replace(LATER, gimbal_roll_deg=None)).look_at(AT + timedelta(seconds=1))
    assert (look.roll_deg, look.gaps) == (None, ())


def test_looks_of_two_sources_have_no_attitude_between_them() -> None:
    first = look_of_state(STATE, 70.0)
    second = replace(look_of_state(LATER, 70.0), attitude=AttitudeSource.MISSION)
    look = between(first, second, 0.5, 2.0)
    assert (look.attitude, look.gaps) == (AttitudeSource.NONE, (LookGap.ATTITUDE,))


def test_angles_that_only_one_of_two_tells_are_told_by_neither() -> None:
    first = look_of_state(STATE, 70.0)
    for later in (replace(first, pitch_deg=None), replace(first, yaw_deg=None)):
        assert between(first, later, 0.5, 2.0).gaps == (LookGap.ATTITUDE,)
        assert between(later, first, 0.5, 2.0).gaps == (LookGap.ATTITUDE,)


def test_a_gap_of_order_stays_one_between_two() -> None:
    first = Look(AT, gaps=(LookGap.ORDER,))
    assert between(first, Look(None), 0.5, 1.0).gaps[-1] is LookGap.ORDER


def test_times_without_a_zone_cannot_be_joined() -> None:
    naive = AT.replace(tzinfo=None)
    assert LookGap.TIME in history(STATE, LATER).look_at(naive).gaps
    assert LookGap.TIME in history(STATE, LATER).look_at(None).gaps
    assert LookGap.TIME in history(replace(STATE, at=naive)).look_at(AT).gaps


def test_another_zone_is_the_same_moment_and_a_clock_that_is_ahead_is_set_back() -> None:
    beijing = (AT + timedelta(seconds=61)).astimezone(timezone(timedelta(hours=8)))
    look = history(STATE, LATER, ahead_s=60.0).look_at(beijing)
    assert look.at == AT + timedelta(seconds=1)
    assert look.pitch_deg == pytest.approx(-40.0)


@pytest.mark.parametrize("ahead_s", [math.nan, math.inf, 1e300])
def test_a_clock_off_by_more_than_a_week_joins_nothing(ahead_s: float) -> None:
    assert LookGap.TIME in history(STATE, ahead_s=ahead_s).look_at(AT).gaps


def test_the_ends_of_the_calendar_are_no_trap() -> None:
    first = datetime.min.replace(tzinfo=UTC)
    assert LookGap.TIME in history(STATE, ahead_s=60.0).look_at(first).gaps
    video = VideoOverTelemetry(history(STATE), AT)
    for time_s in (math.nan, math.inf, 1e300, 1e11):
        assert LookGap.TIME in video.look_at(time_s).gaps


def test_a_video_is_joined_by_the_time_at_which_it_began() -> None:
    video = VideoOverTelemetry(history(STATE, LATER), AT - timedelta(seconds=3))
    assert video.look_at(4.0).pitch_deg == pytest.approx(-40.0)
    assert LookGap.TIME in VideoOverTelemetry(history(STATE, LATER), None).look_at(0.0).gaps


def test_a_track_takes_any_order_and_the_later_of_two() -> None:
    first, second = Look(AT, pitch_deg=-1.0), Look(AT, pitch_deg=-2.0)
    track = LookTrack([(1.0, second), (math.nan, first), (0.0, first), (0.0, second)], longest_s=2)
    assert len(track) == 2
    assert track.look_at(0.0) is second
    assert LookGap.TIME in track.look_at(math.nan).gaps
    assert LookGap.TIME in LookTrack([], longest_s=1.0).look_at(0.0).gaps
