"""One listener's own queue of what a wire hears."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Self

from drone_jobs.links.mavlink.words import Message

__all__ = ["Listening"]

MOST_WAITING: Final = 2_000  # a listener that is behind by more loses the oldest


class Listening:
    """Messages of the chosen aircraft since this was made; an async iterator.

    Args:
        names: that are listened to; none of them for all.
        leave: called once at the end.
    """

    def __init__(self, names: frozenset[str], leave: Callable[["Listening"], None]) -> None:
        self._names, self._leave = names, leave
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._come = asyncio.Event()
        self._over = False
        self.dropped = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more: it, or the wire, was closed."""
        return self._over

    def put(self, message: Message) -> None:
        """Take a message of the wire."""
        if self._names and message.get_type() not in self._names:
            return
        self.dropped += len(self._waiting) == MOST_WAITING
        self._waiting.append(message)
        self._come.set()

    async def next(self, timeout_s: float | None = None) -> Message | None:
        """The next message; None when none came in time, or the wire was closed."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self._waiting and not self._over:
                    self._come.clear()
                    await self._come.wait()
        except TimeoutError:
            return None
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """Listen no more."""
        if not self._over:
            self._over = True
            self._come.set()
            self._leave(self)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        self.close()

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Message:
        """The next message; ends with the wire."""
        message = await self.next()
        if message is None:
            raise StopAsyncIteration
        return message
