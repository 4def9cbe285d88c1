"""Begins and ends the looking at live pictures: while aircraft fly, or by a person's word."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.drone_live.book import LiveStatus
from api.drone_live.history import StateHistory
from api.drone_live.watching import LiveWatching, flying
from api.imagery.scoring import PictureDetector
from api.imagery.shelf import ImageryShelf
from models.config.drone_links import DroneLinkRule
from models.errors import WatchError

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["LiveDesk"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.25
HEARD: Final = timedelta(seconds=60)
"""An aircraft whose link is silent for so long is not known to fly: its pictures may go on."""


class LiveDesk:
    """The live pictures of all aircraft.

    Only the process that leads the flights reads them, and ends what another one left.

    Args:
        context: of the application; its book says whose pictures there are.
        shelf: where pictures lie.
        detector: the watch's own.
        backlog: how many pictures of towers wait.
        dice: numbers in [0, 1) for the pauses between attempts.
    """

    def __init__(
        self,
        context: "Context",
        shelf: ImageryShelf,
        detector: PictureDetector,
        backlog: Callable[[], int],
        *,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._context = context
        self._shelf = shelf
        self._detector = detector
        self._backlog = backlog
        self._dice = dice
        self._rules = {
            rule.aircraft: rule for rule in context.settings.drones.links if rule.live_url
        }
        self._histories = {name: StateHistory() for name in self._rules}
        self._at_work: dict[str, tuple[LiveWatching, asyncio.Task[None]]] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}
        self._has_swept = False

    @property
    def waits(self) -> int:
        """Live pictures that wait to be scored."""
        return sum(watching.waits for watching, _ in tuple(self._at_work.values()))

    async def run(self) -> None:
        """Work until cancelled."""
        if not self._rules:
            return
        try:
            while True:
                await self.look()
                await self._context.clock.sleep(LOOK_S)
        finally:
            for name in tuple(self._at_work):
                self._end(name)
            await asyncio.gather(*self._ending.values(), return_exceptions=True)

    async def look(self) -> None:
        """Hear what aircraft tell, begin and end what is wanted or not."""
        room = self._context.flights
        if room is None:
            return
        leads = room.desk.leads and await self._sweep()
        self._has_swept = leads
        states, now = room.states(), self._context.clock.now()
        for name, rule in self._rules.items():
            history = self._histories[name]
            history.hear(states.get(name))
            is_flying = flying(now, history, HEARD)
            wanted = leads and self._context.lives.wants(name, now, is_flying=is_flying)
            held = self._at_work.get(name)
            if wanted and held is None and name not in self._ending:
                self._begin(rule)
            elif held is not None and (not wanted or held[1].done()):
                self._end(name)
            held = self._at_work.get(name)
            if held is not None:
                held[0].check()
            status = LiveStatus() if held is None else held[0].status()
            self._context.lives.note(name, status)

    def _begin(self, rule: DroneLinkRule) -> None:
        room, name = self._context.flights, rule.aircraft
        assert room is not None  # noqa: S101  # whoever looks has one
        watching = LiveWatching(
            self._context,
            rule,
            self._detector,
            self._backlog,
            history=self._histories[name],
            shelf=self._shelf,
            link=lambda: room.links.link_of(name),
            is_drill=name in room.drills,
            random=self._dice,
        )
        self._at_work[name] = watching, asyncio.create_task(watching.run())
        logger.info("live pictures of %s are read", name)

    def _end(self, name: str) -> None:
        """Have it end; a dock may take a while to answer, and nobody waits for it."""
        _, task = self._at_work.pop(name)
        task.cancel()

        async def ended() -> None:
            (outcome,) = await asyncio.gather(task, return_exceptions=True)
            if isinstance(outcome, Exception):
                logger.error("live pictures of %s failed", name, exc_info=outcome)
            logger.info("live pictures of %s are read no more", name)
            self._ending.pop(name, None)

        self._ending[name] = asyncio.create_task(ended())

    async def _sweep(self) -> bool:
        """Whether what a process that is no more left live has been ended; asked until it has."""
        if self._has_swept:
            return True
        try:
            await asyncio.to_thread(self._context.store.live_imagery.end_left)
        except WatchError as error:
            logger.warning("live pictures are not read now: %s", error)
            return False
        return True
