"""What docks tell, and what a stranger makes of it: words, OSD, HMS, progress."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dock_rig import AIRCRAFT, DOCK
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.links.dji.hearing import Hearing, ServedFile
from drone_jobs.links.dji.hms import Warnings
from drone_jobs.links.dji.osd import (
    CoverState,
    DockMode,
    Rainfall,
    aircraft_state,
    dock_state,
)
from drone_jobs.links.dji.progress import TaskStatus, read_progress, reason_of
from drone_jobs.links.dji.words import (
    LARGEST_BYTES,
    Envelope,
    TopicKind,
    number,
    read_envelope,
    read_topic,
    text,
    topic,
    whole,
    write_envelope,
)
from models.clock import ManualClock
from models.errors import InputRefused
from models.flight import FlightPhase, RunReason
from models.height import Height, HeightSystem
from models.mission import AirWind

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
NOW_MS = 1777622400000

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([-1, 0, 1e400, 2**63, -(2**70)]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        *("latitude", "longitude", "height", "elevation", "attitude_head", "horizontal_speed"),
        *(
            "vertical_speed",
            "wind_speed",
            "wind_direction",
            "battery",
            "mode_code",
            "position_state",
        ),
        *("storage", "81-0-0", "cover_state", "drone_in_dock", "sub_device", "drone_charge_state"),
        *("drone_battery_maintenance_info", "rainfall", "environment_temperature", "wireless_link"),
        *("alternate_land_point", "list", "flight_ids", "output", "flight_id", "result"),
        *("capacity_percent", "gimbal_pitch", "gimbal_yaw", "ext", "progress", "status"),
        *("break_point", "code", "level", "device_type"),
    ]
)
FACTS = st.dictionaries(FIELDS, JSON | st.dictionaries(FIELDS, JSON, max_size=6), max_size=12)


def osd(**more: Any) -> bytes:  # noqa: ANN401 -- whatever a message holds
    return json.dumps({"timestamp": NOW_MS, "data": more}).encode()


def hearing(clock: ManualClock | None = None) -> Hearing:
    return Hearing(DOCK, AIRCRAFT, clock or ManualClock(NOW), 15.0, 60.0, lambda _: True)


# As DJI's pages of device properties show them, filled by hand.
AIRCRAFT_OSD: Mapping[str, Any] = {
    "mode_code": 5,
    "longitude": 113.94,
    "latitude": 22.57,
    "height": 120.5,
    "elevation": 80.25,
    "attitude_head": -90.0,
    "horizontal_speed": 11.5,
    "vertical_speed": -1.5,
    "wind_speed": 4.5,
    "wind_direction": 4,
    "battery": {"capacity_percent": 73, "remain_flight_time": 1320, "return_home_power": 20},
    "position_state": {"is_fixed": 2, "gps_number": 21, "rtk_number": 30, "quality": 5},
    "storage": {"total": 60_000_000, "used": 20_000_000},
    "81-0-0": {"gimbal_pitch": -45.5, "gimbal_roll": 0.5, "gimbal_yaw": -10.0},
}
DOCK_OSD: Mapping[str, Any] = {
    "mode_code": 4,
    "cover_state": 1,
    "drone_in_dock": 1,
    "sub_device": {"device_sn": AIRCRAFT, "device_online_status": 1},
    "emergency_stop_state": 0,
    "drone_charge_state": {"capacity_percent": 95, "state": 1},
    "rainfall": 2,
    "wind_speed": 6.5,
    "environment_temperature": -3.5,
    "wireless_link": {
        "sdr_link_state": 1,
        "sdr_quality": 3,
        "4g_link_state": 0,
        "4g_quality": 5,
    },
    "storage": {"total": 1000, "used": 250},
    "longitude": 113.9,
    "latitude": 22.5,
    "height": 40.0,
    "alternate_land_point": {"is_configured": 1},
}


def test_osd_of_an_aircraft() -> None:
    state = aircraft_state(AIRCRAFT_OSD, NOW)
    assert state.phase is FlightPhase.MISSION
    assert (state.lon_deg, state.lat_deg) == (113.94, 22.57)
    assert state.height == Height(120.5, HeightSystem.ELLIPSOID)
    assert state.above_take_off_m == 80.25
    assert state.heading_deg == 270.0
    assert (state.gimbal_pitch_deg, state.gimbal_yaw_deg) == (-45.5, 350.0)
    assert (state.ground_speed_ms, state.climb_ms) == (11.5, -1.5)
    assert (state.battery_share, state.remaining_s) == (0.73, 1320.0)
    assert state.wind == AirWind(135.0, 4.5)
    assert (state.satellites, state.is_rtk_fixed) == (21, True)
    assert state.storage_free_bytes == 40_000_000 * 1024


def test_osd_of_a_dock() -> None:
    state = dock_state(DOCK_OSD, NOW)
    assert (state.mode, state.cover, state.rain) == (
        DockMode.WORKING,
        CoverState.OPEN,
        Rainfall.MODERATE,
    )
    assert (state.is_aircraft_inside, state.is_aircraft_on, state.is_stopped) == (True, True, False)
    assert (state.is_charging, state.battery_share) == (True, 0.95)
    assert (state.wind_ms, state.temperature_c) == (6.5, -3.5)
    assert state.link_share == 0.6  # the other radio is not connected
    assert state.storage_free_bytes == 750 * 1024
    assert state.height == Height(40.0, HeightSystem.ELLIPSOID)
    assert state.has_other_landing is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": 0.0, "longitude": 0.0},
        {"latitude": 22.0},
        {"latitude": 91.0, "longitude": 10.0},
        {"latitude": "22", "longitude": "113"},
        {"latitude": True, "longitude": 1.0},
    ],
)
def test_a_place_that_is_none(wrong: Mapping[str, Any]) -> None:
    for state in (aircraft_state(wrong, NOW), dock_state(wrong, NOW)):
        assert state.lon_deg is None
        assert state.lat_deg is None


def test_nothing_told_is_nothing_known() -> None:
    state = aircraft_state({}, NOW)
    assert state.phase is FlightPhase.UNKNOWN
    assert state.is_in_the_air is None
    assert state.battery_share is None
    assert dock_state({}, NOW).is_aircraft_inside is None
    zero = aircraft_state({"battery": {"capacity_percent": 0}, "elevation": 0}, NOW)
    assert zero.battery_share == 0.0
    assert zero.above_take_off_m == 0.0
    weakest = {"batteries": [{"capacity_percent": 60}, {"capacity_percent": 55}, {"x": 1}]}
    assert dock_state({"drone_battery_maintenance_info": weakest}, NOW).battery_share == 0.55


@settings(max_examples=40, deadline=None)
@given(FACTS)
def test_whatever_is_told_gives_a_state_within_its_ranges(facts: Mapping[str, Any]) -> None:
    state = aircraft_state(facts, NOW)
    for angle in (state.heading_deg, state.gimbal_yaw_deg):
        assert angle is None or 0.0 <= angle < 360.0
    assert state.battery_share is None or 0.0 <= state.battery_share <= 1.0
    assert state.height is None or math.isfinite(state.height.value_m)
    dock = dock_state(facts, NOW)
    assert dock.link_share is None or 0.0 <= dock.link_share <= 1.0
    assert dock.wind_ms is None or math.isfinite(dock.wind_ms)
    warnings = Warnings()
    warnings.heard(facts)
    assert all(0 <= each.level <= 2 for each in warnings.all)
    progress = read_progress(Envelope("flighttask_progress", facts, bid="b"))
    assert progress is None or reason_of(progress) in RunReason


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.builds(
        lambda data, method: json.dumps({"data": data, "method": method, "tid": "t"}).encode(),
        FACTS,
        st.sampled_from(["flighttask_progress", "flighttask_ready", "hms", "x"]),
    ),
    st.sampled_from(list(TopicKind)),
    st.sampled_from([DOCK, AIRCRAFT, "other"]),
)
def test_no_message_stops_the_hearing(payload: bytes, kind: TopicKind, serial: str) -> None:
    told = hearing()
    for reply in told.heard(topic(kind, serial), payload):
        assert json.loads(write_envelope(reply.envelope))["data"]["result"] in (0, 1)
    assert told.state is None or told.state.at == NOW
    assert isinstance(told.is_heard, bool)
    told.heard(topic(TopicKind.OSD, DOCK), osd(**DOCK_OSD))
    assert told.is_heard


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b'{"data": [1]}',
        b'{"data": {"x": NaN}}',
        b"[" * 50_000,
        b'{"data": {"x": ' + b"9" * 5000 + b"}}",
        b" " * (LARGEST_BYTES + 1),
    ],
)
def test_messages_that_are_none(payload: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        read_envelope(payload)
    assert refused.value.code == "dock_message"


@pytest.mark.parametrize("serial", ["", "+", "#", "a/b", "a b", "x" * 65, "序列"])
def test_serial_numbers_that_would_hear_others(serial: str) -> None:
    with pytest.raises(InputRefused) as refused:
        topic(TopicKind.OSD, serial)
    assert refused.value.code == "dock_serial"
    assert read_topic(f"thing/product/{serial}/osd") is None


def test_topics_there_and_back() -> None:
    for kind in TopicKind:
        assert read_topic(topic(kind, DOCK)) == (kind, DOCK)
    assert topic(TopicKind.STATUS, DOCK) == f"sys/product/{DOCK}/status"
    assert topic(TopicKind.SERVICES, DOCK) == f"thing/product/{DOCK}/services"
    for name in (
        "",
        "thing/product/a/status",
        "sys/product/a/osd",
        "thing/product/a/b",
        "a/b/c/osd",
    ):
        assert read_topic(name) is None


@settings(max_examples=30, deadline=None)
@given(name=st.text("abc-1", max_size=9), at_ms=st.integers(0, 2**50), needs=st.booleans())
def test_envelopes_there_and_back(name: str, at_ms: int, *, needs: bool) -> None:
    envelope = Envelope(name, {"x": [1, "火"]}, name, name, at_ms, name, needs)
    assert read_envelope(write_envelope(envelope)) == envelope


def test_fields() -> None:
    told: dict[str, Any] = {"a": 1, "b": True, "c": "7", "d": 1.5, "e": "x\n", "f": 10**400}
    assert number(told, "a", 0, 1) == 1.0
    assert number(told, "b", 0, 1) is None
    assert number(told, "f", 0, 1) is None
    assert whole(told, "c", 0, 9) == 7
    assert whole(told, "d", 0, 9) is None
    assert whole(told, "f", 0, 9) is None
    assert text(told, "e") == ""
    assert text(told, "a") == ""
    assert text({"x": "y" * 9}, "x", 8) == ""


def warning(code: str, level: object, device: str, *, sky: int = 0) -> dict[str, Any]:
    return {"code": code, "level": level, "device_type": device, "in_the_sky": sky, "module": 3}


def test_a_docks_report_does_not_end_a_warning_of_the_aircraft() -> None:
    warnings = Warnings()
    warnings.heard({"list": [warning("0x16100083", 2, "0-91-1", sky=1)]})
    warnings.heard({"list": [warning("0x19000001", 0, "3-2-0")]})
    assert [(each.code, each.level, each.is_in_the_air) for each in warnings.all] == [
        ("0x16100083", 2, True),
        ("0x19000001", 0, False),
    ]
    warnings.heard({"list": "nothing"})
    assert len(warnings.all) == 2
    warnings.heard({"list": [warning("0x16100001", "grave", "0-91-1")]})
    assert [each.level for each in warnings.all] == [2, 0]  # what is not understood is grave
    warnings.heard({"list": []})
    assert not warnings.all


def test_devices_that_are_invented_fill_no_memory() -> None:
    warnings = Warnings()
    for at in range(500):
        warnings.heard({"list": [warning("0x1", 1, f"9-{at}-0")]})
    assert len(warnings.all) == 50


def progress(status: str, reason: int | None = None, **more: Any) -> Envelope:  # noqa: ANN401
    ext: dict[str, Any] = {"flight_id": "f", "current_waypoint_index": 3, "media_count": 6}
    if reason is not None:
        ext["break_point"] = {"index": 1, "progress": 0.34, "break_reason": reason}
    output = {"ext": ext, "progress": {"current_step": 19, "percent": 100}, "status": status}
    return Envelope("flighttask_progress", {"output": output, "result": 0, **more})


def test_progress() -> None:
    told = read_progress(progress("in_progress"))
    assert told is not None
    assert (told.flight_id, told.step, told.percent, told.point, told.pictures) == (
        *("f", 19, 100),
        *(3, 6),
    )
    assert not told.is_over
    assert told.broken_off is None
    assert read_progress(progress("flying")) is None
    assert read_progress(Envelope("x", {"output": {"status": "ok"}})) is None
    older = read_progress(Envelope("x", {"output": {"status": "ok"}}, bid="b"))
    assert older is not None
    assert older.flight_id == "b"


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("ok", None, RunReason.NONE),
        ("in_progress", 773, RunReason.NONE),
        ("partially_done", 773, RunReason.LOW_BATTERY),
        ("failed", 772, RunReason.LOW_BATTERY),
        ("partially_done", 784, RunReason.AIRCRAFT),
        ("failed", 775, RunReason.LINK_LOST),
        ("canceled", None, RunReason.PERSON),
        ("failed", 1283, RunReason.PERSON),
        ("failed", 1546, RunReason.MISSION_REFUSED),
        ("rejected", None, RunReason.START_REFUSED),
        ("timeout", 0, RunReason.AIRCRAFT),
    ],
)
def test_why_it_was_broken_off(status: str, reason: int | None, expected: RunReason) -> None:
    told = read_progress(progress(status, reason))
    assert told is not None
    assert reason_of(told) is expected


def event(envelope: Envelope) -> bytes:
    return write_envelope(envelope)


def test_what_is_over_stays_over() -> None:
    told = hearing()
    assert told.state is None
    name = topic(TopicKind.EVENTS, DOCK)
    told.heard(name, event(progress("in_progress")))
    assert told.flying == "f"
    told.heard(name, event(progress("ok")))
    told.heard(name, event(progress("in_progress")))  # late
    newest = told.progress("f")
    assert newest is not None
    assert newest.status is TaskStatus.OK
    assert told.flying == ""


def is_heard(told: Hearing) -> bool:
    return told.is_heard


def test_silence_and_old_news() -> None:
    clock = ManualClock(NOW)
    told = hearing(clock)
    name = topic(TopicKind.OSD, DOCK)
    assert not is_heard(told)
    told.heard(name, osd(**DOCK_OSD))
    assert is_heard(told)
    assert told.state is not None
    assert told.state.phase is FlightPhase.GROUND
    assert told.state.battery_share == 0.95
    clock.advance(16.0)
    assert not is_heard(told)
    told.heard(name, json.dumps({"timestamp": NOW_MS - 100_000, "data": DOCK_OSD}).encode())
    assert not is_heard(told)  # kept by the broker while nobody listened
    assert told.stale == 1
    far = int((NOW + timedelta(days=900)).timestamp() * 1000)
    told.heard(name, json.dumps({"timestamp": far, "data": DOCK_OSD}).encode())
    told.heard(name, json.dumps({"timestamp": NOW_MS + 16_000, "data": DOCK_OSD}).encode())
    assert is_heard(told)
    assert told.stale == 1


def test_an_aircraft_outside_that_is_silent_is_not_heard() -> None:
    clock = ManualClock(NOW)
    told = hearing(clock)
    told.heard(topic(TopicKind.OSD, AIRCRAFT), osd(**AIRCRAFT_OSD))
    outside = {**DOCK_OSD, "drone_in_dock": 0}
    told.heard(topic(TopicKind.OSD, DOCK), osd(**outside))
    assert is_heard(told)
    clock.advance(20.0)
    told.heard(topic(TopicKind.OSD, DOCK), osd(**outside))
    assert not is_heard(told)
    assert told.state is not None
    assert told.state.at == NOW  # where it was last, and when
    assert told.state.is_in_the_air


def test_what_the_dock_is_owed() -> None:
    told = hearing()
    told.files["f"] = ServedFile("http://h/f.kmz", "0" * 32)

    def asked(kind: TopicKind, method: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        sent = Envelope(method, data, "t", "b", NOW_MS, DOCK, needs_reply=True)
        replies = told.heard(topic(kind, DOCK), write_envelope(sent))
        assert all(reply.envelope.tid == "t" for reply in replies)
        return [json.loads(write_envelope(reply.envelope))["data"] for reply in replies]

    file = {"file": {"url": "http://h/f.kmz", "fingerprint": "0" * 32}}
    resource = "flighttask_resource_get"
    assert asked(TopicKind.REQUESTS, resource, {"flight_id": "f"}) == [
        {"result": 0, "output": file}
    ]
    assert asked(TopicKind.REQUESTS, resource, {"flight_id": "g"}) == [{"result": 1}]
    assert asked(TopicKind.REQUESTS, "config", {}) == []
    assert asked(TopicKind.STATUS, "update_topo", {}) == [{"result": 0}]
    told.heard(topic(TopicKind.EVENTS, DOCK), event(progress("in_progress")))
    [answer] = asked(TopicKind.REQUESTS, "flighttask_progress_get", {"sn": DOCK})
    assert answer["output"]["flight_id"] == "f"
    assert asked(TopicKind.EVENTS, "flighttask_ready", {"flight_ids": ["f", 7, "g"]}) == [
        {"result": 0}
    ]
    assert told.ready == ["f", "g"]
