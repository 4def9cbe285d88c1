"""Flights in each other's way: the nearest approach against brute force, pads, priorities."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from drone_jobs.calendar import ConflictKind, FlightConflict, FlightPoint, OwnFlight, conflicts_of
from drone_jobs.calendar.movers import At, Separation, closest_approach
from models.errors import InputRefused
from models.units import FloatArray

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")
HOME = (106.65, 29.03)
ASKED = Separation()

COORDINATES = st.integers(-500, 500).map(float)
WAYS = st.lists(
    st.tuples(st.integers(1, 60), COORDINATES, COORDINATES, st.integers(0, 120).map(float)),
    min_size=1,
    max_size=5,
).map(
    lambda legs: tuple(
        At(float(sum(leg[0] for leg in legs[: k + 1])), *legs[k][1:]) for k in range(len(legs))
    )
)


def shares_at(first: tuple[At, ...], second: tuple[At, ...], times_s: FloatArray) -> FloatArray:
    """The larger share of what is asked for, by another library's straight lines."""

    def along(way: tuple[At, ...], name: str) -> FloatArray:
        found: FloatArray = np.interp(
            times_s, [at.time_s for at in way], [getattr(at, name) for at in way]
        )
        return found

    x_m, y_m, z_m = (along(first, name) - along(second, name) for name in ("x_m", "y_m", "z_m"))
    shares: FloatArray = np.maximum(np.hypot(x_m, y_m) / 100.0, np.abs(z_m) / 30.0)
    return shares


@settings(max_examples=60, deadline=None)
@given(WAYS, WAYS)
@example((At(0.0, 0.0, 0.0, 50.0), At(9.0, 90.0, 0.0, 50.0)), (At(0.0, 0.0, 0.0, 50.0),) * 1)
@example(  # side by side: no speed between them at all
    (At(0.0, 0.0, 0.0, 50.0), At(9.0, 90.0, 0.0, 50.0)),
    (At(0.0, 0.0, 99.0, 79.0), At(9.0, 90.0, 99.0, 79.0)),
)
@example(  # as fast in shares up as over ground: the equation has one root
    (At(0.0, 0.0, 0.0, 0.0), At(10.0, 100.0, 0.0, 30.0)),
    (At(0.0, 50.0, 0.0, 60.0), At(10.0, 50.0, 0.0, 60.0)),
)
@example(  # comes nearer while it climbs away: nearest where both shares are equal
    (At(0.0, 300.0, 0.0, 15.0), At(10.0, 0.0, 0.0, 60.0)),
    (At(0.0, 0.0, 0.0, 0.0), At(10.0, 0.0, 0.0, 0.0)),
)
def test_the_nearest_is_what_brute_force_finds(
    first: tuple[At, ...], second: tuple[At, ...]
) -> None:
    found = closest_approach(first, second, ASKED)
    begin = max(first[0].time_s, second[0].time_s)
    end = min(first[-1].time_s, second[-1].time_s)
    assert (found is None) == (begin > end)
    if found is None:
        return
    times_s = np.linspace(begin, end, 40_001)
    shares = shares_at(first, second, times_s)
    # Nothing that is sampled is nearer, and what is told is really there.
    assert found.share <= shares.min() + 1e-9
    assert begin <= found.time_s <= end
    assert shares_at(first, second, np.array([found.time_s]))[0] == pytest.approx(
        found.share, abs=1e-6
    )
    assert found.share == max(found.horizontal_m / 100.0, found.vertical_m / 30.0)


def test_who_is_never_on_the_way_together_meets_nobody() -> None:
    assert closest_approach((), (At(0.0, 0.0, 0.0, 0.0),), ASKED) is None


def flight(
    run_id: int,
    *legs: tuple[float, float, float, float],
    aircraft: str = "",
    turnaround_s: float = 0.0,
) -> OwnFlight:
    """A flight by (seconds after noon, metres north of home, east, above the sea)."""
    points = []
    for after_s, north_m, east_m, high_m in legs:
        lon_deg, lat_deg, _back = GEOD.fwd(*HOME, 0.0, north_m)
        lon_deg, lat_deg, _back = GEOD.fwd(lon_deg, lat_deg, 90.0, east_m)
        points.append(FlightPoint(NOON + timedelta(seconds=after_s), lon_deg, lat_deg, high_m))
    return OwnFlight(run_id, aircraft or f"A{run_id}", tuple(points), turnaround_s)


EAST = flight(1, (0, 0, -1000, 500), (200, 0, 1000, 500))
"""Past home at 100 s."""


def told(*flights: OwnFlight) -> list[tuple[ConflictKind, int, int]]:
    return [(each.kind, each.run_id, each.yields) for each in conflicts_of(flights)]


@pytest.mark.parametrize(
    ("north_m", "high_m", "late_s", "is_near"),
    [
        (0, 529, 0, True),
        (0, 531, 0, False),  # 31 m above it all along
        (-1000, 500, 0, True),  # crosses its way when it is there
        (-1000, 500, 12, True),  # 120 m behind, on crossing ways: 85 m
        (-1000, 500, 15, False),  # 106 m
        (-1000, 500, 300, False),  # when it has landed
    ],
)
def test_two_are_too_near_when_neither_distance_is_kept(
    north_m: int, high_m: int, late_s: int, *, is_near: bool
) -> None:
    if north_m == 0:
        # From other pads: the same way, but begun and ended elsewhere.
        away = [(-10, 300, -1300, high_m + 100), (0, 0, -1000, high_m)]
        other = flight(2, *away, (200, 0, 1000, high_m), (210, 300, 1300, high_m + 100))
    else:
        other = flight(2, (late_s, -1000, 0, high_m), (late_s + 200, 1000, 0, high_m))
    found = conflicts_of([EAST, other])
    assert [each.kind for each in found] == [ConflictKind.SEPARATION] * is_near
    if is_near:
        approach = found[0].approach
        assert approach is not None
        assert approach.share < 1.0
        assert f"flight {found[0].run_id}" in found[0].message


def test_the_moment_and_the_metres_of_a_crossing() -> None:
    other = flight(2, (10, -1000, 0, 510), (210, 1000, 0, 510))
    (found,) = conflicts_of([other, EAST])
    assert found.approach is not None
    # 100 m apart on ways that cross square: nearest half way, at 100 / sqrt(2) m.
    assert found.approach.horizontal_m == pytest.approx(70.7, abs=0.1)
    assert found.approach.vertical_m == pytest.approx(10.0, abs=0.1)
    assert (found.at - NOON).total_seconds() == pytest.approx(105.0, abs=0.05)
    assert (found.run_id, found.yields) == (1, 2)


def test_one_aircraft_flies_once_until_it_is_ready_again() -> None:
    first = flight(1, (0, 0, 0, 400), (600, 0, 0, 400), aircraft="M4T-01", turnaround_s=900.0)
    for starts, clash in ((300, True), (1400, True), (1500, False)):
        second = flight(2, (starts, 0, 0, 400), (starts + 600, 0, 0, 400), aircraft="M4T-01")
        assert told(first, second) == [(ConflictKind.AIRCRAFT, 1, 2)] * clash


def test_a_pad_is_one_aircrafts_at_a_time() -> None:
    first = flight(1, (0, 0, 0, 400), (300, 2000, 0, 600), (600, 0, 0, 400), turnaround_s=900.0)
    for starts, clash in ((300, False), (1400, True), (1700, False)):
        far = ((starts, 5, 0, 400), (starts + 300, -2000, 0, 600), (starts + 400, -3000, 0, 500))
        assert told(first, flight(2, *far)) == [(ConflictKind.PAD, 1, 2)] * clash
    beside = flight(2, (1400, 0, 150, 400), (1700, -2000, 0, 600))
    assert told(first, beside) == []


EARLIER = flight(1, (0, 0, -1000, 500), (200, 0, 1000, 500))
LATER = flight(2, (10, -1000, 0, 500), (210, 1000, 0, 500))


@pytest.mark.parametrize(
    ("first", "second", "goes", "yields"),
    [
        (EARLIER, LATER, 1, 2),
        (EARLIER, replace(LATER, is_verification=True), 2, 1),
        (EARLIER, replace(LATER, is_in_the_air=True), 2, 1),
        # What looks at an alert does not push another out of the air.
        (replace(EARLIER, is_in_the_air=True), replace(LATER, is_verification=True), 1, 2),
        (replace(LATER, run_id=9), LATER, 2, 9),
    ],
)
def test_who_goes_first(first: OwnFlight, second: OwnFlight, goes: int, yields: int) -> None:
    if first.points == second.points:
        first = replace(first, aircraft="other")
    for order in ([first, second], [second, first]):
        found = [each for each in conflicts_of(order) if each.kind is ConflictKind.SEPARATION]
        assert [(each.run_id, each.yields) for each in found] == [(goes, yields)]


def test_flights_of_other_districts_do_not_meet() -> None:
    moved = tuple(replace(point, lat_deg=point.lat_deg + 0.6) for point in EAST.points)
    assert conflicts_of([EAST, replace(EAST, run_id=2, aircraft="B", points=moved)]) == []


def test_of_three_every_two_are_looked_at_by_time() -> None:
    third = flight(3, (30, 0, -1000, 500), (230, 0, 1000, 500), aircraft="A1")
    found: list[FlightConflict] = conflicts_of([third, LATER, EARLIER])
    assert [(each.kind, each.run_id, each.yields) for each in found] == [
        (ConflictKind.AIRCRAFT, 1, 3),
        (ConflictKind.SEPARATION, 1, 2),
    ]


@pytest.mark.parametrize("legs", [((0, 0, 0, 400),), ((5, 0, 0, 400), (5, 0, 0, 400))])
def test_a_way_that_is_none_is_refused(legs: tuple[tuple[float, float, float, float], ...]) -> None:
    with pytest.raises(InputRefused) as caught:
        conflicts_of([flight(1, *legs)])
    assert caught.value.code == "flight_way"
