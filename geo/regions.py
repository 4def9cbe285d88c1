"""Turn the places where sampled rays met the ground into regions that can be told to people.

Samples far apart along the range are different places (a ridge, and the slope behind it), each with
its own weight. One ellipse over both would name the valley between them, where nothing was hit.
"""

from itertools import pairwise

import numpy as np
import shapely

from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.fix import FixCluster
from models.site import HeightDatum, Position
from models.units import FloatArray

__all__ = ["regions"]

HELD = 0.90
SLIVER = 0.02  # a tail of fewer samples is the end of the place next to it, not a place
MIN_GAP_M = 150.0
GAP_CELLS = 3.0


def regions(
    terrain: Terrain,
    frame: LocalFrame,
    azimuth_deg: FloatArray,
    range_m: FloatArray,
    *,
    sample_count: int,
) -> tuple[FixCluster, ...]:
    """Clusters of hits by falling weight.

    Args:
        terrain: that was hit.
        frame: around the tower.
        azimuth_deg: (n,) of the rays that met ground, not wrapped, n >= 1.
        range_m: (n,) where they met it.
        sample_count: number of all rays, those without ground included.
    """
    order = np.argsort(range_m, kind="stable")
    azimuth_deg, range_m = azimuth_deg[order], range_m[order]
    gap_m = max(MIN_GAP_M, GAP_CELLS * terrain.cell_m)
    cuts = np.flatnonzero(np.diff(range_m) > gap_m) + 1
    bounds = _without_slivers([0, *cuts.tolist(), len(range_m)], range_m, SLIVER * sample_count)
    found = [
        _region(terrain, frame, azimuth_deg[start:stop], range_m[start:stop], sample_count)
        for start, stop in pairwise(bounds)
    ]
    return tuple(sorted(found, key=lambda cluster: -cluster.weight))


def _without_slivers(bounds: list[int], range_m: FloatArray, least: float) -> list[int]:
    """Join every group of fewer than ``least`` samples to its nearer neighbour."""
    while len(bounds) > 2:
        sizes = np.diff(bounds)
        smallest = int(sizes.argmin())
        if sizes[smallest] >= least:
            break
        inner = [edge for edge in (smallest, smallest + 1) if 0 < edge < len(bounds) - 1]
        bounds.pop(min(inner, key=lambda edge: range_m[bounds[edge]] - range_m[bounds[edge] - 1]))
    return bounds


def _region(
    terrain: Terrain,
    frame: LocalFrame,
    azimuth_deg: FloatArray,
    range_m: FloatArray,
    sample_count: int,
) -> FixCluster:
    bearing = np.radians(azimuth_deg)
    points = np.column_stack((range_m * np.sin(bearing), range_m * np.cos(bearing)))
    middle_m, middle = float(np.median(range_m)), float(np.median(bearing))
    best = np.array((middle_m * np.sin(middle), middle_m * np.cos(middle)))
    lon_deg, lat_deg = frame.to_lonlat(float(best[0]), float(best[1]))
    height_m = float(np.nanmedian(terrain.height_at(*frame.to_lonlat(points[:, 0], points[:, 1]))))
    shortest, longest = np.percentile(range_m, (5.0, 95.0))
    return FixCluster(
        position=Position(lon_deg, lat_deg, height_m, HeightDatum.SEA_LEVEL),
        weight=len(range_m) / sample_count,
        r90_m=float(np.percentile(np.hypot(*(points - best).T), 100.0 * HELD)),
        range_m=middle_m,
        range_min_m=float(shortest),
        range_max_m=float(longest),
        outline_lonlat=_outline(frame, terrain.cell_m, points, middle_m),
    )


def _outline(
    frame: LocalFrame, cell_m: float, points: FloatArray, range_m: float
) -> tuple[tuple[float, float], ...]:
    """Hull of the 90 % of samples nearest to their middle, as a counter-clockwise ring.

    Nearness is measured in the samples' own spread. The hull is widened by an eighth of a cell,
    what the grid's own rounding moves a hit by, and never by more than a twentieth of the range.
    """
    offsets = points - np.median(points, axis=0)
    spread = offsets.T @ offsets / len(points) + np.eye(2)  # 1 m^2 keeps a single sample regular
    distance = np.einsum("ij,ij->i", offsets @ np.linalg.inv(spread), offsets)
    held = points[distance <= np.quantile(distance, HELD)]
    widening_m = max(1.0, min(cell_m / 8.0, range_m / 20.0))
    ring = shapely.MultiPoint(held).convex_hull.buffer(widening_m, quad_segs=2)
    metric = shapely.get_coordinates(shapely.orient_polygons(ring).exterior)
    lon_deg, lat_deg = frame.to_lonlat(metric[:, 0], metric[:, 1])
    return tuple(zip(lon_deg.tolist(), lat_deg.tolist(), strict=True))
