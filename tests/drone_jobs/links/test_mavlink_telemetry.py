"""Telemetry of MAVLink aircraft: what is told, what is not told, and what must not break it."""

import math
from datetime import UTC, datetime

import pytest
from command_peer import off_the_line
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from scipy.spatial.transform import Rotation

from drone_jobs.links.mavlink.health import MOST_TEXTS
from drone_jobs.links.mavlink.modes import Asked, asked_mode, phase_of_mode
from drone_jobs.links.mavlink.pointing import attitude_of_quaternion
from drone_jobs.links.mavlink.telemetry import Telemetry
from drone_jobs.links.mavlink.words import Message
from models.clock import ManualClock
from models.flight import AircraftState, FlightPhase
from models.height import Height, HeightSystem
from models.mission import AirWind, Autopilot

ARMED = 128
CLOCK = datetime(2026, 3, 1, tzinfo=UTC)


def beat(mode: int, *, autopilot: int = 3, base: int = ARMED) -> Message:
    return mavlink.MAVLink_heartbeat_message(2, autopilot, base, mode, 4, 3)


def px4(main: int, sub: int = 0) -> int:
    return main << 16 | sub << 24


def place(**other: int) -> Message:
    fields = {
        "lat": 288_500_000,
        "lon": 1_066_500_000,
        "alt": 654_321,
        "relative_alt": 98_765,
        "vx": 300,
        "vy": -400,
        "vz": -150,
        "hdg": 27_050,
    } | other
    return mavlink.MAVLink_global_position_int_message(0, **fields)


def told(*messages: Message, clock: ManualClock | None = None) -> Telemetry:
    telemetry = Telemetry(clock or ManualClock(CLOCK))
    for seq, message in enumerate(messages):
        telemetry.heard(off_the_line(message, seq=seq))
    return telemetry


def state(*messages: Message) -> AircraftState:
    found = told(*messages).state
    assert found is not None
    return found


def test_nothing_heard() -> None:
    telemetry = Telemetry(ManualClock(CLOCK))
    assert (telemetry.state, telemetry.age_s(), telemetry.home) == (None, None, None)
    assert telemetry.phase is FlightPhase.UNKNOWN


def test_place_and_motion() -> None:
    found = state(place())
    assert (found.lon_deg, found.lat_deg) == (106.65, 28.85)
    assert found.height == Height(654.321, HeightSystem.EGM96)
    assert found.above_take_off_m == 98.765
    assert (found.ground_speed_ms, found.climb_ms, found.heading_deg) == (5.0, 1.5, 270.5)
    assert found.at == CLOCK
    assert found.phase is FlightPhase.UNKNOWN


@pytest.mark.parametrize("wrong", [{"lat": 0, "lon": 0}, {"lat": 950_000_000}, {"lon": -(2**31)}])
def test_no_place_takes_back_the_one_before(wrong: dict[str, int]) -> None:
    found = state(place(), place(**wrong, hdg=65535))
    assert (found.lon_deg, found.lat_deg, found.height) == (None, None, None)
    assert found.heading_deg == 270.5  # not told again is not taken back


def test_an_equator_or_a_meridian_is_a_place() -> None:
    assert state(place(lat=0)).lat_deg == 0.0
    assert state(place(lon=0)).lon_deg == 0.0


def modes_of_pymavlink() -> list[tuple[int, str]]:
    return sorted(mavutil.mode_mapping_acm.items())


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("AUTO", FlightPhase.MISSION),
        ("AUTO_RTL", FlightPhase.RETURNING),
        ("RTL", FlightPhase.RETURNING),
        ("SMART_RTL", FlightPhase.RETURNING),
        ("LAND", FlightPhase.LANDING),
        ("BRAKE", FlightPhase.PAUSED),
        ("LOITER", FlightPhase.BY_HAND),
        ("STABILIZE", FlightPhase.BY_HAND),
        ("GUIDED", FlightPhase.BY_HAND),
    ],
)
def test_modes_of_arducopter_by_pymavlinks_names(name: str, phase: FlightPhase) -> None:
    numbers = [number for number, each in modes_of_pymavlink() if each == name]
    assert len(numbers) == 1
    assert phase_of_mode(3, numbers[0]) is phase
    assert state(beat(numbers[0])).phase is phase


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("MISSION", FlightPhase.MISSION),
        ("RTL", FlightPhase.RETURNING),
        ("LAND", FlightPhase.LANDING),
        ("LOITER", FlightPhase.PAUSED),
        ("FOLLOWME", FlightPhase.BY_HAND),
        ("OFFBOARD", FlightPhase.BY_HAND),
        ("POSCTL", FlightPhase.BY_HAND),
        ("MANUAL", FlightPhase.BY_HAND),
    ],
)
def test_modes_of_px4_by_pymavlinks_names(name: str, phase: FlightPhase) -> None:
    _, main, sub = mavutil.px4_map[name]
    assert state(beat(px4(main, sub), autopilot=12)).phase is phase


def test_modes_that_are_asked_for_are_understood() -> None:
    wished = {Asked.MISSION: FlightPhase.MISSION, Asked.HOLD: FlightPhase.PAUSED}
    for mode, phase in wished.items():
        main, sub = asked_mode(Autopilot.PX4, mode)
        assert phase_of_mode(12, px4(main, sub)) is phase
        main, _ = asked_mode(Autopilot.ARDUPILOT, mode)
        assert phase_of_mode(3, main) is phase


def test_unknown_modes_are_unknown() -> None:
    for message in (beat(8), beat(99), beat(2**32 - 1)):
        assert state(message).phase is FlightPhase.UNKNOWN
    assert state(beat(px4(4, 77), autopilot=12)).phase is FlightPhase.UNKNOWN
    assert state(beat(px4(99), autopilot=12)).phase is FlightPhase.UNKNOWN
    assert phase_of_mode(17, 3) is FlightPhase.UNKNOWN


def test_heartbeats_of_others_tell_nothing() -> None:
    telemetry = told(beat(3), beat(0, autopilot=8, base=0), beat(0, autopilot=17, base=0))
    assert telemetry.phase is FlightPhase.MISSION
    assert telemetry.autopilot is Autopilot.ARDUPILOT
    assert telemetry.is_armed
    assert telemetry.mode is FlightPhase.MISSION


def test_age_of_the_heartbeat() -> None:
    clock = ManualClock(CLOCK)
    telemetry = told(beat(3), clock=clock)
    clock.advance(4.0)
    telemetry.heard(off_the_line(place()))
    assert telemetry.age_s() == 4.0


def landed(value: int) -> Message:
    return mavlink.MAVLink_extended_sys_state_message(0, value)


@pytest.mark.parametrize(
    ("messages", "phase"),
    [
        ([beat(3, base=0)], FlightPhase.GROUND),
        ([landed(2), beat(3, base=0)], FlightPhase.GROUND),
        ([landed(1), beat(3)], FlightPhase.ARMED),
        ([landed(0), beat(3)], FlightPhase.MISSION),
        ([landed(3), beat(3)], FlightPhase.MISSION),
        ([landed(4), beat(6)], FlightPhase.LANDING),
        ([landed(4), beat(5)], FlightPhase.BY_HAND),
    ],
)
def test_on_the_ground_and_above(messages: list[Message], phase: FlightPhase) -> None:
    found = state(*messages)
    assert found.phase is phase
    assert found.is_in_the_air is (phase not in {FlightPhase.GROUND, FlightPhase.ARMED})


def current(seq: int, mission_state: int = 3) -> Message:
    return mavlink.MAVLink_mission_current_message(seq, 9, mission_state, 1)


def test_a_mission_that_pauses_by_itself() -> None:
    assert state(beat(3), current(2, 4)).phase is FlightPhase.PAUSED
    assert state(beat(6), current(2, 4)).phase is FlightPhase.RETURNING


@pytest.mark.parametrize(
    ("item", "point"), [(0, 0), (1, 0), (3, 0), (4, 0), (5, 1), (7, 2), (8, None), (60000, None)]
)
def test_point_of_the_mission(item: int, point: int | None) -> None:
    telemetry = told(beat(3), current(item))
    assert telemetry.state is not None
    assert telemetry.state.mission_point is None  # nobody knows its items
    telemetry.follow((3, 5, 7), 8)
    assert telemetry.state.mission_point == point
    telemetry.heard(off_the_line(beat(6)))
    assert telemetry.state.mission_point is None


def gps(**other: int) -> Message:
    fields = {"fix_type": 6, "satellites_visible": 0} | other
    return mavlink.MAVLink_gps_raw_int_message(
        0, fields["fix_type"], 0, 0, 0, 0, 0, 0, 0, fields["satellites_visible"]
    )


def test_satellites() -> None:
    assert (state(gps()).satellites, state(gps()).is_rtk_fixed) == (0, True)
    found = state(gps(satellites_visible=255, fix_type=5))
    assert (found.satellites, found.is_rtk_fixed) == (None, False)


@given(
    yaw_deg=st.floats(-180, 180),
    pitch_deg=st.floats(-90, 90),
    roll_deg=st.floats(-179, 179),
)
@settings(max_examples=60, deadline=None)
def test_quaternions_by_scipy(yaw_deg: float, pitch_deg: float, roll_deg: float) -> None:
    told_by = Rotation.from_euler("ZYX", [yaw_deg, pitch_deg, roll_deg], degrees=True)
    x, y, z, w = told_by.as_quat()
    found = attitude_of_quaternion((w, x, y, z))
    assert found is not None
    assert 0.0 <= found.yaw_deg <= 360.0
    again = Rotation.from_euler(
        "ZYX", [found.yaw_deg, found.pitch_deg, found.roll_deg], degrees=True
    )
    assert math.degrees((again * told_by.inv()).magnitude()) < 0.1


@pytest.mark.parametrize(
    "wrong", [(0.0, 0.0, 0.0, 0.0), (math.nan,) * 4, (2.0, 0.0, 0.0, 0.0), (math.inf, 0, 0, 0)]
)
def test_what_is_no_rotation(wrong: tuple[float, ...]) -> None:
    assert attitude_of_quaternion(wrong) is None
    found = state(gimbal((0.5, 0.5, 0.5, 0.5), 64), gimbal(wrong, 64))
    assert (found.gimbal_pitch_deg, found.gimbal_yaw_deg, found.gimbal_roll_deg) == (None,) * 3


def gimbal(quaternion: tuple[float, ...], flags: int) -> Message:
    return mavlink.MAVLink_gimbal_device_attitude_status_message(
        0, 0, 0, flags, quaternion, 0.0, 0.0, 0.0, 0
    )


@pytest.mark.parametrize(
    ("flags", "yaw_deg"),
    [(64, 30.0), (16, 30.0), (64 | 16, 30.0), (32, 300.5), (0, 300.5), (48, 300.5)],
)
def test_gimbal_from_north_or_from_the_nose(flags: int, yaw_deg: float) -> None:
    x, y, z, w = Rotation.from_euler("ZYX", [30.0, -45.0, 5.0], degrees=True).as_quat()
    found = state(place(), gimbal((w, x, y, z), flags))
    assert found.gimbal_pitch_deg == pytest.approx(-45.0, abs=1e-4)
    assert found.gimbal_roll_deg == pytest.approx(5.0, abs=1e-4)
    assert found.gimbal_yaw_deg == pytest.approx(yaw_deg, abs=1e-4)


def test_a_gimbal_on_a_nose_that_is_not_told() -> None:
    found = state(gimbal((1.0, 0.0, 0.0, 0.0), 32))
    assert (found.gimbal_pitch_deg, found.gimbal_yaw_deg) == (0.0, None)


def test_older_mounts() -> None:
    mount = mavlink.MAVLink_mount_status_message(0, 0, -9000, 100, 9000)
    found = state(place(), mount)
    assert found.gimbal_pitch_deg == -90.0
    assert found.gimbal_yaw_deg == pytest.approx(0.5)
    assert found.gimbal_roll_deg == 1.0
    absurd = mavlink.MAVLink_mount_status_message(0, 0, 2**31 - 1, 0, 0)
    assert state(absurd).gimbal_pitch_deg is None


def system(percent: int, failed: int = 0) -> Message:
    present = enabled = 0xFFFFFFF0 | failed
    return mavlink.MAVLink_sys_status_message(
        present, enabled, ~failed & 0xFFFFFFFF, 0, 0, 0, percent, 0, 0, 0, 0, 0, 0
    )


def battery(
    number: int, percent: int, remaining_s: int = 0, *, function: int = 1, charge: int = 1
) -> Message:
    return mavlink.MAVLink_battery_status_message(
        number, function, 0, 0, [0] * 10, 0, 0, 0, percent, remaining_s, charge
    )


def test_batteries_the_emptiest_that_flies_counts() -> None:
    assert state(system(0)).battery_share == 0.0
    for percent in (-1, 101, 127, -128):
        assert state(system(percent)).battery_share is None
    found = state(
        system(90), battery(0, 70, 800), battery(1, 60, 700), battery(2, 5, 60, function=4)
    )
    assert (found.battery_share, found.remaining_s) == (0.6, 700.0)
    found = state(battery(0, 70, 800), battery(0, -1, -5), system(44))
    assert (found.battery_share, found.remaining_s) == (0.44, None)


def codes(found: AircraftState) -> list[tuple[str, int, bool]]:
    return [(each.code, each.level, each.is_in_the_air) for each in found.warnings]


def test_sensors_that_fail() -> None:
    # 32 GPS, 4 compass, 65536 receiver: bits of MAV_SYS_STATUS_SENSOR
    found = state(beat(3, base=0), system(50, 32), beat(3), system(50, 32 | 4 | 65536))
    assert codes(found) == [("compass", 2, True), ("gps", 2, False), ("rc_receiver", 1, True)]
    assert codes(state(system(50, 32), system(50))) == []
    assert codes(state(system(50, mavlink.MAV_SYS_STATUS_PREARM_CHECK))) == [
        ("prearm_check", 2, False)
    ]


def test_every_sensor_has_its_bit() -> None:
    ours = {
        "barometer": "SENSOR_ABSOLUTE_PRESSURE",
        "geofence": "GEOFENCE",
        "ahrs": "AHRS",
        "terrain": "TERRAIN",
        "logging": "LOGGING",
        "battery": "SENSOR_BATTERY",
        "propulsion": "SENSOR_PROPULSION",
        "motors": "SENSOR_MOTOR_OUTPUTS",
        "position_control": "SENSOR_XY_POSITION_CONTROL",
    }
    for code, name in ours.items():
        bit = getattr(mavlink, f"MAV_SYS_STATUS_{name}")
        assert [each.code for each in state(system(50, bit)).warnings] == [code]


def test_a_sensor_that_is_off_does_not_fail() -> None:
    off = mavlink.MAVLink_sys_status_message(32, 0, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0)
    assert codes(state(off)) == []


def test_batteries_that_complain() -> None:
    found = state(battery(0, 20, charge=2))
    assert codes(found) == [("battery_low", 1, False)]
    found = state(
        battery(0, 20, charge=2), beat(3), battery(0, 20, charge=2), battery(1, 5, charge=3)
    )
    assert codes(found) == [("battery_critical", 2, True), ("battery_low", 1, False)]
    assert codes(state(battery(0, 20, charge=2), battery(0, 90))) == []


def text(severity: int, words: str) -> Message:
    return mavlink.MAVLink_statustext_message(severity, words.encode())


def test_what_it_says_counts_for_a_minute() -> None:
    clock = ManualClock(CLOCK)
    telemetry = told(
        text(2, "PreArm: GPS not healthy\x07"), text(6, "hello"), text(4, ""), clock=clock
    )
    assert telemetry.state is not None
    (warning,) = telemetry.state.warnings
    assert (warning.code, warning.level, warning.message) == (
        "statustext",
        2,
        "PreArm: GPS not healthy",
    )
    clock.advance(61.0)
    assert telemetry.state.warnings == ()


def test_one_that_talks_without_end() -> None:
    found = state(*(text(2, f"fault {at}") for at in range(500)))
    assert len(found.warnings) == MOST_TEXTS


def test_wind_that_blows_from_the_same_side() -> None:
    wind = mavlink.MAVLink_wind_message(-90.0, 5.0, 0.0)
    assert state(wind).wind == AirWind(270.0, 5.0)
    # the air moves east: it comes from the west
    north_east = mavlink.MAVLink_wind_cov_message(0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    found = state(north_east).wind
    assert found is not None
    assert found.speed_ms == 5.0
    assert found.from_deg == pytest.approx(270.0)
    for direction, speed in ((math.nan, 5.0), (0.0, math.nan), (0.0, -1.0), (0.0, 1e9)):
        assert state(mavlink.MAVLink_wind_message(direction, speed, 0.0)).wind is None


def storage(number: int, free_mib: float, status: int = 2) -> Message:
    return mavlink.MAVLink_storage_information_message(
        0, number, 2, status, 64000.0, 0.0, free_mib, 0.0, 0.0
    )


def test_storage_the_fullest_counts() -> None:
    assert state(storage(1, 2.0), storage(2, 1.0)).storage_free_bytes == 1024 * 1024
    assert state(storage(1, 0.0)).storage_free_bytes == 0
    assert state(storage(1, 2.0), storage(1, 2.0, status=0)).storage_free_bytes is None
    assert state(storage(1, math.inf)).storage_free_bytes is None


def test_home() -> None:
    def home(lat: int, alt: int) -> Message:
        return mavlink.MAVLink_home_position_message(
            lat, 1_066_500_000, alt, 0, 0, 0, [1, 0, 0, 0], 0, 0, 0
        )

    found = told(home(288_500_000, 555_000)).home
    assert found is not None
    assert (found.lon_deg, found.lat_deg) == (106.65, 28.85)
    assert found.height == Height(555.0, HeightSystem.EGM96)
    assert told(home(288_500_000, 555_000), home(2**31 - 1, 0)).home is None


def test_terrain_that_it_waits_for() -> None:
    report = mavlink.MAVLink_terrain_report_message(0, 0, 100, 0.0, 0.0, 7, 100)
    assert told(report).terrain_pending == 7


def test_quality_of_the_link_by_what_is_missing() -> None:
    telemetry = Telemetry(ManualClock(CLOCK))
    for seq in range(0, 600, 2):  # every second one is lost; numbers go round at 256
        telemetry.heard(off_the_line(place(), seq=seq))
    assert telemetry.state is not None
    assert telemetry.state.link_share == 0.5
    for seq in (598, 596):  # doubled and late ones lose nothing
        telemetry.heard(off_the_line(place(), seq=seq))
    assert telemetry.state.link_share == 0.5
    assert state(place()).link_share is None


def test_attitude_tells_the_nose() -> None:
    attitude = mavlink.MAVLink_attitude_message(0, 0.0, 0.0, -math.pi / 2, 0.0, 0.0, 0.0)
    assert state(attitude).heading_deg == pytest.approx(270.0)
    lost = mavlink.MAVLink_attitude_message(0, 0.0, 0.0, math.nan, 0.0, 0.0, 0.0)
    assert state(lost).heading_deg is None


KINDS = sorted(
    {
        "HEARTBEAT",
        "EXTENDED_SYS_STATE",
        "GLOBAL_POSITION_INT",
        "GPS_RAW_INT",
        "ATTITUDE",
        "GIMBAL_DEVICE_ATTITUDE_STATUS",
        "MOUNT_STATUS",
        "SYS_STATUS",
        "BATTERY_STATUS",
        "WIND",
        "WIND_COV",
        "STORAGE_INFORMATION",
        "MISSION_CURRENT",
        "HOME_POSITION",
        "TERRAIN_REPORT",
        "STATUSTEXT",
        "VFR_HUD",
    }
)


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.binary(min_size=255, max_size=255)), max_size=12)
)
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_it(told_by: list[tuple[str, bytes]]) -> None:
    kinds = {each.msgname: each for each in mavlink.mavlink_map.values()}
    telemetry = Telemetry(ManualClock(CLOCK))
    packer, parser = mavlink.MAVLink(None, srcSystem=1, srcComponent=1), mavlink.MAVLink(None)
    for name, payload in told_by:
        kind = kinds[name]
        whole = payload[: kind.unpacker.size]
        message = kind.__new__(kind)
        mavlink.MAVLink_message.__init__(message, kind.id, kind.msgname)
        (parsed,) = parser.parse_buffer(message._pack(packer, kind.crc_extra, whole))
        telemetry.heard(parsed)
    found = telemetry.state
    if found is None:
        return
    numbers = [found.lon_deg, found.lat_deg, found.heading_deg, found.gimbal_pitch_deg]
    numbers += [found.ground_speed_ms, found.battery_share, found.remaining_s, found.link_share]
    assert all(each is None or math.isfinite(each) for each in numbers)
    assert found.lat_deg is None or abs(found.lat_deg) <= 90.0
    assert found.battery_share is None or 0.0 <= found.battery_share <= 1.0
    assert found.heading_deg is None or 0.0 <= found.heading_deg < 360.0


@pytest.mark.parametrize(("pitch_deg", "yaw_deg"), [(-90.0, 30.0), (-90.0, 210.0), (90.0, 30.0)])
def test_straight_down_all_of_the_turn_is_yaw(pitch_deg: float, yaw_deg: float) -> None:
    x, y, z, w = Rotation.from_euler("ZYX", [yaw_deg, pitch_deg, 0.0], degrees=True).as_quat()
    found = attitude_of_quaternion((w, x, y, z))
    assert found is not None
    assert (found.pitch_deg, found.roll_deg) == (pitch_deg, 0.0)
    assert found.yaw_deg == pytest.approx(yaw_deg)
