"""A monitor lays coverage over the map, and asks who could see a place and who looked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, running_demo, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

PATIENCE_MS = 60_000


def test_coverage_is_shown_and_a_place_is_asked_about(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_demo(tmp_path, "--scene", "drill") as demo:
        page, seen = open_page(demo)
        sign_in(page, demo)
        expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible(
            timeout=PATIENCE_MS
        )
        page.get_by_test_id("coverage-open").click()
        with page.expect_response(
            lambda answer: "/api/coverage/seen.png" in answer.url, timeout=PATIENCE_MS
        ) as picture:
            page.get_by_test_id("coverage-seen").click()
        assert picture.value.ok
        inks = page.get_by_test_id("coverage-inks")
        expect(inks).to_contain_text("可见地面", timeout=PATIENCE_MS)
        expect(inks).to_contain_text("无塔可见")
        with page.expect_response(
            lambda answer: "/api/coverage/watched.png" in answer.url, timeout=PATIENCE_MS
        ) as picture:
            page.get_by_test_id("coverage-watched").click()
        assert picture.value.ok
        expect(inks).to_contain_text("10 分钟内")

        page.get_by_test_id("place-ask").click()
        box = page.get_by_test_id("map").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.4 * box["height"])
        verdict = page.get_by_test_id("place-verdict")
        expect(verdict).to_be_visible(timeout=PATIENCE_MS)
        assert verdict.get_attribute("data-verdict") in {"nobody_could", "none_looked", "watched"}
        # Off the relief nobody can tell.
        told = page.evaluate(
            "fetch('/api/coverage/at?lon=-85.5&lat=36.3').then(answer => answer.json())"
        )
        assert told["verdict"] == "unknown"
        page.get_by_test_id("place-close").click()
        expect(page.get_by_test_id("place-panel")).to_have_count(0)
        page.get_by_test_id("coverage-off").click()
        expect(inks).to_have_count(0)
        assert not seen.outside
        assert not [error for error in seen.errors if "401" not in error]
