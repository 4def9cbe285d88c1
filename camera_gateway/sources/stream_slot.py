"""From a thread to a coroutine: one place, where the newest replaces what nobody took."""

import asyncio
import threading
from contextlib import suppress
from typing import Generic, TypeVar

__all__ = ["NewestSlot"]

T = TypeVar("T")


class NewestSlot(Generic[T]):
    """Put from a thread, taken in an event loop by one reader at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[T] | None = None
        self._ended = False
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def put(self, value: T, *, minor: bool = False) -> bool:
        """Hand a value over.

        Args:
            value: replaces one that was not taken.
            minor: does not replace one.

        Returns:
            Whether a value was there that nobody took.
        """
        with self._lock:
            full = self._held is not None
            if not (full and minor):
                self._held = (value,)
            self._notify()
        return full

    def end(self) -> None:
        """Nothing more comes."""
        with self._lock:
            self._ended = True
            self._notify()

    async def take(self) -> T | None:
        """Wait for a value; None once nothing more comes. Cancelling it loses no value."""
        while True:
            with self._lock:
                if self._held is not None:
                    (value,), self._held = self._held, None
                    return value
                if self._ended:
                    return None
                event = asyncio.Event()
                self._wake = (asyncio.get_running_loop(), event)
            await event.wait()

    async def wait_end(self, limit_s: float) -> bool:
        """Wait until nothing more comes, dropping what does; False when that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while await self.take() is not None:
                    pass
        return self._ended

    def _notify(self) -> None:
        if self._wake is None:
            return
        loop, event = self._wake
        self._wake = None
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(event.set)
