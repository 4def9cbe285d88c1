"""The drill scene as a source: a tower's view of real relief in which, at a known place, it burns.

What is drawn, and that every picture says what it is, is told in :mod:`camera_gateway.scene`.
"""

import asyncio
from datetime import datetime, timedelta

from camera_gateway.pictures import encode_jpeg
from camera_gateway.scene.pictures import (
    BANNER_HEIGHT_PX,
    NOISE_LEVELS,
    DrillPictures,
    Kept,
    Setting,
    drill_banner,
)
from camera_gateway.scene.weather import CLEAR_DAY, SceneWeather
from camera_gateway.source import RawFrame
from camera_gateway.sources.pacing import Pacer
from geo.terrain import Terrain
from models.clock import Clock, require_utc
from models.errors import InputRefused, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Pose, Position
from models.units import ImageBGR

__all__ = ["BANNER_HEIGHT_PX", "NOISE_LEVELS", "DrillScene", "drill_banner"]

BEFORE_NOW = timedelta(days=1)


class DrillScene:
    """A view with a plume that grows from a known place, or without one.

    The view is rendered once, in a worker thread, with the first read (about five seconds on one
    core); a frame then costs some tens of milliseconds. The same arguments show the same pictures.

    Args:
        terrain: the relief.
        position: of the lens, above the ground or the sea.
        pose: of the camera.
        plume: (lon, lat) in degrees of the fire; None for a quiet view.
        rate: scene seconds per second, > 0.
        clock: measures, waits and tells the moment of the first read.
        every_s: scene seconds between frames, > 0.
        ignite_after_s: scene seconds before the fire starts, >= 0.
        start: moment of the first frame. When left out, the moment of the first read, or the same
            hour of the day before when the scene runs faster than time, so that no picture comes
            from the future.
        size_px: (width, height).
        seed: of trees, smoke and noise.
        weather: under which it is seen; the moments of the frames change nothing in it.
        mode: visible, or infrared: grey, and at night by the camera's own lamp.
        keeps_mass: by which law smoke thins, see :mod:`camera_gateway.scene.plume`.

    Raises:
        InputRefused: the lens or the fire is outside the relief, the fire is not in the picture, a
            number is out of range, or the mode is thermal.
    """

    def __init__(
        self,
        terrain: Terrain,
        position: Position,
        pose: Pose,
        *,
        plume: tuple[float, float] | None,
        rate: float = 1.0,
        clock: Clock,
        every_s: float = 30.0,
        ignite_after_s: float = 60.0,
        start: datetime | None = None,
        size_px: tuple[int, int] = (1280, 720),
        seed: int = 7,
        weather: SceneWeather = CLEAR_DAY,
        mode: FrameMode = FrameMode.VISIBLE,
        keeps_mass: bool = False,
    ) -> None:
        if not (every_s > 0.0 and ignite_after_s >= 0.0):
            raise InputRefused(
                f"A drill with a frame every {every_s} s and fire after {ignite_after_s} s is not "
                "possible.",
                remedy="Give more than 0 s and at least 0 s.",
                code="drill_times",
            )
        setting = Setting(terrain, position, pose, size_px, seed, weather, mode, keeps_mass)
        self._mode = mode
        self._kept = Kept(setting)
        self._pictures = DrillPictures(setting, plume)
        self._pacer = Pacer(clock, rate)
        self._clock = clock
        self._every_s = every_s
        self._ignite_after_s = ignite_after_s
        self._start = None if start is None else require_utc(start)
        self._before_now = BEFORE_NOW if rate > 1.0 else timedelta(0)
        self._number = 0
        self._closed = False

    async def read(self) -> RawFrame:
        """Draw the next picture in a worker thread and return it when it is due.

        Raises:
            SourceEnded: the source is closed; a drill has no other end.
        """
        self._check_open()
        number, time_s = self._number, self._number * self._every_s
        jpeg = await asyncio.to_thread(lambda: encode_jpeg(self.draw(number)))
        if self._start is None:
            self._start = self._clock.now() - self._before_now
        await self._pacer.wait_for(time_s)
        self._number += 1
        return RawFrame(
            jpeg,
            self._start + timedelta(seconds=time_s),
            TimeSource.SIMULATED,
            self._mode,
            Provenance.DRILL,
        )

    async def close(self) -> None:
        """End the scene, also one that is being rendered."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise SourceEnded("The drill scene is closed.")

    def draw(self, number: int) -> ImageBGR:
        """Picture of that number, from 0; blocks while the view is rendered the first time."""
        burning_s = number * self._every_s - self._ignite_after_s
        return self._pictures.draw(self._kept.view(self._check_open), burning_s, number)
