"""A monitor keeps a schedule, asks for a flight, sees its gates, releases it and follows it."""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from api_rig import PASSWORDS
from e2e_rig import Demo, Seen, field_of, sign_in
from fires_page import FiresPage, fires_page
from mavlink_flight import mission
from playwright.sync_api import Page, expect
from room_http import served_room
from room_rig import Office, lawful, office, running

from models.flight import (
    AircraftState,
    FlightPhase,
    Gate,
    GateAnswer,
    GateCheck,
    GateReading,
    GateRound,
    RunReason,
    RunState,
    Schedule,
    Timing,
)
from models.mission import Autopilot
from models.store.leases import FLIGHTS
from models.user import Role

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

OpenPage = Callable[[Demo], tuple[Page, Seen]]
NO_MAP = "HTMLCanvasElement.prototype.getContext = () => null"
LON, LAT = -84.31, 36.25
AIRCRAFT = "PX4-01"
CORNERS = ((0, 0), (0.004, 0), (0.004, 0.003), (0, 0.003), (0, 0))
FIELD = [[LON + x, LAT + y] for x, y in CORNERS]
WISH: dict[str, Any] = {
    "name": "北坡巡飞",
    "target": {"geometry": {"type": "Polygon", "coordinates": [FIELD]}},
    "aircraft": [AIRCRAFT],
    "home": {"lon_deg": LON - 0.001, "lat_deg": LAT - 0.001},
    "height_m": 100.0,
}


def stocked(fires: FiresPage) -> int:
    """An aircraft of the bureau's own, and a sweep that it flies; the number of the sweep."""
    monitor = fires.api.client(Role.MONITOR)
    catalogue = {one["name"]: one for one in monitor.get("/api/aircraft").json()["catalogue"]}
    own = {**catalogue["PX4 example"], "name": AIRCRAFT}
    body = {"aircraft": own, "version": None}
    answer = fires.api.client(Role.ADMIN).put(f"/api/aircraft/{AIRCRAFT}", json=body)
    assert answer.status_code == 200, answer.text
    answer = monitor.post("/api/sweeps", json={"request": WISH})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["sweep_id"])


def enter(page: Page, fires: FiresPage, role: Role = Role.MONITOR) -> None:
    sign_in(page, Demo(fires.demo.address, PASSWORDS[role]), role.value)
    page.get_by_test_id("flights-open").click()
    expect(page.get_by_test_id("flights-room")).to_be_visible()


def choose(page: Page, test_id: str, text: str) -> None:
    page.get_by_test_id(test_id).click()
    page.locator(".n-base-select-option", has_text=text).first.click()


def sure(page: Page, button: str) -> None:
    """The second press, on what asks whether it is meant."""
    page.locator(".n-popconfirm").get_by_role("button", name=button, exact=True).click()


def complaints(seen: Seen, *expected: str) -> list[str]:
    return [one for one in seen.errors if not any(part in one for part in ("401", *expected))]


def test_a_schedule_is_seen_before_it_is_kept_and_changed_and_retired(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        sweep_id = stocked(fires)
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires)
        page.get_by_test_id("flights-tab-schedules").click()
        expect(page.get_by_test_id("schedules-none")).to_be_visible()
        page.get_by_test_id("schedule-add").click()
        expect(page.get_by_test_id("schedule-save")).to_be_disabled()
        field_of(page, "schedule-name").fill("周一巡飞")
        choose(page, "schedule-sweep", "北坡巡飞")
        field_of(page, "schedule-times").fill("14:00 06:30")
        choose(page, "schedule-weekdays", "周一")
        page.keyboard.press("Escape")
        # START is a Wednesday: Mondays of the fortnight are the 30th and the 7th.
        preview = page.get_by_test_id("preview-day")
        expect(preview).to_have_count(2)
        expect(preview.first).to_contain_text(re.compile("2026-11-30 周一.*06:30.07:00.*14:00"))
        keep(page, "schedule")
        page.get_by_test_id("schedule-save").click()
        row = page.get_by_test_id("schedule-row")
        expect(row).to_contain_text("周一巡飞")
        expect(row).to_contain_text("06:30 14:00 · 周一")
        expect(row).to_contain_text("2026-11-30 06:30")
        (kept,) = fires.api.context.store.schedules.all()
        assert (kept.schedule.sweep_id, kept.schedule.timing.at_minutes) == (sweep_id, (390, 840))
        assert kept.schedule.needs_release

        row.get_by_test_id("schedule-open").click()
        choose(page, "schedule-way", "按日出日落")
        expect(page.get_by_test_id("preview-day")).to_have_count(2)
        page.get_by_test_id("schedule-save").click()
        expect(row).to_contain_text("日出后 30 分 · 周一")
        row.get_by_test_id("schedule-open").click()
        page.get_by_test_id("schedule-retire").click()
        sure(page, "停用")
        expect(page.get_by_test_id("schedules-none")).to_be_visible()
        assert complaints(seen) == []


def checked(fires: FiresPage, run_id: int, fence: int) -> None:
    """Gates as somebody who leads would have asked them: too much wind, no gusts told."""
    now = fires.api.clock.now()
    readings = {gate: GateReading(gate, GateAnswer.OPEN, read_at=now) for gate in Gate}
    wind = GateReading(Gate.WIND, GateAnswer.CLOSED, 13.4, 10.0, "m/s", now, "Wind.", "Wait.")
    readings[Gate.WIND] = wind
    readings[Gate.GUST] = GateReading(Gate.GUST, GateAnswer.UNKNOWN, limit=12.0, unit="m/s")
    check = GateCheck(GateRound.BEFORE, now, tuple(readings.values()))
    assert fires.api.context.store.runs.add_check(run_id, check, fence=fence)


def fly(fires: FiresPage, run_id: int, fence: int) -> None:
    runs = fires.api.context.store.runs
    runs.claim(run_id, fence)
    for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING):
        runs.step(run_id, state, author="system", fence=fence)
    at = fires.api.clock.now()
    told = AircraftState(at, FlightPhase.MISSION, LON, LAT, above_take_off_m=80.0)
    states = [
        replace(told, at=at + timedelta(seconds=second), lon_deg=LON + second * 1e-4)
        for second in range(12)
    ]
    fires.api.context.store.tracks.append(run_id, states)


def ask_for_it(page: Page) -> None:
    page.get_by_test_id("flight-by-hand").click()
    choose(page, "by-hand-sweep", "北坡巡飞")
    ask = page.get_by_test_id("by-hand-ask")
    expect(ask).to_be_enabled()
    ask.click()
    detail = page.get_by_test_id("flight-detail")
    expect(detail).to_have_attribute("data-state", "planned")
    expect(detail).to_contain_text(AIRCRAFT)
    expect(page.get_by_test_id("flight-released")).to_have_text("尚未放行")


def release_it(page: Page) -> None:
    """Its gates are read before."""
    detail = page.get_by_test_id("flight-detail")
    gate = detail.locator("[data-testid=flight-gate]")
    expect(gate.first).to_have_attribute("data-gate", "wind")
    expect(gate.first).to_contain_text("不通过")
    expect(gate.first).to_contain_text(re.compile("13.4 m/s.限值 10 m/s"))
    expect(gate.first).to_contain_text("等风小")
    expect(gate.nth(1)).to_contain_text("不明")
    expect(gate).to_have_count(len(Gate))
    page.get_by_test_id("flight-release").click()
    expect(page.locator(".n-popconfirm")).to_contain_text("风、阵风")
    sure(page, "放行")
    expect(page.get_by_test_id("flight-released")).to_contain_text("monitor")


def test_a_flight_is_asked_for_kept_down_released_flown_and_told_of(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        stocked(fires)
        store = fires.api.context.store
        page, seen = open_page(fires.demo)
        enter(page, fires)
        expect(page.get_by_test_id("flights-none")).to_be_visible()
        expect(page.get_by_test_id("flights-leads")).to_contain_text("不会起飞")
        ask_for_it(page)
        detail = page.get_by_test_id("flight-detail")
        (run,) = store.runs.page(limit=10)

        lease = store.leases.take(FLIGHTS, "e2e", 600.0)
        assert lease is not None
        checked(fires, run.run_id, lease.fence)
        release_it(page)
        assert store.runs.get(run.run_id).released_by == "monitor"

        fly(fires, run.run_id, lease.fence)
        expect(detail).to_have_attribute("data-state", "flying")
        chip = page.get_by_test_id("flight-chip")
        expect(chip).to_have_attribute("data-state", "flying")
        expect(chip).to_contain_text("飞行中")
        expect(page.get_by_test_id("flights-key")).to_have_attribute("data-points", "12")
        expect(page.locator("[data-testid=flights-map][data-ready=true]")).to_be_visible()
        keep(page, "flying")
        expect(page.get_by_test_id("flight-cancel")).to_have_count(0)
        page.get_by_test_id("flight-come_home").click()
        sure(page, "返航")
        # No process here flies it, and the page says so instead of pretending.
        expect(page.get_by_test_id("flight-deeds").get_by_role("alert")).to_contain_text("遥控器")

        reason = RunReason.LOW_BATTERY
        step = store.runs.step
        step(run.run_id, RunState.RETURNING, reason, author="system", fence=lease.fence)
        step(run.run_id, RunState.ABORTED, reason, author="system", fence=lease.fence)
        expect(detail).to_have_attribute("data-state", "aborted")
        expect(page.get_by_test_id("flight-deeds")).to_have_count(0)
        expect(page.get_by_test_id("flight-step").first).to_contain_text("电量不足")
        page.get_by_test_id("flights-view-day").click()
        expect(chip).to_contain_text("电量不足")
        page.keyboard.press("Escape")
        expect(detail).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("flights-room")).to_have_count(0)
        assert complaints(seen, "409") == []


def test_a_flight_is_cancelled_with_a_reason_and_a_viewer_only_looks(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with fires_page(tmp_path) as fires:
        sweep_id = stocked(fires)
        store, now = fires.api.context.store, fires.api.clock.now()
        run = store.runs.add_by_hand(
            sweep_id, 1, 1, AIRCRAFT, due_at=now, until_at=now + timedelta(minutes=30),
            key="first-first", author="monitor",
        )  # fmt: skip
        viewer, _ = open_page(fires.demo)
        page, seen = open_page(fires.demo)
        for one, role in ((viewer, Role.VIEWER), (page, Role.MONITOR)):
            one.add_init_script(NO_MAP)
            enter(one, fires, role)
            one.get_by_test_id("flight-chip").click()
            expect(one.get_by_test_id("flight-detail")).to_have_attribute("data-state", "planned")
        expect(viewer.get_by_test_id("flight-deeds")).to_have_count(0)
        expect(viewer.get_by_test_id("flight-by-hand")).to_have_count(0)
        page.get_by_test_id("flight-cancel").click()
        field_of(page, "flight-cancel-note").fill("跑道被占")
        sure(page, "取消飞行")
        for one in (page, viewer):  # the other page hears of it by itself
            detail = one.get_by_test_id("flight-detail")
            expect(detail).to_have_attribute("data-state", re.compile("cancelled|skipped"))
            expect(one.get_by_test_id("flight-step").first).to_contain_text("跑道被占")
        assert "跑道被占" in store.runs.get(run.run_id).steps[-1].note
        assert complaints(seen) == []


@contextmanager
def in_the_air(folder: Path) -> Iterator[tuple[Demo, Office]]:
    """A room whose simulated aircraft has just begun a released flight, beside the test."""
    ready, ends = threading.Event(), threading.Event()
    found: list[tuple[Demo, Office]] = []

    async def day() -> None:
        link = {"aircraft": "DRILL-01", "kind": "simulated", "speedup": 4.0}
        async with office(folder, [link], speed=1.0) as made:
            made.aircraft("DRILL-01")
            made.weather()
            far = lawful(mission(Autopilot.PX4, step_deg=0.008))
            run_id = made.by_hand(made.sweep("DRILL-01", mission=far), "DRILL-01").run_id
            with served_room(made, folder / "web", console=True) as address:
                async with running(made):
                    await made.until(lambda: made.is_in(run_id, RunState.FLYING))
                    found.append((Demo(address, PASSWORDS[Role.MONITOR]), made))
                    ready.set()
                    await asyncio.to_thread(ends.wait)

    def work() -> None:
        try:
            asyncio.run(day())
        finally:
            ready.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        assert ready.wait(90.0)
        assert found, "the room did not begin"
        yield found[0]
    finally:
        ends.set()
        thread.join(30.0)


def test_an_aircraft_in_the_air_is_followed_held_and_called_home(
    open_page: OpenPage, tmp_path: Path
) -> None:
    with in_the_air(tmp_path) as (demo, made):
        page, seen = open_page(demo)
        if not os.environ.get("E2E_PICTURES"):
            page.add_init_script(NO_MAP)
        sign_in(page, demo)
        page.get_by_test_id("flights-open").click()
        expect(page.get_by_test_id("flights-leads")).to_have_attribute("data-leads", "true")
        expect(page.get_by_test_id("flights-at-hand")).to_have_attribute("data-air", "1")
        page.get_by_test_id("flight-at-hand").click()
        detail = page.get_by_test_id("flight-detail")
        expect(detail).to_have_attribute("data-state", "flying")
        expect(detail.locator("h3")).to_contain_text("演练")
        told = detail.get_by_test_id("aircraft-told")
        expect(told).to_have_attribute("data-heard", "true")
        expect(told).to_contain_text("飞航线")
        key = page.get_by_test_id("flights-key")
        expect(key).to_have_attribute("data-points", re.compile(r"^[1-9]\d*$"))
        for word, button, state, phase in (
            ("pause", "悬停", "paused", "paused"),
            ("resume", "继续", "flying", "mission"),
            ("come_home", "返航", "returning", "returning"),
        ):
            page.get_by_test_id(f"flight-{word}").click()
            sure(page, button)
            expect(detail).to_have_attribute("data-state", state)
            expect(told).to_have_attribute("data-phase", phase)
            keep(page, state)
        expect(detail).to_have_attribute("data-state", "aborted", timeout=90_000)
        expect(page.get_by_test_id("flights-at-hand")).to_have_count(0)
        expect(page.get_by_test_id("flight-step").first).to_contain_text("人员决定")
        page.get_by_test_id("flights-tab-now").click()
        now = page.locator("[data-testid=flights-aircraft][data-aircraft=DRILL-01]")
        expect(now.get_by_test_id("aircraft-drill")).to_be_visible()
        expect(now).to_contain_text("在地面")
        (run,) = made.store.runs.page(limit=10)
        spoken = [step.author for step in run.steps if " asked for " in step.note]
        assert spoken == ["monitor"] * 3
        assert complaints(seen) == []


# Text that is wider than its box and is neither shortened with a mark nor can be moved into view.
CUT = """() => [...document.querySelectorAll("[data-testid=flights-room] *")].filter((it) => {
  const style = getComputedStyle(it);
  return it.scrollWidth > it.clientWidth + 1 && ["hidden", "clip"].includes(style.overflowX)
    && style.textOverflow !== "ellipsis" && !it.className.toString().includes("n-");
}).map((it) => `${it.className}: ${it.textContent.slice(0, 60)}`)"""
WIDE = "() => document.documentElement.scrollWidth - window.innerWidth"
SCREENS = ((1280, 800), (1920, 1080), (360, 740))


def kept_schedule(fires: FiresPage, sweep_id: int) -> None:
    """Every morning and noon, under an approval that ends before noon of the first day."""
    now = fires.api.clock.now()
    timing = Timing(at_minutes=(390, 540, 690, 840))
    kept = Schedule(
        "北坡与水库上游联合巡飞", sweep_id, timing, 1800.0,
        needs_approval=True, approval_number="空批 18 号",
        approved_from_at=now - timedelta(days=1), approved_until_at=now + timedelta(minutes=10),
    )  # fmt: skip
    fires.api.context.store.schedules.put(kept, author="monitor")


def asked_for(fires: FiresPage, sweep_id: int, after_s: float) -> int:
    due_at = fires.api.clock.now() + timedelta(seconds=after_s)
    until_at = due_at + timedelta(minutes=30)
    return fires.api.context.store.runs.add_by_hand(
        sweep_id, 1, 1, AIRCRAFT, due_at=due_at, until_at=until_at, key=f"asked-{after_s}",
        author="monitor",
    ).run_id  # fmt: skip


def test_the_room_fits_every_screen_in_both_languages(open_page: OpenPage, tmp_path: Path) -> None:
    with fires_page(tmp_path) as fires:
        sweep_id, runs = stocked(fires), fires.api.context.store.runs
        kept_schedule(fires, sweep_id)
        lease = fires.api.context.store.leases.take(FLIGHTS, "e2e", 600.0)
        assert lease is not None
        flying = asked_for(fires, sweep_id, 0.0)
        runs.release(flying, version=1, author="monitor")
        checked(fires, flying, lease.fence)
        fly(fires, flying, lease.fence)
        for after_s in (7200.0, 7800.0):
            asked_for(fires, sweep_id, after_s)
        page, seen = open_page(fires.demo)
        page.add_init_script(NO_MAP)
        enter(page, fires)
        for language, state in (("zh", "飞行中"), ("en", "flying")):
            for width, height in SCREENS:
                page.set_viewport_size({"width": width, "height": height})
                if width == 360:
                    page.get_by_test_id("tab-map").click()
                walked(page, flying, state, f"{language}-{width}")
            page.set_viewport_size({"width": 1600, "height": 900})
            page.get_by_test_id("language-switch").click()
        assert complaints(seen) == []


def walked(page: Page, flying: int, state: str, name: str) -> None:
    """Every part of the room, whole; a flight's state stands in words and not in colour alone."""

    def whole(part: str) -> None:
        assert page.evaluate(WIDE) <= 0, f"{part}-{name}"
        assert page.evaluate(CUT) == [], f"{part}-{name}"
        keep(page, f"{part}-{name}")

    page.get_by_test_id("flights-tab-calendar").click()
    chip = page.locator(f"[data-testid=flight-chip][data-run='{flying}']")
    expect(chip).to_be_in_viewport()  # the calendar opens at this hour
    expect(chip).to_have_attribute("aria-label", re.compile(f"{AIRCRAFT}.*{state}"))
    hand = page.get_by_test_id("flights-at-hand")
    expect(hand).to_have_attribute("data-air", "1")
    expect(hand).to_have_attribute("data-waits", "2")
    whole("calendar")
    hand.get_by_test_id("flight-at-hand").first.click()
    detail = page.get_by_test_id("flight-detail")
    expect(detail).to_have_attribute("data-state", "flying")
    expect(detail).to_be_in_viewport()
    whole("detail")
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    page.get_by_test_id("flights-tab-now").click()
    expect(page.get_by_test_id("flights-aircraft")).to_be_visible()
    whole("now")
    page.get_by_test_id("flights-tab-schedules").click()
    expect(page.get_by_test_id("schedule-lack")).to_be_visible()
    whole("schedules")
    page.get_by_test_id("schedule-open").click()
    expect(page.get_by_test_id("preview-day").first).to_be_attached()
    whole("schedule")
    page.get_by_test_id("schedule-back").click()
    page.get_by_test_id("flights-tab-imagery").click()
    expect(page.get_by_test_id("imagery-none")).to_be_attached()
    whole("imagery")


def keep(page: Page, name: str) -> None:
    """A picture for people to look at, where one is asked for."""
    if folder := os.environ.get("E2E_PICTURES"):
        page.screenshot(path=Path(folder) / f"flights-{name}.png")
