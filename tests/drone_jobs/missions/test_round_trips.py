"""What is written is read back to the same meaning, as far as the format holds it."""

import math
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from mission_rig import GROUND_M, TAKE_OFF_M, any_mission, desk, sample
from pymavlink import mavwp

from drone_jobs.missions.formats import MissionFormat, ending_of
from drone_jobs.missions.holding import held, spoken_autopilot
from drone_jobs.missions.items_write import items_of
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission, sniffed
from drone_jobs.missions.writing import write_mission
from models.errors import InputRefused
from models.mission import Autopilot, Mission, WpmlCodes

OURS = [
    MissionFormat.QGC_PLAN,
    MissionFormat.WAYPOINTS,
    MissionFormat.GEOJSON,
    MissionFormat.KML,
]


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("autopilot", [None, *Autopilot])
def test_a_sweep_comes_back(kind: MissionFormat, autopilot: Autopilot | None) -> None:
    mission = sample(autopilot)
    data = write_mission(mission, kind, desk())
    found = read_mission(data, f"北坡{ending_of(kind)}")
    assert differences(held(mission, kind), found, desk()) == []
    assert found.notes == ()
    assert found.has_take_off
    assert sniffed(data) is kind


def test_djis_file_goes_the_same_way() -> None:
    mission = replace(sample(Autopilot.DJI), wpml=WpmlCodes(99, 1, 89, 0))
    data = write_mission(mission, MissionFormat.WPML, desk())
    found = read_mission(data, "named.plan")
    assert sniffed(data) is MissionFormat.WPML
    assert differences(held(mission, MissionFormat.WPML, desk()), found, desk()) == []
    assert found.wpml == mission.wpml


@given(any_mission())
@settings(max_examples=40)
@pytest.mark.parametrize("kind", OURS)
def test_any_mission_comes_back(kind: MissionFormat, mission: Mission) -> None:
    data = write_mission(mission, kind, desk())
    found = read_mission(data, f"x{ending_of(kind)}")
    assert differences(held(mission, kind), found, desk()) == []
    again = write_mission(found, kind, desk())
    assert differences(found, read_mission(again, "y"), desk()) == []


@given(any_mission())
@settings(max_examples=40)
def test_heights_above_terrain_come_back(mission: Mission) -> None:
    data = write_mission(mission, MissionFormat.WAYPOINTS, desk(), terrain_frame=True)
    found = read_mission(data, "x")
    assert differences(held(mission, MissionFormat.WAYPOINTS), found, desk()) == []


@given(any_mission())
@settings(max_examples=30)
@pytest.mark.parametrize("terrain_frame", [False, True])
def test_pymavlink_reads_the_same_rows(terrain_frame: bool, mission: Mission) -> None:  # noqa: FBT001
    """Its loader is what MAVProxy loads files with."""
    data = write_mission(mission, MissionFormat.WAYPOINTS, desk(), terrain_frame=terrain_frame)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.waypoints"
        file.write_bytes(data)
        loader = mavwp.MAVWPLoader()
        loader.load(str(file))
    items = items_of(mission, desk(), Autopilot.ARDUPILOT, terrain_frame=terrain_frame)
    assert loader.count() == len(items) + 1
    for item in items:
        row = loader.wp(item.seq)
        assert (row.frame, row.command) == (item.frame, item.command)
        assert row.x == pytest.approx(item.lat_deg, abs=1e-8)
        assert row.y == pytest.approx(item.lon_deg, abs=1e-8)
        assert row.z == pytest.approx(item.z_m, abs=1e-3)
        assert [row.param1, row.param2, row.param3, row.param4] == pytest.approx(
            item.params, abs=1e-6
        )


def test_heights_are_what_the_frames_say() -> None:
    """By hand: 490 m above sea is 90 m above this ground and 100 m above that take-off."""
    mission = sample(Autopilot.ARDUPILOT)
    for terrain_frame, frame, z_m in ((False, 0, GROUND_M + 90.0), (True, 10, 90.0)):
        text = write_mission(
            mission, MissionFormat.WAYPOINTS, desk(), terrain_frame=terrain_frame
        ).decode()
        rows = [line.split("\t") for line in text.splitlines()[1:]]
        assert rows[0][:4] == ["0", "1", "0", "16"]
        assert float(rows[0][10]) == TAKE_OFF_M
        assert (rows[1][2], rows[1][3], float(rows[1][10])) == ("3", "22", 100.0)
        assert rows[-1][3] == "20"
        flown = [row for row in rows[1:] if row[3] == "16"]
        assert {(int(row[2]), float(row[10])) for row in flown} == {(frame, z_m)}
        assert all(len(row[8].split(".")[1]) == 8 for row in rows)
        assert [row[0] for row in rows] == [str(at) for at in range(len(rows))]


def test_px4_is_never_told_a_height_above_terrain() -> None:
    for kind in (MissionFormat.QGC_PLAN, MissionFormat.KML, MissionFormat.WPML):
        with pytest.raises(InputRefused) as refusal:
            write_mission(sample(Autopilot.PX4), kind, desk(), terrain_frame=True)
        assert refusal.value.code == "mission_terrain_frame"
    data = write_mission(
        sample(Autopilot.ARDUPILOT), MissionFormat.QGC_PLAN, desk(), terrain_frame=True
    )
    assert (
        differences(
            held(sample(Autopilot.ARDUPILOT), MissionFormat.QGC_PLAN),
            read_mission(data, "x"),
            desk(),
        )
        == []
    )


def test_px4_gets_no_order_that_makes_it_refuse_the_mission() -> None:
    """PX4 knows no MAV_CMD_CONDITION_YAW (115); ArduPilot ignores the yaw of a point."""
    mission = sample(Autopilot.PX4)
    points = tuple(replace(point, heading_deg=45.0) for point in mission.points)
    mission = replace(mission, points=points)
    of_px4 = items_of(mission, desk(), Autopilot.PX4)
    assert 115 not in {item.command for item in of_px4}
    assert {item.params[3] for item in of_px4 if item.command == 16} == {45.0}
    of_ardupilot = items_of(mission, desk(), Autopilot.ARDUPILOT)
    assert sum(item.command == 115 for item in of_ardupilot) == len(points)
    assert not any(math.isnan(value) for item in of_ardupilot for value in item.params)


def test_too_few_points_are_no_flight() -> None:
    mission = sample()
    with pytest.raises(InputRefused) as refusal:
        write_mission(replace(mission, points=mission.points[:1]), MissionFormat.KML, desk())
    assert refusal.value.code == "mission_no_points"


def test_a_waypoint_list_is_ardupilots() -> None:
    assert spoken_autopilot(sample(Autopilot.PX4), MissionFormat.WAYPOINTS) is Autopilot.ARDUPILOT
    assert spoken_autopilot(sample(Autopilot.DJI), MissionFormat.QGC_PLAN) is Autopilot.PX4


def test_a_climb_that_nobody_told_goes_to_the_first_point() -> None:
    mission = replace(sample(), climb_to_m=None)
    assert items_of(mission, desk(), Autopilot.PX4)[0].z_m == GROUND_M + 90.0 - TAKE_OFF_M
