"""Monitors work on fires: verdicts by one key, undone, checked; fires joined and parted."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_rig import Demo, Seen, sign_in
from fires_page import COLLEAGUE, COLLEAGUES_WORD, EAST, FIRE, SECOND_FIRE, WEST, fires_page
from photo_rig import placed
from playwright.sync_api import Locator, Page, expect

from models.incident import DismissReason, Level, Link, LinkReason

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]


# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"


def opened(open_page: OpenPage, demo: Demo, name: str = "monitor") -> tuple[Page, Seen]:
    page, seen = open_page(demo)
    page.add_init_script(NO_MAP)
    sign_in(page, demo, name)
    return page, seen


def card(page: Page, number: int) -> Locator:
    return page.locator(f"[data-testid=alert-card][data-incident-id='{number}']")


def chosen(page: Page, number: int) -> None:
    card(page, number).press("Enter")  # it pulses, and may move under a pointer
    expect(page.get_by_test_id("fire-number")).to_have_text(f"#{number}")


def test_the_most_urgent_is_first_and_all_evidence_of_a_fire_stands_together(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number = fires.seen_by_two()
        other = fires.burn(EAST, SECOND_FIRE).incident_id
        fires.rank(number, 41.0, Level.CORROBORATED)
        fires.rank(other, 74.0)
        page, seen = opened(open_page, fires.demo)
        cards = page.get_by_test_id("alert-card")
        expect(cards).to_have_count(2)
        expect(cards.nth(0)).to_have_attribute("data-incident-id", str(other))
        expect(page.get_by_test_id("ringing")).to_contain_text("2")
        fires.rank(number, 90.0, Level.CORROBORATED)
        expect(cards.nth(0)).to_have_attribute("data-incident-id", str(number))

        chosen(page, number)
        expect(page.get_by_test_id("urgency-line")).to_contain_text("石壕社区")
        expect(page.get_by_test_id("member-alert")).to_have_count(2)
        expect(page.get_by_test_id("member-report")).to_contain_text("看得见火光")
        expect(page.get_by_test_id("fire-position")).to_contain_text("36.246")
        page.get_by_test_id("side-by-side").click()
        board = page.get_by_test_id("evidence-board")
        expect(board.get_by_test_id("evidence-image")).to_have_count(2)
        expect(board).to_contain_text("看得见火光")
        keep(page, "side-by-side")
        page.get_by_test_id("evidence-shrink").click()
        expect(board).to_have_count(0)
        clean(seen)


def test_a_verdict_is_one_key_and_one_key_takes_it_back(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number, other = fires.burn(WEST).incident_id, fires.burn(EAST, SECOND_FIRE).incident_id
        page, seen = opened(open_page, fires.demo)
        chosen(page, number)
        page.keyboard.press("c")
        expect(card(page, number)).to_have_attribute("data-state", "confirmed")
        expect(page.get_by_test_id("undo-bar")).to_contain_text(f"#{number}")
        # From wherever one looks meanwhile.
        chosen(page, other)
        page.keyboard.press("u")
        expect(card(page, number)).to_have_attribute("data-state", "acknowledged")
        expect(page.get_by_test_id("fire-number")).to_have_text(f"#{number}")
        rows = page.get_by_test_id("verdict-row")
        expect(rows.last).to_have_attribute("data-kind", "undone")

        # D and the key of a reason dismiss it: no second press, and it may be undone too.
        page.keyboard.press("d")
        expect(page.get_by_test_id("dismiss-reason-steam")).to_be_visible()
        keep(page, "dismiss")
        page.keyboard.press("m")
        expect(card(page, number)).to_have_attribute("data-state", "dismissed")
        entries = fires.api.context.store.incidents.get(number).entries
        assert entries[-1].reason is DismissReason.STEAM
        page.keyboard.press("u")
        expect(card(page, number)).to_have_attribute("data-state", "acknowledged")
        # "Other" says nothing by itself: it waits for its words, which are no keys.
        page.keyboard.press("d")
        page.keyboard.press("y")
        page.keyboard.type("scarecrow")
        expect(card(page, number)).to_have_attribute("data-state", "acknowledged")
        page.keyboard.press("Enter")
        expect(card(page, number)).to_have_attribute("data-state", "dismissed")
        entries = fires.api.context.store.incidents.get(number).entries
        assert (entries[-1].reason, entries[-1].note) == (DismissReason.OTHER, "scarecrow")
        clean(seen)


def test_the_way_of_a_fire_has_notes_and_photos_and_it_may_come_back(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        number, other = fires.burn(WEST).incident_id, fires.burn(EAST, SECOND_FIRE).incident_id
        page, seen = opened(open_page, fires.demo)
        chosen(page, number)
        page.keyboard.press("c")
        expect(card(page, number)).to_have_attribute("data-state", "confirmed")
        page.keyboard.press("s")
        page.get_by_test_id("step-arrived").click()  # a step may pass over one
        page.locator("textarea[data-testid=step-note]").fill("二中队到场")
        photo = tmp_path / "scene.jpg"
        photo.write_bytes(placed())
        page.get_by_test_id("step-photo").set_input_files(photo)
        page.get_by_test_id("step-submit").click()
        expect(card(page, number)).to_have_attribute("data-state", "arrived")
        rows = page.get_by_test_id("verdict-row")
        expect(rows.last).to_contain_text("二中队到场")
        expect(rows.last).to_contain_text("28.86")
        rows.last.locator("img").scroll_into_view_if_needed()
        expect(rows.last.locator("img")).to_be_visible()
        keep(page, "photo")
        page.keyboard.press("s")
        page.get_by_test_id("step-closed").press("Enter")
        expect(card(page, number)).to_have_attribute("data-state", "closed")

        # It burns again: it is in the list, it rings, and its history says why.
        page.get_by_test_id("silence").click()
        expect(page.get_by_test_id("ringing")).to_have_count(0)
        chosen(page, other)
        expect(card(page, number)).to_have_count(0)
        fires.burn(WEST, link=Link(number, LinkReason.SAME_PLUME, reopens=True, detail="扩大"))
        expect(card(page, number)).to_have_attribute("data-state", "open")
        expect(page.get_by_test_id("ringing")).to_contain_text("1")
        chosen(page, number)
        expect(rows.last).to_have_attribute("data-kind", "reopened")
        expect(rows.last).to_contain_text("扩大")
        keep(page, "reopened")
        clean(seen)


def test_a_second_person_checks_what_the_first_says(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path, second_check=["dismissed"]) as fires:
        number = fires.burn(WEST).incident_id
        first, seen = opened(open_page, fires.demo)
        chosen(first, number)
        first.keyboard.press("d")
        first.keyboard.press("z")
        proposal = first.get_by_test_id("proposal")
        expect(proposal).to_contain_text("炊烟")
        expect(first.get_by_test_id("proposal-agree")).to_be_disabled()
        expect(first.get_by_test_id("proposal-own")).to_contain_text("另一人")
        first.keyboard.press("y")  # one's own verdict is not one's own to check
        expect(card(first, number)).to_have_attribute("data-state", "acknowledged")
        expect(card(first, number)).to_contain_text("待复核")
        keep(first, "own-verdict")

        colleague = Demo(fires.demo.address, COLLEAGUES_WORD)
        second, seen_too = opened(open_page, colleague, COLLEAGUE)
        chosen(second, number)
        expect(second.get_by_test_id("proposal")).to_contain_text("monitor")
        keep(second, "second-check")
        second.keyboard.press("x")
        expect(proposal).to_have_count(0)
        expect(first.get_by_test_id("verdict-row").last).to_have_attribute("data-kind", "declined")

        first.keyboard.press("d")
        first.keyboard.press("z")
        second.get_by_test_id("proposal-agree").click()
        expect(first.get_by_test_id("verdict-row").last).to_contain_text(COLLEAGUE)
        expect(card(first, number)).to_have_attribute("data-state", "dismissed")
        clean(seen)
        clean(seen_too)


def test_fires_are_joined_and_parted_and_nothing_is_lost(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        older, newer = fires.burn(WEST).incident_id, fires.burn(EAST, FIRE).incident_id
        store = fires.api.context.store
        page, seen = opened(open_page, fires.demo)
        chosen(page, newer)
        page.get_by_test_id("merge-open").click()
        page.locator("[data-testid=merge-number] input, input[data-testid=merge-number]").fill(
            str(older)
        )
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("merge-panel")).to_contain_text(f"#{newer} 将并入 #{older}")
        page.get_by_test_id("merge-submit").click()
        assert store.incidents.get(newer).merged_into is None, "it asks first"
        keep(page, "merge")
        page.get_by_test_id("merge-submit").click()
        # Whoever looks at the one that is gone looks at what it is now.
        expect(page.get_by_test_id("fire-number")).to_have_text(f"#{older}")
        expect(page.get_by_test_id("alert-card")).to_have_count(1)
        expect(page.get_by_test_id("member-alert")).to_have_count(2)

        page.get_by_test_id("unmerge").click()
        page.get_by_test_id("unmerge").click()
        expect(page.get_by_test_id("alert-card")).to_have_count(2)
        expect(page.get_by_test_id("fire-number")).to_have_text(f"#{newer}")
        assert store.incidents.get(newer).merged_into is None

        # By another desk, while this one looks on: it follows to the fire that goes on.
        store.incident_joins.merge(newer, older, author=COLLEAGUE)
        expect(page.get_by_test_id("fire-number")).to_have_text(f"#{older}")
        page.get_by_test_id("split-open").click()
        second = store.incidents.get(older).alerts[1].alert_id
        submit = page.get_by_test_id("split-submit")
        expect(submit).to_be_disabled()
        page.get_by_test_id(f"split-alert-{second}").click()
        submit.click()
        keep(page, "split")
        submit.click()
        expect(page.get_by_test_id("alert-card")).to_have_count(2)
        expect(page.get_by_test_id("fire-number")).not_to_have_text(f"#{older}")
        made = int((page.get_by_test_id("fire-number").text_content() or "#0")[1:])
        assert made > newer, "a number is never used again"
        assert [one.alert_id for one in store.incidents.get(made).alerts] == [second]
        store.audit.verify()
        clean(seen)


def clean(seen: Seen) -> None:
    assert [error for error in seen.errors if "401" not in error] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{folder}/fires-{name}.png")
