"""What a tower camera would see of the relief: ray-cast, lit, wooded and hazy.

For a fan of azimuths the ground is sampled outwards; the highest elevation angle so far is the
skyline that hides what is behind it, so a pixel's first hit is one search in that rising curve.
Distance takes contrast away (Koschmieder): ``colour exp(-r / v) + air (1 - exp(-r / v))``.

It is a picture for drills. Trees, light and haze are invented; the shape of the land is the
relief's, with heights between its cells interpolated smoothly.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.scene.forest import CROWN_HEIGHT_M, SIDE, Forest, Plane, fractal
from camera_gateway.scene.weather import CLEAR_DAY, SceneWeather
from geo.camera import ray_of_pixel
from geo.rays import EARTH_RADIUS_M
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray, ImageBGR

__all__ = [
    "Fineness",
    "Ground",
    "View",
    "air_share",
    "lens_height_m",
    "render_from",
    "render_view",
]

FARTHEST_M = 30_000.0
NEAREST_M = 25.0
RANGE_STEP = 1.0025  # ratio between neighbouring samples along a ray
REFRACTION = 0.13
GROUND_CELL_M = 60.0
GULLY_HEIGHT_M = 5.0
OVERSAMPLING = 2
SOFT_LIGHT = 0.85  # of what has no shadow, against about 1 in the sun
AIR = np.array([214.0, 203.0, 190.0], np.float32)  # blue green red of the horizon
ZENITH = np.array([186.0, 138.0, 92.0], np.float32)
LEAVES = np.array([38.0, 74.0, 58.0], np.float32)
CLEARING = np.array([74.0, 128.0, 128.0], np.float32)


@dataclass(frozen=True, slots=True)
class Fineness:
    """How closely a view is looked at, against the time that it takes.

    Attributes:
        oversampling: rays along each side of a pixel, >= 1.
        range_step: ratio between neighbouring samples along a ray, > 1.
        nearest_m: ground distance of the first of them, > 0.
    """

    oversampling: int
    range_step: float
    nearest_m: float


FINE = Fineness(OVERSAMPLING, RANGE_STEP, NEAREST_M)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A still view.

    Attributes:
        image: (height, width, 3) uint8.
        range_m: (height, width) float32, ground distance of what the pixel shows; inf for sky.
        weather: under which it is seen.
    """

    image: ImageBGR
    range_m: Plane
    weather: SceneWeather = CLEAR_DAY


def lens_height_m(terrain: Terrain, position: Position) -> float:
    """Height of a lens above sea level.

    Raises:
        InputRefused: the height is ellipsoidal, or stands on ground that the relief does not know.
    """
    if position.height_datum is HeightDatum.SEA_LEVEL:
        return position.height_m
    ground_m = terrain.height_at(position.lon_deg, position.lat_deg)
    if position.height_datum is HeightDatum.ELLIPSOID or np.isnan(ground_m):
        raise InputRefused(
            f"The drill scene cannot place a lens {position.height_m} m above "
            f"{position.height_datum} on {terrain.name}.",
            remedy="Give its height above the ground, inside the relief.",
            code="drill_position",
        )
    return float(ground_m) + position.height_m


def air_share(range_m: Plane, weather: SceneWeather = CLEAR_DAY) -> Plane:
    """Share of the light that comes from the air in between, 0 to 1."""
    return np.asarray(1.0 - np.exp(-range_m / weather.haze_m), np.float32)


def render_view(
    terrain: Terrain,
    position: Position,
    pose: Pose,
    size_px: tuple[int, int],
    seed: int,
    *,
    weather: SceneWeather = CLEAR_DAY,
    check: Callable[[], None] = lambda: None,
) -> View:
    """Render what the camera sees when nothing burns.

    Args:
        terrain: the relief; what lies beyond its edge continues as its edge.
        position: of the lens.
        pose: of the camera.
        size_px: (width, height) of the picture.
        seed: of everything that grows.
        weather: under which it is seen.
        check: called between the steps, seconds of work on a busy machine; what it raises ends
            the rendering.

    Raises:
        InputRefused: the lens cannot be placed.
    """
    lens_m = lens_height_m(terrain, position)
    ground = Ground.grown(terrain, position, seed, weather=weather, check=check)
    return render_from(ground, lens_m, pose, size_px, seed, weather=weather, check=check)


def render_from(  # noqa: PLR0917 -- as render_view
    ground: "Ground",
    lens_m: float,
    pose: Pose,
    size_px: tuple[int, int],
    seed: int,
    fineness: Fineness = FINE,
    *,
    weather: SceneWeather = CLEAR_DAY,
    check: Callable[[], None] = lambda: None,
) -> View:
    """Render what a camera sees over ground that is there already, from the middle of that ground.

    Args:
        ground: :meth:`Ground.seen_from` moves the middle.
        lens_m: above sea level.
        pose: of the camera.
        size_px: (width, height) of the picture.
        seed: of the air and of the grain.
        fineness: against time.
        weather: under which it is seen; the crowns keep the light that the ground was grown under.
        check: as in :func:`render_view`.
    """
    scale = fineness.oversampling
    width, height = size_px[0] * scale, size_px[1] * scale
    across, down = np.arange(width) + 0.5, np.arange(height) + 0.5
    x: FloatArray = np.tile(across, (height, 1))
    y: FloatArray = np.repeat(down[:, None], width, axis=1)
    azimuth_deg, elevation_deg = ray_of_pixel(x, y, width, height, pose)
    check()
    turn_deg = (azimuth_deg - pose.azimuth_deg + 180.0) % 360.0 - 180.0
    range_m = _first_hits(
        ground, lens_m, pose.azimuth_deg, turn_deg, elevation_deg, fineness=fineness, check=check
    )
    random = np.random.default_rng([seed, 2])
    image = _sky(elevation_deg, fractal(random, 2.6), weather)
    check()
    _paint_land(image, ground, range_m, pose.azimuth_deg + turn_deg, random, weather)
    small = cv2.resize(image, size_px, interpolation=cv2.INTER_AREA)
    return View(
        np.clip(small, 0, 255).astype(np.uint8),
        range_m[::scale, ::scale].astype(np.float32),
        weather,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The relief around the tower with what grows on it, in metres east and north of the tower.

    Attributes:
        heights_m: square grid of the bare relief, row 0 in the north, the tower in the middle.
        slope_east: rise per metre to the east, same grid, smoothed.
        slope_north: rise per metre to the north.
        forest: on top.
        east_m: of who looks, from the middle; places are told from there.
        north_m: likewise.
    """

    heights_m: Plane
    slope_east: Plane
    slope_north: Plane
    forest: Forest
    east_m: float = 0.0
    north_m: float = 0.0

    @classmethod
    def grown(
        cls,
        terrain: Terrain,
        position: Position,
        seed: int,
        *,
        weather: SceneWeather = CLEAR_DAY,
        check: Callable[[], None] = lambda: None,
    ) -> "Ground":
        """The relief around a place with a forest grown from a seed, lit by the weather's sun."""
        forest = Forest.grow(seed, weather.sun_azimuth_deg, weather.lit_elevation_deg)
        check()
        ground = cls.around(terrain, position, forest)
        check()
        return ground

    def seen_from(self, east_m: float, north_m: float) -> "Ground":
        """The same ground, its trees where they were, from another place of it."""
        return replace(self, east_m=east_m, north_m=north_m)

    @classmethod
    def around(cls, terrain: Terrain, position: Position, forest: Forest) -> "Ground":
        """Cut the relief out and continue it beyond its edge."""
        near = terrain.around(position.lon_deg, position.lat_deg, FARTHEST_M, GROUND_CELL_M)
        heights_m = _continued(near.values_m)
        smooth = cv2.GaussianBlur(heights_m, (0, 0), 1.2)
        down, right = np.gradient(smooth, GROUND_CELL_M)
        return cls(heights_m, right.astype(np.float32), -down.astype(np.float32), forest)

    def at(self, plane: Plane, east_m: Plane, north_m: Plane) -> Plane:
        """Interpolate one of the grids smoothly; beyond it its edge goes on."""
        half = plane.shape[0] // 2
        east_m, north_m = self.anchored(east_m, north_m)
        return np.asarray(
            cv2.remap(
                plane,
                np.asarray(half + east_m / GROUND_CELL_M, np.float32),
                np.asarray(half - north_m / GROUND_CELL_M, np.float32),
                cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    def anchored(self, east_m: Plane, north_m: Plane) -> tuple[Plane, Plane]:
        """Places as told from the middle of the ground."""
        if self.east_m == 0.0 and self.north_m == 0.0:
            return east_m, north_m
        return east_m + np.float32(self.east_m), north_m + np.float32(self.north_m)

    def surface_m(self, east_m: Plane, north_m: Plane, footprint_m: Plane) -> Plane:
        """Height of the canopy above sea level."""
        anchored = self.anchored(east_m, north_m)
        gullies = self.forest.patches.sample(*anchored, footprint_m)
        crowns = self.forest.crowns.sample(*anchored, footprint_m)
        bare = self.at(self.heights_m, east_m, north_m)
        return np.asarray(bare + GULLY_HEIGHT_M * gullies + CROWN_HEIGHT_M * crowns, np.float32)


def _continued(values_m: Plane) -> Plane:
    """Voids and the outside get the nearest known height in their row, then in their column."""
    filled = values_m.copy()
    for plane in (filled, filled.T):
        for line in plane:
            known = np.flatnonzero(~np.isnan(line))
            if known.size:
                line[:] = np.interp(np.arange(line.size), known, line[known])
    return np.nan_to_num(filled)


def _first_hits(
    ground: Ground,
    lens_m: float,
    azimuth_deg: float,
    turn_deg: FloatArray,
    elevation_deg: FloatArray,
    *,
    fineness: Fineness,
    check: Callable[[], None],
) -> FloatArray:
    """Ground distance of what each pixel shows; inf for sky."""
    count = turn_deg.shape[1]
    nearest_m, step = fineness.nearest_m, fineness.range_step
    steps = int(np.log(FARTHEST_M / nearest_m) / np.log(step))
    range_m = nearest_m * step ** np.arange(steps, dtype=np.float64)
    fan_deg = np.linspace(turn_deg.min(), turn_deg.max(), count)
    fan = np.rint((turn_deg - fan_deg[0]) / (fan_deg[-1] - fan_deg[0]) * (count - 1)).ravel()
    order = np.argsort(fan, kind="stable")
    starts = np.searchsorted(fan[order], np.arange(count + 1))
    wanted = np.tan(np.radians(elevation_deg)).ravel()
    hits = np.full(wanted.size, np.inf)
    # One pixel's width at that distance; a slanting ray smears it along the ground.
    footprint_m = range_m * np.radians(fan_deg[-1] - fan_deg[0]) / count
    drop_m = range_m**2 * (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)
    block = 64  # columns at a time: 64 x 2,800 samples keep the memory small
    for first in range(0, count, block):
        check()
        fan_block = np.radians(azimuth_deg + fan_deg[first : first + block])[:, None]
        east_m = np.asarray(np.sin(fan_block) * range_m, np.float32)
        north_m = np.asarray(np.cos(fan_block) * range_m, np.float32)
        spread_m = np.broadcast_to(np.asarray(footprint_m, np.float32), east_m.shape)
        rise = (ground.surface_m(east_m, north_m, spread_m) - drop_m - lens_m) / range_m
        skyline = np.maximum.accumulate(rise, axis=1)
        for column, curve in enumerate(skyline, start=first):
            pixels = order[starts[column] : starts[column + 1]]
            index = np.searchsorted(curve, wanted[pixels])
            hits[pixels] = np.append(range_m, np.inf)[index]
    return hits.reshape(turn_deg.shape)


def _paint_land(  # noqa: PLR0917 -- one step of render_from, with its values
    image: NDArray[np.float32],
    ground: Ground,
    range_m: FloatArray,
    azimuth_deg: FloatArray,
    random: np.random.Generator,
    weather: SceneWeather,
) -> None:
    """Colour every pixel that shows land, 0 to 255."""
    land = np.isfinite(range_m)
    reach_m = range_m[land].astype(np.float32)
    azimuth = np.radians(azimuth_deg[land]).astype(np.float32)
    east_m, north_m = np.sin(azimuth) * reach_m, np.cos(azimuth) * reach_m
    pixel_rad = np.float32(np.ptp(np.radians(azimuth_deg[0])) / range_m.shape[1])
    footprint_m = reach_m * pixel_rad
    forest = ground.forest
    slope = _slope_light(ground, east_m, north_m, weather)
    east_m, north_m = ground.anchored(east_m, north_m)
    patches = forest.patches.sample(east_m, north_m, footprint_m)
    wide = forest.patches.sample(east_m * 0.17 + 900.0, north_m * 0.17, footprint_m * 0.17)
    light = forest.light.sample(east_m, north_m, footprint_m)
    soft = weather.shadowless
    light, slope = (each * (1.0 - soft) + SOFT_LIGHT * soft for each in (light, slope))
    tone = forest.tone.sample(east_m, north_m, footprint_m)

    open_ground = np.clip((wide + 0.45 * patches - 1.55) * 1.6, 0.0, 1.0)[:, None]
    leaves = weather.leaves(LEAVES) * (1.0 + 0.16 * tone + 0.10 * patches + 0.08 * wide)[:, None]
    leaves *= np.array([1.0, 1.0, 1.0], np.float32) + np.outer(
        0.10 * wide + 0.06 * tone, np.array([-0.4, 0.1, 1.0], np.float32)
    )
    colour = leaves * (1.0 - open_ground) + weather.leaves(CLEARING) * open_ground
    leafy = np.broadcast_to(_leaf_detail(random, range_m.shape), range_m.shape)[land]
    detail = 1.0 + leafy * 0.16 / (1.0 + reach_m / 900.0)
    colour = colour * (light * slope * detail)[:, None] * weather.brightness
    haze = air_share(reach_m, weather)[:, None]
    image[land] = colour * (1.0 - haze) + weather.air(AIR) * haze


def _slope_light(ground: Ground, east_m: Plane, north_m: Plane, weather: SceneWeather) -> Plane:
    """Sun on the slope of the land itself, 0.35 in full shade, about 1.3 square to the sun."""
    rise_east, rise_north = (
        _chunked(ground, plane, east_m, north_m)
        for plane in (ground.slope_east, ground.slope_north)
    )
    azimuth = np.radians(weather.sun_azimuth_deg)
    elevation = np.radians(weather.lit_elevation_deg)
    toward_east = np.sin(azimuth) * np.cos(elevation)
    toward_north = np.cos(azimuth) * np.cos(elevation)
    cosine = (np.sin(elevation) - 1.6 * (rise_east * toward_east + rise_north * toward_north)) / (
        np.sqrt(1.0 + 2.56 * (rise_east**2 + rise_north**2))
    )
    return np.asarray(0.35 + 0.75 * np.maximum(cosine, 0.0) / np.sin(elevation), np.float32)


def _chunked(ground: Ground, plane: Plane, east_m: Plane, north_m: Plane) -> Plane:
    """Interpolate a long list of places; the picture library takes sides below 32,768."""
    side = 16_384
    padded = -(-east_m.size // side) * side
    east = np.resize(east_m, padded).reshape(-1, side)
    north = np.resize(north_m, padded).reshape(-1, side)
    return ground.at(plane, east, north).ravel()[: east_m.size]


def _leaf_detail(random: np.random.Generator, shape: tuple[int, ...]) -> Plane:
    """Fine grain of the picture itself, for near trees."""
    grain = fractal(random, 0.6)
    rows = np.arange(shape[0]) % grain.shape[0]
    columns = np.arange(shape[1]) % grain.shape[1]
    return grain[np.ix_(rows, columns)]


def _sky(elevation_deg: FloatArray, wisps: Plane, weather: SceneWeather) -> NDArray[np.float32]:
    """From the bright air at the horizon to the blue above, with the faintest of high cloud."""
    height = np.clip(elevation_deg / 22.0, 0.0, 1.0).astype(np.float32)[..., None] ** np.float32(
        0.7
    )
    sky = weather.air(AIR) * 1.06 * (1.0 - height) + weather.air(ZENITH) * height
    kept = weather.sky_kept(elevation_deg)[..., None]
    sky = sky * kept + weather.air(AIR) * (1.0 - kept)
    # Wide and flat, stretched over the whole width so that nothing repeats.
    rows, columns = elevation_deg.shape
    flat = cv2.resize(wisps[: SIDE // 2], (columns, rows), interpolation=cv2.INTER_CUBIC)
    cloud = np.clip(flat - 0.4, 0.0, 1.5)[..., None]
    return np.asarray(sky + cloud * height * 9.0 * weather.brightness * kept, np.float32)
