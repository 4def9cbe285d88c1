import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from api_rig import ApiRig

from models.alert import Alert
from models.errors import StorageFull
from models.user import Role

Burn = Callable[[], Alert]


def step(client, alert_id: int, expected: str, to_state: str, **more: str):  # noqa: ANN001, ANN201
    """A verdict on the fire that an alert is evidence of."""
    fire = client.get(f"/api/alerts/{alert_id}").json()["incident_id"]
    body = {"expected_state": expected, "to_state": to_state, **more}
    return client.post(f"/api/incidents/{fire}/steps", json=body)


def test_an_alert_is_told_whole(api: ApiRig, burn: Burn) -> None:
    alert_id = burn().alert_id
    told = api.client(Role.VIEWER).get(f"/api/alerts/{alert_id}").json()
    assert told["state"] == "open"
    assert told["label"] == "smoke"
    assert told["camera"]["camera_id"] == "t1-red"
    assert told["preset"] == 0
    assert told["fix"]["outcome"] == "located"
    assert told["fix"]["clusters"][0]["r90_m"] > 0
    assert told["land"]["townships"][0]["name"].startswith("演练")
    layers = {asset["layer"]: asset for asset in told["land"]["nearest"]}
    assert {"water_point", "forest_belt", "helipad", "road", "checkpoint"} <= set(layers)
    assert all(asset["drill"] for asset in layers.values())
    assert told["decision"]["model"]["name"] == "scripted"
    assert told["captured_at"] != told["received_at"]
    assert told["captured_at"].endswith("Z")


def test_pictures_and_clip_come_byte_for_byte_and_by_range(api: ApiRig, burn: Burn) -> None:
    alert = burn()
    client = api.client(Role.VIEWER)
    told = client.get(f"/api/alerts/{alert.alert_id}").json()
    picture = client.get(told["evidence"][0]["url"])
    assert picture.content == api.context.vault.get(alert.evidence[0].key)
    assert "immutable" in picture.headers["cache-control"]
    clip = client.get(told["clip_url"], headers={"range": "bytes=4-7"})
    assert (clip.status_code, clip.content) == (206, b"ftyp")
    assert client.get(f"/api/alerts/{alert.alert_id}/evidence/99.jpg").json()["code"] == "not_found"


def test_a_missing_evidence_file_is_said_in_words(api: ApiRig, burn: Burn) -> None:
    alert = burn()
    api.context.vault.path(alert.evidence[0].key).unlink()
    answer = api.client(Role.VIEWER).get(f"/api/alerts/{alert.alert_id}/evidence/0.jpg")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_dismissal_needs_a_reason_and_keeps_its_author(api: ApiRig, burn: Burn) -> None:
    alert_id = burn().alert_id
    client = api.client(Role.MONITOR)
    assert step(client, alert_id, "open", "dismissed").json()["code"] == "reason_missing"
    other = step(client, alert_id, "open", "dismissed", reason="other", note="  ")
    assert other.json()["code"] == "note_missing"
    unknown = step(client, alert_id, "open", "dismissed", reason="because")
    assert unknown.json()["code"] == "input_refused"

    step(client, alert_id, "open", "dismissed", reason="fog", note="雾")
    dismissed = client.get(f"/api/alerts/{alert_id}").json()
    assert dismissed["state"] == "dismissed"
    assert [verdict["to_state"] for verdict in dismissed["verdicts"]] == [
        "acknowledged",
        "dismissed",
    ]
    assert dismissed["verdicts"][-1]["author"] == "monitor"
    assert dismissed["verdicts"][-1]["reason"] == "fog"
    assert dismissed["verdicts"][-1]["note"] == "雾"
    assert client.get("/api/alerts").json()["alerts"] == []
    assert [
        alert["alert_id"] for alert in client.get("/api/alerts?scope=all").json()["alerts"]
    ] == [alert_id]


def test_the_slower_of_two_monitors_is_told(api: ApiRig, burn: Burn) -> None:
    alert_id = burn().alert_id
    first, second = api.client(Role.MONITOR), api.client(Role.ADMIN)
    assert step(first, alert_id, "open", "acknowledged").status_code == 200
    late = step(second, alert_id, "open", "acknowledged")
    assert (late.status_code, late.json()["code"]) == (409, "incident_step")
    step(second, alert_id, "acknowledged", "confirmed")
    confirmed = first.get(f"/api/alerts/{alert_id}").json()
    assert [verdict["author"] for verdict in confirmed["verdicts"]] == ["monitor", "admin"]
    assert step(first, alert_id, "confirmed", "closed").json()["state"] == "closed"


def test_the_working_list_never_forgets_by_age(api: ApiRig, burn: Burn) -> None:
    burn()
    api.clock.advance(90 * 86400)
    client = api.client(Role.VIEWER)
    assert len(client.get("/api/alerts").json()["alerts"]) == 1


@pytest.mark.parametrize("alert_id", ["0", "-1", "99999999999999999999", "x", "%00"])
def test_a_senseless_number_is_refused_and_an_unknown_one_not_found(
    api: ApiRig, alert_id: str
) -> None:
    client = api.client(Role.VIEWER)
    assert client.get(f"/api/alerts/{alert_id}").json()["code"] in {"input_refused", "not_found"}
    assert client.get("/api/alerts/12345").status_code == 404


def test_an_unexpected_fault_tells_nothing_of_the_machine(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst() -> None:
        raise RuntimeError("/secret/path")

    client = api.client(Role.VIEWER)
    client._transport.raise_server_exceptions = False
    monkeypatch.setattr(api.context.store.alerts, "working", burst)
    answer = client.get("/api/alerts")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text


def test_an_alert_without_a_clip_says_so(
    api: ApiRig, burn: Burn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.keeper.encode_clip", _no_encoder)
    alert_id = burn().alert_id
    client = api.client(Role.VIEWER)
    told = client.get(f"/api/alerts/{alert_id}").json()
    assert told["clip_url"] is None
    assert len(told["evidence"]) > 0
    assert client.get(f"/api/alerts/{alert_id}/clip.mp4").json()["code"] == "not_found"


def _no_encoder(_pictures: object) -> bytes:
    raise StorageFull("The disk is full.")


def test_an_alert_outlives_its_camera(api: ApiRig, burn: Burn) -> None:
    alert = burn()
    admin = api.client(Role.ADMIN)
    name = admin.get("/api/alerts").json()["alerts"][0]["camera"]["name"]
    assert admin.delete("/api/cameras/t1-red").status_code == 204
    (listed,) = admin.get("/api/alerts").json()["alerts"]
    assert listed["camera"] == {"camera_id": "t1-red", "name": name, "kind": "tower"}
    monitor = api.client(Role.MONITOR)
    picture = listed["evidence"][0]["url"]
    assert monitor.get(picture).status_code == 200
    stepped = step(monitor, alert.alert_id, "open", "acknowledged")
    assert (stepped.status_code, stepped.json()["state"]) == (200, "acknowledged")
    assert monitor.get("/api/candidates").status_code == 200


def test_an_alert_of_a_camera_that_nobody_remembers_is_shown_by_its_key(
    api: ApiRig, burn: Burn
) -> None:
    burn()
    monitor = api.client(Role.MONITOR)
    api.context.store.links.remove("t1-red", actor="t")
    with closing(sqlite3.connect(api.context.settings.data_dir / "firewatch.db")) as database:
        database.execute("DELETE FROM former_camera")
        database.commit()
    (listed,) = monitor.get("/api/alerts").json()["alerts"]
    assert listed["camera"] == {"camera_id": "t1-red", "name": "t1-red", "kind": "tower"}
