"""How high an aircraft comes home on its own, straight from wherever it lost its link.

It flies level at a height above its take-off. Over hills that height must clear the highest ground
between any point of the flight and home, with its trees; over valleys it may be more than the law
allows. Where both cannot be, clearing the ground counts more and the excess is told.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.mission import Finding, Gravity, GroundKind, Sortie, SweepTask
from models.units import FloatArray

__all__ = ["WayHome", "height_home"]

_ACROSS: Final = 200  # nodes along each side of the ground that is looked at
_EDGE_M: Final = 30.0  # ground beside the outermost way counts too


@dataclass(frozen=True, slots=True)
class WayHome:
    """The way back.

    Attributes:
        height_m: above the take-off.
        notes: where it is above the ceiling.
    """

    height_m: float
    notes: tuple[Finding, ...] = ()


def height_home(
    sortie: Sortie,
    take_off_above_sea_m: float,
    task: SweepTask,
    frame: LocalFrame,
    terrain: Terrain | None,
) -> WayHome:
    """Height of the way back above the take-off, metres.

    At least what clears the highest ground by the task's trees and clearance; at most the ceiling
    above the lowest ground; between both, the greatest height that the flight itself has.

    Args:
        sortie: the flight.
        take_off_above_sea_m: of the ground at home.
        task: holds trees, clearance, ceiling, and what the elevation model is the height of.
        frame: with home at its origin.
        terrain: elevation model; None: only the ground below the flight is known.
    """
    ground_m = _ground_m(sortie, frame, terrain) - take_off_above_sea_m
    is_bare = task.ground is GroundKind.BARE
    clear_m = task.least_clearance_m + (task.canopy_m if is_bare else 0.0)
    under_m = task.ceiling_m - (0.0 if is_bare else task.canopy_m)
    least_m = float(ground_m.max()) + clear_m
    most_m = float(ground_m.min()) + under_m
    flown_m = max(point.above_sea_m for point in sortie.points) - take_off_above_sea_m
    if least_m > most_m:
        height_m = float(math.ceil(least_m))
        over_m = math.ceil(height_m - most_m)
        return WayHome(
            height_m,
            (
                Finding(
                    "return_above_ceiling",
                    Gravity.WARNING,
                    f"Coming home on its own it flies {height_m:.0f} m above take-off to clear the "
                    f"ground, up to {over_m} m above the ceiling.",
                    "Start from higher ground, or split the target.",
                    (("height_m", height_m), ("over_m", over_m)),
                    sortie=sortie.number,
                ),
            ),
        )
    return WayHome(min(max(flown_m, least_m), most_m))


def _ground_m(sortie: Sortie, frame: LocalFrame, terrain: Terrain | None) -> FloatArray:
    """Ground that lies between the flight and home, above sea level."""
    below_m = np.array([point.above_sea_m - point.above_ground_m for point in sortie.points])
    if terrain is None:
        return below_m
    lon_deg = np.array([point.lon_deg for point in sortie.points])
    lat_deg = np.array([point.lat_deg for point in sortie.points])
    places_m = np.vstack([np.column_stack(frame.to_metric(lon_deg, lat_deg)), [[0.0, 0.0]]])
    hull = shapely.convex_hull(shapely.MultiPoint(places_m)).buffer(_EDGE_M)
    west, south, east, north = hull.bounds
    x_m, y_m = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(west, east, _ACROSS), np.linspace(south, north, _ACROSS)
        )
    )
    is_inside = shapely.contains_xy(hull, x_m, y_m)
    found_m = terrain.height_at(*frame.to_lonlat(x_m[is_inside], y_m[is_inside]))
    return np.concatenate([below_m, found_m[np.isfinite(found_m)]])
