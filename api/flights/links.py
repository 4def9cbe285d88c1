"""The links to all aircraft that the settings name: opened, opened again, closed."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from api.flights.broken_uploads import LOOKED_BACK, was_broken_off
from api.flights.opening import OpenLink, Took, open_link
from drone_jobs.links import AircraftLink
from drone_jobs.links.dji import DockState
from geo.terrain import Terrain
from models.clock import Clock
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.errors import WatchError
from models.flight import AircraftState
from models.mission import Aircraft
from models.store import Store

__all__ = ["LinkBook"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 10.0
"""Between two looks for links that are not open, or whose aircraft was changed."""


class LinkBook:
    """Links by the name of their aircraft.

    An aircraft that goes away is heard again by its link itself; here is opened what could not be
    opened at all: an address that was taken, an aircraft that nobody had entered. One that was
    entered otherwise meanwhile gets a new link, unless it is in the air or in hand for a flight.

    Args:
        rules: of the settings.
        store: with the aircraft.
        terrain: elevation model; None when there is none.
        clock: of the watch.
        took: told of every picture of a simulated aircraft.
    """

    def __init__(
        self,
        rules: Sequence[DroneLinkRule],
        store: Store,
        terrain: Terrain | None,
        clock: Clock,
        *,
        took: Took = lambda _aircraft, _picture: None,
    ) -> None:
        self._took = took
        self._rules = {rule.aircraft: rule for rule in rules}
        self._store = store
        self._terrain = terrain
        self._clock = clock
        self._open: dict[str, tuple[Aircraft, OpenLink]] = {}
        self.faults: dict[str, str] = {}
        """Why a link is not open, by aircraft."""

    @property
    def names(self) -> tuple[str, ...]:
        """Aircraft that the settings name, open or not."""
        return tuple(self._rules)

    @property
    def drills(self) -> frozenset[str]:
        """Aircraft that are none."""
        return frozenset(
            name for name, rule in self._rules.items() if rule.kind is DroneLinkKind.SIMULATED
        )

    def link_of(self, name: str) -> AircraftLink | None:
        """Link to an aircraft; None where it has none, or it is not open."""
        found = self._open.get(name)
        return None if found is None else found[1].link

    def has_dock(self, name: str) -> bool:
        """Whether it flies from a dock."""
        found = self._open.get(name)
        if found is not None:
            return found[1].dock is not None
        rule = self._rules.get(name)
        return rule is not None and rule.kind is DroneLinkKind.DOCK

    def dock_of(self, name: str) -> DockState | None:
        """The newest of its dock; None where it has none, or it has told nothing."""
        found = self._open.get(name)
        return None if found is None or found[1].dock is None else found[1].dock()

    def states(self) -> dict[str, AircraftState | None]:
        """The newest of every aircraft with a link; None of one that was not heard of."""
        links = {name: self.link_of(name) for name in self._rules}
        return {name: None if link is None else link.state for name, link in links.items()}

    async def run(self) -> None:
        """Keep the links open until cancelled; then close them."""
        try:
            while True:
                await self.look()
                await self._clock.sleep(LOOK_S)
        finally:
            await self.close()

    async def look(self) -> None:
        """Open what is not open."""
        if not self._rules:
            return
        kept = await asyncio.to_thread(self._store.aircraft.all)
        aircraft = {each.aircraft.name: each.aircraft for each in kept}
        for name, rule in self._rules.items():
            try:
                await self._look_at(rule, aircraft.get(name))
            except WatchError as error:
                self._fault(name, str(error))
            except Exception:
                logger.exception("the link to %s cannot be opened", name)
                self._fault(name, "It cannot be opened; the log says why.")

    async def _look_at(self, rule: DroneLinkRule, aircraft: Aircraft | None) -> None:
        name, held = rule.aircraft, self._open.get(rule.aircraft)
        if held is not None:
            state = held[1].link.state
            is_down = state is None or state.is_in_the_air is not True
            if aircraft == held[0] or not is_down or await asyncio.to_thread(self._is_busy, name):
                return
            del self._open[name]
            await held[1].close()
        if aircraft is None:
            self._fault(name, f"Nobody has entered an aircraft {name}.")
            return
        is_doubtful = await asyncio.to_thread(self._is_doubtful, name)
        opened = await open_link(rule, aircraft, self._terrain, self._clock, took=self._took)
        if is_doubtful and not opened.is_drill:  # a simulated one begins with nothing
            logger.warning("an upload to %s was broken off; what it holds is cleared", name)
            opened.distrust()
        self._open[name] = aircraft, opened
        self.faults.pop(name, None)
        logger.info("the link to %s is open%s", name, " (drill)" if opened.is_drill else "")

    def _is_busy(self, name: str) -> bool:
        """Whether a flight has it: its link must not change under it."""
        return any(run.aircraft == name for run in self._store.runs.in_hand())

    def _is_doubtful(self, name: str) -> bool:
        now = self._clock.now()
        runs = self._store.runs.between(now - LOOKED_BACK, now + timedelta(days=1))
        return was_broken_off(runs, name)

    def _fault(self, name: str, fault: str) -> None:
        if self.faults.get(name) != fault:
            self.faults[name] = fault
            logger.warning("no link to %s: %s", name, fault)

    async def close(self) -> None:
        """Let go of every link; the aircraft fly on."""
        opened, self._open = self._open, {}
        for name, (_, link) in opened.items():
            try:
                await link.close()
            except Exception:
                logger.exception("the link to %s was not closed well", name)
