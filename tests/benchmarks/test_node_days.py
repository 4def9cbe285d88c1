"""The benchmark of a node's days: what counts as found and as false, and a short day of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.node_days.figures import measures_of, poisson_interval
from benchmarks.node_days.following import DaysOfNode, _Desk, _drawn, cases, follow_days
from camera_gateway.thermal.scene import HeatScene
from models.config.heat import HeatRule
from models.heat_event import HeatEvent, HeatReason
from models.thermal import HotSpot
from models.warm_place import check_warm

ROW = DaysOfNode(
    name="1",
    is_levels=False,
    days=10,
    frames=5000,
    in_view=True,
    found_min=3.0,
    false_looks=0,
    falses=(),
    spots=20_000,
    seconds=50.0,
)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_intervals_of_counts_are_those_of_the_tables(count: int, low: float, high: float) -> None:
    assert poisson_interval(count) == pytest.approx((low, high), abs=2e-3)


def test_what_counts_is_counted_by_hand() -> None:
    rows = [
        ROW,
        replace(ROW, found_min=-20.0, false_looks=1),
        replace(ROW, in_view=False, found_min=None),
        replace(ROW, found_min=12.0),
        replace(ROW, is_levels=True, found_min=None, false_looks=3),
    ]
    found, false, levels, false_levels, cost, spots = measures_of(rows)
    assert (found.name, found.value, found.holds) == ("heat_start_found_min", 12.0, False)
    assert found.against.startswith(
        "the slowest of 3 starts in view; 0 never found, 1 after 10 min, median 3.0"
    )
    assert (false.name, false.value, false.holds) == ("heat_false_looks", 0.025, True)
    assert false.against == "1 in 40 node-days of 4 nodes, 95 % interval 0.001 to 0.139"
    assert (levels.value, levels.bar) == (1440.0, None)
    assert (false_levels.value, false_levels.bar) == (0.3, None)
    assert (cost.value, spots.value) == (10.0, 4.0)


def test_a_start_that_is_never_found_fails_and_none_in_view_says_nothing() -> None:
    assert measures_of([ROW, replace(ROW, found_min=None)])[0].holds is False
    assert measures_of([replace(ROW, in_view=False, found_min=None)])[0].value is None
    assert [measure.value for measure in measures_of([])] == [None] * 4


def event(number: int, at: datetime, x: float, y: float, *, is_due: bool = True) -> HeatEvent:
    left, top = round(x) - 2, round(y) - 2
    spot = HotSpot(left, top, left + 4, top + 4, 9, 90.0, left + 1, top + 1, 20.0, 0.5)
    return HeatEvent(number, at, at, 3, spot, 90.0, 2.0, ((HeatReason.HOT, 2.0),), is_due)


def test_a_place_has_one_look_until_it_was_cold_for_long() -> None:
    scene = HeatScene(1, days=1, has_start=False)
    desk = _Desk(scene)
    at = scene.weather.begins_at.astimezone(UTC)
    for minutes, number, x in ((0, 1, 40.0), (2, 1, 60.0), (4, 2, 61.0), (500, 3, 61.0)):
        desk.take(
            at + timedelta(minutes=minutes),
            (event(number, at, x, 50.0), event(9, at, 100.0, 20.0, is_due=False)),
        )
    assert len(desk.falses) == 2
    assert desk.found_min is None
    assert "90 C x3 hot+2.0" in desk.falses[0]
    assert desk.answers(at + timedelta(minutes=29)) == []
    ((answered, until_at),) = desk.answers(at + timedelta(minutes=30))
    assert (answered.number, until_at) == (1, at + timedelta(days=14, minutes=30))
    assert desk.answers(at + timedelta(minutes=31)) == []


def test_what_a_false_look_was_is_told_by_who_is_about() -> None:
    scene = HeatScene(5, days=1, has_start=False)
    visit = next(one for one in scene._visits if one.kind == "person")
    minutes = visit.begins_min + visit.lasts_min / 2.0
    at = scene.weather.begins_at.astimezone(UTC) + timedelta(minutes=minutes)
    (person,) = (one for one in scene.passing(at) if one.kind == "person")
    desk = _Desk(scene)
    desk.take(at, (event(1, at, *person.place_px),))
    assert " person (" in desk.falses[0]
    ((_, until_at),) = desk.answers(at + timedelta(hours=1))
    assert until_at == at + timedelta(hours=2, minutes=30)


def test_a_look_at_the_start_is_right_and_beside_it_is_not() -> None:
    scene = HeatScene(1, days=1)
    assert scene.start is not None
    seen_at = scene.in_view_at()
    assert seen_at is not None
    desk = _Desk(scene)
    at = seen_at + timedelta(minutes=4)
    place = scene.truth(at).place_px
    assert place is not None
    before = scene.start.begins_at - timedelta(minutes=1)
    desk.take(before, (event(1, before, *place),))
    desk.take(at, (event(2, at, place[0] + 30.0, place[1]), event(3, at, *place)))
    assert len(desk.falses) == 2
    assert desk.found_min == pytest.approx(4.0)


def test_the_pipe_of_a_hut_is_drawn_where_it_is_and_no_other_place() -> None:
    scene = HeatScene(8, days=1, has_start=False)
    meal = next(one for one in scene._visits if one.kind == "stove")
    at = scene.weather.begins_at + timedelta(minutes=meal.begins_min + 20.0)
    ((column, row),) = (one.place_px for one in scene.passing(at) if one.kind == "stove")
    (place,) = _drawn(scene, np.random.default_rng(1))
    check_warm([place])
    assert place.x_min * 160 < column < place.x_max * 160
    assert place.y_min * 120 < row < place.y_max * 120
    assert (place.x_max - place.x_min) * (place.y_max - place.y_min) < 0.02
    bare = next(one for one in map(_hutless, range(1, 30)) if one is not None)
    assert _drawn(bare, np.random.default_rng(1)) == ()


def _hutless(seed: int) -> HeatScene | None:
    scene = HeatScene(seed, days=1, has_start=False)
    return scene if scene.stove_box_px() is None else None


def test_nodes_differ_and_days_can_be_played() -> None:
    chosen = cases(12, 1, 1)
    assert len({case.name for case in chosen}) == 12
    assert sum(case.is_fine for case in chosen) == 3
    assert sum(case.is_hidden for case in chosen) == 4
    assert sum(case.is_levels for case in chosen) == 2
    played = follow_days(chosen[0], None, HeatRule(), least_s=1800)
    assert played.frames == 48
    assert played.spots >= 0
    assert DaysOfNode(**played.row()) == played
