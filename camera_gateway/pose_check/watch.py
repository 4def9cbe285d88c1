"""Looks after every preset's pose: slowly, aside, by whatever good pictures come along.

Nothing is asked of a camera: the pictures that it sends anyhow, as they left its gateway with what
is private painted over, are compared one at a time in one thread that gives way to all others.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Final, TypeVar

from camera_gateway.pose_check.checker import PoseChecker
from models.clock import Clock
from models.errors import WatchError
from models.site import Camera, Preset

__all__ = ["TICK_S", "PoseWatch"]

_logger = logging.getLogger(__name__)
T = TypeVar("T")

TICK_S: Final = 15.0
RESTS: Final = 3.0
"""After each picture so many times as long as it took: a quarter of one core at the most."""

LONGEST_REST_S: Final = 2.0
"""Where others take the processor, a picture takes long and little; it gives way by itself."""

TIDY_S: Final = 3600.0


class PoseWatch:
    """Checks presets against their reference pictures.

    Args:
        checker: does the work.
        cameras: as they are configured now.
        clock: the installation's.
        pool: of one thread that gives way to others; None for at once, on the event loop.
        enabled: False for a watch that knows what was found before, and checks nothing.
        tick_s: between two rounds over all presets.
    """

    def __init__(
        self,
        checker: PoseChecker,
        cameras: Mapping[str, Camera],
        clock: Clock,
        *,
        pool: Executor | None = None,
        enabled: bool = True,
        tick_s: float = TICK_S,
    ) -> None:
        self._checker = checker
        self._cameras = cameras
        self._clock = clock
        self._pool = pool
        self._enabled = enabled
        self._tick_s = tick_s
        self._tidy_at_s = clock.monotonic_s()
        self._said = ""
        self._failed: set[tuple[str, int]] = set()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self.step()
            await self._clock.sleep(self._tick_s)

    async def step(self) -> None:
        """Read what is kept, and look once at each preset that is due and has a new picture."""
        try:
            await self._aside(partial(self._checker.read, dict(self._cameras)))
            if self._enabled:
                await self._tidy()
                for camera_id in sorted(self._cameras):
                    camera = self._cameras[camera_id]
                    for preset in camera.presets:
                        await self._look(camera, preset)
        except WatchError as error:
            if str(error) != self._said:
                self._said = str(error)
                _logger.warning("poses are not checked now: %s", error)
        else:
            self._said = ""

    async def _look(self, camera: Camera, preset: Preset) -> None:
        began_s = self._clock.monotonic_s()
        try:
            looked = await self._aside(partial(self._checker.look, camera, preset))
        except WatchError:
            raise
        except Exception:
            # What nobody foresaw of one view must not end the checks of all others.
            key = camera.camera_id, preset.number
            if key not in self._failed:
                self._failed.add(key)
                _logger.exception("the pose of %s/%d cannot be checked", *key)
            return
        if looked:
            took_s = self._clock.monotonic_s() - began_s
            await self._clock.sleep(min(RESTS * took_s, LONGEST_REST_S))

    async def _tidy(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._tidy_at_s:
            self._tidy_at_s = now_s + TIDY_S
            await self._aside(self._checker.tidy)

    async def _aside(self, call: Callable[[], T]) -> T:
        if self._pool is None:
            return call()
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)
