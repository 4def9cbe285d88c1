"""The event stream of a Hikvision camera: what its own analysis found, with its pictures.

It is a second sensor's word and no picture source: nothing here is scored. Every event is handed on
in its order and none is dropped; a camera repeats one every second while it lasts. Heartbeats only
keep the connection alive: a camera that misses three is lost.
"""

import asyncio
import logging
import math
from collections import deque
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import httpx

from camera_gateway.http_client import CameraHttp
from camera_gateway.http_limits import HttpLimits
from camera_gateway.pictures import check_jpeg
from camera_gateway.sources.isapi_alert import read_alert
from camera_gateway.sources.isapi_facts import AlertFacts, AlertKind
from camera_gateway.sources.isapi_framing import EventFramer, Message, Picture
from models.camera_link import Credential
from models.clock import Clock
from models.errors import FrameCorrupt
from models.frame import TimeSource

__all__ = ["ALERT_STREAM", "DeviceEvent", "IsapiEvents"]

ALERT_STREAM: Final = "/ISAPI/Event/notification/alertStream"
BELIEVED_S: Final = 5.0
SILENT_S: Final = 35.0  # three heartbeats of ten seconds, and some
PICTURES_S: Final = 5.0
_WAITING: Final = 8  # events and pictures that wait to be read; then the camera waits
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One event of a camera.

    Attributes:
        facts: what it says.
        on_thermal: whether its channel is one of the thermal lens.
        happened_at: UTC: by the camera's clock where that agrees with this machine's, else of
            receipt.
        time_source: ``camera_clock`` or ``receipt``.
        doubt_s: of ``happened_at``, one standard deviation; None when nobody can tell.
        received_at: UTC, by this machine's clock.
        pictures: whole JPEG files that came with it.
        broken_pictures: how many came damaged.
    """

    facts: AlertFacts
    on_thermal: bool
    happened_at: datetime
    time_source: TimeSource
    doubt_s: float | None
    received_at: datetime
    pictures: tuple[bytes, ...] = ()
    broken_pictures: int = 0


class IsapiEvents:
    """Events of one camera.

    Args:
        address: ``http://HOST:PORT``, or with the path of its event stream.
        credential: None when the camera asks for none.
        clock: stamps receipt.
        thermal_channels: numbers of the thermal lens; 2 on dual cameras.
        limits: how long the stream may keep one waiting, and how large a picture may be.
        pictures_s: how long an event waits for the pictures that it announces.
        pool: where pictures are checked; the event loop's own when left out.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self,
        address: str,
        credential: Credential | None,
        clock: Clock,
        *,
        thermal_channels: frozenset[int] = frozenset({2}),
        limits: HttpLimits | None = None,
        pictures_s: float = PICTURES_S,
        pool: Executor | None = None,
    ) -> None:
        self._limits = limits or HttpLimits(read_s=SILENT_S, stall_s=SILENT_S, first_s=SILENT_S)
        site = address.rstrip("/")
        path = "" if site.count("/") > 2 else ALERT_STREAM
        self._http = CameraHttp(site + path, credential, self._limits, clock)
        self._clock = clock
        self._thermal = thermal_channels
        self._pictures_s = pictures_s
        self._pool = pool
        self._items: deque[DeviceEvent | Picture] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._over = False
        self._held: DeviceEvent | None = None
        self._pump: asyncio.Task[None] | None = None

    async def read(self) -> DeviceEvent:
        """The next event, with the pictures that it announced. Cancelling it loses nothing.

        Raises:
            SourceUnavailable: the stream cannot be had, has ended or fell silent; every further
                call raises it again.
            SourceRefused: the camera does not take the credential or has no such stream.
        """
        if self._pump is None:
            self._pump = asyncio.create_task(self._read_on())
        while True:
            held = self._held
            if held is not None and _is_whole(held):
                break
            item = await self._first(None if held is None else self._pictures_s)
            if isinstance(item, Picture):
                await self._add(item)
            elif held is not None:
                break  # another event, the end or a pause: more pictures do not come
            elif item is None:
                if not self._pump.cancelled():
                    await self._pump  # raises what ended the stream
                raise self._http.words.unavailable("is not read any more", "source_closed")
            else:
                self._held = item
            self._items.popleft()
            self._room.set()
        self._held = None
        return held

    async def close(self) -> None:
        """End the stream and let go of the connection."""
        if self._pump is not None:
            self._pump.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._pump
        await self._http.close()

    async def _first(self, limit_s: float | None) -> DeviceEvent | Picture | None:
        """What waits longest, left where it is; None at the end or after that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not self._items and not self._over:
                    self._news.clear()
                    await self._news.wait()
        return self._items[0] if self._items else None

    async def _add(self, picture: Picture) -> None:
        """Put a picture to the event that it followed; one without an event is passed over."""
        held = self._held
        if held is None:
            return
        good = picture.jpeg is not None
        if picture.jpeg is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self._pool, check_jpeg, picture.jpeg, self._http.shown
                )
            except FrameCorrupt:
                good = False
        if picture.jpeg is not None and good:
            self._held = replace(held, pictures=(*held.pictures, picture.jpeg))
        else:
            self._held = replace(held, broken_pictures=held.broken_pictures + 1)

    async def _read_on(self) -> None:
        try:
            async with self._http.get() as answer:
                await self._take_in(answer.response)
        finally:
            self._over = True
            self._news.set()

    async def _take_in(self, response: httpx.Response) -> None:
        """Cut the stream into events and pictures.

        Raises:
            SourceUnavailable: always, in the end.
        """
        loop = asyncio.get_running_loop()
        framer = EventFramer(self._limits.max_bytes)
        pieces = response.aiter_raw()
        heard_s = loop.time()
        while True:
            try:
                async with asyncio.timeout_at(heard_s + self._limits.stall_s):
                    piece = await anext(pieces)
            except (TimeoutError, httpx.ReadTimeout):
                raise self._http.words.unavailable(
                    "has stopped sending events and heartbeats", "camera_stalled"
                ) from None
            except StopAsyncIteration:
                raise self._http.words.unavailable(
                    "has ended its event stream", "camera_ended"
                ) from None
            for item in framer.feed(piece):
                found = self._event(item) if isinstance(item, Message) else item
                if found is not None:
                    await self._hand_over(found)
                heard_s = loop.time()  # behind the waiting: a slow reader is not the camera's fault

    async def _hand_over(self, found: DeviceEvent | Picture) -> None:
        while len(self._items) >= _WAITING:
            self._room.clear()
            await self._room.wait()
        self._items.append(found)
        self._news.set()

    def _event(self, message: Message) -> DeviceEvent | None:
        """The event of a message; None for a heartbeat and for what is no event."""
        received_at = self._clock.now()
        try:
            facts = read_alert(message)
        except ValueError as error:
            _logger.warning(
                "the camera at %s sends an event that is none: %s", self._http.shown, error
            )
            return None
        if facts.kind is AlertKind.HEARTBEAT:
            return None
        at, source, doubt_s = _time_of(facts.told_at, received_at)
        return DeviceEvent(facts, facts.channel in self._thermal, at, source, doubt_s, received_at)


def _is_whole(event: DeviceEvent) -> bool:
    return len(event.pictures) + event.broken_pictures >= event.facts.pictures


def _time_of(
    told_at: datetime | None, received_at: datetime
) -> tuple[datetime, TimeSource, float | None]:
    """When it happened; a camera whose clock is wrong may also be one that sends a backlog."""
    if told_at is not None:
        offset_s = (told_at - received_at).total_seconds()
        if -BELIEVED_S <= offset_s <= 1.0:
            return told_at, TimeSource.CAMERA_CLOCK, math.hypot(1.0, offset_s) / math.sqrt(12.0)
    return received_at, TimeSource.RECEIPT, None
