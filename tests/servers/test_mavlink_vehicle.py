"""Our uploads taken by MAVSDK's own vehicle, and read back."""

import asyncio
import socket
from dataclasses import replace

import pytest
from mavsdk_vehicle_rig import mavsdk_vehicle
from mission_rig import desk, sample

from drone_jobs.links.link import Upload
from drone_jobs.links.mavlink.items import (
    MissionItem,
    MissionKind,
    fence_items,
    mission_items,
    rally_items,
)
from drone_jobs.links.mavlink.patience import Patience
from drone_jobs.links.mavlink.read_back import read_back_differences
from drone_jobs.links.mavlink.uploading import Uploading
from drone_jobs.links.mavlink.wire import MavlinkWire
from models.clock import SystemClock
from models.mission import Autopilot

pytestmark = pytest.mark.servers

MISSION = mission_items(sample(), desk(), Autopilot.PX4)
FENCE = fence_items(sample())
RALLY = rally_items(sample(), desk())


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def many() -> tuple[MissionItem, ...]:
    return (
        MISSION[0],
        *(replace(MISSION[2], x_e7=MISSION[2].x_e7 + 1000 * at) for at in range(199)),
    )


@pytest.mark.parametrize("items", [MISSION, many()], ids=["sweep", "200 items"])
def test_mavsdk_takes_what_we_upload(items: tuple[MissionItem, ...]) -> None:
    port = free_port()

    async def run() -> tuple[Upload, list[str]]:
        async with MavlinkWire(f"udpin:127.0.0.1:{port}", clock=SystemClock()) as wire:
            await wire.find(20.0)
            uploading = Uploading(wire, clock=SystemClock(), patience=Patience())
            found = await uploading.upload(items, FENCE, RALLY)
            told = []
            for kind, sent in (
                (MissionKind.MISSION, items),
                (MissionKind.FENCE, FENCE),
                (MissionKind.RALLY, RALLY),
            ):
                read = await uploading.read(kind)
                assert read is not None
                told += read_back_differences(sent, read.items, kind, None)
            return found, told

    with mavsdk_vehicle(port) as vehicle:
        found, told = asyncio.run(run())
        assert vehicle.came.wait(5.0)
    assert told == []
    assert found.items == len(items)
    theirs = vehicle.missions[-1]
    assert len(theirs) == len(items)
    for ours, their in zip(items, theirs, strict=True):
        assert their[:2] == (ours.command, ours.frame)
        assert their[6:8] == (ours.x_e7, ours.y_e7)
        assert their[8] == pytest.approx(ours.z, abs=0.01)
        assert their[2:6] == pytest.approx(ours.params, rel=1e-6, nan_ok=True)
