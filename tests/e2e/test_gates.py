"""Passages come in from a table; a fire says who passed the nearest gates, to whoever may know."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import FIRE, FiresPage, fires_page
from playwright.sync_api import Locator, Page, expect

from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
GATE, PLATE, STRANGER, NEVER_TAKEN = "DRILL-CHECK-06", "渝A·68688", "渝B54321", "渝C99999"
# Two hours before the fire was seen, by the site's clock; its row with no time is left out.
SHEET = f"""卡口,时间,方向,类型,车牌或码,编号
{GATE},2026-11-25 09:00,进,车牌,{PLATE},1
{GATE},2026-11-25 09:20,出,车牌,渝A68688,2
{GATE},2026-11-25 09:10,进,人数,,3
老路口,2026-11-25 09:05,进,车牌,{STRANGER},4
{GATE},不知何时,进,车牌,{NEVER_TAKEN},5
"""


def opened(open_page: OpenPage, address: str, role: Role) -> tuple[Page, Seen, list[str]]:
    """A page, what went on behind it, and each address of passages that it has asked for."""
    page, seen = open_page(Demo(address, PASSWORDS[role]))
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url) if "/passages" in it.url else None)
    page.add_init_script(NO_MAP)
    sign_in(page, Demo(address, PASSWORDS[role]), role.value)
    return page, seen, asked


def pick_gates(page: Page) -> None:
    page.get_by_test_id("user-menu").click()
    page.locator(".n-dropdown-option", has_text="卡口通行").click()


def ask(page: Page, plate: str) -> None:
    field_of(page, "plate").fill(plate)
    page.get_by_test_id("plate-ask").click()


def choose_fire(page: Page, number: int) -> None:
    card = page.locator(f"[data-testid=alert-card][data-incident-id='{number}']")
    card.press("Enter")  # it pulses, and may move under a pointer
    expect(page.get_by_test_id("fire-number")).to_have_text(f"#{number}")


def import_twice(panel: Locator) -> None:
    """A table is taken row by row; the same one again is known."""
    gate = panel.locator(f"[data-testid=gate][data-gate='{GATE}']")
    expect(gate).to_have_attribute("data-state", "never")
    outcome, file = panel.get_by_test_id("gates-outcome"), panel.get_by_test_id("gates-file")
    file.set_input_files({"name": "卡口.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
    expect(outcome).to_have_text(re.compile("新增 4 条.*已有 0 条.*未采用 1 行"))
    expect(panel.get_by_test_id("gates-refused")).to_contain_text("第 6 行 时间")
    expect(gate).to_have_attribute("data-state", "tells")
    expect(gate).to_contain_text("09:20")
    unknown = panel.locator("[data-testid=gate][data-gate='老路口']")
    expect(unknown).to_contain_text("位置未知")
    file.set_input_files({"name": "再来.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
    expect(outcome).to_have_text(re.compile("新增 0 条.*已有 4 条.*未采用 1 行"))


def read_marks(section: Locator) -> None:
    """Whoever may not see plates tells vehicles apart all the same, and is told why."""
    section.get_by_test_id("passages-look").click()
    expect(section.get_by_test_id("plates-hidden")).to_be_visible()
    expect(section.get_by_test_id("unknown-gates")).to_contain_text("1")
    near = section.locator(f"[data-testid=near-gate][data-gate='{GATE}']")
    expect(near).to_contain_text(re.compile(r"沿路 3\.\d+ km.*约 \d+ 分"))
    expect(near).to_contain_text("进 2 · 出 1")
    passages = near.get_by_test_id("passage")
    expect(passages).to_have_count(3)
    expect(passages.first).to_contain_text(re.compile(r"09:20:00.*出.*[0-9a-f]{8}.*共 2 次"))
    expect(passages.nth(1)).to_contain_text("人数")
    near.scroll_into_view_if_needed()


def test_passages_are_imported_and_a_monitor_reads_marks_and_no_plate(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number = fires.tell(FIRE).incident_id
        assert number is not None
        page, seen, asked = opened(open_page, fires.demo.address, Role.MONITOR)
        pick_gates(page)
        panel = page.get_by_test_id("gates")
        import_twice(panel)
        keep(page, "panel")
        expect(panel.get_by_test_id("plate-logged")).to_contain_text("写入操作记录")
        ask(page, PLATE)
        expect(panel.get_by_test_id("plate-forbidden")).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)

        choose_fire(page, number)
        section = page.get_by_test_id("passages")
        expect(section).to_contain_text("写入操作记录")
        assert not [url for url in asked if "/incidents/" in url]
        read_marks(section)
        keep(page, "marks")
        assert len([url for url in asked if "/incidents/" in url]) == 1
        words = page.content()
        assert not [one for one in ("68688", "54321", "99999") if one in words]
        assert deeds(fires, "passages.shown") == []
        clean(seen)


def test_whoever_may_sees_plates_and_is_written_down_for_it(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number = fires.tell(FIRE).incident_id
        assert number is not None
        page, seen, _ = opened(open_page, fires.demo.address, Role.ADMIN)
        pick_gates(page)
        import_twice(page.get_by_test_id("gates"))
        page.get_by_test_id("gates-close").click()

        choose_fire(page, number)
        section = page.get_by_test_id("passages")
        expect(section.get_by_test_id("passages-look")).to_be_visible()
        assert deeds(fires, "passages.shown") == []
        section.get_by_test_id("passages-look").click()
        expect(section.get_by_test_id("plates-shown")).to_be_visible()
        expect(section).to_contain_text(PLATE)
        section.get_by_test_id("plates-shown").scroll_into_view_if_needed()
        keep(page, "plates")
        assert deeds(fires, "passages.shown") == [("admin", str(number))]
        section.get_by_test_id("passages-fold").click()
        expect(section).not_to_contain_text("68688")

        pick_gates(page)
        ask(page, "渝a 68688")
        found = page.get_by_test_id("plate-found").locator("tbody tr")
        expect(found).to_have_count(2)
        expect(found.first).to_contain_text("09:20")
        ask(page, NEVER_TAKEN)
        expect(page.get_by_test_id("plate-none")).to_be_visible()
        told = deeds(fires, "passages.searched")
        assert [actor for actor, _ in told] == ["admin", "admin"]
        assert not [subject for _, subject in told if "68688" in subject or "99999" in subject]
        page.set_viewport_size({"width": 360, "height": 740})
        body = page.get_by_test_id("gates").locator(".desk-body")
        assert body.evaluate("it => it.scrollWidth - it.clientWidth") == 0
        keep(page, "narrow")
        clean(seen)


def deeds(fires: FiresPage, action: str) -> list[tuple[str, str]]:
    """Who did it to what, by the log of deeds."""
    entries = fires.api.context.store.audit.entries(limit=1000)
    return [(one.actor, one.subject) for one in entries if one.action == action]


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; a browser complains of refusals and missing WebGL."""
    known = ("401", "403", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where one is asked for."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=Path(folder) / f"gates-{name}.png")
