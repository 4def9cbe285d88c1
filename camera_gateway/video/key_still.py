"""One key frame, alone, as a small JPEG: a decoder is made for it and let go of."""

from collections.abc import Collection
from typing import Final

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from camera_gateway.sources.stream_jpeg import jpeg_of
from camera_gateway.sources.stream_open import MOST_PIXELS
from camera_gateway.video.tap import CodedPicture, VideoForm

__all__ = ["small_stills"]

QUALITY: Final = 78


def small_stills(
    form: VideoForm, picture: CodedPicture, widths_px: Collection[int]
) -> dict[int, bytes]:
    """Decode a key frame.

    Args:
        form: of its connection.
        picture: that stands alone.
        widths_px: wanted; a picture that is smaller stays as large as it is.

    Returns:
        A JPEG for each width; nothing of a damaged picture.
    """
    codec = av.CodecContext.create(form.codec, "r")
    if not isinstance(codec, VideoCodecContext):
        return {}
    if form.parameters:
        codec.extradata = form.parameters
    # What the loop filter smooths is not seen in small, and takes a third of the time.
    codec.options = {"max_pixels": str(MOST_PIXELS), "skip_loop_filter": "all"}
    codec.thread_type, codec.thread_count = "NONE", 1
    packet = av.Packet(picture.data)
    packet.is_keyframe = True
    try:
        frames = [*codec.decode(packet), *codec.decode(None)]
    except (av.error.FFmpegError, OSError, ValueError):
        return {}
    if not frames or frames[-1].is_corrupt:
        return {}
    frame = frames[-1]
    out: dict[int, bytes] = {}
    for width_px in widths_px:
        across = min(width_px, frame.width) & ~1
        down = max(2, round(frame.height * across / frame.width)) & ~1
        if across < 2:
            return {}
        small = frame.reformat(
            across,
            down,
            "yuvj420p",
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.JPEG,
            interpolation=Interpolation.AREA,
        )
        out[width_px] = jpeg_of(small, QUALITY)[0]
    return out
