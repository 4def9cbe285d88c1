"""What happens to a fire goes out, whatever dies, hangs or refuses on the way."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from api_rig import ApiRig

from api.notices.desk import NoticeDesk, back_off_s
from api.notices.message import Message
from api.notices.trouble import DeliveryFailed, Trouble
from models.alert import Alert
from models.clock import ManualClock
from models.config import NoticeRule
from models.errors import StoreDamaged
from models.incident import IncidentState
from models.notice import Channel, ChannelKind, DeliveryState, Payload, Rules, Secrets

Burn = Callable[[], Alert]
Add = Callable[..., int]
Step = Callable[[], int]


class Scripted:
    """A sender that does what a list says, and then succeeds."""

    def __init__(self, *script: Exception | str) -> None:
        self.script = list(script)
        self.seen: list[Message] = []

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        del channel, secrets
        self.seen.append(message)
        told = self.script.pop(0) if self.script else "ok"
        if isinstance(told, Exception):
            raise told
        return told


def desk_of(api: ApiRig, sender: Any, **rule: object) -> NoticeDesk:  # noqa: ANN401
    return NoticeDesk(
        api.context.store,
        api.clock,
        api.context.notices.writer,
        dict.fromkeys(ChannelKind, sender),
        rule=NoticeRule(**rule),  # type: ignore[arg-type]
        random=lambda: 0.0,
    )


def confirm(api: ApiRig, note: str = "") -> None:
    store = api.context.store
    store.verdicts.step(
        1,
        expected=store.incidents.get(1).state,
        to_state=IncidentState.CONFIRMED,
        author="李",
        note=note,
    )


def test_a_fire_and_its_verdict_arrive_with_place_townships_urgency_and_link(
    api: ApiRig,
    burn: Burn,
    add: Add,
    send: Step,
    hook: Any,  # noqa: ANN401
) -> None:
    finder = api.context.notices.writer.finder
    finder._public_url = "https://watch.bureau.cn"
    add(ChannelKind.WECOM)
    burn()
    assert send() == 1
    confirm(api, "看到明火\x07 <b>")
    api.clock.advance(3.1)  # as far apart as a robot wants its messages
    assert send() == 1
    first, second = (json.loads(one)["text"]["content"] for one in hook.bodies())
    assert first.startswith("【林火】火情 1：发现新火情\n位置：36.2")  # noqa: RUF001
    assert "（WGS 84）" in first  # noqa: RUF001
    assert "镇街：" in first  # noqa: RUF001
    assert "72 分" in first
    assert "https://watch.bureau.cn/#fire-1" in first
    assert "方位 29°" in first
    assert "确认火情。看到明火  <b>" in second
    assert len(set(hook.marks())) == 2
    found = api.context.store.deliveries.of_incident(1)
    assert {one.state for one in found} == {DeliveryState.SENT}
    assert {one.receipt for one in found} == {"errcode 0"}
    assert send() == 0


def test_what_fails_is_tried_again_with_ever_longer_waits_and_never_given_up(
    api: ApiRig, burn: Burn, add: Add
) -> None:
    add()
    burn()
    unreachable = DeliveryFailed(Trouble.UNREACHABLE, "Nobody answers.")
    sender = Scripted(*[unreachable] * 12)
    desk = desk_of(api, sender)
    waits = []
    for _try in range(12):
        assert asyncio.run(desk.step()) == 1
        (one,) = api.context.store.deliveries.of_incident(1)
        assert one.state is DeliveryState.PENDING
        waits.append((one.due_at - api.clock.now()).total_seconds())
        api.clock.advance(waits[-1])
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 150.0, 150.0, 150.0, 150.0]
    (health,) = desk.health()
    assert (health.failures, desk.fails(health)) == (12, True)
    answer = api.client().get("/api/health").json()
    assert answer["status"] == "degraded"
    assert answer["notices"]["failing"] == 1
    assert answer["notices"]["pending"] == 1
    assert answer["notices"]["oldest_pending_at"] == "2026-11-25T03:00:00Z"
    assert asyncio.run(desk.step()) == 1
    assert api.client().get("/api/health").json()["status"] == "ok"


def test_a_key_that_is_refused_is_not_tried_fast_and_a_robot_is_given_its_rest(
    api: ApiRig, burn: Burn, add: Add
) -> None:
    add()
    burn()
    desk = desk_of(
        api,
        Scripted(
            DeliveryFailed(Trouble.REFUSED, "No."),
            DeliveryFailed(Trouble.RATE, "Too fast.", retry_after_s=600.0),
        ),
    )
    for wait_s in (60.0, 600.0):
        asyncio.run(desk.step())
        (one,) = api.context.store.deliveries.of_incident(1)
        assert (one.due_at - api.clock.now()).total_seconds() == wait_s
        api.clock.advance(wait_s)


def test_what_may_have_arrived_is_sent_again_under_its_mark(
    api: ApiRig,
    burn: Burn,
    add: Add,
    send: Step,
    hook: Any,  # noqa: ANN401
) -> None:
    add()
    burn()
    hook.status = [502]
    assert send() == 1
    assert api.context.store.deliveries.of_incident(1)[0].state is DeliveryState.PENDING
    api.clock.advance(10.0)
    assert send() == 1
    assert len(hook.got) == 2
    assert len(set(hook.marks())) == 1
    bodies = [json.loads(one) for one in hook.bodies()]
    assert bodies[0]["fires"] == bodies[1]["fires"]


def test_one_channel_that_fails_holds_up_no_other(
    api: ApiRig,
    burn: Burn,
    add: Add,
    send: Step,
    hook: Any,  # noqa: ANN401
) -> None:
    add(name="dead", address="http://127.0.0.1:9/")
    add(name="alive")
    burn()
    assert send() == 2
    assert len(hook.got) == 1
    health = {one.channel.draft.name: one.error for one in api.context.notices.desk.health()}
    assert health == {"dead": "notice_unreachable", "alive": ""}


def test_a_sender_that_breaks_is_a_failure_without_its_words_in_the_log(
    api: ApiRig, burn: Burn, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add()
    burn()
    desk = desk_of(api, Scripted(RuntimeError("http://h/?key=hush-7788")))
    with caplog.at_level(logging.INFO):
        asyncio.run(desk.step())
    (one,) = api.context.store.deliveries.of_incident(1)
    assert (one.error, one.message_id != "") == ("notice_unexpected", True)
    assert "RuntimeError" in caplog.text
    assert "7788" not in caplog.text + one.detail


def test_a_sender_that_hangs_is_ended(
    api: ApiRig, burn: Burn, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.notices.desk.LONGEST_S", 0.01)

    class Hangs:
        async def send(self, *_told: object) -> str:
            await asyncio.sleep(60)
            return ""

    add()
    burn()
    asyncio.run(desk_of(api, Hangs()).step())
    (one,) = api.context.store.deliveries.of_incident(1)
    assert (one.error, one.message_id != "") == ("notice_timeout", True)


def test_many_fires_are_one_message_and_one_that_is_refused_is_told_in_parts(
    api: ApiRig, burn: Burn, add: Add
) -> None:
    add()
    alert = burn()
    store = api.context.store
    for number in range(2, 6):
        store.alerts.open_alert(replace(alert.draft, idempotency_key=f"k{number}"), [])
    api.clock.advance(3.0)
    sender = Scripted(DeliveryFailed(Trouble.CONTENT, "Too long."))
    desk = desk_of(api, sender)
    assert asyncio.run(desk.step()) == 1
    (message,) = sender.seen
    assert message.title == "【林火】5 起火情有新消息"
    assert len(message.lines) == 5
    assert message.incident_ids == (1, 2, 3, 4, 5)
    assert all(f"火情 {number} ·" in message.text for number in range(1, 6))
    api.clock.advance(10.0)
    assert asyncio.run(desk.step()) == 5
    assert [one.incident_ids for one in sender.seen[1:]] == [(1,), (2,), (3,), (4,), (5,)]


def test_a_test_message_says_that_it_is_none_and_its_failure_is_told(
    api: ApiRig,
    add: Add,
    hook: Any,  # noqa: ANN401
) -> None:
    number = add(payload=Payload.CAP)
    desk = api.context.notices.desk
    tried = asyncio.run(desk.test(number, actor="a"))
    assert tried.sent
    assert "<status>Test</status>" in hook.bodies()[0]
    assert "<status>Test</status>" in (
        asyncio.run(desk.test(add(name="g", payload=Payload.GBT35965), actor="a"))
        and hook.bodies()[1]
    )
    plain = add(name="p")
    asyncio.run(desk.test(plain, actor="a"))
    assert json.loads(hook.bodies()[2])["test"] is True
    hook.status = [403]
    tried = asyncio.run(desk.test(plain, actor="a"))
    assert (tried.sent, tried.code) == (False, "notice_refused")
    log = api.context.store.audit.entries(1, noun="channel")[0]
    assert (log.action, log.details["outcome"]) == ("channel.tested", "notice_refused")


def run_for_a_while(desk: NoticeDesk, clock: ManualClock, looks: int) -> None:
    """Let the desk look so many times."""

    class Over(Exception):
        """The time is over."""

    left = looks

    async def sleep(duration_s: float) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Over
        clock.advance(duration_s)
        if desk._lanes._busy:
            await asyncio.wait(desk._lanes._busy.values(), timeout=2.0)

    async def scenario() -> None:
        desk._clock = type(
            "C",
            (),
            {"now": clock.now, "monotonic_s": clock.monotonic_s, "sleep": staticmethod(sleep)},
        )()
        with pytest.raises(Over):
            await desk.run()

    asyncio.run(scenario())


def test_the_running_desk_sends_forgets_old_receipts_and_outlives_a_store_that_fails(
    api: ApiRig,
    burn: Burn,
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add()
    burn()
    sender, store = Scripted(), api.context.store
    due, forget = store.deliveries.due, store.deliveries.forget
    broken = [True]

    def torn(*_told: object) -> Any:  # noqa: ANN401
        if broken.pop() if broken else False:
            raise StoreDamaged("Torn.")
        return due()

    monkeypatch.setattr(store.deliveries, "due", torn)
    run_for_a_while(desk_of(api, sender), api.clock, 6)
    assert len(sender.seen) == 1
    assert "notices: what is due cannot be read" in caplog.text
    assert store.deliveries.of_incident(1)[0].state is DeliveryState.SENT
    api.clock.advance(400 * 86400.0)
    with caplog.at_level(logging.INFO):
        run_for_a_while(desk_of(api, sender), api.clock, 1)
    assert store.deliveries.of_incident(1) == []
    assert "1 receipts are over" in caplog.text

    def cannot(_before: object) -> int:
        raise StoreDamaged("Torn.")

    monkeypatch.setattr(store.deliveries, "forget", cannot)
    run_for_a_while(desk_of(api, sender), api.clock, 1)
    assert "old receipts cannot be cleared" in caplog.text
    monkeypatch.setattr(store.deliveries, "forget", forget)


def test_a_channel_that_cannot_be_worked_on_is_logged_and_looked_at_again(
    api: ApiRig,
    burn: Burn,
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    add()
    burn()
    sender, claim = Scripted(), api.context.store.deliveries.claim
    broken = [True]

    def torn(*told: Any, **more: Any) -> Any:  # noqa: ANN401
        if broken.pop() if broken else False:
            raise StoreDamaged("Torn.")
        return claim(*told, **more)

    monkeypatch.setattr(api.context.store.deliveries, "claim", torn)
    run_for_a_while(desk_of(api, sender), api.clock, 6)
    assert "channel 1 cannot be worked on" in caplog.text
    assert len(sender.seen) == 1


def test_what_is_in_hand_when_the_desk_is_stopped_is_sent_again_under_its_mark(
    api: ApiRig, burn: Burn, add: Add
) -> None:
    add()
    burn()
    marks: list[str] = []

    class Hangs:
        async def send(self, message: Message, *_told: object) -> str:
            marks.append(message.message_id)
            await asyncio.sleep(60)
            return ""

    run_for_a_while(desk_of(api, Hangs()), api.clock, 1)
    assert api.context.store.deliveries.of_incident(1)[0].state is DeliveryState.SENDING
    api.clock.advance(120.0)
    sender = Scripted()
    asyncio.run(desk_of(api, sender).step())
    assert [one.message_id for one in sender.seen] == marks


def test_a_desk_that_is_switched_off_sends_nothing(api: ApiRig, burn: Burn, add: Add) -> None:
    add()
    burn()
    sender = Scripted()
    asyncio.run(desk_of(api, sender, enabled=False).run())
    assert sender.seen == []
    assert api.context.store.deliveries.of_incident(1)[0].state is DeliveryState.PENDING


def test_nobody_of_another_township_is_told(  # noqa: PLR0917
    api: ApiRig,
    burn: Burn,
    add: Add,
    send: Step,
    hook: Any,  # noqa: ANN401
    listen: Callable[[], AbstractContextManager[Any]],
) -> None:
    with listen() as theirs:
        draft = add(name="theirs", address=theirs.url, rules=Rules(townships=("999009999",)))
        add(name="ours", rules=Rules(townships=("999001006",)))
        burn()
        confirm(api)
        send()
        assert len(hook.got) == 1
        assert theirs.got == []
        assert draft


def test_waits_have_a_jitter() -> None:
    assert back_off_s(0, 0.999) < 2.0
    assert back_off_s(0, 0.0) == 1.0
    assert back_off_s(10**6, 0.999) <= 300.0
