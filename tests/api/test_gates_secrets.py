"""A plate is nowhere for whom it may not be shown to: answers, files, logs, refusals, backups.

Every check has its counterpart that finds the plate where it may be, or what stands beside it.
"""

import io
import json
import logging
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from api_rig import PASSWORDS, START, ApiRig
from gate_rig import GATE, PLATE, gate_client, passage, push
from route_walk import address, routes
from starlette.testclient import TestClient

from api.backup import make_backup
from api.observe import configure_logging
from models.alert import Alert
from models.crossing import Report
from models.errors import StoreDamaged
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, TokenScope, User

TAIL = "7Q8Z9"
"""Of the plate, however it is written; nothing else of the drill district has it."""

ENDLESS = re.compile(r"/api/(events|wall|cameras/\{camera_id\}/live\.mp4|openapi\.json)$")
"""Streams; what the live feed tells is in the database, which is read below. And the description of
the interface, which is made of the program alone and takes seconds."""

NEAR = (-84.3061900, 36.2463033)
PASSAGES, SEARCH = "/api/incidents/{incident_id}/passages", "/api/gates/search"
FORMATS = ("csv", "xlsx", "geojson", "gpkg", "kml", "shp")


@pytest.fixture
def watched(api: ApiRig, burn: Callable[[], Alert]) -> ApiRig:
    """A fire with all kinds of evidence, and somebody who passed the gate before it."""
    place = Report(Position(*NEAR, 0.0, HeightDatum.GROUND), 100.0)
    draft = ObservationDraft(ObservationSource.CALL, place, START, "t", "冒烟")
    kept, _ = api.context.store.observations.add(draft, author="monitor", key="told-0001")
    assert kept.incident_id == 1
    burn()
    monitor = api.client(Role.MONITOR)
    headers = {"idempotency-key": "gates-0000001"}
    sent = {"passages": [passage(90.0, key=f"{PLATE}-1")]}
    assert monitor.post("/api/gates/passages", json=sent, headers=headers).status_code == 200
    sheet = (
        f"卡口,时间,方向,车牌\n{GATE},2026-11-25 09:45,出,{PLATE}\n{GATE},{PLATE},{PLATE},{PLATE}"
    )
    answer = monitor.post("/api/gates/import", content=sheet.encode(), headers=headers)
    assert (answer.json()["new"], answer.json()["refused_rows"]) == (1, 1)
    assert TAIL not in answer.text
    return api


def inside(data: bytes) -> Iterator[bytes]:
    """Some bytes, and what is packed into them."""
    yield data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from inside(archive.read(name))


def tells(data: bytes) -> bool:
    return any(TAIL.encode() in part.upper() for part in inside(data))


def walk(api: ApiRig, client: TestClient) -> tuple[set[str], dict[int, int]]:
    """The routes that tell the plate, and how many answers had each status."""
    found, statuses = set(), dict.fromkeys((200, 403), 0)
    for method, route in routes(api):
        if route.path == SEARCH:
            where = [SEARCH]
        elif method != "GET" or ENDLESS.search(route.path):
            continue
        else:
            where = [address(route)]
        if route.path.startswith("/api/exports/incidents"):
            where += [f"/api/exports/incidents?format={each}&scope=all" for each in FORMATS]
        if "{collection}" in route.path:
            where += [
                address(route).replace("incidents", each) for each in ("observations", "checkpoint")
            ]
        for each in where:
            answer = client.post(each, json={"who": PLATE}) if each == SEARCH else client.get(each)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            told = b"".join(name + value for name, value in answer.headers.raw)
            if tells(answer.content) or tells(told):
                found.add(route.path)
    return found, statuses


def limited(api: ApiRig, role: Role) -> TestClient:
    """Somebody of the townships that the fires are in."""
    known = api.context.store.users.get(role.value)
    assert known is not None
    codes = ("999001005", "999001006")
    name = f"{role}-of-two"
    user = User(name, role, known.password_hash, must_change_password=False, townships=codes)
    api.context.store.users.add(user, actor="t")
    client = api.client()
    body = {"name": name, "password": PASSWORDS[role]}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def with_role(api: ApiRig, plates_role: str) -> ApiRig:
    settings = api.context.settings
    rule = settings.gates.model_copy(update={"plates_role": plates_role})
    context = replace(api.context, settings=settings.model_copy(update={"gates": rule}))
    return ApiRig(context, api.clock)


@pytest.mark.parametrize("who", ["viewer", "monitor", "limited", "program"])
def test_no_route_tells_a_plate_to_whom_it_may_not(
    watched: ApiRig, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = {
        "viewer": lambda: watched.client(Role.VIEWER),
        "monitor": lambda: watched.client(Role.MONITOR),
        "limited": lambda: limited(watched, Role.MONITOR),
        "program": lambda: gate_client(watched, "all", *TokenScope, role=Role.MONITOR),
    }[who]()
    found, statuses = walk(watched, client)
    assert found == set()
    assert statuses[200] > 50, "it must have been let in, or it proves nothing"
    shown = client.get("/api/incidents/1/passages").json()
    told = [one for gate in shown["gates"] for one in gate["passages"]]
    assert len(told) == 2
    assert {one["who"] for one in told} == {None}
    assert not shown["plates_shown"]
    assert not [line for line in logged(caplog) if TAIL in line.upper()]
    assert "passages.shown" not in {one.action for one in watched.context.store.audit.entries(500)}


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged, with traces and all that belongs to a record; not by the client itself."""
    formatter = logging.Formatter()
    return [
        f"{formatter.format(record)} {record.__dict__}"
        for record in caplog.records
        if record.name.partition(".")[0] not in {"httpx", "httpx2", "httpcore", "httpcore2"}
    ]


def test_the_walk_finds_the_plate_for_whom_it_may_be(watched: ApiRig) -> None:
    found, statuses = walk(watched, watched.client(Role.ADMIN))
    assert found == {PASSAGES, SEARCH}
    assert statuses[200] > 50


def test_the_setting_lets_monitors_of_the_whole_district_and_no_programs(watched: ApiRig) -> None:
    rig = with_role(watched, "monitor")
    assert walk(rig, rig.client(Role.MONITOR))[0] == {PASSAGES, SEARCH}
    for client in (
        rig.client(Role.VIEWER),
        limited(rig, Role.MONITOR),
        gate_client(rig, "all", *TokenScope, role=Role.MONITOR),
    ):
        assert walk(rig, client)[0] == set()


def test_every_answer_with_plates_is_in_the_log_of_deeds_without_them(watched: ApiRig) -> None:
    admin = watched.client(Role.ADMIN)
    answer = admin.get("/api/incidents/1/passages")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["plates_shown"]
    admin.post(SEARCH, json={"who": PLATE})
    admin.post(SEARCH, json={"who": "川Z00000"})
    entries = [one for one in watched.context.store.audit.entries(50) if "passages" in one.action]
    (gate,) = [one for one in answer.json()["gates"] if one["gate"] == GATE]
    mark8 = gate["passages"][0]["mark8"]
    assert [(one.actor, one.action, one.subject, dict(one.details)) for one in entries][1:] == [
        ("admin", "passages.searched", mark8, {"passages": 2}),
        ("admin", "passages.shown", "1", {"passages": 2, "plates": 2}),
        ("monitor", "passages.imported", "passages.csv", {"new": 1, "known": 0}),
    ]
    assert entries[0].details == {"passages": 0}
    assert TAIL not in str(entries).upper()
    assert TAIL not in admin.get("/api/audit").text.upper()


def test_an_answer_without_a_plate_is_not_said_to_have_shown_any(watched: ApiRig) -> None:
    store = watched.context.store
    store.passages.forget(START)
    assert watched.client(Role.ADMIN).get("/api/incidents/1/passages").json()["plates_shown"]
    assert "passages.shown" not in {one.action for one in store.audit.entries(50)}


def test_what_the_log_of_deeds_does_not_take_is_not_shown(
    watched: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = watched.client(Role.ADMIN)

    def full(**_: object) -> None:
        raise StoreDamaged("no")

    monkeypatch.setattr(watched.context.store.audit, "record", full)
    for answer in (
        admin.get("/api/incidents/1/passages"),
        admin.post(SEARCH, json={"who": PLATE}),
    ):
        assert answer.status_code == 503
        assert TAIL not in answer.text


HOSTILE: dict[str, object] = {
    "another field": {"passages": [passage() | {PLATE: 1}]},
    "another field of the body": {"passages": [], "who": PLATE},
    "a gate": {"passages": [passage(gate=PLATE * 20)]},
    "a time": {"passages": [passage(at=PLATE)]},
    "a time far off": {"passages": [passage(at="1999-01-01T00:00:00Z")]},
    "a time ahead": {"passages": [passage(-60.0)]},
    "a way": {"passages": [passage(way=PLATE)]},
    "a kind": {"passages": [passage(kind=PLATE)]},
    "a list": {"passages": [passage(who=[PLATE])]},
    "an object": {"passages": [passage(who={PLATE: PLATE})]},
    "too long": {"passages": [passage(who=PLATE * 20)]},
    "zeros": {"passages": [passage(who=f"{PLATE}\0")]},
    "a count": {"passages": [passage(kind="count")]},
    "a key": {"passages": [passage(key=PLATE * 20)]},
    "a passage": {"passages": [PLATE]},
    "passages": {"passages": PLATE},
    "text": PLATE,
    "broken": f'{{"passages": [{{"who": "{PLATE}"',
    "twice": f'{{"passages": [{{"who": "{PLATE}", "who": {PLATE}}}]}}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_refusal_repeats_what_was_sent(
    api: ApiRig, name: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = HOSTILE[name]
    content = body if name in {"broken", "twice"} else json.dumps(body)
    headers = {"accept-language": language, "content-type": "application/json"}
    for role in (Role.MONITOR, Role.ADMIN):
        client = api.client(role)
        answer = client.post("/api/gates/passages", content=str(content), headers=headers)
        assert answer.status_code == 422, answer.text
        assert TAIL not in answer.text.upper()
        asked = {"who": PLATE, "from": PLATE, "until": PLATE}
        assert TAIL not in client.post(SEARCH, json=asked).text.upper()
        assert TAIL not in client.post(SEARCH, json={"who": PLATE * 20}).text.upper()
        assert TAIL not in client.get(f"/api/gates/{PLATE}").text.upper()
        assert (
            TAIL not in client.post(f"/api/gates/import?name={PLATE}", content=PLATE).text.upper()
        )
    assert not [line for line in logged(caplog) if TAIL in line.upper()]


def test_a_fault_of_ours_is_logged_without_it(
    watched: ApiRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw this")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(watched.context.store.passages, "add", fail)
    monkeypatch.setattr(watched.context.store.passages, "of_mark", fail)
    signed = watched.client(Role.ADMIN)
    client = TestClient(signed.app, raise_server_exceptions=False, cookies=signed.cookies)
    answers = [
        client.post("/api/gates/passages", json={"passages": [passage()]}),
        client.post(SEARCH, json={"who": PLATE}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert TAIL not in answer.text.upper()
    lines = logged(caplog)
    assert sum("nobody foresaw this" in line for line in lines) >= 2, "traces are looked at"
    assert not [line for line in lines if TAIL in line.upper()]


def test_the_server_writes_no_addresses_down_which_may_hold_a_plate() -> None:
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    before = root.handlers, root.level, access.level
    try:
        configure_logging(level="DEBUG", terminal=False)
        assert root.isEnabledFor(logging.DEBUG)
        assert not access.isEnabledFor(logging.INFO)
    finally:
        root.handlers, access.level = before[0], before[2]
        root.setLevel(before[1])


def test_nothing_of_the_database_tells_it(watched: ApiRig) -> None:
    admin = watched.client(Role.ADMIN)
    admin.get("/api/incidents/1/passages")
    admin.post(SEARCH, json={"who": PLATE})
    folder = watched.context.settings.data_dir
    stored = b"".join(file.read_bytes() for file in folder.glob("firewatch.db*"))
    assert GATE.encode() in stored
    assert b"passages.searched" in stored
    assert TAIL.encode() not in stored.upper()


def test_a_backup_has_neither_the_plate_nor_the_key(watched: ApiRig, tmp_path: Path) -> None:
    context = watched.context
    file = tmp_path / "copy.tar"
    made = make_backup(
        context.store, context.settings.data_dir, file, context.clock, kept_in="sqlite"
    )
    key = context.settings.gates_key_file.read_bytes()
    assert len(key) >= 32
    with tarfile.open(file) as archive:
        parts = {
            one.name: archive.extractfile(one).read()  # type: ignore[union-attr]
            for one in archive.getmembers()
            if one.isfile()
        }
    assert any(GATE.encode() in part for part in parts.values()), "the passages are in it"
    assert any("manifest" in name for name in parts)
    everything = b"".join([*parts.values(), *(name.encode() for name in parts)])
    assert TAIL.encode() not in everything.upper()
    assert key not in everything
    assert not [name for name in parts if "gates.key" in name]
    assert TAIL not in repr(made).upper()


def test_nothing_of_ours_shows_it_by_accident(watched: ApiRig) -> None:
    """What a trace or a log of objects would write."""
    context = watched.context
    (newest, _) = context.store.passages.between([GATE], START - timedelta(hours=9), START)
    assert TAIL not in repr(newest)
    assert context.seal.open(newest.sealed) == PLATE
    assert TAIL not in repr(context.seal)


def test_without_its_key_a_plate_is_not_shown_and_the_rest_is(watched: ApiRig) -> None:
    other = watched.context.settings.data_dir / "other.key"
    seal = type(watched.context.seal).at(other)
    rig = ApiRig(replace(watched.context, seal=seal), watched.clock)
    shown = rig.client(Role.ADMIN).get("/api/incidents/1/passages").json()
    told = [one for gate in shown["gates"] for one in gate["passages"]]
    assert [one["who"] for one in told] == [None, None]
    assert push(rig.client(Role.MONITOR), passage(10.0)) == {"new": 1, "known": 0}
