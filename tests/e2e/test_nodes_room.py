"""A node is set up in the page, pushes and is read; a look is decided, the slower one is told."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import FiresPage, fires_page
from heat_rig import HeatRig
from node_rig import heat_png
from playwright.sync_api import Page, Route, expect

from api.nodes.signing import sign
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = """
const own = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "2d" ? own.call(this, kind, ...more) : null
}
"""
"""The pictures of heat are drawn in two dimensions; the map is not what these tests are of."""
HOT_C = 61.5
SPOT = (20, 10)


def enter(page: Page, fires: FiresPage, role: Role) -> None:
    page.add_init_script(NO_MAP)
    sign_in(page, Demo(fires.demo.address, PASSWORDS[role]), role.value)
    page.get_by_test_id("nodes-open").click()
    expect(page.get_by_test_id("nodes-room")).to_be_visible()


def sure(page: Page, button: str) -> None:
    """The second press, on what asks whether it is meant."""
    page.locator(".n-popconfirm").get_by_role("button", name=button, exact=True).click()


def complaints(seen: Seen, *expected: str) -> list[str]:
    return [one for one in seen.errors if not any(part in one for part in ("401", *expected))]


def push(fires: FiresPage, key: str, sequence: int, body: bytes) -> int:
    """As the device does, over HTTP; what it is answered."""
    at = fires.api.clock.now().isoformat()
    signature = sign(
        key, node_id="ridge-9", sequence=str(sequence), captured_at=at, reading="", body=body
    )
    headers = {
        "Firewatch-Sequence": str(sequence),
        "Firewatch-Captured-At": at,
        "Firewatch-Signature": signature,
    }
    url = f"{fires.demo.address}/api/nodes/ridge-9/frames"
    return httpx.post(url, content=body, headers=headers, timeout=60).status_code


def test_a_node_is_set_up_and_its_frame_is_read(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.ADMIN)
        page.get_by_test_id("nodes-tab-fleet").click()
        expect(page.get_by_test_id("nodes-none")).to_be_visible()
        page.get_by_test_id("node-add").click()
        expect(page.get_by_test_id("node-save")).to_be_disabled()
        told = {"id": "ridge-9", "name": "松林坡九号", "lon_deg": "-84.306", "lat_deg": "36.246"}
        for name, text in told.items():
            field_of(page, f"node-{name}").fill(text)
        page.get_by_test_id("node-encoding").click()
        page.locator(".n-base-select-option", has_text="0.01 K").click()
        page.get_by_test_id("node-save").click()
        key = field_of(page, "once-text").input_value()
        assert len(key) > 30
        page.keyboard.press("Escape")  # what is told once is not lost to a key
        expect(page.get_by_test_id("once")).to_be_visible()
        page.get_by_test_id("once-done").click()
        expect(page.get_by_test_id("frames-none")).to_be_visible()

        body = heat_png(hot_c=HOT_C)
        assert [push(fires, key, 1, body), push(fires, key, 1, body)] == [201, 200]
        assert push(fires, "no such key" * 4, 2, body) == 401
        page.get_by_test_id("node-back").click()
        page.get_by_test_id("node-row").click()
        view = page.get_by_test_id("heat-view")
        expect(view).to_have_attribute("data-ready", "true")
        expect(page.get_by_test_id("heat-hottest")).to_contain_text(f"{HOT_C} °C")
        expect(page.get_by_test_id("heat-hottest")).to_contain_text("({}, {})".format(*SPOT))
        page.get_by_test_id("heat-surface").focus()
        page.keyboard.press("ArrowLeft")
        read = page.get_by_test_id("heat-read")
        expect(read).to_contain_text(re.compile(r"1[78]\.\d °C.*\(19, 10\)"))
        page.keyboard.press("ArrowRight")
        expect(read).to_contain_text(f"{HOT_C} °C")
        picture = page.get_by_test_id("frame").locator("img")
        assert picture.evaluate("async (it) => (await it.decode(), it.naturalWidth)") > 0

        # Levels are no temperatures, and none is printed.
        page.get_by_test_id("node-edit").click()
        page.get_by_test_id("node-encoding").click()
        page.locator(".n-base-select-option", has_text="亮为热").click()
        page.get_by_test_id("node-save").click()
        expect(view).to_have_attribute("data-scale", "relative")
        expect(page.get_by_test_id("heat-relative")).to_be_visible()
        expect(view).not_to_contain_text("°C")

        page.get_by_test_id("node-retire").click()
        sure(page, "停用")
        expect(page.get_by_test_id("node-key")).to_have_count(0)
        assert push(fires, key, 3, body) == 404
        assert not complaints(seen)
        assert not seen.outside


def test_a_look_is_decided_once(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        HeatRig(fires.api).burn(6)
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.MONITOR)
        expect(page.get_by_test_id("nodes-tab-looks")).to_contain_text("1")
        page.get_by_test_id(
            "nodes-tab-looks"
        ).click()  # it may have been entered before they were read
        page.get_by_test_id("heat-look").click()
        expect(page.get_by_test_id("heat-view")).to_have_attribute("data-ready", "true")
        expect(page.get_by_test_id("heat-box")).to_be_visible()
        expect(page.get_by_test_id("look-peak")).to_contain_text("350.0 °C")
        expect(page.get_by_test_id("look-reasons")).to_contain_text("支持")
        expect(page.get_by_test_id("look-tower").first).to_be_visible()

        # A colleague says so while this one is about to.
        def overtaken(route: Route) -> None:
            answer = fires.api.client(Role.MONITOR).post(
                "/api/looks/1/no-fire", json={"reason": "stove", "note": "砖窑"}
            )
            assert answer.status_code == 200, answer.text
            route.continue_()

        page.route("**/api/looks/1/fire", overtaken)
        page.get_by_test_id("look-fire").click()
        sure(page, "是火")
        expect(page.get_by_test_id("look-faster")).to_be_visible()
        expect(page.get_by_test_id("look-detail")).to_have_attribute("data-state", "no_fire")
        expect(page.get_by_test_id("look-decided")).to_contain_text("炉灶")
        expect(page.get_by_test_id("look-decided")).to_contain_text("砖窑")
        expect(page.get_by_test_id("look-decision")).to_have_count(0)
        page.get_by_test_id("look-back").click()
        expect(page.get_by_test_id("looks-none")).to_be_visible()
        page.get_by_test_id("nodes-close").click()
        expect(page.get_by_test_id("nodes-waiting")).to_have_count(0)
        assert not complaints(seen, "409")
        assert not seen.outside


def test_a_look_becomes_a_fire(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        HeatRig(fires.api).burn(6)
        page, seen = open_page(fires.demo)
        enter(page, fires, Role.MONITOR)
        page.get_by_test_id(
            "nodes-tab-looks"
        ).click()  # it may have been entered before they were read
        page.get_by_test_id("heat-look").click()
        page.locator("textarea[data-testid=look-note]").fill("路口看得见烟")
        page.get_by_test_id("look-fire").click()
        sure(page, "是火")
        expect(page.get_by_test_id("look-detail")).to_have_attribute("data-state", "fire")
        page.get_by_test_id("look-fire-link").click()
        expect(page.get_by_test_id("nodes-room")).to_have_count(0)
        (fire,) = fires.api.context.store.incidents.working()
        expect(page).to_have_url(re.compile(f"#fire-{fire.incident_id}$"))
        assert fire.observations[0].draft.words != ""
        assert not complaints(seen)
