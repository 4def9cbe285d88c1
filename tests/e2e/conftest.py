import os
from collections.abc import Callable, Iterator

import pytest
from e2e_rig import ARGUMENTS, CHROMIUM, Demo, Seen
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI must install Debian's chromium")
        pytest.skip("needs Debian's chromium (apt-get install chromium)")
    launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[Demo], tuple[Page, Seen]]]:
    contexts = []

    def open_one(demo: Demo) -> tuple[Page, Seen]:
        context = browser.new_context(
            viewport={"width": 1600, "height": 900}, locale="zh-CN", reduced_motion="reduce"
        )
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        page.set_default_timeout(60_000)
        ours = (demo.address, "blob:", "data:")
        page.on("request", lambda r: None if r.url.startswith(ours) else seen.outside.append(r.url))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        return page, seen

    yield open_one
    for context in contexts:
        context.close()
