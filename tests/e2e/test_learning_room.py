"""A monitor looks at what alarms falsely, accepts one proposal, declines another, takes a set."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, sign_in
from fires_page import FiresPage, fires_page
from learning_rig import SIDES_PX, Judges
from playwright.sync_api import Page, expect

from api.learning.desk import LearningDesk
from models.incident import DismissReason
from models.ledger import ViewPlace
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
STEAM_PX = (120.0, 90.0, 150.0, 120.0)


def stocked(fires: FiresPage) -> None:
    """Two places that alarmed on five days each, and the digest of the night after."""
    judges = Judges(fires.api)
    judges.nuisance(5)
    judges.nuisance(5, DismissReason.STEAM, STEAM_PX, camera_id="t2-fog")
    judges.said(judges.raised(camera_id="t3-drill"), None)
    context = fires.api.context
    made = LearningDesk(context.store, context.clock, context.settings).work_once()
    assert made is not None
    assert len(made.proposals) == 2


def enter(page: Page, fires: FiresPage, role: Role) -> None:
    sign_in(page, Demo(fires.demo.address, PASSWORDS[role]), role.value)
    page.get_by_test_id("replay-open").click()
    page.get_by_test_id("replay-tab-learning").click()
    expect(page.get_by_test_id("nuisance")).to_have_count(2)


def test_false_alarms_are_proposed_decided_and_taken_out_as_a_set(
    tmp_path: Path, open_page: OpenPage
) -> None:
    with fires_page(tmp_path) as fires:
        stocked(fires)
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires, Role.MONITOR)
        expect(page.get_by_test_id("learning-waiting")).to_have_text("2")
        expect(page.get_by_test_id("digest")).to_have_count(1)
        of = {
            reason: page.get_by_test_id("nuisance").filter(has_text=reason)
            for reason in ("烟囱", "水汽")
        }
        chimney = of["烟囱"]
        expect(chimney.get_by_test_id("nuisance-sample")).to_have_count(5)
        picture = chimney.locator("img").first
        assert picture.evaluate("it => it.decode().then(() => it.naturalWidth)") == 640
        chimney.get_by_test_id("nuisance-sample").first.click()
        expect(chimney.get_by_test_id("nuisance-whole").locator("rect").last).to_be_visible()

        begins = chimney.locator("[data-testid=nuisance-from] input")
        begins.fill("25:00")
        expect(chimney.get_by_test_id("nuisance-accept")).to_be_disabled()
        begins.fill("9:30")
        chimney.locator("[data-testid=nuisance-note] input").fill("砖厂烟囱")
        chimney.get_by_test_id("nuisance-accept").click()
        expect(chimney.get_by_test_id("nuisance-decided")).to_contain_text("#1")
        (entry,) = fires.api.context.store.ledger.all()
        draft = entry.draft
        assert (entry.author, draft.note, draft.times.from_minute) == ("monitor", "砖厂烟囱", 570)
        assert isinstance(draft.place, ViewPlace)
        assert abs(draft.place.x_min * 640 - SIDES_PX[0]) < 2.0

        steam = of["水汽"]
        steam.get_by_test_id("nuisance-decline").click()
        expect(steam).to_have_attribute("data-state", "declined")
        expect(page.get_by_test_id("learning-waiting")).to_have_count(0)

        with page.expect_download() as coming:
            page.get_by_test_id("verdicts-fetch").click()
        out = tmp_path / "set.zip"
        coming.value.save_as(out)
        with zipfile.ZipFile(out) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        assert {one["verdict"] for one in manifest["alerts"]} == {"fire", "false_alarm"}
        assert {one["said_by"] for one in manifest["alerts"]} == {"person-1"}
        errors = [error for error in seen.errors if "401" not in error]  # before the sign-in
        assert errors == []
        assert seen.outside == []


def test_a_viewer_looks_and_decides_nothing(tmp_path: Path, open_page: OpenPage) -> None:
    with fires_page(tmp_path) as fires:
        stocked(fires)
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires, Role.VIEWER)
        expect(page.get_by_test_id("nuisance-form")).to_have_count(0)
        expect(page.get_by_test_id("verdict-export")).to_have_count(0)
        assert [error for error in seen.errors if "401" not in error] == []
