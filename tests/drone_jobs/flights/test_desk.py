"""The desk flies the calendar: once, when gates and a person allow it, and it tells of the rest."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flight_rig import START, FlightOffice, flight_office, gates_closed, in_the_world
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.flights.desk import FlightDesk
from drone_jobs.flights.following import Word
from models.errors import Conflict, StorageFull
from models.flight import (
    FINAL,
    Gate,
    Run,
    RunReason,
    RunState,
    Schedule,
    Timing,
)

MINUTE = 60.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FlightOffice]:
    with flight_office(tmp_path, ("one", "two")) as built:
        yield built


def by_hand(office: FlightOffice, aircraft: str = "one", *, released: bool = True) -> Run:
    """A flight that is due now, for twenty minutes."""
    sweep_id = office.sweep([aircraft])
    now = office.clock.now()
    run = office.store.runs.add_by_hand(
        sweep_id,
        1,
        1,
        aircraft,
        due_at=now,
        until_at=now + timedelta(minutes=20),
        key=f"{aircraft}-{now}-{sweep_id}",
        author="wang",
    )
    if released:
        run = office.store.runs.release(run.run_id, version=1, author="wang")
    return run


def states(office: FlightOffice, run: Run) -> list[RunState]:
    """Of its steps, notes left out."""
    found: list[RunState] = []
    for step in office.store.runs.get(run.run_id).steps:
        if not found or found[-1] is not step.state:
            found.append(step.state)
    return found


async def working(office: FlightOffice, desk: FlightDesk, duration_s: float) -> None:
    """Let a desk work for a while, and stop it."""

    task = asyncio.create_task(desk.run())
    await office.clock.pass_(duration_s)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_released_flight_is_flown_to_its_end(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 7 * MINUTE)

    in_the_world(day())
    assert states(office, run) == [
        RunState.PLANNED,
        RunState.CLAIMED,
        RunState.UPLOADING,
        RunState.READY,
        RunState.STARTING,
        RunState.FLYING,
        RunState.LANDED,
    ]
    assert office.fleet["one"].flights == 1


def test_nothing_flies_without_a_person(office: FlightOffice) -> None:
    run = by_hand(office, released=False)

    async def day() -> None:
        desk = office.desk()
        await working(office, desk, 10 * MINUTE)
        assert office.store.runs.get(run.run_id).state is RunState.WAITING
        await working(office, desk, 11 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.SKIPPED, RunReason.NO_RELEASE)
    assert office.fleet["one"].log == []


def test_a_gate_that_opens_within_the_window_lets_it_fly(office: FlightOffice) -> None:
    office.weather_wind_ms = 11.0
    run = by_hand(office)

    async def day() -> None:
        desk = office.desk()
        await working(office, desk, 10 * MINUTE)
        waiting = office.store.runs.get(run.run_id)
        assert (waiting.state, waiting.reason) == (RunState.WAITING, RunReason.GATES)
        assert gates_closed(waiting) == [Gate.WIND]
        office.weather_wind_ms = 2.0
        await working(office, desk, 7 * MINUTE)

    in_the_world(day())
    assert states(office, run)[-1] is RunState.LANDED
    assert office.fleet["one"].flights == 1


def test_an_aircraft_that_is_not_there_is_told_of(office: FlightOffice) -> None:
    office.fleet["one"].is_silent = True
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 21 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.SKIPPED, RunReason.NO_LINK)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("link_refused", RunReason.MISSION_REFUSED),
        ("link_read_back", RunReason.READ_BACK_DIFFERS),
    ],
)
def test_a_mission_that_is_refused_is_not_flown(
    office: FlightOffice, code: str, reason: RunReason
) -> None:
    office.fleet["one"].refuses_upload = code
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 5 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.FAILED, reason)
    assert office.fleet["one"].log == []


def test_a_start_that_is_refused_fails(office: FlightOffice) -> None:
    office.fleet["one"].refuses_start = True
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 5 * MINUTE)

    in_the_world(day())
    assert office.store.runs.get(run.run_id).reason is RunReason.START_REFUSED


def test_no_answer_to_the_start_is_followed_as_a_start(office: FlightOffice) -> None:
    office.fleet["one"].answers_start = False
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 7 * MINUTE)

    in_the_world(day())
    assert states(office, run)[-1] is RunState.LANDED
    assert office.fleet["one"].flights == 1


def test_a_person_pauses_and_calls_it_home(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:

        desk = office.desk()
        task = asyncio.create_task(desk.run())
        await office.clock.pass_(60.0)
        desk.ask(run.run_id, Word.PAUSE, "wang")
        await office.clock.pass_(5.0)
        assert office.store.runs.get(run.run_id).state is RunState.PAUSED
        desk.ask(run.run_id, Word.RESUME, "wang")
        await office.clock.pass_(5.0)
        assert office.store.runs.get(run.run_id).state is RunState.FLYING
        desk.ask(run.run_id, Word.COME_HOME, "li")
        await office.clock.pass_(120.0)
        with pytest.raises(Conflict):
            desk.ask(run.run_id, Word.LAND, "li")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.ABORTED, RunReason.PERSON)
    assert "li" in [step.author for step in ended.steps]


def test_a_low_battery_comes_home(office: FlightOffice) -> None:
    office.fleet["one"].drains_share = 1.6
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk(), 7 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.ABORTED, RunReason.LOW_BATTERY)
    assert [what for what, _ in office.fleet["one"].log] == ["took off", "turned back", "landed"]


def test_one_aircraft_is_not_flown_twice_at_once(office: FlightOffice) -> None:
    first, second = by_hand(office), by_hand(office)

    async def day() -> None:
        desk = office.desk()
        await working(office, desk, 60.0)
        later = office.store.runs.get(second.run_id)
        assert (later.state, later.reason) == (RunState.WAITING, RunReason.BUSY)
        await working(office, desk, 12 * MINUTE)

    in_the_world(day())
    assert states(office, first)[-1] is RunState.LANDED
    assert states(office, second)[-1] is RunState.LANDED
    assert office.fleet["one"].flights == 2


def test_two_aircraft_fly_beside_each_other(office: FlightOffice) -> None:
    found = [by_hand(office, "one"), by_hand(office, "two")]

    async def day() -> None:
        await working(office, office.desk(), 60.0)
        assert {states(office, run)[-1] for run in found} == {RunState.FLYING}
        await working(office, office.desk("again"), 7 * MINUTE)

    in_the_world(day())
    assert {states(office, run)[-1] for run in found} == {RunState.LANDED}


def test_a_flight_goes_on_over_a_restart(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk("before"), 60.0)
        assert states(office, run)[-1] is RunState.FLYING
        await office.clock.pass_(30.0)
        await working(office, office.desk("after"), 7 * MINUTE)

    in_the_world(day())
    assert states(office, run)[-1] is RunState.LANDED
    assert office.fleet["one"].flights == 1


def test_what_landed_while_nobody_watched_is_told_so(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk("before"), 60.0)
        await office.clock.pass_(30 * MINUTE)
        await working(office, office.desk("after"), 60.0)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.ABORTED, RunReason.RESTARTED)
    assert office.fleet["one"].flights == 1


def scheduled(office: FlightOffice, *, needs_release: bool = False) -> int:
    """Every day at 09:00, open for half an hour."""
    wanted = Schedule(
        name="morning",
        sweep_id=office.sweep(["one", "two"]),
        timing=Timing(at_minutes=(9 * 60,)),
        window_s=30 * MINUTE,
        needs_release=needs_release,
    )
    return office.store.schedules.put(wanted, author="wang").schedule_id


def test_windows_without_a_watch_are_missed_each_once(office: FlightOffice) -> None:
    schedule_id = scheduled(office)

    async def days() -> None:
        await working(office, office.desk("before"), 30.0)
        await office.clock.pass_(3 * 24 * 3600.0)
        await working(office, office.desk("after"), 30.0)

    in_the_world(days())
    runs = office.store.runs.page(schedule_id=schedule_id, limit=500)
    over = [run for run in runs if run.until_at <= office.clock.now()]
    assert len(over) == 6  # three mornings of two aircraft
    assert {run.state for run in over} == {RunState.MISSED}
    assert len({(run.due_at, run.sortie) for run in runs}) == len(runs)
    assert {(run.due_at - START).total_seconds() % 86_400.0 for run in runs} == {3600.0}
    assert all(not each.log for each in office.fleet.values())


def test_ten_minutes_before_its_gates_are_asked_once(office: FlightOffice) -> None:
    schedule_id = scheduled(office, needs_release=True)

    async def morning() -> None:
        await working(office, office.desk(), 55 * MINUTE)

    in_the_world(morning())
    runs = office.store.runs.page(schedule_id=schedule_id, limit=500)
    first = min(runs, key=lambda run: (run.due_at, run.sortie))
    assert [check.round for check in first.checks] == ["before"]
    assert first.state is RunState.PLANNED


def test_two_desks_fly_a_window_once(office: FlightOffice) -> None:
    runs = [by_hand(office, "one"), by_hand(office, "two")]

    async def day() -> None:

        desks = [office.desk(f"desk {number}") for number in range(3)]
        tasks = [asyncio.create_task(desk.run()) for desk in desks]
        await office.clock.pass_(90.0)
        assert sum(desk.leads for desk in desks) == 1
        leading = next(number for number, desk in enumerate(desks) if desk.leads)
        tasks[leading].cancel()  # it goes in good order: another one leads at once
        await office.clock.pass_(7 * MINUTE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    in_the_world(day())
    assert {office.store.runs.get(run.run_id).state for run in runs} == {RunState.LANDED}
    assert [each.flights for each in office.fleet.values()] == [1, 1]


def test_a_lost_aircraft_is_reported_and_never_called_landed(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        desk = office.desk()
        await working(office, desk, 60.0)
        office.fleet["one"].is_silent = True
        await working(office, office.desk("b"), 45 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.FAILED, RunReason.LINK_LOST)
    assert "look for it" in ended.steps[-1].note
    assert ended.state in FINAL


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 200.0), st.sampled_from(["killed", "clock forward", "clock back"])
        ),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=6, deadline=None)
def test_whatever_crashes_it_flies_once_and_ends(crashes: list[tuple[float, str]]) -> None:
    """A process that is killed says nothing any more, and its lease runs out by itself."""
    with TemporaryDirectory() as folder, flight_office(Path(folder)) as office:
        run = by_hand(office)

        async def day() -> None:
            for number, (after_s, what) in enumerate(crashes):
                task = asyncio.create_task(killed_later(office.desk(f"desk {number}")))
                await office.clock.pass_(after_s)
                if what == "clock forward":
                    office.clock.set_wall(timedelta(minutes=3))
                elif what == "clock back":
                    office.clock.set_wall(-timedelta(minutes=3))
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await working(office, office.desk("last"), 30 * MINUTE)

        in_the_world(day())
        ended = office.store.runs.get(run.run_id)
        assert ended.state in FINAL
        assert office.fleet["one"].flights <= 1
        flew = office.fleet["one"].flights == 1
        assert flew or ended.state not in {RunState.LANDED, RunState.ABORTED}
        assert not flew or ended.state not in {RunState.MISSED, RunState.SKIPPED}


async def killed_later(desk: FlightDesk) -> None:
    """Work as ever, and end without a word: nothing of what a good end does is done."""
    try:
        while True:
            await desk.look()
            await desk._clock.sleep(5.0)
    finally:
        for task in desk._tasks.values():
            task.cancel()


def test_an_aircraft_without_a_link_is_told_of(office: FlightOffice) -> None:
    run = by_hand(office)
    del office.fleet["one"]

    async def day() -> None:
        await working(office, office.desk(), 21 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.SKIPPED, RunReason.NO_LINK)


def test_a_line_that_breaks_during_the_upload_is_tried_again(office: FlightOffice) -> None:
    run = by_hand(office)
    aircraft = office.fleet["one"]

    async def day() -> None:
        desk = office.desk()
        task = asyncio.create_task(desk.run())
        await office.clock.pass_(2.0)
        aircraft.is_silent = True
        await office.clock.pass_(30.0)
        waiting = office.store.runs.get(run.run_id)
        assert (waiting.state, waiting.reason) == (RunState.WAITING, RunReason.NO_LINK)
        aircraft.is_silent = False
        await office.clock.pass_(7 * MINUTE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    in_the_world(day())
    assert states(office, run)[-1] is RunState.LANDED
    assert aircraft.flights == 1


def test_a_full_disk_keeps_no_word_from_the_aircraft_and_loses_no_step(
    office: FlightOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = by_hand(office)
    written = office.store.runs.step
    full = False

    def step(*args: Any, **more: Any) -> Run:  # noqa: ANN401
        if full:
            raise StorageFull("The disk takes no more.")
        return written(*args, **more)

    monkeypatch.setattr(type(office.store.runs), "step", lambda _self, *a, **m: step(*a, **m))

    async def day() -> None:
        nonlocal full
        desk = office.desk()
        task = asyncio.create_task(desk.run())
        await office.clock.pass_(60.0)
        full = True
        desk.ask(run.run_id, Word.COME_HOME, "wang")
        await office.clock.pass_(3 * MINUTE)
        assert [what for what, _ in office.fleet["one"].log][-2:] == ["turned back", "landed"]
        assert office.store.runs.get(run.run_id).state is RunState.FLYING
        full = False
        await office.clock.pass_(MINUTE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.ABORTED, RunReason.PERSON)


def test_who_has_lost_the_lease_says_nothing_more(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        stalled = office.desk("stalled")
        await stalled.look()
        await office.clock.pass_(30.0)
        led = [stalled.leads]
        office.clock.advance(120.0)  # it stood still for longer than its lease
        other = asyncio.create_task(office.desk("other").run())
        await office.clock.pass_(20.0)
        await stalled.look()
        led.append(stalled.leads)
        assert led == [True, False]
        await office.clock.pass_(7 * MINUTE)
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)

    in_the_world(day())
    assert office.fleet["one"].flights == 1
    assert office.store.runs.get(run.run_id).state in FINAL


def test_what_was_silent_for_hours_is_reported_even_without_a_link(office: FlightOffice) -> None:
    run = by_hand(office)

    async def day() -> None:
        await working(office, office.desk("before"), 60.0)
        del office.fleet["one"]
        await working(office, office.desk("without"), MINUTE)
        assert office.store.runs.get(run.run_id).state is RunState.FLYING
        await office.clock.pass_(6 * 3600.0)
        await working(office, office.desk("after"), MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.FAILED, RunReason.LINK_LOST)


def test_what_never_takes_off_hears_the_word_to_stay_down(office: FlightOffice) -> None:
    run = by_hand(office)
    office.fleet["one"].stays_down = True

    async def day() -> None:
        await working(office, office.desk(), 2 * MINUTE)

    in_the_world(day())
    ended = office.store.runs.get(run.run_id)
    assert (ended.state, ended.reason) == (RunState.FAILED, RunReason.START_REFUSED)
    assert [what for what, _ in office.fleet["one"].log] == ["told to land"]
