"""What the gates are asked with, as store, links and settings have it at that moment."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mavlink_flight import HOME
from mavlink_flight import mission as mission_to
from room_rig import MORNING, PAPERS, Office, lawful, office

from api.flights.facts import dock_facts
from api.flights.ordering import UNKNOWN_DURATION_S, Preparing
from drone_jobs.calendar import MeasuredBy
from drone_jobs.fleet import find_aircraft
from drone_jobs.links.dji import CoverState, DockMode, DockState
from models.errors import InputRefused, NotFound, WatchError
from models.flight import AircraftState, FlightPhase, Gate, Run, RunState
from models.mission import Autopilot
from models.store.leases import FLIGHTS
from models.weather import Reading

Story = Callable[[Office], Coroutine[Any, Any, None]]


def told(folder: Path, story: Story, *links: dict[str, Any]) -> None:
    async def day() -> None:
        async with office(folder, list(links)) as made:
            try:
                await story(made)
            finally:
                await made.room.links.close()

    asyncio.run(day())


def started(made: Office, run: Run) -> Run:
    """The same, told to start."""
    lease = made.store.leases.take(FLIGHTS, "test", 60.0)
    assert lease is not None
    made.store.runs.claim(run.run_id, lease.fence)
    for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING):
        run = made.store.runs.step(run.run_id, state, author="system", fence=lease.fence)
    return run


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(WatchError) as caught:
        deed()
    return caught.value.code


def test_the_mission_of_its_version_under_the_rules_of_today(tmp_path: Path) -> None:
    async def story(made: Office) -> None:
        made.aircraft("quad")
        run = made.by_hand(made.sweep("quad"), "quad")
        made.clock.begin()
        facts = made.room.facts.of(run)
        assert facts.place == (HOME.lon_deg, HOME.lat_deg)
        assert facts.check is not None
        assert facts.check.may_fly
        assert facts.conflicts == ()
        assert facts.weather == ()
        assert (facts.has_dock, facts.dock, facts.state) == (False, None, None)
        assert (facts.needs_release, facts.released_by) == (True, "li")
        assert (facts.needs_approval, facts.standing_release_by) == (False, "")
        flight = made.room.preparing.of(run)
        assert facts.until_at - facts.from_at == timedelta(seconds=flight.timeline.duration_s)
        assert made.room.preparing.of(run) is flight  # not reckoned again
        made.store.winds.enter(270.0, 6.0, author="wang")
        windy = made.room.preparing.of(run)
        assert windy is not flight
        assert windy.timeline.energy_share > flight.timeline.energy_share
        (wind,) = made.room.facts.of(run).measured
        assert (wind.gate, wind.value, wind.by) == (Gate.WIND, 6.0, MeasuredBy.PERSON)
        limits = made.room.preparing.limits_of(run)
        assert limits.last_point == 2
        assert limits.reserve_share == pytest.approx(0.5 * (1.0 - windy.aircraft.usable_share))

    told(tmp_path, story)


def test_weather_of_long_ago_tells_nothing(tmp_path: Path) -> None:
    async def story(made: Office) -> None:
        made.aircraft("quad")
        run = made.by_hand(made.sweep("quad"), "quad")
        for hours in (0, 3):
            at = MORNING - timedelta(hours=hours)
            made.store.weather.add([Reading("tower", at, 15.0, 40.0, 3.0, 0.0)], author="wang")
        made.clock.begin()
        (reading,) = made.room.facts.of(run).weather
        assert reading.at == MORNING

    told(tmp_path, story)


def test_what_cannot_be_prepared_says_why_and_what_flies_is_followed_all_the_same(
    tmp_path: Path,
) -> None:
    async def story(made: Office) -> None:
        made.aircraft("quad")
        run = made.by_hand(made.sweep("quad"), "quad")
        room = made.room
        assert code(lambda: room.preparing.of(replace(run, sortie=2))) == "no_such_flight"
        assert code(lambda: room.preparing.of(replace(run, sweep_version=9))) == "no_such_sweep"
        nowhere = Preparing(made.store, made.settings.drones, made.clock, None)
        assert code(lambda: nowhere.of(run)) == "sweep_no_terrain"
        made.clock.begin()
        await made.until(lambda: made.clock.now() > run.due_at)
        flying = started(made, run)
        made.store.aircraft.retire("quad", version=1, author="wang")
        assert code(lambda: room.order_of(run)) == "aircraft_unknown"
        limits = room.order_of(flying).limits
        assert (limits.last_point, limits.duration_s) == (2, UNKNOWN_DURATION_S)
        assert limits.home_share(AircraftState(MORNING)) is None
        with pytest.raises(NotFound):
            room.order_of(replace(flying, sortie=2))
        with pytest.raises(InputRefused):
            room.facts.of(flying)

    told(tmp_path, story)


def test_who_answers_for_a_start(tmp_path: Path) -> None:
    async def story(made: Office) -> None:
        made.aircraft("quad")
        sweep = made.sweep("quad")
        made.clock.begin()
        released = made.by_hand(sweep, "quad")
        bare = replace(released, released_by="", released_at=None)
        answers = made.room.facts.answers_for
        assert (answers(released), answers(bare)) == ("li", "")
        standing = made.schedule(
            sweep,
            needs_release=False,
            needs_approval=True,
            approval_number="CQ-2026-17",
            approved_from_at=MORNING,
            approved_until_at=MORNING + timedelta(hours=9),
        )
        asked = made.schedule(sweep, name="asked")
        off = made.schedule(sweep, name="off", needs_release=False, is_enabled=False)
        found = {one: answers(replace(bare, schedule_id=one)) for one in (standing, asked, off)}
        assert found == {standing: "wang", asked: "", off: ""}
        facts = made.room.facts.of(replace(bare, schedule_id=standing))
        assert (facts.needs_release, facts.standing_release_by) == (False, "wang")
        assert (facts.needs_approval, facts.approval_number) == (True, "CQ-2026-17")
        assert facts.approved_until_at == MORNING + timedelta(hours=9)
        made.store.schedules.retire(standing, version=1, author="wang")
        assert answers(replace(bare, schedule_id=standing)) == ""
        assert made.room.facts.of(replace(bare, schedule_id=standing)).needs_release

    told(tmp_path, story)


def test_a_flight_that_nobody_can_place_closes_the_sky(tmp_path: Path) -> None:
    """Told to start, its plan gone with its aircraft, and not heard: nobody knows where it is."""

    async def story(made: Office) -> None:
        made.aircraft("quad")
        made.aircraft("lost")
        made.clock.begin()
        lost = made.by_hand(made.sweep("lost"), "lost")
        mine = made.by_hand(made.sweep("quad"), "quad")
        await made.until(lambda: made.clock.now() > lost.due_at)
        started(made, lost)
        conflicts = made.room.facts.of(mine).conflicts
        assert conflicts is not None
        assert f"{lost.run_id}" in conflicts[0]
        made.store.aircraft.retire("lost", version=1, author="wang")
        assert made.room.facts.of(mine).conflicts is None

    told(tmp_path, story)


def test_an_aircraft_that_somebody_flies_without_us_is_in_the_way(tmp_path: Path) -> None:
    """A stranger is one of ours in the air without a flight of ours."""

    async def story(made: Office) -> None:
        made.aircraft("quad")
        made.aircraft("stranger")
        made.clock.begin()
        book = made.room.links
        await book.look()
        link = book.link_of("stranger")
        assert link is not None

        def stands() -> bool:
            state = link.state
            return state is not None and None not in {state.lon_deg, state.battery_share}

        await made.until(stands, 10.0)
        mine = made.by_hand(made.sweep("quad"), "quad")
        assert made.room.facts.of(mine).conflicts == ()
        mission = made.store.sweeps.get(mine.sweep_id, 1).missions[0]
        await link.start(await link.upload(mission), released_by="wang")
        await made.until(lambda: phase(link.state) is FlightPhase.MISSION, 20.0)
        assert made.room.facts.of(mine).conflicts == ("stranger is in the air in its way.",)

    told(tmp_path, story, {"aircraft": "stranger", "kind": "simulated", "speedup": 2.0})


def phase(state: AircraftState | None) -> FlightPhase | None:
    return None if state is None else state.phase


def test_what_a_dock_tells_of_itself() -> None:
    idle = DockState(MORNING, DockMode.IDLE, CoverState.CLOSED, is_aircraft_inside=True)
    found = dock_facts(idle)
    assert (found.at, found.holds_aircraft, found.is_free, found.fault) == (MORNING, True, True, "")
    silent = dock_facts(DockState(MORNING))
    assert (silent.holds_aircraft, silent.is_free, silent.fault) == (None, None, "")
    broken = replace(idle, mode=DockMode.WORKING, cover=CoverState.FAULTY, is_stopped=True)
    found = dock_facts(broken)
    assert found.is_free is False
    assert "button" in found.fault
    assert "cover" in found.fault


def test_a_simulated_dock_tells_its_weather(tmp_path: Path) -> None:
    """The dock of an aircraft of DJI's stands at its home and is asked like a real one."""

    async def story(made: Office) -> None:
        aircraft = find_aircraft("Matrice 3TD")
        at_home = replace(
            aircraft,
            name="dock",
            registration=PAPERS,
            home_lon_deg=HOME.lon_deg,
            home_lat_deg=HOME.lat_deg,
        )
        made.store.aircraft.put(at_home, version=None, author="wang")
        made.clock.begin()
        book = made.room.links
        assert not book.has_dock("dock")
        await book.look()
        assert book.has_dock("dock")
        await made.until(lambda: book.dock_of("dock") is not None, 20.0)
        flown = replace(lawful(mission_to(Autopilot.DJI)), wpml=aircraft.wpml, circles=())
        run = made.by_hand(made.sweep("dock", mission=flown), "dock")
        facts = made.room.facts.of(run)
        assert facts.has_dock
        assert facts.dock is not None
        assert (facts.dock.holds_aircraft, facts.dock.is_free) == (True, True)
        measured = {one.gate: (one.value, one.by) for one in facts.measured}
        assert measured[Gate.WIND] == (3.0, MeasuredBy.DOCK)
        assert measured[Gate.RAIN] == (0.0, MeasuredBy.DOCK)

    told(tmp_path, story, {"aircraft": "dock", "kind": "simulated", "speedup": 5.0})
