"""Decode a video file frame by frame."""

import logging
import math
from collections.abc import Generator
from pathlib import Path

import av
import av.container
import av.error
import av.video.stream
import cv2
import numpy as np

from camera_gateway.sources.container_check import is_cut_short
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR

__all__ = ["claimed_length", "iterate_frames", "iterate_video", "upright"]

_logger = logging.getLogger(__name__)
_NOMINAL_GAP_S = 0.04
MOST_PIXELS = 100_000_000  # as of still pictures
_MOST_STREAMS = 64
# Text and lists of other files, which FFmpeg would gladly show or follow.
_NOT_RECORDINGS = frozenset({"tty", "hls", "concat", "dash", "sdp", "image2"})
# FFmpeg gives the counter-clockwise turn that shows the picture upright.
_TURNS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}


def iterate_video(path: Path, every_s: float) -> Generator[tuple[int, float, ImageBGR], None, None]:
    """Yield frames of a video file, at most one in every span of that length.

    Args:
        path: a file in any container and codec that FFmpeg reads.
        every_s: least seconds from one grid point to the next, >= 0; 0 yields every frame.

    Yields:
        (frame_number, time_s, image): the number counts decoded frames from 0, the time is the
        frame's presentation time since the first one, the image is (height, width, 3) uint8 as
        shown upright.

    Raises:
        InputRefused: at the first step, with a code ``file_missing``, ``file_is_folder``,
            ``file_unreadable``, ``file_empty``, ``not_a_video``, ``video_without_frames`` or
            ``video_step``.
        FrameCorrupt: after the last good frame, when the rest is damaged or cut off.
    """
    if not (math.isfinite(every_s) and every_s >= 0.0):
        raise InputRefused(
            f"A step of {every_s} s is not possible.",
            remedy="Give 0 or more seconds.",
            code="video_step",
        )
    due_s = 0.0
    for number, (time_s, frame) in enumerate(iterate_frames(path)):
        # Half a millisecond of tolerance: 0.48 is not reached by 12 x 0.04 in floating point.
        if time_s >= due_s - 0.0005:
            yield number, time_s, upright(frame)
            due_s += every_s
            if due_s <= time_s:
                due_s = time_s + every_s


def iterate_frames(path: Path) -> Generator[tuple[float, av.VideoFrame], None, None]:
    """The same frames and times as the decoder gives them: no pixel is converted or turned.

    Args:
        path: of the video.

    Yields:
        (time_s, frame).

    Raises:
        InputRefused: as :func:`iterate_video`.
        FrameCorrupt: likewise.
    """
    _check_file(path)
    try:
        container = _opened(path)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _no_video(path) from error
    with container:
        kind = container.format.name
        is_recording = kind not in _NOT_RECORDINGS and not kind.endswith("_pipe")  # a still
        if not (container.streams.video and is_recording):
            raise _no_video(path)
        time_s: float | None = None
        for time_s, frame in _decode(container, path):
            yield time_s, frame
        if time_s is None:
            raise InputRefused(
                f"The video {path} holds no frames.",
                remedy="Copy it again; the recording may have been cut off.",
                code="video_without_frames",
            )
        if is_cut_short(path):
            raise FrameCorrupt(
                f"The video {path.name} is cut off after {time_s:.1f} s.",
                remedy="Copy it again to see the rest.",
            )


def claimed_length(path: Path) -> tuple[float, float] | None:
    """How long a video says that it is; for whoever waits, and believed by nobody else.

    Returns:
        Seconds and frames a second, each above 0; None where it does not say, or is no video.
    """
    try:
        with _opened(path) as container:
            rate = container.streams.video[0].average_rate if container.streams.video else None
            duration = container.duration
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    if duration is None or duration <= 0 or rate is None or rate <= 0:
        return None
    return duration / av.time_base, float(rate)


def _opened(path: Path) -> av.container.InputContainer:
    # A playlist in disguise must not make FFmpeg open other files or the network.
    options = {"protocol_whitelist": "file"}
    # FFmpeg decodes a little to see what it has: a huge picture would cost its memory then.
    limits = [_limits() for _ in range(_MOST_STREAMS)]
    try:
        return av.open(f"file:{path}", options=options, stream_options=limits)  # type: ignore[arg-type]
    except av.error.FFmpegError:
        raise
    except ValueError:  # a format that tells its streams late, such as MPEG
        return av.open(f"file:{path}", options=options)


def _limits() -> dict[str, str]:
    return {"max_pixels": str(MOST_PIXELS)}


def _decode(
    container: av.container.InputContainer, path: Path
) -> Generator[tuple[float, av.VideoFrame], None, None]:
    """All good frames with their times; damage before the first whole frame is passed over."""
    stream = container.streams.video[0]
    stream.codec_context.options = {**stream.codec_context.options, **_limits()}
    rate = stream.average_rate
    gap_s = float(1 / rate) if rate else _NOMINAL_GAP_S
    first_s: float | None = None
    last_s = 0.0
    skipped = 0
    try:
        for frame in container.decode(stream):
            if frame.is_corrupt:
                if first_s is None:
                    skipped += 1  # a recording cut out of a stream begins between key frames
                    continue
                raise _damaged(path, last_s)
            raw_s: float | None = frame.time  # the stubs know no frame without a time
            if first_s is None:
                first_s = 0.0 if raw_s is None else raw_s
                time_s = 0.0
            else:
                time_s = last_s + gap_s if raw_s is None else raw_s - first_s
                if time_s <= last_s:  # a joint between recordings: the clock starts anew
                    time_s = last_s + gap_s
                    first_s = first_s if raw_s is None else raw_s - time_s
            last_s = time_s
            yield time_s, frame
    except av.error.FFmpegError as error:
        if first_s is None:
            raise _no_video(path) from error
        raise _damaged(path, last_s) from error
    finally:
        if skipped:
            _logger.info("%s: %d damaged frames before the first whole one", path.name, skipped)


def upright(frame: av.VideoFrame) -> ImageBGR:
    """A decoded frame as a picture (height, width, 3), as shown upright."""
    image = frame.to_ndarray(format="bgr24")
    turn = _TURNS.get(round(frame.rotation) % 360)
    upright = image if turn is None else cv2.rotate(image, turn)
    return np.ascontiguousarray(upright, np.uint8)


def _check_file(path: Path) -> None:
    """Say what is wrong with the path itself, which FFmpeg tells in riddles."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputRefused(
                f"{path} is a folder.", remedy="Name a video inside it.", code="file_is_folder"
            )
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise InputRefused(
            f"{path} does not exist.", remedy="Check the path.", code="file_missing"
        ) from error
    except (OSError, ValueError) as error:
        raise InputRefused(
            f"{path} cannot be read: {error}.",
            remedy="Check its permissions and the disk.",
            code="file_unreadable",
        ) from error
    if size == 0:
        raise InputRefused(f"{path} is empty.", remedy="Copy it again.", code="file_empty")


def _no_video(path: Path) -> InputRefused:
    return InputRefused(
        f"{path} is not a video that can be read.",
        remedy="Give a whole MP4, MOV, MKV, AVI or TS file.",
        code="not_a_video",
    )


def _damaged(path: Path, time_s: float) -> FrameCorrupt:
    return FrameCorrupt(
        f"The video {path.name} is damaged after {time_s:.1f} s.",
        remedy="What came before is good; copy the file again to see the rest.",
    )
