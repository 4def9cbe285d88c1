"""Packets of MISB ST 0601 and videos that carry them, written by the standard and FFmpeg."""

import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

__all__ = ["FLIGHT_ITEMS", "mapped", "packet", "transport_stream"]

KEY = b"\x06\x0e+4\x02\x0b\x01\x01\x0e\x01\x03\x01\x01\x00\x00\x00"


def mapped(value: float, low: float, high: float, form: str) -> bytes:
    """A value in a range as whole number; ``form`` as of :mod:`struct`, small letters signed."""
    bits = 8 * struct.calcsize(form)
    if form.islower():
        return struct.pack(">" + form, round(value / high * (2 ** (bits - 1) - 1)))
    return struct.pack(">" + form, round((value - low) / (high - low) * (2**bits - 1)))


def packet(items: Mapping[int, bytes] | Sequence[tuple[int, bytes]], *, long: int = 0) -> bytes:
    """Items in order and their checksum; ``long`` bytes of BER length, 0 for the short form."""
    pairs = list(items.items()) if isinstance(items, Mapping) else list(items)
    body = b"".join(_oid(tag) + _ber(len(value)) + value for tag, value in pairs) + b"\x01\x02"
    size = len(body) + 2
    head = KEY + (bytes([0x80 | long]) + size.to_bytes(long) if long else _ber(size))
    total = 0
    for at, byte in enumerate(head + body):
        total += byte << (8 if at % 2 == 0 else 0)
    return head + body + struct.pack(">H", total % 65_536)


FLIGHT_ITEMS: dict[int, bytes] = {
    2: struct.pack(">Q", 1_795_000_000_000_000),
    5: mapped(30.0, 0, 360, "H"),
    6: mapped(2.0, -20, 20, "h"),
    7: mapped(-3.0, -50, 50, "h"),
    13: mapped(28.85, -90, 90, "i"),
    14: mapped(106.65, -180, 180, "i"),
    15: mapped(1010.0, -900, 19_000, "H"),
    16: mapped(60.0, 0, 180, "H"),
    18: mapped(15.0, 0, 360, "I"),
    19: mapped(-40.0, -180, 180, "i"),
    20: mapped(1.0, 0, 360, "I"),
    65: b"\x11",
}
"""Over Qijiang; heading 30, the sensor 15 to its right and 40 down."""


def transport_stream(
    path: Path,
    packets: Sequence[tuple[float, bytes]],
    *,
    seconds: float = 2.0,
    begins_s: float = 0.0,
    stream: bool = True,
    timed: bool = True,
    codec: str = "mpeg2video",
) -> Path:
    """A video of 10 pictures a second whose brightness tells their number, muxed by FFmpeg.

    Args:
        path: to write.
        packets: presentation time in seconds of the video, and the bytes.
        seconds: of the video.
        begins_s: presentation time of its first picture.
        stream: whether it has a stream of data at all.
        timed: whether the packets bear their times; without, as an asynchronous stream has them.
        codec: of the pictures, a key one in every ten.
    """
    with av.open(path, "w", format="mpegts") as out:
        video = out.add_stream(codec, rate=25)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        video.max_b_frames, video.gop_size = 0, 10
        data = out.add_data_stream("klv") if stream else None
        waiting = sorted(packets)
        for index in range(round(seconds * 25)):
            grey = np.full((96, 160, 3), 20 + 30 * (index % 7), np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24")
            frame.pts, frame.time_base = index + round(begins_s * 25), Fraction(1, 25)
            out.mux(video.encode(frame))
            while data is not None and waiting and waiting[0][0] <= begins_s + index / 25 + 1e-6:
                at_s, content = waiting.pop(0)
                told = av.Packet(content)
                told.pts = told.dts = round(at_s * 90_000)
                told.time_base, told.stream = Fraction(1, 90_000), data
                out.mux(told)
        out.mux(video.encode(None))
    if not timed:
        path.write_bytes(_untimed(path.read_bytes()))
    return path


def _untimed(stream: bytes) -> bytes:
    """The same stream, no time in the heads of its data: the flag cleared, the field stuffed."""
    out = bytearray(stream)
    for begin in range(0, len(stream), 188):
        at = begin + 4 + (1 + stream[begin + 4] if stream[begin + 3] & 0x20 else 0)
        if stream[begin + 1] & 0x40 and stream[at : at + 4] == b"\x00\x00\x01\xfc":
            out[at + 7 : at + 14] = b"\x00\x05" + b"\xff" * 5
    return bytes(out)


def _ber(length: int) -> bytes:
    if length < 128:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size)


def _oid(tag: int) -> bytes:
    groups = [tag & 127]
    while tag := tag >> 7:
        groups.insert(0, tag & 127 | 128)
    return bytes(groups)
