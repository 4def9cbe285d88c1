"""From coded pictures to whole ones as JPEG, no more often than they are wanted.

What decoders do not say, this says: a picture that the decoder made up in part is never handed on,
nor one that builds on it. What comes late is passed over while something newer will come in time:
on a machine that cannot keep up, or after an outage, the lag would otherwise grow.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from camera_gateway.sources.stream_choice import PictureChooser, Step
from camera_gateway.sources.stream_coded import Coded, wall_time
from camera_gateway.sources.stream_facts import StreamGauge
from camera_gateway.sources.stream_jpeg import jpeg_of
from camera_gateway.sources.stream_open import MOST_PIXELS
from camera_gateway.sources.stream_time import CaptureClock, Captured
from models.clock import Clock
from models.units import ImageBGR

__all__ = ["Damaged", "Picture", "StreamDecoder"]

MOST_KEPT_BYTES: Final = 24 * 2**20
MOST_KEPT: Final = 3000
DAMAGED_AFTER_CADENCES: Final = 2.0
LATE_CADENCES: Final = 0.75
"""A picture that comes later than this is passed over …"""

PATIENCE_CADENCES: Final = 1.5
"""… unless the last one is as old as this."""

_REORDERED = 64
_PICTURES = frozenset({Step.KEY, Step.PICTURE})


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture.

    Attributes:
        jpeg: the file.
        small: at an eighth of its size, blue green red.
        captured: when it was made.
    """

    jpeg: bytes
    small: ImageBGR
    captured: Captured


@dataclass(frozen=True, slots=True)
class Damaged:
    """A picture was due, and what came is damaged.

    Attributes:
        what: in a sentence.
    """

    what: str


class StreamDecoder:
    """Decodes what the chooser wants, for one connection.

    Args:
        codec: fresh; with the connection's parameters.
        chooser: decides.
        every_s: wanted seconds between two pictures.
        clock: tells the wall's time.
        times: judges capture times.
        gauge: counts.
        put: takes pictures and damage.
        began_s: when the connection was asked for, monotonic.
    """

    def __init__(
        self,
        codec: VideoCodecContext,
        chooser: PictureChooser,
        *,
        every_s: float,
        clock: Clock,
        times: CaptureClock,
        gauge: StreamGauge,
        put: Callable[[Picture | Damaged], None],
        began_s: float,
    ) -> None:
        # One thread: many cameras share the machine, and more of them add latency.
        codec.options = {**codec.options, "max_pixels": str(MOST_PIXELS)}
        codec.thread_type = "NONE"
        codec.thread_count = 1
        self._codec = codec
        self._chooser = chooser
        self._every_s = every_s
        self._clock = clock
        self._times = times
        self._gauge = gauge
        self._put = put
        self._began_s = began_s
        self._kept: list[Coded] = []
        self._kept_bytes = 0
        self._origins: dict[int | None, Coded] = {}
        self._broken = False
        self._damaged_s = clock.monotonic_s()
        self.good_s = self._damaged_s
        """When the last whole picture came, or this began; monotonic."""

    def take(self, coded: Coded) -> None:
        """Do with a coded picture what the chooser says."""
        was_feeding = self._chooser.feeding
        step = self._chooser.step(coded.at_s, coded.shown_s, is_key=coded.is_key)
        self._gauge.every_frame_decoded = self._chooser.feeding
        if coded.is_key:
            self._forget_kept()
            if was_feeding != self._chooser.feeding:
                self._codec.flush_buffers()
        if step in _PICTURES and self._is_late(coded):
            self._gauge.late += 1
            step = Step.KEEP if step is Step.KEY else Step.FEED
        if step is Step.KEY:
            self._keep(coded)
            self._take_key(coded)
        elif step is Step.KEEP:
            self._keep(coded)
        elif step is Step.CATCH_UP:
            self._keep(coded)
            for one in tuple(self._kept):
                self._judge(one, self._decode(one), wanted=one is coded)
            self._forget_kept()
        elif step is Step.DROP:
            if self._broken:
                self._gauge.after_damage += 1
                self._tell_damage(coded)
        else:
            self._judge(coded, self._decode(coded), wanted=step is Step.PICTURE)

    def _is_late(self, coded: Coded) -> bool:
        """Whether the picture is old and the one before it young enough to wait for the next."""
        return (
            self._gauge.first_picture_s is not None
            and coded.late_s > LATE_CADENCES * self._every_s
            and coded.at_s - self.good_s < PATIENCE_CADENCES * self._every_s
        )

    def _take_key(self, coded: Coded) -> None:
        frames = self._decode(coded)
        with suppress(av.error.FFmpegError):
            # A decoder that reorders would hold the picture back until later ones come.
            frames += self._codec.decode(None)
        self._codec.flush_buffers()
        self._judge(coded, frames[-1:], wanted=True)

    def _decode(self, coded: Coded) -> list[VideoFrame]:
        if coded.is_key:
            self._broken = False
        try:
            return self._codec.decode(coded.packet)
        except (av.error.FFmpegError, OSError, ValueError):
            self._gauge.packet_errors += 1
            self._break()
            return []

    def _judge(self, coded: Coded, frames: list[VideoFrame], *, wanted: bool) -> None:
        """Look at what the decoder gave, and hand on the last of it if a picture is wanted."""
        if self._chooser.feeding:
            self._origins[coded.packet.pts] = coded
            if len(self._origins) > _REORDERED:
                del self._origins[next(iter(self._origins))]
        whole: VideoFrame | None = None
        for frame in frames:
            self._gauge.picture(frame.width, frame.height)
            if frame.is_corrupt:
                self._gauge.corrupt += 1
                # Pictures that build on this one are wrong too, and the decoder does not say so.
                self._break()
            elif self._broken:
                self._gauge.after_damage += 1
            else:
                whole = frame
        if wanted and whole is not None:
            self._hand_on(whole, coded)
        elif wanted and self._broken:
            self._tell_damage(coded)

    def _hand_on(self, frame: VideoFrame, coded: Coded) -> None:
        try:
            jpeg, small = jpeg_of(frame)
        except ValueError:
            self._tell_damage(coded)
            return
        origin = self._origins.get(frame.pts, coded) if self._chooser.feeding else coded
        captured = self._times.captured(
            wall_time(self._clock, origin.at_s),
            origin.late_s,
            origin.sender_at,
            has_time=origin.shown_s is not None,
        )
        if self._gauge.first_picture_s is None:
            self._gauge.first_picture_s = coded.at_s - self._began_s
        self._chooser.taken(coded.at_s)
        self.good_s = self._damaged_s = coded.at_s
        self._put(Picture(jpeg, small, captured))

    def _tell_damage(self, coded: Coded) -> None:
        """A damaged key frame is told at once, others only when no whole one follows soon."""
        patience_s = 0.0 if coded.is_key else DAMAGED_AFTER_CADENCES * self._every_s
        if coded.at_s - self._damaged_s >= patience_s:
            self._damaged_s = coded.at_s
            self._put(Damaged("The picture came in damaged."))

    def _keep(self, coded: Coded) -> None:
        self._kept.append(coded)
        self._kept_bytes += coded.packet.size
        if self._kept_bytes > MOST_KEPT_BYTES or len(self._kept) > MOST_KEPT:
            self._break()  # what follows lacks what it builds on

    def _break(self) -> None:
        self._broken = True
        self._forget_kept()
        self._chooser.broken()

    def _forget_kept(self) -> None:
        self._kept.clear()
        self._kept_bytes = 0
