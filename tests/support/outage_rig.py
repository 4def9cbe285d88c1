"""A gateway as the watch runs it, a real server in front of it, and what may happen to that server.

Used by the tests of ``tests/servers`` and by ``./run bench outages``.
"""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np
from http_camera import HttpCamera, HttpWish
from rtsp_rig import RtspServer, Wish

from api.cameras.running import gateway_of
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.ring import FrameRing
from camera_gateway.status import GatewayState, GatewayStatus
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.frame import Frame
from models.site import Camera, CameraKind, HeightDatum, Position

__all__ = [
    "EVERY_S",
    "FAULTS",
    "SECRET",
    "BlackHole",
    "Fault",
    "Outcome",
    "Rig",
    "Stranger",
    "Watched",
    "play",
    "rig_of",
    "setup_of",
    "watched",
]

EVERY_S = 1.0
"""Wanted cadence, and the gap between key frames of the streams."""

SECRET = Credential("admin", "right-horse")
FIRST_S = 20.0
Server = RtspServer | HttpCamera


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens, and what a monitor must then be told.

    Attributes:
        name: of the switch, or ``kill``, ``freeze``, ``black_hole``, ``stranger``.
        state: that the camera must come to.
        within_s: how long that may take: twice the time-out.
        codes: of which its trouble must be one; empty where it has none.
    """

    name: str
    state: GatewayState
    within_s: float
    codes: frozenset[str] = frozenset()


def _fault(name: str, state: GatewayState, within_s: float, *codes: str) -> Fault:
    return Fault(name, state, within_s, frozenset(codes))


_LIVE, _DEGRADED, _LOST = GatewayState.LIVE, GatewayState.DEGRADED, GatewayState.LOST
FAULTS: dict[Adapter, tuple[Fault, ...]] = {
    # Time-outs: 4 s of silence, 8 s to open; a damaged key frame is told when it comes.
    Adapter.RTSP: (
        _fault("kill", _LOST, 2.0, "stream_ended", "connection_refused"),
        _fault("black_hole", _LOST, 2.0, "stream_ended", "connection_refused", "no_answer"),
        _fault("stranger", _LOST, 2.0, "stream_ended", "connection_refused", "no_answer"),
        _fault("freeze", _LOST, 8.0, "stream_silent"),
        _fault("stall?s=9999", _LOST, 8.0, "stream_silent"),
        _fault("garbage?p=1", _DEGRADED, 2.0 * EVERY_S, "corrupt"),
        _fault("other", _LIVE, 2.0 * EVERY_S),
        _fault("back?s=5", _LIVE, 2.0 * EVERY_S),
    ),
    # Time-outs: 8 s between two bytes, 10 s between two pictures; damage is told in its turn.
    Adapter.MJPEG: (
        _fault("kill", _LOST, 2.0, "camera_broke_off", "camera_ended", "camera_unreachable"),
        _fault("black_hole", _LOST, 2.0, "camera_broke_off", "camera_ended", "camera_unreachable"),
        _fault("stranger", _LOST, 2.0, "camera_broke_off", "camera_ended", "camera_unreachable"),
        _fault("freeze", _LOST, 16.0, "camera_stalled"),
        _fault("stall", _LOST, 16.0, "camera_stalled"),
        _fault("trickle", _LOST, 20.0, "camera_stalled"),
        _fault("cut", _DEGRADED, 2.0 * EVERY_S, "corrupt"),
        _fault("garbage", _DEGRADED, 2.0 * EVERY_S, "corrupt"),
        _fault("page", _LOST, 2.0, "camera_no_picture", "camera_ended"),
        _fault("busy", _LOST, 2.0, "camera_answer", "camera_ended"),
        _fault("bare", _LIVE, 2.0 * EVERY_S),
        _fault("type", _LIVE, 2.0 * EVERY_S),
        _fault("other", _LIVE, 2.0 * EVERY_S),
    ),
    # Time-outs: 8 s between two bytes, 20 s for a picture; a damaged one is told in its turn.
    Adapter.SNAPSHOT: (
        _fault("kill", _LOST, 2.0 * EVERY_S, "camera_unreachable", "camera_broke_off"),
        _fault("black_hole", _LOST, 10.0, "camera_silent", "camera_unreachable"),
        _fault("stranger", _LOST, 2.0 * EVERY_S, "camera_unreachable", "camera_broke_off"),
        _fault("freeze", _LOST, 16.0, "camera_silent", "camera_stalled"),
        _fault("stall", _LOST, 16.0, "camera_silent", "camera_stalled"),
        _fault("trickle", _LOST, 40.0, "camera_silent", "camera_stalled"),
        _fault("cut", _DEGRADED, 2.0 * EVERY_S, "corrupt"),
        _fault("garbage", _DEGRADED, 2.0 * EVERY_S, "corrupt"),
        _fault("page", _DEGRADED, 2.0 * EVERY_S, "camera_no_picture"),
        _fault("busy", _LOST, 2.0 * EVERY_S, "camera_answer"),
        _fault("type", _LIVE, 2.0 * EVERY_S),
        _fault("other", _LIVE, 2.0 * EVERY_S),
        _fault("back", _LIVE, 2.0 * EVERY_S),
    ),
}


class BlackHole:
    """A port on which everything vanishes: its backlog is full, so nobody answers a knock."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._socket.listen(0)
        self.port = int(self._socket.getsockname()[1])
        self._fillers: list[socket.socket] = []
        for _ in range(4):
            filler = socket.socket()
            filler.settimeout(0.0)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)

    def close(self) -> None:
        """Let the port go."""
        for each in (*self._fillers, self._socket):
            each.close()


class Stranger:
    """Another service on the camera's port: it greets, in a language of its own, and hangs up."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self._socket.accept()
            except OSError:
                return
            with guest, suppress(OSError):
                guest.settimeout(1.0)
                guest.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                guest.recv(4096)

    def close(self) -> None:
        """Let the port go."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@dataclass
class Rig:
    """A server and what happens to it."""

    adapter: Adapter
    server: Server
    hole: BlackHole | Stranger | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.hole is not None:
            self.hole.close()
        self.server.thaw()
        self.server.kill()

    @property
    def address(self) -> str:
        """Of the camera."""
        if isinstance(self.server, RtspServer):
            return self.server.address()
        return self.server.address(
            "/snap.jpg" if self.adapter is Adapter.SNAPSHOT else "/live.mjpg"
        )

    def begin(self, name: str) -> None:
        """Switch a fault on."""
        if name == "freeze":
            self.server.freeze()
        elif name in {"kill", "black_hole", "stranger"}:
            self.server.kill()
            if name == "black_hole":
                self.hole = BlackHole(self.server.port)
            elif name == "stranger":
                self.hole = Stranger(self.server.port)
        else:
            self.server.fault(name)

    def end(self, name: str) -> None:
        """The server is as good as before."""
        if name == "freeze":
            self.server.thaw()
        elif name in {"kill", "black_hole", "stranger"}:
            if self.hole is not None:
                self.hole.close()
                self.hole = None
            self.server.start_again()
        else:
            self.server.fault("clear")


def rig_of(adapter: Adapter, streams: list[str]) -> Rig:
    """A server for an adapter.

    Args:
        adapter: RTSP, MJPEG or snapshot.
        streams: files for RTSP, see ``Wish``.
    """
    if adapter is Adapter.RTSP:
        return Rig(adapter, RtspServer(Wish({"/cam": streams})))
    return Rig(adapter, HttpCamera(HttpWish(_pictures(320, 180), _pictures(192, 108))))


def setup_of(adapter: Adapter, address: str, credential: Credential | None = None) -> CameraSetup:
    """A camera of that address."""
    place = Position(106.65, 29.03, 900.0, HeightDatum.SEA_LEVEL)
    camera = Camera("tower-1", "一号塔", CameraKind.TOWER, place, ())
    return CameraSetup(camera, CameraLink(adapter, address, every_s=EVERY_S), credential)


@dataclass
class Watched:
    """A running gateway, and when its pictures came."""

    gateway: Gateway
    frames: list[tuple[float, Frame]] = field(default_factory=list)

    def status(self) -> GatewayStatus:
        """As the console asks for it."""
        return self.gateway.status()

    async def until(self, holds: Callable[[], bool], limit_s: float) -> float:
        """Seconds until it holds; at most a little more than the limit."""
        began_s = time.monotonic()
        while not holds() and time.monotonic() - began_s < limit_s:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return time.monotonic() - began_s


@asynccontextmanager
async def watched(setup: CameraSetup) -> AsyncIterator[Watched]:
    """Run a camera as the watch does: its gateway, a watchdog once a second, a bus that is read."""
    clock = SystemClock()
    bus = MemoryBus(clock, 30.0)
    gateway = gateway_of(
        setup, bus=bus, ring=FrameRing(2**20, 4), clock=clock, first_sequence=0, clean=str
    )
    seen = Watched(gateway)

    async def take() -> None:
        while True:
            seen.frames += [(time.monotonic(), frame) for frame in await bus.pull(4, 1.0)]

    async def check() -> None:
        while True:
            await asyncio.sleep(1.0)
            gateway.check()

    tasks = [asyncio.create_task(one) for one in (gateway.run(), take(), check())]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen.

    Attributes:
        fault: that was played.
        told_s: from its beginning to the state that was expected; a little more than its limit if
            it did not come.
        status: then.
        back_s: from its end to the next picture.
        after: state then.
        attempts: to open it anew from the fault's beginning to its end.
        picture: the first of those that came after the end, or while the fault held where it may.
    """

    fault: Fault
    told_s: float
    status: GatewayStatus
    back_s: float
    after: GatewayState
    picture: Frame | None
    attempts: int


async def play(rig: Rig, fault: Fault, *, down_s: float = 0.0) -> Outcome:
    """Let it happen to a live camera and end again.

    Args:
        rig: with a server that runs.
        fault: to be played.
        down_s: from its beginning to its end, at least.
    """
    async with watched(setup_of(rig.adapter, rig.address)) as seen:
        await seen.until(lambda: len(seen.frames) >= 4, FIRST_S)
        came = len(seen.frames)
        if came < 4:
            msg = f"no pictures before {fault.name}: {seen.status()}"
            raise RuntimeError(msg)
        await asyncio.to_thread(rig.begin, fault.name)
        began_s = time.monotonic()

        def told() -> bool:
            status = seen.status()
            if fault.state is GatewayState.LIVE:  # it goes on: a picture made since then
                return any(at_s > began_s + EVERY_S for at_s, _frame in seen.frames)
            return status.state is fault.state and status.trouble_code in fault.codes

        told_s = await seen.until(told, fault.within_s + 1.0)
        status = seen.status()
        while_it_held = seen.frames[-1][1] if seen.frames else None
        await asyncio.sleep(max(0.0, began_s + down_s - time.monotonic()))
        await asyncio.to_thread(rig.end, fault.name)
        before, attempts = len(seen.frames), seen.status().reconnects
        back_s = await seen.until(lambda: len(seen.frames) > before, 70.0)
        live = fault.state is GatewayState.LIVE
        if not live:
            await seen.until(lambda: seen.status().state is GatewayState.LIVE, 1.0)
        picture = while_it_held if live else seen.frames[-1][1]
        return Outcome(fault, told_s, status, back_s, seen.status().state, picture, attempts)


def _pictures(width: int, height: int) -> list[bytes]:
    """A hillside with a sensor's noise, never twice the same."""
    random = np.random.default_rng(3)
    rough = random.integers(30, 220, (12, 20, 3), np.uint8)
    land = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    made = []
    for _number in range(24):
        noisy = np.clip(land + random.normal(0.0, 4.0, land.shape), 0, 255).astype(np.uint8)
        made.append(cv2.imencode(".jpg", noisy)[1].tobytes())
    return made
