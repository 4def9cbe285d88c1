"""Whether a video file ends before its container says so.

Decoders end silently at the end of a file that was cut short; the container's outermost structure
still tells how long it was meant to be. Checked for ISO base media (MP4, MOV) and RIFF (AVI), where
one walk over the headers is enough.

Sources: ISO/IEC 14496-12 section 4.2 (boxes), the RIFF specification.
"""

import struct
from pathlib import Path

__all__ = ["is_cut_short"]

_BOX_HEAD, _LONG_BOX_HEAD = 8, 16
_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"})


def is_cut_short(path: Path) -> bool:
    """True when the outermost structure reaches beyond the end of the file.

    Args:
        path: of a file that has been read as a video before.

    Returns:
        False also for containers that are not checked.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_LONG_BOX_HEAD)
        if head[:4] == b"RIFF" and len(head) >= _BOX_HEAD:
            (body,) = struct.unpack_from("<I", head, 4)
            return int(body) + _BOX_HEAD > size
        if head[4:8] not in _FIRST_BOXES:
            return False
        at = 0
        while at + _BOX_HEAD <= size:
            file.seek(at)
            length = _box_length(file.read(_LONG_BOX_HEAD))
            if length is None:
                return False
            at += length
        return at > size


def _box_length(head: bytes) -> int | None:
    """Length of the box with that head; None when it reaches to the end or makes no sense."""
    (length,) = struct.unpack_from(">I", head)
    if length == 1 and len(head) == _LONG_BOX_HEAD:
        (length,) = struct.unpack_from(">Q", head, 8)
    return int(length) if length >= _BOX_HEAD else None
