"""The range of a distance over a region, against dense sampling."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.joint import JointPlace
from geo.land.reach import TOLERANCE_M, farthest_m
from geo.land.region import FireRegion, round_place

EARTH = Geod(ellps="WGS84")
LAND = LocalFrame(106.65, 28.85)


def sampled(areas: list[shapely.Polygon], step_m: float) -> BaseGeometry:
    """Points of areas, on a lattice and along their rings."""
    found = []
    for area in areas:
        west, south, east, north = area.bounds
        x, y = np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m))
        inside = shapely.intersects_xy(area, x.ravel(), y.ravel())
        found.append(np.column_stack((x.ravel()[inside], y.ravel()[inside])))
        ring = shapely.segmentize(area.exterior, step_m)
        found.append(shapely.get_coordinates(ring))
    return shapely.points(np.concatenate(found))


coordinate = st.floats(-1_500.0, 1_500.0)
corner = st.tuples(coordinate, coordinate)
lines = st.lists(corner, min_size=2, max_size=8, unique=True).map(shapely.LineString)
hulls = (
    st.lists(corner, min_size=3, max_size=8, unique=True)
    .map(lambda corners: shapely.MultiPoint(corners).convex_hull)
    .filter(lambda hull: hull.geom_type == "Polygon" and hull.area > 1_000.0)
)
shapes = st.one_of(
    corner.map(shapely.Point),
    lines,
    st.tuples(lines, lines).map(lambda two: shapely.MultiLineString(list(two))),
    hulls,
    hulls.map(lambda hull: hull.exterior),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(hulls, min_size=1, max_size=2), shapes)
def test_the_farthest_place_of_a_region_is_the_true_one(
    region: list[shapely.Polygon], shape: BaseGeometry
) -> None:
    step_m = 25.0
    true_m = float(shapely.distance(sampled(region, step_m), shape).max())
    found_m = farthest_m(np.array(region, dtype=object), shape)
    # A place is at most half a diagonal from a sampled one, and distances differ by no more.
    assert true_m - TOLERANCE_M - 1e-6 <= found_m <= true_m + step_m * math.sqrt(0.5) + TOLERANCE_M


def test_between_the_arms_of_a_road_the_farthest_place_is_inside() -> None:
    region = shapely.box(0.0, 0.0, 1_000.0, 400.0)
    arms = shapely.LineString([(-50.0, 400.0), (1_050.0, 400.0), (1_050.0, 0.0), (-50.0, 0.0)])
    corners_m = shapely.distance(shapely.points(shapely.get_coordinates(region)), arms).max()
    assert corners_m == 0.0
    assert farthest_m(np.array([region]), arms) == pytest.approx(200.0, abs=TOLERANCE_M)


def test_a_region_inside_an_area_is_at_it_everywhere() -> None:
    lake = shapely.box(-500.0, -500.0, 500.0, 500.0)
    inside, beside = shapely.box(0.0, 0.0, 100.0, 100.0), shapely.box(0.0, 0.0, 700.0, 100.0)
    assert farthest_m(np.array([inside]), lake) == 0.0
    assert farthest_m(np.array([beside]), lake) == pytest.approx(200.0, abs=TOLERANCE_M)
    # An island is no part of the lake, and its middle is the farthest from it.
    ring = lake.difference(shapely.Point(0.0, 0.0).buffer(200.0, quad_segs=64))
    island = shapely.Point(0.0, 0.0).buffer(150.0)
    assert farthest_m(np.array([island]), ring) == pytest.approx(200.0, abs=0.5)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0.0, 359.9), st.floats(600.0, 20_000.0), st.floats(20.0, 500.0), st.floats(1.0, 800.0)
)
def test_reaches_are_those_of_the_ellipsoid(
    bearing: float, distance_m: float, radius_m: float, half_m: float
) -> None:
    """A road across the bearing: measured with geodesics to hundreds of places of it."""
    fire = (106.7, 28.9)
    places = [round_place(*fire, radius_m)]
    foot = EARTH.fwd(*fire, bearing, distance_m)[:2]
    ends = [EARTH.fwd(*foot, bearing + turn, half_m)[:2] for turn in (-90.0, 90.0)]
    along = np.linspace(ends[0], ends[1], 401)
    road = LAND.geometry_to_metric(shapely.LineString(ends))
    (reach,) = FireRegion(places, LAND).reaches(np.array([road], dtype=object))
    ring = np.array(places[0].outline_lonlat)
    apart = np.array(
        [EARTH.inv(*np.broadcast_arrays(*corner, *along.T))[2].min() for corner in ring]
    )
    best_m = EARTH.inv(*np.broadcast_arrays(*fire, *along.T))[2].min()
    assert reach.distance_m == pytest.approx(best_m, abs=0.5)
    assert reach.distance_max_m == pytest.approx(apart.max(), abs=1.0)
    assert reach.distance_min_m == pytest.approx(apart.min(), rel=2e-3, abs=1.0)
    assert reach.bearing_deg is not None
    assert abs((reach.bearing_deg - bearing + 180.0) % 360.0 - 180.0) < 0.1


def test_nothing_is_nearer_or_farther_than_told() -> None:
    region = FireRegion([round_place(106.65, 28.85, 300.0)], LAND)
    assert region.reaches(np.empty(0, dtype=object)) == []
    here = np.array([shapely.Point(0.0, 0.0).buffer(50.0)], dtype=object)
    (reach,) = region.reaches(here)
    assert (reach.distance_m, reach.distance_min_m, reach.bearing_deg) == (0.0, 0.0, None)
    assert reach.distance_max_m == pytest.approx(250.0, abs=1.0)


@pytest.mark.parametrize(
    "ring",
    [
        (),
        ((106.65, 28.85), (106.651, 28.85), (106.65, 28.85)),
        ((106.65, 28.85), (106.651, 28.85), (106.652, 28.85), (106.65, 28.85)),
    ],
)
def test_a_place_without_an_area_is_taken_by_its_radius(
    ring: tuple[tuple[float, float], ...],
) -> None:
    region = FireRegion([JointPlace(106.65, 28.85, 1.0, 200.0, ring)], LAND)
    assert region.outlines[0].area == pytest.approx(math.pi * 200.0**2, rel=0.01)


def test_a_ring_that_crosses_itself_is_mended() -> None:
    east, north = 0.01, 0.01
    bow = ((0.0, 0.0), (east, north), (east, 0.0), (0.0, north), (0.0, 0.0))
    ring = tuple((106.65 + x, 28.85 + y) for x, y in bow)
    region = FireRegion([JointPlace(106.655, 28.855, 1.0, 500.0, ring)], LAND)
    whole = LAND.geometry_to_metric(shapely.box(106.65, 28.85, 106.66, 28.86)).area
    assert region.outlines[0].is_valid
    assert region.outlines[0].area == pytest.approx(whole / 2.0, rel=0.01)
