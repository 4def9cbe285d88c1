"""Pictures to work on, the same everywhere: a ridge under a sky, textured like trees.

Their content hardly matters for the time that a network takes, but it does for a JPEG decoder: at
quality 85 a 1080p picture has 0.4 to 0.6 MB, as tower cameras send.
"""

from functools import cache

import cv2
import numpy as np

from camera_gateway.pictures import encode_jpeg
from models.units import ImageBGR

__all__ = ["SIZES", "jpeg", "picture"]

SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160), "2048": (2048, 1536), "1024": (1024, 768)}
"""Width and height in pixels by name."""


@cache
def picture(size: str, seed: int) -> ImageBGR:
    """A picture of one of :data:`SIZES`."""
    width, height = SIZES[size]
    random = np.random.default_rng(seed)
    sky = np.linspace(235, 200, height, dtype=np.float32)[:, None, None] * np.ones(3, np.float32)
    trees = np.zeros((height, width, 3), np.float32)
    for octave, share in ((8, 0.5), (32, 0.3), (128, 0.2)):
        rough = random.integers(0, 256, (octave * 9 // 16 + 1, octave, 3), np.uint8)
        trees += share * cv2.resize(rough, (width, height), interpolation=cv2.INTER_LINEAR)
    ridge = height * (0.45 + 0.06 * np.sin(np.linspace(0, 9, width) + seed))
    below = np.arange(height)[:, None, None] > ridge[None, :, None]
    grain = np.tile(random.normal(0, 4, (256, 256, 1)), (height // 256 + 1, width // 256 + 1, 1))
    image = np.where(below, 30 + 0.4 * trees, sky) + grain[:height, :width]
    pixels: ImageBGR = np.clip(image, 0, 255).astype(np.uint8)
    return pixels


@cache
def jpeg(size: str, seed: int) -> bytes:
    """The same as a camera would send it."""
    return encode_jpeg(picture(size, seed), 85)
