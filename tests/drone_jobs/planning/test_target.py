"""What is taken for a target, what is refused and why, and where the middle of a belt runs."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
)
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.target import Target, read_target
from geo.crs import LocalFrame, geodesic
from models.errors import InputRefused

HOME = (110.0, 30.0)
FRAME = LocalFrame(*HOME)
BEND = LineString([(0, 0), (1500, 300), (2600, 1300), (3800, 1500)])


def lonlat(shape: BaseGeometry) -> BaseGeometry:
    return FRAME.geometry_to_lonlat(shape)


def read(shape: BaseGeometry, width_m: float | None = None) -> Target:
    return read_target(lonlat(shape), width_m, "T", around=HOME)


def test_an_area_comes_into_one_plane_with_home() -> None:
    field = box(200.0, 100.0, 1800.0, 1300.0)
    target = read(field)
    assert target.shape is None
    assert target.name == "T"
    assert target.area_m2 == pytest.approx(1600.0 * 1200.0, rel=1e-6)
    home_m = np.array(target.frame.to_metric(*HOME))
    corners = shapely.get_coordinates(lonlat(field))
    farthest = max(geodesic(*HOME, *corner)[2] for corner in corners)
    assert target.farthest_m(home_m) == pytest.approx(farthest, abs=0.02)
    back = target.frame.geometry_to_lonlat(target.ground_m)
    assert back.equals_exact(lonlat(field), 1e-9)


def test_heights_of_vertices_are_dropped() -> None:
    field = lonlat(box(0.0, 0.0, 900.0, 800.0))
    high = shapely.force_3d(field, 700.0)
    target = read_target(high, None, "T", around=HOME)
    assert not target.ground_m.has_z
    assert target.ground_m.equals(read_target(field, None, "T", around=HOME).ground_m)
    belt = read_target(shapely.force_3d(lonlat(BEND), 5.0), 100.0, "T", around=HOME)
    assert belt.shape is not None
    assert belt.shape.line_m.shape == (4, 2)


def broken(number: float) -> BaseGeometry:
    line = LineString([(110.0, 30.0), (110.1, 30.1)])
    return shapely.transform(
        line, lambda vertices: vertices + np.array([[0.0, 0.0], [number, 0.0]])
    )


BOW = Polygon([(0, 0), (500, 500), (500, 0), (0, 500)])


@pytest.mark.parametrize(
    ("geometry", "width_m", "code"),
    [
        (Point(110.0, 30.0), None, "sweep_shape"),
        (GeometryCollection([box(110.0, 30.0, 110.01, 30.01)]), None, "sweep_shape"),
        (Polygon(), None, "sweep_empty"),
        (LineString(), 50.0, "sweep_empty"),
        (box(110.0, 89.0, 110.1, 91.0), None, "sweep_off_earth"),
        (box(30.0, 110.0, 30.1, 110.1), None, "sweep_off_earth"),
        (broken(math.nan), 50.0, "sweep_off_earth"),
        (broken(math.inf), 50.0, "sweep_off_earth"),
        (lonlat(BOW), None, "sweep_crossing"),
        (
            lonlat(MultiPolygon([box(0, 0, 500, 500), box(300, 0, 900, 400)])),
            None,
            "sweep_crossing",
        ),
        (lonlat(box(0.0, 0.0, 0.5, 0.5)), None, "sweep_no_area"),
        (lonlat(LineString([(0.0, 0.0), (0.2, 0.0)])), 50.0, "sweep_no_area"),
        (lonlat(box(0.0, 0.0, 50_000.0, 50_000.0)), None, "sweep_too_large"),
        (box(111.5, 30.0, 111.6, 30.1), None, "sweep_home_far"),
        (lonlat(Point(0.0, 0.0).buffer(500.0, quad_segs=1300)), None, "sweep_vertices"),
        (lonlat(BEND), None, "sweep_no_width"),
        (lonlat(BEND), 0.0, "sweep_no_width"),
        (lonlat(BEND), -5.0, "sweep_no_width"),
        (lonlat(BEND), math.nan, "sweep_no_width"),
        (lonlat(BEND), 5_000.1, "sweep_no_width"),
    ],
)
def test_what_cannot_be_seen_is_refused(
    geometry: BaseGeometry, width_m: float | None, code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        read_target(geometry, width_m, "T", around=HOME)
    assert refused.value.code == code
    assert refused.value.remedy


def test_home_off_the_earth_is_refused() -> None:
    with pytest.raises(InputRefused, match="no place on Earth"):
        read_target(lonlat(box(0, 0, 500, 500)), None, "T", around=(110.0, 300.0))


def test_the_place_of_a_crossing_is_told() -> None:
    with pytest.raises(InputRefused) as refused:
        read(BOW)
    crossing = lonlat(Point(250.0, 250.0))
    numbers = refused.value.message.split(" at ")[1].split(" (")[0].split(", ")
    assert [float(each) for each in numbers] == pytest.approx([crossing.x, crossing.y], abs=1e-6)


def test_a_line_with_a_width_is_a_belt() -> None:
    target = read(BEND, 250.0)
    assert target.shape is not None
    assert target.shape.half_width_m == 125.0
    assert target.area_m2 == pytest.approx(BEND.buffer(125.0, cap_style="flat").area, rel=1e-4)
    twice = LineString([(0, 0), (0, 0), (900, 0), (900, 0)])
    shape = read(twice, 50.0).shape
    assert shape is not None
    assert len(shape.line_m) == 2


def test_parts_of_a_line_that_meet_are_one_belt_and_others_an_area() -> None:
    meets = MultiLineString([[(0, 0), (900, 0)], [(900, 0), (1500, 400)]])
    shape = read(meets, 60.0).shape
    assert shape is not None
    assert len(shape.line_m) == 3
    apart = read(MultiLineString([[(0, 0), (900, 0)], [(900, 300), (1500, 400)]]), 60.0)
    assert apart.shape is None
    assert apart.area_m2 == pytest.approx(60.0 * (900.0 + math.hypot(600.0, 100.0)), rel=1e-5)


@st.composite
def winding(draw: st.DrawFn) -> tuple[LineString, float]:
    width_m = draw(st.floats(40.0, 300.0))
    x, y, heading = 0.0, 0.0, draw(st.floats(0.0, 6.28))
    points = [(x, y)]
    for _ in range(draw(st.integers(1, 5))):
        heading += draw(st.floats(-0.8, 0.8))
        step = width_m * draw(st.floats(4.0, 9.0))
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    return LineString(points), width_m


@given(winding())
@settings(max_examples=40, deadline=None)
def test_the_middle_of_a_drawn_belt_is_the_line_that_it_was_drawn_around(
    drawn: tuple[LineString, float],
) -> None:
    line, width_m = drawn
    belt = line.buffer(width_m / 2.0, cap_style="flat", join_style="mitre")
    if line.length < 8.0 * width_m or not isinstance(belt, Polygon) or belt.interiors:
        return
    whole = 2.0 * belt.area / belt.length  # a belt that lies over itself is no belt of that width
    if not line.is_simple or abs(whole - width_m) > 0.2 * width_m:
        return
    shape = read(belt).shape
    assert shape is not None
    truth = read(line, width_m)
    assert truth.shape is not None
    found = FRAME.geometry_to_metric(read(belt).frame.geometry_to_lonlat(LineString(shape.line_m)))
    assert found.hausdorff_distance(line) < 0.12 * width_m
    assert width_m / 2.0 * 0.999 <= shape.half_width_m <= 1.1 * width_m / 2.0
    # Whatever the line: the whole belt lies within its half width of it.
    reaching = LineString(shape.line_m).buffer(shape.half_width_m * 1.001 + 0.01, quad_segs=64)
    assert shape.ground_m.difference(reaching).area < 1e-4 * shape.ground_m.area


def test_the_bent_belt_of_the_research_keeps_its_corners() -> None:
    target = read(BEND.buffer(125.0, cap_style="flat"))
    assert target.shape is not None
    assert len(target.shape.line_m) == 4
    corners = np.array(target.frame.to_metric(*shapely.get_coordinates(lonlat(BEND)).T)).T
    assert np.abs(target.shape.line_m - corners).max() < 2.0
    assert target.shape.half_width_m == pytest.approx(125.0, abs=0.5)


@pytest.mark.parametrize(
    "area",
    [
        box(0.0, 0.0, 1600.0, 1200.0),
        box(0.0, 0.0, 900.0, 250.0),
        Point(0.0, 0.0).buffer(800.0),
        Polygon([(0, 0), (3000, 0), (0, 400)]),  # long, but never of one width
        box(0, 0, 4000, 300).difference(box(1900, 100, 2100, 200)),  # with a hole
        shapely.union(box(0, 0, 4000, 200), box(1900, 0, 2100, 2000)),  # a T
        MultiPolygon([box(0, 0, 3000, 200), box(0, 500, 3000, 700)]),
    ],
)
def test_what_is_not_long_thin_and_even_is_an_area(area: BaseGeometry) -> None:
    assert read(area).shape is None
