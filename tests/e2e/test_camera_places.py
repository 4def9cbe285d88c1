"""A camera whose coordinates come out of another map: stated, shown as what they become, kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NEW = "watch-the-forest-9"
TRUE = (106.65, 28.85)  # 106.65374, 28.84668 in GCJ-02; 368261, 3193393 in EPSG:4545


def enter(page: Page, watch: Demo) -> None:
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    page.get_by_test_id("cameras-all").click()


def state(page: Page, test_id: str, system: str) -> None:
    page.get_by_test_id(test_id).click()
    page.locator(".n-base-select-option", has_text=system).first.click()


def setup_of(page: Page, key: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        f"fetch('/api/cameras/{key}/setup').then(it => it.json())"
    )
    return found["position"]  # type: ignore[no-any-return]


def test_coordinates_of_other_maps_are_stated_and_become_wgs84(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        enter(page, watch)
        page.get_by_test_id("camera-add").click()
        field_of(page, "camera-id").fill("gn-1")
        field_of(page, "camera-name").fill("古南一号")
        field_of(page, "camera-height_m").fill("812")

        state(page, "camera-coordinates", "高斯\uff08带号\uff09")
        field_of(page, "camera-easting_m").fill("368261")
        field_of(page, "camera-northing_m").fill("3193393")
        field_of(page, "camera-northing_m").blur()
        expect(page.get_by_role("alert")).to_contain_text("缺带号")
        state(page, "camera-coordinates", "高斯 108°E")
        expect(page.get_by_test_id("camera-becomes")).to_contain_text("WGS 84 106.65000, 28.85000")

        state(page, "camera-coordinates", "GCJ-02")
        field_of(page, "camera-lon_deg").fill("106.65374")
        field_of(page, "camera-lat_deg").fill("28.84668")
        field_of(page, "camera-lat_deg").blur()
        expect(page.get_by_test_id("camera-becomes")).to_contain_text("WGS 84 106.6500")
        expect(page.get_by_test_id("camera-becomes")).to_contain_text("移动")
        page.get_by_test_id("camera-save").click()
        expect(page.get_by_test_id("camera-save")).to_have_count(0)
        stored = setup_of(page, "gn-1")
        assert (stored["lon_deg"], stored["lat_deg"]) == pytest.approx(TRUE, abs=2e-5)

        table = tmp_path / "cameras.csv"
        table.write_text(
            "编号,名称,经度,纬度,高程\ngn-2,石角塔,106.65374,28.84668,9\n", encoding="gbk"
        )
        page.reload()
        page.get_by_test_id("cameras-all").click()
        page.get_by_test_id("camera-import").click()
        state(page, "import-coordinates", "GCJ-02")
        page.get_by_test_id("import-file").set_input_files(table)
        page.get_by_test_id("import-write").click()
        expect(page.get_by_test_id("import-done")).to_be_visible()
        listed = setup_of(page, "gn-2")
        assert (listed["lon_deg"], listed["lat_deg"]) == pytest.approx(TRUE, abs=2e-5)
        assert seen.outside == []
        # The browser itself reports the refusal that was provoked, and that nobody was signed in.
        assert [error for error in seen.errors if "Failed to load resource" not in error] == []
