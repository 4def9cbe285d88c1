"""Everything of flights that runs: the links, the desk that flies the calendar, the tracks."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from api.flights.drill_camera import DrillCamera
from api.flights.facts import FactsDesk
from api.flights.links import LinkBook
from api.flights.ordering import Preparing
from api.flights.site_place import site_place
from api.flights.tracking import TrackKeeper
from api.imagery.shelf import ImageryShelf
from api.roles import keep_running, stop
from drone_jobs.flights.desk import FlightDesk
from drone_jobs.flights.flier import FlightOrder
from geo.terrain import Terrain
from models.clock import Clock
from models.config import Settings
from models.flight import AircraftState, GateLimits, Run
from models.patrol import DangerClass
from models.store import Store

__all__ = ["FlightRoom"]


@dataclass(frozen=True, slots=True, eq=False)
class FlightRoom:
    """The flights of one installation.

    Attributes:
        desk: flies the calendar.
        links: to the aircraft.
        preparing: of flights.
        facts: for the gates.
        tracks: of the flights that go on.
        gate_limits: of the settings.
        camera: of simulated aircraft.
    """

    desk: FlightDesk
    links: LinkBook
    preparing: Preparing
    facts: FactsDesk
    tracks: TrackKeeper
    gate_limits: GateLimits
    camera: DrillCamera

    @classmethod
    def of(
        cls,
        settings: Settings,
        store: Store,
        clock: Clock,
        *,
        terrain: Terrain | None,
        danger: Callable[[], DangerClass],
    ) -> Self:
        """Built, nothing started.

        Args:
            settings: of the installation.
            store: of the installation.
            clock: of the watch.
            terrain: elevation model; None when there is none.
            danger: class of the day to reckon with.
        """
        shelf = ImageryShelf(settings.data_dir / "imagery")
        camera = DrillCamera(store, shelf, terrain, clock, settings.drones.drill)
        links = LinkBook(settings.drones.links, store, terrain, clock, took=camera.took)
        preparing = Preparing(store, settings.drones, clock, terrain)
        limits = settings.drones.gates.limits
        facts = FactsDesk(store, clock, links, preparing, limits)
        tracks = TrackKeeper(store, clock)

        desk = FlightDesk(
            store,
            clock,
            ZoneInfo(settings.time_zone),
            site_place(store),
            lambda _at: danger(),
            holder=f"{socket.gethostname()}-{uuid4().hex[:12]}",
            order_of=lambda run: _order_of(run, preparing, facts, tracks, limits),
            link_of=links.link_of,
            heard=tracks.heard,
        )
        return cls(desk, links, preparing, facts, tracks, limits, camera)

    @property
    def drills(self) -> frozenset[str]:
        """Aircraft that are simulated."""
        return self.links.drills

    def states(self) -> dict[str, AircraftState | None]:
        """The newest of every aircraft with a link; None of one that was not heard of."""
        return self.links.states()

    def order_of(self, run: Run) -> FlightOrder:
        """What a run is flown with.

        Raises:
            NotFound, InputRefused: there is nothing to fly, see :class:`.ordering.Preparing`.
        """
        return _order_of(run, self.preparing, self.facts, self.tracks, self.gate_limits)

    async def run(self) -> None:
        """Open the links and fly the calendar until cancelled; aircraft in the air fly on."""
        beside = [
            asyncio.create_task(keep_running("links to aircraft", self.links.run)),
            asyncio.create_task(keep_running("tracks", self.tracks.run)),
            asyncio.create_task(keep_running("drill camera", self.camera.run)),
        ]
        try:
            await self.desk.run()
        finally:
            for task in beside:
                await stop(task)


def _order_of(
    run: Run, preparing: Preparing, facts: FactsDesk, tracks: TrackKeeper, limits: GateLimits
) -> FlightOrder:
    return FlightOrder(
        mission=preparing.mission_of(run)[1],
        limits=replace(preparing.limits_of(run), reached=tracks.reached(run)),
        facts=facts.of,
        gate_limits=limits,
        released_by=facts.answers_for,
    )
