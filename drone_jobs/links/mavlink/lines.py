"""What MAVLink's bytes travel on: UDP, TCP or a serial line.

A line is named by a URL: ``udpin:HOST:PORT`` listens and answers whom it heard,
``udpout:HOST:PORT`` speaks first, ``tcp:HOST:PORT`` calls, ``serial:DEVICE:BAUD`` opens a radio.
``//`` after the colon may be written. TCP and serial lines that break are opened again.
"""

import asyncio
import contextlib
import os
import termios
import tty
from collections.abc import Callable
from typing import Any, Final, Protocol

from drone_jobs.links.link import LinkLost
from models.clock import Clock
from models.errors import InputRefused

__all__ = ["Line", "line_of"]

Heard = Callable[[bytes, object], None]
"""Takes bytes, and from whom: hashable, handed back to :meth:`Line.send`."""

AGAIN_S: Final = 1.0  # before a broken line is opened again
CALL_S: Final = 5.0  # for a TCP call
MOST_WAITING: Final = 65_536  # bytes that a TCP line may be behind
_CHUNK: Final = 4096
_PORTS: Final = range(1, 65_536)
_BAUDS: Final = {
    int(name[1:]): int(getattr(termios, name))
    for name in dir(termios)
    if name[:1] == "B" and name[1:].isdigit() and name != "B0"
}
"""Speeds that the system knows, and its numbers for them."""
_ONE: Final = "line"  # the only peer of a line that has one


class Line(Protocol):
    """Carries bytes; what it cannot carry is dropped, as a radio does."""

    async def open(self, heard: Heard) -> None:
        """Begin.

        Raises:
            LinkLost: the port is taken, or there is no such host (``link_open``).
        """

    def send(self, data: bytes, to: object | None) -> bool:
        """Send to a peer, or to whom the line leads; False when it was dropped."""

    async def close(self) -> None:
        """End."""


def line_of(url: str, clock: Clock) -> Line:
    """The line that a URL names, not opened.

    Raises:
        InputRefused: it names none (``link_url``).
    """
    scheme, _, rest = url.strip().partition(":")
    first, _, last = rest.removeprefix("//").rpartition(":")
    is_number = last.isascii() and last.isdigit() and len(last) <= 7
    number = int(last) if is_number else -1
    allowed = _BAUDS if scheme == "serial" else _PORTS
    if not first or number not in allowed:
        raise _no_line(url)
    match scheme:
        case "udpin" | "udp":
            return _Udp(first, number, listens=True)
        case "udpout":
            return _Udp(first, number, listens=False)
        case "tcp":
            return _Tcp(first, number, clock)
        case "serial":
            return _Serial(first, number, clock)
        case _:
            raise _no_line(url)


def _no_line(url: str) -> InputRefused:
    return InputRefused(
        f"{url[:80]!r} is no line to an aircraft.",
        remedy="Write udpin:HOST:PORT, udpout:HOST:PORT, tcp:HOST:PORT or serial:DEVICE:BAUD.",
        code="link_url",
    )


def _not_open(what: str, error: OSError) -> LinkLost:
    return LinkLost(
        f"{what} cannot be opened: {error.strerror or error}.",
        remedy="Look whether another program has it, and whether the name is right.",
        code="link_open",
    )


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, host: str, port: int, *, listens: bool) -> None:
        self._place, self._listens = (host, port), listens
        self._heard: Heard | None = None
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, heard: Heard) -> None:
        self._heard = heard
        way: dict[str, Any] = {"local_addr" if self._listens else "remote_addr": self._place}
        try:
            self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: self, **way
            )
        except OSError as error:
            raise _not_open(f"UDP {self._place[0]}:{self._place[1]}", error) from error

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._heard is not None:
            self._heard(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there yet; that is heard by silence."""

    def send(self, data: bytes, to: object | None) -> bool:
        if self._transport is None or (self._listens and to is None):
            return False
        self._transport.sendto(data, to if self._listens else None)  # type: ignore[arg-type]
        return True

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        await asyncio.sleep(0)


class _Tcp:
    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._host, self._port, self._clock = host, port, clock
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, heard: Heard) -> None:
        self._task = asyncio.create_task(self._keep(heard))

    async def _keep(self, heard: Heard) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                await self._call(heard)
            await self._clock.sleep(AGAIN_S)

    async def _call(self, heard: Heard) -> None:
        async with asyncio.timeout(CALL_S):
            reader, writer = await asyncio.open_connection(self._host, self._port)
        self._writer = writer
        try:
            while data := await reader.read(_CHUNK):
                heard(data, _ONE)
        finally:
            self._writer = None
            writer.close()

    def send(self, data: bytes, to: object | None) -> bool:
        del to
        writer = self._writer
        if writer is None or writer.transport.get_write_buffer_size() > MOST_WAITING:
            return False
        writer.write(data)
        return True

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None


class _Serial:
    def __init__(self, device: str, baud: int, clock: Clock) -> None:
        self._device, self._baud, self._clock = device, baud, clock
        self._port: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._broken = asyncio.Event()

    async def open(self, heard: Heard) -> None:
        self._task = asyncio.create_task(self._keep(heard))

    async def _keep(self, heard: Heard) -> None:
        while True:
            with contextlib.suppress(OSError, termios.error):
                await self._hold(heard)
            await self._clock.sleep(AGAIN_S)

    async def _hold(self, heard: Heard) -> None:
        loop, port = asyncio.get_running_loop(), _open_port(self._device, self._baud)
        self._broken.clear()

        def read() -> None:
            try:
                data = os.read(port, _CHUNK)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:  # readable without a byte: it was pulled out
                self._broken.set()
                loop.remove_reader(port)
                self._port = None
                return
            heard(data, _ONE)

        try:
            self._port = port
            loop.add_reader(port, read)
            await self._broken.wait()
        finally:
            self._port = None
            loop.remove_reader(port)
            os.close(port)

    def send(self, data: bytes, to: object | None) -> bool:
        del to
        if self._port is None:
            return False
        try:
            return os.write(self._port, data) == len(data)
        except BlockingIOError:  # the radio is slower than what is said
            return False
        except OSError:
            self._broken.set()
            return False

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None


def _open_port(device: str, baud: int) -> int:
    """A serial port of 8 bits, no parity, one stop bit, without flow control."""
    port = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(port)
        *flags, _, _, letters = termios.tcgetattr(port)
        flags[2] |= termios.CLOCAL | termios.CREAD
        flags[2] &= ~(termios.CRTSCTS | termios.CSTOPB)
        speed = _BAUDS[baud]
        termios.tcsetattr(port, termios.TCSANOW, [*flags, speed, speed, letters])
    except (OSError, termios.error):
        os.close(port)
        raise
    return port
