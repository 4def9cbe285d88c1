"""Flights over HTTP: lists, one with all that became of it, persons' words, and who may."""

import csv
import io
import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from api_rig import START, ApiRig
from fastapi.testclient import TestClient
from httpx2 import Response
from run_rig import AIRCRAFT, MISSION, check, keep_schedule, keep_sweep, lead, window

from api.auth.scope import Scope
from api.flights.room import FlightRoom
from api.flights.schemas import StateAnswer
from drone_jobs.fleet import find_aircraft
from models.alert import Alert
from models.clock import ManualClock
from models.events import Event, EventKind
from models.flight import (
    AircraftState,
    AircraftWarning,
    FlightPhase,
    GateAnswer,
    RunReason,
    RunState,
)
from models.land import Layer
from models.mission import SweepOrigin
from models.patrol import DangerClass
from models.user import Role, User

OWN, DUE = "M4T-01", "2026-11-25T04:00:00Z"
OUTSIDE, INSIDE = "999001001", "999001006"


@pytest.fixture
def monitor(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


@pytest.fixture
def sweep_id(api: ApiRig) -> int:
    store = api.context.store
    store.aircraft.put(replace(find_aircraft("Matrice 4T"), name=OWN), version=None, author="admin")
    return keep_sweep(store)


def wish(kept: int, **changes: object) -> dict[str, Any]:
    asked = {"sweep_id": kept, "version": 1, "sortie": 1, "aircraft": OWN, "due_at": DUE}
    return {**asked, "window_s": 1800, "key": "wish-0001", **changes}


def ask(client: TestClient, sweep_id: int, **changes: object) -> dict[str, Any]:
    answer = client.post("/api/flights", json=wish(sweep_id, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    return answer.status_code, answer.json()["code"]


def listed(client: TestClient, **asked: str | int) -> list[int]:
    answer = client.get("/api/flights", params=asked)
    assert answer.status_code == 200, answer.text
    return [one["run_id"] for one in answer.json()["flights"]]


def with_room(api: ApiRig) -> ApiRig:
    """With a room of flights that has no links."""
    context = api.context
    room = FlightRoom.of(
        context.settings, context.store, api.clock, terrain=None, danger=lambda: DangerClass.LOW
    )
    return ApiRig(replace(context, flights=room), api.clock)


def fly(api: ApiRig, run_id: int, fence: int) -> None:
    """Bring a released flight into the air."""
    runs = api.context.store.runs
    runs.claim(run_id, fence)
    for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING):
        runs.step(run_id, state, author="system", fence=fence)


def test_a_wish_waits_for_its_release_and_comes_once(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    flight = ask(monitor, sweep_id)
    assert (flight["cause"], flight["state"], flight["released_by"]) == ("by_hand", "planned", "")
    assert (flight["due_at"], flight["until_at"]) == (DUE, "2026-11-25T04:30:00Z")
    assert (flight["sweep_name"], flight["schedule_name"], flight["closed"]) == ("北坡", None, [])
    assert [(one["state"], one["author"]) for one in flight["steps"]] == [("planned", "monitor")]
    assert ask(monitor, sweep_id) == flight
    other = monitor.post("/api/flights", json=wish(sweep_id, window_s=900))
    assert refusal(other) == (409, "run_key")
    assert listed(monitor) == [flight["run_id"]]
    number = flight["run_id"]
    wrong = monitor.post(f"/api/flights/{number}/release", json={"version": 2})
    assert refusal(wrong) == (409, "sweep_changed")
    released = monitor.post(f"/api/flights/{number}/release", json={"version": 1}).json()
    assert (released["released_by"], released["state"]) == ("monitor", "planned")
    assert released["released_at"] == "2026-11-25T03:00:00Z"
    assert monitor.get(f"/api/flights/{number}").json() == released
    deeds = [one.action for one in api.context.store.audit.entries(2)]
    assert sorted(deeds) == ["flight.added", "flight.released"]


def test_now_is_when_it_was_asked_for_first(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    flight = ask(monitor, sweep_id, due_at=None)
    assert flight["due_at"] == "2026-11-25T03:00:00Z"
    api.clock.advance(600.0)
    assert ask(monitor, sweep_id, due_at=None) == flight
    other = monitor.post("/api/flights", json=wish(sweep_id, due_at=None, window_s=900))
    assert refusal(other) == (409, "run_key")


class _Ticking(ManualClock):
    """Every look at it is later than the one before."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()


def test_a_wish_that_is_pressed_twice_is_one_flight(api: ApiRig, sweep_id: int) -> None:
    context = replace(api.context, clock=_Ticking(START))
    client, answers = ApiRig(context, api.clock).client(Role.MONITOR), []
    with client:
        presses = [
            threading.Thread(target=lambda: answers.append(ask(client, sweep_id, due_at=None)))
            for _ in range(4)
        ]
        for press in presses:
            press.start()
        for press in presses:
            press.join(60.0)
    assert len(answers) == 4
    assert {answer["run_id"] for answer in answers} == {1}
    assert len(api.context.store.runs.page()) == 1


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "sweep": ({"sweep_id": 99}, 404, "no_such_sweep"),
    "version": ({"version": 2}, 404, "no_such_sweep"),
    "flight": ({"sortie": 2}, 409, "run_no_mission"),
    "aircraft": ({"aircraft": "纸鸢"}, 422, "aircraft_unknown"),
    "past": ({"due_at": "2026-11-25T02:00:00Z"}, 422, "run_time"),
    "far": ({"due_at": "2027-11-25T02:00:00Z"}, 422, "run_time"),
    "no zone": ({"due_at": "2026-11-25T04:00:00"}, 422, "input_refused"),
    "year 9999": ({"due_at": "9999-12-31T23:59:59Z"}, 422, "input_refused"),
    "window": ({"window_s": 1e9}, 422, "input_refused"),
    "key": ({"key": "a b"}, 422, "input_refused"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wish_that_cannot_be_is_refused(monitor: TestClient, sweep_id: int, name: str) -> None:
    changes, status, code = REFUSED[name]
    answer = monitor.post("/api/flights", json=wish(sweep_id, **changes))
    assert refusal(answer) == (status, code)
    assert listed(monitor) == []


def test_a_flight_is_called_off_only_before_its_start(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    first = ask(monitor, sweep_id)["run_id"]
    told = monitor.post(f"/api/flights/{first}/cancel", json={"note": "雾"}).json()
    assert (told["state"], told["reason"], told["steps"][-1]["note"]) == (
        "cancelled",
        "person",
        "雾",
    )
    again = monitor.post(f"/api/flights/{first}/cancel", json={})
    assert refusal(again) == (409, "run_state")
    second = ask(monitor, sweep_id, due_at=None, key="wish-0002")["run_id"]
    monitor.post(f"/api/flights/{second}/release", json={"version": 1})
    fly(api, second, lead(api.context.store))
    late = monitor.post(f"/api/flights/{second}/cancel", json={})
    assert refusal(late) == (409, "run_state")
    assert monitor.get(f"/api/flights/{second}").json()["state"] == "flying"


def test_a_word_reaches_only_what_flies_here(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    number = ask(monitor, sweep_id, due_at=None)["run_id"]
    address, word = f"/api/flights/{number}/words", {"word": "come_home"}
    assert refusal(monitor.post("/api/flights/99/words", json=word)) == (404, "no_such_run")
    assert refusal(monitor.post(address, json={"word": "loop"})) == (422, "input_refused")
    assert refusal(monitor.post(address, json=word)) == (409, "run_state")
    monitor.post(f"/api/flights/{number}/release", json={"version": 1})
    fly(api, number, lead(api.context.store))
    for rig in (api, with_room(api)):
        answer = rig.client(Role.MONITOR).post(address, json=word)
        assert refusal(answer) == (409, "flight_not_here")


def test_pages_and_spans_have_every_flight_once(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    store = api.context.store
    schedule_id = keep_schedule(store, sweep_id)
    spans = [window(START, 60.0 * hour) for hour in range(1, 8)]
    store.schedules.make_windows(
        schedule_id, spans, START + timedelta(days=1), version=1, fence=lead(store)
    )
    by_hand = ask(monitor, sweep_id)["run_id"]
    everything = listed(monitor)
    assert everything == sorted(everything, reverse=True)
    assert len(everything) == 8
    for span in ({}, {"from": START.isoformat(), "until": (START + timedelta(days=2)).isoformat()}):
        got: list[int] = []
        before = None
        while True:
            asked: dict[str, str | int] = {
                **span,
                "limit": 3,
                **({} if before is None else {"before": before}),
            }
            page = monitor.get("/api/flights", params=asked).json()
            got += [one["run_id"] for one in page["flights"]]
            before = page["next_before"]
            if before is None:
                break
        assert got == everything
    hour = {"from": "2026-11-25T04:10:00Z", "until": "2026-11-25T05:00:00Z"}
    assert len(listed(monitor, **hour)) == 2, "a window at four and the wish; five is not yet"
    assert set(listed(monitor, schedule_id=schedule_id)) == set(everything) - {by_hand}
    assert listed(monitor, **hour, schedule_id=schedule_id) == [min(everything)]
    assert listed(monitor, **hour, incident_id=1) == listed(monitor, incident_id=1) == []
    (row,) = monitor.get("/api/flights", params={**hour, "schedule_id": schedule_id}).json()[
        "flights"
    ]
    assert (row["schedule_name"], row["aircraft"]) == ("每日", AIRCRAFT[0])


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2026-11-25T00:00:00Z"},
        {"until": "2026-11-25T00:00:00Z"},
        {"from": "2026-11-25T00:00:00Z", "until": "2026-11-25T00:00:00Z"},
        {"from": "2026-11-25T00:00:00Z", "until": "2027-01-27T00:00:00Z"},
    ],
)
def test_a_span_has_two_ends(monitor: TestClient, span: dict[str, str]) -> None:
    assert refusal(monitor.get("/api/flights", params=span)) == (422, "flight_span")


def test_gates_are_told_as_they_answered(api: ApiRig, monitor: TestClient, sweep_id: int) -> None:
    number = ask(monitor, sweep_id)["run_id"]
    answers = (GateAnswer.OPEN, GateAnswer.CLOSED, GateAnswer.UNKNOWN, GateAnswer.NOT_ASKED)
    asked = check(START, answers, value=12.5, limit=12.0, unit="m/s", message="gusts")
    api.context.store.runs.add_check(number, asked, fence=lead(api.context.store))
    flight = monitor.get(f"/api/flights/{number}").json()
    assert flight["closed"] == ["gust", "rain"]
    (told,) = flight["checks"]
    assert (told["round"], told["may_fly"]) == ("before", False)
    assert [one["answer"] for one in told["readings"]] == [one.value for one in answers]
    assert told["readings"][1] == {
        "gate": "gust", "answer": "closed", "value": 12.5, "limit": 12.0, "unit": "m/s",
        "read_at": None, "message": "gusts", "remedy": "",
    }  # fmt: skip


def test_a_track_is_where_it_was_told_and_its_path_that_of_its_mission(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    number = ask(monitor, sweep_id)["run_id"]
    told = [
        AircraftState(
            START + timedelta(seconds=at),
            FlightPhase.MISSION,
            lon_deg=None if at == 1 else 106.65 + at * 1e-5,
            lat_deg=29.03,
            above_take_off_m=None if at == 0 else 0.0,
        )
        for at in range(9001)
    ]
    api.context.store.tracks.append(number, told)
    found = monitor.get(f"/api/flights/{number}/track").json()
    places = [[point.lon_deg, point.lat_deg] for point in MISSION.points]
    assert found["path"] == {"type": "LineString", "coordinates": places}
    assert found["points"][0] == [106.65, 29.03, None, "2026-11-25T03:00:00Z"]
    assert found["points"][-1][3] == "2026-11-25T05:30:00Z"
    moments = [point[3] for point in found["points"]]
    assert moments == sorted(set(moments))
    assert 2000 < len(moments) <= 4000
    assert refusal(monitor.get("/api/flights/99/track")) == (404, "no_such_run")


def test_now_tells_of_links_and_of_what_flies(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    number = ask(monitor, sweep_id, due_at=None)["run_id"]
    monitor.post(f"/api/flights/{number}/release", json={"version": 1})
    fly(api, number, lead(api.context.store))
    told = {
        "aircraft": OWN,
        "has_link": False,
        "is_heard": False,
        "run_id": number,
        "state": None,
        "is_drill": False,
    }
    assert monitor.get("/api/flights/now").json() == {"leads": None, "aircraft": [told]}
    found = with_room(api).client(Role.VIEWER).get("/api/flights/now").json()
    assert found == {"leads": False, "aircraft": [told]}


def test_a_look_at_a_fire_is_told_to_those_who_see_the_fire(
    api: ApiRig, burn: Callable[[], Alert], sweep_id: int
) -> None:
    fire = burn().incident_id
    store = api.context.store
    look = store.runs.add_by_hand(
        sweep_id, 1, 1, OWN, due_at=START, until_at=START + timedelta(hours=1),
        key="look-0001", author="monitor", incident_id=fire,
    ).run_id  # fmt: skip
    store.runs.release(look, version=1, author="monitor")
    fly(api, look, lead(store))
    outside, inside = limited(api, OUTSIDE), limited(api, INSIDE)
    assert listed(inside) == listed(inside, incident_id=fire) == [look]
    assert listed(outside) == []
    assert listed(outside, incident_id=fire) == []
    for path in (f"/api/flights/{look}", f"/api/flights/{look}/track"):
        assert inside.get(path).status_code == 200
        assert refusal(outside.get(path)) == (403, "outside_townships")
    assert inside.get("/api/flights/now").json()["aircraft"][0]["run_id"] == look
    assert outside.get("/api/flights/now").json()["aircraft"][0]["run_id"] is None
    told = [one for one in store.events.after(0) if one.kind is EventKind.FLIGHT_CHANGED]
    assert told
    assert all(theirs(api, INSIDE).sees_event(one) for one in told)
    assert not any(theirs(api, OUTSIDE).sees_event(one) for one in told)


def test_a_flight_is_told_to_those_whose_townships_its_way_comes_near(
    api: ApiRig, sweep_id: int
) -> None:
    """It takes off in one township and flies over another; neither place is a fire's."""
    store, monitor = api.context.store, api.client(Role.MONITOR)
    land = api.context.land_book.refresh().features
    units = {one.code: one for one in land if one.layer is Layer.TOWNSHIP}
    ends = {code: units[code].geometry.representative_point() for code in (OUTSIDE, INSIDE)}
    point = MISSION.points[0]
    over = {
        code: replace(
            MISSION,
            points=(replace(point, lon_deg=end.x, lat_deg=end.y),) * 2,
            home=replace(MISSION.home, lon_deg=end.x, lat_deg=end.y),  # type: ignore[type-var]
        )
        for code, end in ends.items()
    }
    both = replace(over[OUTSIDE], points=(over[OUTSIDE].points[0], over[INSIDE].points[0]))
    plan = json.dumps({"sorties": [{"aircraft": OWN}] * 3})
    kept = store.sweeps.save(
        "三乡", "", (over[OUTSIDE], over[INSIDE], both), plan, SweepOrigin.PLANNED, author="li"
    ).head.sweep_id
    far = ask(monitor, sweep_id, key="wish-far1")["run_id"]
    of_outside, of_inside, of_both = (
        ask(monitor, kept, sortie=at, key=f"wish-000{at}")["run_id"] for at in (1, 2, 3)
    )
    outside, inside = limited(api, OUTSIDE), limited(api, INSIDE)
    assert listed(monitor) == [of_both, of_inside, of_outside, far]
    assert listed(outside) == [of_both, of_outside]
    assert listed(inside) == [of_both, of_inside]
    assert refusal(inside.get(f"/api/flights/{far}/track")) == (403, "outside_townships")
    for event in store.events.after(0):
        is_flight = event.kind is EventKind.FLIGHT_CHANGED
        near = not is_flight or event.subject_id in {of_both, of_inside}
        is_shown = event.kind in {EventKind.SWEEP_CHANGED, EventKind.SCHEDULE_CHANGED} or is_flight
        assert theirs(api, INSIDE).sees_event(event) is (is_shown and near)
    gone = Event(999, EventKind.FLIGHT_CHANGED, 999, START)
    assert not theirs(api, INSIDE).sees_event(gone)


def limited(api: ApiRig, code: str) -> TestClient:
    """A monitor of one township, signed in."""
    store = api.context.store
    known = store.users.get("monitor")
    assert known is not None
    user = User(
        code, Role.MONITOR, known.password_hash, must_change_password=False, townships=(code,)
    )
    store.users.add(user, actor="t")
    client = api.client()
    body = {"name": code, "password": "monitor-monitor"}
    assert client.post("/api/session", json=body).status_code == 200
    return client


def theirs(api: ApiRig, code: str) -> Scope:
    """What such a monitor sees."""
    user = User("z", Role.MONITOR, "", must_change_password=False, townships=(code,))
    return api.context.scopes.of(user, api.context.store, api.context.land_book.moment)


def test_only_monitors_say_something_to_flights(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    number = ask(monitor, sweep_id)["run_id"]
    viewer = api.client(Role.VIEWER)
    for path, body in (
        ("/api/flights", wish(sweep_id)),
        (f"/api/flights/{number}/release", {"version": 1}),
        (f"/api/flights/{number}/cancel", {}),
        (f"/api/flights/{number}/words", {"word": "land"}),
    ):
        assert refusal(viewer.post(path, json=body)) == (403, "not_permitted")
    assert listed(viewer) == [number]


def test_a_state_travels_with_its_warnings() -> None:
    warning = AircraftWarning("0x16100083", 2, "hot")
    state = AircraftState(START, FlightPhase.PAUSED, battery_share=0.0, warnings=(warning,))
    told = StateAnswer.of(state).model_dump(mode="json")
    assert told == {
        "phase": "paused", "lon_deg": None, "lat_deg": None, "above_take_off_m": None,
        "heading_deg": None, "ground_speed_ms": None, "battery_share": 0.0, "mission_point": None,
        "at": "2026-11-25T03:00:00Z",
        "warnings": [{"code": "0x16100083", "level": 2, "message": "hot"}],
    }  # fmt: skip


def test_a_month_of_flights_is_a_sheet_with_why_each_did_not_fly(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    store, fence = api.context.store, lead(api.context.store)
    spans = [window(START, 60.0 * hour) for hour in range(1, 6)]
    schedule_id = keep_schedule(store, sweep_id, needs_release=False)
    store.schedules.make_windows(
        schedule_id, spans, START + timedelta(days=1), version=1, fence=fence
    )
    flown, missed, skipped, off, planned = (run.run_id for run in store.runs.page()[::-1])
    api.clock.advance(3600.0)
    fly(api, flown, fence)
    api.clock.advance(1200.0)
    store.runs.step(flown, RunState.LANDED, author="system", fence=fence)
    store.runs.step(missed, RunState.MISSED, RunReason.DOWN, author="system", fence=fence)
    gates = check(START, (GateAnswer.CLOSED, GateAnswer.OPEN, GateAnswer.UNKNOWN))
    store.runs.add_check(skipped, gates, fence=fence)
    note = "=1+1 雾, 风大" + "!" * 300
    store.runs.step(
        skipped, RunState.SKIPPED, RunReason.GATES, author="system", note=note, fence=fence
    )
    store.runs.step(off, RunState.CANCELLED, RunReason.PERSON, author="li", fence=None)
    span = {"from": "2026-11-01T00:00:00+08:00", "until": "2026-12-01T00:00:00+08:00"}

    def exported(format_: str) -> Response:
        answer = monitor.get("/api/flights/export", params={**span, "format": format_})
        assert answer.status_code == 200, answer.text
        return answer

    answer = exported("csv")
    assert "firewatch-flights-20261101.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["编号"] for row in rows] == [str(n) for n in (flown, missed, skipped, off, planned)]
    told = [(row["状态"], row["原因"]) for row in rows]
    assert told[0] == ("已完成", "")
    assert told[1] == ("错过", "时间窗内系统没有运行")
    assert told[2] == ("未飞", "起飞条件一直未通过")
    assert [one[0] for one in told[3:]] == ["已取消", "已排定"]
    assert (rows[0]["飞行时长(分钟)"], rows[0]["起飞时间"]) == ("20.0", "2026-11-25T12:00:00+08:00")
    assert rows[2]["未通过的起飞条件"] == "风、雨"
    assert rows[2]["最后说明"] == f"'{note}", "no spreadsheet takes it for a formula"
    assert {row["飞行计划"] for row in rows} == {"每日"}
    features = exported("geojson").json()["features"]
    corners = [[at.lon_deg, at.lat_deg] for at in MISSION.points]
    assert features[0]["geometry"]["coordinates"][1:-1] == corners
    (page,) = openpyxl.load_workbook(io.BytesIO(exported("xlsx").content)).worksheets
    assert page.max_row == 6
    with zipfile.ZipFile(io.BytesIO(exported("shp").content)) as packed:
        tables = b"".join(packed.read(name) for name in packed.namelist() if ".dbf" in name)
    assert "时间窗内系统没有运行".encode("gbk") in tables
    deed = store.audit.entries(1)[0]
    assert (deed.action, deed.actor, deed.details["flights"]) == ("flight.exported", "monitor", 5)
    later = {"from": span["until"], "until": "2026-12-02T00:00:00Z", "format": "csv"}
    none = monitor.get("/api/flights/export", params=later)
    assert refusal(none) == (404, "flights_none")
    long = {"from": "2026-01-01T00:00:00Z", "until": "2026-12-01T00:00:00Z", "format": "csv"}
    assert refusal(monitor.get("/api/flights/export", params=long)) == (422, "flight_span")
    viewer = api.client(Role.VIEWER).get("/api/flights/export", params={**span, "format": "csv"})
    assert refusal(viewer) == (403, "not_permitted")
