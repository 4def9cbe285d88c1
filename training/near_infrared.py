"""Pictures in colour turned into what a camera without its infrared filter would show: made ones.

No pair of one scene in colour and in near-infrared is at hand, and the real near-infrared pictures
with fire are two. So recall on grey frames is measured on labelled colour pictures that are turned
grey by a model of few steps, each of them chosen by how the real night pictures look (towers of
the ALERT network, a ridge camera, trail cameras):

- brightness follows red and the plants: chlorophyll is bright beyond 700 nm and clear sky is dark
  (the "wood effect"), so an index of greenness is added and one of blueness taken off;
- what glows by itself stays bright: flame is stronger in near-infrared than in red;
- by night the light of the camera's own lamp falls off from the middle and with distance, which in
  a picture of the ground means upwards; a tower has no lamp that reaches, its picture is a long
  exposure without fall-off;
- then gamma, a soft lens (the focus is not that of visible light), grain that the camera's own
  smoothing has made coarse, and JPEG.

What it does not know: that thin smoke is more transparent to near-infrared than to visible light,
and that smoke by night is seen only where something lights it. So a figure of smoke on these
pictures is an upper end.
"""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import ImageBGR

__all__ = ["Made", "brightness", "made"]

Plane = NDArray[np.float32]


class Made(StrEnum):
    """How a picture was turned."""

    COLOUR = "colour"  # as it is
    GREY = "grey"  # without its colours: a monochrome camera by day
    NIGHT = "night"  # near-infrared by night


LUMINOUS = 200.0
"""Red above which something that is red rather than blue glows by itself, grey levels."""
GLOW = 40.0
"""How much redder than blue it is then, grey levels."""


def brightness(image: ImageBGR) -> Plane:
    """What a sensor without infrared filter makes of the picture's reflected light.

    Args:
        image: (height, width, 3) uint8 BGR.

    Returns:
        (height, width) float32, 0 to 255.
    """
    blue, green, red = (image[..., channel].astype(np.float32) for channel in range(3))
    total = blue + green + red + 1.0
    plants = np.clip((2.0 * green - red - blue) / total, 0.0, 0.4)
    sky = np.clip((2.0 * blue - red - green) / total, 0.0, 0.4)
    grey = 0.6 * red + 0.3 * green + 0.1 * blue
    return np.asarray(np.clip(grey * (1.0 + 1.8 * plants - sky), 0.0, 255.0), np.float32)


def made(image: ImageBGR, how: Made, random: np.random.Generator, *, lamp: bool) -> ImageBGR:
    """Turn a picture; boxes stay where they are.

    Args:
        image: (height, width, 3) uint8 BGR, not changed.
        how: which model.
        random: source of every choice.
        lamp: by night the scene is lit by the camera's own lamp: near the ground, not on a tower.
    """
    if how is Made.COLOUR:
        return image
    if how is Made.GREY:
        return _in_three(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32))
    red, blue = image[..., 2].astype(np.float32), image[..., 0].astype(np.float32)
    glows = np.clip((red - LUMINOUS) / 30.0, 0.0, 1.0) * np.clip((red - blue) / GLOW, 0.0, 1.0)
    lit = brightness(image) / 255.0
    lit = lit ** np.float32(random.uniform(1.0, 1.8)) * np.float32(random.uniform(0.5, 1.0))
    if lamp:
        lit = lit * _fall_off(lit.shape, random)
    plane = 255.0 * np.maximum(lit, glows.astype(np.float32))
    plane = cv2.GaussianBlur(plane, (0, 0), _scaled(plane, random.uniform(0.5, 1.2)))
    plane = plane + _grain(plane.shape, random)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(45, 85))]
    coded = cv2.imencode(".jpg", np.clip(plane, 0, 255).astype(np.uint8), quality)[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _fall_off(shape: tuple[int, ...], random: np.random.Generator) -> Plane:
    """Share of the lamp's light: less towards the corners and, with distance, towards the top."""
    height, width = shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    across = (columns / width - random.uniform(0.4, 0.6)) / 0.5
    down = (rows / height - random.uniform(0.5, 0.75)) / 0.6
    round_part = np.exp(-random.uniform(0.6, 1.4) * (across**2 + down**2))
    away = np.clip(random.uniform(0.3, 0.7) + rows / height, 0.0, 1.0)
    return np.asarray(round_part * away, np.float32)


def _grain(shape: tuple[int, ...], random: np.random.Generator) -> Plane:
    height, width = shape
    sigma = random.uniform(2.0, 8.0)
    fine = random.standard_normal((height, width), dtype=np.float32)
    half = ((height + 1) // 2, (width + 1) // 2)
    drawn = random.standard_normal(half, dtype=np.float32)
    coarse = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.float32(sigma) * (0.6 * fine + 0.8 * coarse), np.float32)


def _scaled(plane: Plane, pixels_at_640: float) -> float:
    """The same softness for the network, whatever the size of the picture."""
    return float(max(0.3, pixels_at_640 * max(plane.shape) / 640.0))


def _in_three(plane: Plane) -> ImageBGR:
    return np.repeat(np.clip(plane, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
