"""The pictures of a drill: a view that stays, smoke and flame that grow, a sensor that grains.

Everything in them is invented but the shape of the land, and every picture says so in large
letters. The picture library's own letters are Latin, so the banner reads DRILL; the console adds
演练.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.scene.flame import Flame
from camera_gateway.scene.infrared import grey, lamp_lit, lit_by_lamp
from camera_gateway.scene.plume import Plume
from camera_gateway.scene.view import View, lens_height_m, render_view
from camera_gateway.scene.weather import CLEAR_DAY, SceneWeather
from geo.camera import pixel_of_ray
from geo.crs import LocalFrame
from geo.rays import EARTH_RADIUS_M
from geo.terrain import Terrain
from models.errors import InputRefused
from models.frame import FrameMode
from models.site import Pose, Position
from models.units import ImageBGR

__all__ = [
    "BANNER_HEIGHT_PX",
    "NOISE_LEVELS",
    "DrillPictures",
    "Kept",
    "Setting",
    "drill_banner",
]

NOISE_LEVELS = 1.6  # standard deviation of a small sensor by day
NOISE_MARGIN_PX = 64
CANOPY_M = 6.0
REFRACTION = 0.13
BANNER_HEIGHT_PX = 54
BANNER_COLOUR = (20, 205, 245)  # yellow


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What is looked at, by what, under what.

    Attributes:
        terrain: the relief.
        position: of the lens.
        pose: of the camera.
        size_px: (width, height).
        seed: of what grows.
        weather: under which it is seen.
        mode: visible, or infrared: grey, and at night by the camera's own lamp.
        keeps_mass: by which law smoke thins, see :mod:`.plume`.

    Raises:
        InputRefused: the mode is thermal, or the lens is on no known ground.
    """

    terrain: Terrain
    position: Position
    pose: Pose
    size_px: tuple[int, int] = (1280, 720)
    seed: int = 7
    weather: SceneWeather = CLEAR_DAY
    mode: FrameMode = FrameMode.VISIBLE
    keeps_mass: bool = False

    def __post_init__(self) -> None:
        """Refuse, before anything is rendered, what cannot be."""
        if self.mode is FrameMode.THERMAL:
            raise InputRefused(
                "The drill scene knows no heat.",
                remedy="Ask for a visible or an infrared drill.",
                code="drill_mode",
            )
        lens_height_m(self.terrain, self.position)

    def view(self, check: Callable[[], None] = lambda: None) -> View:
        """The view without fire; seconds of one core.

        Args:
            check: called between the steps; what it raises ends the rendering.
        """
        is_infrared = self.mode is FrameMode.INFRARED
        seen = render_view(
            self.terrain,
            self.position,
            self.pose,
            self.size_px,
            self.seed,
            weather=lamp_lit(self.weather) if is_infrared else self.weather,
            check=check,
        )
        return lit_by_lamp(seen, self.weather) if is_infrared else seen


class DrillPictures:
    """Draws the pictures of one fire, or of none.

    The same arguments show the same pictures.

    Args:
        setting: what is looked at.
        place: (longitude, latitude) of the fire; None for a quiet view.
        seed: of smoke and noise; the setting's when left out.

    Raises:
        InputRefused: the fire is outside the relief or not in the picture.
    """

    def __init__(
        self, setting: Setting, place: tuple[float, float] | None, *, seed: int | None = None
    ) -> None:
        self._seed = setting.seed if seed is None else seed
        self._is_infrared = setting.mode is FrameMode.INFRARED
        self._fire = None if place is None else _fire_at(setting, place, self._seed)
        width_px, height_px = setting.size_px
        grained = (height_px + NOISE_MARGIN_PX, width_px + NOISE_MARGIN_PX, 3)
        noise = np.random.default_rng([self._seed, 4]).normal(
            0.0, NOISE_LEVELS * setting.weather.grain, grained
        )
        if self._is_infrared:
            noise[..., 1:] = noise[..., :1]  # one sensor, no colour
        self._noise = np.rint(noise).astype(np.int8)
        self._banner = drill_banner(width_px)

    def clean(self, view: View, burning_s: float) -> ImageBGR:
        """The picture without grain and banner.

        Args:
            view: of the setting.
            burning_s: since ignition; negative before it.
        """
        image = view.image
        if self._fire is not None and burning_s >= 0.0:
            plume, flame = self._fire
            image = flame.draw(plume.draw(view, burning_s), view, burning_s)
        return grey(image) if self._is_infrared else image

    def draw(self, view: View, burning_s: float, number: int) -> ImageBGR:
        """The picture of that number, from 0: its grain differs from every other's."""
        image = self.clean(view, burning_s)
        down, right = np.random.default_rng([self._seed, 5, number]).integers(0, NOISE_MARGIN_PX, 2)
        height_px, width_px = image.shape[:2]
        noise = self._noise[down : down + height_px, right : right + width_px]
        noisy = np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)
        noisy[:BANNER_HEIGHT_PX] = self._banner
        return noisy


class Kept:
    """The view of a setting, rendered when it is first asked for.

    Args:
        setting: what is looked at.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._view: View | None = None

    def view(self, check: Callable[[], None] = lambda: None) -> View:
        """See :meth:`Setting.view`."""
        if self._view is None:
            self._view = self._setting.view(check)
        return self._view


def _fire_at(setting: Setting, place: tuple[float, float], seed: int) -> tuple[Plume, Flame]:
    """Smoke and flame of a fire at a place, as that camera sees them.

    Raises:
        InputRefused: the place is outside the relief or not in the picture.
    """
    position, size_px = setting.position, setting.size_px
    ground_m = setting.terrain.height_at(*place)
    east_m, north_m = LocalFrame(position.lon_deg, position.lat_deg).to_metric(*place)
    range_m = float(np.hypot(east_m, north_m))
    bearing_deg = float(np.degrees(np.arctan2(east_m, north_m)))
    drop_m = range_m**2 * (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)
    rise_m = ground_m + CANOPY_M - drop_m - lens_height_m(setting.terrain, position)
    base_px = pixel_of_ray(
        bearing_deg, float(np.degrees(np.arctan2(rise_m, range_m))), *size_px, setting.pose
    )
    # NaN, a place behind the camera or on no known ground, fails the comparison too.
    if not (0.0 <= base_px[0] < size_px[0] and 0.0 <= base_px[1] < size_px[1]):
        raise InputRefused(
            f"The drill's fire at {place[0]}, {place[1]} is not in the camera's picture.",
            remedy="Give a longitude and latitude on the relief that the camera looks at.",
            code="drill_plume",
        )
    focal_px = size_px[0] / 2.0 / np.tan(np.radians(setting.pose.horizontal_fov_deg) / 2.0)
    pixels_per_metre = float(focal_px / range_m)
    wind_deg = setting.weather.wind_toward_deg - bearing_deg
    plume = Plume(
        base_px,
        range_m=range_m,
        pixels_per_metre=pixels_per_metre,
        cross_wind=float(np.sin(np.radians(wind_deg))),
        seed=seed,
        wind_ms=setting.weather.wind_ms,
        keeps_mass=setting.keeps_mass,
    )
    flame = Flame(base_px, range_m=range_m, pixels_per_metre=pixels_per_metre, seed=seed)
    return plume, flame


def drill_banner(width_px: int) -> NDArray[np.uint8]:
    """A strip that nobody takes for a camera's picture."""
    strip = np.full((BANNER_HEIGHT_PX, width_px, 3), 24, np.uint8)
    strip[-4:] = BANNER_COLOUR
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, "DRILL", (16, 40), font, 1.3, BANNER_COLOUR, 3, cv2.LINE_AA)
    words = "simulated picture, no real fire"
    cv2.putText(strip, words, (170, 36), font, 0.8, (225, 225, 225), 2, cv2.LINE_AA)
    return strip
