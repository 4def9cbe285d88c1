"""What came of replays, as the console shows it: figures, curves, pictures over time, two runs."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from e2e_rig import Demo, Seen, sign_in
from fires_page import FiresPage, fires_page
from playwright.sync_api import Locator, Page, expect
from replayed_rig import RecordingMade, alert_at, result_of
from replays_rig import asked, library, replay_desk, ridge_zip

from api.replays.service import shelf_of
from detector.footage.files import write_whole
from detector.replay.result import canonical
from detector.report import write_report
from models.detection import Box, Label, ModelReference
from models.footage import Conditions, Ignored, Light, Span, TrueBox, TrueFire, Truth
from models.replay import Played, PlayedAlert
from models.replay_run import ReplayState
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FRAMES = 12
SIZE_PX = (320, 240)
PLUME = (100.0, 80.0, 140.0, 120.0)
CLOUD = (200.0, 100.0, 230.0, 130.0)
SEEN = [TrueBox(60.0 * at, Label.SMOKE, 0.3125, 0.3334, 0.4375, 0.5, "barn") for at in (4, 5, 6)]


@dataclass
class Replayed:
    """A console with two replays that are done."""

    at: FiresPage
    first: int
    second: int


def burns(name: str, alerts: Sequence[PlayedAlert]) -> Played:
    """A fire that is lit in the second minute, seen in the fourth, and boxed from then on."""
    truth = Truth(
        (TrueFire("barn", 240.0, 120.0),),
        boxes=tuple(SEEN),
        boxed_at_s=tuple(box.at_s for box in SEEN),
        ignored=(Ignored(Span(0.0, 60.0), why="fog on the lens"),),
    )
    made = RecordingMade(
        name,
        FRAMES,
        truth=truth,
        conditions=Conditions(light=Light.DAY, range_m=3200.0),
        refused={1: "frozen"},
        smoke={at: 0.1 * at for at in range(3, 10)},
        log_odds={4: 0.5, 5: 1.9, 6: 2.8},
        alerts=alerts,
    ).played()
    found = (Box(Label.SMOKE, 0.6, *PLUME),)
    frames = [replace(one, found=found if one.at_s in {240, 300} else ()) for one in made.frames]
    return replace(made, size_px=SIZE_PX, frames=tuple(frames))


def quiet(name: str, alerts: Sequence[PlayedAlert]) -> Played:
    made = RecordingMade(name, 4, conditions=Conditions(light=Light.NIGHT), alerts=alerts)
    return replace(made.played(), size_px=SIZE_PX)


def done(page: FiresPage, numbers: Sequence[int], name: str, played: Sequence[Played]) -> int:
    """A replay whose files lie there as they do when the watch ends before the store knows."""
    api = page.api
    number = asked(api.client(Role.MONITOR), footage_ids=list(numbers), name=name)
    api.context.store.replays.begin(number, ModelReference("m", "1", "0" * 64))
    folder, result = shelf_of(api.context.settings).folder_of(number), result_of(played, name)
    result["run"]["refused"] = []
    cost = {"format": 1, "frames": 16, "wall_s": 8.0, "network_s": 6.5, "decode_s": 0.5}
    cost |= {"frames_per_s": 2.0, "workers": 1, "hands": 1}
    machine = {"processor": "a processor", "cores": 2}
    write_whole(folder / "cost.json", canonical(cost | {"machine": machine}))
    write_whole(folder / "result.json", canonical(result))
    write_report(folder, result)
    assert replay_desk(api).work_once()
    assert api.context.store.replays.get(number).state is ReplayState.DONE
    return number


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    with fires_page(tmp_path_factory.mktemp("replayed")) as page:
        client = page.api.client(Role.MONITOR)
        numbers = library(page.api, client, ridge_zip(FRAMES), ridge_zip(4, first=50))
        found = [alert_at(5, box=PLUME)]
        cried = [alert_at(2, log_odds=3.0, box=CLOUD, findings=("drifted",))]
        first = [burns("ridge-0.zip", found), quiet("ridge-1.zip", cried)]
        second = [burns("ridge-0.zip", []), quiet("ridge-1.zip", [])]
        yield Replayed(
            page,
            done(page, numbers, "autumn", first),
            done(page, numbers, "autumn again", second),
        )


def keep(page: Page, name: str) -> None:
    """Pictures for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/result-{name}.png")


def drawn(picture: Locator) -> None:
    """The picture is there, not only its place."""
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_a_result_is_read_from_its_figures_down_to_the_pixels(
    open_page: Callable[[Demo], tuple[Page, Seen]], replayed: Replayed
) -> None:
    page, seen = open_page(replayed.at.demo)
    sign_in(page, replayed.at.demo)
    page.get_by_test_id("replay-open").click()
    page.locator(f"[data-testid=replay-row][data-run='{replayed.first}']").get_by_test_id(
        "replay-open-run"
    ).click()

    figures = page.get_by_test_id("replay-figures")
    expect(figures.locator("[data-measure=event_recall]")).to_contain_text("100.0 %")
    expect(figures.locator("[data-measure=event_recall]")).to_contain_text("20.7 % 至 100.0 %")
    expect(figures.locator("[data-measure=early_alarms] .value")).to_have_text("0")
    expect(page.get_by_test_id("replay-short")).to_contain_text("可见火情 1 起")
    keep(page, "figures")

    page.get_by_test_id("replay-section-slices").click()
    parts = page.get_by_test_id("replay-slices")
    expect(parts.locator("[data-part=night]")).to_be_visible()
    parts.locator("[data-by=range]").click()
    expect(parts.locator("[data-part='2-5 km']")).to_contain_text("1 / 1")

    page.get_by_test_id("replay-section-curves").click()
    for curve in ("precision_recall", "reliability", "froc"):
        expect(page.get_by_test_id(f"replay-curve-{curve}").locator("canvas")).to_be_visible()
    froc = page.get_by_test_id("replay-curve-froc")
    froc.locator("summary").click()
    expect(froc.locator("tbody tr")).to_have_count(2)
    keep(page, "curves")

    page.get_by_test_id("replay-section-gallery").click()
    card = page.locator("[data-testid=replay-card][data-kind=false]")
    expect(card).to_contain_text("整体平移")
    drawn(card.get_by_test_id("replay-picture").first)
    card.get_by_test_id("replay-card-open").click()

    there = page.locator("[data-testid=replay-recording][data-name='ridge-1.zip']")
    expect(there.get_by_test_id("replay-frame")).to_have_attribute("data-index", "2")
    expect(there.get_by_test_id("replay-timeline")).to_be_focused()
    page.keyboard.press("Escape")
    expect(there.get_by_test_id("replay-frame")).to_have_count(0)

    fire = page.locator("[data-testid=replay-recording][data-name='ridge-0.zip']")
    expect(fire.locator("[data-outcome=found]")).to_contain_text("可见后 60 秒发现")
    for part in ("burning", "ignored", "refused"):
        expect(fire.locator(f"[data-part={part}]")).to_be_attached()
    fire.get_by_test_id("replay-alert").click()
    drawn(fire.get_by_test_id("replay-picture"))
    for kind in ("alert", "truth", "found"):
        expect(fire.locator(f"[data-box={kind}]")).to_be_attached()
    fire.get_by_test_id("replay-frame-close-up").click()
    keep(page, "frame")
    fire.get_by_test_id("replay-timeline").press("ArrowRight")
    expect(fire.get_by_test_id("replay-frame")).to_have_attribute("data-index", "6")
    expect(fire.locator("[data-box=alert]")).to_have_count(0)
    fire.get_by_test_id("replay-timeline").press("Home")
    fire.get_by_test_id("replay-timeline").press("ArrowRight")
    expect(fire.get_by_test_id("replay-frame")).to_contain_text("画面冻结")

    page.get_by_test_id("replay-section-run").click()
    expect(page.get_by_test_id("replay-cost")).to_contain_text("a processor")
    # The page's policy let everything in here be as it is, and nothing was fetched elsewhere.
    assert [error for error in seen.errors if "401" not in error] == []
    assert seen.outside == []


def test_two_results_are_compared_on_a_telephone_too(
    open_page: Callable[[Demo], tuple[Page, Seen]], replayed: Replayed
) -> None:
    page, seen = open_page(replayed.at.demo)
    sign_in(page, replayed.at.demo)
    page.get_by_test_id("language-switch").click()
    page.get_by_test_id("replay-open").click()
    for number in (replayed.first, replayed.second):
        row = page.locator(f"[data-testid=replay-row][data-run='{number}']")
        row.get_by_test_id("replay-tick").click()
    page.get_by_test_id("replay-compare").click()

    short = page.get_by_test_id("replay-compare-short")
    expect(short).to_contain_text("Fires that the first run found and the second lost: 1.")
    expect(short).to_contain_text("False alarms: 0 new, 1 gone.")
    recall = page.get_by_test_id("replay-differences").locator("[data-measure=event_recall]")
    expect(recall).to_contain_text("100.0 %")
    expect(recall).to_have_attribute("data-verdict", "same")  # one fire proves nothing
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("tab-map").click()
    page.get_by_test_id("replay-compare-changes").click()
    lost = page.get_by_test_id("replay-fires-lost").get_by_test_id("replay-card")
    expect(lost).to_contain_text("Evidence was enough (+2.8, alerts from +2)")
    drawn(lost.get_by_test_id("replay-picture").first)
    expect(page.get_by_test_id("replay-false-lost").get_by_test_id("replay-card")).to_have_count(1)
    keep(page, "changes-390")
    for section in ("figures", "curves", "recordings", "runs"):
        page.get_by_test_id(f"replay-compare-{section}").click()
        expect(page.get_by_test_id(f"replay-compare-{section}")).to_have_attribute(
            "aria-selected", "true"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_test_id("replay-compare-recordings").click()
    pair = page.locator("[data-testid=replay-pair][data-name='ridge-0.zip']")
    pair.get_by_test_id("replay-alert").click()
    # Both runs show the same frame of it.
    expect(pair.get_by_test_id("replay-frame")).to_have_count(2)
    assert [error for error in seen.errors if "401" not in error] == []
    assert seen.outside == []
