"""A camera that sends JPEG after JPEG in one HTTP answer that does not end.

The stream is read all the time, so that no old pictures pile up in the line, and of what comes
within a cadence the newest whole picture is handed on. A stream that pauses, trickles or ends is a
loss.
"""

import asyncio
import re
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from camera_gateway.http_client import CameraHttp
from camera_gateway.http_limits import HttpLimits
from camera_gateway.http_times import CaptureTimes
from camera_gateway.pictures import check_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources.mjpeg_framing import JpegFramer, Part
from camera_gateway.sources.snapshot import Cadence
from camera_gateway.sources.stream_slot import NewestSlot
from models.camera_link import CameraLink, Credential
from models.clock import Clock
from models.errors import FrameCorrupt, SourceUnavailable
from models.frame import FrameMode, Provenance

__all__ = ["MjpegSource"]

ENCODING_DOUBT_S: Final = 0.5
"""What camera and line keep back cannot be measured from here; this stands for it."""
_STAMP = re.compile(rb"(?im)^x-timestamp:[ \t]*(\d{10})\.(\d{1,6})[ \t]*\r?$")


@dataclass(frozen=True, slots=True)
class _Arrival:
    part: Part
    begun_at: datetime
    doubt_s: float


class MjpegSource:
    """Pictures of a stream over HTTP.

    Args:
        link: address and cadence.
        credential: None when the camera asks for none.
        clock: measures, waits and stamps.
        limits: how long pictures may keep one waiting, and how large one may be.
        pool: where pictures are checked; the event loop's own when left out.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self,
        link: CameraLink,
        credential: Credential | None,
        clock: Clock,
        *,
        limits: HttpLimits | None = None,
        pool: Executor | None = None,
    ) -> None:
        self._limits = limits or HttpLimits()
        self._http = CameraHttp(link.address, credential, self._limits, clock)
        self._clock = clock
        self._cadence = Cadence(clock, link.every_s)
        self._mode = link.mode or FrameMode.VISIBLE
        self._pool = pool
        self._times = CaptureTimes()
        self._slot: NewestSlot[_Arrival] = NewestSlot()
        self._pump: asyncio.Task[None] | None = None
        self._received_bytes = 0
        self._began_s = self._heard_s = 0.0

    @property
    def bits_per_s(self) -> float | None:
        """What the stream takes of the line, pictures that nobody takes included.

        None while it has not been read for a second.
        """
        span_s = self._heard_s - self._began_s
        return 8.0 * self._received_bytes / span_s if span_s >= 1.0 else None

    async def read(self) -> RawFrame:
        """Wait for the next turn and for a picture that came since the last one.

        Raises:
            SourceUnavailable: the stream cannot be had, has ended or pauses.
            SourceRefused: the camera does not take the credential or has no such address.
            FrameCorrupt: nothing whole came for this turn, but something damaged did.
        """
        if self._pump is None:
            self._pump = asyncio.create_task(self._read_on())
        await self._wait_turn(self._pump)
        arrival = await self._slot.take()
        if arrival is None:
            if not self._pump.cancelled():
                await self._pump  # raises what ended the stream
            raise self._http.words.unavailable("is not read any more", "source_closed")
        part = arrival.part
        if part.jpeg is None:
            raise FrameCorrupt(
                f"A picture of the camera at {self._http.shown} is damaged: {part.damage}.",
                remedy="Should this go on, look at the camera's line.",
            )
        small = await asyncio.get_running_loop().run_in_executor(
            self._pool, check_jpeg, part.jpeg, self._http.shown
        )
        time = self._times.of(
            part.jpeg,
            begun_at=arrival.begun_at,
            doubt_s=arrival.doubt_s,
            told_at=_stamp_of(part.preamble),
            told_resolution_s=0.0,
        )
        return RawFrame(
            part.jpeg,
            time.at,
            time.source,
            self._mode,
            Provenance.LIVE,
            captured_doubt_s=time.doubt_s,
            small=small,
        )

    async def close(self) -> None:
        """End the stream and let go of the connection."""
        if self._pump is None:
            self._slot.end()
        else:
            self._pump.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._pump
        await self._http.close()

    async def _wait_turn(self, pump: asyncio.Task[None]) -> None:
        """Return when the turn is due, or at once when the stream is over."""
        turn = asyncio.ensure_future(self._cadence.wait())
        try:
            await asyncio.wait({turn, pump}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            turn.cancel()

    async def _read_on(self) -> None:
        """Take the stream in until it ends."""
        try:
            async with self._http.get() as answer:
                await self._take_in(answer.response, answer.round_trip_s)
        finally:
            self._slot.end()

    async def _take_in(self, response: httpx.Response, round_trip_s: float) -> None:
        """Cut the stream into pictures.

        Raises:
            SourceUnavailable: always, in the end.
        """
        loop = asyncio.get_running_loop()
        framer = JpegFramer(self._limits.max_bytes)
        seen = False
        self._began_s = self._heard_s = self._clock.monotonic_s()
        try:
            async with asyncio.timeout(self._limits.first_s) as limit:
                async for piece in response.aiter_raw():
                    self._heard_s = now_s = self._clock.monotonic_s()
                    self._received_bytes += len(piece)
                    for part in framer.feed(piece, now_s):
                        seen = True
                        limit.reschedule(loop.time() + self._limits.stall_s)
                        taken_s = now_s - part.begun_s
                        self._slot.put(
                            _Arrival(
                                part,
                                self._clock.now() - timedelta(seconds=taken_s),
                                (round_trip_s + taken_s) / 2.0 + ENCODING_DOUBT_S,
                            ),
                            minor=part.jpeg is None,
                        )
        except (TimeoutError, httpx.ReadTimeout):
            raise self._stopped(seen=seen) from None
        raise self._ended(seen=seen)

    def _stopped(self, *, seen: bool) -> SourceUnavailable:
        what = "has stopped sending pictures" if seen else "answers, but sends no picture"
        return self._http.words.unavailable(
            what, "camera_stalled", "Look at its line and its load."
        )

    def _ended(self, *, seen: bool) -> SourceUnavailable:
        if seen:
            return self._http.words.unavailable("has ended the stream", "camera_ended")
        return self._http.words.unavailable(
            "sends something else than a stream of pictures",
            "camera_no_picture",
            "Open the address in a browser and see what it shows.",
        )


def _stamp_of(preamble: bytes) -> datetime | None:
    """Moment in a part's X-Timestamp header, as mjpg-streamer and ustreamer write it."""
    match = _STAMP.search(preamble)
    if match is None:
        return None
    seconds = int(match[1]) + float(f"0.{match[2].decode()}")
    return datetime.fromtimestamp(seconds, UTC)
