"""Uploads that were broken off: told, never started, and put right as soon as it is heard again."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from mavlink_flight import HOME, TERRAIN, Flight, aircraft_of, mission
from vehicle_rig import free_port

from drone_jobs.heights import HeightDesk
from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.link import MavlinkLink
from drone_jobs.links.mavlink.patience import Patience
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.clock import SystemClock
from models.flight import FlightPhase

QUICK = Patience(first_s=0.2, item_s=0.02, quiet_s=1.0, stalled_s=3.0, attempts=2)
FENCE, MISSION = 1, 0


def hurried(quirks: Quirks) -> Habits:
    return replace(habits_of(quirks), ask_again_s=0.03, stall_s=1.0, early_no_space_s=0.0)


BOTH = (hurried(Quirks.PX4), hurried(Quirks.ARDUPILOT))


@asynccontextmanager
async def flown(habits: Habits, vehicle: SimulatedVehicle, port: int) -> AsyncIterator[Flight]:
    """A ground station that begins; the vehicle was there before, and stays."""
    clock = SystemClock()
    wire = MavlinkWire(f"udpin:127.0.0.1:{port}", clock=clock, heard_within_s=1.5)
    aircraft = aircraft_of(habits.autopilot)
    link = MavlinkLink(wire, aircraft, HeightDesk(TERRAIN), TERRAIN, clock, patience=QUICK)
    async with link:
        yield Flight(link, vehicle)


@asynccontextmanager
async def standing(habits: Habits) -> AsyncIterator[tuple[SimulatedVehicle, int]]:
    port = free_port()
    vehicle = SimulatedVehicle(
        f"udpout:127.0.0.1:{port}",
        aircraft_of(habits.autopilot),
        HOME,
        quirks=habits,
        terrain=TERRAIN,
        random=random.Random(3),
    )
    async with vehicle:
        yield vehicle, port


async def cut_within(up: Flight, habits: Habits) -> None:
    """Give it a mission, and cut the line as soon as a part of it has arrived."""
    plans = up.vehicle.craft.plans
    wished = mission(habits.autopilot, points=300, step_deg=1e-5)
    giving = asyncio.create_task(up.link.upload(wished))

    def has_part() -> bool:
        taken = plans._upload
        return taken is not None and taken.kind == MISSION and len(taken.items) >= 20

    while not has_part():
        assert not giving.done()
        await asyncio.sleep(0)
    up.vehicle.faults.is_link_cut = True
    with pytest.raises(LinkLost):
        await giving


def warned(up: Flight) -> bool:
    state = up.link.state
    return state is not None and "link_unsettled" in {each.code for each in state.warnings}


async def what_it_held_comes_back_with_the_line(habits: Habits) -> None:
    async with standing(habits) as (vehicle, port), flown(habits, vehicle, port) as up:
        await up.standing()
        upload = await up.link.upload(mission(habits.autopilot, points=4))
        held = list(vehicle.craft.plans.lists[MISSION])
        await cut_within(up, habits)
        await up.until(lambda: not up.link.is_heard())
        assert warned(up)
        vehicle.faults.is_link_cut = False
        await up.until(lambda: up.link.is_heard() and not warned(up), 15.0)
        told = [(each.command, each.x_e7, each.y_e7) for each in held[1:]]
        now = vehicle.craft.plans.lists[MISSION]
        assert [(each.command, each.x_e7, each.y_e7) for each in now[1:]] == told
        with pytest.raises(LinkRefused) as caught:  # put back, and not to be started
            await up.link.start(upload, released_by="wang")
        assert caught.value.code == "link_not_uploaded"


async def what_a_dead_process_left_is_cleared(habits: Habits) -> None:
    async with standing(habits) as (vehicle, port):
        async with flown(habits, vehicle, port) as up:
            await up.standing()
            await up.link.upload(mission(habits.autopilot, points=4))
            await cut_within(up, habits)
        lists = vehicle.craft.plans.lists
        assert lists[MISSION]
        assert lists[FENCE]
        vehicle.faults.is_link_cut = False
        async with flown(habits, vehicle, port) as up:
            up.link.distrust()
            await up.until(lambda: warned(up))
            await up.until(lambda: not warned(up), 15.0)
            assert lists[MISSION] == lists[FENCE] == []
            await up.standing()
            upload = await up.link.upload(mission(habits.autopilot, points=4))
            await up.link.start(upload, released_by="wang")


async def nothing_is_cleared_in_the_air(habits: Habits) -> None:
    async with standing(habits) as (vehicle, port), flown(habits, vehicle, port) as up:
        await up.standing()
        upload = await up.link.upload(mission(habits.autopilot))
        await up.link.start(upload, released_by="wang")
        await up.until(lambda: vehicle.craft.pilot.is_airborne)
        held = list(vehicle.craft.plans.lists[MISSION])
        up.link.distrust()
        await asyncio.sleep(1.5)  # a heartbeat and a half
        assert vehicle.craft.plans.lists[MISSION] == held
        assert warned(up)


async def the_next_process_tells_the_points_of_what_it_says_is_flown(habits: Habits) -> None:
    async with standing(habits) as (vehicle, port):
        wished = mission(habits.autopilot, step_deg=0.004)
        async with flown(habits, vehicle, port) as up:
            await up.standing()
            await up.link.start(await up.link.upload(wished), released_by="wang")
            await up.until_phase(FlightPhase.MISSION)
        async with flown(habits, vehicle, port) as up:
            await up.until_phase(FlightPhase.MISSION)
            await asyncio.sleep(0.3)
            assert up.link.state is not None
            assert up.link.state.mission_point is None
            up.link.follow(wished)
            await up.until(lambda: up.link.state is not None and up.link.state.mission_point == 0)


SCENARIOS = {
    f"{story.__name__} {habits.autopilot}": (story, habits)
    for story in (
        what_it_held_comes_back_with_the_line,
        what_a_dead_process_left_is_cleared,
        nothing_is_cleared_in_the_air,
        the_next_process_tells_the_points_of_what_it_says_is_flown,
    )
    for habits in BOTH
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, BaseException | None]:
    """All at the same time: the file takes as long as its longest story."""

    async def all_of_them() -> list[BaseException | None]:
        told = (story(habits) for story, habits in SCENARIOS.values())
        return await asyncio.gather(*told, return_exceptions=True)

    return dict(zip(SCENARIOS, asyncio.run(all_of_them()), strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_broken_off(name: str, outcomes: dict[str, BaseException | None]) -> None:
    outcome = outcomes[name]
    if outcome is not None:
        raise outcome
