"""RTSP from GStreamer's server while something breaks: noticed in time, nothing wrong handed on."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from coded_video import coded
from rtsp_rig import RtspServer, Wish
from stream_rig import LIMITS, level_error, loss_of, now_s, source_of
from tiny_rtsp import Script, TinyRtsp

from camera_gateway.pictures import decode_jpeg
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.stream_open import StreamLimits
from camera_gateway.sources.stream_reader import StreamReader
from models.camera_link import Adapter, CameraLink, Transport
from models.clock import SystemClock
from models.errors import FrameCorrupt, SourceUnavailable

pytestmark = pytest.mark.servers
Videos = dict[str, str]


async def loss_after(
    server: RtspServer, fault: Callable[[], object], transport: Transport, limits: StreamLimits
) -> tuple[SourceUnavailable, float]:
    """What is said, and how long after the fault."""
    source = source_of(server, transport=transport, limits=limits)
    await source.read()
    await asyncio.to_thread(fault)
    began_s = now_s()
    lost = await loss_of(source)
    return lost, now_s() - began_s


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize(
    ("fault", "code"),
    [("kill", "stream_ended"), ("stall", "stream_silent"), ("freeze", "stream_silent")],
)
def test_a_loss_is_noticed_within_twice_its_time_out(
    videos: Videos, fault: str, code: str, transport: Transport
) -> None:
    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        faults: dict[str, Callable[[], object]] = {
            "kill": server.kill,  # the connection is closed
            "stall": lambda: server.fault("stall?s=60"),  # RTCP and keep-alive go on
            "freeze": server.freeze,  # nothing answers and nothing is closed
        }
        lost, after_s = asyncio.run(loss_after(server, faults[fault], transport, LIMITS))
        server.thaw()
    assert lost.code == code
    assert after_s < (1.0 if fault == "kill" else 2 * LIMITS.read_s + 0.5)


def test_with_the_limits_in_force_it_takes_eight_seconds(videos: Videos) -> None:
    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        lost, after_s = asyncio.run(
            loss_after(server, server.freeze, Transport.TCP, StreamLimits())
        )
        server.thaw()
    assert lost.code == "stream_silent"
    assert after_s < 2 * StreamLimits().read_s + 0.5


def test_closing_does_not_wait_for_a_frozen_server(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        server.freeze()
        await asyncio.sleep(0.5)
        began_s = now_s()
        await source.close()
        assert now_s() - began_s < 1.0
        assert source.is_blocked
        (left,) = [one for one in threading.enumerate() if isinstance(one, StreamReader)]
        await asyncio.to_thread(left.join, 10.0)
        assert now_s() - began_s < 2 * LIMITS.read_s + 1.0
        assert not source.is_blocked

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())
        server.thaw()


def test_a_short_stall_is_no_loss(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        await asyncio.to_thread(server.fault, "stall?s=1")
        for _ in range(4):
            await source.read()
        await source.close()

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_damage_is_told_and_only_whole_pictures_are_handed_on(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server, every_s=0.5)
        await source.read()
        await asyncio.to_thread(server.fault, "garbage?p=0.9")
        told, ends_s = 0, now_s() + 8.0
        while now_s() < ends_s and told < 3:
            try:
                await source.read()
            except FrameCorrupt:
                told += 1
        assert told >= 1
        await asyncio.to_thread(server.fault, "clear")
        # What is on its way is damaged still, on a busy machine for more than a key frame.
        whole, ends_s = 0, now_s() + 15.0
        while now_s() < ends_s and whole < 5:
            with suppress(FrameCorrupt):
                whole = whole + 1 if level_error(await source.read()) < 3.0 else 0
        assert source.facts().corrupt_share > 0.0
        assert whole == 5
        await source.close()

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_another_size_is_followed(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        await asyncio.to_thread(server.fault, "other")
        shape, ends_s = (), now_s() + 6.0
        while shape != (108, 192, 3) and now_s() < ends_s:
            with suppress(FrameCorrupt):
                shape = decode_jpeg((await source.read()).jpeg, "test").shape
        assert shape == (108, 192, 3)
        assert source.facts().size_changes == 1
        await source.close()

    with RtspServer(Wish({"/cam": [videos["h264"], videos["other"]]})) as server:
        asyncio.run(play())


def test_times_that_jump_back_change_no_capture_time(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        for _ in range(6):
            await source.read()
        await asyncio.to_thread(server.fault, "back?s=4")
        seen = []
        for _ in range(6):
            frame = await source.read()
            seen.append((frame, (datetime.now(UTC) - frame.captured_at).total_seconds()))
        assert source.facts().jumps_back >= 1
        # What the sender's clock says is 4 s off until its next report, and is not believed.
        assert max(abs(behind_s) for _, behind_s in seen) < 2.5
        await source.close()

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_a_picture_that_stands_still_is_the_same_byte_for_byte(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        await asyncio.to_thread(server.fault, "hold?s=20")
        await source.read()
        held = [(await source.read()).jpeg for _ in range(3)]
        assert len(set(held)) == 1  # so whoever compares pictures sees it
        await source.close()

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_the_server_sees_its_clients_leave(videos: Videos) -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        assert server.fault("count") == "1"
        await source.close()
        ends_s = now_s() + 3.0
        while server.fault("count") != "0" and now_s() < ends_s:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert server.fault("count") == "0"

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_two_hundred_connections_leave_no_thread_and_no_descriptor() -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    async def cycles(count: int, server: TinyRtsp) -> None:
        link = CameraLink(Adapter.RTSP, server.address, every_s=0.05)
        for number in range(count):
            source = RtspSource(link, None, SystemClock(), limits=LIMITS)
            if number % 3 == 0:
                await source.read()
                await source.close()
            else:
                await loss_of(source)

    script = Script(coded(frames=30, gop=10), rate_hz=1000.0, told_hz=25.0, then="end")
    with TinyRtsp(script) as server:
        asyncio.run(cycles(6, server))
        threads, files = threading.active_count(), open_files()
        memory = _resident_mib()
        asyncio.run(cycles(200, server))
        # The server's own threads may still be hanging up.
        assert threading.active_count() <= threads + 2
        assert not [one for one in threading.enumerate() if isinstance(one, StreamReader)]
        assert open_files() <= files + 4
        assert _resident_mib() - memory < 40.0


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
