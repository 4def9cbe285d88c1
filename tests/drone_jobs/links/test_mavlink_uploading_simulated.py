"""Uploads to the simulated autopilots with the ways of PX4, ArduPilot and a bad line."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from mavlink_flight import GROUND_M, HOME, TERRAIN, aircraft_of, mission

from drone_jobs.heights import HeightDesk
from drone_jobs.links.link import LinkRefused
from drone_jobs.links.mavlink.items import (
    MissionItem,
    MissionKind,
    fence_items,
    mission_items,
)
from drone_jobs.links.mavlink.patience import Patience
from drone_jobs.links.mavlink.read_back import read_back_differences
from drone_jobs.links.mavlink.uploading import Uploading
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.clock import SystemClock
from models.mission import Autopilot

QUICK = Patience(first_s=0.2, item_s=0.02, quiet_s=1.0, space_s=0.3)
DESK = HeightDesk(TERRAIN, GROUND_M)


def hurried(quirks: Quirks) -> Habits:
    """The same ways, with shorter waits."""
    return replace(habits_of(quirks), ask_again_s=0.03, stall_s=1.0, early_no_space_s=0.0)


def items_of(autopilot: Autopilot, points: int) -> tuple[MissionItem, ...]:
    return mission_items(mission(autopilot, points=points, step_deg=1e-5), DESK, autopilot)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def heard(habits: Habits) -> AsyncIterator[tuple[Uploading, SimulatedVehicle]]:
    port = free_port()
    vehicle = SimulatedVehicle(
        f"udpout:127.0.0.1:{port}",
        aircraft_of(habits.autopilot),
        HOME,
        quirks=habits,
        terrain=TERRAIN,
        random=random.Random(3),
    )
    async with MavlinkWire(f"udpin:127.0.0.1:{port}", clock=SystemClock()) as wire, vehicle:
        await wire.find()
        yield Uploading(wire, clock=SystemClock(), patience=QUICK), vehicle


def holds(
    vehicle: SimulatedVehicle,
    kind: MissionKind,
    items: tuple[MissionItem, ...],
    autopilot: Autopilot,
) -> bool:
    """Whether the vehicle's own list, read from its inside, means the items."""
    told = tuple(
        MissionItem(
            frame=each.frame,
            command=each.command,
            params=each.params,
            x_e7=each.x_e7,
            y_e7=each.y_e7,
            z=each.z,
        )
        for each in vehicle.craft.plans.lists[int(kind)]
    )
    return not read_back_differences(items, told, kind, autopilot)


@pytest.mark.parametrize("quirks", [Quirks.PX4, Quirks.ARDUPILOT])
def test_every_autopilot_takes_it(quirks: Quirks) -> None:
    habits = hurried(quirks)
    items, fence = items_of(habits.autopilot, 4), fence_items(mission(habits.autopilot))

    async def run() -> None:
        async with heard(habits) as (uploading, vehicle):
            found = await uploading.upload(items, fence, ())
            assert found.items == len(items)
            assert bool(found.mission_key) is habits.has_ids
            assert holds(vehicle, MissionKind.MISSION, items, habits.autopilot)
            assert holds(vehicle, MissionKind.FENCE, fence, habits.autopilot)

    asyncio.run(run())


def test_ardupilot_has_no_space_right_after_its_start() -> None:
    habits = replace(hurried(Quirks.ARDUPILOT), early_no_space_s=0.7)
    items = items_of(Autopilot.ARDUPILOT, 4)

    async def run() -> None:
        async with heard(habits) as (uploading, vehicle):
            assert (await uploading.upload(items, (), ())).repeats >= 1
            assert holds(vehicle, MissionKind.MISSION, items, habits.autopilot)

    asyncio.run(run())


def test_200_items_through_a_line_that_loses_a_fifth() -> None:
    items = items_of(Autopilot.PX4, 198)
    assert len(items) >= 200

    async def run() -> None:
        async with heard(hurried(Quirks.LOSSY)) as (uploading, vehicle):
            found = await uploading.upload(items, (), ())
            assert (found.items, found.repeats > 20) == (len(items), True)
            assert holds(vehicle, MissionKind.MISSION, items, Autopilot.PX4)

    asyncio.run(run())


@pytest.mark.parametrize("quirks", [Quirks.PX4, Quirks.ARDUPILOT])
def test_a_refused_upload_leaves_the_old_mission(quirks: Quirks) -> None:
    habits = hurried(quirks)
    old, new = items_of(habits.autopilot, 2), items_of(habits.autopilot, 30)
    fence = fence_items(mission(habits.autopilot))

    async def run() -> None:
        async with heard(habits) as (uploading, vehicle):
            await uploading.upload(old, fence, ())
            vehicle.faults.refuse_item = len(old) + 5
            with pytest.raises(LinkRefused) as caught:
                await uploading.upload(new, (), ())
            assert caught.value.code == "link_refused"
            assert not uploading.unsettled
            assert holds(vehicle, MissionKind.MISSION, old, habits.autopilot)
            assert holds(vehicle, MissionKind.FENCE, fence, habits.autopilot)

    asyncio.run(run())


@pytest.mark.parametrize("quirks", [Quirks.PX4, Quirks.ARDUPILOT])
def test_what_is_refused_again_is_cleared_or_old(quirks: Quirks) -> None:
    """Never a mix: an early item is refused every time, also when the old one is given back."""
    habits = hurried(quirks)
    old, new = items_of(habits.autopilot, 5), items_of(habits.autopilot, 9)

    async def run() -> None:
        async with heard(habits) as (uploading, vehicle):
            await uploading.upload(old, (), ())
            vehicle.faults.refuse_item = 4
            with pytest.raises(LinkRefused):
                await uploading.upload(tuple(replace(item, z=item.z + 9.0) for item in new), (), ())
            is_old = holds(vehicle, MissionKind.MISSION, old, habits.autopilot)
            assert is_old or holds(vehicle, MissionKind.MISSION, (), habits.autopilot)
            assert is_old is (quirks is Quirks.PX4)

    asyncio.run(run())
