"""Two missions mean the same exactly where an aircraft would fly the same."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from mission_rig import any_mission, desk, sample

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.holding import held, losses
from drone_jobs.missions.meaning import MOST_TOLD, differences
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, Finish, LostLink, Mission, MissionPlace, Turn

MISSION = sample()


def with_point(at: int, **changes: object) -> Mission:
    points = list(MISSION.points)
    points[at] = replace(points[at], **changes)  # type: ignore[arg-type]
    return replace(MISSION, points=tuple(points))


@given(any_mission())
@settings(max_examples=30)
def test_a_mission_means_what_it_means(mission: Mission) -> None:
    assert differences(mission, mission) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (replace(MISSION, speed_ms=11.0), "speed"),
        (replace(MISSION, climb_to_m=None), "climb"),
        (replace(MISSION, return_to_m=101.0), "way back"),
        (replace(MISSION, finish=Finish.LAND), "finish"),
        (replace(MISSION, lost_link=LostLink.UNSAID), "lost link"),
        (replace(MISSION, home=None), "home: 1 told, 0 told"),
        (replace(MISSION, home=MissionPlace(106.56, 28.95, MISSION.home.height)), "home"),  # type: ignore[union-attr]
        (replace(MISSION, home=replace(MISSION.home, height=None)), "height"),  # type: ignore[type-var]
        (replace(MISSION, fence=()), "fence: 1 told"),
        (replace(MISSION, fence=(MISSION.fence[0][1:],)), "fence 1: other corners"),
        (replace(MISSION, no_fly=(MISSION.no_fly[0][::-1],)), "no-fly ring 1"),
        (replace(MISSION, circles=()), "round fence"),
        (replace(MISSION, circles=(replace(MISSION.circles[0], is_inclusion=True),)), "round"),
        (replace(MISSION, circles=(replace(MISSION.circles[0], radius_m=41.0),)), "round"),
        (replace(MISSION, rally=()), "gathering"),
        (replace(MISSION, points=MISSION.points[:-1]), "7 points, 6 points"),
        (with_point(2, lat_deg=28.9520002), "point 3: place"),
        (with_point(2, height=Height(490.02, HeightSystem.EGM96)), "point 3: height"),
        (with_point(2, height=Height(490.0, HeightSystem.TAKE_OFF)), "above take-off"),
        (with_point(2, speed_ms=5.0), "point 3: speed"),
        (with_point(2, turn=Turn.STOP), "point 3: turn"),
        (with_point(2, heading_deg=90.0), "actions none, yaw=90"),
        (with_point(0, actions=(Action(ActionKind.GIMBAL, -89.0),)), "gimbal=-89"),
        (with_point(0, actions=(Action(ActionKind.PHOTO),)), "actions"),
    ],
)
def test_each_difference_is_told(other: Mission, told: str) -> None:
    found = differences(MISSION, other)
    assert told in found[0]
    assert len(found) == len(differences(other, MISSION))


@pytest.mark.parametrize(
    "other",
    [
        replace(MISSION, name="x", autopilot=None, has_take_off=False),
        with_point(2, lon_deg=MISSION.points[2].lon_deg + 0.9e-7),
        with_point(2, height=Height(490.009, HeightSystem.EGM96)),
        with_point(2, height=Height(490.0, HeightSystem.NATIONAL_1985)),
        with_point(2, speed_ms=12.0),
    ],
)
def test_what_is_flown_alike_is_alike(other: Mission) -> None:
    assert differences(MISSION, other) == []


def test_north_is_north_from_both_sides() -> None:
    before, after = with_point(2, heading_deg=359.99), with_point(2, heading_deg=0.0)
    assert differences(before, after) == []
    assert differences(after, with_point(2, actions=(Action(ActionKind.YAW, 360.0),))) == []


def test_back_to_the_first_point_is_one_more_point() -> None:
    back = replace(MISSION, finish=Finish.START)
    first = replace(MISSION.points[0], actions=())
    drawn = replace(MISSION, finish=Finish.HOVER, points=(*MISSION.points, first))
    assert differences(back, drawn) == []


def test_a_desk_compares_heights_of_different_systems() -> None:
    above_ground = with_point(2, height=Height(90.0, HeightSystem.GROUND))
    assert differences(MISSION, above_ground, desk()) == []
    assert differences(MISSION, with_point(2, height=Height(91.0, HeightSystem.GROUND)), desk())
    (found,) = differences(MISSION, above_ground, HeightDesk(None, None))
    assert "height" in found


def test_a_long_list_is_cut() -> None:
    points = MISSION.points * 20
    slow = tuple(replace(point, speed_ms=3.0) for point in points)
    found = differences(replace(MISSION, points=points), replace(MISSION, points=slow))
    assert len(found) == MOST_TOLD


def test_what_a_file_leaves_out_is_told() -> None:
    told = [dict(each.facts)["what"] for each in losses(MISSION, MissionFormat.WAYPOINTS)]
    for what in ("fence", "no-fly", "round fence", "gathering", "lost link", "way back"):
        assert any(what in str(each) for each in told), what
    assert losses(MISSION, MissionFormat.GEOJSON) == losses(MISSION, MissionFormat.KML) == ()
    of_dji = [dict(each.facts)["what"] for each in losses(MISSION, MissionFormat.WPML)]
    assert len(of_dji) == 4
    assert held(MISSION, MissionFormat.QGC_PLAN).fence == MISSION.fence


def test_px4_turns_first_or_not_at_all() -> None:
    turns = (Action(ActionKind.PHOTO), Action(ActionKind.YAW, 90.0), Action(ActionKind.ZOOM, 2.0))
    mission = with_point(2, actions=turns)
    (point,) = [held(mission, MissionFormat.QGC_PLAN).points[2]]
    assert point.actions == turns[:1]
    (point,) = [held(mission, MissionFormat.WAYPOINTS).points[2]]
    assert point.actions == turns[:2]
