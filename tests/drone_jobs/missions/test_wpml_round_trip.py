"""DJI's KMZ: what is written is read back to the same flight, and keeps every rule."""

import io
import math
import zipfile
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_rig import GROUND_M, HOME, LEVEL, TAKE_OFF_M, any_mission, desk, sample
from pyproj import Geod

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.wpml_held import held_by_wpml
from drone_jobs.missions.wpml_read import read_wpml
from drone_jobs.missions.wpml_rules import faults_of
from drone_jobs.missions.wpml_write import write_wpml
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    Turn,
    WpmlCodes,
)

M30T, M3T, M3TD = WpmlCodes(67, 1, 53), WpmlCodes(77, 1, 67), WpmlCodes(91, 1, 81)
M4T, M4TD = WpmlCodes(99, 1, 89), WpmlCodes(100, 1, 99)
ALL = (M30T, M3T, M3TD, M4T, M4TD)


def flown(codes: WpmlCodes = M30T) -> Mission:
    return replace(sample(Autopilot.DJI), wpml=codes)


def refusal(mission: Mission, office: HeightDesk | None = None) -> str:
    with pytest.raises(InputRefused) as caught:
        write_wpml(mission, office or desk())
    assert caught.value.remedy
    return caught.value.code


def legs_in_space(mission: Mission) -> list[float]:
    """Between neighbours, by the ellipsoid's own geodesic."""
    earth, office, found = Geod(ellps="WGS84"), desk(), []
    for one, other in pairwise(mission.points):
        _, _, level_m = earth.inv(one.lon_deg, one.lat_deg, other.lon_deg, other.lat_deg)
        up_m = [
            office.to(each.height, each.lon_deg, each.lat_deg, HeightSystem.EGM96)
            for each in (one, other)
        ]
        found.append(math.hypot(level_m, up_m[1] - up_m[0]))
    return found


@pytest.mark.parametrize("codes", ALL)
def test_a_sweep_comes_back(codes: WpmlCodes) -> None:
    mission = flown(codes)
    data = write_wpml(mission, desk())
    assert faults_of(data) == []
    found = read_wpml(data, "北坡.kmz")
    assert differences(held_by_wpml(mission, desk()), found, desk()) == []
    assert held_by_wpml(mission) == replace(mission, fence=(), no_fly=(), circles=(), rally=())
    assert (found.name, found.wpml, found.notes) == ("北坡", codes, ())
    assert {point.height.system for point in found.points} == {HeightSystem.ELLIPSOID}


@given(any_mission(), st.sampled_from(ALL))
@settings(max_examples=50)
def test_any_mission_comes_back(mission: Mission, codes: WpmlCodes) -> None:
    speed_ms = 9.0 if mission.speed_ms is None else mission.speed_ms
    climb_m = max(8.0, mission.climb_to_m or 0.0)
    mission = replace(mission, wpml=codes, speed_ms=speed_ms, climb_to_m=climb_m)
    if any(leg_m < 0.51 for leg_m in legs_in_space(mission)):  # hypothesis likes a place twice
        return
    data = write_wpml(mission, desk())
    assert faults_of(data) == []
    found = read_wpml(data, "x.kmz")
    assert differences(held_by_wpml(mission, desk()), found, desk()) == []
    assert all(each.code == "gimbal_up" for each in found.notes)
    assert differences(found, read_wpml(write_wpml(found, desk()), "y"), desk()) == []
    assert found.name == "x"


@given(any_mission())
@settings(max_examples=40)
def test_what_is_held_is_held_again(mission: Mission) -> None:
    once = held_by_wpml(mission, desk())
    assert held_by_wpml(once, desk()) == once
    assert len(once.points) == len(mission.points)
    assert held_by_wpml(mission) == replace(once, return_to_m=mission.return_to_m)


def test_bytes_are_the_same_each_time() -> None:
    first, second = (write_wpml(flown(), desk()) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["wpmz/template.kml", "wpmz/waylines.wpml"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("finish", Finish)
@pytest.mark.parametrize("lost_link", LostLink)
def test_ends_and_lost_links(finish: Finish, lost_link: LostLink) -> None:
    data = write_wpml(replace(flown(), finish=finish, lost_link=lost_link), desk())
    found = read_wpml(data, "x.kmz")
    assert found.finish is finish
    assert found.lost_link is (LostLink.HOME if lost_link is LostLink.UNSAID else lost_link)


def test_relative_heights_are_written_only_where_nothing_else_is_known() -> None:
    relative = replace(
        flown(),
        points=tuple(
            replace(point, height=Height(90.0, HeightSystem.TAKE_OFF)) for point in flown().points
        ),
    )
    known = read_wpml(write_wpml(relative, desk()), "x").points[0].height
    assert known.system is HeightSystem.ELLIPSOID
    assert known.value_m < TAKE_OFF_M + 90.0 - 25.0  # the geoid lies 26 to 43 m below here
    data = write_wpml(relative, HeightDesk(None, None))
    assert faults_of(data) == []
    unknown = read_wpml(data, "x")
    assert {point.height for point in unknown.points} == {Height(90.0, HeightSystem.TAKE_OFF)}
    mixed = (*flown().points, *relative.points[:1])
    assert refusal(replace(flown(), points=mixed), HeightDesk(LEVEL, None)).startswith("height_")


def test_the_surface_is_followed_only_by_what_can_follow_it() -> None:
    def above_ground(codes: WpmlCodes, height_m: float) -> Mission:
        height = Height(height_m, HeightSystem.GROUND)
        points = tuple(replace(point, height=height) for point in flown().points)
        return replace(flown(codes), points=points)

    blind = HeightDesk(None, TAKE_OFF_M)
    data = write_wpml(above_ground(M3T, 80.0), blind)
    assert faults_of(data) == []
    found = read_wpml(data, "x")
    assert {point.height for point in found.points} == {Height(80.0, HeightSystem.GROUND)}
    for codes, height_m in ((M30T, 80.0), (M4T, 80.0), (M3T, 29.0), (M3T, 201.0)):
        assert refusal(above_ground(codes, height_m), blind).startswith("height_")
    known = read_wpml(write_wpml(above_ground(M3T, 80.0), desk()), "x")
    sea = held_by_wpml(flown(M3T), desk())
    lower = tuple(
        replace(point, height=Height(GROUND_M + 80.0, HeightSystem.EGM96)) for point in sea.points
    )
    assert differences(replace(sea, points=lower), known, desk()) == []


def test_the_way_back_is_no_lower_than_the_flight() -> None:
    mission = replace(flown(), return_to_m=None)
    assert read_wpml(write_wpml(mission, desk()), "x").return_to_m == 100.0  # 490 - 390
    by_home = read_wpml(write_wpml(mission, HeightDesk(LEVEL, None)), "x")
    assert by_home.return_to_m == pytest.approx(100.0, abs=1.0)
    assert by_home.return_to_m >= 100.0
    low = replace(
        mission,
        points=tuple(
            replace(point, height=Height(5.0, HeightSystem.TAKE_OFF)) for point in mission.points
        ),
    )
    assert read_wpml(write_wpml(low, desk()), "x").return_to_m == 20.0
    for home in (None, MissionPlace(*HOME), MissionPlace(*HOME, Height(0, HeightSystem.GROUND))):
        lost = replace(mission, home=home)
        assert refusal(lost, HeightDesk(None, None)) == "mission_return_height"


def test_what_the_format_cannot_take_is_refused() -> None:
    mission = flown()
    first = mission.points[0]
    beside = replace(first, lon_deg=first.lon_deg + 0.4 / 97_000)
    above = replace(first, height=Height(first.height.value_m + 0.6, HeightSystem.EGM96))
    for code, changed in (
        ("mission_no_wpml", replace(mission, wpml=None)),
        ("mission_no_points", replace(mission, points=(first,))),
        ("mission_items", replace(mission, points=(first, above) * 32_768)),
        ("mission_points_close", replace(mission, points=(first, beside, mission.points[1]))),
        ("mission_no_speed", replace(mission, speed_ms=None)),
        ("mission_no_speed", replace(mission, speed_ms=0.0)),
        ("mission_take_off_height", replace(mission, climb_to_m=1.1)),
        ("mission_take_off_height", replace(mission, climb_to_m=1501.0)),
        ("mission_take_off_height", replace(mission, climb_to_m=7.9, wpml=M3TD)),
        ("mission_take_off_height", replace(mission, climb_to_m=7.9, wpml=M4TD)),
        ("mission_return_height", replace(mission, return_to_m=0.0)),
        ("mission_return_height", replace(mission, return_to_m=1501.0)),
    ):
        assert refusal(changed) == code
    assert write_wpml(replace(mission, points=(first, above)), desk())
    assert write_wpml(replace(mission, climb_to_m=7.9), desk())  # by remote control
    own = tuple(replace(point, speed_ms=6.0) for point in mission.points)
    assert (
        read_wpml(write_wpml(replace(mission, speed_ms=None, points=own), desk()), "x").speed_ms
        == 6.0
    )
    assert read_wpml(write_wpml(replace(mission, climb_to_m=None), desk()), "x").climb_to_m == 20.0


def test_a_place_whose_geoid_is_not_known_is_refused() -> None:
    points = tuple(replace(point, lon_deg=point.lon_deg + 10.0) for point in flown().points)
    assert refusal(replace(flown(), points=points)) == "geoid_outside"


def test_order_of_actions_at_a_point() -> None:
    """By hand: a series ends where the next begins, at the last point, and never twice."""
    every_m, every_s = ActionKind.PHOTO_EVERY_M, ActionKind.PHOTO_EVERY_S
    gimbal, hover = Action(ActionKind.GIMBAL, -60.0), Action(ActionKind.HOVER, 2.0)
    asked = (
        (Action(every_m, 20.0), gimbal, Action(every_m, 30.0)),
        (Action(every_m, 40.0), Action(ActionKind.HOVER), Action(ActionKind.ZOOM)),
        (Action(every_s, 3.0), hover, Action(every_m, 0.0)),
        (Action(every_m, 0.0), Action(every_s, 5.0), Action(every_s, 0.0)),
        (Action(every_m, 7.0),),
        (Action(every_s, 9.0), Action(ActionKind.PHOTO)),
    )
    got = (
        (gimbal, Action(every_m, 30.0)),
        (Action(every_m, 0.0), Action(every_m, 40.0)),
        (Action(every_m, 0.0), hover, Action(every_s, 3.0)),
        (Action(every_s, 0.0),),
        (Action(every_m, 7.0),),
        (Action(every_m, 0.0), Action(ActionKind.PHOTO)),
    )
    points = tuple(
        MissionPoint(106.5 + at / 100, 28.9, Height(490.0, HeightSystem.EGM96), actions=actions)
        for at, actions in enumerate(asked)
    )
    mission = replace(flown(), points=points)
    assert tuple(point.actions for point in held_by_wpml(mission).points) == got
    found = read_wpml(write_wpml(mission, desk()), "x")
    assert tuple(point.actions for point in found.points) == got


def test_a_curve_stays_within_its_legs() -> None:
    points = tuple(
        MissionPoint(106.55 + x / 97_500, 28.95, Height(490.0, HeightSystem.EGM96), turn=Turn.CURVE)
        for x in (0.0, 0.8, 1.6, 30.0, 300.0)
    )
    data = write_wpml(replace(flown(), points=points), desk())
    assert faults_of(data) == []
    assert [point.turn for point in read_wpml(data, "x").points] == [
        Turn.STOP, Turn.CURVE, Turn.CURVE, Turn.CURVE, Turn.STOP,
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("wpmz/waylines.wpml").decode()
    distances = [
        float(each.split("<")[0]) for each in text.split("<wpml:waypointTurnDampingDist>")[1:]
    ]
    assert distances[0] == distances[-1] == 0.0
    assert distances[1:4] == pytest.approx([0.32, 0.32, 5.0], abs=0.01)
    assert not any(math.isnan(value) for value in distances)


def test_many_points_come_back() -> None:
    """Time and size grow with the points and not with their square."""
    points = tuple(
        MissionPoint(
            106.0 + (at % 64) / 1000,
            28.0 + (at // 64) / 1000,
            Height(450.0, HeightSystem.EGM96),
            actions=(Action(ActionKind.PHOTO),),
        )
        for at in range(4000)
    )
    found = read_wpml(write_wpml(replace(flown(), points=points), desk()), "x")
    assert len(found.points) == 4000
    assert found.points[-1].lon_deg == pytest.approx(points[3999].lon_deg, abs=1e-9)
