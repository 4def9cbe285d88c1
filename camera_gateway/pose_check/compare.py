"""How far a camera looks beside where it looked when its reference picture was made.

Each place of the reference (:mod:`camera_gateway.pose_check.scene`) is looked for in the picture:
first roughly, the whole picture at once, then place by place in three rounds, each over what the
one before has left. Four angles explain where the places went: azimuth, tilt, roll and zoom, each
by what it does to every single pixel (:mod:`geo.camera`), so that 0.05 degrees are 0.05 degrees at
any zoom and tilt. What does not fit the others (trees, cars, clouds, a clock) hardly counts.

Nothing is said unless most of the far places are seen again: in fog the trees before the mast are
still there, and they hang lower. Measured on recorded towers: ``docs/geo.md``.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_gateway.pose_check.fitting import Fitted, fit_robustly
from camera_gateway.pose_check.scene import HALF_PX, Edges, Scene, edges_of, small_edges
from camera_gateway.truth.edges import LEAST_PEAK, shift_between
from geo.camera import pixel_of_ray, ray_of_pixel
from models.errors import InputRefused
from models.site import Pose
from models.units import FloatArray, wrap_bearing_deg

__all__ = ["Offset", "offset_of"]

REACHES_PX: Final = (14, 5, 2)
LEAST_LIKE: Final = 0.4
"""Correlation from which a place is taken as seen again: by night and in fog few reach it."""

LEAST_PLACES: Final = 24
LEAST_FAR: Final = 0.55
"""Share of the far places that must be seen again, and agree. On the 107 pictures of the Roanoke
footage against its first: by day 0.62 to 0.97; in fog 0.15 to 0.32, at night 0.25 to 0.44."""

FLOOR_PX: Final = 0.1
"""What one light leaves of error, however many places and pictures: shadows shift edges."""

STEP_DEG: Final = 0.01
MOST_ZOOM: Final = 0.05


@dataclass(frozen=True, slots=True)
class Offset:
    """Where a camera looks, less where it looked in the reference picture.

    Attributes:
        azimuth_deg: to the right.
        tilt_deg: up.
        roll_deg: clockwise as seen from behind the camera.
        zoom: share by which the land looks larger.
        sigma_deg: standard deviation of azimuth and tilt, the larger.
        roll_sigma_deg: of the roll.
        zoom_sigma: of the zoom.
        far_share: of the far places that were seen again and agree.
    """

    azimuth_deg: float
    tilt_deg: float
    roll_deg: float
    zoom: float
    sigma_deg: float
    roll_sigma_deg: float
    zoom_sigma: float
    far_share: float


def offset_of(scene: Scene, grey: NDArray[np.uint8], pose: Pose) -> Offset | None:
    """Compare a picture with the reference of its view.

    Args:
        scene: of the reference picture.
        grey: the picture, at the size of the scene.
        pose: of the reference picture.

    Returns:
        None where too little of the reference is seen again to say anything.
    """
    if scene.x_px.size < LEAST_PLACES or not scene.is_far.any():
        return None
    try:
        model = _Model(scene, pose)
    except InputRefused:  # a lens that would fold the picture
        return None
    angles = _rough(model, scene, grey)
    for reach_px in REACHES_PX:
        step = _step(model, scene, grey, angles, reach_px)
        if step is None:
            return None
        seen, fitted = step
        angles = angles + fitted.values
    agrees = np.zeros(len(scene.is_far), np.bool_)
    agrees[seen[fitted.agrees]] = True
    far_share = float(agrees[scene.is_far].mean())
    if far_share < LEAST_FAR or abs(float(angles[3])) > MOST_ZOOM:
        return None
    return _told(angles, fitted, far_share, model)


class _Model:
    """Where the places of a scene are seen when the camera looks beside its pose."""

    def __init__(self, scene: Scene, pose: Pose) -> None:
        self._pose = pose
        self.size_px = (scene.width_px, scene.height_px)
        self.places = np.stack([scene.x_px, scene.y_px], 1).astype(np.float64)
        middles = self.places + 0.5  # a picture begins at the corner of its first pixel
        self._rays = ray_of_pixel(middles[:, 0], middles[:, 1], *self.size_px, pose)
        self.focal_px = scene.width_px / 2.0 / np.tan(np.radians(pose.horizontal_fov_deg) / 2.0)

    def at(self, angles: FloatArray) -> FloatArray:
        """(n, 2) pixels, for an azimuth, a tilt and a roll in degrees and a zoom."""
        azimuth_deg, tilt_deg, roll_deg, zoom = angles.tolist()
        pose = replace(
            self._pose,
            azimuth_deg=wrap_bearing_deg(self._pose.azimuth_deg + azimuth_deg),
            tilt_deg=min(max(self._pose.tilt_deg + tilt_deg, -90.0), 90.0),
            roll_deg=self._pose.roll_deg + roll_deg,
        )
        x_px, y_px = pixel_of_ray(*self._rays, *self.size_px, pose)
        pixels = np.stack([x_px, y_px], 1)
        middle = np.array(self.size_px) / 2.0
        where: FloatArray = middle + (pixels - middle) * (1.0 + zoom) - 0.5
        return where

    def effects(self, angles: FloatArray) -> FloatArray:
        """(n, 2, 4) pixels a degree of each angle, and a whole zoom."""
        steps = np.array([STEP_DEG, STEP_DEG, STEP_DEG, STEP_DEG / 100.0])
        columns = [
            (self.at(angles + step) - self.at(angles - step)) / (2.0 * step.sum())
            for step in np.diag(steps)
        ]
        return np.stack(columns, 2)


def _rough(model: _Model, scene: Scene, grey: NDArray[np.uint8]) -> FloatArray:
    """Azimuth and tilt by which the picture as a whole is shifted, to a few pixels."""
    shift = shift_between(scene.small, small_edges(grey, scene.usable))
    if shift.peak < LEAST_PEAK:
        return np.zeros(4)
    right_px, down_px = shift.x_share * scene.width_px, shift.y_share * scene.height_px
    middle = model.effects(np.zeros(4)).mean(axis=0)[:, :2]
    angles = np.linalg.lstsq(middle, np.array([right_px, down_px]), rcond=None)[0]
    return np.array([*angles, 0.0, 0.0])


def _step(
    model: _Model, scene: Scene, grey: NDArray[np.uint8], angles: FloatArray, reach_px: int
) -> tuple[NDArray[np.int64], Fitted] | None:
    """Which places are seen again, and what is to be added to the angles."""
    where = model.at(angles)
    if not np.isfinite(where).all():
        return None
    back, into = _taken_back(grey, model.places, where)
    shift, likeness = _looked_for(scene, edges_of(back), reach_px)
    seen = np.flatnonzero(likeness > LEAST_LIKE)
    if seen.size < LEAST_PLACES:
        return None
    found = (model.places[seen] + shift[seen]) @ into[:, :2].T + into[:, 2]
    fitted = fit_robustly(
        model.effects(angles)[seen],
        found - where[seen],
        scene.weight[seen] * (likeness[seen] - LEAST_LIKE / 2.0),
        scene.block[seen],
    )
    return None if fitted is None else (seen, fitted)


def _taken_back(
    grey: NDArray[np.uint8], places: FloatArray, moved: FloatArray
) -> tuple[NDArray[np.uint8], FloatArray]:
    """The picture as it would lie upon its reference, and where that takes a pixel (2, 3)."""
    known = np.hstack([places, np.ones((len(places), 1))])
    into = np.asarray(np.linalg.lstsq(known, moved, rcond=None)[0].T, np.float64)
    back = cv2.warpAffine(
        grey,
        into,
        grey.shape[::-1],
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(back, np.uint8), into


def _looked_for(scene: Scene, edges: Edges, reach_px: int) -> tuple[FloatArray, FloatArray]:
    """How far each place lies beside where it was (n, 2), and how alike it is there (n,)."""
    shift, likeness = np.zeros((len(scene.x_px), 2)), np.zeros(len(scene.x_px))
    far = HALF_PX + reach_px
    wide = cv2.copyMakeBorder(edges, far, far, far, far, cv2.BORDER_CONSTANT)
    for number, (x, y) in enumerate(zip(scene.x_px.tolist(), scene.y_px.tolist(), strict=True)):
        place = scene.edges[y - HALF_PX : y + HALF_PX + 1, x - HALF_PX : x + HALF_PX + 1]
        around = wide[y : y + 2 * far + 1, x : x + 2 * far + 1]
        alike = cv2.matchTemplate(around, place, cv2.TM_CCORR_NORMED)
        row, column = divmod(int(alike.argmax()), alike.shape[1])
        if 0 < row < alike.shape[0] - 1 and 0 < column < alike.shape[1] - 1:
            likeness[number] = alike[row, column]
            right = column - reach_px + _between(alike[row, column - 1 : column + 2].tolist())
            down = row - reach_px + _between(alike[row - 1 : row + 2, column].tolist())
            shift[number] = right, down
    return shift, likeness


def _between(values: list[float]) -> float:
    """Place of the peak between the middle of three values and its neighbours, -0.5 to 0.5."""
    left, middle, right = values
    bend = left - 2.0 * middle + right
    return 0.0 if bend >= 0.0 else min(max(0.5 * (left - right) / bend, -0.5), 0.5)


def _told(angles: FloatArray, fitted: Fitted, far_share: float, model: _Model) -> Offset:
    azimuth_deg, tilt_deg, roll_deg, zoom = angles.tolist()
    a_pixel_deg = float(np.degrees(1.0 / model.focal_px))
    sigma = fitted.sigmas
    return Offset(
        azimuth_deg=azimuth_deg,
        tilt_deg=tilt_deg,
        roll_deg=roll_deg,
        zoom=zoom,
        sigma_deg=float(np.hypot(max(sigma[0], sigma[1]), FLOOR_PX * a_pixel_deg)),
        roll_sigma_deg=float(sigma[2]),
        zoom_sigma=float(sigma[3]),
        far_share=far_share,
    )
