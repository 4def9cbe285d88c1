"""Two KMZ files that people flew: a Mavic 3 Multispectral and a Mavic 3 Thermal."""

from pathlib import Path

import pytest
from mission_rig import desk

from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.wpml_held import held_by_wpml
from drone_jobs.missions.wpml_read import read_wpml
from drone_jobs.missions.wpml_rules import faults_of
from drone_jobs.missions.wpml_write import write_wpml
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, Finish, LostLink, Turn, WpmlCodes

KMZ = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage" / "drone" / "kmz"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not KMZ.is_dir(), reason="needs the recorded footage"),
]


def test_the_multispectral_one() -> None:
    data = (KMZ / "seed_m3m_waypoint3x.kmz").read_bytes()
    found = read_mission(data, "seed_m3m_waypoint3x.kmz")
    assert found.wpml == WpmlCodes(77, 2, 68, 0)
    assert [(point.lon_deg, point.lat_deg) for point in found.points] == [
        (-101.148371034063, 49.7155414935301),
        (-101.148551278706, 49.7144592965208),
    ]
    assert {point.height for point in found.points} == {Height(10.0, HeightSystem.TAKE_OFF)}
    assert (found.speed_ms, found.climb_to_m, found.return_to_m) == (15.0, 20.0, None)
    assert (found.finish, found.lost_link) == (Finish.HOME, LostLink.HOME)
    assert faults_of(data) == ["waylines: globalRTHHeight is None, not 0 to 1500"]


def test_the_thermal_one() -> None:
    data = (KMZ / "waypoint.kmz").read_bytes()
    found = read_wpml(data, "waypoint.kmz")
    assert found.wpml == WpmlCodes(77, 1, 67, 0)
    assert len(found.points) == 6
    assert found.home is not None
    assert (found.home.lat_deg, found.home.lon_deg) == (22.581243, 113.938206)
    assert found.home.height == Height(19.928844, HeightSystem.ELLIPSOID)
    assert [point.turn for point in found.points] == [
        Turn.STOP, Turn.CURVE, Turn.CURVE, Turn.CURVE, Turn.CURVE, Turn.STOP,
    ]  # fmt: skip
    assert {point.height.system for point in found.points} == {HeightSystem.TAKE_OFF}
    assert all(54.3 < point.height.value_m < 54.4 for point in found.points)
    assert (found.lost_link, found.return_to_m) == (LostLink.CONTINUE, 100.0)
    first = found.points[0].actions
    assert first[0].kind is ActionKind.YAW
    assert first[0].value == pytest.approx(360.0 - 113.059)
    assert first[1:4] == (
        Action(ActionKind.GIMBAL, -81.443),
        Action(ActionKind.ZOOM, 1.0),
        Action(ActionKind.PHOTO),
    )
    assert found.points[-1].actions[-1] == Action(ActionKind.ZOOM, 6.0)
    assert faults_of(data) == []


@pytest.mark.parametrize("name", ["waypoint.kmz"])
def test_they_are_written_again_to_the_same_flight(name: str) -> None:
    found = read_wpml((KMZ / name).read_bytes(), name)
    again = write_wpml(found, desk())
    assert differences(held_by_wpml(found, desk()), read_wpml(again, name)) == []
    assert faults_of(again) == []
