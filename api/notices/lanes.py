"""A lane for each channel: one that hangs holds up no other, and nothing goes through one twice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from models.errors import WatchError

__all__ = ["Lanes"]

logger = logging.getLogger(__name__)


class Lanes:
    """Empties channels side by side.

    Args:
        due: numbers of the channels that have something to send; blocks.
        empty: sends what one of them has; how many it tried.
        what: is sent, in words for the log.
    """

    def __init__(
        self, due: Callable[[], list[int]], empty: Callable[[int], Awaitable[int]], *, what: str
    ) -> None:
        self._due = due
        self._empty = empty
        self._what = what
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._said: dict[int, str] = {}

    async def look(self) -> None:
        """Set to work what has something to do and does nothing; waits for none of it."""
        try:
            due = await asyncio.to_thread(self._due)
        except WatchError:
            logger.exception("%s: what is due cannot be read", self._what)
            return
        for channel_id in due:
            if channel_id not in self._busy:
                self._busy[channel_id] = asyncio.create_task(self._work(channel_id))

    async def step(self) -> int:
        """Send all that is due now, each channel until nothing of it is.

        Returns:
            How many were tried.
        """
        due = await asyncio.to_thread(self._due)
        return sum(await asyncio.gather(*(self._empty(channel_id) for channel_id in due)))

    async def stop(self) -> None:
        """End what is in hand; it is sent again under its mark."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, channel_id: int) -> None:
        try:
            await self._empty(channel_id)
            self._said.pop(channel_id, None)
        except WatchError as error:
            if self._said.get(channel_id) != str(error):  # once, not twice a second
                logger.exception("%s: channel %d cannot be worked on", self._what, channel_id)
            self._said[channel_id] = str(error)
        finally:
            del self._busy[channel_id]
