"""A camera that turns, in a process of its own: toured, taken over, refused, in real time.

Every picture says when it was made, and the camera where it then really looked.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from camera_process import CameraProcess
from patrol_rig import setup_of
from ptz_world import Target

from api.cameras.running import CameraBook, fleet_of
from camera_gateway.bus import MemoryBus
from camera_gateway.patrol import PatrolDesk, PatrolPhase
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.frame import Frame
from models.patrol import Mover, Patrol, PoseTrust
from models.store import Store
from models.watching import GapCause

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

SCRIPT = Path(__file__).parents[1] / "support" / "ptz_sim.py"
TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, 2.0)}
USER, PASSWORD = "admin", "p@ss#w/o:rd?1%林"
PATHS = {Adapter.SNAPSHOT: "snap.jpg", Adapter.MJPEG: "stream.mjpg"}
EVERY_S = 0.5
OF_ONE_MOMENT_S = 0.25


@dataclass
class House:
    """The watch's side.

    Attributes:
        desk: of the patrols.
        store: behind it.
        frames: as they came over the bus.
    """

    desk: PatrolDesk
    store: Store
    gateways: object
    frames: list[Frame] = field(default_factory=list)


def camera_process() -> CameraProcess:
    places = {str(number): [one.azimuth_deg, one.tilt_deg] for number, one in TARGETS.items()}
    wish = {"targets": places, "password": PASSWORD, "head": {"speed_deg_s": 40.0}}
    return CameraProcess([sys.executable, SCRIPT], wish)


def setup(port: int, adapter: Adapter) -> CameraSetup:
    plain = setup_of(TARGETS, dwell_s=4.0)
    site = f"http://127.0.0.1:{port}"
    assert plain.patrol is not None
    mover = Mover(f"{site}/onvif/device_service", "", plain.patrol.mover.tokens)
    return replace(
        plain,
        link=CameraLink(adapter, f"{site}/{PATHS[adapter]}", every_s=EVERY_S),
        credential=Credential(USER, PASSWORD),
        patrol=Patrol(mover, plain.patrol.tours),
    )


@asynccontextmanager
async def house(store: Store, folder: Path) -> AsyncIterator[House]:
    clock = SystemClock()
    bus = MemoryBus(clock, 30.0)
    desk = PatrolDesk(store, clock)
    fleet = fleet_of(
        store, CameraBook({}), bus=bus, ring=FrameRing(2**20, 4), clock=clock,
        secrets=SecretFilter(), fixed={}, views=folder / "views", patrols=desk,
    )  # fmt: skip
    found = House(desk, store, fleet.gateways)

    async def take() -> None:
        while True:
            found.frames.extend(await bus.pull(8, 0.5))

    tasks = [asyncio.create_task(one) for one in (desk.run(), fleet.run(), take())]
    try:
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def until(true: Callable[[], bool], within_s: float) -> None:
    ends_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends_s, "it never came true"
        await asyncio.sleep(0.1)


def truth_of(camera: CameraProcess) -> list[tuple[float, list[float]]]:
    url = f"http://127.0.0.1:{camera.port}/truth"
    with urllib.request.urlopen(url, timeout=10) as answer:
        told = json.load(answer)
    return [(at_s, look) for at_s, look in told["truth"]]


def off_deg(frame: Frame, truth: list[tuple[float, list[float]]]) -> float:
    """The least distance from where the camera looked in any picture of that moment."""
    assert frame.pose is not None
    at_s = frame.captured_at.timestamp()
    near = [look for made_s, look in truth if abs(made_s - at_s) <= OF_ONE_MOMENT_S]
    assert near, "the camera made no such picture"
    return min(
        max(abs((look[0] - frame.pose.azimuth_deg + 180.0) % 360.0 - 180.0),
            abs(look[1] - frame.pose.tilt_deg))
        for look in near
    )  # fmt: skip


def since(house: House, moment: datetime) -> list[Frame]:
    return [frame for frame in house.frames if frame.captured_at >= moment]


@pytest.mark.parametrize("adapter", list(PATHS))
def test_a_real_camera_is_toured_taken_over_and_lost(tmp_path: Path, adapter: Adapter) -> None:
    clock = SystemClock()

    async def run(camera: CameraProcess, store: Store) -> None:
        store.links.put_all([setup(camera.port, adapter)], actor="admin")
        async with house(store, tmp_path) as here:
            await until(lambda: both_verified(here.frames[-40:]), 100.0)
            # Somebody takes it over: nothing of it is scored, and it is still seen.
            store.patrols.take("north", "li", timedelta(seconds=6))
            here.desk.nudge()
            await until(lambda: phase(here) is PatrolPhase.STEERED, 5.0)
            taken_at = clock.now()
            await here.desk.steer("north", "li", pan=0.2)
            await asyncio.sleep(4.0)
            assert since(here, taken_at + timedelta(seconds=0.5)) == []
            still = here.gateways["north"].status()  # type: ignore[index]
            assert clock.now() - still.captured_at < timedelta(seconds=2.0)
            assert still.state == "live"
            assert still.frames_dropped["steered"] > 0
            # Its time is over, and the tour returns by itself.
            await until(lambda: both_verified(since(here, taken_at)), 40.0)
            # It takes no more commands; its pictures still show where it looks.
            camera.fault("fault?refuses=1")
            await until(lambda: phase(here) is PatrolPhase.UNREACHED, 30.0)
            refused_at = clock.now()
            await until(lambda: len(since(here, refused_at)) >= 4, 20.0)
            camera.fault("fault?refuses=0")
            await until(lambda: phase(here) is PatrolPhase.WATCHING, 60.0)
            truth = truth_of(camera)
            verified = [one for one in here.frames if one.pose_trust is PoseTrust.VERIFIED]
            assert max(off_deg(frame, truth) for frame in verified) < 1.2
        gaps = store.patrols.gaps(taken_at - timedelta(hours=1), clock.now())
        assert [gap.who for gap in gaps if gap.cause is GapCause.OPERATOR] == ["li"]
        assert all(gap.until_at is not None for gap in gaps if gap.cause is GapCause.OPERATOR)
        visits = store.patrols.visits(taken_at - timedelta(hours=1), clock.now())
        assert {one.preset for one in visits if one.trust is PoseTrust.VERIFIED} == {0, 1}

    def phase(here: House) -> PatrolPhase | None:
        status = here.desk.status("north")
        return None if status is None else status.phase

    def both_verified(frames: list[Frame]) -> bool:
        return {one.preset for one in frames if one.pose_trust is PoseTrust.VERIFIED} == {0, 1}

    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    with closing(store), camera_process() as camera:
        asyncio.run(run(camera, store))
