"""An evidence clip: a few stills as a small H.264 video that every browser plays."""

import errno
import tempfile
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from camera_gateway.pictures import decode_jpeg
from models.errors import FrameCorrupt, InputRefused, StorageFull
from models.units import ImageBGR

__all__ = ["encode_clip"]

MAX_WIDTH_PX = 1280
MAX_HEIGHT_PX = 1280
_OPTIONS = {"crf": "23", "preset": "veryfast", "profile": "high", "level": "4.1"}


def encode_clip(
    pictures: Sequence[tuple[bytes, datetime]], *, frames_per_second: float = 2.0
) -> bytes:
    """Encode stills as an MP4, one frame each, in the order of their capture times.

    All are fitted into the frame of the first good one, with black borders where shapes differ;
    a damaged one is left out. The time line is even: it shows the order, not the gaps.

    Args:
        pictures: (JPEG, capture time in UTC), at least one.
        frames_per_second: 0.1 to 60.

    Returns:
        H.264 in yuv420p, at most 1280 pixels wide and high, the index in front of the data.

    Raises:
        InputRefused: no picture can be used, or the pace is out of range.
        StorageFull: the temporary folder takes no more.
    """
    if not 0.1 <= frames_per_second <= 60.0:
        raise InputRefused(
            f"A clip of {frames_per_second} frames a second is not possible.",
            remedy="Give 0.1 to 60.",
            code="clip_pace",
        )
    ordered = sorted(pictures, key=lambda item: item[1])
    # The index can be moved to the front only in a real file: FFmpeg opens it a second time.
    try:
        with tempfile.TemporaryDirectory(prefix="clip-") as folder:
            path = Path(folder) / "clip.mp4"
            if _write(path, ordered, frames_per_second) == 0:
                raise InputRefused(
                    "No picture of the clip can be used.", code="clip_without_pictures"
                )
            return path.read_bytes()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull(
                "The temporary folder takes no more.", remedy="Free space on its disk."
            ) from error
        raise


def _write(path: Path, pictures: Sequence[tuple[bytes, datetime]], frames_per_second: float) -> int:
    """Write the file; returns how many pictures it holds. No file is made for none."""
    rate = Fraction(frames_per_second).limit_denominator(1000)
    written = 0
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = None
        for jpeg, captured_at in pictures:
            try:
                image = decode_jpeg(jpeg, f"{captured_at.isoformat()}")
            except FrameCorrupt:
                continue
            if stream is None:
                stream = container.add_stream("libx264", rate=rate, options=dict(_OPTIONS))
                stream.width, stream.height = _frame_size(image)
                stream.pix_fmt = "yuv420p"
                container.metadata["creation_time"] = captured_at.isoformat()
            fitted = _fit(image, stream.width, stream.height)
            frame = av.VideoFrame.from_ndarray(fitted, format="bgr24")
            frame.pts, frame.time_base = written, 1 / rate
            container.mux(stream.encode(frame))
            written += 1
        if stream is not None:
            container.mux(stream.encode())
    return written


def _frame_size(image: ImageBGR) -> tuple[int, int]:
    """Even width and height of the clip: yuv420p halves both."""
    height_px, width_px = image.shape[:2]
    scale = min(1.0, MAX_WIDTH_PX / width_px, MAX_HEIGHT_PX / height_px)
    return (
        max(2, round(width_px * scale / 2) * 2),
        max(2, round(height_px * scale / 2) * 2),
    )


def _fit(image: ImageBGR, width_px: int, height_px: int) -> ImageBGR:
    """Scale into the frame without changing the shape, centred on black."""
    old_height_px, old_width_px = image.shape[:2]
    scale = min(width_px / old_width_px, height_px / old_height_px)
    # An odd picture is stretched by its last pixel rather than framed by a black line.
    size = tuple(
        side if side - round(old * scale) <= 1 else max(1, round(old * scale))
        for old, side in ((old_width_px, width_px), (old_height_px, height_px))
    )
    method = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, size, interpolation=method)
    canvas = np.zeros((height_px, width_px, 3), np.uint8)
    left, top = (width_px - size[0]) // 2, (height_px - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = scaled
    return canvas
