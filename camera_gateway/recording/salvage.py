"""What a process that ended in the middle of a piece has left on the disk.

Source: ISO/IEC 14496-12, section 4.2 (boxes) and 8.8 (fragments).
"""

import logging
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

import av
import av.error

from camera_gateway.recording.segment import PART_SUFFIX, Segment, part_of, segment_name, segment_of

__all__ = ["closed_pieces", "pieces_of", "salvaged", "whole_bytes"]

_logger = logging.getLogger(__name__)
_HEAD: Final = 8
_MOST_BOXES: Final = 100_000


def whole_bytes(path: Path) -> int:
    """Cut a piece behind its last whole fragment.

    Returns:
        What is left of it; 0, and nothing cut, when there is no whole fragment.

    Raises:
        OSError: the file cannot be read or cut.
    """
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        at, whole, in_fragment = 0, 0, False
        for _ in range(_MOST_BOXES):
            file.seek(at)
            head = file.read(_HEAD)
            if len(head) < _HEAD:
                break
            length, kind = struct.unpack(">I4s", head)
            if length < _HEAD or at + length > size:
                break
            at += length
            if kind == b"mdat" and in_fragment:
                whole = at
            in_fragment = kind == b"moof"
        if 0 < whole < size:
            file.truncate(whole)
    return whole


def salvaged(path: Path, camera_id: str) -> Segment | None:
    """Close an open piece that nobody writes any more.

    Returns:
        The piece; None, and the file is gone, when nothing of it can be used.

    Raises:
        OSError: the file cannot be read, renamed or removed.
    """
    known = part_of(path)
    if known is None or not whole_bytes(path):
        path.unlink(missing_ok=True)
        return None
    made_at, run, number = known
    lasted_s = _length_s(path)
    if lasted_s is None:
        path.unlink(missing_ok=True)
        return None
    closed = path.with_name(segment_name(made_at, lasted_s, run, number))
    path.rename(closed)
    return segment_of(closed, camera_id, closed.stat().st_size)


def closed_pieces(root: Path) -> list[Segment]:
    """All pieces below the ring's folder, one folder a camera; open ones are closed.

    Nobody may be writing there. What cannot be read is left out, and said in the log.
    """
    found = []
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            try:
                if path.suffix == PART_SUFFIX:
                    piece = salvaged(path, folder.name)
                else:
                    piece = segment_of(path, folder.name, path.stat().st_size)
            except OSError as error:
                _logger.warning("a piece of %s cannot be used: %s", folder.name, error)
                continue
            if piece is not None:
                found.append(piece)
    return found


def pieces_of(folder: Path) -> list[Segment]:
    """The closed pieces of one camera, by time; also while somebody writes there."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                piece = segment_of(path, folder.name, path.stat().st_size)
                if piece is not None:
                    found.append(piece)
    return sorted(found, key=lambda piece: (piece.from_at, piece.number))


def _length_s(path: Path) -> float | None:
    """Seconds of video; None when FFmpeg finds none."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            times = [packet.dts for packet in container.demux(stream) if packet.dts is not None]
            base = stream.time_base
    except (av.error.FFmpegError, OSError, IndexError, ValueError):
        return None
    if not times or base is None:
        return None
    step = times[-1] - times[-2] if len(times) > 1 else round(0.04 / base)
    return float((times[-1] - times[0] + step) * base)
