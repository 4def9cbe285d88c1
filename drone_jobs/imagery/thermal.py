"""Whether a JPEG carries the readings of a thermal sensor, whose they are and how many.

An R-JPEG is a picture for people with the sensor's raw numbers beside it. They are no temperatures:
FLIR's become some with the constants of the camera and the air of the day, DJI's by a library that
DJI gives out under terms of its own. Neither is done here, so no temperature is ever told; the
picture itself is scored like any other.

Sources: ITU-T T.81 annex B; DJI's application segments as found in files of XT S, M2EA, H20N and
M30T.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from camera_gateway.thermal.flir import raw_size
from geo.drone.photo import read_photo

__all__ = ["RawLayout", "Thermal", "read_thermal"]

_FLIR: Final = b"FLIR\x00\x01"
_LEAST_PX: Final = 80 * 60
_LARGEST_PIECE: Final = 64 * 2**20


class RawLayout(StrEnum):
    """How raw numbers lie in the file."""

    NONE = "none"
    FLIR = "flir"  # FFF within APP1: Zenmuse XT, XT2 and cameras of FLIR itself
    DJI_APP3 = "dji_app3"  # H20T, H20N, M2EA, M30T, M3T and later
    DJI_APP4 = "dji_app4"  # Zenmuse XT S


@dataclass(frozen=True, slots=True)
class Thermal:
    """What a JPEG tells of a thermal sensor.

    Attributes:
        layout: of the raw numbers; ``NONE`` for an ordinary picture.
        camera: model, as in the file; may be empty.
        picture_px: width and height of the picture.
        raw_px: width and height of the sensor; None where there are no raw numbers or their size
            does not tell.
        is_whole: whether the picture goes to its end; one that does not is no picture to score.
        told: in English, for people: what it is, and why no temperatures are told.
    """

    layout: RawLayout
    camera: str
    picture_px: tuple[int, int]
    raw_px: tuple[int, int] | None
    is_whole: bool
    told: str

    @property
    def is_radiometric(self) -> bool:
        """Whether raw numbers of a thermal sensor are in it."""
        return self.layout is not RawLayout.NONE


def read_thermal(path: Path) -> Thermal:
    """Look for raw numbers in a JPEG.

    Raises:
        InputRefused: as :func:`geo.drone.read_photo` (``drone_photo``, ``drone_xmp``,
            ``drone_value``).
    """
    photo = read_photo(path)
    optics = photo.optics
    picture_px = optics.width_px, optics.height_px
    pieces: dict[RawLayout, bytearray] = {
        RawLayout.FLIR: bytearray(),
        RawLayout.DJI_APP3: bytearray(),
        RawLayout.DJI_APP4: bytearray(),
    }
    with path.open("rb") as file:
        for marker, content in _segments(file):
            layout, piece = _piece(marker, content)
            if layout is not None and len(pieces[layout]) + len(piece) <= _LARGEST_PIECE:
                pieces[layout] += piece
        is_whole = _reaches_its_end(file)
    layout, raw_px = _raw(pieces, picture_px)
    return Thermal(
        layout, optics.model, picture_px, raw_px, is_whole, _told(layout, raw_px, is_whole=is_whole)
    )


def _raw(
    pieces: dict[RawLayout, bytearray], picture_px: tuple[int, int]
) -> tuple[RawLayout, tuple[int, int] | None]:
    flir_px = raw_size(bytes(pieces[RawLayout.FLIR]))
    if flir_px is not None:
        return RawLayout.FLIR, flir_px
    for layout in (RawLayout.DJI_APP3, RawLayout.DJI_APP4):
        raw_px = _same_shape(len(pieces[layout]), picture_px)
        if raw_px is not None:
            return layout, raw_px
    return RawLayout.NONE, None


def _segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Marker and content up to the first scan of a JPEG that has been read once already."""
    file.seek(2)
    while True:
        marker = file.read(2)
        while marker[1:] == b"\xff":
            marker = marker[1:] + file.read(1)
        if len(marker) < 2 or marker[1] in {0xDA, 0xD9}:
            return
        (length,) = struct.unpack(">H", file.read(2))
        yield marker[1], file.read(length - 2)


def _piece(marker: int, content: bytes) -> tuple[RawLayout | None, bytes]:
    if marker == 0xE1 and content.startswith(_FLIR):
        return RawLayout.FLIR, content[8:]  # behind its name: a version, its number, the last one
    if marker == 0xE3:
        return RawLayout.DJI_APP3, content
    if marker == 0xE4:
        return RawLayout.DJI_APP4, content
    return None, b""


def _reaches_its_end(file: BinaryIO) -> bool:
    """Whether the end of the picture comes after the first scan begins; 255 is escaped in one."""
    before = b""
    while block := file.read(1 << 20):
        if b"\xff\xd9" in before + block:
            return True
        before = block[-1:]
    return False


def _same_shape(length: int, picture_px: tuple[int, int]) -> tuple[int, int] | None:
    """Width and height of 16-bit numbers in the shape of the picture; None if they do not fit."""
    count, odd = divmod(length, 2)
    if odd or count < _LEAST_PX:
        return None
    width = math.isqrt(count * picture_px[0] // picture_px[1])
    height = width * picture_px[1] // picture_px[0]
    return (width, height) if width * height == count else None


def _told(layout: RawLayout, raw_px: tuple[int, int] | None, *, is_whole: bool) -> str:
    size = "" if raw_px is None else f" of {raw_px[0]} x {raw_px[1]} readings"
    told = {
        RawLayout.NONE: "It has no readings of a thermal sensor.",
        RawLayout.FLIR: f"It has FLIR's raw numbers{size}; they are not made into temperatures.",
        RawLayout.DJI_APP3: f"It has DJI's raw numbers{size}; only DJI's own library makes "
        "temperatures of them.",
    }
    text = told[RawLayout.DJI_APP3 if layout is RawLayout.DJI_APP4 else layout]
    return text if is_whole else f"{text} Its picture breaks off."
