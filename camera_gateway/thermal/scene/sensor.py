"""A microbolometer behind its lens: blur, drops, noise, a pattern that drifts, its shutter.

Noise is 0.05 K at 27 degrees (cores of this kind state 0.05 or less). Columns and pixels wander
apart until the shutter sets them right every few minutes; the whole reading is up to 1.5 K off, by
the day. Once in five hundred frames the shutter is caught shut. Without radiometry the camera
stretches each frame to its levels by itself.
"""

import math
from typing import Final

import cv2
import numpy as np

from camera_gateway.thermal.scene.eye import Plane
from camera_gateway.thermal.scene.radiance import apparent_c, band_radiance
from camera_gateway.thermal.scene.weather import Moment
from models.thermal import ThermalImage, ThermalScale

__all__ = ["Sensor", "encode_frame", "image_of"]

TOP_C: Final = 380.0
"""Hundredths of a kelvin in 16 bits end at 382 degrees."""
NOISE_K: Final = 0.05
BLUR_PX: Final = 0.6
SHUTTER_MIN: Final = 7.0
SHUT: Final = 0.002
STRETCHED: Final = (0.005, 0.999)
CAMERA: Final = "simulated node"


class Sensor:
    """One sensor.

    Args:
        seed: of its pattern and its drops.
        width_px: of it.
        height_px: of it.
    """

    def __init__(self, seed: int, width_px: int, height_px: int) -> None:
        rng = np.random.default_rng((seed, 5))
        shape = height_px, width_px
        columns = rng.normal(0.0, 1.0, (1, width_px))
        self._pattern = (columns + rng.normal(0.0, 0.7, shape)).astype(np.float32)
        x, y = np.linspace(-1.0, 1.0, width_px), np.linspace(-1.0, 1.0, height_px)
        self._bowl = (x[None, :] ** 2 + y[:, None] ** 2 - 0.6).astype(np.float32)
        self._phase = float(rng.uniform(0.0, math.tau))
        self._drops = _drops(rng, width_px, height_px)
        warm = band_radiance(np.array([26.5, 27.5]))
        self._noise_w = np.float32(NOISE_K * float(warm[1] - warm[0]))

    def expose(
        self,
        radiance: Plane,
        minute: float,
        moment: Moment,
        lens_wet: float,
        rng: np.random.Generator,
    ) -> Plane:
        """Apparent degrees of each pixel.

        Args:
            radiance: that comes to the lens.
            minute: of the scene.
            moment: of its weather.
            lens_wet: 0 dry to 1 covered with drops.
            rng: of the frame.
        """
        board_c = moment.air_c + 4.0
        if rng.random() < SHUT:
            radiance = np.full_like(radiance, band_radiance(np.array([board_c]))[0])
        else:
            radiance = np.asarray(cv2.GaussianBlur(radiance, (0, 0), BLUR_PX), np.float32)
            if lens_wet > 0.0:
                radiance = self._through_drops(radiance, moment, lens_wet)
        radiance = radiance + self._noise_w * rng.standard_normal(radiance.shape, np.float32)
        since = minute % SHUTTER_MIN / SHUTTER_MIN
        off = 1.5 * math.sin(math.tau * minute / 1440.0 + self._phase)
        degrees = apparent_c(radiance) + self._pattern * np.float32(0.03 + 0.06 * since)
        degrees += self._bowl * np.float32(0.4 * since) + np.float32(off)
        return np.minimum(degrees, np.float32(TOP_C))

    def _through_drops(self, radiance: Plane, moment: Moment, lens_wet: float) -> Plane:
        """Drops are as warm as the air and smear what shines through them."""
        share = np.clip((self._drops - (1.0 - lens_wet)) * 4.0, 0.0, 0.75).astype(np.float32)
        smeared = cv2.GaussianBlur(radiance, (0, 0), 4.0)
        own = float(band_radiance(np.array([moment.air_c]))[0])
        through: Plane = radiance * (1.0 - share) + share * (0.4 * smeared + 0.6 * own)
        return through.astype(np.float32, copy=False)


def image_of(degrees: Plane, *, is_levels: bool) -> ThermalImage:
    """As the node gives it: degrees, or 8-bit levels of its own gain."""
    if not is_levels:
        return ThermalImage(degrees, ThermalScale.CELSIUS, TOP_C, CAMERA)
    low, high = (float(one) for one in np.quantile(degrees, STRETCHED))
    levels = np.clip((degrees - low) * (255.0 / max(high - low, 0.5)), 0.0, 255.0)
    return ThermalImage(np.rint(levels).astype(np.float32), ThermalScale.RELATIVE, 255.0, CAMERA)


def encode_frame(image: ThermalImage) -> bytes:
    """As a node sends it: PNG of hundredths of a kelvin in 16 bits, or of 8-bit levels."""
    if image.scale is ThermalScale.CELSIUS:
        numbers = np.rint((image.levels.astype(np.float64) + 273.15) * 100.0).astype(np.uint16)
    else:
        numbers = image.levels.astype(np.uint8)
    good, data = cv2.imencode(".png", numbers, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert good  # noqa: S101 -- a plain array always is
    return data.tobytes()


def _drops(rng: np.random.Generator, width_px: int, height_px: int) -> Plane:
    field = np.zeros((height_px, width_px), np.float32)
    x, y = np.arange(width_px)[None, :], np.arange(height_px)[:, None]
    for _ in range(14):
        middle = rng.uniform(0, width_px), rng.uniform(0, height_px)
        radius = width_px * float(rng.uniform(0.02, 0.08))
        away = np.hypot(x - middle[0], y - middle[1]) / radius
        field = np.maximum(field, np.clip(1.6 - away, 0.0, 1.0) * float(rng.uniform(0.3, 1.0)))
    return field.astype(np.float32)
