"""What stands between a fire and a village, against lines that are drawn one by one."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_rig import asked, belt, feature, round_fire, shaped_fire, village
from shapely.geometry.base import BaseGeometry

from geo.land.spread import evenly_in
from models.land import AtRisk, Barrier, Fact, Layer

HALF_M = 100.0  # of a village that is drawn as a point


def at_risk(*features: object, fire: object = None) -> AtRisk:
    places = () if fire is None else (fire,)
    (one,) = asked(features, *places).at_risk  # type: ignore[arg-type]
    return one


def the_barrier(*features: object, fire: object = None) -> Barrier:
    (barrier,) = at_risk(*features, fire=fire).barriers
    return barrier


def lines_drawn(
    region: shapely.Polygon, target: tuple[float, float], starts: np.ndarray | None = None
) -> list[shapely.LineString]:
    """The corridor's lines as docs/land.md tells them, in a plane turned by shapely's own means."""
    middle = region.centroid
    turn = math.degrees(math.atan2(target[1] - middle.y, target[0] - middle.x))
    flat = shapely.affinity.rotate(region, -turn, origin=middle)
    far = math.hypot(target[0] - middle.x, target[1] - middle.y)
    west, south, east, north = flat.bounds
    edge = min(max(middle.x, east), middle.x + far - HALF_M)
    if starts is None:
        begins = [(west, south + share * (north - south)) for share in np.linspace(0.0, 1.0, 801)]
    else:
        points = shapely.MultiPoint(starts)
        begins = shapely.get_coordinates(
            shapely.affinity.rotate(points, -turn, origin=middle)
        ).tolist()
    found = []
    for x, y in begins:
        share = (y - south) / (north - south)
        end = middle.x + far, middle.y - HALF_M + share * 2.0 * HALF_M
        line = shapely.LineString([(x, y), (max(x, edge), y), end])
        found.append(shapely.affinity.rotate(line, turn, origin=middle))
    return found


boxes = st.tuples(st.floats(60.0, 700.0), st.floats(60.0, 700.0), st.floats(0.0, 180.0)).map(
    lambda sides: shapely.affinity.rotate(
        shapely.box(-sides[0] / 2, -sides[1] / 2, sides[0] / 2, sides[1] / 2), sides[2]
    )
)


@dataclass(frozen=True)
class Drawn:
    """Where a village and a straight belt lie: towards, how far, the belt's foot, slant, length."""

    way: float
    far_m: float
    along: float
    slant_deg: float
    beside_m: float
    length_m: float


drawings = st.builds(
    Drawn,
    st.floats(0.0, 2.0 * math.pi),
    st.floats(1_200.0, 4_000.0),
    st.floats(0.15, 0.9),
    st.floats(-60.0, 60.0),
    st.floats(-300.0, 300.0),
    st.floats(50.0, 900.0),
)


@settings(deadline=None, max_examples=120)
@given(boxes, drawings)
def test_shares_and_gaps_equal_lines_drawn_one_by_one(
    region: shapely.Polygon, drawing: Drawn
) -> None:
    """One straight belt somewhere on the way, slanted, beside its middle."""
    way, far_m = drawing.way, drawing.far_m
    target = far_m * math.cos(way), far_m * math.sin(way)
    foot = np.array(target) * drawing.along + drawing.beside_m * np.array(
        (-math.sin(way), math.cos(way))
    )
    across = way + math.pi / 2.0 + math.radians(drawing.slant_deg)
    half = 0.5 * drawing.length_m * np.array((math.cos(across), math.sin(across)))
    drawn = shapely.LineString([foot - half, foot + half])
    one = at_risk(
        village("v", *target),
        feature(Layer.FOREST_BELT, "b", drawn, width_m=20.0),
        fire=shaped_fire(region),
    )
    lines = lines_drawn(region, target)
    hit = np.array([line.intersects(drawn) for line in lines])
    if not one.barriers:
        assert hit.mean() <= 0.02
        assert one.open_share == 1.0
        return
    (barrier,) = one.barriers
    # The share of the lines, from many places of the region.
    random = np.random.default_rng(1)
    west, south, east, north = region.bounds
    tried = random.uniform((west, south), (east, north), (4_000, 2))
    starts = tried[shapely.contains_xy(region, tried)][:600]
    free = np.mean([not line.intersects(drawn) for line in lines_drawn(region, target, starts)])
    assert one.open_share == pytest.approx(free, abs=0.12)
    # The gap: the longer run of lines that pass on one side, as wide as the corridor is there.
    missed = np.flatnonzero(hit)
    first, last = missed[0], len(hit) - 1 - missed[-1]
    widths = [
        run * _width_at(lines, drawn, edge) / (len(lines) - 1)
        for run, edge in ((first, missed[0]), (last, missed[-1]))
    ]
    assert barrier.gap_m == pytest.approx(max(widths), rel=0.03, abs=4.0)
    parts = [line.intersection(drawn) for line in lines if line.intersects(drawn)]
    assert barrier.from_fire_m == pytest.approx(
        min(part.distance(region.centroid) for part in parts), abs=5.0
    )


def _width_at(lines: list[shapely.LineString], drawn: BaseGeometry, number: int) -> float:
    """Between the outermost lines, level with where one of them meets the belt."""
    met = shapely.get_coordinates(lines[number].intersection(drawn))[0]
    first, last = (np.array(line.coords) for line in (lines[0], lines[-1]))
    way = (first[-1] + last[-1]) / 2.0 - (first[0] + last[0]) / 2.0
    way /= np.hypot(*way)
    level = float(met @ way)
    return math.dist(_level_with(first, way, level), _level_with(last, way, level))


def _level_with(corners: np.ndarray, way: np.ndarray, level: float) -> np.ndarray:
    at = corners @ way
    return np.array([np.interp(level, at, corners[:, axis]) for axis in (0, 1)])


def within(half_m: float) -> float:
    """Share of a round region of 100 m that lies so near to its middle line."""
    share = half_m / 100.0
    return 2.0 / math.pi * (math.asin(share) + share * math.sqrt(1.0 - share * share))


def test_a_belt_across_the_whole_way_leaves_nothing_open() -> None:
    whole = belt("b", [(1_000.0, -900.0), (1_000.0, 900.0)], kind="engineered", width_m=25.0)
    one = at_risk(village("v", 2_500.0, 0.0), whole)
    (barrier,) = one.barriers
    assert (barrier.kind, barrier.width_m, barrier.gap_m) == ("engineered", 25.0, 0.0)
    assert barrier.from_fire_m == pytest.approx(1_000.0, abs=0.5)
    assert barrier.holds
    assert one.open_share == 0.0


@pytest.mark.parametrize("width_m", [20.0, 80.0, 150.0])
def test_a_gap_between_pieces_is_as_wide_as_it_is_drawn(width_m: float) -> None:
    half = width_m / 2.0
    pieces = shapely.MultiLineString(
        [[(1_000.0, -900.0), (1_000.0, -half)], [(1_000.0, half), (1_000.0, 900.0)]]
    )
    one = at_risk(village("v", 2_500.0, 0.0), feature(Layer.FOREST_BELT, "b", pieces))
    (barrier,) = one.barriers
    assert barrier.gap_m == pytest.approx(width_m, abs=0.1)
    assert one.open_share == pytest.approx(within(half), abs=0.04)


def test_two_belts_that_overlap_close_each_others_gap() -> None:
    one = at_risk(
        village("v", 2_500.0, 0.0),
        belt("south", [(1_000.0, -900.0), (1_000.0, 20.0)]),
        belt("north", [(1_300.0, 0.0), (1_300.0, 900.0)]),
    )
    assert [barrier.code for barrier in one.barriers] == ["south", "north"]
    assert one.barriers[0].gap_m == pytest.approx(80.0, abs=1.0)
    assert one.barriers[1].gap_m == pytest.approx(100.0, abs=1.0)
    assert one.open_share == 0.0


def test_pieces_that_were_drawn_to_touch_have_no_gap() -> None:
    pieces = shapely.MultiLineString(
        [[(1_000.0, -900.0), (1_000.0, 0.0)], [(1_000.2, 0.5), (1_000.0, 900.0)]]
    )
    barrier = the_barrier(village("v", 2_500.0, 0.0), feature(Layer.FOREST_BELT, "b", pieces))
    assert barrier.gap_m == 0.0


def test_past_the_end_of_a_belt_the_way_is_open() -> None:
    ends = belt("b", [(1_000.0, -900.0), (1_000.0, 40.0)])
    one = at_risk(village("v", 2_500.0, 0.0), ends)
    (barrier,) = one.barriers
    assert barrier.gap_m == pytest.approx(60.0, abs=1.0)
    assert one.open_share == pytest.approx((1.0 - within(40.0)) / 2.0, abs=0.04)


def test_a_belt_that_ends_short_of_the_way_does_not_stand_between() -> None:
    one = at_risk(village("v", 2_500.0, 0.0), belt("b", [(1_000.0, -900.0), (1_000.0, -101.0)]))
    assert one.barriers == ()
    assert one.open_share == 1.0
    behind = belt("b", [(2_700.0, -900.0), (2_700.0, 900.0)])
    beyond_the_fire = belt("c", [(-200.0, -900.0), (-200.0, 900.0)])
    assert at_risk(village("v", 2_500.0, 0.0), behind, beyond_the_fire).barriers == ()


@pytest.mark.parametrize("state", ["worn", "unusable", "planned"])
def test_a_belt_that_does_not_hold_is_told_and_leaves_the_way_open(state: str) -> None:
    one = at_risk(
        village("v", 2_500.0, 0.0), belt("b", [(1_000.0, -900.0), (1_000.0, 900.0)], state=state)
    )
    (barrier,) = one.barriers
    assert (barrier.state, barrier.holds, barrier.gap_m) == (state, False, 0.0)
    assert one.open_share == 1.0


@pytest.mark.parametrize(("state", "told"), [("good", "good"), (None, ""), (3, "")])
def test_a_belt_of_a_state_that_is_good_or_not_stated_holds(
    state: str | int | None, told: str
) -> None:
    one = at_risk(
        village("v", 2_500.0, 0.0), belt("b", [(1_000.0, -900.0), (1_000.0, 900.0)], state=state)
    )
    assert (one.barriers[0].state, one.barriers[0].holds) == (told, True)
    assert one.open_share == 0.0


def test_a_fire_in_a_belt_is_not_held_by_it() -> None:
    wide = feature(Layer.FOREST_BELT, "b", shapely.box(-300.0, -900.0, 300.0, 900.0))
    one = at_risk(village("v", 2_500.0, 0.0), wide)
    (barrier,) = one.barriers
    assert (barrier.inside, barrier.holds, barrier.from_fire_m) == (True, False, 0.0)
    assert one.open_share == 1.0
    # A belt narrower than the region: most of the region lies on this side of it, or beyond.
    narrow = feature(Layer.FOREST_BELT, "b", shapely.box(-10.0, -900.0, 10.0, 900.0))
    one = at_risk(village("v", 2_500.0, 0.0), narrow)
    assert one.barriers[0].inside
    # Half of the region and the belt's own share lie at or beyond it.
    assert one.open_share == pytest.approx(0.5 + 20.0 * 200.0 / (math.pi * 100.0**2) / 2, abs=0.06)


def test_a_region_that_reaches_over_a_belt_is_held_in_part() -> None:
    across = belt("b", [(100.0, -900.0), (100.0, 900.0)])
    fire = shaped_fire(shapely.box(-400.0, -50.0, 400.0, 50.0))
    one = at_risk(village("v", 3_000.0, 0.0), across, fire=fire)
    assert one.open_share == pytest.approx(300.0 / 800.0, abs=0.03)
    assert one.barriers[0].from_fire_m == pytest.approx(100.0, abs=0.5)
    assert one.barriers[0].gap_m == 0.0


def test_every_place_of_a_fire_has_its_own_way() -> None:
    """Two places on both sides of a belt: what lies beyond it already is not held."""
    across = belt("b", [(1_000.0, -900.0), (1_000.0, 900.0)])
    near = replace(round_fire(60.0), weight=0.7)
    far = replace(round_fire(60.0, 1_500.0), weight=0.3)
    one = asked([village("v", 3_000.0, 0.0), across], near, far).at_risk[0]
    assert one.open_share == pytest.approx(0.3, abs=1e-6)
    assert one.barriers[0].from_fire_m == pytest.approx(1_000.0, abs=0.5)
    (turned,) = asked([village("v", 3_000.0, 0.0), across], far, near).at_risk
    assert turned.open_share == pytest.approx(0.3, abs=1e-6)
    assert turned.barriers[0].from_fire_m == pytest.approx(500.0, abs=0.5)


def test_a_fire_at_the_village_has_no_way_to_it() -> None:
    around = belt("b", [(-50.0, -50.0), (50.0, -50.0), (50.0, 50.0), (-50.0, 50.0), (-50.0, -50.0)])
    one = at_risk(village("v", 60.0, 0.0), around)
    assert (one.barriers, one.open_share) == ((), 1.0)


def test_a_village_that_is_an_area_is_reached_at_its_edge() -> None:
    area = feature(Layer.VILLAGE, "v", shapely.box(2_000.0, -400.0, 3_000.0, 400.0))
    within = belt("in", [(2_300.0, -900.0), (2_300.0, 900.0)])
    before = belt("before", [(1_900.0, -900.0), (1_900.0, 900.0)])
    one = at_risk(area, within, before)
    assert [barrier.code for barrier in one.barriers if barrier.gap_m == 0.0] == ["before"]
    assert one.open_share == 0.0
    assert one.village.distance_m == pytest.approx(2_000.0, abs=0.5)
    inside = asked([area, before], round_fire(50.0, 2_500.0)).at_risk[0]
    assert (inside.barriers, inside.open_share, inside.village.bearing_deg) == ((), 1.0, None)


def test_a_region_around_a_village_has_arrived_in_part() -> None:
    area = feature(Layer.VILLAGE, "v", shapely.box(300.0, -100.0, 700.0, 100.0))
    fire = shaped_fire(shapely.box(-600.0, -60.0, 600.0, 60.0))
    across = belt("b", [(200.0, -900.0), (200.0, 900.0)])
    one = at_risk(area, across, fire=fire)
    assert one.open_share == pytest.approx(400.0 / 1200.0, abs=0.04)


@pytest.mark.parametrize(
    ("facts", "shape", "width_m"),
    [
        ({"width_m": 30}, shapely.LineString([(1_000, -900), (1_000, 900)]), 30.0),
        ({}, shapely.LineString([(1_000, -900), (1_000, 900)]), None),
        ({"width_m": True}, shapely.LineString([(1_000, -900), (1_000, 900)]), None),
        ({"width_m": 0.0}, shapely.box(1_000, -900, 1_040, 900), 0.0),
        ({}, shapely.box(1_000, -900, 1_040, 900), 40.0),
        ({}, shapely.Point(1_200, 0).buffer(150, quad_segs=64), 150 * math.pi / 2),
    ],
)
def test_a_width_is_the_stated_one_else_as_drawn(
    facts: dict[str, Fact], shape: BaseGeometry, width_m: float | None
) -> None:
    barrier = the_barrier(
        village("v", 2_500.0, 0.0), feature(Layer.FOREST_BELT, "b", shape, **facts)
    )
    assert barrier.width_m == (None if width_m is None else pytest.approx(width_m, rel=1e-3))


def test_a_belt_along_the_way_does_not_stand_across_it() -> None:
    one = at_risk(village("v", 2_500.0, 0.0), belt("b", [(400.0, 10.0), (2_000.0, 10.0)]))
    assert (one.barriers, one.open_share) == ((), 1.0)


@pytest.mark.parametrize(
    "outline",
    [
        shapely.box(0.0, 0.0, 10.0, 10.0),
        shapely.box(0.0, 0.0, 3_000.0, 5.0),
        shapely.affinity.rotate(shapely.box(0.0, 0.0, 3_000.0, 5.0), 37.0),
        shapely.box(0.0, 0.0, 1e3, 1e3) - shapely.box(10.0, 10.0, 1e3, 1e3),
        shapely.box(0.0, 0.0, 1e3, 1e3) - shapely.box(-1.0, 2.0, 999.0, 999.0),
        shapely.MultiPolygon([shapely.box(0, 0, 30, 9), shapely.box(900, 900, 901, 901)]),
    ],
)
def test_places_are_spread_evenly_over_any_region(outline: BaseGeometry) -> None:
    places = evenly_in(outline)
    assert len(places) == 96
    assert shapely.intersects_xy(outline, places).all()
    assert np.array_equal(places, evenly_in(outline))
    middle = np.array(outline.centroid.coords[0])
    size = np.hypot(*np.ptp(np.array(outline.bounds).reshape(2, 2), axis=0))
    assert np.hypot(*(places.mean(axis=0) - middle)) < 0.05 * size
