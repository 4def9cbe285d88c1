"""Exif segments, built by the standard and not by the reader."""

import struct

__all__ = ["exif", "with_exif"]


def exif(
    written: str = "2026:11:25 12:00:00",
    offset: str | None = "+08:00",
    subsecond: str | None = None,
    order: str = "<",
) -> bytes:
    """An Exif segment with those texts."""
    texts = {0x9003: written, 0x9011: offset, 0x9291: subsecond}
    entries, heap = b"", b""
    present = [(tag, text) for tag, text in texts.items() if text is not None]
    first, directory = 8, 8 + 2 + 12 + 4
    heap_at = directory + 2 + 12 * len(present) + 4
    for tag, text in present:
        raw = text.encode() + b"\x00"
        if len(raw) <= 4:
            entries += struct.pack(order + "HHI", tag, 2, len(raw)) + raw.ljust(4, b"\x00")
        else:
            entries += struct.pack(order + "HHII", tag, 2, len(raw), heap_at + len(heap))
            heap += raw
    tiff = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", first)
    tiff += struct.pack(order + "HHHII", 1, 0x8769, 4, 1, directory) + bytes(4)
    tiff += struct.pack(order + "H", len(present)) + entries + bytes(4) + heap
    content = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def with_exif(jpeg: bytes, segment: bytes) -> bytes:
    """The picture with the segment in front of everything."""
    return jpeg[:2] + segment + jpeg[2:]
