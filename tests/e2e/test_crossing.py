"""A monitor notes what a caller tells and sees in the console that it is the fire of the alert."""

import os
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, field_of, running_demo, sign_in
from playwright.sync_api import Page, expect

from models.clock import SystemClock
from models.store import Store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PLUME = (-84.3061900, 36.2463033)  # of the drill scene


def test_a_call_is_noted_crossed_and_taken_back(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill", "--rate", "60") as demo:
        page, seen = open_page(demo)
        page.set_default_timeout(120_000)  # the map's first picture costs a busy machine much
        sign_in(page, demo)
        page.get_by_test_id("alert-card").first.wait_for(timeout=120_000)
        page.get_by_test_id("alert-card").first.dispatch_event("click")  # it pulses: never at rest
        reason = page.get_by_test_id("crossing-reason")
        expect(reason).to_contain_text("只有一个方向")

        page.get_by_test_id("observations-open").click()
        page.get_by_test_id("observed-same").click()
        submit = page.get_by_test_id("observed-submit")
        expect(submit).to_be_disabled()  # no place yet
        page.get_by_test_id("observed-by-numbers").click()
        field_of(page, "observed-first").fill(str(PLUME[1]))  # exchanged, as people read them
        field_of(page, "observed-second").fill(str(PLUME[0]))
        page.get_by_test_id("observed-words").fill("石壕社区村民来电")
        submit.click()
        expect(page.get_by_test_id("observation-form")).to_contain_text("公里")
        field_of(page, "observed-first").fill(str(PLUME[0]))
        field_of(page, "observed-second").fill(str(PLUME[1]))
        submit.click()

        noted = page.get_by_test_id("observation")
        expect(noted).to_have_count(1)
        expect(noted).to_contain_text("石壕社区村民")
        expect(page.get_by_test_id("crossing-sure")).to_contain_text("2 方")
        expect(page.get_by_test_id("crossing-member")).to_have_count(2)
        expect(page.get_by_test_id("crossing-position")).to_contain_text(
            re.compile(r"36\.24\d+, -84\.30\d+")
        )
        expect(page.get_by_test_id("crossing-ellipse")).to_contain_text("椭圆")
        expect(page.get_by_test_id("crossing-township")).to_contain_text("石壕镇")
        keep(page, "zh")
        page.get_by_test_id("language-switch").click()
        expect(page.get_by_test_id("crossing-sure")).to_contain_text("2 ")
        expect(page.get_by_test_id("crossing-ellipse")).to_contain_text("half axes")
        keep(page, "en")

        page.get_by_test_id("observation-withdraw").click()
        page.get_by_test_id("observation-withdraw").click()
        expect(reason).to_contain_text("one direction only")
        expect(noted).to_contain_text("taken back by monitor")

        # The map gives a place, and a compass word a direction; both are on the disk at once.
        page.get_by_test_id("observed-pick").click()
        page.get_by_test_id("map").click(position={"x": 430, "y": 330})
        expect(page.get_by_test_id("observed-spot")).to_contain_text(re.compile(r"36\.\d{5}"))
        page.get_by_test_id("observed-direction").click()
        submit.click()
        expect(noted).to_have_count(2)
        with closing(Store.open(database_of(tmp_path), clock=SystemClock())) as store:
            assert len(store.observations.newest(10)) == 2
            store.audit.verify()
        assert [error for error in seen.errors if not re.search("401|422", error)] == []
        assert seen.outside == []


def database_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'demo' / 'firewatch.db'}"


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/crossing-{name}.png")
