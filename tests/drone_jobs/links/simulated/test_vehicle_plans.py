"""The simulated vehicle's mission protocol: what each autopilot does its own way."""

import math
from dataclasses import replace

import pytest
from craft_rig import Ground, item, items_for, made_craft
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.links.simulated.quirks import Quirks, habits_of
from drone_jobs.links.simulated.words import Message
from models.mission import Autopilot

ACCEPTED = mavlink.MAV_MISSION_ACCEPTED
SQUARE = [(28.949, 106.549), (28.949, 106.558), (28.955, 106.558), (28.955, 106.549)]


def ready(quirks: Quirks) -> Ground:
    ground = Ground(made_craft(quirks))
    ground.pass_time(3.0)
    return ground


def row(lat_from: float, count: int) -> list[Message]:
    return [item(seq, lat_deg=lat_from + seq * 1e-4) for seq in range(count)]


def lats(ground: Ground) -> list[int]:
    return [each.x for each in ground.download()]


def ring(corners: list[tuple[float, float]], command: int = 5001) -> list[Message]:
    params = (float(len(corners)), 0.0, 0.0, 0.0)
    return [
        item(seq, command, params=params, lat_deg=lat, lon_deg=lon, kind=1)
        for seq, (lat, lon) in enumerate(corners)
    ]


def test_px4_holds_the_old_mission_when_it_refuses_a_new_one() -> None:
    ground = ready(Quirks.PX4)
    old = row(28.951, 21)
    assert ground.upload(old) == ACCEPTED
    new = row(28.953, 3)
    new[2] = item(2, 9999)
    assert ground.upload(new) == mavlink.MAV_MISSION_UNSUPPORTED
    assert lats(ground) == [each.x for each in old]


def test_ardupilot_is_left_with_a_mix() -> None:
    ground = ready(Quirks.ARDUPILOT)
    old = row(28.951, 21)
    assert ground.upload(old) == ACCEPTED
    new = row(28.953, 3)
    new[2] = item(2, lat_deg=95.0)
    assert ground.upload(new) == mavlink.MAV_MISSION_INVALID_PARAM5_X
    found = ground.download()
    home = (round(28.95 * 1e7), round(106.55 * 1e7), 390.0)
    assert (found[0].x, found[0].y, found[0].z) == home
    assert [each.x for each in found[1:]] == [new[1].x, old[2].x]
    ground.craft.faults.unhealthy.add("gps")
    assert (ground.download()[0].x, ground.download()[0].z) == (0, 0.0)


def test_ardupilot_reads_back_otherwise_than_it_was_told() -> None:
    ground = ready(Quirks.ARDUPILOT)
    sent = [
        item(0),
        item(1, 16, params=(1.0, 5.0, 0.0, math.nan)),
        item(2, 205, 2, params=(-35.0, 0, 0, 0), lat_deg=0.0, lon_deg=0.0, z=2.0),
        item(3, 20, 2, lat_deg=0.0, lon_deg=0.0, z=0.0),
    ]
    assert ground.upload(sent) == ACCEPTED
    _, point, mount, home = ground.download()
    assert (point.frame, point.param1, point.param2, point.param4) == (3, 1.0, 0.0, 0.0)
    assert (mount.frame, mount.param1, mount.z, home.frame) == (0, -35.0, 0.0, 0)
    assert ground.upload(ring(SQUARE), 1) == ACCEPTED
    assert {each.frame for each in ground.download(1)} == {0}
    assert {each.get_type() for each in ground.heard} & {
        "MISSION_REQUEST",
        "MISSION_REQUEST_INT",
    } == {"MISSION_REQUEST"}


@pytest.mark.parametrize(
    ("quirks", "bad", "result"),
    [
        (Quirks.ARDUPILOT, item(1, frame=1), mavlink.MAV_MISSION_UNSUPPORTED_FRAME),
        (Quirks.ARDUPILOT, item(1, lon_deg=190.0), mavlink.MAV_MISSION_INVALID_PARAM6_Y),
        (Quirks.ARDUPILOT, item(1, z=math.inf), mavlink.MAV_MISSION_INVALID_PARAM7),
        (Quirks.PX4, item(1, 115), mavlink.MAV_MISSION_UNSUPPORTED),
        (Quirks.PX4, item(1, frame=10), mavlink.MAV_MISSION_UNSUPPORTED_FRAME),
    ],
)
def test_what_is_refused(quirks: Quirks, bad: Message, result: int) -> None:
    ground = ready(quirks)
    assert ground.upload([item(0), bad, item(2)]) == result


def test_an_early_upload_finds_no_space_and_a_later_one_does() -> None:
    ground = Ground(made_craft(Quirks.ARDUPILOT))
    ground.pass_time(1.0)
    assert ground.upload(row(28.951, 3)) == mavlink.MAV_MISSION_NO_SPACE
    ground.pass_time(2.0)
    assert ground.upload(row(28.951, 3)) == ACCEPTED
    many = mavlink.MAVLink_mission_count_message(1, 1, 65_535, 0)
    assert ground.say(many)[0].type == mavlink.MAV_MISSION_NO_SPACE
    assert len(ground.download()) == 3


def test_a_stalled_upload_is_given_up() -> None:
    for quirks, stall_s, survives in ((Quirks.PX4, 5.0, True), (Quirks.ARDUPILOT, 8.0, False)):
        ground = ready(quirks)
        old = row(28.951, 4)
        assert ground.upload(old) == ACCEPTED
        ground.craft.faults.stall_item = 2
        begun_s = ground.now_s
        new = row(28.953, 4)
        assert ground.upload(new) == mavlink.MAV_MISSION_OPERATION_CANCELLED
        assert ground.now_s - begun_s == pytest.approx(stall_s, abs=0.3)
        assert (lats(ground)[1:] == [each.x for each in old][1:]) is survives
        late = ground.say(new[1])[0].type  # a late copy of the item that came last
        assert late == (ACCEPTED if quirks is Quirks.PX4 else mavlink.MAV_MISSION_ERROR)


def test_ardupilot_tells_a_wrong_sequence_and_goes_on() -> None:
    ground = ready(Quirks.ARDUPILOT)
    items = row(28.951, 3)
    ground.say(mavlink.MAVLink_mission_count_message(1, 1, 3, 0))
    assert ground.say(items[2])[0].type == mavlink.MAV_MISSION_INVALID_SEQUENCE
    assert ground.say(items[0])[0].seq == 1
    assert ground.say(items[0])[0].type == mavlink.MAV_MISSION_INVALID_SEQUENCE
    assert ground.say(items[1])[0].seq == 2
    assert ground.say(items[2])[0].type == ACCEPTED


def test_px4_checks_its_fence_at_upload_and_at_the_start_and_ardupilot_does_not() -> None:
    inside = [(28.949, 106.549), (28.949, 106.5505), (28.9505, 106.5505), (28.9505, 106.549)]
    for quirks, is_taken in ((Quirks.PX4, False), (Quirks.ARDUPILOT, True)):
        ground = ready(quirks)
        autopilot = habits_of(quirks).autopilot
        assert ground.upload(ring(inside), 1) == ACCEPTED
        result = ground.upload(items_for(autopilot))
        assert (result == ACCEPTED) is is_taken
        if not is_taken:
            assert "Geofence" in ground.newest("STATUSTEXT").text
            assert ground.upload([], 1) == ACCEPTED
            assert ground.upload(items_for(autopilot)) == ACCEPTED
            assert ground.upload(ring(inside), 1) == ACCEPTED
            assert ground.command(300) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
            assert ground.upload(ring(inside, 5002), 1) == ACCEPTED
            assert ground.command(300) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED


@pytest.mark.parametrize(
    "bad",
    [
        ring(SQUARE[:2]),
        ring(SQUARE)[:3],
        [item(0, 5003, params=(math.nan, 0, 0, 0), kind=1)],
        [item(0, 16, kind=1)],
    ],
)
def test_a_fence_that_is_none_is_refused(bad: list[Message]) -> None:
    ground = ready(Quirks.PX4)
    assert ground.upload(ring(SQUARE), 1) == ACCEPTED
    assert ground.upload(bad, 1) != ACCEPTED
    assert len(ground.download(1)) == 4


def test_px4_names_what_it_holds() -> None:
    ground = ready(Quirks.PX4)
    assert ground.upload(row(28.951, 3)) == ACCEPTED
    ack = ground.newest("MISSION_ACK")
    told = int.from_bytes(bytes(ack.get_msgbuf())[10:-2][4:8].ljust(4, b"\0"), "little")
    assert told == ground.craft.plans.id_of(0) > 0
    ground.say(mavlink.MAVLink_mission_request_list_message(1, 1, 0))
    count = bytes(ground.newest("MISSION_COUNT").get_msgbuf())[10:-2]
    assert int.from_bytes(count[5:9].ljust(4, b"\0"), "little") == told
    ground.pass_time(1.1)
    current = bytes(ground.newest("MISSION_CURRENT").get_msgbuf())[10:-2].ljust(18, b"\0")
    assert int.from_bytes(current[6:10], "little") == told
    assert ground.upload(row(28.952, 3)) == ACCEPTED
    assert ground.craft.plans.id_of(0) != told
    assert ready(Quirks.ARDUPILOT).craft.plans.id_of(0) == 0


def test_a_fault_refuses_the_item_that_was_ordered() -> None:
    ground = ready(Quirks.ARDUPILOT)
    ground.craft.faults.refuse_item = 5
    assert ground.upload(row(28.951, 9)) == mavlink.MAV_MISSION_ERROR
    assert len(ground.download()) == 5
    clear = mavlink.MAVLink_mission_clear_all_message(1, 1, 255)
    assert ground.say(clear)[0].type == ACCEPTED
    assert ground.download() == []


def test_two_hundred_items_over_a_link_that_loses_a_fifth() -> None:
    ground = ready(Quirks.LOSSY)
    sent = row(28.951, 200)
    assert ground.upload(sent, most_s=600.0) == ACCEPTED
    assert lats(ground) == [each.x for each in sent]


NUMBER = st.one_of(st.floats(width=32), st.sampled_from([0.0, 1.0, 2.0**31, -1.0, math.nan]))
BYTE, WORD = st.integers(0, 255), st.integers(0, 65_535)
INT32 = st.integers(-(2**31), 2**31 - 1)
KIND = st.sampled_from([0, 1, 2, 7, 255])
SEQ = st.one_of(WORD, st.integers(0, 3))
COMMAND = st.one_of(
    WORD, st.sampled_from([16, 20, 22, 176, 178, 205, 206, 300, 400, 511, 512, 520])
)
ITEM_HEAD = st.tuples(SEQ, st.sampled_from([0, 1, 2, 3, 10, 200]), COMMAND, BYTE, BYTE)
FOUR = st.tuples(*[NUMBER] * 4)
WILD = st.one_of(
    st.builds(lambda n, k: mavlink.MAVLink_mission_count_message(1, 1, n, k), SEQ, KIND),
    st.builds(
        lambda h, p, x, y, z, k: mavlink.MAVLink_mission_item_int_message(1, 1, *h, *p, x, y, z, k),
        *(ITEM_HEAD, FOUR, INT32, INT32, NUMBER, KIND),
    ),
    st.builds(
        lambda h, p, x, y, z, k: mavlink.MAVLink_mission_item_message(1, 1, *h, *p, x, y, z, k),
        *(ITEM_HEAD, FOUR, NUMBER, NUMBER, NUMBER, KIND),
    ),
    st.builds(lambda n, k: mavlink.MAVLink_mission_request_int_message(1, 1, n, k), SEQ, KIND),
    st.builds(lambda n: mavlink.MAVLink_mission_set_current_message(1, 1, n), SEQ),
    st.builds(lambda k: mavlink.MAVLink_mission_clear_all_message(1, 1, k), KIND),
    st.builds(
        lambda c, p, q: mavlink.MAVLink_command_long_message(1, 1, c, 0, *p, *q),
        *(COMMAND, FOUR, st.tuples(NUMBER, NUMBER, NUMBER)),
    ),
    st.builds(
        lambda c, p, x, y, z: mavlink.MAVLink_command_int_message(1, 1, 3, c, 0, 0, *p, x, y, z),
        *(COMMAND, FOUR, INT32, INT32, NUMBER),
    ),
    st.builds(
        lambda n, v: mavlink.MAVLink_param_set_message(1, 1, n, v, 9),
        *(st.sampled_from([b"AUTO_OPTIONS", b"RTL_ALT", b"NAV_DLL_ACT", b"\xff\xfe"]), NUMBER),
    ),
    st.builds(
        lambda m, c: mavlink.MAVLink_set_mode_message(1, m, c), BYTE, st.integers(0, 2**32 - 1)
    ),
    st.builds(
        lambda x, y, s, b, d: mavlink.MAVLink_terrain_data_message(x, y, s, b, [d] * 16),
        *(INT32, INT32, WORD, BYTE, st.integers(-32_768, 32_767)),
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(Quirks)), st.lists(WILD, max_size=30))
def test_nothing_that_is_said_brings_it_down(quirks: Quirks, said: list[Message]) -> None:
    """Also in flight; what it tells of itself still fits into its messages, which are packed."""
    ground = ready(Quirks.PX4 if quirks is Quirks.LOSSY else quirks)
    autopilot = ground.craft._habits.autopilot
    if quirks is not Quirks.LOSSY:
        assert ground.upload(items_for(autopilot)) == ACCEPTED
        ground.start()
        ground.pass_time(3.0)
    for each in said:
        ground.say(each)
        ground.pass_time(0.1)
    ground.heard.clear()
    ground.pass_time(2.0)
    assert ground.all("HEARTBEAT")
    assert ground.upload([item(0), item(1, 22)]) in {ACCEPTED, mavlink.MAV_MISSION_DENIED}


def test_messages_for_others_are_passed_over() -> None:
    ground = ready(Quirks.PX4)
    assert ground.say(mavlink.MAVLink_mission_request_list_message(7, 1, 0)) == []
    assert ground.say(mavlink.MAVLink_mission_request_list_message(1, 100, 0)) == []
    assert ground.say(mavlink.MAVLink_mission_request_list_message(0, 0, 0)) != []


def test_messages_are_told_as_often_as_asked() -> None:
    ground = ready(Quirks.ARDUPILOT)
    assert ground.command(511, 33, 1e6) == 0
    ground.heard.clear()
    ground.pass_time(5.0)
    assert len(ground.all("GLOBAL_POSITION_INT")) in {5, 6}
    assert ground.command(511, 33, -1) == 0
    ground.heard.clear()
    ground.pass_time(2.0)
    assert ground.all("GLOBAL_POSITION_INT") == []
    assert ground.command(512, 33) == 0
    assert ground.newest("GLOBAL_POSITION_INT").relative_alt == 0
    assert ground.command(512, 259) == mavlink.MAV_RESULT_UNSUPPORTED
    assert ground.command(512, math.nan) == mavlink.MAV_RESULT_UNSUPPORTED
    assert ground.command(520, 1) == 0
    able = ground.newest("AUTOPILOT_VERSION").capabilities
    assert able & mavlink.MAV_PROTOCOL_CAPABILITY_TERRAIN
    assert ground.newest("GPS_RAW_INT").alt_ellipsoid / 1000.0 == pytest.approx(390 - 36, abs=10)


def test_a_second_ground_station_does_not_break_an_upload() -> None:
    craft = made_craft(replace(habits_of(Quirks.PX4), loss_share=0.0))
    ground = Ground(craft)
    ground.say(mavlink.MAVLink_mission_count_message(1, 1, 2, 0))
    ground._ours.srcSystem = 254
    assert ground.say(mavlink.MAVLink_mission_count_message(1, 1, 5, 0))[0].type == (
        mavlink.MAV_MISSION_DENIED
    )
    assert ground.say(item(0)) == []
    ground._ours.srcSystem = 255
    assert ground.say(item(0))[0].seq == 1
    assert ground.say(item(1))[0].type == ACCEPTED
    assert craft._habits.autopilot is Autopilot.PX4
