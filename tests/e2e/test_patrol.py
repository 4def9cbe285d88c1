"""A tower that turns, in the console: set up, patrolling, taken over, given back and counted."""

import re
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from camera_process import CameraProcess
from e2e_rig import ROOT, Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
SIMULATOR = [sys.executable, ROOT / "tests/support/ptz_sim.py"]
TARGETS = {"0": [0.0, -3.0], "1": [120.0, 2.0], "2": [240.0, -1.0]}
SECRET = "pass-word-of-the-tower"
NEW = "langes-neues-wort"
ARRIVES_MS = 60_000


def add_tower(page: Page, port: int) -> None:
    """A camera with still pictures and one preset; the mount is not known yet."""
    page.get_by_test_id("camera-add").click()
    for name, word in (
        ("id", "tower"),
        ("name", "瞭望塔"),
        ("lon_deg", "106.65"),
        ("lat_deg", "29.03"),
        ("height_m", "812"),
        ("azimuth_deg", "0"),
        ("horizontal_fov_deg", "60"),
        ("address", f"http://127.0.0.1:{port}/snap.jpg"),
        ("every", "1"),
        ("user", "admin"),
        ("password", SECRET),
    ):
        field_of(page, f"camera-{name}").fill(word)
    page.get_by_test_id("camera-adapter").click()
    page.get_by_text("HTTP 抓图", exact=True).last.click()
    page.get_by_test_id("camera-save").click()


def set_up_patrol(page: Page, port: int) -> None:
    """Presets are read from the camera itself; a tour over all of them."""
    page.get_by_test_id("camera-patrol").click()
    expect(page.get_by_test_id("patrol-no-tours")).to_be_visible()
    field_of(page, "patrol-address").fill(f"http://127.0.0.1:{port}/onvif/device_service")
    field_of(page, "preset-token-0").fill("P0")
    page.get_by_test_id("patrol-read").click()
    rows = page.get_by_test_id("patrol-presets").locator("tbody tr")
    expect(rows).to_have_count(3)
    for row, (azimuth, tilt) in zip((1, 2), ((120, 2), (240, -1)), strict=True):
        fields = rows.nth(row).locator(".n-input-number input")
        fields.nth(0).fill(str(azimuth))
        fields.nth(1).fill(str(tilt))
        fields.nth(1).blur()
    page.get_by_test_id("patrol-add-tour").click()
    tour = page.get_by_test_id("tour")
    expect(tour.locator("li")).to_have_count(3)
    for place in range(3):
        dwell = tour.locator("li").nth(place).locator(".n-input-number input")
        dwell.fill("6")
        dwell.blur()
    page.get_by_test_id("patrol-save").click()


def test_a_tower_patrols_is_taken_over_and_goes_on_by_itself(
    tmp_path: Path, open_page: OpenPage
) -> None:
    wish = {"password": SECRET, "targets": TARGETS, "head": {"speed_deg_s": 120.0}}
    with CameraProcess(SIMULATOR, wish) as camera, running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        sign_in(page, watch, "admin")
        for name, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
            field_of(page, f"newpassword-{name}").fill(word)
        page.get_by_test_id("newpassword-submit").click()
        page.get_by_test_id("cameras-all").click()
        add_tower(page, camera.port)
        set_up_patrol(page, camera.port)

        # It turns, stands still and is watched, and the next preset is told.
        now = page.get_by_test_id("patrol-now")
        expect(now).to_have_attribute("data-phase", "watching", timeout=ARRIVES_MS)
        expect(now).to_contain_text("正在看")
        before = truth(camera)

        # Taken over: the tour waits, the camera turns while the button is held, and then stops.
        page.get_by_test_id("take-over").click()
        expect(now).to_have_attribute("data-phase", "steered")
        expect(page.get_by_test_id("lease-left")).to_contain_text("4:")
        page.get_by_test_id("steer-right").hover()
        page.mouse.down()
        page.wait_for_timeout(1500)
        page.mouse.up()
        turned = truth(camera)
        assert turned != before
        page.get_by_test_id("goto-1").click()
        expect(page.get_by_test_id("patrol-now")).to_contain_text("admin")
        page.get_by_test_id("give-back").click()
        expect(now).to_have_attribute("data-phase", "watching", timeout=ARRIVES_MS)

        # What was seen in time is counted, and the gap names who steered.
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_test_id("sweeps-open").click()
        expect(page.get_by_test_id("sweep-share")).to_have_text("100.0 %")
        expect(page.get_by_test_id("sweep-of-tower")).to_contain_text("瞭望塔")
        expect(page.get_by_test_id("sweep-gaps")).to_contain_text("人工操控 · admin")
        page.screenshot(path=str(tmp_path / "sweeps.png"))
        assert SECRET not in "".join([page.content(), *watch.log])
        assert seen.outside == []
        assert [e for e in seen.errors if not re.search("401|404|409", e)] == []


def truth(camera: CameraProcess) -> str:
    """Where the simulated camera really looks."""
    return urllib.parse.unquote(camera.fault("truth"))[-60:]
