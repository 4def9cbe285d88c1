"""A patrol runs beside its camera's gateway, and follows what is configured, that camera alone."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
from patrol_rig import START, HeadTurner, setup_of
from ptz_sim import head_of
from ptz_world import Head, Target

from api.cameras.running import CameraBook, fleet_of, forget_view
from camera_gateway.bus import MemoryBus
from camera_gateway.fleet import Fleet
from camera_gateway.gateway import Gateway
from camera_gateway.patrol import PatrolDesk, patrol_of
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from camera_gateway.source import RawFrame
from camera_gateway.status import GatewayState
from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.patrol import Tour, TourStop
from models.store import Store

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0)}


class HeadSource:
    """Pictures of a head, while the clock goes on."""

    def __init__(self, head: Head, clock: ManualClock, many: int) -> None:
        self.head, self.clock, self.left = head, clock, many

    async def read(self) -> RawFrame:
        if self.left == 0:
            raise SourceEnded("enough")
        self.left -= 1
        await self.clock.sleep(1.0)
        self.head.advance(self.clock.monotonic_s())
        small = self.head.picture()
        jpeg = bytes(cv2.imencode(".jpg", small)[1].tobytes())
        return RawFrame(jpeg, self.clock.now(), TimeSource.RECEIPT, FrameMode.VISIBLE,
                        Provenance.LIVE, small=small)  # fmt: skip

    async def close(self) -> None:
        pass


def test_a_gateway_takes_its_round_along_and_shows_what_it_does_not_score() -> None:
    clock = ManualClock(START)
    head, setup = head_of(TARGETS), setup_of(TARGETS, every_s=1.0)
    assert setup.patrol is not None
    desk, turner = PatrolDesk(None, clock), HeadTurner(head)
    bus, ring = MemoryBus(clock, 1e9), FrameRing(2**24, 500)
    parts = patrol_of(
        setup,
        setup.patrol,
        desk=desk,
        clock=clock,
        random=lambda: 0.5,
        zone=ZoneInfo("Asia/Shanghai"),
        turner=turner,
    )
    gateway = Gateway(
        setup.camera, 0, lambda: HeadSource(head, clock, 200), bus=bus, ring=ring, clock=clock,
        random=lambda: 0.5, judge=parts.judge, beside=parts.round.run,
    )  # fmt: skip
    asyncio.run(gateway.run())
    status = gateway.status()
    assert status.state is GatewayState.ENDED
    assert status.frames_dropped["moving"] > 10
    assert status.frames_published + status.frames_dropped["moving"] == status.frames_received
    frames = ring.recent("north", 500)
    assert [one.sequence for one in frames] == list(range(len(frames)))
    assert {one.preset for one in frames} == {0, 1}
    assert turner.closed  # with its gateway
    assert desk.status("north") is None


def test_a_change_of_a_tour_restarts_its_camera_alone(tmp_path: Path) -> None:
    clock = ManualClock(START)
    south = setup_of(TARGETS)
    south = replace(south, camera=replace(south.camera, camera_id="south"))
    with closing(Store.open(f"sqlite:///{tmp_path / 'f.db'}", clock=clock)) as store:
        store.links.put_all([setup_of(TARGETS), south], actor="t")
        desk = PatrolDesk(store, clock)
        fleet = fleet_of(
            store, CameraBook({}), bus=MemoryBus(clock, 30.0), ring=FrameRing(1000, 1), clock=clock,
            secrets=SecretFilter(), fixed={}, views=tmp_path / "views", patrols=desk,
        )  # fmt: skip
        before = made(fleet)
        assert all(one._beside is not None for one in before.values())
        setup = store.links.get("north")
        assert setup.patrol is not None
        other = replace(setup.patrol, tours=(Tour("other", (TourStop(1, 9.0),)),))
        store.links.put_patrol("north", other, actor="t")
        plans = fleet._plans()
        assert plans["north"] != setup
        assert plans["south"] == store.links.get("south")
        # A camera that no longer patrols is looked at as one that stands still.
        store.links.put_patrol("north", None, actor="t")
        still = made(fleet)
        assert still["north"]._beside is None
        assert still["south"]._beside is not None


def made(fleet: Fleet[CameraSetup]) -> dict[str, Gateway]:
    return {key: fleet._make(plan, 0) for key, plan in fleet._plans().items()}


def test_all_views_of_a_camera_are_forgotten_and_of_no_other(tmp_path: Path) -> None:
    for name in ("north+0", "north+12", "north", "north-2", "north-2+0"):
        (tmp_path / f"{name}.npz").write_bytes(b"x")
    assert forget_view(tmp_path, "north")
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["north-2", "north-2+0"]
    assert not forget_view(tmp_path, "north")
