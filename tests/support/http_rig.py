"""An HTTP server on this machine that answers as well or as badly as a test wants."""

import asyncio
import hashlib
import re
import secrets
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

__all__ = ["Asked", "Handler", "HttpRig", "answer", "basic", "digest", "stream"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HttpRig:
    """Routes by path without its query; a handler writes its whole answer, head included.

    A connection stays open after an answer with a Content-Length and is closed after any other.
    """

    routes: dict[str, Handler]
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    server: asyncio.Server | None = None
    first_question: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.server is not None
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.server.wait_closed()

    @property
    def port(self) -> int:
        assert self.server is not None
        return int(self.server.sockets[0].getsockname()[1])

    def url(self, path: str) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._serve(reader, writer):
                    pass
        finally:
            self.tasks.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        method, path, _version = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(method, path, headers, body)
        self.asked.append(asked)
        self.first_question.set()
        watched = _Watched(reader, writer)
        await self.routes[path.partition("?")[0]](asked, watched)  # type: ignore[arg-type]
        await writer.drain()
        return b"content-length:" in watched.head.lower() and b"connection: close" not in (
            watched.head.lower()
        )


class _Watched:
    """A writer that remembers the head of what goes through it, and knows when nobody listens."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.head = b""

    def write(self, data: bytes) -> None:
        if b"\r\n\r\n" not in self.head:
            self.head = (self.head + data[:2000]).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self._writer.write(data)

    async def sleep(self, duration_s: float) -> None:
        """Wait, as long as somebody listens."""
        for _slice in range(max(1, round(duration_s / 0.01))):
            if self._reader.at_eof():
                return
            await asyncio.sleep(0.01)

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Handler:
    """A whole answer with a true length, unless ``content_length`` says otherwise."""
    lines = {"content_length": str(len(body)), **headers}

    async def handle(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)

    return handle


def stream(
    *pieces: bytes | float, content_type: str = "multipart/x-mixed-replace; boundary=frame"
) -> Handler:
    """An answer without a length: bytes are sent, a number waits so many seconds; then it ends."""

    async def handle(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode())
        for piece in pieces:
            if isinstance(piece, bytes):
                writer.write(piece)
                await writer.drain()
            else:
                await writer.sleep(piece)  # type: ignore[attr-defined]

    return handle


def basic(inner: Handler, token: str) -> Handler:
    """Behind Basic; the token is what must stand in the header."""

    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.headers.get("authorization") != f"Basic {token}":
            inner_ = answer(b"no", 401, www_authenticate='Basic realm="camera"')
            await inner_(asked, writer)
        else:
            await inner(asked, writer)

    return handle


def digest(
    inner: Handler, user: str, password: str, *, algorithm: str = "MD5", challenge: str = ""
) -> Handler:
    """Behind Digest with qop=auth (RFC 7616), checked by the RFC and not by a library."""
    make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}.get(algorithm, hashlib.md5)
    nonces: set[str] = set()

    def hashed(text: str) -> str:
        return make(text.encode()).hexdigest()

    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        sent = asked.headers.get("authorization", "")
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', sent))
        if sent.startswith("Digest ") and said.get("nonce") in nonces:
            secret = hashed(f"{user}:camera:{password}")
            what = hashed(f"{asked.method}:{said['uri']}")
            parts = (secret, said["nonce"], said["nc"], said["cnonce"], said["qop"], what)
            if said["uri"] == asked.path and said["response"] == hashed(":".join(parts)):
                await inner(asked, writer)
                return
        nonces.add(nonce := secrets.token_hex(8))
        offer = challenge or (
            f'Digest realm="camera", qop="auth", algorithm={algorithm}, nonce="{nonce}"'
        )
        await answer(b"no", 401, www_authenticate=offer)(asked, writer)

    return handle
