"""A place for who names a township or a village and no more: its middle, and how far it reaches.

Nobody says where in it something burns. The radius reaches over all of the area, so that what is
told of it is never more than that it lies somewhere inside.
"""

from collections.abc import Iterable
from typing import Final

import shapely

from geo.crs import LocalFrame
from models.errors import InputRefused
from models.land import LandFeature, Layer

__all__ = ["VILLAGE_M", "area_of"]

VILLAGE_M: Final = 2_000.0
"""How far a village reaches that the land has as a point: what the roster counts as near it too."""

LEAST_M: Final = 100.0


def area_of(
    features: Iterable[LandFeature], layer: Layer, code: str
) -> tuple[float, float, float, str]:
    """The middle of an area and its reach.

    Args:
        features: of the land.
        layer: townships or villages.
        code: of it, as the land has it.

    Returns:
        Longitude and latitude in WGS 84 of the middle of the smallest circle around it, the radius
        of that circle in metres, and its name.

    Raises:
        InputRefused: the land has none of that code; code ``exchange_area``.
    """
    found = next((one for one in features if one.layer is layer and one.code == code), None)
    if found is None:
        raise InputRefused(
            f"The land has no {layer} of that code.",
            remedy="Send the code as the land layers have it, map it in [codes], or send a place.",
            code="exchange_area",
        )
    middle = shapely.centroid(found.geometry)
    frame = LocalFrame(middle.x, middle.y)
    outline = frame.geometry_to_metric(found.geometry)
    centre = shapely.centroid(shapely.minimum_bounding_circle(outline))
    points = shapely.get_coordinates(outline)
    reach_m = float(((points - (centre.x, centre.y)) ** 2).sum(axis=1).max() ** 0.5)
    if shapely.get_dimensions(found.geometry) == 0:
        reach_m = VILLAGE_M
    lon_deg, lat_deg = frame.to_lonlat(centre.x, centre.y)
    return lon_deg, lat_deg, max(reach_m, LEAST_M), found.name
