"""A small H.264 copy of video that browsers on this system do not play (H.265).

It is for looking only: the original stays what counts, and is what is exported.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error

__all__ = ["PLAYED", "encode_preview", "step_back"]

PLAYED: Final = frozenset({"h264"})
"""Codecs that need no preview."""

MOST_WIDTH_PX: Final = 960
RATE_HZ: Final = 5
NICENESS: Final = 15
_OPTIONS: Final = {
    "crf": "27",
    "preset": "veryfast",
    "profile": "main",
    "x264-params": "threads=1:lookahead-threads=1",
}
_BASE: Final = Fraction(1, 1000)


def step_back() -> None:
    """Give this thread what others leave of the processor."""
    with suppress(OSError):  # where a system does not allow it, it is as busy as the others
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def encode_preview(source: Path, target: Path, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Encode a copy with five pictures a second, at most 960 pixels wide.

    Its times are those of the source. A damaged picture is left out.

    Args:
        source: any video.
        target: takes the MP4.
        stopped: asked now and then whether it is still wanted.

    Returns:
        Whether it was finished.

    Raises:
        OSError: the disk takes no more, or the source cannot be read.
        av.error.FFmpegError: it holds no video.
    """
    with (
        av.open(str(source)) as coming,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container,
    ):
        video = coming.streams.video[0]
        video.thread_type, video.codec_context.thread_count = "NONE", 1
        width = min(MOST_WIDTH_PX, video.codec_context.width) // 2 * 2
        height = round(video.codec_context.height * width / video.codec_context.width / 2) * 2
        stream = container.add_stream("libx264", rate=RATE_HZ, options=dict(_OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, max(2, height), "yuv420p"
        stream.codec_context.time_base = _BASE
        due_s, last_ms = 0.0, -1
        for packet in coming.demux(video):
            if stopped():
                return False
            with suppress(av.error.InvalidDataError):
                for frame in packet.decode():
                    if frame.pts is None or frame.is_corrupt or frame.time < due_s:
                        continue
                    at_s = frame.time
                    due_s = max(due_s + 1.0 / RATE_HZ, at_s)
                    small = frame.reformat(width, stream.height, "yuv420p")
                    last_ms = max(last_ms + 1, round(at_s * 1000))
                    small.pts, small.time_base = last_ms, _BASE
                    container.mux(stream.encode(small))
        container.mux(stream.encode())
    return True
