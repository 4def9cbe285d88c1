"""A corridor plan: what it promises, checked by means that the planner does not use."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import (
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    shape,
)
from shapely.geometry.base import BaseGeometry

from drone_jobs import find_aircraft, plan_corridor
from geo.crs import LocalFrame
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.mission import Aircraft, Sweep

GEOD = Geod(ellps="WGS84")
LON, LAT = 106.65, 29.03
FRAME = LocalFrame(LON, LAT)
M30T = find_aircraft("Matrice 30T")
M4T = find_aircraft("Matrice 4T")
BELTS = Path(__file__).parents[2] / "examples" / "drill" / "layers" / "forest_belt.geojson"


def belt(geometry: BaseGeometry, layer: Layer = Layer.FOREST_BELT, **facts: object) -> LandFeature:
    return LandFeature(layer, "B-01", "演练林带", geometry, drill=True, properties=dict(facts))


def line_belt(points_m: list[tuple[float, float]], width_m: float = 30.0) -> LandFeature:
    return belt(FRAME.geometry_to_lonlat(LineString(points_m)), width_m=width_m)


def plain(height_m: float = 300.0) -> Terrain:
    return Terrain("plain", np.full((60, 60), height_m, np.float32), LON - 0.3, LAT + 0.3, 0.01)


def ground_lengths_m(sweep: Sweep) -> list[float]:
    points = sweep.waypoints
    return [GEOD.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)[2] for a, b in pairwise(points)]


def refusal(
    target: LandFeature, aircraft: Aircraft = M30T, height_m: float = 100.0
) -> InputRefused:
    with pytest.raises(InputRefused) as refused:
        plan_corridor(target, aircraft, height_m, None)
    assert refused.value.remedy
    return refused.value


@st.composite
def winding_belts(draw: st.DrawFn) -> LandFeature:
    """2 to 12 vertices, legs of 30 to 900 m, turns of up to 100 degrees, 0 to 60 m wide."""
    x, y, heading = 0.0, 0.0, draw(st.floats(0.0, 6.28))
    points = [(x, y)]
    for _ in range(draw(st.integers(1, 11))):
        heading += draw(st.floats(-1.75, 1.75))
        step = draw(st.floats(30.0, 900.0))
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    return line_belt(points, draw(st.sampled_from([0.0, 20.0, 35.0, 60.0])))


heights = st.floats(75.0, 120.0)


@given(winding_belts(), heights)
@settings(deadline=None, max_examples=40)
def test_the_whole_belt_is_seen(target: LandFeature, height_m: float) -> None:
    sweep = plan_corridor(target, M30T, height_m, None)
    assert sweep.covered_share == pytest.approx(1.0, abs=1e-9)


@given(winding_belts(), heights, st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_points_sampled_on_the_belt_are_within_half_a_footprint_of_the_path(
    target: LandFeature, height_m: float, seed: int
) -> None:
    """No strip polygon here: distances from random belt points to the straight legs."""
    sweep = plan_corridor(target, M30T, height_m, None)
    rng = np.random.default_rng(seed)
    line = shapely.get_coordinates(FRAME.geometry_to_metric(target.geometry))
    path = LineString([FRAME.to_metric(point.lon_deg, point.lat_deg) for point in sweep.waypoints])
    half = float(target.properties["width_m"] or 0.0) / 2.0
    for first, second in pairwise(line):
        along = second - first
        across = np.array([-along[1], along[0]]) / np.hypot(*along)
        places = first + rng.random((20, 1)) * along + rng.uniform(-half, half, (20, 1)) * across
        distances = shapely.distance(shapely.points(places), path)
        # 4e-6 of a few kilometres lies between the test's plane and the planner's.
        assert distances.max() <= sweep.footprint_width_m / 2.0 + 0.05


@given(winding_belts(), heights)
@settings(deadline=None, max_examples=40)
def test_length_and_time_agree_with_the_geodesic(target: LandFeature, height_m: float) -> None:
    sweep = plan_corridor(target, M30T, height_m, None)
    legs = ground_lengths_m(sweep)
    assert sweep.length_m == pytest.approx(sum(legs), rel=1e-5)
    ends = shapely.get_coordinates(target.geometry)[[0, -1]]
    assert sweep.length_m >= GEOD.inv(*ends[0], *ends[1])[2] * (1.0 - 1e-5)
    by_hand = sum(legs) / 10.0 + len(legs) * 10.0 / 2.5 + 2.0 * height_m / 3.0
    assert sweep.duration_s == pytest.approx(by_hand, rel=1e-5)
    assert sweep.fits_endurance == (sweep.duration_s <= M30T.endurance_s)


@given(winding_belts(), heights)
@settings(deadline=None, max_examples=40)
def test_the_direction_of_drawing_changes_nothing(target: LandFeature, height_m: float) -> None:
    there = plan_corridor(target, M30T, height_m, None)
    back = plan_corridor(replace(target, geometry=target.geometry.reverse()), M30T, height_m, None)
    assert len(there.waypoints) == len(back.waypoints)
    assert back.length_m == pytest.approx(there.length_m, abs=0.01)
    assert back.duration_s == pytest.approx(there.duration_s, abs=0.01)


@given(winding_belts(), heights, st.floats(-2.0, 2.0))
@settings(deadline=None, max_examples=40)
def test_a_belt_moved_along_its_parallel_gets_the_same_plan(
    target: LandFeature, height_m: float, shift_deg: float
) -> None:
    here = plan_corridor(target, M30T, height_m, None)
    moved = replace(
        target,
        geometry=shapely.transform(target.geometry, lambda v: v + np.array([shift_deg, 0.0])),
    )
    there = plan_corridor(moved, M30T, height_m, None)
    assert there.length_m == pytest.approx(here.length_m, abs=0.01)
    for one, other in zip(here.waypoints, there.waypoints, strict=True):
        assert other.lon_deg - shift_deg == pytest.approx(one.lon_deg, abs=1e-7)
        assert other.lat_deg == pytest.approx(one.lat_deg, abs=1e-7)


@given(st.floats(200.0, 5_000.0), st.floats(1.0, 4_000.0), heights)
@settings(deadline=None, max_examples=40)
def test_longer_belts_slower_aircraft_and_more_height_take_longer(
    length_m: float, more_m: float, height_m: float
) -> None:
    def duration_s(belt_m: float, aircraft: Aircraft, height: float) -> float:
        return plan_corridor(
            line_belt([(0.0, 0.0), (belt_m, 0.0)]), aircraft, height, None
        ).duration_s

    base = duration_s(length_m, M30T, height_m)
    assert duration_s(length_m + more_m, M30T, height_m) > base
    assert duration_s(length_m, replace(M30T, climb_ms=2.0), height_m) > base
    assert duration_s(length_m, M30T, height_m - 1.0) < base
    assert duration_s(length_m + 500.0, replace(M30T, speed_ms=8.0), height_m) > base


def test_a_straight_belt_by_hand() -> None:
    sweep = plan_corridor(line_belt([(-500.0, 0.0), (500.0, 0.0)]), M30T, 100.0, None)
    assert sweep.target_code == "B-01"
    assert len(sweep.waypoints) == 2
    # 61 degrees over a 640 x 512 picture: 0.58905 * 640 / 819.6 and 512 / 819.6.
    assert sweep.footprint_width_m == pytest.approx(2.0 * 100.0 * 0.45997, abs=0.02)
    assert sweep.length_m == pytest.approx(1_000.0 + 2.0 * 100.0 * 0.36798, abs=0.02)
    assert {point.height_above_ground_m for point in sweep.waypoints} == {100.0}
    ring = Polygon(sweep.footprint_lonlat)
    assert sweep.footprint_lonlat[0] == sweep.footprint_lonlat[-1]
    area_m2, _ = GEOD.geometry_area_perimeter(ring)
    assert abs(area_m2) == pytest.approx(sweep.length_m * sweep.footprint_width_m, rel=1e-4)
    assert sweep.fits_endurance


def test_the_strip_on_the_map_holds_the_belt() -> None:
    target = line_belt([(0.0, 0.0), (800.0, 100.0), (1_500.0, 700.0)], 40.0)
    sweep = plan_corridor(target, M30T, 110.0, None)
    assert Polygon(sweep.footprint_lonlat).covers(target.geometry)


def test_a_wider_strip_needs_no_more_legs() -> None:
    rng = np.random.default_rng(7)
    points = [(150.0 * i, float(y)) for i, y in enumerate(rng.normal(0.0, 25.0, 30))]
    legs = [
        len(plan_corridor(line_belt(points, 20.0), M30T, height, None).waypoints)
        for height in (50.0, 80.0, 120.0)
    ]
    assert legs == sorted(legs, reverse=True)
    assert legs[0] > legs[-1]


def test_a_long_belt_does_not_fit_one_battery() -> None:
    sweep = plan_corridor(line_belt([(0.0, 0.0), (20_000.0, 0.0)]), M30T, 100.0, None)
    assert not sweep.fits_endurance


def test_a_hook_at_the_end_is_seen() -> None:
    # The belt turns back behind its own last vertex by less than the tolerance.
    points = [(0.0, 0.0), (600.0, 0.0), (625.0, 8.0), (600.0, 16.0)]
    sweep = plan_corridor(line_belt(points, 20.0), M30T, 100.0, None)
    assert len(sweep.waypoints) == 2
    assert sweep.covered_share == pytest.approx(1.0, abs=1e-9)


def test_width_zero_is_a_width() -> None:
    sweep = plan_corridor(line_belt([(0.0, 0.0), (300.0, 40.0)], 0.0), M30T, 100.0, None)
    assert sweep.covered_share == pytest.approx(1.0, abs=1e-9)


def test_a_belt_in_joined_pieces_is_one_belt() -> None:
    whole = line_belt([(0.0, 0.0), (300.0, 0.0), (600.0, 0.0)])
    first, second, third = shapely.get_coordinates(whole.geometry)
    pieces = replace(whole, geometry=MultiLineString([[first, second], [second, third]]))
    assert plan_corridor(pieces, M30T, 100.0, None) == plan_corridor(whole, M30T, 100.0, None)


def test_a_belt_with_a_gap_is_flown_over_it() -> None:
    whole = line_belt([(0.0, 0.0), (300.0, 0.0), (480.0, 0.0), (900.0, 0.0)])
    corners = shapely.get_coordinates(whole.geometry)
    for parts in ([corners[:2], corners[2:]], [corners[2:], corners[1::-1]]):
        pieces = replace(whole, geometry=MultiLineString(parts))
        sweep = plan_corridor(pieces, M30T, 100.0, None)
        assert sweep.length_m == plan_corridor(whole, M30T, 100.0, None).length_m
        assert sweep.covered_share == pytest.approx(1.0)


@pytest.mark.parametrize("turn_deg", np.arange(0.0, 360.0, 30.0))
def test_a_polygon_belt_is_followed_along_its_long_axis(turn_deg: float) -> None:
    arc = [(r * math.cos(a), r * math.sin(a)) for r, s in ((2_000.0, 1), (2_040.0, -1))
           for a in np.linspace(0.2, 1.0, 30)[::s]]  # fmt: skip
    area = shapely.affinity.rotate(Polygon(arc), turn_deg, origin=(0.0, 0.0))
    target = belt(FRAME.geometry_to_lonlat(area))
    sweep = plan_corridor(target, M30T, 110.0, None)
    assert sweep.covered_share == pytest.approx(1.0, abs=1e-6)
    assert 1_500.0 < sweep.length_m < 1_800.0
    part = replace(target, geometry=MultiPolygon([target.geometry]))
    assert plan_corridor(part, M30T, 110.0, None) == sweep


@given(st.floats(0.0, 360.0), st.floats(-0.05, 0.05))
@settings(deadline=None, max_examples=40)
def test_a_polygon_is_followed_wherever_it_points(turn_deg: float, taper: float) -> None:
    area = Polygon([(0.0, 0.0), (800.0, 0.0), (800.0, 40.0 + 400.0 * taper), (0.0, 40.0)])
    turned = shapely.affinity.rotate(area, turn_deg, origin=(0.0, 0.0))
    sweep = plan_corridor(belt(FRAME.geometry_to_lonlat(turned)), M30T, 110.0, None)
    assert sweep.covered_share == pytest.approx(1.0, abs=1e-6)
    assert len(sweep.waypoints) == 2
    assert 800.0 < sweep.length_m < 920.0


@pytest.mark.parametrize("corner_first", range(4))
def test_a_polygon_may_begin_at_any_corner(corner_first: int) -> None:
    corners = np.roll([(0.0, 0.0), (500.0, 0.0), (500.0, 30.0), (0.0, 30.0)], corner_first, axis=0)
    for turn_deg in (84.0, 174.0, 264.0, 354.0):
        area = shapely.affinity.rotate(Polygon(corners), turn_deg)
        sweep = plan_corridor(belt(FRAME.geometry_to_lonlat(area)), M30T, 110.0, None)
        assert sweep.covered_share == pytest.approx(1.0, abs=1e-6)
        assert sweep.length_m == pytest.approx(500.0 + 2.0 * 110.0 * 0.36798, abs=0.5)


def test_a_polygon_that_folds_back_is_refused_as_too_wide_not_half_seen() -> None:
    horseshoe = Point(0.0, 0.0).buffer(300.0).boundary.buffer(15.0) - box(-40.0, 0.0, 40.0, 400.0)
    refused = refusal(belt(FRAME.geometry_to_lonlat(horseshoe)))
    assert refused.code == "sweep_too_wide"


def test_over_a_plain_the_terrain_changes_nothing() -> None:
    target = line_belt([(0.0, 0.0), (2_000.0, 300.0)])
    level = plan_corridor(target, M30T, 100.0, None)
    on_plain = plan_corridor(target, M30T, 100.0, plain())
    assert on_plain.duration_s == pytest.approx(level.duration_s, abs=1e-6)
    assert on_plain.waypoints == level.waypoints


def test_on_a_steep_slope_the_climb_sets_the_time() -> None:
    # One in two, eastwards: 3 m/s of climb allow 6 m/s of ground speed.
    columns = np.arange(240, dtype=np.float32)
    cell_deg = 0.0005
    cell_east_m = GEOD.inv(LON, LAT, LON + cell_deg, LAT)[2]
    slope = np.tile(columns * np.float32(cell_east_m / 2.0), (200, 1))
    terrain = Terrain("slope", slope, LON - 0.06, LAT + 0.05, cell_deg)
    target = line_belt([(-1_000.0, 0.0), (1_000.0, 0.0)])
    level = plan_corridor(target, M30T, 100.0, None)
    steep = plan_corridor(target, M30T, 100.0, terrain)
    assert steep.length_m == level.length_m
    slower_s = steep.duration_s - level.duration_s
    assert slower_s == pytest.approx(level.length_m / 6.0 - level.length_m / 10.0, rel=1e-3)


def test_terrain_that_ends_below_the_path_is_refused() -> None:
    target = line_belt([(10_000.0, 0.0), (35_000.0, 0.0)])
    with pytest.raises(InputRefused, match="does not hold") as refused:
        plan_corridor(target, M30T, 100.0, plain())
    assert refused.value.code == "sweep_outside_terrain"
    holed = plain()
    holed.values_m[29:31, 29:31] = np.nan
    with pytest.raises(InputRefused, match="does not hold"):
        plan_corridor(line_belt([(0.0, 0.0), (500.0, 0.0)]), M30T, 100.0, holed)


@pytest.mark.parametrize("height_m", [0.0, -1.0, 120.1, math.inf, math.nan, -math.inf])
def test_a_height_that_may_not_be_flown_is_refused(height_m: float) -> None:
    refused = refusal(line_belt([(0.0, 0.0), (500.0, 0.0)]), height_m=height_m)
    assert refused.code == "sweep_height"
    assert "120" in refused.remedy


def test_the_ceiling_itself_may_be_flown() -> None:
    plan_corridor(line_belt([(0.0, 0.0), (500.0, 0.0)]), M30T, 120.0, None)


def test_only_belts_are_swept() -> None:
    road = belt(LineString([(LON, LAT), (LON + 0.01, LAT)]), Layer.ROAD, width_m=10.0)
    refused = refusal(road)
    assert refused.code == "sweep_not_a_belt"
    assert "road" in refused.message


def test_a_belt_wider_than_the_footprint_is_told_the_height_that_would_do() -> None:
    wide = line_belt([(0.0, 0.0), (500.0, 0.0)], 60.0)
    refused = refusal(wide, M4T, 80.0)
    assert refused.code == "sweep_too_wide"
    named_m = float(refused.remedy.split(" at ")[1].split(" m ")[0])
    assert plan_corridor(wide, M4T, named_m, None).covered_share == pytest.approx(1.0, abs=1e-9)
    assert refusal(wide, M4T, named_m - 1.0).code == "sweep_too_wide"


def test_a_belt_too_wide_even_from_the_ceiling_is_told_so() -> None:
    refused = refusal(line_belt([(0.0, 0.0), (500.0, 0.0)], 200.0), M4T)
    assert "above the ceiling of 120 m" in refused.remedy


@pytest.mark.parametrize("width", [None, "30", True, -1.0, math.nan, math.inf, 1e300])
def test_a_belt_without_a_usable_width_is_refused(width: object) -> None:
    line = LineString([(LON, LAT), (LON + 0.01, LAT)])
    assert refusal(belt(line, width_m=width)).code == "sweep_no_width"
    assert refusal(belt(line)).code == "sweep_no_width"


@pytest.mark.parametrize(
    "geometry",
    [
        LineString(),
        Point(LON, LAT),
        LineString([(LON, LAT), (LON, LAT)]),
        LineString([(LON, LAT), (LON + 1e-9, LAT)]),
        LineString([(LON, LAT), (LON + 1e-6, LAT)]),
        LineString([(LON, LAT), (LON + 0.4, LAT)]),
        LineString([(LON, LAT), (LON + 90.0, LAT)]),
        LineString([(LON, 95.0), (LON + 0.01, 95.0)]),
        shapely.from_wkt("LINESTRING (106 29, inf 29)"),
        LineString([(LON + 1e-6 * i, LAT) for i in range(2_001)]),
        MultiLineString([[(LON, LAT), (LON + 0.01, LAT)], [(LON + 0.02, LAT), (LON + 0.03, LAT)]]),
        MultiPolygon(
            [box(LON, LAT, LON + 0.01, LAT + 1e-4), box(LON + 1, LAT, LON + 1.1, LAT + 1)]
        ),
        Polygon([(LON, LAT), (LON + 0.01, LAT), (LON, LAT + 1e-3), (LON + 0.01, LAT + 1e-3)]),
        Polygon([(LON, LAT), (LON + 0.01, LAT), (LON + 0.02, LAT)]),
        Polygon([(LON, LAT), (LON + 0.01, LAT + 0.007), (LON + 0.005, LAT + 0.0035 + 1e-15)]),
    ],
    ids=lambda geometry: geometry.geom_type,
)
def test_a_shape_that_cannot_be_flown_along_is_refused(geometry: BaseGeometry) -> None:
    assert refusal(belt(geometry, width_m=20.0)).code == "sweep_degenerate"


def test_every_drill_belt_can_be_planned_over_the_drill_relief() -> None:
    relief = drill_relief()
    collection = json.loads(BELTS.read_text(encoding="utf-8"))
    for feature in collection["features"]:
        target = belt(shape(feature["geometry"]), **feature["properties"])
        for aircraft in (M4T, M30T):
            sweep = plan_corridor(target, aircraft, 110.0, relief)
            assert sweep.covered_share == pytest.approx(1.0, abs=1e-9)
            assert sweep.fits_endurance
            level_s = plan_corridor(target, aircraft, 110.0, None).duration_s
            assert level_s - 1e-9 <= sweep.duration_s < 2.0 * level_s
