"""Two sensors of one head: paired and aligned in the page, and what each says of an alert."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from api_rig import PASSWORDS, START
from e2e_rig import Demo, Seen, sign_in
from fires_page import WEST, FiresPage, fires_page
from playwright.sync_api import Locator, Page, expect

from api.dual.at_hand import ThermalAtHand, VisibleAtHand
from detector.dual.homography import mapped
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.candidate import CandidateDraft
from models.detection import Box, Label
from models.dual import AgreementRule, HeatVote, RegistrationSource, RegistrationState, VoteWord
from models.frame import FrameMode
from models.heat_event import HeatReason
from models.suppression import Held, Holder
from models.thermal import HeatLevels, ThermalImage, ThermalScale
from models.units import FloatArray
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = """
const own = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "2d" ? own.call(this, kind, ...more) : null
}
"""
HEAT = "w1-heat"
THERMAL_PX, VISIBLE_PX = (320, 240), (640, 360)
TRUE = (0.60, 0.02, 0.20, -0.01, 0.62, 0.18, 0.02, -0.01, 1.0)
"""Shares of the picture of heat to shares of the visible one."""
THINGS = ((0.15, 0.2), (0.85, 0.15), (0.8, 0.85), (0.2, 0.75), (0.5, 0.4), (0.35, 0.55))
SEEN_AT = START - timedelta(seconds=40)


def truly(places: Sequence[tuple[float, float]]) -> FloatArray:
    """Where places of the picture of heat lie in the visible one."""
    return mapped(TRUE, np.array(places))


@cache
def heat_levels() -> HeatLevels:
    """Ground with a warm roof at each of the things."""
    columns, rows = np.meshgrid(np.arange(THERMAL_PX[0]), np.arange(THERMAL_PX[1]))
    levels = (16.0 + 3.0 * np.sin(columns / 23.0) + 2.0 * np.cos(rows / 31.0)).astype(np.float32)
    for x, y in THINGS:
        column, row = round(x * THERMAL_PX[0]), round(y * THERMAL_PX[1])
        levels[row - 3 : row + 4, column - 3 : column + 4] = 35.0
    return levels


@cache
def visible_jpeg(*, foggy: bool) -> bytes:
    """The same things as white walls; or nothing but fog."""
    drawn = np.full((VISIBLE_PX[1], VISIBLE_PX[0], 3), 150 if foggy else 70, np.uint8)
    for x, y in () if foggy else truly(THINGS):
        centre = (round(float(x) * VISIBLE_PX[0]), round(float(y) * VISIBLE_PX[1]))
        cv2.circle(drawn, centre, 5, (230, 230, 230), -1)
    return cv2.imencode(".jpg", drawn)[1].tobytes()


@dataclass
class Pictures:
    """Of preset 0 what can be aligned, of preset 1 fog, of any other nothing."""

    def visible(self, visible_id: str, preset: int) -> VisibleAtHand | None:
        if visible_id != WEST.camera_id or preset > 1:
            return None
        return VisibleAtHand(visible_jpeg(foggy=preset == 1), SEEN_AT)

    def thermal(self, thermal_id: str, preset: int) -> ThermalAtHand | None:
        if thermal_id != HEAT or preset > 1:
            return None
        flat = np.full((THERMAL_PX[1], THERMAL_PX[0]), 15.0, np.float32)
        levels = flat if preset == 1 else heat_levels()
        return ThermalAtHand(ThermalImage(levels, ThermalScale.CELSIUS), SEEN_AT)


def with_heads(fires: FiresPage) -> None:
    """The tower's camera and one of heat beside it, with two presets; the tower has a third."""
    (first,) = WEST.presets
    presets = tuple(replace(first, number=number, name=f"向{number}") for number in range(3))
    links = fires.api.context.store.links
    for camera_id, mode, numbers in ((WEST.camera_id, None, 3), (HEAT, FrameMode.THERMAL, 2)):
        camera = replace(WEST, camera_id=camera_id, name=f"塔 {camera_id}")
        link = CameraLink(Adapter.RTSP, "rtsp://10.0.0.5/1", mode=mode)
        links.put(CameraSetup(replace(camera, presets=presets[:numbers]), link), actor="t")


def enter(page: Page, fires: FiresPage, role: Role) -> None:
    page.add_init_script(NO_MAP)
    sign_in(page, Demo(fires.demo.address, PASSWORDS[role]), role.value)


def open_tool(page: Page, camera_id: str) -> None:
    page.get_by_test_id("cameras-all").click()
    row = page.locator(f"[data-testid=camera-row][data-camera-id={camera_id}]")
    row.get_by_test_id("camera-look").click()
    page.get_by_test_id("camera-dual").click()


def press(page: Page, side: str, place: tuple[float, float]) -> None:
    canvas = page.get_by_test_id(f"dual-{side}-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])


def there(place: tuple[float, float]) -> tuple[float, float]:
    (found,) = truly([place])
    return float(found[0]), float(found[1])


def preset(page: Page, number: int) -> Locator:
    return page.locator(f"[data-testid=dual-preset][data-preset='{number}']")


def complaints(seen: Seen, *expected: str) -> list[str]:
    return [one for one in seen.errors if not any(part in one for part in ("401", *expected))]


def pair(page: Page, fires: FiresPage) -> None:
    open_tool(page, WEST.camera_id)
    expect(page.get_by_test_id("dual-save")).to_be_disabled()
    page.get_by_test_id("dual-thermal-choice").click()
    page.locator(".n-base-select-option", has_text="w1-heat").click()
    page.get_by_test_id("dual-rule-both").click()
    page.get_by_test_id("dual-save").click()
    expect(page.get_by_test_id("dual-saved")).to_be_visible()
    (kept,) = fires.api.context.store.duals.pairs()
    assert (kept.thermal_id, kept.rule) == (HEAT, AgreementRule.BOTH)
    expect(preset(page, 0)).to_have_attribute("data-state", "none")
    expect(preset(page, 2)).to_have_attribute("data-state", "alone")


def show_points(page: Page) -> None:
    """Five by pointer, one of them wrong; it is named, dropped and shown again by keys."""
    for side in ("thermal", "visible"):
        expect(page.get_by_test_id(f"dual-{side}")).to_have_attribute("data-ready", "true")
    take, says = page.get_by_test_id("dual-take"), page.get_by_test_id("dual-says")
    for place in THINGS[:3]:
        press(page, "thermal", place)
        press(page, "visible", there(place))
    expect(says).to_contain_text("还差 1 对")
    expect(take).to_be_disabled()
    press(page, "visible", there(THINGS[3]))
    expect(page.get_by_test_id("dual-thermal-hint")).to_contain_text("第 4 点")
    press(page, "thermal", THINGS[3])
    expect(says).to_contain_text("再加一对")
    press(page, "thermal", THINGS[4])
    x, y = there(THINGS[4])
    press(page, "visible", (x + 0.08, y))
    expect(page.get_by_test_id("dual-suspect")).to_contain_text("第 5 点")
    page.get_by_test_id("dual-drop").nth(4).click()
    expect(page.get_by_test_id("dual-suspect")).to_have_count(0)
    # By keys: the cross begins in the middle; each step is a fiftieth of the width.
    for side, steps in (("thermal", "ArrowLeft"), ("visible", "ArrowUp")):
        canvas = page.get_by_test_id(f"dual-{side}-canvas")
        canvas.focus()
        canvas.press(steps)
        canvas.press("Space")
    expect(page.get_by_test_id("dual-point")).to_have_count(5)
    page.get_by_test_id("dual-undo").click()
    expect(page.get_by_test_id("dual-thermal-mark")).to_have_count(5)
    expect(page.get_by_test_id("dual-visible-mark")).to_have_count(4)
    press(page, "visible", there(thermal_of_key(page)))
    expect(says).to_contain_text("误差约为")


def thermal_of_key(page: Page) -> tuple[float, float]:
    """Where the point that the keys have set lies, by the page's own drawing."""
    mark = page.get_by_test_id("dual-thermal-mark").last.locator("circle")
    canvas = page.get_by_test_id("dual-thermal-canvas")
    view = canvas.get_attribute("viewBox")
    assert view is not None
    width, height = (float(one) for one in view.split()[2:])
    x, y = (float(mark.get_attribute(name) or "nan") for name in ("cx", "cy"))
    return x / width, y / height


def test_a_pair_is_made_and_aligned_by_points(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(
        tmp_path, adapt=lambda context: replace(context, dual_pictures=Pictures())
    ) as fires:
        with_heads(fires)
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.ADMIN)
        pair(page, fires)
        show_points(page)
        page.get_by_test_id("dual-tab-over").click()
        expect(page.get_by_test_id("dual-laid")).to_be_visible()
        expect(page.get_by_test_id("dual-laid-by")).to_contain_text("未保存")
        page.get_by_test_id("dual-take").click()
        expect(page.get_by_test_id("dual-done")).to_be_visible()
        expect(preset(page, 0)).to_have_attribute("data-state", "good")
        expect(preset(page, 0)).to_contain_text("人工标点")
        expect(page.get_by_test_id("dual-laid-by")).to_contain_text("现行")
        found = fires.api.context.store.duals.registration(WEST.camera_id, 0)
        assert found is not None
        assert (found.source, found.state) == (RegistrationSource.TARGETS, RegistrationState.GOOD)
        off = mapped(found.matrix, np.array(THINGS)) - truly(THINGS)
        assert np.abs(off).max() < 0.01, off  # a press is a pixel or two of the screen wide

        # What the pictures cannot tell is refused in words, and what is not there is said.
        preset(page, 1).click()
        expect(page.get_by_test_id("dual-tool")).to_have_attribute("data-preset", "1")
        expect(page.get_by_test_id("dual-visible")).to_have_attribute("data-ready", "true")
        page.get_by_test_id("dual-by-pictures").click()
        expect(page.get_by_test_id("dual-error")).to_contain_text("不敢自动对齐")
        expect(preset(page, 1)).to_have_attribute("data-state", "none")
        preset(page, 2).click()
        expect(page.get_by_test_id("dual-visible")).to_contain_text("还没有可见光画面")
        expect(page.get_by_test_id("dual-by-pictures")).to_be_disabled()

        page.get_by_test_id("dual-back").click()
        expect(page.get_by_test_id("camera-dual-line")).to_contain_text("1/2")
        page.get_by_test_id("camera-dual").click()
        page.get_by_test_id("dual-part").click()
        page.locator(".n-popconfirm__action button").last.click()
        expect(page.get_by_test_id("dual-tool")).to_have_count(0)
        assert not fires.api.context.store.duals.pairs()
        assert not complaints(seen, "404", "422")
        assert not seen.outside


def held(fires: FiresPage) -> None:
    """A candidate that waits for heat."""
    (alert,) = fires.api.context.store.alerts.newest(1)
    draft, at = alert.draft, alert.last_seen_at
    names = ("camera_id", "preset", "pose", "label", "mode", "provenance", "time_source")
    kept = CandidateDraft(
        key="w1/0/smoke/9",
        first_seen_at=at - timedelta(minutes=3),
        last_seen_at=at,
        received_at=at,
        frames_seen=4,
        best_score=0.5,
        peak_log_odds=2.4,
        log_odds=2.4,
        threshold_log_odds=2.0,
        findings=draft.decision.findings,
        held=Held(Holder.DUAL, f"{HEAT}/3", at, at + timedelta(minutes=30), 900.0, 1800.0),
        scores=draft.decision.scores,
        width_px=960,
        height_px=540,
        model=draft.decision.model,
        config_version=draft.decision.config_version,
        **{name: getattr(draft, name) for name in names},
    )
    fires.api.context.store.candidates.note([(kept, None)])


def test_each_sensors_vote_is_told_with_the_fire(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        with_heads(fires)
        box = Box(Label.FLAME, 0.95, 440.0, 285.0, 470.0, 305.0)
        reasons = ((HeatReason.HOT, 2.4), (HeatReason.STAYS, 0.7))
        at = START - timedelta(seconds=20)
        vote = HeatVote(HEAT, VoteWord.FIRE, at, 3.1, 312.4, box, reasons)
        fires.burn(WEST, votes=(vote,))
        held(fires)
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.MONITOR)
        page.get_by_test_id("alert-card").click()
        told = page.get_by_test_id("vote-heat")
        expect(told).to_have_attribute("data-says", "fire")
        expect(told).to_contain_text("塔 w1-heat")
        expect(told).to_contain_text("312.4 °C")
        expect(told).to_contain_text("早 20 s")
        expect(page.get_by_test_id("vote-visible")).to_contain_text("3.00")
        told.locator("summary").click()
        expect(told.get_by_test_id("look-reasons").locator("li")).to_have_count(2)
        heat = page.get_by_test_id("evidence-heat")
        expect(heat).to_have_attribute("x", "440")
        assert re.search(r"\d", heat.evaluate("(it) => getComputedStyle(it).strokeDasharray"))
        expect(page.locator(".tag.heat")).to_contain_text("312 °C")

        page.get_by_test_id("scope-review").click()
        card = page.locator("[data-testid=candidate-card][data-held-by=dual]")
        expect(card).to_contain_text("热像未见热")
        card.locator("button").first.click()
        expect(card.get_by_test_id("candidate-dual")).to_contain_text("塔 w1-heat")
        assert not complaints(seen)
        assert not seen.outside
