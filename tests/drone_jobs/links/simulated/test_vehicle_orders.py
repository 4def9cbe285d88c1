"""Orders to the simulated vehicle, one by one, within missions and beside them."""

import math
from typing import Final

import pytest
from craft_rig import Ground, item, items_for, made_craft
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.fleet import find_aircraft
from drone_jobs.links.simulated.body import Body
from drone_jobs.links.simulated.fences import Fence
from drone_jobs.links.simulated.held_items import HeldItem
from drone_jobs.links.simulated.modes import Mode
from drone_jobs.links.simulated.quirks import Quirks, habits_of
from drone_jobs.links.simulated.words import Message
from models.mission import AirWind

INT: Final = mavlink.MAV_PARAM_TYPE_INT32


def ready(quirks: Quirks, rows: list[Message] | None = None) -> Ground:
    ground = Ground(made_craft(quirks))
    ground.pass_time(3.0)
    assert ground.upload(rows or items_for(habits_of(quirks).autopilot)) == 0
    return ground


def order(seq: int, command: int, *params: float, placed: bool = False) -> Message:
    four = (*params, *(0.0,) * (4 - len(params)))
    at = (28.951, 106.551) if placed else (0.0, 0.0)
    return item(seq, command, 3 if placed else 2, params=four, lat_deg=at[0], lon_deg=at[1])


def passed(ground: Ground, seq: int, most_s: float = 200.0) -> float:
    """Simulated time at which an item is done."""
    ground.until(lambda: ground.craft.pilot.index > seq, most_s)
    return ground.craft.pilot.time_s


@pytest.mark.parametrize("quirks", [Quirks.PX4, Quirks.ARDUPILOT])
def test_what_a_mission_can_order(quirks: Quirks) -> None:
    shift = 1 if quirks is Quirks.ARDUPILOT else 0
    orders: list[tuple[int, tuple[float, ...], bool]] = [
        (22, (), True),
        (178, (1.0, 6.0), False),
        (1000, (-30.0,), False),
        (16, (), True),
        (93, (20.0,), False),
        (2000, (0.0, 0.0, 1.0), False),
        (2000, (0.0, 2.0, 0.0), False),
        (19, (30.0,), True),
        (2001, (), False),
        (2500, (), False),
        (2501, (), False),
        (206, (10.0, 0.0, 1.0), False),
        (206, (0.0,), False),
        (21, (), True),
    ]
    if shift:
        orders.insert(13, (115, (90.0,), False))
    rows = [item(0)] * shift
    for command, params, placed in orders:
        rows.append(order(len(rows), command, *params, placed=placed))
    ground = ready(quirks, rows)
    ground.start()
    camera = ground.craft.pilot.camera
    at_s = passed(ground, 3 + shift)
    assert camera.pitch_deg == -30.0
    fastest = max(math.hypot(p.vx, p.vy) for p in ground.all("GLOBAL_POSITION_INT"))
    assert fastest == pytest.approx(600, abs=1)
    ground.until(lambda: camera.taken == 1)
    assert ground.craft.pilot.time_s - at_s == pytest.approx(20.0, abs=0.5)
    passed(ground, 7 + shift)
    ground.pass_time(0.1)
    assert camera.taken == pytest.approx(1 + 15, abs=2)  # one every 2 s, for 30 s, and one at once
    ground.until(lambda: not ground.craft.pilot.is_airborne)
    ground.pass_time(0.5)
    assert ground.craft.pilot.body.lat_deg == pytest.approx(28.951, abs=1e-9)
    assert not ground.craft.pilot.is_armed
    if shift:
        assert ground.craft.pilot.body.heading_deg == 90.0


def test_px4_turns_at_a_point_and_waits_there_for_ever_when_told() -> None:
    rows = [order(0, 22, placed=True), order(1, 16, 1.0, 0.0, 0.0, 135.0, placed=True)]
    rows.append(order(2, 17, placed=True))
    ground = ready(Quirks.PX4, rows)
    ground.start()
    passed(ground, 1)
    ground.pass_time(60.0)
    pilot = ground.craft.pilot
    assert (pilot.index, pilot.body.heading_deg, pilot.mode) == (2, 135.0, Mode.MISSION)
    assert ground.command(224, 0) == 0
    ground.pass_time(0.2)
    assert pilot.index < 2
    assert ground.command(224, 99) == mavlink.MAV_RESULT_DENIED
    ground.say(mavlink.MAVLink_mission_set_current_message(1, 1, 1))
    assert pilot.index == 1
    ground.say(mavlink.MAVLink_set_mode_message(1, 1, 4 << 16 | 6 << 24))
    assert pilot.mode is Mode.LAND


def test_px4_holds_at_its_fence_and_at_the_end_of_its_mission() -> None:
    ground = ready(Quirks.PX4, [order(0, 22, placed=True), order(1, 16, placed=True)])
    ground.start()
    ground.until(lambda: ground.craft.pilot.mode is Mode.HOLD)
    assert ground.craft.pilot.is_complete
    assert ground.upload([item(0, 5003, params=(50.0, 0, 0, 0), kind=1)], 1) == 0
    assert ground.command(20) == 0
    ground.until(lambda: not ground.craft.pilot.is_airborne)
    assert ground.upload([], 1) == 0
    ground.start()
    ground.until(lambda: ground.craft.pilot.body.ground_speed_ms > 3.0)
    assert ground.upload([item(0, 5004, params=(60.0, 0, 0, 0), kind=1)], 1) == 0
    ground.until(lambda: ground.craft.pilot.mode is Mode.HOLD)
    ground.pass_time(0.2)
    assert ground.newest("STATUSTEXT").text == "Fence breached"


def test_circles_keep_in_and_out() -> None:
    inside, outside = (
        HeldItem(0, command, 1, (100.0, 0.0, 0.0, 0.0), 289_500_000, 1_065_500_000, 0.0)
        for command in (5003, 5004)
    )
    assert not Fence([inside]).is_outside(106.5505, 28.95)
    assert Fence([inside]).is_outside(106.552, 28.95)
    assert Fence([outside]).is_outside(106.5505, 28.95)
    assert not Fence([outside]).is_outside(106.552, 28.95)


def test_it_comes_home_when_the_ground_ahead_is_not_told() -> None:
    ground = ready(Quirks.ARDUPILOT)
    ground.start()
    ground.until(lambda: ground.craft.pilot.index > 3)
    blind = [item(0), *(item(seq, frame=10) for seq in range(1, 12))]
    assert ground.upload(blind) == 0
    ground.until(lambda: ground.craft.pilot.awaits_ground)
    there = ground.craft.pilot.body.lon_deg
    ground.pass_time(3.0)
    assert ground.craft.pilot.body.lon_deg == there
    ground.pass_time(2.5)
    assert ground.craft.pilot.mode is Mode.RETURN


def test_what_it_does_not_do_now_it_says() -> None:
    ground = ready(Quirks.ARDUPILOT)
    failed, denied = mavlink.MAV_RESULT_FAILED, mavlink.MAV_RESULT_DENIED
    assert ground.command(193, 0) == failed  # nothing to pause
    assert ground.command(176, 1, 77) == failed
    assert ground.command(176, math.nan, 3) == denied
    assert ground.command(400, 7) == mavlink.MAV_RESULT_UNSUPPORTED
    assert ground.command(31_000) == mavlink.MAV_RESULT_UNSUPPORTED
    assert ground.command(20) == 0
    assert ground.command(400, 1) == failed  # not armable on its way home
    assert ground.command(176, 1, 0) == 0
    ground.craft.set_battery(0.2)
    assert ground.command(400, 1) == failed
    ground.craft.set_battery(1.0)
    assert [ground.command(400, 1), ground.command(400, 1), ground.command(400, 0)] == [0, 0, 0]
    assert ground.upload([item(0), item(1)]) == 0
    assert ground.command(400, 1) == 0
    assert ground.command(300) == failed  # no take-off
    assert ground.upload([]) == 0
    assert ground.command(300) == failed
    ground.craft.faults.deaf_to.add(512)
    assert ground.command(512, 33) is None
    assert ready(Quirks.PX4).command(176, 1, 9, 9) == denied


def test_motors_are_not_stopped_in_the_air() -> None:
    ground = ready(Quirks.PX4)
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_airborne)
    assert ground.command(400, 0) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    assert ground.craft.pilot.is_armed
    assert ground.upload(items_for(habits_of(Quirks.PX4).autopilot)) == 0
    assert ground.craft.pilot.index == 0  # a new mission is flown from its begin


def test_parameters_are_told_and_set_in_the_words_of_each() -> None:
    ground = ready(Quirks.PX4)
    ground.say(mavlink.MAVLink_param_request_list_message(1, 1))
    told = {each.param_id: each for each in ground.all("PARAM_VALUE")}
    assert len(told) == told["NAV_DLL_ACT"].param_count == 5
    bits = 3 * 2.0**-149  # the integer 3 as the bits of a float
    ground.say(mavlink.MAVLink_param_set_message(1, 1, b"NAV_DLL_ACT", bits, INT))
    assert ground.newest("PARAM_VALUE").param_value == bits
    ground.say(mavlink.MAVLink_param_set_message(1, 1, b"RTL_RETURN_ALT", math.nan, 9))
    assert ground.newest("PARAM_VALUE").param_value == 30.0
    index = told["COM_DL_LOSS_T"].param_index
    ground.say(mavlink.MAVLink_param_request_read_message(1, 1, b"", index))
    assert ground.newest("PARAM_VALUE").param_id == "COM_DL_LOSS_T"
    assert ground.say(mavlink.MAVLink_param_request_read_message(1, 1, b"NONE", -1)) == []


def test_an_item_of_floats_is_taken_and_a_place_that_is_no_number_is_not() -> None:
    ground = ready(Quirks.PX4)
    head = (1, 1, 0, 3, 16, 0, 1, 0.0, 0.0, 0.0, 0.0)
    ground.say(mavlink.MAVLink_mission_count_message(1, 1, 1, 0))
    bad = mavlink.MAVLink_mission_item_message(*head, math.nan, 106.5, 60.0, 0)
    assert ground.say(bad)[0].type == mavlink.MAV_MISSION_INVALID_PARAM5_X
    ground.say(mavlink.MAVLink_mission_count_message(1, 1, 1, 0))
    good = mavlink.MAVLink_mission_item_message(*head, 28.951, 106.551, 60.0, 0)
    assert ground.say(good)[0].type == 0
    asked = ground.say(mavlink.MAVLink_mission_request_message(1, 1, 0, 0))
    assert asked[0].x == pytest.approx(28.951, abs=1e-5)
    ground.say(mavlink.MAVLink_mission_count_message(1, 1, 2, 0))
    ground.say(mavlink.MAVLink_mission_ack_message(1, 1, 15, 0))
    assert ground.say(item(0))[0].type == 0  # a late copy of what it took last
    assert len(ground.download()) == 1


def test_without_a_fix_it_tells_no_place() -> None:
    ground = ready(Quirks.PX4)
    ground.craft.faults.unhealthy.add("gps")
    ground.pass_time(1.2)
    told = ground.newest("GPS_RAW_INT")
    assert (told.fix_type, told.lat, told.satellites_visible, told.alt_ellipsoid) == (1, 0, 0, 0)
    assert ground.command(410) == 0
    assert ground.newest("HOME_POSITION").altitude == 390_000


def test_wind_that_is_too_strong_holds_it_in_place() -> None:
    for from_deg in (0.0, 90.0):
        body = Body(find_aircraft("PX4 example"), 106.5, 28.9, 400.0, AirWind(from_deg, 20.0))
        for _ in range(100):
            assert not body.towards(106.5, 29.0, 8.0, 0.1, stops=True)
        assert body.lat_deg == 28.9
