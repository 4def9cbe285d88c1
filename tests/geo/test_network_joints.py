"""Gaps, free ends and facilities that touch nothing: hand-made land, and graphs by networkx."""

from datetime import UTC, datetime
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from network_land import LandMaker, district

from geo.land.network import survey
from geo.land.network.pieces import Pieces
from models.config import HelicopterRule, NetworkRule
from models.land import FindingKind, LandFeature, Layer, NetworkFinding, NetworkReport

AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
RULE = NetworkRule()
BELT = Layer.FOREST_BELT


def surveyed(land: LandMaker | list[LandFeature], rule: NetworkRule = RULE) -> NetworkReport:
    features = land.features if isinstance(land, LandMaker) else land
    return survey(features, rule, HelicopterRule(), at=AT)


def of(land: LandMaker, kind: FindingKind, rule: NetworkRule = RULE) -> list[NetworkFinding]:
    return [each for each in surveyed(land, rule).findings if each.kind is kind]


def test_two_ends_that_nearly_meet_are_one_gap_with_what_lies_behind() -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="west")
    land.line(BELT, (1200.0, 0.0), (2500.0, 0.0), code="east")
    land.box(Layer.FOREST_STAND, 800.0, 20.0, 500.0, "stand")
    land.point(Layer.VILLAGE, 1100.0, -900.0, "village")
    land.point(Layer.VILLAGE, 1100.0, -5000.0, "far village")
    (gap,) = of(land, FindingKind.BELT_GAP)
    assert gap.measure == pytest.approx(200.0, rel=1e-4)
    assert {gap.code, gap.others[0].code} == {"west", "east"}
    behind = [(each.code, round(each.distance_m)) for each in gap.others[1:]]
    assert behind == [("stand", 20), ("village", 900)]
    x_m, y_m = land.frame.to_metric(gap.lon_deg, gap.lat_deg)
    assert (x_m, y_m) == pytest.approx((1100.0, 0.0), abs=0.1)
    line = land.frame.geometry_to_metric(gap.shape)
    assert line.length == pytest.approx(200.0, rel=1e-3)
    free = of(land, FindingKind.BELT_FREE_END)
    assert free == [], "both belts are told as alone, and their far ends with them"
    assert {each.code for each in of(land, FindingKind.BELT_ALONE)} == {"west", "east"}


def test_ends_that_look_past_each_other_are_one_gap_and_two_places_are_two() -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="west")
    land.line(BELT, (1100.0, -600.0), (1100.0, -100.0), (2000.0, -100.0), code="east")
    land.line(BELT, (2250.0, -100.0), (2250.0, 2000.0), (0.0, 2000.0), (0.0, 200.0), code="round")
    gaps = of(land, FindingKind.BELT_GAP)
    pairs = sorted(tuple(sorted((each.code, each.others[0].code))) for each in gaps)
    assert pairs == [("east", "round"), ("east", "west"), ("round", "west")]
    assert [each.measure for each in gaps] == pytest.approx([250.0, 200.0, 141.4], rel=1e-3)
    parallel = LandMaker()
    parallel.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="one")
    parallel.line(BELT, (1200.0, 0.0), (2200.0, 0.0), (2200.0, 3000.0), (-300.0, 3000.0),
                  (-300.0, 0.0), code="two")  # fmt: skip
    assert len(of(parallel, FindingKind.BELT_GAP)) == 2


def test_an_end_that_touches_is_joined_and_one_ahead_of_nothing_is_free() -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="one")
    land.line(BELT, (1020.0, 5.0), (2000.0, 900.0), code="two")
    assert of(land, FindingKind.BELT_GAP) == []
    assert of(land, FindingKind.BELT_ALONE) == []
    free = of(land, FindingKind.BELT_FREE_END)
    assert sorted(each.code for each in free) == ["one", "two"]
    first = next(each for each in free if each.code == "one")
    assert first.measure == pytest.approx(1020.01, rel=1e-4)
    assert first.others[0].code == "two"
    assert land.frame.to_metric(first.lon_deg, first.lat_deg) == pytest.approx((0.0, 0.0), abs=0.01)


def test_what_lies_beside_an_end_is_no_gap_of_it() -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="one")
    land.line(BELT, (0.0, 300.0), (1000.0, 300.0), code="parallel")
    assert of(land, FindingKind.BELT_GAP) == []
    land.line(BELT, (1200.0, -500.0), (1200.0, 800.0), code="across")
    gaps = of(land, FindingKind.BELT_GAP)
    assert sorted((each.code, each.others[0].code) for each in gaps) == [
        ("one", "across"),
        ("parallel", "across"),
    ]
    assert all(each.measure == pytest.approx(200.0, rel=1e-4) for each in gaps)


@pytest.mark.parametrize(
    ("layer", "shape", "facts"),
    [
        (Layer.ROAD, shapely.LineString([(1010.0, -500.0), (1010.0, 500.0)]), {"class": "county"}),
        (Layer.ROAD, shapely.LineString([(1010.0, -500.0), (1010.0, 500.0)]), {"width_m": 4}),
        (Layer.WATER_POINT, shapely.box(1010.0, -200.0, 2000.0, 200.0), {}),
        (BELT, shapely.box(1010.0, -200.0, 1040.0, 200.0), {}),
    ],
)
def test_roads_and_water_end_a_belt(
    layer: Layer, shape: shapely.Geometry, facts: dict[str, str | int]
) -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="one")
    land.add(layer, shape, **facts)
    free = of(land, FindingKind.BELT_FREE_END)
    assert [round(land.frame.to_metric(each.lon_deg, each.lat_deg)[0]) for each in free] == [0]
    assert of(land, FindingKind.BELT_ALONE) == []


@pytest.mark.parametrize("facts", [{"class": "track"}, {"width_m": 3.0}, {}, {"width_m": True}])
def test_a_narrow_or_unknown_road_ends_no_belt(facts: dict[str, str | float]) -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="one")
    land.line(Layer.ROAD, (1010.0, -500.0), (1010.0, 500.0), **facts)
    (alone,) = of(land, FindingKind.BELT_ALONE)
    assert (alone.measure, alone.others) == (None, ())


@pytest.mark.parametrize("state", ["worn", "unusable", "planned"])
def test_a_belt_that_does_not_hold_leaves_a_gap_where_it_is(state: str) -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (1000.0, 0.0), code="west")
    land.line(BELT, (1000.0, 0.0), (1300.0, 0.0), code="between", state=state)
    land.line(BELT, (1300.0, 0.0), (2000.0, 0.0), code="east")
    (gap,) = of(land, FindingKind.BELT_GAP)
    assert gap.measure == pytest.approx(300.0, rel=1e-4)
    assert "between" not in {gap.code, gap.others[0].code}


def test_a_gap_inside_one_belt_is_told_and_parts_that_touch_are_one() -> None:
    land = LandMaker()
    parts = [
        [(0.0, 0.0), (500.0, 0.0)],
        [(500.0, 0.0), (1000.0, 0.0)],
        [(1100.0, 0.0), (2000.0, 0.0)],
    ]
    land.add(BELT, shapely.MultiLineString(parts), "belt")
    (gap,) = of(land, FindingKind.BELT_GAP)
    assert gap.measure == pytest.approx(100.0, rel=1e-4)
    assert (gap.code, gap.others[0].code) == ("belt", "belt")


def test_a_ring_has_no_ends_and_one_that_nearly_closes_has_a_gap() -> None:
    def ring(share: float) -> LandMaker:
        land = LandMaker()
        angles = np.linspace(0.0, 2.0 * np.pi * share, 200)
        corners = np.column_stack((np.cos(angles), np.sin(angles))) * 1000.0
        if share == 1.0:
            corners[-1] = corners[0]
        land.add(BELT, shapely.LineString(corners), "ring")
        return land

    closed = surveyed(ring(1.0))
    assert [each.kind for each in closed.findings] == [FindingKind.BELT_ALONE]
    (gap,) = of(ring(0.97), FindingKind.BELT_GAP)
    assert gap.measure == pytest.approx(2000.0 * np.sin(0.03 * np.pi), rel=1e-3)
    assert of(ring(0.998), FindingKind.BELT_GAP) == [], "13 m apart: drawn to touch"


def test_a_short_belt_does_not_join_itself() -> None:
    land = LandMaker()
    land.line(BELT, (0.0, 0.0), (40.0, 0.0), code="short")
    land.line(BELT, (140.0, 0.0), (1000.0, 0.0), code="long")
    (gap,) = of(land, FindingKind.BELT_GAP)
    assert gap.measure == pytest.approx(100.0, rel=1e-4)


Line = tuple[np.ndarray, np.ndarray]


def open_ends(lines: list[Line]) -> dict[tuple[float, float], float] | None:
    """Ends of straight belts that touch nothing, with metres to what is ahead; infinite for none.

    The belts are rows of points, one a metre; what is ahead is told by its angle. None where one is
    too near to a limit for points to tell.
    """
    dots = [
        start + np.linspace(0.0, 1.0, int(np.hypot(*(end - start))) + 2)[:, None] * (end - start)
        for start, end in lines
    ]
    found = {}
    for index, (start, end) in enumerate(lines):
        away_from = np.concatenate([dots[i] for i in range(len(dots)) if i != index])
        for at, other in ((start, end), (end, start)):
            out = (at - other) / np.hypot(*(at - other))
            away = away_from - at
            far = np.hypot(away[:, 0], away[:, 1])
            turn = np.degrees(np.arccos(np.clip((away @ out) / np.maximum(far, 1e-9), -1.0, 1.0)))
            nearest = float(far[turn <= 60.0].min(initial=np.inf))
            edge = bool(np.any((np.abs(turn - 60.0) < 1.0) & (far <= 502.0)))
            if abs(far.min() - 30.0) < 1.0 or edge or abs(nearest - 500.0) < 1.5:
                return None
            if far.min() > 30.0:
                found[tuple(np.round(at).tolist())] = nearest if nearest <= 500.0 else np.inf
    return found


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.integers(0, 100_000))
def test_gaps_and_free_ends_equal_those_that_a_search_by_points_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    land = LandMaker()
    lines = []
    for _ in range(8):
        start = random.uniform(-1200.0, 1200.0, 2)
        angle = random.uniform(0.0, 2.0 * np.pi)
        end = start + np.array([np.cos(angle), np.sin(angle)]) * random.uniform(150.0, 900.0)
        lines.append((start, end))
        land.line(BELT, tuple(start), tuple(end))
    wanted = open_ends(lines)
    assume(wanted is not None)
    assert wanted is not None
    report = surveyed(land)
    told: dict[tuple[float, ...], list[float]] = {}
    for gap in (each for each in report.findings if each.kind is FindingKind.BELT_GAP):
        assert gap.measure is not None
        for corner in shapely.get_coordinates(land.frame.geometry_to_metric(gap.shape)).tolist():
            told.setdefault(tuple(np.round(corner).tolist()), []).append(gap.measure)
    for at, nearest in wanted.items():
        if at in told:
            assert np.isinf(nearest) or min(abs(nearest - far) for far in told[at]) < 1.0
        elif np.isfinite(nearest):  # told from the other side, and shorter
            assert min(far for ways in told.values() for far in ways) <= nearest + 1.0
    assert set(told) & set(wanted) or not any(map(np.isfinite, wanted.values()))
    ends = {at for at, nearest in wanted.items() if np.isinf(nearest)}
    lone = {each.code for each in report.findings if each.kind is FindingKind.BELT_ALONE}
    free = {
        tuple(np.round(land.frame.to_metric(each.lon_deg, each.lat_deg)).tolist())
        for each in report.findings
        if each.kind is FindingKind.BELT_FREE_END
    }
    of_lone = {
        tuple(np.round(at).tolist())
        for index, pair in enumerate(lines)
        for at in pair
        if land.features[index].code in lone
    }
    assert free == ends - of_lone


def test_mains_are_judged_as_they_hang_together() -> None:
    land = LandMaker()
    land.line(Layer.PIPE, (0.0, 0.0), (500.0, 0.0), code="fed")
    land.line(Layer.PIPE, (510.0, 0.0), (900.0, 0.0), code="fed through it")
    land.line(Layer.PIPE, (0.0, 2000.0), (300.0, 2000.0), code="dry short")
    land.line(Layer.PIPE, (310.0, 2000.0), (900.0, 2000.0), code="dry long")
    land.line(Layer.PIPE, (0.0, 9000.0), (900.0, 9000.0), code="planned", state="planned")
    land.point(Layer.POOL, -20.0, 0.0, "pool")
    land.point(Layer.HYDRANT, 900.0, 10.0, "hydrant")
    (dry,) = of(land, FindingKind.PIPE_NO_SOURCE)
    assert dry.code == "dry long"
    assert dry.members == ("dry short", "dry long")
    assert dry.measure == pytest.approx(np.hypot(20.0, 2000.0), rel=1e-4)
    assert dry.others[0].code == "pool"
    (idle,) = of(land, FindingKind.PIPE_NO_HYDRANT)
    assert idle.code == "dry long"
    assert idle.others[0].code == "hydrant"
    assert of(land, FindingKind.HYDRANT_NO_PIPE) == []


def test_any_water_feeds_a_main() -> None:
    for layer in (Layer.POOL, Layer.INTAKE, Layer.QUAY, Layer.WATER_POINT):
        land = LandMaker()
        land.line(Layer.PIPE, (0.0, 0.0), (500.0, 0.0))
        land.point(layer, 510.0, 0.0)
        assert of(land, FindingKind.PIPE_NO_SOURCE) == []


def test_what_nobody_has_entered_is_not_judged() -> None:
    land = LandMaker()
    land.line(Layer.PIPE, (0.0, 0.0), (500.0, 0.0))
    land.point(Layer.HELIPAD, 0.0, 0.0)
    told = {each.kind: each.missing for each in surveyed(land).not_judged}
    assert told[FindingKind.PIPE_NO_HYDRANT] == (Layer.HYDRANT,)
    assert told[FindingKind.PIPE_NO_SOURCE] == (
        Layer.POOL, Layer.INTAKE, Layer.QUAY, Layer.WATER_POINT,
    )  # fmt: skip
    assert told[FindingKind.PAD_NO_ROAD] == (Layer.ROAD,)
    assert FindingKind.HYDRANT_NO_PIPE not in told, "there is no hydrant to judge"


@pytest.mark.parametrize(
    ("layer", "kind", "reach_m", "targets"),
    [
        (Layer.HYDRANT, FindingKind.HYDRANT_NO_PIPE, 30.0, (Layer.PIPE,)),
        (Layer.POOL, FindingKind.POOL_NO_ACCESS, 100.0, (Layer.ROAD, Layer.PIPE)),
        (Layer.INTAKE, FindingKind.INTAKE_NO_ACCESS, 100.0, (Layer.ROAD, Layer.PIPE)),
        (Layer.QUAY, FindingKind.QUAY_NO_ROAD, 100.0, (Layer.ROAD,)),
        (Layer.CHECKPOINT, FindingKind.CHECKPOINT_NO_ROAD, 100.0, (Layer.ROAD,)),
        (Layer.HELIPAD, FindingKind.PAD_NO_ROAD, 100.0, (Layer.ROAD,)),
        (Layer.STATION, FindingKind.STATION_NO_ROAD, 100.0, (Layer.ROAD,)),
    ],
)
def test_a_facility_off_what_it_should_touch_is_told_with_the_way_to_it(
    layer: Layer, kind: FindingKind, reach_m: float, targets: tuple[Layer, ...]
) -> None:
    land = LandMaker()
    for target in targets:
        land.line(target, (-5000.0, 0.0), (5000.0, 0.0))
    land.point(layer, 0.0, reach_m - 1.0, "touches")
    land.point(layer, 0.0, reach_m + 400.0, "off")
    land.point(layer, 0.0, 9000.0, "not there", state="unusable")
    (off,) = of(land, kind)
    assert off.code == "off"
    assert off.measure == pytest.approx(reach_m + 400.0, rel=1e-4)
    assert {each.layer for each in off.others} == set(targets)
    assert off.shape.geom_type == "LineString"
    assert land.frame.to_metric(off.lon_deg, off.lat_deg)[1] == pytest.approx(reach_m + 400.0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000))
def test_mains_without_water_equal_the_components_of_a_graph(seed: int) -> None:
    random = np.random.default_rng(seed)
    land = LandMaker()
    for _ in range(25):
        start = random.uniform(-1500.0, 1500.0, 2)
        land.line(Layer.PIPE, tuple(start), tuple(start + random.normal(0.0, 250.0, 2)))
    for _ in range(4):
        land.point(Layer.POOL, *random.uniform(-1500.0, 1500.0, 2).tolist())
    shapes = {each.code: land.frame.geometry_to_metric(each.geometry) for each in land.features}
    graph = nx.Graph()
    graph.add_nodes_from(shapes)
    graph.add_edges_from(
        (one, other)
        for one, other in combinations(shapes, 2)
        if shapes[one].distance(shapes[other]) <= 30.0
        and "pipe" in one + other
        and not (one.startswith("pool") and other.startswith("pool"))
    )
    pipes = nx.subgraph(graph, [code for code in shapes if code.startswith("pipe")])
    wanted = {
        frozenset(net)
        for net in nx.connected_components(pipes)
        if not any(near.startswith("pool") for code in net for near in graph[code])
    }
    found = of(land, FindingKind.PIPE_NO_SOURCE)
    assert {frozenset(each.members) for each in found} == wanted
    for each in found:
        far = min(
            shapes[code].distance(shape)
            for code in each.members
            for pool, shape in shapes.items()
            if pool.startswith("pool")
        )
        assert each.measure == pytest.approx(far, rel=1e-3)
        assert each.code == max(each.members, key=lambda code: shapes[code].length)


def test_nothing_is_near_to_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to be near to"):
        Pieces().nearest(np.array([shapely.Point(0.0, 0.0)]))


def test_a_district_is_surveyed_whole() -> None:
    report = surveyed(district(stands=200, belts=50, facilities=1000))
    assert report.stands == 200
    assert report.drill is True
    assert {each.kind for each in report.findings} > {
        FindingKind.STAND_NO_BELT, FindingKind.BELT_GAP, FindingKind.PIPE_NO_SOURCE,
    }  # fmt: skip
    assert all(each.drill for each in report.findings)
    assert all(-180.0 <= each.lon_deg <= 180.0 for each in report.findings)
