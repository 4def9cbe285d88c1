"""When a flight is where, against the plan's own figures and against ways walked by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from sweep_rig import hills, wish, with_

from drone_jobs.calendar import OwnFlight, conflicts_of
from drone_jobs.flights.timeline import Timeline, timeline_of
from drone_jobs.sweeping import Sweep, planned, rules_of
from geo.crs import Height, HeightSystem
from models.errors import InputRefused
from models.mission import Action, ActionKind, AirWind, Finish, Mission

FIELD = shapely.box(0.0, 0.0, 500.0, 300.0)  # metres
TERRAIN = hills(20.0)
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return planned(wish(FIELD), TERRAIN)


def timed(sweep: Sweep, mission: Mission | None = None) -> Timeline:
    aircraft = sweep.task.aircraft[0]
    rules = rules_of(sweep.task, aircraft)
    return timeline_of(mission or sweep.missions[0], aircraft, rules, TERRAIN)


def test_it_lasts_and_costs_what_the_plan_says(sweep: Sweep) -> None:
    timeline, sortie = timed(sweep), sweep.plan.sorties[0]
    assert timeline.duration_s == pytest.approx(sortie.duration_s, rel=0.05)
    assert timeline.energy_share == pytest.approx(sortie.energy_share, rel=0.05)
    assert timeline.at_s[0] == 0.0
    assert (np.diff(timeline.at_s) > 0.0).all()


def test_it_is_at_each_point_when_it_says(sweep: Sweep) -> None:
    timeline, mission = timed(sweep), sweep.missions[0]
    assert len(timeline.point_s) == len(mission.points)
    for point, at_s in zip(mission.points, timeline.point_s, strict=True):
        there_m = timeline.frame.to_metric(point.lon_deg, point.lat_deg)
        assert timeline.place_at(float(at_s))[:2] == pytest.approx(there_m, abs=0.01)


def test_it_starts_and_ends_on_the_ground_at_home(sweep: Sweep) -> None:
    timeline, home = timed(sweep), sweep.task.home
    home_m = timeline.frame.to_metric(home.lon_deg, home.lat_deg)
    ground_m = TERRAIN.height_at(home.lon_deg, home.lat_deg)
    for at_s in (-5.0, 0.0, timeline.duration_s, timeline.duration_s + 5.0):
        assert timeline.place_at(at_s) == pytest.approx((*home_m, ground_m), abs=0.05)


def test_it_is_never_faster_than_the_aircraft(sweep: Sweep) -> None:
    timeline, aircraft = timed(sweep), sweep.task.aircraft[0]
    speed_ms = np.linalg.norm(np.diff(timeline.way_m, axis=0), axis=1) / np.diff(timeline.at_s)
    fastest_ms = math.hypot(
        aircraft.speed_ms, max(aircraft.climb_ms or 0, aircraft.descent_ms or 0)
    )
    assert speed_ms.max() <= fastest_ms + 0.1


def test_it_stands_where_it_is_told_to(sweep: Sweep) -> None:
    mission = sweep.missions[0]
    points = list(mission.points)
    points[2] = replace(points[2], actions=(Action(ActionKind.HOVER, 30.0),))
    before, after = timed(sweep), timed(sweep, replace(mission, points=tuple(points)))
    assert after.duration_s == pytest.approx(before.duration_s + 30.0)
    at_s = float(after.point_s[2])
    assert after.place_at(at_s + 29.0) == pytest.approx(after.place_at(at_s))
    assert after.energy_share > before.energy_share


def test_what_does_not_come_home_ends_in_the_air(sweep: Sweep) -> None:
    mission = replace(sweep.missions[0], finish=Finish.HOVER)
    timeline, last = timed(sweep, mission), mission.points[-1]
    there_m = timeline.frame.to_metric(last.lon_deg, last.lat_deg)
    assert timeline.place_at(timeline.duration_s)[:2] == pytest.approx(there_m, abs=0.01)


def test_a_wind_that_it_cannot_beat_is_refused(sweep: Sweep) -> None:
    task = with_(sweep.task, wind=AirWind(0.0, 60.0))
    aircraft = task.aircraft[0]
    with pytest.raises(InputRefused) as refused:
        timeline_of(sweep.missions[0], aircraft, rules_of(task, aircraft), TERRAIN)
    assert refused.value.code == "flight_too_windy"


def test_two_of_one_sweep_at_one_time_are_told(sweep: Sweep) -> None:
    ways = [timed(sweep).flown_from(NOON + timedelta(hours=hours)) for hours in (0, 1)]
    same = [OwnFlight(1, "a", ways[0]), OwnFlight(2, "b", ways[0])]
    assert {each.kind.value for each in conflicts_of(same)} == {"pad", "separation"}
    assert conflicts_of([OwnFlight(1, "a", ways[0]), OwnFlight(2, "b", ways[1])]) == []


def test_its_places_and_moments_are_those_of_its_way(sweep: Sweep) -> None:
    timeline = timed(sweep)
    points = timeline.flown_from(NOON)
    assert points[0].at == NOON
    assert points[-1].at == NOON + timedelta(seconds=timeline.duration_s)
    for point in points:
        there = timeline.place_at((point.at - NOON).total_seconds())
        assert timeline.frame.to_metric(point.lon_deg, point.lat_deg) == pytest.approx(
            there[:2], abs=0.02
        )
        assert point.above_sea_m == pytest.approx(there[2], abs=0.01)


def test_without_a_home_it_begins_at_its_first_point(sweep: Sweep) -> None:
    aircraft = sweep.task.aircraft[0]
    rules = replace(rules_of(sweep.task, aircraft), home=None)
    mission = replace(sweep.missions[0], home=None)
    timeline = timeline_of(mission, aircraft, rules, TERRAIN)
    assert timeline.point_s[0] == 0.0
    assert timeline.duration_s < timed(sweep).duration_s


def test_a_way_of_unknown_height_is_refused(sweep: Sweep) -> None:
    void = replace(TERRAIN, values_m=np.full_like(TERRAIN.values_m, np.nan))
    mission, aircraft = sweep.missions[0], sweep.task.aircraft[0]
    grounded = replace(
        mission,
        points=tuple(
            replace(point, height=Height(90.0, HeightSystem.GROUND)) for point in mission.points
        ),
    )
    short = replace(mission, points=mission.points[:1])
    for each, ground in ((grounded, void), (short, TERRAIN)):
        with pytest.raises(InputRefused):
            timeline_of(each, aircraft, rules_of(sweep.task, aircraft), ground)
