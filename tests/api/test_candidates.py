"""Looking through what did not alert, and making an alert of one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from api_rig import ApiRig

from camera_gateway.pictures import encode_jpeg, picture_size
from models.alert import Alert
from models.candidate import CandidateDraft
from models.suppression import Held, Holder
from models.user import Role

Burn = Callable[[], Alert]


@pytest.fixture
def candidate_id(api: ApiRig, burn: Burn) -> int:
    """Something held by a mask, where the alert of ``burn`` stands."""
    alert = burn()
    draft, at = alert.draft, alert.last_seen_at
    kept = CandidateDraft(
        key="t1-red/0/smoke/x/9",
        camera_id=draft.camera_id,
        preset=draft.preset,
        pose=draft.pose,
        label=draft.label,
        mode=draft.mode,
        provenance=draft.provenance,
        time_source=draft.time_source,
        first_seen_at=at - timedelta(minutes=3),
        last_seen_at=at,
        received_at=draft.received_at,
        frames_seen=4,
        best_score=0.4,
        peak_log_odds=1.5,
        log_odds=1.0,
        threshold_log_odds=2.0,
        findings=draft.decision.findings,
        held=Held(Holder.MASK, "nuisance/1", at, None, 900.0, 1800.0),
        scores=draft.decision.scores[-4:],
        width_px=640,
        height_px=360,
        model=draft.decision.model,
        config_version="0123456789ab",
    )
    small = encode_jpeg(np.full((120, 160, 3), 90, np.uint8), 80)
    api.context.store.candidates.note([(kept, small)])
    return api.context.store.candidates.newest(1)[0].candidate_id


def test_a_candidate_is_told_in_words_and_numbers(api: ApiRig, candidate_id: int) -> None:
    client = api.client(Role.MONITOR)
    (told,) = client.get("/api/candidates").json()["candidates"]
    assert told["candidate_id"] == candidate_id
    assert told["camera"]["camera_id"] == "t1-red"
    assert told["held"]["by"] == "mask"
    assert told["held"]["grows_at_px"] == 1800.0
    assert (told["peak_log_odds"], told["threshold_log_odds"]) == (1.5, 2.0)
    assert told["model"]["name"] == "scripted"
    assert told["config_version"] == "0123456789ab"
    assert told["alert_id"] is None
    picture = client.get(told["picture_url"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture_size(picture.content) == (160, 120)
    assert client.get("/api/candidates?held_by=declined").json()["candidates"] == []
    assert client.get(f"/api/candidates?before={candidate_id}").json()["candidates"] == []
    assert client.get("/api/candidates?held_by=nothing").status_code == 422


def test_promoting_opens_one_alert_with_a_place_and_is_audited(
    api: ApiRig, candidate_id: int
) -> None:
    client = api.client(Role.MONITOR)
    before = len(client.get("/api/alerts").json()["alerts"])
    promoted = client.post(f"/api/candidates/{candidate_id}/promote").json()
    assert promoted["state"] == "open"
    assert promoted["decision"]["findings"][0] == "promoted"
    assert promoted["fix"]["outcome"] == "located"
    assert promoted["land"]["townships"]
    assert client.get(promoted["evidence"][0]["url"]).content
    again = api.client(Role.ADMIN).post(f"/api/candidates/{candidate_id}/promote").json()
    assert again["alert_id"] == promoted["alert_id"]
    assert len(client.get("/api/alerts").json()["alerts"]) == before + 1
    (told,) = client.get("/api/candidates").json()["candidates"]
    assert (told["alert_id"], told["promoted_by"]) == (promoted["alert_id"], "monitor")
    deeds = [(deed.action, deed.actor) for deed in api.context.store.audit.entries(20)]
    assert deeds.count(("candidate.promoted", "monitor")) == 1


def test_a_candidate_without_a_picture_can_be_promoted_too(api: ApiRig, candidate_id: int) -> None:
    candidates = api.context.store.candidates
    draft = candidates.get(candidate_id).draft
    candidates.note([(replace(draft, key="other"), None)])
    other = candidates.newest(1)[0].candidate_id
    client = api.client(Role.MONITOR)
    assert client.post(f"/api/candidates/{other}/promote").json()["evidence"] == []
    assert client.get(f"/api/candidates/{other}/picture.jpg").json()["code"] == "not_found"


def test_what_is_gone_is_not_found_and_a_viewer_may_not_look(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    assert monitor.post("/api/candidates/99/promote").json()["code"] == "not_found"
    viewer = api.client(Role.VIEWER)
    for answer in (viewer.get("/api/candidates"), viewer.post("/api/candidates/1/promote")):
        assert answer.status_code == 403


def test_a_candidate_outlives_its_camera(api: ApiRig, candidate_id: int) -> None:
    api.context.store.links.remove("t1-red", actor="t")
    client = api.client(Role.MONITOR)
    (told,) = client.get("/api/candidates").json()["candidates"]
    assert told["camera"]["name"] != "t1-red"
    alert = client.post(f"/api/candidates/{candidate_id}/promote").json()
    assert alert["camera"]["camera_id"] == "t1-red"
    assert alert["fix"]["outcome"] == "located"


def test_a_candidate_of_a_camera_that_nobody_remembers_cannot_be_placed(
    api: ApiRig, candidate_id: int
) -> None:
    api.context.store.links.remove("t1-red", actor="t")
    with closing(sqlite3.connect(api.context.settings.data_dir / "firewatch.db")) as database:
        database.execute("DELETE FROM former_camera")
        database.commit()
    client = api.client(Role.MONITOR)
    assert client.get("/api/candidates").json()["candidates"] == []
    assert client.post(f"/api/candidates/{candidate_id}/promote").status_code == 404
