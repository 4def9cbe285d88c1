"""MP4 read by others' eyes: a walk of our own through the boxes, and FFmpeg by way of PyAV."""

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import av
from coded_video import coded

from camera_gateway.sources.stream_time import Captured
from camera_gateway.video.h264 import units_of
from camera_gateway.video.tap import CodedPicture, VideoForm
from models.frame import TimeSource

__all__ = ["FORM", "MADE", "Seen", "boxes_of", "decoded", "pictures_of", "walk"]

FORM = VideoForm("h264", b"", Fraction(1, 90_000), 0, 0)
MADE = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
_INSIDE = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex"})


def pictures_of(
    units: Sequence[bytes] = (), *, rate_hz: float = 25.0, begins_s: float = 0.0, first: int = 0
) -> list[CodedPicture]:
    """Coded pictures as a reader hands them on, at the pace of their times."""
    out = []
    for number, unit in enumerate(units or coded("h264", 50, 10)):
        at_s = (number + first) / rate_hz
        captured = Captured(MADE + timedelta(seconds=begins_s + at_s), TimeSource.RECEIPT, 1.0)
        ticks = round(at_s * 90_000)
        is_key = any(part[0] & 31 == 5 for part in units_of(unit))
        out.append(CodedPicture(unit, is_key, ticks, ticks, begins_s + at_s, captured))
    return out


def boxes_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each box, which fill the bytes exactly."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        assert 8 <= size <= len(data) - at, f"{kind!r} at {at} has {size} bytes"
        yield kind, data[at + 8 : at + size]
        at += size


@dataclass
class Seen:
    """What a walk through a stream of fragments found.

    Attributes:
        kinds: of the boxes on top.
        begins: decoding time of each fragment, ticks.
        samples: of each fragment: length, size, flags, time of showing.
        made: of each fragment, as its reference tells.
    """

    kinds: list[bytes] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    samples: list[list[tuple[int, int, int, int]]] = field(default_factory=list)
    made: list[datetime] = field(default_factory=list)


def walk(data: bytes) -> Seen:
    """Read fragments by the standard's own words, and hold them to each other."""
    seen, sizes, offset, at = Seen(), 0, 0, 0
    for kind, body in boxes_of(data):
        seen.kinds.append(kind)
        if kind == b"moof":
            parts = dict(_flat(body))
            (begins,) = struct.unpack_from(">Q", parts[b"tfdt"], 4)
            seen.begins.append(begins)
            count, offset = struct.unpack_from(">Ii", parts[b"trun"], 4)
            runs = [struct.unpack_from(">IIIi", parts[b"trun"], 12 + 16 * i) for i in range(count)]
            assert len(parts[b"trun"]) == 12 + 16 * count
            seen.samples.append(runs)
            sizes = sum(run[1] for run in runs)
            offset -= len(body) + 8  # from here on it counts from the end of the moof
        elif kind == b"mdat":
            assert (offset, sizes) == (8, len(body)), "the index and the data do not agree"
        elif kind == b"prft":
            ntp, _media = struct.unpack_from(">QQ", body, 8)
            seen.made.append(datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=ntp / 2**32))
        at += 8 + len(body)
    return seen


def decoded(data: bytes, *, whole: bool = True) -> list[av.VideoFrame]:
    """All pictures, by FFmpeg; none of them damaged, unless the camera sent them so."""
    with av.open(io.BytesIO(data), format="mp4") as container:
        frames = list(container.decode(container.streams.video[0]))
    assert not (whole and any(frame.is_corrupt for frame in frames))
    return frames


def _flat(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, body in boxes_of(data):
        yield kind, body
        if kind in _INSIDE:
            yield from _flat(body)
