"""One span of a camera's time out of its ring: the coded pictures as they are, in a plain MP4.

Pieces that follow each other become one file; a gap, or video of another kind, begins the next. A
file starts with the last key frame at or before the wanted beginning, and its time line at zero.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import av
import av.container
import av.error
import av.video.stream

from camera_gateway.recording.segment import Segment

__all__ = ["Cut", "cut"]

_logger = logging.getLogger(__name__)
USUAL_STEP_S: Final = 0.04


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that was cut.

    Attributes:
        path: of the file, in the folder that was given.
        from_at: UTC capture time of its first picture.
        until_at: UTC, when its last picture was over.
        codec: FFmpeg's name.
        width_px: of its pictures.
        height_px: of its pictures.
    """

    path: Path
    from_at: datetime
    until_at: datetime
    codec: str
    width_px: int
    height_px: int


def cut(
    pieces: Sequence[Segment], from_at: datetime, until_at: datetime, folder: Path
) -> list[Cut]:
    """Cut a span.

    Args:
        pieces: of one camera, by time; those that have something of the span.
        from_at: UTC, beginning of the span.
        until_at: UTC, its end.
        folder: takes the files; on the disk where they are to stay.

    Returns:
        One file for each unbroken stretch; a piece that cannot be read is a gap.

    Raises:
        OSError: the folder takes no more; what was begun is removed.
    """
    made: list[Cut] = []
    try:
        for stretch in _stretches(pieces):
            found = _one(stretch, from_at, until_at, folder)
            if found is not None:
                made.append(found)
    except BaseException:
        for one in made:
            one.path.unlink(missing_ok=True)
        raise
    return made


def _stretches(pieces: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Pieces that follow each other without a gap."""
    stretch: list[Segment] = []
    for piece in pieces:
        if stretch and (piece.run, piece.number) != (stretch[-1].run, stretch[-1].number + 1):
            yield stretch
            stretch = []
        stretch.append(piece)
    if stretch:
        yield stretch


@dataclass(slots=True)
class _Coded:
    """A picture; times in seconds since the stretch began.

    A copy: FFmpeg's own packets must not outlive the container that they come from.
    """

    piece: Path
    data: bytes
    is_key: bool
    pts_s: Fraction
    dts_s: Fraction


def _one(
    stretch: Sequence[Segment], from_at: datetime, until_at: datetime, folder: Path
) -> Cut | None:
    began_at = _beginning(stretch)
    wanted = _wanted(
        stretch, (from_at - began_at).total_seconds(), (until_at - began_at).total_seconds()
    )
    first = next(wanted, None)
    if first is None:
        return None
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".cut-", suffix=".mp4", delete=False) as it:
        path = Path(it.name)
    starts_at = began_at + timedelta(seconds=float(first.dts_s))
    try:
        with av.open(str(first.piece)) as container:
            source = container.streams.video[0]
            ends_s = _write(path, source, starts_at, first, wanted)
            codec = source.codec_context
            form = (codec.name, codec.width, codec.height)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Cut(path, starts_at, began_at + timedelta(seconds=float(ends_s)), *form)


def _beginning(stretch: Sequence[Segment]) -> datetime:
    """When the stretch began, by all of its pieces: one alone may have come late."""
    first_at, before_s, told = stretch[0].from_at, 0.0, []
    for piece in stretch:
        told.append((piece.from_at - first_at).total_seconds() - before_s)
        before_s += piece.duration_s
    return first_at + timedelta(seconds=median(told))


def _wanted(stretch: Sequence[Segment], from_s: float, until_s: float) -> Iterator[_Coded]:
    """The pictures from the last key frame at or before the beginning on."""
    held: list[_Coded] = []
    started = False
    for coded in _all(stretch):
        if coded.dts_s >= until_s:
            return
        if started:
            yield coded
            continue
        if coded.is_key and coded.dts_s <= from_s:
            held.clear()
        if held or coded.is_key:
            held.append(coded)
        if held and coded.dts_s >= from_s:
            started = True
            yield from held
            held.clear()
    if not started:  # a single picture stands over the whole of it, or the span begins at the end
        yield from held


def _all(stretch: Sequence[Segment]) -> Iterator[_Coded]:
    """Every picture of the stretch; it ends before a piece that cannot be read."""
    before_s = Fraction(0)
    for piece in stretch:
        with ExitStack() as open_ones:
            try:
                container = open_ones.enter_context(av.open(str(piece.path)))
                stream = container.streams.video[0]
                base = stream.time_base or Fraction(1, 90_000)
                for packet in container.demux(stream):
                    if packet.size and packet.pts is not None and packet.dts is not None:
                        yield _Coded(
                            piece.path,
                            bytes(packet),
                            packet.is_keyframe,
                            before_s + packet.pts * base,
                            before_s + packet.dts * base,
                        )
            except (av.error.FFmpegError, OSError, IndexError, ValueError) as error:
                _logger.warning("%s cannot be read: %s", piece.path.name, error)
                return
        before_s += Fraction(round(piece.duration_s * 1000), 1000)


def _write(
    path: Path,
    source: av.video.stream.VideoStream,
    made_at: datetime,
    first: _Coded,
    rest: Iterator[_Coded],
) -> Fraction:
    """Write the file; returns when its last picture is over."""
    base = source.time_base or Fraction(1, 90_000)
    step_s, last_s, last_dts = Fraction(USUAL_STEP_S).limit_denominator(1000), first.dts_s, -1
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata["creation_time"] = made_at.isoformat()
        stream = container.add_stream_from_template(source)
        for coded in chain((first,), rest):
            # Lengths in names are whole milliseconds: times still rise from piece to piece.
            dts = max(last_dts + 1, round((coded.dts_s - first.dts_s) / base))
            packet = av.Packet(coded.data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, base, coded.is_key
            packet.dts, packet.pts = dts, max(dts, round((coded.pts_s - first.dts_s) / base))
            container.mux(packet)
            if coded is not first:
                step_s = coded.dts_s - last_s
            last_s, last_dts = coded.dts_s, dts
    return last_s + step_s
