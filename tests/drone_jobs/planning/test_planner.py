"""Whole plans: seen, low enough, inside, and back home; by means that the planner does not use."""

import os
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box
from sweep_rig import CAMERA, FRAME, QUAD, hills, legs, lonlat, sampled, wish, with_

from benchmarks.flying.referee import Raster, flown_m, seen_share
from drone_jobs.checks import check_mission
from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.of_plan import missions_of
from drone_jobs.missions.writing import write_mission
from drone_jobs.planning import plan_sweep
from drone_jobs.planning.reporting import outside_s
from drone_jobs.sweeping import rules_of
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import (
    AirWind,
    BatteryPoint,
    Gravity,
    GroundKind,
    Home,
    NoFly,
    PointRole,
    SweepKind,
    SweepPlan,
    SweepTask,
)

PLANS = int(os.environ.get("FIREWATCH_RANDOM_PLANS", "8"))  # 10000 takes some hours
LEVEL = hills(0.0)
GENTLE = hills(60.0)
FIELD = box(0.0, 0.0, 800.0, 600.0)
BELT = LineString([(0, 0), (700, 150), (1300, 700)])


def refusal(task: SweepTask, terrain: Terrain = LEVEL) -> str:
    with pytest.raises(InputRefused) as caught:
        plan_sweep(task, terrain)
    assert caught.value.remedy
    return caught.value.code


def holds(plan: SweepPlan, task: SweepTask, terrain: Terrain) -> None:
    """What every plan must keep, whatever was asked."""
    lon_deg, lat_deg, height_m = sampled(plan).T
    above_m = height_m - terrain.height_at(lon_deg, lat_deg)
    surplus_m = task.canopy_m if task.ground is GroundKind.SURFACE else 0.0
    assert above_m.max() + surplus_m <= task.ceiling_m
    assert above_m.min() >= task.height_m - task.tolerance_m - 0.01
    assert above_m.max() <= task.height_m + task.tolerance_m + 0.01
    # The plan is straight in its plane, the aircraft in degrees: a centimetre here.
    assert plan.figures.least_above_ground_m <= above_m.min() + 0.01
    assert plan.figures.most_above_ground_m >= above_m.max() - 0.01
    points = shapely.points(lon_deg, lat_deg)
    for zone in task.no_fly:
        if zone.is_hard:
            assert not shapely.intersects(zone.geometry, points).any()
    assert shapely.contains(plan.fence, points).all()
    if task.fence is not None:
        assert shapely.contains(task.fence, points).all()
    fleet = {aircraft.name: aircraft for aircraft in task.aircraft}
    for sortie in plan.sorties:
        home = FRAME.to_metric(task.home.lon_deg, task.home.lat_deg)
        for end in (sortie.points[0], sortie.points[-1]):
            assert end.role is PointRole.HOME
            assert FRAME.to_metric(end.lon_deg, end.lat_deg) == pytest.approx(home, abs=0.01)
        assert 0.0 < sortie.energy_share <= fleet[sortie.aircraft].usable_share
        assert all(
            0.0 < point.speed_ms <= fleet[sortie.aircraft].speed_ms + 1e-9
            for point in sortie.points
        )
    flown = [line for sortie in plan.sorties for line in sortie.lines]
    told = [line.line for line in plan.dropped]
    assert sorted(flown + told) == list(range(len(flown) + len(told)))


def goes_out_as_it_is(plan: SweepPlan, task: SweepTask, terrain: Terrain) -> None:
    """No flight is refused by the rules, and its waypoint list, read by hand, is the flight."""
    desk = HeightDesk(terrain, plan.take_off_above_sea_m)
    fleet = {aircraft.name: aircraft for aircraft in task.aircraft}
    for sortie, mission in zip(plan.sorties, missions_of(plan, task, terrain), strict=True):
        check = check_mission(mission, rules_of(task, fleet[sortie.aircraft]), terrain)
        assert [each for each in check.findings if each.gravity is Gravity.REFUSED] == []
        text = write_mission(mission, MissionFormat.WAYPOINTS, desk).decode()
        rows = [line.split("\t") for line in text.splitlines()[2:]]
        places = [row[8:11] for row in rows if row[3] == "16"]  # MAV_CMD_NAV_WAYPOINT
        assert len(places) == len(sortie.points)
        for (lat, lon, height), point in zip(places, sortie.points, strict=True):
            assert float(lat) == pytest.approx(point.lat_deg, abs=1e-7)
            assert float(lon) == pytest.approx(point.lon_deg, abs=1e-7)
            assert float(height) == pytest.approx(point.above_sea_m, abs=0.01)


def test_a_field_is_seen_and_the_flight_is_near_the_bound() -> None:
    task = wish(FIELD)
    plan = plan_sweep(task, GENTLE)
    holds(plan, task, GENTLE)
    assert plan.kind is SweepKind.AREA
    assert plan.dropped == ()
    raster = Raster.of(task.target, GENTLE, 4.0)
    assert seen_share(plan, raster, CAMERA, GENTLE) >= 0.995
    assert plan.figures.covered_share == pytest.approx(1.0, abs=0.005)
    assert flown_m(plan) == pytest.approx(plan.figures.length_m, rel=1e-4)
    assert 1.0 <= plan.figures.length_ratio < 1.8


@pytest.mark.parametrize("as_line", [True, False])
def test_a_bent_belt_is_flown_along(*, as_line: bool) -> None:
    shape = BELT if as_line else BELT.buffer(60.0, cap_style="flat")
    task = with_(wish(shape, (-30.0, -30.0)), width_m=120.0 if as_line else None)
    plan = plan_sweep(task, GENTLE)
    holds(plan, task, GENTLE)
    assert plan.kind is SweepKind.BELT
    ground = lonlat(BELT.buffer(60.0, cap_style="flat"))
    assert seen_share(plan, Raster.of(ground, GENTLE, 3.0), CAMERA, GENTLE) >= 0.995


def test_zones_are_flown_around_and_what_lies_under_them_is_told() -> None:
    zone = NoFly("reservoir", lonlat(box(300.0, 150.0, 500.0, 450.0)))
    task = with_(wish(FIELD), no_fly=(zone,))
    plan = plan_sweep(task, LEVEL)
    holds(plan, task, LEVEL)
    assert plan.figures.covered_share < 1.0
    assert "little_seen" in {finding.code for finding in plan.findings}


def test_a_fence_is_never_left() -> None:
    fence = lonlat(Polygon([(-150, -150), (900, -150), (900, 700), (300, 700), (-150, 300)]))
    task = with_(wish(FIELD), fence=fence)
    plan = plan_sweep(task, LEVEL)
    holds(plan, task, LEVEL)


def test_time_outside_a_fence_is_measured() -> None:
    plan = plan_sweep(wish(FIELD), LEVEL)
    assert plan.figures.outside_fence_s == 0.0
    (sortie,) = plan.sorties
    way_m = np.array([FRAME.to_metric(point.lon_deg, point.lat_deg) for point in sortie.points])
    west = outside_s(box(-5_000.0, -5_000.0, 400.0, 5_000.0), [sortie], [way_m])
    east = outside_s(box(400.0, -5_000.0, 5_000.0, 5_000.0), [sortie], [way_m])
    assert min(west, east) > 0.0
    assert west + east == pytest.approx(sortie.length_m / QUAD.speed_ms, rel=1e-3)


def test_several_aircraft_share_the_lines() -> None:
    task = with_(wish(box(0.0, 0.0, 1600.0, 1200.0)), aircraft=(QUAD, replace(QUAD, name="two")))
    plan = plan_sweep(task, LEVEL)
    holds(plan, task, LEVEL)
    assert {sortie.aircraft for sortie in plan.sorties} == {"quad", "two"}
    alone = plan_sweep(wish(box(0.0, 0.0, 1600.0, 1200.0)), LEVEL)
    assert plan.figures.makespan_s < 0.75 * alone.figures.makespan_s


def test_small_batteries_make_more_flights() -> None:
    weak = replace(QUAD, battery=(BatteryPoint(0.0, 420.0), BatteryPoint(20.0, 420.0)))
    task = with_(wish(FIELD), aircraft=(weak,))
    plan = plan_sweep(task, LEVEL)
    holds(plan, task, LEVEL)
    assert len(plan.sorties) > 1
    assert plan.figures.sorties >= plan.figures.sorties_bound


def test_wind_costs_and_too_much_is_refused() -> None:
    calm = plan_sweep(wish(FIELD), LEVEL)
    windy = plan_sweep(with_(wish(FIELD), wind=AirWind(30.0, 10.0)), LEVEL)
    spent = [sum(sortie.energy_share for sortie in plan.sorties) for plan in (calm, windy)]
    assert spent[1] > spent[0]
    assert refusal(with_(wish(FIELD), wind=AirWind(30.0, 12.1))) == "sweep_wind"


def test_what_cannot_be_flown_is_refused_with_what_would_make_it_fly() -> None:
    task = wish(FIELD)
    zone = NoFly("all of it", lonlat(box(-50.0, -50.0, 900.0, 700.0)))
    bow = lonlat(Polygon([(0, 0), (800, 600), (800, 0), (0, 600)]))
    weak = replace(QUAD, battery=(BatteryPoint(0.0, 90.0), BatteryPoint(20.0, 90.0)))
    far = Home(*FRAME.to_lonlat(-100.0, 4_000.0))
    around = NoFly("around home", lonlat(box(-110.0, -110.0, -90.0, -90.0)))
    for changed, code in (
        (with_(task, no_fly=(zone,)), "sweep_all_no_fly"),
        (with_(task, no_fly=(around,)), "sweep_home_no_fly"),
        (with_(task, fence=lonlat(box(0.0, 0.0, 900.0, 700.0))), "sweep_home_outside_fence"),
        (with_(task, target=bow), "sweep_crossing"),
        (with_(task, aircraft=(weak,), home=far), "sweep_no_battery"),
        (with_(task, aircraft=(replace(QUAD, ceiling_m=None),)), "aircraft_without_limit"),
        (with_(task, aircraft=(replace(QUAD, battery=()),)), "aircraft_without_limit"),
        (with_(task, aircraft=()), "sweep_aircraft_count"),
        (with_(task, height_m=0.0), "sweep_range"),
        (with_(task, height_m=float("nan")), "sweep_range"),
        (with_(task, height_m=121.0), "sweep_height"),
        (with_(task, height_m=52.0), "sweep_height"),
        (with_(task, ground=GroundKind.SURFACE, height_m=110.0), "sweep_height"),
        (with_(task, least_clearance_m=100.0), "sweep_height"),
        (with_(task, camera="x-ray"), "sweep_camera"),
        (
            with_(task, aircraft=(replace(QUAD, least_gimbal_deg=-45.0),)),
            "sweep_gimbal",
        ),
    ):
        assert refusal(changed) == code


def test_a_belt_longer_than_any_battery_is_split_and_what_is_out_of_reach_is_told() -> None:
    weak = replace(QUAD, battery=(BatteryPoint(0.0, 500.0), BatteryPoint(20.0, 500.0)))
    line = LineString([(-3_500.0, 0.0), (3_500.0, 300.0)])
    task = with_(wish(line, (0.0, -100.0)), width_m=60.0, aircraft=(weak,))
    plan = plan_sweep(task, LEVEL)
    holds(plan, task, LEVEL)
    assert len(plan.sorties) > 1
    assert {line.code for line in plan.dropped} == {"dropped_battery"}
    assert "lines_dropped" in {finding.code for finding in plan.findings}
    assert plan.figures.dropped_m2 > 0.0
    assert plan.figures.covered_share < 1.0


def test_voids_under_the_track_are_refused_and_beside_it_are_not() -> None:
    holed = LEVEL.values_m.copy()
    middle = holed.shape[0] // 2
    holed[middle - 12 : middle - 8, middle + 8 : middle + 12] = np.nan
    terrain = replace(LEVEL, values_m=holed)
    assert refusal(wish(FIELD), terrain) == "sweep_terrain_void"
    away = replace(LEVEL, values_m=LEVEL.values_m.copy())
    away.values_m[:20, :20] = np.nan
    assert plan_sweep(wish(FIELD), away).dropped == ()


def test_the_canopy_counts_where_it_stands() -> None:
    low = with_(wish(FIELD), ground=GroundKind.SURFACE, height_m=95.0, canopy_m=20.0)
    plan = plan_sweep(low, GENTLE)
    holds(plan, low, GENTLE)
    over_bare = plan_sweep(with_(wish(FIELD), canopy_m=20.0), LEVEL)
    assert over_bare.figures.least_clearance_m == pytest.approx(80.0, abs=1.0)


def test_the_same_wish_gets_the_same_plan() -> None:
    assert plan_sweep(wish(FIELD), GENTLE).sorties == plan_sweep(wish(FIELD), GENTLE).sorties


@st.composite
def wishes(draw: st.DrawFn) -> tuple[SweepTask, Terrain]:
    corners = draw(
        st.lists(
            st.tuples(st.integers(0, 1_200), st.integers(0, 1_000)),
            min_size=3,
            max_size=7,
            unique=True,
        )
    )
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 20_000.0:
        hull = box(0.0, 0.0, 400.0, 300.0)
    task = wish(hull, draw(st.sampled_from([(-100.0, -100.0), (600.0, 500.0), (1_500.0, 200.0)])))
    zones = draw(
        st.lists(
            st.builds(
                lambda x, y, w, h: box(x, y, x + w, y + h),
                *(st.integers(0, 1_000) for _ in range(2)),
                *(st.integers(20, 250) for _ in range(2)),
            ),
            max_size=3,
        )
    )
    endurance_s = draw(st.sampled_from([500.0, 900.0, 2_400.0]))
    quad = replace(QUAD, battery=(BatteryPoint(0.0, endurance_s), BatteryPoint(20.0, endurance_s)))
    fleet = (quad,) if draw(st.booleans()) else (quad, replace(quad, name="two"))
    task = with_(
        task,
        no_fly=tuple(NoFly(f"zone {k}", lonlat(zone)) for k, zone in enumerate(zones)),
        aircraft=fleet,
        wind=AirWind(draw(st.integers(0, 359)), draw(st.sampled_from([0.0, 4.0, 9.0]))),
        height_m=draw(st.sampled_from([60.0, 80.0, 100.0, 115.0])),
        tolerance_m=draw(st.sampled_from([2.0, 5.0])),
        gimbal_pitch_deg=draw(st.sampled_from([-90.0, -90.0, -60.0])),
        angle_deg=draw(st.none() | st.integers(0, 179).map(float)),
    )
    return task, draw(st.sampled_from([LEVEL, GENTLE, hills(250.0)]))


@given(wishes())
@settings(max_examples=PLANS, deadline=None, derandomize=PLANS < 100)  # the hunt is by hand
def test_whatever_is_asked_a_plan_keeps_the_rules_or_is_refused(
    asked: tuple[SweepTask, Terrain],
) -> None:
    task, terrain = asked
    try:
        plan = plan_sweep(task, terrain)
    except InputRefused as error:
        refused = error
    else:
        holds(plan, task, terrain)
        assert all(here != there for here, there in legs(plan))
        goes_out_as_it_is(plan, task, terrain)
        return
    assert refused.remedy
    assert refused.code in {
        "sweep_home_no_fly",
        "sweep_all_no_fly",
        "sweep_no_battery",
        "sweep_no_way",
    }
