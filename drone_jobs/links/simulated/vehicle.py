"""A simulated PX4 or ArduPilot aircraft that any ground station can speak to over MAVLink.

It holds a mission, a fence and gathering places, takes orders, tells of itself and flies its
mission in simulated time. It is there to prove links and days of flights without an aircraft;
nothing of a link to a real one uses it. Its flight is kinematic: no gusts, no swinging, no noise of
sensors.
"""

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Final, Self

from drone_jobs.links.simulated.camera import Picture
from drone_jobs.links.simulated.craft import Craft
from drone_jobs.links.simulated.faults import Faults, Settings
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from drone_jobs.links.simulated.wire import VehicleUrl, VehicleWire
from drone_jobs.links.simulated.words import Message
from geo.terrain import Terrain
from models.clock import Clock, SystemClock
from models.errors import InputRefused
from models.mission import Aircraft, MissionPlace

__all__ = ["SimulatedVehicle"]

_TICK_S: Final = 0.02
_FASTEST: Final = 200.0


class SimulatedVehicle:
    """Runs from entering it as a context until it is left.

    Args:
        url: ``udpout:HOST:PORT``, ``udpin:``, ``tcp:`` or ``tcpin:``; port 0 listens at a free one.
        aircraft: with its battery, climb and descent.
        home: where it stands, with its height or on known terrain.
        quirks: whose ways it has, or habits of one's own.
        terrain: true ground; None: level at home's height.
        speedup: simulated seconds in one, (0, 200].
        clock: of the link.
        random: decides which messages are lost.
        settings: somebody's.
        took: told of every picture that its camera takes, and every four seconds of a video of the
            moment, in the loop that it runs in.

    Raises:
        InputRefused: the address (``vehicle_url``), the speed (``vehicle_speedup``), the aircraft's
            figures (``aircraft_without_limit``) or the height of its home (``height_*``).
    """

    def __init__(
        self,
        url: str,
        aircraft: Aircraft,
        home: MissionPlace,
        *,
        quirks: Quirks | Habits = Quirks.PX4,
        terrain: Terrain | None = None,
        speedup: float = 1.0,
        clock: Clock | None = None,
        random: Random | None = None,
        settings: Settings | None = None,
        took: Callable[[Picture], None] = lambda _picture: None,
    ) -> None:
        if not 0.0 < speedup <= _FASTEST:
            raise InputRefused(
                f"A flight cannot be simulated {speedup} times as fast.",
                remedy=f"Give a speed above 0, up to {_FASTEST:g}.",
                code="vehicle_speedup",
            )
        self._clock = clock or SystemClock()
        habits = habits_of(quirks) if isinstance(quirks, Quirks) else quirks
        self.craft = Craft(
            aircraft,
            home,
            habits=habits,
            terrain=terrain,
            speedup=speedup,
            settings=settings or Settings(),
            random=random or Random(),  # noqa: S311 -- which messages are lost is no secret
            now_s=self._clock.monotonic_s(),
            began_at=self._clock.now(),
            took=took,
        )
        self._wire = VehicleWire(VehicleUrl.read(url), self.craft.system_id, self._heard)
        self._task: asyncio.Task[None] | None = None

    @property
    def faults(self) -> Faults:
        """To be ordered while it runs."""
        return self.craft.faults

    @property
    def port(self) -> int:
        """That it listens at, or speaks to."""
        return self._wire.port

    @property
    def garbage(self) -> int:
        """Pieces that came and were no message."""
        return self._wire.garbage

    def set_battery(self, share: float) -> None:
        """Make its battery hold another share, [0, 1]."""
        self.craft.set_battery(share)

    async def __aenter__(self) -> Self:
        """Open the wire and begin.

        Raises:
            OSError: the address cannot be had.
        """
        await self._wire.open()
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End it wherever it is."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._wire.close()

    async def run(self) -> None:
        """Run until it is cancelled."""
        async with self:
            if self._task is not None:
                await self._task

    def _heard(self, message: Message) -> None:
        self._wire.send(self.craft.heard(message, self._clock.monotonic_s()))

    async def _run(self) -> None:
        while True:
            self._wire.send(self.craft.tick(self._clock.monotonic_s()))
            await self._clock.sleep(_TICK_S)
