"""The drill scene as a source: a tower's view of real relief in which, at a known place, it burns.

Everything in it is invented but the shape of the land, and every picture says so in large letters.
The picture library's own letters are Latin, so the banner reads DRILL; the console adds 演练.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import encode_jpeg
from camera_gateway.scene.plume import Plume
from camera_gateway.scene.view import View, lens_height_m, render_view
from camera_gateway.source import RawFrame
from camera_gateway.sources.pacing import Pacer
from geo.camera import pixel_of_ray
from geo.crs import LocalFrame
from geo.rays import EARTH_RADIUS_M
from geo.terrain import Terrain
from models.clock import Clock, require_utc
from models.errors import InputRefused, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Pose, Position
from models.units import ImageBGR

__all__ = ["DrillScene"]

NOISE_LEVELS = 1.6  # standard deviation of a small sensor by day
NOISE_MARGIN_PX = 64
CANOPY_M = 6.0
REFRACTION = 0.13
WIND_TOWARD_DEG = 150.0
BANNER_HEIGHT_PX = 54
BANNER_COLOUR = (20, 205, 245)  # yellow
BEFORE_NOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Scene:
    terrain: Terrain
    position: Position
    pose: Pose
    size_px: tuple[int, int]
    seed: int


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

    Raises:
        InputRefused: the lens or the fire is outside the relief, the fire is not in the picture, or
            a number is out of range.
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
    ) -> None:
        if not (every_s > 0.0 and ignite_after_s >= 0.0):
            raise InputRefused(
                f"A drill with a frame every {every_s} s and fire after {ignite_after_s} s is not "
                "possible.",
                remedy="Give more than 0 s and at least 0 s.",
                code="drill_times",
            )
        self._scene = _Scene(terrain, position, pose, size_px, seed)
        self._plume = None if plume is None else _plume_at(self._scene, plume)
        lens_height_m(terrain, position)  # refuses a place outside the relief before rendering
        self._pacer = Pacer(clock, rate)
        self._clock = clock
        self._every_s = every_s
        self._ignite_after_s = ignite_after_s
        self._start = None if start is None else require_utc(start)
        self._before_now = BEFORE_NOW if rate > 1.0 else timedelta(0)
        self._number = 0
        self._closed = False
        self._view: View | None = None
        width_px, height_px = size_px
        margin = NOISE_MARGIN_PX
        noise = np.random.default_rng([seed, 4]).normal(
            0.0, NOISE_LEVELS, (height_px + margin, width_px + margin, 3)
        )
        self._noise = np.rint(noise).astype(np.int8)
        self._banner = _banner(width_px)

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
            FrameMode.VISIBLE,
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
        if self._view is None:
            scene = self._scene
            self._view = render_view(
                scene.terrain,
                scene.position,
                scene.pose,
                scene.size_px,
                scene.seed,
                check=self._check_open,
            )
        burning_s = number * self._every_s - self._ignite_after_s
        image = self._view.image
        if self._plume is not None and burning_s >= 0.0:
            image = self._plume.draw(self._view, burning_s)
        down, right = np.random.default_rng([self._scene.seed, 5, number]).integers(
            0, NOISE_MARGIN_PX, 2
        )
        height_px, width_px = image.shape[:2]
        noise = self._noise[down : down + height_px, right : right + width_px]
        noisy = np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)
        noisy[:BANNER_HEIGHT_PX] = self._banner
        return noisy


def _plume_at(scene: _Scene, place: tuple[float, float]) -> Plume:
    """The plume of a fire at a place, as that camera sees it.

    Raises:
        InputRefused: the place is outside the relief or not in the picture.
    """
    position, size_px = scene.position, scene.size_px
    ground_m = scene.terrain.height_at(*place)
    east_m, north_m = LocalFrame(position.lon_deg, position.lat_deg).to_metric(*place)
    range_m = float(np.hypot(east_m, north_m))
    bearing_deg = float(np.degrees(np.arctan2(east_m, north_m)))
    drop_m = range_m**2 * (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)
    rise_m = ground_m + CANOPY_M - drop_m - lens_height_m(scene.terrain, position)
    base_px = pixel_of_ray(
        bearing_deg, float(np.degrees(np.arctan2(rise_m, range_m))), *size_px, scene.pose
    )
    # NaN, a place behind the camera or on no known ground, fails the comparison too.
    if not (0.0 <= base_px[0] < size_px[0] and 0.0 <= base_px[1] < size_px[1]):
        raise InputRefused(
            f"The drill's fire at {place[0]}, {place[1]} is not in the camera's picture.",
            remedy="Give a longitude and latitude on the relief that the camera looks at.",
            code="drill_plume",
        )
    focal_px = size_px[0] / 2.0 / np.tan(np.radians(scene.pose.horizontal_fov_deg) / 2.0)
    return Plume(
        base_px,
        range_m=range_m,
        pixels_per_metre=float(focal_px / range_m),
        cross_wind=float(np.sin(np.radians(WIND_TOWARD_DEG - bearing_deg))),
        seed=scene.seed,
    )


def _banner(width_px: int) -> NDArray[np.uint8]:
    """A strip that nobody takes for a camera's picture."""
    strip = np.full((BANNER_HEIGHT_PX, width_px, 3), 24, np.uint8)
    strip[-4:] = BANNER_COLOUR
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, "DRILL", (16, 40), font, 1.3, BANNER_COLOUR, 3, cv2.LINE_AA)
    words = "simulated picture, no real fire"
    cv2.putText(strip, words, (170, 36), font, 0.8, (225, 225, 225), 2, cv2.LINE_AA)
    return strip
