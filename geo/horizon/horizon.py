"""First hit, skyline, and how high smoke must rise to be seen: one running maximum answers all.

Along each azimuth the tangent of the elevation at which the ground appears is::

    t(s) = (ground(s) - lens) / s - s (1 - k) / (2 R)

and the horizon at a range is the largest tangent up to it. A ray hits the ground where the horizon
first exceeds its own tangent; the skyline is the horizon at the end; smoke over a hidden place is
seen from the height at which its tangent exceeds the horizon before it.

What lies behind a void is not known: it is told as NaN unless it would be seen even if the void
were as high as the highest ground in reach.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.horizon.ground import PolarGround
from geo.terrain import EARTH_RADIUS_M, Heights, TowerTerrain
from models.units import FloatArray

__all__ = ["REFRACTION", "Horizon"]

REFRACTION: Final = 0.13
CLEARED_M: Final = 150.0
"""Around a tower; nearer trees would hide the view that it was built for."""

_BLOCK_ROWS: Final = 64
_BLOCK_RAYS: Final = 2_000


class Horizon:
    """What is seen from one lens.

    Args:
        ground: around the tower.
        lens_m: height of the lens above sea level.
        refraction: coefficient k; 0.13 by day.
    """

    def __init__(self, ground: PolarGround, lens_m: float, refraction: float = REFRACTION) -> None:
        self.ground = ground
        self.lens_m = lens_m
        self._drop = (1.0 - refraction) / (2.0 * EARTH_RADIUS_M)
        range_m = ground.range_m[1:]
        self._inverse = (1.0 / range_m).astype(np.float32)
        self._fall = (range_m * self._drop).astype(np.float32)
        values = ground.values_m[:, 1:]
        self._horizon = self._tangents(values)
        np.fmax.accumulate(self._horizon, axis=1, out=self._horizon)
        # Rows whose voids could hide something that is seen beyond them.
        void = np.isnan(values)
        ends = values.shape[1] - np.argmax(~void[:, ::-1], axis=1)
        doubtful = np.flatnonzero(void.sum(axis=1) > values.shape[1] - ends)
        self._doubtful = np.full(len(values), -1, np.int32)
        self._doubtful[doubtful] = np.arange(len(doubtful), dtype=np.int32)
        filled = np.where(void[doubtful], np.float32(ground.ceiling_m), values[doubtful])
        self._worst = self._tangents(filled)
        np.fmax.accumulate(self._worst, axis=1, out=self._worst)

    def _tangents(self, values: Heights) -> Heights:
        tangents = values - np.float32(self.lens_m)
        tangents *= self._inverse
        tangents -= self._fall
        return tangents

    @property
    def azimuth_deg(self) -> FloatArray:
        """Of each value of :attr:`skyline_deg`."""
        count = self.ground.azimuth_count
        return np.arange(count, dtype=np.float64) * (360.0 / count)

    @property
    def skyline_deg(self) -> FloatArray:
        """Elevation of the highest ground along each azimuth; NaN where none is known."""
        return np.degrees(np.arctan(self._horizon[:, -1].astype(np.float64)))

    def wooded_skyline(
        self, canopy_m: float, nearest_m: float = CLEARED_M
    ) -> tuple[FloatArray, FloatArray]:
        """The skyline with trees on the ground: (azimuths,) elevation, degrees, and its distance.

        Args:
            canopy_m: height of the trees; 0 for the bare ground.
            nearest_m: up to there no tree stands in the view.

        Returns:
            Both NaN where no ground is known.
        """
        tangents = self._tangents(self.ground.values_m[:, 1:])
        trees = np.where(self.ground.range_m[1:] > nearest_m, canopy_m, 0.0).astype(np.float32)
        tangents += trees * self._inverse
        tangents[np.isnan(tangents)] = -np.inf
        column = tangents.argmax(axis=1)
        highest = tangents[np.arange(len(column)), column].astype(np.float64)
        known = np.isfinite(highest)
        elevation_deg = np.degrees(np.arctan(np.where(known, highest, np.nan)))
        return elevation_deg, np.where(known, self.ground.range_m[1:][column], np.nan)

    def first_hit_m(self, azimuth_deg: FloatArray, elevation_deg: FloatArray) -> FloatArray:
        """Ground distance at which each ray first meets known ground; NaN when it meets none.

        Args:
            azimuth_deg: (n,), true north, any finite angle.
            elevation_deg: (n,), geometric.
        """
        slope = np.tan(np.radians(elevation_deg)).astype(np.float32)
        rows, weight = self.ground.rows_of(azimuth_deg)
        after_rows = (rows + 1) % self.ground.azimuth_count
        found = np.full(len(slope), np.nan)
        for first in range(0, len(slope), _BLOCK_RAYS):
            block = slice(first, first + _BLOCK_RAYS)
            before = self._horizon[rows[block]]
            horizon = before + (self._horizon[after_rows[block]] - before) * weight[block, None]
            reached = horizon >= slope[block, None]
            hit = np.flatnonzero(reached.any(axis=1))
            column = reached[hit].argmax(axis=1)
            high = horizon[hit, column]
            low = horizon[hit, np.maximum(column - 1, 0)]
            rise = np.where((column > 0) & (high > low), high - low, np.inf)
            share = np.where(np.isinf(rise), 1.0, (slope[block][hit] - low) / rise)
            found[first + hit] = (column + share) * self.ground.step_m
        return found

    def smoke_height_m(
        self, x_m: FloatArray, y_m: FloatArray, ground_m: FloatArray | Heights
    ) -> Heights:
        """How high smoke must rise over places to be seen from the lens.

        Args:
            x_m: east of the tower, any shape.
            y_m: north of the tower, of the same shape.
            ground_m: height of the ground there above sea level, of the same shape.

        Returns:
            Metres above that ground, 0 where the ground itself is seen; NaN beyond the profiles, on
            a void, and where a void on the way leaves it open. float32 of the same shape.
        """
        x, y = np.asarray(x_m, np.float32), np.asarray(y_m, np.float32)
        ground = np.asarray(ground_m, np.float32)
        range_m = np.hypot(x, y)
        place = np.arctan2(x, y) * np.float32(self.ground.azimuth_count / (2.0 * np.pi))
        before = np.floor(place)
        weight = place - before
        rows = before.astype(np.int32) % self.ground.azimuth_count
        after = (rows + 1) % self.ground.azimuth_count
        # The place itself, and what is nearer to it than a cell, does not hide it.
        cells = (range_m - np.float32(self.ground.cell_m)) / np.float32(self.ground.step_m)
        last = self._horizon.shape[1] - 1
        column = np.clip(cells.astype(np.int32) - 1, 0, last)
        horizon = self._horizon[rows, column]
        horizon += (self._horizon[after, column] - horizon) * weight
        sight_m = np.float32(self.lens_m) + horizon * range_m
        sight_m += np.float32(self._drop) * range_m * range_m
        # fmax: a horizon of nothing but voids hides nothing that is known.
        smoke_m: Heights = np.fmax(sight_m - ground, np.float32(0.0))
        if len(self._worst):
            self._leave_open(smoke_m, (rows, after, column), range_m, ground)
        smoke_m[cells < 1.0] = 0.0
        smoke_m[np.isnan(ground) | (range_m > self.ground.range_m[-1])] = np.nan
        return smoke_m

    def _leave_open(
        self,
        smoke_m: Heights,
        where: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
        range_m: Heights,
        ground: Heights,
    ) -> None:
        """NaN where a void on the way could hide more than what is known does."""
        rows, after, column = where
        for side in (rows, after):
            doubt = self._doubtful[side]
            some = doubt >= 0
            worst = self._worst[doubt[some], column[some]]
            sight_m = np.float32(self.lens_m) + worst * range_m[some]
            sight_m += np.float32(self._drop) * range_m[some] ** 2
            open_m = np.maximum(sight_m - ground[some], np.float32(0.0))
            known_m = smoke_m[some]
            smoke_m[some] = np.where(open_m > known_m + np.float32(1.0), np.nan, known_m)

    def smoke_over(self, terrain: TowerTerrain) -> Heights:
        """:meth:`smoke_height_m` of every node of the tower's own grid."""
        steps = (np.arange(terrain.values_m.shape[0]) - terrain.half) * terrain.cell_m
        found = np.empty(terrain.values_m.shape, np.float32)
        for first in range(0, len(steps), _BLOCK_ROWS):
            rows = slice(first, first + _BLOCK_ROWS)
            x_m, y_m = np.meshgrid(steps, -steps[rows])
            found[rows] = self.smoke_height_m(x_m, y_m, terrain.values_m[rows])
        return found
