"""Twenty cuts and a full disk: every video plays from its first second, and shows its own time.

The camera's picture tells when it was made, so that what a browser shows can be compared with what
the alert says of it: by somebody who knows neither ring nor recorder.
"""

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import Mock

import pytest
from clock_camera import CLOCK_JS, ClockCamera
from desk_rig import DeskRig, plume
from e2e_rig import Demo, Seen, field_of, running_watch, sign_in
from playwright.sync_api import Locator, Page, expect
from small_disk import fill, small_disk

from models.clock import ManualClock, SystemClock
from models.incident import DismissReason, IncidentState
from models.store import Store

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NEW = "langes-neues-wort"
CUTS = 20
SMALL_DISK = "48m"
SETTINGS = """
[recording]
least_free_gb = 0.012
pre_roll_s = 1.0
post_roll_s = 3.0
longest_s = 10.0
"""
PLAY_JS = f"""async urls => Promise.all(urls.map(async url => {{
  const video = document.createElement("video");
  video.muted = true; video.preload = "auto"; video.src = url;
  document.body.append(video);
  const failed = new Promise((_, no) => video.addEventListener("error",
    () => no(new Error(video.error ? video.error.message : "broken"))));
  const slow = new Promise((_, no) => setTimeout(() => no(new Error("too slow")), 30000));
  const first = new Promise(yes => video.requestVideoFrameCallback((_, it) => yes(it.mediaTime)));
  const begins = await Promise.race([first, failed, slow]);
  const clock = ({CLOCK_JS})(video);
  const from = video.currentTime;
  const over = new Promise(yes => video.addEventListener("ended", yes));
  const played = new Promise(yes => video.addEventListener("timeupdate",
    () => video.currentTime > 1 && yes()));
  video.play().catch(problem => problem);  // one that is over before it is told is no failure
  await Promise.race([over, played, failed, slow]);
  const told = {{ begins, clock, from, duration: video.duration, reached: video.currentTime }};
  video.remove();
  return told;
}}))"""
AT_ONCE = 6


def enter(page: Page, watch: Demo) -> None:
    sign_in(page, watch, "admin")
    for field, word in (("current", watch.password), ("new", NEW), ("again", NEW)):
        field_of(page, f"newpassword-{field}").fill(word)
    page.get_by_test_id("newpassword-submit").click()
    expect(page.get_by_test_id("cameras-all")).to_be_visible()


def add(page: Page, watch: Demo, address: str) -> None:
    link = {"adapter": "rtsp", "address": address, "every_s": 2.0}
    body = {
        "name": "塔一",
        "position": {"lon_deg": 106.6, "lat_deg": 29.0, "height_m": 30},
        "link": link,
    }
    answer = page.request.put(f"{watch.address}/api/cameras/t1", data=body)
    assert answer.ok, answer.text()


class Desk:
    """Opens alerts of now, as the watch's own desk does, and settles them as people do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(
            f"sqlite:///{folder / 'data' / 'firewatch.db'}", clock=SystemClock()
        )

    def open(self) -> int:
        now = datetime.now(UTC)
        rig = DeskRig(self.store, ManualClock(now), self.folder / "data")
        sighting = rig.sighting(plume(), log_odds=3.0)
        case = rig.desk._casework
        # Each is a fire of its own: it is about their recordings, not about what belongs together.
        case._correlator = Mock(link_of=lambda _draft: None)
        draft = rig.desk._drafter.draft(sighting, rig.desk._drafter.fix(sighting))
        key = f"e2e/{now.isoformat()}"
        return case.open(sighting, replace(draft, idempotency_key=key), 0).alert_id

    def settle(self, alert_id: int, *, fire: bool) -> None:
        steps = (
            [IncidentState.CONFIRMED, IncidentState.CLOSED] if fire else [IncidentState.DISMISSED]
        )
        for to_state in steps:
            before = self.store.incidents.of_alert(alert_id)
            self.store.verdicts.step(
                before.incident_id,
                expected=before.state,
                to_state=to_state,
                author="zhang",
                reason=None if fire else DismissReason.FOG,
                note="",
            )


def alerts_of(page: Page, watch: Demo) -> dict[int, dict[str, Any]]:
    answer = page.request.get(f"{watch.address}/api/alerts?scope=all&limit=500")
    return {one["alert_id"]: one for one in answer.json()["alerts"]}


def health(page: Page, watch: Demo) -> dict[str, Any]:
    told: dict[str, Any] = page.request.get(f"{watch.address}/api/health").json()
    return told


def until(what: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.25)


def parts_of(alert: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for one in alert["recordings"] for part in one["parts"]]


def play_all(page: Page, parts: list[dict[str, Any]]) -> None:
    """From the first second on, in this browser, and what is shown first is of the time told.

    The camera tells no time of its own: when the machine is busy a picture is dated late by as
    much as it waited. One that is off by a second is no fault; all of them would be.
    """
    beside_s = []
    for at in range(0, len(parts), AT_ONCE):
        some = parts[at : at + AT_ONCE]
        seen = page.evaluate(PLAY_JS, [part["play_url"] for part in some])
        for part, told in zip(some, seen, strict=True):
            assert told["begins"] < 0.1, told
            assert told["from"] < 0.1, told
            assert abs(told["duration"] - part["seconds"]) < 0.2, told
            assert told["reached"] >= min(1.0, told["duration"] - 0.1), told
            assert told["clock"] is not None, told
            from_ms = datetime.fromisoformat(part["from_at"]).timestamp() * 1000
            beside_s.append(((told["clock"] - from_ms + 2**31) % 2**32 - 2**31) / 1000)
    assert abs(median(beside_s)) < 1.0, beside_s
    assert max(map(abs, beside_s)) < 3.0, beside_s


def cut_often(page: Page, watch: Demo, camera: ClockCamera, desk: Desk) -> list[int]:
    """An alert, and the camera is gone in the middle of what it wants; again and again."""
    opened = []
    for _ in range(CUTS):
        time.sleep(1.2)
        opened.append(desk.open())
        time.sleep(0.6)
        camera.hang_up()
        until(lambda: health(page, watch)["recorder"]["cameras"] == 0, 10.0)
        until(lambda: health(page, watch)["recorder"]["cameras"] == 1, 20.0)
    until(lambda: health(page, watch)["recorder"]["waiting"] == 0)
    alerts = alerts_of(page, watch)
    assert set(opened) == set(alerts)
    states = [one["state"] for alert in alerts.values() for one in alert["recordings"]]
    assert len(states) >= CUTS
    assert set(states) <= {"cut", "partial"}
    parts = [part for alert in alerts.values() for part in parts_of(alert)]
    assert len(parts) > CUTS, "the cuts lie inside"
    play_all(page, parts)
    return opened


def fill_up(page: Page, watch: Demo, data: Path) -> Locator:
    """Others fill the disk until nothing more can be cleared, and that is said."""
    deadline = time.monotonic() + 90
    while health(page, watch)["recorder"]["state"] != "full":
        assert time.monotonic() < deadline
        fill(data)
        time.sleep(1.0)
    assert health(page, watch)["status"] == "degraded"
    banner = page.get_by_test_id("recorder-banner")
    expect(banner).to_contain_text("录像已停止", timeout=30_000)
    page.get_by_test_id("language-switch").click()
    expect(banner).to_contain_text("no longer recorded")
    fill(data)
    until(lambda: not (data / "evidence/.reserve").exists())
    return banner


def see_and_take_along(page: Page, watch: Demo, alert_id: int, folder: Path) -> None:
    """A monitor plays the video of an alert and downloads all of its evidence."""
    page.goto(f"{watch.address}/#alert-{alert_id}")
    page.reload()
    play = page.get_by_test_id("recording-play").first
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("recording-video")).to_be_visible()
    page.wait_for_function(
        "() => { const v = document.querySelector('[data-testid=recording-video]');"
        " return v && !v.error && v.currentTime > 0.5; }"
    )
    play.click()
    expect(page.get_by_test_id("evidence-image")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_test_id("evidence-export").click()
    assert coming.value.suggested_filename == f"firewatch-alert-{alert_id}.zip"
    coming.value.save_as(folder / "taken.zip")
    with zipfile.ZipFile(folder / "taken.zip") as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
    assert {"manifest.json", "SHA256SUMS", f"alert-{alert_id}.json"} <= set(names)
    assert any("/video/" in name for name in names)


def test_after_twenty_cuts_and_on_a_full_disk_every_video_plays(
    tmp_path: Path, open_page: OpenPage
) -> None:
    data = tmp_path / "data"
    with (
        small_disk(data, SMALL_DISK),
        ClockCamera(gop=25) as camera,
        running_watch(tmp_path, SETTINGS) as watch,
    ):
        page, seen = open_page(watch)
        enter(page, watch)
        add(page, watch, camera.address)
        until(lambda: health(page, watch)["recorder"]["cameras"] == 1)
        desk = Desk(tmp_path)
        opened = cut_often(page, watch, camera, desk)
        settled, working = opened[:12], opened[12:]
        for number, alert_id in enumerate(settled):
            desk.settle(alert_id, fire=number % 2 == 0)
        before = alerts_of(page, watch)

        banner = fill_up(page, watch, data)
        # Alerts go on, on a disk that others have filled to its last byte.
        late = desk.open()
        now = alerts_of(page, watch)
        assert now[late]["state"] == "open"
        for alert_id in settled:
            assert "video" in {one["kind"] for one in now[alert_id]["cleared"]}
            assert {one["state"] for one in now[alert_id]["recordings"]} == {"cleared"}
        for alert_id in working:
            assert now[alert_id]["cleared"] == []
            assert now[alert_id]["recordings"] == before[alert_id]["recordings"]
        play_all(page, [part for alert_id in working for part in parts_of(now[alert_id])])
        assert list((data / "ring" / "t1").glob("*")) == []
        page.goto(f"{watch.address}/#alert-{settled[0]}")
        page.reload()
        expect(page.get_by_test_id("evidence-cleared").first).to_contain_text("cleared on")

        (data / "others").unlink()
        until(lambda: health(page, watch)["recorder"]["cameras"] == 1)
        until(lambda: health(page, watch)["recorder"]["state"] == "on", 90.0)
        expect(banner).to_have_count(0, timeout=30_000)
        assert seen.outside == []
        desk.store.close()


def test_a_watch_that_is_killed_in_the_middle_cuts_what_was_wanted_at_its_next_start(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with ClockCamera(gop=25) as camera:
        with running_watch(tmp_path, SETTINGS) as watch:
            page, _ = open_page(watch)
            enter(page, watch)
            add(page, watch, camera.address)
            until(lambda: health(page, watch)["recorder"]["cameras"] == 1)
            time.sleep(14)
            desk = Desk(tmp_path)
            alert_id = desk.open()
            desk.store.close()
            time.sleep(3.2)
            assert list((tmp_path / "data" / "ring" / "t1").glob("*.part"))
            assert watch.process is not None
            watch.process.kill()
            watch.process.wait()
        time.sleep(3.0)
        with running_watch(tmp_path, SETTINGS, again=True) as watch:
            page, _ = open_page(watch)
            watch.password = NEW
            sign_in(page, watch, "admin")
            expect(page.get_by_test_id("cameras-all")).to_be_visible()
            until(lambda: alerts_of(page, watch)[alert_id]["recordings"] != [])
            until(lambda: alerts_of(page, watch)[alert_id]["recordings"][0]["state"] != "wanted")
            (one,) = alerts_of(page, watch)[alert_id]["recordings"]
            assert one["state"] in {"cut", "partial"}
            lasted = sum(part["seconds"] for part in one["parts"])
            assert lasted > 2.5, "no more than the last fragment is lost"
            play_all(page, one["parts"])
            see_and_take_along(page, watch, alert_id, tmp_path)
