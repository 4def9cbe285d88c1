"""The stand before the lens: what each pixel sees, how far away, and where the sun comes through.

The node looks over a slope among trunks; beyond sixty metres trunks and leaves close the view, with
a few gaps to the sky. Sun flecks are the gaps of the crowns, thrown along the sun's direction; so
they wander over the ground by themselves. What a fleck adds to a surface is its absorbed light over
its losses, coming in by the surface's own times (:mod:`ground`).
"""

import math
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.thermal.scene.eye import Eye, Plane
from camera_gateway.thermal.scene.ground import (
    LAGS_MIN,
    MATERIALS,
    Surface,
    lag_weights,
    loss_w_m2_k,
)
from camera_gateway.thermal.scene.weather import Moment, StandWeather

__all__ = ["Stand"]

FAR_M: Final = 60.0
CROWN_PX: Final = 1024
CROWN_M_PX: Final = 0.125
TRUNKS_M2: Final = 0.06
"""Six hundred stems a hectare."""
CLUMPED: Final = 0.3
"""Optical depth of what lies below the gaps: a low sun has a longer way through it."""
COARSE_MIN: Final = 10
"""Flecks of more than a quarter of an hour ago are remembered in steps of so much."""


class Stand:
    """What one node looks at.

    Args:
        seed: of trees, rocks and gaps.
        eye: the lens.
        weather: of its days.

    Attributes:
        range_m: of each pixel.
        surface: of each pixel, :class:`ground.Surface`.
        cover: share of each pixel that undergrowth hides, 0 to below 1.
        hut_m: right, ahead and width of a hut with a stove, or None.
    """

    def __init__(self, seed: int, eye: Eye, weather: StandWeather) -> None:
        rng = np.random.default_rng((seed, 2))
        self.eye, self.weather = eye, weather
        self._rays = eye.rays()
        _, ahead, up = self._rays
        closing = eye.slope * ahead - up  # how fast the ray nears the ground
        distance = np.where(closing > 1e-4, eye.height_m / np.maximum(closing, 1e-4), np.inf)
        self.range_m = np.minimum(distance, FAR_M).astype(np.float32)
        ground = distance < FAR_M
        self.surface = np.where(ground, Surface.LITTER, Surface.FOLIAGE).astype(np.uint8)
        self.normal = np.zeros((3, *self.range_m.shape), np.float32)
        self.normal[2], self.normal[1] = 1.0, -eye.slope
        self.normal[:, ~ground] = np.array([0.0, -0.8, 0.6], np.float32)[:, None]
        self.open = np.zeros_like(self.range_m)
        self._ground(rng, ground)
        self.hut_m = self._hut(rng)
        self._rocks(rng)
        self._sky(rng, ground)
        self._trunks(rng)
        self._place()
        self.cover = np.where(self.surface <= Surface.SOIL, self._cover(rng), 0.0).astype(
            np.float32
        )
        self.grain = rng.normal(0.0, 1.0, self.range_m.shape).astype(np.float32)
        self._crowns = _crowns(rng)
        self._emissivity = np.array([MATERIALS[kind].emissivity for kind in Surface], np.float32)
        weights = np.array([lag_weights(MATERIALS[kind]) for kind in Surface], np.float32)
        absorbed = np.array([MATERIALS[kind].absorbed for kind in Surface], np.float32)
        weights *= absorbed[:, None]
        self._weights = [np.take(column, self.surface) for column in weights.T]
        self._lit = lru_cache(maxsize=64)(self._lit_w_m2)

    @property
    def emissivity(self) -> Plane:
        """Of each pixel."""
        return np.take(self._emissivity, self.surface)

    def excess_k(self, index: float, moment: Moment) -> Plane:
        """What the sun of the last hours adds to each pixel, >= 0.

        Args:
            index: of the weather's tables, minutes.
            moment: of it.
        """
        warm = np.zeros_like(self.range_m)
        for lag, weight in zip(LAGS_MIN, self._weights, strict=True):
            minute = round(index) - lag
            if lag > COARSE_MIN:
                minute -= minute % COARSE_MIN
            lit = self._lit(minute)
            if lit is not None:
                warm += weight * lit
        losses = [
            loss_w_m2_k(MATERIALS[kind], moment.wind_m_s, moment.air_c)
            + MATERIALS[kind].wets * moment.wet * 30.0
            for kind in Surface
        ]
        per_k = np.array([1.0 / loss for loss in losses], np.float32)
        return warm * np.take(per_k, self.surface)

    def open_at(self, column: float, row: float) -> bool:
        """Whether a pixel sees the sky."""
        x, y = math.floor(column), math.floor(row)
        inside = 0 <= x < self.eye.width_px and 0 <= y < self.eye.height_px
        return inside and int(self.surface[y, x]) == Surface.SKY

    def _lit_w_m2(self, minute: int) -> Plane | None:
        """Sunlight that falls on each pixel's surface; None where there is none anywhere."""
        moment = self.weather.of_index(minute)
        if minute < 0 or moment.beam_w_m2 < 1.0 or moment.sun_elevation_deg < 2.0:
            return None
        height = math.sin(math.radians(moment.sun_elevation_deg))
        level = math.sqrt(1.0 - height * height)
        turned = math.radians(moment.sun_azimuth_deg - self.eye.azimuth_deg)
        sun = (level * math.sin(turned), level * math.cos(turned), height)
        facing = self.normal[0] * sun[0] + self.normal[1] * sun[1] + self.normal[2] * sun[2]
        reach = self._below_crowns_m / height
        column = ((self._right_m + reach * sun[0]) * (1.0 / CROWN_M_PX)).astype(np.int32)
        row = ((self._ahead_m + reach * sun[1]) * (1.0 / CROWN_M_PX)).astype(np.int32)
        gaps = self._crowns[row & (CROWN_PX - 1), column & (CROWN_PX - 1)]
        gaps *= np.float32(math.exp(-CLUMPED * (1.0 / height - 1.0)))
        through = np.maximum(gaps, self.open)
        lit: Plane = np.float32(moment.beam_w_m2) * through * np.maximum(facing, 0.0)
        return lit

    def _ground(self, rng: np.random.Generator, ground: NDArray[np.bool_]) -> None:
        """Soil along a path, and in bare places."""
        right, ahead, _ = self._rays
        self.path_m = float(rng.uniform(10.0, 26.0))
        across = np.abs(ahead * self.range_m - self.path_m - 0.15 * right * self.range_m)
        bare = _cloudy(rng, self.range_m.shape, 12.0) > 1.3
        self.surface[ground & ((across < 0.7) | bare)] = Surface.SOIL

    def _hut(self, rng: np.random.Generator) -> tuple[float, float, float] | None:
        """A hut in a clearing, for four nodes of ten: its roof, open to the sun."""
        if rng.random() > 0.4:
            return None
        ahead_m = float(rng.uniform(30.0, 48.0))
        side = float(rng.choice([-1.0, 1.0]))
        right_m = side * ahead_m * math.tan(math.radians(self.eye.horizontal_fov_deg / 2.0))
        right_m *= float(rng.uniform(0.35, 0.75))
        foot_m = self.eye.slope * ahead_m
        part = self._box(right_m, ahead_m, foot_m + 1.6, foot_m + 2.8, 4.5)
        self.open[self._paint(part, Surface.ROOF, ahead_m, (0.0, -0.6, 0.8))] = 1.0
        wall = self._box(right_m, ahead_m, foot_m, foot_m + 1.6, 4.0)
        self._paint(wall, Surface.BARK, ahead_m, (0.0, -1.0, 0.0))
        return right_m, ahead_m, 4.5

    def _rocks(self, rng: np.random.Generator) -> None:
        """Boulders, the larger in a gap of the crowns."""
        for _ in range(int(rng.integers(3, 8))):
            ahead_m = float(rng.uniform(7.0, 45.0))
            right_m = float(rng.uniform(-0.45, 0.45)) * ahead_m
            radius_m = float(rng.uniform(0.25, 1.1))
            foot = np.array([self.eye.slope * ahead_m])
            column, row, range_m = self.eye.project(
                np.array([right_m]), np.array([ahead_m]), foot + radius_m * 0.3
            )
            size = radius_m * self.eye.focal_px / float(range_m[0])
            mask = np.zeros(self.range_m.shape, np.uint8)
            centre = (round(float(column[0]) * 16), round(float(row[0]) * 16))
            axes = (max(8, round(size * 16)), max(8, round(size * 11)))
            cv2.ellipse(mask, centre, axes, 0.0, 0.0, 360.0, 1, -1, cv2.LINE_8, 4)
            tilt = float(rng.uniform(-0.7, 0.7))
            seen = self._paint(mask > 0, Surface.ROCK, float(range_m[0]), (tilt, -0.5, 0.7))
            if radius_m > 0.6:
                self.open[seen] = float(rng.uniform(0.4, 1.0))

    def _sky(self, rng: np.random.Generator, ground: NDArray[np.bool_]) -> None:
        """Gaps between the far crowns, more of them higher up."""
        up = self._rays[2]
        holes = _cloudy(rng, self.range_m.shape, 2.0) - 2.2 + 2.5 * np.clip(up, 0.0, 0.4)
        self.surface[~ground & (self.surface == Surface.FOLIAGE) & (holes > 0.0)] = Surface.SKY

    def _trunks(self, rng: np.random.Generator) -> None:
        half = math.tan(math.radians(self.eye.horizontal_fov_deg / 2.0))
        count = rng.poisson(TRUNKS_M2 * half * FAR_M * FAR_M)
        aheads = FAR_M * np.sqrt(rng.uniform(0.0, 1.0, count))
        # Nobody hangs a node behind a tree: the nearest stand to the side.
        for ahead_m in sorted((float(one) for one in aheads if one > 6.0), reverse=True):
            right_m = float(rng.uniform(-half, half)) * ahead_m
            width_m = float(rng.uniform(0.12, 0.36))
            if self._hides_hut(right_m, ahead_m):
                continue
            foot_m = self.eye.slope * ahead_m
            part = self._box(right_m, ahead_m, foot_m, foot_m + 4.0 + 0.6 * ahead_m, width_m)
            seen = self._paint(part, Surface.BARK, math.hypot(right_m, ahead_m), (0.0, -1.0, 0.0))
            columns = np.nonzero(part.any(axis=0))[0]
            if len(columns) > 0:
                turn = np.linspace(-0.9, 0.9, len(columns), dtype=np.float32)
                for column, sine in zip(columns, turn, strict=True):
                    rows = seen[:, column]
                    self.normal[0, rows, column] = sine
                    self.normal[1, rows, column] = -math.sqrt(1.0 - float(sine) ** 2)

    def _hides_hut(self, right_m: float, ahead_m: float) -> bool:
        """A hut stands in a clearing that opens towards the lens: its stove is in view."""
        if self.hut_m is None:
            return False
        hut_right_m, hut_ahead_m, width_m = self.hut_m
        beside_m = right_m * hut_ahead_m / ahead_m - hut_right_m
        return ahead_m < hut_ahead_m and abs(beside_m) < width_m / 2.0 + 0.5

    def _box(
        self, right_m: float, ahead_m: float, low_m: float, high_m: float, width_m: float
    ) -> NDArray[np.bool_]:
        """Pixels of an upright board that faces the lens."""
        column, row, _ = self.eye.project(
            right_m + np.array([-0.5, 0.5, -0.5, 0.5]) * width_m,
            np.full(4, ahead_m),
            np.array([low_m, low_m, high_m, high_m]),
        )
        part = np.zeros(self.range_m.shape, np.bool_)
        left, right = (round(float(one)) for one in (column.min(), column.max()))
        top, bottom = (round(float(one)) for one in (row.min(), row.max()))
        part[max(0, top) : max(0, bottom), max(0, left) : max(0, right, left + 1)] = True
        return part

    def _paint(
        self,
        part: NDArray[np.bool_],
        surface: Surface,
        range_m: float,
        normal: tuple[float, float, float],
    ) -> NDArray[np.bool_]:
        """Lay a surface over what is behind it; what came to be seen of it."""
        nearer = part & (self.range_m > range_m * 0.98)
        self.surface[nearer] = surface
        self.range_m[nearer] = range_m
        self.open[nearer] = 0.0
        self.normal[:, nearer] = np.array(normal, np.float32)[:, None]
        return nearer

    def _place(self) -> None:
        """Where each pixel's surface is, and how far below the gaps of the crowns."""
        right, ahead, up = self._rays
        self._right_m = right * self.range_m
        self._ahead_m = ahead * self.range_m
        above = self.eye.height_m + up * self.range_m - self.eye.slope * self._ahead_m
        self._below_crowns_m = np.clip(14.0 - above, 1.0, 14.0).astype(np.float32)

    def _cover(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Ferns and grass: a low look meets more of them."""
        patches = np.clip(0.5 * _cloudy(rng, self.range_m.shape, 8.0) + 0.1, 0.0, 1.0)
        return np.asarray(0.75 * patches * np.clip(self.range_m / 25.0, 0.0, 1.0), np.float64)


def _crowns(rng: np.random.Generator) -> Plane:
    """Gaps of the crowns as seen from straight below, 0 shut to 1 open; it repeats itself."""
    noise = rng.normal(0.0, 1.0, (CROWN_PX, CROWN_PX))
    wave = np.fft.fftfreq(CROWN_PX, CROWN_M_PX)
    size = np.hypot(wave[:, None], wave[None, :])
    field = np.zeros((CROWN_PX, CROWN_PX))
    for length_m, share in ((1.2, 0.6), (5.0, 0.8)):
        kernel = np.exp(-((size * length_m) ** 2) * 2.0)
        part = np.fft.ifft2(np.fft.fft2(noise) * kernel).real
        field += share * part / part.std()
    field /= field.std()
    # A sixth is open; the sun's half degree blurs every edge.
    return np.clip((field - 0.85) * 2.5, 0.0, 1.0).astype(np.float32)


def _cloudy(
    rng: np.random.Generator, shape: tuple[int, ...], size_px: float
) -> NDArray[np.float64]:
    """Smooth noise of zero mean and unit spread."""
    noise = rng.normal(0.0, 1.0, shape).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), size_px), np.float64)
    return np.asarray((smooth - smooth.mean()) / smooth.std(), np.float64)
