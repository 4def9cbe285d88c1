"""Aircraft over HTTP and on the command line."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from fastapi.testclient import TestClient
from httpx import Response

from drone_jobs.fleet import FleetFormat, catalogue, find_aircraft, read_fleet, write_fleet
from models.mission import Registration
from models.user import Role

M4T = replace(
    find_aircraft("Matrice 4T"),
    name="队-01 号",
    registration=Registration(number="UOM-1", pilot="李飞手", is_activated=True),
)
AT = "/api/aircraft/队-01 号"


def body(**changes: object) -> dict[str, Any]:
    told = json.loads(json.dumps(asdict(M4T)))
    return {"aircraft": {**told, **changes}, "version": None}


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def put(client: TestClient, version: int | None = None, **changes: object) -> Response:
    return client.put(AT, json={**body(**changes), "version": version})


def test_an_aircraft_is_entered_changed_and_retired(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    made = put(admin)
    assert made.status_code == 200
    assert made.json() == {**body()["aircraft"], "version": 1, "missing_limits": []}
    lacking = put(admin, 1, climb_ms=None, battery=[])
    assert lacking.json()["missing_limits"] == ["climb_ms", "battery"]
    assert lacking.json()["version"] == 2
    assert refusal(put(admin, 1)) == (409, "aircraft_changed")
    assert refusal(put(admin)) == (409, "aircraft_changed")
    assert refusal(admin.delete(f"{AT}?version=1")) == (409, "aircraft_changed")
    (own,) = admin.get("/api/aircraft").json()["aircraft"]
    assert own == lacking.json()
    assert admin.delete(f"{AT}?version=2").status_code == 204
    assert admin.get("/api/aircraft").json()["aircraft"] == []
    assert refusal(admin.delete(f"{AT}?version=3")) == (404, "no_such_aircraft")
    deeds = admin.get("/api/audit", params={"kind": "aircraft"}).json()["deeds"]
    assert [deed["action"] for deed in deeds] == [
        "aircraft.retired", "aircraft.changed", "aircraft.added",
    ]  # fmt: skip


def test_the_catalogue_is_told_beside_the_own(api: ApiRig) -> None:
    told = api.client(Role.VIEWER).get("/api/aircraft").json()
    assert told["aircraft"] == []
    assert [one["name"] for one in told["catalogue"]] == [one.name for one in catalogue()]
    assert "version" not in told["catalogue"][0]


def test_papers_and_pilots_are_not_for_viewers(api: ApiRig) -> None:
    put(api.client(Role.ADMIN))
    for role, pilot in ((Role.MONITOR, "李飞手"), (Role.VIEWER, "")):
        answer = api.client(role).get("/api/aircraft")
        assert answer.json()["aircraft"][0]["registration"]["pilot"] == pilot
        assert ("李飞手" in answer.text) is bool(pilot)
    assert refusal(api.client(Role.VIEWER).get("/api/aircraft/file")) == (403, "not_permitted")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MONITOR])
def test_only_administrators_change_aircraft(api: ApiRig, role: Role) -> None:
    client = api.client(role)
    for answer in (
        put(client),
        client.delete(f"{AT}?version=1"),
        client.post("/api/aircraft/import", content=b"x"),
    ):
        assert refusal(answer) == (403, "not_permitted")
    assert api.context.store.aircraft.all() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "other"}, "aircraft_name"),
        ({"name": "队-01\n号"}, "aircraft_name"),
        ({"speed_ms": 0}, "aircraft_number"),
        ({"speed_ms": "10"}, "input_refused"),
        ({"speed_ms": True}, "input_refused"),
        ({"speed_ms": None}, "input_refused"),
        ({"clmb_ms": 3}, "input_refused"),
        ({"autopilot": "pixhawk"}, "input_refused"),
        ({"cameras": []}, "aircraft_cameras"),
        ({"home_lon_deg": 106.0}, "aircraft_home"),
        ({"battery": [{"airspeed_ms": 0, "endurance_s": -1}]}, "aircraft_battery"),
        ({"note": "\u202e"}, "aircraft_text"),
    ],
)
def test_what_cannot_be_is_refused(api: ApiRig, changes: dict[str, object], code: str) -> None:
    assert refusal(put(api.client(Role.ADMIN), **changes)) == (422, code)
    assert api.context.store.aircraft.all() == []


@pytest.mark.parametrize("format_", FleetFormat)
def test_a_file_goes_out_and_comes_back(api: ApiRig, format_: FleetFormat) -> None:
    admin = api.client(Role.ADMIN)
    api.context.store.aircraft.import_all([M4T, *catalogue()], author="t")
    answer = api.client(Role.MONITOR).get(f"/api/aircraft/file?format={format_}")
    assert answer.headers["content-disposition"] == f'attachment; filename="aircraft.{format_}"'
    read = read_fleet(answer.content, format_).aircraft
    assert {one.name: one for one in read} == {one.name: one for one in (M4T, *catalogue())}
    again = admin.post(f"/api/aircraft/import?format={format_}", content=answer.content)
    assert again.json() == {"taken": [], "changed": [], "refused": []}


def test_an_import_changes_only_what_it_names(api: ApiRig) -> None:
    admin, store = api.client(Role.ADMIN), api.context.store
    store.aircraft.import_all([M4T, find_aircraft("Mavic 3T")], author="t")
    before = store.aircraft.get("队-01 号")
    faster = replace(find_aircraft("Mavic 3T"), speed_ms=12.0)
    sent = write_fleet([faster, find_aircraft("Matrice 30T")], FleetFormat.JSON)
    tables = json.loads(sent)["aircraft"]
    tables.append({**tables[0], "name": "bad", "speed_ms": -1})
    answer = admin.post(
        "/api/aircraft/import?format=json",
        content=json.dumps(tables).encode(),
        headers={"accept-language": "zh-CN"},
    ).json()
    assert (answer["taken"], answer["changed"]) == (["Matrice 30T"], ["Mavic 3T"])
    (refused,) = answer["refused"]
    assert (refused["name"], refused["code"]) == ("bad", "aircraft_number")
    assert "参数" in refused["message"]
    assert store.aircraft.get("队-01 号") == before
    assert store.aircraft.get("Mavic 3T").aircraft == faster


def test_files_that_are_none(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    for format_ in FleetFormat:
        answer = admin.post(f"/api/aircraft/import?format={format_}", content=b"\xff\0")
        assert refusal(answer) == (422, "aircraft_file")
    large = admin.post("/api/aircraft/import", content=b"x" * 10_000_000)
    assert refusal(large) == (413, "body_too_large")
    assert admin.get("/api/aircraft/file?format=xlsx").status_code == 422


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")

    def typed(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run_firewatch(monkeypatch, "aircraft", *arguments, "--settings", file)
        told = capsys.readouterr()
        return code, told.out, told.err

    return typed


def test_the_command_line_lists_shows_imports_and_exports(say: Say, tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    assert say("export", file, "--catalogue")[:2] == (0, "7 aircraft in fleet.toml\n")
    assert read_fleet(file.read_bytes(), FleetFormat.TOML).aircraft == catalogue()
    fleet = [replace(M4T, climb_ms=None), replace(M4T, name="bad")]
    text = write_fleet(fleet, FleetFormat.TOML).decode()
    file.write_text(text.replace('name = "bad"', 'name = ""'), encoding="utf-8")
    code, out, err = say("import", file)
    assert (code, out) == (0, "1 aircraft entered, 0 changed, 0 known already; 1 left out.\n")
    assert err.startswith("#2: ")
    assert say("import", file)[1].startswith("0 aircraft entered, 0 changed, 1 known already")
    listed = say("list")[1]
    own = "队-01 号: Matrice 4T, dji, wide, ir; lacks climb_ms, version 1, command line"
    assert own in listed
    assert "PX4 example: " in listed
    shown = say("show", "队-01 号")[1]
    assert 'pilot = "李飞手"' in shown
    assert "Nothing is planned for it without: climb_ms." in shown
    assert 'name = "Mavic 3T"' in say("show", "mavic 3t")[1]
    sheet = tmp_path / "own.csv"
    assert say("export", sheet)[1] == "1 aircraft in own.csv\n"
    assert read_fleet(sheet.read_bytes(), FleetFormat.CSV).aircraft == (fleet[0],)


def test_the_command_line_refuses_with_a_reason(say: Say, tmp_path: Path) -> None:
    none, large = tmp_path / "a.json", tmp_path / "large.toml"
    none.write_bytes(b"[{}]")
    large.write_bytes(b"#" * 2_000_000)
    (tmp_path / "folder.csv").mkdir()
    for arguments, words in (
        (("import", none), "No aircraft of the file"),
        (("import", tmp_path / "gone.csv"), "cannot be read"),
        (("import", tmp_path / "folder.csv"), "cannot be read"),
        (("import", large), "more than 1 MiB"),
        (("import", tmp_path / "firewatch.toml"), "not a list called aircraft"),
        (("export", tmp_path / "x.xlsx"), "no file of aircraft"),
        (("export", tmp_path / "x.toml"), "no aircraft of your own"),
        (("export", tmp_path / "no" / "x.toml", "--catalogue"), "cannot be written"),
        (("show", "nobody"), "There is no aircraft"),
    ):
        code, _, err = say(*arguments)
        assert code == 1, arguments
        assert words in err, arguments
