"""All cameras of the house: gateways come, change and go while the others run.

The fleet compares what should run with what runs, every few seconds and whenever somebody nudges
it, and touches only the difference. What should run is read from where it is kept (the database),
so a change takes effect whoever made it: the console, or the command line in another process.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from typing import Final, Generic, TypeVar

from camera_gateway.gateway import Gateway
from models.clock import Clock
from models.errors import WatchError

__all__ = ["Fleet"]

_logger = logging.getLogger(__name__)
TICK_S: Final = 1.0
LOOK_EVERY_S: Final = 5.0
RESTART_S: Final = 1.0
STOP_S: Final = 10.0
"""A source that does not let go by then is left to the end of the process."""

Plan = TypeVar("Plan", bound=Hashable)


class Fleet(Generic[Plan]):
    """Runs a gateway for each plan.

    Args:
        plans: what should run, by camera; blocks, and is called in a thread.
        make: builds a gateway from a plan; its frames are numbered from the second argument on.
        clock: ticks.
        fixed: gateways that always run, such as those of a demo.

    Attributes:
        gateways: what runs, by camera; a live view.
    """

    def __init__(
        self,
        plans: Callable[[], Mapping[str, Plan]],
        make: Callable[[Plan, int], Gateway],
        clock: Clock,
        *,
        fixed: Mapping[str, Gateway] | None = None,
    ) -> None:
        self._plans = plans
        self._make = make
        self._clock = clock
        self._fixed = dict(fixed or {})
        self._running: dict[str, Plan] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping: dict[asyncio.Task[None], Gateway] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look_at_s = 0.0
        self.gateways: dict[str, Gateway] = dict(self._fixed)

    def nudge(self) -> None:
        """Look at the plans at the next tick; from any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closing: there is nothing left to start
                loop.call_soon_threadsafe(self._look_soon)

    async def run(self) -> None:
        """Start what should run and keep watch until cancelled; then stop everything."""
        self._loop = asyncio.get_running_loop()
        try:
            for camera_id, gateway in self._fixed.items():
                self._start(camera_id, gateway)
            self._look_soon()
            while True:
                if self._clock.monotonic_s() >= self._look_at_s:
                    await self._look()
                await self._clock.sleep(TICK_S)
                for gateway in (*self.gateways.values(), *self._stopping.values()):
                    gateway.check()
        finally:
            self._loop = None
            await self._stop_all()

    def _look_soon(self) -> None:
        self._look_at_s = self._clock.monotonic_s()

    async def _look(self) -> None:
        """Bring what runs in line with what should; a failure to read leaves it as it is."""
        self._look_at_s = self._clock.monotonic_s() + LOOK_EVERY_S
        try:
            wanted = await asyncio.to_thread(self._plans)
        except WatchError as error:
            _logger.warning("the cameras to be read are not known now: %s", error)
            return
        for camera_id in [key for key in self._running if key not in wanted]:
            self._drop(camera_id)
        for camera_id, plan in wanted.items():
            if camera_id not in self._fixed and self._running.get(camera_id) != plan:
                self._replace(camera_id, plan)

    def _replace(self, camera_id: str, plan: Plan) -> None:
        before = self.gateways.get(camera_id)
        sequence = 0 if before is None else before.next_sequence
        self._drop(camera_id)
        self._running[camera_id] = plan  # also when it cannot be built: it is said once
        try:
            gateway = self._make(plan, sequence)
        except WatchError as error:
            _logger.warning("camera %s cannot be read as configured: %s", camera_id, error)
            return
        self.gateways[camera_id] = gateway
        self._start(camera_id, gateway)

    def _start(self, camera_id: str, gateway: Gateway) -> None:
        # A camera allows few connections: the one before must have let go, and no other waits.
        before = [task for task in self._stopping if task.get_name() == camera_id]
        self._tasks[camera_id] = asyncio.create_task(self._keep(gateway, before), name=camera_id)

    async def _keep(self, gateway: Gateway, before: list[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        while True:
            try:
                await gateway.run()
            except Exception:
                _logger.exception("a gateway failed and is started again")
                await self._clock.sleep(RESTART_S)
            else:
                return

    def _drop(self, camera_id: str) -> None:
        self._running.pop(camera_id, None)
        gateway = self.gateways.pop(camera_id, None)
        task = self._tasks.pop(camera_id, None)
        if gateway is not None and task is not None and not task.done():
            task.cancel()
            self._stopping[task] = gateway
            task.add_done_callback(self._stopping.pop)

    async def _stop_all(self) -> None:
        tasks = {*self._tasks.values(), *self._stopping}
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_S)
