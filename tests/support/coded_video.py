"""Small coded videos for tests, made by the encoders that PyAV carries."""

from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np

__all__ = ["coded", "level_of", "write_annex_b"]

FIRST_LEVEL, LEVEL_STEP = 36, 4


def level_of(number: int) -> int:
    """Brightness of the upper half of picture ``number``, so that a test knows which it sees."""
    return FIRST_LEVEL + LEVEL_STEP * (number % 50)


@cache
def coded(
    codec: str = "h264",
    frames: int = 50,
    gop: int = 10,
    *,
    size: tuple[int, int] = (160, 96),
    slices: int = 1,
    reorders: bool = False,
    delimiters: bool = False,
) -> tuple[bytes, ...]:
    """Coded pictures in decoding order, Annex B, each with its parameters where it is a key frame.

    Args:
        codec: ``h264`` or ``h265``.
        frames: how many.
        gop: a key frame each so many.
        size: width and height.
        slices: of each picture.
        reorders: with pictures that build on later ones.
        delimiters: an access unit delimiter before each picture.
    """
    number = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes={2 if reorders else 0}"
    number += f":slices={slices}:repeat-headers=1:aud={int(delimiters)}"
    out: list[bytes] = []
    encoder = av.CodecContext.create(f"libx{codec[1:]}", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(25), Fraction(1, 25)
    encoder.thread_count = 1
    encoder.thread_type = "FRAME"
    log = "" if codec == "h264" else ":log-level=none:pools=none:frame-threads=1"
    encoder.options = {"preset": "ultrafast", f"x{codec[1:]}-params": number + log, "crf": "20"}
    rng = np.random.default_rng(7)
    grain = rng.integers(0, 60, (size[1] // 2, size[0], 3))
    for index in range(frames):
        image = np.full((size[1], size[0], 3), level_of(index), np.uint8)
        image[size[1] // 2 :] = np.roll(grain, 2 * index, axis=1) + 60
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts = index
        out += [bytes(packet) for packet in encoder.encode(frame)]
    out += [bytes(packet) for packet in encoder.encode(None)]
    assert len(out) == frames
    return tuple(out)


def write_annex_b(folder: Path, name: str, units: tuple[bytes, ...]) -> str:
    """A file as ``rtsp_server`` wants it; made with ``delimiters``."""
    path = folder / name
    path.write_bytes(b"".join(units))
    return str(path)
