"""A drone's video as pictures with looks, each by its presentation time.

Pictures come by :func:`camera_gateway.sources.video_frames.iterate_video`, which refuses hostile
files; where they looked comes from whoever tells it: packets of MISB ST 0601 within an MPEG
transport stream (:func:`klv_looks`), subtitles beside the file, or telemetry by time. All count
seconds from the first whole picture. A packet of a synchronous stream bears the time of its
picture; one of an asynchronous stream none, and takes that of the picture that came before it in
the file.

Sources: MISB ST 1402 sections 9.4.1 and 9.4.2 (both ways to carry it), ISO/IEC 13818-1.
"""

import math
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import av
import av.container
import av.error
import av.stream

from camera_gateway.sources.video_frames import MOST_PIXELS, iterate_video
from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.klv import local_sets
from drone_jobs.imagery.klv_values import look_of
from drone_jobs.imagery.look_track import LookTrack
from models.flight import Look
from models.units import ImageBGR

__all__ = ["KlvLooks", "LookSource", "SeenFrame", "klv_looks", "seen_frames"]

LONGEST_S: Final = 2.5  # between two packets; the slowest senders have one a second
LEAST_APART_S: Final = 0.05  # closer ones add nothing
MOST_LOOKS: Final = 300_000  # four hours at the least distance; what follows has the gap TIME
_SYNC: Final = 0x47
_PACKET_SIZES: Final = (188, 192, 204)
_HEAD_BYTES: Final = 4_096

_Packet: TypeAlias = "av.Packet[Any]"


class LookSource(Protocol):
    """Whoever tells where a video looked."""

    def look_at(self, time_s: float, /) -> Look:
        """The look at a time of the video; with the gap ``TIME`` where nothing is known of it.

        Args:
            time_s: presentation time from the first picture.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SeenFrame:
    """A picture of a video.

    Attributes:
        number: of decoded pictures, from 0.
        time_s: presentation time from the first picture.
        image: as shown upright.
        look: of its moment.
    """

    number: int
    time_s: float
    image: ImageBGR
    look: Look


@dataclass(frozen=True, slots=True, eq=False)
class KlvLooks:
    """What packets within a video tell.

    Attributes:
        track: by seconds from the first picture.
        packets: that were whole.
        damaged: that were not used.
    """

    track: LookTrack
    packets: int
    damaged: int

    def look_at(self, time_s: float, /) -> Look:
        """See :class:`LookSource`."""
        return self.track.look_at(time_s)


def seen_frames(
    path: Path, looks: LookSource | None, *, every_s: float = 1.0
) -> Generator[SeenFrame, None, None]:
    """Pictures of a video, at most one in every span, each with its look.

    Args:
        path: of the video.
        looks: who tells where it looked; None when nobody does: every look is empty then.
        every_s: least seconds from one to the next, >= 0; 0 for every picture.

    Raises:
        InputRefused: it is no video, see :func:`iterate_video`.
        FrameCorrupt: after the last good picture, when the rest is damaged.
    """
    for number, time_s, image in iterate_video(path, every_s):
        look = with_gaps(Look(at=None)) if looks is None else looks.look_at(time_s)
        yield SeenFrame(number, time_s, image, look)


def klv_looks(path: Path) -> KlvLooks | None:
    """The looks that a video carries itself.

    Args:
        path: of a file.

    Returns:
        None when it is no MPEG transport stream that can be opened, has no pictures, or carries no
        packets of ST 0601; damage within ends what is told.
    """
    if not _is_transport_stream(path):
        return None
    try:
        container = av.open(f"file:{path}", format="mpegts", options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError, ValueError):
        return None
    with container:
        found = _Found()
        with suppress(av.error.FFmpegError):  # what came before damage is good
            found.read(container)
    if found.packets + found.damaged == 0 or found.first_s is None:
        return None
    first_s = found.first_s
    track = LookTrack(
        ((time_s - first_s, look) for time_s, look in found.looks), longest_s=LONGEST_S
    )
    return KlvLooks(track, found.packets, found.damaged)


class _Found:
    """What one walk through a file finds."""

    def __init__(self) -> None:
        self.looks: list[tuple[float, Look]] = []
        self.packets = self.damaged = 0
        self.first_s: float | None = None  # of the first whole picture
        self._picture_s: float | None = None  # of the one before, in the order of the file
        self._last_s = -math.inf

    def read(self, container: av.container.InputContainer) -> None:
        """Take all packets."""
        if not container.streams.video:
            return
        video = container.streams.video[0]
        video.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        told = [each for each in container.streams.data if each.name == "klv"]
        for packet in container.demux(video, *told):
            if packet.stream.index != video.index:
                self._take(_seconds(packet), bytes(packet))
            else:
                self._picture_s = _seconds(packet, self._picture_s)
                if self.first_s is None:
                    self.first_s = next(_whole_pictures_s(packet), None)

    def _take(self, told_s: float | None, data: bytes) -> None:
        time_s = self._picture_s if told_s is None else told_s
        sets = local_sets(data)
        self.packets += len(sets.whole)
        self.damaged += sets.damaged
        if time_s is None or not sets.whole or len(self.looks) >= MOST_LOOKS:
            return
        if abs(time_s - self._last_s) >= LEAST_APART_S:
            self.looks.append((time_s, look_of(sets.whole[-1])))
            self._last_s = time_s


def _whole_pictures_s(packet: _Packet) -> Iterator[float]:
    """Times of the pictures that a packet completes; damage in it is the pictures' own affair."""
    try:
        for frame in packet.decode():
            if not frame.is_corrupt:
                time_s: float | None = frame.time
                yield 0.0 if time_s is None else time_s
    except av.error.FFmpegError:
        return


def _seconds(packet: _Packet, otherwise: float | None = None) -> float | None:
    ticks: int | None = packet.pts  # the stubs know no packet without a time
    return otherwise if ticks is None else float(ticks * packet.time_base)


def _is_transport_stream(path: Path) -> bool:
    """Whether its first bytes repeat the sign of a transport packet: others are not even opened."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return False
    return any(
        all(head[at] == _SYNC for at in (start, start + size, start + 2 * size))
        for size in _PACKET_SIZES
        if len(head) > 3 * size
        for start in range(size)
    )
