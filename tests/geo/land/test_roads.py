"""Ways along roads against networkx on graphs that are noded by hand-written plane geometry."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import pytest
import shapely
from pyproj import Proj

from geo.land.noding import TOLERANCE_M
from geo.land.roads import FIRE_REACH_M, SPEEDS_KM_H, STOP_REACH_M, WALK_KM_H, RoadNet
from geo.layers import read_layers
from models.land import Fact, LandFeature, Layer, Route

PLANE = Proj(proj="aeqd", lon_0=106.65, lat_0=28.85, ellps="WGS84")
DRILL = Path(__file__).parents[3] / "examples" / "drill" / "layers"
Spot = tuple[float, float]


def lonlat(spot: Spot) -> Spot:
    lon, lat = PLANE(*spot, inverse=True)
    return float(lon), float(lat)


def road(code: str, *spots: Spot, **facts: Fact) -> LandFeature:
    line = shapely.LineString([lonlat(spot) for spot in spots])
    return LandFeature(Layer.ROAD, code, f"road {code}", line, drill=True, properties=facts)


def way(roads: list[LandFeature], fire: Spot, end: Spot) -> Route | None:
    (route,) = RoadNet(roads).routes(lonlat(fire), [lonlat(end)])
    return route


def on_foot(distance_m: float) -> float:
    return distance_m / 1000.0 / WALK_KM_H * 60.0


def driving(distance_m: float, km_h: float) -> float:
    return distance_m / 1000.0 / km_h * 60.0


# --- the reference: straight roads, noded by formulas of the plane --------------------------------


@dataclass(frozen=True)
class Straight:
    start: Spot
    end: Spot
    kind: str

    @property
    def length_m(self) -> float:
        return math.dist(self.start, self.end)

    def at(self, along_m: float) -> Spot:
        share = along_m / self.length_m
        return (
            self.start[0] + share * (self.end[0] - self.start[0]),
            self.start[1] + share * (self.end[1] - self.start[1]),
        )

    def foot(self, spot: Spot) -> tuple[float, float]:
        """Along it to the foot of a plumb line, and the length of that."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        along = ((spot[0] - self.start[0]) * dx + (spot[1] - self.start[1]) * dy) / self.length_m
        along = min(max(along, 0.0), self.length_m)
        return along, math.dist(self.at(along), spot)


def crossing(one: Straight, other: Straight) -> tuple[float, float] | None:
    """Metres along both to where they cross, by Cramer's rule."""
    ax, ay = one.end[0] - one.start[0], one.end[1] - one.start[1]
    bx, by = other.end[0] - other.start[0], other.end[1] - other.start[1]
    cx, cy = other.start[0] - one.start[0], other.start[1] - one.start[1]
    turned = ax * by - ay * bx
    if turned == 0.0:
        return None
    s, t = (cx * by - cy * bx) / turned, (cx * ay - cy * ax) / turned
    return (s * one.length_m, t * other.length_m) if 0 <= s <= 1 and 0 <= t <= 1 else None


class Reference:
    """The same rules, told once more: nodes are (road, metres), meetings are edges of no length."""

    def __init__(self, roads: list[Straight], fire: Spot, ends: list[Spot]) -> None:
        self.graph = nx.Graph()
        self.roads = roads
        self.cuts: dict[int, set[float]] = {
            number: {0.0, each.length_m} for number, each in enumerate(roads)
        }
        for one, other in self.meetings():
            self.graph.add_edge(one, other, minutes=0.0, metres=0.0, walked=0.0)
        self.walks("fire", fire, self.fires_roads(fire))
        for number, end in enumerate(ends):
            self.walks(number, end, self.ends_road(end))
        for number, each in enumerate(roads):
            cuts = sorted(self.cuts[number])
            for before, after in pairwise(cuts):
                took = driving(after - before, SPEEDS_KM_H[each.kind])
                self.graph.add_edge(
                    (number, before), (number, after), minutes=took, metres=after - before, walked=0
                )

    def cut(self, number: int, along_m: float) -> tuple[int, float]:
        self.cuts[number].add(along_m)
        return number, along_m

    def meetings(self) -> Iterator[tuple[tuple[int, float], tuple[int, float]]]:
        for (i, one), (j, other) in combinations(enumerate(self.roads), 2):
            for a, line, b, met in ((i, one, j, other), (j, other, i, one)):
                for along_m, spot in ((0.0, line.start), (line.length_m, line.end)):
                    foot_m, apart_m = met.foot(spot)
                    if apart_m <= TOLERANCE_M:
                        yield self.cut(a, along_m), self.cut(b, foot_m)
            both = crossing(one, other)
            if both is None:
                continue
            inner = all(
                TOLERANCE_M < along_m < each.length_m - TOLERANCE_M
                for along_m, each in zip(both, (one, other), strict=True)
            )
            if not (inner and (one.kind == "motorway") != (other.kind == "motorway")):
                yield self.cut(i, both[0]), self.cut(j, both[1])

    def entered(self, spot: Spot) -> list[tuple[float, int, float]]:
        feet = ((each.foot(spot), number, each) for number, each in enumerate(self.roads))
        return sorted(
            (apart_m, number, along_m)
            for (along_m, apart_m), number, each in feet
            if each.kind != "motorway"
        )

    def fires_roads(self, fire: Spot) -> list[tuple[float, int, float]]:
        near = self.entered(fire)
        if not near or near[0][0] > FIRE_REACH_M:
            return []
        most_m = min(FIRE_REACH_M, 2.0 * near[0][0] + 500.0)
        return [each for each in near if each[0] <= most_m]

    def ends_road(self, end: Spot) -> list[tuple[float, int, float]]:
        return [each for each in self.entered(end)[:1] if each[0] <= STOP_REACH_M]

    def walks(self, name: object, _spot: Spot, roads: list[tuple[float, int, float]]) -> None:
        self.graph.add_node(name)
        for apart_m, number, along_m in roads:
            # A way in must not be a way through for others: it has a node of its own.
            self.graph.add_edge(
                name, self.cut(number, along_m),
                minutes=on_foot(apart_m), metres=0.0, walked=apart_m,
            )  # fmt: skip

    def route(self, number: int, ends: int) -> Route | None:
        others = [other for other in range(ends) if other != number]
        graph = nx.restricted_view(self.graph, others, [])
        try:
            path = nx.dijkstra_path(graph, "fire", number, weight="minutes")
        except nx.NetworkXNoPath:
            return None
        edges = [graph.edges[pair] for pair in pairwise(path)]
        return Route(
            sum(edge["metres"] for edge in edges),
            sum(edge["walked"] for edge in edges),
            sum(edge["minutes"] for edge in edges),
        )


def random_roads(dice: random.Random) -> list[Straight]:
    def spot() -> Spot:
        return dice.uniform(-6e3, 6e3), dice.uniform(-6e3, 6e3)

    def kind() -> str:
        return dice.choice(list(SPEEDS_KM_H))

    roads = [Straight(spot(), spot(), kind()) for _ in range(dice.randint(1, 14))]
    for _ in range(dice.randint(0, 10)):  # branches, that end a little beside another road
        stem = dice.choice(roads)
        at = stem.at(dice.uniform(0.0, 1.0) * stem.length_m)
        beside = at[0] + dice.uniform(-20.0, 20.0), at[1] + dice.uniform(-20.0, 20.0)
        turn = dice.uniform(0.0, 2.0 * math.pi)
        far = dice.uniform(100.0, 3_000.0)
        tip = beside[0] + far * math.cos(turn), beside[1] + far * math.sin(turn)
        roads.append(Straight(beside, tip, kind()))
    return roads


def test_ways_on_three_hundred_random_networks_are_those_of_networkx() -> None:
    dice = random.Random(44)
    found, missing = 0, 0
    for _ in range(300):
        roads = random_roads(dice)
        fire = dice.uniform(-6e3, 6e3), dice.uniform(-6e3, 6e3)
        ends = []
        for _ in range(6):
            beside = dice.choice(roads)
            at = beside.at(dice.random() * beside.length_m)
            ends.append((at[0] + dice.gauss(0.0, 250.0), at[1] + dice.gauss(0.0, 250.0)))
        net = RoadNet(
            road(f"{number:02d}", each.start, each.end, **{"class": each.kind})
            for number, each in enumerate(roads)
        )
        reference = Reference(roads, fire, ends)
        routes = net.routes(lonlat(fire), [lonlat(end) for end in ends])
        (quickest,) = net.quickest([lonlat(fire)], [lonlat(end) for end in ends])
        known = [route.minutes for route in routes if route is not None]
        assert (quickest is None) == (not known)
        assert quickest is None or quickest.minutes == pytest.approx(min(known), rel=1e-9)
        for number, route in enumerate(routes):
            wanted = reference.route(number, len(ends))
            assert (route is None) == (wanted is None)
            if route is None or wanted is None:
                missing += 1
                continue
            found += 1
            assert route.minutes == pytest.approx(wanted.minutes, rel=1e-4, abs=1e-3)
            assert route.road_m == pytest.approx(wanted.road_m, rel=1e-4, abs=0.5)
            assert route.off_road_m == pytest.approx(wanted.off_road_m, rel=1e-4, abs=0.5)
    assert found > 600
    assert missing > 100


# --- single rules ---------------------------------------------------------------------------------


def test_a_way_is_driven_and_walked() -> None:
    roads = [
        road("a", (0.0, 0.0), (4_000.0, 0.0), **{"class": "county"}),
        road("b", (4_000.0, 0.0), (4_000.0, 3_000.0), speed_km_h=30),
    ]
    route = way(roads, (1_000.0, 200.0), (4_100.0, 2_000.0))
    assert route is not None
    assert route.road_m == pytest.approx(5_000.0, rel=1e-5)
    assert route.off_road_m == pytest.approx(300.0, rel=1e-5)
    assert route.minutes == pytest.approx(
        driving(3_000.0, 40.0) + driving(2_000.0, 30.0) + on_foot(300.0), rel=1e-5
    )


def test_a_fire_and_a_pool_on_one_stretch_need_no_junction() -> None:
    route = way([road("a", (0.0, 0.0), (9_000.0, 0.0))], (2_000.0, 0.0), (5_000.0, 0.0))
    assert route is not None
    assert route.road_m == pytest.approx(3_000.0, rel=1e-5)
    assert route.minutes == pytest.approx(driving(3_000.0, 25.0), rel=1e-5)  # of no known class


def test_the_quicker_road_is_taken_though_it_is_longer_and_lies_farther_off() -> None:
    roads = [
        road("slow", (0.0, 0.0), (10_000.0, 0.0), **{"class": "track"}),
        road("fast", (0.0, 400.0), (10_000.0, 400.0), **{"class": "national"}),
        road("link", (10_000.0, 0.0), (10_000.0, 400.0), **{"class": "national"}),
    ]
    route = way(roads, (0.0, 50.0), (10_000.0, 0.0))
    assert route is not None
    assert route.road_m == pytest.approx(10_400.0, rel=1e-4)
    assert route.off_road_m == pytest.approx(350.0, rel=1e-4)


@pytest.mark.parametrize("state", ["unusable", "planned"])
def test_a_road_that_cannot_be_driven_leads_nowhere(state: str) -> None:
    stem = road("a", (0.0, 0.0), (4_000.0, 0.0))
    branch = (4_000.0, 0.0), (4_000.0, 3_000.0)
    assert way([stem, road("b", *branch, state="worn")], (0.0, 0.0), (4_000.0, 2_000.0))
    assert way([stem, road("b", *branch, state=state)], (0.0, 0.0), (4_000.0, 2_000.0)) is None


@pytest.mark.parametrize(("gap_m", "joined"), [(14.0, True), (16.0, False)])
def test_an_end_meets_a_road_within_the_tolerance(gap_m: float, joined: bool) -> None:  # noqa: FBT001
    roads = [
        road("a", (0.0, 0.0), (4_000.0, 0.0)),
        road("b", (2_000.0, gap_m), (2_000.0, 3_000.0)),
    ]
    assert (way(roads, (0.0, 0.0), (2_000.0, 2_500.0)) is not None) == joined


def test_other_roads_cross_a_motorway_on_bridges_and_nobody_gets_on_it_midway() -> None:
    motorway = {"class": "motorway"}
    crossed = [
        road("m", (-5_000.0, 0.0), (5_000.0, 0.0), **motorway),
        road("a", (0.0, -4_000.0), (0.0, 4_000.0)),
    ]
    assert way(crossed, (0.0, -3_000.0), (4_900.0, 0.0)) is None
    ramp = road("r", (5_000.0, 0.0), (5_000.0, 3_000.0))
    link = road("l", (-5_000.0, 0.0), (0.0, -4_000.0))
    through = way([*crossed, ramp, link], (0.0, -3_000.0), (5_000.0, 2_000.0))
    assert through is not None
    assert through.road_m == pytest.approx(1_000.0 + math.hypot(5e3, 4e3) + 12_000.0, rel=1e-4)
    plain = [road("m", (-5_000.0, 0.0), (5_000.0, 0.0)), crossed[1]]
    assert way(plain, (0.0, -3_000.0), (4_900.0, 0.0)) is not None


def test_roads_that_run_on_each_other_meet_where_that_begins_and_ends() -> None:
    roads = [
        road("a", (0.0, 0.0), (6_000.0, 0.0)),
        road("b", (2_000.0, 3_000.0), (2_000.0, 0.0), (4_000.0, 0.0), (4_000.0, 3_000.0)),
    ]
    route = way(roads, (0.0, 0.0), (4_000.0, 2_000.0))
    assert route is not None
    assert route.road_m == pytest.approx(6_000.0, rel=1e-4)


def test_a_ring_closes_and_a_hairpin_does_not() -> None:
    ring = [(0.0, 0.0), (3_000.0, 0.0), (3_000.0, 3_000.0), (0.0, 3_000.0), (0.0, 10.0)]
    short = way([road("ring", *ring)], (500.0, 0.0), (0.0, 500.0))
    assert short is not None
    assert short.road_m == pytest.approx(990.0, rel=1e-3)
    loop = [(0.0, 0.0), (3_000.0, 0.0), (3_000.0, 2_000.0), (1_000.0, 2_000.0), (1_000.0, -900.0)]
    long = way([road("loop", *loop)], (0.0, 0.0), (1_000.0, -900.0))
    assert long is not None
    assert long.road_m == pytest.approx(9_900.0, rel=1e-3)


def test_parts_of_a_road_and_lines_of_no_length() -> None:
    parts = shapely.MultiLineString(
        [
            [lonlat((0.0, 0.0)), lonlat((1_000.0, 0.0))],
            [lonlat((1_005.0, 0.0)), lonlat((3_000.0, 0.0))],
            [lonlat((50.0, 0.0)), lonlat((50.0, 0.0))],
        ]
    )
    both = LandFeature(Layer.ROAD, "a", "a", parts, drill=True, properties={"class": 7})
    route = way([both], (0.0, 0.0), (3_000.0, 0.0))
    assert route is not None
    assert route.road_m == pytest.approx(2_995.0, rel=1e-3)


def test_too_far_from_a_road_or_without_one_there_is_no_way() -> None:
    one = road("a", (0.0, 0.0), (4_000.0, 0.0))
    assert way([one], (0.0, 2_900.0), (4_000.0, 490.0)) is not None
    assert way([one], (0.0, 3_100.0), (4_000.0, 490.0)) is None
    assert way([one], (0.0, 2_900.0), (4_000.0, 510.0)) is None
    assert way([], (0.0, 0.0), (1.0, 1.0)) is None
    assert way([road("m", (0.0, 0.0), (9.0, 9.0), **{"class": "motorway"})], (0, 0), (1, 1)) is None
    assert RoadNet([one]).routes(lonlat((0.0, 0.0)), []) == []


def test_the_drill_district_hangs_together_by_its_roads() -> None:
    features = read_layers(DRILL)
    net = RoadNet(features)
    gates = [each for each in features if each.layer is Layer.CHECKPOINT]
    routes = net.routes(
        (-84.16417, 36.25), [shapely.get_coordinates(gate.geometry)[0].tolist() for gate in gates]
    )
    assert all(route is not None and route.off_road_m < 500.0 for route in routes)
