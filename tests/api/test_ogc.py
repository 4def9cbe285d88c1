"""OGC API Features: what the standard asks for, and what GDAL's own reader makes of it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from gdal_reader import asked_by_gdal
from served import served

from api.auth.tokens import new_secret, secret_sha256, written
from api.ogc.systems import CRS84, EPSG_4326, EPSG_4490
from models.alert import Alert
from models.crossing import Bearing, Report
from models.incident import IncidentState
from models.land import Layer
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, TokenScope

ITEMS = "/api/ogc/collections/{}/items"


def tell(api: ApiRig, count: int, lon_deg: float = -84.3, lat_deg: float = 36.2) -> None:
    """Every fifth tells a direction only."""
    for at in range(count):
        stand = Position(lon_deg + 0.001 * at, lat_deg, 0.0, HeightDatum.GROUND)
        witness = Bearing(stand, 30.0, 2.0) if at % 5 == 4 else Report(stand, 100.0)
        when = api.clock.now() - timedelta(hours=at)
        draft = ObservationDraft(ObservationSource.CALL, witness, when, "t", "山坡冒烟")
        api.context.store.observations.add(draft, author="m", key=f"key-{lon_deg}-{at:04}")


def confirm(api: ApiRig, number: int) -> None:
    api.context.store.verdicts.step(
        number, expected=IncidentState.OPEN, to_state=IncidentState.CONFIRMED, author="m", note="火"
    )


def ask(api: ApiRig, path: str, **query: object) -> Any:  # noqa: ANN401
    answer = api.client(Role.VIEWER).get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_landing_page_leads_everywhere(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)
    page = client.get("/api/ogc").json()
    for link in page["links"]:
        answer = client.get(link["href"])
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].replace(" ", "") == link["type"].replace(" ", "")
    assert {link["rel"] for link in page["links"]} == {
        "self",
        "conformance",
        "data",
        "service-desc",
    }
    conforms = client.get("/api/ogc/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in conforms
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in conforms
    listed = client.get("/api/ogc/collections").json()["collections"]
    assert [one["id"] for one in listed] == ["incidents", "observations", *Layer]
    for one in listed:
        assert one["crs"] == [CRS84, EPSG_4326, EPSG_4490]
        assert (one["storageCrs"], one["itemType"]) == (CRS84, "feature")
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert west < east
        assert south < north
        for link in one["links"]:
            assert client.get(link["href"]).status_code == 200, link


def test_pages_are_followed_to_the_end_and_stable(api: ApiRig) -> None:
    tell(api, 11)
    client = api.client(Role.VIEWER)
    seen: list[int] = []
    address = f"{ITEMS.format('incidents')}?limit=4"
    for turn in range(9):
        page = client.get(address).json()
        assert page["numberReturned"] == len(page["features"]) <= 4
        seen += [one["id"] for one in page["features"]]
        if turn == 0:
            tell(api, 2, lon_deg=-84.0)
        nexts = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not nexts:
            break
        address = nexts[0]
    assert seen == list(range(11, 0, -1))


def test_pages_of_the_land_say_how_many_there_are(api: ApiRig) -> None:
    every = api.context.store.land.all(Layer.ROAD)
    client = api.client(Role.VIEWER)
    address, codes = f"{ITEMS.format('road')}?limit=3", []
    while address:
        page = client.get(address).json()
        assert page["numberMatched"] == len(every)
        codes += [one["id"] for one in page["features"]]
        address = next((each["href"] for each in page["links"] if each["rel"] == "next"), "")
    assert codes == sorted(one.code for one in every)
    one = client.get(f"{ITEMS.format('road')}/{codes[0]}").json()
    assert one["properties"]["name"] == next(e.name for e in every if e.code == codes[0])
    assert {link["rel"] for link in one["links"]} == {"self", "collection"}
    assert client.get(one["links"][0]["href"]).json()["id"] == codes[0]


def test_a_fire_has_its_place_and_a_direction_has_none(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    alert = burn()
    tell(api, 5)
    (fire,) = [
        one
        for one in ask(api, ITEMS.format("incidents"))["features"]
        if one["id"] == alert.incident_id
    ]
    best = alert.draft.fix.clusters[0].position
    assert fire["geometry"]["coordinates"] == pytest.approx([best.lon_deg, best.lat_deg])
    assert fire["properties"]["township"]
    assert fire["properties"]["alerts"] == 1
    for collection in ("incidents", "observations"):
        lines = [
            one
            for one in ask(api, ITEMS.format(collection))["features"]
            if one["properties"]["bearing_deg"] is not None
        ]
        assert len(lines) == 1
        assert (lines[0]["geometry"], lines[0]["properties"]["bearing_deg"]) == (None, 30.0)
        assert lines[0]["properties"]["observer_lon_deg"] == pytest.approx(-84.296)


def test_axes_come_in_the_order_of_their_system(api: ApiRig) -> None:
    tell(api, 1)
    client = api.client(Role.VIEWER)
    address = f"{ITEMS.format('incidents')}/1"
    for system, wanted in (
        (None, [-84.3, 36.2]),
        (CRS84, [-84.3, 36.2]),
        (EPSG_4326, [36.2, -84.3]),
    ):
        answer = client.get(address, params={"crs": system} if system else {})
        assert answer.json()["geometry"]["coordinates"] == wanted
        assert answer.headers["content-crs"] == f"<{system or CRS84}>"
    abroad = client.get(address, params={"crs": EPSG_4490})
    assert (abroad.status_code, abroad.json()["code"]) == (422, "coordinates_abroad")
    tell(api, 1, lon_deg=106.65, lat_deg=28.86)
    answer = client.get(f"{ITEMS.format('incidents')}/2", params={"crs": EPSG_4490})
    assert answer.json()["geometry"]["coordinates"] == [28.86, 106.65]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"bbox": "-84.3005,36.1,-84.2985,36.3"}, [2, 1]),
        ({"bbox": "-84.3005,36.1,0,-84.2985,36.3,100"}, [2, 1]),
        ({"bbox": "36.1,-84.3005,36.3,-84.2985", "bbox-crs": EPSG_4326}, [2, 1]),
        ({"bbox": "36.1,-84.3005,36.3,-84.2985", "bbox-crs": EPSG_4490}, [2, 1]),
        ({"bbox": "170,-10,-84.2985,40"}, [2, 1]),  # over the antimeridian
        ({"bbox": "0,0,1,1"}, []),
        ({"datetime": START.isoformat()}, [1]),
        ({"datetime": f"../{(START - timedelta(hours=3)).isoformat()}"}, [5, 4]),
        ({"datetime": f"{(START - timedelta(hours=1)).isoformat()}/"}, [2, 1]),
        ({"datetime": "2026-11-25T01:30:00Z/2026-11-25T02:30:00Z"}, [2]),
        ({"state": "confirmed"}, [3]),
        ({"state": "confirmed", "bbox": "0,0,1,1"}, []),
        ({"incident_id": "4"}, [4]),
        ({"direction_only": "true"}, [5]),
        ({"is_drill": "true"}, []),
        ({"township": "nowhere"}, []),
        ({"limit": "99999"}, [5, 4, 3, 2, 1]),
        ({"f": "json"}, [5, 4, 3, 2, 1]),
    ],
)
def test_items_are_narrowed(api: ApiRig, query: dict[str, str], found: list[int]) -> None:
    tell(api, 5)
    confirm(api, 3)
    answer = ask(api, ITEMS.format("incidents"), **query)
    assert [one["id"] for one in answer["features"]] == found


def test_land_is_narrowed_by_its_own_facts(api: ApiRig) -> None:
    features = api.context.store.land.all(Layer.WATER_POINT)
    named = features[0]
    answer = ask(api, ITEMS.format("water_point"), name=named.name)
    assert [one["id"] for one in answer["features"]] == [
        one.code for one in features if one.name == named.name
    ]
    queryables = ask(api, "/api/ogc/collections/water_point/queryables")["properties"]
    assert {"code", "name", "drill"} < set(queryables)
    numbers = [
        (key, one.properties[key])
        for one in features
        for key, about in queryables.items()
        if about["type"] == "number" and one.properties.get(key) is not None
    ]
    key, value = numbers[0]
    answer = ask(api, ITEMS.format("water_point"), **{key: value})
    assert answer["features"]
    assert all(one["properties"][key] == value for one in answer["features"])


@pytest.mark.parametrize(
    "query",
    [
        "nope=1",
        "limit=0",
        "limit=x",
        "limit=-1",
        "limit=1&limit=2",
        "bbox=1,2,3",
        "bbox=1,2,x,4",
        "bbox=nan,0,1,1",
        "bbox=0,10,1,5",
        "bbox=36.1,-84.3,36.3,-184.2",
        "bbox=0,0,1,1&bbox-crs=EPSG:3857",
        "crs=EPSG:4326",
        "datetime=yesterday",
        "datetime=2026-01-02/2026-01-01",
        "datetime=..",
        "datetime=a/b/c",
        "f=html",
        "is_drill=perhaps",
        "incident_id=one",
        "offset=-1",
    ],
)
def test_what_cannot_be_asked_is_a_bad_request(api: ApiRig, query: str) -> None:
    tell(api, 1)
    answer = api.client(Role.VIEWER).get(f"{ITEMS.format('incidents')}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "query_refused")


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "nothing/items",
        "nothing/queryables",
        "incidents/items/77",
        "incidents/items/x",
        "observations/items/0",
        "observations/items/99999999999999999999",
        "road/items/no such",
    ],
)
def test_what_is_not_there_is_not_found(api: ApiRig, path: str) -> None:
    answer = api.client(Role.VIEWER).get(f"/api/ogc/collections/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_observation_is_an_item(api: ApiRig) -> None:
    tell(api, 205)
    assert ask(api, f"{ITEMS.format('observations')}/5")["properties"]["kind"] == "direction"
    every = ask(api, ITEMS.format("observations"), limit=1000)
    assert every["numberReturned"] == 205
    mixed = ask(api, ITEMS.format("observations"), kind="direction", limit=1000)
    assert mixed["numberReturned"] == 41


def test_an_empty_district_spans_the_earth(api: ApiRig) -> None:
    for layer in Layer:
        api.context.store.land.replace(layer, [])
    extent = ask(api, "/api/ogc/collections/incidents")["extent"]["spatial"]["bbox"]
    assert extent == [[-180.0, -90.0, 180.0, 90.0]]


def test_the_definition_has_an_address_for_each_collection(api: ApiRig) -> None:
    client = api.client(Role.VIEWER)  # signing in takes its time, so once
    told = client.get("/api/ogc/api").json()
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://testserver/api/ogc"}]
    for key in ("incidents", "observations", *Layer):
        asked = told["paths"][f"/collections/{key}/items"]["get"]
        names = {one["name"] for one in asked["parameters"]}
        queryables = client.get(f"/api/ogc/collections/{key}/queryables").json()["properties"]
        assert names == {
            "bbox",
            "bbox-crs",
            "crs",
            "datetime",
            "limit",
            "offset",
            "cursor",
            "f",
        } | {*queryables}
    assert set(re.findall(r'"(#/[^"]+)"', json.dumps(told))) == {"#/components/schemas/Problem"}
    assert "/" in told["paths"]
    assert not any("/api/" in path for path in told["paths"])


def test_gdal_lists_pages_and_filters(api: ApiRig) -> None:
    tell(api, 25)
    confirm(api, 3)
    secret = new_secret()
    token = api.context.store.tokens.add(
        "qgis",
        secret_sha256(secret),
        role=Role.VIEWER,
        scopes=(TokenScope.EXPORTS,),
        townships=(),
        expires_at=api.clock.now() + timedelta(days=9),
        actor="admin",
    )
    with served(api) as address:
        names, whole, some, inside, roads, named = asked_by_gdal(
            f"{address}/api/ogc",
            written(token.token_id, secret),
            [
                {},
                {"layer": "incidents", "options": {"PAGE_SIZE": "10"}},
                {"layer": "incidents", "where": "state = 'confirmed'"},
                {"layer": "incidents", "bbox": [-84.3005, 36.1, -84.2985, 36.3]},
                {"layer": "road"},
                {"layer": "township"},
            ],
        )
    assert names == ["incidents", "observations", *Layer]
    assert (whole["count"], whole["empty"]) == (25, 5)
    assert {row["incident_id"] for row in whole["rows"]} == {str(each) for each in range(1, 26)}
    assert [(row["incident_id"], row["note"]) for row in some["rows"]] == [("3", "火")]
    assert {row["incident_id"] for row in inside["rows"]} == {"1", "2"}
    land = api.context.store.land
    assert roads["count"] == len(land.all(Layer.ROAD))
    assert {row["name"] for row in named["rows"]} == {one.name for one in land.all(Layer.TOWNSHIP)}
