"""Lines along belts: nothing is missed at bends and ends, and little is flown for it."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.belt import BeltShape
from drone_jobs.planning.belt_lines import belt_lines
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.swath import spacing_for, swath_of
from drone_jobs.planning.target import read_target
from geo.crs import LocalFrame
from models.mission import Camera
from tests.support.sight_rig import at_height, places_in, shown

CAMERA = Camera("wide", 71.0, 56.3, 4000, 3000)
SWATH = swath_of(CAMERA, 100.0, -90.0, None)
FRAME = LocalFrame(110.0, 30.0)
BEND = LineString([(0, 0), (1500, 300), (2600, 1300), (3800, 1500)])


def belt(line: LineString, width_m: float) -> BeltShape:
    ground = line.buffer(width_m / 2.0, cap_style="flat")
    return BeltShape(FRAME, shapely.get_coordinates(line), width_m / 2.0, ground)


def missed(ground: BaseGeometry, lines: tuple[FlightLine, ...], count: int = 900) -> float:
    """Share of a belt's places that no picture shows, flown there and flown back: the larger."""
    places = places_in(ground, count)
    shares = []
    for back in (False, True):
        ways = [at_height(line.flown(backward=back), 100.0) for line in lines]
        found = shown(places, ways, CAMERA, -90.0, step_m=8.0, slack=1e-6)
        shares.append(1.0 - found.mean())
    return max(shares)


def tour_m(lines: tuple[FlightLine, ...], home: tuple[float, float]) -> float:
    """The shortest flight from home along all lines and home, by trying every order."""
    best = math.inf
    for order in itertools.permutations(lines):
        for sides in itertools.product((False, True), repeat=len(lines)):
            ways = [line.flown(backward=back) for line, back in zip(order, sides, strict=True)]
            places = np.vstack([[home], *ways, [home]])
            best = min(best, float(np.hypot(*np.diff(places, axis=0).T).sum()))
    return best


@st.composite
def belts(draw: st.DrawFn) -> BeltShape:
    """1 to 5 legs of 2 to 6 widths, bends up to 100 degrees, 30 to 450 m wide."""
    width_m = draw(st.floats(30.0, 450.0))
    most = draw(st.sampled_from([0.3, 0.9, 1.75]))
    x, y, heading = 0.0, 0.0, draw(st.floats(0.0, 6.28))
    points = [(x, y)]
    for _ in range(draw(st.integers(1, 5))):
        heading += draw(st.floats(-most, most))
        step = width_m * draw(st.floats(2.0, 6.0))
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    return belt(LineString(points), width_m)


@given(belts(), st.floats(0.0, 0.5))
@settings(max_examples=30, deadline=None)
def test_all_of_a_belt_is_in_some_picture(shape: BeltShape, overlap: float) -> None:
    spacing_m = spacing_for(2.0 * shape.half_width_m, SWATH, overlap)
    lines = belt_lines(shape, SWATH, spacing_m)
    assert missed(shape.ground_m, lines) == 0.0


@given(belts(), st.sampled_from([-75.0, -45.0, -20.0]))
@settings(max_examples=8, deadline=None)
def test_a_camera_that_looks_ahead_sees_all_of_it_too(shape: BeltShape, pitch_deg: float) -> None:
    swath = swath_of(CAMERA, 100.0, pitch_deg, 300.0)
    lines = belt_lines(shape, swath, spacing_for(2.0 * shape.half_width_m, swath, 0.1))
    places = places_in(shape.ground_m, 600)
    for back in (False, True):
        ways = [at_height(line.flown(backward=back), 100.0) for line in lines]
        found = shown(places, ways, CAMERA, pitch_deg, reach_m=302.0, step_m=4.0, slack=0.02)
        assert found.mean() >= 0.999


@given(belts())
@settings(max_examples=30, deadline=None)
def test_taut_lines_are_no_longer_than_lines_at_equal_distances(shape: BeltShape) -> None:
    spacing_m = spacing_for(2.0 * shape.half_width_m, SWATH, 0.0)
    lines = belt_lines(shape, SWATH, spacing_m)
    count = math.ceil(2.0 * shape.half_width_m / SWATH.width_m - 1e-9)
    legs_m = np.hypot(*np.diff(shape.line_m, axis=0).T)
    # A sharp bend cuts lines, which are flown on past it; of a short end leg some is flown always.
    if len(lines) != count or legs_m.min() < 1.5 * shape.half_width_m + SWATH.far_m + 3.0:
        return
    plain = 0.0
    for k in range(count):
        offset = ((count - 1) / 2.0 - k) * spacing_m
        plain += LineString(shape.line_m).offset_curve(offset, join_style="mitre").length
    seen_ahead_m = count * (SWATH.far_m - SWATH.near_m)
    hovering_m = 2.0 * count + 1e-6
    between_m = 2.0 * (count - 1) * spacing_m  # ways across at both ends, which are pulled too
    flown = sum(line.length_m for line in lines)
    assert flown <= max(plain - seen_ahead_m, 0.0) + hovering_m + between_m


@pytest.mark.parametrize("is_polygon", [False, True])
def test_the_bent_belt_of_the_research(*, is_polygon: bool) -> None:
    width_m, low = 250.0, swath_of(CAMERA, 95.0, -90.0, None)
    drawn = FRAME.geometry_to_lonlat(
        BEND.buffer(width_m / 2.0, cap_style="flat") if is_polygon else BEND
    )
    home = FRAME.to_lonlat(-30.0, -30.0)
    target = read_target(drawn, None if is_polygon else width_m, "belt", around=home)
    assert target.shape is not None
    home_m = np.array(target.frame.to_metric(*home))
    spacing_m = spacing_for(2.0 * target.shape.half_width_m, low, 0.0)
    bound_m = target.area_m2 / SWATH.width_m
    places = places_in(target.ground_m, 5_000)

    def seen(lines: tuple[FlightLine, ...], height_m: float) -> float:
        ways = [at_height(line.forward_m, height_m) for line in lines]
        return float(shown(places, ways, CAMERA, -90.0, step_m=8.0, slack=1e-6).mean())

    apart = belt_lines(target.shape, low, spacing_m)
    assert len(apart) == 2
    assert seen(apart, 95.0) >= 0.9995
    flown_m = sum(line.length_m for line in apart)
    across_m = float(np.hypot(*(apart[0].forward_m[-1] - apart[1].forward_m[-1])))
    assert (flown_m + across_m) / bound_m <= 1.14
    joined = belt_lines(target.shape, low, spacing_m, home_m=home_m)
    assert len(joined) == 1
    assert seen(joined, 95.0) >= 0.997
    assert tour_m(joined, tuple(home_m)) / bound_m <= 1.15
    assert tour_m(joined, tuple(home_m)) < tour_m(apart, tuple(home_m))


def test_lines_are_joined_at_the_far_end_whichever_it_is() -> None:
    shape = belt(BEND, 250.0)
    for home, far in (((-50.0, 0.0), (3800.0, 1500.0)), ((3900.0, 1500.0), (0.0, 0.0))):
        (line,) = belt_lines(shape, SWATH, 125.0, home_m=np.array(home))
        for way in (line.forward_m, line.backward_m):
            for end in (way[0], way[-1]):
                assert math.dist(end, home) < 300.0
            assert math.dist(way[len(way) // 2], far) < 200.0
        steps = np.hypot(*np.diff(line.forward_m, axis=0).T)
        assert steps.min() >= 1.0


def test_the_third_of_three_lines_stays_by_itself() -> None:
    shape = belt(LineString([(0, 0), (3000, 0)]), 400.0)
    lines = belt_lines(shape, SWATH, spacing_for(400.0, SWATH, 0.0), home_m=np.zeros(2))
    assert len(lines) == 2
    assert lines[0].length_m > 1.9 * lines[1].length_m
    corners = 2.0 * (2.0 * (71.4 - 53.4)) ** 2
    assert missed(shape.ground_m, lines, 3_000) <= corners / shape.ground_m.area


def test_what_is_too_short_or_looks_ahead_is_not_joined() -> None:
    short = belt(LineString([(0, 0), (130, 0)]), 250.0)
    assert len(belt_lines(short, SWATH, 125.0, home_m=np.zeros(2))) == 2
    ahead = swath_of(CAMERA, 100.0, -40.0, 300.0)
    long = belt(LineString([(0, 0), (3000, 0)]), 250.0)
    apart = belt_lines(long, ahead, 0.6 * ahead.width_m, home_m=np.zeros(2))
    assert len(apart) == len(belt_lines(long, ahead, 0.6 * ahead.width_m))
    wide = swath_of(Camera("tall", 50.0, 60.0, 3, 4), 100.0, -90.0, None)
    (line,) = belt_lines(long, wide, 90.0, home_m=np.zeros(2))[:1]
    assert len(line.forward_m) >= 4  # sees farther ahead than aside: no corner is cut


def test_one_line_over_a_narrow_winding_belt_has_the_fewest_turns() -> None:
    x = np.arange(0.0, 2000.0, 20.0)
    winding = LineString(np.column_stack((x, 10.0 * np.sin(x / 90.0))))
    (line,) = belt_lines(belt(winding, 30.0), SWATH, SWATH.width_m)
    assert len(line.forward_m) <= 6
    assert missed(belt(winding, 30.0).ground_m, (line,)) == 0.0


def test_a_belt_that_folds_back_is_flown_all_the_same() -> None:
    fold = LineString([(0, 0), (1500, 0), (1500, 1), (0, 30)])
    for width_m in (40.0, 300.0):
        shape = belt(fold, width_m)
        lines = belt_lines(shape, SWATH, spacing_for(width_m, SWATH, 0.0))
        assert lines
        assert missed(shape.ground_m, lines) <= 0.02
