"""Damage pictures the way weather, optics, night and transport do. Boxes do not move."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["damage"]

Canvas = NDArray[np.uint8]


def damage(canvas: Canvas, random: np.random.Generator) -> Canvas:
    """Colour, haze, grey, blur, noise and JPEG, each with its own chance.

    Args:
        canvas: (height, width, 3) uint8 BGR, not changed.
        random: source of every choice.
    """
    image = _tone(canvas, random)
    if random.random() < 0.20:
        image = _haze(image, random)
    if random.random() < 0.08:  # monochrome and near-infrared cameras
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        image = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    if random.random() < 0.10:
        blurred = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.3))
        image = np.asarray(blurred, np.uint8)
    if random.random() < 0.15:
        sigma = random.uniform(2, 9)
        grain = random.standard_normal(image.shape, dtype=np.float32) * np.float32(sigma)
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    if random.random() < 0.35:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 90))]
        coded = cv2.imencode(".jpg", image, quality)[1]
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return image


def _tone(image: Canvas, random: np.random.Generator) -> Canvas:
    """Hue, saturation, gain, gamma and white balance by tables."""
    hue, saturation, value = random.uniform(-1, 1, 3) * (0.015, 0.5, 0.35) + (0, 1, 1)
    gamma = np.exp(random.normal(0, 0.15))
    steps = np.arange(256, dtype=np.float64)
    tables = (
        ((steps + hue * 180) % 180).astype(np.uint8),
        np.clip(steps * saturation, 0, 255).astype(np.uint8),
        np.clip(255 * (np.clip(steps * value, 0, 255) / 255) ** gamma, 0, 255).astype(np.uint8),
    )
    planes = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
    mixed = cv2.merge([cv2.LUT(p, t) for p, t in zip(planes, tables, strict=True)])
    toned = cv2.cvtColor(mixed, cv2.COLOR_HSV2BGR)
    if random.random() < 0.2:
        gains = 1 + random.normal(0, 0.06, 3)
        table = np.clip(steps[:, None] * gains[None, :], 0, 255).astype(np.uint8)
        toned = cv2.LUT(toned, table[None])
    return np.asarray(toned, np.uint8)


def _haze(image: Canvas, random: np.random.Generator) -> Canvas:
    """A veil that is thickest at one height of the picture, as over distant ridges."""
    height = image.shape[0]
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    middle, width = random.uniform(0.1, 0.7), random.uniform(0.2, 0.8)
    veil = random.uniform(0.1, 0.5) * np.exp(-(((rows - middle) / width) ** 2))
    light = np.float32(random.uniform(150, 235)) + random.normal(0, 6, 3).astype(np.float32)
    return np.asarray(np.clip(image * (1 - veil) + veil * light, 0, 255), np.uint8)
