"""A month is read in the console, its rows lead to the fire, and an office saves it as files."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from api_rig import PASSWORDS, START
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import FIRE, fires_page
from playwright.sync_api import Page, expect

from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
MONTH = f"{START:%Y-%m}"


def open_reports(page: Page) -> None:
    page.get_by_test_id("user-menu").click()
    page.locator(".n-dropdown-option", has_text="报表").click()
    expect(page.get_by_test_id("reports")).to_be_visible()


def turn_to(page: Page, period: str) -> None:
    field = field_of(page, "reports-period")
    field.fill(period)
    field.press("Enter")
    expect(page.get_by_test_id("report")).to_have_attribute("data-period", period)


def saved(page: Page, format_: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_test_id(f"reports-save-{format_}").click()
    path = download.value.path()
    return download.value.suggested_filename, Path(path).read_bytes()


def test_a_month_is_read_traced_and_saved(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        fires.tell(FIRE, words="石壕冒烟")
        fires.api.clock.advance(60.0)  # a running period ends now, and now is not in it
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))
        open_reports(page)
        turn_to(page, MONTH)
        expect(page.get_by_test_id("report-unfinished")).to_be_visible()
        fires_figure = page.locator("[data-testid=report-figure][data-key=fires]")
        expect(fires_figure.get_by_test_id("report-value")).to_have_text("1")
        swept = page.locator("[data-testid=report-figure][data-key=sweep_longest]")
        expect(swept.get_by_test_id("report-value")).to_have_text("无法得知")
        expect(swept.get_by_test_id("report-kept")).to_have_text("无法判断")
        keep(page, "month")

        for format_, start in (("pdf", b"%PDF-"), ("docx", b"PK"), ("csv", b"\xef\xbb\xbf")):
            name, data = saved(page, format_)
            assert name.endswith(f"11月瞭望监测达标报告.{format_}"), name
            assert data.startswith(start)
            if format_ == "docx":
                assert "一、火情" in [
                    one.text for one in docx.Document(io.BytesIO(data)).paragraphs
                ]

        page.get_by_test_id("reports-yearly").click()
        expect(page.get_by_test_id("report")).to_have_attribute("data-period", f"{START:%Y}")
        keep(page, "year")
        page.get_by_test_id("reports-monthly").click()
        turn_to(page, MONTH)

        field_of(page, "reports-period").fill("2026-13")
        field_of(page, "reports-period").press("Enter")
        expect(page.get_by_test_id("reports")).to_contain_text("月")
        expect(page.get_by_test_id("report")).to_have_count(0)
        expect(page.get_by_test_id("reports-save-pdf")).to_be_disabled()
        turn_to(page, MONTH)

        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        body = page.get_by_test_id("reports").locator(".desk-body")
        assert body.evaluate("it => it.scrollWidth <= it.clientWidth + 1")
        keep(page, "phone")
        page.get_by_test_id("report-table").first.scroll_into_view_if_needed()
        keep(page, "phone-table")
        page.set_viewport_size({"width": 1440, "height": 900})

        fires_figure.get_by_test_id("report-open-rows").click()
        row = fires_figure.get_by_test_id("report-row")
        expect(row).to_have_count(1)
        keep(page, "rows")
        row.get_by_role("link").click()
        expect(page.get_by_test_id("reports")).to_have_count(0)
        expect(page.get_by_test_id("alert-detail")).to_contain_text("#1")
        clean(seen)


def test_the_page_and_its_files_are_in_the_language_of_the_console(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP + "; localStorage.setItem('firewatch.language', 'en')")
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))
        page.get_by_test_id("user-menu").click()
        page.locator(".n-dropdown-option", has_text="Reports").click()
        turn_to(page, MONTH)
        missed = page.locator("[data-testid=report-section][data-key=false_alarms]")
        expect(missed).to_contain_text("False alarms per camera-day")
        expect(missed).to_contain_text("cannot be known")
        keep(page, "english")
        name, data = saved(page, "csv")
        assert "watch compliance" in name
        assert "cannot be known" in data.decode("utf-8-sig")
        clean(seen)


def test_a_viewer_has_no_reports(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.VIEWER]), "viewer")
        page.get_by_test_id("user-menu").click()
        expect(page.locator(".n-dropdown-option", has_text="退出登录")).to_be_visible()
        expect(page.locator(".n-dropdown-option", has_text="报表")).to_have_count(0)
        asked = f"{fires.demo.address}/api/reports/monthly/{MONTH}/file?format=pdf"
        assert page.context.request.get(asked).status == 403
        clean(seen)


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; before a sign-in, and without WebGL, browsers complain."""
    known = ("401", "422", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/reports-{name}.png")
