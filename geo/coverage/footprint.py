"""Which land a picture watches: a pose's own rays decide, with tilt, roll and distortion.

Over every place in sight stands a column of smoke, from the least height at which it shows to
:data:`HIGHEST_SMOKE_M`. It is watched from the height at which the column enters the picture. A
view that looks over a valley watches its far slope and not its floor, whatever its azimuths are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.camera import pixel_of_ray
from geo.coverage.grid import Grid
from geo.coverage.tower import SmokeHeights, TowerView
from geo.crs import LocalFrame
from geo.hidden import HIGHEST_SMOKE_M
from geo.horizon.horizon import REFRACTION
from geo.terrain import EARTH_RADIUS_M, Heights
from models.site import Pose
from models.units import FloatArray

__all__ = ["USUAL_ASPECT", "Columns", "Footprint", "Look", "footprints", "within_picture"]

USUAL_ASPECT: Final = 16.0 / 9.0
_WIDTH: Final = 4096  # pixels of a picture of no camera, for its proportions
_DROP: Final = (1.0 - REFRACTION) / (2.0 * EARTH_RADIUS_M)


@dataclass(frozen=True, slots=True)
class Look:
    """One view.

    Attributes:
        pose: of the camera.
        aspect: width of its picture over its height, > 0.
    """

    pose: Pose
    aspect: float = USUAL_ASPECT


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Smoke over places, as it stands around a lens; all of one shape (n,).

    Attributes:
        azimuth_deg: true north.
        range_m: ground distance, > 0.
        ground_m: height of the ground above the lens.
        least_m: least height above the ground at which smoke is in sight.
    """

    azimuth_deg: FloatArray
    range_m: FloatArray
    ground_m: FloatArray
    least_m: FloatArray

    def elevation_deg(self, height_m: FloatArray | float) -> FloatArray:
        """At which what is so high above the ground appears."""
        rise_m = self.ground_m + height_m
        return np.degrees(np.arctan(rise_m / self.range_m - _DROP * self.range_m))

    def taken(self, which: NDArray[np.bool_]) -> "Columns":
        """Some of them."""
        return Columns(
            self.azimuth_deg[which],
            self.range_m[which],
            self.ground_m[which],
            self.least_m[which],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """The cells that one view watches.

    Attributes:
        cells: their numbers on the flattened grid, rising.
        smoke_m: of each, the least height at which smoke is in sight and in the picture, at most
            :data:`HIGHEST_SMOKE_M`.
    """

    cells: NDArray[np.int32]
    smoke_m: SmokeHeights

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.cells.nbytes + self.smoke_m.nbytes


def footprints(
    grid: Grid, ground_m: Heights, view: TowerView, looks: Sequence[Look]
) -> list[Footprint]:
    """What several views of one tower watch.

    Args:
        grid: cells.
        ground_m: their heights.
        view: of the tower.
        looks: its views.
    """
    rows, columns = np.nonzero(view.smoke_m <= HIGHEST_SMOKE_M)
    least_m = view.smoke_m[rows, columns].astype(np.float64)
    rows, columns = rows + view.rows.start, columns + view.columns.start
    frame = LocalFrame(view.lens.lon_deg, view.lens.lat_deg)
    x_m, y_m = frame.to_metric(grid.lon_deg[columns], grid.lat_deg[rows])
    smoke = Columns(
        np.mod(np.degrees(np.arctan2(x_m, y_m)), 360.0),
        np.maximum(np.hypot(x_m, y_m), 1.0),
        ground_m[rows, columns].astype(np.float64) - view.lens_m,
        least_m,
    )
    cells = (rows * grid.columns + columns).astype(np.int32)
    found = []
    for look in looks:
        ahead = _ahead(smoke, look)
        entered_m = within_picture(smoke.taken(ahead), look)
        inside = np.isfinite(entered_m)
        found.append(Footprint(cells[ahead][inside], entered_m[inside].astype(np.float16)))
    return found


def _ahead(smoke: Columns, look: Look) -> NDArray[np.bool_]:
    """Columns that may be in the picture: a cheap bound around its axis."""
    pose = look.pose
    corner = np.tan(np.radians(pose.horizontal_fov_deg) / 2.0) * np.hypot(1.0, 1.0 / look.aspect)
    corner *= max(1.0, 1.0 + pose.radial_k1 * corner**2)
    height_deg = np.degrees(np.arctan(HIGHEST_SMOKE_M / smoke.range_m))
    limit = np.cos(np.radians(np.minimum(np.degrees(np.arctan(corner)) + height_deg, 180.0)))
    up = np.radians(smoke.elevation_deg(smoke.least_m))
    tilt, turn = np.radians(pose.tilt_deg), np.radians(smoke.azimuth_deg - pose.azimuth_deg)
    cosine = np.sin(up) * np.sin(tilt) + np.cos(up) * np.cos(tilt) * np.cos(turn)
    ahead: NDArray[np.bool_] = cosine >= limit
    return ahead


def within_picture(smoke: Columns, look: Look) -> FloatArray:
    """From which height on each column of smoke is in the picture.

    Args:
        smoke: columns.
        look: view.

    Returns:
        (n,) metres above the ground; infinite for a column that is not in it up to
        :data:`HIGHEST_SMOKE_M`.
    """
    size = _WIDTH, max(1, round(_WIDTH / look.aspect))
    foot_x, foot_y = pixel_of_ray(
        smoke.azimuth_deg, smoke.elevation_deg(smoke.least_m), *size, look.pose
    )
    top_x, top_y = pixel_of_ray(
        smoke.azimuth_deg, smoke.elevation_deg(HIGHEST_SMOKE_M), *size, look.pose
    )
    # Behind the camera, or where the lens bends no light to: no end there, only the other one.
    top_x, top_y = (
        np.where(np.isnan(top_x), foot_x, top_x),
        np.where(np.isnan(top_y), foot_y, top_y),
    )
    enters, leaves = np.zeros_like(foot_x), np.ones_like(foot_x)
    for start, end, most in ((foot_x, top_x, size[0]), (foot_y, top_y, size[1])):
        step = np.where(end == start, 1e-9, end - start)
        first, second = (0.0 - start) / step, (most - start) / step
        enters = np.maximum(enters, np.minimum(first, second))
        leaves = np.minimum(leaves, np.maximum(first, second))
    inside = (enters <= leaves) & (smoke.least_m <= HIGHEST_SMOKE_M)  # never where NaN
    height_m = smoke.least_m + np.clip(enters, 0.0, 1.0) * (HIGHEST_SMOKE_M - smoke.least_m)
    return np.where(inside, height_m, np.inf)
