"""A bureau with an aircraft that flies and sends pictures, a watch that reads them, and the truth.

The aircraft is simulated and flies by its mission over UDP; its pictures are coded videos with a
white patch, sent by GStreamer over RTSP or RTMP.
"""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from api_rig import build_api
from coded_video import write_annex_b
from imagery_rig import WhiteDetector
from mavlink_flight import TERRAIN
from mavlink_flight import mission as mission_to
from room_rig import Office, lawful, office
from rtsp_rig import PYTHON

from api.context import Context
from api.drone_live.book import LiveBook, LiveMode, LiveOrder, LiveState, LiveStatus
from api.drone_live.desk import LiveDesk
from api.imagery.service import shelf_of
from geo.locate import Locator
from models.flight import Run, RunState
from models.mission import Action, ActionKind, Autopilot
from models.units import ImageBGR

__all__ = [
    "FOV_DEG",
    "PITCH_DEG",
    "SIZE_PX",
    "Live",
    "free_port",
    "live",
    "patch_units",
    "patch_video",
    "pushing",
]

SIZE_PX = (640, 480)
FOV_DEG = 60.0
PITCH_DEG = -60.0
RATE_HZ = 12.5
_PUSH = Path(__file__).with_name("rtmp_push.py")


def picture(*centres: tuple[int, int]) -> ImageBGR:
    """Grey with grain, and white patches of 24 pixels."""
    grain = np.random.default_rng(5).integers(50, 90, (SIZE_PX[1], SIZE_PX[0], 1))
    image = np.broadcast_to(grain, (SIZE_PX[1], SIZE_PX[0], 3)).astype(np.uint8)
    for x, y in centres:
        image[y - 12 : y + 12, x - 12 : x + 12] = 255
    return image


@cache
def patch_units(*centres: tuple[int, int]) -> tuple[bytes, ...]:
    """Coded pictures of it, a key frame each second."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = SIZE_PX
    encoder.pix_fmt, encoder.thread_count = "yuv420p", 1
    encoder.framerate, encoder.time_base = Fraction(25), Fraction(1, 25)
    words = "keyint=12:min-keyint=12:scenecut=0:bframes=0:repeat-headers=1:aud=1"
    encoder.options = {"preset": "ultrafast", "x264-params": words, "crf": "20"}
    out: list[bytes] = []
    base = picture(*centres)
    for index in range(48):
        image = base.copy()
        image[:8, (index * 12) % 600 : (index * 12) % 600 + 24] = 120  # no two pictures alike
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts = index
        out += [bytes(packet) for packet in encoder.encode(frame)]
    return (*out, *(bytes(packet) for packet in encoder.encode(None)))


def patch_video(folder: Path, *centres: tuple[int, int]) -> str:
    """A file with white patches there, as the servers want it."""
    return write_annex_b(folder, f"patch{len(centres)}.h264", patch_units(*centres))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def pushing(address: str, video: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Whoever pushes by RTMP, until the block ends."""
    with subprocess.Popen([PYTHON, _PUSH, address, video, str(RATE_HZ), *more]) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Live:
    """The office, and its live pictures."""

    office: Office
    context: Context
    desk: LiveDesk
    detector: WhiteDetector
    backlog: list[int]

    @property
    def status(self) -> LiveStatus:
        """Of the one aircraft."""
        return self.context.lives.status_of("quad")

    def is_in(self, state: LiveState) -> bool:
        """Whether its stream is so now."""
        return self.status.state is state

    def order(self, mode: LiveMode) -> None:
        """A person's word, without an end."""
        self.context.lives.order("quad", LiveOrder(mode, None, "li"))

    async def until(self, holds: Any, within_s: float = 60.0) -> None:  # noqa: ANN401
        await self.office.until(holds, within_s)

    async def in_the_air(self) -> Run:
        """A flight that a person released, on its way with its camera down."""
        flown = lawful(mission_to(Autopilot.PX4, points=4, step_deg=0.002))
        down = Action(ActionKind.GIMBAL, PITCH_DEG)
        points = tuple(replace(point, actions=(down,)) for point in flown.points)
        run = self.office.by_hand(
            self.office.sweep("quad", mission=replace(flown, points=points)), "quad"
        )
        await self.until(lambda: self.office.is_in(run.run_id, RunState.FLYING))
        await self.until(lambda: self.pitch_deg < PITCH_DEG + 1.0)
        return run

    @property
    def pitch_deg(self) -> float:
        """Of the gimbal, as the link tells it."""
        state = self.office.room.states()["quad"]
        return 0.0 if state is None or state.gimbal_pitch_deg is None else state.gimbal_pitch_deg


@asynccontextmanager
async def live(folder: Path, **rule: Any) -> AsyncIterator[Live]:  # noqa: ANN401
    """All of it at work with these fields of the link; the aircraft stands at home."""
    link = {"aircraft": "quad", "kind": "simulated", "speedup": 4.0, **rule}
    async with office(folder, [link], speed=1.0) as made:
        made.aircraft("quad")
        made.weather()
        (folder / "api").mkdir()
        base = build_api(folder / "api").context
        context = replace(
            base,
            clock=made.clock,
            store=made.store,
            settings=made.settings,
            terrain=TERRAIN,
            locator=Locator(TERRAIN),
            flights=made.room,
            lives=LiveBook.of(["quad"]),
        )
        detector, backlog = WhiteDetector(), [0]
        desk = LiveDesk(context, shelf_of(folder), detector, lambda: backlog[0])
        made.clock.begin()
        tasks = [asyncio.create_task(made.room.run()), asyncio.create_task(desk.run())]
        try:
            yield Live(made, context, desk, detector, backlog)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            base.store.close()
