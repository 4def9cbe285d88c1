"""A camera's live stream over RTSP: H.264 or H.265, over TCP or UDP.

Cameras that speak GB/T 28181 come here too, through the RTSP of their media server.

One thread per source reads (:mod:`~camera_gateway.sources.stream_reader`), never one of a shared
pool: it may block for as long as its time-outs allow, and a hundred of them must not wait for each
other. Neither :meth:`RtspSource.read` nor :meth:`RtspSource.close` ever waits for a blocked one.
"""

import logging
from collections.abc import Callable

from camera_gateway.source import RawFrame
from camera_gateway.sources.stream_decode import Damaged, Picture
from camera_gateway.sources.stream_facts import StreamFacts
from camera_gateway.sources.stream_open import StreamLimits
from camera_gateway.sources.stream_reader import StreamReader
from camera_gateway.sources.stream_slot import NewestSlot
from camera_gateway.video.tap import VideoTap
from models.camera_link import CameraLink, Credential
from models.clock import Clock
from models.errors import FrameCorrupt, SourceUnavailable
from models.frame import FrameMode, Provenance

__all__ = ["RtspSource", "rtsp_opener"]

_logger = logging.getLogger(__name__)
CLOSE_WAIT_S = 0.5


class RtspSource:
    """One connection to one camera.

    Args:
        link: address, transport, cadence, decoding.
        credential: None for a camera that asks for none.
        clock: stamps arrival.
        limits: of time.
        known_key_interval_s: gap between key frames that an earlier connection measured.
        tap: hears the coded pictures; nobody when left out.
    """

    def __init__(
        self,
        link: CameraLink,
        credential: Credential | None,
        clock: Clock,
        *,
        limits: StreamLimits | None = None,
        known_key_interval_s: float | None = None,
        tap: VideoTap | None = None,
    ) -> None:
        self._mode = link.mode or FrameMode.VISIBLE
        self._slot: NewestSlot[Picture | Damaged] = NewestSlot()
        self._closed = False
        self._reader = StreamReader(
            link,
            credential,
            clock,
            limits=limits or StreamLimits(),
            known_key_interval_s=known_key_interval_s,
            put=self._put,
            end=self._slot.end,
            tap=tap,
        )
        self._known_key_interval_s = known_key_interval_s

    async def read(self) -> RawFrame:
        """Wait for the next picture; the first call connects.

        Raises:
            FrameCorrupt: a picture was due and came in damaged; the next call goes on.
            SourceUnavailable: the camera cannot be reached, has ended its stream, fell silent, or
                sends nothing that decodes. Every further call raises it again.
            SourceRefused: it does not take our credentials, address or transport.
        """
        if self._reader.ident is None and not self._closed:
            self._reader.start()
        taken = None if self._closed else await self._slot.take()
        if isinstance(taken, Picture):
            captured = taken.captured
            return RawFrame(
                taken.jpeg,
                captured.at,
                captured.source,
                self._mode,
                Provenance.LIVE,
                captured.doubt_s,
                taken.small,
            )
        if isinstance(taken, Damaged):
            raise FrameCorrupt(taken.what)
        if self._reader.failure is None:
            raise SourceUnavailable("This source is closed.", code="source_closed")
        raise self._reader.failure.error()

    async def close(self) -> None:
        """Tell the reader to stop; waits half a second for it, and then leaves it to its limits."""
        self._closed = True
        self._reader.stop()
        if self._reader.ident is None or await self._slot.wait_end(CLOSE_WAIT_S):
            return
        self._reader.left = True
        _logger.info("a stream's reader is blocked and was left to its time-outs")

    @property
    def is_blocked(self) -> bool:
        """Whether this is closed and its reader is still stuck in FFmpeg."""
        return self._reader.left and self._reader.is_alive()

    def facts(self) -> StreamFacts:
        """What the stream turned out to be so far."""
        return self._reader.gauge.facts()

    @property
    def key_interval_s(self) -> float | None:
        """Gap between key frames: measured, else as it was told, else None."""
        return self._reader.gauge.key_interval_s or self._known_key_interval_s

    def _put(self, value: Picture | Damaged) -> None:
        was_full = self._slot.put(value, minor=isinstance(value, Damaged))
        if was_full:
            self._reader.gauge.superseded += 1


def rtsp_opener(
    link: CameraLink,
    credential: Credential | None,
    clock: Clock,
    *,
    limits: StreamLimits | None = None,
    tap: VideoTap | None = None,
) -> Callable[[], RtspSource]:
    """Makes a fresh source per call that knows how far apart the last one's key frames were."""
    last: list[RtspSource] = []

    def open_source() -> RtspSource:
        known_s = last.pop().key_interval_s if last else None
        last.append(
            RtspSource(
                link, credential, clock, limits=limits, known_key_interval_s=known_s, tap=tap
            )
        )
        return last[-1]

    return open_source
