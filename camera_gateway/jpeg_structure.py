"""Walk through the markers of a JPEG: is it whole, how large is it, which way is up.

Decoders fill what is missing with grey and call it a picture; a walk from the first marker to the
last one does not. The entropy-coded bytes themselves are not read here.

Sources: ITU-T T.81 annex B (markers), Exif 2.32 section 4.6.4 (orientation tag 0x0112).
"""

import re
import struct
from dataclasses import dataclass

__all__ = ["JpegHeader", "scan_jpeg"]

_START, _END, _SCAN, _EXIF_SEGMENT = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_BLOCK_PX = 8
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# A marker ends the coded bytes; a stuffed 0x00, a restart and a fill byte do not. One 0xff, not a
# run of them: the search for a single first byte is twenty times faster.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """What the markers say.

    Attributes:
        width_px: stored columns.
        height_px: stored rows.
        orientation: Exif orientation, 1 (upright) to 8; 5 to 8 swap width and height.
        end: offset behind the end marker; what follows is not part of the picture.
        stray_bytes: bytes in front of the first scan that belong to no segment.
        unit_px: (width, height) of the stored pixels that are coded together and blur into each
            other, 8 to 32 each.
        progressive: coded in several passes over the whole picture.
    """

    width_px: int
    height_px: int
    orientation: int
    end: int
    stray_bytes: int
    unit_px: tuple[int, int]
    progressive: bool

    @property
    def upright_size_px(self) -> tuple[int, int]:
        """(width_px, height_px) of the picture as shown upright."""
        size = (self.width_px, self.height_px)
        return size[::-1] if self.orientation >= 5 else size


def scan_jpeg(data: bytes) -> JpegHeader:
    """Walk from the start marker to the end marker.

    Raises:
        ValueError: it does not start as a JPEG, has no frame header or no scan, or ends before its
            end marker; the text says which.
    """
    if data[:2] != bytes((0xFF, _START)):
        raise ValueError("it does not begin as a JPEG")
    size: tuple[int, int] | None = None
    unit_px, progressive = (_BLOCK_PX, _BLOCK_PX), False
    orientation, scans, stray_bytes, at = 1, 0, 0, 2
    while (match := _NEXT_MARKER.search(data, at)) is not None:
        if scans == 0:
            stray_bytes += len(data[at : match.start()].rstrip(b"\xff"))
        marker, at = data[match.end() - 1], match.end()
        if marker == _END:
            if size is None or scans == 0:
                raise ValueError("it holds no picture")
            return JpegHeader(*size, orientation, at, stray_bytes, unit_px, progressive)
        if marker in _ALONE or marker == _START:
            continue
        segment = _segment(data, at)
        if marker in _FRAMES and len(segment) >= 6:
            height_px, width_px = struct.unpack_from(">HH", segment, 1)
            if width_px == 0 or height_px == 0:
                raise ValueError("it declares no pixels")
            size = (width_px, height_px)
            unit_px, progressive = _unit_px(segment), marker in _PROGRESSIVE
        elif marker == _EXIF_SEGMENT and segment.startswith(b"Exif\x00\x00"):
            orientation = _orientation(segment[6:])
        scans += marker == _SCAN
        at += len(segment) + 2
    raise ValueError("it ends before its end marker")


def _segment(data: bytes, at: int) -> bytes:
    """Content of the segment whose length stands at that offset."""
    length = int.from_bytes(data[at : at + 2], "big")
    if length < 2 or at + length > len(data):
        raise ValueError("it ends before its end marker")
    return data[at + 2 : at + length]


def _unit_px(frame: bytes) -> tuple[int, int]:
    """Of a frame header: a block times the largest sampling factor of any component."""
    factors = [value for value in frame[7::3][: frame[5]] if value] or [0x11]
    width = max(value >> 4 for value in factors)
    height = max(value & 0x0F for value in factors)
    return _BLOCK_PX * max(1, width), _BLOCK_PX * max(1, height)


def _orientation(tiff: bytes) -> int:
    """Orientation in the first directory; 1 when it is absent, damaged or out of range."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for index in range(count):
            tag, _kind, _count, value = struct.unpack_from(
                order + "HHIH", tiff, directory + 2 + 12 * index
            )
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
