"""What the camera of a drill's aircraft sees: the scene of :mod:`.view` from wherever it flies.

The ground is grown once and stays: two pictures of one place show the same trees. It is looked at
less closely than a tower's view, which is rendered once for hundreds of pictures: a second of one
core each.
"""

from dataclasses import dataclass

import numpy as np

from camera_gateway.scene.plume import Plume
from camera_gateway.scene.view import Fineness, Ground, render_from
from geo.camera import pixel_of_ray
from geo.crs import LocalFrame
from geo.rays import EARTH_RADIUS_M
from geo.terrain import Terrain
from models.site import HeightDatum, Pose, Position
from models.units import ImageBGR

__all__ = ["AloftScene", "Burning"]

ALOFT = Fineness(oversampling=1, range_step=1.005, nearest_m=4.0)
CANOPY_M = 6.0
REFRACTION = 0.13
WIND_TOWARD_DEG = 150.0
NEAREST_FIRE_M = 15.0
FARTHEST_FIRE_M = 8_000.0
BESIDE = 0.5  # of the picture's sides: so far outside of it a fire's smoke may reach into it


@dataclass(frozen=True, slots=True)
class Burning:
    """A fire of a drill.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        for_s: since ignition, >= 0.
    """

    lon_deg: float
    lat_deg: float
    for_s: float


class AloftScene:
    """Views over one relief; any thread may ask, one at a time.

    Args:
        terrain: the relief.
        middle: (longitude, latitude) around which 30 km are grown.
        seed: of trees and smoke.

    Raises:
        InputRefused: see :func:`.view.lens_height_m`.
    """

    def __init__(self, terrain: Terrain, middle: tuple[float, float], seed: int = 7) -> None:
        self._terrain = terrain
        self._frame = LocalFrame(*middle)
        self._seed = seed
        self._ground = Ground.grown(terrain, Position(*middle, 0.0, HeightDatum.GROUND), seed)

    def still(
        self, lens: Position, pose: Pose, size_px: tuple[int, int], fire: Burning | None
    ) -> ImageBGR:
        """One picture.

        Args:
            lens: above sea level.
            pose: of the camera.
            size_px: (width, height).
            fire: that burns; None for a quiet forest.
        """
        east_m, north_m = self._frame.to_metric(lens.lon_deg, lens.lat_deg)
        ground = self._ground.seen_from(float(east_m), float(north_m))
        view = render_from(ground, lens.height_m, pose, size_px, self._seed, ALOFT)
        plume = None if fire is None else self._plume(lens, pose, size_px, fire)
        return view.image if plume is None or fire is None else plume.draw(view, fire.for_s)

    def shows(
        self, lens: Position, pose: Pose, size_px: tuple[int, int], fire: Burning | None
    ) -> bool:
        """Whether the foot of a fire lies in a picture; hills between are not looked at."""
        base = None if fire is None else self._base(lens, pose, size_px, fire)
        return base is not None and all(0.0 <= base.px[i] < size_px[i] for i in (0, 1))

    def _plume(
        self, lens: Position, pose: Pose, size_px: tuple[int, int], fire: Burning
    ) -> Plume | None:
        base = self._base(lens, pose, size_px, fire)
        if base is None:
            return None
        focal_px = size_px[0] / 2.0 / np.tan(np.radians(pose.horizontal_fov_deg) / 2.0)
        wind = np.radians(WIND_TOWARD_DEG - base.bearing_deg)
        down = np.radians(-pose.tilt_deg)
        return Plume(
            base.px,
            range_m=base.range_m,
            pixels_per_metre=float(focal_px / base.slant_m),
            cross_wind=float(np.sin(wind)),
            seed=self._seed,
            up_share=float(np.cos(down)),
            away_wind=float(np.cos(wind) * np.sin(down)),
        )

    def _base(
        self, lens: Position, pose: Pose, size_px: tuple[int, int], fire: Burning
    ) -> "_Base | None":
        """The foot of the smoke; None where it is too far from the picture, or from the lens."""
        ground_m = self._terrain.height_at(fire.lon_deg, fire.lat_deg)
        east_m, north_m = LocalFrame(lens.lon_deg, lens.lat_deg).to_metric(
            fire.lon_deg, fire.lat_deg
        )
        range_m = float(np.hypot(east_m, north_m))
        bearing_deg = float(np.degrees(np.arctan2(east_m, north_m)))
        drop_m = range_m**2 * (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)
        rise_m = ground_m + CANOPY_M - drop_m - lens.height_m
        elevation_deg = float(np.degrees(np.arctan2(rise_m, range_m)))
        x_px, y_px = pixel_of_ray(bearing_deg, elevation_deg, *size_px, pose)
        slant_m = float(np.hypot(range_m, rise_m))
        # NaN, a place behind the camera or on no known ground, fails the comparisons too.
        inside = (
            -BESIDE * size_px[0] <= x_px <= (1.0 + BESIDE) * size_px[0]
            and -BESIDE * size_px[1] <= y_px <= (1.0 + BESIDE) * size_px[1]
            and NEAREST_FIRE_M <= slant_m <= FARTHEST_FIRE_M
        )
        return _Base((x_px, y_px), range_m, slant_m, bearing_deg) if inside else None


@dataclass(frozen=True, slots=True)
class _Base:
    px: tuple[float, float]
    range_m: float
    slant_m: float
    bearing_deg: float
