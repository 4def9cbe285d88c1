"""What kind of file somebody hands in as footage, told by its content.

Pictures, videos and subtitles are taken. Missions, flight logs and relief lie in the same folders
on a drone's card and a pilot's computer: each is refused by its own name, with where it belongs.
"""

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.errors import InputRefused

__all__ = ["FootageKind", "footage_kind"]

_HEAD_BYTES: Final = 4096
_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})  # of MP4 and QuickTime
_TIMES: Final = re.compile(rb"\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}\s*-->")
_DATED: Final = re.compile(rb"\A\s*\d+\s*\n\d{4}[-.]\d{1,2}[-.]\d{1,2} \d{1,2}:")
_DATAFLASH: Final = b"\xa3\x95\x80"
_MAVLINK: Final = (0xFE, 0xFD)  # what every message begins with, version 1 and 2


class FootageKind(StrEnum):
    """Kinds that are taken."""

    STILL = "still"
    VIDEO = "video"
    SUBTITLES = "subtitles"


def footage_kind(path: Path) -> FootageKind:
    """The kind of a file.

    Raises:
        InputRefused: it cannot be read (``footage_unreadable``), is empty (``footage_empty``), a
            mission (``footage_mission``), a flight log (``footage_log``), a TIFF
            (``footage_tiff``), or nothing known (``footage_unknown``).
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputRefused(
            f"{path.name} cannot be read: {error.strerror}.",
            remedy="Give a file that the watch may read.",
            code="footage_unreadable",
        ) from error
    if not head:
        raise InputRefused(f"{path.name} is empty.", remedy="Copy it again.", code="footage_empty")
    if head.startswith(b"\xff\xd8\xff"):
        return FootageKind.STILL
    if _is_video(head):
        return FootageKind.VIDEO
    _refuse_others(path, head)
    is_named_so = path.suffix.lower() == ".srt" and b"\0" not in head
    if _TIMES.search(head) or _DATED.match(head) or is_named_so:
        return FootageKind.SUBTITLES
    raise InputRefused(
        f"{path.name} is no picture, video or subtitles that are known here.",
        remedy="Give the camera's own files: JPEG, MP4, MOV, MPEG-TS, SRT.",
        code="footage_unknown",
    )


def _is_video(head: bytes) -> bool:
    if head[4:8] in _BOXES or head.startswith(b"\x1a\x45\xdf\xa3"):  # Matroska
        return True
    # MPEG transport stream: 188 bytes each, or 192 with a time in front.
    return any(
        len(head) > first + 2 * step and set(head[first : first + 3 * step : step]) == {0x47}
        for first, step in ((0, 188), (4, 192))
    )


def _refuse_others(path: Path, head: bytes) -> None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"PK\x03\x04", b"{", b"QGC WPL", b"<?xml", b"<kml")):
        raise InputRefused(
            f"{path.name} is a mission and no footage.",
            remedy="Import it where missions are imported.",
            code="footage_mission",
        )
    is_mavlink = len(head) > 8 and head[8] in _MAVLINK and head[0] == 0
    if is_mavlink or head.startswith(_DATAFLASH):
        raise InputRefused(
            f"{path.name} is a flight log: it has no pictures.",
            remedy="Give the pictures; the link to the aircraft tells where it was.",
            code="footage_log",
        )
    if head.startswith((b"II*\0", b"MM\0*")):
        raise InputRefused(
            f"{path.name} is a TIFF: relief, a raw picture or a mosaic, and no camera's JPEG.",
            remedy="Give the camera's JPEG; relief is imported with the land.",
            code="footage_tiff",
        )
