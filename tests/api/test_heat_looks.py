"""Looks over HTTP: listed to whom they concern, decided by people once, and flown to."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from api_rig import ApiRig, build_api
from fastapi.testclient import TestClient
from heat_rig import HeatRig, propose
from httpx2 import Response
from patrol_rig import PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Target

from api.auth.tokens import new_secret, secret_sha256, written
from drone_jobs.fleet import find_aircraft
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.heat_look import HeatLook
from models.incident import IncidentState
from models.observation import ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, TokenScope, User

M4T = "M4T-01"
OUTSIDE, INSIDE = "999001001", "999001005"
"""Townships of the drill district: far from the node, and its own."""


@pytest.fixture
def rig(tmp_path: Path) -> HeatRig:
    """One look; an aircraft with a link."""
    api = build_api(tmp_path)
    craft = replace(find_aircraft("Matrice 4T"), name=M4T, home_lon_deg=-84.31, home_lat_deg=36.245)
    api.context.store.aircraft.put(craft, version=None, author="m")
    link = DroneLinkRule(aircraft=M4T, kind=DroneLinkKind.SIMULATED)
    drones = api.context.settings.drones.model_copy(update={"links": (link,)})
    settings = api.context.settings.model_copy(update={"drones": drones})
    made = HeatRig(ApiRig(replace(api.context, settings=settings), api.clock))
    made.burn(6)
    return made


@pytest.fixture
def monitor(rig: HeatRig) -> TestClient:
    return rig.api.client(Role.MONITOR)


def the_look(rig: HeatRig) -> HeatLook:
    (look,) = rig.store.heat_looks.page()
    return look


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    return answer.status_code, answer.json()["code"]


def test_looks_are_told_with_all_that_speaks_for_them(rig: HeatRig) -> None:
    viewer = rig.api.client(Role.VIEWER)
    page = viewer.get("/api/looks").json()
    assert (page["open"], page["next_before"]) == (1, None)
    (told,) = page["looks"]
    assert (told["node_id"], told["node_name"], told["state"]) == ("n1", "松林 1 号", "open")
    assert told["event"]["peak_c"] == pytest.approx(350.0, abs=0.1)
    assert told["event"]["reasons"][0]["code"] == "hot"
    assert told["event"]["box"] == {"x_min": 70, "y_min": 60, "x_max": 75, "y_max": 65}
    assert [tower["camera_id"] for tower in told["towers"]] == ["t3-drill", "t1-red", "t2-fog"]
    assert all(tower["name"] != tower["camera_id"] for tower in told["towers"])
    assert viewer.get("/api/looks/1").json() == told
    assert viewer.get("/api/looks?state=fire").json() == {
        "looks": [],
        "next_before": None,
        "open": 1,
    }
    assert viewer.get("/api/looks?before=1").json()["looks"] == []
    assert refusal(viewer.get("/api/looks/99")) == (404, "no_such_look")
    assert viewer.post("/api/looks/1/fire", json={}).status_code == 403


def test_pages_go_on_below_the_last_number(rig: HeatRig, monitor: TestClient) -> None:
    monitor.post("/api/looks/1/no-fire", json={"reason": "animal"})
    rig.add(replace(rig.node, node_id="n2"))
    rig.burn(6, node=replace(rig.node, node_id="n2"))
    first = monitor.get("/api/looks?limit=1").json()
    assert ([one["look_id"] for one in first["looks"]], first["next_before"]) == ([2], 2)
    last = monitor.get("/api/looks?limit=1&before=2").json()
    assert ([one["look_id"] for one in last["looks"]], last["next_before"]) == ([1], None)


def test_a_person_says_fire_and_nobody_after_them(rig: HeatRig, monitor: TestClient) -> None:
    done = monitor.post("/api/looks/1/fire", json={"note": " seen from the road "})
    assert done.status_code == 200
    told = done.json()
    assert (told["state"], told["decided_by"], told["note"]) == (
        "fire",
        "monitor",
        "seen from the road",
    )
    fire = rig.store.incidents.get(told["incident_id"])
    assert fire.state is IncidentState.OPEN
    assert fire.observations[0].draft.source is ObservationSource.NODE
    assert "350 °C" in fire.observations[0].draft.words
    for path, body in (("fire", {}), ("no-fire", {"reason": "sun"})):
        assert refusal(monitor.post(f"/api/looks/1/{path}", json=body)) == (409, "look_decided")
    asked = {"camera_id": "t3-drill"}
    assert refusal(monitor.post("/api/looks/1/turn", json=asked)) == (409, "look_decided")
    assert len(rig.store.incidents.working()) == 1
    shown = monitor.get(f"/api/incidents/{told['incident_id']}").json()
    assert shown["incident_id"] == told["incident_id"]


def test_a_person_says_no_fire_and_why(rig: HeatRig, monitor: TestClient) -> None:
    asked = {"reason": "other", "note": " "}
    assert refusal(monitor.post("/api/looks/1/no-fire", json=asked)) == (422, "look_note")
    done = monitor.post("/api/looks/1/no-fire", json={"reason": "stove", "note": "kiln"}).json()
    assert (done["state"], done["reason"], done["note"]) == ("no_fire", "stove", "kiln")
    assert rig.store.incidents.working() == []
    assert monitor.get("/api/looks").json()["open"] == 0


@pytest.mark.usefixtures("rig")
def test_a_camera_that_is_not_turned_is_told_with_its_direction(monitor: TestClient) -> None:
    told = monitor.post("/api/looks/1/turn", json={"camera_id": "t3-drill"}).json()
    assert (told["is_turned"], told["code"]) == (False, "camera_not_turned")
    assert told["bearing_deg"] == pytest.approx(66.08, abs=0.1)
    assert -10.0 < told["tilt_deg"] < 0.0
    assert told["look"]["state"] == "open", "nobody looks yet"
    missing = monitor.post("/api/looks/1/turn", json={"camera_id": "t9"})
    assert refusal(missing) == (404, "look_no_tower")


def test_a_camera_that_turns_goes_to_the_view_that_shows_it(
    rig: HeatRig, monitor: TestClient
) -> None:
    targets = {0: Target(0.0, -3.0), 1: Target(60.0, -3.0)}
    setup = setup_of(targets)
    stands = Position(-84.3726, 36.2225, 30.0, HeightDatum.GROUND)  # beside one that sees it
    setup = replace(setup, camera=replace(setup.camera, position=stands))
    rig.store.links.put(setup, actor="t")
    turned = PatrolRig(head_of(targets), setup, rig.store, rig.clock)
    turned.desk = rig.context.patrols
    turned.desk._store = rig.store
    turned.desk._clock = rig.clock
    turned.start()
    look = propose(rig.api, frame_id=99)
    assert look.towers[0].camera_id == "north", "it sees the place, and turns"
    path, asked = f"/api/looks/{look.look_id}/turn", {"camera_id": "north"}
    told = monitor.post(path, json=asked).json()
    assert (told["is_turned"], told["code"], told["preset"]) == (True, "", 1)
    assert turned.head.goal == targets[1]
    assert told["look"]["state"] == "looking"
    admin = rig.api.client(Role.ADMIN)
    assert admin.post(path, json=asked).json()["code"] == "lease_taken"
    setup = replace(setup, camera=replace(setup.camera, presets=setup.camera.presets[:1]))
    rig.store.links.put(setup, actor="t")
    assert monitor.post(path, json=asked).json()["code"] == "look_no_preset"


def test_a_drone_is_proposed_and_flies_on_a_persons_word(rig: HeatRig, monitor: TestClient) -> None:
    found = monitor.post("/api/looks/1/sortie", json={}).json()
    (proposal,) = found["proposals"]
    assert (proposal["aircraft"], proposal["is_feasible"]) == (M4T, True), proposal
    assert rig.store.runs.page() == []
    asked = {"aircraft": M4T, "key": "key-00000001"}
    flown = monitor.post("/api/looks/1/sortie/fly", json=asked)
    assert flown.status_code == 201, flown.text
    again = monitor.post("/api/looks/1/sortie/fly", json=asked)
    assert again.json() == flown.json()
    (run,) = rig.store.runs.page()
    assert (run.aircraft, run.released_by, run.incident_id) == (M4T, "monitor", None)
    assert monitor.get("/api/looks/1").json()["state"] == "looking"
    assert monitor.get("/api/looks").json()["open"] == 0


def limited(rig: HeatRig, township: str) -> TestClient:
    known = rig.store.users.get("monitor")
    assert known is not None
    name = f"of-{township}"
    user = User(
        name, Role.MONITOR, known.password_hash, must_change_password=False, townships=(township,)
    )
    rig.store.users.add(user, actor="t")
    client = rig.api.client()
    body = {"name": name, "password": "monitor-monitor"}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def test_looks_are_for_those_whose_townships_they_may_concern(rig: HeatRig) -> None:
    inside, outside = limited(rig, INSIDE), limited(rig, OUTSIDE)
    assert len(inside.get("/api/looks").json()["looks"]) == 1
    assert outside.get("/api/looks").json() == {"looks": [], "next_before": None, "open": 0}
    asked: list[tuple[str, dict[str, object]]] = [
        ("turn", {"camera_id": "t3-drill"}),
        ("sortie", {}),
        ("sortie/fly", {"aircraft": M4T, "key": "key-00000001"}),
        ("fire", {}),
        ("no-fire", {"reason": "sun"}),
    ]
    assert refusal(outside.get("/api/looks/1")) == (403, "outside_townships")
    for path, body in asked:
        answer = outside.post(f"/api/looks/1/{path}", json=body)
        assert refusal(answer) == (403, "outside_townships"), path
    assert inside.post("/api/looks/1/fire", json={}).status_code == 200
    # Who sees the fire sees the look that it was; here neither may be seen.
    assert refusal(outside.get("/api/looks/1")) == (403, "outside_townships")


def test_a_program_reads_and_turns_and_decides_nothing(rig: HeatRig) -> None:
    secret = new_secret()
    token = rig.store.tokens.add(
        "p",
        secret_sha256(secret),
        role=Role.MONITOR,
        scopes=(TokenScope.INCIDENTS,),
        townships=(),
        expires_at=rig.clock.now() + timedelta(days=1),
        actor="admin",
    )
    client = rig.api.client()
    client.headers["Authorization"] = f"Bearer {written(token.token_id, secret)}"
    assert client.get("/api/looks").json()["open"] == 1
    for path, body in (
        ("fire", {}),
        ("no-fire", {"reason": "sun"}),
        ("sortie/fly", {"aircraft": M4T, "key": "key-00000001"}),
    ):
        assert refusal(client.post(f"/api/looks/1/{path}", json=body)) == (403, "look_person")
    assert the_look(rig).decided_by == ""
