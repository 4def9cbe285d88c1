"""Small pictures of a track against its background, for a second stage that looks at them in time.

A crop shows a box and as much again on every side, out of what the view's background knows:
brightness against its surroundings now, the same as it usually is, and how many times the usual it
changed. Exposure, sun and the camera's shake are taken out of all three already.

Crops of a track lie :data:`EVERY_S` apart, so that live video and a frame a minute mean the same.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.evidence.change import PictureChange
from models.detection import Box

__all__ = ["CHANNELS", "CROP_PX", "EVERY_S", "MOST_CROPS", "Crop", "CropHistory", "crop_of"]

CHANNELS = 3
CROP_PX = 24
MOST_CROPS = 8
EVERY_S = 19.0
LEAST_CROPS = 2
"""With fewer there is no course of time to look at."""
GREY = np.float32(32.0)
DOUBLINGS = np.float32(4.0)

Floats32 = NDArray[np.float32]
Crop = NDArray[np.float16]


def crop_of(change: PictureChange, box: Box, width_px: int) -> Crop:
    """Cut one crop.

    Args:
        change: of the picture.
        box: in the coordinates of the view's reference, pixels of the upright picture.
        width_px: of that picture.

    Returns:
        (:data:`CHANNELS`, :data:`CROP_PX`, :data:`CROP_PX`), each about -1 to 1: brightness, usual
        brightness, doublings of the usual change.
    """
    scale = change.times_usual.shape[1] / width_px
    wide, high = (max((low_high) * scale, 2.0) for low_high in _sides(box))
    middle = ((box.x_min + box.x_max) * scale / 2.0, (box.y_min + box.y_max) * scale / 2.0)
    side = 3.0 * np.array([wide, high]) / CROP_PX
    # Pixel centres of the crop in pixels of the background.
    columns = middle[0] + (np.arange(CROP_PX) - (CROP_PX - 1) / 2.0) * side[0] - 0.5
    rows = middle[1] + (np.arange(CROP_PX) - (CROP_PX - 1) / 2.0) * side[1] - 0.5
    at_x, at_y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    planes = (change.detail, change.usual_detail, change.times_usual)
    detail, usual, times = (
        cv2.remap(plane, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for plane in planes
    )
    doublings = np.log2(np.maximum(times, np.float32(0.25))) / DOUBLINGS
    crop = np.stack([detail / GREY, usual / GREY, doublings])
    return np.clip(crop, -4.0, 4.0).astype(np.float16)


def _sides(box: Box) -> tuple[float, float]:
    return box.x_max - box.x_min, box.y_max - box.y_min


class CropHistory:
    """The crops of one track, the last :data:`MOST_CROPS` of them: 28 kB.

    Attributes:
        taken: how many there were in all.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._crops: list[Crop] = []
        self._last_s = -np.inf

    def wants(self, elapsed_s: float) -> bool:
        """Whether the last crop is old enough for another one."""
        return elapsed_s - self._last_s >= EVERY_S

    def add(self, crop: Crop, elapsed_s: float) -> None:
        """Keep a crop.

        Args:
            crop: of the track's last frame.
            elapsed_s: seconds since the view's first frame.
        """
        self._crops = [*self._crops, crop][-MOST_CROPS:]
        self._last_s = elapsed_s
        self.taken += 1

    @property
    def newest(self) -> Crop:
        """The last one; only where one was taken."""
        return self._crops[-1]

    def stack(self) -> tuple[Floats32, Floats32] | None:
        """What the network takes: crops, oldest first, and which of them there are.

        Returns:
            (:data:`MOST_CROPS`, :data:`CHANNELS`, :data:`CROP_PX`, :data:`CROP_PX`) and
            (:data:`MOST_CROPS`,) of 1 and, where there is none yet, 0; None with too few.
        """
        if len(self._crops) < LEAST_CROPS:
            return None
        crops = np.zeros((MOST_CROPS, CHANNELS, CROP_PX, CROP_PX), np.float32)
        there = np.zeros(MOST_CROPS, np.float32)
        crops[-len(self._crops) :] = self._crops
        there[-len(self._crops) :] = 1.0
        return crops, there
