"""A shift is handed over: drafted, signed by both at one console, and printed for the file."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from api_rig import PASSWORDS, START
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import COLLEAGUE, COLLEAGUES_WORD, FIRE, FiresPage, fires_page
from playwright.sync_api import Page, expect

from models.incident import DismissReason
from models.ledger import EntryKind, GroundPlace, LedgerDraft
from models.times import Times
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
PHONE = "13800001234"
REMARK = "二号塔镜头有水、天黑前擦。"
BEGAN, DRAFTED = "2026-11-24 23:00", "2026-11-25 11:00"
"""Twelve hours to the moment of the rig's clock, as Shanghai has them."""


def fill(fires: FiresPage) -> int:
    """A fire, a burn and a calm; the number of the fire."""
    store = fires.api.context.store
    told = fires.tell(FIRE, words="石壕冒烟")
    assert told.incident_id is not None
    burn = LedgerDraft(
        EntryKind.BURN, GroundPlace(*FIRE, 150.0), START, START + timedelta(hours=3), Times(),
        DismissReason.REGISTERED_BURN, "村委会", "", "张三", PHONE,
    )  # fmt: skip
    store.ledger.add(burn, author="monitor")
    store.winds.enter(0.0, 2.5, author="monitor")
    return told.incident_id


def pick_handover(page: Page, words: str) -> None:
    page.get_by_test_id("user-menu").click()
    page.locator(".n-dropdown-option", has_text=words).click()
    expect(page.get_by_test_id("handover")).to_be_visible()


def part(page: Page, section: str) -> str:
    return page.get_by_test_id("handover").get_by_test_id(f"handover-{section}").inner_text()


def test_a_shift_is_drafted_signed_by_both_and_printed(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        number = fill(fires)
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))

        pick_handover(page, "交接班")
        expect(page.get_by_test_id("handover-weather")).to_contain_text("北风 2.5 m/s")
        assert f"#{number}" in part(page, "fires")
        assert "待处置" in part(page, "fires")
        assert "张三" in part(page, "burns")
        assert "半径 150 m" in part(page, "burns")
        assert "停用" in part(page, "cameras")  # none is read on this page
        assert "无" in part(page, "orders")
        assert "队" in part(page, "duty")
        expect(page.get_by_test_id("handover-drones")).to_have_count(0)
        assert PHONE not in page.content()
        keep(page, "draft")

        page.get_by_test_id("handover-remark").fill(REMARK)
        page.get_by_test_id("handover-give").click()
        expect(page.get_by_test_id("handover-waits")).to_have_text("尚未接班")
        expect(page.get_by_test_id("handover-untaken")).to_have_text("1")
        expect(page.get_by_test_id("handover-own")).to_have_count(0)  # nobody takes from themselves
        page.get_by_test_id("handover-back").click()
        row = page.get_by_test_id("handover-row")
        expect(row.get_by_test_id("handover-badge")).to_have_text("尚未接班")
        keep(page, "list")
        row.get_by_role("button").click()

        take(page)
        expect(page.get_by_test_id("handover-taken")).to_contain_text(f"{COLLEAGUE} {DRAFTED}")
        expect(page.get_by_test_id("handover-untaken")).to_have_count(0)
        expect(page.get_by_test_id("user-menu")).to_contain_text("monitor")  # still signed in
        keep(page, "signed")
        printed(page, tmp_path, number)

        page.set_viewport_size({"width": 360, "height": 740})
        keep(page, "phone-signed")
        page.get_by_test_id("handover-tab-draft").click()
        expect(page.get_by_test_id("handover-fires")).to_contain_text(f"#{number}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        keep(page, "phone-draft")
        body = page.get_by_test_id("handover").locator(".desk-body")
        assert body.evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing is cut off"
        page.set_viewport_size({"width": 1600, "height": 900})

        page.get_by_test_id("handover-fires").get_by_role("button").click()
        expect(page.get_by_test_id("handover")).to_have_count(0)
        expect(page).to_have_url(re.compile(f"#fire-{number}$"))
        clean(seen)


def take(page: Page) -> None:
    """A wrong password signs nothing and nobody out; the right one does what it says."""
    expect(page.get_by_test_id("handover-take")).to_be_disabled()
    field_of(page, "handover-name").fill(COLLEAGUE)
    field_of(page, "handover-password").fill("wrong-wrong-wrong")
    page.get_by_test_id("handover-take").click()
    expect(page.get_by_test_id("handover").get_by_role("alert")).to_be_visible()
    expect(field_of(page, "handover-password")).to_have_value("")
    expect(page.get_by_test_id("handover-waits")).to_be_visible()
    field_of(page, "handover-password").fill(COLLEAGUES_WORD)
    page.get_by_test_id("handover-take-remark").fill("已知悉")
    keep(page, "take")
    page.get_by_test_id("handover-take").click()


def printed(page: Page, folder: Path, number: int) -> None:
    """What a printer gets, read by a program that knows nothing of us."""
    text = paper(page, folder, "zh")
    for words in ("交接班记录", f"{BEGAN} 至 {DRAFTED}", "Asia/Shanghai", f"#{number}", "待处置",
                  "张三", REMARK, "已知悉", "交班人", "接班人"):  # fmt: skip
        assert words in text, words
    assert re.search(rf"monitor\s+{DRAFTED}", text)
    assert re.search(rf"{COLLEAGUE}\s+{DRAFTED}", text)
    assert PHONE not in text
    assert "打印" not in text, "no button is on paper"
    assert "火险等级" in text


def paper(page: Page, folder: Path, name: str) -> str:
    file = folder / f"handover-{name}.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    if pictures := os.environ.get("E2E_PICTURES"):
        shutil.copy(file, pictures)
    tool = shutil.which("pdftotext")
    if tool is None:
        if os.environ.get("CI"):
            pytest.fail("CI must install Debian's poppler-utils")
        pytest.skip("needs Debian's pdftotext (apt-get install poppler-utils)")
    read = subprocess.run(  # noqa: S603  # a tool of the test environment
        [tool, "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return read.stdout


def test_the_next_shift_signs_at_its_own_desk_in_english(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number = fill(fires)
        page, _ = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))
        pick_handover(page, "交接班")
        page.get_by_test_id("handover-give").click()
        expect(page.get_by_test_id("handover-waits")).to_be_visible()

        other, seen = open_page(fires.demo)
        other.add_init_script(NO_MAP)
        sign_in(other, Demo(fires.demo.address, COLLEAGUES_WORD), COLLEAGUE)
        other.get_by_test_id("language-switch").click()
        pick_handover(other, "Handover (1 not taken over)")
        expect(other.get_by_test_id("handover-fires")).to_contain_text(f"#{number}")
        keep(other, "draft-en")
        other.get_by_test_id("handover-tab-pages").click()
        other.get_by_test_id("handover-row").get_by_role("button").click()
        expect(other.get_by_test_id("handover-own")).to_be_checked()
        expect(other.get_by_test_id("handover-name")).to_have_count(0)
        other.get_by_test_id("handover-take").click()
        expect(other.get_by_test_id("handover-taken")).to_contain_text(f"{COLLEAGUE} {DRAFTED}")
        keep(other, "signed-en")
        text = paper(other, tmp_path, "en")
        for words in ("shift handover", "Handed over by", "Taken over by", "Open fires", COLLEAGUE):
            assert words in text, words
        # Whoever gave it sees that it was taken, without asking.
        page.get_by_test_id("handover-back").click()
        expect(page.get_by_test_id("handover-untaken")).to_have_count(0)
        clean(seen)


def test_somebody_who_only_looks_is_offered_no_handover(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        page, _ = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.VIEWER]), "viewer")
        page.get_by_test_id("user-menu").click()
        expect(page.locator(".n-dropdown-option").first).to_be_visible()
        expect(page.locator(".n-dropdown-option", has_text="交接班")).to_have_count(0)


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; browsers complain of a wrong password, and of no WebGL."""
    known = ("401", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/handover-{name}.png")
