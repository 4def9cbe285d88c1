"""The handover over HTTP: what a page tells, who signs it, and what nobody signs."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from api_rig import PASSWORDS, START, ApiRig
from crossing_rig import alert_of, fix_of, tower
from httpx2 import Response
from patrol_rig import HeadTurner
from patrol_rig import setup_of as patrolling
from ptz_sim import head_of
from ptz_world import Target
from run_rig import keep_sweep, lead
from starlette.testclient import TestClient

from api.auth.passwords import hash_password
from api.auth.roles import COOKIE
from api.flights.room import FlightRoom
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.patrol import PatrolDesk, patrol_of
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from geo.locate import Locator
from geo.relief import drill_relief
from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.config.drones import DronesRule
from models.duty import DISTRICT, PersonDraft, Post, ShiftDraft
from models.flight import RunReason, RunState
from models.handover import HandoverSection
from models.incident import DismissReason
from models.land import Layer
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.order import Answer, ClosesAt, OrderDraft, OrderEntryKind, Told
from models.patrol import DangerClass
from models.pose_state import PoseState
from models.times import Times
from models.user import Role, User

HOUR = timedelta(hours=1)
RIDGE = "999001006"
PHONE = "13800001234"
WORD = "wang-wang-wang"
TOWER, PLUME = tower("t3-drill", -84.3725, 36.2225), (-84.3061900, 36.2463033)
FIX = fix_of(TOWER, PLUME, locator=Locator(drill_relief()))


@pytest.fixture
def client(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


def colleague(api: ApiRig, name: str = "wang", **more: Any) -> User:  # noqa: ANN401
    """Somebody who can begin a shift."""
    values = {"role": Role.MONITOR, "must_change_password": False, **more}
    user = User(name, password_hash=hash_password(WORD), **values)
    api.context.store.users.add(user, actor="t")
    return user


def signed_in(api: ApiRig, name: str = "wang") -> TestClient:
    client = api.client()
    answer = client.post("/api/session", json={"name": name, "password": WORD})
    assert answer.status_code == 200
    return client


def draft(client: TestClient) -> dict[str, Any]:
    answer = client.get("/api/handovers/draft")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def give(client: TestClient, remark: str = "", **more: object) -> dict[str, Any]:
    body = {"remark": remark, "until_at": draft(client)["until_at"], **more}
    answer = client.post("/api/handovers", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def take(client: TestClient, number: int = 1, **body: object) -> Response:
    return client.post(f"/api/handovers/{number}/take", json=body)


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def section(page: dict[str, Any], wanted: HandoverSection) -> list[dict[str, Any]]:
    return [one for one in page["items"] if one["section"] == wanted]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_first_page_is_of_twelve_hours_and_says_what_nobody_knows(
    api: ApiRig, client: TestClient
) -> None:
    page = draft(client)
    assert (at(page["from_at"]), at(page["until_at"])) == (START - 12 * HOUR, START)
    order = [HandoverSection(one["section"]) for one in page["items"]]
    assert order == sorted(order, key=list(HandoverSection).index)
    assert set(order) == {HandoverSection.CAMERAS, HandoverSection.DUTY, HandoverSection.WEATHER}
    weather = [(one["subject"], one["state"], one["value"]) for one in page["items"][-2:]]
    assert weather == [("danger", "unknown", None), ("wind_speed_m_s", "unknown", None)]
    assert api.context.store.handovers.last() is None, "a draft is written nowhere"


def township_of(api: ApiRig, lon_deg: float, lat_deg: float) -> str:
    """By shapely alone."""
    point = shapely.Point(lon_deg, lat_deg)
    (name,) = [
        one.name
        for one in api.context.land_book.features
        if one.layer is Layer.TOWNSHIP and one.geometry.contains(point)
    ]
    return name


def test_open_fires_are_told_with_state_and_townships(api: ApiRig, client: TestClient) -> None:
    alert = alert_of(api, TOWER, FIX)
    (fire,) = section(draft(client), HandoverSection.FIRES)
    incident = api.context.store.incidents.get(alert.incident_id)
    assert (fire["subject"], fire["state"]) == (str(alert.incident_id), "open")
    assert at(fire["since"]) == incident.first_seen_at
    assert fire["is_drill"] is incident.is_drill
    assert fire["text"].split("、")[0] == township_of(api, *PLUME)
    step = {"expected_state": "open", "to_state": "dismissed", "reason": "fog"}
    step_to = f"/api/incidents/{alert.incident_id}/steps"
    assert client.post(step_to, json=step).status_code in {200, 201}
    assert section(draft(client), HandoverSection.FIRES) == []


def test_orders_that_nobody_has_answered_are_told_with_what_is_overdue(
    api: ApiRig, client: TestClient
) -> None:
    number = alert_of(api, TOWER, FIX).incident_id
    orders = api.context.store.orders
    wanted = [
        OrderDraft(number, township, (), 0.5, ClosesAt.DISTRICT, f"hand:{township}")
        for township in (RIDGE, DISTRICT)
    ]
    first, second = orders.open(wanted, author="monitor")
    api.clock.advance(61.0)  # the first clock has run out
    names = {one.code: one.name for one in api.context.land_book.features}
    told = section(draft(client), HandoverSection.ORDERS)
    assert sorted((one["subject"], one["state"], one["text"], one["value"]) for one in told) == [
        (str(first.order_id), "called", names[RIDGE], 1.0),
        (str(second.order_id), "called", "", 1.0),
    ]
    assert {(at(one["since"]), one["incident_id"]) for one in told} == {(START, number)}
    orders.tell(first.order_id, Told(OrderEntryKind.SEEN), author="duty:1")
    api.clock.advance(200.0)
    told = {one["subject"]: one for one in section(draft(client), HandoverSection.ORDERS)}
    seen, called = told[str(first.order_id)], told[str(second.order_id)]
    assert (seen["state"], seen["value"]) == ("seen", 1.0), "the push was stopped, too late"
    assert (called["state"], called["value"]) == ("called", 2.0)
    answered = Told(OrderEntryKind.ANSWERED, answer=Answer.REAL)
    orders.tell(first.order_id, answered, author="duty:1")
    orders.withdraw(second.order_id, author="monitor")
    assert section(draft(client), HandoverSection.ORDERS) == []


def stopped(api: ApiRig, camera_id: str) -> Gateway:
    """A camera that shows black pictures only."""

    def refuse() -> None:
        raise RuntimeError

    gateway = Gateway(
        api.context.store.cameras.get(camera_id),
        0,
        refuse,  # type: ignore[arg-type]
        bus=MemoryBus(api.clock, 30.0),
        ring=FrameRing(1000, 1),
        clock=api.clock,
        random=lambda: 0.0,
        clean=SecretFilter().clean,
    )
    gateway._refuse("black", "The picture is black all over.")
    return gateway


def test_cameras_that_do_not_see_are_told_whatever_the_reason(
    api: ApiRig, client: TestClient
) -> None:
    context = api.context
    cameras = {one.camera_id: one for one in context.store.cameras.all()}
    told = section(draft(client), HandoverSection.CAMERAS)
    assert [(one["subject"], one["state"]) for one in told] == [
        (key, "disabled") for key in cameras
    ]
    assert [one["text"] for one in told] == [one.name for one in cameras.values()]
    context.gateways["t1-red"] = stopped(api, "t1-red")
    preset = cameras["t1-red"].presets[0]
    reference = PoseReference(
        "t1-red", preset.number, preset.pose, START, 1920, 1080, "a.jpg", calibrated=False
    )
    drift = PoseCheck(
        "t1-red", preset.number, START, CheckOutcome.DRIFTED, 5, 3.0, -4.0, 0.0, 0.0, "a.jpg"
    )
    state = PoseState(reference, drift, START, drift)
    context.poses.put("t1-red", preset.number, state)
    red = [
        (one["state"], at(one["since"]), one["value"])
        for one in section(draft(client), HandoverSection.CAMERAS)
        if one["subject"] == "t1-red"
    ]
    assert red == [("degraded", START, None), ("drifted", START, 5.0)]
    context.poses.put("t1-red", preset.number, PoseState(reference, known_at=START - 200 * HOUR))
    (unchecked,) = [
        one
        for one in section(draft(client), HandoverSection.CAMERAS)
        if one["state"] == "unchecked"
    ]
    assert unchecked["subject"] == "t1-red"
    assert (unchecked["state"], unchecked["value"]) == ("unchecked", None)
    assert at(unchecked["since"]) == START - 200 * HOUR


@pytest.mark.parametrize("is_on", [True, False])
def test_a_camera_that_somebody_steers_or_whose_tour_is_off_is_told(
    api: ApiRig, *, is_on: bool
) -> None:
    targets = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0)}
    setup = patrolling(targets, is_on=is_on)
    api.context.store.links.put(setup, actor="t")
    desk = PatrolDesk(api.context.store, api.clock)
    assert setup.patrol is not None
    parts = patrol_of(
        setup, setup.patrol, desk=desk, clock=api.clock, random=lambda: 0.5,
        zone=ZoneInfo("Asia/Shanghai"), turner=HeadTurner(head_of(targets)),
    )  # fmt: skip
    desk.joined(parts.round)
    rig = replace(api, context=replace(api.context, patrols=desk))
    client = rig.client(Role.MONITOR)

    def north() -> list[tuple[str, str]]:
        for _ in range(6):  # a round begins
            asyncio.run(desk.step())
            asyncio.run(parts.round.step())
            api.clock.advance(0.5)
        told = section(draft(client), HandoverSection.CAMERAS)
        found = [(one["state"], one["text"]) for one in told if one["subject"] == "north"]
        assert found.pop(0) == ("disabled", "North"), "no gateway reads it"
        return found

    assert north() == ([] if is_on else [("patrol_off", "North")])
    api.context.store.patrols.take("north", "li", HOUR)
    api.clock.advance(2.0)
    assert north() == [("steered", "North · li")]
    (steered,) = [
        one for one in section(draft(client), HandoverSection.CAMERAS) if one["state"] == "steered"
    ]
    assert at(steered["until_at"]) - at(steered["since"]) == HOUR


def burn(begins: timedelta, ends: timedelta, **more: Any) -> LedgerDraft:  # noqa: ANN401
    values: dict[str, Any] = {
        "kind": EntryKind.BURN,
        "place": GroundPlace(PLUME[0], PLUME[1], 150.0),
        "from_at": START + begins,
        "until_at": START + ends,
        "times": Times(),
        "reason": DismissReason.REGISTERED_BURN,
        "reported_by": "村委会",
        "note": "",
        "responsible": f"张三 {PHONE}",
        "phone": PHONE,
        **more,
    }
    return LedgerDraft(**values)


def test_burns_in_force_or_of_the_next_shift_are_told_without_telephones(
    api: ApiRig, client: TestClient
) -> None:
    ledger = api.context.store.ledger
    coming = ledger.add(burn(11 * HOUR, 13 * HOUR), author="m")
    running = ledger.add(burn(-HOUR, HOUR, responsible=""), author="m")
    ledger.add(burn(12 * HOUR, 14 * HOUR), author="m")  # after the next shift
    ledger.end(ledger.add(burn(-HOUR, HOUR), author="m").entry_id, author="m")
    nuisance = burn(
        -HOUR, HOUR, kind=EntryKind.NUISANCE, place=ViewPlace("t1-red", 0, 0.1, 0.1, 0.2, 0.2),
        reported_by="", responsible="", phone="",
    )  # fmt: skip
    ledger.add(nuisance, author="m")
    township = township_of(api, *PLUME)
    told = section(draft(client), HandoverSection.BURNS)
    assert [(one["subject"], one["state"], one["text"], one["value"]) for one in told] == [
        (str(running.entry_id), "in_force", f"{township} · 村委会", 150.0),
        (str(coming.entry_id), "coming", f"{township} · 张三 […]", 150.0),
    ]
    assert at(told[1]["until_at"]) == START + 13 * HOUR
    assert PHONE not in json.dumps(give(client))
    assert PHONE not in str(api.context.store.handovers.last())


def test_channels_that_fail_are_told_and_those_that_failed_once_are_not(
    api: ApiRig, client: TestClient
) -> None:
    body = {
        "name": "指挥群", "kind": "webhook", "options": {"address": "http://127.0.0.1:9/hook"},
        "secrets": {"signing_key": "hush-7788"},
    }  # fmt: skip
    made = api.client(Role.ADMIN).post("/api/notices/channels", json=body).json()["channel_id"]
    channels = api.context.store.channels
    for expected in ([], [], [("指挥群", "unreachable", 0.0)]):
        channels.tested(made, actor="admin", error="unreachable")
        told = section(draft(client), HandoverSection.NOTICES)
        assert [(one["text"], one["state"], one["value"]) for one in told] == expected
    assert at(told[0]["since"]) == START
    channels.tested(made, actor="admin", error="")
    assert section(draft(client), HandoverSection.NOTICES) == []


def test_posts_that_nobody_staffs_in_the_next_shift_are_told(
    api: ApiRig, client: TestClient
) -> None:
    duty = api.context.store.duty
    for post in (Post.TEAM, Post.STATION, Post.COMMITTEE):
        number = duty.add_person(PersonDraft("张三", PHONE, post, RIDGE), author="m").person_id
        ends = START + (8 if post is Post.TEAM else 12) * HOUR
        duty.add_shifts([ShiftDraft(number, START - HOUR, ends)], author="m")
    told = section(draft(client), HandoverSection.DUTY)
    (hole,) = [one for one in told if one["subject"] == RIDGE]
    assert hole["state"] == "team"
    assert (at(hole["since"]), at(hole["until_at"])) == (START + 8 * HOUR, START + 12 * HOUR)
    names = {one.code: one.name for one in api.context.land_book.features}
    assert hole["text"] == names[RIDGE]
    assert len(told) == 1 + 3 * (len({one["subject"] for one in told}) - 1)
    assert PHONE not in json.dumps(told)


def test_danger_and_wind_are_told_with_their_age(api: ApiRig, client: TestClient) -> None:
    store = api.context.store
    store.patrols.enter_danger(DangerClass.HIGH, author="m")
    store.winds.enter(0.0, 0.0, author="m")  # a calm, from the north: zeros are values

    def told(by: TestClient) -> list[tuple[str, str, float]]:
        found = section(draft(by), HandoverSection.WEATHER)
        assert {at(one["since"]) for one in found} == {START}
        return [(one["subject"], one["state"], one["value"]) for one in found]

    assert told(client) == [
        ("danger", "entered", float(DangerClass.HIGH)),
        ("wind_speed_m_s", "entered", 0.0),
        ("wind_from_deg", "entered", 0.0),
    ]
    api.clock.advance(50 * 3600.0)
    later = told(api.client(Role.MONITOR))
    assert [state for _, state, _ in later] == ["stale"] * 3


def test_two_sign_in_their_own_sessions_and_the_next_page_begins_where_this_one_ends(
    api: ApiRig, client: TestClient
) -> None:
    colleague(api)
    first = give(client, " 二号塔镜头有水 ")
    assert (first["handover_id"], first["remark"], first["given_by"]) == (
        1, "二号塔镜头有水", "monitor",
    )  # fmt: skip
    assert (first["taken_by"], first["taken_at"], first["taken_remark"]) == ("", None, "")
    assert client.get("/api/handovers").json()["untaken"] == 1
    api.clock.advance(120.0)
    answer = take(signed_in(api), remark="已知悉")
    assert answer.status_code == 200
    signed = {**first, "taken_by": "wang", "taken_at": "2026-11-25T03:02:00Z"}
    assert answer.json() == {**signed, "taken_remark": "已知悉"}
    assert client.get("/api/handovers/1").json() == answer.json()
    listed = client.get("/api/handovers").json()
    head = {name: value for name, value in answer.json().items() if name != "items"}
    assert listed == {"handovers": [head], "untaken": 0, "next_before": None}
    api.clock.advance(3600.0)
    page = draft(client)
    assert at(page["from_at"]) == START
    assert at(page["until_at"]) == api.clock.now()


def test_the_second_signs_with_their_password_at_the_same_console(
    api: ApiRig, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    colleague(api)
    give(client)
    before = client.cookies[COOKIE]
    key = {"Idempotency-Key": "a-key-of-mine"}
    body = {"name": "wang", "password": WORD, "remark": ""}
    answer = client.post("/api/handovers/1/take", json=body, headers=key)
    assert (answer.status_code, answer.json()["taken_by"]) == (200, "wang")
    assert "set-cookie" not in answer.headers
    assert client.cookies[COOKIE] == before
    assert client.get("/api/session").json()["name"] == "monitor", "nobody else is signed in"
    deed = api.context.store.audit.entries(1)[0]
    assert (deed.actor, deed.action, deed.details) == (
        "wang", "handover.taken", {"giver": "monitor", "session": "monitor"},
    )  # fmt: skip
    assert api.context.store.answers.find("monitor", "a-key-of-mine") is None, (
        "a hash of the request would be a fast hash of the password"
    )
    folder = api.context.settings.data_dir
    stored = b"".join(file.read_bytes() for file in folder.glob("firewatch.db*"))
    assert b"handover.taken" in stored
    assert WORD.encode() not in stored
    assert WORD not in caplog.text + answer.text + str(api.context.store.audit.entries(50))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "wang", "password": "wrong-wrong-wrong"}, (401, "wrong_credentials")),
        ({"name": "nobody", "password": WORD}, (401, "wrong_credentials")),
        ({"name": "gone", "password": WORD}, (401, "wrong_credentials")),
        ({"name": "fresh", "password": WORD}, (403, "must_change_password")),
        ({"name": "looks", "password": WORD}, (403, "not_permitted")),
        ({"name": "ridge", "password": WORD}, (403, "whole_district")),
        ({"name": "monitor", "password": PASSWORDS[Role.MONITOR]}, (403, "handover_same_person")),
        ({}, (403, "handover_same_person")),
        ({"name": "wang"}, (422, "handover_password")),
        ({"password": WORD}, (422, "handover_password")),
        ({"name": "wang", "password": WORD, "remark": "x" * 4001}, (422, "input_refused")),
        ({"name": "wang", "password": WORD, "remark": "\0"}, (422, "handover_remark")),
        ({"name": "wang", "password": ""}, (422, "input_refused")),
        ({"name": "wang", "password": WORD, "role": "admin"}, (422, "input_refused")),
    ],
)
def test_who_may_not_take_over_does_not(
    api: ApiRig, client: TestClient, body: dict[str, str], expected: tuple[int, str]
) -> None:
    colleague(api)
    colleague(api, "gone", disabled=True)
    colleague(api, "fresh", must_change_password=True)
    colleague(api, "looks", role=Role.VIEWER)
    colleague(api, "ridge", townships=(RIDGE,))
    give(client)
    answer = take(client, **body)
    assert refusal(answer) == expected
    assert WORD not in answer.text
    assert client.get("/api/session").status_code == 200, "whoever is signed in stays so"
    assert client.get("/api/handovers").json()["untaken"] == 1
    assert api.context.store.handovers.get(1).taken_by == ""


def test_who_guesses_a_signature_waits_as_who_guesses_a_sign_in(
    api: ApiRig, client: TestClient
) -> None:
    colleague(api)
    give(client)
    wrong = {"name": "wang", "password": "wrong-wrong-wrong"}
    codes = [refusal(take(client, **wrong)) for _ in range(6)]
    assert codes == [(401, "wrong_credentials")] * 5 + [(429, "too_many_attempts")]
    right = {"name": "wang", "password": WORD}
    assert refusal(take(client, **right)) == (429, "too_many_attempts")
    assert refusal(api.client().post("/api/session", json=right)) == (429, "too_many_attempts"), (
        "it is one count: a signature is no way around it"
    )
    api.clock.advance(60.0)
    assert take(client, **right).status_code == 200


def test_a_page_is_taken_once(api: ApiRig, client: TestClient) -> None:
    colleague(api)
    colleague(api, "zhao")
    give(client)
    assert take(signed_in(api)).status_code == 200
    taken = client.get("/api/handovers/1").json()
    for who in ("wang", "zhao"):
        assert refusal(take(signed_in(api, who))) == (409, "handover_taken")
    assert client.get("/api/handovers/1").json() == taken
    assert refusal(take(client, 2)) == (404, "not_found")
    assert client.get("/api/handovers/2").status_code == 404


@pytest.mark.parametrize(("waited_s", "is_stale"), [(600.0, False), (600.001, True)])
def test_a_draft_may_be_read_for_ten_minutes(
    api: ApiRig, client: TestClient, *, waited_s: float, is_stale: bool
) -> None:
    seen = draft(client)["until_at"]
    api.clock.advance(waited_s)
    answer = client.post("/api/handovers", json={"until_at": seen})
    assert answer.status_code == (409 if is_stale else 201)
    if is_stale:
        assert answer.json()["code"] == "handover_stale"
        assert api.context.store.handovers.last() is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"until_at": "2026-11-25T03:20:00Z"}, (409, "handover_stale")),  # of a draft to come
        ({"until_at": "2026-11-25T03:00:00"}, (422, "input_refused")),
        ({}, (422, "input_refused")),
        ({"until_at": "2026-11-25T03:00:00Z", "remark": "x" * 4001}, (422, "input_refused")),
        ({"until_at": "2026-11-25T03:00:00Z", "remark": "a\0"}, (422, "handover_remark")),
        ({"until_at": "2026-11-25T03:00:00Z", "items": []}, (422, "input_refused")),
        ({"until_at": "2026-11-25T03:00:00Z", "given_by": "li"}, (422, "input_refused")),
    ],
)
def test_what_cannot_be_signed_is_not(
    api: ApiRig, client: TestClient, body: dict[str, object], expected: tuple[int, str]
) -> None:
    assert refusal(client.post("/api/handovers", json=body)) == expected
    assert api.context.store.handovers.last() is None


def test_a_page_keeps_what_held_when_it_was_signed(api: ApiRig, client: TestClient) -> None:
    seen = draft(client)
    assert section(seen, HandoverSection.FIRES) == []
    api.clock.advance(60.0)
    fire = alert_of(api, TOWER, FIX).incident_id
    page = client.post("/api/handovers", json={"until_at": seen["until_at"]}).json()
    assert at(page["until_at"]) == START + timedelta(seconds=60.0)
    assert [one["subject"] for one in section(page, HandoverSection.FIRES)] == [str(fire)]
    step = {"expected_state": "open", "to_state": "acknowledged"}
    assert client.post(f"/api/incidents/{fire}/steps", json=step).status_code in {200, 201}
    (now,) = section(draft(client), HandoverSection.FIRES)
    assert now["state"] == "acknowledged"
    assert client.get("/api/handovers/1").json() == page, "what was signed stays as it was"


def test_a_signature_that_is_sent_twice_signs_one_page(api: ApiRig, client: TestClient) -> None:
    body = {"until_at": draft(client)["until_at"], "remark": "雨"}
    key = {"Idempotency-Key": "a-key-of-mine"}
    first = client.post("/api/handovers", json=body, headers=key)
    api.clock.advance(5.0)
    again = client.post("/api/handovers", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(api.context.store.handovers.page()) == 1


def test_pages_are_listed_newest_first_part_by_part(api: ApiRig, client: TestClient) -> None:
    for _ in range(5):
        give(client)
        api.clock.advance(3600.0)
    found: list[int] = []
    before: int | None = None
    while True:
        asked = {"limit": 2} if before is None else {"limit": 2, "before": before}
        part = client.get("/api/handovers", params=asked).json()
        found += [one["handover_id"] for one in part["handovers"]]
        assert all("items" not in one for one in part["handovers"])
        assert part["untaken"] == 5
        before = part["next_before"]
        if before is None:
            break
    assert found == [5, 4, 3, 2, 1]
    for asked in ({"limit": 0}, {"limit": 201}, {"before": 0}):
        assert client.get("/api/handovers", params=asked).status_code == 422


@pytest.mark.parametrize("who", ["looks", "ridge", ""])
def test_it_is_for_monitors_of_the_whole_district(api: ApiRig, who: str) -> None:
    give(api.client(Role.MONITOR))
    colleague(api, "looks", role=Role.VIEWER)
    colleague(api, "ridge", townships=(RIDGE,))
    client = signed_in(api, who) if who else api.client()
    expected = 403 if who else 401
    for path in ("/api/handovers", "/api/handovers/draft", "/api/handovers/1"):
        assert client.get(path).status_code == expected
    assert client.post("/api/handovers", json={"until_at": str(START)}).status_code == expected
    assert take(client).status_code == expected


def test_a_burn_names_who_answers_for_it_and_only_monitors_see_the_telephone(
    api: ApiRig, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = {
        "kind": "burn", "reason": "registered_burn", "reported_by": "村委会",
        "place": {"kind": "ground", "lon_deg": PLUME[0], "lat_deg": PLUME[1], "radius_m": 150.0},
        "until_at": (START + HOUR).isoformat(), "responsible": " 张三 ", "phone": f" {PHONE} ",
    }  # fmt: skip
    key = {"Idempotency-Key": "a-key-of-mine"}
    made = client.post("/api/ledger", json=body, headers=key)
    assert (made.status_code, made.json()["responsible"], made.json()["phone"]) == (
        201, "张三", PHONE,
    )  # fmt: skip
    again = client.post("/api/ledger", json=body, headers=key)
    assert refusal(again) == (409, "answer_lost"), "no answer with a telephone is kept"
    assert len(client.get("/api/ledger").json()["entries"]) == 1
    (seen,) = api.client(Role.VIEWER).get("/api/ledger").json()["entries"]
    assert (seen["responsible"], seen["phone"]) == ("张三", None)
    kept = api.context.store.answers.find("monitor", "a-key-of-mine")
    assert PHONE not in f"{kept}{api.context.store.audit.entries(50)}{caplog.text}"
    bare = body | {"phone": ""}
    assert client.post("/api/ledger", json=bare).json()["phone"] == "", "not everybody has one"

    def refused(**more: object) -> tuple[int, str]:
        return refusal(client.post("/api/ledger", json=body | more))

    assert refused(responsible=" ") == (422, "ledger_responsible")
    assert refused(phone="ask him") == (422, "ledger_phone")
    nuisance = {"kind": "nuisance", "reason": "chimney", "reported_by": ""}
    assert refused(**nuisance) == (422, "ledger_responsible")
    assert refused(**nuisance, responsible="") == (422, "ledger_responsible")
    assert client.post("/api/ledger", json=body | nuisance | {"responsible": "", "phone": ""}
                       ).status_code == 201  # fmt: skip


def test_drones_that_are_out_wait_or_are_lost_are_told(api: ApiRig, client: TestClient) -> None:
    store = api.context.store
    fence, sweep_id = lead(store), keep_sweep(store, 3)
    fire = alert_of(api, TOWER, FIX).incident_id
    runs = []
    for number, (hours, incident_id) in enumerate(
        [(0, None), (0, fire), (0, None), (0, None), (9, None), (9, fire), (30, fire)]
    ):
        due_at = START + hours * HOUR
        run = store.runs.add_by_hand(
            sweep_id, 1, number % 3 + 1, f"队-{number}", due_at=due_at, until_at=due_at + HOUR,
            key=f"handover-{number}", author="li", incident_id=incident_id,
        )  # fmt: skip
        store.runs.release(run.run_id, version=1, author="li")
        runs.append(run.run_id)
    lost, flying, waits, landed, _, looks, _ = runs
    for run_id in (lost, flying, landed):
        store.runs.claim(run_id, fence)
        for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING):
            store.runs.step(run_id, state, author="system", fence=fence)
    store.runs.step(landed, RunState.LANDED, author="system", fence=fence)
    api.clock.advance(1200.0)
    store.runs.step(lost, RunState.FAILED, RunReason.LINK_LOST, author="system", fence=fence)
    told = section(draft(client), HandoverSection.DRONES)
    assert [(one["subject"], one["state"], one["incident_id"]) for one in told] == [
        (str(lost), "failed", None),
        (str(flying), "flying", fire),
        (str(waits), "planned", None),
        (str(looks), "planned", fire),
    ]
    assert told[0]["text"] == "队-0 · 北坡"
    assert [at(one["since"]) - START for one in told] == [
        timedelta(minutes=20), 0 * HOUR, 0 * HOUR, 9 * HOUR,
    ]  # fmt: skip
    assert [one["until_at"] is not None for one in told] == [False, False, True, True]
    give(client)
    colleague(api)
    assert take(signed_in(api)).status_code == 200
    assert {one["is_drill"] for one in told} == {False}
    link = {"aircraft": "队-2", "kind": "simulated"}
    drones = DronesRule.model_validate({"links": [link]})
    settings = api.context.settings.model_copy(update={"drones": drones})
    room = FlightRoom.of(settings, store, api.clock, terrain=None, danger=lambda: DangerClass.LOW)
    drill = ApiRig(replace(api.context, flights=room), api.clock).client(Role.MONITOR)
    marked = section(draft(drill), HandoverSection.DRONES)
    assert [one["subject"] for one in marked if one["is_drill"]] == [str(waits)]
    later = [one["subject"] for one in section(draft(client), HandoverSection.DRONES)]
    assert later == [str(number) for number in (lost, flying, waits, looks)]
    api.clock.advance(60.0)
    give(client)
    later = [one["subject"] for one in section(draft(client), HandoverSection.DRONES)]
    assert later == [str(number) for number in (flying, waits, looks)], "it was told to the next"
