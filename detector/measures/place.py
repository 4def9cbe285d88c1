"""How far a located fire is from where it burns, and whether the stated region holds it.

Distances are geodesic, on the ellipsoid of WGS 84.
"""

from itertools import pairwise

from geo.crs import geodesic
from models.fix import Fix

__all__ = ["holds", "location_error_m"]


def location_error_m(fix: Fix | None, lon_deg: float | None, lat_deg: float | None) -> float | None:
    """Ground distance from the likeliest place to the true one, metres.

    None where either is not known: a bearing alone is no place.
    """
    if fix is None or not fix.clusters or lon_deg is None or lat_deg is None:
        return None
    told = fix.clusters[0].position
    return geodesic(told.lon_deg, told.lat_deg, lon_deg, lat_deg)[2]


def holds(fix: Fix | None, lon_deg: float | None, lat_deg: float | None) -> bool | None:
    """Whether one of the regions that were told holds the fire.

    Each is drawn around the share of its samples that the locator was asked for, 90 % unless told
    otherwise. A point on an outline may count either way. None where no place was told, or none is
    true.
    """
    if fix is None or not fix.clusters or lon_deg is None or lat_deg is None:
        return None
    return any(_inside(cluster.outline_lonlat, lon_deg, lat_deg) for cluster in fix.clusters)


def _inside(ring: tuple[tuple[float, float], ...], lon_deg: float, lat_deg: float) -> bool:
    """Even-odd rule; longitudes are taken from the point, so that a ring may cross 180 degrees."""
    around = [((lon - lon_deg + 180.0) % 360.0 - 180.0, lat - lat_deg) for lon, lat in ring]
    inside = False
    for (x0, y0), (x1, y1) in pairwise(around):
        if (y0 > 0.0) != (y1 > 0.0) and x0 - y0 * (x1 - x0) / (y1 - y0) > 0.0:
            inside = not inside
    return inside
