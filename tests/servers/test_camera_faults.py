"""Each fault of the field against a real server, told as it must be told, and over when it is over.

The servers are processes of their own: GStreamer's for streams, Python's for pictures over HTTP.
The cameras are the watch's: gateway, judge and watchdog with the limits in force.
"""

import asyncio
import gc
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_camera import HttpCamera, HttpWish
from outage_rig import (
    EVERY_S,
    FAULTS,
    SECRET,
    BlackHole,
    Fault,
    Outcome,
    Rig,
    play,
    rig_of,
    setup_of,
    watched,
)
from rtsp_rig import RtspServer, Wish

from camera_gateway.opening import opener_of
from camera_gateway.pictures import picture_size
from camera_gateway.sources.stream_reader import StreamReader
from camera_gateway.status import GatewayState
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import SystemClock
from models.errors import SourceRefused, WatchError

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]
Videos = dict[str, str]
LIVE_ADAPTERS = [Adapter.RTSP, Adapter.MJPEG, Adapter.SNAPSHOT]
SLACK_S = 2.0  # of a loaded machine; the benchmark of outages measures cameras alone
BACK_S = 3.0 + EVERY_S + SLACK_S


def streams_of(videos: Videos) -> list[str]:
    return [videos["h264"], videos["other"]]


@pytest.mark.parametrize("adapter", LIVE_ADAPTERS)
def test_every_fault_is_told_in_time_and_over_when_it_is_over(
    videos: Videos, adapter: Adapter
) -> None:
    async def one(fault: Fault) -> Outcome:
        with rig_of(adapter, streams_of(videos)) as rig:
            return await play(rig, fault, down_s=5.0)

    async def run() -> list[Outcome]:
        return await asyncio.gather(*(one(fault) for fault in FAULTS[adapter]))

    outcomes = asyncio.run(run())
    late = [(one.fault, one.told_s, one.status) for one in outcomes if not in_time(one)]
    assert not late, late
    slow = [(one.fault.name, one.back_s) for one in outcomes if one.back_s > BACK_S]
    assert not slow, slow
    for outcome in outcomes:
        assert outcome.picture is not None
        behind_s = (outcome.picture.received_at - outcome.picture.captured_at).total_seconds()
        assert abs(behind_s) < 2.5, (outcome.fault.name, outcome.picture.time_source, behind_s)
        if outcome.fault.name == "other":
            assert picture_size(outcome.picture.jpeg) == (192, 108)
        if outcome.fault.state is not GatewayState.LIVE:
            assert outcome.after is GatewayState.LIVE, outcome.fault.name


def in_time(outcome: Outcome) -> bool:
    return outcome.told_s <= outcome.fault.within_s + SLACK_S


@pytest.mark.parametrize("adapter", LIVE_ADAPTERS)
def test_a_camera_behind_a_black_hole_is_lost_in_time_and_found_when_it_comes(
    videos: Videos, adapter: Adapter
) -> None:
    async def run() -> None:
        hole = BlackHole(0)
        rtsp = adapter is Adapter.RTSP
        address = f"{'rtsp' if rtsp else 'http'}://127.0.0.1:{hole.port}"
        path = {Adapter.RTSP: "/cam", Adapter.MJPEG: "/live.mjpg"}.get(adapter, "/snap.jpg")
        async with watched(setup_of(adapter, address + path)) as seen:
            lost_s = await seen.until(lambda: seen.status().state is GatewayState.LOST, 17.0)
            assert lost_s <= (8.0 if rtsp else 5.0) * 2.0
            assert seen.status().trouble_code in {
                "no_answer",
                "camera_unreachable",
                "camera_silent",
            }
            await asyncio.sleep(1.0)
            hole.close()
            if rtsp:
                server: RtspServer | HttpCamera = RtspServer(
                    Wish({"/cam": [videos["h264"]]}, port=hole.port)
                )
            else:
                with rig_of(adapter, []) as other:
                    assert isinstance(other.server, HttpCamera)
                    pictures = other.server.pictures
                server = HttpCamera(HttpWish(pictures, port=hole.port))
            with Rig(adapter, server):
                assert await seen.until(lambda: bool(seen.frames), 20.0) <= BACK_S

    asyncio.run(run())


@pytest.mark.parametrize("adapter", LIVE_ADAPTERS)
def test_a_password_that_is_changed_at_the_camera_is_told_and_seldom_tried(
    videos: Videos, adapter: Adapter
) -> None:
    def server(password: str, port: int = 0) -> RtspServer | HttpCamera:
        if adapter is Adapter.RTSP:
            mounts = {"/cam": [videos["h264"]]}
            return RtspServer(Wish(mounts, user=SECRET.user, password=password, port=port))
        with rig_of(adapter, []) as other:
            assert isinstance(other.server, HttpCamera)
            pictures = other.server.pictures
        return HttpCamera(HttpWish(pictures, user=SECRET.user, password=password, port=port))

    async def run() -> None:
        with Rig(adapter, server(SECRET.password)) as rig:
            async with watched(setup_of(adapter, rig.address, SECRET)) as seen:
                await seen.until(lambda: len(seen.frames) >= 2, 20.0)
                assert seen.status().state is GatewayState.LIVE
                port = rig.server.port
                rig.server.kill()
                rig.server = server("another", port)

                def refused() -> bool:
                    status = seen.status()  # told first, and rested a moment later
                    told = status.trouble_code in {"credentials_refused", "camera_login"}
                    return told and status.next_attempt_at is not None

                assert await seen.until(refused, 10.0) <= 2.0 * (8.0 if rig.adapter else 5.0)
                status = seen.status()
                assert status.state is GatewayState.LOST
                assert SECRET.password not in status.trouble
                assert status.next_attempt_at is not None
                wait_s = (status.next_attempt_at - datetime.now(UTC)).total_seconds()
                assert wait_s > 120.0, "minutes, or the camera locks us out"
                attempts = status.reconnects
                await asyncio.sleep(4.0)
                assert seen.status().reconnects == attempts

    asyncio.run(run())


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def threads_now() -> int:
    """Without those of the loop's pool, which are bounded and come as they are needed."""
    return sum(not one.name.startswith("asyncio_") for one in threading.enumerate())


async def cycle(link: CameraLink, credential: Credential | None, way: int) -> None:
    """One connection: read and closed, closed while it connects, or refused."""
    source = opener_of(link, credential, SystemClock())()
    try:
        if way == 1:
            reading = asyncio.ensure_future(source.read())
            await asyncio.sleep(0.05)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        else:
            await source.read()
    except (WatchError, SourceRefused):
        pass
    finally:
        await source.close()


async def at_once(ways: list[Callable[[], Awaitable[None]]], most: int) -> None:
    room = asyncio.Semaphore(most)

    async def one(way: Callable[[], Awaitable[None]]) -> None:
        async with room:
            await way()

    await asyncio.gather(*(one(way) for way in ways))


@pytest.mark.parametrize("adapter", LIVE_ADAPTERS)
def test_two_hundred_connections_to_a_real_server_leave_nothing(
    videos: Videos, adapter: Adapter
) -> None:
    async def cycles(rig: Rig, count: int) -> None:
        good = CameraLink(adapter, rig.address, every_s=0.2)
        ways = [
            lambda way=number % 3: cycle(good, Credential("nobody", "nothing"), way)
            for number in range(count)
        ]
        await at_once(ways, 8)

    async def run() -> None:
        with rig_of(adapter, streams_of(videos)) as rig:
            await cycles(rig, 30)  # threads and caches that are made once
            gc.collect()
            threads, files, tasks = threads_now(), open_files(), len(asyncio.all_tasks())
            for number in range(5):
                await cycles(rig, 40)
                if number == 2:  # a server that dies under its clients
                    dying = asyncio.create_task(cycles(rig, 8))
                    await asyncio.sleep(0.3)
                    await asyncio.to_thread(rig.server.kill)
                    await dying
                    await asyncio.to_thread(rig.server.start_again)
            ends_s = time.monotonic() + 10.0
            while _readers() and time.monotonic() < ends_s:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            gc.collect()
            assert not _readers()
            assert threads_now() <= threads
            assert open_files() <= files + 2
            assert len(asyncio.all_tasks()) <= tasks

    asyncio.run(run())


def _readers() -> list[StreamReader]:
    return [one for one in threading.enumerate() if isinstance(one, StreamReader)]
