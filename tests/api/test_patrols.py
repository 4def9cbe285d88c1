"""Patrols over HTTP: who may say how a camera tours, and the danger of the day."""

from dataclasses import replace
from typing import Any

import pytest
from api_rig import ApiRig

from models.camera_link import Adapter, CameraLink, Credential
from models.user import Role

DEVICE = "http://10.0.0.5:8080/onvif/device_service"
POSE = {"azimuth_deg": 0.0, "tilt_deg": -2.0, "horizontal_fov_deg": 30.0}


def body(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    presets = [
        {"number": 0, "name": " 北 ", "pose": POSE, "token": " 1 "},
        {"number": 7, "name": "南", "pose": {**POSE, "azimuth_deg": 180.0}, "token": "2"},
        {"number": 9, "name": "没有", "pose": POSE},
    ]
    tour = {
        "name": " 白天 ",
        "stops": [{"preset": 7, "dwell_s": 20.0}, {"preset": 0, "dwell_s": 15.5}],
        "times": {"from_minute": 360, "to_minute": 1200},
        "least_danger": 3,
    }
    return {"address": DEVICE, "presets": presets, "tours": [tour], **changes}


def link(api: ApiRig, address: str = "rtsp://10.0.0.5:554/1", secret: bool = True) -> None:  # noqa: FBT001, FBT002
    setup = api.context.store.links.get("t1-red")
    adapter = Adapter.RTSP if address.startswith("rtsp") else Adapter.ONVIF
    credential = Credential("admin", "geheim-geheim") if secret else None
    api.context.store.links.put(
        replace(setup, link=CameraLink(adapter, address), credential=credential), actor="t"
    )


def test_an_administrator_says_how_a_camera_patrols(api: ApiRig) -> None:
    link(api)
    client = api.client(Role.ADMIN)
    before = client.get("/api/patrols/t1-red").json()
    assert not before["is_there"]
    assert before["address"] == "http://10.0.0.5/onvif/device_service"
    told = client.put("/api/patrols/t1-red", json=body())
    assert told.status_code == 200
    answer = told.json()
    assert answer == client.get("/api/patrols/t1-red").json()
    assert answer["is_there"]
    assert answer["is_on"]
    assert answer["address"] == DEVICE
    assert [(it["number"], it["name"], it["token"]) for it in answer["presets"]] == [
        (0, "北", "1"),
        (7, "南", "2"),
        (9, "没有", ""),
    ]
    assert answer["tours"][0]["name"] == "白天"
    assert answer["tours"][0]["stops"][1] == {"preset": 0, "dwell_s": 15.5}
    assert (answer["tours"][0]["least_danger"], answer["tours"][0]["most_danger"]) == (3, 5)
    assert client.delete("/api/patrols/t1-red").status_code == 204
    assert not client.get("/api/patrols/t1-red").json()["is_there"]
    assert len(client.get("/api/patrols/t1-red").json()["presets"]) == 3


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MONITOR])
def test_nobody_else_does(api: ApiRig, role: Role) -> None:
    client = api.client(role)
    for method in ("GET", "PUT", "DELETE"):
        sent = {"json": body()} if method == "PUT" else {}
        assert client.request(method, "/api/patrols/t1-red", **sent).status_code == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": "rtsp://10.0.0.5/1"}, "address_scheme"),
        ({"address": "http://admin:x@10.0.0.5/onvif"}, "link_credential_inside"),
        ({"address": "http://10.0.0.66/onvif/device_service"}, "camera_credential_again"),
        ({"address": "?"}, "address_scheme"),
        ({"tours": [{"name": "x", "stops": []}]}, "patrol_stops"),
        ({"tours": [{"name": "x", "stops": [{"preset": 9, "dwell_s": 1.0}]}]}, "patrol_token"),
        ({"tours": [{"name": "x", "stops": [{"preset": 3, "dwell_s": 1.0}]}]}, "patrol_preset"),
        ({"presets": [{"number": 0, "pose": {**POSE, "azimuth_deg": 360.0}}]}, "input_refused"),
        ({"danger": 3}, "input_refused"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    api: ApiRig, changes: dict[str, Any], code: str
) -> None:
    link(api)
    client = api.client(Role.ADMIN)
    refused = client.put("/api/patrols/t1-red", json=body(**changes))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert api.context.store.links.get("t1-red").patrol is None


def test_an_address_that_was_shown_blotted_out_stays_as_it_is_stored(api: ApiRig) -> None:
    secret = f"{DEVICE}?token=abcdefgh"
    link(api, secret, secret=False)
    client = api.client(Role.ADMIN)
    assert client.get("/api/patrols/t1-red").json()["address"] == DEVICE
    link(api, DEVICE, secret=False)
    assert client.put("/api/patrols/t1-red", json=body(address=secret)).status_code == 200
    shown = client.get("/api/patrols/t1-red").json()["address"]
    assert "abcdefgh" not in shown
    assert client.put("/api/patrols/t1-red", json=body(address=shown)).status_code == 200
    patrol = api.context.store.links.get("t1-red").patrol
    assert patrol is not None
    assert patrol.mover.address == secret


@pytest.mark.parametrize(
    ("address", "usual"),
    [
        ("rtsp://[fd00::5]:554/1", "http://[fd00::5]/onvif/device_service"),
        ("/srv/pictures", ""),
    ],
)
def test_the_usual_address_is_the_camera_s_own_host(api: ApiRig, address: str, usual: str) -> None:
    setup = api.context.store.links.get("t1-red")
    adapter = Adapter.RTSP if address.startswith("rtsp") else Adapter.FOLDER
    api.context.store.links.put(replace(setup, link=CameraLink(adapter, address)), actor="t")
    assert api.client(Role.ADMIN).get("/api/patrols/t1-red").json()["address"] == usual


def test_the_danger_of_the_day_is_entered_by_a_monitor(api: ApiRig) -> None:
    viewer, monitor = api.client(Role.VIEWER), api.client(Role.MONITOR)
    assert viewer.get("/api/danger").json()["danger"] is None
    assert viewer.put("/api/danger", json={"danger": 4}).status_code == 403
    assert monitor.put("/api/danger", json={"danger": 6}).status_code == 422
    entered = monitor.put("/api/danger", json={"danger": 4}).json()
    assert (entered["danger"], entered["author"]) == (4, "monitor")
    assert viewer.get("/api/danger").json() == entered
