"""Who could look at an alert, and when: the nearer free one first, those that cannot with why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely.geometry import Point
from sweep_rig import FRAME, QUAD, hills, lonlat, wish, with_

from drone_jobs.flights.proposing import Proposal, proposals
from drone_jobs.planning.look_plan import LookPlace
from models.errors import InputRefused
from models.mission import Aircraft, AirWind, Home, NoFly, PointRole, SweepTask

NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TERRAIN = hills(20.0)
PLACE = LookPlace(*FRAME.to_lonlat(1500.0, 0.0), 60.0)
HOMES_M = {"near": (500.0, 0.0), "far": (-1500.0, 0.0), "away": (-40_000.0, 0.0)}
FLEET = tuple(replace(QUAD, name=name) for name in ("far", "near"))


def task_of(aircraft: Aircraft) -> SweepTask:
    target = Point(1500.0, 0.0).buffer(60.0)
    lon_deg, lat_deg = FRAME.to_lonlat(*HOMES_M[aircraft.name])
    task = with_(wish(target), aircraft=(aircraft,), home=Home(lon_deg, lat_deg), height_m=90.0)
    return with_(task, wind=AirWind(90.0, 4.0))


def proposed(
    fleet: tuple[Aircraft, ...] = FLEET,
    busy_until: dict[str, datetime] | None = None,
    place: LookPlace = PLACE,
) -> tuple[Proposal, ...]:
    busy = {} if busy_until is None else busy_until
    return proposals(task_of, place, fleet, TERRAIN, now=NOW, busy_until=busy, ready_s=120.0)


def test_the_nearer_one_looks_first() -> None:
    found = proposed()
    assert [each.aircraft for each in found] == ["near", "far"]
    for each, away_m in zip(found, (1000.0, 3000.0), strict=True):
        assert each.looks_at is not None
        assert each.back_at is not None
        assert each.sweep is not None
        there_s = (each.looks_at - NOW).total_seconds() - 120.0
        # It stands some hundred metres before the place, and climbs 90 m first.
        assert (away_m - 400.0) / 12.0 < there_s < away_m / 12.0 + 60.0
        looking_s = 10.0 * sum(
            point.role is PointRole.LOOK for point in each.sweep.plan.sorties[0].points
        )
        assert each.looks_at + timedelta(seconds=looking_s) < each.back_at


def test_one_that_flies_is_waited_for_with_a_fresh_battery() -> None:
    found = proposed(busy_until={"near": NOW + timedelta(minutes=20), "far": NOW})
    assert [each.aircraft for each in found] == ["far", "near"]
    assert found[1].free_at == NOW + timedelta(minutes=20, seconds=QUAD.turnaround_s)
    assert found[0].free_at == NOW


def test_one_that_cannot_says_why_and_hides_nobody() -> None:
    lame = replace(QUAD, name="away")
    found = proposed((lame, *FLEET))
    assert [each.is_feasible for each in found] == [True, True, False]
    assert found[2].refusal is not None
    assert found[2].refusal.remedy


def test_a_zone_over_the_fire_leaves_nobody() -> None:
    zone = NoFly("zone", lonlat(Point(1500.0, 0.0).buffer(2500.0)))

    def closed(aircraft: Aircraft) -> SweepTask:
        return with_(task_of(aircraft), no_fly=(zone,))

    found = proposals(closed, PLACE, FLEET, TERRAIN, now=NOW, busy_until={}, ready_s=0.0)
    assert not any(each.is_feasible for each in found)
    assert all(isinstance(each.refusal, InputRefused) for each in found)
    assert all(each.looks_at is None for each in found)


@pytest.mark.parametrize("radius_m", [0.0, 250.0])
def test_every_feasible_look_is_checked(radius_m: float) -> None:
    found = proposed(place=replace(PLACE, radius_m=radius_m))
    for each in found:
        assert each.sweep is not None
        assert all(check.may_fly for check in each.sweep.checks)
