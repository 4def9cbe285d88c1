"""Every panel and dialog opens whole, under the page's own policy; nobody is shown dead buttons."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, enter_as_administrator, field_of, running_demo, sign_in
from fires_page import WEST, fires_page
from playwright.sync_api import Locator, Page, expect

from api.auth.passwords import hash_password
from models.user import Role, User

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
PATIENCE_MS = 120_000
WORD = "zhang-zhang-zhang"

# What the page's policy refuses is told to the page before any console message is made of it.
LISTEN = """window.refused = [];
document.addEventListener("securitypolicyviolation",
  (it) => window.refused.push(`${it.violatedDirective} ${it.blockedURI} ${it.sample}`));"""
STYLES = """() => [...document.querySelectorAll("style")]
  .filter((it) => it.textContent.trim() !== "" && !(it.sheet && it.sheet.cssRules.length > 0))
  .map((it) => it.textContent.slice(0, 200))"""
# The map's drawing in software costs a busy machine minutes: its panels have their own test.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null;"
INJECT = """() => {
  const element = document.createElement("div");
  element.innerHTML = '<p style="color: red">unwanted</p>';
  document.body.append(element);
}"""


@dataclass
class Tour:
    """A walk through the console that stops at every screen."""

    page: Page
    seen: Seen
    stops: int = 0

    @contextmanager
    def at(self, name: str, *present: str) -> Iterator[None]:
        """Something is open: it is there, its styles apply, and nobody complained."""
        for test_id in present:
            expect(self.page.get_by_test_id(test_id).first).to_be_visible(timeout=PATIENCE_MS)
        yield
        self.stops += 1
        assert self.page.evaluate("window.refused") == [], name
        assert self.page.evaluate(STYLES) == [], f"{name}: styles without effect"
        assert complaints(self.seen) == [], name
        if folder := os.environ.get("E2E_PICTURES"):
            self.page.wait_for_timeout(800)
            self.page.screenshot(path=f"{folder}/{self.stops:02d}-{name}.png")

    def look(self, name: str, *present: str) -> None:
        with self.at(name, *present):
            pass

    def press(self, *test_ids: str) -> None:
        for test_id in test_ids:
            self.page.get_by_test_id(test_id).first.click()

    def escape(self) -> None:
        self.page.keyboard.press("Escape")


def complaints(seen: Seen) -> list[str]:
    return [error for error in seen.errors if "401" not in error]  # before the sign-in


def look_at_stills(tour: Tour, name: str, *present: str) -> None:
    """The demo's cameras have no video: the browser says that it was told so, and stills come."""
    for test_id in present:
        expect(tour.page.get_by_test_id(test_id).first).to_be_visible(timeout=PATIENCE_MS)
    expect(tour.page.get_by_test_id("live-still")).to_be_visible(timeout=PATIENCE_MS)
    until_s = time.monotonic() + PATIENCE_MS / 1000.0
    while not (told := [error for error in tour.seen.errors if "409" in error]):
        assert time.monotonic() < until_s, name
        tour.page.wait_for_timeout(100)
    tour.seen.errors[:] = [error for error in tour.seen.errors if error not in told]
    tour.look(name)


def of_the_top_bar(tour: Tour) -> None:
    page = tour.page
    for name in ("wall", "sweeps"):
        tour.press(f"{name}-open")
        tour.look(name, {"wall": "wall", "sweeps": "sweep-report"}[name])
        tour.press("wall-close") if name == "wall" else tour.escape()
    tour.press("landdata-open", "landexport-open")
    tour.look("land-data", "landdata-layers", "landexport")
    tour.press("landimport-open")
    expect(page.get_by_test_id("landimport-file")).to_be_attached()
    tour.look("land-import")
    tour.press("landdata-close")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    tour.look("help")
    tour.escape()
    tour.press("wind")
    tour.look("wind", "wind-entry")
    tour.press("wind", "danger")
    tour.look("danger", "danger-entry")
    tour.press("weather-open")
    tour.look("weather", "weather", "weather-entry")
    tour.escape()


def of_the_office(tour: Tour) -> None:
    page = tour.page

    def choose(words: str) -> None:
        tour.press("user-menu")
        page.locator(".n-dropdown-option").filter(has_text=words).click()

    choose("通知")
    tour.look("channels", "notices")
    tour.press("channel-add")
    page.locator(".n-dropdown-option").filter(has_text="企业微信").click()
    tour.look("channel", "channel-form")
    tour.press("channel-back", "notices-close")
    choose("令牌")
    tour.press("account-add")
    tour.look("accounts", "accounts", "account-form")
    tour.press("people-tokens", "token-add")
    tour.look("tokens", "token-form")
    tour.press("people-close")
    choose("操作记录")
    tour.look("audit", "audit-rows")
    tour.escape()


def of_cameras(tour: Tour) -> None:
    page = tour.page
    tour.press("cameras-all")
    tour.look("cameras", "camera-rows")
    tour.press("camera-add")
    tour.look("camera-new", "camera-form")
    tour.press("camera-back", "camera-import")
    tour.look("camera-import", "import-choose")
    tour.press("import-back")
    row = page.get_by_test_id("camera-rows").locator("li").filter(has_text="t3-drill")
    row.get_by_test_id("camera-look").click()
    tour.look("camera", "camera-looked-at", "camera-still")
    tour.press("camera-masks")
    tour.look("masks", "mask-panel", "mask-draw")
    tour.press("mask-back", "camera-patrol")
    tour.look("patrol", "patrol-form", "patrol-no-tours")
    tour.press("patrol-add-tour")
    tour.look("patrol-tour", "tour")
    tour.press("patrol-back", "camera-live")
    look_at_stills(tour, "live", "live-panel", "live")
    tour.press("live-close")
    expect(page.get_by_test_id("camera-panel")).to_have_count(0)


def of_the_map(tour: Tour) -> None:
    page = tour.page
    tour.press("legend-open")
    tour.look("legend", "legend")
    tour.press("coverage-open", "coverage-seen")
    tour.look("coverage", "coverage-inks")
    tour.press("coverage-off", "sweep-open")
    expect(page.locator("[data-testid=sweep-map][data-ready=true]")).to_be_visible(
        timeout=PATIENCE_MS
    )
    tour.look("sweeps", "sweep-form", "sweep-result")
    for name, present in (
        ("look", "look-form"),
        ("kept", "sweep-list"),
        ("file", "mission-file"),
        ("aircraft", "fleet"),
    ):
        tour.press(f"sweep-tab-{name}")
        tour.look(f"sweeps-{name}", present)
    tour.press("fleet-add")
    page.locator(".n-dropdown-option").first.click()
    tour.look("aircraft", "aircraft-form")
    tour.press("aircraft-back", "sweep-tab-cover", "sweep-close")
    tour.press("observations-open")
    tour.look("report", "observation-form", "observed-caller")
    tour.press("observed-direction", "observed-by-numbers", "observed-degrees")
    tour.look("report-direction", "observed-bearing")
    page.get_by_test_id("observed-bearing").press("Escape")
    tour.press("landedit-open", "burn-draw")
    tour.look("land-edit", "landedit-panel")
    tour.escape()
    tour.press("landedit-hide", "network-open")
    tour.look("network", "network")
    tour.press("network-close", "nodes-open", "nodes-tab-looks")
    tour.look("heat-looks", "heat-looks", "nodes-map")
    tour.press("nodes-tab-fleet")
    tour.look("nodes", "node-table", "nodes-none")
    tour.press("node-add", "node-has-pose")
    tour.look("node", "node-form")
    tour.press("node-cancel", "nodes-close", "place-ask")
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.4 * box["height"])
    tour.look("place", "place-verdict")
    tour.press("place-close")


def of_the_bench(tour: Tour) -> None:
    page = tour.page
    tour.press("cameras-all")
    row = page.get_by_test_id("camera-rows").locator("li").filter(has_text="t3-drill")
    row.get_by_test_id("camera-look").click()
    tour.press("camera-calibrate")
    with tour.at("calibration", "calibrate-canvas"):
        expect(page.locator("[data-testid=calibrate-map][data-ready=true]")).to_be_visible(
            timeout=PATIENCE_MS
        )
    for tab in ("skyline", "sun", "history"):
        tour.press(f"calibrate-tab-{tab}")
        tour.look(f"calibration-{tab}")


def of_a_fire(tour: Tour) -> None:
    page = tour.page
    tour.press("scope-all")
    tour.look("all-fires", "filter-township")
    tour.press("scope-review")
    tour.look("review", "review")
    tour.press("scope-working")
    page.get_by_test_id("alert-card").first.dispatch_event("click", timeout=PATIENCE_MS)
    tour.look("fire", "alert-detail", "evidence-box", "land")
    tour.press("action-dismiss", "dismiss-reason-light")
    tour.look("dismiss", "declare")
    tour.escape()
    tour.press("action-confirm", "action-step")
    tour.look("step", "step-panel", "undo-bar")
    tour.press("action-note")
    tour.look("note", "step-panel")
    tour.escape()
    tour.press("merge-open")
    tour.look("merge", "merge-panel")
    tour.press("merge-open", "evidence-enlarge")
    expect(page.get_by_role("dialog", name="证据")).to_be_visible()
    tour.look("evidence")
    tour.escape()
    tour.press("alert-live")
    look_at_stills(tour, "fire-live", "live-panel")
    tour.press("live-close")


def test_every_screen_opens_whole_and_nothing_is_refused(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill") as demo:
        page, seen = open_page(demo)
        page.add_init_script(LISTEN + NO_MAP)
        page.set_default_timeout(PATIENCE_MS)
        enter_as_administrator(page, demo, tmp_path)
        tour = Tour(page, seen)
        tour.look("overview", "overview")
        for part in (of_the_top_bar, of_the_office, of_cameras, of_a_fire):
            part(tour)
        assert seen.outside == []
        # What would be refused is heard.
        page.evaluate(INJECT)
        page.wait_for_function("() => window.refused.length > 0")


def test_every_panel_of_the_maps_opens_whole_and_nothing_is_refused(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill") as demo:
        page, seen = open_page(demo)
        page.add_init_script(LISTEN)
        page.set_default_timeout(PATIENCE_MS)
        enter_as_administrator(page, demo, tmp_path)
        expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible(
            timeout=PATIENCE_MS
        )
        tour = Tour(page, seen, stops=50)
        of_the_map(tour)
        of_the_bench(tour)
        assert seen.outside == []


def test_who_is_of_a_township_is_shown_no_button_that_is_refused(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        alert = fires.burn(WEST)
        (own, *_) = alert.draft.land.townships
        fires.api.context.store.users.add(
            User(
                "zhang",
                Role.MONITOR,
                hash_password(WORD),
                must_change_password=False,
                townships=(own.code,),
            ),
            actor="t",
        )
        page, seen = open_page(Demo(fires.demo.address, WORD))
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, WORD), "zhang")
        page.get_by_test_id("alert-card").first.dispatch_event("click")
        see_what_is_theirs(page)
        see_nothing_of_the_district(page)
        refused = [error for error in seen.errors if "403" in error]
        assert refused == [], "something was asked for that is not theirs"

        # Whoever is of the district has them, so these are the names of what is looked for.
        page, _ = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, fires.demo)
        expect(page.get_by_test_id("scope-review")).to_be_visible()
        expect(page.get_by_test_id("landedit-open")).to_be_visible()
        page.get_by_test_id("wind").click()
        expect(page.get_by_test_id("wind-entry")).to_be_visible()
        page.get_by_test_id("landdata-open").click()
        expect(page.get_by_test_id("landexport-open")).to_be_visible()


def see_what_is_theirs(page: Page) -> None:
    """A verdict on their fire; a report of any place, with who called, who is shown to them."""
    page.keyboard.press("d")
    page.get_by_test_id("dismiss-reason-light").click()
    expect(page.get_by_test_id("dismiss-submit")).to_be_enabled()
    expect(page.get_by_test_id("declare")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_test_id("alert-card")).to_have_attribute("data-state", "acknowledged")

    page.get_by_test_id("observations-open").click()
    page.get_by_test_id("observed-by-numbers").dispatch_event("click")
    field_of(page, "observed-first").fill("-84.30619")
    field_of(page, "observed-second").fill("36.2463")
    field_of(page, "observed-caller").fill("王 13800000000")
    page.get_by_test_id("observed-submit").click()
    expect(page.get_by_test_id("observed-done")).to_be_visible()
    expect(page.get_by_test_id("observation-caller")).to_contain_text("王 13800000000")
    field_of(page, "observed-caller").press("Escape")


def see_nothing_of_the_district(page: Page) -> None:
    absent: list[Locator] = [
        page.get_by_test_id(it) for it in ("scope-review", "landedit-open", "danger-3")
    ]
    page.get_by_test_id("wind").click()
    expect(page.get_by_test_id("wind-entry")).to_have_count(0)
    page.get_by_test_id("danger").click()
    page.get_by_test_id("weather-open").click()
    expect(page.get_by_test_id("weather")).to_be_visible()
    absent += [page.get_by_test_id(it) for it in ("weather-entry", "weather-import")]
    for one in absent:
        expect(one).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_test_id("landdata-open").click()
    expect(page.get_by_test_id("landdata-layers")).to_be_visible()
    expect(page.get_by_test_id("landexport-open")).to_have_count(0)
    expect(page.get_by_test_id("landimport-open")).to_have_count(0)
    page.get_by_test_id("landdata-close").click()
    page.get_by_test_id("cameras-all").click()
    page.get_by_test_id("camera-look").first.click()
    page.get_by_test_id("camera-masks").click()
    expect(page.get_by_test_id("mask-panel")).to_be_visible()
    expect(page.get_by_test_id("mask-draw")).to_have_count(0)
