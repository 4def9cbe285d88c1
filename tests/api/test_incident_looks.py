"""Looks at a fire: proposed to people with why not, kept and released in a person's name only."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_rig import START, ApiRig
from command_line import run_firewatch
from crossing_rig import alert_of, fix_of, tower
from fastapi.testclient import TestClient
from httpx2 import Response
from pyproj import Geod

from api.auth.tokens import new_secret, secret_sha256, written
from drone_jobs.fleet import find_aircraft
from geo.crs import HeightSystem
from geo.dem.stored import StoredTerrain, write_terrain
from geo.locate import Locator
from geo.relief import drill_relief
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.crossing import Report
from models.events import EventKind
from models.flight import RunCause, RunReason, RunState
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store.leases import FLIGHTS
from models.user import Role, TokenScope

GEOD = Geod(ellps="WGS84")
WEST = tower("w1", -84.25625, 36.23708)
M4T = find_aircraft("Matrice 4T")
NEAR, FAR, HOMELESS, UNLINKED = "M4T-近", "M4T-远", "M4T-无家", "M4T-外借"
KEY = "key-00000001"


@pytest.fixture
def api(api: ApiRig) -> ApiRig:
    """A fire that a person placed within 60 m; two aircraft with links, one without, one lost."""
    store = api.context.store
    homes = {NEAR: (-84.262, 36.237), FAR: (-84.275, 36.232), UNLINKED: (-84.262, 36.238)}
    store.aircraft.import_all(
        [
            replace(M4T, name=HOMELESS),
            *(
                replace(M4T, name=name, home_lon_deg=lon, home_lat_deg=lat)
                for name, (lon, lat) in homes.items()
            ),
        ],
        author="t",
    )
    links = tuple(
        DroneLinkRule(aircraft=name, kind=DroneLinkKind.SIMULATED) for name in (NEAR, FAR, HOMELESS)
    )
    drones = api.context.settings.drones.model_copy(update={"links": links})
    settings = api.context.settings.model_copy(update={"drones": drones})
    made = ApiRig(replace(api.context, settings=settings), api.clock)
    tell(made, (-84.256, 36.238), "fire-0001")
    return made


@pytest.fixture
def monitor(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


def tell(
    api: ApiRig,
    place: tuple[float, float],
    key: str,
    sigma_m: float = 28.0,
    source: ObservationSource = ObservationSource.CALL,
) -> int:
    """Somebody tells a place; the number of the fire."""
    witness = Report(Position(*place, 0.0, HeightDatum.GROUND), sigma_m)
    draft = ObservationDraft(source, witness, api.clock.now(), "t", "冒烟")
    return api.context.store.observations.add(draft, author="m", key=key)[0].incident_id or 0


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    return answer.status_code, answer.json()["code"]


def looks(client: TestClient, incident_id: int = 1, **body: object) -> dict[str, Any]:
    answer = client.post(f"/api/incidents/{incident_id}/looks", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fly(
    client: TestClient, aircraft: str = NEAR, key: str = KEY, incident_id: int = 1, **body: object
) -> Response:
    asked = {"aircraft": aircraft, "key": key, **body}
    return client.post(f"/api/incidents/{incident_id}/looks/fly", json=asked)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def nothing_is_kept(api: ApiRig) -> bool:
    store = api.context.store
    return store.sweeps.page() == [] and store.runs.page() == []


def test_every_aircraft_answers_with_its_plan_or_why_not(api: ApiRig, monitor: TestClient) -> None:
    before = api.context.store.events.after(0)
    api.context.store.winds.enter(90.0, 4.0, author="m")
    found = looks(monitor)
    assert (found["wind"]["from_deg"], found["wind"]["speed_ms"]) == (90.0, 4.0)
    place = found["place"]
    assert (place["lon_deg"], place["lat_deg"]) == pytest.approx((-84.256, 36.238), abs=1e-5)
    assert place["radius_m"] == pytest.approx(28.0 * 2.146, abs=0.1)  # of 90 % of a circle
    told = {each["aircraft"]: each for each in found["proposals"]}
    assert list(told)[:2] == [NEAR, FAR], "those that look first come first"
    assert {name: (each["is_feasible"], each["code"]) for name, each in told.items()} == {
        NEAR: (True, ""),
        FAR: (True, ""),
        UNLINKED: (False, "look_no_link"),
        HOMELESS: (False, "sweep_no_home"),
    }
    for name, each in told.items():
        assert bool(each["message"]) == bool(each["remedy"]) == (not each["is_feasible"]), name
    assert told[HOMELESS]["plan"] is None
    assert told[UNLINKED]["plan"]["kind"] == "look", "its pilot can fly it"
    for name in (NEAR, FAR):
        each = told[name]
        assert START < at(each["looks_at"]) < at(each["back_at"])
        assert 0.0 < each["energy_share"] <= M4T.usable_share
        (sortie,) = each["plan"]["sorties"]
        views = [point for point in sortie["points"] if point["role"] == "look"]
        assert each["views"] == len(views) == 3
        for view in views:  # it looks at the place that was told, from upwind
            bearing_deg, back_deg, _ = GEOD.inv(
                view["lon_deg"], view["lat_deg"], place["lon_deg"], place["lat_deg"]
            )
            assert (view["heading_deg"] - bearing_deg + 180.0) % 360.0 == pytest.approx(180, abs=1)
            assert abs((back_deg - 90.0 + 180.0) % 360.0 - 180.0) <= 81.0
    assert looks(monitor, views="orbit")["proposals"][0]["views"] >= 6
    assert nothing_is_kept(api)
    kinds = [event.kind for event in api.context.store.events.after(0)[len(before) :]]
    assert EventKind.FLIGHT_CHANGED not in kinds


def test_a_person_lets_it_fly_and_is_who_released_it(api: ApiRig, monitor: TestClient) -> None:
    store = api.context.store
    answer = fly(monitor, views=2)
    assert answer.status_code == 201, answer.text
    run = store.runs.get(answer.json()["run_id"])
    assert (run.cause, run.incident_id, run.aircraft) == (RunCause.VERIFICATION, 1, NEAR)
    assert (run.released_by, run.state) == ("monitor", RunState.PLANNED)
    assert (run.due_at, run.until_at) == (START, START + timedelta(minutes=30))
    kept = monitor.get(f"/api/sweeps/{answer.json()['sweep_id']}").json()
    assert (kept["kind"], kept["version"], kept["changed_by"]) == ("look", 1, "monitor")
    assert kept["name"].startswith("#1 ")
    assert sum(p["role"] == "look" for p in kept["plan"]["sorties"][0]["points"]) == 2
    (mission,) = store.sweeps.get(run.sweep_id, run.sweep_version).missions
    assert len(mission.points) >= 2
    deeds = [(deed.action, deed.actor) for deed in store.audit.entries(3)]
    assert deeds == [
        ("flight.released", "monitor"), ("flight.added", "monitor"), ("sweep.saved", "monitor"),
    ]  # fmt: skip


def test_the_same_wish_again_is_the_same_flight(api: ApiRig, monitor: TestClient) -> None:
    store = api.context.store
    first = fly(monitor)
    store.verdicts.step(
        1, expected=IncidentState.OPEN, to_state=IncidentState.ACKNOWLEDGED, author="m"
    )
    store.verdicts.step(
        1,
        expected=IncidentState.ACKNOWLEDGED,
        to_state=IncidentState.DISMISSED,
        author="m",
        reason=DismissReason.FOG,
    )
    again = fly(monitor)
    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(fly(monitor, FAR)) == (409, "run_key")
    assert refusal(fly(monitor, key="key-00000002")) == (409, "look_settled")
    assert len(store.runs.page()) == len(store.sweeps.page()) == 1
    # One that was added, and not released when the machine went down.
    kept = store.sweeps.page()[0]
    other = tell(api, (-84.2565, 36.2385), "fire-0002")
    late = store.runs.add_by_hand(
        kept.sweep_id, 1, 1, FAR, due_at=START, until_at=START + timedelta(minutes=30),
        key="look-key-00000003", author="monitor", incident_id=other,
    )  # fmt: skip
    assert late.released_at is None
    released = fly(monitor, FAR, "key-00000003", other)
    assert released.json()["run_id"] == late.run_id
    assert store.runs.get(late.run_id).released_by == "monitor"


def test_a_look_that_is_pressed_twice_is_one_flight(api: ApiRig, monitor: TestClient) -> None:
    """By the same person at once, and by a second one a minute later; not later, not elsewhere."""
    store, answers = api.context.store, []
    with monitor:
        presses = [
            threading.Thread(target=lambda key=key: answers.append(fly(monitor, key=key)))
            for key in (KEY, KEY, "key-00000002")
        ]
        for press in presses:
            press.start()
        for press in presses:
            press.join(60.0)
    assert [answer.status_code for answer in answers] == [201] * 3
    api.clock.advance(60.0)
    answers.append(fly(api.client(Role.ADMIN), key="key-00000003"))
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert len(store.runs.page()) == len(store.sweeps.page()) == 1
    assert store.runs.get(answers[0].json()["run_id"]).released_by == "monitor"
    others = {fly(monitor, FAR, "key-00000004").json()["run_id"]}
    store.runs.step(
        answers[0].json()["run_id"], RunState.CANCELLED, RunReason.PERSON, author="m", fence=None
    )
    others.add(fly(monitor, key="key-00000005").json()["run_id"])
    api.clock.advance(121.0)
    others.add(fly(monitor, key="key-00000006").json()["run_id"])
    assert len(others) == 3
    assert answers[0].json()["run_id"] not in others


def test_one_that_flies_is_waited_for(api: ApiRig, monitor: TestClient) -> None:
    store = api.context.store
    alone = {each["aircraft"]: each for each in looks(monitor)["proposals"]}
    first = store.runs.get(fly(monitor).json()["run_id"])
    busy = {each["aircraft"]: each for each in looks(monitor)["proposals"]}
    back_at = at(alone[NEAR]["back_at"]) + timedelta(seconds=M4T.turnaround_s)
    assert at(busy[NEAR]["free_at"]) == back_at
    assert (at(busy[FAR]["free_at"]), next(iter(busy))) == (START, FAR)
    lease = store.leases.take(FLIGHTS, "t", 600.0)
    assert lease is not None
    store.runs.claim(first.run_id, lease.fence)
    for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING):
        store.runs.step(first.run_id, state, author="system", fence=lease.fence)
    api.clock.advance(120.0)
    flying = {each["aircraft"]: each for each in looks(monitor)["proposals"]}
    assert at(flying[NEAR]["free_at"]) == back_at - timedelta(seconds=120)
    api.clock.advance(7200.0)  # it ought to be back
    late = store.runs.get(fly(monitor, key="key-00000002").json()["run_id"])
    due_at = api.clock.now() + timedelta(seconds=60 + M4T.turnaround_s)
    assert (late.due_at, late.until_at) == (due_at, due_at + timedelta(minutes=30))
    store.runs.step(first.run_id, RunState.ABORTED, RunReason.PERSON, author="m", fence=None)
    assert at(looks(monitor)["proposals"][0]["free_at"]) == api.clock.now()


def test_nothing_flies_without_link_home_or_aircraft(api: ApiRig, monitor: TestClient) -> None:
    assert refusal(fly(monitor, UNLINKED)) == (409, "look_no_link")
    assert refusal(fly(monitor, HOMELESS)) == (422, "sweep_no_home")
    assert refusal(fly(monitor, "Matrice 4T")) == (404, "no_such_aircraft")
    bare = ApiRig(replace(api.context, terrain=None), api.clock).client(Role.MONITOR)
    assert refusal(bare.post("/api/incidents/1/looks", json={})) == (422, "sweep_no_terrain")
    assert refusal(fly(bare)) == (422, "sweep_no_terrain")
    assert nothing_is_kept(api)


def test_a_fire_that_has_no_place_or_needs_nobody_is_not_flown_to(
    api: ApiRig, monitor: TestClient
) -> None:
    store = api.context.store
    store.cameras.put(WEST)
    direction = alert_of(api, WEST, fix_of(WEST, (-84.35, 36.40))).incident_id
    other = tell(api, (-84.20, 36.20), "fire-0002")
    store.incident_joins.merge(other, 1, author="m", note="同一处")
    assert direction is not None
    for number, code in ((direction, "look_no_place"), (other, "incident_merged")):
        asked = monitor.post(f"/api/incidents/{number}/looks", json={})
        assert refusal(asked) == (409, code)
        assert asked.json()["remedy"]
        assert refusal(fly(monitor, incident_id=number)) == (409, code)
    assert refusal(fly(monitor, incident_id=77)) == (404, "not_found")
    assert nothing_is_kept(api)


@pytest.mark.parametrize(
    "changes",
    [{"views": 4}, {"views": "3"}, {"views": True}, {"key": "short"}, {"key": "a b c d e f g"},
     {"key": "x" * 129}, {"aircraft": ""}, {"aircraft": "x" * 81}, {"more": 1}],
)  # fmt: skip
def test_a_hostile_wish_is_refused(
    api: ApiRig, monitor: TestClient, changes: dict[str, object]
) -> None:
    asked = {"aircraft": NEAR, "key": KEY, **changes}
    answer = monitor.post("/api/incidents/1/looks/fly", json=asked)
    assert refusal(answer) == (422, "input_refused")
    assert nothing_is_kept(api)


def test_only_a_person_of_the_role_lets_one_fly(api: ApiRig) -> None:
    assert refusal(fly(api.client(Role.VIEWER))) == (403, "not_permitted")
    assert fly(api.client()).status_code == 401
    secret = new_secret()
    token = api.context.store.tokens.add(
        "t",
        secret_sha256(secret),
        role=Role.MONITOR,
        scopes=(TokenScope.INCIDENTS,),
        townships=(),
        expires_at=api.clock.now() + timedelta(days=1),
        actor="admin",
    )
    program = api.client()
    program.headers["Authorization"] = f"Bearer {written(token.token_id, secret)}"
    assert refusal(fly(program)) == (403, "release_person")
    assert looks(program)["proposals"], "it may ask"
    assert nothing_is_kept(api)


def test_what_the_drone_tells_shrinks_the_region_of_the_fire(
    api: ApiRig, monitor: TestClient
) -> None:
    store, fire = api.context.store, (-84.2700, 36.2500)
    store.cameras.put(WEST)
    fix = fix_of(WEST, fire, locator=Locator(api.context.terrain))
    live = Provenance.LIVE  # a drill and a fire are never one
    number = alert_of(api, WEST, fix, provenance=live).incident_id
    before = monitor.get(f"/api/incidents/{number}").json()["place"]
    spot: dict[str, Any] = {"kind": "coordinates", "system": "WGS84"}
    best = fix.clusters[0].position
    spot |= {"first": best.lon_deg, "second": best.lat_deg}
    told = {
        "key": "key-0000009", "source": "pilot", "seen_at": START.isoformat(), "words": "明火",
        "sighting": {"kind": "place", "spot": spot, "radius_m": 20.0},
    }  # fmt: skip
    made = monitor.post("/api/observations", json=told)
    assert made.json()["incident_id"] == number
    after = monitor.get(f"/api/incidents/{number}").json()["place"]
    assert after["r90_m"] < before["r90_m"]


def test_the_command_line_proposes_and_releases(
    api: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tmp_path / "f.toml"
    links = "".join(
        f'[[drones.links]]\naircraft = "{name}"\nkind = "simulated"\n' for name in (NEAR, FAR)
    )
    settings.write_text(f'data_dir = "{tmp_path}"\n{links}', encoding="utf-8")
    look = ("incident", "look", "1", "--settings", settings)
    assert run_firewatch(monkeypatch, *look) == 1
    assert "elevation model" in capsys.readouterr().err
    relief = drill_relief()
    with write_terrain(tmp_path / "terrain", relief.values_m.shape) as writing:
        writing.values[:] = relief.values_m
        edges = relief.west_deg, relief.north_deg, relief.cell_deg
        writing.keep(StoredTerrain("drill", *edges, "", HeightSystem.EGM96, START, ()))
    assert run_firewatch(monkeypatch, *look) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "-84.256000,36.238000 within 60 m"
    assert [line.split(":")[0] for line in told[1:3]] == [NEAR, FAR]
    assert "looks at" in told[1]
    assert "no link" in told[3] + told[4]
    assert "Nobody has said where" in told[3] + told[4]
    assert nothing_is_kept(api)
    assert run_firewatch(monkeypatch, *look, "--fly", NEAR) == 1
    assert "no account of a monitor" in capsys.readouterr().err
    assert run_firewatch(monkeypatch, *look, "--fly", UNLINKED, "--by", "monitor") == 1
    assert "no link" in capsys.readouterr().err
    assert nothing_is_kept(api)
    assert run_firewatch(monkeypatch, *look, "--fly", NEAR, "--by", "monitor") == 0
    assert f"of the {NEAR} is released" in capsys.readouterr().out
    (run,) = api.context.store.runs.page()
    assert (run.incident_id, run.aircraft, run.released_by) == (1, NEAR, "monitor (command line)")
    for kept in api.context.store.aircraft.all():
        name, version = kept.aircraft.name, kept.version
        api.context.store.aircraft.retire(name, version=version, author="t")
    assert run_firewatch(monkeypatch, *look) == 0
    assert "no aircraft of its own" in capsys.readouterr().err
