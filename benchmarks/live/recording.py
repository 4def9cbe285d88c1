"""What recording costs: the same connections in the same process, with and without, by turns."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.live.cameras import gateways
from camera_gateway.bus import MemoryBus
from camera_gateway.recording.recorder import Recorder
from camera_gateway.recording.rules import RecorderRules
from camera_gateway.vault import EvidenceVault
from camera_gateway.video.tap import TapBook
from models.clock import SystemClock
from models.store import Store

__all__ = ["read_by_turns"]

SETTLE_S = 1.0
JUDGES = 2


def resident_mib() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class _Turn:
    """A recorder for some seconds, on all taps."""

    def __init__(self, folder: Path, taps: TapBook, cameras: Sequence[str]) -> None:
        clock = SystemClock()
        self._store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=clock)
        vault = EvidenceVault(folder / "evidence")
        self.recorder = Recorder(self._store, vault, folder / "ring", RecorderRules(), clock)
        for camera_id in cameras:
            self.recorder.listen(camera_id, taps.of(camera_id))
        self.recorder.start()

    def end(self) -> None:
        self.recorder.stop()
        self._store.close()


async def read_by_turns(
    urls: list[str],
    every_s: float,
    turns: int,
    *,
    seconds: float,
    cpu_s: Callable[[], float],
    start: Callable[[], object],
) -> dict[str, Any]:
    """Read all, record every other turn.

    Args:
        urls: one a camera.
        every_s: between two pictures.
        turns: even.
        seconds: of a turn.
        cpu_s: processor seconds of this process.
        start: called when pictures come; returns when it may begin.

    Returns:
        ``cpu``: share of a core of every turn, without and with by turns; ``resident_mib`` likewise
        at its end; ``pieces`` and ``bytes`` that were written; ``dropped`` and ``skipped``.
    """
    bus, taps = MemoryBus(SystemClock(), max_age_s=30.0), TapBook()
    running = gateways(urls, every_s, bus, ThreadPoolExecutor(JUDGES), taps)
    tasks = [asyncio.create_task(gateway.run()) for gateway in running]
    cameras = [f"bench-{number}" for number in range(len(urls))]
    came: set[str] = set()
    told: dict[str, Any] = {"cpu": [], "resident_mib": []}
    counts = dict.fromkeys(("pieces", "bytes", "dropped", "skipped", "failures"), 0)

    async def empty(for_s: float) -> None:
        until_s = time.monotonic() + for_s
        while time.monotonic() < until_s:
            came.update(frame.camera_id for frame in await bus.pull(16, 0.25))

    while len(came) < len(urls):
        await empty(0.5)
    await asyncio.to_thread(start)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for number in range(turns):
            turn = None
            if number % 2:
                place = Path(folder) / str(number)
                place.mkdir()
                turn = await asyncio.to_thread(_Turn, place, taps, cameras)
            await empty(SETTLE_S + every_s)
            began = cpu_s(), time.monotonic()
            await empty(seconds)
            told["cpu"].append((cpu_s() - began[0]) / (time.monotonic() - began[1]))
            told["resident_mib"].append(resident_mib())
            if turn is not None:
                await asyncio.to_thread(turn.end)
                facts = turn.recorder.facts()
                counts["pieces"] += turn.recorder.shelf.count
                counts["bytes"] += facts.ring_bytes
                counts["dropped"] += facts.dropped
                counts["skipped"] += facts.skipped
                counts["failures"] += facts.failures
    for task in tasks:
        task.cancel()
    return told | counts
