"""A camera's live video for everybody who watches it, made once and only while somebody does.

The thread that reads the camera leaves its pictures here and goes on; all the rest happens in the
event loop. Each viewer has a place of its own in what is kept: one that is slow is put ahead to the
newest key frame, and neither the reader nor another viewer waits for it.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from camera_gateway.video.remux import Piece, Remuxer, VideoState
from camera_gateway.video.tap import CodedPicture, VideoForm, VideoTap
from models.clock import Clock
from models.errors import Conflict

__all__ = ["MOST_PER_CAMERA", "MOST_VIEWERS", "LiveViewer", "LiveViews"]

MOST_PER_CAMERA: Final = 8
MOST_VIEWERS: Final = 32
MOST_KEPT_BYTES: Final = 16 * 2**20
"""Of the pictures since the last key frame. More, and who comes has to wait for the next one."""

MOST_WAITING_BYTES: Final = 16 * 2**20
TAIL_S: Final = 3.0
"""What lies before the newest key frame is kept for so long, for those who are a little behind."""

_Said = VideoForm | CodedPicture | None


class _Channel:
    """One camera's pieces; a listener of its tap. All but the listener's calls are the loop's."""

    def __init__(self, tap: VideoTap, began_s: float) -> None:
        self.tap = tap
        self.viewers = 0
        self.changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._remuxer = Remuxer(began_s)
        self._lock = threading.Lock()
        self._waiting: list[_Said] = []
        self._waiting_bytes = 0
        self._lost = False
        self._kept: deque[Piece] = deque()
        self._kept_bytes = 0
        self._newest_key = 0  # number of the piece; 0 while none is kept
        tap.add(self)

    @property
    def state(self) -> VideoState:
        return self._remuxer.state

    def begin(self, form: VideoForm) -> None:
        self._leave(form, 0)

    def take(self, picture: CodedPicture) -> None:
        self._leave(picture, len(picture.data))

    def end(self) -> None:
        self._leave(None, 0)

    def close(self) -> None:
        self.tap.remove(self)

    def after(self, number: int) -> list[Piece]:
        """What a viewer gets that has had the piece of this number; 0 for one that begins."""
        kept = self._kept
        if number and kept and kept[0].number <= number + 1:
            return [piece for piece in kept if piece.number > number]
        if self._newest_key <= number:
            return []
        return [piece for piece in kept if piece.number >= self._newest_key]

    def _leave(self, said: _Said, size: int) -> None:
        """By the reader's thread: put it down and wake the loop, once for all that lies there."""
        with self._lock:
            first = not self._waiting
            self._waiting_bytes += size
            if self._waiting_bytes > MOST_WAITING_BYTES:
                # The loop hangs: nothing of this may become the reader's trouble.
                self._waiting = [each for each in self._waiting if not _is_picture(each)]
                self._waiting_bytes, self._lost = size, True
            self._waiting.append(said)
        if first:
            with suppress(RuntimeError):  # the loop is closed: nobody watches any more
                self._loop.call_soon_threadsafe(self._take_over)

    def _take_over(self) -> None:
        with self._lock:
            said, self._waiting, self._waiting_bytes = self._waiting, [], 0
            lost, self._lost = self._lost, False
        if lost:
            self._remuxer.lose()
        run: list[CodedPicture] = []
        for each in said:
            if isinstance(each, CodedPicture):
                run.append(each)
                continue
            self._keep(self._remuxer.take(run))
            run = []
            self._keep(self._remuxer.end() if each is None else self._remuxer.begin(each))
            if each is None:
                self._forget()
        self._keep(self._remuxer.take(run))
        self.changed.set()
        self.changed = asyncio.Event()

    def _keep(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            self._kept.append(piece)
            self._kept_bytes += len(piece.data)
            if piece.is_key:
                self._newest_key = piece.number
            while self._is_over(piece.at_s):
                self._kept_bytes -= len(self._kept.popleft().data)

    def _forget(self) -> None:
        """Nothing of a stream outlives it: it may have been closed to hide what it shows."""
        self._kept.clear()
        self._kept_bytes = self._newest_key = 0

    def _is_over(self, now_s: float) -> bool:
        """Whether the oldest piece need not be kept."""
        oldest = self._kept[0]
        is_before = oldest.number < self._newest_key
        too_much = self._kept_bytes > MOST_KEPT_BYTES and len(self._kept) > 1
        if too_much and oldest.number == self._newest_key:
            self._newest_key = 0  # who comes waits for the next one
        return too_much or (is_before and oldest.at_s < now_s - TAIL_S)


class LiveViewer:
    """One who watches; used by one task of the event loop."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self._had = 0
        self.skipped = 0
        """How often it was put ahead."""

    @property
    def state(self) -> VideoState:
        """Why there is video, or none."""
        if self._had == 0 and self._channel.state is VideoState.PLAYING:
            return VideoState.WAITING_KEY
        return self._channel.state

    def is_of(self, tap: VideoTap) -> bool:
        """Whether this is the video of that tap."""
        return self._channel.tap is tap

    async def pieces(self, within_s: float) -> list[Piece]:
        """What has come since; waits for it, and is empty when nothing comes in time."""
        found = self._take()
        if not found:
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._channel.changed.wait()
            found = self._take()
        return found

    def _take(self) -> list[Piece]:
        found = self._channel.after(self._had)
        if found:
            self.skipped += 0 < self._had < found[0].number - 1
            self._had = found[-1].number
        return found


class LiveViews:
    """Who watches what; used by one event loop.

    Args:
        clock: of the cameras' readers.
        most_per_camera: viewers of one camera.
        most: viewers in all.
    """

    def __init__(
        self, clock: Clock, most_per_camera: int = MOST_PER_CAMERA, most: int = MOST_VIEWERS
    ) -> None:
        self._most_per_camera = most_per_camera
        self._most = most
        self._clock = clock
        self._channels: dict[VideoTap, _Channel] = {}

    @property
    def watched(self) -> int:
        """How many cameras are watched."""
        return len(self._channels)

    @property
    def viewers(self) -> int:
        """How many watch."""
        return sum(channel.viewers for channel in self._channels.values())

    @contextmanager
    def watch(self, tap: VideoTap) -> Iterator[LiveViewer]:
        """Watch a camera as long as the block lasts.

        Raises:
            Conflict: too many do; code ``live_views_full`` or ``live_view_full`` (this camera).
        """
        if self.viewers >= self._most:
            raise Conflict(
                f"{self._most} live views are open.",
                remedy="Close one that nobody needs.",
                code="live_views_full",
            )
        channel = self._channels.get(tap)
        if (0 if channel is None else channel.viewers) >= self._most_per_camera:
            raise Conflict(
                f"{self._most_per_camera} watch this camera live already.",
                remedy="Close one of its live views.",
                code="live_view_full",
            )
        if channel is None:
            channel = self._channels[tap] = _Channel(tap, self._clock.monotonic_s())
        channel.viewers += 1
        try:
            yield LiveViewer(channel)
        finally:
            channel.viewers -= 1
            if channel.viewers == 0:
                del self._channels[tap]
                channel.close()


def _is_picture(said: _Said) -> bool:
    return isinstance(said, CodedPicture)
