"""Gates over HTTP and on the command line: handed in, imported, listed."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from api_rig import START, ApiRig
from command_line import run_firewatch
from gate_rig import GATE, NAME, PLATE, gate_client, passage, push

from api.commands import gates as command
from models.land import Layer
from models.user import Role, TokenScope

FUTURE = (START + timedelta(minutes=6)).isoformat()


def listed(api: ApiRig) -> dict[str, dict[str, object]]:
    told = api.client(Role.VIEWER).get("/api/gates").json()["gates"]
    return {one["gate"]: one for one in told}


def stored(api: ApiRig) -> int:
    words = {GATE, NAME, "林场西门"}
    return len(api.context.store.passages.between(words, START - timedelta(days=9), START))


def test_every_checkpoint_of_the_land_is_listed_before_it_told_anything(api: ApiRig) -> None:
    land = {
        one.code: one for one in api.context.land_book.features if one.layer is Layer.CHECKPOINT
    }
    told = listed(api)
    assert set(told) == set(land)
    assert len(land) > 5
    for code, one in told.items():
        assert (one["name"], one["last_at"], one["silent"]) == (land[code].name, None, False)
        at = land[code].geometry
        assert (one["lon_deg"], one["lat_deg"]) == (at.x, at.y)


def test_a_gate_with_a_token_hands_in_and_again_without_doubling(api: ApiRig) -> None:
    gate = gate_client(api, "gate-04", TokenScope.GATES, role=Role.MONITOR)
    sent = [
        passage(60.0),
        passage(50.0, way="out", key="77"),
        passage(40.0, kind="code", who="GZ-0001", gate=NAME),
        passage(30.0, kind="count", who="", gate="林场西门", key="78"),
    ]
    assert push(gate, *sent) == {"new": 4, "known": 0}
    assert push(gate, *sent) == {"new": 0, "known": 4}
    assert push(gate, passage(60.0, way="out")) == {"new": 1, "known": 0}
    assert stored(api) == 5
    told = listed(api)
    assert told[GATE]["last_at"] == (START - timedelta(minutes=40)).isoformat().replace(
        "+00:00", "Z"
    )
    west = told["林场西门"]
    assert (west["name"], west["lon_deg"], west["lat_deg"]) == ("林场西门", None, None)
    assert NAME not in told, "the name is that of the land's gate"
    api.clock.advance(23 * 3600.0)
    assert not listed(api)[GATE]["silent"]
    api.clock.advance(3600.0)
    assert listed(api)[GATE]["silent"]


def test_counts_without_a_key_are_each_one(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    count = passage(kind="count", who="")
    assert push(monitor, count, count) == {"new": 2, "known": 0}
    assert push(monitor, count) == {"new": 1, "known": 0}


def test_a_key_is_of_its_gate(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    ones = [
        passage(gate=gate, key="1", who=f"渝B{row}000") for row, gate in enumerate((GATE, "西门"))
    ]
    assert push(monitor, *ones) == {"new": 2, "known": 0}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"gate": " "}, "gate_name"),
        ({"gate": "x" * 81}, "input_refused"),
        ({"at": FUTURE}, "gate_time"),
        ({"at": "2020-01-01T00:00:00Z"}, "gate_time"),
        ({"at": "2026-11-25T01:00:00"}, "input_refused"),
        ({"kind": "count"}, "gate_who"),
        ({"who": " · "}, "gate_who"),
        ({"who": "a\0b"}, "gate_who"),
        ({"way": "进"}, "input_refused"),
        ({"kind": None}, "input_refused"),
        ({"plate": PLATE}, "input_refused"),
        ({"who": 17}, "input_refused"),
    ],
)
def test_what_cannot_be_is_refused_with_all_that_came_with_it(
    api: ApiRig, changes: dict[str, object], code: str
) -> None:
    monitor = api.client(Role.MONITOR)
    body = {"passages": [passage(), passage(**changes)]}
    answer = monitor.post("/api/gates/passages", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert "passages.1" in answer.json()["detail"]
    assert stored(api) == 0


def test_a_thousand_are_taken_at_once_and_no_more(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    many = [passage(90.0 - row / 20.0, who=f"渝C{row:05}") for row in range(1001)]
    answer = monitor.post("/api/gates/passages", json={"passages": many})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert push(monitor, *many[:1000]) == {"new": 1000, "known": 0}
    assert push(monitor) == {"new": 0, "known": 0}


def test_who_may_not_hand_in(api: ApiRig) -> None:
    body = {"passages": [passage()]}
    for client, code in (
        (api.client(Role.VIEWER), "not_permitted"),
        (gate_client(api, "w", TokenScope.WEATHER, role=Role.MONITOR), "token_scope"),
        (gate_client(api, "v", TokenScope.GATES, role=Role.VIEWER), "not_permitted"),
    ):
        for address in ("/api/gates/passages", "/api/gates/import"):
            answer = client.post(address, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
    gate = gate_client(api, "g", TokenScope.GATES, role=Role.MONITOR)
    assert gate.get("/api/incidents").status_code == 403
    assert gate.post("/api/gates/search", json={"who": PLATE}).json()["code"] == "plates_refused"


def test_a_file_is_taken_row_by_row_and_again_changes_nothing(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    table = "\n".join(
        [
            "卡口,时间,方向,类型,车牌或码,编号",
            f"{GATE},2026-11-25 09:00:00,进,车牌,{PLATE},1",
            f"{GATE},2026-11-25 09:00:00,出,人数,,",
            f"{GATE},2026-11-25 09:00:00,出,人数,,",
            f"{GATE},昨天,进,车牌,{PLATE},2",
            f"{GATE},2026-11-25 09:10:00,上,车牌,{PLATE},3",
        ]
    ).encode("gb18030")
    headers = {"accept-language": "zh"}
    answer = monitor.post("/api/gates/import?name=卡口.csv", content=table, headers=headers).json()
    counts = {key: answer[key] for key in ("new", "known", "refused_rows")}
    assert counts == {"new": 3, "known": 0, "refused_rows": 2}
    assert [(one["row"], one["column"], one["code"]) for one in answer["refused"]] == [
        (5, "时间", "gate_moment"),
        (6, "方向", "gate_way"),
    ]
    assert answer["refused"][0]["title"].startswith("时间看不懂")
    again = monitor.post("/api/gates/import?name=again.csv", content=table).json()
    assert (again["new"], again["known"]) == (0, 3)
    assert again["refused"][0]["title"].startswith("The time")
    entries = [
        one for one in api.context.store.audit.entries(20) if one.action == "passages.imported"
    ]
    assert [(one.subject, one.details["new"], one.details["known"]) for one in entries] == [
        ("again.csv", 0, 3),
        ("卡口.csv", 3, 0),
    ]
    assert {one.actor for one in entries} == {"monitor"}


def test_what_is_no_table_is_refused(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    for sent, code in ((b"nothing", "gate_columns"), (b"\xff\x00", "sheet_file")):
        answer = monitor.post("/api/gates/import", content=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_repetition_with_a_key_of_the_request_is_done_again_and_doubles_nothing(
    api: ApiRig,
) -> None:
    """No hash of the request is kept: of one plate it could be found by trying all."""
    monitor = api.client(Role.MONITOR)
    monitor.headers["idempotency-key"] = "gate-0000001"
    assert push(monitor, passage()) == {"new": 1, "known": 0}
    assert push(monitor, passage()) == {"new": 0, "known": 1}
    assert api.context.store.answers.find("monitor", "gate-0000001") is None


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    return file


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in (("卡口", "时间", "方向", "类型", "车牌或码", "编号"), *rows):
        book.active.append(row)
    book.save(made)
    return made.getvalue()


def test_the_command_imports_and_never_prints_a_plate(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=2)
    bad = [(GATE, PLATE, "进", "车牌", PLATE, None)] * 60
    file = tmp_path / "卡口.xlsx"
    file.write_bytes(workbook((GATE, at, "进", "车牌", PLATE, 5), *bad))
    arguments = ("gates", "import", file, "--settings", settings)
    assert run_firewatch(monkeypatch, *arguments) == 0
    said = capsys.readouterr()
    assert "1 passages added; 0 known already; 60 rows left out." in said.out
    assert "row 3, 时间: gate_moment" in said.err
    assert "... and 10 more" in said.err
    assert run_firewatch(monkeypatch, *arguments) == 0
    again = capsys.readouterr()
    assert "0 passages added; 1 known already" in again.out
    assert PLATE[3:] not in said.out + said.err + again.out + again.err


def test_the_command_refuses_a_file_without_a_good_row(
    settings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(workbook((GATE, "x", "进", "车牌", PLATE, None)))
    arguments = ("gates", "import", file, "--settings", settings)
    assert run_firewatch(monkeypatch, *arguments) == 1
    assert "No row of the file could be taken." in capsys.readouterr().err
    monkeypatch.setattr(command, "LARGEST_BYTES", 3)
    assert run_firewatch(monkeypatch, *arguments) == 1
    assert "more than 50 MB" in capsys.readouterr().err
    file.unlink()
    assert run_firewatch(monkeypatch, *arguments) == 1
    assert "cannot be read" in capsys.readouterr().err
