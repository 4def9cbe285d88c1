"""Mist that drifts in a real picture of mist: what is soft moves and changes its shape, trees stay.

There is one recording of mist over a ridge, and pictures of mist by the hundred. Their detail (the
edges of trees and ridges) is told from what is soft by its size alone. The soft part is moved by
fields that travel, and the detail is laid over it again.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import FloatArray, ImageBGR

__all__ = ["MIST_SOURCES", "SOFTNESS", "Mist", "smooth_field"]

MIST_SOURCES = ("fog_scenes", "nl_fog_cams", "roanoke_millmtn")
"""Pictures of conifers in mist, of low cloud on slopes and of fog before cameras."""
SOFTNESS = 0.02
"""Share of the width below which something is detail that stays where it is."""
REACH = (0.015, 0.05)
"""Least and greatest displacement, shares of the width: at twice as much, ridges leave ghosts."""


@dataclass(frozen=True, slots=True)
class Mist:
    """Soft light of a picture that drifts, while its detail stays.

    Attributes:
        soft: (height, width, 3) the picture without its detail.
        fields: (2, m, m) smooth displacements across and down.
        reach_px: of a displacement, at most.
        turn_s: in which a field travels once across the view.
        wind_px_s: (2,) drift of the whole.
    """

    soft: NDArray[np.float32]
    fields: NDArray[np.float32]
    reach_px: float
    turn_s: float
    wind_px_s: FloatArray

    @classmethod
    def drawn(cls, rng: np.random.Generator, image: ImageBGR) -> "Mist":
        """Draw how it moves: a wall of mist changes within seconds to minutes."""
        width_px = image.shape[1]
        soft = cv2.GaussianBlur(image.astype(np.float32), (0, 0), SOFTNESS * width_px)
        return cls(
            soft=np.asarray(soft, np.float32),
            fields=np.stack([smooth_field(rng), smooth_field(rng)]),
            reach_px=float(rng.uniform(*REACH) * width_px),
            turn_s=float(np.exp(rng.uniform(np.log(30.0), np.log(600.0)))),
            wind_px_s=rng.normal(0.0, 0.002, 2) * width_px,
        )

    def moved(self, image: ImageBGR, at_s: float) -> ImageBGR:
        """The picture with its soft part where it is after so many seconds."""
        height_px, width_px = image.shape[:2]
        cells = self.fields.shape[1]
        roll = round(cells * at_s / self.turn_s)
        across, down = (
            cv2.resize(
                np.roll(field, (roll, -roll), axis=(0, 1)),
                (width_px, height_px),
                interpolation=cv2.INTER_CUBIC,
            )
            for field in self.fields
        )
        columns, rows = np.meshgrid(
            np.arange(width_px, dtype=np.float32), np.arange(height_px, dtype=np.float32)
        )
        # The wind turns back before the picture's edge would come in.
        share = np.clip(self.wind_px_s * at_s, -self.reach_px, self.reach_px)
        drifted = cv2.remap(
            self.soft,
            (columns + self.reach_px * across + share[0]).astype(np.float32),
            (rows + self.reach_px / 2 * down + share[1] / 2).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        values = image.astype(np.float32) - self.soft + drifted
        seen: ImageBGR = np.rint(np.clip(values, 0.0, 255.0)).astype(np.uint8)
        return seen


def smooth_field(rng: np.random.Generator, cells: int = 48) -> NDArray[np.float32]:
    """A smooth field without edges (it may be rolled), between -1 and 1."""
    waves = np.fft.rfft2(rng.normal(0.0, 1.0, (cells, cells)))
    row, column = np.fft.fftfreq(cells)[:, None], np.fft.rfftfreq(cells)[None, :]
    field = np.fft.irfft2(waves * np.exp(-((row**2 + column**2) / 0.004)), (cells, cells))
    return (field / max(float(np.abs(field).max()), 1e-9)).astype(np.float32)
