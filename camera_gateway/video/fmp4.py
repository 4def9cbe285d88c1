"""Fragmented MP4, box by box: what a browser's media source takes, without an encoder's library.

Each fragment is complete in itself and is written as soon as its pictures are there; a muxing
library keeps a picture back and writes behind a file's interface. Sources: ISO/IEC 14496-12
sections 8.2 to 8.8 and 8.16.5.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from camera_gateway.video.h264 import Parameters, shape_of

__all__ = ["TIMESCALE", "Sample", "fragment", "header", "note"]

TIMESCALE: Final = 90_000
"""Ticks of a second in every file that is written here."""

_TRACK: Final = 1
_NTP_EPOCH_S: Final = 2_208_988_800
_REAL_TIME: Final = 24  # the moment of the picture, consistently
_UNITY: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_ALONE: Final = 0x02000000
_BUILDS: Final = 0x01010000


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded picture of a fragment.

    Attributes:
        data: units with their lengths before them.
        is_key: whether it stands alone.
        length: ticks until the next one is decoded, > 0.
        shown_after: ticks from its decoding to its being shown; below 0 is a value.
    """

    data: bytes
    is_key: bool
    length: int
    shown_after: int


def header(parameters: Parameters) -> bytes:
    """The part that comes first, and again whenever the parameters change (``ftyp``, ``moov``).

    Raises:
        ValueError: nothing can be decoded by these parameters.
    """
    record = parameters.record()
    shape = shape_of(parameters.sequences[0])
    size = struct.pack(">HH", shape.width_px, shape.height_px)
    entry = _box(
        b"avc1",
        bytes(6) + struct.pack(">H", 1) + bytes(16) + size,
        struct.pack(">IIIH", 0x480000, 0x480000, 0, 1) + bytes(32) + struct.pack(">Hh", 24, -1),
        _box(b"avcC", record),
    )
    table = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *(_full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc")),
        _full(b"stsz", 0, 0, bytes(8)),
        _full(b"stco", 0, 0, bytes(4)),
    )
    place = _box(b"dinf", _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1)))
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, TIMESCALE, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, 0, bytes(4) + b"vide" + bytes(12) + b"video\0"),
        _box(b"minf", _full(b"vmhd", 0, 1, bytes(8)), place, table),
    )
    track = _full(
        b"tkhd",
        0,
        3,
        struct.pack(">IIIII", 0, 0, _TRACK, 0, 0) + bytes(16) + _UNITY,
        struct.pack(">II", shape.width_px << 16, shape.height_px << 16),
    )
    movie = _full(
        b"mvhd",
        0,
        0,
        struct.pack(">IIIIIH", 0, 0, TIMESCALE, 0, 0x10000, 0x100) + bytes(10) + _UNITY,
        bytes(24) + struct.pack(">I", _TRACK + 1),
    )
    extends = _full(b"trex", 0, 0, struct.pack(">IIIII", _TRACK, 1, 0, 0, 0))
    return _box(b"ftyp", b"iso5", bytes(4), b"iso5iso6avc1mp41") + _box(
        b"moov", movie, _box(b"trak", track, media), _box(b"mvex", extends)
    )


def fragment(number: int, begins: int, made: datetime, samples: Sequence[Sample]) -> bytes:
    """Some pictures with the moment at which the first was made (``prft``, ``moof``, ``mdat``).

    Args:
        number: of the fragment, from 1.
        begins: when its first picture is decoded, in ticks, >= 0.
        made: UTC, of its first picture.
        samples: at least one.
    """
    ntp = round((made.timestamp() + _NTP_EPOCH_S) * 2**32) & 0xFFFFFFFFFFFFFFFF
    shown = begins + samples[0].shown_after
    reference = _full(b"prft", 1, _REAL_TIME, struct.pack(">IQQ", _TRACK, ntp, max(0, shown)))
    runs = b"".join(map(_run_of, samples))
    # offset of the data, and of each sample length, size, flags and time of showing
    what = 0x1 | 0x100 | 0x200 | 0x400 | 0x800
    before = _full(b"mfhd", 0, 0, struct.pack(">I", number))
    head = _full(b"tfhd", 0, 0x20000, struct.pack(">I", _TRACK))  # offsets count from this moof
    time = _full(b"tfdt", 1, 0, struct.pack(">Q", begins))

    def moof(offset: int) -> bytes:
        run = _full(b"trun", 1, what, struct.pack(">Ii", len(samples), offset), runs)
        return _box(b"moof", before, _box(b"traf", head, time, run))

    index = moof(len(moof(0)) + 8)
    return reference + index + _box(b"mdat", *(each.data for each in samples))


def note(said: Mapping[str, str | int]) -> bytes:
    """Words to the reader of a stream, in a box that every player passes over (``free``)."""
    return _box(b"free", json.dumps(dict(said), separators=(",", ":")).encode())


def _run_of(sample: Sample) -> bytes:
    flags = _ALONE if sample.is_key else _BUILDS
    return struct.pack(">IIIi", sample.length, len(sample.data), flags, sample.shown_after)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)
