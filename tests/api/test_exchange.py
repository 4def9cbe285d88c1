"""The exchange over HTTP: what the city's platform reads, and what it hands in."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_rig import START, ApiRig, build_api
from command_line import run_firewatch
from exchange_rig import EXAMPLE, QIJIANG, bearer, in_qijiang, mapped, order_of, platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from order_rig import (
    AT_RIDGE,
    BESIDE,
    FAR,
    PHONE,
    RIDGE,
    direction,
    on_duty,
    report,
    step,
    village_place,
)
from pyproj import Geod
from served import served
from starlette.testclient import TestClient

from api.exchange.fields import FIELDS, MANY, Row
from api.exchange.mapping import Mapping, read_mapping
from api.observe import configure_logging
from geo.crs import Gcj02, Wgs84, from_wgs84
from geo.meeting import HELD
from models.alert import Alert
from models.crossing import Report
from models.errors import InputRefused
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.land import Layer
from models.observation import ObservationSource
from models.order import Answer, OrderEntryKind, Told
from models.user import Role, TokenScope

ROOT = Path(__file__).resolve().parents[2]
GEOD = Geod(ellps="WGS84")
ORDERS, FIRES = "/api/exchange/orders", "/api/exchange/incidents"
REPORTS = "/api/exchange/reports"
NOW = START.isoformat().replace("+00:00", "Z")
SECRET = "李四 13900009876"  # who told it


def row(external_id: object = "WG-1", /, **changes: object) -> dict[str, Any]:
    told = {"external_id": external_id, "reported_at": NOW, "text": "山脊冒烟", "caller": SECRET}
    place = {"lon_deg": -84.25, "lat_deg": 36.25, "system": "WGS84", "radius_m": 300.0}
    return {one: value for one, value in (told | place | changes).items() if value is not ...}


def hand_in(client: TestClient, *rows: object, language: str = "en") -> list[dict[str, Any]]:
    headers = {"accept-language": language}
    answer = client.post(REPORTS, json={"reports": list(rows)}, headers=headers)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["results"]
    return told


def refusal(client: TestClient, **changes: object) -> str:
    (told,) = hand_in(client, row(**changes))
    assert (told["outcome"], told["observation_id"]) == ("refused", None), told
    return str(told["code"])


def rows(client: TestClient, path: str, **query: object) -> list[dict[str, Any]]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["rows"]
    return told


# ---- what is read


def test_an_order_is_told_with_its_clocks_and_answers_and_nobody_in_it(api: ApiRig) -> None:
    person = on_duty(api, "王五三")
    fire = report(api, village_place(api))
    number = order_of(api, fire, RIDGE, AT_RIDGE)
    store, clock = api.context.store, api.clock
    api_client = platform(api)
    (first,) = rows(api_client, ORDERS)
    assert (first["state"], first["push_clock"], first["answer"]) == ("called", "running", None)
    for after_s, told in (
        (30.0, Told(OrderEntryKind.SEEN, key="1")),
        (200.0, Told(OrderEntryKind.SEEN, note=f"电话 {PHONE}", key="2")),
        (0.0, Told(OrderEntryKind.ANSWERED, Answer.REAL, note=f"电话 {PHONE}", key="3")),
    ):
        clock.advance(after_s)
        store.orders.tell(number, told, author=f"duty:{person}", person_id=person)
    place = village_place(api)
    names = {one.code: one.name for one in api.context.land_book.features}
    (found,) = rows(api_client, ORDERS)
    assert found == {
        "site_code": "",
        "order_id": number,
        "incident_id": fire,
        "version": store.orders.get(number).version,
        "is_drill": False,
        "state": "answered",
        "answer": "real",
        "reason": None,
        "township": RIDGE,
        "township_name": names[RIDGE],
        "villages": [AT_RIDGE],
        "village_names": [names[AT_RIDGE]],
        "probability": 0.75,
        "opened_at": START.isoformat(),
        "seen_at": (START + timedelta(seconds=30)).isoformat(),
        "answered_at": (START + timedelta(seconds=230)).isoformat(),
        "left_at": None,
        "arrived_at": None,
        "closed_at": None,
        "push_clock": "kept",
        "verify_clock": "missed",
        "leave_clock": "running",
        "lon_wgs84_deg": pytest.approx(place.lon_deg),
        "lat_wgs84_deg": pytest.approx(place.lat_deg),
        "radius_m": pytest.approx(50.0 * HELD, abs=0.1),
    }
    assert api_client.get(f"{ORDERS}/{number}").json() == found
    clock.advance(100.0)
    assert api_client.get(f"{ORDERS}/{number}").json()["leave_clock"] == "overdue"
    answer = api_client.get(f"{ORDERS}/{number + 1}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_settling_answer_comes_with_its_reason_and_void_clocks(api: ApiRig) -> None:
    number = order_of(api, report(api, village_place(api)), RIDGE)
    told = Told(OrderEntryKind.ANSWERED, Answer.FALSE, DismissReason.KITCHEN_SMOKE)
    api.context.store.orders.tell(number, told, author="monitor")
    other = order_of(api, report(api, village_place(api), key="told-0002"), BESIDE)
    api.context.store.orders.withdraw(other, author="monitor")
    first, second = rows(platform(api), ORDERS)
    assert (first["answer"], first["reason"], first["leave_clock"]) == (
        *("false", "kitchen_smoke"),
        "kept",
    )
    assert (second["state"], second["push_clock"]) == ("withdrawn", "void")
    assert second["closed_at"] == START.isoformat()


def test_fires_are_told_with_their_sources_and_townships(api: ApiRig) -> None:
    fire = report(api, village_place(api))
    step(api, fire, IncidentState.DISMISSED, reason=DismissReason.FOG)
    (found,) = rows(platform(api), FIRES)
    assert set(found) == set(FIELDS[Row.INCIDENTS]) - {"lon_gcj02_deg", "lat_gcj02_deg"}
    assert (found["incident_id"], found["state"], found["reason"]) == (fire, "dismissed", "fog")
    assert found["townships"][0] == RIDGE
    assert len(found["townships"]) == len(found["township_names"]) == len(found["probabilities"])
    assert (found["sources"], found["merged_into"]) == (["call"], None)
    assert found["radius_m"] == pytest.approx(50.0 * HELD, abs=0.1)


def test_a_mere_direction_is_told_as_one_and_never_as_a_place(api: ApiRig) -> None:
    fire = direction(api, village_place(api))
    order_of(api, fire, RIDGE)
    client = platform(mapped(api, "[place]\ngcj02 = true"))
    (found,), (order,) = rows(client, FIRES), rows(client, ORDERS)
    assert (found["incident_id"], found["direction_only"]) == (fire, True)
    assert (found["townships"], found["probabilities"]) == ([], [])
    for system in ("wgs84", "gcj02"):
        for told in (found, order):
            assert (told[f"lon_{system}_deg"], told[f"lat_{system}_deg"]) == (None, None)
    assert (found["radius_m"], order["radius_m"]) == (None, None)


def test_drills_are_left_out_unless_the_mapping_wants_them(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    alert, store = burn(), api.context.store
    draft = replace(alert.draft, provenance=Provenance.DRILL, idempotency_key="drill")
    drill = store.alerts.open_alert(draft, [])[0].incident_id
    order_of(api, drill, RIDGE)
    client = platform(api)
    assert [one["incident_id"] for one in rows(client, FIRES)] == [alert.incident_id]
    assert rows(client, ORDERS) == []
    client = platform(mapped(api, "drills = true"), "city-2")
    fires, (order,) = rows(client, FIRES), rows(client, ORDERS)
    assert [one["is_drill"] for one in fires] == [False, True]
    assert (fires[1]["sources"], order["is_drill"]) == (["camera"], True)


def test_townships_of_a_token_limit_what_it_reads(api: ApiRig) -> None:
    fire = report(api, village_place(api))
    mine, other = order_of(api, fire, RIDGE), order_of(api, fire, BESIDE, cause="hand:2")
    inside, outside = platform(api, "ridge", RIDGE), platform(api, "far", FAR)
    assert [one["order_id"] for one in rows(inside, ORDERS)] == [mine]
    assert [one["incident_id"] for one in rows(inside, FIRES)] == [fire]
    assert rows(outside, ORDERS) == rows(outside, FIRES) == []
    assert inside.get(f"{ORDERS}/{mine}").status_code == 200
    for client, number in ((inside, other), (outside, mine)):
        answer = client.get(f"{ORDERS}/{number}")
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_townships")
    # Of what others have a page is empty, and goes on behind it.
    page = outside.get(ORDERS, params={"limit": 1}).json()
    assert (page["rows"], page["more"]) == ([], True)
    end = outside.get(ORDERS, params={"limit": 1, "changed_after": page["next_cursor"]}).json()
    assert (end["rows"], end["more"]) == ([], False)


def test_what_a_token_of_the_exchange_opens(api: ApiRig) -> None:
    client = platform(api)
    for path in ("/api/incidents", "/api/orders", "/api/observations", "/api/duty/now"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "token_scope"), path
    other = platform(api, "other", scope=TokenScope.INCIDENTS)
    viewer = platform(api, "viewer", role=Role.VIEWER)
    assert other.get(ORDERS).json()["code"] == "token_scope"
    assert viewer.get(ORDERS).status_code == 200
    assert viewer.post(REPORTS, json={"reports": [row()]}).json()["code"] == "not_permitted"
    assert api.client(Role.VIEWER).get(ORDERS).status_code == 200


@pytest.mark.parametrize(
    "cursor", ["", "o", "o1", "o1-", "f1-1", "o-1-1", "o1-1x", "o\uff11-1", "o" * 65]
)
def test_a_cursor_of_something_else_is_refused(api: ApiRig, cursor: str) -> None:
    answer = platform(api).get(ORDERS, params={"changed_after": cursor})
    assert answer.status_code == 422
    assert answer.json()["code"] in {"cursor_refused", "input_refused"}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(1, 3), st.lists(st.integers(0, 5), max_size=3)), max_size=6))
def test_a_consumer_that_walks_while_people_work_ends_with_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[int, list[int]]]
) -> None:
    api = build_api(tmp_path_factory.mktemp("walk"))
    store, client = api.context.store, platform(api)
    fire = report(api, village_place(api))
    numbers = [order_of(api, fire, code) for code in (RIDGE, BESIDE, FAR)]
    seen: dict[int, dict[str, Any]] = {}
    cursor: str | None = None

    def ask(limit: int) -> bool:
        nonlocal cursor
        query = {"limit": limit} | ({} if cursor is None else {"changed_after": cursor})
        page = client.get(ORDERS, params=query).json()
        assert len(page["rows"]) <= limit
        for one in page["rows"]:
            before = seen.get(one["order_id"])
            assert before is None or before["version"] < one["version"], "told twice as it was"
            seen[one["order_id"]] = one
        cursor = page["next_cursor"]
        return bool(page["more"])

    for mark, (limit, deeds) in enumerate(plan):
        ask(limit)
        for place, deed in enumerate(deeds):
            api.clock.advance(1.0)  # no clock runs over meanwhile: that is no change
            number = numbers[deed % 3]
            told = Told(OrderEntryKind.NOTED, note=f"{mark}", key=f"{mark}-{place}")
            store.orders.tell(number, told, author="monitor")
    while ask(2):
        pass
    assert seen == {number: client.get(f"{ORDERS}/{number}").json() for number in numbers}
    store.close()


# ---- the mapping


def test_the_example_names_every_word_and_speaks_as_the_platform_does(api: ApiRig) -> None:
    in_qijiang(api)
    city = mapped(api, EXAMPLE, site_code="500110")
    client = platform(city)
    lon_deg, lat_deg = from_wgs84(Wgs84.at(*QIJIANG), Gcj02).pair
    sent = {
        "eventNo": "WG-9",
        "reportTime": "2026-11-25 11:00:00",
        "eventType": "烟",
        "eventSource": "12345",
        "eventDesc": "山脊冒烟",
        "lng": lon_deg,
        "lat": lat_deg,
        "gridName": "第七网格",
    }
    (told,) = hand_in(client, sent)
    assert told["outcome"] == "taken", told
    draft = api.context.store.observations.get(told["observation_id"]).draft
    assert isinstance(draft.witness, Report)
    at = draft.witness.position
    assert GEOD.inv(*QIJIANG, at.lon_deg, at.lat_deg)[2] < 0.01, "GCJ-02 is 500 m off"
    assert draft.witness.sigma_m * HELD == pytest.approx(300.0)
    assert (draft.source, draft.seen_at, draft.words) == (
        *(ObservationSource.HOTLINE_12345, START),
        "smoke; 山脊冒烟",
    )
    assert draft.told.endswith("within 300 m (usual)")
    number = order_of(api, told["incident_id"], "500110101", "500110101001")
    (order,) = rows(client, ORDERS)
    assert order["lngGcj02"] == pytest.approx(lon_deg, abs=1e-7)
    assert order["latGcj02"] == pytest.approx(lat_deg, abs=1e-7)
    assert order["lngWgs84"] == pytest.approx(QIJIANG[0], abs=1e-7)
    expected = {
        "areaCode": "500110",
        "taskNo": number,
        "taskStatus": "10",
        "checkResult": None,
        "streetCode": "500110101000",
        "villageCodes": ["500110101001001"],
        "createTime": "2026-11-25 11:00:00",
        "push1Min": "计时中",
    }
    assert order | expected == order
    assert "version" not in order
    (fire,) = rows(client, FIRES)
    assert (fire["eventStatus"], fire["sources"]) == ("待核查", ["12345"])
    step(api, told["incident_id"], IncidentState.DISMISSED, reason=DismissReason.WATER)
    result = client.get(f"{REPORTS}/WG-9").json()
    assert result == {
        "eventNo": "WG-9",
        "receiveTime": "2026-11-25 11:00:00",
        "withdrawn_at": None,
        "fireNo": told["incident_id"],
        "fireStatus": "非火情",
        "reason": "其他",
        "taskNos": [number],
        "order_states": ["10"],
        "answers": [None],
    }


def test_abroad_there_is_no_gcj02(api: ApiRig) -> None:
    report(api, village_place(api))
    (found,) = rows(platform(mapped(api, "[place]\ngcj02 = true")), FIRES)
    assert (found["lon_gcj02_deg"], found["lat_gcj02_deg"]) == (None, None)
    assert found["lon_wgs84_deg"] is not None


@pytest.mark.parametrize(
    ("text", "expected", "sent"),
    [
        ("", "2026-11-25T03:00:00+00:00", "2026-11-25T11:00:00+08:00"),
        ('zone = "+08:00"', "2026-11-25T11:00:00+08:00", "2026-11-25T03:00:00Z"),
        ('format = "plain"', "2026-11-25 03:00:00", "2026-11-25 03:00:00"),
        ('format = "plain"\nzone = "+08:00"', "2026-11-25 11:00:00", "2026-11-25T11:00:00"),
        ('format = "epoch_s"', 1_795_575_600, 1_795_575_600),
        ('format = "epoch_ms"', 1_795_575_600_000, 1_795_575_600_000),
    ],
)
def test_times_are_the_platforms(api: ApiRig, text: str, expected: object, sent: object) -> None:
    client = platform(mapped(api, f"[time]\n{text}"))
    (told,) = hand_in(client, row(reported_at=sent))
    assert told["outcome"] == "taken", told
    assert api.context.store.observations.get(1).draft.seen_at == START
    assert rows(client, FIRES)[0]["opened_at"] == expected
    assert int(START.timestamp()) == 1_795_575_600


FAULTS = [
    ("nonsense = 1", "nonsense"),
    ("[orders]\ntelephone = 'phone'", "orders: Value error, telephone"),
    ("[orders]\nstate = 'answer'", "two fields are called 'answer'"),
    ("[orders]\nlon_gcj02_deg = 'lng'", "'lng' does not say that it is GCJ-02"),
    ("[incidents]\nlon_wgs84_deg = 'lngGCJ'", "'lngGCJ' says GCJ-02"),
    ("[reports]\nexternal_id = ''", "external_id cannot be left out"),
    ("[words.order_state]\ncalled = '1'", "words.order_state lacks answered, arrived, closed"),
    ("[words.answer]\nperhaps = '1'\n'*' = '2'", "words.answer.perhaps"),
    ("[words.source]\ncall = 'a'\npilot = 'a'\n'*' = 'b'", "source: two of ours are 'a'"),
    ("[words.clock]\n'*' = ' '", "clock.* needs a word"),
    ("[codes.township]\na = '1'\nb = '1'", "township: two of ours are '1'"),
    ("[codes.village]\n'*' = '1'", "codes.village: '*' is for words"),
    ("[time]\nzone = '+09:00'", "time.zone"),
    ("[place]\nreports = 'bd09'", "place.reports"),
    ("[place]\nreport_radius_m = 5", "place.report_radius_m"),
    ("ignored = ['caller']", "ignored: 'caller' is a field of reports"),
    ("[orders]\nstate = 5", "orders.state"),
    ("orders = ", "it is no TOML"),
]


@pytest.mark.parametrize(("text", "named"), FAULTS)
def test_a_mapping_that_cannot_be_names_the_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    named: str,
) -> None:
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    assert run_firewatch(monkeypatch, "exchange", "check", file) == 1
    assert named in capsys.readouterr().err


def test_the_command_shows_an_order_as_the_platform_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_firewatch(monkeypatch, "exchange", "check", EXAMPLE) == 0
    told = capsys.readouterr().out
    order = json.loads(told[: told.rindex("}") + 1])
    assert order["createTime"] == "2026-11-25 11:00:00"
    assert (order["taskStatus"], order["falseReason"], order["check3Min"]) == ("90", "炊烟", "按时")
    assert "exchange.toml can be used." in told
    assert "eventNo, replaces, reportTime" in told
    bare = tmp_path / "bare.toml"
    bare.write_text("", encoding="utf-8")
    assert run_firewatch(monkeypatch, "exchange", "check", bare) == 0
    told = capsys.readouterr().out
    assert json.loads(told[: told.rindex("}") + 1])["state"] == "closed"


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    with pytest.raises(InputRefused, match="cannot be read"):
        read_mapping(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputRefused, match="no TOML"):
        read_mapping(file)
    file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputRefused, match="more than") as caught:
        read_mapping(file)
    assert caught.value.code == "exchange_mapping"


def test_a_broken_mapping_stops_the_exchange_alone_until_it_is_mended(
    api: ApiRig, caplog: pytest.LogCaptureFixture
) -> None:
    city = mapped(api, "[orders]\nnobody = 'x'")
    client = platform(city)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            answer = client.get(ORDERS)
            assert (answer.status_code, answer.json()["code"]) == (503, "exchange_mapping")
    told = [one.message for one in caplog.records if "mapping file" in one.message]
    assert len(told) == 1
    assert "nobody" in told[0]
    assert "nobody" not in answer.text
    assert client.post(REPORTS, json={"reports": [row()]}).status_code == 503
    assert api.context.store.observations.newest(9) == []
    assert api.client(Role.VIEWER).get("/api/incidents").status_code == 200
    mapped(api, "[orders]\norder_id = 'no'  # mended")
    assert client.get(ORDERS).status_code == 200
    (api.context.settings.data_dir / "exchange.toml").unlink()
    assert client.get(ORDERS).status_code == 503


# ---- what is handed in


def test_a_report_is_evidence_as_any_persons_is(api: ApiRig) -> None:
    client = platform(api)
    first, again = hand_in(client, row(), row())
    assert first == again | {"row": 0}
    assert (first["outcome"], first["external_id"], first["code"]) == ("taken", "WG-1", None)
    assert hand_in(client, row()) == [first], "the same report, the same answer"
    kept = api.context.store.observations.get(first["observation_id"])
    assert kept.author == "api:city"
    assert (kept.draft.source, kept.draft.caller) == (ObservationSource.GRID_PLATFORM, SECRET)
    assert kept.draft.told == "WGS84 -84.25, 36.25, within 300 m"
    near = report_again(api)
    assert near == first["incident_id"], "it is of the fire that others tell of"
    assert len(api.context.store.observations.newest(9)) == 2


def report_again(api: ApiRig) -> int | None:
    (told,) = hand_in(platform(api, "other-city"), row("X-1", lon_deg=-84.2501))
    return int(told["incident_id"])


def test_good_rows_are_taken_and_the_others_told_why_in_the_language_asked_for(
    api: ApiRig,
) -> None:
    client = platform(api)
    sent = [row("1"), row("2", system=...), row("3"), row("4", reported_at="nie")]
    told = hand_in(client, *sent, language="zh-CN")
    assert [one["outcome"] for one in told] == ["taken", "refused", "taken", "refused"]
    assert [one["code"] for one in told] == [None, "exchange_datum", None, "exchange_row"]
    assert [(one["row"], one["external_id"]) for one in told] == [
        *((0, "1"), (1, "2"), (2, "3"), (3, "4"))
    ]
    assert re.search("[\u4e00-\u9fff]", told[1]["title"])
    english = hand_in(client, *sent)
    assert english[1]["remedy"]
    assert english[3]["detail"] == "reported_at: it is no time."
    assert client.get(f"{REPORTS}/1").status_code == 200
    assert client.get(f"{REPORTS}/2").status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"external_id": ...}, "exchange_row"),
        ({"external_id": "a/b"}, "exchange_row"),
        ({"external_id": ".."}, "exchange_row"),
        ({"external_id": " a"}, "exchange_row"),
        ({"external_id": ""}, "exchange_row"),
        ({"external_id": "a" * 81}, "exchange_row"),
        ({"external_id": "a\nb"}, "exchange_row"),
        ({"external_id": 17}, "exchange_row"),
        ({"reported_at": ...}, "exchange_row"),
        ({"reported_at": None}, "exchange_row"),
        ({"reported_at": "2026-11-25T03:00:00"}, "exchange_row"),
        ({"reported_at": "2026-11-25 03:00:00"}, "exchange_row"),
        ({"reported_at": 1_795_575_600}, "exchange_row"),
        ({"reported_at": True}, "exchange_row"),
        ({"reported_at": "1999-11-25T03:00:00Z"}, "exchange_row"),
        ({"reported_at": "0001-01-01T00:00:00+08:00"}, "exchange_row"),
        ({"seen_at": "2026-11-25T03:06:00Z"}, "exchange_row"),
        ({"reported_at": "2026-10-01T03:00:00Z"}, "observation_time"),
        ({"reported_at": "2026-11-25T03:06:00Z"}, "observation_time"),
        ({"phone": "1"}, "exchange_row"),
        ({"source": "camera"}, "exchange_row"),
        ({"text": "a\0b"}, "exchange_row"),
        ({"text": "\ud800"}, "exchange_row"),
        ({"text": "烟" * 1901}, "exchange_row"),
        ({"caller": "1" * 101}, "exchange_row"),
        ({"caller": 13900009876}, "exchange_row"),
        ({"lon_deg": ...}, "exchange_row"),
        ({"lat_deg": ...}, "exchange_row"),
        ({"lon_deg": "-84.25"}, "exchange_row"),
        ({"radius_m": 5.0}, "exchange_row"),
        ({"radius_m": False}, "exchange_row"),
        ({"system": ...}, "exchange_datum"),
        ({"system": "EPSG:4545"}, "exchange_datum"),
        ({"system": "Mars"}, "exchange_datum"),
        ({"system": "GCJ-02"}, "coordinates_abroad"),
        ({"lon_deg": 106.65, "lat_deg": 28.85}, "observation_far"),
        ({"lon_deg": 28.85, "lat_deg": 106.65}, "coordinates_swapped"),
        ({"lon_deg": ..., "lat_deg": ...}, "exchange_place"),
        ({"lon_deg": ..., "lat_deg": ..., "township": "nowhere"}, "exchange_area"),
        ({"lon_deg": ..., "lat_deg": ..., "village": RIDGE}, "exchange_area"),
        ({"corrects": "WG-0"}, "exchange_unknown"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_itself(
    api: ApiRig, changes: dict[str, object], code: str
) -> None:
    client = platform(api)
    if changes.get("text") == "\ud800":  # only an escape can send it
        body = json.dumps({"reports": [row(**changes)]})
        answer = client.post(REPORTS, content=body, headers={"content-type": "application/json"})
        assert answer.json()["results"][0]["code"] == code
    else:
        assert refusal(client, **changes) == code
    assert api.context.store.observations.newest(9) == []


def test_only_an_area_is_its_middle_with_a_radius_over_all_of_it(api: ApiRig) -> None:
    client, store = platform(api), api.context.store
    features = {one.code: one for one in api.context.land_book.features}
    bare = {"lon_deg": ..., "lat_deg": ..., "system": ..., "radius_m": ...}
    areas = [
        *(one.code for one in features.values() if one.layer is Layer.TOWNSHIP),
    ][:4]
    for number, code in enumerate(areas):
        (told,) = hand_in(client, row(f"T-{number}", township=code, **bare))
        assert told["outcome"] == "taken", told
        witness = store.observations.get(told["observation_id"]).draft.witness
        assert isinstance(witness, Report)
        reach_m = witness.sigma_m * HELD
        at = witness.position
        corners = features[code].geometry.exterior.coords
        far_m = max(GEOD.inv(at.lon_deg, at.lat_deg, x, y)[2] for x, y, *_ in corners)
        assert reach_m == pytest.approx(far_m, rel=0.001), "all of it, and no more"
    village = next(one for one in features.values() if one.code == AT_RIDGE)
    (told,) = hand_in(client, row("V-1", township=RIDGE, village=AT_RIDGE, **bare))
    draft = store.observations.get(told["observation_id"]).draft
    assert isinstance(draft.witness, Report)
    assert village.name in draft.told
    assert draft.told.endswith("which is all of it")
    at = draft.witness.position
    centre = village.geometry.centroid
    if village.geometry.geom_type == "Point":
        assert (at.lon_deg, at.lat_deg) == pytest.approx((centre.x, centre.y), abs=1e-7)
        assert draft.witness.sigma_m * HELD == pytest.approx(2000.0)


def test_other_content_is_refused_and_a_correction_taken(api: ApiRig) -> None:
    client, store = platform(api), api.context.store
    (first,) = hand_in(client, row())
    for changes in ({"text": "大火"}, {"caller": "别人"}, {"radius_m": 301.0}):
        assert refusal(client, **changes) == "exchange_changed"
    (told,) = hand_in(client, row("WG-2", text="大火", corrects="WG-1"))
    assert (told["outcome"], told["incident_id"]) == ("taken", first["incident_id"])
    old = client.get(f"{REPORTS}/WG-1").json()
    assert old["withdrawn_at"] == START.isoformat()
    assert client.get(f"{REPORTS}/WG-2").json()["withdrawn_at"] is None
    assert store.incidents.get(first["incident_id"]).state is IncidentState.OPEN


def test_results_are_of_ones_own_reports_and_of_townships_that_one_has(api: ApiRig) -> None:
    at = village_place(api)
    here = {"lon_deg": at.lon_deg, "lat_deg": at.lat_deg}
    whole, far = platform(api), platform(api, "far", FAR)
    (told,) = hand_in(whole, row(**here))
    (same,) = hand_in(far, row("其 他?1", **here))
    assert told["incident_id"] == same["incident_id"]
    fire = told["incident_id"]
    mine = order_of(api, fire, FAR, cause="hand:2")
    other = order_of(api, fire, RIDGE)
    api.context.store.orders.tell(
        other, Told(OrderEntryKind.ANSWERED, Answer.REAL), author="monitor"
    )
    step(api, fire, IncidentState.CONFIRMED)
    result = whole.get(f"{REPORTS}/WG-1").json()
    assert (result["incident_id"], result["incident_state"]) == (fire, "confirmed")
    assert (result["order_ids"], result["order_states"]) == ([mine, other], ["called", "answered"])
    assert (result["answers"], result["received_at"]) == ([None, "real"], START.isoformat())
    hidden = far.get(f"{REPORTS}/%E5%85%B6%20%E4%BB%96%3F1").json()
    assert (hidden["external_id"], hidden["incident_id"], hidden["order_ids"]) == (
        *("其 他?1", None),
        [],
    )
    ridge = platform(api, "ridge", RIDGE)
    (near,) = hand_in(ridge, row("R-1", **here))
    assert ridge.get(f"{REPORTS}/R-1").json()["order_ids"] == [other]
    assert near["incident_id"] == fire
    for client, number in ((whole, "R-1"), (whole, "WG-0"), (far, "WG-1")):
        answer = client.get(f"{REPORTS}/{number}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"reports": []}, {"reports": [1]}, {"reports": {}}, []])
def test_a_request_of_another_shape_is_refused_whole(api: ApiRig, body: object) -> None:
    answer = platform(api).post(REPORTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")


def test_a_hundred_come_at_once_and_no_more(api: ApiRig) -> None:
    client = platform(api)
    many = [row(str(number), reported_at="x") for number in range(101)]
    assert client.post(REPORTS, json={"reports": many}).status_code == 422
    assert len(hand_in(client, *many[:100])) == 100
    large = row(text="x" * 1_100_000)
    assert client.post(REPORTS, json={"reports": [large]}).status_code == 413


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["WGS84", "GCJ-02", "call", RIDGE, "2026-11-25T03:00:00Z", "\0", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
HOSTILE = st.dictionaries(st.sampled_from([*FIELDS[Row.REPORTS], "", "x", "\ud800"]), JSON)


TIMES = ("", "[time]\nformat = 'epoch_ms'", "[time]\nformat = 'plain'")


@pytest.mark.parametrize("text", TIMES)
def test_whatever_comes_is_taken_or_refused_row_by_row(api: ApiRig, text: str) -> None:
    client = platform(mapped(api, text))
    headers = {"content-type": "application/json"}

    @settings(max_examples=50, deadline=None)
    @given(st.lists(HOSTILE | HOSTILE.map(lambda one: row(**one)), min_size=1, max_size=4))
    def proved(sent: list[dict[str, Any]]) -> None:
        answer = client.post(REPORTS, content=json.dumps({"reports": sent}), headers=headers)
        assert answer.status_code == 200, answer.text
        told = answer.json()["results"]
        assert len(told) == len(sent)
        assert all((one["code"] is None) == (one["outcome"] == "taken") for one in told)
        assert SECRET not in answer.text

    proved()


# ---- what is personal


def test_nobody_is_named_in_what_leaves_nor_in_logs_deeds_and_kept_answers(
    api: ApiRig, caplog: pytest.LogCaptureFixture
) -> None:
    configure_logging()
    at = village_place(api)
    person = on_duty(api, "王五三")
    client, store = platform(api), api.context.store
    headers = {"idempotency-key": "exchange-0001"}
    good = row(lon_deg=at.lon_deg, lat_deg=at.lat_deg, text="冒烟")
    bad = row("WG-2", caller=SECRET * 20)
    with caplog.at_level(logging.DEBUG):
        answers = [
            client.post(
                REPORTS, json={"reports": [good, bad, good | {"text": "x"}]}, headers=headers
            )
        ]
        fire = answers[0].json()["results"][0]["incident_id"]
        number = order_of(api, fire, RIDGE, AT_RIDGE)
        told = Told(OrderEntryKind.ANSWERED, Answer.UNSURE, note=f"王五三 {PHONE}", key="1")
        store.orders.tell(number, told, author=f"duty:{person}", person_id=person)
        store.incidents.note(fire, author="li", note=f"王五三 {PHONE}")
        paths = (ORDERS, FIRES, f"{ORDERS}/{number}", f"{REPORTS}/WG-1")
        answers += [client.get(path) for path in paths]
    assert all(answer.status_code == 200 for answer in answers)
    left = "\n".join(answer.text for answer in answers) + caplog.text
    deeds = [one for one in store.audit.entries(500) if one.actor == "api:city"]
    left += json.dumps([dict(one.details) for one in deeds], ensure_ascii=False)
    for secret in ("13900009876", "李四", "13800001234", "王五"):
        assert secret not in left, secret
    assert "冒烟" in left, "the log of deeds has what was told, or this proves nothing"
    assert store.answers.find("api:city", "exchange-0001") is None
    seen = api.client(Role.MONITOR).get("/api/observations").json()["observations"]
    assert [one["caller"] for one in seen] == [SECRET]


# ---- documented examples


def test_every_field_is_documented_and_the_lists_are_lists() -> None:
    page = (ROOT / "docs/exchange.md").read_text(encoding="utf-8")
    for fields in FIELDS.values():
        assert [one for one in fields if f"`{one}`" not in page] == []
    assert {one for fields in FIELDS.values() for one in fields} >= MANY
    mapping = read_mapping(EXAMPLE)
    assert mapping != Mapping()
    for section in type(mapping).model_fields:
        assert getattr(mapping, section) != getattr(Mapping(), section) or section == "drills"


def test_the_documented_examples_run_against_a_served_application(
    api: ApiRig, tmp_path: Path
) -> None:
    in_qijiang(api)
    api.clock.advance(3600.0)
    page = (ROOT / "docs/exchange.md").read_text(encoding="utf-8")
    examples = re.findall(r"```sh\n(curl .*?)```", page, re.DOTALL)
    assert len(examples) == 3
    token = bearer(api)
    with served(api) as address:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9)) as client:  # it starts
            assert client.get(f"{address}/api/health").status_code == 200
        env = {"FIREWATCH": address, "FIREWATCH_TOKEN": token, "PATH": "/usr/bin:/bin"}

        def run(*command: str) -> str:
            done = subprocess.run(  # noqa: S603  # our own page
                command, env=env, capture_output=True, text=True, timeout=60.0, check=True
            )
            return done.stdout

        empty, taken, result = (json.loads(run("bash", "-ec", one)) for one in examples)
        assert (empty["rows"], empty["more"]) == ([], False)
        assert taken["results"][0]["outcome"] == "taken", taken
        assert result["incident_id"] == taken["results"][0]["incident_id"]
        numbers = [order_of(api, result["incident_id"], f"5001101{n:02}") for n in range(130)]
        script = str(ROOT / "docs/examples/exchange_consumer.py")
        follow = (sys.executable, script, address, str(tmp_path / "cursor.txt"), "0")
        told = [json.loads(line)["order_id"] for line in run(*follow).splitlines()]
        assert told == numbers, "more than a page, each once"
        assert run(*follow) == ""
        api.context.store.orders.close(numbers[7], author="monitor")
        (line,) = run(*follow).splitlines()
        assert (json.loads(line)["order_id"], json.loads(line)["state"]) == (numbers[7], "closed")
        assert datetime.fromisoformat(json.loads(line)["closed_at"]).astimezone(UTC) == (
            api.clock.now()
        )
