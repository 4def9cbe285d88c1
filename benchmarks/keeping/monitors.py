"""Monitors on the live feed: each remembers every number, and comes again after a cut."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

__all__ = ["Monitor", "Watching"]

AGAIN_S = 0.25


@dataclass
class Monitor:
    """One browser.

    Attributes:
        after: the number that its page was read at.
        seen: numbers in the order in which they came.
        connections: how often it connected.
    """

    after: int
    seen: list[int] = field(default_factory=list)
    connections: int = 0

    @property
    def last(self) -> int:
        """The last number that it has."""
        return self.seen[-1] if self.seen else self.after

    async def follow(self, port: int, cookie: str) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._listen(port, cookie)
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, port: int, cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            # As a browser: the address of the first time, and the last number that it has.
            last = f"Last-Event-ID: {self.last}\r\n" if self.seen else ""
            writer.write(
                f"GET /api/events?after={self.after} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Accept: text/event-stream\r\nCookie: {cookie}\r\n{last}\r\n".encode()
            )
            await writer.drain()
            status = await reader.readline()
            if b" 200 " not in status:
                return
            self.connections += 1
            pending = -1
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    pending = int(line[4:])
                elif line == b"\n" and pending >= 0:  # an event counts once it is whole
                    self.seen.append(pending)
                    pending = -1
        finally:
            writer.close()


class Watching:
    """Some monitors that watch until they are told to stop.

    Args:
        monitors: of them.
    """

    def __init__(self, monitors: list[Monitor]) -> None:
        self.monitors = monitors

    async def until_all_have(self, sequence: int, within_s: float) -> bool:
        """Wait until every monitor has a number."""
        ends_s = time.monotonic() + within_s
        while any(one.last < sequence for one in self.monitors):
            if time.monotonic() > ends_s:
                return False
            await asyncio.sleep(0.1)
        return True

    def gaps(self) -> int:
        """Numbers that some monitor should have had between its first and its last, and had not."""
        return sum(one.last - one.after - len(set(one.seen)) for one in self.monitors)

    def doubles(self) -> int:
        """Numbers that came again."""
        return sum(len(one.seen) - len(set(one.seen)) for one in self.monitors)

    def disorder(self) -> int:
        """Numbers that came after a larger one."""
        return sum(
            later < earlier
            for one in self.monitors
            for earlier, later in zip(one.seen, one.seen[1:], strict=False)
        )
