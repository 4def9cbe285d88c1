"""Cameras over the API: anybody signed in sees how they are, administrators change them."""

import base64
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from api_rig import START, ApiRig
from file_server import serving

from api.cameras import service
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.probe import ProbeReport
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from models.camera_link import CameraLink, Credential
from models.clock import SystemClock
from models.errors import SourceUnavailable
from models.frame import TimeSource
from models.mask import MaskKind, ViewMask
from models.user import Role

BODY = {
    "name": "古南一号",
    "kind": "tower",
    "position": {"lon_deg": 106.65, "lat_deg": 29.03, "height_m": 812.5},
    "presets": [{"number": 0, "name": "北", "pose": {"azimuth_deg": 0, "horizontal_fov_deg": 60}}],
    "link": {"adapter": "rtsp", "address": "rtsp://10.0.0.5/1", "every_s": 2.5},
    "credential": {"user": "admin", "password": "geheim-geheim"},
}


@pytest.fixture
def nudges(api: ApiRig) -> list[int]:
    found: list[int] = []
    api.context = replace(api.context, cameras_changed=lambda: found.append(1))
    return found


def test_a_camera_is_added_changed_and_removed(api: ApiRig, nudges: list[int]) -> None:
    admin = api.client(Role.ADMIN)
    answer = admin.put("/api/cameras/gn-1", json=BODY)
    assert answer.status_code == 200
    assert "geheim" not in answer.text
    assert "admin" not in answer.text
    assert answer.json()["has_credential"]
    assert answer.json()["link"]["enabled"]
    assert len(nudges) == 1
    links = api.context.store.links
    assert links.get("gn-1").credential == Credential("admin", "geheim-geheim")
    listed = {camera["camera_id"]: camera for camera in admin.get("/api/cameras").json()}
    assert (listed["gn-1"]["state"], listed["gn-1"]["linked"]) == ("disabled", True)
    assert not listed["t1-red"]["linked"]

    changed = {**BODY, "name": "古南塔", "link": {**BODY["link"], "enabled": False}}
    del changed["credential"]
    assert admin.put("/api/cameras/gn-1", json=changed).status_code == 200
    setup = admin.get("/api/cameras/gn-1/setup").json()
    assert (setup["name"], setup["link"]["enabled"]) == ("古南塔", False)
    assert links.get("gn-1").credential == Credential("admin", "geheim-geheim")
    emptied = {**changed, "credential": {}}
    assert not admin.put("/api/cameras/gn-1", json=emptied).json()["has_credential"]

    assert admin.delete("/api/cameras/gn-1").status_code == 204
    assert admin.delete("/api/cameras/gn-1").status_code == 404
    assert admin.get("/api/cameras/gn-1/setup").status_code == 404
    assert len(nudges) == 4
    log = api.context.store.audit.entries(9)
    assert {entry.actor for entry in log} >= {"admin"}
    assert "geheim" not in str(log)


def test_a_stored_password_is_never_sent_to_another_host(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    admin.put("/api/cameras/gn-1", json=BODY)
    elsewhere = {**BODY, "link": {**BODY["link"], "address": "rtsp://10.9.9.9/1"}}
    del elsewhere["credential"]
    refused = admin.put("/api/cameras/gn-1", json=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (422, "camera_credential_again")
    same = {**BODY, "link": {**BODY["link"], "address": "rtsp://10.0.0.5:8554/2"}}
    del same["credential"]
    assert admin.put("/api/cameras/gn-1", json=same).json()["has_credential"]
    folder = {**elsewhere, "link": {"adapter": "folder", "address": "/data"}}
    assert admin.put("/api/cameras/gn-1", json=folder).status_code == 422
    inside = {**elsewhere, "link": {"adapter": "rtsp", "address": "rtsp://a:b@10.9.9.9/1"}}
    answer = admin.put("/api/cameras/gn-1", json=inside)
    assert answer.json()["link"]["address"] == "rtsp://10.9.9.9/1"
    assert api.context.store.links.get("gn-1").credential == Credential("a", "b")


def test_an_address_with_a_secret_parameter_comes_back_blotted_and_stays(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    address = "http://10.0.0.5/snap.jpg?usr=admin&pwd=geheim"
    body = {**BODY, "link": {"adapter": "snapshot", "address": address}, "credential": None}
    shown = admin.put("/api/cameras/gn-1", json=body).json()["link"]["address"]
    assert "geheim" not in shown
    body = {**body, "name": "塔", "link": {"adapter": "snapshot", "address": shown}}
    assert admin.put("/api/cameras/gn-1", json=body).status_code == 200
    link = api.context.store.links.get("gn-1").link
    assert link is not None
    assert link.address == address


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"position": None}, "camera_without_position"),
        ({"name": ""}, "input_refused"),
        ({"colour": 1}, "input_refused"),
        ({"link": {"adapter": "rtsp", "address": "http://10.0.0.5/1"}}, "address_scheme"),
        ({"link": {"adapter": "folder", "address": "data"}}, "address_path"),
        (
            {"link": {"adapter": "rtsp", "address": "rtsp://10.0.0.5/1", "every_s": 0}},
            "input_refused",
        ),
    ],
)
def test_what_cannot_be_is_refused(api: ApiRig, change: dict[str, object], code: str) -> None:
    answer = api.client(Role.ADMIN).put("/api/cameras/gn-1", json={**BODY, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "geheim" not in answer.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MONITOR])
def test_only_administrators_change_and_see_the_set_up(api: ApiRig, role: Role) -> None:
    client = api.client(role)
    assert client.get("/api/cameras").status_code == 200
    assert client.get("/api/cameras/t1-red/setup").status_code == 403
    assert client.put("/api/cameras/gn-1", json=BODY).status_code == 403
    assert client.delete("/api/cameras/t1-red").status_code == 403
    assert client.post("/api/cameras/test", json={"link": BODY["link"]}).status_code == 403


def test_a_camera_is_tested_with_its_stored_password(
    api: ApiRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "TEST_S", 0.3)
    api.context = replace(api.context, clock=SystemClock())
    noise = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    (tmp_path / "snap.jpg").write_bytes(cv2.imencode(".jpg", noise)[1].tobytes())
    admin = api.client(Role.ADMIN)
    with serving(tmp_path, asks=True) as port:
        link = {"adapter": "snapshot", "address": f"http://127.0.0.1:{port}/snap.jpg", "every_s": 1}
        admin.put("/api/cameras/gn-1", json={**BODY, "link": link})
        refused = admin.post("/api/cameras/test", json={"link": link})
        assert (refused.status_code, refused.json()["code"]) == (503, "camera_login")
        found = admin.post("/api/cameras/test", json={"camera_id": "gn-1", "link": link}).json()
        assert (found["adapter"], found["width_px"], found["height_px"]) == ("snapshot", 128, 96)
        assert base64.b64decode(found["picture"])[:2] == b"\xff\xd8"
        assert "small_picture" in found["advice"]
        whole = MaskKind.PRIVACY, ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
        masks = [ViewMask("gn-1", 0, *whole, author="li", created_at=START)]
        api.context.masks.replace(masks)
        for key in ("gn-1", ""):  # also where the same camera is tried as a new one
            body = {"camera_id": key, "link": link, "credential": BODY["credential"]}
            assert admin.post("/api/cameras/test", json=body).json()["picture"] == ""
        monkeypatch.setattr(service, "TESTS_AT_ONCE", 0)
        busy = admin.post("/api/cameras/test", json={"camera_id": "gn-1", "link": link})
        assert (busy.status_code, busy.json()["code"]) == (409, "camera_tests_busy")


def test_a_running_camera_tells_how_it_is(api: ApiRig) -> None:
    def refuse() -> None:
        raise RuntimeError

    context = api.context
    camera = context.store.cameras.get("t1-red")
    gateway = Gateway(
        camera,
        0,
        refuse,  # type: ignore[arg-type]
        bus=MemoryBus(api.clock, 30.0),
        ring=FrameRing(1000, 1),
        clock=api.clock,
        random=lambda: 0.0,
        clean=SecretFilter().clean,
    )
    gateway._refuse("black", "The picture is black all over.")
    context.gateways["t1-red"] = gateway
    listed = {
        each["camera_id"]: each for each in api.client(Role.VIEWER).get("/api/cameras").json()
    }
    red = listed["t1-red"]
    assert (red["state"], red["trouble_code"]) == ("degraded", "black")
    assert red["trouble"] == "The picture is black all over."
    assert red["frames_dropped"] == {"black": 1}
    assert red["since"] == "2026-11-25T03:00:00Z"


def test_a_word_of_the_credential_that_is_not_entered_stays(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    links = api.context.store.links
    admin.put("/api/cameras/gn-1", json=BODY)
    renamed = {**BODY, "credential": {"user": "viewer"}}
    assert admin.put("/api/cameras/gn-1", json=renamed).status_code == 200
    assert links.get("gn-1").credential == Credential("viewer", "geheim-geheim")
    fresh = {**BODY, "credential": {"password": "neu-neu-neu"}}
    assert admin.put("/api/cameras/gn-1", json=fresh).status_code == 200
    assert links.get("gn-1").credential == Credential("viewer", "neu-neu-neu")
    elsewhere = {**renamed, "link": {**BODY["link"], "address": "rtsp://10.9.9.9/1"}}  # type: ignore[dict-item]
    for answer in (
        admin.put("/api/cameras/gn-1", json=elsewhere),
        admin.post(
            "/api/cameras/test",
            json={"camera_id": "gn-1", "link": elsewhere["link"], "credential": {"user": "x"}},
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "camera_credential_again")
    unknown = admin.put("/api/cameras/gn-2", json=renamed)
    assert unknown.status_code == 200
    assert links.get("gn-2").credential == Credential("viewer", "")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, Credential("admin", "geheim-geheim")),
        ({"user": "viewer", "password": "neu-neu-neu"}, Credential("viewer", "neu-neu-neu")),
        ({"password": "neu-neu-neu"}, Credential("admin", "neu-neu-neu")),
        ({"user": "viewer"}, Credential("viewer", "geheim-geheim")),
        ({}, None),
    ],
)
def test_a_credential_is_changed_without_naming_the_link_again(
    api: ApiRig, given: dict[str, str] | None, kept: Credential | None
) -> None:
    admin = api.client(Role.ADMIN)
    admin.put("/api/cameras/gn-1", json=BODY)
    change = {"name": "古南塔", "credential": given}
    answer = admin.put("/api/cameras/gn-1", json=change).json()
    stored = api.context.store.links.get("gn-1")
    assert stored.credential == kept
    assert answer["has_credential"] is (kept is not None)
    assert stored.link is not None
    assert (stored.link.address, stored.camera.name) == ("rtsp://10.0.0.5/1", "古南塔")


def test_a_camera_without_a_link_keeps_no_credential(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    links = api.context.store.links
    admin.put("/api/cameras/gn-1", json=BODY)
    for change in ({"link": None}, {"link": None, "credential": {"user": "a", "password": "b"}}):
        admin.put("/api/cameras/gn-1", json=BODY)
        assert admin.put("/api/cameras/gn-1", json={"name": "x", **change}).status_code == 200
        assert (links.get("gn-1").link, links.get("gn-1").credential) == (None, None)
    bare = {"name": "x", "credential": {"user": "a", "password": "b"}}
    assert not admin.put("/api/cameras/gn-1", json=bare).json()["has_credential"]


@pytest.mark.parametrize("taken_for", ["snapshot", "mjpeg"])
def test_a_stream_and_a_snapshot_taken_for_each_other_are_found_out(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch, taken_for: str
) -> None:
    tried: list[str] = []
    code = "camera_silent" if taken_for == "snapshot" else "camera_ended"

    async def scripted(links: list[CameraLink], *_more: object, **_: object) -> ProbeReport:
        tried.append(links[0].adapter.value)
        if links[0].adapter == taken_for:
            raise SourceUnavailable("no", code=code)
        return report_of(links[0])

    monkeypatch.setattr(service, "probe", scripted)
    admin = api.client(Role.ADMIN)
    link = {"adapter": taken_for, "address": "http://10.0.0.5/a"}
    found = admin.post("/api/cameras/test", json={"link": link}).json()
    assert found["adapter"] == ({"snapshot", "mjpeg"} - {taken_for}).pop()
    assert len(tried) == 2
    code = "camera_unreachable"
    told = admin.post("/api/cameras/test", json={"link": link}).json()
    assert (told["code"], len(tried)) == (code, 3), "nobody is there: the other way is as vain"


def test_the_first_way_is_told_when_neither_works(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = iter(["camera_silent", "camera_no_picture"])

    async def scripted(*_: object, **__: object) -> ProbeReport:
        raise SourceUnavailable("no", code=next(codes))

    monkeypatch.setattr(service, "probe", scripted)
    link = {"adapter": "snapshot", "address": "http://10.0.0.5/a"}
    told = api.client(Role.ADMIN).post("/api/cameras/test", json={"link": link})
    assert (told.status_code, told.json()["code"]) == (503, "camera_silent")


def test_a_view_that_somebody_says_is_right_is_learnt_anew(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    views = api.context.settings.data_dir / "views"
    views.mkdir()
    (views / "t1-red.npz").write_bytes(b"a view")
    for role in (Role.VIEWER, Role.MONITOR):
        assert api.client(role).post("/api/cameras/t1-red/trust-view").status_code == 403
    assert (views / "t1-red.npz").exists()
    for _ in "twice":
        assert admin.post("/api/cameras/t1-red/trust-view").status_code == 204
    assert not (views / "t1-red.npz").exists()
    deeds = [(e.actor, e.action, e.subject) for e in api.context.store.audit.entries(99)]
    assert deeds.count(("admin", "camera.view_trusted", "t1-red")) == 1
    assert admin.post("/api/cameras/nobody/trust-view").status_code == 404
    assert admin.post("/api/cameras/..%2f..%2fa/trust-view").status_code in {404, 405, 422}


def report_of(link: CameraLink) -> ProbeReport:
    return ProbeReport(
        link=link,
        pictures=2,
        damaged=0,
        first_picture_s=0.1,
        gap_s=1.0,
        width_px=1280,
        height_px=720,
        picture_bytes=9,
        stream=None,
        core_share=None,
        time_source=TimeSource.RECEIPT,
        clock_offset_s=None,
        light=None,
        advice=(),
        jpeg=b"picture",
    )
