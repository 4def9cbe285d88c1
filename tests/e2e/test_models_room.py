"""A monitor proposes a model, an administrator signs it, puts it into force, and goes back."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, sign_in
from fires_page import fires_page
from model_rig import NEW, OLD, desk_of, done_replay, frozen_set, played_by
from playwright.sync_api import Page, expect

from api.context import Context
from detector.swapping import SwappingDetector
from models.config.release import ReleaseRule
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
WAIT_MS = 60_000


@dataclass
class Gate:
    """What the page stands before: a set, a replay of the old model, a bad and a good new one."""

    swapping: list[SwappingDetector] = field(default_factory=list)

    def adapt(self, context: Context) -> Context:
        settings = context.settings.model_copy(update={"release": ReleaseRule(cameras=10)})
        context, _, swapping = desk_of(replace(context, settings=settings))
        self.swapping.append(swapping)
        frozen = frozen_set(context)
        done_replay(context, frozen, OLD, played_by(false_alarms=(9,)))
        done_replay(context, frozen, NEW, played_by())
        done_replay(context, frozen, NEW, played_by(finds=False, false_alarms=(4, 9)))
        own = context.settings.data_dir / "models" / "cards"
        own.mkdir(parents=True)
        (own / "lushan.toml").write_text('version = "2026.12.0"\n', encoding="utf-8")
        return context


def keep(page: Page, name: str) -> None:
    """Pictures for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            if width < 900:
                page.get_by_test_id("tab-map").click()
            page.wait_for_timeout(300)
            page.screenshot(path=f"{folder}/models-{name}-{width}.png")
        page.set_viewport_size({"width": 1600, "height": 900})


def enter(page: Page, demo: Demo, role: Role) -> None:
    sign_in(page, Demo(demo.address, PASSWORDS[role]), role.value)
    page.get_by_test_id("replay-open").click()
    page.get_by_test_id("replay-tab-models").click()
    expect(page.get_by_test_id("model-name")).to_be_visible(timeout=WAIT_MS)


def test_a_model_goes_live_by_two_signatures_and_back_by_one(
    open_page: OpenPage, tmp_path: Path
) -> None:
    gate = Gate()
    with fires_page(tmp_path, adapt=gate.adapt) as fires:
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires.demo, Role.MONITOR)
        expect(page.get_by_test_id("model-name")).to_contain_text(OLD.name)
        own = page.locator("[data-testid=zoo-model][data-model=lushan]")
        expect(own).to_have_attribute("data-problem", "true")

        # The newest replay loses the fire: nobody can sign that.
        page.get_by_test_id("model-propose").click()
        expect(page.get_by_test_id("propose-form")).to_be_visible()
        keep(page, "propose-zh")
        page.get_by_test_id("propose-done").click()
        release = page.get_by_test_id("release")
        expect(release.first).to_have_attribute("data-state", "failed", timeout=WAIT_MS)
        lost = release.first.locator("[data-rule=lost_fires]")
        expect(lost).to_have_attribute("data-code", "fires_lost")
        expect(lost).to_contain_text("ridge.zip · barn")
        expect(page.get_by_test_id("release-sign")).to_have_count(0)

        # The one before loses none, and raises fewer false alarms.
        page.get_by_test_id("model-propose").click()
        page.get_by_test_id("propose-candidate").click()
        page.locator(".n-base-select-option", has_text="#2 ").click()
        page.get_by_test_id("propose-done").click()
        expect(release).to_have_count(2, timeout=WAIT_MS)
        expect(release.first).to_have_attribute("data-state", "passed")
        expect(page.get_by_test_id("release-sign")).to_have_count(0)  # a monitor signs nothing
        keep(page, "monitor-zh")
        assert [one for one in seen.errors if "401" not in one] == []  # before they signed in
        put_into_force(open_page(fires.demo), fires.demo, gate.swapping[0])


def put_into_force(opened: tuple[Page, Seen], demo: Demo, swapping: SwappingDetector) -> None:
    """An administrator signs, activates and goes back."""
    page, seen = opened
    page.add_init_script(NO_MAP)
    enter(page, demo, Role.ADMIN)
    release = page.get_by_test_id("release")
    page.get_by_test_id("release-sign").click()
    page.get_by_test_id("model-note-text").fill("雾天更好")
    keep(page, "sign-zh")
    page.get_by_test_id("model-note-done").click()
    expect(release.first).to_have_attribute("data-state", "signed", timeout=WAIT_MS)
    expect(page.get_by_test_id("release-decided").first).to_contain_text("雾天更好")
    page.get_by_test_id("release-activate").click()
    page.get_by_test_id("release-activate-sure").click()
    expect(page.get_by_test_id("model-name")).to_contain_text(NEW.name, timeout=WAIT_MS)
    assert swapping.reference == NEW
    # The bar above tells it by the feed, without a reload.
    expect(page.get_by_text(NEW.name, exact=True)).to_be_visible(timeout=WAIT_MS)
    page.get_by_test_id("language-switch").click()
    keep(page, "active-en")

    page.get_by_test_id("model-back").click()
    expect(page.get_by_test_id("model-note-done")).to_be_disabled()
    page.get_by_test_id("model-note-text").fill("alarms at dusk")
    page.get_by_test_id("model-note-done").click()
    name = page.get_by_test_id("model-name")
    expect(name).not_to_contain_text("int8", timeout=WAIT_MS)
    expect(page.get_by_test_id("model-in-force")).to_contain_text("alarms at dusk")
    assert swapping.reference == OLD
    keep(page, "back-en")
    assert [one for one in seen.errors if "401" not in one] == []  # before they signed in
