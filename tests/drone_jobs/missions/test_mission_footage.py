"""Real files of other people: every one is read, and what it cannot be trusted in is told."""

from pathlib import Path

import pytest

from drone_jobs.missions.reading import read_mission
from models.height import Height, HeightSystem
from models.mission import Autopilot, Finish

DRONE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage" / "drone"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not DRONE.is_dir(), reason="needs the recorded footage"),
]
READ = {
    "plan/bpla_mission.plan": (2, Finish.HOVER, {"keys_large"}),
    "plan/mission_test_sitl.plan": (5, Finish.HOVER, {"speed_usual"}),
    "waypoints/Plockton.waypoints": (10, Finish.HOVER, {"jump_endless"}),
    "waypoints/indoor_misison.waypoints": (3, Finish.HOVER, {"jump_endless"}),
    "waypoints/jump_tags_into_wind_landing.waypoints": (
        11,
        Finish.LAND,
        {"loiter_endless", "orbit_left_out", "items_after_end", "landing_point"},
    ),
}


def test_none_is_forgotten() -> None:
    found = {
        f"{folder}/{file.name}"
        for folder in ("plan", "waypoints")
        for file in (DRONE / folder).iterdir()
    }
    assert found == set(READ)


@pytest.mark.parametrize("name", READ)
def test_a_real_mission(name: str) -> None:
    points, finish, told = READ[name]
    mission = read_mission((DRONE / name).read_bytes(), Path(name).name)
    assert len(mission.points) == points
    assert mission.finish is finish
    assert {note.code for note in mission.notes} == told


def test_the_simulators_plan_by_hand() -> None:
    mission = read_mission((DRONE / "plan/mission_test_sitl.plan").read_bytes(), "x")
    assert mission.autopilot is Autopilot.ARDUPILOT
    assert mission.home is not None
    assert mission.home.height == Height(584.04, HeightSystem.EGM96)
    assert (mission.has_take_off, mission.climb_to_m, mission.speed_ms) == (True, 5.0, 5.0)
    first = mission.points[0]
    assert (first.lat_deg, first.lon_deg) == (-35.36256542276401, 149.16525136037512)
    assert first.height == Height(5.0, HeightSystem.TAKE_OFF)


def test_a_height_of_nothing_is_kept() -> None:
    mission = read_mission((DRONE / "waypoints/Plockton.waypoints").read_bytes(), "x")
    assert mission.points[3].height == Height(0.0, HeightSystem.TAKE_OFF)
