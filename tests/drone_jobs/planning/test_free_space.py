"""Ways round zones, against plain graphs of everything that sees everything, and grids."""

import math
import time
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.free_space import FreeSpace

SQUARE = box(0.0, 0.0, 200.0, 200.0)


def blob(x: float, y: float, radius: float, corners: int, turn: float) -> Polygon:
    """Corners at changing distances: convex or not."""
    angles = turn + np.arange(corners) * math.tau / corners
    far = radius * np.where(np.arange(corners) % 3 == 0, 0.6, 1.0)
    return Polygon(np.column_stack((x + far * np.cos(angles), y + far * np.sin(angles))))


place = st.tuples(st.integers(-500, 500), st.integers(-500, 500))
zones = st.lists(
    st.builds(
        blob,
        st.integers(-400, 400),
        st.integers(-400, 400),
        st.integers(20, 250),
        st.integers(3, 9),
        st.floats(0.0, 6.28),
    ),
    max_size=4,
)
points = st.lists(place, min_size=2, max_size=5).map(lambda found: np.array(found, float))
fences = st.sampled_from(
    [
        None,
        box(-600, -600, 600, 600),
        Polygon([(-600, -600), (600, -600), (600, 600), (100, 600), (0, -300), (-100, 600)]).union(
            box(-600, 500, 600, 600)
        ),
        MultiPolygon([box(-600, -600, -10, 600), box(10, -600, 600, 600)]),
    ]
)


def allowed(fence: BaseGeometry | None, no_fly: list[Polygon], margin_m: float) -> BaseGeometry:
    inside = (
        box(-1e5, -1e5, 1e5, 1e5)
        if fence is None
        else fence.buffer(-1.0, join_style="mitre", mitre_limit=2.0)
    )
    for zone in no_fly:
        inside = inside.difference(zone.buffer(margin_m, join_style="mitre", mitre_limit=2.0))
    return inside


def dense_graph(free: BaseGeometry, points_m: np.ndarray) -> nx.Graph:
    """Everything that sees everything else, by shapely's plain predicates."""
    corners = shapely.get_coordinates(free.buffer(-0.002, join_style="mitre"))
    nodes = [tuple(each) for each in (*points_m, *corners)]
    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    pairs = list(combinations(nodes, 2))
    shapely.prepare(free)
    for (one, other), is_seen in zip(
        pairs, shapely.covers(free, shapely.linestrings(np.array(pairs))), strict=True
    ):
        if is_seen:
            graph.add_edge(one, other, weight=math.dist(one, other))
    return graph


@settings(max_examples=60, deadline=None)
@given(fences, zones, points)
def test_ways_are_as_short_as_a_graph_of_all_that_see_each_other(
    fence: BaseGeometry | None, no_fly: list[Polygon], points_m: np.ndarray
) -> None:
    free = allowed(fence, no_fly, 15.0)
    # A place at the very edge may be in or out.
    assume(all(free.boundary.distance(Point(each)) > 0.1 for each in points_m))
    ways = FreeSpace(fence, no_fly, []).ways(points_m)
    graph = dense_graph(free, points_m)
    for i, one in enumerate(points_m):
        reached = nx.single_source_dijkstra_path_length(graph, tuple(one))
        for j, other in enumerate(points_m):
            expected = reached.get(tuple(other), math.inf)
            if not free.covers(Point(one)):
                expected = math.inf
            assert ways.distance_m[i, j] == pytest.approx(expected, abs=0.1)


@settings(max_examples=100, deadline=None)
@given(fences, zones, zones, points)
def test_a_way_stays_clear_inside_and_no_shorter_than_straight(
    fence: BaseGeometry | None, no_fly: list[Polygon], dear: list[Polygon], points_m: np.ndarray
) -> None:
    space = FreeSpace(fence, no_fly, dear, margin_m=20.0)
    ways = space.ways(points_m)
    assert (ways.distance_m == ways.distance_m.T).all()
    for i, one in enumerate(points_m):
        for j, other in enumerate(points_m):
            if math.isinf(ways.distance_m[i, j]):
                with pytest.raises(ValueError, match="no way"):
                    ways.path(i, j)
                continue
            path = ways.path(i, j)
            line = LineString(path)
            assert (path[0] == one).all()
            assert (path[-1] == other).all()
            assert (path == ways.path(j, i)[::-1]).all()
            assert line.length == pytest.approx(ways.distance_m[i, j])
            assert ways.distance_m[i, j] >= math.dist(one, other) - 1e-9
            assert all(zone.distance(line) >= 20.0 for zone in no_fly)
            assert fence is None or fence.buffer(-0.99).covers(line)
            assert space.holds(path)


@settings(max_examples=100, deadline=None)
@given(fences, zones, st.lists(place, min_size=2, max_size=6))
def test_a_path_is_cut_to_what_may_be_flown(
    fence: BaseGeometry | None, no_fly: list[Polygon], corners: list[tuple[int, int]]
) -> None:
    path = np.array(corners, float)
    assume((np.diff(path, axis=0) != 0).any(axis=1).all())
    space = FreeSpace(fence, no_fly, [])
    pieces = space.clip(path)
    free = allowed(fence, no_fly, 15.0)
    legs = [LineString(leg) for leg in np.stack((path[:-1], path[1:]), axis=1)]
    left_m = sum(free.intersection(leg).length for leg in legs)
    kept_m = sum(LineString(piece).length for piece in pieces)
    assert kept_m <= left_m + 1e-6
    # At each cut less than a metre is lost, and whatever slack a grazing leg runs in.
    assert kept_m >= sum(
        part.length - 1.0
        for leg in legs
        for part in shapely.get_parts(free.buffer(-0.01).intersection(leg))
        if part.length > 1.0
    ) - 1.0 * len(legs)
    assert all(space.holds(piece) for piece in pieces)
    if space.holds(path) and free.buffer(-0.01).covers(LineString(path)):
        assert len(pieces) == 1
        assert (pieces[0] == path).all()


def test_pieces_come_in_the_order_and_direction_of_the_path() -> None:
    space = FreeSpace(None, [SQUARE], [], margin_m=10.0)
    there = space.clip(np.array([[-100.0, 100.0], [400.0, 100.0], [400.0, 300.0]]))
    assert [piece[:, 0].tolist() for piece in there] == [
        pytest.approx([-100.0, -10.0], abs=0.01),
        pytest.approx([210.0, 400.0, 400.0], abs=0.01),
    ]
    back = space.clip(np.array([[400.0, 100.0], [-100.0, 100.0]]))
    assert back[0][:, 0].tolist() == pytest.approx([400.0, 210.0], abs=0.01)


def test_repeated_points_of_a_path_are_no_piece() -> None:
    space = FreeSpace(None, [SQUARE], [])
    path = np.array([[300.0, 0.0], [300.0, 0.0], [300.0, 100.0]])
    assert [piece.tolist() for piece in space.clip(path)] == [[[300.0, 0.0], [300.0, 100.0]]]


def test_a_way_round_a_square_by_hand() -> None:
    space = FreeSpace(None, [SQUARE], [], margin_m=0.0)
    ways = space.ways(np.array([[-100.0, 100.0], [300.0, 100.0], [300.0, 500.0]]))
    assert ways.distance_m[0, 1] == pytest.approx(200.0 + 2.0 * math.hypot(100.0, 100.0), abs=0.01)
    assert ways.distance_m[1, 2] == 400.0
    assert len(ways.path(0, 1)) == 4
    assert ways.path(1, 1).tolist() == [[300.0, 100.0], [300.0, 100.0]]


def test_no_way_leads_into_a_zone_or_its_margin_or_out_of_the_fence() -> None:
    space = FreeSpace(box(-500, -500, 500, 500), [SQUARE], [])
    points_m = np.array([[-100.0, 0.0], [100.0, 100.0], [210.0, 100.0], [600.0, 0.0], [0.0, 300.0]])
    distance_m = space.ways(points_m).distance_m
    lost = [1, 2, 3]
    assert np.isinf(distance_m[lost, :]).all()
    assert np.isinf(distance_m[:, lost]).all()
    assert np.isfinite(distance_m[np.ix_([0, 4], [0, 4])]).all()


def test_a_hole_of_the_fence_is_outside() -> None:
    ring = box(-500, -500, 500, 500).difference(box(-100, -100, 100, 100))
    ways = FreeSpace(ring, [], []).ways(np.array([[-300.0, 0.0], [300.0, 0.0]]))
    assert ways.distance_m[0, 1] == pytest.approx(202.0 + 2.0 * math.hypot(199.0, 101.0), abs=0.02)


def test_nothing_free_is_no_way_and_no_piece() -> None:
    space = FreeSpace(SQUARE, [box(-50, -50, 250, 250)], [])
    assert np.isinf(space.ways(np.array([[100.0, 100.0], [20.0, 20.0]])).distance_m).all()
    assert space.clip(np.array([[0.0, 0.0], [100.0, 0.0]])) == ()
    assert not space.holds(np.array([[0.0, 0.0], [100.0, 0.0]]))


def test_dear_ground_is_passed_by_where_that_is_less_than_thrice_as_long() -> None:
    ends = np.array([[-10.0, 100.0], [210.0, 100.0]])
    near_edge = np.array([[-10.0, 20.0], [210.0, 20.0]])
    space = FreeSpace(None, [], [SQUARE])
    long_strip = FreeSpace(None, [], [box(90.0, -1e4, 110.0, 1e4)])
    # 200 m of dear ground are as 600: any way round by the corners is cheaper.
    assert not LineString(space.ways(ends).path(0, 1)).crosses(SQUARE)
    assert space.ways(near_edge).distance_m[0, 1] == pytest.approx(
        200.0 + 2.0 * math.hypot(10.0, 20.0), abs=0.02
    )
    assert long_strip.ways(ends).distance_m[0, 1] == 220.0


@settings(max_examples=40, deadline=None)
@given(zones, points)
def test_dear_ways_cost_no_more_than_straight_through_or_round(
    dear: list[Polygon], points_m: np.ndarray
) -> None:
    whole = shapely.union_all(dear)

    def cost(path: np.ndarray) -> float:
        line = LineString(path)
        return line.length + 2.0 * whole.intersection(line).length

    thrice = FreeSpace(None, [], dear).ways(points_m)
    closed = FreeSpace(None, dear, [], margin_m=0.002).ways(points_m)
    for i, j in combinations(range(len(points_m)), 2):
        found = cost(thrice.path(i, j))
        assert found <= cost(points_m[[i, j]]) + 0.01
        assert found <= closed.distance_m[i, j] + 0.1


def test_a_grid_of_the_ground_finds_nothing_shorter() -> None:
    no_fly = [blob(0, 0, 150, 7, 0.3), blob(250, 80, 120, 5, 1.0), blob(-100, 260, 90, 8, 0.0)]
    points_m = np.array([[-390.0, -10.0], [390.0, 40.0], [0.0, 390.0], [150.0, -300.0]])
    free = allowed(None, no_fly, 15.0)
    step = 20
    axis = np.arange(-600, 601, step)
    grid = nx.Graph()
    moves = [(dx, dy) for dx in range(4) for dy in range(-3, 4) if math.gcd(dx, dy) == 1]
    cells = {(x, y) for x in axis for y in axis}
    pairs = [
        (cell, (cell[0] + step * dx, cell[1] + step * dy))
        for cell in cells
        for dx, dy in moves
        if (cell[0] + step * dx, cell[1] + step * dy) in cells
    ]
    seen = shapely.covers(free, shapely.linestrings(np.array(pairs, float)))
    shapely.prepare(free)
    for (one, other), is_seen in zip(pairs, seen, strict=True):
        if is_seen:
            grid.add_edge(one, other, weight=math.dist(one, other))
    ways = FreeSpace(None, no_fly, []).ways(points_m)
    for i, j in combinations(range(len(points_m)), 2):
        ends = [min(cells, key=lambda cell: math.dist(cell, points_m[k])) for k in (i, j)]
        on_grid = nx.dijkstra_path_length(grid, *ends)
        off = sum(math.dist(end, points_m[k]) for end, k in zip(ends, (i, j), strict=True))
        # Sixteen and more directions: the grid's way is at most 3 % and a few cells too long.
        assert ways.distance_m[i, j] <= on_grid + off + 0.1
        assert ways.distance_m[i, j] >= on_grid / 1.03 - off - 6 * step


def test_sixty_points_and_ten_zones_are_quick(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(5)
    no_fly = [blob(*rng.uniform(-2000, 2000, 2), 200, 12, rng.uniform(0, 1)) for _ in range(10)]
    points_m = rng.uniform(-2500, 2500, (60, 2))
    began = time.perf_counter()
    ways = FreeSpace(box(-3000, -3000, 3000, 3000), no_fly, []).ways(points_m)
    took_s = time.perf_counter() - began
    with capsys.disabled():
        print(f"\n60 points, 10 zones of 12 corners: {took_s:.3f} s")  # noqa: T201
    assert np.isfinite(ways.distance_m).any()
