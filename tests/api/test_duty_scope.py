"""Whose rows of the roster somebody sees and writes: their townships'; the district's to read."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from api_rig import PASSWORDS, START, ApiRig
from httpx2 import Response
from route_walk import address, routes
from starlette.testclient import TestClient

from api.auth.roles import Reach, reach_of, role_of
from models.alert import Alert
from models.duty import DISTRICT, LeaveDraft, PersonDraft, Post, ShiftDraft
from models.user import Role, User

MINE, OTHER = "999001006", "999001001"
"""The township of the red ridge, and one far from it."""

FROM, UNTIL = START - timedelta(hours=1), START + timedelta(hours=1)
ASKED = {"from": FROM.isoformat(), "until": UNTIL.isoformat()}
SPAN = {"from_at": FROM.isoformat(), "until_at": UNTIL.isoformat()}


@pytest.fixture
def people(api: ApiRig) -> dict[str, int]:
    """One of each: number by township, each with shift and leave of that number."""
    store, found = api.context.store.duty, {}
    for township in (DISTRICT, MINE, OTHER):
        draft = PersonDraft(f"员{township}", "13800001234", Post.TEAM, township)
        number = store.add_person(draft, author="t").person_id
        store.add_shifts([ShiftDraft(number, FROM, UNTIL)], author="t")
        later = UNTIL - timedelta(minutes=1)
        store.add_leave(LeaveDraft(number, later, UNTIL), author="t")
        found[township] = number
    assert list(found.values()) == [1, 2, 3]
    return found


@pytest.fixture
def limited(api: ApiRig) -> TestClient:
    """A monitor of one township."""
    known = api.context.store.users.get("monitor")
    assert known is not None
    user = User(
        "of-mine",
        Role.MONITOR,
        known.password_hash,
        must_change_password=False,
        townships=(MINE,),
    )
    api.context.store.users.add(user, actor="t")
    client = api.client()
    body = {"name": "of-mine", "password": PASSWORDS[Role.MONITOR]}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


OUTSIDE = (403, "outside_townships")


def test_every_route_of_it_asks_the_scope_and_is_for_monitors(api: ApiRig) -> None:
    found = [(method, one) for method, one in routes(api) if one.path.startswith("/api/duty")]
    assert len(found) == 13
    viewer = api.client(Role.VIEWER)
    for method, route in found:
        assert reach_of(route.dependant) is Reach.SCOPED, route.path
        assert role_of(route.dependant) is Role.MONITOR, route.path
        assert viewer.request(method, address(route)).status_code == 403, route.path


def test_somebody_of_a_township_reads_theirs_and_the_districts(
    limited: TestClient, people: dict[str, int]
) -> None:
    theirs = [people[DISTRICT], people[MINE]]
    for kind in ("people", "shifts", "leaves"):
        rows = limited.get(f"/api/duty/{kind}", params=ASKED).json()[kind]
        assert [one["person_id"] for one in rows] == theirs, kind
    for kind in ("people", "shifts"):
        for township, seen in ((DISTRICT, 1), (MINE, 1)):
            asked = {**ASKED, "township": township}
            assert len(limited.get(f"/api/duty/{kind}", params=asked).json()[kind]) == seen
        asked = {**ASKED, "township": OTHER}
        assert refusal(limited.get(f"/api/duty/{kind}", params=asked)) == OUTSIDE


def test_they_are_told_whom_to_call_at_home_only(
    limited: TestClient, people: dict[str, int]
) -> None:
    now = limited.get("/api/duty/now").json()["places"]
    assert [one["township"] for one in now] == ["", MINE]
    seen = {one["person_id"] for place in now for one in place["people"]}
    assert seen == {people[DISTRICT], people[MINE]}
    assert limited.get(f"/api/duty/now?township={MINE}").status_code == 200
    assert limited.get("/api/duty/now?township=").status_code == 200
    assert refusal(limited.get(f"/api/duty/now?township={OTHER}")) == OUTSIDE
    gaps = limited.get("/api/duty/gaps", params=ASKED).json()["gaps"]
    assert {one["township"] for one in gaps} == {MINE}


def test_of_a_fire_they_are_told_their_own_township(
    api: ApiRig, limited: TestClient, people: dict[str, int], burn: Callable[[], Alert]
) -> None:
    number = burn().incident_id
    whole = api.client(Role.MONITOR).get(f"/api/duty/now?incident_id={number}").json()["places"]
    mine = limited.get(f"/api/duty/now?incident_id={number}").json()["places"]
    assert mine == [one for one in whole if one["township"] in ("", MINE)]
    assert [one["person_id"] for one in mine[0]["people"]] == [people[MINE], people[DISTRICT]]
    known = api.context.store.users.get("monitor")
    assert known is not None
    far = User(
        "far", Role.MONITOR, known.password_hash, must_change_password=False, townships=(OTHER,)
    )
    api.context.store.users.add(far, actor="t")
    client = api.client()
    client.post("/api/session", json={"name": "far", "password": PASSWORDS[Role.MONITOR]})
    assert refusal(client.get(f"/api/duty/now?incident_id={number}")) == OUTSIDE


@pytest.mark.parametrize("township", [DISTRICT, OTHER])
def test_they_write_nothing_of_others_and_nothing_of_the_district(
    api: ApiRig, limited: TestClient, people: dict[str, int], township: str
) -> None:
    number = people[township]
    body = {"name": "新", "phone": "13900001111", "post": "team", "township": township}
    before = api.context.store.duty.roster(FROM, UNTIL)
    assert refusal(limited.post("/api/duty/people", json=body)) == OUTSIDE
    home = body | {"township": MINE}
    assert refusal(limited.put(f"/api/duty/people/{number}", json=home)) == OUTSIDE
    assert refusal(limited.put(f"/api/duty/people/{people[MINE]}", json=body)) == OUTSIDE
    for kind in ("shifts", "leaves"):
        assert refusal(limited.post(f"/api/duty/{kind}", json={"person_id": number, **SPAN})) == (
            OUTSIDE
        )
    for kind in ("people", "shifts", "leaves"):
        assert refusal(limited.delete(f"/api/duty/{kind}/{number}")) == OUTSIDE
    assert api.context.store.duty.roster(FROM, UNTIL) == before


def test_they_write_their_own(limited: TestClient, people: dict[str, int]) -> None:
    number = people[MINE]
    body = {"name": "新", "phone": "13900001111", "post": "station", "township": MINE}
    assert limited.put(f"/api/duty/people/{number}", json=body).status_code == 200
    assert limited.post("/api/duty/shifts", json={"person_id": number, **SPAN}).status_code == 201
    for kind in ("leaves", "shifts", "people"):
        assert limited.delete(f"/api/duty/{kind}/{number}").status_code == 204


def test_rows_of_others_are_left_out_of_their_file(
    api: ApiRig, limited: TestClient, people: dict[str, int]
) -> None:
    def row(township: str) -> str:
        return f"2026-11-25,{township},队,甲,13900001111\n"

    table = "日期,镇街,岗位,姓名,电话\n" + row(OTHER) + row(MINE) + row("全区")
    answer = limited.post("/api/duty/import", content=table.encode()).json()
    assert (answer["people_new"], answer["shifts_new"]) == (1, 1)
    assert [(one["row"], one["column"], one["code"]) for one in answer["refused"]] == [
        (2, "镇街", "outside_townships"),
        (4, "镇街", "outside_townships"),
    ]
    there = api.context.store.duty.people()
    assert [one.draft.township for one in there if one.draft.name == "甲"] == [MINE]
    kept = {one.draft.person_id for one in api.context.store.duty.shifts(FROM, UNTIL)}
    assert {people[OTHER], people[DISTRICT]} <= kept
