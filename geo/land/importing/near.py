"""Where a layer should lie: in the district, or about where the known land is."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from models.land import LandFeature
from models.units import FloatArray

__all__ = ["FAR_KM", "Borders", "Near"]

FAR_KM = 30.0
"""Beyond the district; what lies farther belongs to another place, or to another system."""
EDGE_M = 50.0
"""By which borders of two sources may differ."""


class Borders:
    """Lines that are asked for the distance of many things: a tree of their pieces.

    Args:
        geometry: areas or lines, metric.
    """

    def __init__(self, geometry: BaseGeometry) -> None:
        parts = shapely.get_parts(geometry)
        if geometry.geom_type.endswith("Polygon"):
            parts = shapely.get_rings(parts)
        vertices, line = shapely.get_coordinates(parts, return_index=True)
        same = line[1:] == line[:-1]
        pieces = np.stack([vertices[:-1], vertices[1:]], axis=1)[same]
        self._tree = shapely.STRtree(shapely.linestrings(pieces))

    def off_m(self, geometries: NDArray[np.object_]) -> FloatArray:
        """How far from the nearest piece each lies; float64 of the same length."""
        found, distances = self._tree.query_nearest(
            geometries, return_distance=True, all_matches=False
        )
        off_m = np.zeros(len(geometries))
        off_m[found[0]] = distances
        return off_m


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
            self._borders = Borders(self._land)
            shapely.prepare([self._land, self.outline])

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
        frame = self._frame
        if frame is None:
            return [0.0] * len(geometries)

        def flat(vertices: FloatArray) -> FloatArray:
            return np.column_stack(frame.to_metric(vertices[:, 0], vertices[:, 1]))

        metric = shapely.transform(np.array(geometries, dtype=object), flat)
        # Half the Earth away the plane has no distance any more.
        known = np.isfinite(shapely.bounds(metric)).all(axis=1)
        metric[~known] = None
        touching = np.asarray(shapely.intersects(self._land, metric))
        outside = known & ~touching
        km = np.where(known, 0.0, 20_000.0)
        km[outside] = self._borders.off_m(metric[outside]) / 1000.0
        return [float(each) for each in km]

    def beyond_m(self, geometry: BaseGeometry) -> float:
        """How far it sticks out of the district's outline; 0 for as much as borders differ."""
        if self._frame is None or self.outline is None or not self._exact:
            return 0.0
        if self.outline.covers(geometry):
            return 0.0
        beyond = self._frame.geometry_to_metric(geometry).difference(self._land)
        if beyond.is_empty:
            return 0.0
        corners = np.asarray(shapely.points(shapely.get_coordinates(beyond)))
        farthest_m = float(self._borders.off_m(corners).max())
        return farthest_m if farthest_m > EDGE_M else 0.0
