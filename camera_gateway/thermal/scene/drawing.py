"""Warm things into the radiance of a view: burning ground, flames, animals, engines, the sun.

What is smaller than a pixel takes its share of it. What stands behind a trunk is not seen, and
undergrowth takes its share of what lies on the ground.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from camera_gateway.thermal.scene.eye import Plane
from camera_gateway.thermal.scene.movers import Blob
from camera_gateway.thermal.scene.radiance import band_radiance, planck_w_m2_sr
from camera_gateway.thermal.scene.smoulder import Burning
from camera_gateway.thermal.scene.stand import Stand
from camera_gateway.thermal.scene.weather import Moment

__all__ = ["draw_blob", "draw_burning", "draw_sun", "extinction_per_m", "seen_shares"]

ROUGH: Final = 0.15
"""Litter, cones and sticks face a low look by so much of their ground's area."""
PART_PX: Final = 0.8
SUN_W_M2_SR: Final = planck_w_m2_sr(5772.0)
SUN_SR: Final = 6.8e-5


def extinction_per_m(moment: Moment) -> float:
    """Of the air in the camera's band: mist, and rain by Carbonneau and Wisely (1998)."""
    rain_db_km = 1.076 * moment.rain_mm_h**0.67
    return float(moment.mist_per_m + rain_db_km / 4343.0)


def seen_shares(stand: Stand, burning: Burning) -> NDArray[np.float64]:
    """How much of each cell the lens sees, 0 to 1: trunks, undergrowth and the frame's edge."""
    column, row, range_m = stand.eye.project(
        burning.right_m, burning.ahead_m, stand.eye.ground_m(burning.ahead_m)
    )
    return _seen(stand, column, row, range_m)


def draw_burning(radiance: Plane, stand: Stand, burning: Burning, moment: Moment) -> None:
    """Add burning ground to a view.

    Args:
        radiance: of the view; changed.
        stand: before the lens.
        burning: cells on the ground.
        moment: of the weather.
    """
    if len(burning.celsius) == 0:
        return
    eye = stand.eye
    middle_m = math.hypot(float(burning.ahead_m.mean()), float(burning.right_m.mean()))
    side_m = math.sqrt(burning.cell_m2)
    parts = max(1, math.ceil(side_m * eye.focal_px / max(middle_m - 2.0, 2.0) / PART_PX))
    steps = ((np.arange(parts) + 0.5) / parts - 0.5) * side_m
    dx, dy = (part.ravel() for part in np.meshgrid(steps, steps))
    right_m = (burning.right_m[:, None] + dx).ravel()
    ahead_m = (burning.ahead_m[:, None] + dy).ravel()
    up_m = eye.ground_m(ahead_m)
    column, row, range_m = eye.project(right_m, ahead_m, up_m)
    facing = (eye.height_m + eye.slope * ahead_m - up_m) / range_m
    face_m2 = burning.cell_m2 / parts**2 * np.minimum(1.0, facing + ROUGH)
    share = face_m2 / range_m**2 / eye.pixel_sr(column, row)
    share *= _seen(stand, column, row, range_m)
    own = np.repeat(band_radiance(burning.celsius).astype(np.float64), parts**2)
    _lay(radiance, column, row, share, _through(own, range_m, moment))


def draw_blob(radiance: Plane, stand: Stand, blob: Blob, moment: Moment) -> None:
    """Add a warm ellipse to a view.

    Args:
        radiance: of the view; changed.
        stand: before the lens.
        blob: it.
        moment: of the weather.
    """
    eye = stand.eye
    ahead = np.array([blob.ahead_m])
    columns, rows, ranges = eye.project(
        np.array([blob.right_m]), ahead, eye.ground_m(ahead) + blob.up_m
    )
    column, row, range_m = float(columns[0]), float(rows[0]), float(ranges[0])
    if range_m < 1.5:
        return
    half_x = blob.width_m / 2.0 * eye.focal_px / range_m
    half_y = blob.height_m / 2.0 * eye.focal_px / range_m
    wide, high = max(half_x, 0.5), max(half_y, 0.5)
    left, right = _span(column, wide, eye.width_px)
    top, bottom = _span(row, high, eye.height_px)
    if left >= right or top >= bottom:
        return
    x = (np.arange(left, right) + 0.5 - column) / wide
    y = (np.arange(top, bottom) + 0.5 - row) / high
    away = np.sqrt(x[None, :] ** 2 + y[:, None] ** 2)
    share = np.clip((1.0 - away) * min(wide, high) + 0.5, 0.0, 1.0)
    share *= min(1.0, math.pi * half_x * half_y / max(float(share.sum()), 1e-6)) * blob.opaque
    part = slice(top, bottom), slice(left, right)
    share *= stand.range_m[part] > range_m * 0.97
    own = band_radiance(np.array([blob.celsius])).astype(np.float64)
    seen = float(_through(own, np.array([range_m]), moment)[0])
    radiance[part] = radiance[part] * (1.0 - share) + share * seen


def draw_sun(radiance: Plane, stand: Stand, moment: Moment) -> None:
    """Add the sun where it stands in a gap of the view; clouds hide it.

    Args:
        radiance: of the view; changed.
        stand: before the lens.
        moment: of the weather.
    """
    if moment.sun_elevation_deg <= 0.0 or moment.cloud > 0.7:
        return
    turned = math.radians(moment.sun_azimuth_deg - stand.eye.azimuth_deg)
    height = math.radians(moment.sun_elevation_deg)
    far_m = 1e6
    column, row, _ = stand.eye.project(
        np.array([far_m * math.cos(height) * math.sin(turned)]),
        np.array([far_m * math.cos(height) * math.cos(turned)]),
        np.array([far_m * math.sin(height) + stand.eye.height_m]),
    )
    if not stand.open_at(float(column[0]), float(row[0])):
        return
    share = SUN_SR / stand.eye.pixel_sr(column, row).astype(np.float64)
    # Through the long way of a low sun the band's window is half shut.
    clear = 0.75 ** min(10.0, 1.0 / max(math.sin(height), 0.1)) * (1.0 - moment.cloud) ** 2
    _lay(radiance, column, row, np.minimum(share, 4.0), np.array([SUN_W_M2_SR * clear]))


def _seen(
    stand: Stand,
    column: NDArray[np.float64],
    row: NDArray[np.float64],
    range_m: NDArray[np.float64],
) -> NDArray[np.float64]:
    eye = stand.eye
    x, y = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    inside = (x >= 0) & (x < eye.width_px) & (y >= 0) & (y < eye.height_px)
    x, y = np.clip(x, 0, eye.width_px - 1), np.clip(y, 0, eye.height_px - 1)
    # A pixel of ground far away spans metres of it: only what is clearly nearer hides.
    free = stand.range_m[y, x] > range_m * 0.9 - 0.3
    return np.where(inside & free, 1.0 - stand.cover[y, x], 0.0)


def _through(
    own: NDArray[np.float64], range_m: NDArray[np.float64], moment: Moment
) -> NDArray[np.float64]:
    kept = np.exp(-extinction_per_m(moment) * range_m)
    air = float(band_radiance(np.array([moment.air_c]))[0])
    return np.asarray(own * kept + air * (1.0 - kept), np.float64)


def _lay(
    radiance: Plane,
    column: NDArray[np.float64],
    row: NDArray[np.float64],
    share: NDArray[np.float64],
    own: NDArray[np.float64],
) -> None:
    """Points into the four pixels around each; where they overlap, they share the pixel."""
    height, width = radiance.shape
    x, y = column - 0.5, row - 0.5
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    covered = np.zeros(height * width)
    light = np.zeros(height * width)
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - (x - left)) * np.abs(1 - dy - (y - top)) * share
            at_x, at_y = left + dx, top + dy
            good = (at_x >= 0) & (at_x < width) & (at_y >= 0) & (at_y < height) & (weight > 0.0)
            place = at_y[good] * width + at_x[good]
            covered += np.bincount(place, weight[good], height * width)
            light += np.bincount(place, (weight * own)[good], height * width)
    covered, light = covered.reshape(height, width), light.reshape(height, width)
    radiance[:] = radiance * (1.0 - np.minimum(covered, 1.0)) + light / np.maximum(covered, 1.0)


def _span(middle: float, half: float, most: int) -> tuple[int, int]:
    return max(0, math.floor(middle - half - 1.0)), min(most, math.ceil(middle + half + 1.0))
