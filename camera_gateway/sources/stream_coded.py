"""Coded pictures as they come off the line, each whole and with the times that are known of it."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final, TypeAlias, cast

import av
import av.container
import av.packet
import av.video.stream

from camera_gateway.sources.stream_facts import StreamGauge
from camera_gateway.sources.stream_time import CaptureClock
from camera_gateway.video.tap import CodedPicture, VideoForm
from models.clock import Clock

__all__ = ["Coded", "coded_pictures", "form_of", "heard", "wall_time"]

CodedPacket: TypeAlias = "av.packet.Packet[av.video.stream.VideoStream]"

WAITED_S: Final = 0.002
"""A reading that took longer had to wait for the line."""

MOST_PARTS: Final = 32
UNSEEN_S: Final = 10.0
"""A stream whose sound goes on without pictures for so long has ended."""

_SAMPLE_EACH: Final = 25
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The sender's clock may be set to anything; beyond the year 2100 it is no time.
_SANE_US: Final = range(4_102_444_800_000_000)


@dataclass(slots=True)
class Coded:
    """One coded picture.

    Attributes:
        packet: all of it.
        is_key: whether it stands alone.
        at_s: when its first part came, monotonic.
        shown_s: its presentation time; None when it has none.
        late_s: by how much later than others.
        sender_at: when it was made by the sender's clock, UTC; None when that says nothing.
    """

    packet: CodedPacket
    is_key: bool
    at_s: float
    shown_s: float | None
    late_s: float
    sender_at: datetime | None


def coded_pictures(
    container: av.container.InputContainer,
    stream: av.video.stream.VideoStream,
    clock: Clock,
    times: CaptureClock,
    gauge: StreamGauge,
    *,
    ask_sender: Callable[[], bool],
    rest: Callable[[], None],
) -> Iterator[Coded]:
    """Yield coded pictures, one behind what has come.

    FFmpeg cuts a picture of several slices where a server repeats its parameters between them, and
    each part alone would decode as half a picture: parts of one presentation time are joined. What
    is held at the end may be half a picture, and is not yielded.

    Args:
        container: open; read to its end.
        stream: of it.
        clock: stamps arrival.
        times: learns from every picture.
        gauge: counts.
        ask_sender: whether the sender's clock is wanted for every picture rather than for key
            frames and a sample.
        rest: called when all that had come is read.

    Raises:
        av.error.FFmpegError: the stream broke.
    """
    held: Coded | None = None
    number = parts = 0
    tick_s = float(stream.time_base or 0)
    asked_s = clock.monotonic_s()
    for one in container.demux():
        packet = cast("CodedPacket", one)
        if packet.stream_index != stream.index:  # sound of RTMP, which cannot be left out
            if clock.monotonic_s() - asked_s > UNSEEN_S:
                return  # sound alone is no life
            continue
        if packet.size == 0:
            continue  # the mark of the end
        at_s = clock.monotonic_s()
        waited = at_s - asked_s > WAITED_S
        if held is not None:
            # A camera that stamps all its pictures alike must not make one of them.
            if parts < MOST_PARTS and _is_of_one(held.packet, packet):
                held.packet = _joined(held.packet, packet)
                parts += 1
                continue
            yield held
        number += 1
        parts = 1
        shown_s = None if packet.pts is None else packet.pts * tick_s
        late_s = times.lateness_s(shown_s, at_s)
        gauge.jumps_back = times.jumps_back
        is_sample = packet.is_keyframe or number % _SAMPLE_EACH == 0
        sender_at = None
        if is_sample or ask_sender():
            sender_at = _sender_time(packet)
            if is_sample and sender_at is not None:
                times.sample(sender_at, wall_time(clock, at_s), late_s)
                gauge.sender_offset_s = times.sender_offset_s
        gauge.packet(at_s, shown_s, packet.size, is_key=packet.is_keyframe)
        held = Coded(packet, packet.is_keyframe, at_s, shown_s, late_s, sender_at)
        if waited:
            rest()
        asked_s = clock.monotonic_s()


def wall_time(clock: Clock, at_s: float) -> datetime:
    """The moment in UTC that was then on the monotonic clock."""
    return clock.now() - timedelta(seconds=clock.monotonic_s() - at_s)


def form_of(stream: av.video.stream.VideoStream) -> VideoForm:
    """What a stream is, for whoever listens to it."""
    codec = stream.codec_context
    return VideoForm(
        codec=codec.name,
        parameters=bytes(codec.extradata or b""),
        time_base=stream.time_base or Fraction(1, 90_000),
        width_px=codec.width,
        height_px=codec.height,
    )


def heard(coded: Coded, clock: Clock, times: CaptureClock) -> CodedPicture:
    """A copy for whoever listens; what decodes goes on with the packet itself."""
    packet = coded.packet
    captured = times.captured(
        wall_time(clock, coded.at_s),
        coded.late_s,
        coded.sender_at,
        has_time=coded.shown_s is not None,
    )
    return CodedPicture(bytes(packet), coded.is_key, packet.pts, packet.dts, coded.at_s, captured)


def _is_of_one(first: CodedPacket, second: CodedPacket) -> bool:
    """Whether both are parts of one key frame."""
    if not (first.is_keyframe and second.is_keyframe):
        return False
    # The first packet of a connection has no time; a key frame does not follow a key frame.
    return first.pts is None or first.pts == second.pts


def _joined(first: CodedPacket, second: CodedPacket) -> CodedPacket:
    both = cast("CodedPacket", av.Packet(bytes(first) + bytes(second)))
    both.is_keyframe = True
    both.pts, both.dts, both.time_base = second.pts, second.dts, second.time_base
    return both


def _sender_time(packet: CodedPacket) -> datetime | None:
    """The sender's clock for this picture, from its RTCP reports."""
    data = packet.get_sidedata("prft")
    if not data:
        return None
    (microseconds,) = struct.unpack_from("<q", bytes(data))
    if microseconds not in _SANE_US:
        return None
    return _EPOCH + timedelta(microseconds=microseconds)
