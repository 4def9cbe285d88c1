"""Observations over HTTP: every way of telling a place or a direction, and what is refused."""

import math
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from pyproj import Geod

from geo.crs import Gcj02, Wgs84, from_wgs84
from geo.meeting import HELD
from models.crossing import Bearing, Report
from models.land import Layer
from models.site import Camera, CameraKind, HeightDatum, Position
from models.user import Role

GEOD = Geod(ellps="WGS84")
HERE = {"kind": "coordinates", "system": "WGS84", "first": -84.25, "second": 36.25}
QIJIANG = (106.65, 28.85)


def place(spot: dict[str, Any] = HERE, radius_m: float = 500.0) -> dict[str, Any]:
    return {"kind": "place", "spot": spot, "radius_m": radius_m}


def direction(**said: object) -> dict[str, Any]:
    return {"kind": "direction", "spot": HERE, **said}


def body(sighting: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {
        "key": "key-0000001",
        "source": "call",
        "sighting": sighting,
        "seen_at": START.isoformat(),
        "words": " 山坡冒烟 ",
        **changes,
    }


@pytest.fixture
def in_qijiang(api: ApiRig) -> ApiRig:
    stand = Position(106.7, 28.9, 20.0, HeightDatum.GROUND)
    api.context.store.cameras.put(Camera("q1", "綦江塔", CameraKind.TOWER, stand, ()))
    return api


def test_a_place_is_written_down_and_read(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    made = client.post("/api/observations", json=body(place()))
    assert made.status_code == 201
    told = made.json()
    assert told | {"townships": []} == {
        "observation_id": 1,
        "incident_id": 1,
        "source": "call",
        "kind": "place",
        "lon_deg": -84.25,
        "lat_deg": 36.25,
        "radius_m": pytest.approx(500.0),
        "bearing_deg": None,
        "sigma_deg": None,
        "seen_at": START.isoformat().replace("+00:00", "Z"),
        "told": "WGS84 -84.25, 36.25, within 500 m",
        "words": "山坡冒烟",
        "caller": "",
        "author": "monitor",
        "entered_at": START.isoformat().replace("+00:00", "Z"),
        "withdrawn_by": "",
        "withdrawn_at": None,
        "townships": [],
    }
    assert sum(each["probability"] for each in told["townships"]) == pytest.approx(1.0, abs=0.01)
    unnamed = told | {"caller": None}
    listed = api.client(Role.VIEWER).get("/api/observations").json()
    assert listed == {"observations": [unnamed], "next_cursor": None}
    witness = api.context.store.observations.get(1).draft.witness
    assert isinstance(witness, Report)
    assert witness.sigma_m == pytest.approx(500.0 / HELD)


def test_handed_in_twice_it_stays_one(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    first = client.post("/api/observations", json=body(place()))
    again = client.post("/api/observations", json=body(place(radius_m=900.0)))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(client.get("/api/observations").json()["observations"]) == 1


def test_it_is_taken_back_and_stays_in_the_list(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    client.post("/api/observations", json=body(place()))
    gone = client.post("/api/observations/1/withdraw")
    assert gone.status_code == 200
    assert gone.json()["withdrawn_by"] == "monitor"
    assert client.get("/api/observations").json()["observations"] == [gone.json()]
    assert client.post("/api/observations/1/withdraw").json()["code"] == "observation_withdrawn"
    assert client.post("/api/observations/2/withdraw").status_code == 404


def test_pages_go_back(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    for number in range(3):
        client.post("/api/observations", json=body(place(), key=f"key-000000{number}"))
    page = client.get("/api/observations?limit=1&before=3").json()["observations"]
    assert [each["observation_id"] for each in page] == [2]


def test_coordinates_pass_the_door_of_their_system(in_qijiang: ApiRig) -> None:
    client = in_qijiang.client(Role.MONITOR)
    shifted = from_wgs84(Wgs84.at(*QIJIANG), Gcj02)
    assert isinstance(shifted, Gcj02)
    grid = from_wgs84(Wgs84.at(*QIJIANG), 4545)
    spots = [
        ("GCJ-02", *shifted.pair),
        ("EPSG:4545", float(grid.easting_m), float(grid.northing_m)),  # type: ignore[union-attr]
        ("CGCS2000", *QIJIANG),
    ]
    for number, (system, first, second) in enumerate(spots):
        spot = {"kind": "coordinates", "system": system, "first": first, "second": second}
        told = client.post(
            "/api/observations", json=body(place(spot), key=f"key-000010{number}")
        ).json()
        apart_m = GEOD.inv(told["lon_deg"], told["lat_deg"], *QIJIANG)[2]
        assert apart_m < 0.02
        assert told["told"].startswith(system)


def test_a_village_is_named_and_its_size_is_part_of_the_error(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    village = api.context.store.land.all()
    point = next(each for each in village if each.layer is Layer.VILLAGE)
    spot = {"kind": "named", "layer": "village", "code": point.code}
    told = client.post("/api/observations", json=body(place(spot))).json()
    assert told["radius_m"] == pytest.approx(500.0)
    assert point.name in told["told"]
    area = next(each for each in village if each.layer is Layer.TOWNSHIP)
    spot = {"kind": "named", "layer": "township", "code": area.code}
    wide = client.post("/api/observations", json=body(place(spot), key="key-0000002")).json()
    assert wide["radius_m"] > 1_500.0


def test_a_direction_in_degrees_from_true_north(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    told = client.post(
        "/api/observations", json=body(direction(bearing_deg=360.0, north="true"))
    ).json()
    assert (told["kind"], told["bearing_deg"], told["sigma_deg"]) == ("direction", 0.0, 5.0)
    assert told["told"] == "360 deg true from WGS84 -84.25, 36.25"
    assert told["townships"] == []
    finer = direction(bearing_deg=0.0, north="true", sigma_deg=1.5)
    told = client.post("/api/observations", json=body(finer, key="key-0000002")).json()
    assert told["sigma_deg"] == pytest.approx(1.5)


def test_a_compass_is_turned_to_true_north_by_a_stated_model(in_qijiang: ApiRig) -> None:
    client = in_qijiang.client(Role.MONITOR)
    spot = {"kind": "camera", "camera_id": "q1"}
    said = {"kind": "direction", "spot": spot, "bearing_deg": 90.0, "north": "magnetic"}
    told = client.post("/api/observations", json=body(said)).json()
    assert told["bearing_deg"] == pytest.approx(90.0 - 2.85, abs=0.05)
    assert told["sigma_deg"] == pytest.approx(math.hypot(5.0, 0.4))
    assert told["told"] == "90 deg magnetic (-2.84) from q1"
    witness = in_qijiang.context.store.observations.get(1).draft.witness
    assert isinstance(witness, Bearing)
    assert (witness.observer.lon_deg, witness.observer.lat_deg) == (106.7, 28.9)


def test_a_word_of_the_compass_is_wide(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    told = client.post("/api/observations", json=body(direction(word="东北"))).json()
    assert (told["bearing_deg"], told["sigma_deg"]) == (45.0, 13.0)
    wider = body(direction(word="NNE", sigma_deg=20.0), key="key-0000002")
    told = client.post("/api/observations", json=wider).json()
    assert (told["bearing_deg"], told["sigma_deg"]) == (22.5, 20.0)


def spot(system: str, first: object, second: object) -> dict[str, Any]:
    return place({"kind": "coordinates", "system": system, "first": first, "second": second})


@pytest.mark.parametrize(
    ("sighting", "code"),
    [
        (spot("", -84.25, 36.25), "coordinates_untagged"),
        (spot("Beijing54", 106.6, 28.8), "system_old"),
        (spot("mars", 106.6, 28.8), "system_unknown"),
        (spot("WGS84", 28.85, 106.65), "coordinates_swapped"),
        (spot("WGS84", 200.0, 36.0), "coordinates_range"),
        (spot("GCJ-02", -84.25, 36.25), "coordinates_abroad"),
        (spot("WGS84", 106.65, 28.85), "observation_far"),
        (spot("WGS84", "nan", 36.0), "input_refused"),
        (spot("WGS84", "Infinity", 36.0), "input_refused"),
        (spot("WGS84", "x", 36.0), "input_refused"),
        (place(radius_m=5.0), "input_refused"),
        (place(radius_m=1e9), "input_refused"),
        (place({"kind": "named", "layer": "village", "code": "x'; DROP TABLE"}), "not_found"),
        (place({"kind": "named", "layer": "road", "code": "DRILL-ROAD-01"}), "observation_named"),
        (place({"kind": "named", "layer": "moon", "code": "1"}), "input_refused"),
        (place({"kind": "camera", "camera_id": "none"}), "not_found"),
        (place({**HERE, "extra": 1}), "input_refused"),
        (direction(), "direction_missing"),
        (direction(bearing_deg=10.0, north="true", word="N"), "direction_missing"),
        (direction(bearing_deg=10.0), "direction_north"),
        (direction(bearing_deg=10.0, north="grid"), "input_refused"),
        (direction(bearing_deg=10.0, north="magnetic"), "declination_unknown"),
        (direction(bearing_deg=361.0, north="true"), "input_refused"),
        (direction(word="山那边"), "direction_word"),
        (direction(word="N", sigma_deg=0.0), "input_refused"),
        ({"kind": "rumour"}, "input_refused"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(
    api: ApiRig, sighting: dict[str, Any], code: str
) -> None:
    client = api.client(Role.MONITOR)
    refused = client.post("/api/observations", json=body(sighting))
    assert refused.status_code in {404, 422}
    assert refused.json()["code"] == code
    assert client.get("/api/observations").json()["observations"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen_at": (START + timedelta(hours=1)).isoformat()}, "observation_time"),
        ({"seen_at": (START - timedelta(days=40)).isoformat()}, "observation_time"),
        ({"seen_at": "2026-11-25T03:00:00"}, "input_refused"),  # no zone
        ({"seen_at": "0001-01-01T00:00:00+14:00"}, "input_refused"),
        ({"seen_at": "9999-12-31T23:59:59-14:00"}, "input_refused"),
        ({"words": "x" * 2001}, "input_refused"),
        ({"words": "a\0b"}, "note_refused"),
        ({"source": "ghost"}, "input_refused"),
        ({"key": "short"}, "input_refused"),
        ({"key": "x" * 65}, "input_refused"),
    ],
)
def test_what_cannot_be_told_is_refused(api: ApiRig, changes: dict[str, Any], code: str) -> None:
    refused = api.client(Role.MONITOR).post("/api/observations", json=body(place(), **changes))
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_who_only_looks_writes_nothing(api: ApiRig) -> None:
    viewer = api.client(Role.VIEWER)
    assert viewer.post("/api/observations", json=body(place())).status_code == 403
    assert viewer.post("/api/observations/1/withdraw").status_code == 403
    assert api.client().get("/api/observations").status_code == 401


def test_where_no_camera_stands_any_place_is_taken(api: ApiRig) -> None:
    for camera in api.context.store.cameras.all():
        api.context.store.links.remove(camera.camera_id, actor="t")
    made = api.client(Role.MONITOR).post(
        "/api/observations", json=body(spot("WGS84", 106.65, 28.85))
    )
    assert made.status_code == 201


def test_what_two_callers_tell_of_one_place_is_one_fire(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    client.post("/api/observations", json=body(place()))
    near = place({**HERE, "first": -84.251})
    second = client.post("/api/observations", json=body(near, key="key-0000002")).json()
    assert second["incident_id"] == 1
    far = place({**HERE, "first": -84.15})
    third = client.post("/api/observations", json=body(far, key="key-0000003")).json()
    assert third["incident_id"] == 2
    again = client.post("/api/observations", json=body(near, key="key-0000002"))
    assert (again.status_code, again.json()["incident_id"]) == (200, 1)
    (_, fire) = client.get("/api/incidents?scope=working").json()["incidents"]
    assert [entry["link"] for entry in fire["entries"]] == ["first", "near"]
