"""One contender, in a process of its own so that its processor time is its own.

``reader.py gateway URL... --every S --seconds S`` reads all of them through gateways and the bus;
``reader.py cv2 URL --seconds S`` reads one as OpenCV does; ``reader.py record URL... --turns N``
reads through gateways and records every other turn. Says ``ready``, waits for a line, then
measures and prints JSON.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_OPENING_S = 60.0
JUDGES = 2  # as the watch has


def cpu_s() -> float:
    """Processor seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def start() -> tuple[float, float]:
    """Say that all is ready and wait for the word; processor and wall seconds then."""
    print("ready", flush=True)
    sys.stdin.readline()
    return cpu_s(), time.monotonic()


def tell(began: tuple[float, float], **more: object) -> None:
    """Print what was used since."""
    print(
        json.dumps(
            {
                "cpu_s": cpu_s() - began[0],
                "wall_s": time.monotonic() - began[1],
                "resident_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                **more,
            }
        ),
        flush=True,
    )


def read_with_opencv(url: str, seconds: float) -> None:
    """``VideoCapture.read`` in a loop, which decodes and converts every frame."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    import cv2  # noqa: PLC0415

    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    if not capture.read()[0]:
        sys.exit(f"OpenCV cannot read {url}")
    began = start()
    frames = 0
    while time.monotonic() - began[1] < seconds:
        frames += bool(capture.read()[0])
    tell(began, frames=frames)
    os._exit(0)


async def read_with_gateways(
    urls: list[str], every_s: float, seconds: float, *, wall: int = 0, live: int = 0
) -> None:
    """Gateways as the watch runs them, into a bus that somebody empties."""
    from benchmarks.live.cameras import gateways  # noqa: PLC0415
    from benchmarks.live.lookers import Lookers  # noqa: PLC0415
    from camera_gateway.bus import MemoryBus  # noqa: PLC0415
    from camera_gateway.video.tap import TapBook  # noqa: PLC0415
    from models.clock import SystemClock  # noqa: PLC0415

    bus = MemoryBus(SystemClock(), max_age_s=30.0)
    taps = TapBook()
    running = gateways(urls, every_s, bus, ThreadPoolExecutor(JUDGES), taps)
    tasks = []
    for gateway in running:
        tasks.append(asyncio.create_task(gateway.run()))
        await asyncio.sleep(0.02)
    came: dict[str, list[float]] = {}

    async def empty(until_s: float, everyone: int) -> None:
        while time.monotonic() < until_s and len(came) < everyone:
            for frame in await bus.pull(16, 0.25):
                came.setdefault(frame.camera_id, []).append(time.monotonic())

    await empty(time.monotonic() + LONGEST_OPENING_S, len(urls))
    if len(came) < len(urls):
        silent = f"{len(urls) - len(came)} of {len(urls)} cameras sent nothing"
        print(f"{silent} in {LONGEST_OPENING_S:g} s", file=sys.stderr, flush=True)
        os._exit(1)  # as below: a hundred readers are at work
    watched = [taps.of(f"bench-{number}") for number in range(len(urls))]
    lookers = Lookers(watched[:wall], watched[:live])
    await empty(time.monotonic() + every_s, sys.maxsize)
    waiting = asyncio.create_task(empty(time.monotonic() + 3600.0, sys.maxsize))
    began = await asyncio.to_thread(start)
    waiting.cancel()
    await asyncio.wait([waiting])
    last = {camera_id: times[-1] for camera_id, times in came.items()}
    came.clear()
    lookers.begin()
    began = (cpu_s(), time.monotonic())
    await empty(began[1] + seconds, sys.maxsize)
    ended_s = time.monotonic()
    gaps = []
    for camera_id, before_s in last.items():
        times = [before_s, *came.get(camera_id, [])]
        gaps += [after - before for before, after in pairwise(times)]
        # A camera that has been silent since is no better than one that came back just now.
        if ended_s - times[-1] > every_s:
            gaps.append(ended_s - times[-1])
    states = Counter(gateway.status().state.value for gateway in running)
    refused: Counter[str] = Counter()
    for gateway in running:
        refused.update(gateway.status().frames_dropped)
    tell(
        began,
        frames=sum(len(times) for times in came.values()),
        gaps=gaps,
        states=states,
        refused=refused,
        superseded={key: dict(counts) for key, counts in bus.drops().items()},
        looked=lookers.told(),
        reconnects=sum(gateway.status().reconnects for gateway in running),
    )
    os._exit(0)  # a hundred connections need not be closed one by one


async def read_and_record(urls: list[str], every_s: float, seconds: float, turns: int) -> None:
    """Gateways, with a recorder and without by turns."""
    from benchmarks.live.recording import read_by_turns  # noqa: PLC0415

    told = await read_by_turns(urls, every_s, turns, seconds=seconds, cpu_s=cpu_s, start=start)
    print(json.dumps(told), flush=True)
    os._exit(0)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["gateway", "cv2", "record"])
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--every", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--cores", type=int, default=0)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--wall", type=int, default=0, help="cameras that a wall shows")
    parser.add_argument("--live", type=int, default=0, help="cameras that are watched live")
    asked = parser.parse_args()
    if asked.cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.cores])
    if asked.what == "cv2":
        read_with_opencv(asked.urls[0], asked.seconds)
    elif asked.what == "record":
        asyncio.run(read_and_record(asked.urls, asked.every, asked.seconds, asked.turns))
    else:
        asyncio.run(
            read_with_gateways(
                asked.urls, asked.every, asked.seconds, wall=asked.wall, live=asked.live
            )
        )
