"""A monitor sends a recording, draws what burns, takes what the detector proposes, and saves."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from api_rig import PASSWORDS
from e2e_rig import FOOTAGE, Demo, Seen, sign_in
from fires_page import COLLEAGUE, FiresPage, fires_page
from library_rig import desk_of, pictures_zip, sent
from playwright.sync_api import Page, expect

from models.detection import Label
from models.footage import TrueFire, Truth
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
CLIP = FOOTAGE / "clips" / "teerapong_smoke.mp4"
LOOKED_THROUGH_MS = 90_000


@contextmanager
def desk_at_work(fires: FiresPage) -> Iterator[None]:
    """The watch's desk of the library, with a detector that calls white smoke."""
    desk, ending = desk_of(fires.api), threading.Event()

    def work() -> None:
        while not ending.is_set():
            if not desk.work_once():
                ending.wait(0.1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def enter(page: Page, fires: FiresPage) -> None:
    sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))
    to_library(page)


def to_library(page: Page) -> None:
    page.get_by_test_id("replay-open").click()
    page.get_by_test_id("replay-tab-library").click()


def open_row(page: Page, name: str) -> None:
    ready = page.locator("[data-testid=footage-row][data-state=ready]", has_text=name)
    expect(ready).to_be_visible(timeout=LOOKED_THROUGH_MS)
    ready.click()
    expect(page.get_by_test_id("frame-picture")).to_be_visible()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """With the mouse, between two places of the picture in shares of it."""
    area = page.get_by_test_id("frame-canvas").bounding_box()
    assert area is not None
    for step, (x, y) in enumerate((start, end)):
        page.mouse.move(area["x"] + x * area["width"], area["y"] + y * area["height"], steps=4)
        if step == 0:
            page.mouse.down()
    page.mouse.up()


def keep(page: Page, name: str) -> None:
    """Pictures for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/footage-{name}.png")
        page.set_viewport_size({"width": 1600, "height": 900})


def complaints(seen: Seen, *expected: str) -> list[str]:
    return [one for one in seen.errors if not any(part in one for part in ("401", *expected))]


@pytest.mark.skipif(not CLIP.is_file(), reason=f"needs the recorded footage at {FOOTAGE}")
def test_a_clip_is_sent_boxed_by_mouse_and_saved(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires, desk_at_work(fires):
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires)
        expect(page.get_by_test_id("library-none")).to_be_visible()
        page.get_by_test_id("footage-add").click()
        note = tmp_path / "notes.mp4"
        note.write_text("no video at all")
        page.get_by_test_id("footage-files").set_input_files([CLIP, note])
        lines = page.get_by_test_id("footage-sending")
        expect(lines.nth(0)).to_have_attribute("data-state", "taken")
        expect(lines.nth(1)).to_have_attribute("data-state", "refused")
        expect(lines.nth(1)).to_contain_text("不能作为录像读取")
        open_row(page, CLIP.name)

        page.get_by_test_id("frame-after").click()
        expect(page.get_by_test_id("frame-number")).to_have_text("2 / 354")
        page.keyboard.press("Shift+ArrowRight")
        expect(page.get_by_test_id("frame-number")).to_have_text("12 / 354")
        expect(page.locator("[data-number='11']")).to_be_visible()
        page.keyboard.press("s")
        drag(page, (0.45, 0.2), (0.6, 0.4))
        expect(page.get_by_test_id("true-box")).to_have_count(1)
        # What is boxed burns: a fire was named, and the lower right corner is pulled to the place.
        expect(page.get_by_test_id("fire-note")).to_be_visible()
        drag(page, (0.6, 0.4), (0.7, 0.5))
        page.get_by_test_id("fire-ignition_s").fill("0:00")
        page.get_by_test_id("fire-ignition_s").press("Enter")
        page.get_by_test_id("label-note").fill("初标")
        page.get_by_test_id("label-save").click()
        expect(page.get_by_test_id("label-saved")).to_be_visible()

        footage = fires.api.context.store.footage
        (one,) = footage.page()
        kept = footage.truth(one.footage_id)
        assert kept is not None
        assert (kept.version, kept.author, kept.note) == (1, "monitor", "初标")
        (fire,), (box,) = kept.truth.fires, kept.truth.boxes
        assert (fire.ignition_s, fire.first_visible_s) == (0.0, box.at_s), "zero is a value"
        assert (box.label, box.fire) == (Label.SMOKE, fire.name)
        drawn = (box.x_min, box.y_min, box.x_max, box.y_max)
        assert drawn == pytest.approx((0.45, 0.2, 0.7, 0.5), abs=0.01)
        assert box.at_s == pytest.approx(11 / 30.0, abs=0.05)

        page.get_by_test_id("footage-tab-about").click()
        expect(page.get_by_test_id("footage-frames")).to_contain_text("354")
        page.get_by_test_id("about-train").click()
        page.get_by_test_id("about-save").click()
        expect(page.get_by_test_id("about-save")).to_be_disabled()
        assert footage.get(one.footage_id).draft.rights.may_train
        assert complaints(seen, "422") == []
        assert seen.outside == []


def proposal_taken(page: Page, fires: FiresPage, footage_id: int) -> Truth:
    """The picture of the ignition is looked at alone; what is white in it becomes truth."""
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-number='1']")).to_be_visible()
    page.get_by_test_id("proposal-where").select_option("here")
    page.get_by_test_id("proposal-ask").click()
    proposed = page.get_by_test_id("proposed-box")
    expect(proposed.first).to_be_visible(timeout=LOOKED_THROUGH_MS)
    count = proposed.count()
    keep(page, "proposal")
    page.get_by_test_id("proposal-accept").click()
    expect(page.locator("[data-testid=proposal][data-state=accepted]")).to_be_visible()
    expect(page.get_by_test_id("true-box")).to_have_count(count)
    kept = fires.api.context.store.footage.truth(footage_id)
    assert kept is not None
    assert (kept.version, len(kept.truth.boxes)) == (2, count), "the fire, then its boxes"
    assert (kept.truth.fires[0].first_visible_s, kept.truth.boxed_at_s) == (0.0, (0.0,))
    return kept.truth


def draft_found_again(page: Page) -> None:
    """What is not saved is there again after the page was loaded anew."""
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-number='2']")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_test_id("frame-nothing")).to_be_visible()
    page.get_by_test_id("footage-back").click()
    expect(page.get_by_test_id("row-unsaved")).to_be_visible()
    page.reload()
    to_library(page)
    open_row(page, "tower7.zip")
    expect(page.get_by_test_id("label-found")).to_be_visible()


def brought_together(page: Page, fires: FiresPage, footage_id: int, before: Truth) -> None:
    """A colleague was faster: their version stays, and ours is on it."""
    footage = fires.api.context.store.footage
    other = TrueFire("邻坡", 600.0)
    theirs = replace(before, fires=(*before.fires, other), boxed_at_s=(0.0, 1800.0))
    footage.put_truth(footage_id, theirs, base=2, author=COLLEAGUE, note="补标")
    page.get_by_test_id("label-save").click()
    expect(page.get_by_test_id("overtaken-theirs")).to_contain_text("邻坡")
    keep(page, "overtaken")
    page.get_by_test_id("overtaken-together").click()
    page.get_by_test_id("label-save").click()
    expect(page.get_by_test_id("overtaken")).to_be_hidden()
    expect(page.get_by_test_id("label-saved")).to_be_visible()
    kept = footage.truth(footage_id)
    assert kept is not None
    assert kept.version == 4
    assert kept.truth.boxed_at_s == (0.0, 600.0, 1800.0)
    assert other in kept.truth.fires


def test_a_proposal_is_taken_and_nobody_overwrites_anybody(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires, desk_at_work(fires):
        client = fires.api.client(Role.MONITOR)
        footage_id = int(sent(client, "tower7.zip", pictures_zip())["footage_id"])
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires)
        open_row(page, "tower7.zip")
        before = proposal_taken(page, fires, footage_id)
        draft_found_again(page)
        brought_together(page, fires, footage_id, before)

        page.get_by_test_id("footage-tab-versions").click()
        expect(page.get_by_test_id("truth-version")).to_have_count(4)
        keep(page, "versions")
        first = page.locator("[data-testid=truth-version][data-version='1']")
        first.get_by_test_id("version-view").click()
        expect(page.get_by_test_id("viewed-version")).to_be_visible()
        page.get_by_test_id("view-back").click()
        expect(page.get_by_test_id("label-saved")).to_contain_text("4")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("footage-row")).to_be_visible()
        assert complaints(seen, "409") == []
