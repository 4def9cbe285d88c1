"""Recorded video: frames with their real times, shown upright, and a source that replays them.

Times are the presentation times of the frames, never counted from the header's frame rate: headers
lie about rates and frame counts. Decoding stops at the first damage, because every decoder goes on
with an invented picture.
"""

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from camera_gateway.aside import aside
from camera_gateway.pictures import encode_jpeg, small_of
from camera_gateway.source import RawFrame
from camera_gateway.sources.pacing import Pacer
from camera_gateway.sources.video_frames import iterate_video
from models.clock import Clock, require_utc
from models.errors import FrameCorrupt, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["VideoSource"]


class VideoSource:
    """A video file replayed at the pace at which it was made.

    Args:
        path: the file; opened with the first read.
        rate: recorded seconds per second, > 0.
        every_s: recorded seconds between two frames that are sent, >= 0; 0 sends every frame.
        loop: begin again at the end; capture times go on rising.
        recorded_at: when the first frame was made. None when nobody knows: frame times are then
            laid behind the moment of the first read and marked ``receipt``, and at a rate above 1
            they run ahead of the clock.
        clock: measures, waits, and tells the moment of the first read.
        mode: of every frame.

    Raises:
        InputRefused: the rate is not possible.
    """

    def __init__(
        self,
        path: Path,
        *,
        rate: float = 1.0,
        every_s: float,
        loop: bool = False,
        recorded_at: datetime | None = None,
        clock: Clock,
        mode: FrameMode = FrameMode.VISIBLE,
    ) -> None:
        self._path = path
        self._pacer = Pacer(clock, rate)
        self._every_s = every_s
        self._loop = loop
        self._clock = clock
        self._mode = mode
        self._time_source = TimeSource.RECEIPT if recorded_at is None else TimeSource.CONTAINER
        self._start = None if recorded_at is None else require_utc(recorded_at)
        # Decoding runs in worker threads, and a cancelled reader leaves its thread behind: the
        # lock keeps closing from meeting a decoder at work.
        self._lock = threading.Lock()
        self._frames: Generator[tuple[int, float, ImageBGR], None, None] | None = None
        self._ended = False
        self._lap_start_s = 0.0
        self._last_s = 0.0
        self._gap_s = every_s

    async def read(self) -> RawFrame:
        """Decode the next frame in a worker thread and return it when it is due.

        Raises:
            InputRefused: the file is no video that can be read.
            SourceEnded: the recording is over, or the source is closed.
            FrameCorrupt: the file is damaged here; what lies behind cannot be used.
        """
        jpeg, small, time_s = await aside(self._next_frame)
        if self._start is None:
            self._start = self._clock.now()
        await self._pacer.wait_for(time_s)
        captured_at = self._start + timedelta(seconds=time_s)
        return RawFrame(
            jpeg, captured_at, self._time_source, self._mode, Provenance.RECORDED, small=small
        )

    async def close(self) -> None:
        """Close the file; a decoder still at work is waited for."""
        await aside(self._shut)

    def _shut(self) -> None:
        with self._lock:
            self._ended = True
            self._forget()

    def _next_frame(self) -> tuple[bytes, ImageBGR, float]:
        """Next frame as JPEG, also small, with its time since the first frame, laps included."""
        with self._lock:
            if self._ended:
                raise SourceEnded(f"The recording {self._path.name} is over.")
            try:
                time_s, image = self._advance()
            except FrameCorrupt:
                self._forget()
                if self._loop:
                    self._begin_lap()
                else:
                    self._ended = True
                raise
            return encode_jpeg(image), small_of(image), time_s

    def _advance(self) -> tuple[float, ImageBGR]:
        for _lap in range(2):
            if self._frames is None:
                self._frames = iterate_video(self._path, self._every_s)
            for _number, time_s, image in self._frames:
                moment_s = self._lap_start_s + time_s
                if moment_s > self._last_s:
                    self._gap_s = moment_s - self._last_s
                    self._last_s = moment_s
                return moment_s, image
            self._forget()
            if not self._loop:
                break
            self._begin_lap()
        self._ended = True
        raise SourceEnded(f"The recording {self._path.name} is over.")

    def _forget(self) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def _begin_lap(self) -> None:
        """The next lap's first frame follows the last one by the gap before it."""
        self._lap_start_s = self._last_s + (self._gap_s if self._gap_s > 0.0 else 1.0)
