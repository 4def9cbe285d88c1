"""An administrator sets channels, accounts and tokens up; a fire is told outside the house."""

import hashlib
import hmac
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from fires_page import FIRE, fires_page
from playwright.sync_api import Page, expect

from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NEW = "langes-neues-wort"
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
ELSEWHERE = (-84.12, 36.28)  # in 永兴镇, twelve kilometres from the fire in 石壕镇
TELL = """async () => {
  const answer = await fetch("/api/observations", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      key: "told-by-telephone-1",
      source: "hotline_12345",
      sighting: {
        kind: "place",
        spot: { kind: "coordinates", system: "WGS84", first: 106.65, second: 29.03 },
        radius_m: 300,
      },
      seen_at: new Date().toISOString(),
      words: "坡上冒白烟",
    }),
  });
  return [answer.status, await answer.text()];
}"""


@dataclass
class Receiver:
    """Another program of the bureau: takes what is signed, and goes away when it is told to."""

    port: int = 0
    messages: list[dict[str, object]] = field(default_factory=list)
    signatures: list[tuple[str, bytes]] = field(default_factory=list)
    server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        receiver = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.signatures.append((self.headers["X-Firewatch-Signature"], body))
                receiver.messages.append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Hook)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    started = Receiver()
    started.start()
    yield started
    started.stop()


def pick(page: Page, word: str) -> None:
    page.get_by_test_id("user-menu").click()
    page.locator(".n-dropdown-option", has_text=word).click()


def choose_password(page: Page, current: str) -> None:
    for name, word in (("current", current), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{name}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    page.get_by_test_id("user-menu").wait_for()


def signed(key: str, stated: str, body: bytes) -> bool:
    stamp, _, mac = stated.removeprefix("t=").partition(",v1=")
    wanted = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return hmac.compare_digest(mac, wanted.hexdigest())


def add_channel(page: Page, port: int) -> str:
    """Set a webhook up as a person does; its key."""
    pick(page, "通知渠道")
    page.get_by_test_id("channel-add").click()
    page.locator(".n-dropdown-option", has_text="签名接口推送").click()
    expect(page.get_by_test_id("channel-save")).to_be_disabled()
    expect(page.get_by_test_id("channel-missing")).to_contain_text("名称 · 地址 · 密钥")
    field_of(page, "channel-name").fill("指挥平台")
    field_of(page, "channel-address").fill(f"http://127.0.0.1:{port}/fires")
    page.get_by_test_id("channel-secret-make").click()
    key = field_of(page, "channel-secret-signing_key").input_value()
    assert len(key) == 64
    page.get_by_test_id("channel-save").click()
    return key


def add_account(page: Page, name: str, township: str) -> str:
    """Add somebody of a township; the one-time password."""
    pick(page, "人员与令牌")
    page.get_by_test_id("account-add").click()
    field_of(page, "account-name").fill(name)
    page.get_by_test_id("account-townships").click()
    page.locator(".n-base-select-option", has_text=township).click()
    page.keyboard.press("Escape")
    page.get_by_test_id("account-save").click()
    word = field_of(page, "once-text").input_value()
    page.keyboard.press("Escape")  # what is told once is not closed by a slip
    page.get_by_test_id("once-done").click()
    return word


def make_and_revoke_token(page: Page, address: str) -> None:
    """A program gets in with the text that is told once."""
    page.get_by_test_id("people-tokens").click()
    page.get_by_test_id("token-add").click()
    field_of(page, "token-name").fill("gis-import")
    page.get_by_test_id("token-save").click()
    text = field_of(page, "once-text").input_value()
    bearer = {"authorization": f"Bearer {text}"}
    asked = page.context.request.get(f"{address}/api/incidents", headers=bearer)
    assert asked.status == 200
    page.get_by_test_id("once-done").click()
    page.get_by_test_id("token-revoke").click()
    page.locator(".n-popconfirm__action").get_by_text("吊销").click()
    expect(page.get_by_test_id("token-state")).to_have_text("admin 已吊销")


def remove_channel(page: Page) -> None:
    """Asked once more, and gone."""
    page.get_by_test_id("fire-close").click()
    pick(page, "通知渠道")
    row = page.get_by_test_id("channel")
    row.get_by_test_id("channel-remove").click()
    page.locator(".n-popconfirm__action").get_by_text("删除").click()
    expect(row).to_have_count(0)


def test_a_channel_is_made_and_tested_and_a_fire_told_and_its_receipt_and_trouble_seen(
    open_page: OpenPage, tmp_path: Path, receiver: Receiver
) -> None:
    with running_watch(tmp_path, "[notices]\nfailing_tries = 1\n") as watch:
        page, seen = open_page(watch)
        page.add_init_script(NO_MAP)
        sign_in(page, watch, "admin")
        choose_password(page, watch.password)

        key = add_channel(page, receiver.port)
        row = page.get_by_test_id("channel")
        expect(row).to_contain_text("尚未发送过")
        row.get_by_test_id("channel-test").click()
        expect(page.get_by_test_id("channel-tested")).to_contain_text("已送出")
        assert receiver.messages[0]["test"] is True
        assert signed(key, *receiver.signatures[0])

        row.get_by_test_id("channel-edit").click()
        expect(page.get_by_test_id("channel-secrets-kept")).to_contain_text("签名密钥")
        assert key not in page.content()
        field_of(page, "channel-quiet-from").fill("22:00")
        expect(page.get_by_test_id("channel-missing")).to_contain_text("静默时段")
        field_of(page, "channel-quiet-from").fill("")
        page.get_by_test_id("channel-save").click()
        keep(page, "channels")
        page.get_by_test_id("notices-close").click()

        status, words = page.evaluate(TELL)
        assert status in {200, 201}, words
        page.get_by_test_id("alert-card").dispatch_event("click")  # it pulses: never at rest
        receipt = page.get_by_test_id("receipt")
        expect(receipt).to_have_attribute("data-state", "sent", timeout=40_000)
        expect(receipt).to_contain_text("指挥平台")
        expect(receipt).to_contain_text("发现新火情")
        [told] = receiver.messages[1]["fires"]  # type: ignore[misc]
        assert told["incident_id"] == 1  # type: ignore[index]
        assert signed(key, *receiver.signatures[1])
        with page.expect_download() as saved:
            page.get_by_test_id("fire-cap").click()
        assert "<alert" in saved.value.path().read_text(encoding="utf-8")

        receiver.stop()
        page.get_by_test_id("action-confirm").click()
        banner = page.get_by_test_id("notice-banner")
        expect(banner).to_contain_text("指挥平台", timeout=60_000)
        expect(banner).to_contain_text("无法连接")
        waits = receipt.filter(has_text="确认火情")
        expect(waits).to_have_attribute("data-state", "pending")
        expect(waits).to_contain_text("无法连接")
        keep(page, "failing")
        receiver.start()
        expect(waits).to_have_attribute("data-state", "sent", timeout=90_000)
        expect(banner).to_have_count(0, timeout=40_000)

        remove_channel(page)
        clean(seen)


def test_somebody_of_a_township_signs_in_and_sees_its_fires_alone(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        here = fires.tell(FIRE, words="石壕冒烟").incident_id
        there = fires.tell(ELSEWHERE, words="永兴冒烟").incident_id
        assert here != there
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.ADMIN]), "admin")
        cards = page.get_by_test_id("alert-card")
        expect(cards).to_have_count(2)

        word = add_account(page, "石壕值班", "石壕镇")
        account = page.locator("[data-testid=account][data-name='石壕值班']")
        expect(account).to_contain_text("石壕镇")
        expect(account.get_by_test_id("account-state")).to_have_text("待更换一次性密码")
        keep(page, "people")
        assert word not in page.content()

        theirs, of_them = open_page(fires.demo)
        theirs.add_init_script(NO_MAP)
        sign_in(theirs, Demo(fires.demo.address, word), "石壕值班")
        choose_password(theirs, word)
        card = theirs.get_by_test_id("alert-card")
        expect(card).to_have_count(1)
        expect(card).to_have_attribute("data-incident-id", str(here))
        theirs.get_by_text("全部", exact=True).first.click()
        theirs.get_by_test_id("fires-export").click()
        with theirs.expect_download() as saved:
            theirs.locator("[data-testid=fires-export-files] [data-format=csv]").click()
        assert len(saved.value.path().read_text(encoding="utf-8-sig").splitlines()) == 2
        theirs.get_by_test_id("user-menu").click()
        expect(theirs.locator(".n-dropdown-option", has_text="人员与令牌")).to_have_count(0)
        theirs.keyboard.press("Escape")
        keep(theirs, "township")

        account.get_by_test_id("account-disable").click()
        page.locator(".n-popconfirm__action").get_by_text("停用").click()
        expect(account.get_by_test_id("account-state")).to_have_text("已停用")
        expect(theirs.get_by_test_id("signin-submit")).to_be_visible(timeout=60_000)

        make_and_revoke_token(page, fires.demo.address)
        clean(seen)
        clean(of_them)


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; before a sign-in, and without WebGL, browsers complain."""
    known = ("401", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/notices-{name}.png")
