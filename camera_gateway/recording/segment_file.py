"""One open piece of a ring: coded pictures into a fragmented MP4, as they are.

A fragment is over after two seconds, so that what stands on the disk is usable up to there however
the process ends, and no more than that is held in memory.
"""

import io
import os
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.container

__all__ = ["SegmentFile"]

FRAGMENT_US: Final = 2_000_000
_BUFFER_BYTES: Final = 1 << 19
_OPTIONS: Final = {
    "movflags": "empty_moov+default_base_moof+frag_keyframe+skip_trailer",
    "frag_duration": str(FRAGMENT_US),
}


class _Out(io.RawIOBase):
    """A file that only grows and counts; FFmpeg gets no other call than ``write``."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(os.open(path, flags, 0o640), "wb", buffering=0)
        self.size_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # FFmpeg gives bytes
        view = memoryview(data)
        while view:
            written = self._file.write(view)
            self.size_bytes += written
            view = view[written:]
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class SegmentFile:
    """An open piece.

    Args:
        path: of the file; must not exist.
        codec: ``h264`` or ``hevc``.
        size_px: width and height.
        time_base: seconds of one tick.
        made_at: UTC capture time of the first picture.

    Raises:
        OSError: the disk takes no file.
    """

    def __init__(
        self,
        path: Path,
        codec: str,
        size_px: tuple[int, int],
        time_base: Fraction,
        made_at: datetime,
    ) -> None:
        self.path = path
        self._out = _Out(path)
        try:
            self._container: av.container.OutputContainer = av.open(
                self._out, "w", format="mp4", options=_OPTIONS, buffer_size=_BUFFER_BYTES
            )
            self._container.metadata["creation_time"] = made_at.isoformat()
            self._stream = self._container.add_mux_stream(
                codec, width=size_px[0], height=size_px[1], time_base=time_base
            )
        except BaseException:
            self._out.close()
            raise
        self._time_base = time_base

    @property
    def size_bytes(self) -> int:
        """Written so far."""
        return self._out.size_bytes

    def write(self, data: bytes, pts: int, dts: int, *, is_key: bool) -> None:
        """Add a picture.

        Args:
            data: Annex B; the first one with its parameter sets.
            pts: presentation time in ticks, from the beginning of this piece, >= ``dts``.
            dts: decoding time in ticks, above that of the picture before; 0 for the first.
            is_key: whether it stands alone.

        Raises:
            OSError: the disk takes no more.
            av.error.FFmpegError: the picture cannot be put in.
        """
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = self._time_base
        packet.pts, packet.dts, packet.is_keyframe = pts, dts, is_key
        self._container.mux(packet)

    def close(self) -> None:
        """Write what is still held, and let the file go.

        Raises:
            OSError: the disk takes no more; the file is let go of all the same.
        """
        try:
            self._container.close()
        finally:
            with suppress(OSError):
                self._out.close()
