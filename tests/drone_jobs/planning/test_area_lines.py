"""Lines over areas: every place of the ground is in some picture, by pictures one by one."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.area_lines import AreaLines, area_lines
from drone_jobs.planning.swath import Swath, swath_of
from models.mission import Camera
from tests.support.sight_rig import at_height, places_in, shown

CAMERA = Camera("wide", 71.0, 56.3, 4000, 3000)
SWATH = swath_of(CAMERA, 100.0, -90.0, None)
HOLES = (
    [(400, 400), (700, 400), (700, 800), (400, 800)],
    [(500, 1500), (900, 1500), (900, 1750), (500, 1750)],
)
OUTLINE = [(0, 0), (2000, 0), (2000, 600), (1100, 700)]
OUTLINE += [(1200, 1500), (2100, 1700), (2000, 2400), (0, 2200)]
CONCAVE = Polygon(OUTLINE, HOLES)


def unseen(
    ground: BaseGeometry,
    laid: AreaLines,
    pitch_deg: float = -90.0,
    reach_m: float | None = None,
    *,
    step_m: float = 10.0,
    slack: float = 1e-6,
) -> float:
    """Share of places that no picture shows, flown there and flown back: the larger."""
    places = places_in(ground, 600)
    if len(places) == 0:
        return 0.0
    shares = []
    for back in (False, True):
        ways = [at_height(line.flown(backward=back), 100.0) for line in laid.lines]
        found = shown(places, ways, CAMERA, pitch_deg, reach_m=reach_m, step_m=step_m, slack=slack)
        shares.append(1.0 - found.mean())
    return max(shares)


@st.composite
def areas(draw: st.DrawFn) -> BaseGeometry:
    """Stars with 5 to 9 corners, 60 to 900 m from their middle, some with a hole, some of two."""
    count = draw(st.integers(5, 9))
    radii = draw(st.lists(st.floats(60.0, 900.0), min_size=count, max_size=count))
    turn = draw(st.floats(0.0, 6.28))
    angles = turn + np.arange(count) * math.tau / count
    star = Polygon([(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)])
    kind = draw(st.sampled_from(["plain", "hole", "two"]))
    if kind == "hole":
        side = draw(st.floats(20.0, 300.0))
        star = star.difference(box(-side, -side / 2.0, side / 3.0, side / 2.0))
    if kind == "two":
        star = shapely.union(star, box(1200.0, -300.0, 1250.0, draw(st.floats(-280.0, 500.0))))
    return star


@given(areas(), st.floats(0.5, 1.0), st.one_of(st.none(), st.floats(-360.0, 360.0)))
@settings(max_examples=40, deadline=None)
def test_all_of_an_area_is_in_some_picture(
    ground: BaseGeometry, share: float, angle_deg: float | None
) -> None:
    laid = area_lines(ground, SWATH, SWATH.width_m * share, angle_deg)
    assert unseen(ground, laid) == 0.0


@given(areas(), st.floats(-80.0, -15.0), st.floats(220.0, 500.0), st.floats(0.0, 180.0))
@settings(max_examples=15, deadline=None)
def test_a_camera_that_looks_ahead_sees_all_of_it_too(
    ground: BaseGeometry, pitch_deg: float, reach_m: float, angle_deg: float
) -> None:
    swath = swath_of(CAMERA, 100.0, pitch_deg, reach_m)
    laid = area_lines(ground, swath, swath.width_m * 0.9, angle_deg)
    # Only one row is of full width: at the very edge it must lie in a picture, taken every 4 m.
    assert unseen(ground, laid, pitch_deg, reach_m + 2.0, step_m=4.0, slack=0.02) == 0.0


@given(areas(), st.floats(0.0, 180.0))
@settings(max_examples=40, deadline=None)
def test_lines_are_parallel_evenly_spaced_and_over_the_ground(
    ground: BaseGeometry, angle_deg: float
) -> None:
    spacing_m = 0.8 * SWATH.width_m
    laid = area_lines(ground, SWATH, spacing_m, angle_deg)
    axis = np.array([math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))])
    across = np.array([axis[1], -axis[0]])
    places = []
    for line in laid.lines:
        way = line.forward_m[-1] - line.forward_m[0]
        assert abs(way @ across) < 1e-6
        assert way @ axis >= 1.0
        assert np.allclose(line.backward_m, line.forward_m[::-1])
        places.append(float(line.forward_m[0] @ across))
        assert ground.distance(shapely.LineString(line.forward_m)) <= SWATH.width_m
    steps = np.diff(sorted({round(place, 3) for place in places}))
    if len(steps):
        assert steps.max() / steps.min() == pytest.approx(
            round(steps.max() / steps.min()), abs=0.01
        )
        assert steps.min() <= spacing_m + 1e-3 or len(laid.lines) > 1


@given(areas(), st.floats(0.5, 1.0), st.floats(0.0, 180.0))
@settings(max_examples=40, deadline=None)
def test_closer_lines_are_never_fewer_strips(
    ground: BaseGeometry, share: float, angle_deg: float
) -> None:
    def strips(spacing_m: float) -> int:
        laid = area_lines(ground, SWATH, spacing_m, angle_deg)
        angle = math.radians(angle_deg)
        across = np.array([math.cos(angle), -math.sin(angle)])
        return len({round(float(line.forward_m[0] @ across), 3) for line in laid.lines})

    x, y = shapely.get_coordinates(ground).T
    angle = math.radians(angle_deg)
    wide_m = np.ptp(x * math.cos(angle) - y * math.sin(angle))
    wide = strips(SWATH.width_m)
    assert wide <= max(1, math.ceil(wide_m / SWATH.width_m - 1e-9))
    if isinstance(ground, Polygon):  # no strip of it is empty
        assert strips(SWATH.width_m * share) >= wide


def test_a_field_is_flown_along_the_side_that_makes_the_shorter_tour() -> None:
    laid = area_lines(box(0.0, 0.0, 1600.0, 1200.0), SWATH, SWATH.width_m * 0.95, None)
    # 9 lines of 1600 would end on the other side; 12 of 1200 come back to where they began.
    assert laid.angle_deg % 180.0 == pytest.approx(0.0, abs=0.5)
    assert len(laid.lines) == 12
    for line in laid.lines:
        assert line.length_m == pytest.approx(1200.0 - (SWATH.far_m - SWATH.near_m), abs=0.5)


@given(st.floats(0.0, 180.0))
@settings(max_examples=30, deadline=None)
def test_a_turned_rectangle_is_flown_along_a_side(turn_deg: float) -> None:
    field = shapely.affinity.rotate(box(0.0, 0.0, 3000.0, 700.0), -turn_deg)
    laid = area_lines(field, SWATH, SWATH.width_m, None)
    off = (laid.angle_deg - turn_deg) % 90.0
    assert min(off, 90.0 - off) < 0.5
    along = area_lines(field, SWATH, SWATH.width_m, turn_deg + 37.0)
    assert sum(line.length_m for line in laid.lines) < sum(line.length_m for line in along.lines)


def test_holes_and_bays_cut_lines() -> None:
    laid = area_lines(CONCAVE, SWATH, SWATH.width_m * 0.95, 90.0)
    assert unseen(CONCAVE, laid) == 0.0
    flown = shapely.union_all([shapely.LineString(line.forward_m) for line in laid.lines])
    for hole in HOLES:
        inner = Polygon(hole).buffer(-SWATH.width_m / 2.0)
        assert flown.intersection(inner).length == 0.0
    assert len(laid.lines) > math.ceil(2400.0 / SWATH.width_m)


def test_a_narrow_gap_is_flown_over() -> None:
    cleft = box(0.0, 0.0, 1000.0, 100.0).difference(box(490.0, -1.0, 520.0, 101.0))
    assert isinstance(cleft, MultiPolygon)
    assert len(area_lines(cleft, SWATH, SWATH.width_m, 90.0).lines) == 1
    wide = box(0.0, 0.0, 1000.0, 100.0).difference(box(400.0, -1.0, 620.0, 101.0))
    assert len(area_lines(wide, SWATH, SWATH.width_m, 90.0).lines) == 2


def test_ground_smaller_than_a_picture_is_hovered_over() -> None:
    laid = area_lines(box(10.0, 20.0, 30.0, 50.0), SWATH, SWATH.width_m, None)
    (line,) = laid.lines
    assert 1.0 <= line.length_m <= 3.0
    assert line.forward_m.mean(axis=0) == pytest.approx([20.0, 35.0])


def test_an_outline_that_vanishes_when_simplified_is_still_flown() -> None:
    tiny = Polygon([(0, 0), (1.5, 0.0), (1.5, 1.4), (0.7, 1.6), (0, 1.2)])
    laid = area_lines(tiny, Swath(500.0, 500.0, -300.0, 300.0), 900.0, None)
    assert len(laid.lines) == 1
