"""Calls reach people by a real gateway on this machine: with their link, and without for others."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from api_rig import ApiRig
from crossing_rig import alert_of, fix_of, tower
from field_rig import LINK_S, called, order_at
from order_rig import PHONE, RIDGE, on_duty, report, village_place

from api.notices.desk import APART_S
from api.orders.links import LinkMaker
from api.orders.pushing import PushDesk
from models.errors import InputRefused
from models.notice import (
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Language,
    Occasion,
    Payload,
    Rules,
    Secrets,
)
from models.order import ClockKind, ClosesAt, OrderDraft, OrderEntryKind, PushState, Told

URL = "https://watch.bureau.cn"


class Gateway:
    """A gateway of text messages, or a robot; it answers as it is told.

    Attributes:
        got: path, headers and body of each question.
        status: of answers, taken from the front; then 200.
        hangs: answers wait until it is set, when it is there.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], str]] = []
        self.status: list[int] = []
        self.hangs: threading.Event | None = None
        self.url = ""


@contextmanager
def listening() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.got.append((self.path, headers, body))
            if gateway.hangs is not None:
                gateway.hangs.wait(20)
            self.send_response(gateway.status.pop(0) if gateway.status else 200)
            told = b'{"errcode":0}'
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}/sms"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield gateway
        finally:
            if gateway.hangs is not None:
                gateway.hangs.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with listening() as one:
        yield one


@pytest.fixture
def links(api: ApiRig) -> LinkMaker:
    return LinkMaker.later(api.context.settings.links_key_file, URL)


@pytest.fixture
def desk(api: ApiRig, links: LinkMaker) -> PushDesk:
    return desk_of(api, links)


def desk_of(api: ApiRig, links: LinkMaker) -> PushDesk:
    context = api.context
    return PushDesk(
        context.store,
        api.clock,
        context.notices.desk,
        context.notices.writer,
        links=links,
        settings=context.settings,
    )


def channel(
    api: ApiRig,
    kind: ChannelKind,
    address: str,
    *,
    name: str = "",
    language: Language = Language.ZH,
    **rules: object,
) -> int:
    options: dict[ChannelKind, Any] = {
        ChannelKind.SMS: {
            "recipients": ("13900009999",),
            "body": "to={recipient}&say={text}&key={secret.token}",
            "content_type": "application/x-www-form-urlencoded",
        },
        ChannelKind.WEBHOOK: {"payload": Payload.JSON},
    }
    secrets = {
        ChannelKind.SMS: {"token": "sms-token-7788"},
        ChannelKind.WECOM: {"key": "wecom-key-7788"},
        ChannelKind.WEBHOOK: {"signing_key": "hook-key-7788"},
    }
    draft = ChannelDraft(
        name or kind.value,
        kind,
        ChannelOptions(address=address, **options.get(kind, {})),
        Rules(occasions=(Occasion.CALLED,), drills=True, **rules),  # type: ignore[arg-type]
        language=language,
    )
    return api.context.store.channels.add(draft, Secrets(secrets[kind]), actor="a").channel_id


def sent(gateway: Gateway, at: int = -1) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(gateway.got[at][2]).items()}


def pushes(api: ApiRig, order_id: int = 1) -> list[tuple[PushState, str, int]]:
    found = api.context.store.orders.pushes(order_id)
    return [(one.state, one.error, one.attempts) for one in found]


def test_a_text_message_goes_to_who_is_called_with_their_link_and_all_that_they_need(
    api: ApiRig, gateway: Gateway, desk: PushDesk, links: LinkMaker
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    link = called(api, order_at(api), on_duty(api, "王网格"), (sms,))
    assert asyncio.run(desk.step()) == 1
    said = sent(gateway)
    assert said["to"] == PHONE, "not to the channel's own recipients"
    assert said["key"] == "sms-token-7788"
    first, second, *rest = said["say"].split("\n")
    township = api.context.notices.writer.finder.names()[RIDGE]
    assert first == f"【林火工单】1 号 {township}：请王网格立即核查"  # noqa: RUF001
    assert f"{URL}/field/#t={links.token(link)}" in second
    whole = "\n".join(rest)
    at = village_place(api)
    assert f"{at.lat_deg:.3f}"[:-1] in whole
    assert "（WGS 84）" in whole  # noqa: RUF001
    assert "1 分钟内答复、3 分钟内核查、5 分钟内出动" in whole
    assert "11:00 起" in whole, "by the site's clock"
    assert "备注：快去看看" in whole  # noqa: RUF001
    assert "火情 1：待处置" in whole  # noqa: RUF001
    assert "不要独自扑救" in whole
    assert pushes(api) == [(PushState.SENT, "", 0)]
    assert asyncio.run(desk.step()) == 0


def test_everybody_else_reads_whom_to_reach_and_gets_neither_link_nor_telephone(
    api: ApiRig, gateway: Gateway, desk: PushDesk, links: LinkMaker
) -> None:
    robot = channel(api, ChannelKind.WECOM, gateway.url)
    hook = channel(api, ChannelKind.WEBHOOK, gateway.url, language=Language.EN)
    link = called(api, order_at(api), on_duty(api, "王网格"), (robot, hook))
    assert asyncio.run(desk.step()) == 2
    bodies = {json.loads(body).get("msgtype", "hook"): body for _, _, body in gateway.got}
    for body in bodies.values():
        assert links.token(link) not in body
        assert "#t=" not in body
        assert PHONE not in body
        assert "王网格" in body
    facts = json.loads(bodies["hook"])
    assert facts["fires"] == []
    told = facts["call"]
    assert (told["order_id"], told["incident_id"], told["number"]) == (1, 1, 1)
    assert (told["township"], told["name"], told["clock"]) == (RIDGE, "王网格", None)
    assert told["place"]["datum"] == "WGS 84"
    assert facts["title"].startswith("Work order 1, ")
    assert "Reach 王网格" in told["text"]


def test_a_drill_says_so_first_and_a_direction_is_no_place(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    camera = tower("t3-drill", -84.3725, 36.2225)
    alert = alert_of(api, camera, fix_of(camera, (-84.30619, 36.2463)))
    order_id = order_at(api, incident_id=alert.incident_id, township="")
    called(api, order_id, on_duty(api, "李站长"), (sms,))
    asyncio.run(desk.step())
    said = sent(gateway)["say"]
    assert said.startswith("【演练】【林火工单】1 号 全区：请李站长")  # noqa: RUF001
    assert "方向：自" in said  # noqa: RUF001
    assert "尚无交会位置" in said
    assert "误差半径" not in said


def test_the_duty_room_is_told_by_the_channels_own_people_and_without_a_link(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    called(api, order_at(api), None, (sms,))
    asyncio.run(desk.step())
    said = sent(gateway)
    assert said["to"] == "13900009999"
    assert "请值班室立即核查" in said["say"]
    assert "#t=" not in said["say"]


def test_a_later_call_says_which_time_ran_out_and_limits_are_those_in_force(
    api: ApiRig, gateway: Gateway, links: LinkMaker
) -> None:
    settings = api.context.settings
    rule = settings.orders.model_copy(update={"push_s": 90.0, "verify_s": 240.0})
    rig = ApiRig(
        replace(api.context, settings=settings.model_copy(update={"orders": rule})), api.clock
    )
    sms = channel(api, ChannelKind.SMS, gateway.url, language=Language.EN)
    order_id = order_at(api)
    first, second = on_duty(api, "a"), on_duty(api, "b")
    called(api, order_id, first)
    orders = api.context.store.orders
    orders.call(
        order_id,
        second,
        expected_calls=1,
        clock=ClockKind.PUSH,
        round_=0,
        author="system",
        link_s=LINK_S,
        channels=(sms,),
    )
    asyncio.run(desk_of(rig, links).step())
    said = sent(gateway)["say"]
    assert "Call 2: the time to answer ran out." in said
    assert "answer in 90 s, verify in 4 min, leave in 5 min" in said


def test_without_a_public_address_nobody_is_sent_a_link_that_leads_nowhere(
    api: ApiRig, gateway: Gateway
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    called(api, order_at(api), on_duty(api, "a"), (sms,))
    asyncio.run(desk_of(api, api.context.links).step())
    said = sent(gateway)["say"]
    assert "/field/" not in said
    assert "请致电值班室答复" in said


def test_a_long_note_cuts_neither_link_nor_title_off(
    api: ApiRig, gateway: Gateway, desk: PushDesk, links: LinkMaker
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    fire = report(api, village_place(api))
    note = "很长\x07的备注" * 200
    draft = OrderDraft(fire, RIDGE, (), 0.9, ClosesAt.DISTRICT, "hand:x", note)
    (order,) = api.context.store.orders.open([draft], author="m")
    link = called(api, order.order_id, on_duty(api, "王网格"), (sms,))
    asyncio.run(desk.step())
    said = sent(gateway)["say"]
    assert len(said.encode()) <= 900
    assert links.token(link) in said
    assert "WGS 84" in said
    assert "\x07" not in said


def test_what_fails_is_tried_again_under_its_mark_with_ever_longer_waits(
    api: ApiRig, gateway: Gateway, desk: PushDesk, caplog: pytest.LogCaptureFixture
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    called(api, order_at(api), on_duty(api, "王网格"), (sms,))
    gateway.status = [503, 503, 503]
    waits = []
    with caplog.at_level(logging.INFO):
        for tried in range(1, 4):
            assert asyncio.run(desk.step()) == 1
            assert pushes(api) == [(PushState.WAITING, "notice_unwell", tried)]
            waited = 0.0
            while not api.context.store.orders.due_pushes():
                api.clock.advance(0.25)
                waited += 0.25
            waits.append(waited)
        assert asyncio.run(desk.step()) == 1
    assert pushes(api) == [(PushState.SENT, "", 3)]
    for waited, longest in zip(waits, (2.0, 4.0, 8.0), strict=True):
        assert longest / 2.0 <= waited <= longest + 0.25
    assert len({headers["x-firewatch-delivery"] for _, headers, _ in gateway.got}) == 1
    assert len(gateway.got) == 4
    assert PHONE not in caplog.text
    assert "#t=" not in caplog.text


def test_a_key_that_is_refused_is_not_tried_fast(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    called(api, order_at(api), on_duty(api, "a"), (sms,))
    gateway.status = [403]
    asyncio.run(desk.step())
    api.clock.advance(59.0)
    assert asyncio.run(desk.step()) == 0
    api.clock.advance(1.0)
    assert asyncio.run(desk.step()) == 1


def test_who_answered_is_sent_nothing_any_more(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    order_id, person_id = order_at(api), on_duty(api, "a")
    called(api, order_id, person_id, (sms,))
    gateway.status = [503]
    asyncio.run(desk.step())
    api.context.store.orders.tell(
        order_id, Told(OrderEntryKind.SEEN), author=f"duty:{person_id}", person_id=person_id
    )
    api.clock.advance(3600.0)
    assert asyncio.run(desk.step()) == 0
    assert pushes(api) == [(PushState.GIVEN_UP, "notice_unwell", 1)]


def test_who_was_removed_from_the_roster_has_no_telephone_to_send_to(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    person_id = on_duty(api, "a")
    called(api, order_at(api), person_id, (sms,))
    api.context.store.duty.remove_person(person_id, author="t")
    asyncio.run(desk.step())
    assert gateway.got == []
    assert pushes(api) == [(PushState.WAITING, "notice_recipients", 1)]


def test_a_channel_that_hangs_holds_up_no_other(
    api: ApiRig, gateway: Gateway, desk: PushDesk
) -> None:
    with listening() as hung:
        hung.hangs = threading.Event()
        slow = channel(api, ChannelKind.SMS, hung.url, name="hung")
        well = channel(api, ChannelKind.SMS, gateway.url, name="well")
        called(api, order_at(api), on_duty(api, "a"), (slow, well))
        second = order_at(api, township="999001004", key="told-0002")
        called(api, second, on_duty(api, "b"), (slow, well))

        async def work() -> None:
            running = asyncio.create_task(desk.run())
            while len(gateway.got) < 2 or not hung.got:  # noqa: ASYNC110  # of other threads
                await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        asyncio.run(asyncio.wait_for(work(), 20.0))
        assert len(hung.got) == 1, "its first is in hand, its second waits behind it"


def test_what_was_in_hand_when_the_watch_died_is_sent_again_under_its_mark(
    api: ApiRig, gateway: Gateway, desk: PushDesk, links: LinkMaker
) -> None:
    sms = channel(api, ChannelKind.SMS, gateway.url)
    called(api, order_at(api), on_duty(api, "a"), (sms,))
    lost = api.context.store.orders.claim_push(sms, holder="dead", lease_s=120.0)
    assert lost is not None
    assert asyncio.run(desk.step()) == 0
    api.clock.advance(121.0)
    assert asyncio.run(desk_of(api, links).step()) == 1
    assert gateway.got[0][1]["x-firewatch-delivery"] == lost.push.message_id


def test_robots_get_their_rest(api: ApiRig, gateway: Gateway, desk: PushDesk) -> None:
    robot = channel(api, ChannelKind.WECOM, gateway.url)
    order_id = order_at(api)
    for name in ("a", "b", "c"):
        called(api, order_id, on_duty(api, name), (robot,))
    before = api.clock.now()
    assert asyncio.run(desk.step()) == 3
    assert (api.clock.now() - before).total_seconds() >= 2 * APART_S[ChannelKind.WECOM]


def test_nothing_is_sent_where_notices_are_switched_off(
    api: ApiRig, gateway: Gateway, links: LinkMaker
) -> None:
    rule = api.context.settings.notices.model_copy(update={"enabled": False})
    settings = api.context.settings.model_copy(update={"notices": rule})
    rig = ApiRig(replace(api.context, settings=settings), api.clock)
    called(api, order_at(api), on_duty(api, "a"), (channel(api, ChannelKind.SMS, gateway.url),))
    asyncio.run(asyncio.wait_for(desk_of(rig, links).run(), 5.0))
    assert gateway.got == []


@pytest.mark.parametrize("payload", [Payload.CAP, Payload.GBT35965])
def test_a_channel_of_forms_that_know_no_calls_takes_none(api: ApiRig, payload: Payload) -> None:
    draft = ChannelDraft(
        "c",
        ChannelKind.WEBHOOK,
        ChannelOptions(address="https://h.example/x", payload=payload),
        Rules(occasions=(Occasion.OPENED, Occasion.CALLED)),
    )
    secrets = Secrets({"signing_key": "k"})
    channels = api.context.store.channels
    with pytest.raises(InputRefused) as refused:
        channels.add(draft, secrets, actor="a")
    assert refused.value.code == "channel_called"
    channels.add(replace(draft, rules=Rules(occasions=(Occasion.OPENED,))), secrets, actor="a")
