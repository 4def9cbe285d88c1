"""A monitor draws an area, sees it planned anew, keeps it, and takes its file in again."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_rig import Demo, Seen, field_of, running_demo, sign_in
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
PATIENCE_MS = 120_000
NEWEST = "[data-testid=sweep-result][data-stale=false][data-waiting=false]"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path, "--scene", "drill") as started:
        yield started


def asked(page: Page, path: str) -> Any:  # noqa: ANN401  # whatever the server says
    return page.evaluate("path => fetch(path).then(answer => answer.json())", path)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place on the room's map, in shares of it, as the mouse has it."""
    box = page.get_by_test_id("sweep-map").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def enter(page: Page, demo: Demo) -> None:
    sign_in(page, demo)
    expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_test_id("sweep-open").click()
    expect(page.locator("[data-testid=sweep-map][data-ready=true]")).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.get_by_test_id("sweep-room")).to_contain_text("不会让任何航空器起飞")


def come_near(page: Page) -> None:
    """The whole district is more than a battery sees: a few kilometres are looked at."""
    for _ in range(3):
        page.get_by_test_id("sweep-map").get_by_role("button", name="放大").click()
        page.wait_for_timeout(800)  # the map moves


def draw_area(page: Page) -> None:
    page.get_by_test_id("sweep-draw-area").click()
    for x, y in ((0.45, 0.40), (0.58, 0.38), (0.60, 0.52)):
        page.mouse.click(*at(page, x, y))
        page.wait_for_timeout(400)  # two clicks, not a double one
    page.mouse.dblclick(*at(page, 0.46, 0.54))
    expect(page.get_by_test_id("sweep-drawing")).to_contain_text("4 个顶点")
    page.get_by_test_id("sweep-draw-done").click()


def press_home(page: Page, x: float, y: float) -> None:
    page.get_by_test_id("sweep-home-press").click()
    page.mouse.click(*at(page, x, y))
    expect(page.get_by_test_id("sweep-home")).to_contain_text(re.compile(r"\d+\.\d{5}"))


def newest(page: Page) -> None:
    """The plan on the page answers the wish as it stands."""
    page.wait_for_timeout(600)  # longer than the quiet that is waited for
    expect(page.locator(NEWEST)).to_be_visible(timeout=PATIENCE_MS)


def figure(page: Page, key: str) -> Locator:
    return page.locator(f"[data-testid=sweep-figures] [data-figure={key}] dd")


def change_height(page: Page, height_m: int) -> None:
    field_of(page, "sweep-height").fill(str(height_m))
    page.keyboard.press("Tab")


def complaints(seen: Seen, *expected: str) -> list[str]:
    return [error for error in seen.errors if not any(one in error for one in ("401", *expected))]


def see_it_planned(page: Page) -> None:
    expect(figure(page, "outside")).to_have_text("0 s")
    expect(figure(page, "coverage")).to_contain_text("%")
    expect(page.get_by_test_id("sweep-mark-flight").first).to_be_attached()
    expect(page.get_by_test_id("sweep-mark-home")).to_have_count(1)
    # The section leads to the map.
    section = page.get_by_test_id("sweep-section").bounding_box()
    assert section is not None
    page.mouse.move(section["x"] + 0.5 * section["width"], section["y"] + 0.5 * section["height"])
    expect(page.get_by_test_id("sweep-section-at")).to_contain_text("离地")


def see_it_planned_anew(page: Page) -> None:
    """One thing is changed: lower sees less at a time; what cannot be flown is said."""
    before = figure(page, "swath").inner_text()
    change_height(page, 80)
    newest(page)
    expect(figure(page, "swath")).not_to_have_text(before)
    assert int(figure(page, "swath").inner_text().split()[0]) < int(before.split()[0])
    change_height(page, 21)
    expect(page.get_by_test_id("sweep-refusal")).to_contain_text("可取", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("sweep-result")).to_have_attribute("data-stale", "true")
    expect(page.get_by_test_id("sweep-save")).to_be_disabled()
    change_height(page, 80)
    newest(page)


def keep_two_versions(page: Page) -> None:
    field_of(page, "sweep-name").fill("北坡巡飞")
    page.get_by_test_id("sweep-save").click()
    expect(page.get_by_test_id("sweep-kept")).to_contain_text("第 1 版", timeout=PATIENCE_MS)
    (kept,) = asked(page, "/api/sweeps")["sweeps"]
    assert (kept["name"], kept["version"], kept["origin"]) == ("北坡巡飞", 1, "planned")
    change_height(page, 90)
    newest(page)
    page.get_by_test_id("sweep-save-version").click()
    expect(page.get_by_test_id("sweep-kept")).to_contain_text("第 2 版", timeout=PATIENCE_MS)
    assert len(asked(page, f"/api/sweeps/{kept['sweep_id']}")["versions"]) == 2


def take_its_file_in_again(page: Page, file: Path) -> None:
    # The drill lies where the geoid is not known here, so that a KMZ of DJI is refused.
    page.get_by_test_id("sweep-format").click()
    page.locator(".n-base-select-option").filter(has_text="QGroundControl").click()
    with page.expect_download() as download:
        page.get_by_test_id("sweep-download").click()
    download.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8"))["fileType"] == "Plan"
    page.get_by_test_id("sweep-tab-file").click()
    page.get_by_test_id("mission-input").set_input_files(file)
    verdict = page.get_by_test_id("mission-verdict")
    expect(verdict).to_have_attribute("data-may-fly", "true", timeout=PATIENCE_MS)
    page.get_by_test_id("mission-take").click()
    expect(page.get_by_test_id("mission-kept")).to_be_visible(timeout=PATIENCE_MS)


def test_an_area_is_planned_changed_kept_and_its_file_read_in_again(
    open_page: OpenPage, demo: Demo, tmp_path: Path
) -> None:
    page, seen = open_page(demo)
    enter(page, demo)
    come_near(page)
    draw_area(page)
    press_home(page, 0.40, 0.60)
    newest(page)
    see_it_planned(page)
    see_it_planned_anew(page)
    keep_two_versions(page)
    take_its_file_in_again(page, tmp_path / "mission.plan")

    page.get_by_test_id("sweep-tab-kept").click()
    expect(page.get_by_test_id("sweep-kept-row")).to_have_count(2)
    row = page.get_by_test_id("sweep-kept-row").filter(has_text="北坡巡飞")
    row.get_by_test_id("sweep-open-kept").click()
    expect(field_of(page, "sweep-height")).to_have_value("90")
    newest(page)
    page.get_by_test_id("sweep-tab-kept").click()
    row.get_by_test_id("sweep-retire").click()
    page.locator(".n-popconfirm").get_by_role("button", name="停用").click()
    expect(page.get_by_test_id("sweep-kept-row")).to_have_count(1)
    assert not seen.outside
    assert complaints(seen, "422") == []


def test_a_belt_is_picked_from_the_list_and_a_file_that_is_none_is_refused_in_words(
    open_page: OpenPage, demo: Demo
) -> None:
    page, seen = open_page(demo)
    enter(page, demo)
    page.get_by_test_id("sweep-target").click()
    page.locator(".n-base-select-option").first.click()
    page.wait_for_timeout(1500)  # the map goes to the belt
    press_home(page, 0.45, 0.45)
    newest(page)
    expect(figure(page, "ratio")).to_have_text(re.compile(r"^\d+\.\d\d"))
    (profile, *_) = page.get_by_test_id("sweep-section").all()
    expect(profile.locator("path.flight")).to_have_attribute("d", re.compile(r"^M\d"))

    page.get_by_test_id("sweep-tab-file").click()
    page.get_by_test_id("mission-input").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no mission at all"}
    )
    expect(page.get_by_test_id("mission-file")).to_contain_text("不认识这种文件")
    expect(page.get_by_test_id("mission-take")).to_have_count(0)
    assert complaints(seen, "422") == []


def test_a_place_is_looked_at(open_page: OpenPage, demo: Demo) -> None:
    page, seen = open_page(demo)
    enter(page, demo)
    come_near(page)
    page.get_by_test_id("sweep-tab-look").click()
    page.get_by_test_id("look-press").click()
    page.mouse.click(*at(page, 0.5, 0.5))
    press_home(page, 0.42, 0.58)
    newest(page)
    expect(page.get_by_test_id("sweep-mark-look")).to_have_count(1)
    expect(page.get_by_test_id("sweep-leg")).not_to_have_count(0)
    page.get_by_test_id("sweep-close").click()
    expect(page.get_by_test_id("sweep-open")).to_be_visible()
    assert complaints(seen) == []
