"""The audit log as administrators read it in the console."""

import json
import re
from pathlib import Path

import pytest
from api_rig import ApiRig

from api.audit.routes import DeedKind
from models.incident import EntryKind
from models.store.incident_history import _TOLD
from models.user import Role

ROOT = Path(__file__).resolve().parents[2]
CAMERA = {
    "name": "古南一号",
    "position": {"lon_deg": 106.65, "lat_deg": 29.03, "height_m": 812.5},
    "link": {"adapter": "rtsp", "address": "rtsp://10.0.0.5/1"},
    "credential": {"user": "admin", "password": "geheim-geheim"},
}


_OF_ALERTS = {"from", "to", "reason", "note"}
_OF_LINKS = {"adapter", "address", "enabled", "credential"}


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.MONITOR])
def test_only_administrators_read_it(api: ApiRig, role: Role | None) -> None:
    answer = api.client(role).get("/api/audit")
    assert answer.status_code == (401 if role is None else 403)
    assert "deeds" not in answer.json()


def test_it_tells_who_did_what_and_when_and_no_password(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    api.clock.advance(60.0)
    admin.put("/api/cameras/gn-1", json=CAMERA)
    answer = admin.get("/api/audit", params={"kind": "camera", "limit": 2})
    linked, added = answer.json()["deeds"]
    assert (added["actor"], added["action"], added["subject"]) == ("admin", "camera.added", "gn-1")
    assert linked["action"] == "camera.linked"
    assert linked["at"] == "2026-11-25T03:01:00Z"
    assert not {"geheim", "10.0.0.5", "sha256"} & set(re.findall(r"[\w.]+", answer.text))


@pytest.mark.parametrize("kind", [None, *DeedKind])
def test_pages_follow_each_other_without_gap_or_repeat(api: ApiRig, kind: DeedKind | None) -> None:
    for number in range(3 * len(DeedKind)):
        action = f"{list(DeedKind)[number % len(DeedKind)]}.changed"
        api.context.store.audit.record(actor="t", action=action, subject=str(number))
    api.context.store.audit.record(actor="t", action="camera_x.changed", subject="no camera")
    wanted = [
        entry.number
        for entry in api.context.store.audit.entries(999)
        if kind is None or entry.action.startswith(f"{kind}.")
    ]
    admin, got, before = api.client(Role.ADMIN), [], None
    while True:
        asked = {"limit": 3, "kind": kind, "before": before}
        page = admin.get(
            "/api/audit", params={name: each for name, each in asked.items() if each is not None}
        ).json()
        got += [deed["number"] for deed in page["deeds"]]
        before = page["before"]
        if before is None:
            break
        assert len(page["deeds"]) == 3
    assert got == wanted
    assert len(got) >= 3


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 201}, {"before": 0}, {"before": 2**63}, {"kind": "moon"}]
)
def test_nonsense_is_refused(api: ApiRig, asked: dict[str, object]) -> None:
    answer = api.client(Role.ADMIN).get("/api/audit", params=asked)  # type: ignore[arg-type]
    assert answer.status_code == 422


def test_every_deed_can_be_asked_for_and_has_words_in_both_languages() -> None:
    written = set()
    for folder in ("api", "models", "detector"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if "audit" in text:
                words = "undone|withdrawn|told|password_set|shown|forgotten|given|taken"
                words += "|set_frozen|rolled_back"
                deeds = rf'"([a-z]+\.(?:[a-z_]+ed|{words}))"'
                written |= set(re.findall(deeds, text))
    written |= {f"incident.{kind}" for kind in EntryKind if kind not in _TOLD}
    written.add("alert.stepped")  # of logs from before fires were kept
    assert {"incident.stepped", "camera.added", "ledger.ended", "user.password_set"} <= written
    assert {deed.split(".")[0] for deed in written} == set(DeedKind)
    facts = {"alert", "features", "key", "name", "presets", "role", *_OF_ALERTS, *_OF_LINKS}
    facts |= {"kind", "place", "until", "reason", "note"}  # of the ledger
    facts |= {"tours", "holder"}  # of patrols
    facts |= {"corners", "replaces"}  # of masks
    facts |= {"method", "points", "again"}  # of calibrations
    facts |= {"alerts", "begins", "files", "megabytes"}  # of evidence
    facts |= {"change", "added", "changed", "removed", "file", "undoes", "format"}  # of the land
    facts |= {"source", "witness", "seen", "told"}  # of observations
    facts |= {"of", "photo"}  # of fires
    facts |= {"townships", "before", "townships_before", "scopes", "sessions", "count"}  # of people
    facts |= {"person", "township", "village", "post", "shifts"}  # of the duty roster
    facts |= {"people_new", "people_changed", "shifts_new", "shifts_replaced"}
    facts |= {"new", "known", "passages", "plates"}  # of gates
    facts |= {"call", "answer", "order", "why", "address", "seconds"}  # of orders and clocks
    facts |= {"language"}  # of reports
    facts |= {"items", "giver", "session"}  # of handovers
    facts |= {"entry", "names"}  # of what is learnt
    facts |= {"state"}  # of releases
    facts |= {"thermal", "rule", "preset"}  # of pairs
    facts |= {"version", "missions", "sweep", "aircraft"}  # of aircraft, sweeps and flights
    facts |= {"word", "flights"}  # of flights
    facts |= {"made"}  # of backups
    facts |= {"outcome", "skipped"}  # of channels
    facts |= {"entries", "first"}  # of the log itself
    for language in ("zh", "en"):
        file = ROOT / f"console/src/i18n/{language}.json"
        words = json.loads(file.read_text(encoding="utf-8"))
        assert set(words["deed"]) == {deed.replace(".", "_") for deed in written}
        assert set(words["audit_kind"]) == set(DeedKind)
        assert facts == set(words["deed_fact"])
