"""One camera, one pixel, one terrain: where on the ground is it, and how well is that known.

The answer is a set of places with weights, found by letting every uncertain quantity vary:
pointing, box edge, height of the lens, height of the terrain, refraction. Half of all fixes are
good to 100 m, some graze a ridge and are wrong by kilometres or not at all; only the samples tell
which case this is. A ray that does not meet ground gets a reason instead of a place.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter

import numpy as np

from geo.crs import LocalFrame, position_above_sea_m
from geo.draws import Aloft, Draws, Spread, View
from geo.hidden import Sight, behind_ridges
from geo.horizon import HorizonBook, PolarGround
from geo.rays import Ending, Walk, walk
from geo.regions import HELD, Hits, regions
from geo.terrain import Terrain
from models.fix import Fix, FixOutcome, HiddenStretch, NoFixReason, TerrainReference
from models.site import Camera, HeightDatum, Pose, Position
from models.units import FloatArray

__all__ = ["Locator", "Spread"]

NEAR_CELLS = 2.0
LEAST_CLOSING = 0.01  # flat ground from a low mast; less is the grain of the grid
MOST_UNRESOLVED = 0.5  # a place is told when at least half of the samples met ground


class Locator:
    """Locates pixels on one terrain.

    The same question always gets the same answer: the samples are drawn once, as a Latin hypercube,
    whatever else was asked before.

    Args:
        terrain: None where no elevation model is loaded: directions only.
        seed: of the samples.
        spread: uncertainty besides the pose.
        ray_count: samples per fix, at least 50.
        max_range_m: no place beyond it.
        cached_towers: camera positions whose terrain stays in memory, the least used leaves.
        folder: where profiles around the towers are kept on disk; None for memory alone.
        held: share of the samples that the outline of a place goes around, (0, 1). The samples are
            the same whatever it is, and so are places, weights and radii.
    """

    def __init__(
        self,
        terrain: Terrain | None,
        *,
        seed: int = 5,
        spread: Spread | None = None,
        ray_count: int = 500,
        max_range_m: float = 20_000.0,
        cached_towers: int = 16,
        folder: Path | None = None,
        held: float = HELD,
    ) -> None:
        self.terrain = terrain
        self._held = held
        self._max_range_m = max_range_m
        self._draws = Draws(seed, ray_count, spread or Spread())
        # A projection takes a millisecond to make, a tenth of a fix.
        self._frames = lru_cache(cached_towers)(LocalFrame)
        self._book = (
            None
            if terrain is None
            else HorizonBook(terrain, folder=folder, radius_m=max_range_m, in_memory=cached_towers)
        )

    @property
    def horizons(self) -> HorizonBook | None:
        """Profiles around the towers; None without terrain. From any thread."""
        return self._book

    @property
    def terrain_reference(self) -> TerrainReference | None:
        """Which terrain the fixes stand on."""
        return None if self.terrain is None else self.terrain.reference

    def locate(  # noqa: PLR0917 -- camera, pose, a point and a size have one natural order
        self,
        camera: Camera | Position,
        pose: Pose | None,
        x_px: float,
        y_px: float,
        width_px: int,
        height_px: int,
        *,
        box_sigma_px: float | tuple[float, float] = 2.0,
        aloft: Aloft | None = None,
    ) -> Fix:
        """Where the ground at a pixel is.

        Args:
            camera: or the position of its lens; the height's datum is honoured, and a height above
                the ellipsoid is told as one above sea level.
            pose: of the preset in force; None when unknown.
            x_px: of the foot of the smoke, usually the bottom centre of its box.
            y_px: of the same.
            width_px: of the upright picture.
            height_px: of the upright picture.
            box_sigma_px: standard deviation of the pixel, >= 0; or that across and that down.
            aloft: errors of a lens that flies; None for one that stands on the ground.

        Raises:
            InputRefused: the lens's height is ellipsoidal where the geoid is not known (taking it
                for a height above sea level would be wrong by tens of metres), or the pixel has no
                direction.
        """
        began_s = perf_counter()
        observer = camera.position if isinstance(camera, Camera) else camera
        if observer.height_datum is HeightDatum.ELLIPSOID and pose is not None:
            observer = _above_sea(observer)
        size_px = width_px, height_px
        fix = self._located(observer, pose, (x_px, y_px), size_px, box_sigma_px, aloft)
        return replace(fix, took_ms=(perf_counter() - began_s) * 1e3)

    def _located(  # noqa: PLR0917 -- locate's own values
        self,
        observer: Position,
        pose: Pose | None,
        pixel: tuple[float, float],
        size_px: tuple[int, int],
        box_sigma_px: float | tuple[float, float],
        aloft: Aloft | None,
    ) -> Fix:
        if pose is None:
            return self._refusal(NoFixReason.NO_POSE, observer, None)
        view = self._draws.view(pose, pixel, size_px, box_sigma_px, aloft)
        if self.terrain is None or self._book is None:
            return self._refusal(NoFixReason.NO_TERRAIN, observer, view)
        tower = self._book.around(observer.lon_deg, observer.lat_deg)
        if np.isnan(tower.ground_m):
            return self._refusal(NoFixReason.OUTSIDE_TERRAIN, observer, view)
        rays = self._draws.rays(tower, observer, view, aloft)
        seen = walk(tower, rays, self._max_range_m)
        return self._judge(self.terrain, tower, observer, view, seen, aloft)

    def _judge(  # noqa: PLR0917 -- one step of locate, with its values
        self,
        terrain: Terrain,
        tower: PolarGround,
        observer: Position,
        view: View,
        seen: Walk,
        aloft: Aloft | None,
    ) -> Fix:
        ground = seen.ending == Ending.GROUND
        near = seen.ending == Ending.UNDERGROUND
        if tower.is_hill_top and aloft is None:
            # Grid cells round a summit off: what they say about the top that carries the tower
            # itself is not to be trusted.
            near |= ground & (seen.range_m < NEAR_CELLS * tower.cell_m)
        ground &= ~near
        unresolved = 1.0 - float(ground.mean())
        if unresolved > MOST_UNRESOLVED:
            counts = {
                NoFixReason.NEAR_FIELD: int(near.sum()),
                NoFixReason.SKY: int((seen.ending == Ending.SKY).sum()),
                NoFixReason.OUTSIDE_TERRAIN: int((seen.ending == Ending.OUTSIDE).sum()),
            }
            reason = max(counts, key=lambda key: counts[key])
            refusal = self._refusal(reason, observer, view, unresolved)
            if reason is not NoFixReason.SKY:
                return refusal
            return replace(refusal, hidden=self._hidden(tower, observer, view))
        frame = self._frames(observer.lon_deg, observer.lat_deg)
        azimuth_deg, range_m = view.azimuths_deg[ground], seen.range_m[ground]
        if aloft is not None:
            shifts_m = self._draws.shifts_m(aloft)[:, ground]
            azimuth_deg, range_m = _shifted(azimuth_deg, range_m, shifts_m)
        hits = Hits(
            azimuth_deg=azimuth_deg,
            range_m=range_m,
            land=_land(seen.range_m[ground], seen.closing[ground], NEAR_CELLS * tower.cell_m),
            resolved=float(ground.mean()),
        )
        clusters = regions(terrain, frame, hits, self._held)
        return Fix(
            FixOutcome.LOCATED,
            None,
            observer,
            view.bearing_deg,
            view.bearing_sigma_deg,
            view.elevation_deg,
            clusters,
            unresolved,
            self.terrain_reference,
            self._hidden(tower, observer, view),
        )

    def _hidden(
        self, tower: PolarGround, observer: Position, view: View
    ) -> tuple[HiddenStretch, ...]:
        """Ground that a foot of smoke on a ridge leaves open."""
        lens_m = observer.height_m
        if observer.height_datum is HeightDatum.GROUND:
            lens_m += tower.ground_m
        sight = Sight(
            lens_m,
            view.bearing_deg,
            view.elevation_deg,
            float(view.elevations_deg.std()),
            self._draws.spread.refraction,
        )
        return behind_ridges(tower, self._frames(observer.lon_deg, observer.lat_deg), sight)

    def _refusal(
        self,
        reason: NoFixReason,
        observer: Position,
        view: View | None,
        unresolved: float = 1.0,
    ) -> Fix:
        return Fix(
            FixOutcome.UNKNOWN if view is None else FixOutcome.DIRECTION_ONLY,
            reason,
            observer,
            None if view is None else view.bearing_deg,
            None if view is None else view.bearing_sigma_deg,
            None if view is None else view.elevation_deg,
            (),
            unresolved,
            self.terrain_reference,
        )


def _above_sea(observer: Position) -> Position:
    """The same lens with its height above sea level."""
    height_m = position_above_sea_m(observer)
    return replace(observer, height_m=height_m, height_datum=HeightDatum.SEA_LEVEL)


def _shifted(
    azimuth_deg: FloatArray, range_m: FloatArray, shifts_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Hits of a lens that is off by (2, n) metres: they move with it."""
    angle = np.radians(azimuth_deg)
    east_m = range_m * np.sin(angle) + shifts_m[0]
    north_m = range_m * np.cos(angle) + shifts_m[1]
    turned_deg = np.degrees(np.arctan2(east_m, north_m)) - azimuth_deg
    wrapped_deg = np.mod(turned_deg + 180.0, 360.0) - 180.0
    return azimuth_deg + wrapped_deg, np.hypot(east_m, north_m)


def _land(range_m: FloatArray, closing: FloatArray, near_m: float) -> FloatArray:
    """How many fires each sample stands for: they are spread over land, not over angles.

    A degree of elevation is range / closing metres of ground, and a degree of azimuth is range; one
    range is left out, because near smoke is found more surely than far. Not so for a camera that
    looks at the ground before its feet: there the cells know no slope, and what an eye under trees
    sees does not go on to the horizon.
    """
    if np.median(range_m) < near_m:
        return np.ones_like(range_m)
    return range_m / np.maximum(closing, LEAST_CLOSING)
