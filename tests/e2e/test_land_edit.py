"""A monitor draws a belt, a water point and a burn on the map, changes them, and sets it back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_rig import Demo, Seen, field_of, running_demo, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PATIENCE_MS = 60_000


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path, "--scene", "drill") as started:
        yield started


def asked(page: Page, path: str) -> Any:  # noqa: ANN401  # whatever the server says
    return page.evaluate("path => fetch(path).then(answer => answer.json())", path)


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """A place on the map, in shares of it, as the mouse has it."""
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def choose(page: Page, test_id: str, word: str) -> None:
    page.get_by_test_id(test_id).click()
    page.locator(".n-base-select-option", has_text=word).first.click()


def begin(page: Page, demo: Demo) -> None:
    sign_in(page, demo)
    expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible(timeout=PATIENCE_MS)
    # The map goes to the drill's fire when it comes: only then does it stand still.
    expect(page.get_by_test_id("alert-card").first).to_be_visible(timeout=2 * PATIENCE_MS)
    page.wait_for_timeout(4000)
    page.get_by_test_id("landedit-open").click()
    expect(page.get_by_test_id("landedit-layer")).to_be_visible()


def draw_belt(page: Page) -> None:
    choose(page, "landedit-layer", "林火阻隔带")
    page.get_by_test_id("landedit-draw-line").click()
    for x in (0.55, 0.62):
        page.mouse.click(*at(page, x, 0.55))
        page.wait_for_timeout(400)  # two clicks, not a double one
    page.mouse.dblclick(*at(page, 0.68, 0.62))
    expect(page.get_by_test_id("landedit-form")).to_contain_text("3 个顶点")
    field_of(page, "landedit-name").fill("新阻隔带")
    field_of(page, "landedit-code").fill("ZG/7")
    field_of(page, "fact-width_m").fill("30")
    choose(page, "fact-kind", "生物")


def test_a_belt_is_drawn_changed_and_set_back(
    open_page: Callable[[Demo], tuple[Page, Seen]], demo: Demo
) -> None:
    page, seen = open_page(demo)
    begin(page, demo)
    draw_belt(page)
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(1)
    told = asked(page, "/api/land/features/forest_belt/ZG/7")
    assert told["name"] == "新阻隔带"
    assert told["properties"] == {"width_m": 30.0, "kind": "biological"}
    assert (told["geometry"]["type"], len(told["geometry"]["coordinates"])) == ("LineString", 3)
    drawn = told["geometry"]["coordinates"]

    # A corner is pulled, a further one is pulled out of a side, and a value is wrong first.
    page.mouse.move(*at(page, 0.62, 0.55))
    page.mouse.down()
    page.mouse.move(*at(page, 0.62, 0.48), steps=4)
    page.mouse.up()
    field_of(page, "fact-width_m").fill("3000")
    expect(page.get_by_test_id("landedit-save")).to_be_disabled()
    expect(page.get_by_test_id("landedit-form")).to_contain_text("应在 0 到 2000 之间")
    field_of(page, "fact-width_m").fill("45")
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(2)
    expect(page.get_by_test_id("landedit-entry").first).to_contain_text("图形 · 宽度")
    told = asked(page, "/api/land/features/forest_belt/ZG/7")
    moved = told["geometry"]["coordinates"]
    assert told["properties"]["width_m"] == 45.0
    assert [moved[0], moved[2]] == [drawn[0], drawn[2]]  # to the last digit
    assert moved[1][1] > drawn[1][1]

    page.get_by_test_id("landedit-undo").first.click()
    page.locator(".n-popconfirm").get_by_role("button", name="撤销").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(3)
    told = asked(page, "/api/land/features/forest_belt/ZG/7")
    assert told["geometry"]["coordinates"] == drawn
    assert told["properties"]["width_m"] == 30.0

    page.get_by_test_id("landedit-remove").click()
    page.locator(".n-popconfirm").get_by_role("button", name="删除").click()
    expect(page.get_by_test_id("landedit-form")).to_have_count(0)
    assert asked(page, "/api/land/features/forest_belt/ZG/7")["code"] == "land_no_feature"
    assert not seen.outside
    assert not [error for error in seen.errors if "401" not in error and "404" not in error]


def test_what_somebody_else_changed_is_not_overwritten(
    open_page: Callable[[Demo], tuple[Page, Seen]], demo: Demo
) -> None:
    page, _seen = open_page(demo)
    begin(page, demo)
    draw_belt(page)
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(1)
    tag = asked(page, "/api/land/features/forest_belt/ZG/7")["tag"]
    page.evaluate(
        """tag => fetch('/api/land/features/forest_belt/ZG/7', {
          method: 'PATCH',
          headers: {'Content-Type': 'application/json'},
          body: JSON.stringify({before: tag, name: '别人'}),
        })""",
        tag,
    )
    field_of(page, "landedit-name").fill("我的")
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-panel")).to_contain_text("已有他人修改")
    assert field_of(page, "landedit-name").input_value() == "我的"  # nothing typed is lost
    assert asked(page, "/api/land/features/forest_belt/ZG/7")["name"] == "别人"


def test_a_water_point_by_numbers_and_picked_on_the_map(
    open_page: Callable[[Demo], tuple[Page, Seen]], demo: Demo
) -> None:
    page, seen = open_page(demo)
    begin(page, demo)
    choose(page, "landedit-layer", "直升机取水点")
    page.get_by_test_id("landedit-draw-point").click()
    page.mouse.click(*at(page, 0.7, 0.3))
    first_lon = float(field_of(page, "landedit-lon").input_value())
    field_of(page, "landedit-name").fill("新水点")
    field_of(page, "landedit-lon").fill("-84.1234567")
    page.keyboard.press("Tab")
    field_of(page, "fact-depth_m").fill("4.5")
    field_of(page, "fact-usable_from_month").fill("11")
    page.keyboard.press("Tab")  # a whole number is taken when it is left
    expect(page.get_by_test_id("landedit-form")).to_contain_text("起止月份都填或都不填")
    expect(page.get_by_test_id("landedit-save")).to_be_disabled()
    field_of(page, "fact-usable_to_month").fill("4")
    page.keyboard.press("Tab")
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(1)
    change = asked(page, "/api/land/changes?limit=1")["changes"][0]
    (edit,) = asked(page, f"/api/land/changes/{change['change_id']}")["edits"]
    told = asked(page, f"/api/land/features/water_point/{edit['code']}")
    assert told["geometry"]["coordinates"][0] == -84.1234567
    assert told["properties"] == {"depth_m": 4.5, "usable_from_month": 11, "usable_to_month": 4}
    assert told["drill"] is True  # the site is a drill

    # It is picked on the map where the first click had put it, once its place is that again.
    field_of(page, "landedit-lon").fill(str(first_lon))
    page.keyboard.press("Tab")
    page.get_by_test_id("landedit-save").click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(2)
    page.get_by_test_id("landedit-cancel").click()
    expect(page.get_by_test_id("landedit-form")).to_have_count(0)
    page.wait_for_timeout(2000)  # until the map has drawn it
    page.mouse.click(*at(page, 0.7, 0.3))
    many = page.get_by_test_id("landedit-choices").get_by_text("新水点")
    expect(page.get_by_test_id("landedit-form").or_(many)).to_be_visible()
    if many.count():
        many.click()
    expect(page.get_by_test_id("landedit-entry")).to_have_count(2)
    assert field_of(page, "landedit-name").input_value() == "新水点"
    assert not seen.outside
    assert not [error for error in seen.errors if "401" not in error]


def test_a_burn_is_registered_as_a_circle_and_ended(
    open_page: Callable[[Demo], tuple[Page, Seen]], demo: Demo
) -> None:
    page, seen = open_page(demo)
    begin(page, demo)
    page.get_by_test_id("burn-draw").click()
    expect(page.get_by_test_id("burn-save")).to_be_disabled()
    page.mouse.click(*at(page, 0.51, 0.70))
    field_of(page, "burn-radius").fill("900")
    field_of(page, "burn-reporter").fill("石角镇")
    expect(page.get_by_test_id("burn-save")).to_be_disabled()
    field_of(page, "burn-responsible").fill("张三")
    field_of(page, "burn-phone").fill("13800001234")
    page.get_by_test_id("burn-save").click()
    expect(page.get_by_test_id("burn-form")).to_have_count(0)
    (entry,) = asked(page, "/api/ledger")["entries"]
    assert (entry["kind"], entry["ground"]["radius_m"]) == ("burn", 900.0)

    page.mouse.click(*at(page, 0.51, 0.70))
    expect(page.get_by_test_id("burn-form")).to_contain_text(f"#{entry['entry_id']}")
    page.mouse.click(*at(page, 0.53, 0.73))
    page.get_by_test_id("burn-save").click()
    expect(page.get_by_test_id("burn-form")).to_have_count(0)
    (moved,) = asked(page, "/api/ledger")["entries"]
    assert moved["entry_id"] == entry["entry_id"]
    assert moved["until_at"] == entry["until_at"]
    assert moved["ground"]["lon_deg"] > entry["ground"]["lon_deg"]

    page.mouse.click(*at(page, 0.53, 0.73))
    page.get_by_test_id("burn-end").click()
    page.locator(".n-popconfirm").get_by_role("button", name="结束").click()
    expect(page.get_by_test_id("burn-form")).to_have_count(0)
    assert asked(page, "/api/ledger")["entries"] == []
    assert not seen.outside
    assert not [error for error in seen.errors if "401" not in error]
