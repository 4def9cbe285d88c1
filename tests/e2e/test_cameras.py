"""An administrator's day with a real camera: RTSP where GStreamer is, MJPEG elsewhere."""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from coded_video import coded, write_annex_b
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from http_camera import HttpCamera, HttpWish
from playwright.sync_api import Page, Response, Route, expect
from rtsp_rig import RtspServer, Wish, why_no_server

from camera_gateway.pictures import encode_jpeg

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
SECRET = "p@ss#w/o:rd?1%"
WRONG = "falsch-falsch"
NEW = "langes-neues-wort"
TIME = re.compile(r"\d\d:\d\d:\d\d")
SET_UP = re.compile(r"/api/cameras/(test|[\w-]+/setup|[\w-]+)$")
LIVE_WITHIN_MS = 15_000
LOST_WITHIN_MS = 20_000
BACK_WITHIN_MS = 12_000


class RealCamera(Protocol):
    """What can be done to a camera of either kind."""

    def kill(self) -> None: ...

    def start_again(self) -> None: ...


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[tuple[RealCamera, str]]:
    """A camera that asks for ``admin`` and the secret, and its address."""
    if why_no_server() == "" and os.environ.get("E2E_CAMERA") != "mjpeg":
        units = coded("h264", 50, 25, size=(640, 360), delimiters=True)
        wish = Wish(
            {"/Streaming/Channels/101": [write_annex_b(tmp_path, "a.h264", units)]},
            user="admin",
            password=SECRET,
            digest=True,
        )
        with RtspServer(wish) as server:
            yield server, server.address("/Streaming/Channels/101")
        return
    shades = [_picture(level) for level in range(60, 160, 20)]
    with HttpCamera(HttpWish(shades, user="admin", password=SECRET)) as web:
        yield web, web.address("/live.mjpg")


def _picture(level: int) -> bytes:
    image = np.random.default_rng(level).integers(0, 60, (360, 640, 3), np.uint8)
    image[:180] += np.uint8(level)
    return encode_jpeg(image)


def enter(page: Page, watch: Demo) -> None:
    """Sign in for the first time, and choose a password."""
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    page.get_by_test_id("cameras-all").click()


def fill_in(page: Page, address: str) -> None:
    """A new camera with a wrong password."""
    page.get_by_test_id("camera-add").click()
    expect(page.get_by_test_id("camera-missing")).to_contain_text("编号")
    for field, word in (
        ("id", "gn-1"),
        ("name", "古南一号"),
        ("lon_deg", "106.65"),
        ("lat_deg", "29.03"),
        ("height_m", "812"),
        ("address", address),
        ("every", "1"),
        ("user", "admin"),
        ("password", WRONG),
    ):
        field_of(page, f"camera-{field}").fill(word)
    if address.startswith("http"):
        page.get_by_test_id("camera-adapter").click()
        page.get_by_text("HTTP MJPEG", exact=True).click()


def slowly(route: Route) -> None:
    """A link that takes its time."""
    time.sleep(0.5)
    route.continue_()


def in_english(page: Page) -> None:
    page.get_by_test_id("camera-panel-close").click()
    page.get_by_test_id("language-switch").click()
    page.get_by_test_id("cameras-all").click()


def bring_in(page: Page, folder: Path) -> None:
    """A list as a Chinese spreadsheet saves it, with a good camera and a bad one."""
    table = folder / "cameras.csv"
    rows = "编号,名称,经度,纬度,高程\ngn-1,古南塔,106.65,29.03,812\ngn-2,石角塔,306,29,1\n"
    table.write_text(rows + "gn-3,东溪塔,106.7,29.1,700\n", encoding="gbk")
    page.get_by_test_id("camera-import").click()
    page.get_by_test_id("import-file").set_input_files(table)
    lines = page.get_by_test_id("import-rows").locator("tbody tr")
    expect(lines).to_contain_text(["Changed", "Refused", "New"])
    expect(lines.nth(0)).to_contain_text("Name")
    expect(lines.nth(1)).to_contain_text("“Longitude” is out of range")
    page.get_by_test_id("import-write").click()
    expect(page.get_by_test_id("import-done")).to_contain_text("2 imported")
    page.get_by_test_id("import-back").click()
    expect(page.get_by_test_id("camera-row")).to_have_count(2)


def test_a_camera_is_added_lost_found_again_changed_and_disabled(
    tmp_path: Path, open_page: OpenPage, camera: tuple[RealCamera, str]
) -> None:
    server, address = camera
    answers: list[Response] = []
    with running_watch(tmp_path) as watch:
        page, seen = open_page(watch)
        page.on("response", lambda it: answers.append(it) if SET_UP.search(it.url) else None)
        enter(page, watch)

        # Typed with a wrong password, it is told what is wrong and what to do.
        fill_in(page, address)
        page.get_by_test_id("camera-test").click()
        error = page.get_by_test_id("camera-form").get_by_role("alert")
        expect(error).to_contain_text("用户名或密码不对")
        expect(error).to_contain_text("重新输入")

        # Corrected, it works, and runs at once.
        field_of(page, "camera-password").fill(SECRET)
        page.get_by_test_id("camera-test").click()
        expect(page.get_by_test_id("camera-test-result")).to_contain_text("640")
        page.get_by_test_id("camera-save").click()
        looked_at = page.get_by_test_id("camera-looked-at")
        expect(looked_at).to_have_attribute("data-state", "live", timeout=LIVE_WITHIN_MS)
        panel = page.get_by_test_id("camera-panel")
        expect(panel.get_by_test_id("camera-still")).to_have_js_property("naturalWidth", 640)
        expect(panel.get_by_test_id("camera-still-time")).to_contain_text(TIME)

        # Its process dies: lost, in words, with what to do. It comes back by itself.
        page.get_by_test_id("camera-back").click()
        row = page.locator("[data-testid=camera-row][data-camera-id=gn-1]")
        server.kill()
        expect(row).to_have_attribute("data-state", "lost", timeout=LOST_WITHIN_MS)
        expect(row).to_contain_text("失联")
        expect(row.get_by_test_id("camera-health")).to_contain_text("处理")
        server.start_again()
        expect(row).to_have_attribute("data-state", "live", timeout=BACK_WITHIN_MS)

        # Renamed without its password being touched it stays live; disabled it is not read.
        # Over a slow network nothing can be typed that the loading would write over.
        page.route("**/api/cameras/gn-1/setup", slowly)
        row.get_by_test_id("camera-edit").click()
        expect(field_of(page, "camera-password")).to_have_value("")
        field_of(page, "camera-name").fill("古南瞭望塔")
        page.get_by_test_id("camera-save").click()
        expect(looked_at).to_contain_text("古南瞭望塔")
        expect(looked_at).to_have_attribute("data-state", "live", timeout=LIVE_WITHIN_MS)
        page.get_by_test_id("camera-edit").click()
        page.get_by_test_id("camera-enabled").click()
        page.get_by_test_id("camera-save").click()
        expect(looked_at).to_have_attribute("data-state", "disabled", timeout=LIVE_WITHIN_MS)
        expect(looked_at).to_contain_text("已停用")

        in_english(page)
        expect(row).to_contain_text("Switched off")
        bring_in(page, tmp_path)
        expect(row).to_contain_text("古南塔")
        assert len(answers) >= 7, "all that was answered was read, or the next line proves nothing"
        told = "".join([*(answer.text() for answer in answers), page.content(), *watch.log])
        assert SECRET not in told
        assert WRONG not in told
        assert seen.outside == []
        assert [e for e in seen.errors if not re.search("401|404|503", e)] == []
