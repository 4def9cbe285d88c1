"""Pixel to true direction and back: a pinhole with roll and one radial term, never linear.

The picture is a plane at focal length ``f = (width / 2) / tan(horizontal_fov / 2)`` pixels. A pixel
``(x, y)``, (0, 0) at the top-left corner and the optical axis through (width / 2, height / 2), has
normalised coordinates ``((x - width / 2) / f, (y - height / 2) / f)``; they are undistorted by
``1 + k1 r^2``, turned by the roll, then pitched by the tilt. Reading bearings off the picture
linearly instead is wrong by 0.8 degrees at the edge of a 54-degree view, 140 m at 10 km.

Elevations are geometric angles above the horizontal of the lens; curvature and refraction belong to
the terrain walk. The field of view is that of the undistorted picture.
"""

from typing import overload

import numpy as np

from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray

__all__ = ["pixel_of_ray", "ray_of_pixel", "turned_rays"]

_NEWTON_STEPS = 30  # the last pixels before a strong barrel folds converge slowest


@overload
def ray_of_pixel(
    x_px: float, y_px: float, width_px: int, height_px: int, pose: Pose
) -> tuple[float, float]: ...
@overload
def ray_of_pixel(
    x_px: FloatArray, y_px: FloatArray, width_px: int, height_px: int, pose: Pose
) -> tuple[FloatArray, FloatArray]: ...
def ray_of_pixel(
    x_px: float | FloatArray, y_px: float | FloatArray, width_px: int, height_px: int, pose: Pose
) -> tuple[float | FloatArray, float | FloatArray]:
    """Direction in which a pixel looks.

    Args:
        x_px: a number or an array; pixels outside the picture are allowed.
        y_px: of the same shape.
        width_px: of the upright picture, > 0.
        height_px: of the upright picture, > 0.
        pose: of the camera at this zoom.

    Returns:
        Azimuth in degrees clockwise from true north, [0, 360), and elevation in degrees above the
        horizontal, [-90, 90]; numbers for numbers, arrays for arrays.

    Raises:
        InputRefused: a size is not positive, a pixel is not finite, or the pose's barrel distortion
            folds the picture back on itself at that pixel, so that it belongs to two directions.
    """
    azimuth_deg, elevation_deg = turned_rays(
        np.asarray(x_px, np.float64), np.asarray(y_px, np.float64), width_px, height_px, pose
    )
    return _plain(azimuth_deg), _plain(elevation_deg)


def turned_rays(  # noqa: PLR0917 -- as ray_of_pixel, and what is off
    x_px: FloatArray,
    y_px: FloatArray,
    width_px: int,
    height_px: int,
    pose: Pose,
    off_deg: tuple[FloatArray | float, FloatArray | float, FloatArray | float] = (0.0, 0.0, 0.0),
) -> tuple[FloatArray, FloatArray]:
    """Directions of pixels whose camera points otherwise than its pose says, each by its own angle.

    The camera is turned, not the direction: looking straight down, where a direction has no
    azimuth, this is right, and so is a tilt beyond it.

    Args:
        x_px: an array.
        y_px: of the same shape.
        width_px: of the upright picture, > 0.
        height_px: of the upright picture, > 0.
        pose: of the camera at this zoom.
        off_deg: what is added to azimuth, tilt and roll; of the same shape, or numbers.

    Returns:
        Azimuths, [0, 360), and elevations, [-90, 90], degrees.

    Raises:
        InputRefused: as in :func:`ray_of_pixel`.
    """
    focal_px = _focal_px(width_px, height_px, pose)
    x = (x_px - width_px / 2.0) / focal_px
    y = (y_px - height_px / 2.0) / focal_px
    square = np.where(np.isfinite(x) & np.isfinite(y), x * x + y * y, np.nan)
    if not bool(np.all(1.0 + 3.0 * pose.radial_k1 * square > 0.0)):
        raise InputRefused(
            f"The pixel {x_px}, {y_px} has no single direction with radial_k1 {pose.radial_k1}.",
            remedy="Mend the camera's lens distortion or the pixel.",
            code="pixel_direction",
        )
    scale = 1.0 + pose.radial_k1 * square
    right, down = _turned(x * scale, y * scale, pose.roll_deg + off_deg[2])
    tilt = np.radians(pose.tilt_deg + off_deg[1])
    forward = np.cos(tilt) + down * np.sin(tilt)
    up = np.sin(tilt) - down * np.cos(tilt)
    azimuth_deg = pose.azimuth_deg + off_deg[0] + np.degrees(np.arctan2(right, forward))
    elevation_deg = np.degrees(np.arctan2(up, np.hypot(right, forward)))
    return _wrapped(azimuth_deg), elevation_deg


@overload
def pixel_of_ray(
    azimuth_deg: float, elevation_deg: float, width_px: int, height_px: int, pose: Pose
) -> tuple[float, float]: ...
@overload
def pixel_of_ray(
    azimuth_deg: FloatArray, elevation_deg: FloatArray, width_px: int, height_px: int, pose: Pose
) -> tuple[FloatArray, FloatArray]: ...
def pixel_of_ray(
    azimuth_deg: float | FloatArray,
    elevation_deg: float | FloatArray,
    width_px: int,
    height_px: int,
    pose: Pose,
) -> tuple[float | FloatArray, float | FloatArray]:
    """Pixel at which a direction appears; the inverse of :func:`ray_of_pixel`.

    Args:
        azimuth_deg: true north, any finite angle; a number or an array.
        elevation_deg: above the horizontal, of the same shape.
        width_px: of the upright picture, > 0.
        height_px: of the upright picture, > 0.
        pose: of the camera at this zoom.

    Returns:
        Pixels, possibly outside the picture; NaN for a direction behind the camera or one that the
        barrel distortion cannot show.

    Raises:
        InputRefused: a size is not positive.
    """
    focal_px = _focal_px(width_px, height_px, pose)
    turn = np.radians(np.asarray(azimuth_deg, np.float64) - pose.azimuth_deg)
    rise = np.radians(np.asarray(elevation_deg, np.float64))
    right, level, up = np.sin(turn) * np.cos(rise), np.cos(turn) * np.cos(rise), np.sin(rise)
    tilt = np.radians(pose.tilt_deg)
    depth = level * np.cos(tilt) + up * np.sin(tilt)
    ahead = depth > 1e-9
    depth = np.where(ahead, depth, np.nan)
    down = (level * np.sin(tilt) - up * np.cos(tilt)) / depth
    x, y = _turned(right / depth, down, -pose.roll_deg)
    scale = _distortion(np.hypot(x, y), pose.radial_k1)
    return _plain(width_px / 2.0 + focal_px * x * scale), _plain(
        height_px / 2.0 + focal_px * y * scale
    )


def _focal_px(width_px: int, height_px: int, pose: Pose) -> float:
    if width_px <= 0 or height_px <= 0:
        raise InputRefused(
            f"A picture of {width_px} x {height_px} pixels has no directions.",
            code="picture_size",
        )
    return float(width_px / 2.0 / np.tan(np.radians(pose.horizontal_fov_deg) / 2.0))


def _turned(
    x: FloatArray, y: FloatArray, roll_deg: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """Picture axes to axes level with the horizon: a camera rolled clockwise sees right as down."""
    cosine, sine = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    return cosine * x - sine * y, sine * x + cosine * y


def _distortion(undistorted: FloatArray, radial_k1: float) -> FloatArray:
    """Factor from undistorted to distorted radius: solves ``d (1 + k1 d^2) = u`` by Newton."""
    radius = np.asarray(undistorted, np.float64)
    if radial_k1 == 0.0:
        return np.ones_like(radius)
    if radial_k1 < 0.0:
        fold = np.sqrt(-1.0 / (3.0 * radial_k1))
        radius = np.where(radius < fold * 2.0 / 3.0, radius, np.nan)
        distorted = np.minimum(radius, fold * (1.0 - 1e-6))
    else:
        distorted = radius
    for _ in range(_NEWTON_STEPS):
        error = distorted * (1.0 + radial_k1 * distorted**2) - radius
        distorted = distorted - error / (1.0 + 3.0 * radial_k1 * distorted**2)
    return np.where(
        radius > 0.0, distorted / np.where(radius > 0.0, radius, 1.0), 1.0 + 0.0 * radius
    )


def _wrapped(azimuth_deg: FloatArray) -> FloatArray:
    turned = np.mod(azimuth_deg, 360.0)
    return np.where(turned >= 360.0, 0.0, turned)


def _plain(values: FloatArray) -> float | FloatArray:
    return float(values) if np.ndim(values) == 0 else values
