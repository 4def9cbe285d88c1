"""People who look at cameras while a reader reads them: a wall of stills, and live views."""

import asyncio
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from camera_gateway.video.live import LiveViews
from camera_gateway.video.tap import VideoTap
from camera_gateway.video.wall import WallStills
from models.clock import SystemClock

__all__ = ["Lookers"]

TICK_S = 2.0
WIDTH_PX = 320


class Lookers:
    """Looks as a browser's page does.

    Args:
        wall: cameras that a wall shows.
        live: cameras each of which somebody watches.
    """

    def __init__(self, wall: Sequence[VideoTap], live: Sequence[VideoTap]) -> None:
        self._clock = SystemClock()
        self._wall_of = wall
        self._stills = WallStills(self._clock)
        self._views = LiveViews(self._clock, len(live), len(live))
        self._tasks = [asyncio.create_task(self._watch(tap)) for tap in live]
        if wall:
            self._tasks.append(asyncio.create_task(self._look()))
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._made = self._bytes = 0
        self._late_s: list[float] = []
        self._seen: dict[VideoTap, object] = {}

    def told(self) -> dict[str, Any]:
        """What was seen."""
        return {"stills": self._made, "late_s": self._late_s, "live_bytes": self._bytes}

    async def _look(self) -> None:
        while True:
            for tap in self._wall_of:
                self._stills.want(tap, WIDTH_PX)
                still = self._stills.newest(tap, WIDTH_PX)
                if still is not None and still is not self._seen.get(tap):
                    self._seen[tap] = still
                    self._made += 1
            await asyncio.sleep(TICK_S)

    async def _watch(self, tap: VideoTap) -> None:
        with self._views.watch(tap) as viewer:
            while True:
                for piece in await viewer.pieces(1.0):
                    self._bytes += len(piece.data)
                    self._late_s.append((self._clock.now() - _made(piece.data)).total_seconds())


def _made(fragment: bytes) -> datetime:
    """When the first picture was made, as the fragment itself tells."""
    (ntp,) = struct.unpack_from(">Q", fragment, 16)
    return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=ntp / 2**32)
