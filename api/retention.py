"""What is personal goes when its days are over.

That is who told of a fire, where people signed in from, and who passed the gates.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from models.audit import SYSTEM
from models.clock import Clock
from models.config import GatesRule, SecurityRule
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
        rule: for how long who told of a fire stays.
        gates: for how long who passed them stays.
        tidy: clears files of a day ago that phones had not finished sending.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        rule: SecurityRule,
        gates: GatesRule,
        tidy: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._keep = timedelta(days=rule.caller_days)
        self._keep_passages = timedelta(days=gates.keep_days)
        self._tidy = tidy

    def sweep(self) -> None:
        """Clear what is due; how many is in the audit log, who is not.

        Raises:
            WatchError: the store cannot be written.
        """
        now = self._clock.now()
        callers = self._store.observations.clear_callers(now - self._keep, actor=SYSTEM)
        addresses = self._store.sign_ins.forget_old()
        passages = self._store.passages.forget(now - self._keep_passages)
        self._tidy()
        if callers or addresses or passages:
            logger.info(
                "forgot %d callers, %d addresses and %d passages", callers, addresses, passages
            )

    async def run(self) -> None:
        """Sweep until cancelled; a store that fails for a moment is swept the next time."""
        while True:
            try:
                await asyncio.to_thread(self.sweep)
            except WatchError:
                logger.exception("what is personal could not be cleared")
            await self._clock.sleep(EVERY_S)
