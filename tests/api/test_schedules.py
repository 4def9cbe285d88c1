"""Schedules over HTTP: kept, changed, retired, tried out, refused, and by whom."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_rig import START, ApiRig
from apscheduler.triggers.cron import CronTrigger
from fastapi.testclient import TestClient
from httpx2 import Response
from run_rig import AIRCRAFT, keep_sweep, lead, window

from models.flight import RunState
from models.user import Role

ZONE = ZoneInfo("Asia/Shanghai")
AT_NOON = {"at_minutes": [720]}


@pytest.fixture
def monitor(api: ApiRig) -> TestClient:
    return api.client(Role.MONITOR)


@pytest.fixture
def sweep_id(api: ApiRig) -> int:
    return keep_sweep(api.context.store)


def wish(sweep_id: int, timing: dict[str, Any] | None = None, **changes: object) -> dict[str, Any]:
    asked = {"name": "每日", "sweep_id": sweep_id, "timing": AT_NOON if timing is None else timing}
    return {**asked, "window_s": 1800, **changes}


def keep(client: TestClient, schedule: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/schedules", json={"schedule": schedule})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def previewed(client: TestClient, schedule: dict[str, Any]) -> list[datetime]:
    answer = client.post("/api/schedules/preview", json={"schedule": schedule})
    assert answer.status_code == 200, answer.text
    return [datetime.fromisoformat(one["due_at"]) for one in answer.json()["windows"]]


def refusal(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    return answer.status_code, answer.json()["code"]


def listed(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/schedules").json()["schedules"]
    return found


def test_a_schedule_is_told_as_it_was_kept(api: ApiRig, monitor: TestClient, sweep_id: int) -> None:
    asked = wish(
        sweep_id,
        {
            "at_minutes": [540, 900],
            "sun": None,
            "sun_offset_s": 0,
            "by_danger": [],
            "from_minute": 0,
            "until_minute": 1440,
            "weekdays": ["mon", "sat"],
            "seasons": [{"from_month": 11, "from_day": 1, "to_month": 4, "to_day": 30}],
        },
        sweep_version=1,
        aircraft=[{"sortie": 1, "aircraft": "Matrice 4T"}],
        approval_number="空域-7",
        approved_from_at="2026-11-01T00:00:00Z",
        approved_until_at="2026-12-01T00:00:00Z",
        needs_approval=True,
        needs_release=False,
        is_enabled=True,
        note="北坡",
    )
    kept = keep(monitor, asked)
    assert {name: kept[name] for name in asked} == asked
    assert (kept["version"], kept["changed_by"], kept["sweep_name"]) == (1, "monitor", "北坡")
    # Wednesday 25 November, 11:00 on the site's clock: the next named day is Saturday.
    due_at = datetime(2026, 11, 28, 9, 0, tzinfo=ZONE).astimezone(UTC)
    assert datetime.fromisoformat(kept["next_due_at"]) == due_at
    assert listed(api.client(Role.VIEWER)) == [kept]


def test_a_preview_is_what_cron_says_and_keeps_nothing(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    before = api.context.store.events.after(0)
    trigger = CronTrigger(hour="8,17", minute=15, day_of_week="tue,thu,sun", timezone=ZONE)
    expected, at = [], START
    while (due := trigger.get_next_fire_time(None, at)) < START + timedelta(days=14):
        expected.append(due)
        at = due + timedelta(seconds=1)
    asked = wish(
        sweep_id,
        {"at_minutes": [495, 1035], "weekdays": ["tue", "thu", "sun"]},
        is_enabled=False,  # also one that is switched off shows what it would do
    )
    assert previewed(monitor, asked) == expected
    assert len(expected) == 12
    assert listed(monitor) == []
    assert api.context.store.events.after(0) == before


def test_a_preview_by_danger_follows_the_class_of_now_and_is_cut(
    monitor: TestClient, sweep_id: int
) -> None:
    timing = {
        "by_danger": [{"danger": 1, "every_s": None}, {"danger": 4, "every_s": 1200}],
        "from_minute": 480,
        "until_minute": 1080,
    }
    assert monitor.put("/api/danger", json={"danger": 2}).status_code == 200
    assert previewed(monitor, wish(sweep_id, timing)) == []
    assert monitor.put("/api/danger", json={"danger": 5}).status_code == 200
    found = previewed(monitor, wish(sweep_id, timing))
    assert len(found) == 200
    steps = {later - due for due, later in pairwise(found)}
    assert steps == {timedelta(minutes=20), timedelta(hours=14)}


def test_by_the_sun_it_is_the_sun_of_the_site(monitor: TestClient, sweep_id: int) -> None:
    """The drill lies at 84 degrees west: its sun sets when its clock of Chongqing has 06:xx."""
    (first, *_) = previewed(monitor, wish(sweep_id, {"sun": "sunset", "sun_offset_s": -1800}))
    # Almanac for 36.2 N 84.3 W, 25 November 2026: sunset 22:23 UTC.
    assert abs(first - datetime(2026, 11, 25, 21, 53, tzinfo=UTC)) < timedelta(minutes=4)


def test_a_change_cancels_what_has_not_begun_and_needs_the_version(
    api: ApiRig, monitor: TestClient, sweep_id: int
) -> None:
    store = api.context.store
    kept = keep(monitor, wish(sweep_id))
    number = kept["schedule_id"]
    api.clock.advance(1.0)
    spans = [window(api.clock.now(), 60.0)]
    made = store.schedules.make_windows(number, spans, spans[0][1], version=1, fence=lead(store))
    assert made == 1
    later = wish(sweep_id, {"at_minutes": [780]})
    body = {"schedule": later, "version": 1}
    changed = monitor.put(f"/api/schedules/{number}", json=body)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert [run.state for run in store.runs.page()] == [RunState.CANCELLED]
    again = {**body, "schedule": wish(sweep_id)}
    answer = monitor.put(f"/api/schedules/{number}", json=again)
    assert refusal(answer) == (409, "schedule_changed")
    assert refusal(monitor.delete(f"/api/schedules/{number}?version=1")) == (
        409,
        "schedule_changed",
    )
    assert monitor.delete(f"/api/schedules/{number}?version=2").status_code == 204
    assert listed(monitor) == []
    assert refusal(monitor.delete(f"/api/schedules/{number}?version=2")) == (
        404,
        "no_such_schedule",
    )
    deeds = [one.action for one in store.audit.entries(3)]
    assert sorted(deeds) == ["schedule.retired", "schedule.saved", "schedule.saved"]


def test_what_opens_no_window_has_no_next_one(monitor: TestClient, sweep_id: int) -> None:
    off = keep(monitor, wish(sweep_id, is_enabled=False))
    summer = {"from_month": 7, "from_day": 1, "to_month": 7, "to_day": 2}
    yearly = keep(monitor, wish(sweep_id, {"at_minutes": [0], "seasons": [summer]}))
    never = {"by_danger": [{"danger": 5, "every_s": 3600}], "seasons": [summer]}
    danger = keep(monitor, wish(sweep_id, never))
    assert (off["next_due_at"], danger["next_due_at"]) == (None, None)
    assert yearly["next_due_at"] == "2027-06-30T16:00:00Z"


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no sweep": ({"sweep_id": 99}, 404, "no_such_sweep"),
    "no version": ({"sweep_version": 9}, 404, "no_such_sweep"),
    "two ways": ({"timing": {"at_minutes": [1], "sun": "sunrise"}}, 422, "schedule_ways"),
    "no way": ({"timing": {}}, 422, "schedule_ways"),
    "minutes": ({"timing": {"at_minutes": [600, 540]}}, 422, "schedule_minutes"),
    "midnight": ({"timing": {"at_minutes": [1440]}}, 422, "schedule_minutes"),
    "sun": ({"timing": {"sun": "sunset", "sun_offset_s": 50000}}, 422, "schedule_sun"),
    "hours": ({"timing": {**AT_NOON, "from_minute": 9, "until_minute": 9}}, 422, "schedule_hours"),
    "window": ({"window_s": 60}, 422, "schedule_window"),
    "aircraft": ({"aircraft": [{"sortie": 1, "aircraft": "纸鸢"}]}, 422, "aircraft_unknown"),
    "flight": ({"aircraft": [{"sortie": 2, "aircraft": "Matrice 4T"}]}, 422, "schedule_aircraft"),
    "approval": ({"approval_number": "7", "approved_from_at": "2026-11-01T00:00:00Z"}, 422,
                 "schedule_approval"),
    "name": ({"name": "x\ny"}, 422, "schedule_text"),
    "weekday by number": ({"timing": {**AT_NOON, "weekdays": [1]}}, 422, "input_refused"),
    "weekday twice": ({"timing": {**AT_NOON, "weekdays": ["mon", "mon"]}}, 422,
                      "schedule_weekdays"),
    "31 February": (
        {"timing": {**AT_NOON, "seasons": [
            {"from_month": 2, "from_day": 31, "to_month": 3, "to_day": 1}]}},
        422, "schedule_seasons",
    ),
    "danger": ({"timing": {"by_danger": [{"danger": 6, "every_s": 600}]}}, 422, "input_refused"),
    "year 1": ({"approved_from_at": "0001-01-01T00:00:00+14:00"}, 422, "input_refused"),
    "unknown key": ({"weekly": True}, 422, "input_refused"),
    "truth for a number": ({"window_s": True}, 422, "input_refused"),
    "huge": ({"window_s": 1e300}, 422, "input_refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(
    api: ApiRig, monitor: TestClient, sweep_id: int, name: str
) -> None:
    changes, status, code = REFUSED[name]
    answer = monitor.post("/api/schedules", json={"schedule": {**wish(sweep_id), **changes}})
    assert refusal(answer) == (status, code)
    assert api.context.store.schedules.all() == []


def test_only_monitors_keep_schedules(api: ApiRig, monitor: TestClient, sweep_id: int) -> None:
    number = keep(monitor, wish(sweep_id))["schedule_id"]
    viewer = api.client(Role.VIEWER)
    body = {"schedule": wish(sweep_id)}
    for answer in (
        viewer.post("/api/schedules", json=body),
        viewer.post("/api/schedules/preview", json=body),
        viewer.put(f"/api/schedules/{number}", json={**body, "version": 1}),
        viewer.delete(f"/api/schedules/{number}?version=1"),
    ):
        assert refusal(answer) == (403, "not_permitted")
    assert len(listed(viewer)) == 1


def test_an_aircraft_of_the_plan_needs_no_name(api: ApiRig, monitor: TestClient) -> None:
    sweep_id = keep_sweep(api.context.store, plan="{}")
    answer = monitor.post("/api/schedules", json={"schedule": wish(sweep_id)})
    assert refusal(answer) == (422, "schedule_aircraft"), "nobody has said who flies"
    assert AIRCRAFT[0]
    named = wish(sweep_id, aircraft=[{"sortie": 1, "aircraft": "Mavic 3T"}])
    assert keep(monitor, named)["aircraft"] == named["aircraft"]
