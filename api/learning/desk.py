"""Makes the night's digest: once a night by the site's clock, in one process of all.

What is due is asked of the store and not of a timer: a watch that was off at the hour makes the
digest when it is on again, and one whose clock was set makes none twice.
"""

import asyncio
import logging
import uuid
from typing import Final
from zoneinfo import ZoneInfo

from api.learning.digesting import make_digest, night_of
from models.clock import Clock
from models.config import Settings
from models.errors import WatchError
from models.nuisance_digest import Digest
from models.store import Store

__all__ = ["DIGESTS", "LearningDesk"]

logger = logging.getLogger(__name__)

DIGESTS: Final = "digests"
"""Name of the lease of who makes the digest."""

LOOKS_EVERY_S: Final = 60.0
LEASE_S: Final = 300.0


class LearningDesk:
    """Makes digests.

    Args:
        store: of the watch.
        clock: says when it is due.
        settings: of the watch.
    """

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._holder = uuid.uuid4().hex

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._clock.sleep(LOOKS_EVERY_S)
            try:
                await asyncio.to_thread(self.work_once)
            except WatchError:
                logger.exception("the night's digest waits; it is tried again")

    def work_once(self) -> Digest | None:
        """Make the digest that is due.

        Returns:
            It; None when there is one already, or another process makes it.
        """
        store, settings = self._store, self._settings
        zone = ZoneInfo(settings.time_zone)
        night = night_of(self._clock.now(), settings.learning.hour, zone)
        if store.digests.has(night):
            return None
        lease = store.leases.take(DIGESTS, self._holder, LEASE_S)
        if lease is None:
            return None
        try:
            made = make_digest(store, self._clock, settings, night)
        finally:
            store.leases.give_up(lease)
        if made is not None:
            logger.info(
                "digest of %s: %d false alarms, %d fires, %d proposals",
                made.night,
                made.dismissed,
                made.confirmed,
                len(made.proposals),
            )
        return made
