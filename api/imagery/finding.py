"""Where on the ground a find of a picture lies, or why nobody can say."""

from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from drone_jobs.imagery.gaps import gaps_of
from drone_jobs.imagery.placing import LookUnplaced, view_of_look
from geo.crs import geodesic
from geo.drone import DroneView
from geo.locate import Locator
from geo.meeting import HELD
from models.crossing import Report
from models.detection import Box
from models.errors import InputRefused
from models.fix import Fix, NoFixReason
from models.flight import Look
from models.imagery import HitGap
from models.site import HeightDatum, Position

__all__ = ["Placer", "region_of", "report_of"]

LEAST_SIGMA_M: Final = 5.0
_OF_RELIEF: Final = {
    NoFixReason.SKY: HitGap.SKY,
    NoFixReason.NEAR_FIELD: HitGap.NEAR,
    NoFixReason.OUTSIDE_TERRAIN: HitGap.RELIEF,
    NoFixReason.NO_TERRAIN: HitGap.RELIEF,
}
_OF_CODES: Final = {"drone_outside": HitGap.RELIEF}


@dataclass(frozen=True, slots=True)
class Placer:
    """Places what is found in the pictures of one file.

    Attributes:
        locator: on the terrain of the watch.
        take_off: longitude and latitude of where the drone took off; None when nobody knows.
        stated_fov_deg: full horizontal field of view by a person; None otherwise.
    """

    locator: Locator
    take_off: tuple[float, float] | None
    stated_fov_deg: float | None

    def view(
        self, look: Look, size_px: tuple[int, int]
    ) -> tuple[DroneView | None, tuple[HitGap, ...]]:
        """The lens of a picture, or what is missing."""
        if self.locator.terrain is None:
            missing = tuple(HitGap(gap) for gap in gaps_of(look))
            return None, missing or (HitGap.RELIEF,)
        try:
            view = view_of_look(
                look,
                size_px,
                self.locator.terrain,
                self.take_off,
                stated_fov_deg=self.stated_fov_deg,
            )
        except LookUnplaced as unplaced:
            own = _OF_CODES.get(unplaced.code)
            return None, (own,) if own else tuple(HitGap(gap) for gap in unplaced.gaps)
        return view, ()

    def fix(self, view: DroneView, box: Box) -> tuple[Fix | None, tuple[HitGap, ...]]:
        """The place of a find, or why there is none."""
        width_px, height_px = view.size_px
        edges = (
            max(0.0, box.x_min),
            max(0.0, box.y_min),
            min(float(width_px), box.x_max),
            min(float(height_px), box.y_max),
        )
        try:
            fix = view.locate_box(self.locator, edges)
        except InputRefused:
            return None, (HitGap.ATTITUDE,)
        if fix.clusters:
            return fix, ()
        return fix, (HitGap.RELIEF if fix.reason is None else _OF_RELIEF[fix.reason],)

    def footprint(self, view: DroneView) -> BaseGeometry | None:
        """The ground of a picture; None where it shows none."""
        try:
            outlines = view.footprint(self.locator).outline_lonlat
        except InputRefused:
            return None
        return _area(outlines)


def region_of(fix: Fix) -> BaseGeometry | None:
    """Where the find may be: outlines of all its places; None without one."""
    return _area(tuple(cluster.outline_lonlat for cluster in fix.clusters))


def report_of(fix: Fix) -> Report:
    """A find as a witness: a circle that holds nine in ten of all its places.

    Where it may be in several, the circle round the likeliest grows until it holds the others too.

    Args:
        fix: with a place.
    """
    best, radius_m, weight = fix.clusters[0], fix.clusters[0].r90_m, fix.clusters[0].weight
    total = sum(cluster.weight for cluster in fix.clusters)
    at = best.position
    for cluster in fix.clusters[1:]:
        if weight >= 0.97 * total:  # what is left over is told by the tails of a normal error
            break
        there = cluster.position
        apart_m = geodesic(at.lon_deg, at.lat_deg, there.lon_deg, there.lat_deg)[2]
        radius_m = max(radius_m, apart_m + cluster.r90_m)
        weight += cluster.weight
    place = Position(at.lon_deg, at.lat_deg, 0.0, HeightDatum.GROUND)
    return Report(place, max(LEAST_SIGMA_M, radius_m / HELD))


def _area(rings: tuple[tuple[tuple[float, float], ...], ...]) -> BaseGeometry | None:
    parts = [Polygon(ring) for ring in rings if len(ring) >= 4]
    sound = [part if part.is_valid else part.buffer(0.0) for part in parts]
    whole = shapely.union_all([part for part in sound if not part.is_empty])
    if whole.is_empty or not isinstance(whole, Polygon | MultiPolygon):
        return None
    return whole
