"""Sweeps over HTTP: what is planned, kept, written, checked, refused, and by whom."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from api_rig import ApiRig
from fastapi.testclient import TestClient
from httpx import Response
from mission_rig import GROUND_M, LEVEL
from pyproj import Geod
from run_rig import keep_sweep
from shapely.geometry import Polygon, box, mapping, shape

from drone_jobs.fleet import find_aircraft
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from geo.relief import drill_relief
from models.events import EventKind
from models.land import Layer
from models.user import Role

GEOD = Geod(ellps="WGS84")
LON, LAT = 106.55, 28.95
AT_HOME = {"lon_deg": LON, "lat_deg": LAT, "name": "场坝"}
FIELD = box(LON + 0.001, LAT + 0.001, LON + 0.004, LAT + 0.004)
M4T, PX4 = "Matrice 4T", "PX4 example"


@pytest.fixture
def api(api: ApiRig) -> ApiRig:
    """The drill district with level ground in another place, which the geoid's table holds."""
    return ApiRig(replace(api.context, terrain=LEVEL), api.clock)


@pytest.fixture
def monitor(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


def drawn(area: object) -> dict[str, Any]:
    return {"geometry": json.loads(json.dumps(mapping(area)))}


def wish(**changes: object) -> dict[str, Any]:
    asked = {"name": "北坡 1/2", "target": drawn(FIELD), "aircraft": [M4T], "home": AT_HOME}
    return {**asked, "height_m": 100.0, **changes}


def plan(client: TestClient, **changes: object) -> dict[str, Any]:
    answer = client.post("/api/sweeps/plan", json=wish(**changes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


def keep(client: TestClient, **changes: object) -> dict[str, Any]:
    answer = client.post("/api/sweeps", json={"request": wish(**changes)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def file_of(client: TestClient, sweep_id: int, format_: str, sortie: int = 1) -> Response:
    asked = {"format": format_, "sortie": sortie}
    return client.get(f"/api/sweeps/{sweep_id}/file", params=asked)


# Plans --------------------------------------------------------------------------------------------


def test_a_drawn_area_is_planned(monitor: TestClient) -> None:
    found = plan(monitor)
    assert (found["name"], found["kind"], found["home"]) == ("北坡 1/2", "area", AT_HOME)
    assert found["take_off_above_sea_m"] == GROUND_M
    figures = found["figures"]
    area_m2 = abs(GEOD.geometry_area_perimeter(FIELD)[0])
    assert figures["target_m2"] == pytest.approx(area_m2, rel=2e-3)
    assert figures["covered_share"] >= 0.995
    assert figures["length_m"] >= figures["bound_m"]
    (sortie,) = found["sorties"]
    places = [(point["lon_deg"], point["lat_deg"]) for point in sortie["points"]]
    assert places[0] == places[-1] == pytest.approx((LON, LAT), abs=1e-7)
    assert GEOD.line_length(*zip(*places, strict=True)) == pytest.approx(
        sortie["length_m"], rel=2e-3
    )
    assert all(95.0 <= point["above_ground_m"] <= 105.0 for point in sortie["points"])
    assert shape(found["fence"]).contains(shapely.MultiPoint(places))
    assert shape(found["strip"]).intersection(FIELD).area >= 0.99 * FIELD.area
    assert not [each for each in found["findings"] if each["gravity"] == "refused"]
    (profile,) = found["profiles"]
    assert profile["distance_m"] == sorted(profile["distance_m"])
    assert set(profile["ground_m"]) == {GROUND_M}
    assert (profile["canopy_m"], profile["ceiling_m"]) == (20.0, 120.0)


def test_a_plan_keeps_nothing(api: ApiRig, monitor: TestClient) -> None:
    before = api.context.store.events.after(0)
    plan(monitor)
    assert monitor.get("/api/sweeps").json() == {"sweeps": [], "next_before": None}
    assert api.context.store.events.after(0) == before


def test_a_belt_of_the_drill_is_flown_in_its_airspace(api: ApiRig) -> None:
    """Over the mountains of the drill, from the end of the belt, by the code of its fence."""
    rig = ApiRig(replace(api.context, terrain=drill_relief()), api.clock)
    belt = rig.context.store.land.get(Layer.FOREST_BELT, "DRILL-BELT-01")
    zone = rig.context.store.land.get(Layer.AIRSPACE, "DRILL-AIR-01")
    fence = rig.context.store.land.get(Layer.AIRSPACE, "DRILL-AIR-03")
    assert belt is not None
    assert zone is not None
    assert fence is not None
    lon_deg, lat_deg = shapely.get_coordinates(belt.geometry)[0]
    found = plan(
        rig.client(Role.MONITOR),
        target={"layer": "forest_belt", "code": belt.code},
        home={"lon_deg": lon_deg, "lat_deg": lat_deg},
        fence={"code": fence.code},
    )
    assert found["kind"] == "belt"
    assert found["figures"]["angle_deg"] is None
    assert found["figures"]["outside_fence_s"] == 0.0
    ways = shapely.MultiLineString(
        [[(at["lon_deg"], at["lat_deg"]) for at in one["points"]] for one in found["sorties"]]
    )
    assert fence.geometry.contains(ways)
    assert not zone.geometry.intersects(ways)
    assert shape(found["fence"]).equals(fence.geometry)
    assert {(one["name"], one["is_hard"]) for one in found["no_fly"]} == {
        (zone.name, True), ("演练避让区01 牛角村", False),
    }  # fmt: skip


def test_a_fence_may_be_drawn(monitor: TestClient) -> None:
    fence = box(LON - 0.001, LAT - 0.001, LON + 0.006, LAT + 0.006)
    assert shape(plan(monitor, fence=drawn(fence))["fence"]).equals(fence)


def test_a_line_has_the_width_that_is_told(monitor: TestClient) -> None:
    line = shapely.LineString([(LON, LAT), (LON + 0.01, LAT)])
    found = plan(monitor, target={**drawn(line), "width_m": 40.0})
    length_m = GEOD.inv(LON, LAT, LON + 0.01, LAT)[2]
    assert found["kind"] == "belt"
    assert found["figures"]["target_m2"] == pytest.approx(40.0 * length_m, rel=1e-3)


def test_the_wind_of_the_day_counts_while_it_is_fresh(api: ApiRig, monitor: TestClient) -> None:
    calm, own = {"from_deg": 0.0, "speed_ms": 0.0}, {"from_deg": 270.0, "speed_ms": 3.0}
    assert plan(monitor)["wind"] == calm
    api.context.store.winds.enter(30.0, 6.0, author="li")
    windy = plan(monitor)
    assert windy["wind"] == {"from_deg": 30.0, "speed_ms": 6.0}
    assert plan(monitor, wind=own)["wind"] == own
    assert plan(monitor, wind=calm)["wind"] == calm, "zeros are told, and no gap"
    assert plan(monitor, wind={**own, "from_deg": -90.0})["wind"] == own
    api.clock.advance(2 * 86_400.0)
    assert plan(api.client(Role.MONITOR))["wind"] == calm


def test_several_aircraft_share_the_lines(monitor: TestClient) -> None:
    large = drawn(box(LON, LAT, LON + 0.012, LAT + 0.009))
    one, two = (plan(monitor, target=large, aircraft=names) for names in ([M4T], [M4T, "Mavic 3T"]))
    assert {sortie["aircraft"] for sortie in two["sorties"]} == {M4T, "Mavic 3T"}
    assert two["figures"]["makespan_s"] < 0.75 * one["figures"]["makespan_s"]
    lines = [line for sortie in two["sorties"] for line in sortie["lines"]]
    assert sorted(lines) == sorted(set(lines))


def test_an_aircraft_of_the_bureau_goes_before_the_catalogue(
    api: ApiRig, monitor: TestClient
) -> None:
    own = replace(
        find_aircraft(M4T),
        speed_ms=5.0, home_lon_deg=LON - 0.001, home_lat_deg=LAT, home_name="队部",
    )  # fmt: skip
    api.context.store.aircraft.put(own, version=None, author="t")
    found = plan(monitor, home=None)
    assert found["home"] == {"lon_deg": LON - 0.001, "lat_deg": LAT, "name": "队部"}
    assert {at["speed_ms"] for one in found["sorties"] for at in one["points"]} == {5.0}


# What is refused ----------------------------------------------------------------------------------

BOW = Polygon([(LON, LAT), (LON + 0.002, LAT + 0.002), (LON + 0.002, LAT), (LON, LAT + 0.002)])
FAR = box(LON + 1.0, LAT, LON + 1.001, LAT + 0.001)
LINE = shapely.LineString([(LON, LAT), (LON + 0.01, LAT)])
RING = [
    (LON + 0.001 * math.cos(at), LAT + 0.001 * math.sin(at)) for at in np.linspace(0, 6.2, 6000)
]
REFUSED: dict[str, tuple[dict[str, object], int, str]] = {
    "crossing": ({"target": drawn(BOW)}, 422, "sweep_crossing"),
    "empty": ({"target": {"geometry": {"type": "Polygon", "coordinates": []}}}, 422, "sweep_empty"),
    "no area": ({"target": drawn(box(LON, LAT, LON + 1e-9, LAT))}, 422, "sweep_crossing"),
    "tiny": ({"target": drawn(box(LON, LAT, LON + 1e-8, LAT + 1e-8))}, 422, "sweep_no_area"),
    "no width": ({"target": drawn(LINE)}, 422, "sweep_no_width"),
    "width of 0": ({"target": {**drawn(LINE), "width_m": 0.0}}, 422, "sweep_no_width"),
    "large": ({"target": drawn(box(LON, LAT, LON + 1.0, LAT + 1.0))}, 422, "sweep_too_large"),
    "off Earth": ({"target": drawn(box(190.0, LAT, 190.01, 29.0))}, 422, "sweep_off_earth"),
    "far": ({"home": {"lon_deg": LAT, "lat_deg": 89.0}}, 422, "sweep_home_far"),
    "no battery": ({"target": drawn(FAR)}, 422, "sweep_no_battery"),
    "vertices": ({"target": drawn(Polygon(RING))}, 422, "sweep_vertices"),
    "a point": ({"target": drawn(shapely.Point(LON, LAT))}, 422, "sweep_shape"),
    "no home": ({"home": None}, 422, "sweep_no_home"),
    "no feature": ({"target": {"layer": "forest_belt", "code": "x"}}, 404, "no_such_feature"),
    "a layer": ({"target": {"layer": "village", "code": "x"}}, 422, "sweep_target_layer"),
    "nobody": ({"aircraft": ["nobody"]}, 422, "aircraft_unknown"),
    "twice": ({"aircraft": [M4T, M4T]}, 422, "aircraft_twice"),
    "none": ({"aircraft": []}, 422, "input_refused"),
    "camera": ({"camera": "eye"}, 422, "sweep_camera"),
    "gimbal": ({"aircraft": [PX4], "gimbal_pitch_deg": 10.0}, 422, "sweep_range"),
    "too high": ({"height_m": 118.0}, 200, ""),
    "higher": ({"height_m": 125.0}, 422, "sweep_height"),
    "too low": ({"height_m": 40.0}, 422, "sweep_height"),
    "no height": ({"height_m": 1e308}, 422, "sweep_range"),
    "wind": ({"wind": {"from_deg": 0.0, "speed_ms": 10.5}}, 422, "sweep_wind"),
    "air": ({"wind": {"from_deg": 0.0, "speed_ms": -1.0}}, 422, "sweep_range"),
    "overlap": ({"side_overlap": 0.95}, 422, "sweep_range"),
    "recall": ({"recall": 0}, 422, "sweep_range"),
    "two fences": ({"fence": {"code": "a", **drawn(FIELD)}}, 422, "sweep_fence"),
    "neither": ({"fence": {}}, 422, "sweep_fence"),
    "no fence": ({"fence": {"code": "x"}}, 404, "no_such_feature"),
    "no-fly fence": ({"fence": {"code": "DRILL-AIR-01"}}, 422, "sweep_fence"),
    "fence line": ({"fence": drawn(LINE)}, 422, "sweep_fence"),
    "fence crossing": ({"fence": drawn(BOW)}, 422, "sweep_fence"),
    "fence vertices": ({"fence": drawn(Polygon(RING))}, 422, "sweep_fence"),
    "fence off Earth": ({"fence": drawn(box(-200.0, -90.0, 200.0, 91.0))}, 422, "sweep_fence"),
    "fence of nothing": (
        {"fence": {"geometry": {"type": "Polygon", "coordinates": []}}}, 422, "sweep_fence",
    ),
    "home outside": ({"fence": drawn(FIELD)}, 422, "sweep_home_outside_fence"),
    "no key": ({"heigth_m": 3.0}, 422, "input_refused"),
    "a text": ({"height_m": "100"}, 422, "input_refused"),
    "a truth": ({"tolerance_m": True}, 422, "input_refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_wish_that_cannot_be(monitor: TestClient, name: str) -> None:
    changes, status, code = REFUSED[name]
    answer = monitor.post("/api/sweeps/plan", json=wish(**changes))
    if status == 200:
        assert answer.status_code == 200
        return
    assert refusal(answer) == (status, code)
    assert answer.json()["detail"]
    if status == 422 and code != "input_refused":
        assert answer.json()["remedy"]


def zone(api: ApiRig, area: Polygon, rule: str = "no_fly") -> None:
    """Another no-fly zone in the district."""
    store = api.context.store
    one = store.land.all(Layer.AIRSPACE)[0]
    store.land.replace(
        Layer.AIRSPACE, [replace(one, code="Z", geometry=area, properties={"rule": rule})]
    )


def test_zones_are_kept_out_of(api: ApiRig, monitor: TestClient) -> None:
    for area, code in (
        (box(LON - 0.001, LAT - 0.001, LON + 0.0005, LAT + 0.0005), "sweep_home_no_fly"),
        (FIELD.buffer(0.0002), "sweep_all_no_fly"),
    ):
        zone(api, area)
        answer = monitor.post("/api/sweeps/plan", json=wish())
        assert refusal(answer) == (422, code)
    hole = box(LON + 0.002, LAT + 0.002, LON + 0.003, LAT + 0.003)
    zone(api, hole)
    found = plan(monitor)
    for one in found["sorties"]:
        places = [(at["lon_deg"], at["lat_deg"]) for at in one["points"]]
        assert not hole.intersects(shapely.LineString(places))


def test_without_a_limit_nothing_is_planned(api: ApiRig, monitor: TestClient) -> None:
    own = replace(find_aircraft(M4T), climb_ms=None)
    api.context.store.aircraft.put(own, version=None, author="t")
    answer = monitor.post("/api/sweeps/plan", json=wish())
    assert refusal(answer) == (422, "aircraft_without_limit")
    assert "climb_ms" in answer.json()["detail"]


def test_without_terrain_nothing_is_planned(api: ApiRig) -> None:
    client = ApiRig(replace(api.context, terrain=None), api.clock).client(Role.MONITOR)
    look = {"lon_deg": LON, "lat_deg": LAT, "radius_m": 5.0, "aircraft": [M4T], "home": AT_HOME}
    for answer in (
        client.post("/api/sweeps/plan", json=wish()),
        client.post("/api/sweeps", json={"request": wish()}),
        client.post("/api/sweeps/look", json=look),
    ):
        assert refusal(answer) == (422, "sweep_no_terrain")
    outside = {**AT_HOME, "lon_deg": 100.0, "lat_deg": 20.0}
    answer = api.client(Role.MONITOR).post(
        "/api/sweeps/plan",
        json=wish(home=outside, target=drawn(box(100.0, 20.0, 100.003, 20.003))),
    )
    assert refusal(answer) == (422, "sweep_terrain_void")


HOSTILE = {
    "deep": b'{"name": "a", "target": {"geometry": ' + b"[" * 100_000,
    "deep shape": json.dumps(
        wish(target={"geometry": {"type": "Polygon", "coordinates": [[[[[[[[1]]]]]]]]}})
    ).encode(),
    "NaN": json.dumps(wish(height_m=math.nan)).encode(),
    "infinite": json.dumps(wish(height_m=math.inf)).encode(),
    "NaN place": json.dumps(
        wish(target={"geometry": {"type": "LineString", "coordinates": [[math.nan, 1], [2, 3]]}})
    ).encode(),
    "long number": json.dumps(
        wish(target={"geometry": {"type": "LineString", "coordinates": [[10**400, 1], [2, 3]]}})
    ).encode(),
    "kind": json.dumps(wish(target={"geometry": {"type": [], "coordinates": []}})).encode(),
    "kind of kind": json.dumps(wish(target={"geometry": {"type": {}}})).encode(),
    "short places": json.dumps(
        wish(target={"geometry": {"type": "Polygon", "coordinates": [[[1], [2], [3], [1]]]}})
    ).encode(),
    "mixed places": json.dumps(
        wish(target={"geometry": {"type": "Polygon", "coordinates": [[[1, 2, 3], [2, 3], [1]]]}})
    ).encode(),
    "texts": json.dumps(
        wish(target={"geometry": {"type": "Polygon", "coordinates": [[["1", "2"]]]}})
    ).encode(),
    "truths": json.dumps(
        wish(target={"geometry": {"type": "LineString", "coordinates": [[True, False], [1, 2]]}})
    ).encode(),
    "a list": b"[]",
    "nothing": b"",
    "half a character": b'{"name": "\\ud800"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused(api: ApiRig, monitor: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    for path, sent in (("/plan", body), ("", b'{"request": ' + body + b"}"), ("/look", body)):
        answer = monitor.post(f"/api/sweeps{path}", content=sent, headers=headers)
        assert refusal(answer)[0] in {400, 422}
    assert api.context.store.sweeps.page() == []


@pytest.mark.parametrize("count", [70_000, 250_000])
def test_a_shape_of_megabytes_is_refused_unread(monitor: TestClient, count: int) -> None:
    """70,000 vertices, and 5 MB of them."""
    ring = [[LON + at / count * 0.01, LAT] for at in range(count)]
    for target in ("target", "fence"):
        shape_ = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
        answer = monitor.post("/api/sweeps/plan", json=wish(**{target: shape_}))
        assert refusal(answer) == (413, "body_too_large")


# Looks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("views", [2, 3, "orbit"])
def test_a_place_is_looked_at(monitor: TestClient, views: object) -> None:
    asked = {"lon_deg": LON + 0.004, "lat_deg": LAT + 0.003, "radius_m": 30.0, "views": views}
    asked |= {"aircraft": [M4T], "home": AT_HOME, "wind": {"from_deg": 90.0, "speed_ms": 4.0}}
    answer = monitor.post("/api/sweeps/look", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (sortie,) = found["sorties"]
    looks = [point for point in sortie["points"] if point["role"] == "look"]
    assert found["kind"] == "look"
    assert found["name"] == "106.55400, 28.95300"
    assert len(looks) == views if views != "orbit" else len(looks) >= 6
    for at in looks:
        azimuth_deg, _, away_m = GEOD.inv(
            at["lon_deg"], at["lat_deg"], asked["lon_deg"], asked["lat_deg"]
        )
        assert (at["heading_deg"] - azimuth_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0, abs=1)
        level_deg = -math.degrees(math.atan2(at["above_sea_m"] - GROUND_M, away_m))
        assert at["gimbal_pitch_deg"] == pytest.approx(level_deg, abs=5.0)
        assert away_m > 30.0
        if views != "orbit":  # upwind: east of it, within 60 degrees
            from_deg = (azimuth_deg + 180.0) % 360.0
            assert abs(from_deg - 90.0) <= 60.5
    assert max(at["above_ground_m"] for at in sortie["points"]) <= 120.0


def test_looks_that_cannot_be(monitor: TestClient) -> None:
    asked = {"lon_deg": LON, "lat_deg": LAT + 0.003, "radius_m": 30.0, "aircraft": [M4T]}
    asked |= {"home": AT_HOME}
    for changes, status, code in (
        ({"home": None}, 422, "sweep_no_home"),
        ({"aircraft": ["nobody"]}, 422, "aircraft_unknown"),
        ({"views": 4}, 422, "input_refused"),
        ({"views": "3"}, 422, "input_refused"),
        ({"views": True}, 422, "input_refused"),
        ({"radius_m": -1.0}, 422, "input_refused"),
        ({"lat_deg": 91.0}, 422, "input_refused"),
        ({"lon_deg": LON + 0.5}, 422, "sweep_no_battery"),
        ({"wind": {"from_deg": 0.0, "speed_ms": 30.0}}, 422, "sweep_wind"),
    ):
        answer = monitor.post("/api/sweeps/look", json={**asked, **changes})
        assert refusal(answer) == (status, code), changes


# Kept sweeps --------------------------------------------------------------------------------------


def test_a_sweep_is_kept_changed_and_retired(api: ApiRig, monitor: TestClient) -> None:
    first = keep(monitor)
    number, at = first["sweep_id"], f"/api/sweeps/{first['sweep_id']}"
    assert (first["version"], first["origin"], first["changed_by"]) == (1, "planned", "monitor")
    assert first["check"] is None
    assert {key: first["request"][key] for key in ("aircraft", "height_m", "home")} == {
        "aircraft": [M4T], "height_m": 100.0, "home": AT_HOME,
    }  # fmt: skip
    assert monitor.get(at).json() == first
    changed = monitor.put(at, json={"request": wish(name="南坡", height_m=90.0), "version": 1})
    assert changed.status_code == 200
    second = changed.json()
    assert (second["name"], second["version"]) == ("南坡", 2)
    assert [one["version"] for one in second["versions"]] == [2, 1]
    assert [one["name"] for one in second["versions"]] == ["南坡", "北坡 1/2"]
    late = monitor.put(at, json={"request": wish(), "version": 1})
    assert refusal(late) == (409, "sweep_changed")
    assert "monitor" in late.json()["detail"]
    assert refusal(monitor.put(at, json={"request": wish()})) == (422, "sweep_version_missing")
    assert refusal(monitor.delete(f"{at}?version=1")) == (409, "sweep_changed")
    assert monitor.get(at).json() == second
    (row,) = monitor.get("/api/sweeps").json()["sweeps"]
    assert row == second["versions"][0]
    assert monitor.delete(f"{at}?version=2").status_code == 204
    assert monitor.get("/api/sweeps").json()["sweeps"] == []
    assert monitor.get(at).json() == second, "what was flown can be told of"
    assert refusal(monitor.delete(f"{at}?version=2")) == (404, "no_such_sweep")
    assert refusal(monitor.put(at, json={"request": wish(), "version": 2})) == (
        404, "no_such_sweep",
    )  # fmt: skip
    deeds = api.client(Role.ADMIN).get("/api/audit", params={"kind": "sweep"}).json()["deeds"]
    assert [(deed["action"], deed["subject"], deed["actor"]) for deed in deeds] == [
        (f"sweep.{deed}", str(number), "monitor") for deed in ("retired", "saved", "saved")
    ]
    told = [one for one in api.context.store.events.after(0) if one.kind is EventKind.SWEEP_CHANGED]
    assert [one.subject_id for one in told] == [number] * 3


def test_what_is_not_planned_is_not_kept(api: ApiRig, monitor: TestClient) -> None:
    number = keep(monitor)["sweep_id"]
    for bad, code in ((wish(height_m=300.0), "sweep_height"), (wish(name="a\nb"), "sweep_name")):
        answer = monitor.post("/api/sweeps", json={"request": bad})
        assert refusal(answer) == (422, code)
        answer = monitor.put(f"/api/sweeps/{number}", json={"request": bad, "version": 1})
        assert refusal(answer) == (422, code)
    assert [head.version for head in api.context.store.sweeps.versions(number)] == [1]


def test_a_repeated_request_keeps_one(api: ApiRig, monitor: TestClient) -> None:
    key = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    answers = [monitor.post("/api/sweeps", json={"request": wish()}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(api.context.store.sweeps.page()) == 1
    other = monitor.post("/api/sweeps", json={"request": wish(height_m=90.0)}, headers=key)
    assert other.status_code >= 400
    assert len(api.context.store.sweeps.page()) == 1


def test_pages_show_every_sweep_once(monitor: TestClient) -> None:
    data = mission_file(monitor, "geojson")
    for _ in range(4):
        assert monitor.post("/api/sweeps/import?name=a", content=data).status_code == 201
    seen: list[int] = []
    asked: dict[str, int] = {"limit": 2}
    while True:
        page = monitor.get("/api/sweeps", params=asked).json()
        seen += [one["sweep_id"] for one in page["sweeps"]]
        assert len(page["sweeps"]) <= 2
        if page["next_before"] is None:
            break
        asked["before"] = page["next_before"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5
    for bad in ({"limit": 0}, {"limit": 201}, {"before": 0}, {"before": "x"}):
        assert refusal(monitor.get("/api/sweeps", params=bad)) == (422, "input_refused")


def test_there_is_no_such_sweep(monitor: TestClient) -> None:
    for number in (1, 2**40, 2**62):
        assert refusal(monitor.get(f"/api/sweeps/{number}")) == (404, "no_such_sweep")
        assert refusal(file_of(monitor, number, "kml")) == (404, "no_such_sweep")
        answer = monitor.delete(f"/api/sweeps/{number}?version=1")
        assert refusal(answer) == (404, "no_such_sweep")
    for number in ("0", "-1", "x", str(2**63)):
        assert refusal(monitor.get(f"/api/sweeps/{number}")) == (422, "input_refused")


# Files --------------------------------------------------------------------------------------------


def mission_file(client: TestClient, format_: str, aircraft: str = M4T) -> bytes:
    answer = file_of(client, keep(client, aircraft=[aircraft])["sweep_id"], format_)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("aircraft", [M4T, PX4])
def test_a_flight_goes_out_in_every_format(api: ApiRig, monitor: TestClient, aircraft: str) -> None:
    number = keep(monitor, aircraft=[aircraft])["sweep_id"]
    (mission,) = api.context.store.sweeps.get(number).missions
    for format_ in MissionFormat:
        answer = file_of(monitor, number, format_)
        if format_ is MissionFormat.WPML and aircraft == PX4:
            assert answer.status_code == 422, "no aircraft of DJI's"
            continue
        assert answer.status_code == 200, answer.text
        name = answer.headers["content-disposition"]
        assert name.startswith("attachment; filename*=UTF-8''%E5%8C%97%E5%9D%A1%201%2F2-1.")
        read = read_mission(answer.content, "x")
        assert len(read.points) >= len(mission.points) - 2
        for here, there in zip(mission.points, read.points, strict=False):
            if format_ in {MissionFormat.GEOJSON, MissionFormat.KML}:
                assert (here.lon_deg, here.lat_deg) == pytest.approx(
                    (there.lon_deg, there.lat_deg), abs=1e-7
                )
        if format_ is MissionFormat.GEOJSON:
            assert differences(mission, read) == []


def test_flights_and_formats_that_are_none(monitor: TestClient) -> None:
    number = keep(monitor)["sweep_id"]
    assert refusal(file_of(monitor, number, "kml", 2)) == (404, "no_such_flight")
    assert refusal(file_of(monitor, number, "kml", 0)) == (422, "input_refused")
    assert refusal(file_of(monitor, number, "exe")) == (422, "input_refused")


def test_heights_above_the_ellipsoid_are_not_guessed(api: ApiRig) -> None:
    """The drill is in Tennessee, where the table of the geoid does not reach."""
    client = ApiRig(replace(api.context, terrain=drill_relief()), api.clock).client(Role.MONITOR)
    field = box(-84.22, 36.30, -84.218, 36.302)
    number = keep(client, target=drawn(field), home={"lon_deg": -84.22, "lat_deg": 36.3})[
        "sweep_id"
    ]
    assert refusal(file_of(client, number, "wpml")) == (422, "geoid_outside")
    assert file_of(client, number, "kml").status_code == 200


# Files of others ----------------------------------------------------------------------------------


def check(client: TestClient, data: bytes, **asked: str) -> Response:
    return client.post("/api/sweeps/check", params={"name": "他人.x", **asked}, content=data)


@pytest.mark.parametrize("format_", ["wpml", "geojson", "kml"])
def test_what_was_written_here_may_fly(monitor: TestClient, format_: str) -> None:
    answer = check(monitor, mission_file(monitor, format_), aircraft=M4T)
    found = answer.json()
    assert answer.status_code == 200, answer.text
    assert (found["format"], found["may_fly"]) == (format_, True), found["findings"]
    assert found["points"] == len(found["path"]["coordinates"])
    assert GEOD.geometry_length(shape(found["path"])) == pytest.approx(found["length_m"], rel=2e-3)
    assert found["profile"]["sortie"] == 1


def lifted(data: bytes, by_m: float) -> bytes:
    """The same flight so much higher."""

    def walk(node: Any) -> Any:  # noqa: ANN401  # JSON
        if isinstance(node, list) and len(node) == 3 and all(isinstance(x, float) for x in node):
            return [node[0], node[1], node[2] + by_m]
        if isinstance(node, list):
            return [walk(one) for one in node]
        return {key: walk(one) for key, one in node.items()} if isinstance(node, dict) else node

    return json.dumps(walk(json.loads(data))).encode()


def test_a_mission_that_must_not_fly_is_told_and_not_kept(api: ApiRig, monitor: TestClient) -> None:
    high = lifted(mission_file(monitor, "geojson"), 60.0)
    found = check(monitor, high, aircraft=M4T).json()
    assert found["may_fly"] is False
    refused = [each for each in found["findings"] if each["gravity"] == "refused"]
    assert refused
    assert all(each["remedy"] for each in refused)
    before = len(api.context.store.sweeps.page())
    answer = monitor.post("/api/sweeps/import?name=high.geojson", content=high)
    assert refusal(answer) == (409, "mission_must_not_fly")
    assert len(api.context.store.sweeps.page()) == before


def test_a_mission_that_may_fly_is_kept(api: ApiRig, monitor: TestClient) -> None:
    data = mission_file(monitor, "wpml")
    answer = monitor.post(f"/api/sweeps/import?name=他人.kmz&aircraft={M4T}", content=data)
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert (kept["origin"], kept["request"], kept["plan"]) == ("imported", None, None)
    assert kept["check"]["may_fly"] is True
    assert monitor.get(f"/api/sweeps/{kept['sweep_id']}").json() == kept
    again = read_mission(file_of(monitor, kept["sweep_id"], "wpml").content, "x")
    assert differences(read_mission(data, "x"), again) == []
    deed = api.client(Role.ADMIN).get("/api/audit", params={"kind": "sweep"}).json()["deeds"][0]
    assert (deed["action"], deed["subject"]) == ("sweep.imported", str(kept["sweep_id"]))


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "mission_empty"),
        (b" \n", 422, "mission_empty"),
        (b"\0" * 100, 422, "mission_empty"),
        (b"%PDF-1.7", 422, "mission_unknown"),
        (b"\xff\xd8\xff\xe0", 422, ""),
        (b'{"fileType": "Other"}', 422, "mission_unknown"),
        (b'{"type": "Polygon"', 422, "mission_damaged"),
        (b'{"type": "LineString", "coordinates": [[NaN, 1]]}', 422, "mission_damaged"),
        (b'{"a":' * 50_000, 422, "mission_damaged"),
        (b"PK\x03\x04", 422, ""),
        (b"<kml>" * 10_000, 422, ""),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>', 422, ""),
        (b"QGC WPL 110\n0\t1", 422, ""),
        (b"x" * 20_000_000, 413, "body_too_large"),
    ],
)
def test_files_that_are_no_missions(
    api: ApiRig, monitor: TestClient, data: bytes, status: int, code: str
) -> None:
    for path in ("check", "import"):
        answer = monitor.post(f"/api/sweeps/{path}?name=a", content=data)
        assert answer.status_code == status
        assert refusal(answer)[1] == (code or answer.json()["code"])
    assert api.context.store.sweeps.page() == []


def test_a_check_names_its_file_and_a_known_aircraft(monitor: TestClient) -> None:
    data = mission_file(monitor, "kml")
    assert refusal(check(monitor, data, aircraft="nobody")) == (422, "aircraft_unknown")
    assert refusal(check(monitor, data, name="")) == (422, "input_refused")
    assert refusal(monitor.post("/api/sweeps/check", content=data)) == (422, "input_refused")


# Who ----------------------------------------------------------------------------------------------


def test_viewers_read_and_monitors_write(api: ApiRig, monitor: TestClient) -> None:
    number = keep(monitor)["sweep_id"]
    viewer = api.client(Role.VIEWER)
    assert viewer.get("/api/sweeps").status_code == 200
    assert viewer.get(f"/api/sweeps/{number}").status_code == 200
    look = {"lon_deg": LON, "lat_deg": LAT, "radius_m": 5.0, "aircraft": [M4T], "home": AT_HOME}
    for answer in (
        viewer.post("/api/sweeps/plan", json=wish()),
        viewer.post("/api/sweeps/look", json=look),
        viewer.post("/api/sweeps/check?name=a", content=b"x"),
        viewer.post("/api/sweeps/import?name=a", content=b"x"),
        viewer.post("/api/sweeps", json={"request": wish()}),
        viewer.put(f"/api/sweeps/{number}", json={"request": wish(), "version": 1}),
        viewer.delete(f"/api/sweeps/{number}?version=1"),
        file_of(viewer, number, "kml"),
    ):
        assert refusal(answer) == (403, "not_permitted")
    nobody = api.client()
    for path in ("", f"/{number}", f"/{number}/file?format=kml"):
        assert nobody.get(f"/api/sweeps{path}").status_code == 401
    assert [head.version for head in api.context.store.sweeps.versions(number)] == [1]


def test_a_plan_that_another_version_kept_is_told_and_not_a_failure(
    api: ApiRig, monitor: TestClient
) -> None:
    sweep_id = keep_sweep(api.context.store)
    assert refusal(monitor.get(f"/api/sweeps/{sweep_id}")) == (409, "sweep_unreadable")
