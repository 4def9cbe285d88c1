"""``/api/drones/live``."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_rig import ApiRig
from starlette.testclient import TestClient

from api.drone_live.book import LiveBook, LiveMode, LiveState, LiveStatus
from models.imagery import HitGap
from models.user import Role, User


@pytest.fixture
def rig(api: ApiRig) -> ApiRig:
    return replace(api, context=replace(api.context, lives=LiveBook.of(["无人机 1", "quad"])))


def lives(client: TestClient) -> list[dict[str, Any]]:
    answer = client.get("/api/drones/live")
    assert answer.status_code == 200
    return list(answer.json()["lives"])


def test_viewers_see_how_each_stream_is(rig: ApiRig) -> None:
    status = LiveStatus(
        LiveState.LOST,
        code="stream_silent",
        message="The camera at 10.0.0.5 sends nothing any more.",
        since=rig.clock.now(),
        frames=7,
        imagery_id=3,
        gaps=(HitGap.ATTITUDE,),
    )
    rig.context.lives.note("quad", status)
    first, second = lives(rig.client(Role.VIEWER))
    assert (first["aircraft"], first["state"], first["mode"]) == ("无人机 1", "idle", "flying")
    assert (second["state"], second["code"], second["frames"]) == ("lost", "stream_silent", 7)
    assert (second["imagery_id"], second["gaps"]) == (3, ["attitude"])
    assert second["since"] == "2026-11-25T03:00:00Z"


def test_a_monitor_has_pictures_read_for_a_while(rig: ApiRig) -> None:
    client = rig.client(Role.MONITOR)
    answer = client.put("/api/drones/live/quad", json={"mode": "on", "minutes": 30})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["mode"], told["until_at"]) == ("on", "2026-11-25T03:30:00Z")
    assert told["ordered_by"] == "monitor"
    now = rig.clock.now()
    assert rig.context.lives.wants("quad", now, is_flying=False)
    assert not rig.context.lives.wants("quad", now + timedelta(minutes=31), is_flying=False)
    answer = client.put("/api/drones/live/无人机 1", json={"mode": "flying"})
    assert (answer.status_code, answer.json()["until_at"]) == (200, None)
    assert rig.context.lives.order_of("无人机 1", now).mode is LiveMode.FLYING
    deeds = [entry for entry in rig.context.store.audit.entries(9) if entry.subject == "quad"]
    assert [(deed.actor, deed.action) for deed in deeds] == [("monitor", "imagery.ordered")]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("nobody", {"mode": "on"}, 404, "no_such_live"),
        ("quad", {"mode": "always"}, 422, None),
        ("quad", {"mode": "on", "minutes": 0}, 422, None),
        ("quad", {"mode": "on", "minutes": 721}, 422, None),
    ],
)
def test_what_cannot_be_ordered(
    rig: ApiRig, path: str, body: dict[str, object], status: int, code: str | None
) -> None:
    answer = rig.client(Role.MONITOR).put(f"/api/drones/live/{path}", json=body)
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert not rig.context.lives.wants("quad", rig.clock.now(), is_flying=False)


def test_viewers_order_nothing_and_the_limited_are_told_of_none(rig: ApiRig) -> None:
    body = {"mode": "on"}
    assert rig.client(Role.VIEWER).put("/api/drones/live/quad", json=body).status_code == 403
    users = rig.context.store.users
    monitor = users.get("monitor")
    assert monitor is not None
    hashed = monitor.password_hash
    limited = User("limited", Role.MONITOR, hashed, must_change_password=False, townships=("石龙",))
    users.add(limited, actor="t")
    client = rig.client()
    login = client.post("/api/session", json={"name": "limited", "password": "monitor-monitor"})
    assert login.status_code == 200
    assert lives(client) == []
    assert client.put("/api/drones/live/quad", json=body).status_code == 403
