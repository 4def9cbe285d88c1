"""Who passed the gates near a fire: which gates, which windows, against ways found by networkx."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any

import networkx as nx
import pytest
import shapely
from api_rig import START, ApiRig
from crossing_rig import alert_of, fix_of, tower
from gate_rig import PLATE, passage, push
from pyproj import Geod

from api.gates.travel import MOST_GATES, STRAIGHT_KM_H, nearest_gates
from geo.land import LandAsker, RoadNet, round_place
from models.crossing import Report
from models.land import LandFeature, Layer
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role

GEOD = Geod(ellps="WGS84")
Spot = tuple[float, float]

LON, LAT = (-84.34, -84.30, -84.26, -84.22), (36.20, 36.24, 36.28)
FIRE: Spot = (-84.29, 36.242)
"""Over a road, 222 m to the north of it; the next road is 900 m away, too far for a way in."""

SPEEDS = {"county": 40.0, "village": 25.0, "forest": 20.0, "track": 12.0}
WALK_KM_H = 2.5
CLASSES = ("county", "forest", "track", "village", "county", "track", "forest")


@dataclass(frozen=True)
class Road:
    start: Spot
    end: Spot
    kind: str
    facts: tuple[tuple[str, object], ...] = ()

    @property
    def km_h(self) -> float:
        return float(dict(self.facts).get("speed_km_h", SPEEDS[self.kind]))  # type: ignore[arg-type]


def apart_m(one: Spot, other: Spot) -> float:
    return float(GEOD.inv(*one, *other)[2])


def grid() -> list[Road]:
    sides = [((x, y), (x + 1, y)) for x, y in product(range(3), range(3))]
    sides += [((x, y), (x, y + 1)) for x, y in product(range(4), range(2))]
    found = []
    for number, ((x, y), (to_x, to_y)) in enumerate(sides):
        facts = {3: (("speed_km_h", 55.0),), 6: (("state", "unusable"),)}.get(number, ())
        spots = (LON[x], LAT[y]), (LON[to_x], LAT[to_y])
        found.append(Road(*spots, CLASSES[number % len(CLASSES)], facts))
    return found


GATES: dict[str, Spot] = {
    "NODE": (LON[0], LAT[0]),
    "MIDDLE": (-84.24, LAT[1]),
    "BESIDE": (-84.32, LAT[2] + 0.002),  # 222 m beside a road
    "FAR": (-84.33, 36.22),  # 900 m from every road: no way is known
    "CLOSE": (FIRE[0], FIRE[1] + 0.0003),  # 33 m from the fire: on foot at once
    "EAST": (LON[3], LAT[2]),
    "SOUTH": (LON[3], LAT[0]),
}


def land(api: ApiRig) -> None:
    roads = [
        LandFeature(
            Layer.ROAD,
            f"R{number}",
            f"路{number}",
            shapely.LineString([one.start, one.end]),
            drill=True,
            properties={"class": one.kind, **dict(one.facts)},  # type: ignore[dict-item]
        )
        for number, one in enumerate(grid())
    ]
    gates = [
        LandFeature(Layer.CHECKPOINT, code, f"卡口{code}", shapely.Point(at), drill=True)
        for code, at in GATES.items()
    ]
    api.context.store.land.replace(Layer.ROAD, roads)
    api.context.store.land.replace(Layer.CHECKPOINT, gates)


def foot(spot: Spot, road: Road) -> Spot:
    """The nearest place of a road that runs along a parallel or a meridian."""
    (west, south), (east, north) = road.start, road.end
    return min(max(spot[0], west), east), min(max(spot[1], south), north)


def seconds(distance_m: float, km_h: float) -> float:
    return distance_m / 1000.0 / km_h * 3600.0


def reference() -> dict[str, tuple[float, float, str]]:
    """Seconds, metres and how, for every gate; cut up and searched by networkx."""
    roads = [one for one in grid() if ("state", "unusable") not in one.facts]
    stops: dict[object, tuple[Spot, float]] = {}  # by which place of which road each is reached
    for name, spot in {**GATES, "FIRE": FIRE}.items():
        beside, off_m, road = min(
            (
                (foot(spot, one), apart_m(foot(spot, one), spot), number)
                for number, one in enumerate(roads)
            ),
            key=lambda one: one[1],
        )
        if off_m <= 500.0 or name == "FIRE":
            stops[name, road] = beside, off_m
    graph = nx.Graph()
    for number, road in enumerate(roads):
        own = [spot for (_, at), (spot, _) in stops.items() if at == number]
        cuts = sorted({road.start, road.end, *own})
        for one, other in pairwise(cuts):
            length_m = apart_m(one, other)
            graph.add_edge(one, other, seconds=seconds(length_m, road.km_h), metres=length_m)
    for (name, _), (spot, off_m) in stops.items():
        graph.add_edge(spot, name, seconds=seconds(off_m, WALK_KM_H), metres=off_m)
    found = {}
    for name, spot in GATES.items():
        straight_m = apart_m(spot, FIRE)
        if name not in graph or not nx.has_path(graph, name, "FIRE"):
            found[name] = seconds(straight_m, STRAIGHT_KM_H), straight_m, "straight"
            continue
        way = nx.shortest_path(graph, name, "FIRE", weight="seconds")
        found[name] = min(
            (
                nx.path_weight(graph, way, "seconds"),
                nx.path_weight(graph, way, "metres"),
                "road",
            ),
            (seconds(straight_m, WALK_KM_H), straight_m, "straight"),
        )
    return found


def tell(api: ApiRig, at: Spot = FIRE, seen_at: datetime = START) -> int:
    place = Report(Position(*at, 0.0, HeightDatum.GROUND), 100.0)
    draft = ObservationDraft(ObservationSource.CALL, place, seen_at, "t", "冒烟")
    kept, _ = api.context.store.observations.add(draft, author="m", key=f"told-{seen_at}-{at}")
    assert kept.incident_id is not None
    return kept.incident_id


def asked(api: ApiRig, number: int, role: Role = Role.VIEWER) -> dict[str, Any]:
    answer = api.client(role).get(f"/api/incidents/{number}/passages")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_quickest_gates_and_their_windows_are_those_of_networkx(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    told = asked(api, number)
    assert moment(told["first_seen_at"]) == START
    assert (told["placed"], told["plates_shown"], told["unknown_gates"]) == (True, False, 0)
    expected = reference()
    order = sorted(expected, key=lambda name: expected[name][0])
    assert [one["gate"] for one in told["gates"]] == order[:MOST_GATES]
    assert {expected[name][2] for name in order[:MOST_GATES]} == {"road", "straight"}
    assert "FAR" in order[:MOST_GATES]
    assert order[0] == "CLOSE"
    for one in told["gates"]:
        travel_s, distance_m, by = expected[one["gate"]]
        assert one["by"] == by, one["gate"]
        assert one["travel_s"] == pytest.approx(travel_s, rel=2e-3)
        assert one["distance_m"] == pytest.approx(distance_m, rel=2e-3)
        assert (one["lon_deg"], one["lat_deg"]) == pytest.approx(GATES[one["gate"]], abs=1e-7)
        for field, hours, sign in (
            ("from_at", -6.0, -1),
            ("until_at", 0, -1),
            ("out_until_at", 0, 1),
        ):
            away = moment(one[field]) - START - timedelta(hours=hours)
            assert away.total_seconds() == pytest.approx(sign * travel_s, rel=2e-3, abs=0.01)


def test_the_window_holds_who_could_have_been_there_to_the_second(api: ApiRig) -> None:
    land(api)
    number = tell(api, seen_at=START - timedelta(hours=2))
    (gate,) = [one for one in asked(api, number)["gates"] if one["gate"] == "MIDDLE"]
    from_at, until_at, out_until_at = (
        moment(gate[field]) for field in ("from_at", "until_at", "out_until_at")
    )
    second = timedelta(seconds=1)
    sent = [
        ("in", from_at, True),
        ("in", from_at - second, False),
        ("in", until_at, True),
        ("in", until_at + second, False),
        ("unknown", until_at, True),
        ("unknown", until_at + second, False),
        ("out", from_at - second, False),
        ("out", until_at, True),
        ("out", until_at + second, True),
        ("out", out_until_at, True),
        ("out", out_until_at + second, False),
    ]
    push(
        api.client(Role.MONITOR),
        *(
            passage(gate="MIDDLE", at=at.isoformat(), way=way, who=f"渝D{row:05}")
            for row, (way, at, _) in enumerate(sent)
        ),
    )
    (gate,) = [one for one in asked(api, number)["gates"] if one["gate"] == "MIDDLE"]
    told = sorted((one["way"], moment(one["at"])) for one in gate["passages"])
    assert told == sorted((way, at) for way, at, inside in sent if inside)
    times = [moment(one["at"]) for one in gate["passages"]]
    assert times == sorted(times, reverse=True)
    assert not gate["more"]
    assert len({one["mark8"] for one in gate["passages"]}) == len(told)


def test_the_window_follows_the_setting(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    usual = asked(api, number)["gates"][0]
    rule = api.context.settings.gates.model_copy(update={"look_back_hours": 1.5})
    settings = api.context.settings.model_copy(update={"gates": rule})
    shorter = ApiRig(replace(api.context, settings=settings), api.clock)
    gate = asked(shorter, number)["gates"][0]
    assert moment(gate["from_at"]) - moment(usual["from_at"]) == timedelta(hours=4.5)
    assert gate["until_at"] == usual["until_at"]


def test_a_gate_tells_by_its_code_and_by_its_name(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    push(
        api.client(Role.MONITOR),
        passage(gate="CLOSE"),
        passage(70.0, gate="卡口CLOSE", who="渝A 7q8z9"),
        passage(70.0, gate="林场西门"),
        passage(71.0, gate="北门", kind="count", who=""),
    )
    told = asked(api, number)
    passages = {one["gate"]: one["passages"] for one in told["gates"]}
    assert len(passages["CLOSE"]) == 2
    assert len({one["mark8"] for one in passages["CLOSE"]}) == 1, "the same, however it is written"
    assert sum(map(len, passages.values())) == 2
    assert told["unknown_gates"] == 2


def test_a_name_that_two_gates_have_is_nobody_s(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    points = [shapely.Point(at) for at in (GATES["CLOSE"], GATES["EAST"])]
    api.context.store.land.replace(
        Layer.CHECKPOINT,
        [
            LandFeature(Layer.CHECKPOINT, f"C{at}", "检查站", point, drill=True)
            for at, point in enumerate(points)
        ],
    )
    push(api.client(Role.MONITOR), passage(gate="检查站"), passage(gate="C0"))
    told = asked(api, number)
    assert [len(one["passages"]) for one in told["gates"]] == [1, 0]
    assert told["unknown_gates"] == 1


def test_more_than_are_shown_is_said(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    monitor = api.client(Role.MONITOR)
    many = [passage(60.0 + row / 60.0, gate="CLOSE", who=f"渝E{row:05}") for row in range(501)]
    push(monitor, *many[:500])
    gate = asked(api, number)["gates"][0]
    assert (len(gate["passages"]), gate["more"]) == (500, False)
    push(monitor, many[500])
    gate = asked(api, number)["gates"][0]
    assert (len(gate["passages"]), gate["more"]) == (500, True)


def test_a_fire_without_a_place_and_a_land_without_gates(api: ApiRig) -> None:
    red = tower("t1-red", -84.2308333, 36.1983333)
    alert = alert_of(api, red, fix_of(red, FIRE))
    told = asked(api, alert.incident_id)
    assert (told["placed"], told["gates"]) == (False, [])
    number = tell(api, (-84.25, 36.25))
    assert asked(api, number)["placed"]
    assert len(asked(api, number)["gates"]) == MOST_GATES
    api.context.store.land.replace(Layer.CHECKPOINT, [])
    told = asked(api, number)
    assert (told["placed"], told["gates"]) == (True, [])


def asker_of(api: ApiRig) -> LandAsker:
    features = api.context.land_book.refresh().features
    return LandAsker(features, roads=RoadNet(features))


def test_several_places_widen_the_window_to_all_of_them(api: ApiRig) -> None:
    land(api)
    asker = asker_of(api)
    other = (-84.24, 36.278)
    places = [round_place(*at, 100.0) for at in (FIRE, other)]
    single = [
        {one.feature.code: one for one in nearest_gates(asker, [place], 99)} for place in places
    ]
    both = nearest_gates(asker, places, 99)
    assert len(both) == len(GATES)
    for one in both:
        first, second = (by_code[one.feature.code].travel_s for by_code in single)
        assert one.travel_s == first
        assert one.quickest_s == pytest.approx(min(first, second), rel=1e-3)
        assert one.slowest_s == pytest.approx(max(first, second), rel=1e-3)
    assert any(one.quickest_s < one.travel_s for one in both)
    assert any(one.slowest_s > one.travel_s for one in both)


def test_without_roads_all_is_straight(api: ApiRig) -> None:
    land(api)
    features = api.context.land_book.refresh().features
    place = round_place(*FIRE, 100.0)
    for one in nearest_gates(LandAsker(features), [place]):
        apart = apart_m(GATES[one.feature.code], FIRE)
        assert one.by == "straight"
        assert one.travel_s == pytest.approx(seconds(apart, STRAIGHT_KM_H), rel=1e-3)
    assert nearest_gates(LandAsker(features), []) == []


def test_the_land_s_own_answer_has_the_same_ways(api: ApiRig) -> None:
    number = tell(api, (-84.3061900, 36.2463033))
    report = api.client(Role.VIEWER).get(f"/api/incidents/{number}/land").json()["report"]
    ways = {
        one["code"]: one["route"]["minutes"]
        for one in report["nearest"]
        if one["layer"] == "checkpoint" and one["route"] is not None
    }
    told = {one["gate"]: one for one in asked(api, number)["gates"]}
    assert len(ways) >= 2
    for code, minutes in ways.items():
        assert told[code]["by"] == "road"
        assert math.isclose(told[code]["travel_s"], 60.0 * minutes, rel_tol=1e-9)


def test_plates_are_told_to_whom_they_may_be(api: ApiRig) -> None:
    land(api)
    number = tell(api)
    push(
        api.client(Role.MONITOR),
        passage(gate="CLOSE"),
        passage(61.0, gate="CLOSE", kind="count", who=""),
    )
    told = asked(api, number, Role.ADMIN)
    assert told["plates_shown"]
    assert [one["who"] for one in told["gates"][0]["passages"]] == [PLATE, None]
    assert [len(one["mark8"]) for one in told["gates"][0]["passages"]] == [8, 0]
    hidden = asked(api, number, Role.MONITOR)
    assert not hidden["plates_shown"]
    assert [one["who"] for one in hidden["gates"][0]["passages"]] == [None, None]


def test_where_a_plate_was(api: ApiRig) -> None:
    land(api)
    admin, monitor = api.client(Role.ADMIN), api.client(Role.MONITOR)
    push(
        monitor,
        passage(60.0, gate="CLOSE"),
        passage(50.0, gate="卡口EAST", who="渝a7q8z9"),
        passage(40.0, gate="西门"),
        passage(30.0, gate="西门", who="渝A00000"),
    )
    answer = admin.post("/api/gates/search", json={"who": "渝A-7Q8Z9"})
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert [(one["gate"], one["name"], one["who"]) for one in told["passages"]] == [
        ("西门", "西门", PLATE),
        ("EAST", "卡口EAST", "渝a7q8z9"),
        ("CLOSE", "卡口CLOSE", PLATE),
    ]
    assert not told["more"]
    span = {"from": START - timedelta(minutes=55), "until": START - timedelta(minutes=45)}
    asking = {"who": PLATE} | {key: at.isoformat() for key, at in span.items()}
    (only,) = admin.post("/api/gates/search", json=asking).json()["passages"]
    assert only["gate"] == "EAST"
    assert admin.post("/api/gates/search", json={"who": "川A1"}).json()["passages"] == []
    blank = admin.post("/api/gates/search", json={"who": "·"})
    assert (blank.status_code, blank.json()["code"]) == (422, "gate_who")
    refused = monitor.post("/api/gates/search", json={"who": PLATE})
    assert (refused.status_code, refused.json()["code"]) == (403, "plates_refused")
