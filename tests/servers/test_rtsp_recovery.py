"""A camera that comes back is back on the screen within three seconds and one group of pictures."""

import asyncio

import pytest
from rtsp_rig import RtspServer, Wish
from stream_rig import now_s

from api.cameras.running import gateway_of
from camera_gateway.bus import MemoryBus
from camera_gateway.ring import FrameRing
from camera_gateway.status import GatewayState
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.site import Camera, CameraKind, HeightDatum, Position

pytestmark = pytest.mark.servers
Videos = dict[str, str]
GOP_S = 1.0
DOWN_S = 5.0


def setup_of(server: RtspServer, credential: Credential | None = None) -> CameraSetup:
    camera = Camera(
        "tower-1",
        "一号塔",
        CameraKind.TOWER,
        Position(106.65, 29.03, 900.0, HeightDatum.SEA_LEVEL),
        (),
    )
    return CameraSetup(camera, CameraLink(Adapter.RTSP, server.address(), every_s=1.0), credential)


@pytest.mark.parametrize(("how", "codec"), [("kill", "h264"), ("freeze", "h264"), ("kill", "h265")])
def test_pictures_come_again_within_three_seconds_and_a_group(
    videos: Videos, how: str, codec: str
) -> None:
    async def play() -> None:
        clock = SystemClock()
        bus = MemoryBus(clock, 30.0)
        gateway = gateway_of(
            setup_of(server),
            bus=bus,
            ring=FrameRing(2**20, 4),
            clock=clock,
            first_sequence=0,
            clean=str,
        )
        running = asyncio.create_task(gateway.run())
        try:
            assert await bus.pull(1, 15.0)
            await asyncio.to_thread(server.kill if how == "kill" else server.freeze)
            fault_s = now_s()
            while gateway.status().state is not GatewayState.LOST:
                await bus.pull(1, 0.1)
                assert now_s() - fault_s < 12.0
            # A frozen server is noticed after twice four seconds of silence.
            assert now_s() - fault_s < (2.0 if how == "kill" else 9.0)
            await asyncio.sleep(max(0.0, fault_s + DOWN_S - now_s()))
            await asyncio.to_thread(server.start_again if how == "kill" else server.thaw)
            back_s = now_s()
            while not await bus.pull(1, 0.1):
                assert now_s() - back_s < 15.0
            assert now_s() - back_s < 3.0 + GOP_S + 0.5  # the half second is this machine's
            assert gateway.status().state is GatewayState.LIVE
        finally:
            running.cancel()
            await asyncio.wait([running])

    with RtspServer(Wish({"/cam": [videos[codec]]})) as server:
        asyncio.run(play())


def test_a_refused_camera_is_asked_once_and_not_again(videos: Videos) -> None:
    async def play() -> None:
        clock = SystemClock()
        gateway = gateway_of(
            setup_of(server, Credential("admin", "not-this-one")),
            bus=MemoryBus(clock, 30.0),
            ring=FrameRing(2**20, 4),
            clock=clock,
            first_sequence=0,
            clean=str,
        )
        running = asyncio.create_task(gateway.run())
        await asyncio.sleep(6.0)
        status = gateway.status()
        running.cancel()
        await asyncio.wait([running])
        assert status.state is GatewayState.LOST
        assert status.reconnects == 0  # the next attempt is minutes away
        assert "not-this-one" not in status.trouble
        assert "user and password" in status.trouble

    wish = Wish({"/cam": [videos["h264"]]}, user="admin", password="right")
    with RtspServer(wish) as server:
        asyncio.run(play())
