"""Small stills of many cameras, oftener than the analysis needs them, while somebody looks.

Looking is said again every few seconds and expires by itself. Of each stream that is looked at the
key frames that pass anyway are decoded a second time, alone, by one thread of the lowest standing:
the reader, its pictures and its judge know nothing of it, and what that thread cannot do in time is
left out.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from camera_gateway.sources.stream_time import Captured
from camera_gateway.video.key_still import small_stills
from camera_gateway.video.tap import CodedPicture, VideoForm, VideoTap
from models.clock import Clock

__all__ = ["LOOKED_FOR_S", "WallStill", "WallStills"]

LOOKED_FOR_S: Final = 6.0
"""A wish holds so long."""

FEW: Final = 12
EVERY_S: Final = 0.9
EVERY_OF_MANY_S: Final = 1.5
"""Least seconds between two stills of a camera while more than :data:`FEW` are looked at."""

_SWEEP_S: Final = 2.0
_NICE: Final = 15


@dataclass(frozen=True, slots=True)
class WallStill:
    """A small picture.

    Attributes:
        jpeg: the file.
        captured: when it was made.
        received_at: UTC.
    """

    jpeg: bytes
    captured: Captured
    received_at: datetime


class _Glance:
    """One camera that is looked at; a listener of its tap."""

    def __init__(self, wall: "WallStills", tap: VideoTap) -> None:
        self.tap = tap
        self.until_s: dict[int, float] = {}
        self.stills: dict[int, WallStill] = {}
        self._wall = wall
        self._lock = threading.Lock()
        self._form: VideoForm | None = None
        self._newest: CodedPicture | None = None
        self._at_work = False
        self._taken_s = float("-inf")

    def begin(self, form: VideoForm) -> None:
        with self._lock:
            self._form, self._newest = form, None

    def take(self, picture: CodedPicture) -> None:
        """By the reader's thread: keep the newest key frame that is due, and go on."""
        if not picture.is_key or picture.at_s - self._taken_s < self._wall.every_s:
            return
        self._taken_s = picture.at_s
        with self._lock:
            self._newest = picture
            if self._at_work:
                return
            self._at_work = True
        if not self._wall.submit(self._decode):
            self._at_work = False

    def end(self) -> None:
        """Nothing of a stream outlives it: it may have been closed to hide what it shows."""
        with self._lock:
            self._form, self._newest = None, None
            self.stills = {}

    def _decode(self) -> None:
        """By the wall's thread."""
        with self._lock:
            form, picture = self._form, self._newest
            self._newest = None
            widths = tuple(self.until_s)
        made: dict[int, bytes] = {}
        try:
            if form is not None and picture is not None:
                made = small_stills(form, picture, widths)
        finally:
            with self._lock:
                self._at_work = False
                if made and picture is not None and self._form is form:
                    received_at = self._wall.moment(picture.at_s)
                    self.stills = {
                        width: WallStill(jpeg, picture.captured, received_at)
                        for width, jpeg in made.items()
                    }


class WallStills:
    """The stills of those who look; wishes come from one event loop.

    Args:
        clock: of the cameras' readers.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._glances: dict[VideoTap, _Glance] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def looked_at(self) -> int:
        """How many streams are decoded for somebody."""
        return len(self._glances)

    @property
    def every_s(self) -> float:
        """Least seconds between two stills of a camera."""
        return EVERY_S if len(self._glances) <= FEW else EVERY_OF_MANY_S

    def moment(self, at_s: float) -> datetime:
        """UTC, of a moment on the monotonic clock."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic_s() - at_s)

    def want(self, tap: VideoTap, width_px: int) -> None:
        """Look at a camera for some more seconds; one without a stream is left alone."""
        glance = self._glances.get(tap)
        if glance is None:
            if tap.form is None:
                return
            glance = _Glance(self, tap)
        glance.until_s = glance.until_s | {width_px: self._clock.monotonic_s() + LOOKED_FOR_S}
        if tap not in self._glances:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, "wall", initializer=_step_back)
            self._glances[tap] = glance
            tap.add(glance)
        if self._sweeper is None:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)

    def newest(self, tap: VideoTap, width_px: int) -> WallStill | None:
        """The newest still of a camera that is looked at."""
        glance = self._glances.get(tap)
        return None if glance is None else glance.stills.get(width_px)

    def submit(self, job: Callable[[], None]) -> bool:
        """By a reader's thread: have it done aside; False when nobody looks any more."""
        with suppress(RuntimeError, AttributeError):  # it has just been shut down
            self._pool.submit(job)  # type: ignore[union-attr]
            return True
        return False

    def _sweep(self) -> None:
        """Let go of what nobody looks at any more, and in the end of the thread."""
        self._sweeper = None
        now_s = self._clock.monotonic_s()
        for tap, glance in list(self._glances.items()):
            glance.until_s = {
                width: until_s for width, until_s in glance.until_s.items() if until_s > now_s
            }
            if not glance.until_s:
                del self._glances[tap]
                tap.remove(glance)
        if self._glances:
            self._sweeper = asyncio.get_running_loop().call_later(_SWEEP_S, self._sweep)
        elif self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None


def _step_back() -> None:
    with suppress(OSError, AttributeError):  # not on every system
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
