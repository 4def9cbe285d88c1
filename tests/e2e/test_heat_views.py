"""A thermal camera's view among the nodes: told as what it is, and little of it to be typed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, sign_in
from fires_page import fires_page
from flir_rig import flir_jpeg
from playwright.sync_api import Page, expect

from api.heat.feeding import HeatFeed
from api.heat.views import ViewShelf
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]


def test_a_view_is_told_as_one(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        store, clock = fires.api.context.store, fires.api.clock
        camera = store.cameras.get("t1-red")
        link = CameraLink(
            Adapter.SNAPSHOT, "http://192.0.2.7/heat.jpg", mode=FrameMode.THERMAL, enabled=True
        )
        store.links.put(CameraSetup(camera, link, None, None), actor="t")
        views = ViewShelf(store, fires.api.context.settings.heat)
        feed = HeatFeed(store, clock, views, lambda: fires.api.context.nodes)
        levels = np.full((240, 320), 17.0, np.float32)
        levels += np.linspace(0.0, 6.0, 240, dtype=np.float32)[:, None]
        levels[150:156, 200:206] = 310.0
        preset = camera.presets[0]
        frame = Frame(
            *("t1-red", preset.number, 0, clock.now(), clock.now(), TimeSource.RECEIPT),
            *(flir_jpeg(levels), FrameMode.THERMAL, Provenance.LIVE, preset.pose),
        )
        feed.take(frame)
        assert feed.work_once() == 1
        page, seen = open_page(fires.demo)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.ADMIN]), Role.ADMIN.value)
        page.get_by_test_id("nodes-open").click()
        page.get_by_test_id("nodes-tab-fleet").click()
        row = page.get_by_test_id("node-row")
        expect(row).to_contain_text("相机视角")
        row.click()
        expect(page.get_by_test_id("node-view")).to_be_visible()
        expect(page.get_by_test_id("node-of-camera")).to_contain_text("t1-red")
        expect(page.get_by_test_id("node-key")).to_have_count(0)
        expect(page.get_by_test_id("node-retire")).to_have_count(0)
        page.get_by_test_id("node-edit").click()
        expect(page.get_by_test_id("node-is-view")).to_be_visible()
        expect(page.get_by_test_id("node-name").first).to_be_disabled()
        interval = page.get_by_test_id("node-interval-5").first
        interval.fill("30")
        page.get_by_test_id("node-save").click()
        expect(page.get_by_test_id("node-of-camera")).to_be_visible()
        (kept,) = store.nodes.all_kept()
        assert kept.node.intervals_s[-1] == 30
        assert kept.node.pose == preset.pose
        assert [one for one in seen.errors if "401" not in one] == []
