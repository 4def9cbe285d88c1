"""The simulated vehicle flies: its mission, home, through failures; all in made time."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from craft_rig import BEGAN_AT, SPOT, Ground, item, items_for, made_craft
from mission_rig import sample
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.fleet import find_aircraft
from drone_jobs.links.simulated.body import Body, metres_per_degree
from drone_jobs.links.simulated.faults import Settings
from drone_jobs.links.simulated.modes import Mode
from drone_jobs.links.simulated.quirks import Quirks
from geo.crs import geodesic
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import AirWind, Autopilot, LostLink

BOTH = [Quirks.PX4, Quirks.ARDUPILOT]


def ready(quirks: Quirks, **how: object) -> Ground:
    ground = Ground(made_craft(quirks, **how))  # type: ignore[arg-type]
    ground.pass_time(3.0)
    autopilot = Autopilot.PX4 if quirks is Quirks.PX4 else Autopilot.ARDUPILOT
    assert ground.upload(items_for(autopilot)) == 0
    return ground


def flying(quirks: Quirks, **how: object) -> Ground:
    ground = ready(quirks, **how)
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_airborne)
    ground.pass_time(15.0)
    return ground


def land(ground: Ground) -> None:
    ground.until(lambda: not ground.craft.pilot.is_airborne)
    ground.pass_time(3.0)


@pytest.mark.parametrize("quirks", BOTH)
def test_a_mission_is_flown_to_its_end(quirks: Quirks) -> None:
    ground = ready(quirks)
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_airborne)
    land(ground)
    craft = ground.craft
    reached = [each.seq for each in ground.all("MISSION_ITEM_REACHED")]
    shift = 1 if quirks is Quirks.ARDUPILOT else 0
    assert reached == list(range(shift, len(craft.plans.lists[0])))
    assert not craft.pilot.is_armed
    body = craft.pilot.body
    assert geodesic(body.lon_deg, body.lat_deg, SPOT.lon_deg, SPOT.lat_deg)[2] < 0.1
    assert body.above_sea_m == 390.0
    assert ground.newest("EXTENDED_SYS_STATE").landed_state == mavlink.MAV_LANDED_STATE_ON_GROUND
    places = ground.all("GLOBAL_POSITION_INT")
    corners = [(each.lon_deg, each.lat_deg) for each in sample().points]
    for lon_deg, lat_deg in corners:
        near = min(geodesic(p.lon / 1e7, p.lat / 1e7, lon_deg, lat_deg)[2] for p in places)
        assert near < 9.0  # a message every simulated second, at 12 m/s
    assert max(p.alt for p in places) <= 490_001
    speeds = [math.hypot(p.vx, p.vy) / 100.0 for p in places]
    assert max(speeds) == pytest.approx(12.0, abs=0.02)


@pytest.mark.parametrize("quirks", BOTH)
def test_pictures_are_as_far_apart_as_ordered_and_on_the_lines_alone(quirks: Quirks) -> None:
    ground = ready(quirks)
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_airborne)
    land(ground)
    taken = ground.all("CAMERA_FEEDBACK")
    lines_m = 2 * geodesic(106.551, 28.952, 106.556, 28.952)[2]
    assert abs(len(taken) - lines_m / 35.5) <= 3
    assert [each.img_idx for each in taken] == list(range(len(taken)))
    for each in taken:
        assert min(abs(each.lat / 1e7 - 28.952), abs(each.lat / 1e7 - 28.953)) < 1e-6
        assert (each.pitch, round(each.alt_msl)) == (-90.0, 490)
    one_line = [each for each in taken if abs(each.lat / 1e7 - 28.952) < 1e-6]
    for one, other in itertools.pairwise(one_line):
        apart_m = geodesic(one.lng / 1e7, one.lat / 1e7, other.lng / 1e7, other.lat / 1e7)[2]
        assert apart_m == pytest.approx(35.5, abs=0.1)
    least_s, begun_s = 35.5 / 12.0, 5.4  # at full speed, and from a standstill at 2.5 m/s2
    passed_s = [(b.time_usec - a.time_usec) / 1e6 for a, b in itertools.pairwise(one_line)]
    assert passed_s[2] == pytest.approx(least_s, abs=0.01)
    assert least_s - 0.01 < min(passed_s) < max(passed_s) < begun_s
    assert taken[0].time_usec > BEGAN_AT.timestamp() * 1e6


def test_the_battery_lasts_as_long_as_its_figures_say() -> None:
    aircraft = find_aircraft("PX4 example")
    for airspeed_ms, endurance_s in ((0.0, 1080.0), (8.0, 1200.0), (14.0, 780.0)):
        body = Body(aircraft, 106.5, 28.9, 400.0, AirWind())
        body.north_ms = airspeed_ms
        for _ in range(10):
            body.drain(endurance_s / 20.0)
        assert body.battery_share == pytest.approx(0.5)


def test_wind_takes_from_the_battery_and_holds_back() -> None:
    aircraft = find_aircraft("PX4 example")
    still = Body(aircraft, 106.5, 28.9, 400.0, AirWind())
    windy = Body(aircraft, 106.5, 28.9, 400.0, AirWind(0.0, 10.0))  # from the north
    for body in (still, windy):
        for _ in range(600):
            body.towards(106.5, 29.0, 8.0, 0.1, stops=False)
            body.drain(0.1)
    assert still.ground_speed_ms == pytest.approx(8.0)
    assert windy.ground_speed_ms == pytest.approx(4.0)  # 14 through the air
    assert windy.battery_share < still.battery_share
    east_m, north_m = metres_per_degree(28.9)
    exact_m = geodesic(106.5, 28.9, 106.501, 28.9)[2]
    assert east_m / 1000.0 == pytest.approx(exact_m, rel=1e-6)
    assert north_m / 1000.0 == pytest.approx(geodesic(106.5, 28.8995, 106.5, 28.9005)[2], rel=1e-6)


@pytest.mark.parametrize("quirks", BOTH)
def test_it_turns_home_on_a_low_battery(quirks: Quirks) -> None:
    ground = flying(quirks)
    ground.craft.set_battery(0.15)
    ground.pass_time(1.0)
    assert ground.craft.pilot.mode is Mode.RETURN
    assert b"Battery low" in ground.newest("STATUSTEXT").text.encode()
    assert ground.newest("HEARTBEAT").system_status == mavlink.MAV_STATE_CRITICAL
    land(ground)
    assert ground.craft.pilot.body.lon_deg == pytest.approx(SPOT.lon_deg, abs=1e-6)


def test_it_lands_where_it_is_on_a_critical_battery_and_crashes_on_an_empty_one() -> None:
    ground = flying(Quirks.PX4)
    ground.craft.set_battery(0.05)
    ground.pass_time(1.0)
    assert ground.craft.pilot.mode is Mode.LAND
    ground.craft.set_battery(0.0)
    ground.pass_time(1.5)
    assert ground.craft.pilot.is_crashed
    assert ground.newest("HEARTBEAT").system_status == mavlink.MAV_STATE_EMERGENCY
    assert ground.command(400, 1) != 0


@pytest.mark.parametrize("quirks", BOTH)
@pytest.mark.parametrize(
    ("deed", "mode"),
    [
        (LostLink.HOME, Mode.RETURN),
        (LostLink.LAND, Mode.LAND),
        (LostLink.CONTINUE, Mode.MISSION),
        (LostLink.HOVER, None),
    ],
)
def test_a_cut_link_is_answered_as_set(quirks: Quirks, deed: LostLink, mode: Mode | None) -> None:
    ground = flying(quirks, settings=Settings(lost_link=deed), speedup=1.0)
    ground.until(lambda: ground.craft.pilot.body.ground_speed_ms > 5.0)
    ground.craft.faults.is_link_cut = True
    assert ground.command(20) is None
    ground.pass_time(4.0)
    assert ground.craft.pilot.mode is Mode.MISSION
    ground.heard.clear()
    ground.pass_time(2.0)
    stays = Mode.HOLD if quirks is Quirks.PX4 else Mode.BRAKE
    assert ground.craft.pilot.mode is (mode or stays)
    assert ground.heard == []
    ground.craft.faults.is_link_cut = False
    ground.pass_time(2.0)
    assert ground.all("HEARTBEAT")


@pytest.mark.parametrize("quirks", BOTH)
def test_it_is_paused_and_flies_on(quirks: Quirks) -> None:
    ground = flying(quirks)
    pilot = ground.craft.pilot
    ground.until(lambda: pilot.body.ground_speed_ms > 5.0)
    if quirks is Quirks.PX4:
        assert ground.command(193, 0) == mavlink.MAV_RESULT_UNSUPPORTED
        assert ground.command(176, 1, 4, 3) == 0
    else:
        assert ground.command(193, 0) == 0
    index = pilot.index
    ground.pass_time(1.0)
    there = (pilot.body.lon_deg, pilot.body.lat_deg)
    ground.pass_time(10.0)
    assert (pilot.body.lon_deg, pilot.body.lat_deg) == there
    assert pilot.is_airborne
    assert ground.newest("MISSION_CURRENT").mission_state == mavlink.MISSION_STATE_PAUSED
    assert (ground.command(176, 1, 4, 4) if quirks is Quirks.PX4 else ground.command(193, 1)) == 0
    assert pilot.index == index
    ground.until(lambda: pilot.index > index + 1)
    assert ground.command(20) == 0
    land(ground)
    assert pilot.body.above_sea_m == 390.0


def test_an_abort_can_be_refused_or_go_unheard() -> None:
    ground = flying(Quirks.ARDUPILOT)
    ground.craft.faults.command_results[20] = mavlink.MAV_RESULT_FAILED
    ground.craft.faults.deaf_to.add(21)
    assert ground.command(20) == mavlink.MAV_RESULT_FAILED
    assert ground.command(21) is None
    assert ground.craft.pilot.mode is Mode.MISSION
    ground.craft.faults.deaf_to.clear()
    assert ground.command(21) == 0
    land(ground)
    assert ground.command(176, 1, 5) == 0
    ground.craft.faults.unhealthy.add("compass")
    assert ground.command(400, 1) == mavlink.MAV_RESULT_FAILED
    ground.pass_time(1.1)
    health = ground.newest("SYS_STATUS")
    assert not health.onboard_control_sensors_health & mavlink.MAV_SYS_STATUS_SENSOR_3D_MAG
    assert health.onboard_control_sensors_health & mavlink.MAV_SYS_STATUS_SENSOR_3D_GYRO


def test_arducopter_takes_off_only_when_it_is_told_and_disarms_by_itself() -> None:
    ground = ready(Quirks.ARDUPILOT)
    assert ground.command(176, 1, 3) == 0
    assert ground.command(400, 1) == mavlink.MAV_RESULT_FAILED  # not in AUTO
    assert ground.command(176, 1, 0) == 0
    assert ground.command(400, 1) == 0
    ground.pass_time(9.0)
    is_armed = [ground.craft.pilot.is_armed]
    ground.pass_time(2.0)
    assert [*is_armed, ground.craft.pilot.is_armed] == [True, False]
    assert ground.command(400, 1) == 0
    assert ground.command(176, 1, 3) == 0
    ground.pass_time(5.0)
    assert not ground.craft.pilot.is_airborne
    assert ground.command(300) == 0
    ground.until(lambda: ground.craft.pilot.is_airborne)


def test_arducopter_flies_out_of_its_own_fence_and_turns_home_there() -> None:
    ground = ready(Quirks.ARDUPILOT)
    corners = [(28.949, 106.549), (28.949, 106.5535), (28.955, 106.5535), (28.955, 106.549)]
    fence = [
        item(seq, 5001, params=(4.0, 0, 0, 0), lat_deg=lat, lon_deg=lon, kind=1)
        for seq, (lat, lon) in enumerate(corners)
    ]
    assert ground.upload(fence, 1) == 0
    assert ground.upload(items_for(Autopilot.ARDUPILOT)) == 0
    for name, value in ((b"FENCE_TYPE", 4.0), (b"FENCE_ENABLE", 1.0)):
        ground.say(mavlink.MAVLink_param_set_message(1, 1, name, value, 6))
        assert ground.newest("PARAM_VALUE").param_value == value
    ground.start()
    ground.until(lambda: ground.craft.pilot.mode is Mode.RETURN)
    outside_m = geodesic(106.5535, 28.952, ground.craft.pilot.body.lon_deg, 28.952)[2]
    assert 0.0 < outside_m < 5.0
    land(ground)


def test_arducopter_minds_a_circle_of_its_own_as_it_comes() -> None:
    ground = ready(Quirks.ARDUPILOT)
    assert ground.upload(items_for(Autopilot.ARDUPILOT)) == 0
    ground.say(mavlink.MAVLink_param_set_message(1, 1, b"FENCE_ENABLE", 1.0, 6))
    ground.start()
    ground.until(lambda: ground.craft.pilot.mode is Mode.RETURN)
    body, home = ground.craft.pilot.body, ground.craft.pilot.home
    away_m = geodesic(home.lon_deg, home.lat_deg, body.lon_deg, body.lat_deg)[2]
    assert 300.0 < away_m < 305.0
    land(ground)


def hill() -> Terrain:
    north, east = np.mgrid[0:400, 0:400]
    apart_m = np.hypot((north - 200) * 11.1, (east - 200) * 9.7)
    values = (390.0 + 60.0 * np.exp(-((apart_m / 150.0) ** 2))).astype(np.float32)
    return Terrain("hill", values, 106.5535 - 0.02, 28.952 + 0.02, 0.0001)


def answer_terrain(ground: Ground, terrain: Terrain) -> None:
    """An answer of its own to TERRAIN_REQUEST, by the words of the protocol."""
    for asked in ground.all("TERRAIN_REQUEST"):
        for bit in range(56):
            if not asked.mask >> bit & 1:
                continue
            heights = []
            for north in range(4):
                for east in range(4):
                    north_m = (4 * (bit // 8) + north) * asked.grid_spacing
                    east_m = (4 * (bit % 8) + east) * asked.grid_spacing
                    lat_deg = asked.lat / 1e7 + north_m / 111_318.8
                    lon_deg = asked.lon / 1e7 + east_m / (
                        111_318.8 * math.cos(math.radians(asked.lat / 1e7))
                    )
                    height_m = terrain.height_at(lon_deg, lat_deg)
                    heights.append(390 if math.isnan(height_m) else round(height_m))
            ground.say(
                mavlink.MAVLink_terrain_data_message(
                    asked.lat, asked.lon, asked.grid_spacing, bit, heights
                )
            )
    ground.heard = [each for each in ground.heard if each.get_type() != "TERRAIN_REQUEST"]


def test_it_follows_terrain_that_it_is_told_and_does_not_arm_without() -> None:
    terrain = hill()
    ground = Ground(made_craft(Quirks.ARDUPILOT, terrain=terrain, speedup=4.0))
    ground.pass_time(3.0)
    line = [
        item(0),
        item(1, 22, z=80.0, lat_deg=28.95, lon_deg=106.55),
        item(2, 16, 10, lat_deg=28.952, lon_deg=106.551, z=80.0),
        item(3, 16, 10, lat_deg=28.952, lon_deg=106.556, z=80.0),
        item(4, 20, 2, lat_deg=0.0, lon_deg=0.0),
    ]
    assert ground.upload(line) == 0
    ground.say(mavlink.MAVLink_param_set_message(1, 1, b"AUTO_OPTIONS", 3.0, 6))
    assert ground.command(400, 1) == mavlink.MAV_RESULT_FAILED
    ground.pass_time(0.5)
    assert "terrain" in ground.newest("STATUSTEXT").text
    for _ in range(8):
        answer_terrain(ground, terrain)
        ground.pass_time(0.2)
    ground.pass_time(1.0)
    assert ground.newest("TERRAIN_REPORT").pending == 0
    ground.start()
    heights = []
    pilot = ground.craft.pilot

    def follow() -> bool:
        body = pilot.body
        if pilot.index == 3 and pilot.is_airborne:
            truth_m = terrain.height_at(body.lon_deg, body.lat_deg)
            heights.append((body.above_sea_m - truth_m, truth_m))
        return pilot.index > 3

    ground.until(follow)
    above = [each for each, _ in heights]
    assert max(truth for _, truth in heights) > 440.0
    assert 65.0 < min(above) < max(above) < 95.0  # the grid is 100 m coarse, the hill 150 m wide
    assert sum(above) / len(above) == pytest.approx(80.0, abs=4.0)


def test_it_flies_into_a_hill_that_nobody_told_it_of() -> None:
    ground = Ground(made_craft(Quirks.PX4, terrain=hill()))
    ground.pass_time(1.0)
    line = [
        item(0, 22, z=30.0, lat_deg=28.95, lon_deg=106.55),
        item(1, 16, 3, lat_deg=28.952, lon_deg=106.551, z=30.0),
        item(2, 16, 3, lat_deg=28.952, lon_deg=106.556, z=30.0),
    ]
    assert ground.upload(line) == 0
    ground.start()
    ground.until(lambda: ground.craft.pilot.is_crashed)
    ground.pass_time(0.2)
    assert "ground" in ground.newest("STATUSTEXT").text


def test_an_aircraft_without_figures_is_refused() -> None:
    aircraft = replace(find_aircraft("PX4 example"), battery=())
    with pytest.raises(InputRefused) as refused:
        Body(aircraft, 106.5, 28.9, 400.0, AirWind())
    assert refused.value.code == "aircraft_without_limit"
