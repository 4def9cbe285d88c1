"""A monitor enters the wind of the day."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, running_demo, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_the_wind_is_entered_in_the_top_bar(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill", "--rate", "60") as demo:
        page, seen = open_page(demo)
        page.set_default_timeout(120_000)
        sign_in(page, demo)
        wind = page.get_by_test_id("wind")
        expect(wind).to_contain_text("未录入")
        page.get_by_test_id("drill-badge").wait_for()  # the bar has taken its places
        wind.click()
        entry = page.get_by_test_id("wind-entry")
        expect(entry.get_by_test_id("wind-save")).to_be_disabled()
        # The bar and its panel move as the drill grows: no place to aim at.
        entry.locator(".n-base-selection").dispatch_event("click")
        north = entry.locator(".n-base-select-option").filter(has_text=re.compile("^北$"))
        north.dispatch_event("click")
        entry.get_by_test_id("wind-speed").locator("input").fill("4.5")
        keep(page)
        entry.get_by_test_id("wind-save").dispatch_event("click")
        expect(entry).to_be_hidden()
        expect(wind).to_contain_text("北风 4.5 m/s")
        expect(wind).to_have_attribute("data-used", "true")
        expect(wind).to_have_attribute("title", re.compile(r"monitor 于 .*来自 0°"))

        # A calm is one: it has no direction, and answers do not reckon with it.
        wind.click()
        entry.get_by_test_id("wind-speed").locator("input").fill("0")
        entry.get_by_test_id("wind-save").dispatch_event("click")
        expect(wind).to_contain_text("静风")
        expect(wind).to_have_attribute("data-used", "false")
        assert seen.outside == []
        assert [error for error in seen.errors if "401" not in error] == []


def keep(page: Page) -> None:
    """A picture for people to look at, where one is asked for."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=Path(folder) / "wind.png")
