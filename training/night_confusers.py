"""What shines by night and is no fire, drawn into near-infrared pictures: stated, made.

Each kind is drawn as a lamp near the lens shows it, in pixels of a picture 640 px wide, and scaled
to the picture. A sequence says how it behaves from frame to frame, which is what tells it from a
fire: a lamp stands still for good, a headlight moves, eyes blink and go, an insect is in one frame,
rain is another streak in each. ``fire`` is the counterpart: a glow that stands, flickers and grows.
"""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import Box, Label
from models.units import ImageBGR

__all__ = ["Confuser", "draw", "frames_of"]

Plane = NDArray[np.float32]


class Confuser(StrEnum):
    """By name."""

    LAMP = "lamp"
    EYES = "eyes"
    INSECT = "insect"
    RAIN = "rain"
    HEADLIGHT = "headlight"
    FIRE = "fire"  # the counterpart


def draw(
    image: ImageBGR,
    kind: Confuser,
    middle: tuple[float, float],
    size: float,
    random: np.random.Generator,
) -> tuple[ImageBGR, Box]:
    """Draw one of a kind.

    Args:
        image: (height, width, 3) uint8 grey in three channels, not changed.
        kind: which.
        middle: column and row of its middle, as shares of the picture.
        size: factor of its usual size, 1 as usual.
        random: source of every choice.

    Returns:
        The picture, and the box of what was drawn; rain covers the picture.
    """
    height, width = image.shape[:2]
    unit = size * max(height, width) / 640.0
    x, y = middle[0] * width, middle[1] * height
    light = np.zeros((height, width), np.float32)
    if kind is Confuser.RAIN:
        for _ in range(int(random.integers(20, 80))):
            left, top = random.uniform(0, width), random.uniform(0, height)
            lean, length = random.uniform(-0.15, 0.15), random.uniform(12, 50) * unit
            start, end = (left, top), (left + lean * length, top + length)
            _line(light, start, end, random.uniform(0.8, 2.0) * unit, random.uniform(0.3, 0.9))
        reach = (max(x, width - x), max(y, height - y))
    elif kind is Confuser.EYES:
        apart, radius = random.uniform(3, 11) * unit, random.uniform(0.8, 2.2) * unit
        tilt = random.uniform(-0.2, 0.2) * apart
        for side in (-1, 1):
            _glow(light, (x + side * apart, y + side * tilt), radius, 0.6)
        reach = (apart + 2 * radius, abs(tilt) + 2 * radius)
    elif kind is Confuser.HEADLIGHT:
        apart, radius = random.uniform(4, 14) * unit, random.uniform(2.0, 5.0) * unit
        for side in (-1, 1):
            _glow(light, (x + side * apart, y), radius, 1.6)
        _glow(light, (x, y + 5 * radius), 4 * radius, 0.1)  # the lit road before it
        reach = (apart + 3 * radius, 4 * radius)
    elif kind is Confuser.INSECT:
        length, radius = random.uniform(6, 40) * unit, random.uniform(3, 12) * unit
        turn = random.uniform(0, np.pi)
        end = (x + length * np.cos(turn), y + length * np.sin(turn))
        _line(light, (2 * x - end[0], 2 * y - end[1]), end, 2 * radius, random.uniform(0.5, 1.0))
        light = cv2.GaussianBlur(light, (0, 0), max(0.5, radius / 2)).astype(np.float32)
        reach = (abs(end[0] - x) + radius, abs(end[1] - y) + radius)
    else:
        # A fire keeps its size from flicker to flicker, so that it is seen to grow.
        radius = (3.0 if kind is Confuser.FIRE else random.uniform(2.0, 5.0)) * unit
        _glow(light, (x, y), radius, 1.2)
        reach = (3 * radius, 3 * radius)
        if kind is Confuser.FIRE:  # tongues over a wide foot, and lit smoke above them
            for _ in range(5):
                lean, tall = random.uniform(-1.5, 1.5), random.uniform(1.5, 4.0) * radius
                _line(light, (x + lean * radius, y), (x + lean * radius, y - tall), radius, 1.0)
            _glow(light, (x, y - 5 * radius), 5 * radius, 0.15)
            light = cv2.GaussianBlur(light, (0, 0), max(0.5, radius / 5)).astype(np.float32)
            reach = (3 * radius, 4 * radius)
    lit = image[..., 0].astype(np.float32) + 255.0 * light
    grey = np.clip(lit, 0, 255).astype(np.uint8)
    box = Box(
        Label.FLAME,
        1.0,
        max(0.0, x - reach[0]),
        max(0.0, y - reach[1]),
        min(float(width), x + reach[0]),
        min(float(height), y + reach[1]),
    )
    return np.repeat(grey[..., None], 3, axis=2), box


def frames_of(
    image: ImageBGR, kind: Confuser, count: int, random: np.random.Generator
) -> list[tuple[ImageBGR, Box | None]]:
    """A sequence: two frames without, then how the kind behaves; None where it is not there."""
    seed = int(random.integers(2**31))
    x, y = random.uniform(0.2, 0.8), random.uniform(0.45, 0.8)
    step = random.uniform(0.02, 0.05) * random.choice([-1, 1])
    frames: list[tuple[ImageBGR, Box | None]] = []
    for number in range(count):
        one = number - 2
        here = {
            Confuser.INSECT: one == 1,
            Confuser.EYES: one % 2 == 0,
            Confuser.HEADLIGHT: 0 <= one < 6,
        }.get(kind, True)
        fresh = np.random.default_rng([seed, number])
        shaken = _shaken(image, fresh)
        if one < 0 or not here:
            frames.append((shaken, None))
            continue
        # The same lamp in every frame; another streak, another flame shape.
        changes = kind in {Confuser.RAIN, Confuser.FIRE}
        shape = fresh if changes else np.random.default_rng([seed, 0])
        place = (x + step * one, y + 0.2 * step * one) if kind is Confuser.HEADLIGHT else (x, y)
        if kind is Confuser.EYES:
            place = (x + 0.01 * fresh.standard_normal(), y + 0.005 * fresh.standard_normal())
        size = 1.0 + 0.25 * one if kind is Confuser.FIRE else 1.0
        frames.append(draw(shaken, kind, place, size, shape))
    return frames


def _shaken(image: ImageBGR, random: np.random.Generator) -> ImageBGR:
    """Grain and a little light: two frames of a night are never the same."""
    grain = random.standard_normal(image.shape[:2], dtype=np.float32) * np.float32(2.5)
    plane = image[..., 0] * np.float32(random.uniform(0.98, 1.02)) + grain
    return np.repeat(np.clip(plane, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _glow(light: Plane, middle: tuple[float, float], radius: float, halo: float) -> None:
    """A burnt-out disc with a halo that falls off with distance."""
    height, width = light.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(columns - middle[0], rows - middle[1]) / max(radius, 0.5)
    disc = np.clip(1.5 - away, 0.0, 1.0) if halo >= 0.5 else np.zeros_like(away)
    np.maximum(light, disc, out=light)
    light += (0.35 * halo * np.exp(-away / 2.0)).astype(np.float32)


def _line(
    light: Plane,
    start: tuple[float, float],
    end: tuple[float, float],
    thick: float,
    strength: float,
) -> None:
    first, last = ((round(float(one[0])), round(float(one[1]))) for one in (start, end))
    layer = np.zeros(light.shape, np.uint8)  # only bytes are drawn without steps
    cv2.line(layer, first, last, round(255 * strength), max(1, round(thick)), cv2.LINE_AA)
    np.maximum(light, layer.astype(np.float32) / 255.0, out=light)
