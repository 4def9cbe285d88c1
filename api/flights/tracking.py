"""Keeps what aircraft tell in their flights, a second apart and ten at a time."""

import asyncio
import logging
from threading import Lock
from typing import Final

from models.clock import Clock
from models.errors import NotFound, WatchError
from models.flight import AircraftState, Run
from models.store import Store

__all__ = ["TrackKeeper"]

logger = logging.getLogger(__name__)

BATCH_S: Final = 10.0
MOST_WAITING: Final = 20_000
"""States that a store which cannot write now is behind; older ones are let go."""


class TrackKeeper:
    """The tracks of all flights that go on.

    Args:
        store: in which they are kept.
        clock: measures the batches.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._waiting: dict[int, list[AircraftState]] = {}

    def heard(self, run_id: int, state: AircraftState) -> None:
        """Take a state of a flight."""
        with self._lock:
            states = self._waiting.setdefault(run_id, [])
            states.append(state)
            del states[:-MOST_WAITING]

    def reached(self, run: Run) -> int | None:
        """The furthest point of its mission that a flight was on its way to, as kept.

        Before its start, and where its aircraft told none, None.
        """
        if run.started_at is None:
            return None
        told = (state.mission_point for state in self._store.tracks.of(run.run_id))
        return max((point for point in told if point is not None), default=None)

    async def run(self) -> None:
        """Keep them until cancelled, and what is left then."""
        try:
            while True:
                await self._clock.sleep(BATCH_S)
                await asyncio.to_thread(self.keep)
        finally:
            await asyncio.to_thread(self.keep)

    def keep(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for run_id, states in waiting.items():
            try:
                self._store.tracks.append(run_id, states)
            except NotFound:
                logger.warning("the track of flight %d is of no flight", run_id)
            except WatchError as error:
                logger.warning("the track of flight %d waits to be written: %s", run_id, error)
                with self._lock:
                    later = self._waiting.get(run_id, [])
                    self._waiting[run_id] = [*states, *later][-MOST_WAITING:]
