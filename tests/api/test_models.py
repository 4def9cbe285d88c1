"""The release gate over HTTP: from a frozen set to a model in force, and back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import ApiRig
from fastapi.testclient import TestClient
from model_rig import NEW, OLD, Opener, cost_of, desk_of, done_replay, frozen_set, later, played_by

from api.releases.desk import AGAIN_S, ModelDesk
from detector.swapping import SwappingDetector
from models.config.release import ReleaseRule
from models.errors import ModelMismatch
from models.footage import Conditions, Light, Rights, Truth
from models.user import Role


class Gate:
    """A watch with a desk, a frozen set and both replays of it."""

    def __init__(self, api: ApiRig) -> None:
        self.opener = Opener()
        settings = api.context.settings.model_copy(update={"release": ReleaseRule(cameras=10)})
        context = replace(api.context, settings=settings)
        self.context, self.desk, self.swapping = desk_of(context, self.opener)
        self.api = ApiRig(self.context, api.clock, api.portal)
        self.frozen = frozen_set(self.context)
        self.old = done_replay(self.context, self.frozen, OLD, played_by())
        self.new = done_replay(self.context, self.frozen, NEW, played_by())

    def client(self, role: Role) -> TestClient:
        return self.api.client(role)

    def body(self, **other: object) -> dict[str, object]:
        return {
            "gate_id": self.frozen.gate_id,
            "candidate_run": self.new,
            "incumbent_run": self.old,
            **other,
        }

    def propose(self, **other: object) -> dict[str, object]:
        answer = self.client(Role.MONITOR).post("/api/models/releases", json=self.body(**other))
        assert answer.status_code == 201, answer.text
        told: dict[str, object] = answer.json()
        return told

    def signed(self) -> int:
        number = self.propose()["release_id"]
        answer = self.client(Role.ADMIN).post(
            f"/api/models/releases/{number}/sign", json={"note": "seen"}
        )
        assert answer.json()["state"] == "signed", answer.text
        return int(str(number))


@pytest.fixture
def gate(api: ApiRig) -> Gate:
    return Gate(api)


def codes(release: dict[str, object]) -> dict[str, str]:
    checks = release["checks"]
    assert isinstance(checks, list)
    return {one["rule"]: one["code"] for one in checks}


def test_from_a_set_into_force_and_back_without_a_restart(gate: Gate) -> None:
    admin, viewer = gate.client(Role.ADMIN), gate.client(Role.VIEWER)
    told = viewer.get("/api/models").json()
    assert told["active"] is None
    assert told["activations"] == []
    assert told["in_force"]["name"] == OLD.name
    assert [one["name"] for one in told["models"] if one["is_active"]] == [OLD.name]
    release = gate.propose(note="better in fog")
    assert codes(release) == {
        "same_set": "set_same",
        "same_decision": "decision_same",
        "lost_fires": "fires_kept",
        "false_alarms": "false_alarms_same",
        "speed": "speed_enough",
    }
    assert (release["state"], release["author"]) == ("passed", "monitor")
    number = release["release_id"]
    early = admin.post(f"/api/models/releases/{number}/activate")
    assert (early.status_code, early.json()["code"]) == (409, "release_not_signed")
    assert gate.opener.opened == []  # nothing is loaded for what nobody has signed
    assert admin.post(f"/api/models/releases/{number}/sign", json={}).json()["state"] == "signed"
    done = admin.post(f"/api/models/releases/{number}/activate")
    assert done.status_code == 200, done.text
    assert done.json()["model"]["name"] == NEW.name
    assert gate.swapping.reference == gate.context.site.model == NEW
    assert gate.opener.opened == [NEW.name]
    health = viewer.get("/api/health").json()
    assert health["model"] == f"{NEW.name} {NEW.version}"
    assert health["model_fallback"] is False
    assert health["provider"] == "Eyes"
    assert viewer.get("/api/site").json()["model"]["name"] == NEW.name
    told = viewer.get("/api/models").json()
    assert told["active"]["activation_id"] == done.json()["activation_id"]
    first = told["activations"][-1]
    assert (first["model"]["name"], first["author"], first["release_id"]) == (
        OLD.name,
        "system",
        None,
    )
    body = {"activation_id": first["activation_id"], "note": "alarms in fog"}
    assert admin.post("/api/models/roll-back", json={**body, "note": ""}).status_code == 422
    back = admin.post("/api/models/roll-back", json=body)
    assert back.json()["model"]["name"] == OLD.name
    assert gate.swapping.reference == OLD
    again = admin.post("/api/models/roll-back", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "model_in_force")
    actions = [one["action"] for one in admin.get("/api/audit?kind=model").json()["deeds"]]
    assert actions == [
        "model.rolled_back",
        "model.activated",
        "model.release_signed",
        "model.release_proposed",
        "model.set_frozen",
    ]


def test_a_model_that_loses_a_fire_is_held_back_from_everybody(gate: Gate) -> None:
    gate.new = done_replay(gate.context, gate.frozen, NEW, played_by(finds=False))
    release = gate.propose()
    assert release["state"] == "failed"
    assert codes(release)["lost_fires"] == "fires_lost"
    (lost,) = (one for one in release["checks"] if one["rule"] == "lost_fires")  # type: ignore[attr-defined]
    assert lost["names"] == ["ridge.zip · barn"]
    for deed in ("sign", "decline", "activate"):
        answer = gate.client(Role.ADMIN).post(
            f"/api/models/releases/{release['release_id']}/{deed}", json={}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "release_failed")
    assert gate.swapping.reference == OLD


def test_the_gate_says_what_is_not_the_frozen_set(gate: Gate) -> None:
    store, frozen = gate.context.store, gate.frozen
    folder = Path(gate.context.settings.data_dir) / "replays" / str(gate.new)
    result = (folder / "result.json").read_bytes()
    (folder / "result.json").write_bytes(result.replace(b'"autumn"', b'"winter"'))
    assert codes(gate.propose())["same_set"] == "set_result_changed"
    (folder / "result.json").write_bytes(result)
    first = frozen.draft.footage[0].footage_id
    store.footage.put_truth(first, Truth(), base=1, author="m")
    assert codes(gate.propose())["same_set"] == "set_same"  # its own truth is kept
    store.footage.change(
        first,
        scene="ridge",
        conditions=Conditions(light=Light.NIGHT),
        rights=Rights(),
        version=1,
        author="m",
    )
    assert codes(gate.propose())["same_set"] == "set_changed"
    store.footage.remove(first, author="a")
    assert codes(gate.propose())["same_set"] == "set_footage_gone"
    store.releases.retire(frozen.gate_id, author="a")
    answer = gate.client(Role.MONITOR).post("/api/models/releases", json=gate.body())
    assert (answer.status_code, answer.json()["code"]) == (409, "set_retired")


def test_what_cannot_be_judged_is_refused_with_what_to_do(gate: Gate) -> None:
    monitor = gate.client(Role.MONITOR)

    def code(**other: object) -> tuple[int, str]:
        answer = monitor.post("/api/models/releases", json=gate.body(**other))
        return answer.status_code, answer.json()["code"]

    assert code(gate_id=99) == (404, "no_such_set")
    assert code(candidate_run=99) == (404, "no_such_replay")
    assert code(incumbent_run=gate.new) == (422, "incumbent_not_in_force")
    assert code(candidate_run=gate.old) == (422, "model_same")
    waiting = gate.context.store.replays.ask(
        gate.context.store.replays.get(gate.new).draft, author="m"
    )
    assert code(candidate_run=waiting.run_id) == (409, "replay_not_done")
    folder = Path(gate.context.settings.data_dir) / "replays" / str(gate.new)
    for data in (b"", b"[]", b"{}", b'{"run": {"model": 3}}', b"[" * 100_000, b"\xff"):
        (folder / "result.json").write_bytes(data)
        assert code() == (422, "replay_result")
    told = json.dumps({"run": {"model": dict.fromkeys(("name", "version", "sha256"), "x")}})
    (folder / "result.json").write_text(told[:-1] + ', "sequences": [{}]}', encoding="utf-8")
    assert code() == (422, "replay_result")
    (folder / "result.json").unlink()
    assert code() == (404, "replay_gone")


def test_a_slow_model_is_held_back(gate: Gate) -> None:
    gate.new = done_replay(gate.context, gate.frozen, NEW, played_by(), cost_of(1.5))
    assert codes(gate.propose())["speed"] == "speed_too_slow"


def test_weights_that_cannot_be_opened_leave_what_was_in_force(gate: Gate) -> None:
    number = gate.signed()
    gate.opener.failure = ModelMismatch("Torn.", remedy="Copy it again.")
    admin = gate.client(Role.ADMIN)
    answer = admin.post(f"/api/models/releases/{number}/activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "model_unusable")
    assert gate.context.store.releases.activations() == []
    assert gate.swapping.reference == OLD
    gate.opener.failure = None
    assert admin.post(f"/api/models/releases/{number}/activate").status_code == 200
    gate.opener.failure = ModelMismatch("Torn.")
    first = gate.context.store.releases.activations()[-1].activation_id
    body = {"activation_id": first, "note": "why"}
    answer = admin.post("/api/models/roll-back", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "model_unusable")
    assert gate.swapping.reference == NEW


def another(gate: Gate) -> tuple[ModelDesk, SwappingDetector, Opener]:
    """The desk of another process on the same store."""
    opener = Opener()
    site = replace(gate.context.site)
    _, desk, swapping = desk_of(replace(gate.context, site=site), opener)
    return desk, swapping, opener


def test_another_process_follows_and_waits_for_weights_that_it_lacks(gate: Gate) -> None:
    desk, swapping, opener = another(gate)
    assert not desk.follow()
    gate.desk.activate(gate.signed(), author="a")
    opener.failure = ModelMismatch("Not here.")
    assert not desk.follow()
    assert (desk.problem, swapping.reference) == ("Not here.", OLD)
    opener.failure = None
    assert not desk.follow()  # not at once
    later(gate.context, seconds=AGAIN_S + 1)
    assert desk.follow()
    assert (desk.problem, swapping.reference) == ("", NEW)
    assert not desk.follow()
    assert opener.opened == [NEW.name]


def test_one_whose_weights_are_gone_is_degraded_and_one_goes_back(gate: Gate) -> None:
    gate.desk.activate(gate.signed(), author="a")
    desk, swapping, opener = another(gate)  # it starts with what it has
    opener.failure = ModelMismatch(f"{gate.context.settings.data_dir}/models/x.onnx is torn.")
    desk.follow()
    fallen = ApiRig(
        replace(gate.context, models=desk, site=replace(gate.context.site, model=OLD)),
        gate.api.clock,
        gate.api.portal,
    )
    health = fallen.client().get("/api/health").json()
    assert (health["status"], health["model_fallback"]) == ("degraded", True)
    told = fallen.client(Role.VIEWER).get("/api/models").json()
    assert told["problem"] == "models/x.onnx is torn."
    assert told["in_force"]["name"] == OLD.name
    first = told["activations"][-1]["activation_id"]
    body = {"activation_id": first, "note": "it is torn"}
    answer = fallen.client(Role.ADMIN).post("/api/models/roll-back", json=body)
    assert answer.status_code == 200, answer.text
    assert desk.problem == ""
    assert swapping.reference == OLD


def test_a_set_is_frozen_with_what_is_true_now(gate: Gate) -> None:
    admin = gate.client(Role.ADMIN)
    number = gate.frozen.draft.footage[0].footage_id
    body = {"name": "One", "footage_ids": [number, number], "drill_fires": 3, "note": "n"}
    frozen = admin.post("/api/models/sets", json=body)
    assert frozen.status_code == 201, frozen.text
    assert [one["truth_version"] for one in frozen.json()["footage"]] == [1]
    known = admin.post("/api/models/sets", json=body)
    assert (known.status_code, known.json()["code"]) == (409, "set_known")
    listed = gate.client(Role.VIEWER).get("/api/models/sets").json()["sets"]
    assert [one["name"] for one in listed] == ["One", "Autumn"]
    retired = admin.post(f"/api/models/sets/{frozen.json()['gate_id']}/retire").json()
    assert retired["retired_by"] == "admin"
    nothing = admin.post("/api/models/sets", json={"name": "None"})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "set_footage")
    unknown = admin.post("/api/models/sets", json={"name": "x", "footage_ids": [99]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_footage")


@pytest.mark.parametrize(
    ("role", "method", "path", "body"),
    [
        (Role.VIEWER, "post", "/api/models/releases", {"gate_id": 1}),
        (Role.MONITOR, "post", "/api/models/sets", {"name": "x"}),
        (Role.MONITOR, "post", "/api/models/sets/1/retire", None),
        (Role.MONITOR, "post", "/api/models/releases/1/sign", {}),
        (Role.MONITOR, "post", "/api/models/releases/1/decline", {}),
        (Role.MONITOR, "post", "/api/models/releases/1/activate", None),
        (Role.MONITOR, "post", "/api/models/roll-back", {"activation_id": 1, "note": "x"}),
    ],
)
def test_who_may_do_what(
    gate: Gate, role: Role, method: str, path: str, body: dict[str, object] | None
) -> None:
    assert gate.client(role).request(method, path, json=body).status_code == 403


def test_a_bureaus_own_card_is_listed_with_what_is_wrong(gate: Gate) -> None:
    folder = Path(gate.context.settings.data_dir) / "models"
    (folder / "cards").mkdir(parents=True)
    (folder / "cards" / "own.toml").write_text('version = "2026.1.0"\n', encoding="utf-8")
    told = gate.client(Role.VIEWER).get("/api/models").json()
    (own,) = (one for one in told["models"] if one["origin"] == "bureau")
    assert (own["name"], own["version"], own["is_active"]) == ("own", "2026.1.0", False)
    assert own["problem"].startswith("The model card models/cards/own.toml is refused")


def test_where_nothing_looks_no_model_goes_into_force(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    answer = admin.post("/api/models/releases/1/activate")
    assert (answer.status_code, answer.json()["code"]) == (409, "model_no_watch")
