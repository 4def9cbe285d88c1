"""People are sent to a fire: clocks run and run out, the next one is called, answers are kept."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from fires_page import FIRE, WEST, FiresPage, fires_page
from order_rig import calls_channel, on_duty
from playwright.sync_api import Locator, Page, Request, expect

from camera_gateway.pictures import encode_jpeg
from models.duty import Post
from models.frame import Provenance
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
HERE = "999001005"
"""Township of the fire."""

BUTTONS = (
    "order-tell-seen", "order-tell-answered", "order-call", "order-link-show", "order-close",
    "order-withdraw",
)  # fmt: skip
OWN_WORD = "langes-neues-wort"
PHONE_OF_LIST = "tel:13800001234"
SHORT = """
[orders]
push_s = 10.0
verify_s = 30.0
leave_s = 3600.0
"""


def card(page: Page, order_id: int, room: str = "orders") -> Locator:
    """An order in the room of orders, or in the page of its fire."""
    return page.get_by_test_id(room).locator(f"[data-testid=order][data-order='{order_id}']")


def clock(order: Locator, kind: str) -> Locator:
    return order.locator(f"[data-testid=order-clock][data-clock={kind}]")


def confirm(page: Page, words: str) -> None:
    """What is asked once more."""
    page.locator(".n-popconfirm__action:visible").get_by_text(words, exact=True).click()


def seconds_of(order: Locator, kind: str) -> int:
    found = re.search(r"(\d+):(\d\d)", clock(order, kind).locator("b").inner_text())
    assert found is not None
    return int(found[1]) * 60 + int(found[2])


def enter(page: Page, fires: FiresPage, role: Role = Role.MONITOR) -> None:
    page.add_init_script(NO_MAP)
    sign_in(page, Demo(fires.demo.address, PASSWORDS[role]), role.value)
    page.get_by_test_id("alert-card").first.dispatch_event("click")  # it pulses: never at rest
    expect(page.get_by_test_id("fire-orders")).to_be_visible()


def test_an_order_is_sent_answered_by_telephone_and_closed(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        fires.tell(FIRE, words="石壕冒烟")
        on_duty(fires.api, "李队长", Post.TEAM, HERE)
        on_duty(fires.api, "王站长", Post.STATION, HERE)
        calls_channel(fires.api, "短信", drills=True)
        page, seen = open_page(fires.demo)
        enter(page, fires)
        section = page.get_by_test_id("fire-orders")
        expect(page.get_by_test_id("orders-badge")).to_have_count(0)
        likely = section.get_by_test_id("fire-orders-township").first
        expect(likely).to_have_attribute("data-township", HERE)
        expect(likely).to_contain_text(re.compile(r"演练五镇 石壕镇\s*\d+ %"))
        section.get_by_test_id("fire-orders-note").locator("visible=true").fill("先看后山")
        section.scroll_into_view_if_needed()
        keep(page, "suggested")
        sent: list[str] = []
        page.on("request", lambda one: sent.append(key_of(one)) if one.method == "POST" else None)
        section.get_by_test_id("fire-orders-send").click()
        expect(section.get_by_test_id("order")).to_have_count(1)
        assert [len(key) for key in sent] == [32]
        expect(section.get_by_test_id("fire-orders-suggested")).to_have_count(0)
        expect(page.get_by_test_id("orders-badge")).to_have_text("1")
        section.scroll_into_view_if_needed()
        keep(page, "fire")

        page.get_by_test_id("orders-show").click()
        order = card(page, 1)
        expect(order).to_contain_text("先看后山")
        called = order.get_by_test_id("order-called")
        expect(called).to_contain_text("李队长")
        expect(called).to_contain_text("第 1 次呼叫")
        expect(called.get_by_test_id("duty-phone")).to_have_attribute("href", PHONE_OF_LIST)
        for kind in ("push", "verify", "leave"):
            expect(clock(order, kind)).to_have_attribute("data-state", "running")
        runs_by_itself(page, order)
        keep(page, "room")

        late(page, fires, order)
        told_by_telephone(page, order)
        closed(page, order)
        clean(seen)


def key_of(request: Request) -> str:
    return request.headers.get("idempotency-key", "")


def runs_by_itself(page: Page, order: Locator) -> None:
    """Clocks run without a word from the server, and no clock of the desk is asked."""
    page.evaluate("() => { Date.now = () => 0; }")
    before = seconds_of(order, "leave")
    expect(clock(order, "leave").locator("b")).not_to_have_text(
        clock(order, "leave").locator("b").inner_text(), timeout=5_000
    )
    assert 0 < before - seconds_of(order, "leave") < 20


def late(page: Page, fires: FiresPage, order: Locator) -> None:
    """A minute and a half later on the server: overdue, in red, and the next one is called."""
    fires.api.clock.advance(90.0)
    fires.api.context.orders.step()
    expect(clock(order, "push")).to_have_attribute("data-state", "overdue")
    expect(clock(order, "push")).to_contain_text("超时 0:3")
    expect(clock(order, "verify")).to_have_attribute("data-state", "running")
    colours = [
        clock(order, kind).locator("b").evaluate("one => getComputedStyle(one).color")
        for kind in ("push", "verify")
    ]
    assert colours == ["rgb(255, 122, 107)", "rgb(238, 244, 243)"]  # red is what is late, alone
    called = order.get_by_test_id("order-called")
    expect(called).to_contain_text("王站长")
    expect(called).to_contain_text(re.compile("第 2 次呼叫.因推送超时"))
    expect(order.get_by_test_id("order-next")).to_contain_text(
        re.compile(r"\d:\d\d 后呼叫下一个人")
    )
    expect(page.get_by_test_id("orders-alarm")).to_contain_text("1 件超时")
    keep(page, "overdue")
    order.get_by_test_id("order-call").click()
    confirm(page, "呼叫")
    expect(called).to_contain_text("全区值班室")
    expect(called.get_by_test_id("duty-phone")).to_have_count(0)
    order.get_by_test_id("order-link-show").click()
    link = field_of(page, "order-link-text").input_value()
    assert re.fullmatch(re.escape(fires.demo.address) + r"/field/#t=[\w-]{54}", link)
    keep(page, "link")
    order.get_by_test_id("order-link-done").click()


def told_by_telephone(page: Page, order: Locator) -> None:
    """Each thing that was told stops its clocks, and those that are stopped stand still."""
    order.get_by_test_id("order-tell-seen").click()
    confirm(page, "记录")
    expect(clock(order, "push")).to_have_attribute("data-state", "missed")
    expect(order.get_by_test_id("order-tell-seen")).to_have_count(0)
    order.get_by_test_id("order-tell-answered").click()
    expect(order.get_by_test_id("order-answer-send")).to_be_disabled()
    order.get_by_test_id("order-answer-false").click()
    expect(order.get_by_test_id("order-reason")).to_be_visible()
    order.get_by_test_id("order-answer-real").click()
    expect(order.get_by_test_id("order-reason")).to_have_count(0)
    order.locator("[data-testid=order-answer-note]:visible").fill("火头往东走")
    order.get_by_test_id("order-answer-photo").set_input_files(
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    keep(page, "answer")
    order.get_by_test_id("order-answer-send").click()
    expect(clock(order, "verify")).to_have_attribute("data-state", "kept")
    expect(clock(order, "leave")).to_have_attribute("data-state", "running")
    # It burns, and no monitor has said so yet.
    expect(order.get_by_test_id("order-unconfirmed")).to_be_visible()
    order.get_by_test_id("order-tell-left").click()
    confirm(page, "记录")
    expect(clock(order, "leave")).to_have_attribute("data-state", "kept")
    expect(order.get_by_test_id("order-next")).to_contain_text("不再呼叫")
    stood = seconds_of(order, "leave")
    order.get_by_test_id("order-tell-arrived").click()
    confirm(page, "记录")
    expect(order).to_have_attribute("data-state", "arrived")
    assert seconds_of(order, "leave") == stood
    order.get_by_test_id("order-history-toggle").click()
    entries = order.get_by_test_id("order-entry")
    kinds = [one.get_attribute("data-kind") for one in entries.all()]
    assert kinds == [
        "opened", "called", "called", "called", "seen", "answered", "left", "arrived",
    ]  # fmt: skip
    picture = order.get_by_test_id("order-photo")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("one => one.naturalWidth") > 0
    keep(page, "told")
    page.get_by_test_id("orders-close").click()
    languages(page)


def languages(page: Page) -> None:
    """In English, and on a telephone: nothing is wider than the screen."""
    for width, height in ((1750, 900), (1600, 900), (1280, 720), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        if width == 360:
            page.get_by_test_id("tab-fire").click()
        section = page.get_by_test_id("fire-orders")
        section.scroll_into_view_if_needed()
        keep(page, f"fire-{width}")
        page.get_by_test_id("orders-show").click()
        expect(card(page, 1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        body = page.get_by_test_id("orders-open")
        assert body.evaluate("one => one.scrollWidth <= one.clientWidth")
        keep(page, f"room-{width}")
        page.get_by_test_id("orders-close").click()
        page.get_by_test_id("language-switch").click()
        if width > 360:  # on a telephone the bar is drawn aside
            bar = page.locator("header.bar")
            assert bar.evaluate("one => one.scrollWidth <= one.clientWidth")
        keep(page, f"bar-{width}-en")
        page.get_by_test_id("orders-show").click()
        expect(card(page, 1)).to_contain_text("on the scene")
        assert body.evaluate("one => one.scrollWidth <= one.clientWidth")
        keep(page, f"room-{width}-en")
        card(page, 1).get_by_test_id("order-close").click()
        page.keyboard.press("Escape")  # what is written is left first, then the room
        expect(page.get_by_test_id("order-close-form")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("orders")).to_have_count(0)
        page.get_by_test_id("language-switch").click()
    page.set_viewport_size({"width": 1600, "height": 900})


def closed(page: Page, order: Locator) -> None:
    """An order that is closed leaves the list and stands among those that are over."""
    page.get_by_test_id("orders-show").click()
    order.get_by_test_id("order-close").click()
    order.locator("[data-testid=order-end-note]:visible").fill("已扑灭")
    order.get_by_test_id("order-end-send").click()
    expect(order).to_have_count(0)
    expect(page.get_by_test_id("orders-badge")).to_have_count(0)
    page.get_by_test_id("orders-tab-over").click()
    expect(order).to_have_attribute("data-state", "closed")
    expect(order.get_by_test_id("order-tell-answered")).to_have_count(0)
    expect(order.get_by_test_id("order-close")).to_have_count(0)
    keep(page, "over")
    order.get_by_test_id("order-fire").click()
    expect(page.get_by_test_id("orders")).to_have_count(0)
    expect(page.get_by_test_id("fire-orders").get_by_test_id("order")).to_have_count(1)
    expect(page.get_by_test_id("fire-orders-send")).to_be_visible()  # it may be sent again


def photo() -> bytes:
    """A picture that a vault takes."""
    shade = np.linspace(60, 200, 320, dtype=np.uint8)
    return encode_jpeg(np.dstack([np.tile(shade, (240, 1))] * 3), 85)


def test_a_viewer_sees_clocks_and_no_button_no_name_no_telephone(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        fires.burn(WEST, provenance=Provenance.DRILL)
        on_duty(fires.api, "李队长", Post.TEAM, HERE)
        with desk_of(fires.demo.address, "monitor", PASSWORDS[Role.MONITOR]) as desk:
            body = {"incident_id": 1, "townships": [HERE], "note": ""}
            desk.post("/api/orders", json=body).raise_for_status()
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.VIEWER)
        page.get_by_test_id("orders-show").click()
        order = card(page, 1)
        expect(clock(order, "push")).to_have_attribute("data-state", "running")
        expect(order.get_by_test_id("order-drill")).to_have_text("演练")
        expect(order.get_by_test_id("order-called")).to_contain_text("值班人员")
        order.get_by_test_id("order-history-toggle").click()
        expect(order.get_by_test_id("order-entry")).to_have_count(2)
        expect(order).not_to_contain_text("李队长")
        for name in (*BUTTONS, "duty-phone", "order-link-state"):
            expect(page.get_by_test_id(name)).to_have_count(0)
        expect(page.get_by_test_id("fire-orders-send")).to_have_count(0)
        keep(page, "viewer")
        clean(seen)


@contextmanager
def desk_of(address: str, name: str, word: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60.0) as desk:
        desk.post("/api/session", json={"name": name, "password": word}).raise_for_status()
        yield desk


def test_a_running_watch_calls_the_next_one_and_the_room_follows(
    open_page: OpenPage, tmp_path: Path
) -> None:
    """In real time: nobody answers, a clock of ten seconds runs out, and the badge turns red."""
    with running_watch(tmp_path, SHORT) as watch:
        with desk_of(watch.address, "admin", watch.password) as desk:
            words = {"current": watch.password, "new": OWN_WORD}
            desk.post("/api/session/password", json=words).raise_for_status()
            roster(desk)
            number = report(desk)
        page, seen = open_page(watch)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(watch.address, OWN_WORD), "admin")
        page.get_by_test_id("alert-card").first.dispatch_event("click")
        section = page.get_by_test_id("fire-orders")
        expect(section.get_by_test_id("fire-orders-township")).to_contain_text("全区值班室")
        page.get_by_test_id("orders-show").click()
        expect(page.get_by_test_id("orders-open")).to_contain_text("没有未结的工单")
        # Somebody else sends it: the room hears of it.
        with desk_of(watch.address, "admin", OWN_WORD) as desk:
            body = {"incident_id": number, "townships": [""], "note": ""}
            desk.post("/api/orders", json=body).raise_for_status()
        order = card(page, 1)
        expect(clock(order, "push")).to_have_attribute("data-state", "running")
        expect(order.get_by_test_id("order-called")).to_contain_text("陈主任")
        expect(order.get_by_test_id("order-drill")).to_have_count(0)
        expect(clock(order, "push")).to_have_attribute("data-state", "overdue")
        expect(order.get_by_test_id("order-called")).to_contain_text(
            re.compile("第 2 次呼叫.因推送超时")
        )
        expect(order.get_by_test_id("order-called")).to_contain_text("赵副主任")
        expect(page.get_by_test_id("orders-badge")).to_have_class(re.compile("overdue"))
        reads_seldom(page, watch, order)
        order.get_by_test_id("order-withdraw").click()
        order.get_by_test_id("order-end-send").click()
        expect(order).to_have_count(0)
        page.get_by_test_id("orders-tab-over").click()
        expect(clock(order, "push")).to_have_attribute("data-state", "missed")
        expect(clock(order, "leave")).to_have_attribute("data-state", "void")
        clean(seen)


def reads_seldom(page: Page, watch: Demo, order: Locator) -> None:
    """However much happens at once, the list is read each two seconds at most, and at the end."""
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "state=open" in one.url else None)
    began = time.monotonic()
    with desk_of(watch.address, "admin", OWN_WORD) as desk:
        for number in range(20):
            told = {"kind": "noted", "note": f"第 {number} 条", "key": f"note-{number}"}
            desk.post("/api/orders/1/tell", json=told).raise_for_status()
    order.get_by_test_id("order-history-toggle").click()
    notes = order.locator("[data-testid=order-entry][data-kind=noted]")
    expect(notes).to_have_count(20)
    assert 1 <= len(asked) <= (time.monotonic() - began) / 2 + 1


def roster(desk: httpx.Client) -> None:
    """Two of the district's own duty room are on, one after the other."""
    now = datetime.now(UTC)
    for deputy, name in enumerate(("陈主任", "赵副主任")):
        person: dict[str, Any] = {
            "name": name, "phone": "023-48660000", "post": "committee",
            "township": "", "village": "", "team": None, "note": "",
        }  # fmt: skip
        added = desk.post("/api/duty/people", json=person)
        assert added.status_code == 201, added.text
        shift = {
            "person_id": added.json()["person_id"],
            "from_at": (now - timedelta(hours=1)).isoformat(),
            "until_at": (now + timedelta(hours=8)).isoformat(),
            "deputy": deputy,
        }
        assert desk.post("/api/duty/shifts", json=shift).status_code == 201


def report(desk: httpx.Client) -> int:
    """Somebody tells of a fire; its number."""
    spot = {"kind": "coordinates", "system": "WGS84", "first": FIRE[0], "second": FIRE[1]}
    told = desk.post(
        "/api/observations",
        json={
            "key": "told-0001",
            "source": "call",
            "sighting": {"kind": "place", "spot": spot, "radius_m": 100.0},
            "seen_at": datetime.now(UTC).isoformat(),
            "words": "坡上冒烟",
        },
    )
    assert told.status_code == 201, told.text
    return int(told.json()["incident_id"])


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; before a sign-in, and without WebGL, browsers complain."""
    known = ("401", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/orders-{name}.png")
