"""The size that a still picture declares, read from its first bytes without decoding it.

A file of 100 kB may declare 900 million pixels, so the size is known before a decoder sees the
file. A format whose header is not understood here is not decoded at all.

Sources: ITU-T T.81 (JPEG), Exif 2.32, PNG 1.2, TIFF 6.0, RIFF/WebP container, BMP, GIF89a,
ISO/IEC 23008-12 (AVIF ``ispe``), ISO/IEC 15444-1 (JPEG 2000 ``ihdr``), netpbm.
"""

import re
import struct
from collections.abc import Callable

from camera_gateway.jpeg_structure import scan_jpeg

__all__ = ["KNOWN_FORMATS", "declared_size"]

KNOWN_FORMATS = "JPEG, PNG, TIFF, WebP, BMP, GIF, AVIF, JPEG 2000, PNM"
_TIFF_HEAD = {b"II*\x00": "<", b"MM\x00*": ">"}
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_SHORT, _TIFF_LONG = 3, 4
_PNM = re.compile(rb"P[1-6](?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})\s")


def declared_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in stored (not upright) pixels.

    Args:
        data: the whole file.

    Returns:
        (width_px, height_px); None when it is no format of :data:`KNOWN_FORMATS`.

    Raises:
        ValueError: it is such a format, but the header is cut short or makes no sense.
    """
    for starts, read in _READERS:
        if starts(data):
            try:
                width_px, height_px = read(data)
            except (struct.error, IndexError) as error:
                raise ValueError("the header is cut short") from error
            if width_px < 1 or height_px < 1:
                raise ValueError(f"the header declares {width_px} x {height_px} pixels")
            return width_px, height_px
    return None


def _jpeg(data: bytes) -> tuple[int, int]:
    header = scan_jpeg(data)
    return header.width_px, header.height_px


def _png(data: bytes) -> tuple[int, int]:
    return struct.unpack_from(">II", data, 16)


def _gif(data: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", data, 6)


def _bmp(data: bytes) -> tuple[int, int]:
    (header_bytes,) = struct.unpack_from("<I", data, 14)
    if header_bytes == 12:  # the core header of OS/2
        return struct.unpack_from("<HH", data, 18)
    width_px, height_px = struct.unpack_from("<ii", data, 18)
    return width_px, abs(height_px)  # a negative height stores rows from the top


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = data[24:27], data[27:30]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width_px, height_px = struct.unpack_from("<HH", data, 26)
    return width_px & 0x3FFF, height_px & 0x3FFF


def _tiff(data: bytes) -> tuple[int, int]:
    order = _TIFF_HEAD[data[:4]]
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    found: dict[int, int] = {}
    for index in range(count):
        entry = directory + 2 + 12 * index
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag in {_TIFF_WIDTH, _TIFF_HEIGHT} and kind in {_TIFF_SHORT, _TIFF_LONG}:
            code = "H" if kind == _TIFF_SHORT else "I"
            (found[tag],) = struct.unpack_from(order + code, data, entry + 8)
    return found.get(_TIFF_WIDTH, 0), found.get(_TIFF_HEIGHT, 0)


def _largest_box(data: bytes, name: bytes, skip: int) -> tuple[int, int]:
    """Largest pair of 32-bit sizes behind every box of that name: tiles count as their whole."""
    sizes = [
        struct.unpack_from(">II", data, match.end() + skip) for match in re.finditer(name, data)
    ]
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


def _avif(data: bytes) -> tuple[int, int]:
    return _largest_box(data[:65536], b"ispe", 4)


def _jpeg_2000(data: bytes) -> tuple[int, int]:
    height_px, width_px = _largest_box(data[:65536], b"ihdr", 0)
    return width_px, height_px


def _pnm(data: bytes) -> tuple[int, int]:
    match = _PNM.match(data[:4096])
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], tuple[int, int]]], ...] = (
    (_begins(b"\xff\xd8\xff"), _jpeg),
    (_begins(b"\x89PNG\r\n\x1a\n"), _png),
    (_begins(*_TIFF_HEAD), _tiff),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", _webp),
    (_begins(b"BM"), _bmp),
    (_begins(b"GIF87a", b"GIF89a"), _gif),
    (lambda data: data[4:12] in {b"ftypavif", b"ftypavis", b"ftypmif1"}, _avif),
    (_begins(b"\x00\x00\x00\x0cjP  \r\n\x87\n"), _jpeg_2000),
    (_begins(*(b"P%d" % kind for kind in range(1, 7))), _pnm),
)
