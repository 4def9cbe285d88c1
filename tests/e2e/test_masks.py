"""An administrator draws on a camera's picture what nobody is to see, and ends it again."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clock_camera import CLOCK_JS, ClockCamera
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_PICTURE = 404
NEW = "langes-neues-wort"
STILL, LIVE = "/api/cameras/gn-1/still.jpg", "/api/cameras/gn-1/live.mp4"
SMALL = f"{STILL}?width=320"
SHOTS = os.environ.get("E2E_SHOTS", "")


def enter(page: Page, watch: Demo) -> None:
    """Sign in for the first time, and choose a password."""
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    expect(page.get_by_test_id("cameras-all")).to_be_visible()


def add(page: Page, watch: Demo, address: str) -> None:
    body = {
        "name": "古南一号",
        "position": {"lon_deg": 106.65, "lat_deg": 29.03, "height_m": 812},
        "presets": [
            {"number": 0, "name": "谷口", "pose": {"azimuth_deg": 10, "horizontal_fov_deg": 42}}
        ],
        "link": {"adapter": "rtsp", "address": address, "every_s": 1},
    }
    answer = page.request.put(f"{watch.address}/api/cameras/gn-1", data=body)
    assert answer.ok, answer.text()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def at(canvas: Locator, x: float, y: float) -> tuple[float, float]:
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def click_at(page: Page, canvas: Locator, x: float, y: float) -> None:
    page.mouse.click(*at(canvas, x, y))


def tells_time(told: object) -> bool:
    """Whether what was read from a picture is a time of now; paint may read as any number."""
    off_ms = (time.time() * 1000 - told) % 2**32 if isinstance(told, int) else 2**32
    return off_ms < 120_000


def drawn_clock(page: Page) -> object:
    return page.get_by_test_id("mask-picture").evaluate(CLOCK_JS)


def newest_clock(page: Page, path: str) -> object:
    """What the newest picture tells at an address: a time, null without one to be read."""
    return page.evaluate(
        f"""async path => {{
          const answer = await fetch(path);
          if (!answer.ok) return answer.status;
          const image = new Image();
          image.src = URL.createObjectURL(await answer.blob());
          await image.decode();
          return ({CLOCK_JS})(image);
        }}""",
        path,
    )


def wait_until(page: Page, holds: Callable[[], bool], seconds: float = 15.0) -> None:
    for _ in range(round(seconds / 0.25)):
        if holds():
            return
        page.wait_for_timeout(250)
    assert holds()


def tap(page: Page, x: float, y: float) -> None:
    """As a finger does: the page's context has no touch screen, the browser's protocol has."""
    session = page.context.new_cdp_session(page)
    point = [{"x": x, "y": y}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    page.wait_for_timeout(400)  # two taps are no double tap


def draw_by_keyboard(page: Page, canvas: Locator) -> None:
    """From one corner to the next, closed by Enter."""
    canvas.focus()
    for keys in (["ArrowRight"] * 48, ["ArrowDown"] * 13, ["ArrowLeft"] * 48):
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("mask-draft")).to_be_visible()
    expect(page.get_by_test_id("mask-corner")).to_have_count(4)


def draw_what_is_refused(page: Page, canvas: Locator) -> None:
    """Sides that cross are told at once; back to the first corner."""
    page.get_by_test_id("mask-draw").click()
    for x, y in ((0.02, 0.02), (0.98, 0.28), (0.98, 0.02), (0.02, 0.28)):
        click_at(page, canvas, x, y)
    expect(page.get_by_test_id("mask-hint")).to_contain_text("相互交叉")
    shot(page, "masks-crossed")
    expect(page.get_by_test_id("mask-save")).to_be_disabled()
    for _ in range(3):
        page.get_by_test_id("mask-undo").click()
    expect(page.get_by_test_id("mask-corner")).to_have_count(1)


def pull_a_corner_and_let_it_go_home(page: Page, canvas: Locator) -> None:
    page.mouse.move(*at(canvas, 0.98, 0.28))
    page.mouse.down()
    page.mouse.move(*at(canvas, 0.7, 0.6), steps=5)
    page.mouse.up()
    draft = page.get_by_test_id("mask-draft")
    pulled = draft.get_attribute("points")
    page.get_by_test_id("mask-undo").click()
    assert draft.get_attribute("points") != pulled


def expect_hidden(page: Page) -> None:
    """The still, the small one and the editor's picture hide the clock, and no video comes."""
    for path in (STILL, SMALL):
        assert not tells_time(newest_clock(page, path))
    wait_until(page, lambda: newest_clock(page, STILL) != NO_PICTURE)
    wait_until(page, lambda: not tells_time(drawn_clock(page)))
    for path in (STILL, SMALL):
        assert not tells_time(newest_clock(page, path))
    refused = page.evaluate("async path => (await (await fetch(path)).json()).code", LIVE)
    assert refused == "live_view_masked"


def expect_seen(page: Page) -> None:
    wait_until(page, lambda: tells_time(newest_clock(page, STILL)))


def test_what_is_drawn_private_is_seen_by_nobody_until_it_ends(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with ClockCamera() as camera, running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        page.set_viewport_size({"width": 1280, "height": 720})
        enter(page, watch)
        add(page, watch, camera.address)
        page.get_by_test_id("cameras-all").click()
        page.get_by_test_id("camera-look").click()
        expect_seen(page)

        # The editor says at once what cannot be, and takes mouse and keyboard.
        page.get_by_test_id("camera-masks").click()
        expect(page.get_by_test_id("mask-picture")).to_be_visible()
        canvas = page.get_by_test_id("mask-canvas")
        draw_what_is_refused(page, canvas)
        draw_by_keyboard(page, canvas)
        pull_a_corner_and_let_it_go_home(page, canvas)
        page.get_by_test_id("mask-note").locator("textarea").fill("民房")
        shot(page, "masks-drawn")
        page.get_by_test_id("mask-save").click()

        # In force when it is answered.
        entry = page.get_by_test_id("mask-entry")
        expect(entry).to_contain_text("民房")
        expect(entry).to_contain_text("admin")
        expect_hidden(page)
        expect(page.get_by_test_id("mask-private")).to_be_visible()
        shot(page, "masks-in-force")

        # In English; then it is ended, and all is seen again.
        page.get_by_test_id("camera-panel-close").click()
        page.get_by_test_id("language-switch").click()
        page.get_by_test_id("cameras-all").click()
        page.get_by_test_id("camera-look").click()
        expect(page.get_by_test_id("camera-masked")).to_contain_text("no video")
        shot(page, "masks-camera")
        page.get_by_test_id("camera-masks").click()
        expect(entry).to_contain_text("until somebody ends it")
        page.get_by_test_id("mask-end").click()
        page.get_by_role("button", name="Confirm").click()
        expect(entry).to_have_count(0)
        expect_seen(page)
        wait_until(page, lambda: tells_time(drawn_clock(page)))
        shot(page, "masks-ended")

        # By finger: taps set corners, a tap on the first one closes; Escape leaves the drawing.
        page.get_by_test_id("mask-draw").click()
        for x, y in ((0.2, 0.6), (0.6, 0.6), (0.4, 0.9), (0.2, 0.6)):
            tap(page, *at(canvas, x, y))
        expect(page.get_by_test_id("mask-draft")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("mask-draw")).to_be_visible()
        assert seen.outside == []
        assert [error for error in seen.errors if not re.search("401|404|409", error)] == []
