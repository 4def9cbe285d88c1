"""The seam between cameras and the detector: frames go in by camera, batches come out.

Live, a camera that is faster than the detector would build up a backlog and everybody would look at
the past. So the bus keeps one frame per camera, the newest; what it displaces is counted by reason.
In a replay nothing may be lost: the publisher waits instead.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from models.clock import Clock
from models.errors import SourceEnded
from models.frame import Frame

__all__ = ["FrameBus", "MemoryBus"]


class FrameBus(Protocol):
    """Takes frames from gateways, hands them to detectors."""

    async def publish(self, frame: Frame) -> None:
        """Hand in a frame; after ``close`` it is dropped as ``closed``."""

    async def pull(
        self, max_frames: int, max_wait_s: float, *, linger_s: float = 0.0
    ) -> list[Frame]:
        """Take what is there, at most one frame of each camera, longest waiting camera first.

        Args:
            max_frames: at least 1.
            max_wait_s: how long to wait for the first frame; 0 does not wait.
            linger_s: how long the longest waiting camera may wait for others to join it; neither
                one that is dead nor one that is faster than this holds a batch up for longer. Not
                used where publishers wait.

        Returns:
            Nothing when no frame came in time.

        Raises:
            SourceEnded: the bus is closed and empty.
        """

    def drops(self) -> Mapping[str, Mapping[str, int]]:
        """Frames that were never pulled: camera, then reason, then count, since start."""

    def held(self) -> int:
        """Frames handed in and neither pulled nor dropped so far."""

    def backlog(self) -> int:
        """Frames that grow older while they wait: those held, or none where publishers wait."""

    async def close(self) -> None:
        """Take no more frames; what is held can still be pulled."""


@dataclass(frozen=True, slots=True)
class _Held:
    frame: Frame
    since_s: float


class MemoryBus:
    """A bus inside one process and one event loop.

    Args:
        clock: measures ages and waits.
        max_age_s: a frame that has waited longer is dropped when its turn comes, as ``stale``;
            not used when lossless.
        lossless: the publisher waits until its camera's last frame has been pulled, instead of
            replacing it as ``superseded``.
    """

    def __init__(self, clock: Clock, max_age_s: float, *, lossless: bool = False) -> None:
        self._clock = clock
        self._max_age_s = max_age_s
        self._lossless = lossless
        self._slots: dict[str, _Held] = {}
        # Cameras with a held frame, longest waiting first, and since when each has been waiting:
        # a newer frame of the same camera is fresher, but the camera's turn stays as old as it is.
        self._turns: dict[str, float] = {}
        self._drops: dict[str, Counter[str]] = {}
        self._publishing: dict[str, asyncio.Lock] = {}
        self._changed = asyncio.Condition()
        self._closed = False

    async def publish(self, frame: Frame) -> None:
        """Hand in a frame; see :class:`FrameBus`."""
        camera_id = frame.camera_id
        # The lock is fair, so several waiting publishers of one camera keep their order.
        async with self._publishing.setdefault(camera_id, asyncio.Lock()), self._changed:
            if self._lossless:
                await self._changed.wait_for(lambda: self._closed or camera_id not in self._slots)
            if self._closed:
                self._drop(camera_id, "closed")
                return
            if camera_id in self._slots:
                self._drop(camera_id, "superseded")
            now_s = self._clock.monotonic_s()
            self._turns.setdefault(camera_id, now_s)
            self._slots[camera_id] = _Held(frame, now_s)
            self._changed.notify_all()

    async def pull(
        self, max_frames: int, max_wait_s: float, *, linger_s: float = 0.0
    ) -> list[Frame]:
        """Take a batch; see :class:`FrameBus`."""
        if max_frames < 1:
            msg = f"a batch needs at least one frame, not {max_frames}"
            raise ValueError(msg)
        due_s = self._clock.monotonic_s() + max_wait_s
        while True:
            await self._linger(max_frames, linger_s)
            batch = await self._take(max_frames)
            if batch:
                return batch
            if self._closed:
                raise SourceEnded("The bus is closed and empty.")
            left_s = due_s - self._clock.monotonic_s()
            if left_s <= 0.0:
                return []
            await self._wait_for_change(left_s)

    def drops(self) -> Mapping[str, Mapping[str, int]]:
        """A copy of the counts; see :class:`FrameBus`."""
        return {camera_id: dict(counts) for camera_id, counts in self._drops.items()}

    def held(self) -> int:
        """Frames that wait; see :class:`FrameBus`."""
        return len(self._slots)

    def backlog(self) -> int:
        """Frames that grow older; see :class:`FrameBus`."""
        return 0 if self._lossless else len(self._slots)

    async def close(self) -> None:
        """Take no more frames and wake everybody who waits."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _drop(self, camera_id: str, reason: str) -> None:
        self._drops.setdefault(camera_id, Counter())[reason] += 1

    async def _take(self, max_frames: int) -> list[Frame]:
        batch: list[Frame] = []
        async with self._changed:
            now_s = self._clock.monotonic_s()
            while self._turns and len(batch) < max_frames:
                camera_id = next(iter(self._turns))
                del self._turns[camera_id]
                held = self._slots.pop(camera_id)
                if not self._lossless and now_s - held.since_s > self._max_age_s:
                    self._drop(camera_id, "stale")
                else:
                    batch.append(held.frame)
            self._changed.notify_all()
        return batch

    async def _linger(self, max_frames: int, linger_s: float) -> None:
        """Let a batch that has begun to gather fill up."""
        if self._lossless:
            return
        while 0 < len(self._slots) < max_frames and not self._closed:
            began_s = next(iter(self._turns.values()))
            left_s = began_s + linger_s - self._clock.monotonic_s()
            if left_s <= 0.0:
                return
            await self._wait_for_change(left_s, more_than=len(self._slots))

    async def _wait_for_change(self, limit_s: float, *, more_than: int = 0) -> None:
        """Wait for more cameras to have a frame or for the clock, whichever comes first."""

        async def changed() -> None:
            async with self._changed:
                await self._changed.wait_for(lambda: self._closed or len(self._slots) > more_than)

        waits = {
            asyncio.ensure_future(changed()),
            asyncio.ensure_future(self._clock.sleep(limit_s)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.wait(waits)
