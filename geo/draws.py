"""Everything that is uncertain about one ray, drawn once and for all fixes alike.

A Latin hypercube: each quantity is cut into strata of equal probability and every stratum is drawn
once, so that 500 rays say what thousands of independent ones would, and the same question always
gets the same answer.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from geo.camera import ray_of_pixel, turned_rays
from geo.horizon import PolarGround
from geo.rays import Rays
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray

__all__ = ["Aloft", "Draws", "Spread", "View"]


@dataclass(frozen=True, slots=True)
class Spread:
    """What is uncertain besides the pose, as standard deviations.

    Attributes:
        lens_sigma_m: height of the lens; of a mast at most a tenth of its height.
        terrain_sigma_m: height of the terrain, one error for all it shows; it grows from nothing
            over the first cell where the lens stands on that same terrain.
        refraction: coefficient k.
        refraction_sigma: of k.
    """

    lens_sigma_m: float = 2.0
    terrain_sigma_m: float = 5.0
    refraction: float = 0.13
    refraction_sigma: float = 0.05


@dataclass(frozen=True, slots=True)
class Aloft:
    """A lens that stands on nothing: no hill top of its own hides what is near.

    Attributes:
        lens_sigma_m: standard deviation of its height.
        place_sigma_m: standard deviation of its place, along each axis.
        roll_sigma_deg: standard deviation of its roll.
    """

    lens_sigma_m: float
    place_sigma_m: float
    roll_sigma_deg: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Directions of one pixel.

    Attributes:
        bearing_deg: of the nominal ray, true north, [0, 360).
        elevation_deg: of the nominal ray.
        azimuths_deg: (n,) of the samples; they do not wrap.
        elevations_deg: (n,) of the samples.
    """

    bearing_deg: float
    elevation_deg: float
    azimuths_deg: FloatArray
    elevations_deg: FloatArray

    @property
    def bearing_sigma_deg(self) -> float:
        """Standard deviation of the samples' azimuths."""
        return float(self.azimuths_deg.std())


class Draws:
    """Samples of pixel, pointing, lens, relief and refraction.

    Args:
        seed: of the samples.
        count: of them.
        spread: uncertainty besides pose and pixel.
    """

    def __init__(self, seed: int, count: int, spread: Spread) -> None:
        self.spread = spread
        self._normals = _latin_normals(np.random.default_rng(seed), count)

    def view(
        self,
        pose: Pose,
        pixel: tuple[float, float],
        size: tuple[int, int],
        sigma_px: float | tuple[float, float],
        aloft: Aloft | None = None,
    ) -> View:
        """Vary the pixel through the lens, and turn the camera by what its pointing may be off."""
        across_px, down_px = sigma_px if isinstance(sigma_px, tuple) else (sigma_px, sigma_px)
        x_px, y_px = pixel
        bearing_deg, elevation_deg = ray_of_pixel(x_px, y_px, *size, pose)
        across, down, azimuth, tilt = self._normals[:4]
        roll_sigma_deg = 0.0 if aloft is None else aloft.roll_sigma_deg
        azimuths_deg, elevations_deg = turned_rays(
            x_px + across_px * across,
            y_px + down_px * down,
            *size,
            pose,
            (
                pose.azimuth_sigma_deg * azimuth,
                pose.tilt_sigma_deg * tilt,
                roll_sigma_deg * self._normals[9],
            ),
        )
        turns_deg = np.mod(azimuths_deg - bearing_deg + 180.0, 360.0) - 180.0
        return View(
            bearing_deg,
            elevation_deg,
            bearing_deg + turns_deg,
            np.clip(elevations_deg, -89.9, 89.9),
        )

    def rays(
        self, tower: PolarGround, observer: Position, view: View, aloft: Aloft | None = None
    ) -> Rays:
        """The rays of a view from a lens that is off by its draws, over relief that is."""
        lens, ground, refraction = self._normals[4:7]
        spread = self.spread
        lens_m, lens_sigma_m, ramp_m = observer.height_m, spread.lens_sigma_m, 0.0
        if observer.height_datum is HeightDatum.GROUND:
            lens_m += tower.ground_m
            lens_sigma_m = min(lens_sigma_m, abs(observer.height_m) / 10.0)
            ramp_m = tower.cell_m
        if aloft is not None:
            lens_sigma_m = aloft.lens_sigma_m
        return Rays(
            azimuth_deg=view.azimuths_deg,
            elevation_deg=view.elevations_deg,
            lens_m=lens_m + lens_sigma_m * lens,
            refraction=spread.refraction + spread.refraction_sigma * refraction,
            ground_bias_m=spread.terrain_sigma_m * ground,
            bias_ramp_m=ramp_m,
        )

    def shifts_m(self, aloft: Aloft) -> FloatArray:
        """(2, n) metres east and north by which a lens that flies is off."""
        return aloft.place_sigma_m * self._normals[7:9]


def _latin_normals(random: np.random.Generator, count: int) -> FloatArray:
    """(10, count) standard normal deviates, each row in strata of equal probability, shuffled."""
    quantile = NormalDist().inv_cdf
    strata = np.array([quantile((index + 0.5) / count) for index in range(count)])
    return np.stack([random.permutation(strata) for _ in range(10)])
