"""Drill fires with known truth: towers on a relief, cameras with known errors, places they see.

Fires are spread as the locator takes them to be: evenly over bearings and distances of the land
that is seen. Some lie behind a ridge. The camera that is told of is not quite the one that looks:
its azimuth, tilt and height are off by a draw of the very deviations that it states, and the relief
by that of :class:`geo.draws.Spread`; each fire draws anew, also where several share a view, so that
their places err independently.

The same relief, count and seed give the same fires, and the first of more fires are those of fewer.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

import numpy as np

from camera_gateway.scene.pictures import BANNER_HEIGHT_PX, Setting
from camera_gateway.scene.weather import SceneWeather
from detector.replay.drill_sight import Sight, sight_of
from geo.camera import pixel_of_ray
from geo.draws import Spread
from geo.terrain import Terrain
from models.errors import InputRefused
from models.footage import Conditions, Light
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

__all__ = ["DrillFire", "drill_fires"]

NEAREST_M, FARTHEST_M = 800.0, 12_000.0
FIRES_A_VIEW: Final = 8
TOWERS: Final = 8
TOWERS_APART_M: Final = 2_500.0
MAST_M: Final = (20.0, 45.0)
FOV_DEG: Final = (25.0, 60.0)
TILT_DEG: Final = (-3.5, 0.5)
SIGMAS_DEG: Final = (0.1, 0.2, 0.3)
VISIBILITY_M: Final = (5_000.0, 60_000.0)
WIND_MS: Final = (0.5, 7.0)
LOWEST_SUN_DEG: Final = -4.0
NIGHT_SUN_DEG: Final = -10.0
DUSK_SHARE: Final = 0.2
HIDDEN_SHARE: Final = 0.1
HIDDEN_M: Final = 40.0
"""Behind a ridge is what a line of sight passes by more than that."""
EDGE_PX: Final = 30.0
SIZE_PX: Final = (1280, 720)
MOST_TRIES: Final = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class DrillFire:
    """A fire, the camera that looks, and what its owner believes of that camera.

    Attributes:
        name: unique among the fires of one seed.
        scene: name of the view; fires of one view look alike.
        setting: how it really is.
        camera: what the watch is told; its errors are within what it states.
        sight: where it burns, and whether the place is seen.
        starts_at: UTC, of the ignition.
        seed: of its smoke.
    """

    name: str
    scene: str
    setting: Setting
    camera: Camera
    sight: Sight
    starts_at: datetime
    seed: int

    @property
    def place(self) -> tuple[float, float]:
        """Longitude and latitude."""
        return self.sight.lon_deg, self.sight.lat_deg

    @property
    def is_hidden(self) -> bool:
        """Whether a ridge hides the place itself."""
        return self.sight.hidden_m > 0.0

    @property
    def conditions(self) -> Conditions:
        """Under which it is looked at."""
        weather = self.setting.weather
        return Conditions(
            weather.light, self.setting.mode, weather.sky, weather.season, self.sight.range_m
        )


def drill_fires(
    terrain: Terrain, count: int, seed: int = 0, *, mode: FrameMode = FrameMode.VISIBLE
) -> list[DrillFire]:
    """Draw fires.

    Args:
        terrain: the relief, at least some kilometres wide.
        count: how many, at least 1.
        seed: of everything.
        mode: visible cameras look by day and at dusk, infrared ones at night.

    Raises:
        InputRefused: the relief shows no place from any tower.
    """
    return list(islice(_fires(terrain, seed, mode), count))


def _fires(terrain: Terrain, seed: int, mode: FrameMode) -> Iterator[DrillFire]:
    towers = _towers(terrain)
    view = empty = 0
    while True:
        random = np.random.default_rng([seed, 11, view])
        found = 0
        scene = f"{'night' if mode is FrameMode.INFRARED else 'drill'}-{seed}-{view:03}"
        setting, starts_at = _setting(terrain, towers[view % len(towers)], mode, random)
        for number in range(FIRES_A_VIEW):
            is_hidden = bool(random.uniform() < HIDDEN_SHARE)
            sight = _place(setting, random, is_hidden=is_hidden)
            if sight is None:
                if number and not found:
                    break  # it shows nothing; to look on takes seconds
                continue
            found += 1
            yield DrillFire(
                name=f"{scene}-{number}",
                scene=scene,
                setting=setting,
                camera=_believed(setting, random),
                sight=sight,
                starts_at=starts_at,
                seed=int(random.integers(0, 2**31)),
            )
        view += 1
        empty = 0 if found else empty + 1
        if empty > TOWERS:
            raise InputRefused(
                f"No place of {terrain.name} can be seen from a tower on it, {NEAREST_M:g} to "
                f"{FARTHEST_M:g} m away.",
                remedy="Give an elevation model that is some kilometres wide and has few voids.",
                code="drill_relief",
            )


def _towers(terrain: Terrain) -> list[tuple[float, float]]:
    """The highest known places of the middle of a relief, some kilometres from each other."""
    rows, columns = terrain.values_m.shape
    top, left = rows // 4, columns // 4
    inner = np.array(terrain.values_m[top : rows - top, left : columns - left], np.float64)
    inner[np.isnan(inner)] = -np.inf
    row_at, column_at = np.mgrid[: inner.shape[0], : inner.shape[1]] * terrain.cell_m
    found: list[tuple[float, float]] = []
    while len(found) < TOWERS and np.isfinite(inner).any():
        row, column = np.unravel_index(int(inner.argmax()), inner.shape)
        found.append(
            (
                float(terrain.west_deg + (left + column + 0.5) * terrain.cell_deg),
                float(terrain.north_deg - (top + row + 0.5) * terrain.cell_deg),
            )
        )
        apart_m = np.hypot(row_at - row * terrain.cell_m, column_at - column * terrain.cell_m)
        inner[apart_m < TOWERS_APART_M] = -np.inf
    if not found:
        raise InputRefused(
            f"The middle of {terrain.name} is void.",
            remedy="Give an elevation model of the land that is watched.",
            code="drill_relief",
        )
    return found


def _setting(
    terrain: Terrain, tower: tuple[float, float], mode: FrameMode, random: np.random.Generator
) -> tuple[Setting, datetime]:
    position = Position(*tower, float(random.uniform(*MAST_M)), HeightDatum.GROUND)
    pose = Pose(
        float(random.uniform(0.0, 360.0)),
        float(random.uniform(*TILT_DEG)),
        0.0,
        float(random.uniform(*FOV_DEG)),
    )
    near, far = np.log(VISIBILITY_M)
    air = {
        "visibility_m": float(np.exp(random.uniform(near, far))),
        "cloud": float(max(0.0, random.uniform(-0.6, 1.0))),
        "wind_from_deg": float(random.uniform(0.0, 360.0)),
        "wind_ms": float(random.uniform(*WIND_MS)),
    }
    wanted = Light.DUSK if random.uniform() < DUSK_SHARE else Light.DAY
    lowest_deg = LOWEST_SUN_DEG
    if mode is FrameMode.INFRARED:
        wanted, lowest_deg = Light.NIGHT, -90.0
    while True:
        minutes = int(random.integers(0, 365 * 24 * 60))
        moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        weather = SceneWeather.at(position, moment, **air)
        deg = weather.sun_elevation_deg
        if (
            weather.light is wanted
            and deg > lowest_deg
            and (wanted is not Light.NIGHT or deg < NIGHT_SUN_DEG)
        ):
            seed = int(random.integers(0, 2**31))
            setting = Setting(
                terrain, position, pose, SIZE_PX, seed, weather, mode, keeps_mass=True
            )
            return setting, moment


def _place(setting: Setting, random: np.random.Generator, *, is_hidden: bool) -> Sight | None:
    """A place in the picture that is seen, or one that a ridge hides; None where none is found."""
    pose, where = setting.pose, setting.position
    lens_m = setting.terrain.height_at(where.lon_deg, where.lat_deg) + where.height_m
    width_px, height_px = setting.size_px
    for _ in range(MOST_TRIES):
        side_deg = random.uniform(-0.5, 0.5) * pose.horizontal_fov_deg
        bearing_deg = float(pose.azimuth_deg + side_deg) % 360.0
        to_m = float(random.uniform(NEAREST_M, FARTHEST_M))
        sight = sight_of(setting.terrain, where.lon_deg, where.lat_deg, lens_m, bearing_deg, to_m)
        if sight is None or not (sight.hidden_m > HIDDEN_M if is_hidden else sight.hidden_m <= 0.0):
            continue
        x_px, y_px = pixel_of_ray(bearing_deg, sight.elevation_deg, width_px, height_px, pose)
        if (
            EDGE_PX <= x_px <= width_px - EDGE_PX
            and BANNER_HEIGHT_PX + EDGE_PX <= y_px <= height_px - EDGE_PX
        ):
            return sight
    return None


def _believed(setting: Setting, random: np.random.Generator) -> Camera:
    """The camera as its owner states it: each number off by a draw of its stated deviation.

    An error of the relief is one of the height of the lens above it.
    """
    true, spread = setting.pose, Spread()
    azimuth_sigma, tilt_sigma = (float(each) for each in random.choice(SIGMAS_DEG, 2))
    pose = Pose(
        float(true.azimuth_deg + random.normal(0.0, azimuth_sigma)) % 360.0,
        float(true.tilt_deg + random.normal(0.0, tilt_sigma)),
        0.0,
        true.horizontal_fov_deg,
        azimuth_sigma_deg=azimuth_sigma,
        tilt_sigma_deg=tilt_sigma,
    )
    where = setting.position
    lens_sigma_m = min(spread.lens_sigma_m, where.height_m / 10.0)
    off_m = float(random.normal(0.0, math.hypot(lens_sigma_m, spread.terrain_sigma_m)))
    stated = Position(where.lon_deg, where.lat_deg, where.height_m + off_m, where.height_datum)
    return Camera("drill", "", CameraKind.TOWER, stated, (Preset(0, "", pose),))
