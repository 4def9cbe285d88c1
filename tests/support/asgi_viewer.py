"""A browser that reads an answer without end, straight from the application."""

import asyncio
from collections.abc import Callable
from typing import Self

from starlette.types import ASGIApp, Message

__all__ = ["Viewer"]


class Viewer:
    """One request; used inside an event loop, and gone with the end of the block.

    Args:
        app: asked.
        path: with the query, if any.
        cookie: of the session.
    """

    def __init__(self, app: ASGIApp, path: str, cookie: str) -> None:
        self.messages: list[Message] = []
        self.stuck = False
        """Whether it takes nothing more: what is sent to it waits for ever."""
        self._gone = asyncio.Event()
        self._came = asyncio.Event()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"testserver"), (b"cookie", cookie.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        self._asked = False
        self.task = asyncio.create_task(app(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        async with asyncio.timeout(10.0):
            await asyncio.gather(self.task, return_exceptions=True)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def is_over(self) -> bool:
        return bool(self.messages) and not self.messages[-1].get("more_body", True)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10.0):
            while not true():
                self._came.clear()
                waiting = asyncio.create_task(self._came.wait())
                await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if self.task.done():
                    self.task.result()
                    assert true(), "the answer is over, and it never came true"

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        self.messages.append(message)
        self._came.set()
