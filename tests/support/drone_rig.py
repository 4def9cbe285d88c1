"""A drone's photo, built by the standards and not by the reader; it has no pixels."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["app1", "drone_photo", "exif_block", "frame", "xmp"]

Tags = Mapping[int, Any]
DJI = "http://www.dji.com/drone-dji/1.0/"
FLIGHT = {
    "AbsoluteAltitude": "+1010.00",
    "RelativeAltitude": "+100.00",
    "GimbalYawDegree": "+30.00",
    "GimbalPitchDegree": "-45.00",
    "GimbalRollDegree": "+0.00",
    "FlightYawDegree": "-70.00",
    "FlightPitchDegree": "+1.00",
    "FlightRollDegree": "+0.00",
    "GpsLatitude": "28.850000000",
    "GpsLongitude": "106.650000000",
    "CalibratedFocalLength": "3666.666504",
}
"""A flight over Qijiang; a picture of 5472 x 3648 pixels has 73.5 degrees."""


def drone_photo(
    path: Path,
    facts: Mapping[str, str | None] | None = None,
    *,
    image: Tags | None = None,
    exif: Tags | None = None,
    gps: Tags | None = None,
    size: tuple[int, int] = (5472, 3648),
) -> Path:
    """Write a photo of :data:`FLIGHT` with those facts and tags in place of its own."""
    told = {key: value for key, value in (FLIGHT | dict(facts or {})).items() if value is not None}
    head = {0x010F: "DJI", 0x0110: "FC6310", 0x0131: "v01.2.3"} | dict(image or {})
    path.write_bytes(
        b"\xff\xd8"
        + app1(exif_block(head, exif or {}, gps or {}))
        + app1(xmp(told))
        + frame(*size)
        + b"\xff\xda\x00\x02"
    )
    return path


def app1(content: bytes) -> bytes:
    """A segment."""
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def frame(width: int, height: int) -> bytes:
    """A start of frame."""
    return b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(10)


def xmp(facts: Mapping[str, str], *, elements: bool = False, prefix: str = "drone-dji") -> bytes:
    """A packet."""
    if elements:
        inner = "".join(f"<{prefix}:{key}>{value}</{prefix}:{key}>" for key, value in facts.items())
        body = f'<rdf:Description xmlns:{prefix}="{DJI}">{inner}</rdf:Description>'
    else:
        inner = " ".join(
            f'{key if ":" in key else prefix + ":" + key}="{value}"' for key, value in facts.items()
        )
        body = (
            f'<rdf:Description xmlns:{prefix}="{DJI}" '
            f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" {inner}/>'
        )
    return (
        b"http://ns.adobe.com/xap/1.0/\x00"
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        + body.encode()
        + b"</rdf:RDF></x:xmpmeta><?xpacket end='w'?>\x00"
    )


def exif_block(image: Tags, exif: Tags, gps: Tags, order: str = "<") -> bytes:
    """Three directories; text, whole numbers, and lists of (above, below)."""
    block = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    sizes = [2 + 12 * len(tags) + 4 for tags in ({**image, 0x8769: 0, 0x8825: 0}, exif, gps)]
    starts = [8, 8 + sizes[0], 8 + sizes[0] + sizes[1]]
    heap_at = sum(sizes) + 8
    heap = b""
    full = {**image, 0x8769: starts[1], 0x8825: starts[2]}
    for tags in (full, exif, gps):
        block += struct.pack(order + "H", len(tags))
        for tag, value in tags.items():
            kind, count, raw = _coded(value, order)
            if len(raw) > 4:
                raw, heap = struct.pack(order + "I", heap_at + len(heap)), heap + raw
            block += struct.pack(order + "HHI", tag, kind, count) + raw.ljust(4, b"\x00")
        block += bytes(4)
    return b"Exif\x00\x00" + block + heap


def _coded(value: str | bytes | int | list[tuple[int, int]], order: str) -> tuple[int, int, bytes]:
    if isinstance(value, str):
        raw = value.encode() + b"\x00"
        return 2, len(raw), raw
    if isinstance(value, bytes):
        return 7, len(value), value
    if isinstance(value, list):
        return 5, len(value), b"".join(struct.pack(order + "II", *pair) for pair in value)
    return 4, 1, struct.pack(order + "I", value)
