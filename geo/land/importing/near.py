"""Where a layer should lie: in the district, or about where the known land is."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from models.land import LandFeature

__all__ = ["FAR_KM", "Near"]

FAR_KM = 30.0
"""Beyond the district; what lies farther belongs to another place, or to another system."""
EDGE_M = 50.0
"""By which borders of two sources may differ."""


class Near:
    """The known land, to be asked how far away something lies.

    Args:
        district: its outline, WGS 84; None when it is not known: then the box of the known land.
        there: the known land.
    """

    def __init__(self, district: BaseGeometry | None, there: Sequence[LandFeature]) -> None:
        self.outline = district
        if district is None and there:
            self.outline = shapely.box(*shapely.total_bounds([each.geometry for each in there]))
        self._exact = district is not None
        self._frame: LocalFrame | None = None
        if self.outline is not None and not self.outline.is_empty:
            middle = self.outline.envelope.centroid
            self._frame = LocalFrame(middle.x, middle.y)
            self._land = self._frame.geometry_to_metric(self.outline)
            shapely.prepare(self._land)

    @property
    def is_known(self) -> bool:
        """Whether anything is known of where the district lies."""
        return self._frame is not None

    @property
    def around(self) -> BaseGeometry | None:
        """The known land and what lies near it, WGS 84; None when nothing is known."""
        if self._frame is None:
            return None
        return self._frame.geometry_to_lonlat(self._land.buffer(FAR_KM * 1000.0, quad_segs=4))

    def away_km(self, geometries: Sequence[BaseGeometry]) -> list[float]:
        """How far each lies from the known land; 0 within it, and when nothing is known."""
        if self._frame is None:
            return [0.0] * len(geometries)
        metric = [self._frame.geometry_to_metric(each) for each in geometries]
        shapely.prepare(self._land)
        distances = shapely.distance(self._land, metric) / 1000.0
        # Half the Earth away the plane has no distance any more.
        return [float(km) if np.isfinite(km) else 20_000.0 for km in distances]

    def beyond_m(self, geometry: BaseGeometry) -> float:
        """How far it sticks out of the district's outline; 0 for as much as borders differ."""
        if self._frame is None or not self._exact:
            return 0.0
        beyond = self._frame.geometry_to_metric(geometry).difference(self._land)
        if beyond.is_empty:
            return 0.0
        corners = shapely.points(shapely.get_coordinates(beyond))
        farthest_m = float(shapely.distance(corners, self._land).max())
        return farthest_m if farthest_m > EDGE_M else 0.0
