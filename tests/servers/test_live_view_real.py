"""Live views of real streams: what a player gets over every fault, and what is left afterwards."""

import asyncio
import gc
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import uvicorn
from api_rig import PASSWORDS, ApiRig, build_api
from coded_video import coded, write_annex_b
from mp4_rig import decoded, walk
from rtsp_rig import RtspServer, Wish

from api.app import create_app
from api.cameras.running import gateway_of
from api.live_view import stream
from camera_gateway.bus import MemoryBus
from camera_gateway.ring import FrameRing
from camera_gateway.video import live
from camera_gateway.video.live import LiveViewer, LiveViews
from camera_gateway.video.remux import Piece, VideoState
from camera_gateway.video.tap import VideoTap
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.site import Camera, CameraKind, HeightDatum, Position
from models.user import Role

pytestmark = pytest.mark.servers
Videos = dict[str, str]
PLACE = Position(106.65, 29.03, 900.0, HeightDatum.SEA_LEVEL)


@dataclass
class Tower:
    """A camera that is watched over; frames of all are on one bus.

    Attributes:
        tap: of its video.
        came_s: when its frames came to the bus.
    """

    tap: VideoTap
    came_s: list[float] = field(default_factory=list)

    @property
    def longest_gap_s(self) -> float:
        return max(b - a for a, b in pairwise(self.came_s))


@asynccontextmanager
async def towers(
    addresses: dict[str, str], *, every_s: float = 1.0
) -> AsyncIterator[dict[str, Tower]]:
    """Gateways as the watch composes them, and somebody who takes their frames."""
    clock = SystemClock()
    bus = MemoryBus(clock, 30.0)
    found = {key: Tower(VideoTap()) for key in addresses}
    tasks = []
    for key, address in addresses.items():
        camera = Camera(key, key, CameraKind.TOWER, PLACE, ())
        gateway = gateway_of(
            CameraSetup(camera, CameraLink(Adapter.RTSP, address, every_s=every_s)),
            bus=bus,
            ring=FrameRing(2**20, 2),
            clock=clock,
            first_sequence=0,
            clean=str,
            tap=found[key].tap,
        )
        tasks.append(asyncio.create_task(gateway.run()))

    async def empty() -> None:
        while True:
            for frame in await bus.pull(8, 0.5):
                found[frame.camera_id].came_s.append(time.monotonic())

    tasks.append(asyncio.create_task(empty()))
    try:
        await until(lambda: all(tower.came_s for tower in found.values()), 20.0)
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def until(true: Callable[[], bool], within_s: float) -> None:
    ends_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends_s, "it never came true"
        await asyncio.sleep(0.02)


async def seen_for(viewer: LiveViewer, seconds: float) -> list[Piece]:
    found, ends_s = [], time.monotonic() + seconds
    while time.monotonic() < ends_s:
        found += await viewer.pieces(0.2)
    return found


def by_head(pieces: list[Piece]) -> list[bytes]:
    """The films that a player gets: each a head and what belongs to it."""
    films: list[bytes] = []
    head = None
    for piece in pieces:
        if piece.head is not head:
            head = piece.head
            films.append(head.data)
        films[-1] += piece.data
    return films


def sizes_of(film: bytes) -> set[tuple[int, int]]:
    """Of its pictures; some build on nothing where the camera changes its stream amid a group."""
    return {(frame.width, frame.height) for frame in decoded(film, whole=False)}


def test_a_player_survives_whatever_happens_to_the_camera(videos: Videos) -> None:
    async def play() -> None:
        async with towers({"a": server.address()}) as found:
            views = LiveViews(SystemClock())
            with views.watch(found["a"].tap) as viewer:
                pieces = await seen_for(viewer, 3.0)
                assert pieces[0].is_key
                await asyncio.to_thread(server.fault, "back?s=5")
                pieces += await seen_for(viewer, 3.0)
                assert len(by_head(pieces)) == 1, "a clock that is set back is not seen"
                await asyncio.to_thread(server.fault, "other")
                pieces += await seen_for(viewer, 3.0)
                await asyncio.to_thread(server.kill)
                await until(lambda: viewer.state is VideoState.NO_CAMERA, 10.0)
                await asyncio.to_thread(server.start_again)
                pieces += await seen_for(viewer, 8.0)
                assert viewer.state is VideoState.PLAYING
        films = by_head(pieces)
        assert len(films) >= 3
        assert sizes_of(films[0]) == sizes_of(films[-1]) == {(320, 180)}
        assert any(sizes_of(film) == {(192, 108)} for film in films[1:])
        begins = walk(b"".join(films)).begins
        assert all(b > a for a, b in pairwise(begins)), "a player's time never goes back"

    with RtspServer(Wish({"/cam": [videos["h264"], videos["other"]]})) as server:
        asyncio.run(play())


def test_what_is_seen_live_is_the_cameras_own_picture_and_young(videos: Videos) -> None:
    async def play() -> None:
        async with towers({"a": server.address()}) as found:
            views, clock = LiveViews(SystemClock()), SystemClock()
            late_s: list[float] = []
            with views.watch(found["a"].tap) as viewer:
                while len(late_s) < 20:
                    for piece in await viewer.pieces(1.0):
                        made = walk(piece.data).made[0]
                        late_s.append((clock.now() - made).total_seconds())
            # Of a whole second of pictures the first may have waited for the key frame.
            assert sorted(late_s)[len(late_s) // 2] < 0.6

    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        asyncio.run(play())


def test_key_frames_far_apart_are_waited_for_in_words(videos: Videos) -> None:
    async def play() -> None:
        async with towers({"a": server.address()}) as found:
            views = LiveViews(SystemClock())
            with views.watch(found["a"].tap) as first:
                assert await first.pieces(1.5) == []
                assert first.state is VideoState.WAITING_KEY
                pieces = await seen_for(first, 21.0)
                assert pieces[0].is_key
                # Whoever comes now has the pictures since then at once.
                with views.watch(found["a"].tap) as second:
                    late = await second.pieces(1.0)
                    assert late[0].is_key
                    assert len(decoded(b"".join([late[0].head.data, *(p.data for p in late)]))) > 20

    with RtspServer(Wish({"/cam": [videos["long"]]})) as server:
        asyncio.run(play())


@asynccontextmanager
async def served(api: ApiRig) -> AsyncIterator[str]:
    """The application over a real connection."""
    app = create_app(api.context, console_dir=None)
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started, 5.0)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def look(client: httpx.AsyncClient, until_seen: bytes = b"mdat") -> bytes:
    """Open a live view, see its first pictures, and go away without a word."""
    data = b""
    async with client.stream("GET", "/api/cameras/t1-red/live.mp4") as answer:
        assert answer.status_code == 200
        async for part in answer.aiter_raw():
            data += part
            if until_seen in data:
                break
    return data


async def cookie_of(client: httpx.AsyncClient) -> str:
    body = {"name": "viewer", "password": PASSWORDS[Role.VIEWER]}
    assert (await client.post("/api/session", json=body)).status_code == 200
    return "; ".join(f"{key}={value}" for key, value in client.cookies.items())


def deaf(url: str, cookie: str) -> socket.socket:
    """A browser that asks for the video and then reads nothing of it."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    words = f"GET /api/cameras/t1-red/live.mp4 HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n"
    connection.sendall(words.encode())
    return connection


def test_one_who_takes_nothing_is_cut_off_and_nobody_else_notices(
    tmp_path: Path,
    gstreamer: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "STUCK_S", 2.0)
    monkeypatch.setattr(live, "TAIL_S", 1.0)
    units = coded("h264", 100, 25, size=(1280, 720), delimiters=True)
    video = write_annex_b(tmp_path, "large.h264", units)
    api = build_api(tmp_path)
    setup = api.context.store.links.get("t1-red")

    async def play() -> None:
        api.context.store.links.put(
            CameraSetup(setup.camera, CameraLink(Adapter.RTSP, server.address())), actor="t"
        )
        async with towers({"t1-red": server.address()}) as found, served(api) as url:
            api.context.taps._taps["t1-red"] = found["t1-red"].tap
            async with httpx.AsyncClient(base_url=url, timeout=20.0) as client:
                cookie = await cookie_of(client)
                with deaf(url, cookie):
                    await until(lambda: api.context.live.viewers == 1, 5.0)
                    came_s: list[float] = []
                    films = b""
                    path = "/api/cameras/t1-red/live.mp4"
                    async with client.stream("GET", path) as answer:
                        async for part in answer.aiter_raw():
                            came_s.append(time.monotonic())
                            films += part
                            if api.context.live.viewers == 1:
                                break  # the deaf one has been cut off
                            assert came_s[-1] - came_s[0] < 40.0, "it was never cut off"
                    assert max(b - a for a, b in pairwise(came_s)) < 1.5
                    assert found["t1-red"].longest_gap_s < 2.5
                await until(lambda: api.context.live.viewers == 0, 5.0)

    with RtspServer(Wish({"/cam": [video]}, rate_hz=25.0)) as server:
        asyncio.run(play())
    api.context.store.close()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_mib() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.timeout(240)
def test_opened_and_closed_a_hundred_times_nothing_is_left_and_the_others_go_on(
    videos: Videos, tmp_path: Path
) -> None:
    api = build_api(tmp_path)
    setup = api.context.store.links.get("t1-red")

    async def play() -> None:
        link = CameraLink(Adapter.RTSP, server.address())
        api.context.store.links.put(CameraSetup(setup.camera, link), actor="t")
        addresses = {"t1-red": server.address(), "other": server.address("/two")}
        async with towers(addresses) as found, served(api) as url:
            api.context.taps._taps["t1-red"] = found["t1-red"].tap
            async with httpx.AsyncClient(base_url=url, timeout=10.0) as client:
                await cookie_of(client)
                for _ in range(10):
                    assert b"moov" in await look(client)
                threads, files, memory = threading.active_count(), open_files(), resident_mib()
                for tower in found.values():
                    tower.came_s.clear()
                for _ in range(100):
                    await look(client)
                await until(lambda: not found["t1-red"].tap.is_heard, 3.0)
                assert api.context.live.watched == 0
                assert threading.active_count() <= threads
                assert open_files() <= files + 2
                assert resident_mib() - memory < 8.0
                for tower in found.values():
                    assert len(tower.came_s) > 20
                    assert tower.longest_gap_s < 2.0  # a picture a second, a key frame each half

    wish = Wish({"/cam": [videos["h264"]], "/two": [videos["h264"]]}, rate_hz=50.0)
    with RtspServer(wish) as server:
        asyncio.run(play())
    api.context.store.close()
