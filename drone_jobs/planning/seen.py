"""Which ground flights see: every place of a raster held against every leg, over the real ground.

A leg is straight and its height changes linearly, so whether some moment of it shows a place has a
closed form (:mod:`drone_jobs.planning.picture_lens`). A slope that rises towards a side narrows
what is seen there, and ground in between may hide a place: both are reckoned with. Pictures are
taken to follow one another without a gap.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.picture_lens import PictureLens
from drone_jobs.planning.relief_grid import ReliefGrid
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import Camera
from models.units import FloatArray

__all__ = ["Seen", "seen"]

CELLS: Final = 45_000  # of the raster, in the target
LONGEST_M: Final = 400.0  # of a piece of a leg
SIGHTS: Final = 6  # places between the camera and the ground that may hide it
LOOKS: Final = (0.0, 0.5, 1.0)  # from where a leg looks at a place: nearest to farthest
GRAZE_M: Final = 0.5  # by which ground may rise above a line of sight: the relief is no better
FARTHEST_M: Final = 20_000.0  # at which any picture counts


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What flights see of a target.

    Attributes:
        share: of its area, 0 to 1.
        strip: ground of the target that is seen, in the plane.
        unseen: the rest of it.
    """

    share: float
    strip: BaseGeometry
    unseen: BaseGeometry


def seen(  # noqa: PLR0917 -- ground, flights and camera, in the order of thought
    ground_m: BaseGeometry,
    frame: LocalFrame,
    ways: Sequence[FloatArray],
    camera: Camera,
    gimbal_pitch_deg: float,
    reach_m: float | None,
    terrain: Terrain | None,
) -> Seen:
    """Measure what is seen.

    Args:
        ground_m: polygon or multipolygon with an area, in the plane.
        frame: the plane.
        ways: (n, 3) of each flight along which pictures are taken, n >= 2: east, north, and metres
            above sea level (above the level ground where there is no terrain).
        camera: its width lies across the way, which it looks along.
        gimbal_pitch_deg: -90 straight down to 0 level.
        reach_m: slant range to which pictures count; None for all of them.
        terrain: below; None for level ground. What lies on a void is not seen.
    """
    down = math.radians(-gimbal_pitch_deg)
    lens = PictureLens(
        math.sin(down),
        math.cos(down) if gimbal_pitch_deg > -90.0 else 0.0,
        math.tan(math.radians(camera.horizontal_fov_deg / 2.0)),
        math.tan(math.radians(camera.vertical_fov_deg / 2.0)),
        FARTHEST_M if reach_m is None else reach_m,
    )
    raster = _Raster(ground_m, ways, frame, terrain)
    for start_m, end_m in _legs(ways):
        raster.look(lens, start_m, end_m)
    strip = shapely.intersection(ground_m, raster.boxes())
    inside = raster.inside
    share = float(raster.is_seen[inside].mean()) if inside.any() else strip.area / ground_m.area
    return Seen(share, strip, shapely.difference(ground_m, strip))


def _legs(ways: Sequence[FloatArray]) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Legs of some length, long ones in pieces."""
    for way in ways:
        for start_m, end_m in pairwise(way):
            length_m = float(np.hypot(*(end_m - start_m)[:2]))
            if length_m == 0.0:
                continue
            stops = np.linspace(0.0, 1.0, math.ceil(length_m / LONGEST_M) + 1)[:, None]
            points = start_m + stops * (end_m - start_m)
            yield from pairwise(points)


class _Raster:
    """Places of a target, and which of them have been seen."""

    def __init__(
        self,
        ground_m: BaseGeometry,
        ways: Sequence[FloatArray],
        frame: LocalFrame,
        terrain: Terrain | None,
    ) -> None:
        west_m, south_m, east_m, north_m = ground_m.bounds
        self.cell_m = math.sqrt(ground_m.area / CELLS)
        x_m = np.arange(west_m - 0.5 * self.cell_m, east_m + self.cell_m, self.cell_m)
        y_m = np.arange(south_m - 0.5 * self.cell_m, north_m + self.cell_m, self.cell_m)
        self.columns = len(x_m)
        # A cell more to each side, so that what is drawn of the strip ends with the target.
        shapely.prepare(ground_m)
        grid_x, grid_y = np.meshgrid(x_m, y_m)
        inside = np.asarray(shapely.contains_xy(ground_m, grid_x, grid_y))
        kept = inside.copy()
        kept[1:] |= inside[:-1]
        kept[:-1] |= inside[1:]
        rows = kept.copy()
        kept[:, 1:] |= rows[:, :-1]
        kept[:, :-1] |= rows[:, 1:]
        self.place = np.flatnonzero(kept)
        self.inside = inside.ravel()[self.place]
        self.x_m, self.y_m = grid_x.ravel()[self.place], grid_y.ravel()[self.place]
        own = np.array([[west_m, south_m], [east_m, north_m]])
        around = np.vstack([own - self.cell_m, own + self.cell_m, *(way[:, :2] for way in ways)])
        self.relief = ReliefGrid.of(terrain, frame, (*around.min(axis=0), *around.max(axis=0)))
        self.steepest = self.relief.steepest
        self.height_m = self.relief.at(self.x_m, self.y_m)
        self.lowest_m = float(np.fmin.reduce(self.height_m, initial=np.inf))
        self.is_seen = np.zeros(len(self.place), bool)
        # Where each row of the raster begins among the places, to find those near a leg.
        self.row_starts = np.searchsorted(
            self.place, np.arange(len(y_m) + 1, dtype=np.intp) * self.columns
        )

    def look(self, lens: PictureLens, start_m: FloatArray, end_m: FloatArray) -> None:
        """Mark what a straight leg from (3,) to (3,) sees."""
        length_m = float(np.hypot(*(end_m - start_m)[:2]))
        east, north = (end_m - start_m)[:2] / length_m
        climb = (end_m[2] - start_m[2]) / length_m
        highest_m = max(start_m[2], end_m[2]) - self.lowest_m
        angle = lens.widest_rad
        wide_m = lens.reach_m
        if angle < math.pi / 2.0 - 1e-6:
            wide_m = min(wide_m, highest_m * math.tan(angle))
        near = self._near(start_m, end_m, wide_m)
        x_m, y_m = self.x_m[near] - start_m[0], self.y_m[near] - start_m[1]
        aside_m = np.abs(x_m * north - y_m * east)
        beside = np.flatnonzero(aside_m <= wide_m)
        near, aside_m = near[beside], aside_m[beside]
        along_m = x_m[beside] * east + y_m[beside] * north
        over_m = start_m[2] - self.height_m[near]
        least_m, most_m = lens.rows(aside_m, along_m, over_m, (length_m, climb))
        shown = np.flatnonzero(least_m <= most_m)
        # From as near as it is in the picture: there least lies in between.
        ahead_m = np.clip(0.0, least_m[shown], most_m[shown])
        todo = near[shown]
        farther_m = most_m[shown] - ahead_m
        gone_m = along_m[shown] - ahead_m
        for share in LOOKS:  # what is hidden from there may be seen from farther back
            back_m = gone_m - share * farther_m
            eye = start_m + back_m[:, None] * np.array([east, north, climb])
            free = self._unhidden(eye, todo)
            self.is_seen[todo[free]] = True
            todo, gone_m, farther_m = todo[~free], gone_m[~free], farther_m[~free]
            if len(todo) == 0:
                break

    def _near(self, start_m: FloatArray, end_m: FloatArray, wide_m: float) -> NDArray[np.intp]:
        """Indices of places that were not seen yet, in the rectangle around a leg."""
        west_m, south_m = np.minimum(start_m, end_m)[:2] - wide_m
        east_m, north_m = np.maximum(start_m, end_m)[:2] + wide_m
        first_m = self.y_m[0]
        rows = len(self.row_starts) - 1
        bottom = int(np.clip((south_m - first_m) / self.cell_m, 0, rows))
        top = int(np.clip((north_m - first_m) / self.cell_m + 2, 0, rows))
        here = np.arange(self.row_starts[bottom], self.row_starts[top])
        x_m = self.x_m[here]
        near: NDArray[np.intp] = here[(x_m >= west_m) & (x_m <= east_m) & ~self.is_seen[here]]
        return near

    def _unhidden(self, eye: FloatArray, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether the line from each (k, 3) camera to its place runs above the ground."""
        free = np.ones(len(places), bool)
        offset = np.column_stack((self.x_m[places], self.y_m[places])) - eye[:, :2]
        fall_m = eye[:, 2] - self.height_m[places]
        # Ground that is nowhere as steep as a line of sight never rises above it.
        flat = np.flatnonzero(fall_m < self.steepest * np.hypot(*offset.T))
        if len(flat) == 0:
            return free
        shares = (np.arange(SIGHTS) + 0.5)[:, None] / SIGHTS
        x_m = eye[flat, 0] + shares * offset[flat, 0]
        y_m = eye[flat, 1] + shares * offset[flat, 1]
        sight_m = eye[flat, 2] - shares * fall_m[flat]
        free[flat] = ~(self.relief.at(x_m, y_m) > sight_m + GRAZE_M).any(axis=0)
        return free

    def boxes(self) -> BaseGeometry:
        """All cells that were seen, as one shape."""
        cells = self.place[self.is_seen]
        if len(cells) == 0:
            return shapely.Polygon()
        row = cells // self.columns
        ends = np.flatnonzero(np.diff(cells) != 1)
        ends = np.union1d(ends, np.flatnonzero(np.diff(row) != 0))
        first, last = np.append(0, ends + 1), np.append(ends, len(cells) - 1)
        x_m, y_m = self.x_m[self.is_seen], self.y_m[self.is_seen]
        half_m = self.cell_m / 2.0
        # A hair wider, so that neighbours are one for sure.
        runs = shapely.box(
            x_m[first] - half_m,
            y_m[first] - half_m,
            x_m[last] + half_m,
            y_m[last] + half_m * (1.0 + 1e-6),
        )
        return shapely.union_all(runs)
