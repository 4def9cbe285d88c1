"""Work orders over HTTP: opened, called for, told of, closed, and who sees what of them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from crossing_rig import alert_of, fix_of, tower
from httpx2 import Response
from order_rig import (
    AT_RIDGE,
    BESIDE,
    FAR,
    PHONE,
    RIDGE,
    border,
    calls_channel,
    confirm,
    direction,
    limited,
    moment,
    on_duty,
    report,
    step,
    village_place,
)
from photo_rig import jpeg, placed
from route_walk import address, routes
from starlette.testclient import TestClient

from api.auth.roles import Reach, reach_of, role_of
from api.auth.tokens import new_secret, secret_sha256, written
from models.duty import DISTRICT, Post
from models.incident import IncidentState
from models.user import Role, TokenScope, User

TOLD_BY_PEOPLE = {"called", "entries", "link"}


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def ask_open(client: TestClient, fire: int, *townships: str, **more: object) -> Response:
    body = {"incident_id": fire, "townships": list(townships) or None, "note": "看一看"}
    return client.post("/api/orders", json=body, **more)  # type: ignore[arg-type]


def opened(client: TestClient, fire: int, *townships: str) -> list[dict[str, Any]]:
    answer = ask_open(client, fire, *townships)
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()["orders"]
    return found


def tell(client: TestClient, order_id: int, kind: str, **more: object) -> Response:
    return client.post(f"/api/orders/{order_id}/tell", json={"kind": kind, **more})


def states(order: dict[str, Any]) -> dict[str, str]:
    return {one["kind"]: one["state"] for one in order["clocks"]}


def test_people_are_sent_by_hand_and_the_first_is_called_at_once(api: ApiRig) -> None:
    client, channel = api.client(Role.MONITOR), calls_channel(api)
    first = on_duty(api, "网格员", Post.GRID, village=AT_RIDGE)
    fire = report(api, village_place(api))
    before = client.get(f"/api/incidents/{fire}/orders").json()
    assert (before["orders"], [one["township"] for one in before["suggested"]]) == ([], [RIDGE])
    assert before["suggested"][0]["villages"][0]["code"] == AT_RIDGE
    (order,) = opened(client, fire)
    names = {one.code: one.name for one in api.context.land_book.features}
    assert order["township_name"] == names[RIDGE] != ""
    assert order["villages"][0] == {"code": AT_RIDGE, "name": names[AT_RIDGE]}
    assert (order["incident_id"], order["township"], order["state"]) == (fire, RIDGE, "called")
    assert (order["note"], order["closes_at"], order["is_drill"]) == ("看一看", "village", False)
    assert order["probability"] == before["suggested"][0]["probability"]
    assert order["called"] == {
        "person_id": first,
        "name": "网格员",
        "phone": PHONE,
        "post": "grid",
        "number": 1,
        "at": "2026-11-25T03:00:00Z",
        "clock": None,
        "round": 0,
    }
    assert [one["kind"] for one in order["entries"]] == ["opened", "called"]
    assert order["entries"][1]["name"] == "网格员"
    assert order["clocks"] == [
        {
            "kind": kind,
            "limit_s": limit_s,
            "elapsed_s": 0.0,
            "state": "running",
            "due_at": (START + timedelta(seconds=limit_s)).isoformat().replace("+00:00", "Z"),
        }
        for kind, limit_s in (("push", 60.0), ("verify", 180.0), ("leave", 300.0))
    ]
    assert moment(order["next_call_at"]) == START + timedelta(seconds=60)
    assert order["link"]["state"] == "waiting"
    assert moment(order["link"]["expires_at"]) == START + timedelta(hours=12)
    assert [one["channel"] for one in order["pushes"]] == ["calls"]
    assert channel == 1
    number = order["order_id"]
    assert client.get(f"/api/orders/{number}").json() == order
    after = client.get(f"/api/incidents/{fire}/orders").json()
    assert (after["orders"], after["suggested"]) == ([order], [])
    assert client.get("/api/orders").json() == {
        "at": "2026-11-25T03:00:00Z",
        "orders": [order],
        "next_before": None,
    }
    assert refusal(ask_open(client, fire)) == (409, "order_there")
    assert refusal(ask_open(client, fire, RIDGE)) == (409, "order_there")
    (other,) = opened(client, fire, FAR)
    assert (other["probability"], other["villages"]) == (None, [])


def test_clocks_follow_no_change_of_the_servers_clock(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    (order,) = opened(client, report(api, village_place(api)))
    api.clock.advance(45.0)
    api.clock.set_wall(timedelta(minutes=7))
    now = client.get(f"/api/orders/{order['order_id']}").json()
    push = now["clocks"][0]
    assert (push["elapsed_s"], push["state"]) == (45.0, "running")
    assert moment(push["due_at"]) - api.clock.now() == timedelta(seconds=15)
    assert moment(now["next_call_at"]) - api.clock.now() == timedelta(seconds=15)
    seen = tell(client, order["order_id"], "seen").json()
    api.clock.advance(100.0)
    later = client.get(f"/api/orders/{order['order_id']}").json()
    assert seen["clocks"][0] == later["clocks"][0]
    assert later["clocks"][0]["elapsed_s"] == pytest.approx(45.0)
    assert states(later) == {"push": "kept", "verify": "running", "leave": "running"}


def test_the_same_request_opens_nothing_twice_and_keeps_no_telephone(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    on_duty(api, "张三")
    fire = report(api, village_place(api))
    key = {"Idempotency-Key": "a-key-of-mine"}
    first = ask_open(client, fire, headers=key)
    api.clock.advance(5.0)
    again = ask_open(client, fire, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    number = first.json()["orders"][0]["order_id"]
    assert [one["order_id"] for one in again.json()["orders"]] == [number]
    assert len(again.json()["orders"][0]["entries"]) == 2, "nobody is called again"
    for word, body in (
        ("call", {}),
        ("tell", {"kind": "seen"}),
        ("close", {"note": "done"}),
    ):
        key = {"Idempotency-Key": f"a-key-for-{word}"}
        done = client.post(f"/api/orders/{number}/{word}", json=body, headers=key)
        assert done.status_code == 200, done.text
        assert done.headers["cache-control"] == "no-store"
        repeated = client.post(f"/api/orders/{number}/{word}", json=body, headers=key)
        assert repeated.status_code == 200, repeated.text
        assert repeated.json() == done.json()
        kept = api.context.store.answers.find("monitor", f"a-key-for-{word}")
        assert kept is not None
        assert PHONE not in str(kept)
        assert "张三" not in str(kept)
    entries = client.get(f"/api/orders/{number}").json()["entries"]
    assert [one["kind"] for one in entries] == ["opened", "called", "called", "seen", "closed"]


def test_what_is_told_by_telephone_is_written_down(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    fire = report(api, village_place(api))
    confirm(api, fire)
    (order,) = opened(client, fire)
    number, newest = order["order_id"], store.events.latest()
    api.clock.advance(30.0)
    seen = tell(client, number, "seen", note="在路上").json()
    assert (seen["state"], states(seen)["push"]) == ("seen", "kept")
    api.clock.advance(200.0)
    real = tell(client, number, "answered", answer="real", note="浓烟", key="told-1").json()
    assert (real["state"], real["answer"]) == ("answered", "real")
    assert states(real) == {"push": "kept", "verify": "missed", "leave": "running"}
    assert tell(client, number, "answered", answer="real", key="told-1").json() == real
    left, arrived = (tell(client, number, kind).json() for kind in ("left", "arrived"))
    assert (left["state"], states(left)["leave"]) == ("left", "kept")
    assert (arrived["state"], arrived["next_call_at"]) == ("arrived", None)
    said = arrived["entries"][3]
    assert (said["kind"], said["answer"], said["note"]) == ("answered", "real", "浓烟")
    assert (said["author"], said["person_id"], said["told_at"]) == ("monitor", None, None)
    history = client.get(f"/api/incidents/{fire}").json()["entries"]
    notes = [one for one in history if one["kind"] == "noted"]
    assert len(notes) == 1, "the fire is told of the answer, once"
    assert (notes[0]["author"], "是火情" in notes[0]["note"]) == ("monitor", True)
    assert notes[0]["note"].endswith("浓烟")
    kinds = [(one.kind.value, one.subject_id) for one in store.events.after(newest)]
    assert kinds.count(("order.changed", number)) == 4
    assert ("incident.changed", fire) in kinds


def test_an_answer_that_comes_too_late_is_a_note_of_order_and_fire(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    (order,) = opened(client, fire)
    client.post(f"/api/orders/{order['order_id']}/close", json={})
    late = tell(client, order["order_id"], "answered", answer="real").json()
    said = late["entries"][-1]
    assert (late["state"], late["answer"]) == ("closed", None)
    assert (said["kind"], said["answer"]) == ("noted", "real")
    history = client.get(f"/api/incidents/{fire}").json()["entries"]
    assert "是火情" in history[-1]["note"]


@pytest.mark.parametrize(
    ("fire_confirmed", "answer", "state"),
    [(False, "false", "closed"), (False, "handled", "closed"), (True, "false", "answered")],
)
def test_a_general_hazard_does_not_leave_the_grid(
    api: ApiRig, *, fire_confirmed: bool, answer: str, state: str
) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    if fire_confirmed:
        confirm(api, fire)
    (order,) = opened(client, fire)
    assert order["closes_at"] == ("district" if fire_confirmed else "village")
    reason = {"reason": "field_burn"} if answer == "false" else {}
    after = tell(client, order["order_id"], "answered", answer=answer, **reason).json()
    assert (after["state"], after["answer"]) == (state, answer)
    assert set(states(after).values()) == {"kept"}
    assert client.get(f"/api/incidents/{fire}").json()["state"] == (
        "confirmed" if fire_confirmed else "open"
    ), "what the fire is, a monitor says"


def test_who_says_that_it_burns_before_a_monitor_has_comes_first(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    numbers = [
        opened(client, fire, township)[0]["order_id"] for township in (RIDGE, BESIDE, FAR, "")
    ]
    tell(client, numbers[1], "seen")
    tell(client, numbers[2], "seen")
    tell(client, numbers[2], "answered", answer="real")
    tell(client, numbers[3], "seen")
    api.clock.advance(61.0)

    def listed() -> list[int]:
        answer = client.get("/api/orders", params={"state": "open", "limit": 1}).json()
        assert answer["next_before"] is None, "open ones are cut by no number"
        return [one["order_id"] for one in answer["orders"]]

    assert listed() == [numbers[2], numbers[0], numbers[3], numbers[1]]
    confirm(api, fire)
    assert listed() == [numbers[0], numbers[3], numbers[2], numbers[1]]


def test_lists_are_filtered_and_paged(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    other = report(api, border(api), key="told-0002")
    numbers = [opened(client, fire, code)[0]["order_id"] for code in (RIDGE, BESIDE, FAR)]
    numbers += [one["order_id"] for one in opened(client, other)]
    assert client.post(f"/api/orders/{numbers[0]}/close", json={}).json()["state"] == "closed"
    gone = client.post(f"/api/orders/{numbers[2]}/withdraw", json={"note": "弄错了"}).json()
    assert (gone["state"], gone["entries"][-1]["note"]) == ("withdrawn", "弄错了")
    assert gone["link"]["state"] == "revoked"
    assert gone["closed_at"] == "2026-11-25T03:00:00Z"
    assert set(states(gone).values()) == {"void"}

    def asked(**query: object) -> set[int]:
        answer = client.get("/api/orders", params=query)
        assert answer.status_code == 200, answer.text
        return {one["order_id"] for one in answer.json()["orders"]}

    assert asked() == set(numbers)
    assert asked(state="over") == {numbers[0], numbers[2]}
    assert asked(state="open") == set(numbers) - {numbers[0], numbers[2]}
    assert asked(incident_id=fire) == set(numbers[:3])
    assert asked(incident_id=fire, state="open") == {numbers[1]}
    assert asked(township=FAR) == {numbers[2]}
    assert asked(township=FAR, state="open") == set()
    assert asked(township="") == set()
    pages: list[int] = []
    before: int | None = None
    while True:
        query: dict[str, object] = {"limit": 2} | ({} if before is None else {"before": before})
        page = client.get("/api/orders", params=query).json()
        pages += [one["order_id"] for one in page["orders"]]
        before = page["next_before"]
        if before is None:
            break
    assert pages == sorted(numbers, reverse=True)
    for wrong in ({"state": "lost"}, {"limit": 0}, {"limit": 201}, {"before": 0}):
        assert client.get("/api/orders", params=wrong).status_code == 422
    assert client.get("/api/orders", params={"incident_id": 99}).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "answered"}, "order_told"),
        ({"kind": "seen", "answer": "real"}, "order_told"),
        ({"kind": "answered", "answer": "real", "reason": "fog"}, "order_told"),
        ({"kind": "noted"}, "order_told"),
        ({"kind": "noted", "note": "\0"}, "order_note"),
        ({"kind": "called"}, "input_refused"),
        ({"kind": "closed"}, "input_refused"),
        ({"kind": "answered", "answer": "maybe"}, "input_refused"),
        ({"kind": "noted", "photo": "x"}, "input_refused"),
        ({"kind": "noted", "photo": "0" * 64 + ".jpg"}, "photo_unknown"),
    ],
)
def test_what_nobody_can_tell_is_refused(api: ApiRig, body: dict[str, object], code: str) -> None:
    client = api.client(Role.MONITOR)
    (order,) = opened(client, report(api, village_place(api)))
    answer = client.post(f"/api/orders/{order['order_id']}/tell", json=body)
    assert refusal(answer) == (422, code)
    assert client.get(f"/api/orders/{order['order_id']}").json() == order


def test_what_cannot_be_opened_is_refused(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire, other = report(api, village_place(api)), direction(api, village_place(api), "told-0002")
    assert refusal(ask_open(client, 99)) == (404, "not_found")
    assert refusal(ask_open(client, fire, "999001099")) == (422, "duty_township")
    body = {"incident_id": fire, "townships": []}
    assert client.post("/api/orders", json=body).status_code == 422
    api.context.store.incident_joins.merge(other, fire, author="monitor")
    assert refusal(ask_open(client, other, RIDGE)) == (409, "incident_merged")
    step(api, fire, IncidentState.ACKNOWLEDGED)
    (order,) = opened(client, fire, RIDGE, RIDGE)
    assert client.get(f"/api/incidents/{other}/orders").json()["orders"] == [order], "one fire"
    confirm(api, fire)
    step(api, fire, IncidentState.CLOSED)
    assert refusal(ask_open(client, fire)) == (409, "order_fire_settled")
    assert refusal(ask_open(client, fire, BESIDE)) == (409, "order_fire_settled")
    assert client.get(f"/api/incidents/{fire}/orders").json()["suggested"] == []


def test_drills_can_be_given_by_hand(api: ApiRig) -> None:
    client, eye = api.client(Role.MONITOR), tower("t3-drill", -84.3725, 36.2225)
    fire = alert_of(api, eye, fix_of(eye, (-84.30, 36.25))).incident_id
    (order,) = opened(client, fire)
    assert (order["is_drill"], order["township"], order["probability"]) == (True, DISTRICT, 1.0)
    assert (order["called"]["person_id"], order["called"]["name"]) == (None, "")


def test_somebody_is_called_by_name_or_the_next_one(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    people = [on_duty(api, f"队{number}", deputy=number) for number in range(3)]
    off = on_duty(api, "别处", township=FAR)
    (order,) = opened(client, report(api, village_place(api)))
    call = f"/api/orders/{order['order_id']}/call"
    for body, wanted, round_ in (
        ({"person_id": people[2]}, people[2], 0),
        ({}, people[1], 0),
        ({"person_id": None}, None, 0),
        ({"person_id": people[2]}, people[2], 1),
        ({"person_id": off}, off, 0),
        ({}, people[0], 1),
    ):
        after = client.post(call, json=body)
        assert after.status_code == 200, after.text
        called = after.json()["called"]
        assert (called["person_id"], called["round"], called["clock"]) == (wanted, round_, None)
    assert after.json()["called"]["number"] == 7
    assert client.post(call, json={"person_id": 99}).status_code == 404
    api.context.store.duty.remove_person(off, author="t")
    assert refusal(client.post(call, json={"person_id": off})) == (409, "duty_person_gone")
    shown = client.get(f"/api/orders/{order['order_id']}").json()
    assert len(shown["entries"]) == 8
    client.post(f"/api/orders/{order['order_id']}/close", json={})
    assert refusal(client.post(call, json={})) == (409, "order_over")
    assert refusal(client.post(f"/api/orders/{order['order_id']}/close", json={})) == (
        409,
        "order_over",
    )
    assert refusal(tell(client, order["order_id"], "seen")) == (409, "order_over")


def test_a_link_is_read_out_and_that_it_was_is_kept(api: ApiRig) -> None:
    client, store = api.client(Role.MONITOR), api.context.store
    person = on_duty(api, "张三")
    (order,) = opened(client, report(api, village_place(api)))
    path = f"/api/orders/{order['order_id']}/link"
    answer = client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["url"].partition("#t=")[2]
    link = store.orders.link_of_call(order["entries"][1]["entry_id"])
    assert link is not None
    assert api.context.links.opens(token, link)
    (deed,) = store.audit.entries(1)
    assert (deed.actor, deed.action, deed.subject) == ("monitor", "link.shown", str(link.link_id))
    assert deed.details == {"of": f"order {order['order_id']}", "person": person}
    assert token not in str(store.audit.entries(50))
    assert client.get("/api/orders/99/link").status_code == 404
    client.post(f"/api/orders/{order['order_id']}/close", json={})
    assert refusal(client.get(path)) == (409, "order_over")
    # One that was opened and not called yet, as after a crash in between.
    fire = report(api, border(api), key="told-0002")
    incident = store.incidents.get(fire)
    draft = api.context.orders.assigner.of(incident)[0].draft(incident, cause="hand:t:1")
    (bare,) = store.orders.open([draft], author="t")
    assert refusal(client.get(f"/api/orders/{bare.order_id}/link")) == (409, "order_no_link")
    told = client.get(f"/api/orders/{bare.order_id}").json()
    assert (told["called"], told["link"], told["next_call_at"]) == (None, None, None)


def test_photos_are_shown_with_what_they_tell(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    (order,) = opened(client, fire)
    number = order["order_id"]
    for data, is_placed in ((placed(), True), (jpeg(), False)):
        sent = client.post(f"/api/incidents/{fire}/photos", content=data)
        assert sent.status_code == 200, sent.text
        token = sent.json()["photo"]
        after = tell(client, number, "noted", photo=token).json()
        photo = after["entries"][-1]["photo"]
        assert (photo["lon_deg"] is not None, photo["taken_at"] is not None) == (
            is_placed,
            is_placed,
        )
        got = client.get(photo["url"])
        assert (got.content, got.headers["content-type"]) == (data, "image/jpeg")
        assert client.get(photo["url"].replace(".jpg", ".png")).status_code == 404
        noted = client.get(f"/api/incidents/{fire}").json()["entries"][-1]
        assert client.get(noted["photo"]["url"]).content == data, "it is the fire's as well"
    assert client.get(f"/api/orders/{number}/photos/1.jpg").status_code == 404
    assert refusal(limited(api, FAR).get(photo["url"])) == (403, "outside_townships")


def test_viewers_and_programs_are_not_told_of_people(api: ApiRig) -> None:
    monitor, store = api.client(Role.MONITOR), api.context.store
    on_duty(api, "张三")
    fire = report(api, village_place(api))
    (order,) = opened(monitor, fire)
    secret = new_secret()
    token = store.tokens.add(
        "screen",
        secret_sha256(secret),
        role=Role.MONITOR,
        scopes=(TokenScope.INCIDENTS,),
        townships=(),
        expires_at=api.clock.now() + timedelta(days=1),
        actor="admin",
    )
    program = api.client()
    program.headers["Authorization"] = f"Bearer {written(token.token_id, secret)}"
    of_fire, viewer = f"/api/incidents/{fire}/orders", api.client(Role.VIEWER)
    for client in (viewer, program):
        answer = client.get(of_fire)
        assert answer.status_code == 200
        for word in (PHONE, "张三"):
            assert word not in answer.text
        seen = answer.json()["orders"][0]
        assert (seen["link"], seen["called"]["name"], seen["called"]["phone"]) == (None, "", None)
        assert {key: seen[key] for key in seen.keys() - TOLD_BY_PEOPLE} == {
            key: order[key] for key in order.keys() - TOLD_BY_PEOPLE
        }
    assert viewer.get("/api/orders").json()["orders"] == [seen]
    assert viewer.get(f"/api/orders/{order['order_id']}").json() == seen
    assert refusal(program.get("/api/orders")) == (403, "token_scope")
    removed = order["called"]["person_id"]
    store.duty.remove_person(removed, author="t")
    called = monitor.get(of_fire).json()["orders"][0]["called"]
    assert (called["name"], called["phone"]) == ("张三", None)
    assert PHONE not in str(store.audit.entries(50))


def test_people_of_a_township_see_and_act_on_its_orders_only(api: ApiRig) -> None:
    whole, mine = api.client(Role.MONITOR), limited(api, RIDGE)
    outside = (403, "outside_townships")
    on_duty(api, "区值班", Post.COMMITTEE, DISTRICT)
    stranger = on_duty(api, "别处", township=FAR)
    fire = report(api, border(api), sigma_m=400.0)
    suggested = mine.get(f"/api/incidents/{fire}/orders").json()["suggested"]
    assert [one["township"] for one in suggested] == [RIDGE]
    (own,) = opened(mine, fire)
    assert own["township"] == RIDGE
    others = [one["order_id"] for one in opened(whole, fire, BESIDE, DISTRICT)]
    for query in ({}, {"state": "open"}, {"state": "open", "incident_id": fire}):
        seen = mine.get("/api/orders", params=query).json()["orders"]
        assert [one["order_id"] for one in seen] == [own["order_id"]]
    seen = mine.get(f"/api/incidents/{fire}/orders").json()["orders"]
    assert [one["order_id"] for one in seen] == [own["order_id"]]
    for township in (BESIDE, DISTRICT):
        answer = mine.get("/api/orders", params={"township": township})
        assert refusal(answer) == outside
        assert refusal(ask_open(mine, fire, township)) == outside
    bodies: dict[str, object] = {"tell": {"kind": "seen"}, "call": {}, "close": {}, "withdraw": {}}
    before = [api.context.store.orders.get(number) for number in others]
    for number in others:
        assert refusal(mine.get(f"/api/orders/{number}")) == outside
        assert refusal(mine.get(f"/api/orders/{number}/link")) == outside
        for word, body in bodies.items():
            assert refusal(mine.post(f"/api/orders/{number}/{word}", json=body)) == outside
    assert [api.context.store.orders.get(number) for number in others] == before
    call = f"/api/orders/{own['order_id']}/call"
    assert refusal(mine.post(call, json={"person_id": stranger})) == outside
    for word, body in bodies.items():
        answer = mine.post(f"/api/orders/{own['order_id']}/{word}", json=body)
        assert answer.status_code == (409 if word == "withdraw" else 200), answer.text
    user = User("x", Role.MONITOR, "", must_change_password=False, townships=(RIDGE,))
    scope = api.context.scopes.of(user, api.context.store, api.context.land_book.moment)
    told = {
        one.subject_id
        for one in api.context.store.events.after(0)
        if one.kind.startswith("order.") and scope.sees_event(one)
    }
    assert told == {own["order_id"]}


def test_every_route_of_orders_is_refused_to_others(api: ApiRig) -> None:
    fire = report(api, village_place(api))
    opened(api.client(Role.MONITOR), fire)
    far, asked = limited(api, FAR), 0
    bodies = {
        "orders": {"incident_id": fire},
        "tell": {"kind": "seen"},
        **{word: {} for word in ("call", "close", "withdraw")},
    }
    for method, route in routes(api):
        if not route.path.startswith("/api/orders"):
            continue
        assert reach_of(route.dependant) is Reach.SCOPED
        assert role_of(route.dependant) is not None
        body = {} if method == "GET" else {"json": bodies[route.path.rsplit("/", 1)[1]]}
        answer = far.request(method, address(route), **body)  # type: ignore[arg-type]
        if (method, route.path) == ("GET", "/api/orders"):
            assert answer.json()["orders"] == []
        else:
            assert refusal(answer) == (403, "outside_townships"), (method, route.path)
        asked += 1
    assert asked >= 9
    entries = api.context.store.orders.get(1).entries
    assert len(entries) == 2, "nothing was done"


def test_health_tells_of_orders_that_nobody_has(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    (order,) = opened(client, fire)
    opened(client, fire, FAR)

    def health() -> dict[str, Any]:
        found: dict[str, Any] = api.client().get("/api/health").json()["orders"]
        return found

    assert (health()["open"], health()["unanswered"]) == (2, 0)
    api.clock.advance(61.0)
    assert (health()["open"], health()["unanswered"]) == (2, 2)
    tell(client, order["order_id"], "seen")
    assert (health()["open"], health()["unanswered"], health()["stands_still"]) == (2, 1, False)


def test_no_answer_of_orders_is_kept_by_anybody(api: ApiRig) -> None:
    client = api.client(Role.MONITOR)
    fire = report(api, village_place(api))
    opened(client, fire)
    for path in (
        "/api/orders",
        "/api/orders/1",
        "/api/orders/1/link",
        f"/api/incidents/{fire}/orders",
    ):
        assert client.get(path).headers["cache-control"] == "no-store", path
    document = json.dumps(client.get("/api/openapi.json").json())
    assert re.search(r"/api/orders/\{order_id\}/tell", document)
