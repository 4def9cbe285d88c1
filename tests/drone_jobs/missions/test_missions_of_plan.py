"""A plan's flights as missions: what is held against the plan, by other means than it was made."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_rig import LEVEL
from shapely.geometry import LineString, Polygon, box

from drone_jobs.missions.of_plan import missions_of
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import NotFound
from models.height import HeightSystem
from models.mission import (
    ActionKind,
    Aircraft,
    Autopilot,
    Camera,
    Finish,
    GroundKind,
    Home,
    LostLink,
    Mission,
    NoFly,
    PlanFigures,
    PlanPoint,
    PointRole,
    Sortie,
    SweepKind,
    SweepPlan,
    SweepTask,
    Turn,
    WpmlCodes,
)

HOME = Home(106.55, 28.95)
FRAME = LocalFrame(HOME.lon_deg, HOME.lat_deg)
AIRCRAFT = Aircraft(
    name="A",
    model="x",
    autopilot=Autopilot.DJI,
    speed_ms=12.34,
    cameras=(Camera("wide", 71.0, 56.0, 4000, 3000),),
    wpml=WpmlCodes(99, 1, 89),
)
FIGURES = PlanFigures(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, None, 0)
LINES = [(0.0, 0.0), (50.0, 200.0), (300.0, 200.0), (550.0, 200.0), (550.0, 260.0), (50.0, 260.0)]
ROLES = [
    PointRole.HOME,
    PointRole.LINE_START,
    PointRole.LINE,
    PointRole.LINE_END,
    PointRole.LINE_START,
    PointRole.LINE_END,
    PointRole.HOME,
]


def sortie(
    *,
    number: int = 1,
    photo_m: float | None = 37.77,
    pitch_deg: float = -90.0,
    grounds_m: tuple[float, ...] = (400.0,) * 7,
    speed_ms: float = 12.34,
) -> Sortie:
    points = []
    for (x_m, y_m), role, ground_m in zip([*LINES, LINES[0]], ROLES, grounds_m, strict=True):
        lon_deg, lat_deg = FRAME.to_lonlat(x_m, y_m)
        points.append(
            PlanPoint(
                lon_deg=lon_deg,
                lat_deg=lat_deg,
                above_sea_m=ground_m + 100.0,
                above_ground_m=100.0,
                above_take_off_m=ground_m - 300.0,
                ellipsoid_m=ground_m + 65.0,
                speed_ms=speed_ms,
                role=role,
                line=None,
                gimbal_pitch_deg=pitch_deg if role is not PointRole.HOME else -90.0,
            )
        )
    return Sortie(number, "A", tuple(points), (0, 1), 1, 1, 0.1, photo_m, 100.0, 100.0)


def plan(*sorties: Sortie, fence: shapely.Geometry | None = None) -> SweepPlan:
    wide = FRAME.geometry_to_lonlat(box(-100, -100, 700, 400)) if fence is None else fence
    return SweepPlan(
        "北坡",
        SweepKind.AREA,
        sorties or (sortie(),),
        FIGURES,
        (),
        (),
        wide,
        wide,
        Polygon(),
        400.0,
    )


TASK = SweepTask("北坡", box(0, 0, 1, 1), (AIRCRAFT,), HOME, 100.0)


def mission_of(one: SweepPlan, task: SweepTask = TASK, terrain: Terrain | None = None) -> Mission:
    (mission,) = missions_of(one, task, terrain)
    return mission


def test_a_flight_is_a_mission() -> None:
    first, second = missions_of(plan(sortie(), sortie(number=2)), TASK)
    assert (first.name, second.name) == ("北坡 1/2", "北坡 2/2")
    assert (first.finish, first.lost_link) == (Finish.HOME, LostLink.HOME)
    assert (first.autopilot, first.wpml) == (Autopilot.DJI, AIRCRAFT.wpml)
    assert (first.climb_to_m, first.has_take_off) == (100.0, True)
    assert first.home is not None
    assert first.home.height is not None
    assert (first.home.lon_deg, first.home.height.value_m) == (HOME.lon_deg, 400.0)
    assert {point.height.system for point in first.points} == {HeightSystem.EGM96}
    assert [point.height.value_m for point in first.points] == [500.0] * 7
    assert (first.rally[0].lon_deg, first.rally[0].lat_deg) == (HOME.lon_deg, HOME.lat_deg)
    assert first.notes == ()


def test_pictures_begin_and_end_with_the_lines() -> None:
    mission = mission_of(plan())
    told = [[(action.kind, action.value) for action in point.actions] for point in mission.points]
    every = ActionKind.PHOTO_EVERY_M
    assert told == [
        [(ActionKind.GIMBAL, -90.0)],
        [(every, 37.7)],  # rounded down: pictures come closer, never further apart
        [],
        [(every, 0.0), (ActionKind.PHOTO, 0.0)],  # and one of what is left of the line
        [(every, 37.7)],
        [(every, 0.0), (ActionKind.PHOTO, 0.0)],
        [],
    ]


def test_a_look_is_taken_standing_still() -> None:
    points = list(sortie().points)
    points[2] = replace(points[2], role=PointRole.LOOK)
    seen = mission_of(plan(replace(sortie(), points=tuple(points)))).points[2]
    assert seen.turn is Turn.STOP
    kinds = [action.kind for action in seen.actions]
    assert kinds == [ActionKind.HOVER, ActionKind.PHOTO, ActionKind.HOVER]


def test_video_and_a_camera_that_moves() -> None:
    mission = mission_of(plan(sortie(photo_m=None, pitch_deg=-30.0)))
    kinds = [[action.kind for action in point.actions] for point in mission.points]
    assert kinds[1] == [ActionKind.GIMBAL, ActionKind.VIDEO_START]
    assert kinds[3] == [ActionKind.VIDEO_STOP]
    assert kinds[6] == [ActionKind.GIMBAL]
    assert mission.points[6].actions[0].value == -90.0


def test_a_line_that_begins_where_another_goes_on_ends_it() -> None:
    points = list(sortie().points)
    points[3] = replace(points[3], role=PointRole.LINE_START)
    mission = mission_of(plan(replace(sortie(), points=tuple(points))))
    assert [action.value for action in mission.points[3].actions] == [0.0, 37.7]


def test_it_stops_wherever_a_curve_would_cut() -> None:
    turns = [point.turn for point in mission_of(plan()).points]
    assert turns == [Turn.STOP] * 2 + [Turn.CURVE] + [Turn.STOP] * 4


def test_speeds_are_never_rounded_up() -> None:
    mission = mission_of(plan())
    assert mission.speed_ms == 12.3
    assert {point.speed_ms for point in mission.points} == {None}
    slow = mission_of(plan(sortie(speed_ms=0.04)))
    assert {point.speed_ms for point in slow.points} == {0.1}
    exact = mission_of(plan(sortie(speed_ms=4.3)))
    assert {point.speed_ms for point in exact.points} == {4.3}


def test_an_aircraft_that_is_not_in_the_task() -> None:
    with pytest.raises(NotFound) as refusal:
        missions_of(plan(), replace(TASK, aircraft=()))
    assert refusal.value.code == "aircraft_unknown"


def way(mission: Mission) -> LineString:
    return LineString([(point.lon_deg, point.lat_deg) for point in mission.points])


def metric(ring: object) -> Polygon:
    return FRAME.geometry_to_metric(Polygon(ring))  # type: ignore[arg-type]


@given(st.integers(3, 400), st.floats(1.0, 6.0))
@settings(max_examples=30, deadline=None)
def test_the_fence_is_inside_the_plans_and_around_the_flight(corners: int, rough_m: float) -> None:
    """Whatever the approved airspace looks like, e.g. digitised along a river."""
    angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    radius_m = 900.0 + rough_m * np.sin(37.0 * angle)
    ring = np.column_stack([300.0 + radius_m * np.sin(angle), 130.0 + radius_m * np.cos(angle)])
    whole = Polygon(ring).union(box(-60, -60, 620, 330))
    mission = mission_of(plan(fence=FRAME.geometry_to_lonlat(whole)))
    (fence,) = mission.fence
    assert len(fence) <= 70
    assert Polygon(fence).covers(way(mission))
    assert metric(fence).difference(whole).area < 0.01
    assert mission.notes == ()


def comb(base_m: float, tip_m: float, far_m: float) -> Polygon:
    """Two hundred corners that are none too many: bays of 100 m along 10 km."""
    along_m = np.linspace(-5000.0, 5000.0, 201)
    teeth = [(x_m, tip_m if at % 2 else base_m) for at, x_m in enumerate(along_m)]
    return Polygon([*teeth, (5000.0, far_m), (-5000.0, far_m)])


def test_a_fence_that_cannot_be_simpler_is_told() -> None:
    bays = comb(-60.0, -400.0, 400.0)
    mission = mission_of(plan(fence=FRAME.geometry_to_lonlat(bays)))
    assert metric(mission.fence[0]).difference(bays).area < 0.01
    assert Polygon(mission.fence[0]).covers(way(mission))
    (note,) = mission.notes
    assert note.code == "fence_corners"
    assert dict(note.facts)["corners"] == len(mission.fence[0]) > 70


def test_a_zone_that_cannot_be_simpler_is_told_whole() -> None:
    bays = comb(-90.0, -400.0, -500.0)
    task = replace(TASK, no_fly=(NoFly("bays", FRAME.geometry_to_lonlat(bays)),))
    (ring,) = mission_of(plan(), task).no_fly
    assert len(ring) > 70
    assert bays.difference(metric(ring)).area < 0.01
    close = comb(-0.3, -400.0, -500.0)  # the flight begins 0.3 m beside it
    task = replace(TASK, no_fly=(NoFly("bays", FRAME.geometry_to_lonlat(close)),))
    (ring,) = mission_of(plan(), task).no_fly
    assert metric(ring).area == pytest.approx(close.area, rel=1e-6)


def test_the_part_of_a_fence_that_holds_the_flight() -> None:
    parts = shapely.MultiPolygon([box(2000, 0, 2100, 100), box(-100, -100, 700, 400)])
    mission = mission_of(plan(fence=FRAME.geometry_to_lonlat(parts)))
    assert Polygon(mission.fence[0]).covers(way(mission))
    apart = shapely.MultiPolygon([box(2000, 0, 2100, 100), box(-100, -100, 200, 400)])
    whole = mission_of(plan(fence=FRAME.geometry_to_lonlat(apart)))
    assert metric(whole.fence[0]).area == pytest.approx(apart.convex_hull.area, rel=1e-6)
    small = box(-10, -10, 10, 10)
    left = mission_of(plan(fence=FRAME.geometry_to_lonlat(small)))
    assert metric(left.fence[0]).area == pytest.approx(small.area, rel=1e-6)
    assert mission_of(plan(fence=Polygon())).fence == ()


def test_zones_are_drawn_outwards_and_the_flight_stays_outside() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 500, endpoint=False)
    lake = Polygon(np.column_stack([300 + 30 * np.sin(angle), 100 + 30 * np.cos(angle)]))
    far, soft = box(5000, 0, 5100, 100), box(300, 0, 310, 10)
    task = replace(
        TASK,
        no_fly=(
            NoFly("lake", FRAME.geometry_to_lonlat(lake)),
            NoFly("far", FRAME.geometry_to_lonlat(far)),
            NoFly("soft", FRAME.geometry_to_lonlat(soft), is_hard=False),
        ),
    )
    mission = mission_of(plan(), task)
    (ring,) = mission.no_fly
    assert len(ring) <= 70
    assert lake.difference(metric(ring)).area < 0.01
    assert not Polygon(ring).intersects(way(mission))
    assert len(mission_of(plan(fence=Polygon()), task).no_fly) == 2


def hill(top_m: float) -> Terrain:
    """Level ground of 400 m with a hill 300 m east of home and 100 m north of it."""
    rows, columns = np.mgrid[0:300, 0:300]
    cell_deg = 1e-4
    lon_deg = 106.54 + (columns + 0.5) * cell_deg
    lat_deg = 28.965 - (rows + 0.5) * cell_deg
    x_m, y_m = FRAME.to_metric(lon_deg, lat_deg)
    height_m = (top_m - 400.0) * np.exp(-((x_m - 300.0) ** 2 + (y_m - 100.0) ** 2) / 40.0**2)
    return Terrain("hill", (400.0 + height_m).astype(np.float32), 106.54, 28.965, cell_deg)


def test_the_way_home_clears_a_hill_that_is_not_flown_over() -> None:
    """30 m above the crowns of 20 m, wherever the link is lost; by brute force along the ways."""
    terrain = hill(460.0)
    assert mission_of(plan()).return_to_m == 100.0
    mission = mission_of(plan(), TASK, terrain)
    assert mission.return_to_m is not None
    worst_m = -np.inf
    places = [FRAME.to_metric(point.lon_deg, point.lat_deg) for point in mission.points]
    for a, b in itertools.pairwise(places):
        for share in np.linspace(0.0, 1.0, 30):
            start = (1.0 - share) * np.array(a) + share * np.array(b)
            back = np.linspace(0.0, 1.0, 200)[:, None] * start
            ground_m = terrain.height_at(*FRAME.to_lonlat(back[:, 0], back[:, 1]))
            worst_m = max(worst_m, float(ground_m.max()))
    assert worst_m > 440.0
    assert 400.0 + mission.return_to_m >= worst_m + 20.0 + 30.0 - 0.5
    assert mission.return_to_m <= 120.0
    assert mission.notes == ()


def test_where_it_cannot_clear_the_ground_below_the_ceiling_that_is_told() -> None:
    mission = mission_of(plan(), TASK, hill(480.0))
    (note,) = mission.notes
    assert note.code == "return_above_ceiling"
    assert mission.return_to_m is not None
    assert 128.0 <= mission.return_to_m <= 131.0
    assert dict(note.facts)["over_m"] in (9, 10, 11)
    assert mission.rally[0].height is not None
    assert mission.rally[0].height.value_m == mission.return_to_m


def test_over_a_valley_it_comes_home_below_the_ceiling_there() -> None:
    valley = sortie(grounds_m=(400.0, 370.0, 370.0, 370.0, 370.0, 370.0, 400.0))
    assert mission_of(plan(valley)).return_to_m == 370.0 - 400.0 + 120.0
    crowns = replace(TASK, ground=GroundKind.SURFACE)
    assert mission_of(plan(valley), crowns).return_to_m == 370.0 - 400.0 + 120.0 - 20.0


def test_ground_that_is_not_known_is_not_taken_for_none() -> None:
    void = replace(LEVEL, values_m=np.full_like(LEVEL.values_m, np.nan))
    assert mission_of(plan(), TASK, void).return_to_m == 100.0
