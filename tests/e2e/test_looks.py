"""A fire is looked at from the air by a person's word, and what was taken comes back to it."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, sign_in
from fires_page import FiresPage, fires_page
from imagery_rig import LENS, WhiteDetector, desk_of, ground_at, photo, picture
from playwright.sync_api import FilePayload, Locator, Page, expect

from drone_jobs.fleet import find_aircraft
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.flight import RunCause

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
NEAR, LENT, HOMELESS = "近处一号", "外借二号", "无家三号"
PIXEL, YAW_DEG, PITCH_DEG = (1000, 400), 40.0, -50.0


def enter(fires: FiresPage, open_page: OpenPage) -> tuple[Page, Seen]:
    page, seen = open_page(fires.demo)
    page.add_init_script(NO_MAP)
    sign_in(page, fires.demo)
    return page, seen


def choose_fire(page: Page, number: int) -> Locator:
    page.locator(f"[data-testid=alert-card][data-incident-id='{number}']").press("Enter")
    expect(page.get_by_test_id("fire-number")).to_have_text(f"#{number}")
    return page.get_by_test_id("looks")


def lens_m(fires: FiresPage) -> float:
    terrain = fires.api.context.terrain
    assert terrain is not None
    return round(float(terrain.height_at(*LENS)) + 300.0, 2)


def truth(fires: FiresPage) -> tuple[float, float]:
    terrain = fires.api.context.terrain
    assert terrain is not None
    return ground_at(terrain, lens_m(fires), PIXEL, YAW_DEG, PITCH_DEG)


def station(fires: FiresPage) -> None:
    """Two aircraft near the fire, one of them without a link; and one without a place."""
    lon, lat = truth(fires)
    kind = find_aircraft("Matrice 4T")
    near = replace(kind, name=NEAR, home_lon_deg=lon + 0.002, home_lat_deg=lat)
    fleet = [near, replace(near, name=LENT), replace(kind, name=HOMELESS)]
    fires.api.context.store.aircraft.import_all(fleet, author="t")


def links() -> tuple[DroneLinkRule, ...]:
    return tuple(
        DroneLinkRule(aircraft=name, kind=DroneLinkKind.SIMULATED) for name in (NEAR, HOMELESS)
    )


def hand_in(page: Page, *files: tuple[str, bytes]) -> None:
    page.get_by_test_id("imagery-files").set_input_files(
        [FilePayload(name=name, mimeType="image/jpeg", buffer=data) for name, data in files]
    )


def score(fires: FiresPage) -> None:
    """As a running watch does."""
    desk = desk_of(fires.api, WhiteDetector())
    while desk.work_once():
        pass


def proposed(section: Locator, aircraft: str) -> Locator:
    return section.locator(f"[data-testid=look-proposal][data-aircraft='{aircraft}']")


def test_a_look_is_proposed_with_why_not_and_flown_by_a_persons_word(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path, links=links()) as fires:
        station(fires)
        number = fires.tell(truth(fires)).incident_id
        assert number is not None
        page, seen = enter(fires, open_page)
        section = choose_fire(page, number)
        expect(section).to_contain_text("放飞由人决定")
        store = fires.api.context.store
        section.get_by_test_id("looks-propose").click()
        cards = section.get_by_test_id("look-proposal")
        expect(cards).to_have_count(3)
        expect(cards.first).to_have_attribute("data-aircraft", NEAR)
        expect(cards.first).to_have_attribute("data-feasible", "true")
        expect(cards.first.get_by_test_id("look-at")).to_contain_text(re.compile(r"约 \d+ 分钟后"))
        for name in (LENT, HOMELESS):
            card = proposed(section, name)
            expect(card).to_have_attribute("data-feasible", "false")
            expect(card.get_by_test_id("look-why")).not_to_be_empty()
            expect(card.get_by_test_id("look-fly")).to_have_count(0)
        assert store.runs.page(incident_id=number) == []
        section.scroll_into_view_if_needed()
        keep(page, "proposed")

        cards.first.get_by_test_id("look-fly").click()
        asks = page.locator(".n-popconfirm")
        expect(asks).to_contain_text(f"派 {NEAR} 核实 #{number} 号火情")
        keep(page, "asks")
        asks.get_by_role("button", name="放飞").click()
        flight = section.get_by_test_id("look-flight")
        expect(flight).to_have_count(1)
        expect(section.get_by_test_id("look-proposal")).to_have_count(0)
        expect(flight).to_contain_text("monitor 放飞")
        (run,) = store.runs.page(incident_id=number)
        assert (run.cause, run.aircraft, run.released_by) == (
            RunCause.VERIFICATION,
            NEAR,
            "monitor",
        )
        section.scroll_into_view_if_needed()
        keep(page, "flown")
        clean(seen)


def test_footage_is_handed_in_placed_or_told_why_not_and_returns_to_its_fire(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        height_m, shot = lens_m(fires), picture(PIXEL)
        number = fires.tell(truth(fires)).incident_id
        assert number is not None
        page, seen = enter(fires, open_page)
        page.get_by_test_id("flights-open").click()
        page.get_by_test_id("flights-tab-imagery").click()
        expect(page.get_by_test_id("imagery-none")).to_be_visible()
        blind = photo(shot, height_m, GimbalYawDegree=None, GimbalPitchDegree=None)
        hand_in(
            page,
            ("DJI_0001.JPG", photo(shot, height_m, yaw_deg=YAW_DEG, pitch_deg=PITCH_DEG)),
            ("DJI_0002.JPG", blind),
            ("notes.jpg", b"no picture at all"),
        )
        sent = page.get_by_test_id("imagery-sending")
        expect(sent).to_have_count(3)
        expect(sent.nth(2)).to_have_attribute("data-state", "refused")
        expect(sent.nth(2)).to_contain_text("未收")
        rows = page.get_by_test_id("imagery-row")
        expect(rows).to_have_count(2)
        expect(rows.first).to_have_attribute("data-state", "queued")
        score(fires)
        expect(page.locator("[data-testid=imagery-row][data-state=scored]")).to_have_count(2)

        rows.filter(has_text="DJI_0002").click()
        detail = page.get_by_test_id("imagery-detail")
        hit = detail.get_by_test_id("imagery-hit")
        expect(hit).to_have_attribute("data-placed", "false")
        expect(hit).to_contain_text("未定位")
        expect(detail.get_by_test_id("imagery-gaps")).to_contain_text("没有镜头朝向")
        rows.filter(has_text="DJI_0001").click()
        expect(detail).to_have_attribute("data-imagery", "1")
        expect(hit).to_have_attribute("data-placed", "true")
        expect(hit.get_by_test_id("imagery-hit-place")).to_contain_text(
            re.compile(r"36\.\d{5}, -84\.\d{5}.误差 \d+ m")
        )
        assert drawn(hit.locator("img"))
        keep(page, "placed")
        hit.get_by_test_id("imagery-hit-large").click()
        large = page.get_by_test_id("hit-large")
        assert drawn(large.locator("img"))
        page.keyboard.press("Escape")
        expect(large).to_have_count(0)
        expect(detail).to_be_visible()

        page.get_by_test_id("flights-close").click()
        section = choose_fire(page, number)
        pictures = section.get_by_test_id("look-pictures")
        expect(pictures.get_by_test_id("imagery-hit")).to_have_count(1)
        assert drawn(pictures.locator("img"))
        expect(page.get_by_test_id("member-report").filter(has_text="无人机")).to_have_count(1)
        pictures.scroll_into_view_if_needed()
        keep(page, "fire")
        clean(seen, "422")


def drawn(image: Locator) -> bool:
    """Whether a picture of some size has come."""
    image.scroll_into_view_if_needed()
    done = "it => it.complete && it.naturalWidth > 100"
    image.page.wait_for_function(done, arg=image.element_handle())
    return bool(image.evaluate(done))


def clean(seen: Seen, *expected: str) -> None:
    """Nothing was asked of anybody else; a browser complains of refusals and missing WebGL."""
    known = ("401", "WebGL", "webgl", *expected)
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where one is asked for."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=Path(folder) / f"looks-{name}.png")
