"""The live feed: every change, in order, exactly once, over server-sent events.

Events are rows written with the change that they tell of. One watcher for the whole process asks
the store for the newest sequence twice a second (0.1 ms on SQLite) and wakes the open feeds; so a
change made by another process reaches the console too, and a feed that reconnects with
``Last-Event-ID`` misses nothing and repeats nothing. What is new the watcher reads once for all
feeds; only who comes from farther back asks the store for themselves.
"""

import asyncio
import json
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from functools import lru_cache
from operator import attrgetter

from fastapi.encoders import jsonable_encoder
from fastapi.sse import format_sse_event

from models.clock import Clock
from models.errors import WatchError
from models.events import Event
from models.store import Store

__all__ = ["LiveFeed", "everything"]

logger = logging.getLogger(__name__)

WATCH_S = 0.5
KEEP_ALIVE_S = 10.0
ALIVE = "alive"
BATCH = 200
ASK_S = 2.0
"""A feed outlives its session by so much at the most while events come."""

TAIL = 2000
"""So many of the newest events are in memory: minutes of a busy day."""

Sees = Callable[[Event], bool]


def everything(_event: Event) -> bool:
    """What somebody sees who sees all."""
    return True


def _seen(events: Sequence[Event], sees: Sees) -> list[Event]:
    return [event for event in events if sees(event)]


@lru_cache(maxsize=2 * BATCH)
def _coded(event: Event) -> bytes:
    """As it goes over the line; coded once for all feeds."""
    text = json.dumps(jsonable_encoder(event))
    return format_sse_event(data_str=text, event=event.kind.value, id=str(event.sequence))


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
        self._tail: list[Event] = []
        self._tail_after: int | None = (
            None  # the tail holds every event above it; None: no tail yet
        )
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Watch until cancelled; a store that fails for a moment is asked again."""
        while True:
            try:
                newest, fresh = await asyncio.to_thread(self._read_new)
            except WatchError:
                logger.exception("the live feed cannot read the store")
            else:
                if newest != self._newest:
                    async with self._changed:
                        self._keep(newest, fresh)
                        self._changed.notify_all()
            await self._clock.sleep(WATCH_S)

    async def stream(self, after: int, listener: Callable[[], Sees | None]) -> AsyncIterator[bytes]:
        """Yield every event with a sequence above ``after``, then wait for more.

        They come as bytes of an event stream, a batch at a time: fifty feeds that are woken by one
        change would otherwise take turns event by event, and whoever asks for something else
        meanwhile would wait through all of their turns.

        Args:
            after: the last sequence that the listener has; 0 for all.
            listener: asked at first, and then whenever something comes and :data:`ASK_S` have
                passed, at least every ten seconds: which events they see; None ends the feed.
        """
        async for batch in self._batches(after, listener):
            yield b"".join(map(_coded, batch)) if batch else format_sse_event(comment=ALIVE)

    async def _batches(
        self, after: int, listener: Callable[[], Sees | None]
    ) -> AsyncIterator[Sequence[Event]]:
        """What is new and seen; an empty batch where nothing came for the keep-alive time."""
        sees, asked_s = await asyncio.to_thread(listener), self._clock.monotonic_s()
        while sees is not None:
            events = await self._after(after)
            seen = events
            if sees is not everything:
                seen = await asyncio.to_thread(_seen, events, sees)
            if seen:
                yield seen
            after = events[-1].sequence if events else after
            if not events and not await self._wait_beyond(after):
                yield ()
            now_s = self._clock.monotonic_s()
            if now_s - asked_s >= ASK_S:
                sees, asked_s = await asyncio.to_thread(listener), now_s

    def _read_new(self) -> tuple[int, list[Event] | None]:
        """The newest sequence, and what came since the tail's last; None where that is no tail."""
        newest = self._store.events.latest()
        if newest == self._newest or self._tail_after is None or newest < self._newest:
            return newest, None
        fresh = self._store.events.after(self._newest, TAIL)
        if len(fresh) == TAIL:  # maybe not all
            return newest, None
        return (fresh[-1].sequence if fresh else newest), fresh

    def _keep(self, newest: int, fresh: list[Event] | None) -> None:
        self._newest = newest
        if fresh is None:
            self._tail, self._tail_after = [], newest
            return
        kept = self._tail + fresh
        if len(kept) > TAIL:
            self._tail_after = kept[-TAIL - 1].sequence
        self._tail = kept[-TAIL:]

    async def _after(self, after: int) -> list[Event]:
        if self._tail_after is not None and after >= self._tail_after:
            tail = self._tail
            first = bisect_right(tail, after, key=attrgetter("sequence"))
            return tail[first : first + BATCH]
        return await asyncio.to_thread(self._store.events.after, after, BATCH)

    async def _wait_beyond(self, after: int) -> bool:
        """Wait for a newer event; False when there was none for the keep-alive time."""
        async with self._changed:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    await self._changed.wait_for(lambda: self._newest > after)
            except TimeoutError:
                return False
        return True
