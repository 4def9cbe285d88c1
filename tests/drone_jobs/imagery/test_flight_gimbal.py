"""What a mission ordered of the camera, and where it did not."""

from dataclasses import replace

import pytest
from pyproj import Geod

from drone_jobs.imagery.flight_gimbal import OrderedAttitude, ordered_attitude, with_mission_gimbal
from models.flight import AttitudeSource, Look, LookGap
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, Mission, MissionPoint

HEIGHT = Height(100.0, HeightSystem.TAKE_OFF)
GEOD = Geod(ellps="WGS84")
PLACES = [(106.65, 28.85), (106.66, 28.85), (106.66, 28.86), (106.65, 28.86)]
DOWN, OBLIQUE = Action(ActionKind.GIMBAL, -90.0), Action(ActionKind.GIMBAL, -30.0)
PHOTO, EVERY = Action(ActionKind.PHOTO), Action(ActionKind.PHOTO_EVERY_M, 20.0)
END = Action(ActionKind.PHOTO_EVERY_M, 0.0)


def mission(*actions: tuple[Action, ...], headings: tuple[float | None, ...] = ()) -> Mission:
    headings = headings or (None,) * 4
    return Mission(
        "sweep",
        tuple(
            MissionPoint(*place, HEIGHT, heading_deg=heading_deg, actions=done)
            for place, done, heading_deg in zip(PLACES, actions, headings, strict=True)
        ),
    )


def middle(towards: int) -> tuple[float, float]:
    here, there = PLACES[towards - 1], PLACES[towards]
    return (here[0] + there[0]) / 2.0, (here[1] + there[1]) / 2.0


SWEEP = mission((OBLIQUE, EVERY), (), (END, DOWN), ())


@pytest.mark.parametrize(("towards", "pitch_deg"), [(1, -30.0), (2, -30.0), (3, -90.0)])
def test_on_a_leg_the_last_order_before_it_holds(towards: int, pitch_deg: float) -> None:
    told = ordered_attitude(SWEEP, towards, middle(towards), is_still=False)
    assert told.pitch_deg == pitch_deg
    azimuth_deg = GEOD.inv(*PLACES[towards - 1], *PLACES[towards])[0]
    assert told.yaw_deg == pytest.approx(azimuth_deg % 360.0)


def test_a_level_camera_is_an_order_like_any_other() -> None:
    level = mission((Action(ActionKind.GIMBAL, 0.0),), (), (), ())
    assert ordered_attitude(level, 1, middle(1), is_still=False).pitch_deg == 0.0


def test_before_the_first_order_nothing_is_told() -> None:
    nothing = mission((), (), (DOWN,), ())
    told = ordered_attitude(nothing, 1, middle(1), is_still=False)
    assert told.pitch_deg is None
    assert told.yaw_deg == pytest.approx(90.0, abs=0.01)


@pytest.mark.parametrize("towards", [2, 3])
@pytest.mark.parametrize("is_still", [False, True])
def test_where_the_order_changes_nothing_is_told(towards: int, *, is_still: bool) -> None:
    told = ordered_attitude(SWEEP, towards, PLACES[2], is_still=is_still)
    assert told == OrderedAttitude(None, None)


def test_a_still_that_was_ordered_between_two_orders_is_told() -> None:
    look = mission((DOWN,), (), (OBLIQUE, PHOTO, DOWN), (), headings=(None, None, 200.0, None))
    told = ordered_attitude(look, 2, PLACES[2], is_still=True)
    assert told == OrderedAttitude(-30.0, 200.0)
    assert ordered_attitude(look, 2, PLACES[2], is_still=False).pitch_deg is None


@pytest.mark.parametrize("by_the_way", [(EVERY,), (EVERY, END), ()])
def test_among_pictures_by_the_way_an_ordered_one_is_not_told_apart(
    by_the_way: tuple[Action, ...],
) -> None:
    flown = mission((DOWN, *by_the_way), (), (OBLIQUE, PHOTO, DOWN), ())
    told = ordered_attitude(flown, 2, PLACES[2], is_still=True)
    assert told.pitch_deg == (None if by_the_way == (EVERY,) else -30.0)


def test_stills_of_two_orders_at_one_point_are_not_told_apart() -> None:
    both = mission((DOWN,), (), (PHOTO, OBLIQUE, PHOTO), ())
    assert ordered_attitude(both, 2, PLACES[2], is_still=True).pitch_deg is None


def test_an_ordered_yaw_holds_for_its_picture_and_not_for_the_way_on() -> None:
    turned = mission((DOWN,), (Action(ActionKind.YAW, -90.0), PHOTO), (), ())
    assert ordered_attitude(turned, 1, PLACES[1], is_still=True) == OrderedAttitude(-90.0, 270.0)
    assert ordered_attitude(turned, 2, middle(2), is_still=True) == OrderedAttitude(-90.0, None)


def test_at_the_last_point_its_own_orders_count() -> None:
    last = mission((DOWN,), (), (), (OBLIQUE, PHOTO))
    assert ordered_attitude(last, 3, PLACES[3], is_still=True).pitch_deg == -30.0
    assert ordered_attitude(last, 3, PLACES[3], is_still=False).pitch_deg is None


@pytest.mark.parametrize("towards", [-1, 4, 10**9])
def test_a_point_that_is_none_tells_nothing(towards: int) -> None:
    told = ordered_attitude(SWEEP, towards, PLACES[0], is_still=False)
    assert told == OrderedAttitude(None, None)


def test_points_at_one_place_have_no_way_between_them() -> None:
    twice = replace(SWEEP, points=(SWEEP.points[0], SWEEP.points[0]))
    assert ordered_attitude(twice, 1, middle(1), is_still=False).yaw_deg is None
    assert ordered_attitude(twice, 0, middle(1), is_still=False) == OrderedAttitude(None, None)


SEEN = Look(
    None, *middle(1), above_take_off_m=100.0, horizontal_fov_deg=70.0, gaps=(LookGap.ATTITUDE,)
)


def test_a_look_takes_the_order_and_says_whose_it_is() -> None:
    look = with_mission_gimbal(SEEN, SWEEP, 1)
    assert (look.attitude, look.gaps) == (AttitudeSource.MISSION, ())
    assert (look.pitch_deg, look.roll_deg) == (-30.0, 0.0)
    assert look.yaw_deg == pytest.approx(90.0, abs=0.01)


def test_the_nose_that_the_aircraft_told_counts_more_than_the_way() -> None:
    assert with_mission_gimbal(SEEN, SWEEP, 1, heading_deg=-10.0).yaw_deg == 350.0


def test_what_was_told_stays() -> None:
    told = replace(SEEN, yaw_deg=5.0, pitch_deg=-60.0, attitude=AttitudeSource.CLOUD, gaps=())
    assert with_mission_gimbal(told, SWEEP, 1) == told


@pytest.mark.parametrize("towards", [None, 77])
def test_without_a_point_the_gap_stays(towards: int | None) -> None:
    assert with_mission_gimbal(SEEN, SWEEP, towards).gaps == (LookGap.ATTITUDE,)


def test_a_time_that_could_not_be_joined_matters_no_more_unless_for_a_height() -> None:
    timeless = replace(SEEN, gaps=(LookGap.ATTITUDE, LookGap.TIME))
    assert with_mission_gimbal(timeless, SWEEP, 1).gaps == ()
    low = with_mission_gimbal(replace(timeless, above_take_off_m=None), SWEEP, 1)
    assert low.gaps == (LookGap.HEIGHT, LookGap.TIME)
