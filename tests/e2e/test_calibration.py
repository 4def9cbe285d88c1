"""An administrator finds where a tower really looks, in the drill whose truth is known."""

import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from calibration_rig import LENS, TRUE, WRONG
from e2e_rig import Demo, Seen, enter_as_administrator, field_of, running_demo
from playwright.sync_api import Locator, Page, expect

from geo.calibration import direction_of
from geo.camera import pixel_of_ray
from geo.relief import drill_relief
from models.site import HeightDatum, Position

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
SIZE = 1280, 720
SHOTS = os.environ.get("E2E_SHOTS", "")
TO_SCREEN = """(svg, [x, y]) => {
  const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
  return [at.x, at.y];
}"""


def enter_wrong_pose(page: Page, demo: Demo) -> None:
    address = f"{demo.address}/api/cameras/t3-drill"
    setup = page.request.get(f"{address}/setup").json()
    pose = {name: getattr(WRONG, name) for name in WRONG.__slots__}
    body = {
        "name": setup["name"],
        "kind": setup["kind"],
        "presets": [setup["presets"][0] | {"pose": pose}],
    }
    assert page.request.put(address, data=body).ok


def pose_now(page: Page, demo: Demo) -> dict[str, float]:
    setup = page.request.get(f"{demo.address}/api/cameras/t3-drill/setup").json()
    return dict(setup["presets"][0]["pose"])


def open_bench(page: Page) -> None:
    page.get_by_test_id("cameras-all").click()
    row = page.get_by_test_id("camera-rows").locator("li").filter(has_text="t3-drill")
    row.get_by_test_id("camera-look").click()
    page.get_by_test_id("camera-calibrate").click()
    expect(page.get_by_test_id("calibrate-canvas")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-testid=calibrate-map][data-ready=true]")).to_be_visible(
        timeout=60_000
    )


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def click_picture(page: Page, canvas: Locator, x_px: float, y_px: float) -> None:
    x, y = canvas.evaluate(TO_SCREEN, [x_px, y_px])
    page.mouse.click(x, y)


def click_map(page: Page, bearing_deg: float, share: float) -> Position:
    """Click along a bearing from the tower; the place that the page took it for."""
    box = page.get_by_test_id("calibrate-map").bounding_box()
    tower = page.locator(".mark-camera", has_text="Drill lookout").last.bounding_box()
    assert box is not None
    assert tower is not None
    far = share * min(box["width"], box["height"])
    turn = math.radians(bearing_deg)
    page.mouse.click(
        tower["x"] + tower["width"] / 2 + far * math.sin(turn),
        tower["y"] + tower["height"] / 2 - far * math.cos(turn),
    )
    chosen = page.get_by_test_id("calibrate-entry").last
    expect(chosen.get_by_test_id("calibrate-east")).to_be_visible()
    lon_deg = float(field_of(page, "calibrate-east").input_value())
    lat_deg = float(field_of(page, "calibrate-north").input_value())
    above_m = float(field_of(page, "calibrate-height").input_value())
    ground_m = drill_relief().height_at(lon_deg, lat_deg)
    return Position(lon_deg, lat_deg, ground_m + above_m, HeightDatum.SEA_LEVEL)


def mark(page: Page, canvas: Locator, bearing_deg: float, *, off_px: float = 0.0) -> None:
    """A place on the map, and the same in the picture, where the true pose shows it."""
    place = click_map(page, bearing_deg, 0.55)
    x_px, y_px = pixel_of_ray(*direction_of(LENS, place), *SIZE, TRUE)
    click_picture(page, canvas, x_px + off_px, y_px)


def found(page: Page, what: str) -> float:
    text = page.get_by_test_id(f"calibrate-after-{what}").inner_text()
    return float(text.removesuffix("°"))


def wait_for(page: Page, holds: Callable[[], bool], seconds: float = 60.0) -> None:
    for _ in range(round(seconds / 0.25)):
        if holds():
            return
        page.wait_for_timeout(250)
    assert holds()


def put_in_force(page: Page) -> None:
    page.get_by_test_id("calibrate-force").click()
    page.locator(".n-popconfirm__action button").last.click()
    expect(page.get_by_test_id("calibrate-done")).to_be_visible(timeout=60_000)


def close_to_the_truth(page: Page, demo: Demo) -> bool:
    pose = pose_now(page, demo)
    off = abs(pose["azimuth_deg"] - TRUE.azimuth_deg), abs(pose["tilt_deg"] - TRUE.tilt_deg)
    return max(off) < 0.05 and pose["azimuth_sigma_deg"] < WRONG.azimuth_sigma_deg


def is_wrong_still(page: Page, demo: Demo) -> bool:
    return abs(pose_now(page, demo)["azimuth_deg"] - WRONG.azimuth_deg) < 1e-9


def by_landmarks(page: Page, demo: Demo) -> None:
    """A click on the map and one in the picture each; four are the least; a wrong one is told."""
    canvas = page.get_by_test_id("calibrate-canvas")
    force = page.get_by_test_id("calibrate-force")
    for bearing_deg in (38.0, 52.0, 66.0):
        mark(page, canvas, bearing_deg)
    expect(page.get_by_test_id("calibrate-hint")).to_contain_text("1 more")
    expect(force).to_be_disabled()
    mark(page, canvas, 84.0)
    wait_for(page, force.is_enabled)
    assert abs(found(page, "azimuth") - TRUE.azimuth_deg) < 0.05
    mark(page, canvas, 59.0, off_px=70.0)
    outliers = page.get_by_test_id("calibrate-outliers")
    expect(outliers).to_contain_text("Landmark 5", timeout=60_000)
    expect(page.locator("[data-testid=calibrate-residual].bad")).to_have_count(1)
    shot(page, "calibrate-outlier")
    canvas.press("Delete")
    expect(outliers).to_have_count(0)
    wait_for(page, force.is_enabled)
    shot(page, "calibrate-landmarks")
    assert is_wrong_still(page, demo)
    put_in_force(page)
    assert close_to_the_truth(page, demo)


def undo(page: Page, demo: Demo) -> None:
    page.get_by_test_id("calibrate-tab-history").click()
    expect(page.get_by_test_id("calibrate-past")).to_contain_text("in force")
    page.get_by_test_id("calibrate-undo").click()
    page.locator(".n-popconfirm__action button").last.click()
    expect(page.get_by_test_id("calibrate-again")).to_be_visible()
    assert is_wrong_still(page, demo)


def by_the_skyline(page: Page, demo: Demo) -> None:
    """Found in the picture, a part of it erased, laid on the terrain's."""
    canvas = page.get_by_test_id("calibrate-canvas")
    force = page.get_by_test_id("calibrate-force")
    page.get_by_test_id("calibrate-tab-skyline").click()
    expect(page.get_by_test_id("calibrate-skyline-before").first).to_be_attached()
    field_of(page, "calibrate-canopy").fill("6")
    page.get_by_test_id("calibrate-find-line").click()
    expect(page.get_by_test_id("calibrate-skyline-own").first).to_be_attached(timeout=60_000)
    wait_for(page, force.is_enabled)
    points = page.get_by_test_id("calibrate-line-points")
    before = int(points.inner_text())
    page.get_by_test_id("calibrate-erase").click()
    corners = [canvas.evaluate(TO_SCREEN, at) for at in ([500, 250], [600, 420])]
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=4)
    page.mouse.up()
    expect(points).to_contain_text("erased")
    assert int(points.inner_text().split()[0]) < before
    wait_for(page, force.is_enabled)
    shot(page, "calibrate-skyline")
    put_in_force(page)
    assert close_to_the_truth(page, demo)


def test_a_wrong_pose_comes_back_by_landmarks_and_by_the_skyline(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with running_demo(tmp_path, "--scene", "drill") as demo:
        page, seen = open_page(demo)
        page.set_default_timeout(90_000)  # two maps are drawn without a graphics card
        page.set_viewport_size({"width": 1280, "height": 720})
        enter_as_administrator(page, demo, tmp_path)
        enter_wrong_pose(page, demo)
        page.get_by_test_id("language-switch").click()
        open_bench(page)
        by_landmarks(page, demo)
        undo(page, demo)
        by_the_skyline(page, demo)
        page.get_by_test_id("calibrate-back").click()
        expect(page.get_by_test_id("camera-calibrated")).to_contain_text("Skyline")
        shot(page, "calibrate-camera")
        assert seen.outside == []
        assert [error for error in seen.errors if not re.search("401|404", error)] == []
