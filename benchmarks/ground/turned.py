"""Real pictures of a camera, seen as if it had been turned a little."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from geo.camera import pixel_of_ray, ray_of_pixel
from models.site import Pose
from models.units import ImageBGR

__all__ = ["turned"]

_STEP_PX: Final = 16
"""Between two pixels whose way is reckoned; between them it is straight to a thousandth."""


def turned(
    picture: ImageBGR,
    pose: Pose,
    azimuth_deg: float = 0.0,
    tilt_deg: float = 0.0,
    roll_deg: float = 0.0,
) -> ImageBGR:
    """What a camera of this pose would have shown, had it looked so much to the right and up."""
    height, width = picture.shape[:2]
    away = replace(
        pose,
        azimuth_deg=(pose.azimuth_deg + azimuth_deg) % 360.0,
        tilt_deg=pose.tilt_deg + tilt_deg,
        roll_deg=pose.roll_deg + roll_deg,
    )
    step = float(_STEP_PX)
    columns, rows = np.arange(0.0, width + step, step), np.arange(0.0, height + step, step)
    x_px, y_px = np.meshgrid(columns, rows)
    azimuth, elevation = ray_of_pixel(x_px + 0.5, y_px + 0.5, width, height, away)
    own = pixel_of_ray(azimuth, elevation, width, height, pose)
    maps = [
        cv2.warpAffine(
            (part - at - 0.5).astype(np.float32),
            np.array([[1.0 / _STEP_PX, 0.0, 0.0], [0.0, 1.0 / _STEP_PX, 0.0]]),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        for part, at in zip(own, (x_px, y_px), strict=True)
    ]
    own_x, own_y = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    seen = cv2.remap(
        picture, own_x + maps[0], own_y + maps[1], cv2.INTER_LANCZOS4, None, cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.uint8)
