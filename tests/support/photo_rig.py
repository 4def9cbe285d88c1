"""Photos with a place, a time and a direction, built by the standard and not by the reader."""

import struct

import numpy as np
from exif_rig import with_exif

from camera_gateway.pictures import encode_jpeg

__all__ = ["gps_exif", "jpeg", "placed"]


def gps_exif(
    lat: tuple[float, float, float] = (28, 51, 36.0),
    lon: tuple[float, float, float] = (106, 39, 18.0),
    refs: tuple[str, str] = ("N", "E"),
    *,
    looks: tuple[str, float] | None = None,
    datum: str | None = None,
    height_m: float | None = None,
    status: str | None = None,
    written: str = "2026:11:25 10:30:00",
    offset: str | None = "+08:00",
) -> bytes:
    """An Exif segment with both directories, big-endian."""
    gps: list[tuple[int, int, int, bytes]] = [
        (1, 2, 2, refs[0].encode() + b"\0"),
        (2, 5, 3, _fractions(*lat)),
        (3, 2, 2, refs[1].encode() + b"\0"),
        (4, 5, 3, _fractions(*lon)),
    ]
    if height_m is not None:
        gps += [(5, 1, 1, bytes([height_m < 0.0])), (6, 5, 1, _fractions(abs(height_m)))]
    if status is not None:
        gps.append((9, 2, 2, status.encode() + b"\0"))
    if looks is not None:
        gps += [(16, 2, 2, looks[0].encode() + b"\0"), (17, 5, 1, _fractions(looks[1]))]
    if datum is not None:
        gps.append((18, 2, len(datum) + 1, datum.encode() + b"\0"))
    exif = [(0x9003, 2, len(written) + 1, written.encode() + b"\0")]
    if offset is not None:
        exif.append((0x9011, 2, len(offset) + 1, offset.encode() + b"\0"))
    root_at = 8
    root_size = 2 + 2 * 12 + 4
    exif_raw = _directory(exif, root_at + root_size)
    gps_at = root_at + root_size + len(exif_raw)
    root = struct.pack(">H", 2)
    root += struct.pack(">HHII", 0x8769, 4, 1, root_at + root_size)
    root += struct.pack(">HHII", 0x8825, 4, 1, gps_at) + bytes(4)
    tiff = b"MM\x00*" + struct.pack(">I", root_at) + root + exif_raw + _directory(gps, gps_at)
    content = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def jpeg(width_px: int = 64, height_px: int = 48) -> bytes:
    """A small picture that says nothing of itself."""
    return encode_jpeg(np.full((height_px, width_px, 3), 90, np.uint8))


def placed(**facts: object) -> bytes:
    """The same with Exif."""
    return with_exif(jpeg(), gps_exif(**facts))  # type: ignore[arg-type]


def _fractions(*values: float) -> bytes:
    return b"".join(struct.pack(">II", round(value * 1000), 1000) for value in values)


def _directory(entries: list[tuple[int, int, int, bytes]], at: int) -> bytes:
    heap_at = at + 2 + 12 * len(entries) + 4
    rows, heap = b"", b""
    for tag, kind, count, raw in sorted(entries):
        if len(raw) <= 4:
            rows += struct.pack(">HHI", tag, kind, count) + raw.ljust(4, b"\0")
        else:
            rows += struct.pack(">HHII", tag, kind, count, heap_at + len(heap))
            heap += raw
    return struct.pack(">H", len(entries)) + rows + bytes(4) + heap
