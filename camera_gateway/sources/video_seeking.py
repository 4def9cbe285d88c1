"""One frame of a video file, without reading all that is before it."""

from collections.abc import Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

import av
import av.container
import av.error
import av.video.stream

from camera_gateway.sources.video_frames import (
    MOST_PIXELS,
    iterate_frames,
    upright,
)
from models.errors import InputRefused
from models.units import ImageBGR

__all__ = ["picture_at"]

SEEK_FROM: Final = 50  # frames; up to there decoding from the beginning is as quick
MOST_SOUGHT: Final = 3_000  # frames from one key frame to the next
MOST_DECODED: Final = 20_000  # frames, where seeking leads nowhere
_SAME_S: Final = 0.0005
_INDEXED: Final = frozenset({"mp4", "mov", "matroska", "webm", "avi"})
"""Containers of one clock; in a stream of joined recordings one time stands twice."""


def picture_at(path: Path, number: int, time_s: float) -> ImageBGR:
    """One frame of a video file, by what ``iterate_frames`` tells of it.

    What lies before its key frame is not decoded, unless the file's times jump.

    Args:
        path: of the file.
        number: of the frame, from 0.
        time_s: of it, seconds since the first one.

    Returns:
        (height, width, 3) uint8, upright.

    Raises:
        InputRefused: as of ``iterate_video``; or the frame is not there, or lies further from the
            beginning than may be decoded (``video_frame``).
        FrameCorrupt: what lies before it is damaged.
    """
    found = _sought(path, time_s) if number > SEEK_FROM else None
    if found is not None:
        return upright(found)
    with closing(iterate_frames(path)) as frames:
        for at, (_, frame) in enumerate(islice(frames, MOST_DECODED)):
            if at == number:
                return upright(frame)
    raise InputRefused(
        f"The video {path.name} has no frame {number} that can be reached.",
        remedy="Choose another frame.",
        code="video_frame",
    )


def _sought(path: Path, time_s: float) -> av.VideoFrame | None:
    """The frame of a time by way of its key frame; None where the file's times do not lead there.

    Only files whose clock runs on from the first frame to this one have the frame there.
    """
    try:
        with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
            if _INDEXED.isdisjoint(container.format.name.split(",")):
                return None
            stream = container.streams.video[0]
            limits = {"max_pixels": str(MOST_PIXELS)}
            stream.codec_context.options = {**stream.codec_context.options, **limits}
            first_s = next((raw_s for raw_s, _ in _timed(container, stream)), None)
            if first_s is None or stream.time_base is None:
                return None
            container.seek(int((first_s + time_s) / stream.time_base), stream=stream)
            for raw_s, frame in islice(_timed(container, stream), MOST_SOUGHT):
                if raw_s is None or raw_s - first_s > time_s + _SAME_S:
                    return None
                if raw_s - first_s >= time_s - _SAME_S:
                    return frame
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        pass  # reading from the beginning has the words for what is wrong
    return None


def _timed(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream
) -> Generator[tuple[float | None, av.VideoFrame], None, None]:
    for frame in container.decode(stream):
        if not frame.is_corrupt:
            yield frame.time, frame
