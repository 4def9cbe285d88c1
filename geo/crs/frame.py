"""A metric plane around one point, where bearings are true and distances are ground distances.

It takes WGS 84 longitude and latitude, in that order, and touches no heights: the offline
transformation library returns them unchanged without a word when its geoid grid is absent.
"""

from typing import TypeVar, overload

import numpy as np
import shapely
from pyproj import Proj
from shapely.geometry.base import BaseGeometry

from models.units import FloatArray

__all__ = ["LocalFrame"]

GeometryT = TypeVar("GeometryT", bound=BaseGeometry)


class LocalFrame:
    """An azimuthal-equidistant plane around one point: x east, y north, metres.

    A straight line through the origin is the geodesic of that true azimuth and its length is the
    ground distance on the WGS 84 ellipsoid, both to a millimetre. Away from the origin directions
    and lengths are true to 4e-6 within 30 km, which is 4 cm over 10 km. See Snyder,
    Map Projections: a Working Manual (1987), chapter 25.

    Args:
        lon_deg: WGS 84 longitude of the origin, -180 to 180.
        lat_deg: WGS 84 latitude of the origin, -90 to 90.

    Raises:
        ValueError: the origin is not a place on Earth, e.g. latitude and longitude were swapped.
    """

    def __init__(self, lon_deg: float, lat_deg: float) -> None:
        if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
            msg = f"lon {lon_deg}, lat {lat_deg} is not a place; order is lon, lat"
            raise ValueError(msg)
        self.lon_deg = float(lon_deg)
        self.lat_deg = float(lat_deg)
        # A bare projection on the WGS 84 ellipsoid takes (lon, lat) by definition and is made a
        # hundred times faster than a transformer between coordinate systems; the numbers are equal.
        self._plane = Proj(proj="aeqd", lon_0=self.lon_deg, lat_0=self.lat_deg, ellps="WGS84")

    @overload
    def to_metric(self, lon_deg: float, lat_deg: float) -> tuple[float, float]: ...
    @overload
    def to_metric(
        self, lon_deg: FloatArray, lat_deg: FloatArray
    ) -> tuple[FloatArray, FloatArray]: ...
    def to_metric(
        self, lon_deg: float | FloatArray, lat_deg: float | FloatArray
    ) -> tuple[float | FloatArray, float | FloatArray]:
        """Longitude and latitude to metres east and north of the origin.

        Args:
            lon_deg: a number or an array of any shape.
            lat_deg: of the same shape.
        """
        x_m, y_m = self._plane(lon_deg, lat_deg)
        return x_m, y_m

    @overload
    def to_lonlat(self, x_m: float, y_m: float) -> tuple[float, float]: ...
    @overload
    def to_lonlat(self, x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]: ...
    def to_lonlat(
        self, x_m: float | FloatArray, y_m: float | FloatArray
    ) -> tuple[float | FloatArray, float | FloatArray]:
        """Metres east and north of the origin to longitude and latitude.

        Args:
            x_m: a number or an array of any shape.
            y_m: of the same shape.
        """
        lon_deg, lat_deg = self._plane(x_m, y_m, inverse=True)
        return lon_deg, lat_deg

    def geometry_to_metric(self, geometry: GeometryT) -> GeometryT:
        """The same shape with its (lon, lat) vertices in metres; heights of vertices are dropped.

        Only vertices are moved: an edge of many kilometres stays straight in the plane.
        """
        return self._moved(geometry, inverse=False)

    def geometry_to_lonlat(self, geometry: GeometryT) -> GeometryT:
        """The same shape with its metric vertices in longitude and latitude."""
        return self._moved(geometry, inverse=True)

    def _moved(self, geometry: GeometryT, *, inverse: bool) -> GeometryT:
        def moved(vertices: FloatArray) -> FloatArray:
            return np.column_stack(self._plane(vertices[:, 0], vertices[:, 1], inverse=inverse))

        return shapely.transform(geometry, moved)
