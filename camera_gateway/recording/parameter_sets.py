"""Parameter sets of coded video, and the size of pictures that they stand for.

Sources: ITU-T H.264 table 7-1 and annex B; ITU-T H.265 table 7-1 and annex B.
"""

from contextlib import suppress
from typing import Final

import av
import av.error
from av.video.codeccontext import VideoCodecContext

__all__ = ["PLAYABLE", "ParameterSets", "parameter_sets"]

PLAYABLE: Final = frozenset({"h264", "hevc"})
"""Codecs that are recorded."""

MOST_PIXELS: Final = 40_000_000
_MARK: Final = b"\0\0\1"
_MOST_SETS: Final = 16
_H264_SETS: Final = frozenset({7, 8})
_H264_PICTURES: Final = range(1, 6)
_HEVC_SETS: Final = frozenset({32, 33, 34})
_HEVC_PICTURES: Final = range(32)


def parameter_sets(codec: str, data: bytes) -> bytes:
    """The parameter sets in front of a coded picture, each once and behind a start code.

    Args:
        codec: ``h264`` or ``hevc``.
        data: Annex B.

    Returns:
        Empty when there are none.
    """
    kept: dict[bytes, None] = {}
    at = data.find(_MARK)
    while at >= 0 and at + 3 < len(data) and len(kept) < _MOST_SETS:
        head = data[at + 3]
        kind = head & 31 if codec == "h264" else head >> 1 & 63
        if kind in (_H264_PICTURES if codec == "h264" else _HEVC_PICTURES):
            break
        after = data.find(_MARK, at + 3)
        if kind in (_H264_SETS if codec == "h264" else _HEVC_SETS):
            # Zeros before the next start code belong to it.
            kept[data[at + 3 : after if after >= 0 else len(data)].rstrip(b"\0")] = None
        at = after
    return b"".join(b"\0\0\0\1" + one for one in kept)


class ParameterSets:
    """Sizes of pictures, by codec and parameter sets; each is found out once."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[str, bytes], tuple[int, int] | None] = {}

    def size_of(self, codec: str, sets: bytes, key_frame: bytes) -> tuple[int, int] | None:
        """Width and height of the pictures of a stream, in pixels.

        Args:
            codec: ``h264`` or ``hevc``.
            sets: its parameter sets.
            key_frame: that one picture is decoded when the sets are new.

        Returns:
            None when that picture cannot be decoded; another one is tried the next time.
        """
        known = self._sizes.get((codec, sets))
        if known is None:
            known = _decoded_size(codec, key_frame)
            if known is not None:
                while len(self._sizes) >= _MOST_SETS:  # a camera that keeps changing
                    del self._sizes[next(iter(self._sizes))]
                self._sizes[codec, sets] = known
        return known


def _decoded_size(codec: str, key_frame: bytes) -> tuple[int, int] | None:
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, VideoCodecContext)  # noqa: S101  # tells mypy
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    decoder.thread_type, decoder.thread_count = "NONE", 1
    frames = []
    with suppress(av.error.FFmpegError, OSError, ValueError):
        frames += decoder.decode(av.Packet(key_frame))
        frames += decoder.decode(None)
    return (frames[0].width, frames[0].height) if frames else None
