"""Somebody of a township hears of their fires, and of no others."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_rig import START, ApiRig
from event_stream import told_in

from api.feed import follow_events
from api.retention import Retention
from models.alert import Alert
from models.config import GatesRule, SecurityRule
from models.crossing import Report
from models.errors import StorageFull
from models.events import Event, EventKind
from models.observation import Observation, ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, User

OUTSIDE, INSIDE = "999001001", "999001006"
FAR = Position(-84.35, 36.40, 0.0, HeightDatum.GROUND)
"""In the township that the fire at the red ridge does not touch."""


def scope_of(api: ApiRig, *townships: str, role: Role = Role.MONITOR):  # noqa: ANN201  # a Scope
    user = User("zhang", role, "", must_change_password=False, townships=townships)
    context = api.context
    return context.scopes.of(user, context.store, context.land_book.moment)


def tell(api: ApiRig, at: Position, key: str, caller: str = "") -> Observation:
    witness = Report(at, 100.0)
    now = api.clock.now()
    draft = ObservationDraft(ObservationSource.CALL, witness, now, "there", "smoke", caller)
    return api.context.store.observations.add(draft, author="monitor", key=key)[0]


def test_a_fire_is_seen_with_all_that_belongs_to_it(api: ApiRig, burn: Callable[[], Alert]) -> None:
    store, alert = api.context.store, burn()
    far = tell(api, FAR, "far-0001")
    theirs, others, whole = scope_of(api, INSIDE), scope_of(api, OUTSIDE), scope_of(api)
    assert (theirs.is_whole, whole.is_whole) == (False, True)
    fire, told = store.incidents.get(alert.incident_id), store.incidents.get(far.incident_id or 0)
    assert [theirs.sees(fire), theirs.sees(told)] == [True, False]
    assert [others.sees(fire), others.sees(told)] == [False, True]
    assert theirs.fires([fire, told]) == [fire]
    assert others.alerts([alert]) == []
    assert whole.fires([fire, told]) == [fire, told]

    merged = store.incident_joins.merge(
        told.incident_id, fire.incident_id, author="monitor", note="one fire"
    )
    assert others.sees(merged), "a part of it is theirs, so all of it is"
    assert others.sees_alert(store.alerts.get(alert.alert_id))
    assert theirs.sees_observation(store.observations.get(far.observation_id))
    assert theirs.sees(store.incidents.get(told.incident_id)), "what it was merged into is judged"


def test_what_a_township_was_told_once_stays_its_own(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    alert = burn()
    land = alert.draft.land
    renamed = replace(land.townships[0], code=OUTSIDE)
    draft = replace(alert.draft, land=replace(land, townships=(renamed,)))
    assert scope_of(api, OUTSIDE).sees_alert(replace(alert, draft=draft))
    faint = replace(renamed, probability=0.001)
    draft = replace(alert.draft, land=replace(land, townships=(faint,)))
    assert not scope_of(api, OUTSIDE).sees_alert(replace(alert, draft=draft))


def test_events_of_other_fires_are_not_told(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert = burn()
    tell(api, FAR, "far-0001")
    events = api.context.store.events.after(0)
    theirs, others = scope_of(api, INSIDE), scope_of(api, OUTSIDE)
    seen = {each.kind for each in events if theirs.sees_event(each)}
    assert EventKind.ALERT_OPENED in seen
    assert EventKind.OBSERVATION_ADDED not in seen
    seen = {each.kind for each in events if others.sees_event(each)}
    assert EventKind.OBSERVATION_ADDED in seen
    assert not any(kind.startswith("alert.") for kind in seen)
    gone = Event(999, EventKind.ALERT_UPDATED, alert.alert_id + 100, START)
    assert not theirs.sees_event(gone)
    assert scope_of(api).sees_event(gone)


def test_a_feed_ends_with_its_session_and_follows_what_becomes_of_its_account(
    api: ApiRig, burn: Callable[[], Alert], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = api.client(Role.VIEWER)
    token = next(iter(client.cookies.values()))
    store = api.context.store

    class Request:
        """What the route reads of one."""

        class url:  # noqa: N801  # as Starlette's
            path = "/api/events"

        headers: dict[str, str] = {}  # noqa: RUF012  # nobody writes it

    async def heard() -> list[str]:
        got: list[str] = []
        answer = await follow_events(None, Request, api.context, 0, None, token)  # type: ignore[arg-type]
        async for event in told_in(answer.body_iterator):
            if event.comment:  # nothing more: it is alive
                break
            got.append(event.event)
        return got

    async def play() -> None:
        burn()
        assert "alert.opened" in await heard()
        store.users.set_rights("viewer", Role.VIEWER, (OUTSIDE,), actor="t")
        assert await heard() == []
        tell(api, FAR, "far-0001")
        assert "observation.added" in await heard()
        store.users.set_disabled("viewer", disabled=True, actor="t")
        assert await heard() == [], "it has ended, or this would wait for ever"

    monkeypatch.setattr("api.live.KEEP_ALIVE_S", 0.01)
    asyncio.run(play())


def test_crossings_tell_nothing_of_fires_elsewhere(
    api: ApiRig, burn: Callable[[], Alert], monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = burn()
    monkeypatch.setattr("models.store.observations.check_observation", lambda *_: None)
    monkeypatch.setattr(api.context.clock, "_start", alert.draft.captured_at)
    tell(api, FAR, "far-0001")
    monkeypatch.undo()
    api.context.store.users.set_rights("monitor", Role.MONITOR, (INSIDE,), actor="t")
    path = f"/api/alerts/{alert.alert_id}/crossings"
    whole = api.client(Role.ADMIN).get(path).json()
    limited = api.client(Role.MONITOR).get(path).json()
    assert "observation-1" in str(whole)
    assert "observation-1" not in str(limited)


def test_how_to_call_back_is_for_people_who_act_and_is_forgotten(api: ApiRig) -> None:
    tell(api, FAR, "far-0001", "张三 13800001234")
    store = api.context.store

    def told(role: Role) -> object:
        return api.client(role).get("/api/observations").json()["observations"][0]["caller"]

    assert told(Role.MONITOR) == "张三 13800001234"
    assert told(Role.VIEWER) is None
    rule = SecurityRule(caller_days=1.0)
    Retention(store, api.clock, rule, GatesRule()).sweep()
    assert told(Role.MONITOR) == "张三 13800001234"
    api.clock.advance(timedelta(days=1, seconds=1).total_seconds())
    Retention(store, api.clock, rule, GatesRule()).sweep()
    assert told(Role.MONITOR) == ""
    database = b"".join(f.read_bytes() for f in api.context.settings.data_dir.glob("*.db"))
    assert store.audit.entries(1, noun="observation")[0].action == "observation.callers_cleared"
    assert database


def test_the_sweep_goes_on_when_the_store_fails_once(api: ApiRig) -> None:
    class Failing:
        """A store whose disk is full for a moment."""

        calls = 0

        @property
        def observations(self) -> object:
            Failing.calls += 1
            if Failing.calls == 1:
                raise StorageFull("full")
            raise asyncio.CancelledError

    async def play() -> None:
        failing: Any = Failing()
        await Retention(failing, api.clock, SecurityRule(), GatesRule()).run()

    with suppress(asyncio.CancelledError):
        asyncio.run(play())
    assert Failing.calls == 2
