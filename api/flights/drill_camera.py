"""The camera of simulated aircraft: what they photograph is drawn, and handed in like a card.

Of a video moments are drawn, as stills.

A real camera takes a picture in no time; here one costs a second of a core. So of what an aircraft
takes one picture waits at a time, those that show the drill's fire first, and the others are never
drawn.
"""

import asyncio
import logging
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from api.flights.drill_photo import DrillPhoto, photo_of
from api.imagery.shelf import ImageryShelf
from camera_gateway.scene.aloft import AloftScene, Burning
from camera_gateway.sources.drill import BANNER_HEIGHT_PX, NOISE_LEVELS, drill_banner
from drone_jobs.links.simulated.camera import Picture
from geo.terrain import Terrain
from models.audit import SYSTEM
from models.clock import Clock
from models.config.drone_drill import DroneDrillRule
from models.errors import WatchError
from models.flight import IN_THE_AIR
from models.imagery import ImageryDraft
from models.mission import Aircraft, Camera
from models.site import HeightDatum, Pose, Position
from models.store import Store
from models.units import ImageBGR

__all__ = ["DrillCamera"]

logger = logging.getLogger(__name__)

WIDTH_PX: Final = 1280
MOST_PICTURES: Final = 40  # of a flight
MOST_FRESH: Final = 2_000
EVERY_S: Final = 4.0
"""Between two pictures of an aircraft that do not show the fire."""
LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Shot:
    """A picture that was taken and is not drawn.

    Attributes:
        aircraft: that took it.
        lens: above sea level.
        pose: of the camera.
        size_px: (width, height).
        at: when, by the clock of the watch.
        fire: that burnt then.
        shows_fire: whether its foot is in the picture.
        run_id: flight that it was taken on; 0 before that is known.
    """

    aircraft: Aircraft
    lens: Position
    pose: Pose
    size_px: tuple[int, int]
    at: datetime
    fire: Burning | None
    shows_fire: bool = False
    run_id: int = 0


class DrillCamera:
    """The cameras of all simulated aircraft of a watch.

    Args:
        store: of flights and footage.
        shelf: on which footage is put.
        terrain: relief that is drawn; None draws nothing.
        clock: of the watch.
        fire: that burns; None for none.
        width_px: of the pictures.
    """

    def __init__(
        self,
        store: Store,
        shelf: ImageryShelf,
        terrain: Terrain | None,
        clock: Clock,
        fire: DroneDrillRule | None,
        *,
        width_px: int = WIDTH_PX,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._terrain = terrain
        self._clock = clock
        self._fire = fire
        self._width_px = width_px
        self._scene: AloftScene | None = None
        self._fresh: list[tuple[Aircraft, Picture, datetime]] = []
        self._waiting: dict[str, _Shot] = {}
        self._taken: Counter[int] = Counter()
        self._last_at: dict[str, datetime] = {}

    def took(self, aircraft: Aircraft, picture: Picture) -> None:
        """A simulated aircraft took a picture; called in the loop of :meth:`run`."""
        if self._terrain is not None and len(self._fresh) < MOST_FRESH:
            self._fresh.append((aircraft, picture, self._clock.now()))

    async def run(self) -> None:
        """Draw until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sort_all())
            group.create_task(self._draw_all())

    async def _sort_all(self) -> None:
        """While it is in the air it is known on which flight a picture was taken."""
        while True:
            await self._clock.sleep(LOOK_S)
            fresh, self._fresh = self._fresh, []
            if not fresh:
                continue
            try:
                await asyncio.to_thread(self._sort, fresh)
            except WatchError as error:
                logger.warning("%d pictures of a drill are lost: %s", len(fresh), error)

    def _sort(self, fresh: list[tuple[Aircraft, Picture, datetime]]) -> None:
        flights = {
            run.aircraft: run.run_id
            for run in self._store.runs.in_hand()
            if run.state in IN_THE_AIR
        }
        for aircraft, picture, at in fresh:
            camera = next((each for each in aircraft.cameras if not each.is_thermal), None)
            run_id = flights.get(aircraft.name)
            if camera is None or run_id is None or self._taken[run_id] >= MOST_PICTURES:
                continue
            shot = self._shot(aircraft, camera, picture, at, run_id)
            waiting = self._waiting.get(aircraft.name)
            last_at = self._last_at.get(aircraft.name)
            is_soon = last_at is not None and (at - last_at).total_seconds() < EVERY_S
            if shot.shows_fire or not (is_soon or (waiting is not None and waiting.shows_fire)):
                self._waiting[aircraft.name] = shot

    def _shot(
        self, aircraft: Aircraft, camera: Camera, picture: Picture, at: datetime, run_id: int
    ) -> _Shot:
        lens = Position(
            picture.lon_deg, picture.lat_deg, picture.above_sea_m, HeightDatum.SEA_LEVEL
        )
        pose = Pose(picture.yaw_deg, picture.pitch_deg, 0.0, camera.horizontal_fov_deg)
        size_px = self._width_px, round(self._width_px * camera.height_px / camera.width_px)
        fire = self._burning(at)
        shows = self._scene_at(lens).shows(lens, pose, size_px, fire)
        return _Shot(aircraft, lens, pose, size_px, at, fire, shows, run_id)

    def _burning(self, at: datetime) -> Burning | None:
        fire = self._fire
        if fire is None or at < fire.since:
            return None
        return Burning(fire.lon_deg, fire.lat_deg, (at - fire.since).total_seconds())

    def _scene_at(self, lens: Position) -> AloftScene:
        assert self._terrain is not None  # noqa: S101  # nothing was taken without
        if self._scene is None:
            self._scene = AloftScene(self._terrain, (lens.lon_deg, lens.lat_deg))
        return self._scene

    async def _draw_all(self) -> None:
        while True:
            if not self._waiting:
                await self._clock.sleep(LOOK_S)
                continue
            name = min(self._waiting, key=self._rank)
            shot = self._waiting.pop(name)
            self._last_at[name] = shot.at
            self._taken[shot.run_id] += 1
            try:
                await asyncio.to_thread(self._hand_in, shot, self._taken[shot.run_id])
            except WatchError as error:
                logger.warning("a picture of flight %d is lost: %s", shot.run_id, error)

    def _rank(self, name: str) -> tuple[bool, bool, int]:
        """Every flight has one picture first; then those that show the fire go before others."""
        shot = self._waiting[name]
        taken = self._taken[shot.run_id]
        return taken > 0, not shot.shows_fire, taken

    def _hand_in(self, shot: _Shot, number: int) -> None:
        image = self._scene_at(shot.lens).still(shot.lens, shot.pose, shot.size_px, shot.fire)
        name = f"DRILL_{shot.run_id}_{number:04}.JPG"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(photo_of(_marked(image, number), self._told(shot)))
            received = self._shelf.take_file(path)
        self._store.imagery.add(ImageryDraft(name, *received, shot.run_id), author=SYSTEM)

    def _told(self, shot: _Shot) -> DrillPhoto:
        lens, pose = shot.lens, shot.pose
        return DrillPhoto(
            at=shot.at,
            lon_deg=lens.lon_deg,
            lat_deg=lens.lat_deg,
            above_sea_m=lens.height_m,
            above_take_off_m=lens.height_m - self._home_m(shot.aircraft),
            yaw_deg=pose.azimuth_deg,
            pitch_deg=pose.tilt_deg,
            focal_px=float(
                shot.size_px[0] / 2.0 / np.tan(np.radians(pose.horizontal_fov_deg) / 2.0)
            ),
        )

    def _home_m(self, aircraft: Aircraft) -> float:
        lon_deg, lat_deg = aircraft.home_lon_deg, aircraft.home_lat_deg
        # Without a home and its height it cannot have been simulated.
        assert self._terrain is not None  # noqa: S101
        assert lon_deg is not None  # noqa: S101
        assert lat_deg is not None  # noqa: S101
        return float(self._terrain.height_at(lon_deg, lat_deg))


def _marked(image: ImageBGR, number: int) -> ImageBGR:
    """With the noise of a small sensor, and a banner that nobody takes for a camera's picture."""
    noise = np.random.default_rng([5, number]).normal(0.0, NOISE_LEVELS, image.shape)
    noisy = np.asarray(cv2.add(image, np.rint(noise).astype(np.int8), dtype=cv2.CV_8U), np.uint8)
    noisy[-BANNER_HEIGHT_PX:] = drill_banner(image.shape[1])  # smoke rises to the upper edge
    return noisy
