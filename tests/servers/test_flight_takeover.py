"""Two watches on one database: the one that leads is killed in the air, the other one follows."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from subprocess import Popen

import pytest
from mavlink_flight import GROUND_M, HOME, TERRAIN
from mavlink_flight import mission as mission_to
from room_process import linked
from room_rig import MORNING, Office, SharedClock, lawful, office, running
from vehicle_rig import free_port

from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.flight import FINAL, FlightPhase, RunReason, RunState
from models.mission import Autopilot, LostLink, Mission
from models.store.leases import FLIGHTS

pytestmark = pytest.mark.servers

SPEED = 6.0
SUPPORT = Path(__file__).parents[1] / "support"


def far() -> Mission:
    """Two kilometres out and back, which is flown on without a link."""
    wished = mission_to(
        Autopilot.PX4, step_deg=0.0045, points=4, lost_link=LostLink.CONTINUE, circles=()
    )
    return lawful(wished)


@contextmanager
def leading(folder: Path, port: int, clock: SharedClock) -> Iterator[Popen[bytes]]:
    """Another watch, killed at the latest when the context is left."""
    told = [str(folder), str(port), repr(clock.began_s), str(SPEED)]
    paths = os.pathsep.join([str(SUPPORT), str(SUPPORT.parents[1])])
    other = Popen(  # noqa: S603 -- ours
        [sys.executable, str(SUPPORT / "room_process.py"), *told],
        env={**os.environ, "PYTHONPATH": paths},
    )
    try:
        yield other
    finally:
        other.kill()
        other.wait(20)


def points_of(made: Office, run_id: int) -> set[int | None]:
    return {state.mission_point for state in made.store.tracks.of(run_id)}


async def killed_in_the_air(made: Office, port: int, run_id: int, other: Popen[bytes]) -> None:
    """Kill the other watch, which leads and flies; until this one follows."""
    await made.until(lambda: "quad" in made.room.links.faults, 20.0)
    assert str(port) in made.room.links.faults["quad"]
    await made.until(lambda: 0 in points_of(made, run_id), 60.0)
    assert not made.room.desk.leads
    first = made.store.leases.newest(FLIGHTS)
    assert first is not None
    other.send_signal(signal.SIGKILL)
    other.wait(20)
    assert made.is_in(run_id, RunState.FLYING)
    await made.until(lambda: made.room.desk.leads, 60.0)
    second = made.store.leases.newest(FLIGHTS)
    assert second is not None
    assert second.fence > first.fence

    def is_followed() -> bool:
        state = made.room.states()["quad"]
        return state is not None and state.phase is FlightPhase.MISSION

    await made.until(is_followed, 40.0)
    assert made.is_in(run_id, RunState.FLYING)


@pytest.mark.timeout(300)
def test_the_leader_dies_in_the_air(tmp_path: Path) -> None:
    async def day() -> None:
        port = free_port()
        clock = SharedClock(MORNING, SPEED, time.monotonic())
        async with office(tmp_path, [linked(port)], clock=clock) as made:
            aircraft = made.aircraft("quad")
            vehicle = SimulatedVehicle(
                f"udpout:127.0.0.1:{port}", aircraft, HOME, terrain=TERRAIN, clock=clock
            )
            made.weather()
            run_id = made.by_hand(made.sweep("quad", mission=far()), "quad").run_id
            async with vehicle:
                with leading(tmp_path, port, clock) as other:
                    await made.until(lambda: made.is_in(run_id, RunState.FLYING), 120.0)
                    async with running(made):
                        await killed_in_the_air(made, port, run_id, other)
                        await made.until(lambda: made.is_in(run_id, *FINAL), 150.0)
                assert not vehicle.craft.pilot.is_airborne
                assert vehicle.craft.pilot.body.above_sea_m == pytest.approx(GROUND_M, abs=1.0)
            ended = made.store.runs.get(run_id)
            assert (ended.state, ended.reason) == (RunState.LANDED, RunReason.NONE)
            assert [step.state for step in ended.steps].count(RunState.STARTING) == 1
            assert made.store.leases.newest(FLIGHTS) is None  # given up in peace
            track = made.store.tracks.of(run_id)
            apart_s = [(after.at - before.at).total_seconds() for before, after in pairwise(track)]
            # What the dead one had not written, its lease, and the looks of the other one.
            assert max(apart_s) < 10.0 + 60.0 + 15.0 + 10.0 + 20.0
            assert points_of(made, run_id) >= {0, 3}

    asyncio.run(day())
