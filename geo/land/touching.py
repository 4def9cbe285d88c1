"""May a fire concern somebody's townships? In doubt it may: rather shown than hidden.

A place concerns a township when its outline comes within :data:`BESIDE_M` of it, for fire crosses
borders. Where there is no place, everything that the direction passes through within
:data:`SIGHT_M` is concerned, and without a direction everything within that distance of the camera.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame, went
from geo.joint import JointPlace
from geo.land.region import FireRegion, places_of, round_place
from geo.meeting import HELD
from models.crossing import Bearing, Witness
from models.fix import Fix
from models.land import LandFeature, Layer
from models.site import Position

__all__ = ["BESIDE_M", "SIGHT_M", "Townships"]

BESIDE_M: Final = 1_000.0
SIGHT_M: Final = 30_000.0
"""As far as smoke is reported by cameras of towers, and a little more."""

SIGMAS: Final = 2.0
LEAST_HALF_DEG: Final = 1.0
UNRESOLVED: Final = 0.1
"""From this share of a fix that met no ground on, its direction counts beside its places."""

_STEP_DEG: Final = 5.0


class Townships:
    """Some townships together, ready to be asked; never changed after it was built.

    Args:
        codes: of the townships, at least one.
        features: the land. A code that is not in it cannot be judged: then everything may concern.

    Attributes:
        codes: as given.
        unknown: codes that the land does not have.
    """

    def __init__(self, codes: Collection[str], features: Iterable[LandFeature]) -> None:
        self.codes = frozenset(codes)
        found = [
            feature
            for feature in features
            if feature.layer is Layer.TOWNSHIP and feature.code in self.codes
        ]
        self.unknown = self.codes - {feature.code for feature in found}
        if self.unknown:
            return
        whole = shapely.union_all([feature.geometry for feature in found])
        middle = whole.representative_point()
        self._frame = LocalFrame(middle.x, middle.y)
        self._area = self._frame.geometry_to_metric(whole).buffer(BESIDE_M)
        shapely.prepare(self._area)

    def may_have(self, fix: Fix) -> bool:
        """Whether a fire that was located, or not, may concern them."""
        if self.unknown:
            return True
        places = places_of(fix)
        if self._touch_places(places):
            return True
        if places and fix.unresolved_weight < UNRESOLVED and not fix.hidden:
            return False
        if fix.bearing_deg is None:
            return self._touch_places([_around(fix.observer)])
        return self._touch_wedge(fix.observer, fix.bearing_deg, fix.bearing_sigma_deg or 0.0)

    def may_have_told(self, witness: Witness) -> bool:
        """Whether what somebody told may concern them."""
        if self.unknown:
            return True
        if isinstance(witness, Bearing):
            return self._touch_wedge(witness.observer, witness.bearing_deg, witness.sigma_deg)
        at = witness.position
        return self._touch_places([round_place(at.lon_deg, at.lat_deg, witness.sigma_m * HELD)])

    def may_have_place(self, lon_deg: float, lat_deg: float) -> bool:
        """Whether a point concerns them."""
        if self.unknown:
            return True
        return bool(shapely.intersects_xy(self._area, *self._frame.to_metric(lon_deg, lat_deg)))

    def may_have_way(self, places: Sequence[tuple[float, float]]) -> bool:
        """Whether a way concerns them.

        Args:
            places: longitude and latitude of its corners, WGS 84, in their order; of none nothing
                is known.
        """
        if self.unknown or not places:
            return True
        corners = [self._frame.to_metric(lon_deg, lat_deg) for lon_deg, lat_deg in places]
        # Twice the last corner, so that one corner alone is a line as well.
        return bool(shapely.intersects(self._area, shapely.LineString([*corners, corners[-1]])))

    def _touch_places(self, places: list[JointPlace]) -> bool:
        if not places:
            return False
        outlines = FireRegion(places, self._frame).outlines
        return bool(shapely.intersects(self._area, outlines).any())

    def _touch_wedge(self, observer: Position, bearing_deg: float, sigma_deg: float) -> bool:
        half_deg = max(SIGMAS * sigma_deg, LEAST_HALF_DEG)
        wedge = _wedge(observer, bearing_deg, min(half_deg, 180.0))
        return bool(shapely.intersects(self._area, self._frame.geometry_to_metric(wedge)))


def _around(observer: Position) -> JointPlace:
    return round_place(observer.lon_deg, observer.lat_deg, SIGHT_M)


def _wedge(observer: Position, bearing_deg: float, half_deg: float) -> BaseGeometry:
    """What lies in a direction, as an area in degrees: triangles, so that it is always valid."""
    count = max(1, int(np.ceil(2.0 * half_deg / _STEP_DEG)))
    edges = np.linspace(bearing_deg - half_deg, bearing_deg + half_deg, count + 1)
    at = (observer.lon_deg, observer.lat_deg)
    rim = [went(*at, float(edge), SIGHT_M) for edge in edges]
    return shapely.MultiPolygon(
        [shapely.Polygon((at, rim[index], rim[index + 1])) for index in range(count)]
    )
