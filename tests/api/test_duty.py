"""The duty roster over HTTP: kept, imported, asked for who is called first and for its holes."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import shapely
from api_rig import START, ApiRig
from httpx2 import Response
from starlette.testclient import TestClient

from api.duty.villages import NEAR_M, villages_of
from geo.land import LandIndex, round_place
from models.alert import Alert
from models.incident import Incident
from models.land import LandFeature, Layer
from models.user import Role

RIDGE, BESIDE, OTHER = "999001006", "999001004", "999001001"
"""The township of the drill's red ridge, one beside it, and one far away."""

FROM, UNTIL = START - timedelta(hours=3), START + timedelta(hours=21)
SPAN = {"from_at": FROM.isoformat(), "until_at": UNTIL.isoformat()}
ASKED = {"from": FROM.isoformat(), "until": UNTIL.isoformat()}
PHONE = "13800001234"


def person(name: str, post: str, township: str, **more: object) -> dict[str, object]:
    return {"name": name, "phone": PHONE, "post": post, "township": township, **more}


def add(client: TestClient, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/duty/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def on_duty(
    client: TestClient, name: str, post: str, township: str, deputy: int = 0, **more: object
) -> int:
    number: int = add(client, "people", person(name, post, township, **more))["person_id"]
    add(client, "shifts", {"person_id": number, "deputy": deputy, **SPAN})
    return number


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def names_of(place: dict[str, Any]) -> list[str]:
    return [one["name"] for one in place["people"]]


def test_nobody_is_in_it(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    assert client.get("/api/duty/people").json() == {"people": []}
    assert client.get("/api/duty/shifts", params=ASKED).json() == {"shifts": []}
    assert client.get("/api/duty/leaves", params=ASKED).json() == {"leaves": []}
    now = client.get("/api/duty/now").json()
    townships = [one for one in api.context.land_book.features if one.layer is Layer.TOWNSHIP]
    assert datetime.fromisoformat(now["at"]) == START
    assert now["places"] == [
        {"township": code, "name": name, "probability": None, "people": []}
        for code, name in [("", ""), *((one.code, one.name) for one in townships)]
    ]
    gaps = client.get("/api/duty/gaps", params=ASKED).json()
    assert gaps["townships_known"] is True
    assert len(gaps["gaps"]) == 3 * len(townships) > 0


def test_people_are_written_down_changed_and_forgotten(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    body = person(" 张三 ", "team", RIDGE, team="full_time", note="开车")
    known = add(client, "people", body)
    assert known == body | {"person_id": known["person_id"], "name": "张三", "village": ""}
    one = f"/api/duty/people/{known['person_id']}"
    changed = client.put(one, json=body | {"post": "station", "team": None})
    assert (changed.status_code, changed.json()["post"]) == (200, "station")
    assert client.get("/api/duty/people").json() == {"people": [changed.json()]}
    assert client.get("/api/duty/people?township=").json() == {"people": []}
    assert client.get(f"/api/duty/people?township={RIDGE}").json()["people"] == [changed.json()]
    add(client, "shifts", {"person_id": known["person_id"], **SPAN})
    assert client.delete(one).status_code == 204
    assert client.get("/api/duty/people").json() == {"people": []}
    shift = client.get("/api/duty/shifts", params=ASKED).json()["shifts"][0]
    assert (shift["name"], shift["deputy"]) == ("张三", 0), "who was on is still known by name"
    assert refusal(client.delete(one)) == (409, "duty_person_gone")
    assert refusal(client.put(one, json=body)) == (409, "duty_person_gone")
    assert client.put("/api/duty/people/99", json=body).status_code == 404


def test_what_is_told_of_a_person_is_kept_for_no_repetition(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    key = {"Idempotency-Key": "a-key-of-mine"}
    body = person("张三", "team", RIDGE)
    added = client.post("/api/duty/people", json=body, headers=key)
    assert added.status_code == 201
    again = client.post("/api/duty/people", json=body, headers=key)
    assert refusal(again) == (409, "answer_lost")
    number = added.json()["person_id"]
    away = {"person_id": number, "reason": "心脏手术", **SPAN}
    assert add(client, "leaves", away)["reason"] == "心脏手术"
    assert client.delete(f"/api/duty/people/{number}").status_code == 204
    audit = str(api.context.store.audit.entries(50))
    for secret in (PHONE, "张三", "心脏手术"):
        assert secret not in audit
    kept = api.context.store.answers.find("monitor", "a-key-of-mine")
    assert kept is not None
    assert PHONE not in str(kept)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "duty_name"),
        ({"phone": "call me"}, "duty_phone"),
        ({"township": "", "village": "999001006202"}, "duty_village"),
        ({"township": "999001099"}, "duty_township"),
        ({"village": "999001001202"}, "duty_village"),
        ({"post": "station", "team": "volunteer"}, "duty_team"),
        ({"note": "x" * 201}, "duty_note"),
        ({"post": "cook"}, "input_refused"),
        ({"rank": 1}, "input_refused"),
        ({"name": "\ud800"}, "input_refused"),
    ],
)
def test_somebody_who_cannot_be_called_is_refused(
    api: ApiRig, changes: dict[str, object], code: str
) -> None:
    client = api.client(Role.MONITOR)
    number = add(client, "people", person("李四", "team", RIDGE))["person_id"]
    body = person("张三", "team", RIDGE) | changes
    kind = {"content-type": "application/json"}
    content = json.dumps(body)
    for answer in (
        client.post("/api/duty/people", content=content, headers=kind),
        client.put(f"/api/duty/people/{number}", content=content, headers=kind),
    ):
        assert refusal(answer) == (422, code)
    assert names_of(client.get("/api/duty/people").json()) == ["李四"]


def test_shifts_and_leaves_are_written_down_and_struck_out(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    number = add(client, "people", person("张三", "grid", RIDGE, village="999001006202"))[
        "person_id"
    ]
    shift = add(client, "shifts", {"person_id": number, "deputy": 2, **SPAN})
    assert {key: shift[key] for key in ("name", "post", "township", "village", "deputy")} == {
        "name": "张三",
        "post": "grid",
        "township": RIDGE,
        "village": "999001006202",
        "deputy": 2,
    }
    assert datetime.fromisoformat(shift["from_at"]) == FROM
    assert client.get("/api/duty/shifts", params=ASKED).json() == {"shifts": [shift]}
    of = {**ASKED, "township": BESIDE}
    assert client.get("/api/duty/shifts", params=of).json() == {"shifts": []}
    later = {"from": UNTIL.isoformat(), "until": (UNTIL + timedelta(days=1)).isoformat()}
    assert client.get("/api/duty/shifts", params=later).json() == {"shifts": []}
    leave = add(client, "leaves", {"person_id": number, "reason": "进城", **SPAN})
    assert (leave["name"], leave["reason"]) == ("张三", "进城")
    assert client.get("/api/duty/leaves", params=ASKED).json() == {"leaves": [leave]}
    for kind, key in (("shifts", "shift_id"), ("leaves", "leave_id")):
        row = shift if kind == "shifts" else leave
        assert client.delete(f"/api/duty/{kind}/{row[key]}").status_code == 204
        assert client.delete(f"/api/duty/{kind}/{row[key]}").status_code == 404
        assert client.get(f"/api/duty/{kind}", params=ASKED).json() == {kind: []}
        nobody = {"person_id": 99, **SPAN}
        assert client.post(f"/api/duty/{kind}", json=nobody).status_code == 404
        backward = {"person_id": number, "from_at": SPAN["until_at"], "until_at": SPAN["from_at"]}
        assert refusal(client.post(f"/api/duty/{kind}", json=backward)) == (422, "duty_span")
    body = {"person_id": number, "deputy": 10, **SPAN}
    assert refusal(client.post("/api/duty/shifts", json=body)) == (422, "duty_deputy")


def test_who_is_called_first(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    on_duty(client, "区值班", "committee", "")
    on_duty(client, "带班", "committee", RIDGE)
    on_duty(client, "副队", "team", RIDGE, deputy=1)
    on_duty(client, "队长", "team", RIDGE)
    on_duty(client, "站长", "station", RIDGE)
    on_duty(client, "桃子沟", "grid", RIDGE, village="999001006202")
    on_duty(client, "梨园", "grid", RIDGE, village="999001006204")
    on_duty(client, "别处", "team", OTHER)
    away = on_duty(client, "休假", "team", RIDGE)
    add(client, "leaves", {"person_id": away, **SPAN})
    after = ["队长", "副队", "站长", "带班", "区值班"]

    def asked(query: str) -> list[str]:
        places = client.get(f"/api/duty/now?{query}").json()["places"]
        assert len(places) == 1
        return names_of(places[0])

    assert asked(f"township={RIDGE}&village=999001006202") == ["桃子沟", *after]
    assert asked(f"township={RIDGE}") == ["桃子沟", "梨园", *after]
    assert asked("township=") == ["区值班"]
    ended = (UNTIL + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert asked(f"township={RIDGE}&at={ended}") == []
    everybody = {one["township"]: one for one in client.get("/api/duty/now").json()["places"]}
    assert names_of(everybody[""]) == ["区值班"]
    assert names_of(everybody[RIDGE]) == ["桃子沟", "梨园", *after]
    assert names_of(everybody[OTHER]) == ["别处", "区值班"]
    first = everybody[RIDGE]["people"][2]
    assert first | {"person_id": 0} == {
        "person_id": 0,
        "name": "队长",
        "phone": PHONE,
        "post": "team",
        "team": None,
        "reach": "township",
        "deputy": 0,
        "shift_until_at": UNTIL.isoformat().replace("+00:00", "Z"),
    }


def fire(api: ApiRig, alert: Alert) -> Incident:
    return api.context.store.incidents.get(alert.incident_id)


def test_for_a_fire_every_township_that_it_may_lie_in_is_called(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    client = api.client(Role.MONITOR)
    incident = fire(api, burn())
    on_duty(client, "区值班", "committee", "")
    villages = [one for one in api.context.land_book.features if one.layer is Layer.VILLAGE]
    for township in (RIDGE, BESIDE, OTHER):
        on_duty(client, f"队{township}", "team", township)
    for village in villages:
        township = str(village.properties["township_code"])
        on_duty(client, village.code, "grid", township, village=village.code)
    answer = client.get(f"/api/duty/now?incident_id={incident.incident_id}")
    places = answer.json()["places"]
    # Whose land it is, as the land's own answer says.
    land = client.get(f"/api/incidents/{incident.incident_id}/land").json()["report"]
    shares = [(one["code"], one["name"], one["probability"]) for one in land["units"]["township"]]
    assert shares[0][0] == RIDGE
    known = [one for one in places if one["township"]]
    assert [(one["township"], one["name"], one["probability"]) for one in known] == shares
    assert sum(one["probability"] for one in places) == pytest.approx(1.0, abs=0.002)
    near = {one["village"]["code"] for one in land["at_risk"]}
    near_in = {
        one["village"]["code"]
        for one in land["at_risk"]
        if one["village"]["distance_min_m"] <= NEAR_M
    }
    assert near != near_in, "or it would not show that far ones are left out"
    grid = {one["name"] for one in places[0]["people"] if one["reach"] == "village"}
    assert grid == {code for code in near_in if code.startswith(RIDGE)}
    assert names_of(places[0])[-2:] == [f"队{RIDGE}", "区值班"]


def test_where_no_township_is_known_the_duty_room_is_called(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    on_duty(client, "区值班", "committee", "")
    on_duty(client, "队", "team", RIDGE)
    spot = {"kind": "coordinates", "system": "WGS84", "first": -84.25, "second": 36.25}
    told = {
        "key": "told-1234",
        "source": "call",
        "sighting": {"kind": "direction", "spot": spot, "bearing_deg": 0.0, "north": "true"},
        "seen_at": START.isoformat(),
    }
    answer = client.post("/api/observations", json=told)
    assert answer.status_code == 201, answer.text
    number = answer.json()["incident_id"]
    places = client.get(f"/api/duty/now?incident_id={number}").json()["places"]
    assert [(one["township"], one["probability"], names_of(one)) for one in places] == [
        ("", 1.0, ["区值班"])
    ]
    assert client.get("/api/duty/now?incident_id=99").status_code == 404


def test_a_fire_on_a_border_is_both_townships(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    outlines = {one.code: one.geometry for one in api.context.land_book.features}
    border = outlines[RIDGE].intersection(outlines[BESIDE])
    at = border.interpolate(0.5, normalized=True) if border.length else border.centroid
    spot = {"kind": "coordinates", "system": "WGS84", "first": at.x, "second": at.y}
    told = {
        "key": "told-1234",
        "source": "call",
        "sighting": {"kind": "place", "spot": spot, "radius_m": 1000.0},
        "seen_at": START.isoformat(),
    }
    for township in (RIDGE, BESIDE):
        on_duty(client, f"队{township}", "team", township)
    number = client.post("/api/observations", json=told).json()["incident_id"]
    places = client.get(f"/api/duty/now?incident_id={number}").json()["places"]
    assert {RIDGE, BESIDE} <= {one["township"] for one in places}
    chances = [one["probability"] for one in places]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1.0, abs=0.002)
    for one in places:
        if one["township"] in {RIDGE, BESIDE}:
            assert 0.05 < one["probability"] < 0.95
            assert names_of(one) == [f"队{one['township']}"]


def test_a_village_that_is_an_area_may_have_what_touches_it_and_nothing_beside() -> None:
    square = shapely.box(106.0, 29.0, 106.1, 29.1)
    village = LandFeature(Layer.VILLAGE, "V1", "红星村", square, drill=True)
    index = LandIndex([village])
    assert villages_of(index, [round_place(106.05, 29.05, 50.0)]) == {"V1"}
    assert villages_of(index, [round_place(106.101, 29.05, 500.0)]) == {"V1"}
    assert villages_of(index, [round_place(106.11, 29.05, 500.0)]) == frozenset()
    assert villages_of(LandIndex([]), [round_place(106.05, 29.05, 50.0)]) == frozenset()


def test_villages_that_a_fire_may_lie_in_are_points_near_it(api: ApiRig) -> None:
    index = api.context.land_book.index
    village = next(one for one in api.context.land_book.features if one.code == "999001006202")
    at = village.geometry
    assert village.code in villages_of(index, [round_place(at.x, at.y, 50.0)])
    north = NEAR_M / 111_000.0
    assert village.code in villages_of(index, [round_place(at.x, at.y + 0.9 * north, 50.0)])
    assert village.code not in villages_of(index, [round_place(at.x, at.y + 1.1 * north, 50.0)])


def test_gaps_are_where_nobody_is_on(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    for post in ("team", "station", "committee"):
        number = on_duty(client, f"{post}员", post, RIDGE)
    add(
        client,
        "leaves",
        {"person_id": number, "from_at": SPAN["from_at"], "until_at": START.isoformat()},
    )
    found = client.get("/api/duty/gaps", params=ASKED).json()
    mine = [one for one in found["gaps"] if one["township"] == RIDGE]
    assert mine == [
        {
            "township": RIDGE,
            "name": "演练六镇 双河镇",
            "post": "committee",
            "from_at": FROM.isoformat().replace("+00:00", "Z"),
            "until_at": START.isoformat().replace("+00:00", "Z"),
            "on_leave": ["committee员"],
        }
    ]
    assert len(found["gaps"]) == 1 + 3 * 7


def test_without_townships_in_the_land_those_of_the_roster_are_looked_at(api: ApiRig) -> None:
    api.context.store.land.replace(Layer.TOWNSHIP, [])
    client = api.client(Role.MONITOR)
    on_duty(client, "区值班", "committee", "")
    on_duty(client, "队长", "team", "500110001")
    found = client.get("/api/duty/gaps", params=ASKED).json()
    assert found["townships_known"] is False
    assert [(one["township"], one["post"]) for one in found["gaps"]] == [
        ("500110001", "station"),
        ("500110001", "committee"),
    ]
    places = client.get("/api/duty/now").json()["places"]
    assert [(one["township"], names_of(one)) for one in places] == [
        ("", ["区值班"]),
        ("500110001", ["队长", "区值班"]),
    ]


@pytest.mark.parametrize(("path", "days"), [("gaps", 62), ("shifts", 400), ("leaves", 400)])
def test_what_has_no_end_is_not_listed(api: ApiRig, path: str, days: int) -> None:
    client = api.client(Role.MONITOR)

    def asked(until: datetime) -> Response:
        span = {"from": FROM.isoformat(), "until": until.isoformat()}
        return client.get(f"/api/duty/{path}", params=span)

    assert asked(FROM + timedelta(days=days)).status_code == 200
    assert refusal(asked(FROM + timedelta(days=days, seconds=1))) == (422, "duty_days")
    assert refusal(asked(FROM)) == (422, "duty_days")
    assert refusal(client.get(f"/api/duty/{path}")) == (422, "input_refused")


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("日期", "镇街", "村", "岗位", "队伍", "姓名", "电话"))
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    keys = ("people_new", "people_changed", "shifts_new", "shifts_replaced", "unchanged")
    return tuple(answer[key] for key in keys)


def test_a_workbook_is_taken_and_the_same_again_changes_nothing(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    day = datetime(2026, 11, 25)  # noqa: DTZ001  # as Excel has it
    rows = [
        (day, "演练六镇 双河镇", "演练村09 桃子沟村", "网格员", None, "李四", 13900001111),
        (day, RIDGE, None, "队", "专职", "张三", PHONE),
        (day + timedelta(days=1), RIDGE, None, "队", "专职", "张三", PHONE),
        (day, "天山镇", None, "队", "专职", "王五", PHONE),
    ]
    sent = workbook(*rows)
    answer = client.post("/api/duty/import?name=值班表.xlsx", content=sent).json()
    assert counts(answer) == (2, 0, 3, 0, 0)
    assert [(one["row"], one["column"], one["code"]) for one in answer["refused"]] == [
        (5, "镇街", "duty_township")
    ]
    assert "township" in answer["refused"][0]["title"]
    assert answer["refused"][0]["remedy"]
    chinese = {"Accept-Language": "zh-CN"}
    again = client.post("/api/duty/import?name=值班表.xlsx", content=sent, headers=chinese).json()
    assert counts(again) == (0, 0, 0, 0, 3)
    assert "镇街" in again["refused"][0]["title"]
    assert again["refused"][0]["remedy"] == ""
    shifts = client.get("/api/duty/shifts", params=ASKED).json()["shifts"]
    assert {(one["name"], one["village"]) for one in shifts} == {
        ("李四", "999001006202"),
        ("张三", ""),
    }
    midnight = datetime(2026, 11, 24, 16, tzinfo=UTC)  # of 25 November in Chongqing
    assert {one["from_at"] for one in shifts[:2]} == {midnight.isoformat().replace("+00:00", "Z")}
    changed = [(*row[:6], "13700002222") for row in rows[1:2]]
    answer = client.post("/api/duty/import", content=workbook(*changed)).json()
    assert counts(answer) == (0, 1, 0, 0, 1), "the day after is not of this roster"
    entries = api.context.store.audit.entries(1)
    assert (entries[0].action, entries[0].actor) == ("duty.imported", "monitor")


def test_a_file_without_a_good_row_tells_why_and_one_without_rows_is_refused(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    bad = workbook(("昨天", RIDGE, None, "队", None, "张三", PHONE))
    answer = client.post("/api/duty/import", content=bad)
    assert answer.status_code == 200
    assert counts(answer.json()) == (0, 0, 0, 0, 0)
    assert [one["code"] for one in answer.json()["refused"]] == ["duty_moment"]
    empty = client.post("/api/duty/import", content=workbook())
    assert refusal(empty) == (422, "duty_plan_empty")
    assert refusal(client.post("/api/duty/import", content=b"a,b")) == (422, "duty_columns")
    assert client.get("/api/duty/people").json() == {"people": []}


def test_a_roster_of_a_few_megabytes_is_read(api: ApiRig) -> None:
    body = b"\xef\xbb\xbf" + "日期,镇街,岗位,姓名,电话\n".encode() + b"," * 3_000_000
    answer = api.client(Role.MONITOR).post("/api/duty/import", content=body)
    assert refusal(answer) == (422, "duty_plan_empty")
