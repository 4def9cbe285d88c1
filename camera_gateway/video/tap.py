"""Where a camera's coded pictures can be had, over all its connections.

The thread that reads the stream hands them on; a listener must take them without waiting for
anything, disk and network included. One that fails is let go of and costs nobody else anything.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from camera_gateway.sources.stream_time import Captured

__all__ = ["CodedPicture", "TapBook", "VideoForm", "VideoListener", "VideoTap"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VideoForm:
    """What the stream of one connection is, as far as its description says.

    Attributes:
        codec: FFmpeg's name: ``h264``, ``hevc``.
        parameters: the codec's parameter sets as they were described; empty when they come only
            with the pictures.
        time_base: seconds of one tick of the presentation times.
        width_px: 0 when it was not described.
        height_px: likewise.
    """

    codec: str
    parameters: bytes
    time_base: Fraction
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One coded picture, whole.

    Attributes:
        data: as it came.
        is_key: whether it stands alone.
        pts: presentation time in ticks; None when it has none.
        dts: decoding time in ticks; None when it has none.
        at_s: when its first part came, monotonic.
        captured: when it was made.
    """

    data: bytes
    is_key: bool
    pts: int | None
    dts: int | None
    at_s: float
    captured: Captured


class VideoListener(Protocol):
    """Hears one camera; every call comes from the thread that reads it."""

    def begin(self, form: VideoForm) -> None:
        """A connection plays; times and parameters begin anew."""

    def take(self, picture: CodedPicture) -> None:
        """The next coded picture of this connection."""

    def end(self) -> None:
        """The connection is over; another one may follow."""


class VideoTap:
    """One camera's coded video; safe from any thread.

    Coded video cannot be masked, so the tap of a camera of which anything is private is closed: for
    whoever listens no connection plays until it is opened again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[VideoListener, ...] = ()
        self._form: VideoForm | None = None
        self._is_open = True

    @property
    def form(self) -> VideoForm | None:
        """Of the connection that plays now; None while none does, or while closed."""
        return self._form if self._is_open else None

    @property
    def is_open(self) -> bool:
        """Whether its video may be heard at all."""
        return self._is_open

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens; the reader makes no copies for nobody."""
        return self._is_open and bool(self._listeners)

    def close(self) -> None:
        """Let nobody hear anything from now on; a connection that plays is over for them."""
        with self._lock:
            if self._is_open:
                if self._form is not None:
                    self._tell(lambda one: one.end())
                self._is_open = False

    def open(self) -> None:
        """Be heard again; a connection that plays is begun anew, amid its pictures."""
        with self._lock:
            if not self._is_open:
                self._is_open = True
                form = self._form
                if form is not None:
                    self._tell(lambda one: one.begin(form))

    def add(self, listener: VideoListener) -> None:
        """Listen from now on; a connection that plays is begun for it at once, by this thread."""
        with self._lock:
            if self._form is not None and self._is_open:
                listener.begin(self._form)
            self._listeners = (*self._listeners, listener)

    def remove(self, listener: VideoListener) -> None:
        """Listen no longer; its :meth:`VideoListener.end` is not called. A stranger is ignored."""
        with self._lock:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

    def begin(self, form: VideoForm) -> None:
        """For the reader: a connection plays."""
        with self._lock:
            self._form = form
            self._tell(lambda one: one.begin(form))

    def take(self, picture: CodedPicture) -> None:
        """For the reader: the next coded picture."""
        with self._lock:
            self._tell(lambda one: one.take(picture))

    def end(self) -> None:
        """For the reader: the connection is over; without one nothing happens."""
        with self._lock:
            if self._form is not None:
                self._form = None
                self._tell(lambda one: one.end())

    def _tell(self, say: Callable[[VideoListener], None]) -> None:
        if not self._is_open:
            return
        for listener in self._listeners:
            try:
                say(listener)
            except Exception:
                _logger.exception("a listener to a camera's video fails and is let go of")
                self._listeners = tuple(one for one in self._listeners if one is not listener)


class TapBook:
    """The taps of all cameras, by key; each outlives the gateways of its camera.

    Args:
        hides: whether a camera's video must not be heard now.
        made: told of every new tap.
    """

    def __init__(
        self,
        hides: Callable[[str], bool] = lambda _camera_id: False,
        made: Callable[[str, VideoTap], object] = lambda _camera_id, _tap: None,
    ) -> None:
        self._lock = threading.Lock()
        self._hides = hides
        self._made = made
        self._taps: dict[str, VideoTap] = {}

    def of(self, camera_id: str) -> VideoTap:
        """The tap of a camera, made when it is first asked for."""
        with self._lock:
            tap = self._taps.get(camera_id)
            if tap is None:
                tap = self._taps[camera_id] = VideoTap()
                if self._hides(camera_id):
                    tap.close()
                self._made(camera_id, tap)
            return tap

    def look_again(self) -> None:
        """Close the taps of cameras whose video must not be heard now, open those of the others."""
        with self._lock:
            taps = list(self._taps.items())
        for camera_id, tap in taps:  # listeners are told: not while the book is held
            if self._hides(camera_id):
                tap.close()
            else:
                tap.open()

    def forget(self, camera_id: str) -> None:
        """Drop the tap of a camera that was removed."""
        with self._lock:
            self._taps.pop(camera_id, None)
