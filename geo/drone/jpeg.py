"""The segments in front of a JPEG's first scan: size, Exif tags, XMP packets. No pixel is read.

Only the first picture of a file counts: DJI appends previews and raw temperatures behind it. What
breaks off after the first scan is no hindrance, what breaks off before it is refused.

Sources: ITU-T T.81 annex B; Exif 2.32 sections 4.5 and 4.6.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from models.errors import InputRefused

__all__ = ["Header", "read_header"]

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_EXIF: Final = b"Exif\x00\x00"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
MOST_SEGMENTS: Final = 2000  # raw temperatures fill some dozens
_DIRECTORIES: Final = {0x8769: "exif", 0x8825: "gps"}
_MOST_ENTRIES: Final = 200
_MOST_VALUES: Final = 64
_FORMATS: Final = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 7: "B", 9: "i", 10: "ii"}


@dataclass(slots=True)
class Header:
    """What stands in front of the picture.

    Attributes:
        size_px: width and height as coded, before any turn.
        tags: directory (``image``, ``exif``, ``gps``) and tag to text, number or list of numbers; a
            fraction by zero is left out.
        packets: of XMP.
    """

    size_px: tuple[int, int] | None = None
    tags: dict[tuple[str, int], Any] = field(default_factory=dict)
    packets: list[bytes] = field(default_factory=list)

    def number(self, directory: str, tag: int) -> float | None:
        """A tag's first number; None when it has none."""
        value = self.tags.get((directory, tag))
        return value[0] if isinstance(value, list) and value else None

    def text(self, directory: str, tag: int) -> str:
        """A tag's text; empty when it has none."""
        value = self.tags.get((directory, tag), "")
        return value if isinstance(value, str) else ""


def read_header(path: Path) -> Header:
    """Read a JPEG up to its first scan.

    Raises:
        InputRefused: there is no such file, or it is no JPEG or breaks off (``drone_photo``).
    """
    try:
        with path.open("rb") as file:
            header = _read(file)
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    except (struct.error, ValueError) as error:
        raise _refused(path, f"is no whole JPEG: {error}") from error
    if header.size_px is None or min(header.size_px) <= 0:
        raise _refused(path, "has no picture before its data begins")
    return header


def _read(file: BinaryIO) -> Header:
    if file.read(2) != b"\xff\xd8":
        raise ValueError("it does not begin like one")
    header = Header()
    for _ in range(MOST_SEGMENTS):
        marker = file.read(2)
        while marker[1:] == b"\xff":  # fill bytes
            marker = marker[1:] + file.read(1)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise ValueError("it breaks off before its picture")
        if marker[1] in {0xDA, 0xD9}:
            return header
        (length,) = struct.unpack(">H", file.read(2))
        content = file.read(length - 2) if length >= 2 else b""
        if len(content) != length - 2:
            raise ValueError("it breaks off before its picture")
        if marker[1] in _FRAMES:
            height, width = struct.unpack_from(">HH", content, 1)
            header.size_px = width, height
        elif marker[1] == 0xE1 and content.startswith(_XMP):
            header.packets.append(content[len(_XMP) :])
        elif marker[1] == 0xE1 and content.startswith(_EXIF):
            _take_tags(content[len(_EXIF) :], header.tags)
    raise ValueError("it has segments without end")


def _take_tags(tiff: bytes, tags: dict[tuple[str, int], Any]) -> None:
    """Read image, Exif and GPS directories; a damaged one is left where it breaks off."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        _take_directory(tiff, order, ("image", first), tags)
        for pointer, name in _DIRECTORIES.items():
            place = tags.get(("image", pointer))
            if isinstance(place, list) and place:
                _take_directory(tiff, order, (name, int(place[0])), tags)
    except struct.error:
        return


def _take_directory(
    tiff: bytes, order: str, directory: tuple[str, int], tags: dict[tuple[str, int], Any]
) -> None:
    name, at = directory
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for index in range(min(count, _MOST_ENTRIES)):
        entry = at + 2 + 12 * index
        tag, kind, values = struct.unpack_from(order + "HHI", tiff, entry)
        form = _FORMATS.get(kind)
        if form is None or values > (256 if kind == 2 else _MOST_VALUES):
            continue
        size = values * struct.calcsize("=" + form)
        place = entry + 8
        if size > 4:
            (place,) = struct.unpack_from(order + "I", tiff, place)
        if kind == 2:
            text = struct.unpack_from(f"{values}s", tiff, place)[0]
            tags[name, tag] = text.split(b"\x00", 1)[0].decode("utf-8", "replace").strip()
            continue
        numbers = struct.unpack_from(order + form * values, tiff, place)
        if len(form) == 2:
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            if any(below == 0 for _, below in pairs):
                continue
            numbers = tuple(above / below for above, below in pairs)
        tags[name, tag] = [float(number) for number in numbers]


def _refused(path: Path, why: str) -> InputRefused:
    return InputRefused(
        f"{path.name} {why}.", remedy="Take the original photo of the drone.", code="drone_photo"
    )
