"""The ledger over HTTP: who may write what, and the place of an alert."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig

from models.alert import Alert
from models.user import Role

Burn = Callable[[], Alert]
VIEW = {
    "kind": "view", "camera_id": "t1-red", "preset": 0,
    "x_min": 0.1, "y_min": 0.1, "x_max": 0.2, "y_max": 0.2,
}  # fmt: skip


def entry(days: float = 7.0, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    body = {
        "kind": "nuisance",
        "place": VIEW,
        "until_at": (START + timedelta(days=days)).isoformat(),
        "times": {"from_minute": 1080, "to_minute": 360},
        "reason": "light",
        "note": " 路灯 ",
    }
    return {**body, **changes}


def test_a_monitor_declares_changes_and_ends(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    made = client.post("/api/ledger", json=entry())
    assert made.status_code == 201
    told = made.json()
    assert (told["author"], told["note"], told["in_force"]) == ("monitor", "路灯", True)
    assert told["view"]["x_max"] == 0.2
    assert told["ground"] is None
    assert told["times"]["from_minute"] == 1080
    address = f"/api/ledger/{told['entry_id']}"
    changed = client.put(address, json=entry(days=1.0, reason="vehicle")).json()
    assert (changed["reason"], changed["until_at"]) == ("vehicle", "2026-11-26T03:00:00Z")
    assert api.client(Role.VIEWER).get("/api/ledger").json()["entries"] == [changed]
    ended = client.post(f"{address}/end").json()
    assert (ended["ended_by"], ended["in_force"]) == ("monitor", False)
    assert client.get("/api/ledger").json()["entries"] == []
    assert client.get("/api/ledger?ended=true").json()["entries"] == [ended]
    assert client.post(f"{address}/end").json()["code"] == "ledger_ended"
    actions = [deed.action for deed in api.context.store.audit.entries(10)]
    assert actions[:3] == ["ledger.ended", "ledger.changed", "ledger.added"]


def test_a_burn_is_registered_on_the_ground_by_whoever_reported_it(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    ground = {"kind": "ground", "lon_deg": 106.65, "lat_deg": 29.03, "radius_m": 200.0}
    burn = entry(
        days=0.5, kind="burn", place=ground, times={}, reason="registered_burn",
        reported_by="石角镇 张三", responsible="李四",
        from_at=(START + timedelta(hours=1)).isoformat(),
    )  # fmt: skip
    told = client.post("/api/ledger", json=burn).json()
    assert told["ground"]["radius_m"] == 200.0
    assert (told["reported_by"], told["in_force"]) == ("石角镇 张三", False)
    assert client.post("/api/ledger", json={**burn, "reported_by": ""}).json()["code"] == (
        "ledger_reporter"
    )
    assert client.post("/api/ledger", json={**burn, "place": VIEW}).json()["code"] == "ledger_place"


def test_a_monitor_s_entry_lasts_a_fortnight_and_an_administrator_s_a_year(api: ApiRig) -> None:
    monitor, admin = api.client(Role.MONITOR), api.client(Role.ADMIN)
    assert monitor.post("/api/ledger", json=entry(days=14.0)).status_code == 201
    refused = monitor.post("/api/ledger", json=entry(days=14.1))
    assert (refused.status_code, refused.json()["code"]) == (403, "ledger_too_long")
    assert admin.post("/api/ledger", json=entry(days=366.0)).status_code == 201
    assert admin.post("/api/ledger", json=entry(days=367.0)).json()["code"] == "ledger_span"
    assert api.client(Role.VIEWER).post("/api/ledger", json=entry()).status_code == 403


def test_the_place_of_an_alert_is_where_its_plume_was_last_seen(api: ApiRig, burn: Burn) -> None:
    alert = burn()
    place = {"kind": "alert", "alert_id": alert.alert_id}
    told = api.client(Role.MONITOR).post("/api/ledger", json=entry(place=place)).json()
    box = alert.draft.decision.scores[-1].box
    kept = alert.evidence[-1]
    assert box is not None
    view = told["view"]
    assert (view["camera_id"], view["preset"]) == ("t1-red", 0)
    assert view["x_min"] == pytest.approx(box.x_min / kept.width_px)
    assert view["y_max"] == pytest.approx(box.y_max / kept.height_px)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": {"kind": "alert", "alert_id": 99}}, "not_found"),
        ({"place": {**VIEW, "camera_id": "nobody"}}, "not_found"),
        ({"place": {**VIEW, "x_max": 0.1}}, "ledger_place"),
        ({"times": {"from_minute": 5}}, "ledger_times"),
        ({"times": {"weekdays": [8]}}, "ledger_times"),
        ({"times": {"season": {"from_month": 2, "from_day": 30, "to_month": 3, "to_day": 1}}},
         "ledger_times"),
        ({"until_at": "2026-11-26T03:00:00"}, "input_refused"),
        ({"reason": "because"}, "input_refused"),
        ({"place": {"kind": "somewhere"}}, "input_refused"),
        ({"more": 1}, "input_refused"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_code(
    api: ApiRig, changes: dict[str, Any], code: str
) -> None:
    assert api.client(Role.MONITOR).post("/api/ledger", json=entry(**changes)).json()["code"] == (
        code
    )
    assert api.context.store.ledger.all() == []
