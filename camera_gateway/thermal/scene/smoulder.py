"""A start: litter that smoulders outward from a point and in the end begins to flame.

The front creeps; what it has passed stays hot below its ash and cools. Numbers of smouldering
litter and duff (Rein, Smouldering Fires and Natural Fuels, 2013): fronts of centimetres an hour in
duff up to some decimetres an hour in dry loose litter with wind, 450 to 700 degrees within; the
surface is seen through ash, so its crest here is 380 to 560. Once a square metre burns, flames
come and go: 800 to 1000 degrees, thin, so that a fifth of their face radiates.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOT_C", "Burning", "Smoulder"]

CELL_M: Final = 0.05
HOT_C: Final = 150.0
"""From here on a surface counts as burning in the bar of the benchmark."""
WIDEST_M: Final = 2.5
RISE_MIN: Final = 6.0
"""As the front arrives, dried and charred litter warms within minutes."""
FLAMES_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Burning:
    """Parts of a start at one moment.

    Attributes:
        right_m: of each cell.
        ahead_m: of each.
        celsius: of each surface.
        cell_m2: ground that each covers.
    """

    right_m: NDArray[np.float64]
    ahead_m: NDArray[np.float64]
    celsius: NDArray[np.float64]
    cell_m2: float = CELL_M * CELL_M

    @property
    def hot(self) -> NDArray[np.bool_]:
        """Cells beyond :data:`HOT_C`."""
        return self.celsius >= HOT_C


class Smoulder:
    """One start.

    Args:
        seed: of its ragged front.
        right_m: of its first point.
        ahead_m: likewise.
        rate_m_h: of the front, above 0.
        crest_c: hottest that its surface gets.
        lasts_min: until it is out; then it cools.
    """

    def __init__(
        self,
        seed: int,
        *,
        right_m: float,
        ahead_m: float,
        rate_m_h: float,
        crest_c: float,
        lasts_min: float,
    ) -> None:
        self.right_m, self.ahead_m = right_m, ahead_m
        self.crest_c, self.lasts_min = crest_c, lasts_min
        rng = np.random.default_rng((seed, 3))
        side = np.arange(-WIDEST_M, WIDEST_M + CELL_M / 2, CELL_M)
        x, y = (part.ravel() for part in np.meshgrid(side, side))
        angle = np.arctan2(y, x)
        ragged = np.ones_like(angle)
        for wave in (1, 2, 3, 5):
            ragged += 0.18 * rng.normal() * np.cos(wave * angle + rng.uniform(0.0, math.tau))
        pace = np.clip(ragged, 0.4, 1.8) * rng.uniform(0.8, 1.2, x.shape)
        self._arrives_min = np.hypot(x, y) / (rate_m_h / 60.0) / pace
        order = np.argsort(self._arrives_min, kind="stable")
        self._arrives_min = self._arrives_min[order]
        self._x, self._y = x[order], y[order]
        self._crest = crest_c * rng.uniform(0.75, 1.0, x.shape)
        self._cools_min = rng.uniform(25.0, 70.0, x.shape)

    def at(self, minute: float, air_c: float) -> Burning:
        """What is warm of it.

        Args:
            minute: since its first spark; before it nothing is.
            air_c: to which it cools.
        """
        lit_until = min(minute, self.lasts_min)
        count = int(np.searchsorted(self._arrives_min, lit_until, side="right"))
        if minute <= 0.0:
            count = 0
        since = minute - self._arrives_min[:count]
        rise = 1.0 - np.exp(-since / RISE_MIN)
        fall = np.exp(-np.maximum(0.0, since - 3.0 * RISE_MIN) / self._cools_min[:count])
        celsius = air_c + (self._crest[:count] - air_c) * rise * fall
        return Burning(self.right_m + self._x[:count], self.ahead_m + self._y[:count], celsius)

    def flames(self, minute: float, rng: np.random.Generator) -> tuple[float, float]:
        """Width in metres and height in metres of flames in one frame; 0, 0 for none.

        Args:
            minute: since its first spark.
            rng: of the frame: flames are never the same twice.
        """
        burning_m2 = float(np.count_nonzero(self.at(minute, 20.0).hot)) * CELL_M * CELL_M
        if burning_m2 < FLAMES_M2 or minute > self.lasts_min or rng.random() < 0.4:
            return 0.0, 0.0
        size_m = float(rng.lognormal(math.log(0.3), 0.5))
        return min(size_m, 1.5), min(1.6 * size_m, 2.0)
