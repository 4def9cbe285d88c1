"""Taking a camera over from the console: who may, what it does, and that it ends by itself."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from camera_process import CameraProcess
from patrol_rig import PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Target

from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.user import Role

SIMULATOR = [sys.executable, Path(__file__).resolve().parents[1] / "support/ptz_sim.py"]
TARGETS = {0: Target(0.0, -3.0), 1: Target(90.0, 5.0)}
NORTH = "/api/patrols/north"


@pytest.fixture
def rig(api: ApiRig) -> PatrolRig:
    """A camera that is turned by the desk that the application has."""
    made = PatrolRig(head_of(TARGETS), setup_of(TARGETS), api.context.store, api.clock)
    made.desk = api.context.patrols
    made.desk._store = api.context.store
    made.desk._clock = api.clock
    made.start()
    return made


def test_a_monitor_takes_a_camera_over_turns_it_and_gives_it_back(
    api: ApiRig, rig: PatrolRig
) -> None:
    monitor = api.client(Role.MONITOR)
    (before,) = monitor.get("/api/patrols").json()
    assert (before["camera_id"], before["holder"], before["until_at"]) == ("north", "", None)
    assert monitor.post(f"{NORTH}/steer", json={"pan": 0.5}).json()["code"] == "lease_missing"
    assert monitor.post(f"{NORTH}/lease", json={"minutes": 5}).status_code == 204
    assert monitor.post(f"{NORTH}/steer", json={"pan": 0.5}).status_code == 204
    assert rig.head.velocity != (0.0, 0.0)
    (during,) = monitor.get("/api/patrols").json()
    assert (during["phase"], during["holder"]) == ("steered", "monitor")
    assert monitor.post(f"{NORTH}/steer", json={}).status_code == 204
    assert rig.head.velocity == (0.0, 0.0)
    assert monitor.post(f"{NORTH}/goto", json={"preset": 1}).status_code == 204
    assert rig.head.goal == TARGETS[1]
    assert monitor.post(f"{NORTH}/goto", json={"preset": 9}).json()["code"] == (
        "preset_token_unknown"
    )
    assert monitor.delete(f"{NORTH}/lease").status_code == 204
    assert monitor.delete(f"{NORTH}/lease").status_code == 204  # twice is once
    assert monitor.post(f"{NORTH}/steer", json={"pan": 0.5}).json()["code"] == "lease_missing"
    actions = [deed.action for deed in api.context.store.audit.entries(2)]
    assert actions == ["camera.released", "camera.steered"]


def test_only_its_holder_steers_and_an_administrator_may_end_it(
    api: ApiRig, rig: PatrolRig
) -> None:
    monitor, admin = api.client(Role.MONITOR), api.client(Role.ADMIN)
    assert rig.head.commands == []
    assert monitor.post(f"{NORTH}/lease", json={"minutes": 60}).status_code == 204
    refused = admin.post(f"{NORTH}/lease", json={"minutes": 5})
    assert (refused.status_code, refused.json()["code"]) == (409, "lease_held")
    assert admin.post(f"{NORTH}/steer", json={"pan": 1}).json()["code"] == "lease_missing"
    assert admin.delete(f"{NORTH}/lease").status_code == 204
    assert admin.post(f"{NORTH}/lease", json={"minutes": 5}).status_code == 204
    assert monitor.delete(f"{NORTH}/lease").json()["code"] == "lease_not_yours"
    api.clock.advance(301.0)  # and it ends by itself
    assert monitor.post(f"{NORTH}/lease", json={"minutes": 5}).status_code == 204


def test_an_administrator_who_has_taken_it_over_keeps_a_view(api: ApiRig, rig: PatrolRig) -> None:
    admin = api.client(Role.ADMIN)
    body = {"name": "东坡", "token": "P1"}
    assert admin.post(f"{NORTH}/presets", json=body).json()["code"] == "lease_missing"
    assert admin.post(f"{NORTH}/lease", json={"minutes": 5}).status_code == 204
    assert admin.post(f"{NORTH}/presets", json=body).json() == {"token": "P1", "name": "东坡"}
    fresh = admin.post(f"{NORTH}/presets", json={"name": "西坡"}).json()
    assert fresh["token"] in rig.head.presets


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("lease", {"minutes": 0}),
        ("lease", {"minutes": 61}),
        ("steer", {"pan": 1.1}),
        ("steer", {"turn": 1}),
        ("goto", {"preset": -1}),
    ],
)
def test_what_cannot_be_asked_for_is_refused(api: ApiRig, path: str, body: dict[str, Any]) -> None:
    assert api.client(Role.MONITOR).post(f"{NORTH}/{path}", json=body).status_code == 422


def test_a_camera_that_stands_still_is_not_taken_over(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    refused = monitor.post("/api/patrols/t1-red/lease", json={"minutes": 5})
    assert (refused.status_code, refused.json()["code"]) == (422, "camera_not_turned")
    assert api.context.store.patrols.leases() == {}
    viewer = api.client(Role.VIEWER)
    for path in ("lease", "steer", "goto"):
        assert viewer.post(f"/api/patrols/t1-red/{path}", json={}).status_code == 403


@pytest.fixture
def camera() -> Iterator[CameraProcess]:
    wish = {"password": "pass-word", "targets": {"0": [0.0, -3.0], "1": [90.0, 5.0]}}
    with CameraProcess(SIMULATOR, wish) as process:
        yield process


def test_a_camera_is_asked_which_presets_it_knows(api: ApiRig, camera: CameraProcess) -> None:
    address = f"http://127.0.0.1:{camera.port}/onvif/device_service"
    known = api.context.store.links.get("t1-red")
    link = CameraLink(Adapter.SNAPSHOT, f"http://127.0.0.1:{camera.port}/snap.jpg")
    credential = Credential("admin", "pass-word")
    api.context.store.links.put(CameraSetup(known.camera, link, credential), actor="t")
    # A login is stamped by this machine's time.
    admin = ApiRig(replace(api.context, clock=SystemClock()), api.clock).client(Role.ADMIN)
    told = admin.post("/api/patrols/t1-red/read", json={"address": address})
    assert told.json() == [{"token": "P0", "name": "to P0"}, {"token": "P1", "name": "to P1"}]
    elsewhere = admin.post("/api/patrols/t1-red/read", json={"address": "http://10.0.0.9/onvif"})
    assert elsewhere.json()["code"] == "camera_credential_again"
    assert api.client(Role.MONITOR).post("/api/patrols/t1-red/read", json={}).status_code == 403
