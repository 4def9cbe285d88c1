"""A monitor reads the land's full answer beside an alert, and finds its entries on the map."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, running_demo, sign_in
from playwright.sync_api import Page, expect

LAYERS, HIDDEN = "firewatch.layers", '{"station": false}'

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_the_full_answer_is_told_and_the_short_one_where_it_cannot_be_had(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill", "--rate", "60") as demo:
        page, seen = open_page(demo)
        page.set_default_timeout(120_000)
        page.add_init_script(
            f"localStorage.getItem('{LAYERS}') ?? localStorage.setItem('{LAYERS}', '{HIDDEN}')"
        )
        sign_in(page, demo)
        page.get_by_test_id("alert-card").first.wait_for(timeout=120_000)
        page.get_by_test_id("alert-card").first.dispatch_event("click")  # it pulses: never at rest

        land = page.get_by_test_id("land")
        expect(land.get_by_test_id("township").first).to_contain_text("石壕镇")
        expect(land.get_by_test_id("forest_stand").first).to_contain_text("林班")
        risk = land.get_by_test_id("land-risk")
        expect(risk).to_contain_text("石壕社区")
        expect(risk).to_contain_text("没有录入风")
        expect(risk.get_by_test_id("land-gap").first).to_contain_text(re.compile(r"缺口 \d+ m"))
        water = land.get_by_test_id("land-water")
        expect(water.get_by_test_id("water-best")).to_have_count(3)
        expect(water.get_by_test_id("water-best").first).to_contain_text(
            re.compile(r"新桥水库.*分.*\d,?\d+.*升/小时", re.DOTALL)
        )
        expect(water.get_by_test_id("water-lost").first).to_contain_text("水深未知")
        expect(land.get_by_test_id("nearest-station")).to_contain_text(re.compile(r"沿路 .*分"))
        expect(land.get_by_test_id("nearest-tower")).to_contain_text("直线")

        # What is clicked is on the map, and its layer is switched on.
        land.get_by_test_id("nearest-station").get_by_role("button").first.dispatch_event("click")
        page.wait_for_function(f"JSON.parse(localStorage.getItem('{LAYERS}')).station === true")
        keep(page, "zh")
        page.get_by_test_id("language-switch").click()
        expect(water.get_by_test_id("water-lost").first).to_contain_text("depth unknown")
        keep(page, "en")

        # The server's answer fails: the short one of then, and said so; then it works again.
        page.route("**/api/incidents/*/land", lambda route: route.fulfill(status=503, body="{}"))
        page.reload()
        page.get_by_test_id("alert-card").first.dispatch_event("click")
        expect(land.get_by_test_id("land-failed")).to_contain_text("short one kept with the alert")
        expect(land.get_by_test_id("nearest-water_point")).to_contain_text("石壕塘")
        expect(land.get_by_test_id("land-water")).to_have_count(0)
        page.unroute("**/api/incidents/*/land")
        land.get_by_role("button", name="Retry").or_(land.locator(".again")).first.dispatch_event(
            "click"
        )
        expect(land.get_by_test_id("water-best")).to_have_count(3)
        expect(land.get_by_test_id("land-failed")).to_have_count(0)
        assert seen.outside == []
        assert [e for e in seen.errors if "401" not in e and "503" not in e] == []


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where one is asked for."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.get_by_test_id("land").evaluate("part => part.scrollIntoView()")
        page.screenshot(path=Path(folder) / f"land-answer-{name}.png")
