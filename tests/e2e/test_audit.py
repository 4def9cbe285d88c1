"""An administrator reads in the console who did what."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

NEW = "langes-neues-wort"
CAMERAS = 60
ADD = """async (count) => {
  for (let number = 0; number < count; number++) {
    const body = {
      name: `塔 ${number}`,
      position: { lon_deg: 106.65, lat_deg: 29.03, height_m: 812.5 },
    };
    await fetch(`/api/cameras/tower-${number}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}"""


def test_the_audit_log_is_read_by_kind_and_page_by_page_in_both_languages(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        sign_in(page, watch, "admin")
        for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
            field_of(page, f"newpassword-{field}").fill(word)
        page.get_by_test_id("newpassword-submit").click()
        page.get_by_test_id("cameras-all").wait_for()
        page.evaluate(ADD, CAMERAS)

        page.get_by_test_id("user-menu").click()
        page.get_by_text("操作记录").click()
        rows = page.get_by_test_id("audit-rows").locator("tr")
        expect(rows).to_have_count(50)
        expect(rows.first).to_contain_text("新增相机 tower-59")
        expect(rows.first).to_contain_text("admin")
        expect(rows.first).to_contain_text(re.compile("名称.塔 59"))
        expect(rows.first).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"))
        expect(page.get_by_test_id("audit")).to_contain_text("Asia/Shanghai")
        keep(page, "zh")
        page.get_by_test_id("audit-more").click()
        expect(rows).to_have_count(CAMERAS + 2)  # and the account, and its new password
        expect(page.get_by_test_id("audit-more")).to_have_count(0)

        page.get_by_test_id("audit-kind").click()
        page.get_by_text("账号", exact=True).click()
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("设置密码 admin")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("audit")).to_have_count(0)

        page.get_by_test_id("language-switch").click()
        page.get_by_test_id("user-menu").click()
        page.get_by_text("Audit log").click()
        expect(rows.first).to_contain_text("Added camera tower-59")
        keep(page, "en")
        assert [error for error in seen.errors if "401" not in error] == []  # before the sign-in
        assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/audit-{name}.png")
