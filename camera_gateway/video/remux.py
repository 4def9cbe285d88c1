"""From a camera's coded pictures to pieces of fragmented MP4: no decoding, no encoding.

A picture is held until the next one is there, for only then its length is known; a player that was
told a wrong one would throw pictures away until the next key frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from camera_gateway.video.fmp4 import Sample, fragment, header
from camera_gateway.video.h264 import Parameters, lengthed, parameters_of, shape_of
from camera_gateway.video.tap import CodedPicture, VideoForm
from camera_gateway.video.timeline import Timeline

__all__ = ["Head", "Piece", "Remuxer", "VideoState"]

_FURTHEST: Final = 2**31 - 1


class VideoState(StrEnum):
    """Why there is live video, or none."""

    NO_CAMERA = "no_camera"  # no connection plays
    OTHER_CODEC = "other_codec"  # not H.264
    WAITING_KEY = "waiting_key"  # nothing that stands alone has come yet
    PLAYING = "playing"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What a player needs before the first piece, and before a piece that has another one.

    Attributes:
        data: ``ftyp`` and ``moov``.
        codec: by which a browser knows it, such as ``avc1.640028``.
    """

    data: bytes
    codec: str


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some pictures that follow each other.

    Attributes:
        number: counts the pieces of a camera, from 1.
        data: one fragment.
        head: to which it belongs.
        is_key: whether a player can begin with it.
        at_s: when its first picture came, monotonic.
    """

    number: int
    data: bytes
    head: Head
    is_key: bool
    at_s: float


@dataclass(slots=True)
class _Held:
    data: bytes
    is_key: bool
    place: int
    shown: int
    made: datetime
    at_s: float


class Remuxer:
    """One camera's pieces, over all its connections.

    Args:
        began_s: now, monotonic.
    """

    def __init__(self, began_s: float) -> None:
        self._line = Timeline(began_s)
        self._state = VideoState.NO_CAMERA
        self._parameters = Parameters()
        self._head: Head | None = None
        self._held: _Held | None = None
        self._run: list[Sample] = []
        self._first: _Held | None = None
        self._number = 0

    @property
    def state(self) -> VideoState:
        """What can be had now."""
        return self._state

    def begin(self, form: VideoForm) -> list[Piece]:
        """A connection plays; what was held of the one before is given out."""
        out = self.end()
        self._parameters = Parameters()
        self._state = VideoState.OTHER_CODEC
        if form.codec == "h264":
            self._parameters = parameters_of(form.parameters, Parameters())
            self._state = VideoState.WAITING_KEY
            self._line.begin(form.time_base)
        return out

    def end(self) -> list[Piece]:
        """The connection is over."""
        out = self._close() if self._flush(None) else []
        self._state = VideoState.NO_CAMERA
        return out

    def lose(self) -> None:
        """Pictures are missing: nothing can be shown before the next key frame."""
        self._held, self._run, self._first = None, [], None
        if self._state is VideoState.PLAYING:
            self._state = VideoState.WAITING_KEY

    def take(self, pictures: Iterable[CodedPicture]) -> list[Piece]:
        """The next pictures, and what they make: one piece, or one more for each key frame."""
        out: list[Piece] = []
        for picture in pictures:
            if picture.is_key and self._state in {VideoState.WAITING_KEY, VideoState.PLAYING}:
                out += self._take_key(picture)
            elif self._state is VideoState.PLAYING:
                self._hold(picture)
        return [*out, *self._close()]

    def _take_key(self, picture: CodedPicture) -> list[Piece]:
        parameters = parameters_of(picture.data, self._parameters)
        head = self._head
        if head is None or parameters != self._parameters or self._state is not VideoState.PLAYING:
            try:
                head = Head(header(parameters), shape_of(parameters.sequences[0]).codec)
            except (ValueError, IndexError):
                self.lose()
                return []
        self._parameters = parameters
        before = self._hold(picture)
        out = self._close() if before else []
        self._head = head
        self._state = VideoState.PLAYING
        return out

    def _hold(self, picture: CodedPicture) -> bool:
        """Hold a picture; whether one was held before, whose length is known now."""
        place, shown = self._line.place(picture)
        flushed = self._flush(place)
        self._held = _Held(
            lengthed(picture.data), picture.is_key, place, shown, picture.captured.at, picture.at_s
        )
        return flushed

    def _flush(self, until: int | None) -> bool:
        held, self._held = self._held, None
        if held is None:
            return False
        length = self._line.usual if until is None else until - held.place
        after = min(max(-_FURTHEST, held.shown - held.place), _FURTHEST)
        self._first = self._first or held
        self._run.append(Sample(held.data, held.is_key, min(max(1, length), _FURTHEST), after))
        return True

    def _close(self) -> list[Piece]:
        first, head, run = self._first, self._head, self._run
        if first is None or head is None:
            return []
        self._first, self._run = None, []
        self._number += 1
        data = fragment(self._number, first.place, first.made, run)
        return [Piece(self._number, data, head, first.is_key, first.at_s)]
