"""What is personal goes when its days are over: who told of a fire, where people signed in from."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from models.audit import SYSTEM
from models.clock import Clock
from models.config import SecurityRule
from models.errors import WatchError
from models.store import Store

__all__ = ["Retention"]

logger = logging.getLogger(__name__)

EVERY_S: Final = 6 * 3600.0


class Retention:
    """Clears what is personal, at the start and then four times a day.

    Args:
        store: where it is.
        clock: of the installation.
        rule: for how long it stays.
    """

    def __init__(self, store: Store, clock: Clock, rule: SecurityRule) -> None:
        self._store = store
        self._clock = clock
        self._keep = timedelta(days=rule.caller_days)

    def sweep(self) -> None:
        """Clear what is due; how many is in the audit log, who is not.

        Raises:
            WatchError: the store cannot be written.
        """
        callers = self._store.observations.clear_callers(
            self._clock.now() - self._keep, actor=SYSTEM
        )
        addresses = self._store.sign_ins.forget_old()
        if callers or addresses:
            logger.info("forgot %d callers and %d addresses", callers, addresses)

    async def run(self) -> None:
        """Sweep until cancelled; a store that fails for a moment is swept the next time."""
        while True:
            try:
                await asyncio.to_thread(self.sweep)
            except WatchError:
                logger.exception("what is personal could not be cleared")
            await self._clock.sleep(EVERY_S)
