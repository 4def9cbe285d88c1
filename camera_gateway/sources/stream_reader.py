"""The thread that reads one camera's stream: connects, reads until it fails, and lets go.

FFmpeg's calls block and cannot be interrupted from outside, so nobody ever waits for this thread:
it is told to stop, and ends with the next picture or, in silence, within its time-outs.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

import av.container
import av.error

from camera_gateway.sources.stream_choice import PictureChooser
from camera_gateway.sources.stream_coded import coded_pictures, form_of, heard
from camera_gateway.sources.stream_decode import Damaged, Picture, StreamDecoder
from camera_gateway.sources.stream_facts import StreamGauge
from camera_gateway.sources.stream_open import (
    LONGEST_REST_S,
    StreamFailure,
    StreamLimits,
    failure_of,
    no_video_of,
    open_stream,
)
from camera_gateway.sources.stream_time import CaptureClock
from camera_gateway.video.tap import VideoTap
from models.camera_link import CameraLink, Credential, Transport
from models.clock import Clock
from models.errors import InputRefused

__all__ = ["StreamReader"]

_logger = logging.getLogger(__name__)
REST_CADENCES: Final = 0.1


class StreamReader(threading.Thread):
    """Reads one connection.

    Args:
        link: what to read.
        credential: for it.
        clock: stamps arrival.
        limits: of time.
        known_key_interval_s: from an earlier connection.
        put: takes pictures and damage, from this thread.
        tap: hears the coded pictures; nobody when left out.
        end: called once, as the last thing.
    """

    def __init__(
        self,
        link: CameraLink,
        credential: Credential | None,
        clock: Clock,
        *,
        limits: StreamLimits,
        known_key_interval_s: float | None,
        put: Callable[[Picture | Damaged], None],
        end: Callable[[], None],
        tap: VideoTap | None = None,
    ) -> None:
        # A thread that is stuck in FFmpeg must not keep the process from ending.
        super().__init__(name="stream", daemon=True)
        self.gauge = StreamGauge()
        self.failure: StreamFailure | None = None
        """Why it ended; None while it runs."""
        self.left = False
        """Whether its source was closed while it was blocked."""
        self._link = link
        self._credential = credential
        self._clock = clock
        self._limits = limits
        self._known_key_interval_s = known_key_interval_s
        self._put = put
        self._end = end
        self._tap = VideoTap() if tap is None else tap
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stop_asked.set()

    def run(self) -> None:
        """Serve the connection."""
        try:
            self.failure = self._serve()
        except Exception as error:  # noqa: BLE001  (this thread's fault is this camera's loss alone)
            # The text of FFmpeg's errors holds the password, so only the kind is logged.
            _logger.error("a stream's reader failed: %s", type(error).__name__)  # noqa: TRY400
            self.failure = StreamFailure(
                "The reader of this stream failed by a fault of its own.",
                "Report it with the log.",
                "reader_fault",
            )
        finally:
            self._end()

    def _serve(self) -> StreamFailure:
        began_s = self._clock.monotonic_s()
        try:
            container = open_stream(self._link, self._credential, self._limits)
        except InputRefused as error:
            return StreamFailure(error.message, error.remedy, error.code, refused=True)
        except (av.error.FFmpegError, OSError) as error:
            return failure_of(error, self._link, opening=True)
        except ValueError:
            return no_video_of(self._link)
        try:
            self.gauge.open_s = self._clock.monotonic_s() - began_s
            return self._read(container, began_s)
        except (av.error.FFmpegError, OSError) as error:
            return failure_of(error, self._link, opening=False)
        finally:
            self._tap.end()
            container.close()

    def _rest(self) -> None:
        """Let some data gather before reading on.

        A hundred readers that wake for every datagram would spend their time handing the
        interpreter to each other. Over UDP nothing keeps what is not read at once.
        """
        if self.gauge.first_picture_s is not None and self._link.transport is Transport.TCP:
            self._stop_asked.wait(min(LONGEST_REST_S, self._link.every_s * REST_CADENCES))

    def _read(self, container: av.container.InputContainer, began_s: float) -> StreamFailure:
        if not container.streams.video:
            return no_video_of(self._link)
        stream = container.streams.video[0]
        gauge, clock, every_s = self.gauge, self._clock, self._link.every_s
        gauge.codec = stream.codec_context.name
        times = CaptureClock()
        chooser = PictureChooser(every_s, self._link.decoding, self._known_key_interval_s)
        decoder = StreamDecoder(
            stream.codec_context,
            chooser,
            every_s=every_s,
            clock=clock,
            times=times,
            gauge=gauge,
            put=self._put,
            began_s=began_s,
        )
        coded_ones = coded_pictures(
            container,
            stream,
            clock,
            times,
            gauge,
            ask_sender=lambda: chooser.feeding,
            rest=self._rest,
        )
        self._tap.begin(form_of(stream))
        for coded in coded_ones:
            if self._stop_asked.is_set():
                break
            if self._tap.is_heard:
                self._tap.take(heard(coded, clock, times))
            decoder.take(coded)
            key_interval_s = gauge.key_interval_s or self._known_key_interval_s
            limit_s = self._limits.picture_s(key_interval_s, every_s)
            if coded.at_s - decoder.good_s > limit_s:
                return StreamFailure(
                    f"Data comes, and for {limit_s:.0f} s no whole picture in it.",
                    "Set the camera's key frame interval to 2 s, and look at its line.",
                    "no_picture",
                )
        return StreamFailure(  # FFmpeg ends silently when the camera hangs up
            "The camera has ended the stream.",
            "It is opened again; should this go on, look at the camera and its line.",
            "stream_ended",
        )
