"""A monitor looks at all cameras, and at one as it is now; its picture tells how late it is."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from clock_camera import CLOCK_JS, ClockCamera
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from http_camera import HttpCamera, HttpWish
from playwright.sync_api import Locator, Page, expect

from camera_gateway.pictures import encode_jpeg

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NEW = "langes-neues-wort"
MOST_BEHIND_S = 2.0
BACK_WITHIN_MS = 12_000
NUMBER = re.compile(r"\d+(\.\d)?")


def enter(page: Page, watch: Demo) -> None:
    """Sign in for the first time, and choose a password."""
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    expect(page.get_by_test_id("cameras-all")).to_be_visible()


def add(page: Page, watch: Demo, camera_id: str, name: str, link: dict[str, object]) -> None:
    place = {"lon_deg": 106.65, "lat_deg": 29.03, "height_m": 812}
    body = {"name": name, "position": place, "link": link}
    answer = page.request.put(f"{watch.address}/api/cameras/{camera_id}", data=body)
    assert answer.ok, answer.text()


def picture(level: int) -> bytes:
    image = np.random.default_rng(level).integers(0, 60, (360, 640, 3), np.uint8)
    image[:180] += np.uint8(level)
    return encode_jpeg(image)


def late_s(page: Page, seconds: float) -> list[float]:
    """How old the pictures of some seconds were when they were seen, by the pictures themselves."""
    video = page.get_by_test_id("live-video")
    found, until_s = [], time.monotonic() + seconds
    while time.monotonic() < until_s:
        told = video.evaluate(f"element => [({CLOCK_JS})(element), Date.now()]")
        if told[0] is not None:
            found.append((told[1] - told[0]) % 2**32 / 1000)
        page.wait_for_timeout(60)
    return found


def tile_of(page: Page, camera_id: str) -> Locator:
    return page.locator(f"[data-testid=wall-tile][data-camera-id={camera_id}]")


def see_the_wall(page: Page) -> None:
    """Every camera with its picture and its age, younger than the analysis needs it."""
    page.get_by_test_id("wall-open").click()
    tiles = page.get_by_test_id("wall-tile")
    expect(tiles).to_have_count(2)
    expect(page.get_by_test_id("wall-still")).to_have_count(2, timeout=20_000)
    tile = tile_of(page, "gn-1")
    expect(tile).to_contain_text("古南一号")
    ages = []
    for _ in range(20):
        told = NUMBER.search(tile.get_by_test_id("wall-age").inner_text())
        ages.append(float(told[0]) if told else 99.0)
        page.wait_for_timeout(500)
    assert median(ages) < 4.0, "the analysis takes a picture each 5 s; the wall has more"
    field_of(page, "wall-search").fill("石角")
    expect(tiles).to_have_count(1)
    field_of(page, "wall-search").fill("")


def see_it_live(page: Page) -> None:
    """How late it is by its pictures, and that the page says the same."""
    live = page.get_by_test_id("live")
    expect(live).to_have_attribute("data-phase", "playing")
    page.wait_for_timeout(1000)
    found = late_s(page, 6.0)
    assert len(found) > 5
    assert median(found) < MOST_BEHIND_S
    assert abs(float(live.get_attribute("data-behind") or "99") - median(found)) < 0.7
    expect(page.get_by_test_id("live-age")).to_contain_text("落后")


def see_pictures_instead(page: Page) -> None:
    """A camera without video: its pictures, and words why; in the other language, too."""
    page.get_by_test_id("language-switch").click()
    tile_of(page, "gn-2").click()
    live = page.get_by_test_id("live")
    expect(live).to_have_attribute("data-phase", "stills")
    expect(page.get_by_test_id("live-words")).to_contain_text("sends pictures, not video")
    expect(page.get_by_test_id("live-still")).to_be_visible()
    expect(page.get_by_test_id("live-age")).to_contain_text("old")
    page.keyboard.press("Escape")
    expect(live).to_have_count(0)


def test_all_cameras_on_a_wall_and_one_of_them_live(tmp_path: Path, open_page: OpenPage) -> None:
    shades = HttpWish([picture(level) for level in range(60, 160, 20)])
    with ClockCamera() as clock, HttpCamera(shades) as web, running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        enter(page, watch)
        add(page, watch, "gn-1", "古南一号", {"adapter": "rtsp", "address": clock.address})
        mjpeg = {"adapter": "mjpeg", "address": web.address("/live.mjpg"), "every_s": 2}
        add(page, watch, "gn-2", "石角塔", mjpeg)
        see_the_wall(page)
        tile, live = tile_of(page, "gn-1"), page.get_by_test_id("live")
        tile.click()
        see_it_live(page)
        assert clock.open_now == 1, "nobody opens a second connection to a camera"

        # The camera breaks off and comes back; so does the picture.
        clock.hang_up()
        expect(live).not_to_have_attribute("data-phase", "playing")
        expect(live).to_have_attribute("data-phase", "playing", timeout=BACK_WITHIN_MS)
        for _ in range(5):
            page.get_by_test_id("live-close").click()
            tile.click()
        see_it_live(page)
        page.get_by_test_id("live-close").click()
        see_pictures_instead(page)
        page.get_by_test_id("wall-close").click()

        # From the camera's own page, too.
        page.get_by_test_id("cameras-all").click()
        row = page.locator("[data-testid=camera-row][data-camera-id=gn-1]")
        row.get_by_test_id("camera-look").click()
        page.get_by_test_id("camera-live").click()
        expect(live).to_have_attribute("data-phase", "playing")
        assert seen.outside == []
        assert [error for error in seen.errors if not re.search("401|404|409", error)] == []
