"""An administrator has a small recording replayed from the page, on a watch as it is started."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Page, expect
from replays_rig import ridge_zip

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

NEW = "langes-neues-wort"
PLAYS_MS = 240_000
"""The program starts, loads the network and looks at two pictures, behind everything else."""


def keep(page: Page, name: str) -> None:
    """Pictures for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            if width < 900:
                page.get_by_test_id("tab-map").click()
            page.wait_for_timeout(300)
            page.screenshot(path=f"{folder}/replay-{name}-{width}.png")
        page.set_viewport_size({"width": 1600, "height": 900})


def until_ready(page: Page, address: str) -> None:
    """The watch looks a recording through first."""
    for _ in range(240):
        if page.request.get(address).json()["state"] == "ready":
            return
        page.wait_for_timeout(500)
    pytest.fail("the recording was not looked through")


def look_at_report(page: Page) -> None:
    """In a window of its own, with its own style and script, which its policy lets run."""
    with page.context.expect_page() as opened:
        page.get_by_test_id("replay-report").click()
    report, errors = opened.value, list[str]()
    report.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    report.reload()
    expect(report.locator("h1")).to_contain_text("秋季回放")
    # Of both languages its script has left one in the title.
    expect(report).to_have_title(re.compile("^[^·]+· 秋季回放$"))
    assert errors == []
    report.close()


def test_a_recording_is_replayed_from_the_page_and_its_result_opened(
    open_page: Callable[[Demo], tuple[Page, Seen]], tmp_path: Path
) -> None:
    with running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        sign_in(page, watch, "admin")
        for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
            field_of(page, f"newpassword-{field}").fill(word)
        page.get_by_test_id("newpassword-submit").click()
        page.get_by_test_id("cameras-all").wait_for()
        sent = page.request.post(
            f"{watch.address}/api/footage?name=ridge.zip",
            data=ridge_zip(2),
            headers={"Content-Type": "application/zip"},
        )
        assert sent.status == 201, sent.text()
        number = sent.json()["footage_id"]
        truth = page.request.put(
            f"{watch.address}/api/footage/{number}/truth",
            data={"truth": {"fires": []}, "base": 0},
        )
        assert truth.status == 200, truth.text()
        page.get_by_test_id("replay-open").click()
        expect(page.get_by_test_id("replay-none")).to_be_visible()

        until_ready(page, f"{watch.address}/api/footage/{number}")
        page.get_by_test_id("replay-new").click()
        page.get_by_test_id("replay-all-labelled").click()
        expect(page.get_by_test_id("replay-chosen")).to_contain_text("已选 1 份")
        field_of(page, "replay-name").fill("秋季回放")
        keep(page, "form-zh")
        page.get_by_test_id("replay-ask").click()

        run = page.get_by_test_id("replay-run")
        expect(run).to_contain_text("秋季回放")
        keep(page, "waits-zh")
        expect(run).to_have_attribute("data-state", "done", timeout=PLAYS_MS)
        expect(page.get_by_test_id("replay-headline")).to_contain_text("误报 0 次")
        expect(page.get_by_test_id("replay-result")).to_be_visible()
        keep(page, "done-zh")
        look_at_report(page)

        page.get_by_test_id("language-switch").click()
        page.get_by_test_id("replay-back").click()
        row = page.get_by_test_id("replay-row")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("no fire to be seen")
        keep(page, "list-en")
        assert [error for error in seen.errors if "401" not in error] == []  # before the sign-in
        assert seen.outside == []
