"""A duty room is filled by hand and from a sheet; its gaps are seen, a fire says whom to call."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from api_rig import PASSWORDS, START
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import FIRE, fires_page
from playwright.sync_api import Locator, Page, expect

from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
# None of this is about the map, and its drawing in software costs a busy machine minutes.
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
TODAY = START.astimezone(ZoneInfo("Asia/Shanghai")).date()
HERE, OTHER = "演练五镇 石壕镇", "演练七镇 永兴镇"
"""Township of the fire, and another one."""

SHEET = f"""日期,开始,结束,镇街,村,岗位,队伍,姓名,电话,替班
{TODAY},8:00,8:00,{HERE},,站,,王站长,023-48660000,否
{TODAY},8:00,8:00,{HERE},,队,专职,李队长,13800001234,否
{TODAY},8:00,8:00,{HERE},,队,专职,赵副队,13900001234,1
{TODAY},8:00,8:00,没有镇,,站,,周某,13700001234,否
"""


def pick_duty(page: Page) -> None:
    page.get_by_test_id("user-menu").click()
    page.locator(".n-dropdown-option", has_text="值班").click()
    expect(page.get_by_test_id("duty")).to_be_visible()


def choose(page: Page, test_id: str, words: str) -> None:
    """An entry of a list to choose from."""
    page.get_by_test_id(test_id).click()
    page.locator(".n-base-select-option:visible", has_text=words).first.click()


def confirm(page: Page, words: str) -> None:
    """What is asked once more."""
    page.locator(".n-popconfirm__action:visible").get_by_text(words).click()


def place_of(page: Page, name: str) -> Locator:
    """A township's card of who is on."""
    return page.get_by_test_id("duty-place").filter(has=page.get_by_role("heading", name=name))


def add_person(page: Page, name: str, phone: str) -> None:
    """A committee member of the township of the fire."""
    page.get_by_test_id("duty-tab-people").click()
    page.get_by_test_id("duty-person-add").click()
    expect(page.get_by_test_id("duty-person-save")).to_be_disabled()
    field_of(page, "duty-person-name").fill(name)
    field_of(page, "duty-person-phone").fill(phone)
    choose(page, "duty-person-post", "委")
    choose(page, "duty-person-township", HERE)
    page.get_by_test_id("duty-person-save").click()


def test_a_roster_is_kept_its_gaps_are_seen_and_a_fire_says_whom_to_call(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        fires.tell(FIRE, words="石壕冒烟")
        sheet = tmp_path / "值班表.csv"
        sheet.write_text(SHEET, encoding="gbk")
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.MONITOR]))

        pick_duty(page)
        here = place_of(page, HERE)
        expect(here.get_by_test_id("duty-missing")).to_have_count(3)

        take(page, sheet)

        page.get_by_test_id("duty-tab-now").click()
        expect(here.get_by_test_id("on-duty")).to_have_count(3)
        first = here.get_by_test_id("on-duty").first
        expect(first).to_contain_text(re.compile("队.专职"))
        expect(first).to_contain_text("李队长")
        expect(first.get_by_test_id("duty-phone")).to_have_attribute("href", "tel:13800001234")
        expect(here.get_by_test_id("duty-missing")).to_have_count(1)
        expect(here.get_by_test_id("duty-missing")).to_contain_text("委无人在岗")
        expect(place_of(page, OTHER).get_by_test_id("duty-missing")).to_have_count(3)
        keep(page, "now")

        add_person(page, "陈书记", "023-48661111")
        person = page.locator("[data-testid=duty-person][data-name='陈书记']")
        expect(person).to_contain_text(HERE)
        roster(page)
        gaps(page)
        leave(page, here)

        page.get_by_test_id("duty-close").click()
        page.get_by_test_id("alert-card").dispatch_event("click")  # it pulses: never at rest
        likely = page.get_by_test_id("fire-duty-place").first
        expect(likely).to_contain_text(HERE)
        expect(likely.get_by_test_id("on-duty").first).to_contain_text("赵副队")
        expect(likely.get_by_test_id("duty-phone").first).to_have_attribute(
            "href", "tel:13900001234"
        )
        likely.scroll_into_view_if_needed()
        keep(page, "fire")
        page.set_viewport_size({"width": 360, "height": 740})
        page.get_by_test_id("fire-duty-open").click()
        expect(place_of(page, HERE)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        for tab in ("week", "people", "gaps", "import"):
            page.get_by_test_id(f"duty-tab-{tab}").click()
            keep(page, f"phone-{tab}")
        clean(seen)


def take(page: Page, sheet: Path) -> None:
    """The good rows of a sheet are taken, and once; the other one is told with its number."""
    page.get_by_test_id("duty-tab-import").click()
    page.get_by_test_id("duty-file").set_input_files(sheet)
    expect(page.get_by_test_id("duty-people_new")).to_have_text("3")
    expect(page.get_by_test_id("duty-shifts_new")).to_have_text("3")
    refused = page.get_by_test_id("duty-refused").locator("tbody tr")
    expect(refused).to_have_count(1)
    expect(refused).to_have_attribute("data-code", "duty_township")
    expect(refused.locator("td").first).to_have_text("5")  # the headings are row 1
    keep(page, "import")
    page.get_by_test_id("duty-file").set_input_files(sheet)
    expect(page.get_by_test_id("duty-unchanged")).to_have_text("3")
    expect(page.get_by_test_id("duty-shifts_new")).to_have_text("0")


def roster(page: Page) -> None:
    """The committee's shift of the day and the night is added, and nobody is missing then."""
    page.get_by_test_id("duty-tab-week").click()
    choose(page, "duty-township", HERE)
    day = page.locator(f"[data-testid=duty-day][data-day='{TODAY}']")
    cell = day.locator("[data-testid=duty-cell][data-post=committee]")
    expect(cell.get_by_test_id("duty-cell-gap")).to_contain_text(re.compile("缺岗 00:00.24:00"))
    cell.get_by_test_id("duty-shift-add").click()
    field_of(page, "shift-until").fill("25:00")
    expect(page.get_by_test_id("shift-save")).to_be_disabled()
    field_of(page, "shift-until").fill("08:00")
    page.get_by_test_id("shift-save").click()
    shift = cell.get_by_test_id("duty-shift")
    expect(shift).to_contain_text(re.compile("08:00.24:00"))
    expect(shift).to_contain_text("陈书记")
    expect(cell.get_by_test_id("duty-cell-gap")).to_contain_text(re.compile("缺岗 00:00.08:00"))
    tomorrow = page.locator(f"[data-testid=duty-day][data-day='{TODAY + timedelta(days=1)}']")
    night = tomorrow.locator("[data-testid=duty-cell][data-post=committee]")
    expect(night.get_by_test_id("duty-shift")).to_contain_text(re.compile("00:00.08:00"))
    expect(day).to_have_class("today")
    keep(page, "week")


def gaps(page: Page) -> None:
    """What is missing begins when the shifts end, at eight of the next day."""
    page.get_by_test_id("duty-tab-gaps").click()
    holes = page.get_by_test_id("duty-gap").filter(has_text=HERE)
    expect(holes).to_have_count(3)
    for hole in holes.all():
        expect(hole).to_contain_text(f"{TODAY + timedelta(days=1)} 08:00")
    keep(page, "gaps")


def leave(page: Page, here: Locator) -> None:
    """Who is on leave is not called: the deputy is; without a deputy a post is missing."""
    page.get_by_test_id("duty-tab-week").click()
    choose(page, "duty-township", HERE)
    for name in ("李队长", "王站长"):
        page.get_by_test_id("leave-add").click()
        choose(page, "leave-person", name)
        field_of(page, "leave-from").fill(f"{TODAY}")
        field_of(page, "leave-until").fill(f"{TODAY}")
        page.get_by_test_id("leave-save").click()
        expect(page.get_by_test_id("duty-leave").filter(has_text=name)).to_be_visible()
    page.get_by_test_id("duty-tab-now").click()
    expect(here.get_by_test_id("on-duty").first).to_contain_text("赵副队")
    expect(here.get_by_test_id("on-duty")).to_have_count(2)
    expect(here.get_by_test_id("duty-missing")).to_contain_text("王站长")
    page.get_by_test_id("duty-tab-week").click()
    choose(page, "duty-township", HERE)
    away = page.get_by_test_id("duty-leave").filter(has_text="王站长")
    away.get_by_test_id("leave-remove").click()
    confirm(page, "删除")
    expect(away).to_have_count(0)
    page.get_by_test_id("duty-tab-now").click()
    expect(here.get_by_test_id("duty-missing")).to_have_count(0)


def test_a_viewer_sees_no_telephone(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        fires.tell(FIRE, words="石壕冒烟")
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        sign_in(page, Demo(fires.demo.address, PASSWORDS[Role.VIEWER]), "viewer")
        page.get_by_test_id("alert-card").dispatch_event("click")
        expect(page.get_by_test_id("alert-detail")).to_contain_text("#1")
        expect(page.get_by_test_id("fire-duty")).to_have_count(0)
        page.get_by_test_id("user-menu").click()
        expect(page.locator(".n-dropdown-option", has_text="退出登录")).to_be_visible()
        expect(page.locator(".n-dropdown-option", has_text="值班")).to_have_count(0)
        assert page.context.request.get(f"{fires.demo.address}/api/duty/now").status == 403
        clean(seen)


def clean(seen: Seen) -> None:
    """Nothing was asked of anybody else; before a sign-in, and without WebGL, browsers complain."""
    known = ("401", "WebGL", "webgl")
    assert [error for error in seen.errors if not any(word in error for word in known)] == []
    assert seen.outside == []


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look at the page."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=f"{folder}/duty-{name}.png")
