"""Bytes of the simulated vehicle over UDP or TCP, in asyncio.

``udpout:HOST:PORT`` sends to a ground station that listens; ``udpin:HOST:PORT`` listens, and
answers whoever spoke; ``tcp:HOST:PORT`` dials, again and again; ``tcpin:HOST:PORT`` is dialled.
Garbage is counted and passed over. A peer that does not read is told less, and never waited for.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from drone_jobs.links.simulated.words import COMPONENT, Message, mavlink, packed
from models.errors import InputRefused

__all__ = ["VehicleUrl", "VehicleWire"]

_KINDS: Final = ("udpin", "udpout", "tcp", "tcpin")
_MOST_PEERS: Final = 8
_MOST_WAITING: Final = 1 << 20  # bytes that a peer has not read
_AGAIN_S: Final = 0.5
_READ: Final = 4096
_BAD: Final = "BAD_DATA"


@dataclass(frozen=True, slots=True)
class VehicleUrl:
    """Where a vehicle is spoken to.

    Attributes:
        kind: ``udpin``, ``udpout``, ``tcp`` or ``tcpin``.
        host: name or number.
        port: [0, 65535]; 0 for any free one that is listened at.
    """

    kind: str
    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> "VehicleUrl":
        """From text such as ``udpout:127.0.0.1:14550``; slashes before the host are allowed.

        Raises:
            InputRefused: it is none (``vehicle_url``).
        """
        kind, _, rest = text.partition(":")
        try:
            parts = urlsplit("//" + rest.removeprefix("//"))
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if kind not in _KINDS or host is None or port is None:
            raise InputRefused(
                f"{text!r} is no address of a simulated vehicle.",
                remedy=f"Write one of {', '.join(_KINDS)}, host and port: udpout:127.0.0.1:14550.",
                code="vehicle_url",
            )
        return cls(kind, host, port)


class VehicleWire:
    """Sends and hears.

    Args:
        url: where.
        system_id: of our messages.
        heard: is given every message that came.

    Attributes:
        port: that is listened at; the url's before it is open.
        garbage: pieces that were no message.
    """

    def __init__(self, url: VehicleUrl, system_id: int, heard: Callable[[Message], None]) -> None:
        self.port, self.garbage = url.port, 0
        self._url, self._heard = url, heard
        self._packer = mavlink.MAVLink(None, srcSystem=system_id, srcComponent=COMPONENT)
        self._system_id = system_id
        self._peers: dict[Any, None] = {}  # who sent datagrams, in the order in which they came
        self._datagrams: asyncio.DatagramTransport | None = None
        self._streams: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._server: asyncio.Server | None = None
        self._dialling: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen, or begin to dial.

        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        at = (self._url.host, self._url.port)
        if self._url.kind == "udpin":
            self._datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._take), local_addr=at
            )
            self.port = int(self._datagrams.get_extra_info("sockname")[1])
        elif self._url.kind == "udpout":
            self._datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._take), remote_addr=at
            )
        elif self._url.kind == "tcpin":
            self._server = await asyncio.start_server(self._serve, *at)
            self.port = int(self._server.sockets[0].getsockname()[1])
        else:
            self._dialling = asyncio.create_task(self._dial())

    async def close(self) -> None:
        """Let go of everything."""
        tasks = [self._dialling, *self._streams.values()]
        for task in tasks:
            if task is not None:
                task.cancel()
        if self._server is not None:
            self._server.close()
        if self._datagrams is not None:
            self._datagrams.close()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    def send(self, messages: Iterable[Message]) -> None:
        """Give messages to every peer; what cannot be sent is dropped, as on any radio."""
        for message in messages:
            data = packed(message, self._packer)
            if self._datagrams is not None and not self._datagrams.is_closing():
                if self._url.kind == "udpout":
                    self._datagrams.sendto(data)
                else:
                    for peer in self._peers:
                        self._datagrams.sendto(data, peer)
            for stream in self._streams:
                transport = stream.transport
                if not transport.is_closing() and (
                    transport.get_write_buffer_size() < _MOST_WAITING
                ):
                    stream.write(data)

    def _take(self, data: bytes, peer: object) -> None:
        """A datagram; the peer that spoke first is forgotten when there are too many.

        A datagram holds whole messages, so what a damaged one leaves over never meets the next.
        """
        if peer not in self._peers:
            if len(self._peers) >= _MOST_PEERS:
                del self._peers[next(iter(self._peers))]
            self._peers[peer] = None
        self._read(data, _parser())

    def _read(self, data: bytes, parser: Message) -> None:
        for message in parser.parse_buffer(data) or ():
            if message.get_type() == _BAD:
                self.garbage += 1
            elif message.get_srcSystem() != self._system_id:
                self._heard(message)

    async def _dial(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(self._url.host, self._url.port)
                await self._talk(reader, writer, None)
            await asyncio.sleep(_AGAIN_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._streams) >= _MOST_PEERS:
            writer.close()
            return
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._talk(reader, writer, asyncio.current_task())

    async def _talk(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        task: "asyncio.Task[None] | None",
    ) -> None:
        """Hear a stream to its end; a dialled one ends with the task that dialled it."""
        self._streams[writer] = task
        parser = _parser()
        try:
            while data := await reader.read(_READ):
                self._read(data, parser)
        finally:
            del self._streams[writer]
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Hands on what came; that nobody listens over there yet is no error."""

    def __init__(self, take: Callable[[bytes, object], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Ports that nobody listens at; it is sent again soon."""


def _parser() -> Message:
    parser = mavlink.MAVLink(None)
    parser.robust_parsing = True
    return parser
