"""The moment that a camera wrote into its JPEG.

A time without its offset from UTC is told only to those who know whose local time it is.

Source: Exif 2.32 sections 4.6.5 (DateTimeOriginal 0x9003, SubSecTimeOriginal 0x9291,
OffsetTimeOriginal 0x9011) and 4.5 (APP1).
"""

import re
import struct
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

__all__ = ["exif_moment"]

_EXIF_DIRECTORY: Final = 0x8769
_ORIGINAL, _SUBSECOND, _OFFSET = 0x9003, 0x9291, 0x9011
_ASCII: Final = 2
_MOST_ENTRIES: Final = 512
_SEGMENT = re.compile(rb"\xff\xe1(..)Exif\x00\x00", re.DOTALL)
_SIGNED = re.compile(r"([+-])(\d{2}):(\d{2})")
_EARLIEST_YEAR: Final = 1990


def exif_moment(jpeg: bytes, zone: tzinfo | None = None) -> tuple[datetime, float] | None:
    """When the picture was made, by its camera.

    Args:
        jpeg: the file, or its first 128 kB.
        zone: of a time that is written without its offset; None takes no such time.

    Returns:
        (moment, resolution_s): UTC, and 1 or less where fractions of seconds are written; None when
        there is no such time, it lacks its offset, or it makes no sense.
    """
    # The segment stands in front of the first scan: 64 kB of others at most before it, in practice.
    match = _SEGMENT.search(jpeg, 0, 131_072)
    if match is None:
        return None
    length = int.from_bytes(match[1], "big")
    tiff = jpeg[match.end() : match.start() + 2 + length]
    try:
        return _moment_in(tiff, zone)
    except (struct.error, ValueError, OverflowError):
        return None


def _moment_in(tiff: bytes, zone: tzinfo | None) -> tuple[datetime, float] | None:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    (first,) = struct.unpack_from(order + "I", tiff, 4)
    pointer = _entries(tiff, order, first).get(_EXIF_DIRECTORY)
    if pointer is None:
        return None
    (directory,) = struct.unpack(order + "I", pointer[2])
    entries = _entries(tiff, order, directory)
    written, offset = _text(tiff, order, entries, _ORIGINAL), _text(tiff, order, entries, _OFFSET)
    signed = _SIGNED.fullmatch(offset)
    if offset == "Z":
        zone = UTC
    elif signed is None and (offset or zone is None):
        return None
    elif signed is not None:
        ahead = timedelta(hours=int(signed[2]), minutes=int(signed[3]))
        zone = timezone(-ahead if signed[1] == "-" else ahead)
    moment = datetime.strptime(written, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    if moment.year < _EARLIEST_YEAR:
        return None
    digits = _text(tiff, order, entries, _SUBSECOND)[:6]
    if not (digits.isascii() and digits.isdigit()):
        return moment, 1.0
    return moment + timedelta(seconds=float(f"0.{digits}")), 10.0 ** -len(digits)


_Entry = tuple[int, int, bytes]


def _entries(tiff: bytes, order: str, at: int) -> dict[int, _Entry]:
    """Tag to (type, count, the four bytes of the value or of its place)."""
    (count,) = struct.unpack_from(order + "H", tiff, at)
    found: dict[int, _Entry] = {}
    for index in range(min(count, _MOST_ENTRIES)):
        tag, kind, values, raw = struct.unpack_from(order + "HHI4s", tiff, at + 2 + 12 * index)
        found[tag] = (kind, values, raw)
    return found


def _text(tiff: bytes, order: str, entries: dict[int, _Entry], tag: int) -> str:
    """That entry's text; empty when it is absent or no text."""
    kind, count, raw = entries.get(tag, (0, 0, b""))
    if kind != _ASCII or count > 64:
        return ""
    if count > 4:
        (place,) = struct.unpack(order + "I", raw)
        raw = tiff[place : place + count]
    return raw[:count].split(b"\x00", 1)[0].decode("ascii", "replace").strip()
