"""The learning loop: the night's digest, what people decide, and verdicts as labelled data."""

import asyncio
import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from api_rig import ApiRig
from learning_rig import SIDES_PX, SIZE_PX, Judges
from starlette.testclient import TestClient

from api.learning.desk import DIGESTS, LearningDesk
from api.learning.digesting import night_of
from detector.evaluate.labelled_set import read_index
from models.alert import Alert
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.ledger import ViewPlace
from models.mask import MaskKind, ViewMask
from models.nuisance_digest import NuisanceState
from models.user import Role

ZONE = ZoneInfo("Asia/Shanghai")
CHIMNEY, FOG = DismissReason.CHIMNEY, DismissReason.FOG
STEAM = DismissReason.STEAM


@pytest.fixture
def judges(api: ApiRig) -> Judges:
    return Judges(api)


def desk_of(api: ApiRig) -> LearningDesk:
    context = api.context
    return LearningDesk(context.store, context.clock, context.settings)


def proposals(client: TestClient, **asked: str) -> list[dict[str, Any]]:
    answer = client.get("/api/learning/proposals", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["proposals"])


def test_a_nights_digest_is_due_from_its_hour_by_the_sites_clock() -> None:
    before = datetime(2026, 11, 25, 18, 59, tzinfo=UTC)  # 2:59 of the 26th
    assert night_of(before, 3, ZONE).isoformat() == "2026-11-25"
    assert night_of(before + timedelta(minutes=1), 3, ZONE).isoformat() == "2026-11-26"
    assert night_of(before, 0, ZONE).isoformat() == "2026-11-26"


def test_a_digest_is_made_once_a_night_and_after_a_restart(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    first = desk_of(api).work_once()
    assert first is not None
    assert (first.dismissed, first.confirmed, len(first.proposals)) == (5, 0, 1)
    assert desk_of(api).work_once() is None, "another process, or this one anew"
    api.clock.set_wall(timedelta(hours=-5))
    assert desk_of(api).work_once() is None, "the clock was set back"
    api.clock.set_wall(timedelta(hours=5))
    api.clock.advance(24 * 3600.0)
    second = desk_of(api).work_once()
    assert second is not None
    assert second.proposals == (), "it waits since yesterday"
    got = api.client(Role.VIEWER).get("/api/learning/digests").json()
    assert [one["night"] for one in got["digests"]] == [str(second.night), str(first.night)]
    assert (got["hour"], got["look_back_days"], got["least_alarms"]) == (3, 14, 4)


def test_the_running_desk_makes_each_nights_digest(api: ApiRig) -> None:
    digests = api.context.store.digests

    async def work() -> None:
        running = asyncio.create_task(desk_of(api).run())
        for nights in (1, 2):
            while len(digests.newest()) < nights:
                await asyncio.sleep(0)
                assert not running.done()
            api.clock.advance(24 * 3600.0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(asyncio.wait_for(work(), 120.0))
    first, second = [one.night for one in digests.newest()][-1:-3:-1]
    assert second - first == timedelta(days=1)


def test_while_another_process_makes_it_nobody_else_does(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    leases = api.context.store.leases
    lease = leases.take(DIGESTS, "other", 60.0)
    assert lease is not None
    assert desk_of(api).work_once() is None
    leases.give_up(lease)
    assert desk_of(api).work_once() is not None
    assert leases.take(DIGESTS, "next", 60.0) is not None, "it was given up"


def test_a_proposal_says_what_and_shows_pictures(api: ApiRig, judges: Judges) -> None:
    alerts = judges.nuisance(8)
    judges.said(judges.raised((10.0, 10.0, 40.0, 30.0)), FOG)
    desk_of(api).work_once()
    client = api.client(Role.VIEWER)
    (told,) = proposals(client)
    assert (told["camera_id"], told["preset"], told["reason"]) == ("t1-red", 0, "chimney")
    assert told["alert_ids"] == [one.alert_id for one in alerts]
    assert (told["days"], told["state"], told["decided_by"]) == (8, "open", "")
    assert told["view"]["x_min"] == pytest.approx(SIDES_PX[0] / SIZE_PX[0], abs=0.01)
    assert told["times"]["from_minute"] is not None, "it always came at one time of the day"
    newest = told["samples"][0]
    assert len(told["samples"]) == 6
    assert newest["alert_id"] == alerts[-1].alert_id
    picture = client.get(f"/api/alerts/{newest['alert_id']}/evidence/{newest['index']}.jpg")
    assert picture.headers["content-type"] == "image/jpeg"
    page = client.get("/api/learning/proposals", params={"limit": 1}).json()
    assert (page["open"], page["next_before"]) == (1, None)
    assert proposals(client, state="accepted") == []


def test_accepting_writes_the_entry_that_then_holds(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    client = api.client(Role.MONITOR)
    (told,) = proposals(client)
    at = f"/api/learning/proposals/{told['proposal_id']}"
    api.clock.advance(3600.0)
    until = api.clock.now() + timedelta(days=3)
    times = {"from_minute": 0, "to_minute": 12 * 60}
    body = {"note": " 砖厂 ", "until_at": until.isoformat(), "times": times}
    done = client.post(f"{at}/accept", json=body)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["decided_by"]) == ("accepted", "monitor")
    (entry,) = api.context.store.ledger.all()
    assert entry.entry_id == done.json()["entry_id"]
    assert (entry.author, entry.draft.note, entry.draft.until_at) == ("monitor", "砖厂", until)
    assert entry.draft.from_at == api.clock.now()
    assert (entry.draft.times.from_minute, entry.draft.times.to_minute) == (0, 720)
    assert isinstance(entry.draft.place, ViewPlace)
    again = client.post(f"{at}/accept", json={})
    assert (again.status_code, again.json()["code"]) == (409, "nuisance_decided")
    late = client.post(f"{at}/decline", json={})
    assert (late.status_code, late.json()["code"]) == (409, "nuisance_decided")
    assert len(api.context.store.ledger.all()) == 1


def test_a_late_acceptance_lasts_as_long_as_was_proposed(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    api.clock.advance(5 * 24 * 3600.0)
    client = api.client(Role.MONITOR)
    (told,) = proposals(client)
    client.post(f"/api/learning/proposals/{told['proposal_id']}/accept", json={})
    (entry,) = api.context.store.ledger.all()
    assert entry.draft.until_at - entry.draft.from_at == timedelta(days=14)
    assert entry.draft.from_at == api.clock.now()


def test_the_rules_of_the_ledger_hold_here_too(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    monitor = api.client(Role.MONITOR)
    (told,) = proposals(monitor)
    at = f"/api/learning/proposals/{told['proposal_id']}/accept"
    long = {"until_at": (api.clock.now() + timedelta(days=30)).isoformat()}
    assert monitor.post(at, json=long).json()["code"] == "ledger_too_long"
    past = {"until_at": (api.clock.now() - timedelta(days=1)).isoformat()}
    assert monitor.post(at, json=past).json()["code"] == "ledger_span"
    odd = {"times": {"from_minute": 5, "to_minute": 5}}
    assert monitor.post(at, json=odd).json()["code"] == "ledger_times"
    assert api.context.store.ledger.all() == []
    assert api.client(Role.VIEWER).post(at, json={}).status_code == 403
    assert api.client(Role.ADMIN).post(at, json=long).status_code == 200
    missing = monitor.post("/api/learning/proposals/99/accept", json={})
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_nuisance")


def test_where_it_burnt_since_nothing_is_accepted(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    fire = judges.raised()
    client = api.client(Role.MONITOR)
    (told,) = proposals(client)
    at = f"/api/learning/proposals/{told['proposal_id']}"
    refused = client.post(f"{at}/accept", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "nuisance_fire")
    assert api.context.store.ledger.all() == []
    (after,) = proposals(client)
    assert (after["state"], after["decided_by"]) == ("overtaken", "system")
    judges.said(fire, None)
    api.clock.advance(24 * 3600.0)
    judges.nuisance()
    made = desk_of(api).work_once()
    assert made is not None
    assert made.proposals == (), "never where a fire was confirmed"
    assert made.confirmed == 1


def test_the_next_digest_withdraws_what_holds_no_longer(api: ApiRig, judges: Judges) -> None:
    judges.nuisance(camera_id="t1-red")
    judges.nuisance(camera_id="t2-fog")
    desk_of(api).work_once()
    client = api.client(Role.MONITOR)
    first, second = sorted(proposals(client), key=lambda one: one["camera_id"])
    body = {
        "kind": "nuisance",
        "place": {"kind": "alert", "alert_id": first["alert_ids"][0]},
        "until_at": (api.clock.now() + timedelta(days=7)).isoformat(),
        "reason": "chimney",
    }
    assert client.post("/api/ledger", json=body).status_code == 201
    covered = client.post(f"/api/learning/proposals/{first['proposal_id']}/accept", json={})
    assert covered.json()["code"] == "nuisance_entry"
    api.context.store.links.remove("t2-fog", actor="admin")
    api.clock.advance(24 * 3600.0)
    desk_of(api).work_once()
    later = api.client(Role.MONITOR)
    states = {one["proposal_id"]: one["state"] for one in proposals(later)}
    assert states == {first["proposal_id"]: "overtaken", second["proposal_id"]: "overtaken"}


def test_what_was_declined_is_not_brought_again(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    client = api.client(Role.MONITOR)
    (told,) = proposals(client)
    at = f"/api/learning/proposals/{told['proposal_id']}/decline"
    done = client.post(at, json={"note": "不是每天"}).json()
    assert (done["state"], done["decided_by"]) == ("declined", "monitor")
    api.clock.advance(24 * 3600.0)
    made = desk_of(api).work_once()
    assert made is not None
    assert made.proposals == ()
    judges.nuisance(4)
    again = desk_of(api).work_once()
    assert again is not None
    assert len(again.proposals) == 1, "it alarmed as often again"


def test_weather_drills_and_night_flames_propose_nothing(api: ApiRig, judges: Judges) -> None:
    judges.nuisance(reason=FOG)
    for _ in range(5):
        drill = judges.raised(provenance=Provenance.DRILL)
        judges.said(drill, CHIMNEY)
        api.clock.advance(24 * 3600.0)
    made = desk_of(api).work_once()
    assert made is not None
    assert (made.dismissed, made.proposals) == (5, ())


def test_people_of_a_township_and_programs_are_kept_out(api: ApiRig, judges: Judges) -> None:
    judges.nuisance()
    desk_of(api).work_once()
    store = api.context.store
    store.users.set_rights("monitor", Role.MONITOR, ("500110101",), actor="admin")
    client = api.client(Role.MONITOR)
    for path in ("digests", "proposals", "export"):
        refused = client.get(f"/api/learning/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "whole_district")
    refused = client.post("/api/learning/proposals/1/accept", json={})
    assert refused.json()["code"] == "whole_district"


def exported(client: TestClient, **asked: object) -> zipfile.ZipFile:
    answer = client.get("/api/learning/export", params=asked)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    return dict(json.loads(archive.read("manifest.json")))


def labels_of(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(name.replace("/images/", "/labels/").replace(".jpg", ".txt")).decode()


def of_alert(manifest: dict[str, Any], alert: Alert) -> dict[str, Any]:
    (found,) = [one for one in manifest["alerts"] if one["alert_id"] == alert.alert_id]
    return dict(found)


def test_verdicts_become_a_set_with_where_each_picture_is_from(
    api: ApiRig, judges: Judges, tmp_path: Path
) -> None:
    fire = judges.said(judges.raised(), None)
    api.clock.advance(24 * 3600.0)
    false = judges.said(judges.raised((100.0, 200.0, 140.0, 230.0)), STEAM)
    api.clock.advance(24 * 3600.0)
    smoking = judges.said(judges.raised(camera_id="t2-fog"), CHIMNEY)
    client = api.client(Role.MONITOR)
    archive = exported(client)
    manifest = manifest_of(archive)
    assert manifest["owner"] == api.context.site.name
    told = of_alert(manifest, fire)
    assert (told["verdict"], told["reason"], told["use"]) == ("fire", None, "fire")
    assert told["model"] == {"name": "scripted", "version": "1", "sha256": "0" * 64}
    assert told["decision_version"] == "0" * 12
    assert told["said_by"] == "person-1"
    assert told["boxes"][0]["box_px"] == list(SIDES_PX)
    assert len(told["pictures"]) == 2
    for kept in told["pictures"]:
        assert labels_of(archive, kept["name"]).startswith("0 0.49"), "the detector's box"
        assert hashlib.sha256(archive.read(kept["name"])).hexdigest() == kept["sha256"]
        assert kept["stored_sha256"] == kept["sha256"], "as it was stored"
    told = of_alert(manifest, false)
    assert (told["verdict"], told["reason"], told["use"]) == ("false_alarm", "steam", "nothing")
    assert {labels_of(archive, kept["name"]) for kept in told["pictures"]} == {""}
    told = of_alert(manifest, smoking)
    assert told["use"] == "smoking"
    assert all(kept["name"].startswith("smoking/") for kept in told["pictures"])
    assert labels_of(archive, told["pictures"][0]["name"]) != ""
    rows = list(csv.DictReader(io.StringIO(archive.read("set/provenance.csv").decode())))
    assert len(rows) == 4
    assert {row["owner"] for row in rows} == {api.context.site.name}
    assert {row["may_leave"] for row in rows} == {"no"}
    assert len({row["group"] for row in rows}) == 1, "a camera lands on one side"
    archive.extractall(tmp_path)
    pictures = read_index(tmp_path / "set")
    assert sorted(len(one.boxes) for one in pictures) == [0, 0, 1, 1]
    deed = next(iter(api.context.store.audit.entries(1)))
    assert (deed.action, deed.details["files"], deed.details["names"]) == (
        "learning.exported",
        6,
        "no",
    )


def test_names_leave_with_an_administrator_only(api: ApiRig, judges: Judges) -> None:
    fire = judges.said(judges.raised(), None)
    refused = api.client(Role.MONITOR).get("/api/learning/export", params={"names": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "learning_names")
    manifest = manifest_of(exported(api.client(Role.ADMIN), names=True))
    assert of_alert(manifest, fire)["said_by"] == "monitor"


def test_what_is_not_settled_is_not_there(api: ApiRig, judges: Judges) -> None:
    store = api.context.store
    fire = judges.said(judges.raised(), None)
    api.clock.advance(48 * 3600.0)
    undone = judges.said(judges.raised((100.0, 200.0, 140.0, 230.0)), STEAM)
    last = store.incidents.get(undone.incident_id).entries[-1].entry_id
    store.verdicts.undo(undone.incident_id, entry_id=last, author="monitor")
    waits = judges.raised((400.0, 200.0, 440.0, 230.0))
    store.verdicts.step(
        waits.incident_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        author="monitor",
        reason=STEAM,
        checked={IncidentState.DISMISSED},
    )
    judges.said(judges.raised(provenance=Provenance.DRILL), None)
    manifest = manifest_of(exported(api.client(Role.MONITOR)))
    assert [one["alert_id"] for one in manifest["alerts"]] == [fire.alert_id]


def test_a_second_person_is_told(api: ApiRig, judges: Judges) -> None:
    store, alert = api.context.store, judges.raised()
    store.verdicts.step(
        alert.incident_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.CONFIRMED,
        author="monitor",
        checked={IncidentState.CONFIRMED},
    )
    entry_id = store.incidents.get(alert.incident_id).entries[-1].entry_id
    store.verdicts.agree(alert.incident_id, entry_id=entry_id, author="admin")
    told = of_alert(manifest_of(exported(api.client(Role.MONITOR))), alert)
    assert (told["said_by"], told["second_person"]) == ("person-1", "person-2")


def test_a_picture_in_which_something_may_burn_is_no_negative(api: ApiRig, judges: Judges) -> None:
    fire = judges.said(judges.raised(), None)
    api.clock.advance(600.0)
    beside = judges.said(judges.raised((100.0, 200.0, 140.0, 230.0)), STEAM)
    api.clock.advance(2 * 24 * 3600.0)
    later = judges.said(judges.raised((100.0, 200.0, 140.0, 230.0)), STEAM)
    manifest = manifest_of(exported(api.client(Role.MONITOR)))
    assert of_alert(manifest, beside)["pictures"] == []
    assert len(of_alert(manifest, later)["pictures"]) == 2
    assert len(of_alert(manifest, fire)["pictures"]) == 2
    assert manifest["left_out"] == {"near_fire": 2}


def test_what_is_private_by_now_is_painted_over_or_left_out(api: ApiRig, judges: Judges) -> None:
    fire = judges.said(judges.raised(), None)
    hidden = judges.said(judges.raised((20.0, 300.0, 60.0, 340.0), camera_id="t2-fog"), None)
    corner = ((0.0, 0.7), (0.2, 0.7), (0.2, 1.0), (0.0, 1.0))
    for camera_id in ("t1-red", "t2-fog"):
        mask = ViewMask(camera_id, 0, MaskKind.PRIVACY, corner, "admin", api.clock.now())
        api.context.store.masks.add(mask)
    archive = exported(api.client(Role.MONITOR))
    manifest = manifest_of(archive)
    assert of_alert(manifest, hidden)["pictures"] == []
    assert manifest["left_out"] == {"hidden": 2}
    for kept in of_alert(manifest, fire)["pictures"]:
        data = archive.read(kept["name"])
        assert kept["sha256"] != kept["stored_sha256"]
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        stored = api.context.vault.get(fire.evidence[0].key)
        before = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
        assert before is not None
        cut = image[280:350, 10:110].astype(int) - before[280:350, 10:110].astype(int)
        assert np.abs(cut).mean() > 5.0
        there = image[100:200, 300:400].astype(int) - before[100:200, 300:400].astype(int)
        assert np.abs(there).mean() < 5.0


def test_pictures_that_are_gone_or_changed_are_left_out(api: ApiRig, judges: Judges) -> None:
    first = judges.said(judges.raised(), None)
    api.clock.advance(3600.0)
    second = judges.said(judges.raised(), None)
    vault = api.context.vault
    vault.remove(first.evidence[0].key)
    vault.put(first.evidence[1].key, vault.get(second.evidence[0].key))
    manifest = manifest_of(exported(api.client(Role.MONITOR)))
    assert of_alert(manifest, first)["pictures"] == []
    assert manifest["left_out"] == {"changed": 1, "missing": 1}


def test_two_plumes_of_one_picture_are_one_picture(api: ApiRig, judges: Judges) -> None:
    """What two alerts have kept of the same moment of a view is there once, with both boxes."""
    store = api.context.store
    first = judges.said(judges.raised(), None)
    other = judges.raised((100.0, 200.0, 140.0, 230.0))
    judges.said(other, None)
    archive = exported(api.client(Role.MONITOR))
    manifest = manifest_of(archive)
    names = [
        {kept["name"] for kept in of_alert(manifest, one)["pictures"]} for one in (first, other)
    ]
    assert names[0] == names[1]
    (name, *_) = names[0]
    assert len(labels_of(archive, name).splitlines()) == 2
    assert store.alerts.get(other.alert_id).evidence


def test_a_verdict_that_says_nothing_of_the_picture_teaches_nothing(
    api: ApiRig, judges: Judges
) -> None:
    judges.said(judges.raised(), DismissReason.MISTAKE)
    answer = api.client(Role.MONITOR).get("/api/learning/export")
    assert (answer.status_code, answer.json()["code"]) == (422, "learning_nothing")
    silent = judges.said(judges.raised((100.0, 200.0, 140.0, 230.0)), DismissReason.OTHER)
    api.clock.advance(24 * 3600.0)
    judges.said(judges.raised((10.0, 10.0, 60.0, 60.0)), FOG)
    manifest = manifest_of(exported(api.client(Role.MONITOR)))
    assert of_alert(manifest, silent)["use"] == "silent"
    assert manifest["left_out"] == {"silent": 4}


def test_a_span_has_its_alerts(api: ApiRig, judges: Judges) -> None:
    first = judges.said(judges.raised(), None)
    api.clock.advance(24 * 3600.0)
    begins = api.clock.now()
    second = judges.said(judges.raised(), None)
    client = api.client(Role.MONITOR)
    manifest = manifest_of(exported(client, **{"from": begins.isoformat()}))
    assert [one["alert_id"] for one in manifest["alerts"]] == [second.alert_id]
    manifest = manifest_of(exported(client, until=begins.isoformat()))
    assert [one["alert_id"] for one in manifest["alerts"]] == [first.alert_id]


def test_every_decision_of_a_digest_has_its_state() -> None:
    assert [state.value for state in NuisanceState] == ["open", "accepted", "declined", "overtaken"]
