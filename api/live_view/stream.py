"""A live view as one answer over plain HTTP that goes on until somebody or something ends it.

Its body is fragmented MP4 with notes between the fragments: once a second and with every change
what there is to see, by the clock of this machine. So the other side can tell a camera that sends
nothing from a line that is dead, and how far behind its picture is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from camera_gateway.video.fmp4 import note
from camera_gateway.video.live import LiveViewer, LiveViews
from camera_gateway.video.remux import Head, VideoState
from camera_gateway.video.tap import VideoTap
from models.clock import Clock
from models.errors import WatchError

__all__ = ["LiveStream"]

_logger = logging.getLogger(__name__)
NOTE_EVERY_S: Final = 1.0
ASK_EVERY_S: Final = 5.0
"""Whoever signs out or loses a right sees nothing more after this."""

STUCK_S: Final = 20.0
"""Somebody who takes nothing for so long is cut off."""

LONGEST_S: Final = 4 * 3600.0
"""A view that was forgotten ends; one that is looked at is asked for again by its page."""


class LiveStream(Response):
    """The answer to one viewer.

    Args:
        views: of all cameras.
        tap: of the camera.
        clock: paces, and stamps the notes.
        allowed: raises once this viewer may not see this camera any more; called in a thread.
    """

    def __init__(
        self, views: LiveViews, tap: VideoTap, clock: Clock, allowed: Callable[[], None]
    ) -> None:
        super().__init__(media_type="video/mp4")
        self._views = views
        self._tap = tap
        self._clock = clock
        self._allowed = allowed

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002  # as every answer
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve it.

        Raises:
            Conflict: too many watch; nothing has been sent then.
        """
        with self._views.watch(self._tap) as viewer:
            await send(_START)
            gone = asyncio.create_task(_until_gone(receive))
            telling = asyncio.create_task(self._tell(viewer, send))
            try:
                await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (gone, telling):
                    task.cancel()
                ended = await asyncio.gather(gone, telling, return_exceptions=True)
        for fault in ended:
            if isinstance(fault, Exception):
                _logger.info("a live view ended: %s", type(fault).__name__)
        if not isinstance(ended[1], TimeoutError | OSError):
            await _end(send)

    async def _tell(self, viewer: LiveViewer, send: Send) -> None:
        """Until this viewer's time is over, or it may see no more."""
        begin_s = ask_s = self._clock.monotonic_s()
        noted_s, said, head = begin_s - NOTE_EVERY_S, None, None
        while (now_s := self._clock.monotonic_s()) - begin_s < LONGEST_S:
            if now_s - ask_s >= ASK_EVERY_S:
                ask_s = now_s
                try:
                    await asyncio.to_thread(self._allowed)
                except WatchError:
                    return
            if not self._tap.is_open:
                return
            state = viewer.state
            if state is not said or now_s - noted_s >= NOTE_EVERY_S:
                noted_s, said = now_s, state
                await _within(send(_body(self._note(state))))
            pieces = await viewer.pieces(NOTE_EVERY_S / 2)
            parts: list[bytes] = []
            for piece in pieces:
                if piece.head is not head:
                    head = piece.head
                    parts += [self._note(VideoState.PLAYING, head), head.data]
                parts.append(piece.data)
            if parts:
                await _within(send(_body(b"".join(parts))))

    def _note(self, state: VideoState, head: Head | None = None) -> bytes:
        said: dict[str, str | int] = {
            "state": state.value,
            "now": round(self._clock.now().timestamp() * 1000),
        }
        return note(said if head is None else said | {"codec": head.codec})


_START: Final[Message] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"video/mp4"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # a proxy must hand it on as it comes
    ],
}


def _body(data: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _within(sending: Awaitable[None]) -> None:
    async with asyncio.timeout(STUCK_S):
        await sending


async def _end(send: Send) -> None:
    with suppress(OSError, TimeoutError):
        await _within(send(_body(b"", more=False)))


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
