"""The live feed: every change, in order, exactly once, over server-sent events.

Events are rows written with the change that they tell of. One watcher for the whole process asks
the store for the newest sequence twice a second (0.1 ms on SQLite) and wakes the open feeds; so a
change made by another process reaches the console too, and a feed that reconnects with
``Last-Event-ID`` misses nothing and repeats nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from fastapi.sse import ServerSentEvent

from models.clock import Clock
from models.errors import WatchError
from models.events import Event
from models.store import Store

__all__ = ["LiveFeed"]

logger = logging.getLogger(__name__)

WATCH_S = 0.5
KEEP_ALIVE_S = 10.0
BATCH = 200

Sees = Callable[[Event], bool]


def _everything(_event: Event) -> bool:
    return True


def _seen(events: Sequence[Event], sees: Sees) -> list[Event]:
    return [event for event in events if sees(event)]


class LiveFeed:
    """Wakes open feeds when the store has something new.

    Args:
        store: where events are.
        clock: for the watcher's pace.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._newest = 0
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Watch until cancelled; a store that fails for a moment is asked again."""
        while True:
            try:
                newest = await asyncio.to_thread(self._store.events.latest)
            except WatchError:
                logger.exception("the live feed cannot read the store")
            else:
                if newest != self._newest:
                    async with self._changed:
                        self._newest = newest
                        self._changed.notify_all()
            await self._clock.sleep(WATCH_S)

    async def follow(
        self, after: int, listener: Callable[[], Sees | None] = lambda: _everything
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield every event with a sequence above ``after``, then wait for more.

        Args:
            after: the last sequence that the listener has; 0 for all.
            listener: asked before every batch, and so every ten seconds: which events they see;
                None ends the feed.
        """
        while (sees := await asyncio.to_thread(listener)) is not None:
            events = await asyncio.to_thread(self._store.events.after, after, BATCH)
            for event in await asyncio.to_thread(_seen, events, sees):
                yield ServerSentEvent(data=event, event=event.kind.value, id=str(event.sequence))
            after = events[-1].sequence if events else after
            if not events and not await self._wait_beyond(after):
                yield ServerSentEvent(comment="alive")

    async def _wait_beyond(self, after: int) -> bool:
        """Wait for a newer event; False when there was none for the keep-alive time."""
        async with self._changed:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await self._changed.wait_for(lambda: self._newest > after)
            except TimeoutError:
                return False
        return True
