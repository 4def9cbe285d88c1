"""Uploads over loopback against a vehicle of the guide: old, new or nothing, never a mix."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from mavlink_peer import Row, UdpVehicle, VehicleModel, row_of
from mission_rig import desk, sample
from pymavlink.dialects.v20 import common

from drone_jobs.links.link import LinkLost, LinkRefused, Upload
from drone_jobs.links.mavlink.items import (
    MissionItem,
    MissionKind,
    fence_items,
    mission_items,
    rally_items,
)
from drone_jobs.links.mavlink.patience import Patience
from drone_jobs.links.mavlink.uploading import Uploading, upload
from drone_jobs.links.mavlink.wire import MavlinkWire
from models.clock import SystemClock
from models.errors import InputRefused
from models.mission import Autopilot

QUICK = Patience(
    first_s=0.15, item_s=0.01, quiet_s=0.4, repeats=4, space_s=0.05, stalled_s=2.0, attempts=5
)
PX4 = common.MAV_AUTOPILOT_PX4
ARDUPILOT = common.MAV_AUTOPILOT_ARDUPILOTMEGA
MISSION = mission_items(sample(), desk(), Autopilot.PX4)
FENCE = fence_items(sample())
RALLY = rally_items(sample(), desk())
OLD = [row_of(replace(item, z=item.z + 7.0)) for item in MISSION[:4]]
OLD_FENCE = [row_of(replace(item, x_e7=item.x_e7 - 500)) for item in FENCE[:4]]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def flown(
    model: VehicleModel, *, autopilot: int = PX4, loss: float = 0.0, opaque_id: int = 0
) -> AsyncIterator[tuple[MavlinkWire, UdpVehicle]]:
    model.retry_s = min(model.retry_s, 0.02)
    port = free_port()
    vehicle = UdpVehicle(model, autopilot=autopilot, loss=loss, opaque_id=opaque_id)
    url = f"udpin:127.0.0.1:{port}"
    async with MavlinkWire(url, clock=SystemClock(), heard_within_s=0.6) as wire:
        await vehicle.open(port)
        try:
            await wire.find()
            yield wire, vehicle
        finally:
            await vehicle.close()


def told(rows: Iterable[Row]) -> list[list[str]]:
    """Rows as text: NaN equals NaN, and the 32 bits of what travelled are enough."""
    return [[f"{value:.4f}" for value in row] for row in rows]


def same(held: list[Row], items: tuple[MissionItem, ...]) -> bool:
    return told(held) == told(row_of(item) for item in items)


def is_old(model: VehicleModel) -> bool:
    return all(told(model.held[kind]) == told(rows) for kind, rows in old().items())


def is_unsettled(uploading: Uploading) -> bool:
    return uploading.unsettled


async def whole(wire: MavlinkWire) -> Upload:
    return await upload(wire, MISSION, FENCE, RALLY, clock=SystemClock(), patience=QUICK)


def old() -> dict[int, list[Row]]:
    return {0: list(OLD), 1: list(OLD_FENCE), 2: []}


def test_a_mission_with_its_fence() -> None:
    async def run() -> None:
        model = VehicleModel(old())
        async with flown(model, opaque_id=77) as (wire, vehicle):
            found = await whole(wire)
            assert (found.mission_key, found.items) == ("77", len(MISSION))
            assert found.took_s < 5.0
            assert same(model.held[0], MISSION)
            assert same(model.held[1], FENCE)
            assert same(model.held[2], RALLY)
            assert model.uploads == [1, 2, 0]  # the fence is there before the mission
            vehicle.heard.clear()
            assert (await whole(wire)).mission_key == "77"
            assert model.uploads == [1, 2, 0, 0]  # what is there already is not sent again

    asyncio.run(run())


def test_200_items_at_20_percent_loss_both_ways() -> None:
    dice = random.Random(5)
    many = tuple(
        replace(
            MISSION[3],
            x_e7=dice.randrange(289_000_000, 290_000_000),
            y_e7=dice.randrange(1_065_000_000, 1_066_000_000),
        )
        for _ in range(200)
    )

    async def run() -> None:
        model = VehicleModel(old(), retries=8)
        async with flown(model, loss=0.2) as (wire, _):
            found = await upload(wire, many, FENCE, RALLY, clock=SystemClock(), patience=QUICK)
            assert found.items == 200
            assert found.repeats > 20
            assert found.mission_key == ""
            assert same(model.held[0], many)

    asyncio.run(run())


def test_a_refused_upload_gives_back_what_was_held() -> None:
    """Reports ardupilot#138, #3338: the autopilot writes over what it held, then refuses."""

    items = mission_items(sample(Autopilot.ARDUPILOT), desk(), Autopilot.ARDUPILOT)
    before = [row_of(replace(item, z=item.z + 7.0)) for item in items[:4]]

    async def run() -> None:
        held = {**old(), 0: list(before)}
        model = VehicleModel(held, in_place=True, refuses=(0, 5, common.MAV_MISSION_ERROR))
        async with flown(model, autopilot=ARDUPILOT) as (wire, _):
            with pytest.raises(LinkRefused, match="after item 5: ERROR") as caught:
                await upload(wire, items, FENCE, RALLY, clock=SystemClock(), patience=QUICK)
            assert caught.value.code == "link_refused"
            assert told(model.held[0]) == told(before)
            assert told(model.held[1]) == told(OLD_FENCE)
            assert model.held[2] == []

    asyncio.run(run())


def test_what_cannot_be_given_back_is_cleared() -> None:
    async def run() -> None:
        model = VehicleModel(old(), in_place=True, refuses=(0, 2, common.MAV_MISSION_ERROR))
        async with flown(model) as (wire, _):
            with pytest.raises(LinkRefused):
                await whole(wire)
            assert model.held[0] == []
            assert model.held[1] == OLD_FENCE

    asyncio.run(run())


def test_a_mission_is_not_kept_without_its_fence() -> None:
    """The old fence is refused as well now: the old mission goes too."""

    async def run() -> None:
        model = VehicleModel(old(), in_place=True, refuses=(1, 3, common.MAV_MISSION_NO_SPACE))
        async with flown(model) as (wire, _):
            with pytest.raises(LinkRefused, match="fence after item 3: NO_SPACE"):
                await whole(wire)
            assert model.held == {0: [], 1: [], 2: []}

    asyncio.run(run())


def test_an_acknowledgement_without_the_mission_is_not_believed() -> None:
    """Report PX4#28738: a late double of the last item is acknowledged, and nothing is kept."""

    async def run() -> None:
        model = VehicleModel(old())
        async with flown(model) as (wire, _):
            model.forgets = True
            with pytest.raises(LinkRefused) as caught:
                await upload(
                    wire, MISSION, tuple(FENCE[:4]), (), clock=SystemClock(), patience=QUICK
                )
            assert caught.value.code == "link_read_back"
            assert told(model.held[0]) == told(OLD)

    asyncio.run(run())


def test_a_height_that_is_changed_is_no_success() -> None:
    """Report MAVSDK#1745: another mission than the one that was sent is called a success."""
    at = next(seq for seq, item in enumerate(MISSION) if seq > 4 and item.command == 16)

    async def run() -> None:
        model = VehicleModel(old())
        async with flown(model) as (wire, _):
            model.changes = lambda _kind, seq, row: (*row[:-1], row[-1] + (seq == at))
            with pytest.raises(LinkRefused, match=f"item {at}: height") as caught:
                await upload(wire, MISSION, FENCE[:4], (), clock=SystemClock(), patience=QUICK)
            assert caught.value.code == "link_read_back"
            assert told(model.held[0]) == told(OLD)

    asyncio.run(run())


def test_an_upload_right_after_the_start_is_tried_again() -> None:
    async def run() -> None:
        model = VehicleModel(old(), full=3)
        async with flown(model) as (wire, _):
            await whole(wire)
            assert same(model.held[0], MISSION)

    asyncio.run(run())


def test_an_aircraft_without_a_fence_does_not_get_one() -> None:
    async def run() -> None:
        model = VehicleModel(old(), knows=(0,))
        async with flown(model) as (wire, _):
            with pytest.raises(LinkRefused) as caught:
                await whole(wire)
            assert caught.value.code == "link_no_fence"
            assert model.uploads == []
            await upload(wire, MISSION, (), (), clock=SystemClock(), patience=QUICK)
            assert same(model.held[0], MISSION)

    asyncio.run(run())


@pytest.mark.parametrize("at", [1, 6])
def test_a_line_that_breaks_is_settled_when_it_is_back(at: int) -> None:
    async def run() -> None:
        model = VehicleModel(old(), in_place=True, retries=2)
        async with flown(model) as (wire, vehicle):
            uploading = Uploading(wire, clock=SystemClock(), patience=QUICK)
            vehicle.dies_at = lambda message: (
                message.get_type() == "MISSION_ITEM_INT"
                and message.mission_type == 0
                and message.seq == at
            )
            with pytest.raises(LinkLost):
                await uploading.upload(MISSION, FENCE, RALLY)
            assert is_unsettled(uploading)
            assert told(model.held[0]) != told(OLD)
            vehicle.dies_at, vehicle.deaf = lambda _: False, False
            await uploading.settle()
            assert not is_unsettled(uploading)
            assert is_old(model)

    asyncio.run(run())


def test_the_next_upload_settles_first() -> None:
    async def run() -> None:
        model = VehicleModel(old(), in_place=True, retries=2)
        async with flown(model) as (wire, vehicle):
            uploading = Uploading(wire, clock=SystemClock(), patience=QUICK)
            vehicle.dies_at = lambda message: message.get_type() == "MISSION_ITEM_INT"
            with pytest.raises(LinkLost):
                await uploading.upload(MISSION, FENCE, RALLY)
            vehicle.dies_at, vehicle.deaf = lambda _: False, False
            model.refuses, model.refuses_from = (0, 5, common.MAV_MISSION_ERROR), 0
            with pytest.raises(LinkRefused):
                await uploading.upload(MISSION, FENCE, RALLY)
            assert is_old(model)
            model.refuses = None
            await uploading.upload(MISSION, FENCE, RALLY)
            assert same(model.held[0], MISSION)

    asyncio.run(run())


def test_what_it_takes_neither_way_is_told_and_stays_unsettled() -> None:
    async def run() -> None:
        model = VehicleModel(old(), in_place=True)
        async with flown(model) as (wire, _):
            uploading = Uploading(wire, clock=SystemClock(), patience=QUICK)
            model.changes = lambda kind, _seq, row: (*row[:-1], row[-1] + 5.0) if kind == 1 else row
            model.clears = False
            with pytest.raises(LinkLost) as caught:
                await uploading.upload(MISSION, FENCE, RALLY)
            assert caught.value.code == "link_unsettled"
            assert is_unsettled(uploading)

    asyncio.run(run())


def test_bad_items_are_not_sent() -> None:
    async def run() -> None:
        async with flown(VehicleModel(old())) as (wire, vehicle):
            bad = (*MISSION[:-1], replace(MISSION[2], x_e7=950_000_000))
            for mission, fence in ((bad, FENCE), ((), FENCE), (MISSION, FENCE[:2])):
                with pytest.raises(InputRefused):
                    await upload(wire, mission, fence, (), clock=SystemClock())
            assert not [each for each in vehicle.heard if "MISSION" in each.get_type()]

    asyncio.run(run())


def test_a_mission_list_that_is_not_told_is_refused() -> None:
    async def run() -> None:
        async with flown(VehicleModel(old(), knows=(1, 2))) as (wire, _):
            with pytest.raises(LinkRefused, match="UNSUPPORTED"):
                await whole(wire)
            with pytest.raises(LinkRefused, match="mission"):
                await Uploading(wire, clock=SystemClock(), patience=QUICK).read(MissionKind.MISSION)

    asyncio.run(run())


def test_a_wire_that_is_closed_ends_an_upload() -> None:
    async def run() -> None:
        model = VehicleModel(old())
        async with flown(model) as (wire, vehicle):
            vehicle.loss = 1.0
            uploading = Uploading(wire, clock=SystemClock())
            task = asyncio.create_task(uploading.upload(MISSION, FENCE, RALLY))
            await asyncio.sleep(0.05)
            await wire.close()
            with pytest.raises(LinkLost, match="closed"):
                await asyncio.wait_for(task, 2.0)

    asyncio.run(run())


def test_a_result_that_there_is_not_is_told_by_its_number() -> None:
    async def run() -> None:
        model = VehicleModel(old(), refuses=(0, 1, 99))
        async with flown(model) as (wire, _):
            with pytest.raises(LinkRefused, match="result 99"):
                await whole(wire)

    asyncio.run(run())
